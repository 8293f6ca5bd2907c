//! What a template is given: texts, and lists of texts. Here amounts and dates become text, by the
//! one formatter; a template adds nothing up and writes no number of its own.

use domain::customer::Address;
use domain::money::{Currency, Minor, Overflow};
use domain::movement::MovementKind;
use domain::paper::{self, *};
use domain::product::{Due, InterestMethod, Terms};
use domain::statement::{InterestLine, LineKind, Statement};
use serde::Serialize;

/// A name and what stands beside it.
type Fact = (String, String);

#[derive(Serialize)]
pub struct Sheet {
    title: &'static str,
    branch: String,
    demo: bool,
    dated: String,
    currency: String,
    line: String,
    customer: Who,
    body: Body,
}

#[derive(Serialize)]
struct Who {
    number: String,
    name: String,
    address: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body {
    Agreement {
        product: String,
        requested: String,
        limit: String,
        counter_offer: bool,
        purpose: String,
        approved_on: String,
        signed_on: Option<String>,
        interest: Vec<Fact>,
        interest_explained: &'static str,
        payments: Vec<Fact>,
        fees: Vec<Fact>,
        rate_notice_days: String,
    },
    Receipt {
        what: &'static str,
        amount: String,
        facts: Vec<Fact>,
        paid: Vec<Fact>,
        entries: Vec<Fact>,
        balance: String,
    },
    Statement {
        closing_on: String,
        summary: Vec<Fact>,
        closing: String,
        minimum: String,
        past_due: String,
        due_on: String,
        year: String,
        year_fees: String,
        year_interest: String,
        lines: Vec<StatementRow>,
        explained: Vec<Explained>,
    },
    Payoff {
        on: String,
        parts: Vec<Fact>,
        payoff: String,
        per_diem: String,
        accrued: Vec<InterestRow>,
    },
    AdverseAction {
        decisions: Vec<Decision>,
        reasons_heading: &'static str,
        equal_credit: String,
        report_source: Option<String>,
    },
    LimitReduction {
        before: String,
        limit: String,
        reason: String,
        equal_credit: String,
    },
    Incompleteness {
        requested: String,
        taken_on: String,
        missing: Vec<&'static str>,
        by: String,
        otherwise: &'static str,
    },
}

/// What was decided, in a sentence, and why.
#[derive(Serialize)]
struct Decision {
    opening: String,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct StatementRow {
    on: String,
    /// Only where it is another day.
    posted_on: String,
    what: String,
    amount: String,
    balance: String,
}

/// Why one interest figure of a statement is so much.
#[derive(Serialize)]
struct Explained {
    on: String,
    rows: Vec<InterestRow>,
}

#[derive(Serialize)]
struct InterestRow {
    from: String,
    to: String,
    days: String,
    balance: String,
    rate: String,
    interest: String,
}

/// Writes amounts: the one formatter, with or without the currency's code.
#[derive(Clone, Copy)]
struct Writer(Currency);

impl Writer {
    fn plain(self, amount: Minor) -> String {
        self.0.format(amount)
    }

    fn with_code(self, amount: Minor) -> String {
        format!("{} {}", self.0.format(amount), self.0)
    }

    fn fact(self, name: impl Into<String>, amount: Minor) -> Fact {
        (name.into(), self.plain(amount))
    }

    fn interest(self, lines: &[InterestLine]) -> Vec<InterestRow> {
        let row = |line: &InterestLine| InterestRow {
            from: line.from.to_string(),
            to: line.to.to_string(),
            days: line.days.to_string(),
            balance: self.plain(line.balance_minor),
            rate: line.annual_percent.to_string(),
            interest: line.interest_exact.clone(),
        };
        lines.iter().map(row).collect()
    }
}

impl Sheet {
    pub fn of(paper: &Paper) -> Result<Sheet, Overflow> {
        let write = Writer(paper.currency);
        let body = match &paper.body {
            PaperBody::Agreement(agreement) => of_agreement(write, agreement),
            PaperBody::Receipt(receipt) => of_receipt(write, receipt),
            PaperBody::Statement(statement) => of_statement(write, statement)?,
            PaperBody::Payoff(payoff) => of_payoff(write, payoff)?,
            PaperBody::AdverseAction(notice) => {
                of_adverse_action(paper.currency, &paper.line_number, notice)
            }
            PaperBody::LimitReduction(notice) => Body::LimitReduction {
                before: write.with_code(notice.before_minor),
                limit: write.with_code(notice.limit_minor),
                reason: notice.reason.clone(),
                equal_credit: paper::equal_credit(USUAL_AGENCY),
            },
            PaperBody::Incompleteness(notice) => Body::Incompleteness {
                requested: write.with_code(notice.requested_minor),
                taken_on: notice.taken_on.to_string(),
                missing: notice.missing.iter().map(|item| item.words()).collect(),
                by: notice.by.to_string(),
                otherwise: NO_FURTHER,
            },
        };
        Ok(Sheet {
            title: paper.kind().title(),
            branch: paper.branch_name.clone(),
            demo: paper.demo,
            dated: paper.dated.to_string(),
            currency: paper.currency.to_string(),
            line: paper.line_number.clone(),
            customer: Who {
                number: paper.customer.number.clone(),
                name: paper.customer.name.clone(),
                address: lines_of(&paper.customer.address),
            },
            body,
        })
    }
}

fn lines_of(address: &Address) -> Vec<String> {
    let Address {
        street,
        unit,
        city,
        region,
        postal_code,
        country,
    } = address;
    let lines = [
        street.clone(),
        unit.clone(),
        format!("{city}, {region} {postal_code}"),
        country.clone(),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn of_agreement(write: Writer, agreement: &Agreement) -> Body {
    let terms = &agreement.terms;
    Body::Agreement {
        product: agreement.product_name.clone(),
        requested: write.with_code(agreement.requested_minor),
        limit: write.with_code(agreement.limit_minor),
        counter_offer: agreement.limit_minor < agreement.requested_minor,
        purpose: agreement.purpose.clone(),
        approved_on: agreement.approved_on.to_string(),
        signed_on: agreement.signed_on.map(|on| on.to_string()),
        interest: interest_terms(terms),
        interest_explained: interest_explained(terms.interest_method),
        payments: payment_terms(write, terms),
        fees: fees(write, terms),
        rate_notice_days: terms.rate_notice_days.to_string(),
    }
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    (name.to_owned(), value.into())
}

fn interest_terms(terms: &Terms) -> Vec<Fact> {
    let mut facts = vec![fact("Annual rate", format!("{} %", terms.annual_percent))];
    for change in &terms.rate_changes {
        let name = format!("Annual rate from {}", change.from);
        facts.push((name, format!("{} %", change.annual_percent)));
    }
    facts.push(fact("Interest method", terms.interest_method.words()));
    facts.push(fact("Day count", terms.day_count.words()));
    facts
}

fn interest_explained(method: InterestMethod) -> &'static str {
    match method {
        InterestMethod::DailySimple => {
            "Each day bears interest on the principal you owe after that day's postings."
        }
        InterestMethod::AverageDailyBalance => {
            "A cycle bears a twelfth of the annual rate on the average of its days' balances of the principal you owe."
        }
    }
}

fn payment_terms(write: Writer, terms: &Terms) -> Vec<Fact> {
    let floor = write.with_code(terms.minimum.floor_minor);
    let due = format!(
        "{} days after the statement, then on a business day",
        terms.due_days
    );
    vec![
        fact("A statement is made", terms.cycle.words()),
        fact("Minimum payment", terms.minimum.words(&floor)),
        fact("Due", due),
        fact(
            "A payment pays",
            Due::order_in_words(&terms.allocation_order),
        ),
        fact(
            "Limit restored after a debit",
            days(terms.hold_banking_days, "banking day"),
        ),
    ]
}

fn days(count: u32, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Only those that are charged.
fn fees(write: Writer, terms: &Terms) -> Vec<Fact> {
    let late = format!(
        "Late fee, {} after the due date, at most what is missing",
        days(u32::from(terms.grace_days), "day")
    );
    let fees = [
        ("With the first draw", terms.origination_fee_minor),
        (
            "Each year, on the line's anniversary",
            terms.annual_fee_minor,
        ),
        ("For each draw by express", terms.express_fee_minor),
        (late.as_str(), terms.late_fee_minor),
        (
            "For a payment that is returned",
            terms.returned_payment_fee_minor,
        ),
    ];
    let charged = fees.into_iter().filter(|(_, fee)| fee.is_positive());
    charged.map(|(name, fee)| write.fact(name, fee)).collect()
}

fn of_receipt(write: Writer, receipt: &Receipt) -> Body {
    let what = match receipt.kind {
        MovementKind::Draw => "Paid out to you",
        MovementKind::Repayment => "Received from you",
        MovementKind::Refund => "Customer credit handed back to you",
    };
    let mut facts = vec![
        fact("Transaction", receipt.kind.words()),
        fact("Way", receipt.method.words()),
        fact("Date", receipt.effective_on.to_string()),
    ];
    if receipt.posted_on != receipt.effective_on {
        facts.push(fact("Posted", receipt.posted_on.to_string()));
    }
    facts.push(fact("Served by", receipt.served_by.clone()));
    facts.push(fact("Reference", receipt.movement_id.to_string()));
    let paid = receipt.paid.iter().flat_map(|paid| {
        [
            ("Fees", paid.fees_minor),
            ("Interest", paid.interest_minor),
            ("Principal", paid.principal_minor),
            ("Customer credit, more than was owed", paid.credit_minor),
        ]
    });
    let paid = paid.filter(|(_, amount)| !amount.is_zero());
    let entries = receipt.entries.iter();
    Body::Receipt {
        what,
        amount: write.with_code(receipt.amount_minor),
        facts,
        paid: paid
            .map(|(name, amount)| write.fact(name, amount))
            .collect(),
        entries: entries
            .map(|(kind, amount)| write.fact(kind.words(), *amount))
            .collect(),
        balance: write.plain(receipt.balance_minor),
    }
}

/// What a statement sums up, in the order it is read.
const SUMMED_UP: [LineKind; 7] = [
    LineKind::Draw,
    LineKind::Repayment,
    LineKind::Refund,
    LineKind::Fee,
    LineKind::Interest,
    LineKind::ChargeOff,
    LineKind::Recovery,
];

fn plural(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Draw => "Draws",
        LineKind::Repayment => "Repayments",
        LineKind::Refund => "Refunds",
        LineKind::Fee => "Fees",
        LineKind::Interest => "Interest",
        LineKind::ChargeOff | LineKind::Recovery => kind.words(),
    }
}

fn of_statement(write: Writer, statement: &Statement) -> Result<Body, Overflow> {
    let mut summary = vec![write.fact("Opening balance", statement.opening_minor)];
    for kind in SUMMED_UP {
        let of_kind = statement.lines.iter().filter(|line| line.kind == kind);
        let always = matches!(kind, LineKind::Fee | LineKind::Interest);
        let some = of_kind.clone().next().is_some();
        let sum = Minor::sum(of_kind.map(|line| line.amount_minor))?;
        if some || always {
            summary.push(write.fact(plural(kind), sum));
        }
    }
    let mut balance = statement.opening_minor;
    let mut lines = Vec::with_capacity(statement.lines.len());
    for line in &statement.lines {
        balance = balance.plus(line.amount_minor)?;
        let posted_on = (line.posted_on != line.on).then(|| line.posted_on.to_string());
        lines.push(StatementRow {
            on: line.on.to_string(),
            posted_on: posted_on.unwrap_or_default(),
            what: line.words(),
            amount: write.plain(line.amount_minor),
            balance: write.plain(balance),
        });
    }
    let explained = statement.lines.iter();
    let explained = explained.filter(|line| !line.explained.is_empty());
    Ok(Body::Statement {
        closing_on: statement.closing_on.to_string(),
        summary,
        closing: write.plain(statement.closing_minor),
        minimum: write.plain(statement.minimum_minor),
        past_due: write.plain(statement.past_due_minor),
        due_on: statement.due_on.to_string(),
        year: statement.closing_on.civil().year().to_string(),
        year_fees: write.plain(statement.year_fees_minor),
        year_interest: write.plain(statement.year_interest_minor),
        lines,
        explained: explained
            .map(|line| Explained {
                on: line.on.to_string(),
                rows: write.interest(&line.explained),
            })
            .collect(),
    })
}

fn of_payoff(write: Writer, payoff: &PayoffLetter) -> Result<Body, Overflow> {
    let mut parts = vec![
        write.fact("Principal", payoff.principal_minor),
        write.fact("Interest posted", payoff.interest_minor),
        write.fact(
            "Interest accrued through the day before",
            payoff.accrued_minor,
        ),
        write.fact("Fees", payoff.fees_minor),
    ];
    if !payoff.credit_minor.is_zero() {
        parts.push(write.fact("Less customer credit", payoff.credit_minor.negated()?));
    }
    Ok(Body::Payoff {
        on: payoff.on.to_string(),
        parts,
        payoff: write.with_code(payoff.payoff_minor),
        per_diem: format!("{} {}", payoff.per_diem_exact, write.0),
        accrued: write.interest(&payoff.accrued),
    })
}

fn of_adverse_action(currency: Currency, number: &str, notice: &AdverseAction) -> Body {
    let decision = |decision: &AdverseDecision| Decision {
        opening: decision.of.opening(number, currency),
        reasons: decision
            .reasons_in_words()
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    Body::AdverseAction {
        decisions: notice.decisions.iter().map(decision).collect(),
        reasons_heading: PRINCIPAL_REASONS,
        equal_credit: paper::equal_credit(USUAL_AGENCY),
        report_source: notice.report_source.clone(),
    }
}
