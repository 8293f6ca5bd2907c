//! The built binary, driven as a script drives it: secrets through descriptors, no display, and
//! every exit code of docs/command-line.md.
#![forbid(unsafe_code)]
#![cfg(unix)]

#[path = "command_line/credit.rs"]
mod credit;
#[path = "command_line/documents.rs"]
mod documents;
#[path = "command_line/quote.rs"]
mod quote;
#[path = "command_line/reports.rs"]
mod reports;

use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PASSPHRASE: &str = "lamp oil and rope, plenty";
const ADMIN_PASSWORD: &str = "nine geese over the marsh";
const STAFF_PASSWORD: &str = "buttered toast at dawn";

fn uuid(number: u32) -> String {
    format!("01890a5d-ac96-774b-bcce-{number:012x}")
}

/// A data folder, and secrets in files that become descriptors 3 (passphrase) and 4 (password).
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let desk = Desk { folder };
        desk.password(ADMIN_PASSWORD);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn password(&self, password: &str) {
        fs::write(self.path("password"), password).unwrap();
    }

    fn command(&self, data: &str, words: &[&str]) -> Command {
        let mut command = self.plain(data, words);
        command.arg("--json");
        command
    }

    /// As people read it.
    fn plain(&self, data: &str, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let script = r#"exec "$0" "$@" 3<"$PASSPHRASE_FILE" 4<"$PASSWORD_FILE""#;
        command
            .args(["-c", script, env!("CARGO_BIN_EXE_branchline")])
            .args(["--passphrase-fd", "3", "--data-dir"])
            .arg(self.path(data))
            .args(words)
            .env("PASSPHRASE_FILE", self.path("passphrase"))
            .env("PASSWORD_FILE", self.path("password"))
            .env("XDG_STATE_HOME", self.path("state"))
            // A command line needs no display.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command("store", words).output().unwrap()
    }

    #[track_caller]
    fn expect(&self, exit: i32, words: &[&str]) -> Vec<Value> {
        answers(exit, self.run(words), words)
    }

    fn lines(&self, name: &str, lines: &[String]) -> String {
        let path = self.path(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path.display().to_string()
    }
}

#[track_caller]
fn answers(exit: i32, output: Output, words: &[&str]) -> Vec<Value> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{words:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{words:?}: {stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn submission(id: u32, command: Value) -> String {
    json!({"id": uuid(id), "command": command}).to_string()
}

fn customer() -> Value {
    json!({"kind": "record_customer", "customer_id": uuid(100), "profile": {
        "given_name": "Ottoline", "family_name": "Marchbanks",
        "birth_date": "1980-05-17", "tax_id": "912-34-5678",
        "phone": "(201) 555-0142", "email": "",
        "address": {"street": "4 Mill Road", "unit": "", "city": "Eastfall", "region": "NY",
            "postal_code": "10991", "country": "US"},
        "identity_document": {"kind": "passport", "number": "X1234567"},
        "employment": {"kind": "retired", "employer": ""},
        "income_monthly_minor": 300_000, "obligations_monthly_minor": 40_000,
    }})
}

fn application(product_id: &str) -> Value {
    json!({"kind": "take_application", "line_id": uuid(200), "customer_id": uuid(100),
        "product_id": product_id, "requested": {"minor": 500_000, "currency": "USD"},
        "purpose": "A new boiler"})
}

#[test]
fn a_branch_without_a_window() {
    let desk = Desk::new();

    // Founding: once, with a passphrase that is long enough.
    desk.expect(5, &["list"]);
    desk.expect(2, &["init", "--zone", "Mars/Olympus"]);
    desk.expect(2, &["init", "--currency", "XXX"]);
    desk.expect(
        0,
        &[
            "init",
            "--branch",
            "Quay branch",
            "--zone",
            "America/New_York",
        ],
    );
    desk.expect(1, &["init"]);

    // The first admin is one at once; staff waits.
    let sign_up = |login: &str, number: &str, admin: bool| {
        let mut words = vec!["sign-up", "--login", login, "--name", "Somebody Here"];
        words.extend(["--employee-number", number, "--password-fd", "4"]);
        if admin {
            words.push("--admin");
        }
        words.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |exit: i32, words: Vec<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        desk.expect(exit, &words)
    };
    assert_eq!(run(0, sign_up("ada.admin", "E-1", true))[0]["active"], true);
    desk.password(STAFF_PASSWORD);
    let waiting = run(0, sign_up("sam.staff", "E-2", false));
    assert_eq!(waiting[0]["active"], false);
    run(1, sign_up("sam.staff", "E-3", false));
    desk.password("short");
    run(2, sign_up("tim.third", "E-4", false));

    // Who may not sign in gets no further.
    let empty = desk.lines("empty.jsonl", &[]);
    desk.expect(
        3,
        &["post", &empty, "--user", "ada.admin", "--password-fd", "4"],
    );
    desk.password(STAFF_PASSWORD);
    desk.expect(
        3,
        &["post", &empty, "--user", "sam.staff", "--password-fd", "4"],
    );
    desk.expect(
        2,
        &[
            "post",
            "no-such-file",
            "--user",
            "sam.staff",
            "--password-fd",
            "4",
        ],
    );
    desk.password(ADMIN_PASSWORD);
    let approve = json!({"kind": "approve_account", "user_id": waiting[0]["user_id"],
        "employee_number": "E-2", "role": "staff"});
    let approve = desk.lines("approve.jsonl", &[submission(1, approve)]);
    let approved = desk.expect(
        0,
        &[
            "post",
            &approve,
            "--user",
            "ada.admin",
            "--password-fd",
            "4",
        ],
    );
    assert_eq!(approved[0]["ok"], true);

    // One answer a line, in order; a line may depend on the one before.
    let products = desk.expect(0, &["list", "products"]);
    let product_id = products[0]["rows"][0]["id"].as_str().unwrap().to_owned();
    let too_long = format!(
        r#"{{"id":"{}","command":"{}"}}"#,
        uuid(5),
        "x".repeat(300_000)
    );
    let mut malformed = application(&product_id);
    malformed["requested"]["minor"] = json!("a lot");
    let day = [
        submission(2, customer()),
        String::new(),
        submission(3, application(&product_id)),
        submission(4, malformed),
        "not JSON".to_owned(),
        too_long,
        submission(6, json!({"kind": "close_line", "line_id": uuid(200)})),
        submission(
            7,
            json!({"kind": "freeze_line", "line_id": uuid(200), "note": "x"}),
        ),
    ];
    let day = desk.lines("day.jsonl", &day);
    desk.password(STAFF_PASSWORD);
    let post = ["post", &day, "--user", "sam.staff", "--password-fd", "4"];
    let answered = desk.expect(1, &post);
    let told: Vec<(u64, bool, &str, &str)> = answered
        .iter()
        .map(|answer| {
            (
                answer["line"].as_u64().unwrap(),
                answer["ok"].as_bool().unwrap(),
                answer["error"]["code"].as_str().unwrap_or(""),
                answer["error"]["field"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, true, "", ""),
            (3, true, "", ""),
            (4, false, "malformed", "requested.minor"),
            (5, false, "malformed", ""),
            (6, false, "malformed", ""),
            (7, false, "not_approved", ""),
            (8, false, "admin_only", ""),
        ]
    );
    assert_eq!(
        answered[1]["answer"]["fresh"]["view"]["row"]["number"],
        "LC-000001"
    );
    assert_eq!(answered[2]["id"], uuid(4));
    assert_eq!(answered[3]["id"], Value::Null);

    // The same file again changes nothing: the first outcomes are answered again.
    let again = desk.expect(1, &post);
    for (first, second) in answered.iter().zip(&again) {
        for place in [
            "/ok",
            "/answer/first_seq",
            "/answer/last_seq",
            "/error/code",
        ] {
            assert_eq!(first.pointer(place), second.pointer(place), "{place}");
        }
    }
    let stopped = [
        "post",
        &day,
        "--user",
        "sam.staff",
        "--password-fd",
        "4",
        "--stop-on-error",
    ];
    assert_eq!(desk.expect(1, &stopped).len(), 3);

    read(&desk);
    cash_at_the_counter(&desk);
    beside_an_open_store(&desk, &post);
    copy_and_prove(&desk);
    change_the_passphrase(&desk);
}

/// The new one comes through the descriptor of passwords.
fn change_the_passphrase(desk: &Desk) {
    let change = ["change-passphrase", "--new-passphrase-fd", "4"];
    let new = "tar and hemp, a barrel each";
    desk.password("too short");
    desk.expect(2, &change);
    desk.expect(0, &["list"]);
    desk.password(new);
    desk.expect(0, &change);
    desk.expect(3, &["list"]);
    desk.expect(3, &change);
    fs::write(desk.path("passphrase"), new).unwrap();
    desk.expect(0, &["list"]);
    desk.expect(0, &["verify"]);
}

fn read(desk: &Desk) {
    let listed = desk.expect(0, &["list", "--status", "open", "--search", "marchb"]);
    assert_eq!(listed[0]["rows"][0]["number"], "LC-000001");
    assert_eq!(
        desk.expect(0, &["list", "--status", "closed"])[0]["rows"],
        json!([])
    );
    desk.expect(2, &["list", "--status", "paid"]);
    desk.expect(2, &["list", "--limit", "0"]);
    let shown = desk.expect(0, &["show", "lc-000001"]);
    assert_eq!(shown[0]["view"]["row"]["status"], "open");
    assert_eq!(shown[0]["customer"]["tax_id_masked"], "•••-••-5678");
    let shown = desk.expect(0, &["show", "CU-000001"]);
    assert_eq!(shown[0]["of"], "customer");
    assert!(!shown[0].to_string().contains("912345678"));
    desk.expect(1, &["show", "LC-999999"]);
    assert_eq!(
        desk.expect(0, &["ledger", "LC-000001"])[0]["rows"],
        json!([])
    );
    let trial = desk.expect(0, &["ledger", "--trial-balance"]);
    assert_eq!(trial[0]["sum_minor"], 0);
    // Page by page the whole log, each event once.
    let (mut seqs, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut words = vec!["list", "events", "--limit", "7"];
        if let Some(after) = &after {
            words.extend(["--after", after]);
        }
        let page = desk.expect(0, &words).remove(0);
        seqs.extend(
            page["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["seq"].as_u64().unwrap()),
        );
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    let all: Vec<u64> = (1..=seqs[0]).rev().collect();
    assert_eq!(seqs, all);

    let schema = Command::new(env!("CARGO_BIN_EXE_branchline"))
        .arg("schema")
        .output()
        .unwrap();
    assert!(schema.status.success());
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert!(schema["views"]["ledger_page"].is_object() && schema["submission"].is_object());

    fs::write(desk.path("passphrase"), "something else entirely").unwrap();
    desk.expect(3, &["list"]);
    desk.expect(3, &["verify"]);
    fs::write(desk.path("passphrase"), PASSPHRASE).unwrap();

    // A reader that goes away is no fault of ours.
    let mut child = desk
        .command("store", &["list", "events"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    answers(0, child.wait_with_output().unwrap(), &["list", "events"]);
}

/// A drawer is opened and counted by a file of commands; the sheet says what moved.
fn cash_at_the_counter(desk: &Desk) {
    let usd = |minor: i64| json!({"minor": minor, "currency": "USD"});
    let file = desk.lines(
        "cash.jsonl",
        &[
            submission(90, json!({"kind": "open_drawer", "float": usd(50_000)})),
            submission(
                91,
                json!({"kind": "move_vault_cash", "way": "to_vault", "amount": usd(50_001)}),
            ),
            submission(92, json!({"kind": "count_drawer", "counted": usd(49_900)})),
        ],
    );
    let answered = desk.expect(
        1,
        &["post", &file, "--user", "sam.staff", "--password-fd", "4"],
    );
    assert_eq!(answered[1]["error"]["code"], "over_drawer");
    assert_eq!(answered[1]["error"]["field"], "amount");
    let sheet = &desk.expect(0, &["day-sheet", "sam.staff"])[0];
    assert_eq!(sheet["opening_minor"], 0);
    assert_eq!(sheet["rows"][0]["kind"], "cash_from_vault");
    assert_eq!(sheet["rows"][1]["kind"], "cash_short");
    assert_eq!(sheet["rows"][1]["amount_minor"], -100);
    assert_eq!(sheet["closing_minor"], 49_900);
    let before = ["day-sheet", "sam.staff", "--date", "2020-01-01"];
    assert_eq!(desk.expect(0, &before)[0]["closing_minor"], 0);
    desk.expect(1, &["day-sheet", "nobody"]);
    desk.expect(2, &["day-sheet", "sam.staff", "--date", "soon"]);
}

/// Another program has the store open: who writes is turned away, who reads is not.
fn beside_an_open_store(desk: &Desk, post: &[&str]) {
    let lock = File::create(desk.path("store").join("branchline.lock")).unwrap();
    lock.lock().unwrap();
    desk.expect(4, post);
    desk.expect(0, &["list"]);
    desk.expect(0, &["verify"]);
    drop(lock);
    let mut child = desk
        .command("store", post)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // Not every line was carried out and answered.
    answers(1, child.wait_with_output().unwrap(), post);
}

fn copy_and_prove(desk: &Desk) {
    let clean = desk.expect(0, &["verify"]);
    assert_eq!(clean[0]["findings"], json!([]));
    let copy = desk.path("copy.db").display().to_string();
    desk.expect(0, &["backup", &copy]);
    desk.expect(1, &["backup", &copy]);
    desk.expect(1, &["restore", &copy]);
    let elsewhere = |words: &[&str]| desk.command("elsewhere", words).output().unwrap();
    answers(0, elsewhere(&["restore", &copy]), &["restore"]);
    let listed = answers(0, elsewhere(&["list"]), &["list"]);
    assert_eq!(listed[0]["rows"][0]["number"], "LC-000001");
    answers(0, elsewhere(&["verify"]), &["verify"]);

    prove_the_log(desk);

    // One byte of a view: the customer's clear name.
    let tampered = desk.path("tampered");
    fs::create_dir(&tampered).unwrap();
    change_one_byte(Path::new(&copy), &tampered.join("branchline.db"));
    let red = desk.command("tampered", &["verify"]).output().unwrap();
    let red = answers(1, red, &["verify"]);
    assert_ne!(red[0]["findings"], json!([]));
}

/// Somebody with the exported log and the public key, and nothing else.
fn prove_the_log(desk: &Desk) {
    let key = desk.expect(0, &["device-key"])[0]["public_key"].clone();
    let key = key.as_str().unwrap();
    let log = desk.path("log.jsonl").display().to_string();
    let exported = desk.expect(0, &["export-log", &log]);
    desk.expect(2, &["export-log", &log]);
    assert_eq!(exported[0]["public_key"], key);
    let alone = |log: &str, key: &str, exit| {
        let words = ["--json", "verify", "--log", log, "--key", key];
        let output = Command::new(env!("CARGO_BIN_EXE_branchline"))
            .args(words)
            .env("XDG_DATA_HOME", "/nonexistent")
            .output()
            .unwrap();
        answers(exit, output, &words)
    };
    let proven = alone(&log, key, 0);
    assert_eq!(proven[0]["findings"], json!([]));
    assert_eq!(proven[0]["events"], exported[0]["events"]);
    assert_eq!(proven[0]["signed_hash"], exported[0]["last_hash"]);
    assert!(proven[0]["events"].as_u64().unwrap() > 10);
    alone(&log, "not a key", 2);
    // A point of the curve, and nobody's key here: its base point (RFC 8032, 5.1).
    let other = format!("58{}", "66".repeat(31));
    assert_ne!(alone(&log, &other, 1)[0]["findings"], json!([]));

    // Each line changed, left out, said twice or moved.
    let text = fs::read_to_string(&log).unwrap();
    assert!(!text.contains("Marchbanks"), "private values stay sealed");
    let lines: Vec<&str> = text.lines().collect();
    let edited = desk.path("edited.jsonl").display().to_string();
    let report = |lines: Vec<String>| {
        fs::write(&edited, lines.join("\n")).unwrap();
        let key = auditor::PublicKey::from_hex(key).unwrap();
        let file = std::io::BufReader::new(File::open(&edited).unwrap());
        auditor::audit(file, &key).unwrap()
    };
    let own = || lines.iter().map(|line| (*line).to_owned());
    for place in 1..lines.len() {
        let is_event = lines[place].starts_with("{\"event\"");
        let mut without: Vec<String> = own().collect();
        without.remove(place);
        // A head that is not the last may be missing: a later one stands for the same events.
        if is_event || place + 1 == lines.len() {
            assert!(!report(without).clean(), "without line {place}");
        }
        let mut changed: Vec<String> = own().collect();
        changed[place] = if is_event {
            changed[place].replacen("\"at_ms\":1", "\"at_ms\":2", 1)
        } else {
            changed[place].replacen("\"epoch\":1", "\"epoch\":2", 1)
        };
        assert_ne!(changed[place], lines[place]);
        assert!(!report(changed).clean(), "line {place} changed");
        let mut moved: Vec<String> = own().collect();
        moved.swap(place, place - 1);
        assert!(!report(moved).clean(), "line {place} moved");
        if is_event {
            let mut twice: Vec<String> = own().collect();
            twice.insert(place, lines[place].to_owned());
            assert!(!report(twice).clean(), "line {place} twice");
        }
    }
}

fn change_one_byte(from: &Path, to: &Path) {
    let mut bytes = fs::read(from).unwrap();
    let name = b"Ottoline Marchbanks";
    let place = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap();
    bytes[place] = b'U';
    fs::write(to, bytes).unwrap();
}
