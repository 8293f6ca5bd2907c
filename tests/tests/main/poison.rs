//! One order that cannot be carried out harms nobody else, and nothing walks past the triggers
//! that keep the log.

use domain::command::{Command, Internal};
use domain::ids::*;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use std::sync::Arc;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Outside};
use uuid::Uuid;

const IN_A_BATCH: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_panics_is_broken_alone() {
    one_of_a_hundred(|| Internal::PanicForTest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_breaks_a_constraint_is_broken_alone() {
    one_of_a_hundred(|| Internal::BreakConstraintForTest).await;
}

/// Ninety-nine honest commands and one poisoned order, in one batch.
async fn one_of_a_hundred(poison: impl Fn() -> Internal) {
    let branch = Arc::new(Branch::found(None).await);
    let mut outside = Outside::open(branch.folder()).await;
    for place in [0, 37, IN_A_BATCH - 1] {
        let before = outside.number("select max(seq) from events").await;
        // While somebody else holds the file's write lock, what is ordered piles up in the queue
        // and is taken as one batch.
        let held = outside.change("begin immediate").await;
        assert!(held.is_ok(), "{held:?}");
        let mut honest = tokio::task::JoinSet::new();
        let mut poisoned = None;
        for number in 0..IN_A_BATCH {
            let branch = branch.clone();
            if number == place {
                let order = poison();
                poisoned = Some(tokio::spawn(async move {
                    branch.engine.orders().internal(order).await
                }));
            } else {
                let number = place * 1_000 + number;
                honest.spawn(async move { record(&branch, number).await });
            }
            // The queue keeps the order in which they came.
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        outside.change("rollback").await.unwrap();

        let answer = poisoned.unwrap().await.unwrap();
        assert_eq!(
            answer.map_err(|error| error.code),
            Err(ErrorCode::Fault(FaultCode::Broken))
        );
        let answers = honest.join_all().await;
        assert_eq!(answers.len(), 99);
        for answer in answers {
            answer.expect("an honest command shared a batch with a poisoned one");
        }
        let events = outside.events().await;
        let recorded = events
            .iter()
            .filter(|event| event.seq > before && event.event_type == "customer_recorded");
        assert_eq!(recorded.count(), 99);
        assert!(
            events
                .iter()
                .all(|event| !event.payload.to_string().contains("break"))
        );
        branch.verify_clean().await;
    }
    outside.close().await;
    branch.engine.stop().await;
}

async fn record(branch: &Branch, number: u32) -> Result<(u64, u64), ApiError> {
    let command: Command = record_customer(CustomerId(Uuid::now_v7()), number);
    branch
        .engine
        .give_command(branch.sam.user_id, branch::new_id(), command)
        .await
}

/// I8, with a connection that holds the same settings as the store's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_appended_is_neither_edited_nor_replaced() {
    let branch = Branch::found(None).await;
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = branch.open_line(customer_id, 50_000).await;
    branch
        .done(
            &branch.sam,
            draw_cash(line_id, MovementId(Uuid::now_v7()), 1_000),
        )
        .await;
    let draw = draw_to_bank(
        line_id,
        MovementId(Uuid::now_v7()),
        1_000,
        account_id,
        domain::command::Speed::Standard,
    );
    branch.done(&branch.sam, draw).await;

    let mut outside = Outside::open(branch.folder()).await;
    let tampering = [
        (
            "update events set payload = '{}' where seq = 1",
            "events are never edited",
        ),
        (
            "update events set seq = seq + 100",
            "events are never edited",
        ),
        ("delete from events", "events are never deleted"),
        (
            "insert or replace into events select * from events where seq = 2",
            "events are never deleted",
        ),
        (
            "replace into events select * from events",
            "events are never deleted",
        ),
        (
            "insert into events select * from events where seq = 2 on conflict (seq) do update set payload = ''",
            "events are never edited",
        ),
        (
            "update journal set amount_minor = amount_minor + 1",
            "the journal is never edited",
        ),
        (
            "delete from journal where leg = 0",
            "the journal is never deleted",
        ),
        (
            "insert or replace into journal select * from journal",
            "the journal is never deleted",
        ),
        (
            "update receipts set refusal_code = null",
            "receipts are never edited",
        ),
        ("delete from receipts", "receipts are never deleted"),
        (
            "insert or replace into receipts select * from receipts",
            "receipts are never deleted",
        ),
        ("update outbox set body = ''", "sent bytes are never edited"),
        ("delete from outbox", "sent bytes are never deleted"),
        (
            "insert or replace into outbox select * from outbox",
            "sent bytes are never deleted",
        ),
    ];
    for (sql, why) in tampering {
        let refused = outside.change(sql).await.expect_err(sql);
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    outside.close().await;
    branch.verify_clean().await;
    branch.engine.stop().await;
}
