//! Stories by seed: commands, faults, kills, power loss, clocks that jump.

use simulator::many::tell_all;
use simulator::proof;
use simulator::story::{again, tell};

/// Steps of one story.
const STEPS: usize = 60;

/// For hearing one story again: BRANCHLINE_SEED says which.
#[test]
fn one_story() {
    let told = tell(proof::seed() % 1_000_000_000, STEPS);
    println!(
        "seed {}: {} events, {} submissions, trace {:016x}",
        told.seed, told.events, told.submissions, told.trace
    );
    assert!(
        told.complaint.is_none(),
        "{}\n{}",
        told.complaint.unwrap_or_default(),
        told.tail.join("\n")
    );
}

#[test]
fn many_stories() {
    let seeds: u64 = std::env::var("BRANCHLINE_STORIES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(proof::count(1_000, 100_000) as u64);
    let began = std::time::Instant::now();
    let many = tell_all(0..seeds, STEPS, true);
    println!(
        "{} stories, {} events, {} submissions in {:?}",
        many.stories,
        many.events,
        many.submissions,
        began.elapsed()
    );
    for (what, count) in &many.coverage.counts {
        println!("- {count:>8} {what}");
    }
    let unvisited: Vec<String> = simulator::coverage::everything()
        .into_iter()
        .filter(|what| many.coverage.of(what) == 0)
        .collect();
    println!("unvisited: {unvisited:?}");
    println!("{} complaints", many.complaints.len());
    for (seed, why) in many.complaints.iter() {
        println!("COMPLAINT {seed}: {}", why.lines().next().unwrap_or(""));
    }
    if let Some((seed, why)) = many.complaints.first() {
        panic!(
            "{} of {seeds} stories went wrong, the first {seed}: {why}",
            many.complaints.len()
        );
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in 0..6 {
        let (once, again_told) = (tell(seed, STEPS), tell(seed, STEPS));
        assert_eq!(once.trace, again_told.trace, "{}", again(seed));
    }
}
