//! A document of each kind, in any currency.

use domain::adverse::{ActionTaken, LineAction};
use domain::allocation::Allocation;
use domain::command::{RejectionReason, Speed};
use domain::customer::Address;
use domain::date::BusinessDate;
use domain::ids::{BankAccountId, MovementId};
use domain::intake::MissingItem;
use domain::interest::RateChange;
use domain::ledger::EntryKind;
use domain::money::{Currency, Minor};
use domain::movement::{Method, MovementKind};
use domain::paper::*;
use domain::product::Terms;
use domain::replay::Cause;
use domain::statement::{InterestLine, LineKind, Statement, StatementLine};

pub fn date(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

pub fn paper(currency: &str, body: PaperBody) -> Paper {
    Paper {
        branch_name: "Harbor Street Credit Union".to_owned(),
        currency: currency.parse().unwrap(),
        demo: false,
        dated: date("2026-03-31"),
        line_number: "LC-000001".to_owned(),
        customer: Addressee {
            number: "CU-000007".to_owned(),
            name: "Ottoline Marchbanks".to_owned(),
            address: Address {
                street: "4 Mill Road".to_owned(),
                unit: "Flat 2".to_owned(),
                city: "Eastfall".to_owned(),
                region: "NY".to_owned(),
                postal_code: "10991".to_owned(),
                country: "US".to_owned(),
            },
        },
        body,
    }
}

/// One of each.
pub fn bodies(currency: &str) -> Vec<PaperBody> {
    vec![
        agreement(currency),
        receipt(MovementKind::Repayment),
        receipt(MovementKind::Draw),
        PaperBody::Statement(Box::new(statement(6))),
        payoff(),
        adverse_action(None),
        adverse_action_on_line(),
        PaperBody::LimitReduction(LimitReduction {
            before_minor: Minor(500_000),
            limit_minor: Minor(250_050),
            reason: "Income fell.\nSeveral payments were late.".to_owned(),
        }),
        PaperBody::Incompleteness(Incompleteness {
            requested_minor: Minor(500_000),
            taken_on: date("2026-03-17"),
            missing: vec![MissingItem::ProofOfIncome, MissingItem::ProofOfAddress],
            by: date("2026-04-30"),
        }),
    ]
}

fn agreement(currency: &str) -> PaperBody {
    let currency: Currency = currency.parse().unwrap();
    let mut terms = Terms::defaults(currency.exponent());
    terms.late_fee_minor = Minor(2_500);
    terms.origination_fee_minor = Minor(5_000);
    terms.rate_changes = vec![RateChange {
        from: date("2026-09-01"),
        annual_percent: "12.625".parse().unwrap(),
    }];
    PaperBody::Agreement(Box::new(Agreement {
        product_name: "Personal line".to_owned(),
        requested_minor: Minor(500_000),
        limit_minor: Minor(400_050),
        purpose: "A new boiler".to_owned(),
        terms,
        approved_on: date("2026-03-02"),
        signed_on: None,
    }))
}

fn receipt(kind: MovementKind) -> PaperBody {
    let id = "01890a5d-ac96-774b-bcce-0000000003e9";
    let repaid = kind == MovementKind::Repayment;
    let paid = Allocation {
        fees_minor: Minor(0),
        interest_minor: Minor(719),
        principal_minor: Minor(50_000),
        credit_minor: Minor(281),
    };
    let entries = match repaid {
        true => vec![
            (EntryKind::InterestPosted, Minor(719)),
            (EntryKind::CashRepayment, Minor(-51_000)),
        ],
        false => vec![
            (EntryKind::NetworkDraw, Minor(50_000)),
            (EntryKind::FeeCharged, Minor(2_500)),
        ],
    };
    let by_express = Method::Network {
        account_id: id.parse::<BankAccountId>().unwrap(),
        last4: "4410".to_owned(),
        speed: Speed::Express,
    };
    PaperBody::Receipt(Box::new(Receipt {
        movement_id: id.parse::<MovementId>().unwrap(),
        kind,
        method: if repaid { Method::Cash } else { by_express },
        amount_minor: Minor(if repaid { 51_000 } else { 50_000 }),
        effective_on: date("2026-03-30"),
        posted_on: date("2026-03-31"),
        served_by: "Amy Lindqvist".to_owned(),
        paid: repaid.then_some(paid),
        entries,
        balance_minor: Minor(if repaid { -281 } else { 52_500 }),
    }))
}

/// A statement with so many lines, the last of which is its interest.
pub fn statement(lines: usize) -> Statement {
    let line = |place: usize| {
        let (kind, amount) = match place % 3 {
            0 => (LineKind::Draw, 1_234_567),
            1 => (LineKind::Repayment, -1_000_001),
            _ => (LineKind::Fee, 250),
        };
        let on = date("2026-03-01").plus_days(i32::try_from(place % 31).unwrap());
        StatementLine {
            on,
            posted_on: if place == 1 { on.plus_days(2) } else { on },
            kind,
            cause: Cause::OriginationFee,
            amount_minor: Minor(amount),
            adjusts: place == 2,
            explained: Vec::new(),
        }
    };
    let mut told: Vec<StatementLine> = (0..lines.saturating_sub(1)).map(line).collect();
    told.push(StatementLine {
        on: date("2026-03-31"),
        posted_on: date("2026-03-31"),
        kind: LineKind::Interest,
        cause: Cause::CycleInterest {
            closing_on: date("2026-03-31"),
        },
        amount_minor: Minor(1_438),
        adjusts: false,
        explained: explained(),
    });
    let sum = |kind: Option<LineKind>| {
        let of_kind = told
            .iter()
            .filter(|line| kind.is_none_or(|kind| line.kind == kind));
        Minor::sum(of_kind.map(|line| line.amount_minor)).unwrap()
    };
    let opening_minor = Minor(10_000);
    Statement {
        closing_on: date("2026-03-31"),
        opening_minor,
        fees_minor: sum(Some(LineKind::Fee)),
        interest_minor: sum(Some(LineKind::Interest)),
        closing_minor: opening_minor.plus(sum(None)).unwrap(),
        minimum_minor: Minor(12_345),
        past_due_minor: Minor(2_502),
        due_on: date("2026-04-27"),
        year_fees_minor: Minor(7_531),
        year_interest_minor: Minor(3_579),
        lines: told,
    }
}

fn explained() -> Vec<InterestLine> {
    let line = |from: &str, to: &str, days, balance, interest: &str| InterestLine {
        from: date(from),
        to: date(to),
        days,
        balance_minor: Minor(balance),
        annual_percent: "14.9".parse().unwrap(),
        interest_exact: interest.to_owned(),
    };
    vec![
        line("2026-03-01", "2026-03-16", 15, 50_000, "3.0616…"),
        line("2026-03-16", "2026-04-01", 16, 172_457, "11.2639…"),
    ]
}

fn payoff() -> PaperBody {
    PaperBody::Payoff(Box::new(PayoffLetter {
        on: date("2026-04-15"),
        principal_minor: Minor(1_050_000),
        interest_minor: Minor(719),
        fees_minor: Minor(2_500),
        credit_minor: Minor(100),
        accrued_minor: Minor(1_433),
        accrued: explained(),
        payoff_minor: Minor(1_054_552),
        per_diem_exact: "4.2863…".to_owned(),
    }))
}

pub fn adverse_action(report_source: Option<&str>) -> PaperBody {
    PaperBody::AdverseAction(AdverseAction {
        decisions: vec![AdverseDecision {
            of: Decided::Application {
                requested_minor: Minor(500_000),
                taken_on: date("2026-03-17"),
            },
            reasons: vec![
                RejectionReason::IncomeInsufficient,
                RejectionReason::ExcessiveObligations,
                RejectionReason::Other,
            ],
            other_words: Some("The purpose is not one we lend for".to_owned()),
        }],
        report_source: report_source.map(str::to_owned),
    })
}

/// Told twice on one day.
pub fn adverse_action_on_line() -> PaperBody {
    let not_raised = |on| ActionTaken {
        action: LineAction::LimitNotRaised {
            limit_minor: Minor(500_000),
            asked_minor: Minor(800_050),
        },
        on: date(on),
    };
    let frozen = ActionTaken {
        action: LineAction::Frozen {},
        on: date("2026-03-09"),
    };
    let first = AdverseDecision {
        of: Decided::OnLine {
            actions: vec![not_raised("2026-03-05"), frozen],
        },
        reasons: vec![RejectionReason::ExcessiveObligations],
        other_words: None,
    };
    let second = AdverseDecision {
        of: Decided::OnLine {
            actions: vec![not_raised("2026-03-31")],
        },
        reasons: vec![RejectionReason::Other],
        other_words: Some("The rent is two months late".to_owned()),
    };
    PaperBody::AdverseAction(AdverseAction {
        decisions: vec![first, second],
        report_source: None,
    })
}
