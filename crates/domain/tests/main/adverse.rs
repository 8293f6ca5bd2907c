//! What of what is done to a line its customer has to be told of, and by when.

use crate::desk::{Desk, LIMIT, cell, date, usd};
use domain::adverse::{ActionTaken, AdverseActions, LineAction, Told};
use domain::change::LineChange;
use domain::command::*;
use domain::cycle::Cycle;
use domain::date::BusinessDate;
use domain::event::Event;
use domain::ids::{LineId, UserId};
use domain::intake::ClockKind;
use domain::money::Minor;
use domain::refusal::RefusalCode;
use domain::transfer::{PostAnswer, RemoteStatus};

const ASKED: i64 = LIMIT + 200_000;
const NOT_RAISED: LineAction = LineAction::LimitNotRaised {
    limit_minor: Minor(LIMIT),
    asked_minor: Minor(ASKED),
};
const FROZEN: LineAction = LineAction::Frozen {};

fn set_limit(minor: i64, notice_given_on: Option<BusinessDate>) -> LineChange {
    LineChange::SetLimit {
        limit: usd(minor),
        notice_given_on,
    }
}

/// Cleo asks for a change, and somebody declines it.
fn declined(desk: &mut Desk, by: UserId, line: LineId, change: LineChange) -> String {
    let change_id = desk.ask_change(line, change).unwrap();
    cell(&desk.decline(by, line, change_id))
}

/// A higher limit that Ada declines.
fn not_raised(desk: &mut Desk, line: LineId) -> String {
    declined(desk, desk.ada, line, set_limit(ASKED, None))
}

fn notice(desk: &Desk, line: LineId) -> TellAdverseAction {
    TellAdverseAction {
        line_id: line,
        seen_version: desk.line(line).version,
        reasons: vec![RejectionReason::ExcessiveObligations],
        other_words: None,
    }
}

fn tell(desk: &mut Desk, line: LineId) -> String {
    let tell = notice(desk, line);
    cell(&desk.give(desk.cleo, Command::TellAdverseAction(tell)))
}

fn clock(desk: &Desk, line: LineId) -> Option<(ClockKind, BusinessDate)> {
    let clock = desk.line(line).clock();
    clock.map(|clock| (clock.kind, clock.due_on))
}

fn due(day: &str) -> Option<(ClockKind, BusinessDate)> {
    Some((ClockKind::AdverseAction, date(day)))
}

fn untold(desk: &Desk, line: LineId) -> Vec<(LineAction, String)> {
    let untold = desk.line(line).adverse.untold.iter();
    untold
        .map(|taken| (taken.action, taken.on.to_string()))
        .collect()
}

#[test]
fn the_clock_runs_from_the_first_action_until_the_customer_is_told() {
    let mut desk = Desk::new();
    desk.today = date("2026-03-02");
    let line = desk.open_line(LIMIT);
    assert_eq!(clock(&desk, line), None);
    assert_eq!(tell(&mut desk, line), "!NothingToTell");

    desk.today = date("2026-03-05");
    let cell_of = not_raised(&mut desk, line);
    assert_eq!(cell_of, "change_declined+adverse_action_taken");
    assert_eq!(clock(&desk, line), due("2026-04-04"));
    // What follows runs out later.
    desk.today = date("2026-03-20");
    assert_eq!(cell(&desk.freeze(line)), "line_frozen+adverse_action_taken");
    assert_eq!(clock(&desk, line), due("2026-04-04"));
    let both = [
        (NOT_RAISED, "2026-03-05".to_owned()),
        (FROZEN, "2026-03-20".to_owned()),
    ];
    assert_eq!(untold(&desk, line), both);

    // The thirtieth day is the last one, and the clock stays when it is over.
    for day in ["2026-04-04", "2026-04-05"] {
        desk.today = date(day);
        assert_eq!(clock(&desk, line), due("2026-04-04"), "{day}");
    }
    assert_eq!(tell(&mut desk, line), "adverse_action_told");
    let Some(Event::AdverseActionTold { actions, .. }) = desk.log.last() else {
        panic!("{:?}", desk.log.last());
    };
    let named = actions.iter().map(|taken| taken.action);
    assert_eq!(named.collect::<Vec<_>>(), [NOT_RAISED, FROZEN]);
    let told = AdverseActions {
        untold: Vec::new(),
        told: Some(Told {
            on: date("2026-04-05"),
            reasons: vec![RejectionReason::ExcessiveObligations],
            other_words: None,
        }),
    };
    assert_eq!(desk.line(line).adverse, told);
    assert_eq!(clock(&desk, line), None);
    assert_eq!(tell(&mut desk, line), "!NothingToTell");

    // The next one has thirty days of its own.
    desk.today = date("2026-04-10");
    not_raised(&mut desk, line);
    assert_eq!(clock(&desk, line), due("2026-05-10"));
}

#[test]
fn withdrawing_ones_own_wish_refuses_nobody_anything() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    // Cleo's other account is the same person.
    let (cleo, same_person) = (desk.cleo, desk.cleo_as_admin);
    let withdrawn = declined(&mut desk, same_person, line, set_limit(ASKED, None));
    assert_eq!(withdrawn, "change_declined");
    assert_eq!(clock(&desk, line), None);
    let staff = declined(&mut desk, cleo, line, set_limit(ASKED, None));
    assert_eq!(staff, "!AdminOnly");
}

#[test]
fn only_a_higher_limit_that_is_declined_counts() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let today = Some(desk.today);
    let lower_rate = LineChange::SetRate {
        from: desk.today,
        annual_percent: "10".parse().unwrap(),
        notice_given_on: None,
    };
    let ada = desk.ada;
    for change in [set_limit(LIMIT / 2, today), lower_rate] {
        let outcome = declined(&mut desk, ada, line, change.clone());
        assert_eq!(outcome, "change_declined", "{change:?}");
    }
    // A lower limit had its notice before it was asked for.
    let lowered = desk.change(line, set_limit(LIMIT / 2, today));
    assert_eq!(cell(&lowered), "change_approved+limit_set");
    assert_eq!(clock(&desk, line), None);

    // Higher than the limit as it is when it is declined, not as it was when it was asked for.
    let change_id = desk.ask_change(line, set_limit(LIMIT, None)).unwrap();
    desk.change(line, set_limit(LIMIT, None)).unwrap();
    assert_eq!(cell(&desk.decline(ada, line, change_id)), "change_declined");
    assert_eq!(clock(&desk, line), None);
}

#[test]
fn nobody_is_refused_more_of_a_line_that_is_over() {
    let mut desk = Desk::new();
    let ada = desk.ada;
    let closed = desk.open_line(LIMIT);
    let of_closed = desk.ask_change(closed, set_limit(ASKED, None)).unwrap();
    desk.close(closed).unwrap();
    let charged_off = desk.open_line(LIMIT);
    desk.draw_cash(charged_off, 50_000);
    let raise = set_limit(ASKED, None);
    let of_charged_off = desk.ask_change(charged_off, raise).unwrap();
    desk.change(charged_off, LineChange::ChargeOff {}).unwrap();
    for (line, change_id) in [(closed, of_closed), (charged_off, of_charged_off)] {
        let outcome = cell(&desk.decline(ada, line, change_id));
        assert_eq!(outcome, "change_declined");
    }
    assert_eq!(cell(&desk.freeze(charged_off)), "line_frozen");
}

/// 1002.2(c)(2)(ii). The minimum of the first closing is due 25 days later, moved to a business day.
#[test]
fn freezing_a_line_that_is_past_due_starts_no_clock() {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.cycle = Cycle::EveryDays { days: 30 };
    desk.revise(terms);
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let asked = |desk: &Desk| desk.line(line).history.asked.first().map(|one| one.due_on);
    while asked(&desk).is_none() {
        let tomorrow = desk.today.plus_days(1);
        desk.work_until(tomorrow);
    }
    let due_on = asked(&desk).unwrap();
    desk.work_until(due_on);
    assert_eq!(desk.line(line).past_due(desk.today).unwrap().days, 0);
    assert_eq!(cell(&desk.freeze(line)), "line_frozen+adverse_action_taken");
    desk.unfreeze(line).unwrap();
    desk.work_until(due_on.plus_days(1));
    assert_eq!(desk.line(line).past_due(desk.today).unwrap().days, 1);
    assert_eq!(cell(&desk.freeze(line)), "line_frozen");
    assert_eq!(clock(&desk, line), None);
}

#[test]
fn a_freeze_by_the_program_starts_no_clock() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_bank(line, 30_000);
    desk.mark(draw).unwrap();
    let mut remote = desk.remote(draw, RemoteStatus::Accepted);
    remote.currency = "EUR".into();
    desk.answer(draw, PostAnswer::Transfer(remote)).unwrap();
    assert!(desk.line(line).frozen.is_some());
    assert_eq!(clock(&desk, line), None);
}

#[test]
fn a_release_takes_back_what_nobody_was_told_of() {
    let mut desk = Desk::new();
    desk.today = date("2026-03-02");
    let line = desk.open_line(LIMIT);
    desk.freeze(line).unwrap();
    assert_eq!(clock(&desk, line), due("2026-04-01"));
    // What else was done stays, and the clock runs from there.
    desk.today = date("2026-03-06");
    not_raised(&mut desk, line);
    desk.unfreeze(line).unwrap();
    assert_eq!(untold(&desk, line), [(NOT_RAISED, "2026-03-06".to_owned())]);
    assert_eq!(clock(&desk, line), due("2026-04-05"));
    tell(&mut desk, line);

    // Once it was told the release changes nothing about that.
    desk.freeze(line).unwrap();
    tell(&mut desk, line);
    desk.unfreeze(line).unwrap();
    assert_eq!(clock(&desk, line), None);
    let told = desk.line(line).adverse.told.as_ref();
    assert_eq!(told.map(|told| told.on), Some(desk.today));
}

#[test]
fn of_two_clocks_the_one_that_runs_out_first_is_shown() {
    let mut desk = Desk::new();
    desk.today = date("2026-03-02");
    let line = desk.take(LIMIT);
    desk.approve(desk.ada, line, LIMIT / 2).unwrap();
    let counter_offer = Some((ClockKind::CounterOffer, date("2026-05-31")));
    assert_eq!(clock(&desk, line), counter_offer);
    desk.freeze(line).unwrap();
    assert_eq!(clock(&desk, line), due("2026-04-01"));
    desk.unfreeze(line).unwrap();
    desk.today = date("2026-05-15");
    desk.freeze(line).unwrap();
    assert_eq!(clock(&desk, line), counter_offer);
}

#[test]
fn a_line_that_ended_waits_for_nothing_and_its_customer_may_still_be_told() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    not_raised(&mut desk, line);
    desk.close(line).unwrap();
    assert_eq!(clock(&desk, line), None);
    assert_eq!(tell(&mut desk, line), "adverse_action_told");
}

#[test]
fn the_notice_gives_its_reasons_as_a_rejection_does() {
    use RejectionReason::{Bankruptcy, NoCreditFile, Other};
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    not_raised(&mut desk, line);
    let five = &RejectionReason::ALL[..5];
    let words = || Some("The rent is two months late".to_owned());
    for (reasons, other_words, expected) in [
        (&[][..], None, RefusalCode::ReasonsCount),
        (five, None, RefusalCode::ReasonsCount),
        (
            &[Bankruptcy, Bankruptcy][..],
            None,
            RefusalCode::ReasonTwice,
        ),
        (&[Other][..], None, RefusalCode::WordsMissing),
        (&[NoCreditFile][..], words(), RefusalCode::WordsUnexpected),
        (&[Other][..], Some(" ".to_owned()), RefusalCode::FieldEmpty),
    ] {
        let tell = TellAdverseAction {
            reasons: reasons.to_vec(),
            other_words,
            ..notice(&desk, line)
        };
        let told = desk.give(desk.cleo, Command::TellAdverseAction(tell));
        assert_eq!(told, Err(expected));
    }
    // What is told is what was on the screen.
    let stale = TellAdverseAction {
        seen_version: desk.line(line).version - 1,
        ..notice(&desk, line)
    };
    let told = desk.give(desk.cleo, Command::TellAdverseAction(stale));
    assert_eq!(told, Err(RefusalCode::StaleVersion));
    let tell = TellAdverseAction {
        reasons: vec![NoCreditFile, Other],
        other_words: words(),
        ..notice(&desk, line)
    };
    desk.give(desk.cleo, Command::TellAdverseAction(tell))
        .unwrap();
}

#[test]
fn nobody_writes_to_a_customer_who_is_forgotten() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    not_raised(&mut desk, line);
    let customer_id = desk.customer;
    desk.tell(Internal::NoteForgotten { customer_id }).unwrap();
    assert_eq!(tell(&mut desk, line), "!CustomerForgotten");
}

/// Stores of before have lines that do not say it.
#[test]
fn a_line_of_before_was_refused_nothing() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let stored = serde_json::to_value(desk.line(line)).unwrap();
    assert!(stored.get("adverse").is_none());
    let read: domain::line::Line = serde_json::from_value(stored).unwrap();
    assert_eq!(&read, desk.line(line));
    not_raised(&mut desk, line);
    let stored = serde_json::to_value(desk.line(line)).unwrap();
    let read: domain::line::Line = serde_json::from_value(stored).unwrap();
    let taken = ActionTaken {
        action: NOT_RAISED,
        on: desk.today,
    };
    assert_eq!(read.adverse.untold, [taken]);
}

#[test]
fn a_raise_that_is_granted_after_all_was_not_refused() {
    for (granted, stays) in [(ASKED - 1, true), (ASKED, false), (ASKED + 1, false)] {
        let mut desk = Desk::new();
        desk.today = date("2026-03-02");
        let line = desk.open_line(LIMIT);
        not_raised(&mut desk, line);
        desk.today = date("2026-03-09");
        desk.freeze(line).unwrap();
        let change_id = desk.ask_change(line, set_limit(granted, None)).unwrap();
        desk.agree(line, change_id).unwrap();
        assert_eq!(desk.line(line).limit(), Minor(granted));
        let mut expected = vec![(FROZEN, "2026-03-09".to_owned())];
        if stays {
            expected.insert(0, (NOT_RAISED, "2026-03-02".to_owned()));
        }
        assert_eq!(untold(&desk, line), expected, "{granted}");
        let first = if stays { "2026-04-01" } else { "2026-04-08" };
        assert_eq!(clock(&desk, line), due(first), "{granted}");
        // What the customer was told stays told.
        tell(&mut desk, line);
        assert!(desk.line(line).adverse.told.is_some());
    }
}
