//! `quote` through the built binary: the figures that must come out, and every way to ask wrongly.

use super::answers;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn quote(input: &str, words: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_branchline"))
        .args(["quote", "-"])
        .args(words)
        // It needs neither a display nor a store.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("XDG_DATA_HOME", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn quoted(input: &Value) -> Value {
    answers(0, quote(&input.to_string(), &["--json"]), &["quote"]).remove(0)
}

/// The error of an input: its field, if one is named.
#[track_caller]
fn refused(input: &str) -> Option<String> {
    let output = quote(input, &["--json"]);
    assert_eq!(output.status.code(), Some(2), "{input}");
    assert!(output.stdout.is_empty(), "{input}");
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(told["error"]["code"], "malformed", "{told}");
    assert_ne!(told["error"]["message"], "", "{told}");
    told["error"]["field"].as_str().map(str::to_owned)
}

fn facts(day_count: &str, percent: &str, from: &str, opening: i64, to: &str) -> Value {
    json!({"method": "daily_simple", "day_count": day_count,
        "rates": [{"from": from, "annual_percent": percent}],
        "opening": {"date": from, "principal_minor": opening}, "events": [], "to": to})
}

fn event(date: &str, kind: &str, amount_minor: i64) -> Value {
    json!({"date": date, "kind": kind, "amount_minor": amount_minor})
}

fn june() -> Value {
    let mut june = facts("act_360", "15", "2024-06-01", 255_000, "2024-07-01");
    june["events"] = json!([
        event("2024-06-04", "draw", 530_000),
        event("2024-06-09", "repay_principal", 80_000),
        event("2024-06-17", "draw", 560_000),
    ]);
    june
}

/// Facts are dated: who wrote them down in which order is nothing to what they come to.
#[test]
fn the_order_of_dated_facts_is_nothing_to_the_quote() {
    let mut asked = june();
    let rates = asked["rates"].as_array_mut().unwrap();
    rates.push(json!({"from": "2024-06-20", "annual_percent": "17.5"}));
    let events = asked["events"].as_array_mut().unwrap();
    events.push(json!({"date": "2024-06-25", "kind": "collect_interest"}));
    // More than was owed before the draw of the same day.
    events.push(event("2024-06-26", "draw", 10_000));
    events.push(event("2024-06-26", "repay_principal", 1_270_000));
    let answer = quoted(&asked);
    for turn in 1..6 {
        asked["events"].as_array_mut().unwrap().rotate_left(turn);
        asked["rates"].as_array_mut().unwrap().reverse();
        assert_eq!(quoted(&asked), answer, "{asked}");
    }
    asked["events"].as_array_mut().unwrap().reverse();
    assert_eq!(quoted(&asked), answer, "{asked}");
}

#[test]
fn numbers_that_must_come_out() {
    let answer = quoted(&june());
    let line = |from: &str, to: &str, days: i32, balance: i64, interest: &str| {
        json!({"from": from, "to": to, "days": days, "balance_minor": balance,
            "annual_percent": "15", "interest_exact": interest})
    };
    let expected = json!({
        "lines": [
            line("2024-06-01", "2024-06-04", 3, 255_000, "3.1875"),
            line("2024-06-04", "2024-06-09", 5, 785_000, "16.3541…"),
            line("2024-06-09", "2024-06-17", 8, 705_000, "23.50"),
            line("2024-06-17", "2024-07-01", 14, 1_265_000, "73.7916…"),
        ],
        "collected": [], "interest_exact": "116.8333…", "interest_minor": 11_683,
        "principal_minor": 1_265_000, "payoff_minor": 1_276_683,
    });
    assert_eq!(answer, expected);

    let with = |mut asked: Value, events: &[Value]| {
        asked["events"] = json!(events);
        asked
    };
    let held = facts("act_365", "35", "2025-03-01", 50_000, "2025-03-31");
    let november = facts("act_365", "12", "2022-11-01", 500_000, "2022-12-01");
    let leap = |count: &str| facts(count, "4", "2024-01-01", 100_000_000, "2024-02-01");
    let day =
        |opening: i64, rate: &str| facts("act_365", rate, "2025-05-05", opening, "2025-05-06");
    let thirty = facts("thirty_e_360", "12", "2025-01-15", 1_200_000, "2025-03-31");
    let late = facts("act_365", "35", "2025-01-01", 50_000, "2025-01-31");
    for (row, asked, interest, payoff) in [
        ("1", held.clone(), 1_438, 51_438),
        (
            "2",
            with(
                held,
                &[
                    event("2025-03-16", "repay_principal", 20_000),
                    event("2025-03-26", "draw", 10_000),
                ],
            ),
            1_199,
            41_199,
        ),
        ("4", november.clone(), 4_932, 504_932),
        (
            "4",
            with(
                november.clone(),
                &[event("2022-11-27", "repay_principal", 86_300)],
            ),
            4_818,
            418_518,
        ),
        (
            "4",
            with(november, &[event("2022-11-27", "repay_principal", 20_000)]),
            4_905,
            484_905,
        ),
        (
            "5",
            facts("act_365", "17.25", "2024-11-25", 33_553_300, "2025-01-23"),
            935_586,
            34_488_886,
        ),
        ("7", leap("act_360"), 344_444, 100_344_444),
        ("7", leap("act_365"), 339_726, 100_339_726),
        ("7", leap("act_act"), 338_798, 100_338_798),
        (
            "9a",
            facts("act_act", "10", "2023-12-17", 3_650_000, "2024-01-16"),
            29_959,
            3_679_959,
        ),
        (
            "9b",
            with(
                thirty,
                &[
                    event("2025-01-31", "repay_principal", 600_000),
                    event("2025-02-28", "draw", 300_000),
                ],
            ),
            21_200,
            921_200,
        ),
        ("10 USD", day(5_000, "3.65"), 1, 5_001),
        ("10 JPY and KWD", day(18_250, "1"), 1, 18_251),
        (
            "11",
            with(late, &[event("2025-01-16", "repay_principal", 20_000)]),
            1_438 - 287,
            31_151,
        ),
    ] {
        let answer = quoted(&asked);
        assert_eq!(answer["interest_minor"], interest, "row {row}");
        assert_eq!(answer["payoff_minor"], payoff, "row {row}");
    }
}

#[test]
fn what_is_collected_and_an_average_daily_balance() {
    let mut asked = facts("act_365", "35", "2025-01-01", 50_000, "2025-03-02");
    asked["events"] = json!([
        {"date": "2025-01-31", "kind": "collect_interest"},
        {"date": "2025-03-02", "kind": "draw", "amount_minor": 1},
    ]);
    let answer = quoted(&asked);
    let collected = json!([{"date": "2025-01-31", "interest_minor": 1_438}]);
    assert_eq!(answer["collected"], collected);
    assert_eq!(answer["interest_exact"], "14.3835…");
    assert_eq!(answer["interest_minor"], 1_438);
    assert_eq!(answer["principal_minor"], 50_001);
    assert_eq!(answer["payoff_minor"], 51_439);
    assert_eq!(answer["lines"].as_array().unwrap().len(), 2);

    let mut asked = facts("act_365", "12", "2025-04-01", 100_000, "2025-04-16");
    asked["method"] = json!("average_daily_balance");
    assert_eq!(quoted(&asked)["interest_minor"], 1_000);
    asked["cycle_days"] = json!(30);
    assert_eq!(quoted(&asked)["interest_minor"], 500);
}

/// Amounts no binary fraction could hold.
#[test]
fn large_amounts_are_exact() {
    let asked = facts(
        "act_360",
        "12",
        "2025-01-01",
        9_007_199_254_740_993,
        "2025-01-31",
    );
    let answer = quoted(&asked);
    assert_eq!(answer["interest_exact"], "900719925474.0993");
    assert_eq!(answer["interest_minor"], 90_071_992_547_410_i64);
    assert_eq!(answer["payoff_minor"], 9_097_271_247_288_403_i64);
}

#[test]
fn people_read_a_table() {
    let output = quote(&june().to_string(), &[]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "From        To          Days    Balance  Rate %  Interest",
        "2024-06-04  2024-06-09     5   7,850.00      15  16.3541…",
        "Interest   116.83 (116.8333…)",
        "Principal  12,650.00",
        "Payoff     12,766.83",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
    // Where the decimal point stands is the currency's.
    let day = facts("act_365", "1", "2025-05-05", 18_250, "2025-05-06").to_string();
    for (currency, shown) in [("JPY", "18,251"), ("KWD", "18.251"), ("USD", "182.51")] {
        let output = quote(&day, &["--currency", currency]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.ends_with(&format!("Payoff     {shown}\n")), "{text}");
    }
}

#[test]
fn wrong_input_is_refused_with_its_place() {
    for (input, field) in [
        ("", None),
        ("{", None),
        ("[]", None),
        ("5", None),
        ("{} {}", None),
        ("{}", Some("method")),
        (
            r#"{"opening":{"date":"2025-01-01","date":"2025-01-01"}}"#,
            Some("opening"),
        ),
    ] {
        assert_eq!(refused(input).as_deref(), field, "{input}");
    }
    let change = |pointer: &str, to: Value| {
        let mut asked = june();
        *asked.pointer_mut(pointer).unwrap() = to;
        asked.to_string()
    };
    let without = |object: &str, name: &str| {
        let mut asked = june();
        let members = asked.pointer_mut(object).unwrap().as_object_mut().unwrap();
        members.shift_remove(name).unwrap();
        asked.to_string()
    };
    let added = |object: &str, name: &str, value: Value| {
        let mut asked = june();
        asked.pointer_mut(object).unwrap()[name] = value;
        asked.to_string()
    };
    for (input, field) in [
        (without("", "method"), "method"),
        (without("", "day_count"), "day_count"),
        (without("", "rates"), "rates"),
        (without("", "opening"), "opening"),
        (without("", "events"), "events"),
        (without("", "to"), "to"),
        (without("/rates/0", "from"), "rates[0].from"),
        (
            without("/rates/0", "annual_percent"),
            "rates[0].annual_percent",
        ),
        (without("/opening", "date"), "opening.date"),
        (
            without("/opening", "principal_minor"),
            "opening.principal_minor",
        ),
        (without("/events/1", "date"), "events[1].date"),
        (without("/events/1", "kind"), "events[1].kind"),
        (
            without("/events/1", "amount_minor"),
            "events[1].amount_minor",
        ),
        (added("", "currency", json!("USD")), "currency"),
        (added("/rates/0", "x", json!(1)), "rates[0].x"),
        (added("/opening", "x", json!(1)), "opening.x"),
        (added("/events/2", "x", json!(1)), "events[2].x"),
        (added("", "cycle_days", json!(30)), "cycle_days"),
        (change("/method", json!("compound")), "method"),
        (change("/method", json!(null)), "method"),
        (change("/day_count", json!("act_364")), "day_count"),
        (change("/day_count", json!({"act_360": null})), "day_count"),
        (change("/rates", json!([])), "rates"),
        (change("/rates", json!({})), "rates"),
        (
            change("/rates/0/annual_percent", json!(15)),
            "rates[0].annual_percent",
        ),
        (
            change("/rates/0/annual_percent", json!("15%")),
            "rates[0].annual_percent",
        ),
        (
            change("/rates/0/annual_percent", json!("-1")),
            "rates[0].annual_percent",
        ),
        (
            change("/rates/0/annual_percent", json!("1e1")),
            "rates[0].annual_percent",
        ),
        (
            change("/rates/0/from", json!("2024-06-02")),
            "rates[0].from",
        ),
        (
            change("/opening", json!(["2024-06-01", 255_000])),
            "opening",
        ),
        (
            change("/opening/principal_minor", json!(-1)),
            "opening.principal_minor",
        ),
        (
            change("/opening/principal_minor", json!("1")),
            "opening.principal_minor",
        ),
        (change("/opening/date", json!("2024-02-30")), "opening.date"),
        (change("/events", json!(null)), "events"),
        (change("/events/0", json!(1)), "events[0]"),
        (
            change("/events/0/date", json!("2024-05-31")),
            "events[0].date",
        ),
        (
            change("/events/2/date", json!("2024-07-02")),
            "events[2].date",
        ),
        (change("/events/0/kind", json!("repay")), "events[0].kind"),
        (
            change("/events/0/kind", json!("collect_interest")),
            "events[0].amount_minor",
        ),
        (
            change("/events/0/amount_minor", json!(0)),
            "events[0].amount_minor",
        ),
        (
            change("/events/0/amount_minor", json!(-5)),
            "events[0].amount_minor",
        ),
        (
            change("/events/0/amount_minor", json!(1.5)),
            "events[0].amount_minor",
        ),
        (
            change("/events/0/amount_minor", json!(u64::MAX)),
            "events[0].amount_minor",
        ),
        (
            change("/events/0/amount_minor", json!(i64::MAX)),
            "events[0].amount_minor",
        ),
        (
            change("/events/1/amount_minor", json!(785_001)),
            "events[1].amount_minor",
        ),
        (change("/to", json!("2024-05-31")), "to"),
        (change("/to", json!(20_240_701)), "to"),
    ] {
        assert_eq!(refused(&input).as_deref(), Some(field), "{input}");
    }
    let mut twice = june();
    let rate = twice["rates"][0].clone();
    twice["rates"].as_array_mut().unwrap().push(rate);
    assert_eq!(
        refused(&twice.to_string()).as_deref(),
        Some("rates[1].from")
    );
    // A file that is not there, and a currency that is none.
    let gone = Command::new(env!("CARGO_BIN_EXE_branchline"))
        .args(["quote", "/nonexistent/facts.json"])
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(2));
    assert_eq!(quote("{}", &["--currency", "XXX"]).status.code(), Some(2));
}
