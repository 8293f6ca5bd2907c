//! How a repayment is divided among what is posted.

use crate::money::{Minor, Overflow};
use crate::product::Due;
use serde::{Deserialize, Serialize};

/// What one amount pays. The four parts add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    pub fees_minor: Minor,
    pub interest_minor: Minor,
    pub principal_minor: Minor,
    /// More than is owed becomes customer credit.
    pub credit_minor: Minor,
}

impl Allocation {
    fn part(&mut self, due: Due) -> &mut Minor {
        match due {
            Due::Fees => &mut self.fees_minor,
            Due::Interest => &mut self.interest_minor,
            Due::Principal => &mut self.principal_minor,
        }
    }

    pub fn total(&self) -> Result<Minor, Overflow> {
        Minor::sum([
            self.fees_minor,
            self.interest_minor,
            self.principal_minor,
            self.credit_minor,
        ])
    }
}

/// Posted amounts a repayment may pay. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    pub fees: Minor,
    pub interest: Minor,
    pub principal: Minor,
}

impl Posted {
    fn part(&self, due: Due) -> Minor {
        match due {
            Due::Fees => self.fees,
            Due::Interest => self.interest,
            Due::Principal => self.principal,
        }
    }
}

/// Past due before current; within each, in the product's order; the rest is credit.
pub fn allocate(
    amount: Minor,
    order: &[Due; 3],
    past_due: &Posted,
    current: &Posted,
) -> Result<Allocation, Overflow> {
    let mut left = amount;
    let mut allocation = Allocation::default();
    for bucket in [past_due, current] {
        for due in order {
            let pays = left.min(bucket.part(*due).or_zero());
            let part = allocation.part(*due);
            *part = part.plus(pays)?;
            left = left.minus(pays)?;
        }
    }
    allocation.credit_minor = left;
    Ok(allocation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(amount: i64, order: [Due; 3], past: [i64; 3], now: [i64; 3], expected: [i64; 4]) {
        let posted = |p: [i64; 3]| Posted {
            fees: Minor(p[0]),
            interest: Minor(p[1]),
            principal: Minor(p[2]),
        };
        let got = allocate(Minor(amount), &order, &posted(past), &posted(now)).unwrap();
        let parts = [
            got.fees_minor.0,
            got.interest_minor.0,
            got.principal_minor.0,
            got.credit_minor.0,
        ];
        assert_eq!(parts, expected);
        assert_eq!(got.total().unwrap(), Minor(amount));
    }

    #[test]
    fn past_due_first_then_the_order_then_credit() {
        use Due::*;
        let usual = [Fees, Interest, Principal];
        check(50, usual, [0; 3], [10, 20, 100], [10, 20, 20, 0]);
        check(130, usual, [0; 3], [10, 20, 100], [10, 20, 100, 0]);
        check(200, usual, [0; 3], [10, 20, 100], [10, 20, 100, 70]);
        check(35, usual, [5, 5, 20], [10, 20, 100], [10, 5, 20, 0]);
        check(
            15,
            [Principal, Interest, Fees],
            [0; 3],
            [10, 20, 10],
            [0, 5, 10, 0],
        );
        check(15, usual, [0; 3], [0, 0, 0], [0, 0, 0, 15]);
        check(15, usual, [0; 3], [-5, 0, 10], [0, 0, 10, 5]);
    }
}
