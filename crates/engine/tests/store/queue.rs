//! The queue under stress: what it cannot take is told at once and changes nothing, one caller
//! cannot take it from the others, and a disk that is slow delays without losing anything.

use crate::branch::{Branch, CASH, usd};
use domain::command::*;
use domain::ids::*;
use domain::refusal::{ErrorCode, FaultCode};
use engine::sessions::MOST_IN_FLIGHT;
use engine::verify::verify;
use engine::writer::QUEUE_LENGTH;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

fn draw(line_id: LineId) -> Submission {
    let draw = RequestDraw {
        line_id,
        draw_id: MovementId(Uuid::now_v7()),
        amount: usd(100),
        method: CASH,
    };
    Submission {
        id: CommandId(Uuid::now_v7()),
        command: Command::RequestDraw(draw),
    }
}

async fn line(branch: &Branch) -> LineId {
    let customer_id = branch.customer("Ines", "Calloway", "912345678").await;
    branch.line(customer_id, 4_000_000).await
}

async fn proves(branch: &Branch) {
    let mut connection = branch.engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, branch.engine.orders().store_key()).await;
    assert!(report.clean(), "{:#?}", report.findings);
}

/// Somebody else holds the disk: nothing can be written until it is let go.
async fn hold_the_disk(branch: &Branch) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(branch.store_path());
    let mut other = options.connect().await.unwrap();
    sqlx::query("begin immediate")
        .execute(&mut other)
        .await
        .unwrap();
    other
}

async fn let_go(mut other: SqliteConnection) {
    sqlx::query("rollback").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
}

/// Draws of a line, as a second look at the store counts them.
async fn draws(branch: &Branch) -> i64 {
    let options = SqliteConnectOptions::new().filename(branch.store_path());
    let mut other = options.connect().await.unwrap();
    let counted = sqlx::query_scalar("select count(*) from movements")
        .fetch_one(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    counted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_so_and_loses_nothing() {
    let branch = Arc::new(Branch::open().await);
    let line_id = line(&branch).await;
    let teller = branch.viewer(&branch.teller).await.user.id;
    let held = hold_the_disk(&branch).await;
    let asked = QUEUE_LENGTH + 2_000;
    let mut tasks = JoinSet::new();
    for _ in 0..asked {
        let branch = branch.clone();
        tasks.spawn(async move {
            let Submission { id, command } = draw(line_id);
            branch.engine.give_command(teller, id, command).await
        });
    }
    // Longer than the queue is waited for, shorter than the writer waits for the disk.
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    let_go(held).await;
    let (mut done, mut busy) = (0, 0);
    while let Some(told) = tasks.join_next().await {
        match told.unwrap() {
            Ok(_) => done += 1,
            Err(error) => {
                assert_eq!(error.code, ErrorCode::Fault(FaultCode::Busy), "{error:?}");
                busy += 1;
            }
        }
    }
    assert!(busy > 0, "a queue of {QUEUE_LENGTH} took {asked} orders");
    assert!(done >= QUEUE_LENGTH, "{done} were done");
    // Who was told "busy" changed nothing; who was told "done" is there, once.
    assert_eq!(draws(&branch).await, i64::try_from(done).unwrap());
    proves(&branch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_caller_who_floods_does_not_starve_another() {
    let branch = Arc::new(Branch::open().await);
    let line_id = line(&branch).await;
    let flooding = branch.admin.clone();
    let (mut busy, mut tasks) = (0, JoinSet::new());
    let until = Instant::now() + Duration::from_secs(3);
    for _ in 0..2_000 {
        let (branch, flooding) = (branch.clone(), flooding.clone());
        tasks.spawn(async move {
            let mut turned_away = 0;
            while Instant::now() < until {
                match branch.engine.submit_only(&flooding, draw(line_id)).await {
                    Ok(_) => {}
                    Err(error) => {
                        assert_eq!(error.code, ErrorCode::Fault(FaultCode::Busy), "{error:?}");
                        turned_away += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            turned_away
        });
    }
    let mut slowest = Duration::ZERO;
    let mut own = 0;
    while Instant::now() < until {
        let began = Instant::now();
        let told = branch
            .engine
            .submit_only(&branch.teller, draw(line_id))
            .await;
        assert!(told.is_ok(), "the other caller was told {told:?}");
        slowest = slowest.max(began.elapsed());
        own += 1;
    }
    while let Some(turned_away) = tasks.join_next().await {
        busy += turned_away.unwrap();
    }
    assert!(
        busy > 0,
        "two thousand at once were all let in; {MOST_IN_FLIGHT} may"
    );
    assert!(own > 5, "the other caller got {own} commands through");
    // At most what one caller may have waiting stands before a command: one commit.
    assert!(
        slowest < Duration::from_secs(2),
        "the slowest took {slowest:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_disk_delays_and_breaks_nothing() {
    let branch = Arc::new(Branch::open().await);
    let line_id = line(&branch).await;
    let began = Instant::now();
    let mut given = 0;
    for _ in 0..4 {
        let held = hold_the_disk(&branch).await;
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let branch = branch.clone();
            tasks.spawn(async move {
                branch
                    .engine
                    .submit_only(&branch.teller, draw(line_id))
                    .await
            });
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert!(
            tasks.try_join_next().is_none(),
            "answered before it was on the disk"
        );
        let_go(held).await;
        while let Some(told) = tasks.join_next().await {
            told.unwrap().unwrap();
            given += 1;
        }
    }
    assert!(began.elapsed() >= Duration::from_millis(1_600));
    assert_eq!(draws(&branch).await, given);
    proves(&branch).await;
}
