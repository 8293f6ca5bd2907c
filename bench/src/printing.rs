//! Documents: how long a long statement takes to print.

use crate::figures::{Figure, Goal, Report, median};
use domain::customer::Address;
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};
use domain::paper::{Addressee, Paper, PaperBody};
use domain::replay::Cause;
use domain::statement::{LineKind, Statement, StatementLine};
use std::time::Instant;

/// As many lines as fill this many pages.
const LINES: i32 = 2_700;
const PAGES: u32 = 60;

pub fn a_long_statement(turns: usize, report: &mut Report) {
    let paper = statement();
    let mut taken = Vec::with_capacity(turns);
    for _ in 0..turns {
        let begun = Instant::now();
        let printed = paper::printed(&paper).expect("the statement prints");
        taken.push(begun.elapsed().as_secs_f64() * 1_000.0);
        assert!(printed.pages >= PAGES, "{} pages", printed.pages);
    }
    let name = "a statement of 60 pages as PDF";
    let figure = Figure::new(name, median(taken), "ms");
    report.add(figure.against("the goal", 1_000.0, Goal::AtMost(1.0)));
}

fn statement() -> Paper {
    let closing_on: BusinessDate = "2026-03-31".parse().expect("a date");
    let line = |place: i32| {
        let on = closing_on.plus_days(-(place % 31));
        StatementLine {
            on,
            posted_on: on,
            kind: LineKind::Draw,
            cause: Cause::OriginationFee,
            amount_minor: Minor(i64::from(place) * 12_345),
            adjusts: false,
            explained: Vec::new(),
        }
    };
    let lines: Vec<StatementLine> = (1..=LINES).map(line).collect();
    let amounts = lines.iter().map(|line| line.amount_minor);
    let closing_minor = Minor::sum(amounts).expect("a sum");
    let statement = Statement {
        closing_on,
        opening_minor: Minor::ZERO,
        lines,
        fees_minor: Minor::ZERO,
        interest_minor: Minor::ZERO,
        closing_minor,
        minimum_minor: Minor(2_500),
        past_due_minor: Minor::ZERO,
        due_on: closing_on.plus_days(25),
        year_fees_minor: Minor::ZERO,
        year_interest_minor: Minor::ZERO,
    };
    Paper {
        branch_name: "Harbor Street".to_owned(),
        currency: Currency::USD,
        demo: false,
        dated: closing_on,
        line_number: "LC-000001".to_owned(),
        customer: Addressee {
            number: "CU-000001".to_owned(),
            name: "Ottoline Marchbanks".to_owned(),
            address: Address {
                street: "4 Mill Road".to_owned(),
                unit: String::new(),
                city: "Eastfall".to_owned(),
                region: "NY".to_owned(),
                postal_code: "10991".to_owned(),
                country: "US".to_owned(),
            },
        },
        body: PaperBody::Statement(Box::new(statement)),
    }
}
