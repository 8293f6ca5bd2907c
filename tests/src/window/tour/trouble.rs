//! What the network does wrong, as the desk sees it, and how a person puts it right: an answer that
//! never came, one that does not match, money that came back, refused credentials, money that went
//! twice.

use super::super::network::Network;
use super::super::{Error, Outcome, Window};
use super::hands;
use super::people::ADMIN;
use super::story::{FIRST, SETTLEMENT, open_line_when};
use super::visit::Visit;
use serde_json::Value;

/// What these transfers leave owed: 20.00 in doubt, 25.00 reviewed, 30.00 that went twice, 10.00
/// after a pause, less a repayment of 15.00.
pub const LEFT_OWED_MINOR: i64 = 2_000 + 2_500 + 3_000 + 1_000 - 1_500;

/// While it is possible.
const UNFREEZE: &str = "[data-testid=action-unfreeze_line]:not([aria-disabled=true])";
const PRESENT_AGAIN: &str = "movements action-present_again";

pub async fn tell(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    in_doubt(visit, network).await?;
    in_review(visit, network).await?;
    came_back(visit, network).await?;
    paused(visit, network).await?;
    paid_twice(visit, network).await?;
    unfreeze(visit, "details-frozen-again").await
}

async fn draw(visit: &Visit<'_>, amount: &str) -> Outcome<()> {
    open_line_when(visit, FIRST).await?;
    visit
        .open_dialog("action-request_draw", "request_draw")
        .await?;
    visit.fill("field-amount", amount).await?;
    visit.hands.pick(&visit.window, "method", "bank").await?;
    visit.submit_dialog().await?;
    visit.hands.go(&visit.window, hands::SYNC).await?;
    visit.window.at("page-sync").await.map(drop)
}

/// Nothing is on its way any more, and nobody is asked for.
async fn all_is_quiet(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    visit.hands.go(window, hands::SYNC).await?;
    window.at("page-sync").await?;
    for count in ["queued", "sending", "unknown", "accepted", "needs_review"] {
        let place = format!("count-{count}");
        window.reads_within(SETTLEMENT, &place, "0").await?;
    }
    Ok(())
}

/// The connection broke when the bytes may have left, and asking fails as well; the network's events
/// say nothing of what never arrived.
async fn in_doubt(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    network.tell(&["fault", "reset_before"])?;
    network.tell(&["fault", "reset_before", "--on", "find", "--forever"])?;
    draw(visit, "20").await?;
    visit
        .window
        .reads_within(SETTLEMENT, "count-unknown", "1")
        .await?;
    // Until it was asked after once, the words about it change under the mouse.
    visit.window.sees("asked in vain").await?;
    visit.look("sync-unknown").await?;
    visit.press("jobs evidence").await?;
    visit.window.at("dialog-evidence evidence").await?;
    visit.look("sync-evidence").await?;
    visit.hands.close_dialog(&visit.window).await?;
    visit
        .open_dialog("jobs action-retry_transfer", "retry_transfer")
        .await?;
    visit.look("dialog-retry_transfer").await?;
    visit.submit_dialog().await?;
    network.tell(&["clear"])?;
    all_is_quiet(visit).await
}

/// The answer names another amount, and nothing is heard of it by itself: it takes a person to ask. The
/// line stands frozen from then on, until somebody has seen why.
async fn in_review(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    let window = &visit.window;
    network.tell(&["fault", "wrong_amount"])?;
    network.tell(&["fault", "missing_event", "--forever"])?;
    draw(visit, "25").await?;
    window
        .reads_within(SETTLEMENT, "count-needs_review", "1")
        .await?;
    window
        .at("[data-testid=sync-mark][data-state=needs_you]")
        .await?;
    visit.hands.go(window, hands::ATTENTION).await?;
    window.at("page-attention").await?;
    visit.look("attention-review").await?;
    settled(window, network).await?;
    visit
        .open_dialog("action-ask_network_again", "ask_network_again")
        .await?;
    visit.look("dialog-ask_network_again").await?;
    visit.submit_dialog().await?;
    window.sees("Nothing needs attention").await?;
    network.tell(&["clear"])?;
    unfreeze(visit, "details-frozen").await?;
    all_is_quiet(visit).await
}

/// By the network's own books, whatever it told us.
async fn settled(window: &Window, network: &Network) -> Outcome<()> {
    window
        .until_within(SETTLEMENT, "every transfer to settle", async || {
            let books = network.books()?;
            let transfers = books["transfers"].as_array().cloned().unwrap_or_default();
            let open = |transfer: &&Value| transfer["status"] != "settled";
            Ok(match transfers.iter().filter(open).count() {
                0 if !transfers.is_empty() => Ok(()),
                open => Err(format!("{open} of {} open", transfers.len())),
            })
        })
        .await
}

async fn unfreeze(visit: &Visit<'_>, picture: &str) -> Outcome<()> {
    open_line_when(visit, FIRST).await?;
    visit.window.at(UNFREEZE).await?;
    visit.look(picture).await?;
    visit.open_dialog(UNFREEZE, "unfreeze_line").await?;
    visit
        .fill("field-note", "Seen, and put right with the network.")
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.submit_dialog().await
}

/// A debit comes back for want of funds, and is presented again.
async fn came_back(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    network.tell(&["fault", "return", "--code", "R01"])?;
    open_line_when(visit, FIRST).await?;
    visit
        .open_dialog("action-take_repayment", "take_repayment")
        .await?;
    visit.fill("field-amount", "15").await?;
    hands.pick(window, "method", "debit").await?;
    visit.press("authorize-submit").await?;
    window
        .until("the account to be authorized", async || {
            Ok(match window.count_at("authorize").await? {
                0 => Ok(()),
                _ => Err("it is not".to_owned()),
            })
        })
        .await?;
    visit.submit_dialog().await?;
    hands.turn_to(window, "movements").await?;
    window
        .until_within(SETTLEMENT, "the debit to come back", async || {
            let possible = window.count_at(PRESENT_AGAIN).await?;
            Ok(match possible {
                1 => Ok(()),
                count => Err(format!("{count} to present again")),
            })
        })
        .await?;
    visit.look("details-returned").await?;
    visit.open_dialog(PRESENT_AGAIN, "present_again").await?;
    visit.look("dialog-present_again").await?;
    visit.submit_dialog().await?;
    all_is_quiet(visit).await
}

/// The network refuses our credentials: nothing is sent until somebody has looked.
async fn paused(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    let window = &visit.window;
    network.tell(&["fault", "unauthorized", "--forever"])?;
    draw(visit, "10").await?;
    window.at("sync-paused").await?;
    visit.look("sync-paused").await?;
    network.tell(&["clear"])?;
    visit.press("try-network").await?;
    all_is_quiet(visit).await
}

/// Two transfers were made of one request: it is seen without anybody asking.
async fn paid_twice(visit: &Visit<'_>, network: &Network) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    network.tell(&["fault", "execute_twice"])?;
    draw(visit, "30").await?;
    window
        .reads_within(SETTLEMENT, "count-findings", "1")
        .await?;
    hands.go(window, hands::ATTENTION).await?;
    window.at("page-attention").await?;
    window.at("finding-duplicate").await?;
    visit.look("attention-duplicate").await?;
    visit
        .open_dialog("action-resolve_finding", "resolve_finding")
        .await?;
    hands
        .choose(window, "field-resolution", "The network took it back")
        .await?;
    visit
        .fill("field-note", "Recalled by telephone, reference 4471.")
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-resolve_finding").await?;
    visit.submit_dialog().await?;
    window.sees("Nothing needs attention").await?;
    let doubled = network.books()?["transfers"].as_array().map(Vec::len);
    if doubled != Some(8) {
        return Err(Error::Unexpected(format!(
            "the network made {doubled:?} transfers instead of eight"
        )));
    }
    all_is_quiet(visit).await
}
