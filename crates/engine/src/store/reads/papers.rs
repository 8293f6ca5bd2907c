//! What documents say: read from the same views and events as the screen, and named where there
//! is no such document.

use super::*;
use domain::change::LineChange;
use domain::command::RejectionReason;
use domain::event::{Event, upcast};
use domain::ids::{ChangeId, LineId, MovementId};
use domain::ledger::EntryKind;
use domain::line::{Decision, Line, Status};
use domain::money::{Minor, Money};
use domain::movement::{Movement, MovementState};
use domain::paper::*;
use domain::private::Private;
use domain::product::Terms;
use domain::refusal::{Refusal, RefusalCode};
use domain::text;
use domain::view::StatementQuery;

/// What was decided on a line, which limits it had and was to have, what its application lacked, and
/// what its customer was told was done to it: by the unique index on stream and place.
pub(super) const TOLD: &str = "
    select command_id, ordinal, version, payload, business_date from events
    where stream = 'line' and stream_id = ?
        and type in ('application_approved', 'limit_set', 'change_requested', 'incompleteness_noticed',
            'adverse_action_told')
    order by stream_seq";

/// Where the money of a movement moved first: by `journal_by_owner`.
pub(super) const MOVED: &str = "
    select min(seq), posted_on from journal
    where owner = ?1 and movement_id = ?2 and kind in
        ('cash_draw', 'network_draw', 'cash_repayment', 'network_repayment', 'cash_refund')";

/// What a command changed of a line's balance, entry by entry: the events of the command by their
/// unique index, their entries by the primary key.
pub(super) const POSTED: &str = "
    select j.seq, j.kind, sum(j.amount_minor) from events moved
    join events e on e.command_id = moved.command_id
    join journal j on j.seq = e.seq
    where moved.seq = ?1 and j.owner = ?2 and j.account in ('PRI', 'INT', 'FEE', 'CRE')
    group by j.seq, j.entry order by j.seq, j.entry";

/// Owed less customer credit, as posted through an event.
pub(super) const BALANCE: &str = "
    select coalesce(sum(amount_minor), 0) from journal
    where owner = ?1 and +seq <= ?2 and +account in ('PRI', 'INT', 'FEE', 'CRE')";

/// A line, and who is written to.
struct Subject {
    line: Line,
    customer: Addressee,
    key: Option<CustomerKey>,
}

/// What was said of a line.
#[derive(Default)]
struct Told {
    /// The day, the limit and the terms that were agreed on.
    approved: Option<(BusinessDate, Minor, Terms)>,
    reductions: Vec<(ChangeId, BusinessDate, LimitReduction)>,
    incomplete: Vec<(BusinessDate, Incompleteness)>,
    /// Day by day.
    adverse: Vec<(BusinessDate, Vec<AdverseDecision>)>,
}

impl Reader {
    /// What a document says.
    pub async fn paper(&self, viewer: &Viewer, query: &PaperQuery) -> Result<Paper, ReadError> {
        match query {
            PaperQuery::Agreement { line_id } => self.agreement(*line_id).await,
            PaperQuery::Receipt { movement_id } => self.receipt(*movement_id).await,
            PaperQuery::Statement {
                line_id,
                closing_on,
            } => self.statement_paper(*line_id, *closing_on).await,
            PaperQuery::Payoff { line_id, on } => self.payoff_letter(viewer, *line_id, *on).await,
            PaperQuery::AdverseAction { line_id } => self.adverse_action(*line_id).await,
            PaperQuery::AdverseActionOnLine { line_id, told_on } => {
                self.adverse_action_on_line(*line_id, *told_on).await
            }
            PaperQuery::Incompleteness { line_id, told_on } => {
                self.incompleteness(*line_id, *told_on).await
            }
            PaperQuery::LimitReduction { line_id, change_id } => {
                self.limit_reduction(*line_id, *change_id).await
            }
            PaperQuery::LimitReductionToCome {
                line_id,
                limit,
                reason,
            } => {
                let (id, today) = (*line_id, viewer.today);
                self.reduction_to_come(id, today, limit, reason).await
            }
        }
    }

    /// The documents that a line has, in the order of its life.
    pub async fn papers(&self, viewer: &Viewer, id: LineId) -> Result<Vec<PaperRow>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let row = |query: PaperQuery, dated| PaperRow {
            title: query.kind().title().to_owned(),
            dated,
            query,
        };
        let mut rows = Vec::new();
        for (told_on, _) in &told.incomplete {
            let (line_id, told_on) = (id, *told_on);
            rows.push(row(
                PaperQuery::Incompleteness { line_id, told_on },
                told_on,
            ));
        }
        if let Some((approved_on, ..)) = &told.approved {
            rows.push(row(PaperQuery::Agreement { line_id: id }, *approved_on));
        }
        if let Some(Decision::Rejected { on, .. }) = &subject.line.decision {
            rows.push(row(PaperQuery::AdverseAction { line_id: id }, *on));
        }
        for (change_id, dated, _) in &told.reductions {
            let (line_id, change_id) = (id, *change_id);
            let query = PaperQuery::LimitReduction { line_id, change_id };
            rows.push(row(query, *dated));
        }
        for (told_on, _) in &told.adverse {
            let (line_id, told_on) = (id, *told_on);
            let query = PaperQuery::AdverseActionOnLine { line_id, told_on };
            rows.push(row(query, told_on));
        }
        if subject.line.terms().is_some() && subject.line.owes() {
            let (line_id, on) = (id, viewer.today);
            rows.push(row(PaperQuery::Payoff { line_id, on }, on));
        }
        Ok(rows)
    }

    /// The newest reduction of a line's limit that was asked for.
    pub async fn last_reduction(&self, id: LineId) -> Result<ChangeId, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let none = || no_paper(&subject.line, "nobody asked for a lower limit");
        told.reductions.last().map(|(id, ..)| *id).ok_or_else(none)
    }

    async fn agreement(&self, id: LineId) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let Some((approved_on, limit_minor, terms)) = told.approved else {
            return Err(no_paper(&subject.line, unapproved(&subject.line)));
        };
        let line = &subject.line;
        let agreement = Agreement {
            product_name: line.product_name.clone(),
            requested_minor: line.requested_minor,
            limit_minor,
            purpose: line.purpose.known().cloned().unwrap_or_default(),
            terms,
            approved_on,
            signed_on: line.agreement_signed_on,
        };
        let body = PaperBody::Agreement(Box::new(agreement));
        Ok(self.dated(approved_on, subject, body))
    }

    async fn receipt(&self, id: MovementId) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (text,): (String,) = sqlx::query_as("select document from movements where id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        // Nothing private is printed of it: the document needs no key.
        let movement: Movement = document("movements", &id.to_string(), &text, None)?;
        let line_id = movement.line_id;
        let subject = self.subject(&mut snapshot, line_id).await?;
        if movement.state != MovementState::Settled {
            let state = movement.state.words().to_lowercase();
            let kind = movement.kind.words().to_lowercase();
            let words = format!("this {kind} is {state}: a receipt is of money that has moved");
            return Err(no_paper(&subject.line, &words));
        }
        let moved: (Option<i64>, Option<String>) = sqlx::query_as(MOVED)
            .bind(line_id.to_string())
            .bind(id.to_string())
            .fetch_one(&mut *snapshot)
            .await?;
        let (Some(seq), Some(posted_on)) = moved else {
            return Err(not_found());
        };
        let posted_on = history::date("journal", &posted_on)?;
        let posted: Vec<(i64, String, i64)> = sqlx::query_as(POSTED)
            .bind(seq)
            .bind(line_id.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        let last = posted.last().map_or(seq, |(seq, ..)| *seq);
        let (balance,): (i64,) = sqlx::query_as(BALANCE)
            .bind(line_id.to_string())
            .bind(last)
            .fetch_one(&mut *snapshot)
            .await?;
        let entries = posted.into_iter().map(|(seq, kind, amount)| {
            let kind: EntryKind =
                serde_json::from_value(kind.into()).map_err(|error| ReadError::Unreadable {
                    table: "journal",
                    id: seq.to_string(),
                    what: error.to_string(),
                })?;
            Ok((kind, Minor(amount)))
        });
        let entries = entries.collect::<Result<Vec<_>, ReadError>>()?;
        let served_by = people::name_of(&mut snapshot, movement.requested_by.user_id).await?;
        let receipt = Receipt {
            movement_id: id,
            kind: movement.kind,
            method: movement.method,
            amount_minor: movement.amount_minor,
            effective_on: movement.settled_on.unwrap_or(posted_on),
            posted_on,
            served_by,
            paid: movement.allocation,
            // Where one part of the debt only pays another the balance stays.
            entries: entries
                .into_iter()
                .filter(|(_, amount)| !amount.is_zero())
                .collect(),
            balance_minor: Minor(balance),
        };
        let body = PaperBody::Receipt(Box::new(receipt));
        Ok(self.dated(posted_on, subject, body))
    }

    async fn statement_paper(
        &self,
        line_id: LineId,
        closing_on: BusinessDate,
    ) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, line_id).await?;
        drop(snapshot);
        let query = StatementQuery {
            line_id,
            closing_on,
        };
        let statement = self.statement(&query).await.map_err(|error| match error {
            ReadError::Asked(_) => {
                let words = format!("there is no statement of {closing_on}");
                no_paper(&subject.line, &words)
            }
            error => error,
        })?;
        let body = PaperBody::Statement(Box::new(statement));
        Ok(self.dated(closing_on, subject, body))
    }

    async fn payoff_letter(
        &self,
        viewer: &Viewer,
        id: LineId,
        on: BusinessDate,
    ) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        drop(snapshot);
        if subject.line.terms().is_none() {
            return Err(no_paper(&subject.line, unapproved(&subject.line)));
        }
        if on < viewer.today {
            let words = "A payoff letter is of today or of a day to come.";
            return Err(asked_wrongly("on", words));
        }
        let payoff = self.payoff(id, on).await?;
        let letter = PayoffLetter::of(&payoff, self.currency);
        let body = PaperBody::Payoff(Box::new(letter));
        Ok(self.dated(viewer.today, subject, body))
    }

    async fn adverse_action(&self, id: LineId) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let Some(Decision::Rejected {
            reasons,
            other_words,
            on,
            ..
        }) = &subject.line.decision
        else {
            return Err(no_paper(&subject.line, "the application was not rejected"));
        };
        let of = Decided::Application {
            requested_minor: subject.line.requested_minor,
            taken_on: subject.line.taken_on,
        };
        let decision = adverse_decision(of, reasons.clone(), other_words.as_ref());
        let dated = *on;
        Ok(self.dated(dated, subject, adverse_notice(vec![decision])))
    }

    async fn adverse_action_on_line(
        &self,
        id: LineId,
        told_on: BusinessDate,
    ) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let mut notices = told.adverse.into_iter();
        let Some((_, decisions)) = notices.find(|(on, _)| *on == told_on) else {
            let words = format!("nobody was told on {told_on} of adverse action on the line");
            return Err(no_paper(&subject.line, &words));
        };
        Ok(self.dated(told_on, subject, adverse_notice(decisions)))
    }

    async fn incompleteness(&self, id: LineId, told_on: BusinessDate) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let mut notices = told.incomplete.into_iter();
        let Some((_, notice)) = notices.find(|(on, _)| *on == told_on) else {
            let words = format!("nobody was told on {told_on} what is missing");
            return Err(no_paper(&subject.line, &words));
        };
        Ok(self.dated(told_on, subject, PaperBody::Incompleteness(notice)))
    }

    async fn limit_reduction(&self, id: LineId, change_id: ChangeId) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let told = self.told(&mut snapshot, &subject).await?;
        let mut reductions = told.reductions.into_iter();
        let Some((_, dated, reduction)) = reductions.find(|(id, ..)| *id == change_id) else {
            let words = "this is no lower limit that was asked for";
            return Err(no_paper(&subject.line, words));
        };
        Ok(self.dated(dated, subject, PaperBody::LimitReduction(reduction)))
    }

    /// What could not be asked for afterwards is not told either.
    async fn reduction_to_come(
        &self,
        id: LineId,
        today: BusinessDate,
        limit: &Money,
        reason: &str,
    ) -> Result<Paper, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let subject = self.subject(&mut snapshot, id).await?;
        let line = &subject.line;
        let ended = line.status().ended() || line.charged_off_on().is_some();
        if line.terms().is_none() || ended {
            return Err(no_paper(line, "there is no limit to be lowered"));
        }
        text::note("reason", reason).map_err(refused)?;
        if limit.currency != self.currency {
            return Err(refused(Refusal::at("limit", RefusalCode::WrongCurrency)));
        }
        if !limit.minor.is_positive() {
            return Err(refused(Refusal::at(
                "limit",
                RefusalCode::AmountNotPositive,
            )));
        }
        if limit.minor >= line.limit() {
            let now = self.currency.format(line.limit());
            let words = format!("This is not lower than the limit of {now}.");
            return Err(asked_wrongly("limit", &words));
        }
        let drawn = line.balances.principal_minor;
        if limit.minor < drawn.plus(line.draws_on_their_way_minor)? {
            return Err(refused(Refusal::at("limit", RefusalCode::BelowDrawn)));
        }
        let reduction = LimitReduction {
            before_minor: line.limit(),
            limit_minor: limit.minor,
            reason: reason.to_owned(),
        };
        Ok(self.dated(today, subject, PaperBody::LimitReduction(reduction)))
    }

    fn dated(&self, dated: BusinessDate, subject: Subject, body: PaperBody) -> Paper {
        Paper {
            branch_name: self.branch_name.to_string(),
            currency: self.currency,
            demo: self.demo,
            dated,
            line_number: subject.line.number,
            customer: subject.customer,
            body,
        }
    }

    async fn subject(
        &self,
        connection: &mut SqliteConnection,
        id: LineId,
    ) -> Result<Subject, ReadError> {
        let (text, summarized, customer_id): (String, bool, String) = sqlx::query_as(lines::ONE)
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await?
            .ok_or_else(not_found)?;
        let customer_id: CustomerId = parse_id("lines", &customer_id)?;
        let key = self.keys(connection, &[customer_id]).await?;
        let key = key.into_values().next();
        let line = lines::shown_line(&id.to_string(), &text, summarized, key.as_ref())?;
        let customer = self
            .customer_document(connection, customer_id, key.as_ref())
            .await?;
        let Some(profile) = customer.profile.known() else {
            let words = "the customer was forgotten, and nobody can be written to";
            return Err(no_paper(&line, words));
        };
        let customer = Addressee {
            number: customer.number.clone(),
            name: customers::full_name(profile),
            address: profile.address.clone(),
        };
        Ok(Subject {
            line,
            customer,
            key,
        })
    }

    async fn told(
        &self,
        connection: &mut SqliteConnection,
        subject: &Subject,
    ) -> Result<Told, ReadError> {
        let rows: Vec<(String, i64, u32, String, String)> = sqlx::query_as(TOLD)
            .bind(subject.line.id.to_string())
            .fetch_all(connection)
            .await?;
        let mut told = Told::default();
        let mut limit = Minor::ZERO;
        for (command_id, ordinal, version, payload, on) in rows {
            let place = format!("{command_id}/{ordinal}");
            let payload = document("events", &place, &payload, subject.key.as_ref())?;
            let event = upcast(version, payload).map_err(|error| ReadError::Unreadable {
                table: "events",
                id: place,
                what: format!("{error:?}"),
            })?;
            match event {
                Event::ApplicationApproved {
                    limit_minor, terms, ..
                } => {
                    limit = limit_minor;
                    told.approved = Some((history::date("events", &on)?, limit_minor, terms));
                }
                Event::LimitSet { limit_minor, .. } => limit = limit_minor,
                Event::ChangeRequested {
                    change_id,
                    change:
                        LineChange::SetLimit {
                            limit: asked,
                            notice_given_on: Some(dated),
                        },
                    reason,
                    ..
                } if asked.minor < limit => {
                    let reduction = LimitReduction {
                        before_minor: limit,
                        limit_minor: asked.minor,
                        reason: reason.known().cloned().unwrap_or_default(),
                    };
                    told.reductions.push((change_id, dated, reduction));
                }
                Event::IncompletenessNoticed {
                    missing, reply_by, ..
                } => {
                    let told_on = history::date("events", &on)?;
                    // What is told again on the same day takes the place of what was told first.
                    told.incomplete.retain(|(on, _)| *on != told_on);
                    let notice = Incompleteness {
                        requested_minor: subject.line.requested_minor,
                        taken_on: subject.line.taken_on,
                        missing,
                        by: reply_by,
                    };
                    told.incomplete.push((told_on, notice));
                }
                Event::AdverseActionTold {
                    actions,
                    reasons,
                    other_words,
                    ..
                } => {
                    let told_on = history::date("events", &on)?;
                    let of = Decided::OnLine { actions };
                    let decision = adverse_decision(of, reasons, other_words.as_ref());
                    // What is told later on a day is of something else, and does not take the
                    // place of what was told first.
                    match told.adverse.last_mut() {
                        Some((on, decisions)) if *on == told_on => decisions.push(decision),
                        Some(_) | None => told.adverse.push((told_on, vec![decision])),
                    }
                }
                _ => {}
            }
        }
        Ok(told)
    }
}

fn adverse_decision(
    of: Decided,
    reasons: Vec<RejectionReason>,
    other_words: Option<&Private<String>>,
) -> AdverseDecision {
    let own = other_words.and_then(|words| words.known());
    AdverseDecision {
        of,
        reasons,
        other_words: own.cloned(),
    }
}

fn adverse_notice(decisions: Vec<AdverseDecision>) -> PaperBody {
    PaperBody::AdverseAction(AdverseAction {
        decisions,
        // Decisions here are made on what the customer brings: no report is asked for.
        report_source: None,
    })
}

/// Why a line that has no terms has none.
fn unapproved(line: &Line) -> &'static str {
    match line.status() {
        Status::Rejected => "the application was rejected",
        Status::Cancelled => "the application was cancelled before it was approved",
        Status::Open | Status::Approved | Status::Outstanding | Status::Repaid | Status::Closed => {
            "the application is not approved yet"
        }
    }
}

/// There is no such document of this line, and this is why.
fn no_paper(line: &Line, why: &str) -> ReadError {
    ReadError::Asked(ApiError {
        message: format!("{}: {why}.", line.number),
        ..ApiError::from(FaultCode::NotFound)
    })
}

pub(super) fn asked_wrongly(field: &str, words: &str) -> ReadError {
    ReadError::Asked(ApiError::malformed(Some(field.to_owned()), words))
}

fn refused(refusal: Refusal) -> ReadError {
    ReadError::Asked(refusal.into())
}
