//! How terms and movements are said: the page, the paper and the command line say them alike.

use crate::command::Speed;
use crate::cycle::Cycle;
use crate::movement::{Method, MovementKind};
use crate::product::{DayCount, Due, InterestMethod, MinimumRule, percent};
use crate::statement::StatementLine;

impl MovementKind {
    pub fn words(self) -> &'static str {
        match self {
            MovementKind::Draw => "Draw",
            MovementKind::Repayment => "Repayment",
            MovementKind::Refund => "Refund",
        }
    }
}

impl Method {
    /// "Cash", or "Account ending 4410, express".
    pub fn words(&self) -> String {
        match self {
            Method::Cash => "Cash".to_owned(),
            Method::Network { last4, speed, .. } => match speed {
                Speed::Standard => format!("Account ending {last4}"),
                Speed::Express => format!("Account ending {last4}, express"),
            },
        }
    }
}

impl Due {
    pub fn words(self) -> &'static str {
        match self {
            Due::Fees => "fees",
            Due::Interest => "interest",
            Due::Principal => "principal",
        }
    }

    /// "fees, then interest, then principal"
    pub fn order_in_words(order: &[Due; 3]) -> String {
        order.map(Due::words).join(", then ")
    }
}

impl DayCount {
    pub fn words(self) -> &'static str {
        match self {
            DayCount::Act365 => "ACT/365",
            DayCount::Act360 => "ACT/360",
            DayCount::ActAct => "ACT/ACT",
            DayCount::ThirtyE360 => "30E/360",
        }
    }
}

impl InterestMethod {
    pub fn words(self) -> &'static str {
        match self {
            InterestMethod::DailySimple => "Daily, simple",
            InterestMethod::AverageDailyBalance => "Average daily balance",
        }
    }
}

impl Cycle {
    /// "on the last day of the month"
    pub fn words(self) -> String {
        match self {
            Cycle::LastOfMonth {} => "on the last day of the month".to_owned(),
            Cycle::DayOfMonth { day } => format!("on day {day} of the month"),
            Cycle::EveryDays { days } => format!("every {days} days"),
        }
    }
}

impl MinimumRule {
    /// `floor` is the floor as it is written there, with or without the currency.
    pub fn words(self, floor: &str) -> String {
        let percent = percent(self.balance_basis_points);
        format!(
            "{floor}, or {percent} % of the balance, or the cycle's charges; then what is past due"
        )
    }
}

impl StatementLine {
    /// "Interest", "Fee, adjusted"
    pub fn words(&self) -> String {
        match self.adjusts {
            true => format!("{}, adjusted", self.kind.words()),
            false => self.kind.words().to_owned(),
        }
    }
}
