//! Documents printed by the command line, and read back.

use super::credit::{Branch, line_id};
use super::uuid;
use serde_json::{Value, json};
use std::fs;

fn print(branch: &Branch, words: &[&str]) -> Value {
    let words: Vec<&str> = ["document"].iter().chain(words).copied().collect();
    branch.desk.expect(0, &words).remove(0)
}

fn refuse(branch: &Branch, exit: i32, words: &[&str]) -> String {
    let words: Vec<&str> = ["document"].iter().chain(words).copied().collect();
    let output = branch.desk.run(&words);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(exit), "{words:?}: {told}");
    told
}

/// The text of a file, without the spaces, which are a matter of the layout.
fn text(saved: &Value) -> String {
    let document = lopdf::Document::load(saved["path"].as_str().unwrap()).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    assert_eq!(json!(pages.len()), saved["pages"]);
    squeezed(&document.extract_text(&pages).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[track_caller]
fn says(saved: &Value, wanted: &[&str]) {
    let text = text(saved);
    for wanted in wanted {
        assert!(text.contains(&squeezed(wanted)), "{wanted}: {text}");
    }
}

#[test]
fn documents_are_printed_and_refused() {
    let mut branch = Branch::new();
    branch.open_lines(2);
    let shown = branch.desk.expect(0, &["show", "LC-000001"]).remove(0);
    let draw_id = shown["view"]["movements"][0]["id"].as_str().unwrap();

    // Beside the store, under a name that no file has.
    let agreement = print(&branch, &["agreement", "LC-000001"]);
    let day_0 = branch.day(0);
    let name = format!("LC-000001-agreement-{day_0}");
    let exports = branch.desk.path("store").join("exports");
    let path = exports.join(format!("{name}.pdf")).display().to_string();
    assert_eq!(agreement["path"], path);
    let rate = "Annual rate 35 %";
    says(
        &agreement,
        &["Ottoline Marchbanks", "4 Mill Road", "1,000.00 USD", rate],
    );
    let again = print(&branch, &["agreement", &line_id(1)]);
    assert!(
        again["path"]
            .as_str()
            .unwrap()
            .ends_with(&format!("{name}-2.pdf"))
    );
    let bytes = |saved: &Value| fs::read(saved["path"].as_str().unwrap()).unwrap();
    assert_eq!(bytes(&agreement), bytes(&again));

    let file = branch.desk.path("receipt.pdf").display().to_string();
    let words = ["receipt", draw_id, "--out", &file];
    let receipt = print(&branch, &words);
    assert_eq!(receipt, json!({"path": file, "pages": 1}));
    says(
        &receipt,
        &["Paid out to you", "500.00 USD", draw_id, "Somebody Here"],
    );
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Nothing is written over.
    let before = fs::read(&file).unwrap();
    refuse(&branch, 1, &words);
    assert_eq!(fs::read(&file).unwrap(), before);

    // Row 1 of the numbers that must come out.
    branch.work_until(30);
    let closing = branch.day(29);
    let words = ["statement", "LC-000001", "--closing", &closing];
    let statement = print(&branch, &words);
    let due = branch.desk.expect(0, &words)[0]["due_on"].clone();
    let due = due.as_str().unwrap();
    let figures = [
        "514.38 USD",
        "25.00 USD",
        due,
        "500.00",
        "14.38",
        "14.3835…",
    ];
    says(&statement, &figures);
    let on = branch.day(30);
    let payoff = print(&branch, &["payoff", "LC-000001", "--on", &on]);
    says(&payoff, &["514.38 USD", &on]);

    branch.give(
        "sam",
        vec![
            json!({"kind": "request_change", "line_id": line_id(2), "change_id": uuid(77),
            "reason": "Two payments were late", "change": {"what": "set_limit",
            "limit": {"minor": 80_050, "currency": "USD"}, "notice_given_on": on}}),
        ],
    );
    let told = print(&branch, &["limit-reduction", "LC-000002"]);
    let figures = [
        "1,000.00 USD",
        "800.50 USD",
        "Two payments were late",
        "Equal Credit",
    ];
    says(&told, &figures);
    let words = ["limit-reduction", "LC-000001", "--limit", "600"];
    refuse(&branch, 2, &words);
    let words = [&words[..], &["--reason", "Income fell"]].concat();
    says(&print(&branch, &words), &["600.00 USD", "Income fell"]);
    let below = [
        "limit-reduction",
        "LC-000001",
        "--limit",
        "499.99",
        "--reason",
        "x",
    ];
    assert!(refuse(&branch, 1, &below).contains("below_drawn"));

    // Rejected: a notice, and no agreement.
    let products = branch.desk.expect(0, &["list", "products"]);
    let application = json!({"kind": "take_application", "line_id": line_id(9),
        "customer_id": uuid(100), "product_id": products[0]["rows"][0]["id"],
        "requested": {"minor": 200_000, "currency": "USD"}, "purpose": "A boat"});
    branch.give("sam", vec![application]);
    let told = refuse(&branch, 1, &["agreement", "LC-000003"]);
    assert!(
        told.contains("not_found") && told.contains("not approved yet"),
        "{told}"
    );
    // Its papers: what is missing, and the customer told of it.
    let words = ["incompleteness", "LC-000003"];
    assert!(refuse(&branch, 1, &words).contains("nobody was told"));
    let by = branch.day(50);
    branch.give(
        "sam",
        vec![
            json!({"kind": "record_missing", "line_id": line_id(9), "missing": ["tax_return"]}),
            json!({"kind": "send_incompleteness_notice", "line_id": line_id(9), "reply_by": by}),
        ],
    );
    let told = print(&branch, &words);
    let figures = ["2,000.00 USD", "The latest tax return", &by, "any further"];
    says(&told, &figures);
    let words = [&words[..], &["--told", &on]].concat();
    says(&print(&branch, &words), &figures);
    let words = ["incompleteness", "LC-000003", "--told", &day_0];
    assert!(refuse(&branch, 1, &words).contains("not_found"));
    branch.give(
        "ada",
        vec![
            json!({"kind": "reject_application", "line_id": line_id(9), "seen_version": 3,
            "reasons": ["excessive_obligations", "other"], "other_words": "A boat is no boiler"}),
        ],
    );
    // What was done to a line that is open, and why; on the day it was told.
    let words = ["adverse-action", "LC-000002", "--told", &on];
    assert!(refuse(&branch, 1, &words).contains("nobody was told"));
    let change = json!({"what": "set_limit", "limit": {"minor": 150_000, "currency": "USD"}});
    branch.give(
        "sam",
        vec![
            json!({"kind": "request_change", "line_id": line_id(2), "change_id": uuid(78),
            "reason": "A new roof", "change": change}),
        ],
    );
    branch.give(
        "ada",
        vec![
            json!({"kind": "decline_change", "line_id": line_id(2), "change_id": uuid(78),
            "reason": "Two payments were late"}),
        ],
    );
    let shown = branch.desk.expect(0, &["show", "LC-000002"]).remove(0);
    let view = &shown["view"];
    let due = branch.day(60);
    assert_eq!(
        view["row"]["clock"],
        json!({"kind": "adverse_action", "due_on": due})
    );
    branch.give(
        "sam",
        vec![json!({"kind": "tell_adverse_action", "line_id": line_id(2),
            "seen_version": view["version"], "reasons": ["poor_performance_with_us"],
            "other_words": null})],
    );
    for words in [&words[..], &words[..2]] {
        let told = print(&branch, words);
        let figures = [
            &on,
            "declined to raise",
            "1,000.00 USD to 1,500.00 USD",
            "Poor credit performance with us",
        ];
        says(&told, &figures);
    }
    let notice = print(&branch, &["adverse-action", "LC-000003"]);
    let words = [
        "2,000.00 USD",
        "Excessive obligations in relation to income",
        "A boat is no boiler",
    ];
    says(&notice, &words);
    let law = "The federal Equal Credit Opportunity Act prohibits creditors";
    says(&notice, &[law, "National Credit Union Administration"]);
    assert!(refuse(&branch, 1, &["agreement", "LC-000003"]).contains("was rejected"));
    assert!(refuse(&branch, 1, &["adverse-action", "LC-000001"]).contains("was not rejected"));

    for (exit, words) in [
        (1, vec!["agreement", "LC-999999"]),
        (1, vec!["receipt", "LC-000001"]),
        (1, vec!["receipt", &uuid(5)]),
        (1, vec!["statement", "LC-000001", "--closing", "2020-01-31"]),
        (1, vec!["limit-reduction", "LC-000001"]),
        (2, vec!["statement", "LC-000001"]),
        (2, vec!["payoff", "LC-000001", "--on", "2020-01-01"]),
        (
            2,
            vec![
                "limit-reduction",
                "LC-000001",
                "--limit",
                "x",
                "--reason",
                "x",
            ],
        ),
        (2, vec!["agreement", "LC-000001", "--out", "agreement.txt"]),
        (2, vec!["invitation", "LC-000001"]),
        (2, vec![]),
    ] {
        refuse(&branch, exit, &words);
    }
    // What people read.
    let words = ["document", "agreement", "LC-000002"];
    let output = branch.desk.plain("store", &words).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("Line of Credit Agreement, "), "{told}");
    assert!(told.trim_end().ends_with(".pdf"), "{told}");
}
