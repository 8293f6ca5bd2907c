//! The simulator proves itself: each bug that can be planted is caught within a thousand seeds.
#![forbid(unsafe_code)]

use domain::planted::{Bug, plant};
use simulator::many::tell_each;
use simulator::proof;
use simulator::story::tell;

const STEPS: usize = 60;
const SEEDS: u64 = 1_000;

/// What takes more seeds than every day has time for: looked for by `make prove` alone.
const RARE: &[Bug] = &[
    Bug::EventOrderTrusted,
    Bug::RestoredSendsAtOnce,
    Bug::ReturnPostedTwice,
    Bug::EmptyLookUpMeansNotSent,
    Bug::CursorBeforeFacts,
];

/// The seeds it took, and what was said.
fn caught(bug: Bug) -> Option<(u64, String)> {
    let many = tell_each(0..SEEDS, false, |seed| {
        plant(Some(bug));
        let mut told = tell(seed, STEPS);
        plant(None);
        // What goes wrong without the bug as well does not count.
        if told.complaint.is_some() && tell(seed, STEPS).complaint.is_some() {
            told.complaint = None;
        }
        told
    });
    let (seed, why) = many.complaints.into_iter().next()?;
    Some((seed, why.lines().next().unwrap_or("").to_owned()))
}

#[test]
fn every_planted_bug_is_caught_within_a_thousand_seeds() {
    let mut escaped = Vec::new();
    let mut slowest = 0;
    let mut caught_count = 0;
    let looked_for = |bug: &&Bug| proof::proving() || !RARE.contains(bug);
    for bug in Bug::ALL.iter().filter(looked_for) {
        match caught(*bug) {
            Some((seed, why)) => {
                println!("{bug:?} ({}): caught by seed {seed}: {why}", bug.words());
                slowest = slowest.max(seed + 1);
                caught_count += 1;
            }
            None => {
                println!("{bug:?} ({}): ESCAPED {SEEDS} seeds", bug.words());
                escaped.push(*bug);
            }
        }
    }
    assert!(escaped.is_empty(), "escaped: {escaped:?}");
    assert!(caught_count >= 15);
    proof::proved(
        "planted-bugs",
        "bugs planted in the product and caught by the simulator",
        &format!("{caught_count} of {caught_count}, each within {slowest} seeds"),
        &format!("0 to {}", SEEDS - 1),
    )
    .expect("the proof is written");
}
