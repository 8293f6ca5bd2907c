//! What happened: the journal of a line as its customer sees it, and the event log.

use super::*;
use domain::date::UtcMillis;
use domain::event::{Event, Stream, upcast};
use domain::ids::{LineId, MovementId, UserId};
use domain::ledger::EntryKind;
use domain::line::Balances;
use domain::money::Minor;
use domain::view::{EventPage, EventRow, LastTime, TransactionPage, TransactionRow};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Serialize, Deserialize)]
struct TransactionPlace {
    effective_on: String,
    seq: i64,
    entry: i64,
}

#[derive(Serialize, Deserialize)]
struct EventPlace {
    /// A place in the stream that is listed, or in the whole log.
    before: i64,
}

/// A page of events chosen by `$chosen`.
macro_rules! events {
    ($chosen:literal) => {
        concat!(
            "select e.seq, e.stream_seq, e.type, e.version, e.payload, e.at_ms, e.business_date,
                 e.command_id, e.ordinal, u.name actor_name
             from events e left join users u on u.id = e.user_id
             where ",
            $chosen,
            " limit ?4"
        )
    };
}

/// By the unique index on stream and place.
pub(super) const OF_A_STREAM: &str =
    events!("e.stream = ?1 and e.stream_id = ?2 and e.stream_seq < ?3 order by e.stream_seq desc");
/// More than a transfer that is retried for days with growing pauses comes to.
const EVIDENCE_MAX: u32 = 1_000;

/// The events of one movement among those of its line.
pub(super) const OF_A_MOVEMENT: &str = events!(
    "e.stream = ?1 and e.stream_id = ?2 and json_extract(e.payload, '$.movement_id') = ?3
     order by e.stream_seq"
);
/// Those of one type among the events of a stream.
pub(super) const OF_A_TYPE: &str =
    events!("e.stream = ?1 and e.stream_id = ?2 and e.type = ?3 order by e.stream_seq desc");
/// What befell an account between two of its own events, but for what its person did in a session.
pub(super) const OF_AN_ACCOUNT: &str = events!(
    "e.stream = ?1 and e.stream_id = ?2 and e.stream_seq > ?3 and e.stream_seq < ?5
     and e.type in ('role_set', 'account_disabled', 'account_enabled', 'account_unlocked',
         'reset_code_issued', 'access_recovered', 'password_reset', 'password_changed',
         'second_factor_set', 'second_factor_removed')
     order by e.stream_seq desc"
);
pub(super) const WRONG_PASSWORDS: &str = "
    select count(*), max(at_ms) from events
    where stream = ?1 and stream_id = ?2 and stream_seq > ?3 and stream_seq < ?4
        and type = 'sign_in_failed'";
/// By the primary key.
pub(super) const OF_ALL_STREAMS: &str = events!("?1 = ?2 and e.seq < ?3 order by e.seq desc");

/// Entries of a line from a place in its history on, by `journal_by_owner` backwards.
pub(super) const ENTRIES: &str = "
    select seq, entry, min(kind) kind, min(movement_id) movement_id, effective_on,
        min(posted_on) posted_on,
        sum(case account when 'PRI' then amount_minor else 0 end) principal_minor,
        sum(case account when 'INT' then amount_minor else 0 end) interest_minor,
        sum(case account when 'FEE' then amount_minor else 0 end) fees_minor,
        -sum(case account when 'CRE' then amount_minor else 0 end) credit_minor
    from journal
    where owner = ?1 and (effective_on, seq, entry) < (?2, ?3, ?4)
        and +account in ('PRI', 'INT', 'FEE', 'CRE')
    group by effective_on, seq, entry
    order by effective_on desc, seq desc, entry desc limit ?5";

/// What the entries of the pages before change: nothing before the first page.
pub(super) const LATER: &str = "
    select coalesce(sum(amount_minor), 0) from journal
    where owner = ?1 and (effective_on, seq, entry) >= (?2, ?3, ?4)
        and +account in ('PRI', 'INT', 'FEE', 'CRE')";

#[derive(sqlx::FromRow)]
struct EntryRecord {
    seq: i64,
    entry: i64,
    kind: String,
    movement_id: Option<String>,
    effective_on: String,
    posted_on: String,
    principal_minor: i64,
    interest_minor: i64,
    fees_minor: i64,
    credit_minor: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct EventRecord {
    pub(super) seq: i64,
    pub(super) stream_seq: i64,
    #[sqlx(rename = "type")]
    pub(super) event_type: String,
    pub(super) version: u32,
    pub(super) payload: String,
    pub(super) at_ms: i64,
    pub(super) business_date: String,
    pub(super) command_id: String,
    pub(super) ordinal: i64,
    pub(super) actor_name: Option<String>,
}

impl EventRecord {
    /// The event, its private members opened with `key` or forgotten without.
    pub(super) fn event(&self, key: Option<&CustomerKey>) -> Result<Event, ReadError> {
        let place = self.place();
        let payload: serde_json::Value = document("events", &place, &self.payload, key)?;
        upcast(self.version, payload).map_err(|error| ReadError::Unreadable {
            table: "events",
            id: place,
            what: format!("{error:?}"),
        })
    }

    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.command_id, self.ordinal)
    }
}

impl Reader {
    /// Journal entries as they touched one line, latest effective date first, each with the
    /// balance after it. A late fact stands at its effective date, and the balances above it
    /// follow.
    pub async fn transactions(
        &self,
        line_id: LineId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<TransactionPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let balances = self.balances(&mut snapshot, line_id).await?;
        let limit = page_limit(limit);
        let after: Option<TransactionPlace> = read_cursor(after)?;
        let after = after.unwrap_or(TransactionPlace {
            effective_on: "9999-12-31".to_owned(),
            seq: i64::MAX,
            entry: i64::MAX,
        });
        let (later,): (i64,) = sqlx::query_as(LATER)
            .bind(line_id.to_string())
            .bind(&after.effective_on)
            .bind(after.seq)
            .bind(after.entry)
            .fetch_one(&mut *snapshot)
            .await?;
        let records: Vec<EntryRecord> = sqlx::query_as(ENTRIES)
            .bind(line_id.to_string())
            .bind(&after.effective_on)
            .bind(after.seq)
            .bind(after.entry)
            .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
            .fetch_all(&mut *snapshot)
            .await?;
        let (records, next) = cut(records, limit, |last| TransactionPlace {
            effective_on: last.effective_on.clone(),
            seq: last.seq,
            entry: last.entry,
        });
        let mut balance = balances
            .owed()?
            .minus(balances.credit_minor)?
            .minus(Minor(later))?;
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let row = transaction(record, balance)?;
            balance = balance.minus(changed(&row)?)?;
            rows.push(row);
        }
        Ok(TransactionPage { rows, next })
    }

    /// What a line owes as posted: where its history ends.
    async fn balances(
        &self,
        connection: &mut SqliteConnection,
        line_id: LineId,
    ) -> Result<Balances, ReadError> {
        let lines = lines::shown_lines(connection, &BTreeSet::from([line_id])).await?;
        let line = lines.get(&line_id).ok_or_else(not_found)?;
        Ok(line.balances)
    }

    /// Events in words, newest first: of one stream, or all.
    pub async fn events(
        &self,
        stream: Option<Stream>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<EventPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(limit);
        let after: Option<EventPlace> = read_cursor(after)?;
        let (of_one, kind, id) = match stream {
            Some(stream) => (true, stream.kind(), stream.id()),
            None => (false, "", String::new()),
        };
        let records: Vec<EventRecord> =
            sqlx::query_as(if of_one { OF_A_STREAM } else { OF_ALL_STREAMS })
                .bind(kind)
                .bind(id)
                .bind(after.map_or(i64::MAX, |place| place.before))
                .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
                .fetch_all(&mut *snapshot)
                .await?;
        let (records, next) = cut(records, limit, |last| EventPlace {
            before: if of_one { last.stream_seq } else { last.seq },
        });
        let rows = records
            .into_iter()
            .map(|record| self.event_row(record))
            .collect::<Result<_, _>>()?;
        Ok(EventPage { rows, next })
    }

    /// What happened to one transfer, oldest first: its evidence.
    pub async fn timeline(&self, id: MovementId) -> Result<Vec<EventRow>, ReadError> {
        let stream = Stream::Line(self.line_of_movement(id).await?);
        let mut snapshot = self.snapshot().await?;
        let records: Vec<EventRecord> = sqlx::query_as(OF_A_MOVEMENT)
            .bind(stream.kind())
            .bind(stream.id())
            .bind(id.to_string())
            .bind(EVIDENCE_MAX)
            .fetch_all(&mut *snapshot)
            .await?;
        records
            .into_iter()
            .map(|record| self.event_row(record))
            .collect()
    }

    /// What an account's person is told at a sign-in: of the last one, and of what befell the
    /// account since.
    pub async fn last_time(&self, id: UserId) -> Result<Option<LastTime>, ReadError> {
        let stream = Stream::User(id);
        let mut snapshot = self.snapshot().await?;
        let sign_ins: Vec<EventRecord> = sqlx::query_as(OF_A_TYPE)
            .bind(stream.kind())
            .bind(stream.id())
            .bind("signed_in")
            .bind(2)
            .fetch_all(&mut *snapshot)
            .await?;
        let [this, before] = sign_ins.as_slice() else {
            return Ok(None);
        };
        let (wrong_passwords, last_wrong_at): (u32, Option<i64>) = sqlx::query_as(WRONG_PASSWORDS)
            .bind(stream.kind())
            .bind(stream.id())
            .bind(before.stream_seq)
            .bind(this.stream_seq)
            .fetch_one(&mut *snapshot)
            .await?;
        let changes: Vec<EventRecord> = sqlx::query_as(OF_AN_ACCOUNT)
            .bind(stream.kind())
            .bind(stream.id())
            .bind(before.stream_seq)
            .bind(PAGE_MAX)
            .bind(this.stream_seq)
            .fetch_all(&mut *snapshot)
            .await?;
        let changes = changes.into_iter().map(|record| self.event_row(record));
        Ok(Some(LastTime {
            signed_in_at: UtcMillis(before.at_ms),
            wrong_passwords,
            last_wrong_at: last_wrong_at.map(UtcMillis),
            changes: changes.collect::<Result<_, _>>()?,
        }))
    }

    fn event_row(&self, record: EventRecord) -> Result<EventRow, ReadError> {
        // A sentence shows nothing private, so the payload is read without any key.
        let event = record.event(None)?;
        Ok(EventRow {
            seq: record.seq.cast_unsigned(),
            at: UtcMillis(record.at_ms),
            business_date: date("events", &record.business_date)?,
            actor_name: record.actor_name.unwrap_or_else(|| "Branchline".to_owned()),
            event_type: record.event_type,
            sentence: crate::sentences::sentence(&event, self.currency),
        })
    }
}

pub(super) fn date(table: &'static str, text: &str) -> Result<BusinessDate, ReadError> {
    text.parse().map_err(|what: &str| ReadError::Unreadable {
        table,
        id: text.to_owned(),
        what: what.to_owned(),
    })
}

/// What an entry changes of the balance.
fn changed(row: &TransactionRow) -> Result<Minor, ReadError> {
    let owed = Minor::sum([row.principal_minor, row.interest_minor, row.fees_minor])?;
    Ok(owed.minus(row.credit_minor)?)
}

fn transaction(record: EntryRecord, balance_minor: Minor) -> Result<TransactionRow, ReadError> {
    let kind: EntryKind = serde_json::from_value(record.kind.clone().into()).map_err(|error| {
        ReadError::Unreadable {
            table: "journal",
            id: format!("{}/{}", record.seq, record.entry),
            what: error.to_string(),
        }
    })?;
    let movement_id = record.movement_id.as_deref();
    Ok(TransactionRow {
        seq: record.seq.cast_unsigned(),
        entry: u32::try_from(record.entry).unwrap_or(u32::MAX),
        kind,
        movement_id: movement_id.map(|id| parse_id("journal", id)).transpose()?,
        effective_on: date("journal", &record.effective_on)?,
        posted_on: date("journal", &record.posted_on)?,
        principal_minor: Minor(record.principal_minor),
        interest_minor: Minor(record.interest_minor),
        fees_minor: Minor(record.fees_minor),
        credit_minor: Minor(record.credit_minor),
        balance_minor,
    })
}
