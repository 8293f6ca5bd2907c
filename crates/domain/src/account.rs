//! Accounts, and the persons they hang on.

use crate::actor::ActedBy;
use crate::date::UtcMillis;
use crate::ids::{PersonId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Staff,
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Asked for; waits for an admin who is another person.
    Waiting,
    Active,
    Declined,
    /// An admin took the right to sign in away.
    Disabled,
}

/// How long a reset code opens its account.
pub const RESET_CODE_MS: i64 = 24 * 60 * 60 * 1_000;

/// A code that was issued for an account and is not used yet. Only its keyed hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetCode {
    pub print: String,
    pub issued_at: UtcMillis,
    pub ends_at: UtcMillis,
    /// Nobody where access was recovered from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<ActedBy>,
}

/// Whoever gave out the code with which a password was set could have used it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetInBy {
    pub by: ActedBy,
    pub until: UtcMillis,
    /// A second factor stood before the account then, and stands there still.
    pub guarded: bool,
}

/// For so long the two count as one person wherever two have to decide: over a weekend, until the owner
/// of the account has stood before a password that is not theirs.
pub const ONE_PERSON_MS: i64 = 3 * 24 * 60 * 60 * 1_000;

impl ResetCode {
    /// Whether this is the code, in its time. A clock that went back behind the issue proves
    /// nothing, so the code is not good then either.
    pub fn opens(&self, print: &str, now: UtcMillis) -> bool {
        self.print == print && (self.issued_at..self.ends_at).contains(&now)
    }
}

/// A second factor that is in use: codes by time (RFC 6238).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// The secret, sealed under the store key.
    pub sealed: String,
    /// The time step of the last code that was taken: that one and those before it are used up.
    pub last_step: u64,
}

/// An account as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub id: UserId,
    pub version: u64,
    /// What is typed at sign-in: lower case, unique.
    pub login: String,
    pub name: String,
    /// As claimed at sign-up; confirmed by the approving admin.
    pub employee_number: String,
    pub admin_requested: bool,
    pub state: AccountState,
    pub role: Option<Role>,
    pub person_id: Option<PersonId>,
    /// Keyed print of the stored password hash, so that the log vouches for it without
    /// holding it.
    pub credential_print: String,
    pub asked_at: UtcMillis,
    /// Consecutive failed sign-ins.
    pub failures: u32,
    /// No attempt is judged before this moment.
    pub wait_until: Option<UtcMillis>,
    pub last_signed_in_at: Option<UtcMillis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
    /// Until when it last was an active admin's, of an account that somebody made staff's or disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_until: Option<UtcMillis>,
    /// Since its password was last set with a reset code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_in_by: Option<LetInBy>,
}

/// Failures after which the account is locked.
pub const FAILURES_TO_LOCK: u32 = 10;
/// How long a lock lasts unless an admin ends it.
pub const LOCK_MS: i64 = 30 * 60 * 1_000;
/// From this failure on each one doubles the wait before the next attempt.
pub const FAILURES_TO_DELAY: u32 = 3;

/// How long after the `failures`-th consecutive failure the next attempt has to wait.
pub fn wait_after_failures_ms(failures: u32) -> i64 {
    if failures >= FAILURES_TO_LOCK {
        LOCK_MS
    } else if failures >= FAILURES_TO_DELAY {
        1_000 << (failures - FAILURES_TO_DELAY)
    } else {
        0
    }
}

impl User {
    /// Whether this account may be in the hands of that person.
    pub fn may_be(&self, other: &ActedBy, now: UtcMillis) -> bool {
        self.let_in_by.is_some_and(|let_in| {
            let same = let_in.by.user_id == other.user_id || let_in.by.person_id == other.person_id;
            same && !let_in.guarded && now < let_in.until
        })
    }

    /// Its password was set with this code.
    pub(crate) fn let_in(&mut self, code: Option<ResetCode>, at: UtcMillis) {
        let doubted = |let_in: LetInBy| !let_in.guarded && at < let_in.until;
        // A second factor that was set up in doubt proves nothing.
        let guarded = self.second_factor.is_some() && !self.let_in_by.is_some_and(doubted);
        let let_in = code.and_then(|code| code.issued_by).map(|by| LetInBy {
            by,
            until: at.plus_ms(ONE_PERSON_MS),
            guarded,
        });
        self.let_in_by = let_in.or(self.let_in_by);
    }

    /// Whoever set the password needs nothing else any more.
    pub(crate) fn unguarded(&mut self) {
        self.second_factor = None;
        if let Some(let_in) = &mut self.let_in_by {
            let_in.guarded = false;
        }
    }

    pub fn may_try(&self, now: UtcMillis) -> bool {
        self.wait_until.is_none_or(|until| now >= until)
    }

    pub fn locked(&self, now: UtcMillis) -> bool {
        self.failures >= FAILURES_TO_LOCK && !self.may_try(now)
    }

    pub fn active_role(&self) -> Option<Role> {
        match self.state {
            AccountState::Active => self.role,
            AccountState::Waiting | AccountState::Declined | AccountState::Disabled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_then_lock() {
        let expected = [
            0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, LOCK_MS, LOCK_MS,
        ];
        for (failures, wait) in expected.into_iter().enumerate() {
            assert_eq!(
                wait_after_failures_ms(u32::try_from(failures).unwrap()),
                wait,
                "{failures}"
            );
        }
    }
}
