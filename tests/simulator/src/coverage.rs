//! What the stories have been through, counted by name.

use domain::command::CommandKind;
use domain::movement::MovementState;
use domain::refusal::RefusalCode;
use payments_mock::faults::FaultKind;
use std::collections::{BTreeMap, BTreeSet};

/// Where a program can be killed in the life of one call to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KillPoint {
    BeforeSend,
    Sent,
    AnsweredBeforeCommit,
    AfterCommit,
}

impl KillPoint {
    pub const ALL: &[KillPoint] = &[
        KillPoint::BeforeSend,
        KillPoint::Sent,
        KillPoint::AnsweredBeforeCommit,
        KillPoint::AfterCommit,
    ];
}

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub counts: BTreeMap<String, u64>,
}

impl Coverage {
    pub fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    pub fn add(&mut self, other: &Coverage) {
        for (what, count) in &other.counts {
            *self.counts.entry(what.clone()).or_default() += count;
        }
    }

    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }
}

pub fn command(kind: CommandKind) -> String {
    format!("command {kind:?}")
}

pub fn done(kind: CommandKind) -> String {
    format!("done {kind:?}")
}

pub fn refusal(code: RefusalCode) -> String {
    format!("refusal {code:?}")
}

pub fn fault(kind: FaultKind) -> String {
    format!("fault {kind}")
}

pub fn killed(point: KillPoint) -> String {
    format!("kill {point:?}")
}

pub fn fault_and_kill(kind: FaultKind, point: KillPoint) -> String {
    format!("fault {kind} × kill {point:?}")
}

pub fn end(state: MovementState) -> String {
    format!("end {state:?}")
}

/// What no story can end in, or be refused with, and why. Held against what was reached: whatever
/// is on this list and was reached does not belong on it.
pub const OUT_OF_REACH: &[(&str, &str)] = &[
    (
        "refusal SumTooLarge",
        "no story lives long enough to move 92 quadrillion in amounts the rules allow",
    ),
    (
        "refusal PresentedTooOften",
        "a debit has to come back three times: the steps of a story do not get there; the rules' own tests do",
    ),
    (
        "refusal TooManyChanges",
        "ten changes would have to wait on one line: the steps of a story do not get there; the rules' own tests do",
    ),
    (
        "refusal PaymentsHeld",
        "said to the sync job alone, which does not try while payments are held",
    ),
    (
        "refusal ResetCodeWrong",
        "nobody stands at the door in a story; the tests of the accounts do",
    ),
    (
        "refusal LetInByAnother",
        "codes are given out in a story, and nobody stands at the door with one; the histories of people do",
    ),
    (
        "done RemoveSecondFactor",
        "nobody has a second factor in a story; the tests of the accounts do",
    ),
    (
        "done BreakGlass",
        "two admins carry each story and stay; the rules' own tests send them away",
    ),
    (
        "refusal OverGlassCap",
        "nobody is ever the only admin of a story; the rules' own tests are",
    ),
    (
        "refusal NotAnAdmin",
        "nobody has the store's passphrase in hand in a story; the tests of the accounts do",
    ),
    (
        "refusal CodeNeeded",
        "nobody has a second factor in a story; the tests of the accounts do",
    ),
    (
        "refusal CodeWrong",
        "nobody has a second factor in a story; the tests of the accounts do",
    ),
    (
        "refusal PasswordNeeded",
        "stories give their orders without a session; the bad-input table gives each with and without",
    ),
    (
        "refusal StoreAltered",
        "nobody has the file in hand in a story; the tampering story of the tests does",
    ),
];

/// Everything there is to reach.
pub fn everything() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for kind in CommandKind::ALL {
        all.insert(command(*kind));
        all.insert(done(*kind));
    }
    all.extend(RefusalCode::ALL.iter().map(|code| refusal(*code)));
    for point in KillPoint::ALL {
        all.insert(killed(*point));
    }
    for kind in FaultKind::ALL {
        all.insert(fault(*kind));
        all.extend(
            KillPoint::ALL
                .iter()
                .map(|point| fault_and_kill(*kind, *point)),
        );
    }
    all.extend(
        [
            MovementState::Settled,
            MovementState::Rejected,
            MovementState::Returned,
            MovementState::Cancelled,
            MovementState::Declined,
            MovementState::NeedsReview,
        ]
        .map(end),
    );
    for trouble in [
        "power loss",
        "killed",
        "eio",
        "full",
        "clock forward",
        "clock back",
        "backup",
        "restore",
    ] {
        all.insert(trouble.to_owned());
    }
    for query in QUERIES {
        all.insert(format!("query {query}"));
    }
    all
}

/// The questions that are held against the model.
pub const QUERIES: &[&str] = &[
    "applications",
    "movements",
    "transfers",
    "trial balance",
    "a line's balance",
    "history",
    "events",
    "customers",
    "a customer",
    "the admins' desk",
];
