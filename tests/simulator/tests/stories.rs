//! Stories by seed: commands, faults, kills, power loss, clocks that jump, restores.
#![forbid(unsafe_code)]

use simulator::coverage::{OUT_OF_REACH, everything};
use simulator::many::tell_all;
use simulator::proof;
use simulator::story::{again, tell};

/// Steps of one story.
const STEPS: usize = 90;

/// For hearing one story again: BRANCHLINE_SEED says which, BRANCHLINE_TELL tells it step by step.
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

/// BRANCHLINE_STORIES: how many, or from..to, so that very many can be told in several sittings.
fn told_seeds() -> Option<std::ops::Range<u64>> {
    let told = std::env::var("BRANCHLINE_STORIES").ok()?;
    let number = |text: &str| {
        let number = text.trim().parse::<u64>();
        number.unwrap_or_else(|_| panic!("BRANCHLINE_STORIES is a number or from..to, not {told}"))
    };
    Some(match told.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&told),
    })
}

#[test]
fn every_story_ends_well_and_everything_was_reached() {
    let seeds = told_seeds().unwrap_or(0..proof::count(1_000, 100_000) as u64);
    let began = std::time::Instant::now();
    let many = tell_all(seeds.clone(), STEPS, true);
    let (stories, events, sent) = (many.stories, many.events, many.submissions);
    println!(
        "{stories} stories, {events} events, {sent} submissions in {:?}",
        began.elapsed()
    );
    for (what, count) in &many.coverage.counts {
        println!("{count:>8} {what}");
    }
    for (seed, why) in &many.complaints {
        println!("seed {seed}: {}", why.lines().next().unwrap_or(""));
    }
    if let Some((seed, why)) = many.complaints.first() {
        let count = many.complaints.len();
        panic!("{count} of {stories} stories went wrong, the first {seed}: {why}");
    }
    if stories < 1_000 {
        return;
    }
    let excused = |what: &str| OUT_OF_REACH.iter().any(|(excused, _)| *excused == what);
    let reached = |what: &str| many.coverage.of(what) > 0;
    let unvisited: Vec<String> = everything()
        .into_iter()
        .filter(|what| !reached(what) && !excused(what))
        .collect();
    assert!(unvisited.is_empty(), "never reached: {unvisited:#?}");
    for (what, why) in OUT_OF_REACH {
        assert!(everything().contains(*what), "{what} is nothing to reach");
        assert!(!reached(what), "{what} was reached, although {why}");
    }
    let cells = everything().len() - OUT_OF_REACH.len();
    proof::proved(
        &format!("stories-{:06}", seeds.start),
        "stories of commands, faults, kills, power loss, clock jumps and restores: cents lost, doubled or invented",
        &format!("{} in {stories} stories ({events} events, {sent} submissions; {cells} of {cells} situations reached)", many.complaints.len()),
        &format!("{} to {}", seeds.start, seeds.end - 1),
    )
    .expect("the proof is written");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in 0..10 {
        let (once, twice) = (tell(seed, STEPS), tell(seed, STEPS));
        assert_eq!(once.trace, twice.trace, "{}", again(seed));
    }
    assert_ne!(tell(1, STEPS).trace, tell(2, STEPS).trace);
}
