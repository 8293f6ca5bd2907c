//! What a command needs to be judged, and no more.

use crate::account::User;
use crate::calendar::Calendar;
use crate::customer::Customer;
use crate::date::BusinessDate;
use crate::drawer::Drawer;
use crate::ids::*;
use crate::line::Line;
use crate::money::{Currency, Minor};
use crate::movement::Movement;
use crate::product::Product;
use crate::reconcile::{FindingState, Statement};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The part of the store a batch of commands is judged against. `apply` keeps it current, so
/// the second draw of a batch sees the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub branch: Branch,
    pub users: BTreeMap<UserId, User>,
    /// Who holds a sign-in name.
    pub logins: BTreeMap<String, UserId>,
    /// The person behind a confirmed employee number.
    pub persons: BTreeMap<String, PersonId>,
    pub customers: BTreeMap<CustomerId, Customer>,
    /// Who holds a tax id.
    pub tax_ids: BTreeMap<String, CustomerId>,
    pub products: BTreeMap<ProductId, Product>,
    pub lines: BTreeMap<LineId, Line>,
    /// Movements asked for by id, and those on their way of lines that may call them off.
    pub movements: BTreeMap<MovementId, Movement>,
    /// Disagreements with the network asked for by id.
    pub findings: BTreeMap<String, FindingState>,
    /// The network's statements asked for by date.
    pub statements: BTreeMap<BusinessDate, Statement>,
}

/// The branch, with the counters of human numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub version: u64,
    pub set_up: Option<SetUp>,
    /// The bootstrap row: the first flagged sign-up claims it.
    pub founding_admin: Option<UserId>,
    pub customers_numbered: u64,
    pub lines_numbered: u64,
    /// How far the network's events were read.
    pub cursor: Option<String>,
    /// The last business date that was closed; none before the first close.
    #[serde(default)]
    pub closed_through: Option<BusinessDate>,
    #[serde(default)]
    pub calendar: Calendar,
    /// Cash at the counter, by the teller's account.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drawers: BTreeMap<UserId, Drawer>,
    /// The store's epoch after whose restore payments are held until all is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_in_epoch: Option<u64>,
    /// The last epoch that was compared after a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_epoch: Option<u64>,
    /// The last day whose statement was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciled_through: Option<BusinessDate>,
    /// The key this device signs the log with, in hexadecimal; none before it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// Open findings that the store was altered: nothing is paid or approved while there is one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub altered: BTreeSet<String>,
    /// What was released by one person alone and nobody else has looked at yet, by its finding.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub glass: BTreeMap<String, Minor>,
    /// Admins need a second factor for what admins alone may do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admins_need_second_factor: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    pub store_id: StoreId,
    pub branch_name: String,
    pub currency: Currency,
    pub time_zone: String,
}

impl World {
    pub fn currency(&self) -> Option<Currency> {
        self.branch.set_up.as_ref().map(|set_up| set_up.currency)
    }

    pub fn movements_of(&self, line_id: LineId) -> impl Iterator<Item = &Movement> {
        self.movements
            .values()
            .filter(move |movement| movement.line_id == line_id)
    }

    pub fn lines_of(&self, customer_id: CustomerId) -> impl Iterator<Item = &Line> {
        self.lines
            .values()
            .filter(move |line| line.customer_id == customer_id)
    }
}
