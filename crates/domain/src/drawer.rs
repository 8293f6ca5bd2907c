//! Cash at the counter: a drawer a teller, opened with a float from the vault, counted, and emptied
//! into the vault when it is closed.
//!
//! What a drawer holds is the sum of its legs in the journal and nothing else. A branch that never
//! opened a drawer keeps its cash elsewhere, and its tellers are not asked for one; from the first
//! drawer on that is opened, cash goes through open drawers only.

use crate::date::BusinessDate;
use crate::money::{Currency, Minor};
use serde::{Deserialize, Serialize};

/// Which way cash goes between a drawer and the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VaultWay {
    FromVault,
    ToVault,
}

impl VaultWay {
    /// What the drawer gains.
    pub fn signed(self, amount: Minor) -> Result<Minor, crate::money::Overflow> {
        match self {
            VaultWay::FromVault => Ok(amount),
            VaultWay::ToVault => amount.negated(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawer {
    /// What should be in it.
    pub holds_minor: Minor,
    /// Since when it is open; none while it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_since: Option<BusinessDate>,
    /// The first day it was ever opened on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_opened_on: Option<BusinessDate>,
}

impl Drawer {
    pub fn is_open(&self) -> bool {
        self.open_since.is_some()
    }
}

/// More cash in one direction, of one customer on one business day, has to be reported: 31 CFR
/// 1010.311 and 1010.313 say 10,000 dollars. Of a currency without decimals, where a unit is
/// small, a hundred times as many units.
pub fn large_cash(currency: Currency) -> Minor {
    match currency.exponent() {
        0 => Minor(1_000_000),
        exponent => Minor(10_000 * 10_i64.pow(u32::from(exponent))),
    }
}
