//! Interest against figures published elsewhere, and against a second, naive calculation that
//! goes day by day with a calendar of its own.

use crate::dice::Dice;
use crate::proof;
use domain::date::BusinessDate;
use domain::interest::*;
use domain::money::{Currency, Minor};
use domain::product::{DayCount, InterestMethod};

fn date(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

fn rate(from: &str, annual_percent: &str) -> RateChange {
    RateChange {
        from: date(from),
        annual_percent: annual_percent.parse().unwrap(),
    }
}

fn fact(on: &str, kind: FactKind, amount: i64) -> QuoteFact {
    QuoteFact {
        date: date(on),
        kind,
        amount_minor: (kind != FactKind::CollectInterest).then_some(Minor(amount)),
    }
}

use DayCount::*;
use FactKind::*;

/// Daily simple interest on an opening balance at one rate.
fn ask(day_count: DayCount, percent: &str, from: &str, opening: i64, to: &str) -> Quote {
    Quote {
        method: InterestMethod::DailySimple,
        day_count,
        rates: vec![rate(from, percent)],
        cycle_days: None,
        opening: Opening {
            date: date(from),
            principal_minor: Minor(opening),
        },
        facts: Vec::new(),
        to: date(to),
    }
}

#[track_caller]
fn check(asked: &Quote, interest: i64, payoff: i64) -> Quoted {
    let quoted = quote(asked).unwrap();
    assert_eq!(quoted.interest_minor, Minor(interest));
    assert_eq!(quoted.payoff_minor, Minor(payoff));
    quoted
}

/// The rows of "Numbers that must come out" that an accrual alone can express, by their number.
#[test]
fn numbers_that_must_come_out() {
    // 1: 500 held for 30 days; the same rounded every day would be 14.40.
    let held = ask(Act365, "35", "2025-03-01", 50_000, "2025-03-31");
    check(&held, 1_438, 51_438);
    // 2: part of it repaid, more drawn.
    let mut moved = held.clone();
    moved.facts = vec![
        fact("2025-03-16", RepayPrincipal, 20_000),
        fact("2025-03-26", Draw, 10_000),
    ];
    let quoted = check(&moved, 1_199, 41_199);
    assert_eq!(quoted.interest.decimal(Currency::USD), "11.9863…");
    // 3
    let mut june = ask(Act360, "15", "2024-06-01", 255_000, "2024-07-01");
    june.facts = vec![
        fact("2024-06-04", Draw, 530_000),
        fact("2024-06-09", RepayPrincipal, 80_000),
        fact("2024-06-17", Draw, 560_000),
    ];
    let quoted = check(&june, 11_683, 1_276_683);
    assert_eq!(quoted.interest.decimal(Currency::USD), "116.8333…");
    let lines: Vec<String> = quoted
        .lines
        .iter()
        .map(|line| line.interest.decimal(Currency::USD))
        .collect();
    assert_eq!(lines, ["3.1875", "16.3541…", "23.50", "73.7916…"]);
    // 4
    for (repaid, interest) in [(0, 4_932), (86_300, 4_818), (20_000, 4_905)] {
        let mut november = ask(Act365, "12", "2022-11-01", 500_000, "2022-12-01");
        if repaid > 0 {
            november.facts = vec![fact("2022-11-27", RepayPrincipal, repaid)];
        }
        check(&november, interest, 500_000 - repaid + interest);
    }
    // 5
    let asked = ask(Act365, "17.25", "2024-11-25", 33_553_300, "2025-01-23");
    let quoted = check(&asked, 935_586, 34_488_886);
    assert_eq!(quoted.lines[0].days, 59);
    // 7
    for (day_count, interest) in [(Act360, 344_444), (Act365, 339_726), (ActAct, 338_798)] {
        let asked = ask(day_count, "4", "2024-01-01", 100_000_000, "2024-02-01");
        check(&asked, interest, 100_000_000 + interest);
    }
    // 9a: two lines, each by its own year.
    let asked = ask(ActAct, "10", "2023-12-17", 3_650_000, "2024-01-16");
    let quoted = check(&asked, 29_959, 3_679_959);
    assert_eq!(quoted.lines.len(), 2);
    assert_eq!(quoted.lines[1].from, date("2024-01-01"));
    // 9b
    let mut thirty = ask(ThirtyE360, "12", "2025-01-15", 1_200_000, "2025-03-31");
    thirty.facts = vec![
        fact("2025-01-31", RepayPrincipal, 600_000),
        fact("2025-02-28", Draw, 300_000),
    ];
    let quoted = check(&thirty, 21_200, 921_200);
    let days: Vec<i32> = quoted.lines.iter().map(|line| line.days).collect();
    assert_eq!(days, [15, 28, 32]);
    // 10: exact ties, in currencies of two, no and three decimals.
    for (opening, percent) in [(5_000, "3.65"), (18_250, "1"), (18_250, "1")] {
        let asked = ask(Act365, percent, "2025-05-05", opening, "2025-05-06");
        check(&asked, 1, opening + 1);
    }
    // 11 and 12, as far as no repayment is divided: the cycle's interest with and without the
    // repayment that came to light late, and the two cycles after each other.
    let mut known = ask(Act365, "35", "2025-01-01", 50_000, "2025-01-31");
    known.facts = vec![fact("2025-01-16", RepayPrincipal, 20_000)];
    check(&known, 1_151, 31_151);
    let mut both = ask(Act365, "35", "2025-01-01", 50_000, "2025-03-02");
    both.facts = vec![
        fact("2025-01-16", RepayPrincipal, 20_000),
        fact("2025-01-31", CollectInterest, 0),
    ];
    let quoted = check(&both, 863, 30_863);
    assert_eq!(quoted.collected[0].interest_minor, Minor(1_151));
}

#[test]
fn an_average_daily_balance_is_shared_out_by_the_days_of_the_cycle() {
    let mut asked = ask(Act365, "12", "2025-04-01", 100_000, "2025-05-01");
    asked.method = InterestMethod::AverageDailyBalance;
    // A whole cycle at 12 % is one month: 1 %, whatever its days.
    check(&asked, 1_000, 101_000);
    asked.cycle_days = Some(60);
    check(&asked, 500, 100_500);
    asked.cycle_days = Some(30);
    asked.to = date("2025-04-16");
    check(&asked, 500, 100_500);
    // Drawn for the second half only; the day count has no part in it.
    asked.day_count = ThirtyE360;
    asked.to = date("2025-05-01");
    asked.opening.principal_minor = Minor(0);
    asked.facts = vec![fact("2025-04-16", Draw, 100_000)];
    check(&asked, 500, 100_500);
    // Another rate for the second half.
    asked.rates.push(rate("2025-04-16", "24"));
    check(&asked, 1_000, 101_000);
}

#[test]
fn collecting_rounds_clears_and_drops_the_fraction() {
    // 14.38 twice; the exact interest of both months is 28.7671.
    let mut asked = ask(Act365, "35", "2025-01-01", 50_000, "2025-03-02");
    check(&asked, 2_877, 52_877);
    asked.facts = vec![
        fact("2025-01-31", CollectInterest, 0),
        fact("2025-03-02", CollectInterest, 0),
        fact("2025-03-02", Draw, 100),
    ];
    let quoted = check(&asked, 0, 50_100);
    let collected: Vec<i64> = quoted
        .collected
        .iter()
        .map(|one| one.interest_minor.0)
        .collect();
    assert_eq!(collected, [1_438, 1_438]);
    assert_eq!(quoted.lines.len(), 2);
    // Twice on one day, and on the opening day: nothing more has accrued.
    asked.facts = vec![
        fact("2025-01-01", CollectInterest, 0),
        fact("2025-01-31", CollectInterest, 0),
        fact("2025-01-31", CollectInterest, 0),
    ];
    let quoted = check(&asked, 1_438, 51_438);
    let collected: Vec<i64> = quoted
        .collected
        .iter()
        .map(|one| one.interest_minor.0)
        .collect();
    assert_eq!(collected, [0, 1_438, 0]);
}

#[test]
fn a_date_s_facts_come_before_its_interest_and_draws_before_repayments() {
    let mut asked = ask(Act365, "36.5", "2025-01-01", 100_000, "2025-01-11");
    // Repaid and drawn again on one day, in either order of the input.
    for facts in [
        [
            fact("2025-01-06", RepayPrincipal, 150_000),
            fact("2025-01-06", Draw, 100_000),
        ],
        [
            fact("2025-01-06", Draw, 100_000),
            fact("2025-01-06", RepayPrincipal, 150_000),
        ],
    ] {
        asked.facts = facts.to_vec();
        check(&asked, 500 + 250, 50_750);
    }
    // On the opening day the opening balance bears nothing; on the last the day is over.
    asked.facts = vec![
        fact("2025-01-01", RepayPrincipal, 100_000),
        fact("2025-01-11", Draw, 70_000),
    ];
    check(&asked, 0, 70_000);
    // No day at all.
    asked.facts = vec![fact("2025-01-01", Draw, 1)];
    asked.to = date("2025-01-01");
    let quoted = check(&asked, 0, 100_001);
    assert!(quoted.lines.is_empty());
    asked.method = InterestMethod::AverageDailyBalance;
    check(&asked, 0, 100_001);
}

/// No line explains days that there were not.
#[test]
fn facts_of_one_day_end_one_line_and_begin_one() {
    let mut asked = ask(Act365, "10", "2025-01-01", 100, "2025-02-01");
    asked.facts = vec![
        fact("2025-01-05", Draw, 900),
        fact("2025-01-05", RepayPrincipal, 300),
        fact("2025-01-05", Draw, 50),
    ];
    let lines = quote(&asked).unwrap().lines;
    let spans: Vec<_> = lines
        .iter()
        .map(|line| (line.from, line.to, line.days, line.balance_minor.0))
        .collect();
    let (first, turn, last) = (date("2025-01-01"), date("2025-01-05"), date("2025-02-01"));
    assert_eq!(spans, [(first, turn, 4, 100), (turn, last, 27, 750)]);
}

#[test]
fn the_order_in_which_facts_are_given_is_nothing() {
    let mut asked = ask(Act365, "10", "2025-01-01", 100, "2025-02-01");
    asked.rates.push(rate("2025-01-20", "11"));
    asked.facts = vec![
        fact("2025-01-05", Draw, 900),
        fact("2025-01-06", Draw, 100),
        fact("2025-01-06", RepayPrincipal, 1_100),
        fact("2025-01-25", Draw, 7),
    ];
    let answer = quote(&asked);
    assert!(answer.is_ok(), "{answer:?}");
    asked.rates.reverse();
    for _ in 0..4 {
        asked.facts.rotate_left(1);
        assert_eq!(quote(&asked), answer);
    }
    asked.facts.reverse();
    assert_eq!(quote(&asked), answer);
}

#[test]
fn what_is_wrong_is_named() {
    let good = ask(Act365, "10", "2025-01-01", 100, "2025-02-01");
    let check = |change: &dyn Fn(&mut Quote), field: &str| {
        let mut asked = good.clone();
        change(&mut asked);
        let error = quote(&asked).unwrap_err();
        assert_eq!(error.field, field, "{error:?}");
    };
    check(&|q| q.rates.clear(), "rates");
    check(&|q| q.rates[0].from = date("2025-01-02"), "rates[0].from");
    check(&|q| q.rates.push(rate("2025-01-01", "11")), "rates[1].from");
    check(&|q| q.to = date("2024-12-31"), "to");
    check(
        &|q| q.opening.principal_minor = Minor(-1),
        "opening.principal_minor",
    );
    check(&|q| q.cycle_days = Some(30), "cycle_days");
    check(
        &|q| {
            q.method = InterestMethod::AverageDailyBalance;
            q.cycle_days = Some(0);
        },
        "cycle_days",
    );
    let with = |facts: &[QuoteFact]| {
        let facts = facts.to_vec();
        move |q: &mut Quote| q.facts = facts.clone()
    };
    check(&with(&[fact("2024-12-31", Draw, 5)]), "events[0].date");
    check(&with(&[fact("2025-02-02", Draw, 5)]), "events[0].date");
    check(
        &with(&[fact("2025-01-06", Draw, 0)]),
        "events[0].amount_minor",
    );
    check(
        &with(&[fact("2025-01-06", Draw, -5)]),
        "events[0].amount_minor",
    );
    check(
        &with(&[fact("2025-01-06", RepayPrincipal, 101)]),
        "events[0].amount_minor",
    );
    check(
        &with(&[fact("2025-01-06", Draw, i64::MAX)]),
        "events[0].amount_minor",
    );
    let amount = |kind: FactKind, amount_minor: Option<Minor>| {
        let mut wrong = fact("2025-01-06", kind, 5);
        wrong.amount_minor = amount_minor;
        wrong
    };
    for wrong in [
        amount(Draw, None),
        amount(RepayPrincipal, None),
        amount(CollectInterest, Some(Minor(5))),
    ] {
        check(&with(&[wrong]), "events[0].amount_minor");
    }
    // Every sum is exact, and refused where the books end.
    check(&|q| q.opening.principal_minor = Minor(i64::MAX), "to");
    check(
        &|q| {
            q.opening.principal_minor = Minor(i64::MAX);
            q.rates[0].annual_percent = "999".parse().unwrap();
            q.to = date("2199-01-01");
        },
        "to",
    );
}

/// The second implementation. It shares no arithmetic with the engine: its own calendar, each
/// day on its own, sums kept apart by what they are divided by.
mod naive {
    #[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
    pub struct Day(pub i32, pub u32, pub u32);

    impl Day {
        pub fn next(self) -> Day {
            let Day(year, month, day) = self;
            if day < month_days(year, month) {
                Day(year, month, day + 1)
            } else if month < 12 {
                Day(year, month + 1, 1)
            } else {
                Day(year + 1, 1, 1)
            }
        }

        pub fn text(self) -> String {
            format!("{:04}-{:02}-{:02}", self.0, self.1, self.2)
        }
    }

    pub fn leap(year: i32) -> bool {
        (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    }

    fn month_days(year: i32, month: u32) -> u32 {
        match month {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Days a bank counts for the night from a day to the next one, with months of thirty.
    pub fn thirty(day: Day) -> i128 {
        let Day(year, month, of_month) = day;
        if of_month >= 31 {
            1
        } else if of_month == 30 && month_days(year, month) == 31 {
            0
        } else if of_month == month_days(year, month) {
            i128::from(31 - of_month)
        } else {
            1
        }
    }

    /// A sum of fractions over four divisors at once: 360, 365, 366 and 12 × the cycle's days.
    #[derive(Clone, Copy, Default, Debug)]
    pub struct Sums {
        pub by_360: i128,
        pub by_365: i128,
        pub by_366: i128,
        pub by_cycle: i128,
        pub cycle_days: i128,
    }

    impl Sums {
        /// Numerator and denominator, not reduced.
        pub fn fraction(&self) -> (i128, i128) {
            if self.by_cycle != 0 {
                return (self.by_cycle, 12 * self.cycle_days * 100_000_000);
            }
            // 360 × 365 × 366 / (their common factors, left in).
            let all = 360 * 365 * 366;
            let sum =
                self.by_360 * (all / 360) + self.by_365 * (all / 365) + self.by_366 * (all / 366);
            (sum, all * 100_000_000)
        }

        pub fn rounded(&self) -> i128 {
            let (numerator, denominator) = self.fraction();
            (2 * numerator + denominator) / (2 * denominator)
        }
    }
}

impl Dice {
    fn amount(&mut self) -> i64 {
        // From a cent to a great deal, evenly over the magnitudes.
        let magnitude = 10_u64.pow(1 + u32::try_from(self.below(11)).unwrap());
        i64::try_from(1 + self.below(magnitude)).unwrap()
    }
}

/// What happens on one day of a random history, as both implementations are told it.
#[derive(Clone, Debug, Default)]
struct Happens {
    draws: Vec<i64>,
    repays: Vec<i64>,
    collects: usize,
    rate_millionths: Option<u32>,
}

fn rate_text(millionths: u32) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

/// One random history, calculated twice. Days are walked once; whatever the naive side needs it
/// keeps itself.
fn two_ways(seed: u64) {
    use naive::{Day, Sums};
    let mut dice = Dice(seed);
    let day_count = [Act365, Act360, ActAct, ThirtyE360][usize::try_from(seed % 4).unwrap()];
    let average = dice.below(3) == 0;
    let years = [1999, 2000, 2023, 2024, 2025, 2099, 2100];
    let year = years[usize::try_from(dice.below(7)).unwrap()];
    let mut day = Day(year, 1, 1);
    for _ in 0..dice.below(366) {
        day = day.next();
    }
    let days = dice.below(500);
    let told_cycle =
        (average && dice.below(2) == 0).then(|| u32::try_from(1 + dice.below(60)).unwrap());
    let cycle_days = told_cycle.map_or(i128::from(days.max(1)), i128::from);

    let opening = if dice.below(5) == 0 { 0 } else { dice.amount() };
    let mut millionths = u32::try_from(dice.below(40_000_000)).unwrap();
    let mut asked = Quote {
        method: if average {
            InterestMethod::AverageDailyBalance
        } else {
            InterestMethod::DailySimple
        },
        day_count,
        rates: vec![rate(&day.text(), &rate_text(millionths))],
        cycle_days: told_cycle,
        opening: Opening {
            date: date(&day.text()),
            principal_minor: Minor(opening),
        },
        facts: Vec::new(),
        to: date(&day.text()),
    };

    let mut principal = i128::from(opening);
    let mut sums = Sums {
        cycle_days,
        ..Sums::default()
    };
    let mut all = sums;
    let mut collected: Vec<i128> = Vec::new();
    for number in 0..=days {
        let mut happens = Happens::default();
        if dice.below(12) == 0 {
            for _ in 0..1 + dice.below(2) {
                happens.draws.push(dice.amount());
            }
        }
        let drawn: i128 = happens.draws.iter().copied().map(i128::from).sum();
        let mut left = u64::try_from(principal + drawn).unwrap();
        while left > 0 && dice.below(15) == 0 {
            let all_of_it = dice.below(3) == 0;
            let repaid = if all_of_it {
                left
            } else {
                1 + dice.below(left)
            };
            happens.repays.push(i64::try_from(repaid).unwrap());
            left -= repaid;
        }
        if dice.below(25) == 0 {
            happens.collects = 1;
        }
        if number > 0 && dice.below(40) == 0 {
            happens.rate_millionths = Some(u32::try_from(dice.below(40_000_000)).unwrap());
        }

        let on = day.text();
        if let Some(new) = happens.rate_millionths {
            asked.rates.push(rate(&on, &rate_text(new)));
            millionths = new;
        }
        // In any order of the input.
        let mut facts: Vec<QuoteFact> = Vec::new();
        facts.extend(
            happens
                .repays
                .iter()
                .map(|amount| fact(&on, RepayPrincipal, *amount)),
        );
        facts.extend(happens.draws.iter().map(|amount| fact(&on, Draw, *amount)));
        facts.extend((0..happens.collects).map(|_| fact(&on, CollectInterest, 0)));
        while !facts.is_empty() {
            let place = usize::try_from(dice.below(facts.len() as u64)).unwrap();
            asked.facts.push(facts.swap_remove(place));
        }

        if happens.collects > 0 {
            collected.push(sums.rounded());
            sums = Sums {
                cycle_days,
                ..Sums::default()
            };
        }
        principal += drawn;
        principal -= happens.repays.iter().copied().map(i128::from).sum::<i128>();
        if number == days {
            break;
        }
        let borne = principal * i128::from(millionths);
        for sums in [&mut sums, &mut all] {
            match (average, day_count) {
                (true, _) => sums.by_cycle += borne,
                (false, Act360) => sums.by_360 += borne,
                (false, Act365) => sums.by_365 += borne,
                (false, ActAct) if naive::leap(day.0) => sums.by_366 += borne,
                (false, ActAct) => sums.by_365 += borne,
                (false, ThirtyE360) => sums.by_360 += borne * naive::thirty(day),
            }
        }
        day = day.next();
    }
    asked.to = date(&day.text());

    let quoted = quote(&asked).unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
    let exact = |sums: &Sums| {
        let (numerator, denominator) = sums.fraction();
        Exact::new(numerator, denominator).unwrap()
    };
    assert_eq!(quoted.interest, exact(&sums), "seed {seed}");
    assert_eq!(
        i128::from(quoted.interest_minor.0),
        sums.rounded(),
        "seed {seed}"
    );
    assert_eq!(
        i128::from(quoted.principal_minor.0),
        principal,
        "seed {seed}"
    );
    let posted: Vec<i128> = quoted
        .collected
        .iter()
        .map(|one| i128::from(one.interest_minor.0))
        .collect();
    assert_eq!(posted, collected, "seed {seed}");
    // The lines tile the span and explain every cent of it.
    assert_eq!(total(&quoted.lines), Ok(exact(&all)), "seed {seed}");
    let mut at = asked.opening.date;
    for line in &quoted.lines {
        assert_eq!(line.from, at, "seed {seed}");
        at = line.to;
    }
    assert_eq!(at, asked.to, "seed {seed}");
}

#[test]
fn two_implementations_agree() {
    let histories = proof::count(2_000, 100_000) as u64;
    for seed in 0..histories {
        two_ways(seed);
    }
    proof::proved(
        "interest",
        "interest: two implementations agree on random histories",
        &format!("{histories} histories"),
        &format!("0 to {}", histories - 1),
    )
    .unwrap();
}
