//! The reports, asked for as a script does: as JSON, as CSV, as files.

use super::credit::{Branch, line_id};
use super::{customer, uuid};
use serde_json::{Value, json};
use std::fs;

/// A name that a spreadsheet would carry out.
const FORMULA: &str = "=HYPERLINK(\"http://x.example\",\"Click\")";

fn report(branch: &Branch, words: &[&str]) -> Value {
    let words: Vec<&str> = ["report"].iter().chain(words).copied().collect();
    branch.desk.expect(0, &words).remove(0)
}

fn csv(branch: &Branch, words: &[&str]) -> Vec<String> {
    let words: Vec<&str> = ["report"].iter().chain(words).copied().collect();
    let output = branch.desk.plain("store", &words).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.ends_with("\r\n"), "{text:?}");
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn reports_on_the_screen_and_in_files() {
    let mut branch = Branch::new();
    branch.open_lines(2);
    branch.work_until(2);
    branch.repay(1, 12_345, None);
    let mut formula = customer();
    formula["customer_id"] = json!(uuid(101));
    formula["profile"]["given_name"] = json!(FORMULA);
    formula["profile"]["tax_id"] = json!("912-34-5679");
    let products = branch.desk.expect(0, &["list", "products"]);
    let application = json!({"kind": "take_application", "line_id": line_id(90),
        "customer_id": uuid(101), "product_id": products[0]["rows"][0]["id"],
        "requested": {"minor": 100_000, "currency": "USD"}, "purpose": "A new boiler"});
    branch.give("sam", vec![formula, application]);

    let (first, today) = (branch.day(0), branch.day(2));
    let drawn = report(&branch, &["disbursals", "--from", &first, "--to", &today]);
    assert_eq!(drawn["found"], 2);
    let totals = drawn["totals"].as_array().unwrap();
    assert_eq!(totals.last().unwrap(), &json!({"money": 100_000}));
    let of_one_day = report(&branch, &["collections", "--from", &today, "--to", &today]);
    assert_eq!(of_one_day["rows"][0][5], json!({"money": 12_345}));
    assert_eq!(of_one_day["found"], 1);

    // The journal, once more, on each day: what one has, another has not.
    for day in [&first, &today] {
        let balance = report(&branch, &["trial-balance", "--as-of", day]);
        let totals = balance["totals"].as_array().unwrap();
        assert_eq!(totals.last().unwrap(), &json!({"money": 0}));
        assert_eq!(balance["as_of"], **day);
    }
    let ledger = branch.desk.expect(0, &["ledger", "--trial-balance"]);
    let principal = |rows: &Value, account: fn(&Value) -> &Value, amount: fn(&Value) -> &Value| {
        let rows = rows.as_array().unwrap();
        let found = rows.iter().find(|row| *account(row) == json!("PRI"));
        amount(found.unwrap()).clone()
    };
    let balance = report(&branch, &["trial-balance"]);
    let reported = principal(
        &balance["rows"],
        |row| &row[0]["text"],
        |row| &row[4]["money"],
    );
    let booked = principal(
        &ledger[0]["rows"],
        |row| &row["account"],
        |row| &row["balance_minor"],
    );
    assert_eq!((&reported, &booked), (&json!(87_655), &json!(87_655)));

    // CSV: exact decimals, and a name that stays a name.
    let lines = csv(&branch, &["collections", "--format", "csv"]);
    assert!(lines[1].contains(",123.45,"), "{lines:?}");
    assert!(lines[2].starts_with("Total,"), "{lines:?}");
    let lines = csv(&branch, &["pending-approval", "--format", "csv"]);
    let escaped = "\"'=HYPERLINK(\"\"http://x.example\"\",\"\"Click\"\") Marchbanks\"";
    assert!(lines[1].contains(escaped), "{lines:?}");
    let pending = report(&branch, &["pending-approval"]);
    assert_eq!(
        pending["rows"][0][2]["text"],
        format!("{FORMULA} Marchbanks")
    );
    assert!(!pending.to_string().contains("912-34"), "{pending}");

    // Files: new ones, for their owner.
    let file = branch.desk.path("ageing.xlsx").display().to_string();
    let saved = report(&branch, &["ageing", "--out", &file]);
    assert_eq!(saved, json!({"path": file}));
    assert!(fs::read(&file).unwrap().starts_with(b"PK"));
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    branch.desk.expect(1, &["report", "ageing", "--out", &file]);

    // Wrong usage.
    for words in [
        vec!["report", "profits"],
        vec!["report", "ageing", "--as-of", &first],
        vec!["report", "portfolio", "--from", &first],
        vec!["report", "disbursals", "--from", &today, "--to", &first],
        vec!["report", "trial-balance", "--as-of", "2199-01-01"],
        vec!["report", "ageing", "--format", "csv"],
        vec!["report", "ageing", "--out", "report.pdf"],
    ] {
        let output = branch.desk.run(&words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
    }
    // What people read.
    let output = branch
        .desk
        .plain("store", &["report", "portfolio"])
        .output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(text.starts_with("Portfolio, "), "{text}");
    assert!(text.contains("876.55"), "{text}");
}
