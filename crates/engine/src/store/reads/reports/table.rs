//! A report in the making: what is added is counted and summed, and the first of it is kept.

use super::*;
use domain::money::Minor;
use domain::report::{ColumnKind, ReportCell, ReportColumn};

/// Rows a report lists.
pub(super) const LISTED_MAX: usize = 5_000;

/// A column's words, what stands in it, and whether that is summed.
pub(super) type Column = (&'static str, ColumnKind, bool);

pub(super) const fn text(words: &'static str) -> Column {
    (words, ColumnKind::Text, false)
}

pub(super) const fn date(words: &'static str) -> Column {
    (words, ColumnKind::Date, false)
}

pub(super) const fn money(words: &'static str) -> Column {
    (words, ColumnKind::Money, true)
}

pub(super) const fn count(words: &'static str) -> Column {
    (words, ColumnKind::Count, true)
}

/// Days, which nobody adds up.
pub(super) const fn days(words: &'static str) -> Column {
    (words, ColumnKind::Count, false)
}

pub(super) struct Table {
    pub columns: Vec<ReportColumn>,
    pub rows: Vec<Vec<ReportCell>>,
    pub totals: Vec<ReportCell>,
    pub found: u64,
    pub notes: Vec<String>,
}

impl Table {
    pub fn of(columns: &[Column]) -> Table {
        let total = |(_, kind, summed): &Column| match (kind, summed) {
            (ColumnKind::Money, true) => ReportCell::Money(Minor::ZERO),
            (ColumnKind::Count, true) => ReportCell::Count(0),
            _ => ReportCell::Nothing,
        };
        let head = |(words, kind, _): &Column| ReportColumn {
            words: (*words).to_owned(),
            kind: *kind,
        };
        Table {
            columns: columns.iter().map(head).collect(),
            rows: Vec::new(),
            totals: columns.iter().map(total).collect(),
            found: 0,
            notes: Vec::new(),
        }
    }

    pub fn add(&mut self, row: Vec<ReportCell>) -> Result<(), ReadError> {
        for (total, cell) in self.totals.iter_mut().zip(&row) {
            match (total, cell) {
                (ReportCell::Money(sum), ReportCell::Money(amount)) => *sum = sum.plus(*amount)?,
                (ReportCell::Count(sum), ReportCell::Count(count)) => {
                    *sum = sum.checked_add(*count).ok_or(ReadError::Overflow)?;
                }
                _ => {}
            }
        }
        self.found += 1;
        if self.rows.len() < LISTED_MAX {
            self.rows.push(row);
        }
        Ok(())
    }
}

/// Whole days from one to another; none where the later comes first.
pub(super) fn days_between(from: BusinessDate, to: BusinessDate) -> ReportCell {
    ReportCell::Count(u64::try_from(to.days() - from.days()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_of_everything_and_the_first_rows_are_kept() {
        let mut table = Table::of(&[
            text("Number"),
            money("Amount"),
            count("Lines"),
            days("Days"),
        ]);
        for number in 0..=LISTED_MAX {
            table
                .add(vec![
                    ReportCell::Text(number.to_string()),
                    ReportCell::Money(Minor(100)),
                    ReportCell::Count(2),
                    ReportCell::Count(30),
                ])
                .unwrap();
        }
        assert_eq!(table.rows.len(), LISTED_MAX);
        assert_eq!(table.found, 5_001);
        let totals = [
            ReportCell::Nothing,
            ReportCell::Money(Minor(500_100)),
            ReportCell::Count(10_002),
            ReportCell::Nothing,
        ];
        assert_eq!(table.totals, totals);
        let too_much = vec![ReportCell::Nothing, ReportCell::Money(Minor(i64::MAX))];
        assert!(matches!(table.add(too_much), Err(ReadError::Overflow)));
    }
}
