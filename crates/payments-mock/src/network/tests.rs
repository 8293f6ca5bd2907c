//! The network held against its protocol, fault by fault. The books are what is
//! checked: an answer may lie, they may not.

use std::collections::BTreeSet;

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::books::ReferenceSummary;

const TOKEN: &str = "a-token";
/// Monday, 5 January 2026, 10:00 UTC.
const MONDAY_MS: i64 = 1_767_607_200_000;

fn settings() -> Settings {
    Settings {
        token: TOKEN.to_owned(),
        seed: 11,
        ..Settings::default()
    }
}

fn network() -> Network {
    Network::new(settings(), MONDAY_MS)
}

fn body(reference: &str, direction: &str, speed: &str) -> Vec<u8> {
    json!({
        "reference": reference,
        "direction": direction,
        "amount_minor": 12_345,
        "currency": "USD",
        "account": {"routing": "021000021", "number": "000123456789"},
        "speed": speed,
        "line_number": "LC-000001",
    })
    .to_string()
    .into_bytes()
}

fn submit(network: &mut Network, key: &str, reference: &str) -> Plan {
    let request = Request::submit(TOKEN, key, &body(reference, "credit", "standard"));
    network.handle(network.now_ms(), &request)
}

fn get(network: &mut Network, target: &str) -> (u16, Value) {
    let plan = network.handle(network.now_ms(), &Request::get(TOKEN, target));
    (plan.answer.status, seen(&plan))
}

fn seen(plan: &Plan) -> Value {
    serde_json::from_slice(&plan.answer.body).unwrap_or(Value::Null)
}

fn summary(network: &Network, reference: &str) -> Option<ReferenceSummary> {
    network.books_view().references.get(reference).cloned()
}

fn executions(network: &Network, reference: &str) -> u64 {
    summary(network, reference).map_or(0, |summary| summary.executions)
}

fn days_later(network: &mut Network, days: i64) {
    network.advance(network.now_ms() + days * DAY_MS);
}

/// Statuses, movements and ids agree with each other.
fn check(network: &Network) {
    let ids: BTreeSet<&str> = network
        .transfers()
        .map(|transfer| transfer.id.as_str())
        .collect();
    assert_eq!(ids.len(), network.records.len(), "ids are unique");
    for transfer in network.transfers() {
        let lines = |kind| {
            let movements = network.books.movements();
            movements
                .filter(|(_, line)| line.transfer_id == transfer.id && line.kind == kind)
                .count()
        };
        let want = match transfer.status {
            Status::Accepted | Status::Rejected => (0, 0),
            // Once more each way for a return that came back itself.
            Status::Settled if transfer.reversals == 2 => (2, 1),
            Status::Settled => (1, 0),
            Status::Returned => (1, 1),
        };
        let found = (lines(MovementKind::Settled), lines(MovementKind::Returned));
        assert_eq!(found, want, "{transfer:?}");
    }
}

#[test]
fn a_key_makes_one_transfer() {
    let mut network = network();
    let first = submit(&mut network, "k1", "d1");
    assert_eq!(first.answer.status, 201);
    assert_eq!(seen(&first)["status"], "accepted");
    assert_eq!(seen(&first)["settlement_date"], "2026-01-07");

    let again = submit(&mut network, "k1", "d1");
    assert_eq!(again.answer.status, 200);
    assert_eq!(again.answer.body, first.answer.body);

    let other = submit(&mut network, "k1", "d2");
    assert_eq!(
        (other.answer.status, &seen(&other)["code"]),
        (422, &json!("key_reused"))
    );
    let nonsense = network.handle(MONDAY_MS, &Request::submit(TOKEN, "k1", b"{"));
    assert_eq!(nonsense.answer.status, 422);
    assert_eq!(executions(&network, "d1"), 1);
    assert_eq!(executions(&network, "d2"), 0);

    // The repeat shows the transfer as it stands, not as it stood.
    days_later(&mut network, 3);
    network.settings.key_life_ms = 10 * DAY_MS;
    let later = submit(&mut network, "k1", "d1");
    assert_eq!(
        (later.answer.status, &seen(&later)["status"]),
        (200, &json!("settled"))
    );
    check(&network);
}

#[test]
fn a_key_that_outlived_its_life_pays_again() {
    let mut network = network();
    submit(&mut network, "k1", "d1");
    network.advance(MONDAY_MS + DAY_MS);
    assert_eq!(submit(&mut network, "k1", "d1").answer.status, 200);
    network.advance(MONDAY_MS + DAY_MS + 1);
    assert_eq!(submit(&mut network, "k1", "d1").answer.status, 201);
    assert_eq!(executions(&network, "d1"), 2);
}

#[test]
fn requests_are_read_strictly() {
    let valid: Value = serde_json::from_slice(&body("d1", "credit", "standard")).expect("JSON");
    let with = |pointer: &str, value: Value| {
        let mut changed = valid.clone();
        *changed.pointer_mut(pointer).expect("a field") = value;
        changed.to_string()
    };
    let extra = {
        let mut changed = valid.clone();
        changed["note"] = json!("x");
        changed.to_string()
    };
    let without = {
        let mut changed = valid.clone();
        changed.as_object_mut().expect("an object").remove("speed");
        changed.to_string()
    };
    for (name, body, status) in [
        ("valid", valid.to_string(), 201),
        ("no json", "{".to_owned(), 400),
        ("two documents", format!("{valid}{valid}"), 400),
        ("unknown field", extra, 400),
        ("missing field", without, 400),
        ("nothing", with("/amount_minor", json!(0)), 400),
        ("negative", with("/amount_minor", json!(-5)), 400),
        ("fraction", with("/amount_minor", json!(1.5)), 400),
        ("text", with("/amount_minor", json!("5")), 400),
        (
            "too much",
            with("/amount_minor", json!(1_000_000_000_001_i64)),
            400,
        ),
        (
            "most",
            with("/amount_minor", json!(1_000_000_000_000_i64)),
            201,
        ),
        ("past 64 bits", with("/amount_minor", json!(1e30)), 400),
        ("currency", with("/currency", json!("usd")), 400),
        ("direction", with("/direction", json!("sideways")), 400),
        ("speed", with("/speed", json!("slow")), 400),
        ("routing", with("/account/routing", json!("12345678")), 400),
        ("number", with("/account/number", json!("12 34")), 400),
        ("no reference", with("/reference", json!("")), 400),
        ("odd reference", with("/reference", json!("a\u{0}b")), 400),
        (
            "long line",
            with("/line_number", json!("L".repeat(33))),
            400,
        ),
    ] {
        let mut network = network();
        let plan = network.handle(MONDAY_MS, &Request::submit(TOKEN, "k", body.as_bytes()));
        assert_eq!(plan.answer.status, status, "{name}: {}", seen(&plan));
        assert_eq!(network.records.len(), usize::from(status == 201), "{name}");
        // A refusal does not use the key up.
        assert_eq!(network.keys.len(), usize::from(status == 201), "{name}");
    }
}

#[test]
fn keys_and_tokens_are_needed() {
    let body = body("d1", "credit", "standard");
    let valid = Request::submit(TOKEN, "k", &body);
    for (request, status) in [
        (
            Request {
                idempotency_key: None,
                ..valid.clone()
            },
            400,
        ),
        (
            Request {
                idempotency_key: Some(String::new()),
                ..valid.clone()
            },
            400,
        ),
        (
            Request {
                idempotency_key: Some("k".repeat(129)),
                ..valid.clone()
            },
            400,
        ),
        (
            Request {
                authorization: None,
                ..valid.clone()
            },
            401,
        ),
        (Request::submit("other", "k", &body), 401),
        (
            Request {
                authorization: Some(TOKEN.to_owned()),
                ..valid.clone()
            },
            401,
        ),
        (
            Request {
                authorization: Some(format!("Basic {TOKEN}")),
                ..valid.clone()
            },
            401,
        ),
        (Request::get("other", "/events"), 401),
        (Request::get("other", "/health"), 200),
        (
            Request {
                method: "PUT".to_owned(),
                ..valid.clone()
            },
            405,
        ),
        (
            Request {
                path: "/transfer".to_owned(),
                ..valid.clone()
            },
            404,
        ),
        (
            Request {
                authorization: Some(format!("bearer {TOKEN}")),
                ..valid
            },
            201,
        ),
    ] {
        let mut network = network();
        let plan = network.handle(MONDAY_MS, &request);
        assert_eq!(plan.answer.status, status, "{request:?}");
        assert_eq!(
            network.records.len(),
            usize::from(status == 201),
            "{request:?}"
        );
    }
}

#[test]
fn money_moves_on_banking_days() {
    let at = |day: Date, hour: i64| start_of(day) + hour * 3_600_000;
    let just_before = |day: Date, hour: i64| at(day, hour) - 1;
    for (accepted_ms, speed, standard_days, want) in [
        (at(date(2026, 1, 5), 10), "express", 2, date(2026, 1, 5)),
        (
            just_before(date(2026, 1, 5), 17),
            "express",
            2,
            date(2026, 1, 5),
        ),
        (at(date(2026, 1, 5), 17), "express", 2, date(2026, 1, 6)),
        (at(date(2026, 1, 9), 17), "express", 2, date(2026, 1, 12)),
        (at(date(2026, 1, 10), 10), "express", 2, date(2026, 1, 12)),
        (at(date(2026, 1, 5), 10), "standard", 2, date(2026, 1, 7)),
        (at(date(2026, 1, 5), 10), "standard", 3, date(2026, 1, 8)),
        (at(date(2026, 1, 8), 10), "standard", 2, date(2026, 1, 12)),
        (at(date(2026, 1, 8), 18), "standard", 1, date(2026, 1, 12)),
        (at(date(2026, 1, 16), 10), "standard", 1, date(2026, 1, 20)),
    ] {
        let calendar = Calendar::with_holidays([date(2026, 1, 19)]);
        let settings = Settings {
            calendar,
            standard_days,
            ..settings()
        };
        let mut network = Network::new(settings, accepted_ms);
        let request = Request::submit(TOKEN, "k", &body("d1", "debit", speed));
        let plan = network.handle(accepted_ms, &request);
        let case = format!("{} {speed} {standard_days}", date_of(accepted_ms));
        assert_eq!(seen(&plan)["settlement_date"], want.to_string(), "{case}");

        let settles_ms = start_of(want) + SETTLING_MS_OF_DAY;
        network.advance(settles_ms - 1);
        assert_eq!(
            network.records[0].transfer.status,
            Status::Accepted,
            "{case}"
        );
        network.advance(settles_ms);
        let transfer = &network.records[0].transfer;
        assert_eq!(transfer.status, Status::Settled, "{case}");
        assert_eq!(transfer.settled_on, Some(want), "{case}");
        assert_eq!(network.books().day(want).len(), 1, "{case}");
        check(&network);
    }
}

#[test]
fn settling_can_take_milliseconds() {
    let settings = Settings {
        settle_after_ms: Some(50),
        ..settings()
    };
    // A Saturday, on which nothing would move otherwise.
    let saturday_ms = start_of(date(2026, 1, 10));
    let mut network = Network::new(settings, saturday_ms);
    network
        .add_fault(Fault::once(FaultKind::Return))
        .expect("a rule");
    let plan = submit(&mut network, "k", "d1");
    assert_eq!(seen(&plan)["settlement_date"], "2026-01-10");
    network.advance(saturday_ms + 50);
    assert_eq!(network.records[0].transfer.status, Status::Settled);
    network.advance(saturday_ms + 100);
    assert_eq!(network.records[0].transfer.status, Status::Returned);
    check(&network);
}

#[test]
fn a_return_comes_back_itself() {
    let mut network = network();
    let turns = Fault {
        code: Some(ReturnCode::R16),
        ..Fault::once(FaultKind::ReturnOfReturn)
    };
    network.add_fault(turns).expect("a rule");
    submit(&mut network, "k1", "d1");
    let mut seen = Vec::new();
    for _ in 0..8 {
        days_later(&mut network, 1);
        let transfer = &network.records[0].transfer;
        let now = (transfer.status, transfer.reversals);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    let (accepted, settled) = (Status::Accepted, Status::Settled);
    let want = [
        (accepted, 0),
        (settled, 0),
        (Status::Returned, 1),
        (settled, 2),
    ];
    assert_eq!(seen, want);
    assert_eq!(
        network.books_view().references["d1"].totals.net_minor,
        12_345
    );
    check(&network);
}

#[test]
fn what_nobody_asked_for_stands_in_the_books() {
    let mut network = network();
    network
        .add_fault(Fault::once(FaultKind::OrphanTransfer))
        .expect("a rule");
    submit(&mut network, "k1", "d1");
    let orphans = |network: &Network| {
        let found = network.transfers();
        found.filter(|t| t.reference.starts_with("ORPHAN-")).count()
    };
    assert_eq!(orphans(&network), 1);
    submit(&mut network, "k2", "d2");
    assert_eq!(orphans(&network), 1);
    days_later(&mut network, 5);
    check(&network);
}

#[test]
fn the_protocol_is_described() {
    let mut network = network();
    let open = Request {
        authorization: None,
        ..Request::get(TOKEN, "/openapi.json")
    };
    let plan = network.handle(MONDAY_MS, &open);
    assert_eq!(plan.answer.status, 200);
    let described = seen(&plan);
    assert_eq!(described["openapi"], "3.1.0");
    for path in ["/transfers", "/transfers/{id}", "/events", "/statement"] {
        assert!(described["paths"][path].is_object(), "{path}");
    }
}

#[test]
fn look_ups_and_statements_show_what_happened() {
    let mut network = network();
    let id = seen(&submit(&mut network, "k1", "d1"))["id"].clone();
    submit(&mut network, "k2", "d2");
    let id = id.as_str().expect("an id").to_owned();
    assert_eq!(
        get(&mut network, &format!("/transfers/{id}")).1["reference"],
        "d1"
    );
    assert_eq!(get(&mut network, "/transfers/tr_x").0, 404);
    assert_eq!(get(&mut network, "/transfers").0, 400);
    let found = get(&mut network, "/transfers?reference=d1").1;
    assert_eq!(found["transfers"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        get(&mut network, "/transfers?reference=d9").1,
        json!({"transfers": []})
    );

    let returned = Fault {
        code: Some(ReturnCode::R16),
        ..Fault::once(FaultKind::Return)
    };
    network
        .add_fault(returned.for_reference("d2"))
        .expect("a rule");
    days_later(&mut network, 10);
    assert_eq!(
        get(&mut network, "/statement?date=2026-01-06").1["lines"],
        json!([])
    );
    let settled = get(&mut network, "/statement?date=2026-01-07").1;
    assert_eq!(settled["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        settled["lines"][0],
        json!({
            "transfer_id": id, "reference": "d1", "direction": "credit",
            "amount_minor": 12_345, "currency": "USD", "kind": "settled",
        })
    );
    let back = get(&mut network, "/statement?date=2026-01-08").1;
    assert_eq!(back["lines"][0]["kind"], "returned");
    assert_eq!(back["lines"][0]["return_code"], "R16");
    for odd in [
        "/statement",
        "/statement?date=yesterday",
        "/statement?date=2026-02-30",
    ] {
        assert_eq!(get(&mut network, odd).0, 400, "{odd}");
    }

    let view = network.books_view();
    assert_eq!(view.references["d1"].totals.net_minor, 12_345);
    assert_eq!(view.references["d2"].totals.net_minor, 0);
    assert_eq!(view.credits.returned_minor, 12_345);
    assert_eq!(view.doubled(), Vec::<&str>::new());
    check(&network);
}

#[test]
fn events_follow_a_cursor() {
    let mut network = network();
    assert_eq!(
        get(&mut network, "/events").1,
        json!({"events": [], "next": 0})
    );
    submit(&mut network, "k1", "d1");
    let first = get(&mut network, "/events?after=0").1;
    assert_eq!(first["next"], 1);
    assert_eq!(first["events"][0]["kind"], "accepted");
    days_later(&mut network, 5);
    let second = get(&mut network, "/events?after=1").1;
    assert_eq!(second["events"][0]["kind"], "settled");
    assert_eq!(second["events"][0]["date"], "2026-01-07");
    // It tells when it happened, not when the clock was looked at.
    let settled_ms = start_of(date(2026, 1, 7)) + SETTLING_MS_OF_DAY;
    assert_eq!(second["events"][0]["at_ms"], settled_ms);
    assert_eq!(
        get(&mut network, "/events?after=2").1,
        json!({"events": [], "next": 2})
    );
    for odd in ["/events?after=3", "/events?after=-1", "/events?after=x"] {
        assert_eq!(get(&mut network, odd).0, 400, "{odd}");
    }

    for number in 0..600 {
        submit(
            &mut network,
            &format!("many{number}"),
            &format!("m{number}"),
        );
    }
    let page = get(&mut network, "/events?after=2").1;
    assert_eq!(page["next"], 502);
    let rest = get(&mut network, "/events?after=502").1;
    assert_eq!(rest["events"].as_array().map(Vec::len), Some(102 - 2));
}

/// What a client sees of one submission under a fault.
enum Sees {
    Status(u16),
    Delivery(Delivery),
}

#[test]
fn each_fault_has_its_effect_on_the_books() {
    use FaultKind::*;
    use Sees::{Delivery as By, Status as Of};
    // The fault; what the client sees; executions at once; the status of a
    // repeat under the same key; executions after it.
    let table = [
        (Refuse, By(Delivery::Refused), 0, 503, 0),
        (ResetBefore, By(Delivery::Reset), 0, 201, 1),
        (Error500Before, Of(500), 0, 201, 1),
        (BadGateway, Of(502), 0, 201, 1),
        (Unavailable, Of(503), 0, 201, 1),
        (GatewayTimeout, Of(504), 0, 201, 1),
        (TooManyRequests, Of(429), 0, 201, 1),
        (Unauthorized, Of(401), 0, 201, 1),
        (Redirect, Of(307), 0, 201, 1),
        (ResetAfter, By(Delivery::Reset), 1, 200, 1),
        (Delay, By(Delivery::Late { delay_ms: 30_000 }), 1, 200, 1),
        (Error500After, Of(500), 1, 200, 1),
        (SlowBody, By(Delivery::Slow { delay_ms: 1_000 }), 1, 200, 1),
        (TruncatedJson, By(Delivery::Truncated), 1, 200, 1),
        (Html, Of(200), 1, 200, 1),
        (WrongAmount, Of(201), 1, 200, 1),
        (WrongId, Of(201), 1, 200, 1),
        (WrongReference, Of(201), 1, 200, 1),
        (WrongDate, Of(201), 1, 200, 1),
        (
            EventBeforeAnswer,
            By(Delivery::Late { delay_ms: 3_000 }),
            1,
            200,
            1,
        ),
        (ClockSkew, Of(201), 1, 200, 1),
        (StatementOffByOne, Of(201), 1, 200, 1),
        (InFlight, Of(409), 0, 409, 0),
        (EffectAfterReset, By(Delivery::Reset), 0, 409, 0),
        (ExecuteTwice, Of(201), 2, 200, 2),
        (KeyForgotten, Of(201), 1, 201, 2),
        (KeyExpired, Of(201), 1, 400, 1),
        (OrphanTransfer, Of(201), 1, 200, 1),
        (Reject, Of(201), 1, 200, 1),
        (Return, Of(201), 1, 200, 1),
        (ReturnOfReturn, Of(201), 1, 200, 1),
        (DuplicateEvent, Of(201), 1, 200, 1),
        (ReorderedEvents, Of(201), 1, 200, 1),
        (LateEvent, Of(201), 1, 200, 1),
        (MissingEvent, Of(201), 1, 200, 1),
    ];
    let listed: Vec<FaultKind> = table.iter().map(|row| row.0).collect();
    assert_eq!(listed, FaultKind::ALL, "each fault has its row");

    for (kind, sees, at_once, repeat_status, after_repeat) in table {
        let mut network = network();
        network.add_fault(Fault::once(kind)).expect("a rule");
        let plan = submit(&mut network, "k", "d1");
        match sees {
            Of(status) => {
                assert_eq!(
                    (plan.answer.status, plan.delivery),
                    (status, Delivery::Whole),
                    "{kind}"
                );
            }
            By(delivery) => assert_eq!(plan.delivery, delivery, "{kind}"),
        }
        assert_eq!(executions(&network, "d1"), at_once, "{kind}");
        let repeat = submit(&mut network, "k", "d1");
        assert_eq!(repeat.answer.status, repeat_status, "{kind}");
        assert_eq!(executions(&network, "d1"), after_repeat, "{kind}");
        let struck = network.faults().struck().get(&kind).copied();
        let unused = kind == StatementOffByOne;
        assert_eq!(struck, (!unused).then_some(1), "{kind} strikes once");
        days_later(&mut network, 10);
        check(&network);
    }
}

#[test]
fn answers_lie_only_as_told() {
    use FaultKind::*;
    for (kind, field, want) in [
        (WrongAmount, "amount_minor", json!(12_346)),
        (WrongId, "id", json!("tr_nobody")),
        (WrongReference, "reference", json!("not-d1")),
        (ClockSkew, "accepted_at_ms", json!(MONDAY_MS + 3_600_000)),
    ] {
        let mut honest = network();
        let truth = seen(&submit(&mut honest, "k", "d1"));
        let mut network = network();
        network.add_fault(Fault::once(kind)).expect("a rule");
        let mut lie = seen(&submit(&mut network, "k", "d1"));
        assert_eq!(lie[field], want, "{kind}");
        lie[field] = truth[field].clone();
        assert_eq!(lie, truth, "{kind} changes nothing else");
        assert_eq!(honest.books_view(), network.books_view(), "{kind}");
    }

    let mut network = network();
    submit(&mut network, "k", "d1");
    days_later(&mut network, 5);
    network
        .add_fault(Fault::once(StatementOffByOne))
        .expect("a rule");
    let lie = get(&mut network, "/statement?date=2026-01-07").1;
    assert_eq!(lie["lines"][0]["amount_minor"], 12_346);
    let truth = get(&mut network, "/statement?date=2026-01-07").1;
    assert_eq!(truth["lines"][0]["amount_minor"], 12_345);
}

#[test]
fn waiting_is_told_in_headers() {
    let mut network = network();
    let told = Fault {
        retry_after_s: Some(7),
        ..Fault::once(FaultKind::TooManyRequests)
    };
    network.add_fault(told).expect("a rule");
    let plan = submit(&mut network, "k", "d1");
    assert!(
        plan.answer
            .headers
            .contains(&("retry-after", "7".to_owned()))
    );
    network
        .add_fault(Fault::once(FaultKind::Redirect))
        .expect("a rule");
    let plan = submit(&mut network, "k", "d1");
    assert!(
        plan.answer
            .headers
            .contains(&("location", "/redirected".to_owned()))
    );
    let followed = Request {
        path: "/redirected".to_owned(),
        ..Request::submit(TOKEN, "k", b"{}")
    };
    assert_eq!(network.handle(MONDAY_MS, &followed).answer.status, 404);
    assert_eq!(network.books_view().followed_redirects, 1);
}

#[test]
fn what_runs_late_is_done_at_its_time() {
    for kind in [FaultKind::InFlight, FaultKind::EffectAfterReset] {
        let mut network = network();
        network.add_fault(Fault::once(kind)).expect("a rule");
        submit(&mut network, "k", "d1");
        network.advance(MONDAY_MS + 1_999);
        let (status, found) = get(&mut network, "/transfers?reference=d1");
        assert_eq!((status, found), (200, json!({"transfers": []})), "{kind}");
        network.advance(MONDAY_MS + 60_000);
        let repeat = submit(&mut network, "k", "d1");
        assert_eq!(repeat.answer.status, 200, "{kind}");
        assert_eq!(seen(&repeat)["accepted_at_ms"], MONDAY_MS + 2_000, "{kind}");
        assert_eq!(executions(&network, "d1"), 1, "{kind}");
    }
}

#[test]
fn a_gateway_can_fail_after_the_effect() {
    for kind in [
        FaultKind::BadGateway,
        FaultKind::Unavailable,
        FaultKind::GatewayTimeout,
    ] {
        let mut network = network();
        network
            .add_fault(Fault {
                with_effect: true,
                ..Fault::once(kind)
            })
            .expect("a rule");
        let plan = submit(&mut network, "k", "d1");
        assert!(plan.answer.status >= 502, "{kind}");
        assert_eq!(executions(&network, "d1"), 1, "{kind}");
    }
}

#[test]
fn faults_of_different_points_combine() {
    let mut network = network();
    network
        .add_fault(Fault::once(FaultKind::ResetAfter))
        .expect("a rule");
    network
        .add_fault(Fault::once(FaultKind::KeyForgotten))
        .expect("a rule");
    assert_eq!(submit(&mut network, "k", "d1").delivery, Delivery::Reset);
    assert_eq!(submit(&mut network, "k", "d1").answer.status, 201);
    assert_eq!(network.books_view().doubled(), ["d1"]);
}

#[test]
fn faults_strike_only_what_they_are_for() {
    let mut network = network();
    network
        .add_fault(Fault::once(FaultKind::ResetAfter).for_reference("d2"))
        .expect("a rule");
    let looked_up = Fault {
        on: Some(Operation::Find),
        ..Fault::once(FaultKind::Html)
    };
    network.add_fault(looked_up).expect("a rule");
    assert_eq!(submit(&mut network, "k1", "d1").delivery, Delivery::Whole);
    assert_eq!(submit(&mut network, "k2", "d2").delivery, Delivery::Reset);
    assert_eq!(get(&mut network, "/transfers?reference=d2").1, Value::Null);
    assert_eq!(get(&mut network, "/transfers?reference=d2").0, 200);
    assert!(network.faults().rules().is_empty());
}

#[test]
fn returns_keep_their_codes_and_days() {
    // Settled on Wednesday, 7 January 2026.
    for (direction, code, on_day, want) in [
        ("credit", Some(ReturnCode::R02), 1, Some(date(2026, 1, 8))),
        ("credit", Some(ReturnCode::R02), 0, Some(date(2026, 1, 7))),
        ("debit", Some(ReturnCode::R01), 2, Some(date(2026, 1, 9))),
        ("debit", Some(ReturnCode::R10), 2, Some(date(2026, 1, 9))),
        // Day 3 of a late code is a Saturday; day 60 a Sunday and the last.
        ("debit", Some(ReturnCode::R10), 3, Some(date(2026, 1, 12))),
        ("debit", Some(ReturnCode::R10), 60, Some(date(2026, 3, 6))),
        ("debit", None, 60, Some(date(2026, 3, 6))),
        // A code that does not occur in the direction strikes nothing.
        ("debit", Some(ReturnCode::R23), 1, None),
        ("credit", Some(ReturnCode::R10), 1, None),
    ] {
        let mut network = network();
        let rule = Fault {
            code,
            on_day: Some(on_day),
            ..Fault::once(FaultKind::Return)
        };
        network.add_fault(rule).expect("a rule");
        let request = Request::submit(TOKEN, "k", &body("d1", direction, "standard"));
        network.handle(MONDAY_MS, &request);
        days_later(&mut network, 100);
        let transfer = &network.records[0].transfer;
        let case = format!("{direction} {code:?} day {on_day}");
        assert_eq!(transfer.returned_on, want, "{case}");
        if want.is_some() {
            let found = transfer.return_code.expect("a code");
            assert!(code.is_none_or(|code| code == found), "{case}");
            assert!(found.allows(transfer.direction, on_day), "{case}");
        }
        check(&network);
    }
}

#[test]
fn a_known_transfer_can_still_be_sent_back_or_rejected() {
    let mut network = network();
    submit(&mut network, "k1", "d1");
    submit(&mut network, "k2", "d2");
    network
        .add_fault(Fault::once(FaultKind::Reject).for_reference("d2"))
        .expect("a rule");
    days_later(&mut network, 3);
    assert_eq!(network.records[0].transfer.status, Status::Settled);
    assert_eq!(network.records[1].transfer.status, Status::Rejected);
    assert_eq!(
        network.records[1].transfer.return_code,
        Some(ReturnCode::R03)
    );
    // Told twice, it still comes back once.
    for on_day in [0, 1] {
        let rule = Fault {
            on_day: Some(on_day),
            ..Fault::once(FaultKind::Return)
        };
        network.add_fault(rule.for_reference("d1")).expect("a rule");
    }
    assert!(network.faults().rules().is_empty(), "it struck at once");
    days_later(&mut network, 3);
    assert_eq!(network.records[0].transfer.status, Status::Returned);
    let summary = summary(&network, "d1").expect("a summary");
    assert_eq!(summary.totals.settled_minor, 12_345);
    assert_eq!(summary.totals.returned_minor, 12_345);
    check(&network);
}

#[test]
fn the_feed_lies_and_the_books_do_not() {
    use EventKind::{Accepted, Settled};
    for (kind, event, want) in [
        (
            FaultKind::DuplicateEvent,
            None,
            vec![Accepted, Accepted, Settled],
        ),
        (FaultKind::MissingEvent, None, vec![Settled]),
        (FaultKind::MissingEvent, Some(Settled), vec![Accepted]),
        (FaultKind::ReorderedEvents, None, vec![Settled, Accepted]),
        (FaultKind::LateEvent, None, vec![Accepted, Settled]),
    ] {
        let mut network = network();
        network
            .add_fault(Fault {
                event,
                ..Fault::once(kind)
            })
            .expect("a rule");
        submit(&mut network, "k", "d1");
        days_later(&mut network, 5);
        let (events, next) = network.feed.after(0).expect("a page");
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, want, "{kind}");
        let cursors: Vec<u64> = events.iter().map(|event| event.cursor).collect();
        let in_order: Vec<u64> = (1..=next).collect();
        assert_eq!(cursors, in_order, "{kind}");
        assert_eq!(network.books().day(date(2026, 1, 7)).len(), 1, "{kind}");
    }
}

#[test]
fn the_same_calls_make_the_same_world_also_after_a_restart() {
    let run = |restart: bool| {
        let mut network = network();
        for kind in FaultKind::ALL {
            if *kind != FaultKind::Refuse {
                let rule = Fault {
                    chance_percent: 15,
                    ..Fault::forever(*kind)
                };
                network.add_fault(rule).expect("a rule");
            }
        }
        for step in 0..900 {
            let request = Request::submit(
                TOKEN,
                &format!("k{}", step % 270),
                &body(&format!("d{}", step % 270), "debit", "express"),
            );
            network.handle(network.now_ms() + 3_600_000, &request);
            if restart && step % 50 == 49 {
                let kept = serde_json::to_vec(&network).expect("JSON");
                let read: Network = serde_json::from_slice(&kept).expect("the same network");
                network = read.with_settings(settings());
            }
        }
        days_later(&mut network, 90);
        check(&network);
        network.changed = false;
        network
    };
    let once = run(false);
    assert_eq!(once, run(false));
    assert_eq!(once, run(true));
    let struck = once.faults().struck().len();
    assert!(struck >= FaultKind::ALL.len() - 2, "{struck} kinds struck");
}

#[test]
fn what_is_kept_holds_no_token() {
    let mut network = network();
    submit(&mut network, "k", "d1");
    let kept = serde_json::to_string(&network).expect("JSON");
    assert!(kept.contains("tr_"));
    assert!(!kept.contains(TOKEN));
}
