//! What a person should look at twice before money moves. Read beside the rules, because none of it
//! refuses anything: the same amount may be wanted twice, and much cash is only to be reported.

use super::*;
use domain::command::{ApproveDraw, BreakGlass, Command, PayIn, PayOut};
use domain::drawer::large_cash;
use domain::ids::{CustomerId, LineId};
use domain::line::Line;
use domain::money::Minor;
use domain::movement::{Method, Movement, MovementKind, MovementState};
use domain::split::{Split, added_up, splits, within};

/// Of each line the newest so many are looked at: more than a day brings.
const LOOKED_AT: u32 = 200;

/// By `movements_by_line`.
pub(super) const NEWEST: &str = "select requested_seq, document from movements
    where line_id = ?1 order by requested_seq desc limit ?2";
/// By `lines_by_customer`.
pub(super) const LINES: &str = "select id from lines
    where customer_id = ?1 order by number desc limit ?2";

/// Money that a command would move.
struct Intended {
    kind: MovementKind,
    amount: Minor,
    cash: bool,
    /// Of a movement that is there already, so that it is no repetition of itself.
    entered: bool,
}

impl Reader {
    /// Words for each thing that stands out.
    pub async fn warnings(
        &self,
        viewer: &Viewer,
        command: &Command,
        line: &Line,
    ) -> Result<Vec<String>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let own = newest(&mut snapshot, line.id).await?;
        let mut words = Vec::new();
        if let Command::RequestDraw(_) | Command::ApproveDraw(_) | Command::BreakGlass(_) = command
        {
            let all = of_all_lines(&mut snapshot, line.customer_id).await?;
            // Said of the line where its own draws come to it, else of the customer.
            let mut said = self.split(viewer, command, line, (&own, "line"))?;
            if said.is_none() && all.len() > own.len() {
                said = self.split(viewer, command, line, (&all, "customer"))?;
            }
            words.extend(said);
        }
        let Some(intended) = intended(&own, command) else {
            return Ok(words);
        };
        let repeats = |movement: &&Movement| {
            movement.kind == intended.kind
                && movement.amount_minor == intended.amount
                && movement.requested_on == viewer.today
                && movement.state.stands()
        };
        if !intended.entered
            && let Some(earlier) = own.iter().find(repeats)
        {
            let by = people::name_of(&mut snapshot, earlier.requested_by.user_id).await?;
            words.push(format!(
                "{} entered a {} of {} on this line today already. Is this another one?",
                by,
                noun(intended.kind),
                self.currency.format(intended.amount),
            ));
        }
        if intended.cash {
            let before = self
                .cash_today(&mut snapshot, viewer, line, intended.kind)
                .await?;
            let total = before.plus(intended.amount)?;
            if total > large_cash(self.currency) {
                words.push(format!(
                    "With this the customer has {} {} in cash today: it has to be reported.",
                    match intended.kind {
                        MovementKind::Repayment => "paid in",
                        MovementKind::Draw | MovementKind::Refund => "been paid",
                    },
                    self.currency.format(total),
                ));
            }
        }
        Ok(words)
    }

    /// Where draws add up over one signature: said to whoever asks for the last of them, and to
    /// whoever decides on a draw that was asked for within 24 hours of them, or before them. `own` are
    /// movements of the line, or of all its customer's lines, newest first.
    fn split(
        &self,
        viewer: &Viewer,
        command: &Command,
        line: &Line,
        (own, whose): (&[Movement], &str),
    ) -> Result<Option<String>, ReadError> {
        let Some(terms) = line.terms() else {
            return Ok(None);
        };
        let single = terms.single_signature_minor;
        Ok(match command {
            Command::RequestDraw(c) => {
                added_up(single, c.amount.minor, viewer.now, own)?.map(|sum| {
                    format!(
                        "With this {} draws of this {whose} within 24 hours come to {}, more than the {} that \
                         one signature may release. The admins see it.",
                        sum.draws,
                        self.currency.format(sum.together_minor),
                        self.currency.format(single),
                    )
                })
            }
            Command::ApproveDraw(ApproveDraw { draw_id, .. })
            | Command::BreakGlass(BreakGlass { draw_id, .. }) => {
                let Some(waiting) = own.iter().find(|movement| movement.id == *draw_id) else {
                    return Ok(None);
                };
                let near = |split: &Split<'_>| within(split.draw.requested_at, waiting.requested_at);
                let found = splits(single, own)?;
                let most = found.iter().filter(|split| near(split));
                most.max_by_key(|split| split.added_up.together_minor)
                    .map(|split| {
                        format!(
                            "{} draws of this {whose} within 24 hours come to {}, more than the {} that one \
                             signature may release.",
                            split.added_up.draws,
                            self.currency.format(split.added_up.together_minor),
                            self.currency.format(single),
                        )
                    })
            }
            _ => None,
        })
    }

    /// Cash of the line's customer today in the direction of such a movement, over all lines.
    async fn cash_today(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        line: &Line,
        kind: MovementKind,
    ) -> Result<Minor, ReadError> {
        let mut total = Minor::ZERO;
        for line_id in lines_of(connection, line.customer_id).await? {
            for movement in newest(connection, line_id).await? {
                let moved_today = movement.method == Method::Cash
                    && movement.state == MovementState::Settled
                    && movement.settled_on == Some(viewer.today);
                if moved_today && is_paid_in(movement.kind) == is_paid_in(kind) {
                    total = total.plus(movement.amount_minor)?;
                }
            }
        }
        Ok(total)
    }
}

fn is_paid_in(kind: MovementKind) -> bool {
    kind == MovementKind::Repayment
}

fn noun(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Draw => "draw",
        MovementKind::Repayment => "repayment",
        MovementKind::Refund => "refund",
    }
}

/// `own` are the movements of the command's line.
fn intended(own: &[Movement], command: &Command) -> Option<Intended> {
    let entered = false;
    match command {
        Command::RequestDraw(c) => Some(Intended {
            kind: MovementKind::Draw,
            amount: c.amount.minor,
            cash: matches!(c.method, PayOut::Cash { .. }),
            entered,
        }),
        Command::TakeRepayment(c) => Some(Intended {
            kind: MovementKind::Repayment,
            amount: c.amount.minor,
            cash: matches!(c.method, PayIn::Cash {}),
            entered,
        }),
        Command::RefundCredit(c) => Some(Intended {
            kind: MovementKind::Refund,
            amount: c.amount.minor,
            cash: true,
            entered,
        }),
        Command::PayCashDraw(c) => {
            let draw = own.iter().find(|movement| movement.id == c.draw_id);
            draw.map(|draw| Intended {
                kind: MovementKind::Draw,
                amount: draw.amount_minor,
                cash: true,
                entered: true,
            })
        }
        _ => None,
    }
}

/// Nothing private is looked at: the documents need no key.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
    line_id: LineId,
) -> Result<Vec<Movement>, ReadError> {
    let told = in_the_log(connection, line_id).await?;
    Ok(told.into_iter().map(|(_, movement)| movement).collect())
}

/// The newest movements of a customer, over all lines, in the order of the log.
async fn of_all_lines(
    connection: &mut SqliteConnection,
    customer_id: CustomerId,
) -> Result<Vec<Movement>, ReadError> {
    let mut told = Vec::new();
    for line_id in lines_of(connection, customer_id).await? {
        told.extend(in_the_log(connection, line_id).await?);
    }
    told.sort_by_key(|(requested_seq, _)| std::cmp::Reverse(*requested_seq));
    Ok(told.into_iter().map(|(_, movement)| movement).collect())
}

async fn lines_of(
    connection: &mut SqliteConnection,
    customer_id: CustomerId,
) -> Result<Vec<LineId>, ReadError> {
    let lines: Vec<(String,)> = sqlx::query_as(LINES)
        .bind(customer_id.to_string())
        .bind(LOOKED_AT)
        .fetch_all(connection)
        .await?;
    lines.iter().map(|(id,)| parse_id("lines", id)).collect()
}

/// The newest movements of a line, each with the event that asked for it.
async fn in_the_log(
    connection: &mut SqliteConnection,
    line_id: LineId,
) -> Result<Vec<(i64, Movement)>, ReadError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(NEWEST)
        .bind(line_id.to_string())
        .bind(LOOKED_AT)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(seq, text)| Ok((seq, document("movements", "", &text, None)?)))
        .collect()
}
