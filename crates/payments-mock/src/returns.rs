//! Why a settled transfer comes back, and how long that may take.
//!
//! The codes are those of the ACH network, as far as a branch meets them.

use serde::{Deserialize, Serialize};

use crate::protocol::Direction;

/// An ACH return code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReturnCode {
    /// Insufficient funds.
    R01,
    /// Account closed.
    R02,
    /// No account, or unable to locate it.
    R03,
    /// Invalid account number.
    R04,
    /// Unauthorized debit to a consumer account.
    R05,
    /// Authorization revoked by the customer.
    R07,
    /// Payment stopped.
    R08,
    /// Uncollected funds.
    R09,
    /// The customer says the debit is not authorized.
    R10,
    /// The customer says the debit is not as authorized.
    R11,
    /// The representative payee is deceased.
    R14,
    /// Account frozen.
    R16,
    /// Not a transaction account.
    R20,
    /// The receiver refuses the credit.
    R23,
}

/// How long after settlement a return may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// At most so many banking days.
    BankingDays(u32),
    /// At most so many calendar days.
    CalendarDays(u32),
}

use ReturnCode::*;

const CREDITS: &[ReturnCode] = &[R02, R03, R04, R14, R16, R20, R23];
const DEBITS: &[ReturnCode] = &[R01, R02, R03, R04, R08, R09];
const LATE_DEBITS: &[ReturnCode] = &[R05, R07, R10, R11];

/// Banking days within which most returns come.
pub const EARLY_BANKING_DAYS: u32 = 2;
/// Calendar days within which a customer may dispute a debit.
pub const LATE_CALENDAR_DAYS: u32 = 60;

impl ReturnCode {
    /// The window of this code for a direction; nothing where the code does not
    /// occur in that direction.
    pub fn window(self, direction: Direction) -> Option<Window> {
        let early = match direction {
            Direction::Credit => CREDITS,
            Direction::Debit => DEBITS,
        };
        if early.contains(&self) {
            return Some(Window::BankingDays(EARLY_BANKING_DAYS));
        }
        (direction == Direction::Debit && LATE_DEBITS.contains(&self))
            .then_some(Window::CalendarDays(LATE_CALENDAR_DAYS))
    }

    /// Whether a transfer of this direction can come back with this code on
    /// this day after its settlement.
    pub fn allows(self, direction: Direction, on_day: u32) -> bool {
        match self.window(direction) {
            Some(Window::BankingDays(days) | Window::CalendarDays(days)) => on_day <= days,
            None => false,
        }
    }
}

/// Every code a transfer of this direction can come back with on this day.
pub fn codes(direction: Direction, on_day: u32) -> Vec<ReturnCode> {
    CREDITS
        .iter()
        .chain(DEBITS)
        .chain(LATE_DEBITS)
        .copied()
        .filter(|code| code.allows(direction, on_day))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_has_its_codes_and_windows() {
        for (direction, on_day, want) in [
            (
                Direction::Credit,
                2,
                vec![R02, R03, R04, R14, R16, R20, R23],
            ),
            (Direction::Credit, 3, vec![]),
            (
                Direction::Debit,
                1,
                vec![R01, R02, R03, R04, R05, R07, R08, R09, R10, R11],
            ),
            (Direction::Debit, 60, vec![R05, R07, R10, R11]),
            (Direction::Debit, 61, vec![]),
        ] {
            assert_eq!(codes(direction, on_day), want, "{direction:?} day {on_day}");
        }
    }
}
