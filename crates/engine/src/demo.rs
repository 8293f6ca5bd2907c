//! The demonstration: a store of its own with invented people and a year of history, made
//! through the same sign-up, queue and rules as everything else, on a clock that is moved from
//! day to day. What needs the payments network waits in the queue until one is there.
//!
//! The same seed tells the same stories; only their dates follow the day of the filling.

pub mod fill;
mod people;
mod stories;

use crate::clock::{Clock, local_date};
use crate::engine::{Engine, Founding, Options, StartError};
use crate::seal::HashCost;
use crate::store::{self, DataFolder, OpenError, STORE_FILE};
use domain::account::Role;
use domain::command::*;
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::*;
use domain::intake::Check;
use domain::money::{Currency, Minor, Money};
use domain::product::Terms;
use domain::refusal::ApiError;
use domain::view::SignUp;
use std::io;
use std::path::Path;
use stories::{Step, Story};
use uuid::Uuid;

/// The demonstration's passphrase. It is no secret: nothing in that store is.
pub const PASSPHRASE: &str = "branchline demonstration";
const BRANCH: &str = "Harbor Street branch";
const ZONE: &str = "America/New_York";
/// Decides every amount and every turn of a story.
const SEED: u64 = 0x0042_7261_6e63_686c;
/// Working days of the history: a year without its weekends.
const DAYS: usize = 261;
const STAGING: &str = "filling";

/// An account of the demonstration, with the password that opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    pub login: &'static str,
    pub password: &'static str,
    pub name: &'static str,
    pub employee_number: &'static str,
    pub admin: bool,
}

macro_rules! accounts {
    ($($role:ident $login:literal $name:literal $number:literal $password:literal)*) => {
        &[$(DemoAccount {
            login: $login,
            password: $password,
            name: $name,
            employee_number: $number,
            admin: accounts!(@ $role),
        }),*]
    };
    (@ admin) => { true };
    (@ staff) => { false };
}

/// Two admins and three staff.
pub const ACCOUNTS: &[DemoAccount] = accounts! {
    admin "ruth.okafor" "Ruth Okafor" "E-1001" "copper kettle on the stove"
    admin "daniel.reyes" "Daniel Reyes" "E-1002" "seven grey herons wading"
    staff "amy.lindqvist" "Amy Lindqvist" "E-1003" "paper lanterns in june"
    staff "marcus.bell" "Marcus Bell" "E-1004" "rainwater under the bridge"
    staff "priya.nair" "Priya Nair" "E-1005" "three spoons of cardamom"
};
const ADMINS: usize = 2;
/// Signed up on the last day; the admins have not decided yet.
const NEWCOMER: DemoAccount = DemoAccount {
    login: "joel.whitman",
    password: "a ladder against the barn",
    name: "Joel Whitman",
    employee_number: "E-1006",
    admin: false,
};

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the demonstration's folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    #[error("the demonstration could not be filled: {what}: {error}")]
    Refused { what: String, error: ApiError },
}

impl From<OpenError> for DemoError {
    fn from(error: OpenError) -> Self {
        DemoError::Start(error.into())
    }
}

/// Fills a folder that holds no store yet; `false` when it holds one. The history is made aside
/// and moved in at the end, so that a filling that is cut off leaves nothing half done.
pub async fn fill(data_dir: &Path, now: UtcMillis) -> Result<bool, DemoError> {
    if data_dir.join(STORE_FILE).exists() {
        return Ok(false);
    }
    // Held to the end: a second program waits for its turn and then finds the store there.
    let folder = DataFolder::lock(data_dir)?;
    if folder.has_store() {
        return Ok(false);
    }
    let staging = folder.path().join(STAGING);
    if staging.exists() {
        std::fs::remove_dir_all(&staging)?;
    }
    make(&staging, now).await?;
    let made = staging.join(STORE_FILE);
    // Closing the last connection brings everything into the one file that is moved.
    store::close(store::connect_writer(&made).await?).await;
    std::fs::rename(&made, folder.store_path())?;
    std::fs::remove_dir_all(&staging)?;
    Ok(true)
}

async fn make(staging: &Path, now: UtcMillis) -> Result<(), DemoError> {
    let days = working_days(local_date(now, ZONE));
    let clock = Clock::set_to(morning(days[0]));
    let founding = Founding {
        branch_name: BRANCH.to_owned(),
        currency: Currency::USD,
        time_zone: ZONE.to_owned(),
        demo: true,
    };
    let mut options = Options::new(staging, PASSPHRASE, founding);
    // The passphrase is known to everybody: a dear hash would protect nothing.
    options.hash_cost = HashCost::LEAST;
    options.clock = clock.clone();
    let engine = Engine::open(options).await?;
    let chance = Chance(SEED);
    let mut branch = Branch {
        engine: &engine,
        clock,
        chance,
        users: Vec::new(),
        products: Vec::new(),
    };
    let filled = branch.live(&days).await;
    engine.stop().await;
    filled
}

/// The working days of the year before today, oldest first. Today stays free for whoever looks.
fn working_days(today: BusinessDate) -> Vec<BusinessDate> {
    let mut days: Vec<BusinessDate> = (1..)
        .map(|back| today.plus_days(-back))
        .filter(|day| !day.is_weekend())
        .take(DAYS)
        .collect();
    days.reverse();
    days
}

/// Nine o'clock at the branch.
fn morning(day: BusinessDate) -> UtcMillis {
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
    let at_nine = day.civil().at(9, 0, 0, 0).to_zoned(zone);
    UtcMillis(at_nine.map_or(0, |at| at.timestamp().as_millisecond()))
}

/// Six o'clock, when the doors are shut.
fn evening(day: BusinessDate) -> UtcMillis {
    morning(day).plus_ms(9 * 60 * 60 * 1_000)
}

/// A small deterministic generator (splitmix64): content, never secrets.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        let span = (most - least + 1) as u64;
        least + usize::try_from(self.next() % span).unwrap_or(0)
    }

    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.between(0, choices.len() - 1)]
    }
}

/// The branch while its year goes by.
struct Branch<'a> {
    engine: &'a Engine,
    clock: Clock,
    chance: Chance,
    users: Vec<UserId>,
    /// Each with the version that is approved against.
    products: Vec<(ProductId, u64)>,
}

/// A story under way.
struct Told {
    line_id: LineId,
    staff: UserId,
    admin: UserId,
    waiting_draw: Option<MovementId>,
    /// Of the line, up to its decision.
    version: u64,
}

/// What was recorded of a person so far.
#[derive(Default)]
struct Known {
    customer_id: Option<CustomerId>,
    account_id: Option<BankAccountId>,
    debit_authorized: bool,
}

impl Branch<'_> {
    async fn live(&mut self, days: &[BusinessDate]) -> Result<(), DemoError> {
        self.staff_the_branch().await?;
        self.offer_products().await?;
        let stories = stories::write(&mut self.chance, days.len());
        let mut known: Vec<Known> = people::PEOPLE.iter().map(|_| Known::default()).collect();
        let mut told: Vec<Option<Told>> = stories.iter().map(|_| None).collect();
        // Every step of every story in the order of the year.
        let mut agenda: Vec<(usize, usize, usize)> = Vec::new();
        for (place, story) in stories.iter().enumerate() {
            agenda.extend(
                story
                    .steps
                    .iter()
                    .enumerate()
                    .map(|(step, (day, _))| (*day, place, step)),
            );
        }
        agenda.sort_unstable();
        let mut today = 0;
        for (day, place, step) in agenda {
            if day != today {
                self.close_days(days[today], days[day]).await?;
                today = day;
                self.clock.set(morning(days[day]));
            }
            let story = &stories[place];
            let (_, step) = &story.steps[step];
            self.tell(
                story,
                place,
                *step,
                days[day],
                &mut known[story.person],
                &mut told[place],
            )
            .await?;
        }
        if let (Some(from), Some(last)) = (days.get(today), days.last()) {
            self.close_days(*from, *last).await?;
            self.clock.set(morning(*last));
        }
        // Known, but nothing applied for yet.
        for person in stories::WITHOUT_APPLICATION {
            let staff = self.users[ADMINS];
            self.record(person, staff, &mut known[person]).await?;
        }
        self.sign_up(&NEWCOMER).await?;
        Ok(())
    }

    /// An admin closes each day, weekends too, until this one is open.
    async fn close_days(
        &mut self,
        from: BusinessDate,
        open: BusinessDate,
    ) -> Result<(), DemoError> {
        let mut date = from;
        while date < open {
            self.clock.set(evening(date));
            let close = CloseDay { date };
            self.give(self.users[0], Command::CloseDay(close)).await?;
            date = date.plus_days(1);
        }
        Ok(())
    }

    /// Minutes go by between one thing and the next.
    fn pass_time(&mut self) {
        let seconds = self.chance.between(120, 540);
        let ms = i64::try_from(seconds * 1_000).unwrap_or(0);
        self.clock.set(self.clock.now().plus_ms(ms));
    }

    /// As the client of a submission mints ids: the time, then chance.
    fn mint(&mut self) -> Uuid {
        let mut bytes = [0_u8; 10];
        bytes[..8].copy_from_slice(&self.chance.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.chance.next().to_be_bytes()[..2]);
        let now_ms = u64::try_from(self.clock.now().0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(now_ms, &bytes).into_uuid()
    }

    async fn give(&mut self, user_id: UserId, command: Command) -> Result<(), DemoError> {
        self.pass_time();
        let id = CommandId(self.mint());
        let kind = command.kind();
        match self.engine.give_command(user_id, id, command).await {
            Ok(_) => Ok(()),
            Err(error) => Err(DemoError::Refused {
                what: format!("{kind:?}"),
                error,
            }),
        }
    }

    async fn sign_up(&mut self, account: &DemoAccount) -> Result<UserId, DemoError> {
        self.pass_time();
        let form = SignUp {
            id: CommandId(self.mint()),
            user_id: UserId(self.mint()),
            login: account.login.to_owned(),
            name: account.name.to_owned(),
            employee_number: account.employee_number.to_owned(),
            password: account.password.to_owned(),
            admin: account.admin,
        };
        let user_id = form.user_id;
        let refused = |error| DemoError::Refused {
            what: format!("sign-up of {}", account.login),
            error,
        };
        self.engine.sign_up(form).await.map_err(refused)?;
        Ok(user_id)
    }

    async fn staff_the_branch(&mut self) -> Result<(), DemoError> {
        for account in ACCOUNTS {
            let user_id = self.sign_up(account).await?;
            // The first admin founds the branch and lets the others in.
            if let Some(founder) = self.users.first().copied() {
                let role = if account.admin {
                    Role::Admin
                } else {
                    Role::Staff
                };
                let employee_number = account.employee_number.to_owned();
                let approve = ApproveAccount {
                    user_id,
                    employee_number,
                    role,
                };
                self.give(founder, Command::ApproveAccount(approve)).await?;
            }
            self.users.push(user_id);
        }
        Ok(())
    }

    /// The branch lets a teller pay out as much without the network as with it, and has a
    /// product for businesses beside the one every store begins with.
    async fn offer_products(&mut self) -> Result<(), DemoError> {
        let first = self
            .engine
            .reader()
            .products()
            .await
            .map_err(|error| DemoError::Refused {
                what: "products".to_owned(),
                error: error.into(),
            })?;
        let admin = self.users[0];
        let usual = Terms::defaults(Currency::USD.exponent());
        let terms = Terms {
            offline_cap_minor: usual.single_signature_minor,
            ..usual.clone()
        };
        for product in first {
            self.products.push((product.id, product.version + 1));
            let define = DefineProduct {
                product_id: product.id,
                seen_version: product.version,
                name: product.name,
                terms: terms.clone(),
            };
            self.give(admin, Command::DefineProduct(define)).await?;
        }
        let product_id = ProductId(self.mint());
        let rate = "11.25".parse().unwrap_or(terms.annual_percent);
        let business = Terms {
            annual_percent: rate,
            largest_limit_minor: Minor(8_000_000),
            exposure_cap_minor: Minor(15_000_000),
            ..terms
        };
        let name = "Business line of credit".to_owned();
        let define = DefineProduct {
            product_id,
            seen_version: 0,
            name,
            terms: business,
        };
        self.give(admin, Command::DefineProduct(define)).await?;
        self.products.push((product_id, 1));
        Ok(())
    }

    async fn record(
        &mut self,
        person: usize,
        staff: UserId,
        known: &mut Known,
    ) -> Result<CustomerId, DemoError> {
        if let Some(customer_id) = known.customer_id {
            return Ok(customer_id);
        }
        let customer_id = CustomerId(self.mint());
        let profile = people::profile(person, &mut self.chance);
        let record = RecordCustomer {
            customer_id,
            profile,
        };
        self.give(staff, Command::RecordCustomer(record)).await?;
        known.customer_id = Some(customer_id);
        Ok(customer_id)
    }

    async fn bank_account(
        &mut self,
        staff: UserId,
        person: usize,
        known: &mut Known,
    ) -> Result<BankAccountId, DemoError> {
        if let Some(account_id) = known.account_id {
            return Ok(account_id);
        }
        let customer_id = self.record(person, staff, known).await?;
        let account_id = BankAccountId(self.mint());
        let (routing, number) = people::bank_account(&mut self.chance);
        let add = AddBankAccount {
            customer_id,
            account_id,
            routing,
            number,
        };
        self.give(staff, Command::AddBankAccount(add)).await?;
        known.account_id = Some(account_id);
        Ok(account_id)
    }

    async fn tell(
        &mut self,
        story: &Story,
        place: usize,
        step: Step,
        today: BusinessDate,
        known: &mut Known,
        told: &mut Option<Told>,
    ) -> Result<(), DemoError> {
        let staff = self.users[ADMINS + place % (ACCOUNTS.len() - ADMINS)];
        let admin = self.users[place % ADMINS];
        if let Step::Forget = step {
            let customer_id = self.record(story.person, staff, known).await?;
            let reason = "Asked in writing to be forgotten; nothing is open.".to_owned();
            return self
                .give(
                    admin,
                    Command::ForgetCustomer(ForgetCustomer {
                        customer_id,
                        reason,
                    }),
                )
                .await;
        }
        let Some(line) = told else {
            let customer_id = self.record(story.person, staff, known).await?;
            let line_id = LineId(self.mint());
            *told = Some(Told {
                line_id,
                staff,
                admin,
                waiting_draw: None,
                version: 1,
            });
            let take = TakeApplication {
                line_id,
                customer_id,
                product_id: self.products[story.product].0,
                requested: usd(story.requested),
                purpose: story.purpose.to_owned(),
                missing: Vec::new(),
            };
            return self.give(staff, Command::TakeApplication(take)).await;
        };
        self.go_on(story, line, step, today, known).await
    }

    /// Looks up what a product asks for, and finds it in order.
    async fn check(&mut self, told: &mut Told, checks: &[Check]) -> Result<(), DemoError> {
        for check in checks {
            told.version += 1;
            let record = RecordCheck {
                line_id: told.line_id,
                check: *check,
                passed: true,
            };
            self.give(told.staff, Command::RecordCheck(record)).await?;
        }
        Ok(())
    }

    async fn go_on(
        &mut self,
        story: &Story,
        told: &mut Told,
        step: Step,
        today: BusinessDate,
        known: &mut Known,
    ) -> Result<(), DemoError> {
        let Told {
            line_id,
            staff,
            admin,
            ..
        } = *told;
        match step {
            // Taking is where a story begins; forgetting is told above.
            Step::Take | Step::Forget => Ok(()),
            Step::Approve(limit) => {
                self.check(told, Check::ALL).await?;
                let approve = ApproveApplication {
                    line_id,
                    seen_version: told.version,
                    seen_product_version: self.products[story.product].1,
                    limit: usd(limit),
                };
                self.give(admin, Command::ApproveApplication(approve)).await
            }
            Step::Reject(reasons, other_words) => {
                let reject = RejectApplication {
                    line_id,
                    seen_version: told.version,
                    reasons: reasons.to_vec(),
                    other_words: other_words.map(str::to_owned),
                };
                self.give(admin, Command::RejectApplication(reject)).await
            }
            Step::Check(checks) => self.check(told, checks).await,
            Step::Missing(missing) => {
                told.version += 1;
                let record = RecordMissing {
                    line_id,
                    missing: missing.to_vec(),
                };
                self.give(staff, Command::RecordMissing(record)).await
            }
            Step::Notice(days) => {
                told.version += 1;
                let notice = SendIncompletenessNotice {
                    line_id,
                    reply_by: today.plus_days(days),
                };
                self.give(staff, Command::SendIncompletenessNotice(notice))
                    .await
            }
            Step::Contact(channel, note) => {
                let customer_id = self.record(story.person, staff, known).await?;
                let note = AddContactNote {
                    customer_id,
                    channel,
                    note: note.to_owned(),
                };
                self.give(staff, Command::AddContactNote(note)).await
            }
            Step::Cancel(note) => {
                let cancel = CancelApplication {
                    line_id,
                    note: Some(note.to_owned()),
                };
                self.give(staff, Command::CancelApplication(cancel)).await
            }
            Step::Agree => {
                let agree = RecordAgreement {
                    line_id,
                    signed_on: today,
                };
                self.give(staff, Command::RecordAgreement(agree)).await
            }
            Step::Draw(amount) => {
                let method = PayOut::Cash {
                    identity_seen: true,
                };
                let draw_id = self.draw(told, amount, method).await?;
                if stories::needs_two(amount) {
                    self.give(
                        admin,
                        Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
                    )
                    .await?;
                    let pay = PayCashDraw {
                        line_id,
                        draw_id,
                        identity_seen: true,
                    };
                    self.give(staff, Command::PayCashDraw(pay)).await?;
                }
                Ok(())
            }
            Step::AskForDraw(amount) => {
                let method = PayOut::Cash {
                    identity_seen: true,
                };
                let draw_id = self.draw(told, amount, method).await?;
                told.waiting_draw = Some(draw_id);
                Ok(())
            }
            Step::ApproveDraw => match told.waiting_draw {
                Some(draw_id) => {
                    self.give(
                        admin,
                        Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
                    )
                    .await
                }
                None => Ok(()),
            },
            Step::DeclineDraw => match told.waiting_draw.take() {
                Some(draw_id) => {
                    let reason = "Proof of the expense was not brought along.".to_owned();
                    let decline = DeclineDraw {
                        line_id,
                        draw_id,
                        reason,
                    };
                    self.give(admin, Command::DeclineDraw(decline)).await
                }
                None => Ok(()),
            },
            Step::BankDraw(amount, speed) => {
                let account_id = self.bank_account(staff, story.person, known).await?;
                self.draw(told, amount, PayOut::Bank { account_id, speed })
                    .await
                    .map(|_| ())
            }
            Step::Repay(amount) => self.repay(told, amount, PayIn::Cash {}).await,
            Step::RepayAll(extra) => {
                let payoff = self.engine.reader().payoff(line_id, today).await;
                let payoff = payoff.map_err(|error| DemoError::Refused {
                    what: "payoff".to_owned(),
                    error: error.into(),
                })?;
                let amount = payoff.payoff_minor.0 + extra;
                self.repay(told, amount, PayIn::Cash {}).await
            }
            Step::Debit(amount) => {
                let account_id = self.bank_account(staff, story.person, known).await?;
                if !known.debit_authorized {
                    let customer_id = self.record(story.person, staff, known).await?;
                    let authorize = AuthorizeDebit {
                        customer_id,
                        account_id,
                        signed_on: today,
                    };
                    self.give(staff, Command::AuthorizeDebit(authorize)).await?;
                    known.debit_authorized = true;
                }
                self.repay(told, amount, PayIn::Debit { account_id }).await
            }
            Step::Refund(amount) => {
                let refund_id = MovementId(self.mint());
                let refund = RefundCredit {
                    line_id,
                    refund_id,
                    amount: usd(amount),
                };
                self.give(staff, Command::RefundCredit(refund)).await
            }
            Step::Close => {
                self.give(staff, Command::CloseLine(CloseLine { line_id }))
                    .await
            }
            Step::RequestCancellation(reason) => {
                let request = RequestCancellation {
                    line_id,
                    reason: Some(reason.to_owned()),
                };
                self.give(staff, Command::RequestCancellation(request))
                    .await
            }
            Step::Freeze(note) => {
                let freeze = FreezeLine {
                    line_id,
                    note: note.to_owned(),
                };
                self.give(admin, Command::FreezeLine(freeze)).await
            }
            Step::Unfreeze(note) => {
                let unfreeze = UnfreezeLine {
                    line_id,
                    note: note.to_owned(),
                };
                self.give(admin, Command::UnfreezeLine(unfreeze)).await
            }
        }
    }

    async fn draw(
        &mut self,
        told: &Told,
        amount: i64,
        method: PayOut,
    ) -> Result<MovementId, DemoError> {
        let draw_id = MovementId(self.mint());
        let line_id = told.line_id;
        let request = RequestDraw {
            line_id,
            draw_id,
            amount: usd(amount),
            method,
        };
        self.give(told.staff, Command::RequestDraw(request)).await?;
        Ok(draw_id)
    }

    async fn repay(&mut self, told: &Told, amount: i64, method: PayIn) -> Result<(), DemoError> {
        let repayment_id = MovementId(self.mint());
        let line_id = told.line_id;
        let take = TakeRepayment {
            line_id,
            repayment_id,
            amount: usd(amount),
            method,
            taken_on: None,
        };
        self.give(told.staff, Command::TakeRepayment(take)).await
    }
}

fn usd(minor: i64) -> Money {
    Money {
        minor: Minor(minor),
        currency: Currency::USD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Reading;
    use domain::line::Status;
    use domain::movement::MovementState;
    use domain::view::{LineOrder, LineQuery, LineRow};
    use std::collections::BTreeSet;

    async fn rows(data_dir: &Path, now: UtcMillis) -> (Reading, Vec<LineRow>) {
        assert!(fill(data_dir, now).await.unwrap());
        let reading = Reading::open(data_dir, PASSPHRASE, &Clock::set_to(now))
            .await
            .unwrap();
        let query = LineQuery {
            statuses: Vec::new(),
            search: String::new(),
            mine: false,
            customer_id: None,
            order: LineOrder::OldestFirst,
            after: None,
            limit: 200,
        };
        let rows = reading
            .reader
            .lines(&reading.viewer, &query)
            .await
            .unwrap()
            .rows;
        (reading, rows)
    }

    fn told(row: &LineRow) -> (String, String, Status, Minor, BusinessDate) {
        let (number, name) = (row.number.clone(), row.customer_name.clone());
        (number, name, row.status, row.owed_minor, row.taken_on)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_year_in_every_state_that_proves_itself() {
        // A Sunday evening: the last working day is the Friday before.
        let now = UtcMillis(1_795_390_273_000);
        let folder = std::env::temp_dir().join(format!("branchline-demo-{}", Uuid::now_v7()));
        let (one, other) = (folder.join("one"), folder.join("other"));
        let (reading, first) = rows(&one, now).await;

        let statuses: BTreeSet<Status> = first.iter().map(|row| row.status).collect();
        assert_eq!(statuses.len(), Status::ALL.len(), "{statuses:?}");
        assert!((55..=70).contains(&first.len()), "{}", first.len());
        assert!(first.iter().any(|row| row.frozen));
        assert!(
            first
                .iter()
                .any(|row| row.cancellation_requested && !row.status.ended())
        );
        assert!(
            first
                .iter()
                .any(|row| row.customer_name == crate::store::reads::FORGOTTEN)
        );
        let span = first.last().unwrap().taken_on.days() - first[0].taken_on.days();
        assert!(span > 330, "{span} days");

        let movements = |state| {
            let (reader, viewer) = (reading.reader.clone(), reading.viewer.clone());
            async move {
                reader
                    .movements(&viewer, &[state], None, 50)
                    .await
                    .unwrap()
                    .rows
                    .len()
            }
        };
        assert!(movements(MovementState::Requested).await >= 2);
        assert!(movements(MovementState::Approved).await >= 1);
        assert!(movements(MovementState::Queued).await >= 3);
        assert!(movements(MovementState::Declined).await >= 1);

        let mut connection = reading.reader.pool.acquire().await.unwrap();
        let report = crate::verify::verify(&mut connection, &reading.reader.store_key).await;
        drop(connection);
        assert!(report.clean(), "{:?}", report.findings);

        // A store that is there stays as it is; the same day tells the same stories.
        assert!(!fill(&one, now).await.unwrap());
        let (_, second) = rows(&other, now).await;
        let tell = |rows: &[LineRow]| rows.iter().map(told).collect::<Vec<_>>();
        assert_eq!(tell(&first), tell(&second));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_history_ends_before_today() {
        let monday: BusinessDate = "2026-11-23".parse().unwrap();
        let days = working_days(monday);
        assert_eq!(days.len(), DAYS);
        assert_eq!(days.last().unwrap().to_string(), "2026-11-20");
        assert!(days.iter().all(|day| !day.is_weekend()));
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(local_date(morning(monday), ZONE), monday);
    }
}
