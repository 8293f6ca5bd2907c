//! Every question the program answers, held against the model.

use crate::dice::Dice;
use crate::model::{Drawer, Model};
use crate::world::Base;
use domain::date::UtcMillis;
use domain::ids::*;
use domain::intake::ClockKind;
use domain::movement::MovementState as State;
use domain::view::{CustomerQuery, LineDetails, LineOrder, LineQuery};
use engine::Engine;
use engine::store::reads::{ReadError, Viewer};
use std::collections::BTreeMap;

/// What a look can end in besides agreement.
pub enum Looked {
    /// The store could not be read just now.
    Unread(String),
    Differs(String),
}

impl From<ReadError> for Looked {
    fn from(error: ReadError) -> Self {
        Looked::Unread(error.to_string())
    }
}

impl From<String> for Looked {
    fn from(words: String) -> Self {
        Looked::Differs(words)
    }
}

macro_rules! same {
    ($what:expr, $answered:expr, $counted:expr) => {
        let (answered, counted) = (&$answered, &$counted);
        if answered != counted {
            return Err(Looked::Differs(format!(
                "{}: the program says {answered:?}, the model {counted:?}",
                $what
            )));
        }
    };
}

pub async fn viewer(engine: &Engine, base: &Base, now: UtcMillis) -> Result<Viewer, Looked> {
    let user = engine.reader().user(base.people.ada).await?;
    let store = engine
        .store_view()
        .await
        .map_err(|error| Looked::Unread(error.message))?;
    Ok(Viewer {
        user,
        today: store.business_date,
        now,
    })
}

/// One line, to the last figure.
pub async fn at_line(
    engine: &Engine,
    model: &Model,
    viewer: &Viewer,
    id: &str,
) -> Result<(), Looked> {
    let line_id: LineId = id.parse().map_err(|_| format!("{id} is no line"))?;
    let shown: LineDetails = engine.reader().line(viewer, line_id).await?;
    let line = &model.lines[id];
    same!(format!("{id} number"), shown.row.number, line.number);
    same!(
        format!("{id} status"),
        shown.row.status.tag(),
        model.status(id)
    );
    same!(
        format!("{id} version"),
        i64::try_from(shown.version).unwrap_or(-1),
        line.version
    );
    same!(
        format!("{id} principal"),
        shown.figures.principal_minor.0,
        line.principal
    );
    same!(
        format!("{id} credit"),
        shown.figures.credit_minor.0,
        line.credit
    );
    same!(
        format!("{id} limit"),
        shown.figures.limit_minor.0,
        line.limit.unwrap_or(0)
    );
    same!(
        format!("{id} on their way"),
        shown.figures.on_their_way_minor.0,
        model.draws_on_the_way(id)
    );
    same!(
        format!("{id} available"),
        shown.figures.available_minor.0,
        model.available(id, viewer.today)
    );
    same!(format!("{id} frozen"), shown.row.frozen, line.frozen);
    same!(
        format!("{id} cancellation"),
        shown.row.cancellation_requested,
        line.cancellation_requested && !line.ended()
    );
    same!(
        format!("{id} untold"),
        shown.adverse_actions.untold.len(),
        line.untold.len()
    );
    let clock = shown.row.clock;
    let shown_due = clock.filter(|clock| clock.kind == ClockKind::AdverseAction);
    let first = line.untold.first().filter(|_| !line.ended());
    let due = first.map(|untold| untold.on.plus_days(30));
    // A counter-offer may run out before that.
    let offered = clock.is_some_and(|clock| clock.kind == ClockKind::CounterOffer);
    if !offered {
        same!(
            format!("{id} notice due"),
            shown_due.map(|it| it.due_on),
            due
        );
    }
    let in_review = model
        .on_the_way(id)
        .filter(|movement| movement.state == State::NeedsReview)
        .count();
    same!(
        format!("{id} in review"),
        shown.row.in_review as usize,
        in_review
    );
    let mut counted: Vec<_> = model
        .movements
        .iter()
        .filter(|(_, m)| m.line == id)
        .collect();
    counted.sort_by_key(|(_, movement)| std::cmp::Reverse(movement.requested_seq));
    let answered: Vec<_> = shown
        .movements
        .iter()
        .map(|row| {
            (
                row.id.to_string(),
                row.state,
                row.amount_minor.0,
                row.attempts,
            )
        })
        .collect();
    let counted: Vec<_> = counted
        .into_iter()
        .map(|(id, m)| (id.clone(), m.state, m.amount, m.attempts))
        .take(answered.len().max(1))
        .collect();
    same!(format!("{id} movements"), answered, counted);
    let accounts: BTreeMap<String, (bool, bool)> = shown
        .bank_accounts
        .iter()
        .map(|account| {
            let flags = (
                account.debit_authorized_on.is_some(),
                account.unusable_since_code.is_some(),
            );
            (account.id.to_string(), flags)
        })
        .collect();
    if let Some(customer) = model.customers.get(&line.customer)
        && !customer.forgotten
    {
        let counted: BTreeMap<String, (bool, bool)> = customer
            .accounts
            .iter()
            .map(|(id, account)| (id.clone(), (account.authorized, account.unusable)))
            .collect();
        same!(format!("{id} bank accounts"), accounts, counted);
    }
    Ok(())
}

/// One question of any kind.
pub async fn around(
    engine: &Engine,
    model: &Model,
    viewer: &Viewer,
    dice: &mut Dice,
) -> Result<&'static str, Looked> {
    let reader = engine.reader();
    let lines: Vec<&String> = model.lines.keys().collect();
    let some_line = (*dice.pick(&lines)).clone();
    match dice.below(10) {
        0 => {
            let status = *dice.pick(domain::line::Status::ALL);
            let oldest = dice.percent(50);
            let mut query = LineQuery {
                statuses: if dice.percent(60) {
                    vec![status]
                } else {
                    Vec::new()
                },
                search: String::new(),
                mine: false,
                customer_id: None,
                order: if oldest {
                    LineOrder::OldestFirst
                } else {
                    LineOrder::NewestFirst
                },
                after: None,
                limit: u32::try_from(dice.between(1, 6)).unwrap_or(1),
            };
            let mut answered = Vec::new();
            loop {
                let page = reader.lines(viewer, &query).await?;
                answered.extend(page.rows.into_iter().map(|row| row.number));
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
            let mut counted: Vec<String> = model
                .lines
                .iter()
                .filter(|(id, _)| query.statuses.is_empty() || model.status(id) == status.tag())
                .map(|(_, line)| line.number.clone())
                .collect();
            counted.sort();
            if !oldest {
                counted.reverse();
            }
            same!("the list of applications", answered, counted);
            Ok("applications")
        }
        1 => {
            let states = [*dice.pick(State::ALL), *dice.pick(State::ALL)];
            let mut answered = Vec::new();
            let mut after = None;
            loop {
                let page = reader
                    .movements(viewer, &states, after.as_deref(), 3)
                    .await?;
                answered.extend(page.rows.into_iter().map(|row| row.id.to_string()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            answered.sort();
            let counted: Vec<String> = model
                .movements
                .iter()
                .filter(|(_, m)| states.contains(&m.state))
                .map(|(id, _)| id.clone())
                .collect();
            same!("the list of movements", answered, counted);
            Ok("movements")
        }
        2 => {
            let facts = reader.transfers(viewer).await?;
            for (state, answered) in [
                (State::Queued, facts.queued),
                (State::Sending, facts.sending),
                (State::Unknown, facts.unknown),
                (State::Accepted, facts.accepted),
                (State::NeedsReview, facts.needs_review),
            ] {
                let counted = model
                    .movements
                    .values()
                    .filter(|m| m.state == state)
                    .count();
                same!(
                    format!("transfers that are {state:?}"),
                    answered as usize,
                    counted
                );
            }
            Ok("transfers")
        }
        3 => {
            let balance = reader.trial_balance(None).await?;
            same!("the trial balance", balance.sum_minor.0, 0);
            let of = |code: &str| {
                let rows = balance.rows.iter().filter(|row| row.account == code);
                rows.map(|row| row.balance_minor.0).sum::<i64>()
            };
            let drawers = model
                .drawers
                .values()
                .map(|drawer| drawer.holds)
                .sum::<i64>();
            same!("all drawers", of("DRW"), drawers);
            same!("the vault", of("VLT"), model.vault);
            same!("over and short", of("O/S"), -model.over);
            for (teller, drawer) in &model.drawers {
                at_drawer(engine, viewer, teller, drawer).await?;
            }
            same!(
                "all principal",
                of("PRI"),
                model.lines.values().map(|line| line.principal).sum::<i64>()
            );
            same!(
                "all credit",
                -of("CRE"),
                model.lines.values().map(|line| line.credit).sum::<i64>()
            );
            same!(
                "clearing",
                of("CLR"),
                model.movements.values().map(|m| m.cleared).sum::<i64>() + model.stated
            );
            Ok("trial balance")
        }
        4 => {
            let line_id: LineId = some_line.parse().map_err(|_| "no line".to_owned())?;
            let balance = reader.trial_balance(Some(line_id)).await?;
            let of = |code: &str| {
                let rows = balance.rows.iter().filter(|row| row.account == code);
                rows.map(|row| row.balance_minor.0).sum::<i64>()
            };
            same!(
                "a line's principal",
                of("PRI"),
                model.lines[&some_line].principal
            );
            same!(
                "a line's credit",
                -of("CRE"),
                model.lines[&some_line].credit
            );
            Ok("a line's balance")
        }
        5 => {
            let line_id: LineId = some_line.parse().map_err(|_| "no line".to_owned())?;
            let mut after = None;
            let (mut principal, mut credit) = (0, 0);
            let mut newest = None;
            loop {
                let page = reader.transactions(line_id, after.as_deref(), 4).await?;
                for row in page.rows {
                    newest = newest.or(Some(row.balance_minor.0));
                    principal += row.principal_minor.0;
                    credit += row.credit_minor.0;
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let line = &model.lines[&some_line];
            same!(
                "a line's history: balance",
                newest.unwrap_or(0),
                line.principal - line.credit
            );
            same!("a line's history: principal", principal, line.principal);
            same!("a line's history: credit", credit.abs(), line.credit.abs());
            Ok("history")
        }
        6 => {
            let page = reader.events(None, None, 5).await?;
            let newest = page.rows.first().map_or(0, |row| row.seq);
            same!(
                "the newest event",
                i64::try_from(newest).unwrap_or(-1),
                model.seq
            );
            Ok("events")
        }
        7 => {
            let mut query = CustomerQuery {
                search: String::new(),
                after: None,
                limit: 2,
            };
            let mut answered = BTreeMap::new();
            loop {
                let page = reader.customers(&query).await?;
                answered.extend(
                    page.rows
                        .into_iter()
                        .map(|row| (row.id.to_string(), row.forgotten)),
                );
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
            let counted: BTreeMap<String, bool> = model
                .customers
                .iter()
                .filter(|(id, customer)| answered.contains_key(*id) || !customer.forgotten)
                .map(|(id, customer)| (id.clone(), customer.forgotten))
                .collect();
            same!("the customers", answered, counted);
            Ok("customers")
        }
        8 => {
            let customers: Vec<&String> = model.customers.keys().collect();
            let id = *dice.pick(&customers);
            let customer_id: CustomerId = id.parse().map_err(|_| "no customer".to_owned())?;
            let shown = reader.customer(viewer, customer_id).await?;
            let counted = &model.customers[id];
            same!("a customer's number", shown.row.number, counted.number);
            same!(
                "a customer's version",
                i64::try_from(shown.version).unwrap_or(-1),
                counted.version
            );
            same!(
                "whether a customer is forgotten",
                shown.row.forgotten,
                counted.forgotten
            );
            let lines = model
                .lines
                .values()
                .filter(|line| line.customer == *id)
                .count();
            same!("a customer's lines", shown.lines.len(), lines);
            Ok("a customer")
        }
        _ => {
            let desk = reader.admin_desk(viewer).await?;
            let open = model
                .lines
                .keys()
                .filter(|id| model.status(id) == "open")
                .count();
            same!("open applications", desk.open_applications.len(), open);
            let waiting = model.users.values().filter(|user| user.waiting).count();
            same!("waiting accounts", desk.waiting_accounts.len(), waiting);
            let review = model
                .movements
                .values()
                .filter(|m| m.state == State::NeedsReview)
                .count();
            same!("in review", desk.in_review.len(), review);
            let draws = model.movements.values();
            let draws = draws
                .filter(|m| m.kind == "draw" && m.state == State::Requested)
                .count();
            same!("waiting draws", desk.waiting_draws.len(), draws);
            let changes: usize = model.lines.values().map(|line| line.waiting.len()).sum();
            same!("waiting changes", desk.waiting_changes.len(), changes);
            let products = reader.products().await?;
            same!("products", products.len(), model.products.len());
            Ok("the admins' desk")
        }
    }
}

/// One teller's drawer and today's sheet of it.
async fn at_drawer(
    engine: &Engine,
    viewer: &Viewer,
    teller: &str,
    drawer: &Drawer,
) -> Result<(), Looked> {
    let teller_id = teller.parse().map_err(|_| format!("{teller} is nobody"))?;
    let reader = engine.reader();
    let view = reader
        .counter(viewer, teller_id, viewer.today, true)
        .await?;
    let row = view.drawers.iter().find(|row| row.teller_id == teller_id);
    let row = row.ok_or_else(|| format!("{teller} has no drawer"))?;
    same!(format!("{teller} holds"), row.holds_minor.0, drawer.holds);
    same!(
        format!("{teller} is open"),
        row.open_since.is_some(),
        drawer.open
    );
    same!(
        format!("{teller} day sheet"),
        view.sheet.closing_minor.0,
        drawer.holds
    );
    Ok(())
}
