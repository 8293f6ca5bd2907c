//! What is approved and not paid out yet: lines nobody has drawn on, and draws on their way.

use super::table::{Table, date, days, days_between, money, text};
use super::*;
use domain::movement::MovementState;
use domain::report::ReportCell::{Date, Money, Nothing, Text};

/// Past the second person, and neither arrived nor given up.
const ON_THEIR_WAY: &[MovementState] = &[
    MovementState::Approved,
    MovementState::Queued,
    MovementState::Sending,
    MovementState::Unknown,
    MovementState::Accepted,
    MovementState::NeedsReview,
];

impl Reader {
    /// Lines by number, then draws by their state, the longest waiting first.
    pub(super) async fn awaiting(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
    ) -> Result<Table, ReadError> {
        let mut table = Table::of(&[
            text("What"),
            text("Number"),
            text("Customer"),
            money("Limit"),
            money("Draw"),
            text("State"),
            date("Since"),
            days("Days"),
        ]);
        let mut approved = Lines::of(&[Status::Approved]);
        loop {
            let ids = approved.next(connection).await?;
            if ids.is_empty() {
                break;
            }
            let wanted = ids.iter().copied().collect();
            let lines = lines::shown_lines(connection, &wanted).await?;
            for row in self.line_rows(connection, viewer.today, &ids).await? {
                let Some(line) = lines.get(&row.id) else {
                    continue;
                };
                // A draw of it stands in a row of its own.
                if !line.draws_on_their_way_minor.is_zero() {
                    continue;
                }
                let since = line.opened_on().unwrap_or(row.taken_on);
                table.add(vec![
                    Text("Line without a draw".to_owned()),
                    Text(row.number),
                    Text(row.customer_name),
                    Money(row.limit_minor),
                    Nothing,
                    Text(standing(line).to_owned()),
                    Date(since),
                    days_between(since, viewer.today),
                ])?;
            }
        }
        let mut on_their_way = Movements::of(ON_THEIR_WAY);
        while let Some(draws) = self
            .next_draws(&mut on_their_way, connection, viewer)
            .await?
        {
            for row in draws {
                table.add(vec![
                    Text("Draw".to_owned()),
                    Text(row.line_number),
                    Text(row.customer_name),
                    Nothing,
                    Money(row.amount_minor),
                    Text(row.state.words().to_owned()),
                    Date(row.requested_on),
                    days_between(row.requested_on, viewer.today),
                ])?;
            }
        }
        Ok(table)
    }
}

/// What a first draw of the line waits for.
fn standing(line: &Line) -> &'static str {
    if line.cancellation_requested_on.is_some() {
        "Cancellation requested"
    } else if line.frozen.is_some() {
        "Frozen"
    } else if line.agreement_signed_on.is_none() {
        "Agreement not recorded"
    } else {
        "Ready to draw"
    }
}
