//! The life of a line by the day: interest, cycles, statements, late facts, fees. The figures are
//! those of "Numbers that must come out"; rows an accrual alone can express are in `interest`.

use crate::desk::*;
use crate::dice::Dice;
use crate::proof;
use domain::command::*;
use domain::cycle::Cycle;
use domain::date::BusinessDate;
use domain::delinquency::Bucket;
use domain::event::Event;
use domain::ids::LineId;
use domain::ledger::EntryKind;
use domain::line::Status;
use domain::money::Minor;
use domain::product::Terms;
use domain::refusal::RefusalCode;
use domain::statement::{LineKind, Statement};
use domain::transfer::RemoteStatus;

/// The day a line opens in these stories.
const DAY_0: &str = "2025-01-01";

fn day(number: i32) -> BusinessDate {
    date(DAY_0).plus_days(number)
}

/// A branch on day 0 with a line of 1,000.00 at 35 %, ACT/365, cycles of 30 days, and the terms
/// changed as told.
fn branch(change: impl Fn(&mut Terms)) -> (Desk, LineId) {
    let mut desk = Desk::new();
    desk.today = date(DAY_0);
    let mut terms = desk.terms();
    terms.annual_percent = "35".parse().unwrap();
    terms.cycle = Cycle::EveryDays { days: 30 };
    change(&mut terms);
    desk.revise(terms);
    let line_id = desk.open_line(100_000);
    (desk, line_id)
}

/// The same with 500.00 drawn on day 0.
fn drawn(change: impl Fn(&mut Terms)) -> (Desk, LineId) {
    let (mut desk, line_id) = branch(change);
    desk.draw_cash(line_id, 50_000);
    (desk, line_id)
}

fn statements(desk: &Desk) -> Vec<Statement> {
    desk.log
        .iter()
        .filter_map(|event| match event {
            Event::CycleClosed { statement, .. } => Some((**statement).clone()),
            _ => None,
        })
        .collect()
}

fn entries(desk: &Desk, kind: EntryKind) -> Vec<i64> {
    let of_kind = desk.journal.iter().filter(|entry| entry.kind == kind);
    of_kind.map(|entry| entry.legs[0].amount_minor.0).collect()
}

#[test]
fn row_1_a_draw_held_for_a_cycle() {
    let (mut desk, line_id) = drawn(|_| {});
    assert_eq!(desk.available(line_id), 50_000);
    desk.work_until(day(15));
    assert_eq!(desk.balances(line_id), [50_000, 0, 0, 0]);
    desk.work_until(day(30));
    assert_eq!(desk.balances(line_id), [50_000, 1_438, 0, 0]);
    assert_eq!(desk.owed(line_id), 51_438);
    assert_eq!(desk.available(line_id), 50_000);
    let [statement] = statements(&desk).try_into().unwrap();
    assert_eq!(statement.closing_on, day(29));
    assert_eq!(statement.opening_minor, Minor(0));
    assert_eq!(statement.closing_minor, Minor(51_438));
    let kinds: Vec<LineKind> = statement.lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [LineKind::Draw, LineKind::Interest]);
    assert_eq!(statement.lines[1].explained[0].days, 30);
    assert_eq!(statement.lines[1].explained[0].interest_exact, "14.3835…");
    // 25.00 is the floor, 2 % would be 10.29, the cycle's interest 14.38.
    assert_eq!(statement.minimum_minor, Minor(2_500));
}

#[test]
fn row_2_repaid_and_drawn_within_the_cycle() {
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(15));
    desk.repay_cash(line_id, 20_000);
    desk.work_until(day(25));
    desk.draw_cash(line_id, 10_000);
    desk.work_until(day(30));
    assert_eq!(desk.balances(line_id), [40_000, 1_199, 0, 0]);
    assert_eq!(desk.owed(line_id), 41_199);
}

#[test]
fn row_6_interest_paid_frees_no_limit() {
    let (mut desk, line_id) = branch(|_| {});
    desk.draw_cash(line_id, 100_000);
    desk.work_until(day(30));
    assert_eq!(desk.balances(line_id), [100_000, 2_877, 0, 0]);
    assert_eq!(desk.available(line_id), 0);
    desk.repay_cash(line_id, 10_000);
    assert_eq!(desk.balances(line_id), [100_000 - 7_123, 0, 0, 0]);
    assert_eq!(desk.available(line_id), 7_123);
}

#[test]
fn row_11_a_repayment_that_comes_to_light_late() {
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(40));
    let judged = desk.repay_late(line_id, 20_000, day(15));
    assert_eq!(cell(&judged), "movement_requested+cash_moved+line_posted");
    assert_eq!(entries(&desk, EntryKind::InterestAdjusted), [-287]);
    assert_eq!(desk.balances(line_id), [30_000, 1_151, 0, 0]);
    desk.work_until(day(60));
    assert_eq!(desk.balances(line_id), [30_000, 1_151 + 863, 0, 0]);
    assert_eq!(desk.owed(line_id), 32_014);
    // The first statement stands; the second tells of both.
    let [first, second] = statements(&desk).try_into().unwrap();
    assert_eq!(first.closing_minor, Minor(51_438));
    assert_eq!(second.opening_minor, Minor(51_438));
    assert_eq!(second.closing_minor, Minor(32_014));
    let told: Vec<(LineKind, i64, bool)> = second
        .lines
        .iter()
        .map(|line| (line.kind, line.amount_minor.0, line.adjusts))
        .collect();
    assert_eq!(
        told,
        [
            (LineKind::Repayment, -20_000, false),
            (LineKind::Interest, -287, true),
            (LineKind::Interest, 863, false),
        ]
    );
}

#[test]
fn row_12_interest_that_has_only_accrued() {
    // Everything: what accrued posts first, and the line is repaid.
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(15));
    desk.repay_cash(line_id, 50_719);
    assert_eq!(desk.balances(line_id), [0, 0, 0, 0]);
    assert_eq!(desk.line(line_id).status(), Status::Repaid);
    desk.work_until(day(31));
    assert_eq!(desk.balances(line_id), [0, 0, 0, 0]);
    assert!(desk.close(line_id).is_ok());

    // The principal alone: the interest waits for the close of the cycle.
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(15));
    desk.repay_cash(line_id, 50_000);
    assert_eq!(desk.balances(line_id), [0, 0, 0, 0]);
    assert_eq!(desk.owed(line_id), 719);
    assert_eq!(desk.line(line_id).status(), Status::Outstanding);
    assert_eq!(desk.close(line_id), Err(RefusalCode::StillOwed));
    desk.work_until(day(30));
    assert_eq!(desk.balances(line_id), [0, 719, 0, 0]);
    assert_eq!(desk.owed(line_id), 719);
    desk.repay_cash(line_id, 719);
    assert_eq!(desk.line(line_id).status(), Status::Repaid);
    assert!(desk.close(line_id).is_ok());

    // More than is posted: interest first.
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(15));
    desk.repay_cash(line_id, 50_300);
    assert_eq!(entries(&desk, EntryKind::InterestPosted), [719]);
    assert_eq!(desk.balances(line_id), [419, 0, 0, 0]);

    // The accrued interest can be paid by itself, too.
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(15));
    desk.repay_cash(line_id, 50_000);
    desk.repay_cash(line_id, 719);
    assert_eq!(desk.line(line_id).status(), Status::Repaid);
}

#[test]
fn row_13_a_debit_that_is_returned() {
    let (mut desk, line_id) = drawn(|terms| terms.returned_payment_fee_minor = Minor(2_500));
    desk.work_until(day(30));
    let debit = desk.repay_debit(line_id, 10_000);
    desk.send(debit);
    desk.work_until(day(32));
    desk.word(debit, RemoteStatus::Settled).unwrap();
    desk.work_until(day(33));
    assert_eq!(desk.owed(line_id), 41_557);
    let calendar = desk.world.branch.calendar.clone();
    let payoff = |desk: &Desk, on: i32| {
        let line = desk.line(line_id);
        line.payoff(day(on), &calendar).unwrap().payoff_minor.0
    };
    assert_eq!(payoff(&desk, 33), 41_557);
    // Of a day before, as known now; of a day after the next close, with what that will post.
    assert_eq!(payoff(&desk, 30), 41_438);
    assert_eq!(payoff(&desk, 1), 50_048);
    assert_eq!(payoff(&desk, 61), 41_438 + 1_192 + 40);
    desk.work_until(day(34));
    desk.word(debit, RemoteStatus::Returned).unwrap();
    assert_eq!(desk.balances(line_id), [50_000, 1_438, 2_500, 0]);
    desk.work_until(day(60));
    assert_eq!(desk.balances(line_id), [50_000, 2_876, 2_500, 0]);
    assert_eq!(desk.owed(line_id), 55_376);
    // Said twice, it is charged once.
    desk.word(debit, RemoteStatus::Returned).unwrap();
    assert_eq!(desk.owed(line_id), 55_376);
}

/// A line that owes 1,000.00 without interest, and closes on the third.
fn due_in_march(late_fee: i64) -> (Desk, LineId) {
    let (mut desk, line_id) = branch(|terms| {
        terms.annual_percent = "0".parse().unwrap();
        terms.cycle = Cycle::DayOfMonth { day: 3 };
        terms.late_fee_minor = Minor(late_fee);
    });
    desk.work_until(date("2025-02-10"));
    desk.draw_cash(line_id, 100_000);
    desk.work_until(date("2025-03-04"));
    (desk, line_id)
}

fn past_due(desk: &Desk, line_id: LineId) -> (u32, Bucket) {
    let late = desk.line(line_id).past_due(desk.today).unwrap();
    (late.days, late.bucket)
}

#[test]
fn row_14_past_due_days_and_the_late_fee() {
    let (mut desk, line_id) = due_in_march(4_000);
    let [statement] = statements(&desk).try_into().unwrap();
    assert_eq!(statement.closing_on, date("2025-03-03"));
    assert_eq!(statement.minimum_minor, Minor(2_500));
    assert_eq!(statement.due_on, date("2025-03-28"));
    for (on, expected) in [
        ("2025-03-28", (0, Bucket::Current)),
        ("2025-03-29", (1, Bucket::Days1To29)),
    ] {
        desk.work_until(date(on));
        assert_eq!(past_due(&desk, line_id), expected, "{on}");
    }
    desk.work_until(date("2025-04-07"));
    assert_eq!(desk.balances(line_id), [100_000, 0, 0, 0]);
    // At most what was unpaid, though the product asks for 40.00; once.
    desk.work_until(date("2025-04-08"));
    assert_eq!(desk.balances(line_id), [100_000, 0, 2_500, 0]);
    for (on, expected) in [
        ("2025-04-26", (29, Bucket::Days1To29)),
        ("2025-04-27", (30, Bucket::Days30To59)),
    ] {
        desk.work_until(date(on));
        assert_eq!(past_due(&desk, line_id), expected, "{on}");
    }
    assert_eq!(desk.balances(line_id)[2], 2_500);

    let (mut desk, line_id) = branch(|terms| terms.cycle = Cycle::DayOfMonth { day: 4 });
    desk.work_until(date("2025-02-10"));
    desk.draw_cash(line_id, 10_000);
    desk.work_until(date("2025-03-05"));
    assert_eq!(statements(&desk)[0].due_on, date("2025-03-31"));
}

#[test]
fn a_late_fee_is_taken_back_when_it_was_not_due_and_never_added_afterwards() {
    let (mut desk, line_id) = due_in_march(1_500);
    desk.work_until(date("2025-04-09"));
    assert_eq!(desk.balances(line_id), [100_000, 0, 1_500, 0]);
    // A part that had been paid in time leaves what was unpaid as the most it may be.
    desk.repay_late(line_id, 1_800, date("2025-03-20")).unwrap();
    assert_eq!(entries(&desk, EntryKind::FeeAdjusted), [-800]);
    assert_eq!(desk.balances(line_id), [98_200, 0, 700, 0]);
    desk.repay_late(line_id, 700, date("2025-04-07")).unwrap();
    assert_eq!(desk.balances(line_id), [97_500, 0, 0, 0]);
    assert_eq!(past_due(&desk, line_id).0, 0);

    // Paid in time by a debit that bounces after the day of the fee.
    let (mut desk, line_id) = due_in_march(1_500);
    let debit = desk.repay_debit(line_id, 2_500);
    desk.send_and_settle(debit);
    desk.work_until(date("2025-04-09"));
    assert_eq!(desk.balances(line_id), [97_500, 0, 0, 0]);
    desk.word(debit, RemoteStatus::Returned).unwrap();
    desk.work_until(date("2025-04-20"));
    assert_eq!(desk.balances(line_id), [100_000, 0, 0, 0]);
    assert_eq!(past_due(&desk, line_id).0, 23);
}

#[test]
fn a_holiday_moves_the_due_date() {
    let (mut desk, line_id) = branch(|terms| terms.cycle = Cycle::DayOfMonth { day: 3 });
    let set = SetHolidays {
        holidays: vec![date("2025-03-28"), date("2025-03-31")],
    };
    desk.give(desk.ada, Command::SetHolidays(set)).unwrap();
    desk.draw_cash(line_id, 10_000);
    desk.work_until(date("2025-03-04"));
    assert_eq!(statements(&desk)[2].due_on, date("2025-04-01"));
}

#[test]
fn a_day_is_closed_once_and_by_an_admin() {
    let mut desk = Desk::new();
    let close = CloseDay { date: desk.today };
    let judged = desk.give(desk.cleo, Command::CloseDay(close.clone()));
    assert_eq!(judged, Err(RefusalCode::AdminOnly));
    desk.give(desk.ada, Command::CloseDay(close.clone()))
        .unwrap();
    desk.today = desk.today.plus_days(1);
    let judged = desk.give(desk.ada, Command::CloseDay(close));
    assert_eq!(judged, Err(RefusalCode::NotTheBusinessDate));
}

#[test]
fn cash_entered_late_has_a_day_that_can_be() {
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(3));
    let check = |desk: &mut Desk, on: i32, expected: RefusalCode| {
        assert_eq!(desk.repay_late(line_id, 100, day(on)), Err(expected));
    };
    check(&mut desk, 4, RefusalCode::DateInFuture);
    check(&mut desk, -1, RefusalCode::DateTooEarly);
    assert!(desk.repay_late(line_id, 100, day(0)).is_ok());
    assert!(desk.repay_late(line_id, 100, day(3)).is_ok());
    // It was taken, whatever has become of the line: it is credit, also of a closed line.
    desk.repay_cash(line_id, 49_800);
    let rest = desk.owed(line_id);
    desk.repay_cash(line_id, rest);
    desk.close(line_id).unwrap();
    assert!(desk.repay_late(line_id, 100, day(2)).is_ok());
    assert_eq!(
        desk.ask_repay(line_id, 100, PayIn::Cash {}).1,
        Err(RefusalCode::LineClosed)
    );
    // Had it been known, a cent less interest would have been paid.
    assert_eq!(desk.balances(line_id), [0, 0, 0, 101]);
}

#[test]
fn a_line_with_nothing_due_is_not_written() {
    let (mut desk, line_id) = drawn(|_| {});
    desk.repay_cash(line_id, 50_000);
    desk.work_until(day(31));
    let version = desk.line(line_id).version;
    assert_eq!(desk.line(line_id).next_due_on(), None);
    desk.work_until(day(200));
    assert_eq!(desk.line(line_id).version, version);
    // It wakes with the next draw, in the cycle of that day.
    desk.draw_cash(line_id, 10_000);
    assert_eq!(desk.line(line_id).next_due_on(), Some(day(209)));
}

/// Something that happened on a day, and is entered on that day or a later one.
#[derive(Clone, Copy, Debug)]
enum Dated {
    /// A draw by transfer: settles on its day.
    Draw(i32, i64),
    /// Cash over the counter.
    Cash(i32, i64),
    /// A debit taken on its day that settles, and may be returned.
    Debit(i32, i64, bool),
}

/// Enters the facts in an order, on days that order leaves them, and tells where it ends. Draws
/// and debits are asked for on their own days, because those a desk cannot date back; the network's
/// word about them comes when the order says.
fn enter(seed: u64, facts: &[Dated], order: &[usize], last: i32) -> ([i64; 4], i64) {
    use domain::money::Minor as M;
    let (mut desk, line_id) = branch(|terms| {
        let mut dice = Dice(seed);
        terms.late_fee_minor = M(0);
        terms.cycle = match dice.below(3) {
            0 => Cycle::EveryDays {
                days: 7 + u16::try_from(dice.below(30)).unwrap(),
            },
            1 => Cycle::LastOfMonth {},
            _ => Cycle::DayOfMonth {
                day: 1 + i8::try_from(dice.below(28)).unwrap(),
            },
        };
        use domain::product::{DayCount, InterestMethod};
        terms.day_count = [
            DayCount::Act365,
            DayCount::Act360,
            DayCount::ActAct,
            DayCount::ThirtyE360,
        ][usize::try_from(dice.below(4)).unwrap()];
        if dice.below(3) == 0 {
            terms.interest_method = InterestMethod::AverageDailyBalance;
        }
        terms.rate_changes = vec![domain::interest::RateChange {
            from: day(20 + i32::try_from(dice.below(60)).unwrap()),
            annual_percent: "21.5".parse().unwrap(),
        }];
        terms.single_signature_minor = M(1_000_000);
    });
    let when = |fact: &Dated| match fact {
        Dated::Draw(on, _) | Dated::Debit(on, _, _) => *on,
        // Always late, so that no order is refused because nothing is owed yet.
        Dated::Cash(on, _) => on + 1,
    };
    // On which day each is entered: its own at the earliest, and in the order asked for.
    let mut entered: Vec<(i32, usize)> = Vec::new();
    let mut at = 0;
    for place in order {
        at = at.max(when(&facts[*place]));
        entered.push((at, *place));
    }
    let mut movements = vec![None; facts.len()];
    for today in 0..=last {
        desk.work_until(day(today));
        for (place, fact) in facts.iter().enumerate() {
            match fact {
                Dated::Draw(on, amount) if *on == today => {
                    movements[place] = Some(desk.draw_bank(line_id, *amount));
                }
                Dated::Debit(on, amount, _) if *on == today => {
                    let account_id = desk.account;
                    let debit = PayIn::Debit { account_id };
                    let (id, judged) = desk.ask_repay(line_id, *amount, debit);
                    judged.unwrap();
                    movements[place] = Some(id);
                }
                Dated::Draw(..) | Dated::Debit(..) | Dated::Cash(..) => {}
            }
        }
        for (_, place) in entered.iter().filter(|(on, _)| *on == today) {
            match facts[*place] {
                Dated::Cash(on, amount) => {
                    desk.repay_late(line_id, amount, day(on)).unwrap();
                }
                Dated::Draw(on, _) | Dated::Debit(on, _, _) => {
                    let id = movements[*place].expect("it was asked for");
                    desk.send(id);
                    let mut remote = desk.remote(id, RemoteStatus::Settled);
                    remote.settlement_date = Some(day(on));
                    desk.say(id, remote).unwrap();
                    if matches!(facts[*place], Dated::Debit(_, _, true)) {
                        desk.word(id, RemoteStatus::Returned).unwrap();
                    }
                }
            }
        }
    }
    (desk.balances(line_id), desk.owed(line_id))
}

/// A history that can be entered in any order: debits, which cannot be dated back, are asked for
/// while a draw that is known from the start is owed; what the draws come to fits the limit.
fn dated_facts(dice: &mut Dice) -> Vec<Dated> {
    let number = |dice: &mut Dice, end: u64| i32::try_from(dice.below(end)).unwrap();
    let amount = |dice: &mut Dice, end: u64| i64::try_from(1 + dice.below(end)).unwrap();
    let mut facts = Vec::new();
    for _ in 0..2 + dice.below(6) {
        facts.push(match dice.below(3) {
            0 => Dated::Draw(1 + number(dice, 80), amount(dice, 7_000)),
            1 => Dated::Cash(10 + number(dice, 71), amount(dice, 20_000)),
            _ => Dated::Debit(1 + number(dice, 9), amount(dice, 2_000), dice.below(3) == 0),
        });
    }
    facts
}

#[test]
fn arrival_order_does_not_matter() {
    let histories = proof::count(500, 10_000) as u64;
    for seed in 0..histories {
        let mut dice = Dice(seed);
        let mut facts = vec![Dated::Draw(0, 30_000)];
        facts.extend(dated_facts(&mut dice));
        let mut order: Vec<usize> = (0..facts.len()).collect();
        let mut ends = Vec::new();
        for permutation in 0..5 {
            if permutation > 0 {
                for place in (2..order.len()).rev() {
                    let other = 1 + usize::try_from(dice.below(place as u64)).unwrap();
                    order.swap(place, other);
                }
            }
            ends.push((enter(seed, &facts, &order, 100), order.clone()));
        }
        for (end, order) in &ends[1..] {
            assert_eq!(end, &ends[0].0, "seed {seed}: {order:?} of {facts:?}");
        }
    }
    proof::proved(
        "arrival",
        "arrival order: the same dated facts in 5 permutations end alike",
        &format!("{histories} histories"),
        &format!("0 to {}", histories - 1),
    )
    .unwrap();
}

#[test]
fn what_happens_on_the_closing_day_comes_before_its_close() {
    // 29 days on 500.00 and one on 300.00, whether it is entered on the day or a week later.
    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(29));
    desk.repay_cash(line_id, 20_000);
    desk.work_until(day(30));
    assert_eq!(desk.balances(line_id), [30_000, 1_419, 0, 0]);

    let (mut desk, line_id) = drawn(|_| {});
    desk.work_until(day(36));
    desk.repay_late(line_id, 20_000, day(29)).unwrap();
    assert_eq!(desk.balances(line_id), [30_000, 1_419, 0, 0]);
}
