//! What is supposed comes true: the outlook is what the line shows once the same has happened.

use crate::desk::{Desk, LIMIT, date, usd};
use crate::random::Dice;
use domain::change::LineChange;
use domain::date::BusinessDate;
use domain::ids::LineId;
use domain::interest::RateChange;
use domain::money::Currency;
use domain::refusal::RefusalCode;
use domain::what_if::{Outlook, Supposed, WhatIf, WhatIfQuery};

fn ask(desk: &Desk, query: &WhatIfQuery) -> Result<WhatIf, (Option<String>, RefusalCode)> {
    let calendar = &desk.world.branch.calendar;
    desk.line(query.line_id)
        .what_if(query, calendar, desk.today, Currency::USD)
        .map_err(|refusal| (refusal.field, refusal.code))
}

fn nothing(line_id: LineId, until: BusinessDate) -> WhatIfQuery {
    WhatIfQuery {
        line_id,
        draws: Vec::new(),
        repayments: Vec::new(),
        rate: None,
        until,
    }
}

fn supposed(on: &str, minor: i64) -> Supposed {
    Supposed {
        on: date(on),
        amount: usd(minor),
    }
}

/// What the line itself says, on the day that was looked at.
fn seen(desk: &Desk, line_id: LineId) -> [i64; 6] {
    let payoff = desk
        .line(line_id)
        .payoff(desk.today, &desk.world.branch.calendar)
        .unwrap();
    let [principal, interest, fees, credit] = desk.balances(line_id);
    [
        principal,
        interest,
        fees,
        credit,
        payoff.accrued_minor.0,
        payoff.payoff_minor.0,
    ]
}

fn shown(outlook: &Outlook) -> [i64; 6] {
    [
        outlook.principal_minor.0,
        outlook.interest_minor.0,
        outlook.fees_minor.0,
        outlook.credit_minor.0,
        outlook.accrued_minor.0,
        outlook.payoff_minor.0,
    ]
}

#[test]
fn what_is_supposed_is_what_becomes_of_it() {
    let mut dice = Dice::new(77);
    for round in 0..40 {
        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        desk.draw_cash(line, 100_000 + i64::try_from(dice.below(200_000)).unwrap());
        desk.work_until(date("2026-03-20"));
        desk.repay_cash(line, 1 + i64::try_from(dice.below(30_000)).unwrap());
        let day = |dice: &mut Dice| {
            let days = i32::try_from(dice.below(80)).unwrap();
            date("2026-03-20").plus_days(days)
        };
        let some = |dice: &mut Dice| {
            let mut all: Vec<Supposed> = (0..dice.below(4))
                .map(|_| Supposed {
                    on: day(dice),
                    amount: usd(1_000 + i64::try_from(dice.below(60_000)).unwrap()),
                })
                .collect();
            all.sort_by_key(|supposed| supposed.on);
            all
        };
        let (draws, repayments) = (some(&mut dice), some(&mut dice));
        let query = WhatIfQuery {
            draws: draws.clone(),
            repayments: repayments.clone(),
            rate: (round % 3 == 0).then(|| RateChange {
                from: date("2026-03-20"),
                annual_percent: "9.75".parse().unwrap(),
            }),
            ..nothing(line, date("2026-06-10"))
        };
        let before = desk.world.clone();
        let told = ask(&desk, &query).unwrap();
        assert_eq!(before, desk.world);
        // Nothing happens: the line as it is.
        let mut idle = desk.clone();
        idle.work_until(query.until);
        assert_eq!(seen(&idle, line), shown(&told.as_it_is), "round {round}");
        // All of it happens.
        if let Some(rate) = query.rate {
            let change = LineChange::SetRate {
                from: rate.from,
                annual_percent: rate.annual_percent,
                notice_given_on: None,
            };
            desk.change(line, change).unwrap();
        }
        let mut days: Vec<BusinessDate> = draws.iter().map(|draw| draw.on).collect();
        days.extend(repayments.iter().map(|repayment| repayment.on));
        days.sort();
        days.dedup();
        for day in days {
            desk.work_until(day);
            for draw in draws.iter().filter(|draw| draw.on == day) {
                desk.draw_cash(line, draw.amount.minor.0);
            }
            for repayment in repayments.iter().filter(|repayment| repayment.on == day) {
                desk.repay_cash(line, repayment.amount.minor.0);
            }
        }
        desk.work_until(query.until);
        assert_eq!(seen(&desk, line), shown(&told.supposed), "round {round}");
        assert_eq!(told.supposed.available_minor.0, desk.available(line));
    }
}

#[test]
fn the_next_statement_is_told_before_it_is_made() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 300_000);
    let query = WhatIfQuery {
        draws: vec![supposed("2026-03-12", 200_000)],
        ..nothing(line, date("2026-04-01"))
    };
    let told = ask(&desk, &query).unwrap().supposed;
    desk.work_until(date("2026-03-12"));
    desk.draw_cash(line, 200_000);
    desk.work_until(date("2026-04-01"));
    let asked = desk.line(line).history.asked.last().unwrap().clone();
    assert_eq!(told.closing_on, asked.closing_on);
    assert_eq!(told.due_on, asked.due_on);
    assert_eq!(told.minimum_minor, asked.own_minor);
}

#[test]
fn interest_until_then_is_what_the_days_bear() {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.annual_percent = "36.5".parse().unwrap();
    desk.revise(terms);
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 100_000);
    desk.work_until(date("2026-03-10"));
    let query = WhatIfQuery {
        repayments: vec![supposed("2026-03-15", 50_000)],
        ..nothing(line, date("2026-03-20"))
    };
    let told = ask(&desk, &query).unwrap();
    // A tenth of a percent a day: 1.00 on the whole, 0.50 on the half.
    assert_eq!(told.as_it_is.interest_until_minor.0, 1_000);
    assert_eq!(told.supposed.interest_until_minor.0, 750);
    assert_eq!(told.supposed.per_diem_exact, "0.50");
}

#[test]
fn what_cannot_be_supposed_is_said_at_its_place() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 900_000);
    let until = date("2026-04-30");
    let whole = nothing(line, until);
    let wrong = |change: fn(&mut WhatIfQuery)| {
        let mut query = whole.clone();
        change(&mut query);
        let (field, code) = ask(&desk, &query).unwrap_err();
        (field.unwrap_or_default(), code)
    };
    for (told, field, code) in [
        (
            wrong(|q| q.until = date("2026-03-01")),
            "until",
            RefusalCode::DateTooEarly,
        ),
        (
            wrong(|q| q.until = date("2036-04-01")),
            "until",
            RefusalCode::DateTooLate,
        ),
        (
            wrong(|q| q.draws = vec![supposed("2026-05-01", 1)]),
            "draws.0.on",
            RefusalCode::DateTooLate,
        ),
        (
            wrong(|q| q.repayments = vec![supposed("2026-04-01", 1), supposed("2026-04-01", 0)]),
            "repayments.1.amount",
            RefusalCode::AmountNotPositive,
        ),
        (
            wrong(|q| q.draws = vec![supposed("2026-04-01", i64::MAX)]),
            "draws.0.amount",
            RefusalCode::AmountTooLarge,
        ),
        (
            wrong(|q| q.draws = vec![supposed("2026-04-01", 1); 25]),
            "draws",
            RefusalCode::FieldTooLong,
        ),
    ] {
        assert_eq!(told, (field.to_owned(), code));
    }
    // More than is available is told, not refused.
    let over = WhatIfQuery {
        draws: vec![supposed("2026-04-01", 100_001)],
        ..whole.clone()
    };
    assert!(ask(&desk, &over).unwrap().notes[0].starts_with("The draw of 1,000.01"));
    let fits = WhatIfQuery {
        draws: vec![supposed("2026-04-01", 100_000)],
        ..whole
    };
    assert_eq!(ask(&desk, &fits).unwrap().notes.len(), 1);
    let open = desk.take(LIMIT);
    let query = nothing(open, until);
    assert_eq!(ask(&desk, &query).unwrap_err().1, RefusalCode::NotApproved);
}
