//! What the start check reads and writes: the store's own row, the device's key, the signed heads,
//! and whether every row is there as the last event of its stream left it.

use super::{Identity, write};
use crate::chain::HeadMark;
use crate::seal::{RowMac, StoreKey, Wrapped};
use crate::signing::DeviceKey;
use crate::store::folds;
use crate::store::rows::Row;
use crate::store::vouched;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

/// So many rows of one kind are named.
const NAMED: usize = 20;

fn identity_mac(identity: &Identity, remembered: bool, key: &StoreKey) -> RowMac {
    let mut mac = key.row_mac("store");
    mac.text(&identity.store_id);
    mac.text(&identity.device_id);
    mac.number(identity.epoch);
    mac.number(i64::from(identity.demo));
    mac.number(i64::from(remembered));
    mac
}

/// Writes what the store says of itself, vouched for. `remembered`: a head of it is kept outside.
pub async fn seal_identity(
    connection: &mut SqliteConnection,
    identity: &Identity,
    remembered: bool,
    key: &StoreKey,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update store set store_id = ?, device_id = ?, epoch = ?, demo = ?, remembered = ?, mac = ?",
    )
    .bind(&identity.store_id)
    .bind(&identity.device_id)
    .bind(identity.epoch)
    .bind(i64::from(identity.demo))
    .bind(i64::from(remembered))
    .bind(&identity_mac(identity, remembered, key).finish()[..])
    .execute(connection)
    .await?;
    Ok(())
}

/// What stands beside the store's identity.
pub struct Standing {
    pub remembered: bool,
    mac: Vec<u8>,
}

impl Standing {
    /// Whether the program wrote it for this identity.
    pub fn fits(&self, identity: &Identity, remembered: bool, key: &StoreKey) -> bool {
        identity_mac(identity, remembered, key).fits(&self.mac)
    }
}

pub async fn standing(connection: &mut SqliteConnection) -> Result<Standing, sqlx::Error> {
    let row = sqlx::query("select remembered, mac from store")
        .fetch_one(connection)
        .await?;
    Ok(Standing {
        remembered: row.try_get::<i64, _>("remembered")? != 0,
        mac: row
            .try_get::<Option<Vec<u8>>, _>("mac")?
            .unwrap_or_default(),
    })
}

pub async fn rewrap(
    connection: &mut SqliteConnection,
    wrapped: &Wrapped,
) -> Result<(), sqlx::Error> {
    sqlx::query("update store set kdf = ?, wrapped_key = ?")
        .bind(&wrapped.kdf)
        .bind(&wrapped.wrapped)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn keep_device_key(
    connection: &mut SqliteConnection,
    device: &DeviceKey,
    key: &StoreKey,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into device_key (one, public_key, sealed) values (1, ?1, ?2)
         on conflict (one) do update set public_key = ?1, sealed = ?2",
    )
    .bind(&device.public()[..])
    .bind(device.seal(key))
    .execute(connection)
    .await?;
    Ok(())
}

/// The device's public key and its sealed private half.
pub async fn device_key(
    connection: &mut SqliteConnection,
) -> Result<Option<(Vec<u8>, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("select public_key, sealed from device_key")
        .fetch_optional(connection)
        .await
}

/// A head as it was signed.
#[derive(Clone, Debug)]
pub struct SignedHead {
    pub mark: HeadMark,
    pub signature: Vec<u8>,
}

/// The signed heads after `seq`, at most `limit`.
pub async fn heads(
    connection: &mut SqliteConnection,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<SignedHead>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, epoch, hash, signature from heads where seq > ? order by seq limit ?",
    )
    .bind(after_seq)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(signed_head).collect()
}

/// The same, each with the hash of the event it names, if that is there.
pub async fn heads_on_events(
    connection: &mut SqliteConnection,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<(SignedHead, Option<Vec<u8>>)>, sqlx::Error> {
    let rows = sqlx::query(
        "select h.seq, h.epoch, h.hash, h.signature, e.hash found
         from heads h left join events e on e.seq = h.seq
         where h.seq > ? order by h.seq limit ?",
    )
    .bind(after_seq)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((signed_head(row)?, row.try_get("found")?)))
        .collect()
}

pub async fn last_head(
    connection: &mut SqliteConnection,
) -> Result<Option<SignedHead>, sqlx::Error> {
    let row =
        sqlx::query("select seq, epoch, hash, signature from heads order by seq desc limit 1")
            .fetch_optional(connection)
            .await?;
    row.as_ref().map(signed_head).transpose()
}

fn signed_head(row: &sqlx::sqlite::SqliteRow) -> Result<SignedHead, sqlx::Error> {
    let hash: Vec<u8> = row.try_get("hash")?;
    Ok(SignedHead {
        mark: HeadMark {
            epoch: row.try_get("epoch")?,
            seq: row.try_get("seq")?,
            // A hash of another length is none that was signed.
            hash: hash.try_into().unwrap_or_default(),
        },
        signature: row.try_get("signature")?,
    })
}

/// Vouches for the rows of these two tables as they stand, once: an older program wrote them
/// without, and they are never edited otherwise.
pub async fn vouch_for_what_stays(
    connection: &mut SqliteConnection,
    key: &StoreKey,
) -> Result<(), sqlx::Error> {
    for (table, trigger, named) in [
        ("receipts", "receipts_stay", "command_id"),
        ("outbox", "outbox_stays", "idempotency_key"),
    ] {
        let (guard,): (String,) =
            sqlx::query_as("select sql from sqlite_schema where type = 'trigger' and name = ?")
                .bind(trigger)
                .fetch_one(&mut *connection)
                .await?;
        sqlx::query(AssertSqlSafe(format!("drop trigger {trigger}")))
            .execute(&mut *connection)
            .await?;
        let update = format!("update {table} set mac = ? where {named} = ?");
        for (name, mac) in macs(connection, table, key).await? {
            sqlx::query(AssertSqlSafe(update.clone()))
                .bind(mac)
                .bind(name)
                .execute(&mut *connection)
                .await?;
        }
        sqlx::query(AssertSqlSafe(guard))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn macs(
    connection: &mut SqliteConnection,
    table: &str,
    key: &StoreKey,
) -> Result<Vec<(String, Vec<u8>)>, sqlx::Error> {
    let vouched = vouched::of(table);
    let rows = sqlx::query(vouched::select(table, ""))
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let mac = vouched::mac_of(vouched, row, key)?.finish();
            Ok((vouched::name_of(row), mac.to_vec()))
        })
        .collect()
}

/// Empties the views and fills them anew.
pub async fn refill(
    connection: &mut SqliteConnection,
    lines: Vec<Row>,
    views: write::Views,
) -> Result<(), sqlx::Error> {
    for table in [
        "branch",
        "users",
        "persons",
        "products",
        "customers",
        "customer_terms",
        "blind_index",
        "lines",
        "movements",
        "statements",
        "statement_lines",
        "findings",
    ] {
        sqlx::query(AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut *connection)
            .await?;
    }
    write::lines(connection, lines).await?;
    write::views(connection, views).await
}

/// A row that is missing, or is an earlier one put back: what stands in the log went on.
pub struct Behind {
    pub table: &'static str,
    pub row: String,
    pub missing: bool,
}

/// The branch's row also counts what happened on other streams: the numbers given out, and whether
/// the first admin was made.
pub async fn branch_behind(connection: &mut SqliteConnection) -> Result<Vec<Behind>, sqlx::Error> {
    let sql = "select 'branch', t.document is null from (select 1) left join branch t
         where exists (select 1 from events) and (t.document is null
             or t.document ->> '$.version' is not
                 (select max(stream_seq) from events where stream = 'branch' and stream_id = '')
             or t.document ->> '$.customers_numbered' is not (select count(*) from customers)
             or t.document ->> '$.lines_numbered' is not (select count(*) from lines)
             or t.document ->> '$.founding_admin' is null
                 and exists (select 1 from users where role is not null))";
    let mut found = Vec::new();
    note(connection, "branch", sql.to_owned(), &mut found).await?;
    Ok(found)
}

/// Held against the whole log, table by table, inside SQLite: rows that no MAC can tell, because
/// the program wrote them once, or because they are gone.
pub async fn behind(connection: &mut SqliteConnection) -> Result<Vec<Behind>, sqlx::Error> {
    let mut found = branch_behind(connection).await?;
    // What is in the drawers follows from the journal of every line. Views of an older fold know
    // nothing of it, and are made anew before anything reads them.
    if folds::current(connection).await? {
        let drawers = "select 'branch', 0 from branch t where exists (
                 select 1 from journal where account = 'DRW' group by owner
                 having sum(amount_minor)
                     <> coalesce(t.document ->> ('$.drawers.\"' || owner || '\".holds_minor'), 0))";
        note(connection, "branch", drawers.to_owned(), &mut found).await?;
    }
    let folded = [
        ("users", "user"),
        ("customers", "customer"),
        ("products", "product"),
        ("lines", "line"),
    ];
    for (table, stream) in folded {
        let sql = format!(
            "select e.stream_id, t.document is null from
                 (select stream_id, max(stream_seq) newest from events where stream = '{stream}'
                  group by stream_id) e
             left join {table} t on t.id = e.stream_id
             where t.document is null or t.document ->> '$.version' is not e.newest limit {NAMED}"
        );
        note(connection, table, sql, &mut found).await?;
    }
    let movements = format!(
        "select e.id, m.id is null from
             (select payload ->> '$.movement_id' id, max(seq) newest from events
              where stream = 'line' and payload ->> '$.movement_id' is not null group by 1) e
         left join movements m on m.id = e.id
         where m.id is null or m.last_seq is not e.newest limit {NAMED}"
    );
    note(connection, "movements", movements, &mut found).await?;
    let there = [
        (
            "outbox",
            "movement_id",
            "payload ->> '$.movement_id'",
            "type = 'transfer_queued'",
        ),
        ("receipts", "command_id", "command_id", "ordinal = 0"),
        (
            "persons",
            "employee_number",
            "payload ->> '$.employee_number'",
            "type = 'account_approved'",
        ),
        (
            "findings",
            "id",
            "payload ->> '$.finding.id'",
            "type = 'finding_opened'",
        ),
        (
            "credentials",
            "user_id",
            "stream_id",
            "type = 'account_asked'",
        ),
    ];
    for (table, column, named, events) in there {
        let sql = format!(
            "select {named} name, 1 from events where {events}
             and {named} not in (select {column} from {table}) limit {NAMED}"
        );
        note(connection, table, sql, &mut found).await?;
    }
    Ok(found)
}

async fn note(
    connection: &mut SqliteConnection,
    table: &'static str,
    sql: String,
    found: &mut Vec<Behind>,
) -> Result<(), sqlx::Error> {
    for row in sqlx::query(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?
    {
        found.push(Behind {
            table,
            row: row.try_get(0)?,
            missing: row.try_get::<i64, _>(1)? != 0,
        });
    }
    Ok(())
}

/// Accounts whose password hash is not the one the log vouches for.
pub async fn swapped_passwords(
    connection: &mut SqliteConnection,
    key: &StoreKey,
) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select c.user_id, c.phc, u.document ->> '$.credential_print' from credentials c
         left join users u on u.id = c.user_id",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .filter(|(_, phc, print)| print.as_deref() != Some(&key.credential_print(phc)))
        .map(|(id, ..)| id)
        .collect())
}

/// Where the log ends.
pub async fn last_event(
    connection: &mut SqliteConnection,
) -> Result<Option<LastEvent>, sqlx::Error> {
    let row = sqlx::query(
        "select seq, hash, store_id, device_id, epoch from events order by seq desc limit 1",
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(LastEvent {
            seq: row.try_get("seq")?,
            hash: row.try_get("hash")?,
            store_id: row.try_get("store_id")?,
            device_id: row.try_get("device_id")?,
            epoch: row.try_get("epoch")?,
        })
    })
    .transpose()
}

/// The end of the log, and whose it says it is.
pub struct LastEvent {
    pub seq: i64,
    pub hash: Vec<u8>,
    pub store_id: String,
    pub device_id: String,
    pub epoch: i64,
}
