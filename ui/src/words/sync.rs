//! Words of the sync page.

use domain::view::SyncMark;

pub const TITLE: &str = "Payments network";
pub const STATE: &str = "State";
pub const SINCE: &str = "Since";
pub const LAST_CONTACT: &str = "Last heard from";
pub const OLDEST: &str = "Oldest waiting";
pub const NEVER: &str = "Never yet";
pub const NOTHING: &str = "Nothing waits";
pub const COUNTS: &str = "Transfers by state";
pub const JOBS: &str = "Transfers under way";
pub const NO_JOBS: &str = "No transfers are under way";
pub const NO_JOBS_WORDS: &str = "Draws to bank accounts and repayments by debit appear here until the network has settled them.";
pub const GOES_ON: &str = "Everything else goes on: what is asked for now is sent by itself when the network answers again.";
pub const QUEUED: &str = "Queued";
pub const SENDING: &str = "Sending";
pub const UNKNOWN: &str = "Being checked";
pub const ACCEPTED: &str = "Accepted";
pub const NEEDS_REVIEW: &str = "Needs review";
pub const NUMBER: &str = "Number";
pub const CUSTOMER: &str = "Customer";
pub const WHAT: &str = "What";
pub const AMOUNT: &str = "Amount";
pub const HAPPENED: &str = "What happened";
pub const LAST: &str = "What happened last";
pub const EXPECTED: &str = "Expected";
pub const ACTIONS: &str = "Actions";
pub const TRY_NOW: &str = "Try the network now";
pub const RECONCILE: &str = "Reconcile now";
pub const TRYING: &str = "The network is being tried now.";
pub const RECONCILING: &str = "The network's statements are being compared.";
pub const ADMINS_ONLY: &str = "Only an admin may do this.";
pub const HELD: &str = "Payments are held";
pub const HELD_WORDS: &str = "The store was restored from a backup, or altered outside the program. Everything is compared with the network first; what was altered waits under Needs attention for an admin.";
pub const PAUSED: &str = "Sending is paused";
pub const PAUSED_WORDS: &str = "The network does not accept our credentials. The transfers stay; sending goes on as soon as the credentials are accepted.";
pub const FINDINGS: &str = "Disagreements";
pub const RECONCILED: &str = "Reconciled through";
pub const EVIDENCE: &str = "Evidence";
pub const AT: &str = "When";
pub const BY: &str = "By";
pub const CLOSE: &str = "Close";

pub const AT_WORK: &str = "At work";
pub const ORDERS: &str = "Commands to the store";
pub const TRANSFERS: &str = "Transfers to the network";
pub const WAITING: &str = "Waiting";
pub const OLDEST_WAITS: &str = "Oldest waits";
pub const LAST_MINUTE: &str = "Done in the last minute";

/// How long something has waited.
pub fn age(ms: i64) -> String {
    match ms.max(0) / 1_000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

/// The picture of a queue for those who do not see it.
pub fn picture(name: &str, done: &[u32]) -> String {
    let (sum, most) = (done.iter().sum::<u32>(), done.iter().max().copied());
    let now = done.last().copied().unwrap_or(0);
    format!(
        "{name}: {sum} done in the last minute, at most {} in a second, {now} in this one.",
        most.unwrap_or(0)
    )
}

pub fn mark(mark: SyncMark) -> &'static str {
    match mark {
        SyncMark::Online => "Online: nothing waits.",
        SyncMark::Offline => "Offline: the network does not answer.",
        SyncMark::Waiting => "Online: transfers are on their way.",
        SyncMark::Failing => "Sending fails and is tried again by itself.",
        SyncMark::NeedsYou => "A person has to look at something.",
    }
}
