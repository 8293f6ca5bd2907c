//! Words of the page of what needs attention.

pub const TITLE: &str = "Needs attention";
pub const IN_REVIEW: &str = "Transfers under review";
pub const FINDINGS: &str = "What does not add up";
pub const NOTHING: &str = "Nothing needs attention";
pub const NOTHING_WORDS: &str = "Transfers that a person has to look at, and whatever the ledger and the network disagree on, appear here.";
pub const CLASS: &str = "What";
pub const LINE: &str = "Number";
pub const REFERENCE: &str = "Reference";
pub const OURS: &str = "Ours";
pub const THEIRS: &str = "Theirs";
pub const EVIDENCE: &str = "Evidence";
pub const OWNER: &str = "Owner";
pub const ADMINS: &str = "The branch's admins";
pub const TO_DO: &str = "What resolves it";
pub const ACTIONS: &str = "Actions";
pub const MORE: &str = "More are open than are shown.";
pub const CHOOSE: &str = "Choose";
pub const RESOLUTION: &str = "What became of it";
pub const NOTE: &str = "Note (nothing private)";
pub const ADMINS_ONLY: &str = "Only an admin may close a finding.";

pub const DUE: &str = "Due";

/// "by 2026-03-03"
pub fn due(date: &str, late: bool) -> String {
    if late {
        format!("by {date}: overdue")
    } else {
        format!("by {date}")
    }
}

pub fn statement(date: &str) -> String {
    format!("The statement of {date}")
}

pub const LOOKED_UP: &str = "The network, asked by reference";
pub const IN_THE_STORE: &str = "The store itself";
