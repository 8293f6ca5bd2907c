//! Trouble at every operation of the disk in the golden flows: the power goes before and after
//! it, it fails once and for good, and there is no space once and for good.
#![forbid(unsafe_code)]

use simulator::disk::{Fate, Operation, Trouble};
use simulator::flows::{Flow, play};
use simulator::processors;
use simulator::proof;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TROUBLES: &[(Trouble, Fate)] = &[
    (Trouble::PowerLoss, Fate::ByDice),
    (Trouble::PowerLoss, Fate::Dropped),
    (Trouble::PowerLossAfter, Fate::ByDice),
    (Trouble::PowerLossAfter, Fate::Kept),
    (Trouble::Eio, Fate::Kept),
    (Trouble::EioForGood, Fate::Kept),
    (Trouble::Full, Fate::Kept),
    (Trouble::FullForGood, Fate::Kept),
];

fn strikes(trouble: Trouble, operation: Operation) -> bool {
    match trouble {
        Trouble::PowerLoss | Trouble::PowerLossAfter | Trouble::PowerLossAfterSync => {
            operation.changes()
        }
        Trouble::Eio | Trouble::EioForGood => true,
        Trouble::Full | Trouble::FullForGood => operation == Operation::Write,
    }
}

#[test]
fn trouble_at_every_operation_of_the_golden_flows_breaks_nothing() {
    let mut cases = Vec::new();
    let mut operations = 0;
    for flow in Flow::ALL {
        let log = play(*flow, None).unwrap_or_else(|why| panic!("{flow:?}: {why}"));
        println!("{flow:?}: {} operations", log.len());
        operations += log.len();
        for (at, operation) in log.iter().enumerate() {
            for (trouble, fate) in TROUBLES {
                if strikes(*trouble, *operation) {
                    cases.push((*flow, at as u64, *trouble, *fate));
                }
            }
        }
    }
    // Every day every so-manyeth, another beginning each day; all of them to prove it.
    let step = proof::count(cases.len().div_ceil(600), 1).max(1);
    let first = usize::try_from(proof::seed()).unwrap_or(0) % step;
    let cases: Vec<_> = cases.into_iter().skip(first).step_by(step).collect();
    let (next, broken) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    processors::on_each(|| {
        while let Some((flow, at, trouble, fate)) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
            if let Err(why) = play(*flow, Some((*at, *trouble, *fate))) {
                let mut broken = broken.lock().unwrap();
                broken.push(format!(
                    "{flow:?}, {trouble:?} ({fate:?}) at operation {at}: {why}"
                ));
            }
        }
    });
    let mut broken = broken.into_inner().unwrap();
    broken.sort();
    for what in &broken {
        println!("BROKEN {what}");
    }
    println!("{} cases of {operations} operations", cases.len());
    assert!(
        broken.is_empty(),
        "{} of {} cases broke something, the first: {}",
        broken.len(),
        cases.len(),
        broken[0]
    );
    proof::proved(
        "trouble-everywhere",
        "power loss, EIO and FULL at every storage operation of the golden flows: invariants broken",
        &format!("0 in {} cases of {operations} operations", cases.len()),
        "7",
    )
    .expect("the proof is written");
}
