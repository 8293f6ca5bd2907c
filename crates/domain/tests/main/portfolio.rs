//! Lines over two years of random use, each evening held against a second calculation of what their
//! statements ask for, when it is due, how long it has been past due and what being late costs.
//!
//! That calculation knows the dated payments and the posted cents, and nothing of the program's
//! own keeping: weekdays are counted from the epoch, minimums met by walking the payments.

use crate::desk::*;
use crate::dice::Dice;
use crate::proof;
use domain::command::*;
use domain::cycle::Cycle;
use domain::date::BusinessDate;
use domain::delinquency::Bucket;
use domain::event::Event;
use domain::ids::LineId;
use domain::interest::RateChange;
use domain::money::Minor;
use domain::product::{DayCount, InterestMethod, MinimumRule};
use domain::replay::Cause;
use domain::statement::{LineKind, Statement};
use std::collections::BTreeSet;

const DAYS: i32 = 730;

impl Dice {
    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.below(u64::try_from(most - least + 1).unwrap())).unwrap()
    }
}

/// What the line agreed to, as the second calculation needs it.
struct Agreed {
    /// The day of the month a cycle ends on; the last one where there is none.
    cycle_day: Option<i8>,
    floor: i64,
    basis_points: i64,
    due_days: i32,
    grace_days: i32,
    late_fee: i64,
    holidays: BTreeSet<BusinessDate>,
}

/// What a statement asked for by itself.
struct Told {
    closing_on: BusinessDate,
    due_on: BusinessDate,
    own: i64,
    /// The late fee it led to on its evening.
    fee: i64,
}

struct Model {
    agreed: Agreed,
    told: Vec<Told>,
    /// The day each payment counts from, and how much it was.
    paid: Vec<(BusinessDate, i64)>,
    /// What the statements so far say was posted.
    stated: i64,
    year: (i16, i64, i64),
}

impl Model {
    fn is_closing(&self, on: BusinessDate) -> bool {
        match self.agreed.cycle_day {
            Some(day) => on.civil().day() == day,
            None => on.plus_days(1).civil().day() == 1,
        }
    }

    /// So many days after the closing, and then on until neither a weekend nor a holiday.
    fn due(&self, closing_on: BusinessDate) -> BusinessDate {
        let mut due = closing_on.plus_days(self.agreed.due_days);
        // 1970-01-01 was a Thursday: three days after a Monday.
        while (due.days() + 3).rem_euclid(7) >= 5 || self.agreed.holidays.contains(&due) {
            due = due.plus_days(1);
        }
        due
    }

    /// What each statement lacks on an evening, by cents handed out one payment after the other.
    fn lacking(&self, on: BusinessDate) -> Vec<i64> {
        let mut lacking: Vec<i64> = self.told.iter().map(|told| told.own).collect();
        let mut days: Vec<BusinessDate> = self.paid.iter().map(|(day, _)| *day).collect();
        days.sort();
        days.dedup();
        for day in days.into_iter().filter(|day| *day <= on) {
            let of_day = self.paid.iter().filter(|(paid_on, _)| *paid_on == day);
            let mut cents: i64 = of_day.map(|(_, cents)| cents).sum();
            for (told, lacking) in self.told.iter().zip(&mut lacking) {
                if day > told.closing_on {
                    let met = cents.min(*lacking);
                    *lacking -= met;
                    cents -= met;
                }
            }
        }
        lacking
    }

    /// What is past due on a day, and since when.
    fn late(&self, on: BusinessDate, owed: i64) -> (i64, i32) {
        let lacking = self.lacking(on);
        let mut amount = 0;
        let mut since = None;
        for (told, lacking) in self.told.iter().zip(lacking) {
            if told.due_on < on && lacking > 0 {
                amount += lacking;
                since = since.or(Some(told.due_on));
            }
        }
        let amount = amount.min(owed.max(0));
        match since {
            Some(since) if amount > 0 => (amount, on.days() - since.days()),
            _ => (0, 0),
        }
    }

    fn check(&mut self, statement: &Statement, at: &str) {
        let of = |kind: LineKind| -> i64 {
            let lines = statement.lines.iter().filter(|line| line.kind == kind);
            lines.map(|line| line.amount_minor.0).sum()
        };
        let all: i64 = statement.lines.iter().map(|line| line.amount_minor.0).sum();
        assert_eq!(statement.opening_minor.0, self.stated, "{at}: opening");
        self.stated += all;
        let closing = self.stated;
        assert_eq!(statement.closing_minor.0, closing, "{at}: closing");
        let (fees, interest) = (of(LineKind::Fee), of(LineKind::Interest));
        assert_eq!(statement.fees_minor.0, fees, "{at}: fees");
        assert_eq!(statement.interest_minor.0, interest, "{at}: interest");
        let year = statement.closing_on.civil().year();
        if self.year.0 != year {
            self.year = (year, 0, 0);
        }
        self.year.1 += fees;
        self.year.2 += interest;
        assert_eq!(
            statement.year_fees_minor.0, self.year.1,
            "{at}: fees of {year}"
        );
        assert_eq!(
            statement.year_interest_minor.0, self.year.2,
            "{at}: interest of {year}"
        );

        let (past_due, _) = self.late(statement.closing_on, closing);
        assert_eq!(statement.past_due_minor.0, past_due, "{at}: past due");
        // Half a cent counts as a whole one.
        let part = (closing.max(0) * self.agreed.basis_points * 2 + 10_000) / 20_000;
        let least = self.agreed.floor.max(part).max(fees + interest);
        let minimum = (least + past_due).min(closing).max(0);
        assert_eq!(statement.minimum_minor.0, minimum, "{at}: minimum");
        let due_on = self.due(statement.closing_on);
        assert_eq!(statement.due_on, due_on, "{at}: due date");
        self.told.push(Told {
            closing_on: statement.closing_on,
            due_on,
            own: (minimum - past_due).max(0),
            fee: 0,
        });
    }
}

fn agreed(dice: &mut Dice, first: BusinessDate) -> Agreed {
    let holidays = (0..25).map(|_| first.plus_days(i32::try_from(dice.below(800)).unwrap()));
    Agreed {
        holidays: holidays.collect(),
        cycle_day: (dice.below(4) > 0).then(|| i8::try_from(dice.between(1, 28)).unwrap()),
        floor: dice.between(0, 5_000),
        // Whole percents meet half a cent now and then.
        basis_points: match dice.below(2) {
            0 => dice.between(0, 10) * 100,
            _ => dice.between(0, 1_000),
        },
        due_days: i32::try_from(dice.between(21, 30)).unwrap(),
        grace_days: i32::try_from(dice.between(0, 20)).unwrap(),
        late_fee: dice.between(0, 4_000),
    }
}

fn open(dice: &mut Dice, agreed: &Agreed, first: BusinessDate) -> (Desk, LineId) {
    let mut desk = Desk::new();
    desk.today = first;
    let holidays = agreed.holidays.iter().copied().collect();
    let set = Command::SetHolidays(SetHolidays { holidays });
    desk.give(desk.ada, set).unwrap();
    let mut terms = desk.terms();
    terms.cycle = match agreed.cycle_day {
        Some(day) => Cycle::DayOfMonth { day },
        None => Cycle::LastOfMonth {},
    };
    terms.minimum = MinimumRule {
        floor_minor: Minor(agreed.floor),
        balance_basis_points: u32::try_from(agreed.basis_points).unwrap(),
    };
    terms.due_days = u16::try_from(agreed.due_days).unwrap();
    terms.grace_days = u16::try_from(agreed.grace_days).unwrap();
    terms.late_fee_minor = Minor(agreed.late_fee);
    terms.origination_fee_minor = Minor(dice.between(0, 1_000));
    terms.annual_fee_minor = Minor(dice.between(0, 3_000));
    terms.annual_percent = format!("{}.{}", dice.below(36), dice.below(10))
        .parse()
        .unwrap();
    terms.rate_changes = vec![RateChange {
        from: first.plus_days(i32::try_from(dice.between(1, 700)).unwrap()),
        annual_percent: format!("{}.5", dice.below(36)).parse().unwrap(),
    }];
    terms.day_count = [
        DayCount::Act365,
        DayCount::Act360,
        DayCount::ActAct,
        DayCount::ThirtyE360,
    ][usize::try_from(dice.below(4)).unwrap()];
    if dice.below(4) == 0 {
        terms.interest_method = InterestMethod::AverageDailyBalance;
    }
    desk.revise(terms);
    let line_id = desk.open_line(400_000);
    (desk, line_id)
}

/// What a customer does on a day: most days nothing.
fn act(dice: &mut Dice, desk: &mut Desk, line_id: LineId, model: &mut Model, habit: u64) {
    let today = desk.today;
    let owed = desk.line(line_id).balances.owed().unwrap().0;
    let asked = model.lacking(today).iter().sum::<i64>();
    match dice.below(40) {
        0 | 1 => {
            let most = desk.available(line_id).min(60_000);
            if most > 0 {
                desk.draw_cash(line_id, dice.between(1, most));
            }
        }
        // Some pay what is asked, some less, some more than they owe, some never.
        2..=4 if owed > 0 && habit > 0 => {
            let amount = match dice.below(4) {
                0 if asked > 0 => asked,
                1 if asked > 1 => dice.between(1, asked),
                2 => dice.between(1, owed + owed / 10 + 1),
                _ => dice.between(1, 3_000),
            };
            let (_, judged) = desk.ask_repay(line_id, amount, PayIn::Cash {});
            judged.unwrap();
            model.paid.push((today, amount));
        }
        // Taken at the counter some days ago, found in a drawer today.
        5 if owed > 0 && habit > 1 => {
            let on = today.plus_days(-i32::try_from(dice.between(1, 45)).unwrap());
            let amount = dice.between(1, asked.max(3_000));
            if desk.repay_late(line_id, amount, on).is_ok() {
                model.paid.push((on, amount));
            }
        }
        _ => {}
    }
}

fn evening(desk: &mut Desk, line_id: LineId, model: &mut Model, at: &str) -> u64 {
    let today = desk.today;
    let before = desk.log.len();
    // Fees of the evening are judged by what is known on it.
    let lacking = model.lacking(today);
    desk.work_until(today.plus_days(1));
    let mut charged = 0;
    for (told, lacking) in model.told.iter_mut().zip(lacking) {
        if told.due_on.plus_days(model.agreed.grace_days) == today {
            told.fee = model.agreed.late_fee.min(lacking);
            charged += told.fee;
        }
    }
    let mut fees = 0;
    let mut statements = Vec::new();
    for event in &desk.log[before..] {
        match event {
            Event::FeeCharged {
                cause: Cause::LateFee { .. },
                amount_minor,
                on,
                ..
            } => {
                assert_eq!(*on, today, "{at}: the evening of a late fee");
                fees += amount_minor.0;
            }
            Event::CycleClosed { statement, .. } => statements.push(statement.clone()),
            _ => {}
        }
    }
    assert_eq!(fees, charged, "{at}: late fees");
    let balances = desk.line(line_id).balances;
    match statements.as_slice() {
        [] => {
            let idle = balances.owed().unwrap().0 == 0;
            assert!(!model.is_closing(today) || idle, "{at}: no statement");
        }
        [statement] => {
            assert!(model.is_closing(today), "{at}: a statement too many");
            assert_eq!(statement.closing_on, today, "{at}");
            model.check(statement, at);
        }
        more => panic!("{at}: {} statements", more.len()),
    }
    statements.len() as u64
}

/// How many statements were made, and how many evenings the line was past due.
fn two_years(seed: u64) -> (u64, u64) {
    let mut dice = Dice(seed);
    let first = date("2023-11-01").plus_days(i32::try_from(dice.below(500)).unwrap());
    let agreed = agreed(&mut dice, first);
    let habit = dice.below(5);
    let (mut desk, line_id) = open(&mut dice, &agreed, first);
    let mut model = Model {
        agreed,
        told: Vec::new(),
        paid: Vec::new(),
        stated: 0,
        year: (0, 0, 0),
    };
    let (mut statements, mut late_days) = (0, 0);
    for _ in 0..DAYS {
        let at = format!("seed {seed}, {}", desk.today);
        act(&mut dice, &mut desk, line_id, &mut model, habit);
        statements += evening(&mut desk, line_id, &mut model, &at);
        let line = desk.line(line_id);
        let (amount, days) = model.late(desk.today, line.balances.owed().unwrap().0);
        let late = line.past_due(desk.today).unwrap();
        assert_eq!(late.amount_minor.0, amount, "{at}: past due the day after");
        assert_eq!(i64::from(late.days), i64::from(days), "{at}: days past due");
        assert_eq!(late.bucket, bucket(days), "{at}: {days} days");
        late_days += u64::from(days > 0);
    }
    // Every posted cent stands on one statement, or waits for the next.
    let line = desk.line(line_id);
    let waiting: i64 = line
        .history
        .unstated
        .iter()
        .map(|line| line.amount_minor.0)
        .sum();
    let posted: i64 = line.balances.owed().unwrap().0 - line.balances.credit_minor.0;
    assert_eq!(
        model.stated + waiting,
        posted,
        "seed {seed}: stated and posted"
    );
    // A payment that comes to light late takes back as much of a fee as was met in time.
    for told in &model.told {
        let evening = told.due_on.plus_days(model.agreed.grace_days);
        let place = model
            .told
            .iter()
            .position(|other| other.closing_on == told.closing_on);
        let stands = told.fee.min(model.lacking(evening)[place.unwrap()]);
        let closing_on = told.closing_on;
        assert_eq!(
            fee_of(&desk, closing_on),
            stands,
            "seed {seed}: fee of {closing_on}"
        );
    }
    (statements, late_days)
}

/// What the journal holds of one late fee.
fn fee_of(desk: &Desk, closing: BusinessDate) -> i64 {
    let wanted = Cause::LateFee {
        closing_on: closing,
    };
    desk.log
        .iter()
        .filter_map(|event| match event {
            Event::LinePosted { postings, .. } => Some(postings),
            _ => None,
        })
        .flatten()
        .filter(|posting| posting.cause == wanted)
        .map(|posting| posting.change.balance().unwrap().0)
        .sum()
}

fn bucket(days: i32) -> Bucket {
    match days {
        ..=0 => Bucket::Current,
        1..=29 => Bucket::Days1To29,
        30..=59 => Bucket::Days30To59,
        60..=89 => Bucket::Days60To89,
        90..=119 => Bucket::Days90To119,
        120..=179 => Bucket::Days120To179,
        180.. => Bucket::Days180Up,
    }
}

#[test]
fn statements_minimums_and_lateness_equal_a_second_calculation() {
    let lines = proof::count(50, 1_000) as u64;
    let (mut statements, mut late_days) = (0, 0);
    for seed in 0..lines {
        let (made, late) = two_years(seed);
        statements += made;
        late_days += late;
    }
    // A portfolio in which nobody is late, or nobody is told anything, proves nothing.
    assert!(statements > lines * 10, "{statements} statements");
    assert!(late_days > lines * 30, "{late_days} days past due");
    proof::proved(
        "portfolio",
        "lines over 24 months: statements, minimums, due dates, days past due and late fees equal a second calculation",
        &format!("{lines} lines, {statements} statements, {late_days} line days past due"),
        &format!("0 to {}", lines - 1),
    )
    .unwrap();
}
