//! Durable commands a second: against the peer, against SQLite itself, against one by one.

use crate::branch::{Branch, LINES, Template, Way, cpu_time};
use crate::figures::{Figure, Goal, Report, median};
use crate::limit::{Captured, last_seq};
use crate::peer::Peer;
use engine::writer::BATCH_MAX;
use std::path::Path;

const CLIENTS: usize = 64;
const FULL: usize = 2_048;
/// Twice each line.
const COMMANDS: usize = 2 * LINES;
const PEER_JOBS: usize = 2_000;
const ONE_BY_ONE_COMMANDS: usize = 1_500;

pub async fn template() -> Template {
    eprintln!("making a branch with {LINES} open lines");
    Template::make(LINES).await
}

pub async fn against_the_peer(template: &Template, turns: usize, report: &mut Report) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let peer = match Peer::start(&root).await {
        Ok(peer) => peer,
        Err(why) => {
            eprintln!("the peer is not measured: {why}");
            return;
        }
    };
    let branch = Branch::open(template, CLIENTS, None).await;
    // The first round of either warms its caches up.
    branch.draw(LINES, CLIENTS, Way::SubmitOnly).await;
    peer.draw(PEER_JOBS / 2, CLIENTS, LINES).await;
    let (mut ours, mut shown, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 1..=turns {
        let own = branch.draw(COMMANDS, CLIENTS, Way::SubmitOnly).await;
        let seen = branch.draw(COMMANDS / 2, CLIENTS, Way::Submit).await;
        let other = peer.draw(PEER_JOBS, CLIENTS, LINES).await;
        eprintln!(
            "turn {turn}: submit_only {:.0}/s p99 {:.1} ms, {:.0} µs of processor each; \
             submit {:.0}/s p99 {:.1} ms, {:.0} µs; the peer {:.0}/s p99 {:.1} ms",
            own.per_second(),
            own.p99_ms(),
            own.cpu_us,
            seen.per_second(),
            seen.p99_ms(),
            seen.cpu_us,
            other.per_second,
            other.p99_ms
        );
        ours.push((own.per_second(), own.p99_ms()));
        shown.push((seen.per_second(), seen.p99_ms()));
        theirs.push((other.per_second, other.p99_ms));
    }
    branch.stop().await;
    let (peer_rate, peer_p99): (Vec<f64>, Vec<f64>) = theirs.into_iter().unzip();
    let (peer_rate, peer_p99) = (median(peer_rate), median(peer_p99));
    for (rounds, rate_name, p99_name) in [
        (
            ours,
            "durable commands, 64 clients (submit_only: on the disk, as the peer answers)",
            "p99 latency, 64 clients (submit_only)",
        ),
        (
            shown,
            "durable commands, 64 clients (submit: and the fresh page of the line)",
            "p99 latency, 64 clients (submit)",
        ),
    ] {
        let (rate, p99): (Vec<f64>, Vec<f64>) = rounds.into_iter().unzip();
        let (at_least, at_most) = (Goal::AtLeast(20.0), Goal::AtMost(0.05));
        let rate = Figure::new(rate_name, median(rate), "/s");
        report.add(rate.against("the peer", peer_rate, at_least));
        let p99 = Figure::new(p99_name, median(p99), "ms");
        report.add(p99.against("the peer", peer_p99, at_most));
    }
}

pub async fn against_the_limit(template: &Template, turns: usize, report: &mut Report) {
    let branch = Branch::open(template, FULL, None).await;
    branch.draw(LINES, FULL, Way::SubmitOnly).await;
    let captured = capture(template).await;
    let (mut ours, mut shown, mut limit) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 1..=turns {
        let own = branch.draw(COMMANDS, FULL, Way::SubmitOnly).await;
        let seen = branch.draw(COMMANDS / 2, FULL, Way::Submit).await;
        let folder = tempfile::tempdir().expect("no folder for the store");
        template.copy_to(folder.path());
        let cpu = cpu_time();
        let took = captured.put_into(folder.path(), BATCH_MAX);
        let bare_cpu = (cpu_time() - cpu).as_secs_f64() * 1_000_000.0 / captured.commands() as f64;
        let bare = captured.commands() as f64 / took.as_secs_f64();
        eprintln!(
            "turn {turn}: submit_only {:.0}/s p99 {:.1} ms, {:.0} µs of processor each; submit {:.0}/s, {:.0} µs; \
             SQLite {bare:.0}/s, {bare_cpu:.0} µs",
            own.per_second(),
            own.p99_ms(),
            own.cpu_us,
            seen.per_second(),
            seen.cpu_us
        );
        ours.push(own.per_second());
        shown.push(seen.per_second());
        limit.push(bare);
    }
    branch.stop().await;
    let limit = median(limit);
    for (rates, name, goal) in [
        (
            ours,
            "durable commands, 2,048 in flight (submit_only)",
            Goal::AtLeast(0.5),
        ),
        (
            shown,
            "durable commands, 2,048 in flight (submit: and the fresh page of the line)",
            Goal::None,
        ),
    ] {
        let what = "the same rows straight into SQLite";
        report.add(Figure::new(name, median(rates), "/s").against(what, limit, goal));
    }
}

/// One draw on each line, as it went to the disk.
async fn capture(template: &Template) -> Captured {
    let branch = Branch::open(template, FULL, None).await;
    // The sign-ins of the run are no draws: they stand before it.
    let before = last_seq(branch.folder()).await;
    branch.draw(LINES, FULL, Way::SubmitOnly).await;
    let folder = branch.stop().await;
    let captured = Captured::of(folder.path(), before).await;
    assert_eq!(captured.commands(), LINES, "each line is drawn on once");
    captured
}

pub async fn against_one_by_one(template: &Template, turns: usize, report: &mut Report) {
    let whole = Branch::open(template, FULL, None).await;
    let single = Branch::open(template, FULL, Some(1)).await;
    whole.draw(LINES, FULL, Way::SubmitOnly).await;
    let (mut ours, mut singly) = (Vec::new(), Vec::new());
    for turn in 1..=turns {
        let own = whole.draw(COMMANDS, FULL, Way::SubmitOnly).await;
        let other = single
            .draw(ONE_BY_ONE_COMMANDS, FULL, Way::SubmitOnly)
            .await;
        eprintln!(
            "turn {turn}: batches {:.0}/s; one by one {:.0}/s",
            own.per_second(),
            other.per_second()
        );
        ours.push(own.per_second());
        singly.push(other.per_second());
    }
    whole.stop().await;
    single.stop().await;
    report.add(
        Figure::new(
            "durable commands in batches of 1,024 (submit_only)",
            median(ours),
            "/s",
        )
        .against("one by one", median(singly), Goal::AtLeast(30.0)),
    );
}
