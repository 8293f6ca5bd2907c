//! The books as an auditor reads them: journal entries with every leg, and the trial balance.

use super::*;
use domain::ids::{LineId, MovementId};
use domain::ledger::EntryKind;
use domain::money::Minor;
use schemars::JsonSchema;
use serde::Deserialize;

/// The chart of accounts in the order people read it, and what the codes stand for.
const CHART: &[(&str, &str)] = &[
    ("PRI", "Principal of lines"),
    ("INT", "Interest receivable"),
    ("FEE", "Fees receivable"),
    ("CRE", "Customer credit"),
    ("DRW", "Tellers' drawers"),
    ("VLT", "Vault"),
    ("CLR", "Payments clearing"),
    ("BNK", "Settlement bank"),
    ("SUS", "Network suspense"),
    ("O/S", "Cash over and short"),
    ("ALW", "Allowance for credit losses"),
    ("II", "Interest income"),
    ("FI", "Fee income"),
];

/// One leg of a journal entry. Debits positive, credits negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerLeg {
    /// The account's code, such as "PRI".
    pub account: String,
    /// The line's number or the teller's name; empty for an account of the branch.
    pub owner: String,
    pub amount_minor: Minor,
    pub effective_on: BusinessDate,
}

/// A journal entry. Its legs sum to zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerEntry {
    pub seq: u64,
    pub entry: u32,
    pub kind: EntryKind,
    pub movement_id: Option<MovementId>,
    pub posted_on: BusinessDate,
    pub legs: Vec<LedgerLeg>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerPage {
    /// Newest first.
    pub rows: Vec<LedgerEntry>,
    pub next: Option<String>,
}

/// What one account has taken on each side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrialBalanceRow {
    pub account: String,
    pub name: String,
    pub debit_minor: Minor,
    pub credit_minor: Minor,
    pub balance_minor: Minor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrialBalance {
    pub rows: Vec<TrialBalanceRow>,
    /// Zero, or the books are wrong.
    pub sum_minor: Minor,
}

/// JSON Schema of what stands here, for `branchline schema`.
pub fn ledger_schema() -> serde_json::Value {
    serde_json::json!({
        "ledger_page": schemars::schema_for!(LedgerPage),
        "trial_balance": schemars::schema_for!(TrialBalance),
    })
}

#[derive(Serialize, Deserialize)]
struct EntryPlace {
    seq: i64,
    entry: i64,
}

#[derive(sqlx::FromRow)]
struct LegRecord {
    seq: i64,
    entry: i64,
    kind: String,
    account: String,
    owner: String,
    amount_minor: i64,
    effective_on: String,
    posted_on: String,
    movement_id: Option<String>,
    line_number: Option<String>,
    teller_name: Option<String>,
}

/// A page of entries chosen by `$chosen`, with all legs of each: those of other owners, too.
macro_rules! entries {
    ($chosen:literal) => {
        concat!(
            "with page as (
                 select seq, entry from journal
                 where ",
            $chosen,
            " and (seq, entry) < (?2, ?3)
                 group by seq, entry order by seq desc, entry desc limit ?4)
             select j.seq, j.entry, j.kind, j.account, j.owner, j.amount_minor, j.effective_on,
                 j.posted_on, j.movement_id, l.number line_number, u.name teller_name
             from page p
             join journal j on j.seq = p.seq and j.entry = p.entry
             left join lines l on l.id = j.owner
             left join users u on u.id = j.owner
             order by j.seq desc, j.entry desc, j.leg"
        )
    };
}

/// All entries, by the primary key.
pub(super) const OF_THE_BRANCH: &str = entries!("?1 is null");
/// Those that touch one line, by `journal_by_owner`.
pub(super) const OF_A_LINE: &str = entries!("owner = ?1");

impl Reader {
    /// Journal entries, newest first: of one line, or all.
    pub async fn ledger(
        &self,
        line_id: Option<LineId>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<LedgerPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(limit);
        let after: Option<EntryPlace> = read_cursor(after)?;
        let after = after.unwrap_or(EntryPlace {
            seq: i64::MAX,
            entry: i64::MAX,
        });
        let sql = if line_id.is_some() {
            OF_A_LINE
        } else {
            OF_THE_BRANCH
        };
        let legs: Vec<LegRecord> = sqlx::query_as(sql)
            .bind(line_id.map(|id| id.to_string()))
            .bind(after.seq)
            .bind(after.entry)
            .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
            .fetch_all(&mut *snapshot)
            .await?;
        let mut entries: Vec<LedgerEntry> = Vec::new();
        for leg in legs {
            add_leg(&mut entries, leg)?;
        }
        let (rows, next) = cut(entries, limit, |last| EntryPlace {
            seq: i64::try_from(last.seq).unwrap_or(i64::MAX),
            entry: i64::from(last.entry),
        });
        Ok(LedgerPage { rows, next })
    }

    /// Both sides of every account that was ever posted to: of one line, or of the branch.
    pub async fn trial_balance(&self, line_id: Option<LineId>) -> Result<TrialBalance, ReadError> {
        let mut snapshot = self.snapshot().await?;
        trial_balance(&mut snapshot, line_id, None).await
    }
}

/// Of everything, or of what was posted through a day.
pub(super) async fn trial_balance(
    connection: &mut SqliteConnection,
    line_id: Option<LineId>,
    through: Option<BusinessDate>,
) -> Result<TrialBalance, ReadError> {
    let sides: Vec<(String, i64, i64)> = sqlx::query_as(
        "select account, sum(max(amount_minor, 0)), sum(max(-amount_minor, 0))
         from journal where (?1 is null or owner = ?1) and (?2 is null or posted_on <= ?2)
         group by account",
    )
    .bind(line_id.map(|id| id.to_string()))
    .bind(through.map(|date| date.to_string()))
    .fetch_all(connection)
    .await?;
    let mut sides: BTreeMap<String, (i64, i64)> = sides
        .into_iter()
        .map(|(account, debit, credit)| (account, (debit, credit)))
        .collect();
    let mut rows = Vec::new();
    let known = CHART
        .iter()
        .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
    let known: Vec<(String, String)> = known.collect();
    for (account, name) in known {
        if let Some(sums) = sides.remove(&account) {
            rows.push(trial_row(account, name, sums)?);
        }
    }
    // A code this program does not know still counts, or the sum would lie.
    for (account, sums) in sides {
        rows.push(trial_row(account, String::new(), sums)?);
    }
    let sum_minor = Minor::sum(rows.iter().map(|row| row.balance_minor))?;
    Ok(TrialBalance { rows, sum_minor })
}

fn trial_row(
    account: String,
    name: String,
    (debit, credit): (i64, i64),
) -> Result<TrialBalanceRow, ReadError> {
    let (debit_minor, credit_minor) = (Minor(debit), Minor(credit));
    let balance_minor = debit_minor.minus(credit_minor)?;
    Ok(TrialBalanceRow {
        account,
        name,
        debit_minor,
        credit_minor,
        balance_minor,
    })
}

fn add_leg(entries: &mut Vec<LedgerEntry>, record: LegRecord) -> Result<(), ReadError> {
    let unreadable = |what: String| ReadError::Unreadable {
        table: "journal",
        id: format!("{}/{}", record.seq, record.entry),
        what,
    };
    let date = |text: &str| {
        text.parse::<BusinessDate>()
            .map_err(|what| unreadable(what.to_owned()))
    };
    let seq = record.seq.cast_unsigned();
    let entry = u32::try_from(record.entry).unwrap_or(u32::MAX);
    let leg = LedgerLeg {
        account: record.account.clone(),
        owner: record
            .line_number
            .clone()
            .or(record.teller_name.clone())
            .unwrap_or(record.owner.clone()),
        amount_minor: Minor(record.amount_minor),
        effective_on: date(&record.effective_on)?,
    };
    match entries.last_mut() {
        Some(last) if last.seq == seq && last.entry == entry => last.legs.push(leg),
        Some(_) | None => {
            let kind = serde_json::from_value(record.kind.clone().into())
                .map_err(|error| unreadable(error.to_string()))?;
            let movement_id = record.movement_id.as_deref();
            entries.push(LedgerEntry {
                seq,
                entry,
                kind,
                movement_id: movement_id.map(|id| parse_id("journal", id)).transpose()?,
                posted_on: date(&record.posted_on)?,
                legs: vec![leg],
            });
        }
    }
    Ok(())
}
