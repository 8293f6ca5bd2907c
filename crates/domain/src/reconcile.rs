//! Reconciling three ways: what the ledger posted, what the outbox asked for, and what the
//! network's statement says moved. Pure: the engine only brings the statement here.

use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::ids::{CommandId, LineId, MovementId, UserId};
use crate::ledger::{Account, Entry, EntryKind, Leg};
use crate::money::{Currency, Minor, Overflow};
use crate::movement::Movement;
use crate::transfer::Direction;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether money went the way that was asked for, or came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    Settled,
    Returned,
}

/// A line of the network's statement, as the network gives it. Members it adds later are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    pub transfer_id: String,
    pub reference: String,
    /// Of the transfer, also when it came back.
    pub direction: Direction,
    pub amount_minor: Minor,
    pub currency: String,
    pub kind: StatementKind,
    #[serde(default)]
    pub return_code: Option<String>,
}

impl StatementLine {
    /// What a statement would say of a transfer that settled.
    fn of(remote: &crate::transfer::RemoteTransfer) -> StatementLine {
        StatementLine {
            transfer_id: remote.id.clone(),
            reference: remote.reference.clone(),
            direction: remote.direction,
            amount_minor: remote.amount_minor,
            currency: remote.currency.clone(),
            kind: StatementKind::Settled,
            return_code: None,
        }
    }
}

/// A line as it is kept: with whose money it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementEntry {
    pub transfer_id: String,
    pub reference: String,
    pub direction: Direction,
    pub amount_minor: Minor,
    pub kind: StatementKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_code: Option<String>,
    /// The transfer of one of our movements; otherwise it stands in suspense.
    pub ours: bool,
}

impl StatementEntry {
    /// Whether the money left the bank: a credit that moved, or a debit that came back.
    fn out(&self) -> bool {
        match (self.direction, self.kind) {
            (Direction::Credit, StatementKind::Settled)
            | (Direction::Debit, StatementKind::Returned) => true,
            (Direction::Credit, StatementKind::Returned)
            | (Direction::Debit, StatementKind::Settled) => false,
        }
    }
}

/// A statement of one day, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub date: BusinessDate,
    pub lines: Vec<StatementEntry>,
}

/// The ways in which the three can disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingClass {
    /// The network moved our money, and the ledger does not have it.
    MissingHere,
    /// The ledger has it, and no statement does.
    MissingThere,
    AmountDiffers,
    /// A second transfer under one of our references.
    Duplicate,
    /// A transfer under no reference of ours.
    Orphan,
    /// It came back after the two banking days in which returns are usual.
    LateReturn,
    /// The store's file was edited, cut short or put back by something that is not the program.
    StoreAltered,
    /// Somebody with the store's passphrase let themselves into an admin's account.
    AccessRecovered,
    /// The only admin there was released a draw of their own.
    GlassBroken,
}

impl FindingClass {
    pub const ALL: &[FindingClass] = &[
        FindingClass::MissingHere,
        FindingClass::MissingThere,
        FindingClass::AmountDiffers,
        FindingClass::Duplicate,
        FindingClass::Orphan,
        FindingClass::LateReturn,
        FindingClass::StoreAltered,
        FindingClass::AccessRecovered,
        FindingClass::GlassBroken,
    ];

    pub fn tag(self) -> &'static str {
        match self {
            FindingClass::MissingHere => "missing_here",
            FindingClass::MissingThere => "missing_there",
            FindingClass::AmountDiffers => "amount_differs",
            FindingClass::Duplicate => "duplicate",
            FindingClass::Orphan => "orphan",
            FindingClass::LateReturn => "late_return",
            FindingClass::StoreAltered => "store_altered",
            FindingClass::AccessRecovered => "access_recovered",
            FindingClass::GlassBroken => "glass_broken",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            FindingClass::MissingHere => "Missing here",
            FindingClass::MissingThere => "Missing at the network",
            FindingClass::AmountDiffers => "The amount differs",
            FindingClass::Duplicate => "Paid twice by the network",
            FindingClass::Orphan => "Nobody here asked for it",
            FindingClass::LateReturn => "Came back late",
            FindingClass::StoreAltered => "Altered outside the program",
            FindingClass::AccessRecovered => "Access recovered by the command line",
            FindingClass::GlassBroken => "The glass was broken",
        }
    }

    /// Whether the network was heard about it; the others are about the store itself.
    pub fn of_the_network(self) -> bool {
        self == FindingClass::MissingThere || self.names_a_transfer()
    }

    /// Whether the network's word is that it has, or had, a transfer of the movement it is about.
    pub fn names_a_transfer(self) -> bool {
        match self {
            FindingClass::MissingHere
            | FindingClass::AmountDiffers
            | FindingClass::Duplicate
            | FindingClass::Orphan
            | FindingClass::LateReturn => true,
            FindingClass::MissingThere
            | FindingClass::StoreAltered
            | FindingClass::AccessRecovered
            | FindingClass::GlassBroken => false,
        }
    }

    /// Whether somebody here or at the file did it, and not the network.
    pub fn is_somebodys_doing(self) -> bool {
        match self {
            FindingClass::StoreAltered
            | FindingClass::AccessRecovered
            | FindingClass::GlassBroken => true,
            FindingClass::MissingHere
            | FindingClass::MissingThere
            | FindingClass::AmountDiffers
            | FindingClass::Duplicate
            | FindingClass::Orphan
            | FindingClass::LateReturn => false,
        }
    }

    /// What resolves it.
    pub fn action(self) -> &'static str {
        match self {
            FindingClass::MissingHere => {
                "Ask the network again; what it says is posted. If it contradicts its statement, call it."
            }
            FindingClass::MissingThere => {
                "Call the network: it said that the money moved, and its statement does not."
            }
            FindingClass::AmountDiffers => {
                "Call the network with both amounts. The difference stands in clearing until its statement is corrected."
            }
            FindingClass::Duplicate => {
                "Have the network recall the second transfer. It stands in suspense until it comes back."
            }
            FindingClass::Orphan => {
                "Find out whose it is. After a restore it may be a transfer made since the backup. It stands in suspense."
            }
            FindingClass::LateReturn => "Tell the customer; the return is posted on the line.",
            FindingClass::StoreAltered => {
                "Have the store proven (branchline verify) and find out who had the file; restore a backup if the log does not hold. Nothing is paid or approved until this is closed."
            }
            FindingClass::AccessRecovered => {
                "Somebody who has the store's passphrase let themselves into this admin's account. Find out who and why; another person has to close this."
            }
            FindingClass::GlassBroken => {
                "Somebody released a draw of their own, because no other admin was there. Look at the reason, the customer and the draw; another person has to close this."
            }
        }
    }
}

/// How a person, or the ledger's catching up, closed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Ledger and network agree now.
    Agrees,
    /// The network took it back.
    Recalled,
    /// The network corrects its statement.
    NetworkCorrects,
    /// The customer was told.
    CustomerTold,
    /// Looked at and explained in the note.
    Explained,
}

impl Resolution {
    pub const ALL: &[Resolution] = &[
        Resolution::Agrees,
        Resolution::Recalled,
        Resolution::NetworkCorrects,
        Resolution::CustomerTold,
        Resolution::Explained,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Resolution::Agrees => "Ledger and network agree now",
            Resolution::Recalled => "The network took it back",
            Resolution::NetworkCorrects => "The network corrects its statement",
            Resolution::CustomerTold => "The customer was told",
            Resolution::Explained => "Explained",
        }
    }
}

/// A disagreement, with its evidence. Holds nothing private: references, ids and amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Made of its class and what it is about, so that it is found once.
    pub id: String,
    pub class: FindingClass,
    pub reference: String,
    pub movement_id: Option<MovementId>,
    pub line_id: Option<LineId>,
    /// The network's transfer.
    pub remote_id: Option<String>,
    pub direction: Direction,
    /// What the ledger has.
    pub ours_minor: Option<Minor>,
    /// What the network has.
    pub theirs_minor: Option<Minor>,
    /// The statement that shows it, or should; nothing where a look-up showed it first.
    pub statement_date: Option<BusinessDate>,
    /// Whoever asked for the movement; the branch's admins where nobody did.
    pub owner: Option<UserId>,
    /// By when somebody has to have looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<BusinessDate>,
}

/// A finding as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingState {
    pub finding: Finding,
    pub opened_on: BusinessDate,
    pub resolved: Option<Resolved>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    pub resolution: Resolution,
    pub on: BusinessDate,
    /// Nobody where the program saw that the two agree.
    pub by: Option<UserId>,
    pub note: Option<String>,
}

impl Finding {
    fn about(class: FindingClass, movement: Option<&Movement>, line: &StatementLine) -> Finding {
        Finding {
            id: format!("{}:{}", class.tag(), cut(&line.transfer_id)),
            class,
            // What we asked for, where it is ours: the network's own words may be wrong in that, too.
            reference: movement
                .map_or_else(|| cut(&line.reference), |movement| movement.id.to_string()),
            movement_id: movement.map(|movement| movement.id),
            line_id: movement.map(|movement| movement.line_id),
            remote_id: Some(cut(&line.transfer_id)),
            direction: line.direction,
            ours_minor: movement.map(|movement| movement.amount_minor),
            theirs_minor: Some(line.amount_minor),
            statement_date: None,
            owner: movement.map(|movement| movement.requested_by.user_id),
            due_on: None,
        }
    }

    /// A transfer under no reference of ours, as the network describes it.
    pub fn orphan(remote: &crate::transfer::RemoteTransfer) -> Finding {
        Finding::about(FindingClass::Orphan, None, &StatementLine::of(remote))
    }

    /// The id of the finding that a transfer is a second one.
    pub fn duplicate_id(remote: &crate::transfer::RemoteTransfer) -> String {
        format!("{}:{}", FindingClass::Duplicate.tag(), cut(&remote.id))
    }

    /// Something in the store that the program did not write. `when` tells one time it was noticed
    /// from another; `what` names the place, never a value.
    pub fn altered(when: &str, what: &str) -> Finding {
        Finding {
            id: format!("{}:{when}", FindingClass::StoreAltered.tag()),
            class: FindingClass::StoreAltered,
            // Whoever altered it may have written any length of name there.
            reference: what.chars().take(PLACE_MAX).collect(),
            movement_id: None,
            line_id: None,
            remote_id: None,
            direction: Direction::Credit,
            ours_minor: None,
            theirs_minor: None,
            statement_date: None,
            owner: None,
            due_on: None,
        }
    }

    /// Access to an admin's account was recovered from outside. The id names the account, so that
    /// whoever gained by it does not close it.
    pub fn recovered(user_id: UserId, login: &str, command_id: CommandId) -> Finding {
        Finding {
            id: format!(
                "{}:{user_id}:{command_id}",
                FindingClass::AccessRecovered.tag()
            ),
            class: FindingClass::AccessRecovered,
            ..Finding::altered("", login)
        }
    }

    /// The only admin there was released a draw of their own. The id names the account, so that
    /// whoever did it does not close it.
    pub fn glass_broken(
        user_id: UserId,
        login: &str,
        draw: &Movement,
        due_on: BusinessDate,
    ) -> Finding {
        Finding {
            id: format!("{}:{user_id}:{}", FindingClass::GlassBroken.tag(), draw.id),
            class: FindingClass::GlassBroken,
            movement_id: Some(draw.id),
            line_id: Some(draw.line_id),
            direction: draw.kind.direction(),
            ours_minor: Some(draw.amount_minor),
            due_on: Some(due_on),
            ..Finding::altered("", login)
        }
    }

    /// Whose doing a finding is, where its id says so: the account that was recovered, or that
    /// broke the glass.
    pub fn user_of(id: &str) -> Option<UserId> {
        let (class, rest) = id.split_once(':')?;
        let of_somebody = [FindingClass::AccessRecovered, FindingClass::GlassBroken];
        if !of_somebody.iter().any(|one| one.tag() == class) {
            return None;
        }
        let (user_id, _) = rest.split_once(':')?;
        user_id.parse().ok()
    }

    /// A second transfer that the network made for a movement.
    pub fn duplicate(movement: &Movement, remote: &crate::transfer::RemoteTransfer) -> Finding {
        Finding::about(
            FindingClass::Duplicate,
            Some(movement),
            &StatementLine::of(remote),
        )
    }

    /// The ledger has it, and the statements up to `date` do not.
    pub fn missing_there(movement: &Movement, date: BusinessDate) -> Finding {
        let remote_id = movement
            .transfer
            .as_ref()
            .and_then(|transfer| transfer.remote_id.clone());
        Finding {
            id: format!("{}:{}", FindingClass::MissingThere.tag(), movement.id),
            class: FindingClass::MissingThere,
            reference: movement.id.to_string(),
            movement_id: Some(movement.id),
            line_id: Some(movement.line_id),
            remote_id,
            direction: movement.kind.direction(),
            ours_minor: Some(movement.amount_minor),
            theirs_minor: None,
            statement_date: Some(date),
            owner: Some(movement.requested_by.user_id),
            due_on: None,
        }
    }
}

/// A place in the store with what is wrong there, in characters.
const PLACE_MAX: usize = 300;

/// The network's names are kept as they are, up to a length nobody needs.
pub fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Banking days after settlement in which most returns come (Nacha: the opening of business on
/// the second banking day).
pub const USUAL_RETURN_BANKING_DAYS: u32 = 2;

/// How many lines of each of the network's transfers stand on the statements of earlier days.
pub type Earlier = BTreeMap<String, u32>;

/// What one statement shows: its lines with whose they are, and where it disagrees with the
/// movements it names. `movements` are those of ours, by reference; they are as they stand after
/// the network was asked about each of them. `calendar` has the days that are no banking days.
///
/// The lines of one transfer are its turns: it settled, it came back, the return came back. A line in
/// another currency than the branch's is shown and not posted: nothing here counts in it.
pub fn compare(
    date: BusinessDate,
    lines: &[StatementLine],
    movements: &BTreeMap<MovementId, Movement>,
    earlier: &Earlier,
    calendar: &Calendar,
    currency: Currency,
) -> (Vec<StatementEntry>, Vec<Finding>) {
    let mut entries = Vec::with_capacity(lines.len());
    let mut findings = Vec::new();
    let mut turns = earlier.clone();
    for line in lines {
        if line.currency != currency.code() {
            findings.push(in_another_currency(date, line, movements));
            continue;
        }
        let turn = turns.entry(cut(&line.transfer_id)).or_default();
        *turn += 1;
        let movement = named(line, movements);
        let class = judge(line, movement, date, *turn, calendar);
        let ours = !matches!(class, Some(FindingClass::Orphan | FindingClass::Duplicate));
        if let Some(class) = class {
            let mut finding = Finding::about(class, movement, line);
            finding.statement_date = Some(date);
            if class == FindingClass::MissingHere && *turn > 1 {
                // Each turn of a transfer can be missed by itself.
                finding.id = format!("{}:{turn}", finding.id);
            }
            findings.push(finding);
        }
        entries.push(StatementEntry {
            transfer_id: cut(&line.transfer_id),
            reference: cut(&line.reference),
            direction: line.direction,
            amount_minor: line.amount_minor,
            kind: line.kind,
            return_code: line.return_code.as_deref().map(cut),
            ours,
        });
    }
    (entries, findings)
}

fn named<'a>(
    line: &StatementLine,
    movements: &'a BTreeMap<MovementId, Movement>,
) -> Option<&'a Movement> {
    let id: MovementId = line.reference.parse().ok()?;
    movements.get(&id)
}

/// It has no amount in the branch's money: what stands in the ledger is missing there until the
/// network says what it meant.
fn in_another_currency(
    date: BusinessDate,
    line: &StatementLine,
    movements: &BTreeMap<MovementId, Movement>,
) -> Finding {
    let movement = named(line, movements).filter(|movement| movement.by_network());
    let class = match movement {
        Some(_) => FindingClass::AmountDiffers,
        None => FindingClass::Orphan,
    };
    let mut finding = Finding::about(class, movement, line);
    finding.theirs_minor = None;
    finding.statement_date = Some(date);
    finding
}

/// Where one line, the so-manyeth of its transfer, disagrees with the movement it names.
fn judge(
    line: &StatementLine,
    movement: Option<&Movement>,
    date: BusinessDate,
    turn: u32,
    calendar: &Calendar,
) -> Option<FindingClass> {
    let Some(movement) = movement else {
        return Some(FindingClass::Orphan);
    };
    if !movement.by_network() {
        // Cash: somebody else's money under our reference.
        return Some(FindingClass::Orphan);
    }
    // None where it was never queued as far as this store knows: after a restore it may have been.
    let transfer = movement.transfer.as_ref();
    let settled = movement.turns() > 0;
    if let Some(known) = transfer.and_then(|transfer| transfer.remote_id.as_ref())
        && *known != line.transfer_id
    {
        // Before ours settled it may be ours under another id than we were told.
        return Some(if settled {
            FindingClass::Duplicate
        } else {
            FindingClass::MissingHere
        });
    }
    if line.amount_minor != movement.amount_minor || line.direction != movement.kind.direction() {
        return Some(FindingClass::AmountDiffers);
    }
    match line.kind {
        _ if turn > movement.turns() => Some(FindingClass::MissingHere),
        StatementKind::Returned if movement.reversals == 0 => Some(FindingClass::MissingHere),
        StatementKind::Returned => {
            let settled_on = transfer.and_then(|transfer| transfer.settlement_date);
            let settled_on = settled_on.or(movement.settled_on)?;
            let late_from = calendar.business_days_after(settled_on, USUAL_RETURN_BANKING_DAYS + 1);
            (date >= late_from).then_some(FindingClass::LateReturn)
        }
        StatementKind::Settled => None,
    }
}

/// The journal entries of a statement: what moved at the settlement bank, against clearing where
/// it is ours and against suspense where it is not. One entry a direction and side, so that a
/// day's statement is a handful of lines in the ledger and its evidence stands in the event.
pub fn postings(posted_on: BusinessDate, lines: &[StatementEntry]) -> Result<Vec<Entry>, Overflow> {
    let mut entries = Vec::new();
    for (ours, out) in [(true, true), (true, false), (false, true), (false, false)] {
        let sum = Minor::sum(
            lines
                .iter()
                .filter(|line| line.ours == ours && line.out() == out)
                .map(|line| line.amount_minor),
        )?;
        if sum.is_zero() {
            continue;
        }
        let side = if ours {
            Account::Clearing
        } else {
            Account::Suspense
        };
        let (side_minor, bank_minor) = if out {
            (sum, sum.negated()?)
        } else {
            (sum.negated()?, sum)
        };
        let leg = |account, amount_minor| Leg {
            account,
            amount_minor,
            effective_on: posted_on,
        };
        entries.push(Entry {
            kind: if ours {
                EntryKind::NetworkStatement
            } else {
                EntryKind::NetworkSuspense
            },
            movement_id: None,
            posted_on,
            legs: vec![leg(side, side_minor), leg(Account::Bank, bank_minor)],
        });
    }
    Ok(entries)
}
