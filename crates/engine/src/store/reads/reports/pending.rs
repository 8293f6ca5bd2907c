//! What waits for a second person: applications, draws, changes of a line.

use super::table::{Table, date, days, days_between, money, text};
use super::*;
use domain::movement::MovementState;
use domain::report::ReportCell::{Date, Money, Nothing, Text};

impl Reader {
    /// Applications by number, then draws and changes, the longest waiting first.
    pub(super) async fn pending(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
    ) -> Result<Table, ReadError> {
        let mut table = Table::of(&[
            text("What"),
            text("Number"),
            text("Customer"),
            money("Limit asked for"),
            money("Draw asked for"),
            date("Asked for on"),
            days("Days waiting"),
            date("Due"),
            text("By"),
        ]);
        let mut open = Lines::of(&[Status::Open]);
        loop {
            let ids = open.next(connection).await?;
            if ids.is_empty() {
                break;
            }
            for row in self.line_rows(connection, viewer.today, &ids).await? {
                table.add(vec![
                    Text("Application".to_owned()),
                    Text(row.number),
                    Text(row.customer_name),
                    Money(row.requested_minor),
                    Nothing,
                    Date(row.taken_on),
                    days_between(row.taken_on, viewer.today),
                    row.clock.map_or(Nothing, |clock| Date(clock.due_on)),
                    Text(row.taken_by_name),
                ])?;
            }
        }
        let mut waiting = Movements::of(&[MovementState::Requested]);
        while let Some(draws) = self.next_draws(&mut waiting, connection, viewer).await? {
            for row in draws {
                table.add(vec![
                    Text("Draw".to_owned()),
                    Text(row.line_number),
                    Text(row.customer_name),
                    Nothing,
                    Money(row.amount_minor),
                    Date(row.requested_on),
                    days_between(row.requested_on, viewer.today),
                    Nothing,
                    Text(row.requested_by_name),
                ])?;
            }
        }
        let most = u32::try_from(table::LISTED_MAX).unwrap_or(u32::MAX);
        let changes = self.waiting_changes(connection, viewer, most).await?;
        if changes.len() >= table::LISTED_MAX {
            let words = "More changes may wait than were looked at.";
            table.notes.push(words.to_owned());
        }
        for change in changes {
            if change.expired {
                continue;
            }
            table.add(vec![
                Text(change.words),
                Text(change.line_number),
                Text(change.customer_name),
                Nothing,
                Nothing,
                Date(change.asked_on),
                days_between(change.asked_on, viewer.today),
                Date(change.expires_on),
                Text(change.asked_by_name),
            ])?;
        }
        Ok(table)
    }
}
