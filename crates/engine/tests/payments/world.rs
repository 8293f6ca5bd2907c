//! A branch, a network and their clock.

use crate::branch::{Branch, MONDAY, sign_in};
use crate::wire::Wire;
use domain::command::*;
use domain::date::UtcMillis;
use domain::ids::*;
use domain::movement::{Movement, MovementState};
use domain::reconcile::FindingState;
use engine::store::{jobs, reconciling};
use engine::sync::{Pace, Sync};
use std::sync::Arc;
use uuid::Uuid;

pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

pub struct World {
    pub branch: Branch,
    pub wire: Arc<Wire>,
    pub sync: Sync<Wire>,
    people: u32,
}

/// One after the other, and fast enough that only the tests of the budget feel it.
pub const PACE: Pace = Pace {
    at_once: 1,
    requests_per_second: 1_000,
    burst: 1_000,
};

/// The same sequence for every run.
pub fn dice() -> engine::sync::Dice {
    let mut state = 0x2545_f491_u32;
    Box::new(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    })
}

impl World {
    pub async fn new() -> World {
        World::at_pace(PACE).await
    }

    pub async fn at_pace(pace: Pace) -> World {
        let branch = Branch::open().await;
        let wire = Arc::new(Wire::new(&branch.clock));
        let sync = branch.engine.sync_over(wire.clone(), pace, dice());
        World {
            branch,
            wire,
            sync,
            people: 0,
        }
    }

    pub fn now(&self) -> UtcMillis {
        self.branch.clock.now()
    }

    pub fn pass(&self, ms: i64) {
        self.branch.clock.set(self.now().plus_ms(ms));
    }

    /// A line of a new customer who may be debited.
    pub async fn line(&mut self, minor: i64) -> (LineId, BankAccountId) {
        self.people += 1;
        let tax_id = format!("{:09}", 100_000_000 + self.people);
        let customer_id = self.branch.customer("Anna", "Berg", &tax_id).await;
        let number = format!("{:09}", self.people);
        let account_id = self.branch.bank_account(customer_id, &number).await;
        let authorize = AuthorizeDebit {
            customer_id,
            account_id,
            signed_on: self.branch.viewer(&self.branch.teller).await.today,
        };
        self.branch
            .teller_does(Command::AuthorizeDebit(authorize))
            .await
            .unwrap();
        (self.branch.line(customer_id, minor).await, account_id)
    }

    pub async fn draw(&self, line: LineId, account_id: BankAccountId, minor: i64) -> MovementId {
        let speed = Speed::Standard;
        let method = PayOut::Bank { account_id, speed };
        self.branch.draw(line, minor, method).await
    }

    pub async fn debit(
        &self,
        line_id: LineId,
        account_id: BankAccountId,
        minor: i64,
    ) -> MovementId {
        let repayment_id = MovementId(Uuid::now_v7());
        let take = TakeRepayment {
            line_id,
            repayment_id,
            amount: crate::branch::usd(minor),
            method: PayIn::Debit { account_id },
            taken_on: None,
        };
        self.branch
            .teller_does(Command::TakeRepayment(take))
            .await
            .unwrap();
        repayment_id
    }

    pub async fn movement(&self, id: MovementId) -> Movement {
        let pool = self.branch.engine.orders().pool();
        jobs::movement(pool, id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: MovementId) -> MovementState {
        self.movement(id).await.state
    }

    pub async fn findings(&self) -> Vec<FindingState> {
        let pool = self.branch.engine.orders().pool();
        let open = reconciling::open_findings(pool).await.unwrap();
        open.into_iter().map(|open| open.state).collect()
    }

    /// Turns until one moves nothing.
    pub async fn settle_down(&mut self) -> i64 {
        for _ in 0..100_000 {
            let turn = self.sync.turn().await;
            if !turn.moved {
                return turn.wait_ms;
            }
        }
        panic!("it never comes to rest");
    }

    /// Lets time pass, from one thing that is due to the next, taking turns at each.
    pub async fn live(&mut self, for_ms: i64) {
        let end = self.now().plus_ms(for_ms);
        loop {
            let wait = self.settle_down().await.max(1);
            let now = self.now();
            if now >= end {
                // Sessions do not last through hours.
                self.branch.admin = sign_in(&self.branch.engine, "amara").await;
                self.branch.teller = sign_in(&self.branch.engine, "tomas").await;
                return;
            }
            let pool = self.branch.engine.orders().pool();
            let job = jobs::next_due(pool, now).await.unwrap();
            let network = self.wire.network().next_due_ms().map(UtcMillis);
            let next = [job, network]
                .into_iter()
                .flatten()
                .filter(|at| *at > now)
                .min()
                // Nothing falls due: the rounds that look all the same.
                .unwrap_or(now.plus_ms(2 * HOUR_MS));
            let probe = self.branch.engine.sync_handle().circuit().until_probe(now);
            let next = match probe {
                Some(wait) => now.plus_ms(wait),
                None => next.min(now.plus_ms(6 * HOUR_MS)).max(now.plus_ms(wait)),
            };
            self.branch.clock.set(next.min(end));
        }
    }

    /// What the ledger says of the branch's clearing account and the network's books agree.
    pub async fn clearing_minor(&self) -> i64 {
        self.account_minor("CLR").await
    }

    pub async fn account_minor(&self, account: &str) -> i64 {
        let pool = self.branch.engine.orders().pool();
        let (sum,): (i64,) =
            sqlx::query_as("select coalesce(sum(amount_minor), 0) from journal where account = ?")
                .bind(account)
                .fetch_one(pool)
                .await
                .unwrap();
        sum
    }

    /// Minor units that the ledger has moved for a movement: what settled less what came back.
    pub async fn ledger_minor(&self, id: MovementId) -> i64 {
        let pool = self.branch.engine.orders().pool();
        let (sum,): (i64,) = sqlx::query_as(
            "select coalesce(sum(amount_minor), 0) from journal
             where account = 'CLR' and movement_id = ?",
        )
        .bind(id.to_string())
        .fetch_one(pool)
        .await
        .unwrap();
        -sum
    }

    /// Everything follows from the log.
    pub async fn proven(&self) {
        let path = self.branch.store_path();
        let mut connection = engine::store::copies::connect_source(&path).await.unwrap();
        let report =
            engine::verify::verify(&mut connection, self.branch.engine.orders().store_key()).await;
        assert_eq!(report.findings, vec![]);
    }
}

pub fn day(days: i64) -> UtcMillis {
    MONDAY.plus_ms(days * DAY_MS)
}
