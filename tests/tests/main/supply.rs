//! What comes from outside: licences, sources, known advisories, and the list of it that is built beside
//! the program. `deny.toml` says what may come; all of it is checked without a network.

use crate::tidy::root;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// A package as Cargo.lock has it.
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn locked(lock: &str) -> Vec<Locked> {
    let packages = lock.split("[[package]]").skip(1);
    let member = |package: &str, name: &str| {
        let begins = format!("{name} = \"");
        let line = package.lines().find(|line| line.starts_with(&begins))?;
        Some(line.split('"').nth(1)?.to_owned())
    };
    packages
        .map(|package| Locked {
            name: member(package, "name").unwrap(),
            version: member(package, "version").unwrap(),
            source: member(package, "source"),
            checksum: member(package, "checksum"),
        })
        .collect()
}

/// The strings of a list of deny.toml that are not the values of other members.
fn listed(deny: &str, section: &str, list: &str) -> Vec<String> {
    let begins = format!("[{section}]\n");
    let (_, rest) = deny
        .split_once(&begins)
        .unwrap_or_else(|| panic!("deny.toml: [{section}]"));
    let section = rest.split("\n[").next().unwrap_or(rest);
    let (_, rest) = section
        .split_once(&format!("\n{list} = ["))
        .or_else(|| section.split_once(&format!("{list} = [")))
        .unwrap_or_else(|| panic!("deny.toml: {list}"));
    let body = rest
        .split("]\n")
        .next()
        .unwrap_or(rest)
        .trim_end()
        .trim_end_matches(']');
    body.split('"')
        .skip(1)
        .step_by(2)
        .map(ToOwned::to_owned)
        .collect()
}

/// Numbers of a version; what is before a release counts as the release.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    plain.split('.').map(|part| part.parse().unwrap()).collect()
}

/// Whether a licence expression is met by licences that are allowed.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, allowed);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, allowed);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&licence)
}

/// Of the program's side and of the page's.
fn metadata(target: &str) -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let told = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", target])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    serde_json::from_slice(&told.stdout).unwrap()
}

const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];

#[test]
fn licences_are_those_that_are_allowed() {
    let allowed = listed(&read("deny.toml"), "licenses", "allow");
    let (mut strays, mut used) = (BTreeSet::new(), String::new());
    for target in TARGETS {
        let metadata = metadata(target);
        let packages = metadata["packages"].as_array().unwrap();
        assert!(
            packages.len() > 100,
            "{target}: {} packages",
            packages.len()
        );
        for package in packages {
            let licence = package["license"].as_str().unwrap_or("none");
            used.push_str(licence);
            if !is_allowed(licence, &allowed) {
                strays.insert(format!("{}: {licence}", package["name"].as_str().unwrap()));
            }
        }
    }
    assert!(
        strays.is_empty(),
        "take another crate, or allow it in deny.toml: {strays:#?}"
    );
    for licence in &allowed {
        let word = licence.split(' ').next().unwrap();
        assert!(
            used.contains(word),
            "deny.toml allows {licence}, which nothing has"
        );
    }
}

#[test]
fn everything_comes_from_one_registry_with_its_checksum() {
    let deny = read("deny.toml");
    let allowed: Vec<String> = listed(&deny, "sources", "allow-registry")
        .iter()
        .map(|address| format!("registry+{address}"))
        .collect();
    assert_eq!(allowed.len(), 1);
    let banned: Vec<String> = listed(&deny, "bans", "deny")
        .into_iter()
        .step_by(2)
        .collect();
    assert!(
        banned.contains(&"tauri-plugin-shell".to_owned()),
        "{banned:?}"
    );
    for package in locked(&read("Cargo.lock")) {
        let name = &package.name;
        assert!(
            !banned.contains(name),
            "{name} is kept out, deny.toml says why"
        );
        match &package.source {
            // Part of this repository.
            None => assert_eq!(package.checksum, None, "{name}"),
            Some(source) => {
                assert!(allowed.contains(source), "{name} comes from {source}");
                assert!(package.checksum.is_some(), "{name} has no checksum");
            }
        }
    }
}

#[test]
fn nothing_is_locked_that_is_older_than_a_known_fix() {
    let locked = locked(&read("Cargo.lock"));
    let versions = |name: &str| -> Vec<String> {
        let of = locked.iter().filter(|package| package.name == name);
        of.map(|package| package.version.clone()).collect()
    };
    let table = read("tests/advisories.tsv");
    let mut rows = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [name, fixed, advisory] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("tests/advisories.tsv: {line}");
        };
        rows += 1;
        assert!(
            !versions(name).is_empty(),
            "{name} is not locked: take {advisory} out"
        );
        for version in versions(name) {
            let old = numbers(&version) < numbers(fixed);
            assert!(!old, "{name} {version}: {advisory} is fixed in {fixed}");
        }
    }
    assert!(rows > 50, "{rows}");
    assert!(table.contains("tauri\t2.11.1\tGHSA-7gmj-67g7-phm9"));
    // What is known and borne is there, each with a reason.
    let borne = listed(&read("deny.toml"), "advisories", "ignore");
    assert!(borne.len().is_multiple_of(2) && !borne.is_empty());
    for advisory in borne.chunks(2) {
        let (id, reason) = (&advisory[0], &advisory[1]);
        let (name, why) = reason
            .split_once(": ")
            .unwrap_or_else(|| panic!("{id}: of what crate?"));
        assert!(
            !versions(name).is_empty(),
            "{name} is not locked: take {id} out"
        );
        assert!(why.len() > 20, "{id}: say why it is borne");
    }
}

#[test]
fn the_list_of_components_names_what_is_built_in_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("branchline.cdx.json");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let told = Command::new("python3")
        .arg(root().join("scripts/sbom.py"))
        .args([out.as_os_str(), cargo.as_ref()])
        .output()
        .unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    let list: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(
        (
            &list["bomFormat"],
            &list["specVersion"],
            &list["metadata"]["component"]["name"]
        ),
        (&"CycloneDX".into(), &"1.5".into(), &"branchline".into())
    );
    let locked = locked(&read("Cargo.lock"));
    let mut references = BTreeSet::new();
    let components = list["components"].as_array().unwrap();
    for component in components.iter().chain([&list["metadata"]["component"]]) {
        let text = |member: &str| component[member].as_str().unwrap().to_owned();
        let (name, version) = (text("name"), text("version"));
        assert!(references.insert(text("bom-ref")), "{name} stands twice");
        assert!(component["licenses"].is_array(), "{name} has no licence");
        if !text("purl").starts_with("pkg:cargo/") {
            continue;
        }
        let package = locked
            .iter()
            .find(|package| package.name == name && package.version == version);
        let package = package.unwrap_or_else(|| panic!("{name} {version} is not locked"));
        let hash = component["hashes"][0]["content"].as_str();
        assert_eq!(hash, package.checksum.as_deref(), "{name}");
    }
    let has = |begin: &str| {
        references
            .iter()
            .any(|reference| reference.starts_with(begin))
    };
    for built_in in [
        "cargo/tauri",
        "cargo/sqlx",
        "generic/sqlite",
        "cargo/yew",
        "cargo/ui",
        "npm/%40patternfly",
    ] {
        assert!(has(&format!("pkg:{built_in}")), "{built_in} is missing");
    }
    for of_tests in [
        "cargo/thirtyfour",
        "cargo/stories",
        "cargo/payments-mock",
        "npm/axe-core",
    ] {
        assert!(
            !has(&format!("pkg:{of_tests}@")),
            "{of_tests} is of the tests"
        );
    }
    for dependency in list["dependencies"].as_array().unwrap() {
        let needs = dependency["dependsOn"].as_array().unwrap().iter();
        for reference in needs.chain([&dependency["ref"]]) {
            assert!(
                references.contains(reference.as_str().unwrap()),
                "{reference}"
            );
        }
    }
    assert_eq!(
        list["dependencies"].as_array().unwrap().len(),
        references.len()
    );
}

/// The reading above, against what it must find and what it must let pass.
#[test]
fn expressions_versions_and_lists_are_read_right() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "Zlib"].map(ToOwned::to_owned);
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only/MIT", true),
        ("GPL-3.0-only AND MIT", false),
        ("(GPL-3.0-only OR MIT) AND Zlib", true),
        ("MIT AND (GPL-3.0-only OR Zlib)", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("none", false),
        ("MIT MIT", false),
        ("(MIT", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), met, "{expression}");
    }
    assert!(numbers("2.11.0") < numbers("2.11.1") && numbers("2.9.9") < numbers("2.11.1"));
    assert_eq!(numbers("1.0.0-rc.1+x"), [1, 0, 0]);
    let deny = "[a]\nallow = [\n    \"x\", # \n    \"y\",\n]\n[b]\nallow = [\"z\"]\n";
    assert_eq!(listed(deny, "a", "allow"), ["x", "y"]);
    assert_eq!(listed(deny, "b", "allow"), ["z"]);
}
