//! "Numbers that must come out" through the real commands: lines of one branch, dated, the day
//! closed day by day. Rows that need the network or a certain weekday are in the rules' own tests.

use super::{ADMIN_PASSWORD, Desk, STAFF_PASSWORD, customer, submission, uuid};
use serde_json::{Value, json};

pub struct Branch {
    pub desk: Desk,
    ids: u32,
    day_0: jiff::civil::Date,
}

impl Branch {
    /// A branch with an admin, a teller and the product of row 1.
    pub fn new() -> Branch {
        let desk = Desk::new();
        let sign_up = |login: &str, number: &str, admin: bool| {
            let mut words = vec!["sign-up", "--login", login, "--name", "Somebody Here"];
            words.extend(["--employee-number", number, "--password-fd", "4"]);
            if admin {
                words.push("--admin");
            }
            desk.expect(0, &words).remove(0)
        };
        sign_up("ada", "E-1", true);
        desk.password(STAFF_PASSWORD);
        let sam = sign_up("sam", "E-2", false);
        let mut branch = Branch {
            desk,
            ids: 1_000,
            day_0: jiff::civil::date(2000, 1, 1),
        };
        let mut terms = branch.desk.expect(0, &["list", "products"])[0]["rows"][0].clone();
        let (product_id, seen_version) = (terms["id"].clone(), terms["version"].clone());
        let mut terms = terms["terms"].take();
        terms["annual_percent"] = json!("35");
        terms["cycle"] = json!({"ends": "every_days", "days": 30});
        branch.give(
            "ada",
            vec![
                json!({"kind": "approve_account", "user_id": sam["user_id"],
                    "employee_number": "E-2", "role": "staff"}),
                json!({"kind": "define_product", "product_id": product_id,
                    "seen_version": seen_version, "name": "Row 1", "terms": terms}),
            ],
        );
        branch.give("sam", vec![customer()]);
        branch
    }

    pub fn give(&mut self, user: &str, commands: Vec<Value>) -> Vec<Value> {
        let lines: Vec<String> = commands
            .into_iter()
            .map(|command| {
                self.ids += 1;
                submission(self.ids, command)
            })
            .collect();
        let file = self.desk.lines("commands.jsonl", &lines);
        self.desk.password(match user {
            "ada" => ADMIN_PASSWORD,
            _ => STAFF_PASSWORD,
        });
        let words = ["post", &file, "--user", user, "--password-fd", "4"];
        self.desk.expect(0, &words)
    }

    /// Lines of 1,000.00 with 500.00 drawn on day 0.
    pub fn open_lines(&mut self, lines: u32) {
        let products = self.desk.expect(0, &["list", "products"]);
        let product_id = products[0]["rows"][0]["id"].clone();
        let product_version = products[0]["rows"][0]["version"].clone();
        let of_each = |command: &dyn Fn(Value) -> Value| {
            (1..=lines)
                .map(|line| command(json!(line_id(line))))
                .collect::<Vec<Value>>()
        };
        let taken = self.give(
            "sam",
            of_each(&|line_id| {
                json!({"kind": "take_application", "line_id": line_id,
                    "customer_id": uuid(100), "product_id": product_id,
                    "requested": usd(100_000), "purpose": "A new boiler"})
            }),
        );
        let on = &taken[0]["answer"]["fresh"]["view"]["row"]["taken_on"];
        self.day_0 = on.as_str().unwrap().parse().unwrap();
        for check in ["identity", "sanctions", "military_lending"] {
            self.give(
                "sam",
                of_each(&|line_id| {
                    json!({"kind": "record_check", "line_id": line_id, "check": check,
                        "passed": true})
                }),
            );
        }
        self.give(
            "ada",
            of_each(&|line_id| {
                json!({"kind": "approve_application", "line_id": line_id, "seen_version": 4,
                    "seen_product_version": product_version, "limit": usd(100_000)})
            }),
        );
        let signed_on = self.day(0);
        self.give(
            "sam",
            of_each(&|line_id| {
                json!({"kind": "record_agreement", "line_id": line_id, "signed_on": signed_on})
            }),
        );
        for line in 1..=lines {
            self.draw(line, 50_000);
        }
    }

    pub fn day(&self, number: i64) -> String {
        use jiff::ToSpan;
        (self.day_0 + number.days()).to_string()
    }

    fn draw(&mut self, line: u32, amount: i64) {
        let draw_id = uuid(self.ids + 10_000);
        self.give(
            "sam",
            vec![
                json!({"kind": "request_draw", "line_id": line_id(line), "draw_id": draw_id,
                "amount": usd(amount), "method": {"by": "cash", "identity_seen": true}}),
            ],
        );
    }

    /// Cash, today or of an earlier day.
    pub fn repay(&mut self, line: u32, amount: i64, taken_on: Option<i64>) {
        let repayment_id = uuid(self.ids + 10_000);
        let mut command = json!({"kind": "take_repayment", "line_id": line_id(line),
            "repayment_id": repayment_id, "amount": usd(amount), "method": {"by": "cash"}});
        if let Some(day) = taken_on {
            command["taken_on"] = json!(self.day(day));
        }
        self.give("sam", vec![command]);
    }

    /// Closes every day before this one.
    pub fn work_until(&mut self, day: i64) -> Vec<Value> {
        self.desk.password(ADMIN_PASSWORD);
        let through = self.day(day - 1);
        let words = [
            "close-day",
            "--user",
            "ada",
            "--password-fd",
            "4",
            "--through",
        ];
        let words: Vec<&str> = words.into_iter().chain([through.as_str()]).collect();
        self.desk.expect(0, &words)
    }

    fn figures(&self, line: u32) -> Value {
        let shown = self.desk.expect(0, &["show", &line_id(line)]);
        shown[0]["view"]["figures"].clone()
    }

    fn owed(&self, line: u32) -> i64 {
        self.figures(line)["owed_minor"].as_i64().unwrap()
    }

    fn payoff(&self, line: u32, words: &[&str]) -> Value {
        let id = line_id(line);
        let words: Vec<&str> = ["payoff", &id]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        self.desk.expect(0, &words).remove(0)
    }

    fn status(&self, line: u32) -> String {
        let shown = self.desk.expect(0, &["show", &line_id(line)]);
        shown[0]["view"]["row"]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

pub fn line_id(line: u32) -> String {
    uuid(200 + line)
}

fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

#[test]
fn numbers_that_must_come_out_day_by_day() {
    let mut branch = Branch::new();
    const HELD: u32 = 1;
    const MOVED: u32 = 2;
    const LATE: u32 = 3;
    const ALL: u32 = 4;
    const PRINCIPAL: u32 = 5;
    const MORE: u32 = 6;
    branch.open_lines(6);
    assert_eq!(branch.figures(HELD)["available_minor"], 50_000);

    let closed = branch.work_until(15);
    assert_eq!(closed.len(), 15);
    assert_eq!(closed[14]["open"], branch.day(15));
    assert_eq!(branch.figures(HELD)["principal_minor"], 50_000);
    branch.repay(MOVED, 20_000, None);
    // Row 12: with what accrued, without it, and with a part of it.
    assert_eq!(branch.payoff(ALL, &[])["payoff_minor"], 50_719);
    branch.repay(ALL, 50_719, None);
    assert_eq!((branch.status(ALL), branch.owed(ALL)), ("repaid".into(), 0));
    branch.repay(PRINCIPAL, 50_000, None);
    assert_eq!(branch.owed(PRINCIPAL), 719);
    assert_eq!(branch.status(PRINCIPAL), "outstanding");
    branch.repay(MORE, 50_300, None);
    let figures = branch.figures(MORE);
    assert_eq!(figures["principal_minor"], 419);
    assert_eq!(figures["interest_minor"], 0);

    // What is only supposed comes out as it does where it happens, and posts nothing.
    let (until, draw) = (branch.day(30), format!("{}=100.00", branch.day(25)));
    let id = line_id(MOVED);
    let words = ["what-if", &id, "--until", &until, "--draw", &draw];
    let told = branch.desk.expect(0, &words).remove(0);
    assert_eq!(told["supposed"]["payoff_minor"], 41_199);
    assert_eq!(told["as_it_is"]["payoff_minor"], 31_151);
    let before = branch.day(14);
    let words = ["what-if", &id, "--until", &before];
    branch.desk.expect(1, &words);
    branch
        .desk
        .expect(2, &["what-if", &id, "--until", &until, "--draw", "100"]);
    assert_eq!(branch.figures(MOVED)["owed_minor"], 30_719);

    branch.work_until(25);
    branch.draw(MOVED, 10_000);
    let closed = branch.work_until(30);
    assert_eq!(closed[4]["lines"], 6, "{closed:?}");
    // Row 1.
    let figures = branch.figures(HELD);
    assert_eq!(figures["interest_minor"], 1_438);
    assert_eq!(figures["owed_minor"], 51_438);
    assert_eq!(figures["available_minor"], 50_000);
    assert_eq!(figures["minimum_minor"], 2_500);
    // Row 2.
    assert_eq!(branch.figures(MOVED)["interest_minor"], 1_199);
    assert_eq!(branch.owed(MOVED), 41_199);
    // Row 12: it posted with the close, and can be paid then.
    assert_eq!(branch.figures(PRINCIPAL)["interest_minor"], 719);
    let statements = branch
        .desk
        .expect(0, &["statement", &line_id(HELD)])
        .remove(0);
    assert_eq!(statements[0]["closing_on"], branch.day(29));
    assert_eq!(statements[0]["closing_minor"], 51_438);
    let explained = &statements[0]["lines"][1]["explained"][0];
    assert_eq!(explained["interest_exact"], "14.3835…");

    // Row 11: entered on day 40, of day 15.
    branch.work_until(40);
    branch.repay(LATE, 20_000, Some(15));
    let ledger = branch.desk.expect(0, &["ledger", &line_id(LATE)]).remove(0);
    let adjusted = ledger["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["kind"] == "interest_adjusted")
        .unwrap();
    let adjusted = adjusted.to_string();
    assert!(adjusted.contains("-287"), "{adjusted}");
    branch.work_until(60);
    assert_eq!(branch.owed(LATE), 32_014);
    let of_day = branch.day(59);
    let words = ["statement", &line_id(LATE), "--closing", &of_day];
    let statement = branch.desk.expect(0, &words).remove(0);
    let sum: i64 = statement["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["amount_minor"].as_i64().unwrap())
        .sum();
    let balance = |name: &str| statement[name].as_i64().unwrap();
    assert_eq!(balance("opening_minor") + sum, balance("closing_minor"));
    assert_eq!(statement["interest_minor"], 863 - 287);
    // What stood on day 29, as was known then and on the evening before it came to light, and as is
    // known now.
    let evening = branch.day(29);
    for (known, then) in [(None, 1_438), (Some(39), 1_438), (Some(40), 1_151)] {
        let known = known.map(|day| branch.day(day));
        let id = line_id(LATE);
        let mut words = vec!["balance", &id, "--on", &evening];
        if let Some(known) = &known {
            words.extend(["--known", known]);
        }
        let told = branch.desk.expect(0, &words).remove(0);
        assert_eq!(told["then"]["interest_minor"], then, "{known:?}");
        assert_eq!(told["now"]["interest_minor"], 1_151);
        assert_eq!(told["now"]["balance_minor"], 31_151);
    }
    let to_come = branch.day(61);
    let words = ["balance", &line_id(LATE), "--on", &to_come];
    branch.desk.expect(2, &words);
    // A date before, as known now; a date after, with the cycles that end until then.
    let words = ["--on", &branch.day(30)];
    assert_eq!(branch.payoff(LATE, &words)["payoff_minor"], 31_151);
    let words = ["--on", &branch.day(90)];
    assert_eq!(branch.payoff(LATE, &words)["payoff_minor"], 32_014 + 863);

    branch.desk.expect(0, &["verify"]);
    // Nothing of the past can be closed again, and no teller closes a day.
    let past = branch.day(3);
    branch.desk.password(ADMIN_PASSWORD);
    let words = [
        "close-day",
        "--user",
        "ada",
        "--password-fd",
        "4",
        "--through",
        &past,
    ];
    branch.desk.expect(1, &words);
    branch.desk.password(STAFF_PASSWORD);
    let words = ["close-day", "--user", "sam", "--password-fd", "4"];
    branch.desk.expect(1, &words);
}
