//! `list`, `show`, `ledger`: the reads of the command line. They need the passphrase and no
//! account, and work beside an open window.

use super::output::Output;
use super::table::{self, Align, table};
use super::{Common, Exit, Failure};
use clap::{Args, ValueEnum};
use domain::command::RejectionReason;
use domain::date::UtcMillis;
use domain::event::Stream;
use domain::ids::LineId;
use domain::line::Status;
use domain::money::{Currency, Minor};
use domain::movement::{Method, MovementState};
use domain::refusal::{ErrorCode, FaultCode};
use domain::view::*;
use engine::Reading;
use engine::store::reads::{LedgerPage, ReadError, TrialBalance};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Rows of a page unless told.
const LIMIT: u32 = 50;
/// Entries of its history that one application shows.
const HISTORY_SHOWN: u32 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Applications,
    Customers,
    /// One application's history; needs --line.
    Transactions,
    Movements,
    Products,
    Events,
}

#[derive(Args, Debug)]
pub struct List {
    #[arg(value_enum, default_value = "applications")]
    what: What,
    /// Applications or movements of this status; may be given more than once.
    #[arg(long)]
    status: Vec<String>,
    /// A number, the beginning of a name, a phone number, the last four digits of an account.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Applications or events of this customer, by number or id.
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Transactions, movements or events of this application, by number or id.
    #[arg(long, value_name = "APPLICATION")]
    line: Option<String>,
    /// Rows of the page: at most 200.
    #[arg(long, default_value_t = LIMIT, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Where the page before ended.
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
}

#[derive(Args, Debug)]
pub struct Show {
    /// LC-000001, CU-000001, or the id of an application, a customer, a draw or a repayment.
    number_or_id: String,
}

#[derive(Args, Debug)]
pub struct Ledger {
    /// Only what touched this application, by number or id.
    line: Option<String>,
    /// Both sides of every account instead of the entries.
    #[arg(long, conflicts_with = "after")]
    trial_balance: bool,
    /// Entries of the page: at most 200.
    #[arg(long, default_value_t = LIMIT, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Where the page before ended.
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
}

impl List {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        self.fits()?;
        let statuses = match self.what {
            What::Applications => statuses(&self.status, Status::ALL)?,
            _ => Vec::new(),
        };
        let states = match self.what {
            What::Movements => statuses_of_movements(&self.status)?,
            _ => Vec::new(),
        };
        let reading = common.read().await?;
        let show = Print {
            output,
            currency: reading.reader.currency,
        };
        let after = self.after.as_deref();
        match self.what {
            What::Applications => {
                let customer_id = match &self.customer {
                    Some(customer) => Some(reading.reader.customer_id(customer).await?),
                    None => None,
                };
                let query = LineQuery {
                    statuses,
                    search: self.search.clone().unwrap_or_default(),
                    mine: false,
                    customer_id,
                    order: LineOrder::NewestFirst,
                    after: self.after.clone(),
                    limit: self.limit,
                };
                show.lines(&reading.reader.lines(&reading.viewer, &query).await?)?;
            }
            What::Customers => {
                let query = CustomerQuery {
                    search: self.search.clone().unwrap_or_default(),
                    after: self.after.clone(),
                    limit: self.limit,
                };
                show.customers(&reading.reader.customers(&query).await?)?;
            }
            What::Transactions => {
                let line_id = self.line_id(&reading).await?.ok_or_else(|| {
                    Failure::usage("transactions belong to an application: name it with --line")
                })?;
                show.transactions(
                    &reading
                        .reader
                        .transactions(line_id, after, self.limit)
                        .await?,
                )?;
            }
            What::Movements => match self.line_id(&reading).await? {
                Some(line_id) => {
                    let mut rows = reading
                        .reader
                        .line(&reading.viewer, line_id)
                        .await?
                        .movements;
                    rows.retain(|row| states.is_empty() || states.contains(&row.state));
                    show.movements(&rows, None)?;
                }
                None => {
                    let (viewer, limit) = (&reading.viewer, self.limit);
                    let page = reading
                        .reader
                        .movements(viewer, &states, after, limit)
                        .await?;
                    show.movements(&page.rows, page.next)?;
                }
            },
            What::Products => show.products(&reading.reader.products().await?)?,
            What::Events => {
                let stream = match (self.line_id(&reading).await?, &self.customer) {
                    (Some(line_id), _) => Some(Stream::Line(line_id)),
                    (None, Some(customer)) => Some(Stream::Customer(
                        reading.reader.customer_id(customer).await?,
                    )),
                    (None, None) => None,
                };
                show.events(&reading.reader.events(stream, after, self.limit).await?)?;
            }
        }
        Ok(Exit::Fine)
    }

    /// An option that would silently do nothing is a mistake of whoever typed it.
    fn fits(&self) -> Result<(), Failure> {
        let what = self.what;
        let of_applications = what == What::Applications;
        for (given, fits, option) in [
            (
                !self.status.is_empty(),
                of_applications || what == What::Movements,
                "--status",
            ),
            (
                self.search.is_some(),
                of_applications || what == What::Customers,
                "--search",
            ),
            (
                self.customer.is_some(),
                of_applications || what == What::Events,
                "--customer",
            ),
            (
                self.line.is_some(),
                matches!(what, What::Transactions | What::Movements | What::Events),
                "--line",
            ),
            (self.after.is_some(), what != What::Products, "--after"),
            (
                self.customer.is_some() && self.line.is_some(),
                false,
                "--customer with --line",
            ),
            (
                self.after.is_some() && self.line.is_some() && what == What::Movements,
                false,
                "--after: all movements of an application come at once; it",
            ),
        ] {
            if given && !fits {
                return Err(Failure::usage(format!("{option} does not belong here")));
            }
        }
        if what == What::Transactions && self.line.is_none() {
            let why = "transactions belong to an application: name it with --line";
            return Err(Failure::usage(why));
        }
        Ok(())
    }

    async fn line_id(&self, reading: &Reading) -> Result<Option<LineId>, Failure> {
        match &self.line {
            Some(line) => Ok(Some(reading.reader.line_id(line).await?)),
            None => Ok(None),
        }
    }
}

/// Statuses by the names they are stored and serialized under.
fn statuses<T: DeserializeOwned + Serialize + Copy>(
    given: &[String],
    all: &[T],
) -> Result<Vec<T>, Failure> {
    let read = |text: &String| {
        serde_json::from_value(Value::String(text.to_lowercase())).map_err(|_| {
            let names: Vec<String> = all.iter().map(|one| tag(*one)).collect();
            Failure::usage(format!(
                "--status {text}: it is one of {}",
                names.join(", ")
            ))
        })
    };
    given.iter().map(read).collect()
}

fn statuses_of_movements(given: &[String]) -> Result<Vec<MovementState>, Failure> {
    statuses(given, MovementState::ALL)
}

fn tag<T: Serialize>(value: T) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

impl Show {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let (reader, viewer) = (&reading.reader, &reading.viewer);
        let show = Print {
            output,
            currency: reader.currency,
        };
        let wanted = &self.number_or_id;
        if let Some(id) = found(reader.line_id(wanted).await)? {
            let line = reader.line(viewer, id).await?;
            let history = reader.transactions(id, None, HISTORY_SHOWN).await?;
            let customer = reader.customer(viewer, line.customer.id).await?;
            show.line(&line, &history, &customer)?;
        } else if let Some(id) = found(reader.customer_id(wanted).await)? {
            show.customer(&reader.customer(viewer, id).await?)?;
        } else {
            show.movement(&reader.movement_of(viewer, wanted).await?)?;
        }
        Ok(Exit::Fine)
    }
}

/// Nothing where there is no such thing, so that the next kind may be tried.
fn found<T>(read: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(ReadError::Asked(error)) if error.code == ErrorCode::Fault(FaultCode::NotFound) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Ledger {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let line_id = match &self.line {
            Some(line) => Some(reading.reader.line_id(line).await?),
            None => None,
        };
        let show = Print {
            output,
            currency: reading.reader.currency,
        };
        if self.trial_balance {
            show.trial_balance(&reading.reader.trial_balance(line_id).await?)?;
        } else {
            let after = self.after.as_deref();
            show.ledger(&reading.reader.ledger(line_id, after, self.limit).await?)?;
        }
        Ok(Exit::Fine)
    }
}

type Written = std::io::Result<()>;
use Align::{Left, Right};

/// Prints views: as JSON, or as text in the store's currency.
struct Print<'a> {
    output: &'a mut Output,
    currency: Currency,
}

impl Print<'_> {
    fn money(&self, amount: Minor) -> String {
        self.currency.format(amount)
    }

    /// An amount where zero would only be noise.
    fn money_if_any(&self, amount: Minor) -> String {
        if amount.is_zero() {
            String::new()
        } else {
            self.money(amount)
        }
    }

    fn page<T: Serialize>(
        self,
        page: &T,
        next: Option<&String>,
        columns: &[(&str, Align)],
        rows: Vec<Vec<String>>,
    ) -> Written {
        if self.output.json {
            return self.output.value(page);
        }
        if rows.is_empty() {
            return self.output.line("Nothing is here.");
        }
        self.output.line(&table(columns, &rows))?;
        match next {
            Some(next) => self
                .output
                .line(&format!("\nThere is more: --after {next}")),
            None => Ok(()),
        }
    }

    fn line_rows(&self, rows: &[LineRow]) -> Vec<Vec<String>> {
        let row = |row: &LineRow| {
            vec![
                row.number.clone(),
                row.customer_name.clone(),
                row.status.words().to_owned(),
                self.money(row.requested_minor),
                self.money(row.limit_minor),
                self.money(row.owed_minor),
                self.money(row.available_minor),
                row.taken_on.to_string(),
                row.taken_by_name.clone(),
                flags(row),
            ]
        };
        rows.iter().map(row).collect()
    }

    fn lines(self, page: &LinePage) -> Written {
        let rows = self.line_rows(&page.rows);
        if page.capped && !self.output.json {
            let narrow = "More was found than is looked at here: search for more of the name.";
            self.output.line(&format!("{narrow}\n"))?;
        }
        self.page(page, page.next.as_ref(), LINE_COLUMNS, rows)
    }

    fn customers(self, page: &CustomerPage) -> Written {
        let columns = [
            ("Number", Left),
            ("Name", Left),
            ("Phone", Left),
            ("E-mail", Left),
            ("City", Left),
        ];
        let row = |row: &CustomerRow| {
            [&row.number, &row.name, &row.phone, &row.email, &row.city]
                .map(Clone::clone)
                .to_vec()
        };
        let rows = page.rows.iter().map(row).collect();
        self.page(page, page.next.as_ref(), &columns, rows)
    }

    fn transaction_rows(&self, page: &TransactionPage) -> Vec<Vec<String>> {
        let row = |row: &TransactionRow| {
            vec![
                row.effective_on.to_string(),
                row.posted_on.to_string(),
                row.kind.words().to_owned(),
                self.money_if_any(row.principal_minor),
                self.money_if_any(row.interest_minor),
                self.money_if_any(row.fees_minor),
                self.money_if_any(row.credit_minor),
                self.money(row.balance_minor),
            ]
        };
        page.rows.iter().map(row).collect()
    }

    fn transactions(self, page: &TransactionPage) -> Written {
        let rows = self.transaction_rows(page);
        self.page(page, page.next.as_ref(), TRANSACTION_COLUMNS, rows)
    }

    fn movement_rows(&self, rows: &[MovementRow]) -> Vec<Vec<String>> {
        let row = |row: &MovementRow| {
            vec![
                row.requested_on.to_string(),
                row.line_number.clone(),
                row.customer_name.clone(),
                row.kind.words().to_owned(),
                method(&row.method),
                self.money(row.amount_minor),
                row.state.words().to_owned(),
                row.settled_on.map(|on| on.to_string()).unwrap_or_default(),
                row.id.to_string(),
            ]
        };
        rows.iter().map(row).collect()
    }

    fn movements(self, movements: &[MovementRow], next: Option<String>) -> Written {
        let rows = self.movement_rows(movements);
        let page = json!({"rows": movements, "next": next});
        self.page(&page, next.as_ref(), MOVEMENT_COLUMNS, rows)
    }

    fn products(self, products: &[ProductView]) -> Written {
        let columns = [
            ("Name", Left),
            ("Rate %", Right),
            ("Largest limit", Right),
            ("One signature", Right),
            ("Offline", Right),
            ("Exposure", Right),
            ("Hold days", Right),
            ("Version", Right),
            ("Id", Left),
        ];
        let row = |product: &ProductView| {
            let terms = &product.terms;
            vec![
                product.name.clone(),
                terms.annual_percent.to_string(),
                self.money(terms.largest_limit_minor),
                self.money(terms.single_signature_minor),
                self.money(terms.offline_cap_minor),
                self.money(terms.exposure_cap_minor),
                terms.hold_banking_days.to_string(),
                product.version.to_string(),
                product.id.to_string(),
            ]
        };
        let rows = products.iter().map(row).collect();
        self.page(
            &json!({"rows": products, "next": null}),
            None,
            &columns,
            rows,
        )
    }

    fn events(self, page: &EventPage) -> Written {
        let columns = [
            ("Seq", Right),
            ("Business date", Left),
            ("At (UTC)", Left),
            ("By", Left),
            ("What", Left),
        ];
        let row = |row: &EventRow| {
            vec![
                row.seq.to_string(),
                row.business_date.to_string(),
                moment(row.at),
                row.actor_name.clone(),
                row.sentence.clone(),
            ]
        };
        let rows = page.rows.iter().map(row).collect();
        self.page(page, page.next.as_ref(), &columns, rows)
    }

    fn ledger(self, page: &LedgerPage) -> Written {
        let columns = [
            ("Seq", Right),
            ("Posted", Left),
            ("Effective", Left),
            ("Entry", Left),
            ("Account", Left),
            ("Of", Left),
            ("Debit", Right),
            ("Credit", Right),
        ];
        let mut rows = Vec::new();
        for entry in &page.rows {
            for (place, leg) in entry.legs.iter().enumerate() {
                let first = |text: String| if place == 0 { text } else { String::new() };
                let (debit, credit) = sides(leg.amount_minor);
                rows.push(vec![
                    first(entry.seq.to_string()),
                    first(entry.posted_on.to_string()),
                    leg.effective_on.to_string(),
                    first(entry.kind.words().to_owned()),
                    leg.account.clone(),
                    leg.owner.clone(),
                    self.money_if_any(debit),
                    self.money_if_any(credit),
                ]);
            }
        }
        self.page(page, page.next.as_ref(), &columns, rows)
    }

    fn trial_balance(self, trial: &TrialBalance) -> Written {
        let columns = [
            ("Account", Left),
            ("Name", Left),
            ("Debit", Right),
            ("Credit", Right),
            ("Balance", Right),
        ];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for row in &trial.rows {
            rows.push(vec![
                row.account.clone(),
                row.name.clone(),
                self.money(row.debit_minor),
                self.money(row.credit_minor),
                self.money(row.balance_minor),
            ]);
        }
        if !rows.is_empty() {
            let sum = self.money(trial.sum_minor);
            rows.push(vec![
                String::new(),
                "Sum".to_owned(),
                String::new(),
                String::new(),
                sum,
            ]);
        }
        self.page(trial, None, &columns, rows)
    }

    fn line(
        self,
        line: &LineDetails,
        history: &TransactionPage,
        customer: &CustomerDetails,
    ) -> Written {
        if self.output.json {
            let whole = json!({
                "of": "line", "view": line, "transactions": history, "customer": customer,
            });
            return self.output.value(&whole);
        }
        let row = &line.row;
        let figures = &line.figures;
        let mut facts = vec![
            ("Application", row.number.clone()),
            (
                "Status",
                [row.status.words().to_owned(), flags(row)]
                    .join(" ")
                    .trim()
                    .to_owned(),
            ),
            (
                "Customer",
                format!("{} {}", line.customer.number, line.customer.name),
            ),
            ("Product", row.product_name.clone()),
            ("Purpose", one_line(&line.purpose)),
            (
                "Taken",
                format!("{} by {}", row.taken_on, row.taken_by_name),
            ),
            ("Requested", self.money(row.requested_minor)),
        ];
        if let Some(decision) = &line.decision {
            let outcome = if decision.approved {
                "Approved"
            } else {
                "Rejected"
            };
            facts.push((outcome, format!("{} by {}", decision.on, decision.by_name)));
            let reasons: Vec<&str> = decision
                .reasons
                .iter()
                .map(|reason| RejectionReason::words(*reason))
                .collect();
            facts.push(("Reasons", reasons.join("; ")));
            let words = decision.other_words.as_deref().unwrap_or_default();
            facts.push(("In words", one_line(words)));
        }
        let signed_on = line.agreement_signed_on.map(|on| on.to_string());
        facts.push(("Agreement signed", signed_on.unwrap_or_default()));
        facts.push((
            "Frozen",
            one_line(line.frozen_note.as_deref().unwrap_or_default()),
        ));
        if let Some(terms) = &line.terms {
            facts.push(("Rate", format!("{} %", terms.annual_percent)));
            facts.push(("Limit", self.money(figures.limit_minor)));
            facts.push(("Available", self.money(figures.available_minor)));
            facts.push(("Owed", self.money(figures.owed_minor)));
            facts.push(("  principal", self.money(figures.principal_minor)));
            facts.push(("  interest", self.money_if_any(figures.interest_minor)));
            facts.push(("  accrued", self.money_if_any(figures.accrued_minor)));
            facts.push(("  fees", self.money_if_any(figures.fees_minor)));
            facts.push(("To pay", self.money_if_any(figures.minimum_minor)));
            let due_on = figures.minimum_due_on.map(|due_on| due_on.to_string());
            facts.push(("  by", due_on.unwrap_or_default()));
            facts.push(("Past due", self.money_if_any(figures.past_due.amount_minor)));
            facts.push(("Customer credit", self.money_if_any(figures.credit_minor)));
            facts.push((
                "On their way",
                self.money_if_any(figures.on_their_way_minor),
            ));
            facts.push(("Held", self.money_if_any(figures.held_minor)));
        }
        facts.push(("Currency", self.currency.to_string()));
        facts.push(("Id", row.id.to_string()));
        let movements = self.movement_rows(&line.movements);
        let history = self.transaction_rows(history);
        self.output.line(&table::facts(&facts))?;
        if !movements.is_empty() {
            self.output
                .line(&format!("\n{}", table(MOVEMENT_COLUMNS, &movements)))?;
        }
        if !history.is_empty() {
            self.output
                .line(&format!("\n{}", table(TRANSACTION_COLUMNS, &history)))?;
        }
        Ok(())
    }

    fn customer(self, customer: &CustomerDetails) -> Written {
        if self.output.json {
            return self
                .output
                .value(&json!({"of": "customer", "view": customer}));
        }
        let row = &customer.row;
        let address = customer.address.as_ref().map(|address| {
            let parts = [
                &address.street,
                &address.unit,
                &address.city,
                &address.region,
                &address.postal_code,
                &address.country,
            ];
            let filled: Vec<&str> = parts
                .into_iter()
                .map(String::as_str)
                .filter(|part| !part.is_empty())
                .collect();
            filled.join(", ")
        });
        let employment = customer.employment.as_ref().map(|employment| {
            let kind = tag(employment.kind).replace('_', " ");
            if employment.employer.is_empty() {
                kind
            } else {
                format!("{kind}, {}", employment.employer)
            }
        });
        let document = customer.document_kind.map(|kind| {
            format!(
                "{} {}",
                tag(kind).replace('_', " "),
                customer.document_masked
            )
        });
        let accounts: Vec<String> = customer.bank_accounts.iter().map(account).collect();
        let facts = [
            ("Customer", row.number.clone()),
            ("Name", row.name.clone()),
            ("Recorded", customer.recorded_on.to_string()),
            ("Phone", row.phone.clone()),
            ("E-mail", row.email.clone()),
            ("Address", address.unwrap_or_default()),
            ("Tax id", customer.tax_id_masked.clone()),
            ("Birth date", customer.birth_date_masked.clone()),
            ("Document", document.unwrap_or_default()),
            ("Employment", employment.unwrap_or_default()),
            (
                "Income a month",
                self.money_if_any(customer.income_monthly_minor),
            ),
            (
                "Obligations a month",
                self.money_if_any(customer.obligations_monthly_minor),
            ),
            ("Bank accounts", accounts.join("; ")),
            ("Id", row.id.to_string()),
        ];
        let lines = self.line_rows(&customer.lines);
        self.output.line(&table::facts(&facts))?;
        if !lines.is_empty() {
            self.output
                .line(&format!("\n{}", table(LINE_COLUMNS, &lines)))?;
        }
        Ok(())
    }

    fn movement(self, movement: &MovementRow) -> Written {
        if self.output.json {
            return self
                .output
                .value(&json!({"of": "movement", "view": movement}));
        }
        let day = |day: Option<domain::date::BusinessDate>| {
            day.map(|day| day.to_string()).unwrap_or_default()
        };
        let facts = [
            ("What", movement.kind.words().to_owned()),
            ("State", movement.state.words().to_owned()),
            ("Application", movement.line_number.clone()),
            ("Customer", movement.customer_name.clone()),
            (
                "Amount",
                format!("{} {}", self.money(movement.amount_minor), self.currency),
            ),
            ("How", method(&movement.method)),
            (
                "Asked for",
                format!(
                    "{} by {}",
                    movement.requested_on, movement.requested_by_name
                ),
            ),
            ("Expected", day(movement.expected_on)),
            ("Settled", day(movement.settled_on)),
            (
                "Return code",
                movement.return_code.clone().unwrap_or_default(),
            ),
            (
                "Review",
                movement
                    .review
                    .map(|why| why.words().to_owned())
                    .unwrap_or_default(),
            ),
            ("Network", movement.last.clone().unwrap_or_default()),
            ("Id", movement.id.to_string()),
        ];
        self.output.line(&table::facts(&facts))
    }
}

const LINE_COLUMNS: &[(&str, Align)] = &[
    ("Number", Left),
    ("Customer", Left),
    ("Status", Left),
    ("Requested", Right),
    ("Limit", Right),
    ("Owed", Right),
    ("Available", Right),
    ("Taken", Left),
    ("By", Left),
    ("", Left),
];

const TRANSACTION_COLUMNS: &[(&str, Align)] = &[
    ("Effective", Left),
    ("Posted", Left),
    ("What", Left),
    ("Principal", Right),
    ("Interest", Right),
    ("Fees", Right),
    ("Credit", Right),
    ("Balance", Right),
];

const MOVEMENT_COLUMNS: &[(&str, Align)] = &[
    ("Asked for", Left),
    ("Line", Left),
    ("Customer", Left),
    ("What", Left),
    ("How", Left),
    ("Amount", Right),
    ("State", Left),
    ("Settled", Left),
    ("Id", Left),
];

fn flags(row: &LineRow) -> String {
    let in_review = row.in_review > 0;
    [
        (row.frozen, "frozen"),
        (row.cancellation_requested, "cancellation requested"),
        (row.closed_but_owing, "closed but owing"),
        (in_review, "needs review"),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, words)| words)
    .collect::<Vec<_>>()
    .join(", ")
}

fn method(method: &Method) -> String {
    match method {
        Method::Cash => "cash".to_owned(),
        Method::Network { last4, speed, .. } => format!("bank ••{last4} {}", tag(*speed)),
    }
}

fn account(account: &BankAccountView) -> String {
    let mut words = format!("••{}", account.last4);
    if let Some(on) = account.debit_authorized_on {
        words.push_str(&format!(", debits authorized {on}"));
    }
    if let Some(code) = &account.unusable_since_code {
        words.push_str(&format!(", unusable since {code}"));
    }
    words
}

/// Debit and credit side of a leg. An amount that has no opposite stands on neither.
fn sides(amount: Minor) -> (Minor, Minor) {
    let credit = amount.negated().unwrap_or(Minor::ZERO).or_zero();
    (amount.or_zero(), credit)
}

/// Notes may run over several lines; a table may not.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn moment(at: UtcMillis) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn list(words: &[&str]) -> List {
        let words = ["branchline", "list"].iter().chain(words);
        match Cli::try_parse_from(words).unwrap().action {
            Some(crate::cli::Action::List(list)) => list,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_that_would_do_nothing_are_refused() {
        for words in [
            vec!["customers", "--status", "open"],
            vec!["transactions"],
            vec!["products", "--after", "x"],
            vec!["events", "--search", "x"],
            vec!["events", "--line", "LC-000001", "--customer", "CU-000001"],
            vec!["applications", "--line", "LC-000001"],
        ] {
            let refused = list(&words).fits().unwrap_err();
            assert_eq!(refused.exit, Exit::Usage, "{words:?}");
        }
        assert!(
            list(&["--status", "open", "--customer", "CU-000001"])
                .fits()
                .is_ok()
        );
        assert!(list(&["movements", "--status", "queued"]).fits().is_ok());
    }

    #[test]
    fn statuses_by_name() {
        let read = |text: &str| statuses(&[text.to_owned()], Status::ALL);
        assert_eq!(read("Open").unwrap(), [Status::Open]);
        assert_eq!(read("outstanding").unwrap(), [Status::Outstanding]);
        assert_eq!(read("paid").unwrap_err().exit, Exit::Usage);
        let queued = statuses_of_movements(&["needs_review".to_owned()]).unwrap();
        assert_eq!(queued, [MovementState::NeedsReview]);
    }

    #[test]
    fn limits_are_those_of_a_page() {
        for limit in ["0", "201", "-1", "x"] {
            let words = ["branchline", "list", "--limit", limit];
            assert!(Cli::try_parse_from(words).is_err(), "{limit}");
        }
    }

    #[test]
    fn a_leg_stands_on_one_side() {
        assert_eq!(sides(Minor(5)), (Minor(5), Minor(0)));
        assert_eq!(sides(Minor(-5)), (Minor(0), Minor(5)));
    }
}
