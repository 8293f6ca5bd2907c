//! What a command would do, before anybody commits to it.

use super::*;
use domain::line::Line;
use domain::product::{affordable, monthly_burden, percent};
use domain::world::World;

impl Engine {
    /// What a command would do, judged by the very rule that will judge it. Changes nothing.
    pub async fn preview(&self, token: &Token, command: Command) -> Result<Preview, ApiError> {
        let viewer = self.viewer(token).await?;
        let Concern::Line(line_id) = Concern::of(&command) else {
            return Err(FaultCode::NotFound.into());
        };
        // Nothing comes of it, so nobody has to give a password to look.
        let actor = Actor::Proven(viewer.user.id);
        let order = Order::Desk(Box::new(command.clone()));
        let mut needs = Needs::default();
        needs.add(actor, &order);
        // One snapshot: what is loaded in two hops belongs together.
        let mut snapshot = self
            .orders
            .pool
            .begin()
            .await
            .map_err(|_| FaultCode::StoreUnavailable)?;
        let loaded = load::world(&mut snapshot, &needs, self.orders.store_key()).await;
        drop(snapshot);
        let mut world = loaded.map_err(|_| FaultCode::StoreUnavailable)?.world;
        let online = self.orders.shared.online.load(Ordering::SeqCst);
        let ctx = Ctx {
            command_id: CommandId(crate::chance::new_id(viewer.now)),
            actor,
            device: DeviceId(Uuid::nil()),
            now: viewer.now,
            business_date: viewer.today,
            network: if online {
                NetworkState::Online
            } else {
                NetworkState::Offline
            },
        };
        let events = domain::decide::decide(&world, &ctx, &order)?;
        let Some(line) = world.lines.get(&line_id) else {
            return Err(FaultCode::NotFound.into());
        };
        let mut warnings = self.reader.warnings(&viewer, &command, line).await?;
        let overflow = |_| ApiError::from(domain::refusal::Refusal::from(RefusalCode::SumTooLarge));
        let (status_before, before) =
            (line.status(), line.figures(viewer.today).map_err(overflow)?);
        let mut allocation = None;
        let mut needs_second_person = false;
        for event in &events {
            match event {
                Event::CashMoved {
                    allocation: parts @ Some(_),
                    ..
                } => allocation = *parts,
                // A debit pays when it settles; shown is what it would pay today.
                Event::TransferQueued {
                    kind: MovementKind::Repayment,
                    amount_minor,
                    movement_id,
                    ..
                } => {
                    let branch = &world.branch;
                    let today = viewer.today;
                    let divided = line.divide(branch, *movement_id, today, *amount_minor);
                    allocation = Some(divided.map_err(overflow)?);
                }
                Event::MovementRequested {
                    needs_second_person: needed,
                    ..
                } => needs_second_person = *needed,
                _ => {}
            }
        }
        warnings.extend(burden(&world, line, &events, self.reader.currency));
        let consequences = consequences(&events);
        for (ordinal, event) in events.iter().enumerate() {
            let meta = Meta {
                command_id: ctx.command_id,
                ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
                at: ctx.now,
                business_date: ctx.business_date,
                user_id: Some(viewer.user.id),
                person_id: viewer.user.person_id,
            };
            apply(&mut world, &meta, event).map_err(|_| FaultCode::Broken)?;
        }
        let Some(line) = world.lines.get(&line_id) else {
            return Err(FaultCode::NotFound.into());
        };
        Ok(Preview {
            status_before,
            status_after: line.status(),
            before,
            after: line.figures(viewer.today).map_err(overflow)?,
            allocation,
            needs_second_person,
            consequences,
            warnings,
        })
    }
}

/// Says where an approval goes beyond what the product calls affordable.
fn burden(world: &World, line: &Line, events: &[Event], currency: Currency) -> Option<String> {
    let (limit, terms) = events.iter().find_map(|event| match event {
        Event::ApplicationApproved {
            limit_minor, terms, ..
        } => Some((*limit_minor, terms)),
        _ => None,
    })?;
    let profile = world.customers.get(&line.customer_id)?.profile.known()?;
    let burden = monthly_burden(terms, limit, profile.obligations_monthly_minor).ok()?;
    let share = terms.affordable_basis_points?;
    (!affordable(terms, limit, profile).ok()?).then(|| {
        format!(
            "Obligations and the minimum payment on this limit come to {} a month, more than {} % of \
             an income of {}.",
            currency.format(burden),
            percent(share),
            currency.format(profile.income_monthly_minor),
        )
    })
}

fn consequences(events: &[Event]) -> Vec<String> {
    let called_off = events
        .iter()
        .filter(|event| matches!(event, Event::MovementCancelled { .. }))
        .count();
    let mut words = Vec::new();
    if called_off > 0 {
        words.push(format!(
            "{called_off} waiting draw(s) or repayment(s) are called off."
        ));
    }
    for event in events {
        match event {
            Event::ApplicationCancelled { .. } => {
                words.push("The application is cancelled.".to_owned())
            }
            Event::CancellationRequested { .. } => {
                words.push("No new draws; the line closes itself when nothing is owed.".to_owned());
            }
            Event::LineClosed { .. } => words.push("The line closes.".to_owned()),
            Event::FindingOpened { finding } => {
                words.extend(finding.due_on.map(|due_on| {
                    format!("Another person has to look at this, by {due_on} at the latest.")
                }));
            }
            Event::CreditApplied { .. } => {
                words.push("Customer credit is applied at once.".to_owned())
            }
            Event::LinePosted { postings, .. } => {
                if postings
                    .iter()
                    .any(|posting| matches!(posting.cause, Cause::InterestBefore { .. }))
                {
                    words.push("Interest that has accrued posts first.".to_owned());
                }
                if postings
                    .iter()
                    .any(|posting| posting.kind == EntryKind::InterestAdjusted)
                {
                    words.push("Interest that had posted is adjusted.".to_owned());
                }
            }
            _ => {}
        }
    }
    words
}
