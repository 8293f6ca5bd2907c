//! A store of any size for measuring: invented customers with one line each, and transactions on
//! those that are open. Everything goes through the queue in whole batches, so that the store
//! proves like any other; every id follows from its place, so that a filling that was cut off
//! goes on where it stopped and a second one changes nothing.

use super::{ACCOUNTS, ADMINS, BRANCH, Chance, DemoError, PASSPHRASE, ZONE, people};
use crate::clock::Clock;
use crate::engine::{Engine, Founding, Options};
use crate::seal::HashCost;
use crate::store::load;
use domain::account::Role;
use domain::command::*;
use domain::customer::Profile;
use domain::cycle::Cycle;
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::*;
use domain::money::{Currency, Minor, Money};
use domain::product::Terms;
use domain::refusal::{ApiError, FaultCode};
use domain::view::SignUp;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How much a store is to hold.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub applications: u64,
    /// Draws and repayments in cash, half of each.
    pub transactions: u64,
}

/// Units under way at once.
const IN_FLIGHT: u64 = 1_024;
/// The first line is the one with a long history: so many transactions, if there are as many.
const LONG_HISTORY: u64 = 5_000;
const LIMIT_MINOR: i64 = 4_000_000;
/// Of sixteen applications, the first so many are approved.
const APPROVED_OF_16: u64 = 10;
/// A Monday morning at the branch, 2026-01-05 15:00 UTC.
pub const THE_DAY: UtcMillis = UtcMillis(1_767_625_200_000);
/// Lines end their cycles on this day of a month and on those after it, as many of them on each.
const FIRST_CYCLE_DAY: i8 = 5;
pub const CYCLE_DAYS: u64 = 14;
/// Made from the store's beginning on: ids whose order is that of what they stand for.
const FIRST_MS: u64 = 1_700_000_000_000;

/// What an id stands for.
#[derive(Clone, Copy)]
enum Kind {
    Account = 1,
    Application,
    Pair,
    Product,
}

/// The id of step `step` of the unit at this place.
fn id(kind: Kind, place: u64, step: u8) -> Uuid {
    let tail = [kind as u8, step, 0, 0, 0, 0, 0, 0, 0, 0];
    uuid::Builder::from_unix_timestamp_millis(FIRST_MS + place, &tail).into_uuid()
}

/// What a unit's last command is called: it is done when that is.
const LAST_STEP: u8 = 0xff;

struct Plan {
    size: Size,
    /// One for each day on which cycles end.
    products: Vec<ProductId>,
    staff: UserId,
    admin: UserId,
    today: BusinessDate,
}

impl Plan {
    fn pairs(&self) -> u64 {
        self.size.transactions / 2
    }

    fn units(&self) -> u64 {
        self.size.applications + self.pairs()
    }

    fn last_command(&self, unit: u64) -> CommandId {
        CommandId(match unit.checked_sub(self.size.applications) {
            None => id(Kind::Application, unit, LAST_STEP),
            Some(pair) => id(Kind::Pair, pair, LAST_STEP),
        })
    }

    /// The commands of a unit, in order, with who gives them.
    fn commands(&self, unit: u64) -> Vec<(CommandId, UserId, Command)> {
        let (kind, place, commands) = match unit.checked_sub(self.size.applications) {
            None => (Kind::Application, unit, self.application(unit)),
            Some(pair) => (Kind::Pair, pair, self.pair(pair)),
        };
        let last = commands.len() - 1;
        commands
            .into_iter()
            .enumerate()
            .map(|(step, (who, command))| {
                let step = if step == last {
                    LAST_STEP
                } else {
                    0x80 + step as u8
                };
                (CommandId(id(kind, place, step)), who, command)
            })
            .collect()
    }

    fn application(&self, place: u64) -> Vec<(UserId, Command)> {
        let customer_id = CustomerId(id(Kind::Application, place, 1));
        let line_id = line_id(place);
        let mut commands = vec![
            (
                self.staff,
                Command::RecordCustomer(RecordCustomer {
                    customer_id,
                    profile: profile(place),
                }),
            ),
            (
                self.staff,
                Command::TakeApplication(TakeApplication {
                    line_id,
                    customer_id,
                    product_id: self.products[(place / 16 % CYCLE_DAYS) as usize],
                    requested: usd(LIMIT_MINOR),
                    purpose: "Working capital".to_owned(),
                    missing: Vec::new(),
                }),
            ),
        ];
        match place % 16 {
            0..APPROVED_OF_16 => {
                let approve = ApproveApplication {
                    line_id,
                    seen_version: 1,
                    seen_product_version: 1,
                    limit: usd(LIMIT_MINOR),
                };
                let signed_on = self.today;
                let agreement = RecordAgreement { line_id, signed_on };
                commands.push((self.admin, Command::ApproveApplication(approve)));
                commands.push((self.staff, Command::RecordAgreement(agreement)));
            }
            10 | 11 => {
                let reject = RejectApplication {
                    line_id,
                    seen_version: 1,
                    reasons: vec![RejectionReason::IncomeInsufficient],
                    other_words: None,
                };
                commands.push((self.admin, Command::RejectApplication(reject)));
            }
            12 => {
                let note = None;
                let cancel = CancelApplication { line_id, note };
                commands.push((self.staff, Command::CancelApplication(cancel)));
            }
            _ => {}
        }
        commands
    }

    /// Cash out and some of it in again, on one of the open lines.
    fn pair(&self, pair: u64) -> Vec<(UserId, Command)> {
        let open = self.size.applications / 16 * APPROVED_OF_16
            + (self.size.applications % 16).min(APPROVED_OF_16);
        let chosen = if pair < LONG_HISTORY / 2 {
            0
        } else {
            pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) % open.max(1)
        };
        let line_id = line_id(chosen / APPROVED_OF_16 * 16 + chosen % APPROVED_OF_16);
        let draw = RequestDraw {
            line_id,
            draw_id: MovementId(id(Kind::Pair, pair, 1)),
            amount: usd(1_000),
            method: PayOut::Cash {
                identity_seen: true,
            },
        };
        let repayment = TakeRepayment {
            line_id,
            repayment_id: MovementId(id(Kind::Pair, pair, 2)),
            amount: usd(800),
            method: PayIn::Cash {},
            taken_on: None,
        };
        vec![
            (self.staff, Command::RequestDraw(draw)),
            (self.staff, Command::TakeRepayment(repayment)),
        ]
    }
}

/// The line of the application at this place.
pub fn line_id(place: u64) -> LineId {
    LineId(id(Kind::Application, place, 2))
}

fn usd(minor: i64) -> Money {
    Money {
        minor: Minor(minor),
        currency: Currency::USD,
    }
}

/// A person of the demonstration under another's family name, with numbers of their own.
fn profile(place: u64) -> Profile {
    let mut chance = Chance(place);
    let given = chance.between(0, people::PEOPLE.len() - 1);
    let family = chance.between(0, people::PEOPLE.len() - 1);
    let mut profile = people::profile(given, &mut chance);
    profile.family_name = people::profile(family, &mut chance).family_name;
    profile.tax_id = format!("9{:08}", place + 1);
    profile.phone = format!("({}) 555-{:04}", 201 + place / 10_000 % 790, place % 10_000);
    profile
}

fn refused(what: impl ToString) -> impl FnOnce(ApiError) -> DemoError {
    let what = what.to_string();
    move |error| DemoError::Refused { what, error }
}

/// Fills the store of a folder, or goes on with it. `progress` hears of units done and to do.
pub async fn fill(
    data_dir: &Path,
    size: Size,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), DemoError> {
    let founding = Founding {
        branch_name: BRANCH.to_owned(),
        currency: Currency::USD,
        time_zone: ZONE.to_owned(),
        demo: true,
    };
    let mut options = Options::new(data_dir, PASSPHRASE, founding);
    // The passphrase is known to everybody: a dear hash would protect nothing.
    options.hash_cost = HashCost::LEAST;
    // One day for all of it: what is given again another day has to be the same to the letter.
    options.clock = Clock::set_to(THE_DAY);
    let engine = Arc::new(Engine::open(options).await?);
    let filled = go_on(&engine, size, &mut progress).await;
    engine.stop().await;
    filled
}

async fn go_on(
    engine: &Arc<Engine>,
    size: Size,
    progress: &mut impl FnMut(u64, u64),
) -> Result<(), DemoError> {
    let (admin, staff) = people_of(engine).await?;
    let products = engine.reader().products().await;
    let product = products.map_err(|error| refused("the products")(error.into()))?;
    let product = product
        .into_iter()
        .next()
        .ok_or_else(|| refused("the products")(FaultCode::NotFound.into()))?;
    let mut products = Vec::new();
    for day in 0..CYCLE_DAYS {
        let product_id = ProductId(id(Kind::Product, day, 1));
        let ends = FIRST_CYCLE_DAY + day as i8;
        let define = DefineProduct {
            product_id,
            seen_version: 0,
            name: format!("Line of credit, cycles to day {ends}"),
            terms: Terms {
                cycle: Cycle::DayOfMonth { day: ends },
                // Three marks on each application would tell a measurement nothing.
                checks: Vec::new(),
                ..product.terms.clone()
            },
        };
        let command = CommandId(id(Kind::Product, day, LAST_STEP));
        let given = engine.give_command(admin, command, Command::DefineProduct(define));
        given.await.map_err(refused("a product"))?;
        products.push(product_id);
    }
    let store = engine.store_view().await.map_err(refused("the store"))?;
    let plan = Arc::new(Plan {
        size,
        products,
        staff,
        admin,
        today: store.business_date,
    });
    let units = plan.units();
    // What was under way when a filling was cut off lies within this of where it stopped; what
    // is given twice is answered from its receipt.
    let begin = done_before(engine, &plan)
        .await?
        .saturating_sub(2 * IN_FLIGHT);
    let next = Arc::new(AtomicU64::new(begin));
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT.min(units) {
        let (engine, plan, next) = (engine.clone(), plan.clone(), next.clone());
        tasks.spawn(async move {
            loop {
                let unit = next.fetch_add(1, Ordering::Relaxed);
                if unit >= plan.units() {
                    return Ok(());
                }
                // A pair stands on lines of applications that are all there by then.
                if unit >= plan.size.applications {
                    applications_done(&engine, &plan, unit).await?;
                }
                for (id, who, command) in plan.commands(unit) {
                    let kind = command.kind();
                    let given = engine.give_command(who, id, command).await;
                    given.map_err(refused(format!("unit {unit}, {kind:?}")))?;
                }
            }
        });
    }
    let mut every = tokio::time::interval(std::time::Duration::from_secs(2));
    loop {
        tokio::select! {
            ended = tasks.join_next() => match ended {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => return Err(error),
                Some(Err(_)) => return Err(refused("a task")(FaultCode::Broken.into())),
                None => break,
            },
            _ = every.tick() => progress(next.load(Ordering::Relaxed).min(units), units),
        }
    }
    progress(units, units);
    Ok(())
}

/// The applications just before the first pair may still be under way elsewhere.
async fn applications_done(engine: &Engine, plan: &Plan, unit: u64) -> Result<(), DemoError> {
    if unit >= plan.size.applications + IN_FLIGHT {
        return Ok(());
    }
    let last = plan.size.applications.saturating_sub(2 * IN_FLIGHT)..plan.size.applications;
    let ids: BTreeSet<CommandId> = last.map(|unit| plan.last_command(unit)).collect();
    while receipts(engine, &ids).await? < ids.len() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn receipts(engine: &Engine, ids: &BTreeSet<CommandId>) -> Result<usize, DemoError> {
    let unavailable = || refused("the receipts")(FaultCode::StoreUnavailable.into());
    let mut connection = engine
        .orders()
        .pool()
        .acquire()
        .await
        .map_err(|_| unavailable())?;
    let found = load::receipts(&mut connection, ids, engine.orders().store_key()).await;
    Ok(found.map_err(|_| unavailable())?.len())
}

/// How far an earlier filling came, give or take what was under way at once.
async fn done_before(engine: &Engine, plan: &Plan) -> Result<u64, DemoError> {
    let (mut done, mut open) = (0, plan.units());
    while done < open {
        let middle = done + (open - done) / 2;
        let ids = BTreeSet::from([plan.last_command(middle)]);
        if receipts(engine, &ids).await? == 1 {
            done = middle + 1;
        } else {
            open = middle;
        }
    }
    Ok(done)
}

/// The first admin and the first of the staff, signed up as the demonstration's.
async fn people_of(engine: &Engine) -> Result<(UserId, UserId), DemoError> {
    let user = |place: u64| UserId(id(Kind::Account, place, 1));
    for (place, account) in [(0, &ACCOUNTS[0]), (1, &ACCOUNTS[ADMINS])] {
        let form = SignUp {
            id: CommandId(id(Kind::Account, place, 2)),
            user_id: user(place),
            login: account.login.to_owned(),
            name: account.name.to_owned(),
            employee_number: account.employee_number.to_owned(),
            password: account.password.to_owned(),
            admin: account.admin,
        };
        let what = format!("the sign-up of {}; is it another store?", account.login);
        engine.sign_up(form).await.map_err(refused(what))?;
    }
    let approve = ApproveAccount {
        user_id: user(1),
        employee_number: ACCOUNTS[ADMINS].employee_number.to_owned(),
        role: Role::Staff,
    };
    let approval = CommandId(id(Kind::Account, 1, 3));
    engine
        .give_command(user(0), approval, Command::ApproveAccount(approve))
        .await
        .map_err(refused("the approval"))?;
    Ok((user(0), user(1)))
}
