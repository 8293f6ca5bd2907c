//! The stories: what no single crate can show. One binary, one module a story.
#![forbid(unsafe_code)]

mod answers;
mod assurance;
mod bad_input;
mod closing;
mod flow;
mod garbled;
mod golden;
mod kill;
mod load;
mod poison;
mod private;
mod race;
mod rights;
mod stopping;
mod supply;
mod tamper;
mod tidy;
mod window;

/// A story that nobody calls is not told. Every file beside this one is a module of it.
#[test]
fn every_story_is_told() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main");
    let mut untold = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let story = name.strip_suffix(".rs").unwrap_or(&name);
        let told = include_str!("main.rs")
            .lines()
            .any(|line| line == format!("mod {story};"));
        if story != "main" && !told {
            untold.push(name);
        }
    }
    assert!(
        untold.is_empty(),
        "add `mod …;` to tests/main/main.rs for: {untold:?}"
    );
}
