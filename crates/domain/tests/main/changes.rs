//! Changes that one person asks for and another decides on, and what draws and years cost.

use crate::desk::{Desk, LIMIT, cell, date, usd};
use domain::change::LineChange;
use domain::command::*;
use domain::cycle::Cycle;
use domain::ids::*;
use domain::ledger::Account;
use domain::line::Status;
use domain::money::Minor;
use domain::movement::MovementState;
use domain::product::{AnnualPercent, Terms};
use domain::refusal::RefusalCode;
use domain::transfer::RemoteStatus;

fn percent(text: &str) -> AnnualPercent {
    text.parse().unwrap()
}

/// Row 1's terms: 35 %, ACT/365, a cycle of 30 days.
fn priced(set: impl Fn(&mut Terms)) -> Desk {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.annual_percent = percent("35");
    terms.cycle = Cycle::EveryDays { days: 30 };
    set(&mut terms);
    desk.revise(terms);
    desk
}

fn waive_fees(minor: i64) -> LineChange {
    LineChange::WaiveFees { amount: usd(minor) }
}

fn set_limit(minor: i64, notice_given_on: Option<&str>) -> LineChange {
    LineChange::SetLimit {
        limit: usd(minor),
        notice_given_on: notice_given_on.map(date),
    }
}

#[test]
fn nobody_decides_on_their_own_change_and_only_on_what_was_asked() {
    let mut desk = priced(|_| {});
    let line = desk.open_line(LIMIT);
    let asked = set_limit(LIMIT + 100, None);
    let change_id = desk.ask_change(line, asked.clone()).unwrap();
    let approve = |change: LineChange| {
        Command::ApproveChange(ApproveChange {
            line_id: line,
            change_id,
            change,
        })
    };
    // The same person under another account; a teller; something else than what was asked.
    for (by, change, expected) in [
        (desk.cleo_as_admin, asked.clone(), RefusalCode::OwnRequest),
        (desk.cleo, asked.clone(), RefusalCode::AdminOnly),
        (
            desk.ada,
            set_limit(LIMIT + 200, None),
            RefusalCode::ChangeDiffers,
        ),
    ] {
        assert_eq!(desk.give(by, approve(change)), Err(expected));
    }
    // Too late to be decided on, and then asked for again.
    let late = desk.today.plus_days(8);
    desk.work_until(late);
    assert_eq!(
        desk.give(desk.ada, approve(asked.clone())),
        Err(RefusalCode::ChangeExpired)
    );
    assert_eq!(cell(&desk.change(line, asked)), "change_approved+limit_set");
    assert_eq!(desk.line(line).limit(), Minor(LIMIT + 100));
    // Once.
    let waiting = &desk.line(line).waiting_changes;
    assert_eq!(waiting.len(), 1, "the one that expired");
    let nobodys = DeclineChange {
        line_id: line,
        change_id: ChangeId(desk.id()),
        reason: "Not this one".into(),
    };
    let decline = |change_id| {
        Command::DeclineChange(DeclineChange {
            change_id,
            ..nobodys.clone()
        })
    };
    let unknown = desk.give(desk.ada, decline(nobodys.change_id));
    assert_eq!(unknown, Err(RefusalCode::UnknownChange));
    desk.give(desk.ada, decline(change_id)).unwrap();
    let gone = desk.give(desk.ada, decline(change_id));
    assert_eq!(gone, Err(RefusalCode::NoChangeWaiting));
}

#[test]
fn a_limit_rises_within_the_exposure_and_falls_after_notice() {
    let mut desk = priced(|terms| {
        terms.largest_limit_minor = Minor(LIMIT * 3);
        terms.exposure_cap_minor = Minor(LIMIT * 2);
    });
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 60_000);
    let today = desk.today.to_string();
    let tomorrow = desk.today.plus_days(1).to_string();
    for (change, expected) in [
        (set_limit(LIMIT, None), "!NothingChanges"),
        (set_limit(0, None), "!AmountNotPositive"),
        (set_limit(LIMIT * 3 + 1, None), "!OverProductLimit"),
        (set_limit(LIMIT * 2 + 1, None), "!OverExposure"),
        (set_limit(59_999, Some(&today)), "!BelowDrawn"),
        (set_limit(60_000, None), "!NoticeMissing"),
        (set_limit(60_000, Some(&tomorrow)), "!DateInFuture"),
        (set_limit(60_000, Some("2000-01-01")), "!DateTooEarly"),
        (set_limit(60_000, Some(&today)), "change_approved+limit_set"),
    ] {
        assert_eq!(
            cell(&desk.change(line, change.clone())),
            expected,
            "{change:?}"
        );
    }
    assert_eq!(desk.available(line), 0);
    // The rules run again when it is decided on: meanwhile another line took the exposure.
    let raise = desk.ask_change(line, set_limit(LIMIT * 2, None)).unwrap();
    desk.open_line(LIMIT);
    assert_eq!(desk.agree(line, raise), Err(RefusalCode::OverExposure));
}

#[test]
fn a_rate_rises_after_its_notice_and_falls_at_once() {
    let mut desk = priced(|_| {});
    let line = desk.open_line(LIMIT);
    let first = desk.today;
    desk.draw_cash(line, 50_000);
    let told = first.to_string();
    let rate = |percent_text: &str, from: i32, notice: Option<&str>| LineChange::SetRate {
        from: first.plus_days(from),
        annual_percent: percent(percent_text),
        notice_given_on: notice.map(date),
    };
    for (change, expected) in [
        (rate("36", 45, None), "!NoticeMissing"),
        (rate("36", 44, Some(&told)), "!NoticeTooShort"),
        (rate("101", 45, Some(&told)), "!AmountTooLarge"),
        (rate("35", 0, None), "!NothingChanges"),
        (rate("30", -1, None), "!DateTooEarly"),
        (rate("36", 45, Some(&told)), "change_approved+rate_set"),
    ] {
        assert_eq!(
            cell(&desk.change(line, change.clone())),
            expected,
            "{change:?}"
        );
    }
    // 30 days at 35 % have posted; entered late, a lower rate from day 15 on adjusts that.
    desk.work_until(first.plus_days(30));
    assert_eq!(desk.balances(line), [50_000, 1_438, 0, 0]);
    let lower = desk.change(line, rate("14.6", 15, None));
    assert_eq!(cell(&lower), "change_approved+rate_set+line_posted");
    // 500.00 × 15 × (35 + 14.6) % ÷ 365 = 10.1918
    assert_eq!(desk.balances(line), [50_000, 1_019, 0, 0]);
    // The rise of day 45 stands.
    let terms = desk.line(line).terms().unwrap().clone();
    assert_eq!(terms.rate_on(first.plus_days(44)), percent("14.6"));
    assert_eq!(terms.rate_on(first.plus_days(45)), percent("36"));
}

#[test]
fn a_waiver_forgives_what_is_posted_up_to_the_cap() {
    let mut desk = priced(|terms| {
        terms.annual_percent = percent("0");
        terms.origination_fee_minor = Minor(4_000);
        terms.waiver_cap_minor = Minor(3_000);
    });
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    assert_eq!(desk.balances(line), [50_000, 0, 4_000, 0]);
    for (change, expected) in [
        (waive_fees(0), "!AmountNotPositive"),
        (waive_fees(3_001), "!OverWaiverCap"),
        (
            LineChange::WaiveInterest { amount: usd(1) },
            "!MoreThanPosted",
        ),
        (
            waive_fees(3_000),
            "change_approved+charge_waived+line_posted",
        ),
        (waive_fees(1_001), "!MoreThanPosted"),
    ] {
        assert_eq!(
            cell(&desk.change(line, change.clone())),
            expected,
            "{change:?}"
        );
    }
    assert_eq!(desk.balances(line), [50_000, 0, 1_000, 0]);
    assert_eq!(desk.sums[&Account::FeeIncome], -1_000);
    // Paid on the same day after the waiver: the fee that is left, then principal.
    desk.repay_cash(line, 2_000);
    assert_eq!(desk.balances(line), [49_000, 0, 0, 0]);
}

#[test]
fn waived_interest_stays_waived_when_late_facts_adjust_the_rest() {
    let mut desk = priced(|_| {});
    let line = desk.open_line(LIMIT);
    let first = desk.today;
    desk.draw_cash(line, 50_000);
    desk.work_until(first.plus_days(35));
    assert_eq!(desk.balances(line), [50_000, 1_438, 0, 0]);
    let waive = LineChange::WaiveInterest { amount: usd(438) };
    desk.change(line, waive).unwrap();
    assert_eq!(desk.balances(line), [50_000, 1_000, 0, 0]);
    assert_eq!(desk.sums[&Account::InterestIncome], -1_000);
    // Number 11: 200.00 of day 15 entered late takes 2.87 of the cycle's interest back.
    desk.repay_late(line, 20_000, first.plus_days(15)).unwrap();
    assert_eq!(desk.balances(line), [30_000, 713, 0, 0]);
    // All of it paid on day 15: the waiver has less to forgive, and gives nothing away.
    desk.repay_late(line, 30_000, first.plus_days(15)).unwrap();
    let [principal, interest, fees, credit] = desk.balances(line);
    assert_eq!([principal, fees, credit], [0, 0, 0]);
    // 7.19 for fifteen days, of which 4.38 are forgiven.
    assert_eq!(interest, 719 - 438);
}

#[test]
fn cash_entered_wrongly_is_reversed_once_with_its_date() {
    let mut desk = priced(|_| {});
    let line = desk.open_line(LIMIT);
    let first = desk.today;
    let draw = desk.draw_cash(line, 50_000);
    desk.work_until(first.plus_days(10));
    let wrong = desk.repay_cash(line, 20_000);
    desk.work_until(first.plus_days(30));
    // 500.00 × 10 days + 300.00 × 20 days at 35 %: 4.7945 + 5.7534
    assert_eq!(desk.balances(line), [30_000, 1_055, 0, 0]);
    let drawer = desk.sums[&Account::Drawer(desk.cleo)];
    let reverse = |movement_id| LineChange::Reverse { movement_id };
    let judged = desk.change(line, reverse(wrong));
    assert_eq!(
        cell(&judged),
        "change_approved+movement_reversed+line_posted"
    );
    // As if it had never been taken: 14.38 for thirty days, the cash out of the drawer again.
    assert_eq!(desk.balances(line), [50_000, 1_438, 0, 0]);
    assert_eq!(desk.sums[&Account::Drawer(desk.cleo)], drawer - 20_000);
    assert_eq!(desk.movement(wrong).state, MovementState::Returned);
    assert_eq!(
        desk.change(line, reverse(wrong)),
        Err(RefusalCode::NotReversible)
    );
    // Asked for twice, decided on twice: it is reversed once.
    let once = desk.ask_change(line, reverse(draw)).unwrap();
    let twice = desk.ask_change(line, reverse(draw)).unwrap();
    desk.agree(line, once).unwrap();
    assert_eq!(desk.agree(line, twice), Err(RefusalCode::NotReversible));
    assert_eq!(desk.balances(line), [0, 0, 0, 0]);
    assert_eq!(desk.line(line).status(), Status::Approved);
    // What went through the network comes back through the network.
    let draw = desk.draw_bank(line, 10_000);
    desk.send_and_settle(draw);
    assert_eq!(
        desk.change(line, reverse(draw)),
        Err(RefusalCode::NotReversible)
    );
    let nobodys = MovementId(desk.id());
    assert_eq!(
        desk.change(line, reverse(nobodys)),
        Err(RefusalCode::UnknownMovement)
    );
}

#[test]
fn a_reversed_draw_that_was_repaid_leaves_credit_and_a_reversed_refund_restores_it() {
    let mut desk = priced(|terms| terms.annual_percent = percent("0"));
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_cash(line, 50_000);
    desk.repay_cash(line, 50_000);
    let reverse = |movement_id| LineChange::Reverse { movement_id };
    desk.change(line, reverse(draw)).unwrap();
    assert_eq!(desk.balances(line), [0, 0, 0, 50_000]);
    desk.refund(line, 30_000).unwrap();
    let refunds = desk.world.movements.values();
    let refund = refunds
        .filter(|movement| movement.amount_minor == Minor(30_000))
        .map(|movement| movement.id)
        .next()
        .unwrap();
    desk.change(line, reverse(refund)).unwrap();
    assert_eq!(desk.balances(line), [0, 0, 0, 50_000]);
    assert_eq!(desk.sums[&Account::Drawer(desk.cleo)], 50_000);
}

#[test]
fn what_is_charged_off_stays_owed_and_is_recovered_in_order() {
    let mut desk = priced(|terms| terms.origination_fee_minor = Minor(1_000));
    let line = desk.open_line(LIMIT);
    let first = desk.today;
    desk.draw_cash(line, 50_000);
    desk.work_until(first.plus_days(15));
    let off = desk.change(line, LineChange::ChargeOff {});
    assert_eq!(cell(&off), "change_approved+charged_off+line_posted");
    assert_eq!(desk.balances(line), [0, 0, 0, 0]);
    // 500.00 × 15 days at 35 % = 7.19: into income, and out of it again.
    assert_eq!(desk.sums[&Account::Allowance], 50_000);
    assert_eq!(desk.sums[&Account::InterestIncome], 0);
    assert_eq!(desk.sums[&Account::FeeIncome], 0);
    let lost = |desk: &Desk| desk.line(line).unrecovered().unwrap().0;
    assert_eq!(lost(&desk), 51_719);
    assert_eq!(desk.line(line).status(), Status::Outstanding);
    assert_eq!(desk.available(line), 0);
    assert_eq!(
        desk.change(line, LineChange::ChargeOff {}),
        Err(RefusalCode::ChargedOff)
    );
    // No interest on what is lost, over two closes.
    desk.work_until(first.plus_days(70));
    assert_eq!(desk.owed(line), 0);
    desk.repay_cash(line, 49_000);
    assert_eq!(desk.sums[&Account::Allowance], 1_000);
    assert_eq!(lost(&desk), 2_719);
    desk.repay_cash(line, 1_500);
    assert_eq!(desk.sums[&Account::Allowance], 0);
    assert_eq!(desk.sums[&Account::InterestIncome], -500);
    // The rest of the interest, the fee, and what is too much becomes credit.
    desk.repay_cash(line, 2_000);
    assert_eq!(desk.sums[&Account::InterestIncome], -719);
    assert_eq!(desk.sums[&Account::FeeIncome], -1_000);
    assert_eq!(lost(&desk), 0);
    assert_eq!(desk.balances(line), [0, 0, 0, 781]);
    assert_eq!(desk.line(line).status(), Status::Repaid);
    // The limit stays gone.
    let (_, judged) = desk.ask_draw(line, 100, crate::desk::CASH);
    assert_eq!(judged, Err(RefusalCode::ChargedOff));
}

#[test]
fn a_late_repayment_of_before_the_charge_off_makes_the_loss_smaller() {
    let mut desk = priced(|terms| terms.annual_percent = percent("0"));
    let line = desk.open_line(LIMIT);
    let first = desk.today;
    desk.draw_cash(line, 50_000);
    desk.work_until(first.plus_days(15));
    desk.change(line, LineChange::ChargeOff {}).unwrap();
    desk.repay_cash(line, 45_000);
    assert_eq!(desk.sums[&Account::Allowance], 5_000);
    // 100.00 of day 10: lost were 400.00 then, so 50.00 of what was paid later is too much.
    desk.repay_late(line, 10_000, first.plus_days(10)).unwrap();
    assert_eq!(desk.sums[&Account::Allowance], 0);
    assert_eq!(desk.balances(line), [0, 0, 0, 5_000]);
}

#[test]
fn the_first_draw_costs_the_origination_fee_and_an_express_one_its_own() {
    let mut desk = priced(|terms| {
        terms.annual_percent = percent("0");
        terms.origination_fee_minor = Minor(2_000);
        terms.express_fee_minor = Minor(300);
    });
    let line = desk.open_line(LIMIT);
    let express = |desk: &mut Desk, minor| {
        let account_id = desk.account;
        let speed = Speed::Express;
        let by = PayOut::Bank { account_id, speed };
        let (id, judged) = desk.ask_draw(line, minor, by);
        judged.unwrap();
        id
    };
    let first = express(&mut desk, 10_000);
    assert_eq!(desk.balances(line), [0, 0, 0, 0], "not before it settles");
    desk.send_and_settle(first);
    assert_eq!(desk.balances(line), [10_000, 0, 2_300, 0]);
    let second = express(&mut desk, 10_000);
    desk.send_and_settle(second);
    desk.draw_cash(line, 10_000);
    assert_eq!(desk.balances(line), [30_000, 0, 2_600, 0]);
    // It comes back: its express fee with it, the origination fee stands with the next draw.
    desk.word(first, RemoteStatus::Returned).unwrap();
    assert_eq!(desk.balances(line), [20_000, 0, 2_300, 0]);
    assert_eq!(desk.sums[&Account::FeeIncome], -2_300);
    let mut desk = priced(|terms| terms.origination_fee_minor = Minor(2_000));
    let line = desk.open_line(LIMIT);
    let only = desk.draw_bank(line, 10_000);
    desk.send_and_settle(only);
    desk.word(only, RemoteStatus::Returned).unwrap();
    assert_eq!(desk.balances(line), [0, 0, 0, 0]);
    assert_eq!(desk.line(line).status(), Status::Approved);
}

#[test]
fn an_open_line_costs_its_annual_fee_on_each_anniversary() {
    let mut desk = priced(|terms| {
        terms.annual_percent = percent("0");
        terms.annual_fee_minor = Minor(5_000);
    });
    desk.today = date("2024-02-29");
    let line = desk.open_line(LIMIT);
    let offered = desk.take(LIMIT);
    desk.approve(desk.ada, offered, LIMIT).unwrap();
    for (open, fees) in [
        ("2025-02-28", 0),
        ("2025-03-01", 5_000),
        ("2026-02-28", 5_000),
        ("2026-03-01", 10_000),
    ] {
        desk.work_until(date(open));
        assert_eq!(desk.balances(line), [0, 0, fees, 0], "{open}");
    }
    // An offer nobody signed costs nothing, nor does a line that has ended.
    assert_eq!(desk.balances(offered), [0, 0, 0, 0]);
    desk.repay_cash(line, 10_000);
    desk.close(line).unwrap();
    desk.work_until(date("2027-03-02"));
    assert_eq!(desk.balances(line), [0, 0, 0, 0]);
}

#[test]
fn ten_changes_may_wait_on_a_line() {
    let mut desk = priced(|_| {});
    let line = desk.open_line(LIMIT);
    for one in 1..=10 {
        desk.ask_change(line, set_limit(LIMIT + one, None)).unwrap();
    }
    let eleventh = desk.ask_change(line, set_limit(LIMIT + 11, None));
    assert_eq!(eleventh, Err(RefusalCode::TooManyChanges));
    // Those nobody decided on in time make room.
    let later = desk.today.plus_days(8);
    desk.work_until(later);
    desk.ask_change(line, set_limit(LIMIT + 11, None)).unwrap();
}
