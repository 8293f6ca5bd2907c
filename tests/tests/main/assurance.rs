//! `docs/security.md`: every requirement of OWASP ASVS that applies has a test, a setting, a reason or
//! the word that it is open; what is named there is there; and the table is what `tests/asvs.tsv` says.

use crate::tidy::root;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

const DATA: &str = "tests/asvs.tsv";
const PAGE: &str = "docs/security.md";
const BEGIN: &str = "<!-- asvs: made from tests/asvs.tsv -->\n";
const END: &str = "<!-- end of asvs -->";

/// The requirements that apply, by level.
const REQUIRED: [(u8, &str); 3] = [
    (
        1,
        "1.2.1-1.2.5 1.3.2 2.1.1 2.2.1 2.2.2 2.3.1 3.2.2 4.1.1 5.2.1 5.2.2 5.3.2 6.1.1 6.2.1-6.2.8 6.3.1 \
         6.3.2 6.4.1 6.4.2 7.2.1-7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 11.3.1 11.3.2 11.4.1 12.1.1 \
         12.2.1 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1",
    ),
    (
        2,
        "1.1.1 1.1.2 1.2.9 1.3.3 1.3.6 1.4.1-1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2-2.3.4 2.4.1 3.4.3 3.5.5 \
         3.7.1 3.7.2 6.1.2 6.1.3 6.2.9-6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1-6.5.5 7.1.1 7.1.2 7.3.1 7.3.2 \
         7.4.3-7.4.5 7.5.1 7.5.2 8.1.2 8.2.3 8.4.1 11.1.1 11.1.2 11.2.1-11.2.3 11.3.3 11.4.2-11.4.4 11.5.1 \
         11.6.1 12.1.2 12.1.3 12.3.1-12.3.4 13.1.1 13.2.1-13.2.4 13.3.1 13.3.2 13.4.2 14.1.1 14.1.2 \
         14.2.2-14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.5 15.3.6 16.1.1 \
         16.2.1-16.2.5 16.3.1-16.3.4 16.4.1-16.4.3 16.5.1-16.5.3",
    ),
    (
        3,
        "1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.2.3 3.6.1 3.7.3 4.1.4 4.1.5 4.2.5 6.3.5 6.3.7 6.3.8 6.4.5 6.4.6 \
         6.5.6 6.5.8 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2 11.1.3 11.1.4 11.2.4 11.2.5 11.3.4 11.3.5 \
         11.5.2 11.7.2 12.3.5 13.1.2-13.1.4 13.2.6 13.3.4 13.4.6 14.2.6 14.2.7 15.1.4 15.1.5 15.2.4 15.2.5 \
         15.4.1-15.4.3 15.4.4 16.5.4",
    ),
];

/// Number and level.
type Requirement = (String, u8);

fn required() -> Vec<Requirement> {
    let mut all = Vec::new();
    for (level, words) in REQUIRED {
        for word in words.split_whitespace() {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            let (section, from) = first.rsplit_once('.').unwrap();
            let (_, to) = last.rsplit_once('.').unwrap();
            let (from, to): (u8, u8) = (from.parse().unwrap(), to.parse().unwrap());
            all.extend((from..=to).map(|number| (format!("{section}.{number}"), level)));
        }
    }
    all
}

/// One line of the data.
struct Row {
    id: String,
    level: u8,
    how: String,
    by: String,
    words: String,
}

fn rows(data: &str) -> Result<Vec<Row>, String> {
    let lines = data.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [id, level, how, by, words] => Ok(Row {
                id: id.to_owned(),
                level: level.parse().map_err(|_| format!("{line}: no level"))?,
                how: how.to_owned(),
                by: by.to_owned(),
                words: words.to_owned(),
            }),
            _ => Err(format!(
                "{line}: id, level, how, by and words, with tabs between"
            )),
        })
        .collect()
}

/// What is wrong with the rows. `read` gives a file of the repository.
fn wrong(rows: &[Row], read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut named: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for row in rows {
        named.entry(&row.id).or_default().push(row.level);
    }
    let required = required();
    for (id, level) in &required {
        match named.get(id.as_str()).map(Vec::as_slice) {
            None => wrong.push(format!("{id} is missing")),
            Some([found]) if found == level => {}
            Some([found]) => wrong.push(format!("{id} is of level {level}, not {found}")),
            Some(_) => wrong.push(format!("{id} stands more than once")),
        }
    }
    for id in named.keys() {
        if !required.iter().any(|(known, _)| known == id) {
            wrong.push(format!("{id} is no requirement that applies"));
        }
    }
    for row in rows {
        let references: Vec<&str> = row.by.split("; ").filter(|by| !by.is_empty()).collect();
        let complaint = match row.how.as_str() {
            "test" | "setting" if references.is_empty() => Some("names nothing".to_owned()),
            "test" => references.iter().find_map(|by| no_test(by, read)),
            "setting" => references.iter().find_map(|by| no_setting(by, read)),
            "reason" | "open" if !references.is_empty() => Some("has words only".to_owned()),
            "reason" | "open" if row.words.len() < 10 => Some("does not say why".to_owned()),
            "reason" | "open" => None,
            other => Some(format!("is {other:?}: test, setting, reason or open")),
        };
        wrong.extend(complaint.map(|complaint| format!("{} {complaint}", row.id)));
    }
    wrong
}

fn no_test(by: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Some((file, function)) = by.split_once("::") else {
        return Some(format!("names {by}, which is no file::function"));
    };
    let Some(text) = read(file) else {
        return Some(format!("names {file}, which is not there"));
    };
    // The function follows its mark, with nothing but other marks between.
    let head = format!("fn {function}(");
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if marked && line.contains(&head) {
            return None;
        } else if !line.starts_with('#') {
            marked = false;
        }
    }
    Some(format!("names {function}, which is no test of {file}"))
}

fn no_setting(by: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Some((file, words)) = by.split_once(" » ") else {
        return Some(format!("names {by}, which is no file » words"));
    };
    match read(file) {
        None => Some(format!("names {file}, which is not there")),
        Some(text) if !text.contains(words) => {
            Some(format!("names {words:?}, which {file} does not say"))
        }
        Some(_) => None,
    }
}

fn table(rows: &[Row]) -> String {
    let count = |how: &str| rows.iter().filter(|row| row.how == how).count();
    let mut table = format!(
        "{} requirements: {} by a test, {} by a setting, {} by construction or not applicable, {} open.\n\n\
         | | level | how | by | |\n|---|---|---|---|---|\n",
        rows.len(),
        count("test"),
        count("setting"),
        count("reason"),
        count("open")
    );
    for row in rows {
        let how = if row.how == "open" {
            "**open**"
        } else {
            &row.how
        };
        let by: Vec<String> = row
            .by
            .split("; ")
            .filter(|by| !by.is_empty())
            .map(
                |by| match by.split_once("::").or_else(|| by.split_once(" » ")) {
                    Some((file, what)) => format!("`{what}` in {file}"),
                    None => by.to_owned(),
                },
            )
            .collect();
        writeln!(
            table,
            "| {} | {} | {how} | {} | {} |",
            row.id,
            row.level,
            by.join("; "),
            row.words
        )
        .unwrap();
    }
    table
}

fn in_the_repository(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

#[test]
fn every_requirement_has_its_answer_and_every_answer_is_there() {
    let rows = rows(&in_the_repository(DATA).unwrap()).unwrap();
    let wrong = wrong(&rows, &in_the_repository);
    assert!(wrong.is_empty(), "{DATA}:\n{}", wrong.join("\n"));
    let page = in_the_repository(PAGE).unwrap();
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the page has a place for the table");
    let (found, after) = rest.split_once(END).expect("the table has an end");
    let made = table(&rows);
    if std::env::var_os("BRANCHLINE_DOCS").is_some_and(|value| value == "write") {
        let page = format!("{before}{BEGIN}{made}{END}{after}");
        std::fs::write(root().join(PAGE), page).unwrap();
        return;
    }
    assert!(
        found == made,
        "{PAGE} is not what {DATA} says: BRANCHLINE_DOCS=write cargo test -p stories --test main assurance"
    );
}

/// The check itself, against what it must find.
#[test]
fn what_is_missing_doubled_or_not_there_is_named() {
    let counts: Vec<usize> = (1..=3_u8)
        .map(|level| required().iter().filter(|(_, of)| *of == level).count())
        .collect();
    assert_eq!(counts, [49, 103, 51]);
    let read = |path: &str| match path {
        "a.rs" => Some("#[test]\n#[cfg(unix)]\nfn holds() {}\nfn helper() {}\n".to_owned()),
        "b.json" => Some("{\"key\": 1}".to_owned()),
        _ => None,
    };
    let whole: String = required()
        .iter()
        .map(|(id, level)| format!("{id}\t{level}\ttest\ta.rs::holds\t\n"))
        .collect();
    assert_eq!(wrong(&rows(&whole).unwrap(), &read), Vec::<String>::new());
    let spoilt = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from:?}");
        wrong(&rows(&whole.replacen(from, to, 1)).unwrap(), &read)
    };
    let first = "1.2.1\t1\ttest\ta.rs::holds\t\n";
    for (to, complaint) in [
        ("", "1.2.1 is missing"),
        (&*format!("{first}{first}"), "1.2.1 stands more than once"),
        (
            &*first.replace("\t1\t", "\t2\t"),
            "1.2.1 is of level 1, not 2",
        ),
        (
            &*first.replace("holds", "helper"),
            "1.2.1 names helper, which is no test of a.rs",
        ),
        (
            &*first.replace("a.rs", "c.rs"),
            "1.2.1 names c.rs, which is not there",
        ),
        (
            "1.2.1\t1\tsetting\tb.json » \"lock\"\t\n",
            "1.2.1 names \"\\\"lock\\\"\", which b.json does not say",
        ),
        ("1.2.1\t1\tsetting\t\t\n", "1.2.1 names nothing"),
        ("1.2.1\t1\treason\t\tsoon\n", "1.2.1 does not say why"),
        (
            "1.2.1\t1\tfine\t\tbecause it is\n",
            "1.2.1 is \"fine\": test, setting, reason or open",
        ),
    ] {
        assert_eq!(spoilt(first, to), [complaint]);
    }
    assert_eq!(spoilt(first, &first.replace("1.2.1", "1.2.77")).len(), 2);
    let setting = "1.2.1\t1\tsetting\tb.json » \"key\"\t\n";
    assert_eq!(spoilt(first, setting), Vec::<String>::new());
}

/// The content security policy: nothing by default, and each exception by its name.
#[test]
fn the_page_loads_nothing_from_elsewhere() {
    let settings = in_the_repository("src-tauri/tauri.conf.json").unwrap();
    let settings: Value = serde_json::from_str(&settings).unwrap();
    let security = &settings["app"]["security"];
    let policy: BTreeMap<&str, &str> = security["csp"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let expected = BTreeMap::from([
        ("default-src", "'none'"),
        ("script-src", "'self' 'wasm-unsafe-eval'"),
        ("style-src", "'self'"),
        ("img-src", "'self' data:"),
        ("font-src", "'self'"),
        ("connect-src", "'self' ipc: http://ipc.localhost"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    ]);
    assert_eq!(policy, expected);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["capabilities"], serde_json::json!(["desk"]));
    assert_eq!(settings["app"]["withGlobalTauri"], false);
    let index = in_the_repository("ui/index.html").unwrap();
    assert!(
        !index.contains("http:") && !index.contains("https:"),
        "the page names an address"
    );
}
