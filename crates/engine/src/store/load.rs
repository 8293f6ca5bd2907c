//! Loading the World of a whole batch: one read a table and hop, whatever the batch's size.

use crate::chain::{BEGINNING, Hash, HeadMark};
use crate::seal::text::open_text;
use crate::seal::{CustomerKey, SealError, StoreKey};
use crate::store::vouched::{demand, of, select};
use domain::event::Stream;
use domain::ids::*;
use domain::needs::Needs;
use domain::world::World;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

/// What a batch is judged against, and the keys of the customers in it.
pub struct Loaded {
    pub world: World,
    pub keys: BTreeMap<CustomerId, CustomerKey>,
    /// The first event of each movement that was there already.
    pub requested_seqs: BTreeMap<MovementId, i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the store could not be read: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("a stored document cannot be opened: {0}")]
    Seal(#[from] SealError),
    #[error("a stored row of {table} cannot be read: {why}")]
    Unreadable { table: &'static str, why: String },
    #[error("the row {row} of {table} was altered outside the program")]
    Altered { table: &'static str, row: String },
}

/// A receipt as stored.
#[derive(Clone, Debug)]
pub struct StoredReceipt {
    pub actor: String,
    pub content_mac: Vec<u8>,
    pub first_seq: Option<i64>,
    pub last_seq: Option<i64>,
    pub refusal_code: Option<String>,
    pub refusal_field: Option<String>,
}

/// The last link of the chain.
#[derive(Clone, Debug)]
pub struct Head {
    pub seq: i64,
    pub hash: Hash,
    pub business_date: Option<String>,
}

/// The ids of a set as the JSON array that `json_each` unfolds.
pub fn json_ids<T: Display>(ids: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    json_text(&texts)
}

/// What the program keeps, as it is written down everywhere.
pub fn json_text<T: Serialize + ?Sized>(value: &T) -> String {
    // Fails only for a map whose keys are no texts; nothing of ours has one.
    serde_json::to_string(value).expect("what the program keeps can be written down")
}

impl Head {
    pub fn mark(&self, epoch: i64) -> HeadMark {
        HeadMark {
            epoch,
            seq: self.seq,
            hash: self.hash,
        }
    }
}

pub async fn head(connection: &mut SqliteConnection) -> Result<Head, LoadError> {
    let row = sqlx::query("select seq, hash, (select max(business_date) from events where seq > (select max(seq) from events) - 1000) as day from events order by seq desc limit 1")
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Head {
            seq: 0,
            hash: BEGINNING,
            business_date: None,
        });
    };
    let hash: Vec<u8> = row.try_get("hash")?;
    let hash = hash.try_into().map_err(|_| LoadError::Unreadable {
        table: "events",
        why: "the last hash is not 32 bytes long".to_owned(),
    })?;
    Ok(Head {
        seq: row.try_get("seq")?,
        hash,
        business_date: row.try_get("day")?,
    })
}

pub async fn receipts(
    connection: &mut SqliteConnection,
    ids: &BTreeSet<CommandId>,
    store_key: &StoreKey,
) -> Result<BTreeMap<CommandId, StoredReceipt>, LoadError> {
    let rows = sqlx::query(select(
        "receipts",
        "where command_id in (select value from json_each(?))",
    ))
    .bind(json_ids(ids))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            demand("receipts", row, store_key)?;
            let receipt = StoredReceipt {
                actor: row.try_get("actor")?,
                content_mac: row.try_get("content_mac")?,
                first_seq: row.try_get("first_seq")?,
                last_seq: row.try_get("last_seq")?,
                refusal_code: row.try_get("refusal_code")?,
                refusal_field: row.try_get("refusal_field")?,
            };
            Ok((parse("receipts", row.try_get("command_id")?)?, receipt))
        })
        .collect()
}

/// Two hops: what the commands name, then what hangs on it.
pub async fn world(
    connection: &mut SqliteConnection,
    needs: &Needs,
    store_key: &StoreKey,
) -> Result<Loaded, LoadError> {
    let mut loaded = Loaded {
        world: World::default(),
        keys: BTreeMap::new(),
        requested_seqs: BTreeMap::new(),
    };
    let world = &mut loaded.world;

    // Hop one.
    if let Some(row) = sqlx::query(select("branch", ""))
        .fetch_optional(&mut *connection)
        .await?
    {
        demand("branch", &row, store_key)?;
        world.branch = plain("branch", row.try_get("document")?)?;
    }
    if !needs.users.is_empty() || !needs.logins.is_empty() || needs.everybody {
        let rows = sqlx::query(select(
            "users",
            "where id in (select value from json_each(?1))
             or login in (select value from json_each(?2))
             or (?3 and role is not null)",
        ))
        .bind(json_ids(&needs.users))
        .bind(json_ids(&needs.logins))
        .bind(needs.everybody)
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            demand("users", &row, store_key)?;
            let user: domain::account::User = plain("users", row.try_get("document")?)?;
            world.logins.insert(user.login.clone(), user.id);
            world.users.insert(user.id, user);
        }
    }
    if !needs.employee_numbers.is_empty() {
        let rows = sqlx::query(select(
            "persons",
            "where employee_number in (select value from json_each(?))",
        ))
        .bind(json_ids(&needs.employee_numbers))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            demand("persons", &row, store_key)?;
            world
                .persons
                .insert(row.try_get(0)?, parse("persons", row.try_get(1)?)?);
        }
    }
    if !needs.tax_ids.is_empty() {
        let by_mac: BTreeMap<Vec<u8>, &String> = needs
            .tax_ids
            .iter()
            .map(|tax_id| (store_key.blind("tax_id", tax_id).to_vec(), tax_id))
            .collect();
        let hexes: Vec<String> = by_mac.keys().map(|mac| hex(mac)).collect();
        let rows = sqlx::query(
            "select mac, customer_id from blind_index
             where kind = 'tax_id' and mac in (select unhex(value) from json_each(?))",
        )
        .bind(json_ids(&hexes))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            let mac: Vec<u8> = row.try_get(0)?;
            if let Some(tax_id) = by_mac.get(&mac) {
                world
                    .tax_ids
                    .insert((*tax_id).clone(), parse("blind_index", row.try_get(1)?)?);
            }
        }
    }
    // Documents of lines and customers are sealed; they wait here for their keys.
    let mut lines = documents(
        connection,
        "lines",
        "where id in (select value from json_each(?1))
         or customer_id in (select value from json_each(?2))",
        &[json_ids(&needs.lines), json_ids(&needs.lines_of_customers)],
        needs.lines.is_empty() && needs.lines_of_customers.is_empty(),
        store_key,
    )
    .await?;
    if !needs.movements.is_empty()
        || !needs.waiting_of_lines.is_empty()
        || !needs.waiting_of_customers_of.is_empty()
    {
        let select = &of("movements").select;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{select} where id in (select value from json_each(?1)
                union select document->>'$.presented_as' from movements
                    where id in (select value from json_each(?4)))
             union all
             {select} where on_its_way = 1
             and line_id in (select value from json_each(?2)
                union select o.id from lines l join lines o on o.customer_id = l.customer_id
                    where l.id in (select value from json_each(?3)))
             and id not in (select value from json_each(?1))",
        )))
        .bind(json_ids(&needs.movements))
        .bind(json_ids(&needs.waiting_of_lines))
        .bind(json_ids(&needs.waiting_of_customers_of))
        .bind(json_ids(&needs.presentations_of))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            demand("movements", &row, store_key)?;
            let movement: domain::movement::Movement =
                plain("movements", row.try_get("document")?)?;
            loaded
                .requested_seqs
                .insert(movement.id, row.try_get("requested_seq")?);
            world.movements.insert(movement.id, movement);
        }
    }

    // Hop two.
    let mut customer_ids: BTreeSet<String> =
        needs.customers.iter().map(ToString::to_string).collect();
    customer_ids.extend(needs.lines_of_customers.iter().map(ToString::to_string));
    customer_ids.extend(lines.values().map(|sealed| sealed.customer_id.clone()));
    if !needs.exposure_of_lines.is_empty() {
        let exposed: BTreeSet<&String> = needs
            .exposure_of_lines
            .iter()
            .filter_map(|id| lines.get(&id.to_string()).map(|sealed| &sealed.customer_id))
            .collect();
        let others = documents(
            connection,
            "lines",
            "where customer_id in (select value from json_each(?1))",
            &[json_ids(exposed)],
            false,
            store_key,
        )
        .await?;
        lines.extend(others);
    }
    let customers = documents(
        connection,
        "customers",
        "where id in (select value from json_each(?1))",
        &[json_ids(&customer_ids)],
        customer_ids.is_empty(),
        store_key,
    )
    .await?;
    loaded.keys = keys(connection, customers.keys(), store_key).await?;
    let world = &mut loaded.world;
    for (id, sealed) in customers {
        let customer: domain::customer::Customer = sealed.open("customers", &id, &loaded.keys)?;
        world.customers.insert(customer.id, customer);
    }
    for (id, sealed) in lines {
        let line: domain::line::Line = sealed.open("lines", &id, &loaded.keys)?;
        world.lines.insert(line.id, line);
    }
    let mut product_ids: BTreeSet<ProductId> = needs.products.clone();
    product_ids.extend(world.lines.values().map(|line| line.product_id));
    if !product_ids.is_empty() {
        let rows = sqlx::query(select(
            "products",
            "where id in (select value from json_each(?))",
        ))
        .bind(json_ids(&product_ids))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            demand("products", &row, store_key)?;
            let product: domain::product::Product = plain("products", row.try_get("document")?)?;
            world.products.insert(product.id, product);
        }
    }
    if !needs.findings.is_empty() || !needs.findings_of.is_empty() {
        let select = &of("findings").select;
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{select} where id in (select value from json_each(?1))
             union all {select} where movement_id is not null
             and movement_id in (select value from json_each(?2))",
        )))
        .bind(json_ids(&needs.findings))
        .bind(json_ids(&needs.findings_of))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            demand("findings", &row, store_key)?;
            let state: domain::reconcile::FindingState =
                plain("findings", row.try_get("document")?)?;
            world.findings.insert(state.finding.id.clone(), state);
        }
    }
    if !needs.statements.is_empty() {
        let rows = sqlx::query(
            "select document from statements where date in (select value from json_each(?))",
        )
        .bind(json_ids(&needs.statements))
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            let statement: domain::reconcile::Statement =
                plain("statements", row.try_get("document")?)?;
            world.statements.insert(statement.date, statement);
        }
    }
    Ok(loaded)
}

/// Which of these rows are not as the last event of theirs left them: an earlier row, put back, has
/// a MAC that fits. Streams come with the number of events their row knows.
pub async fn behind(
    connection: &mut SqliteConnection,
    streams: &[(Stream, u64)],
    movements: &[MovementId],
) -> Result<(), LoadError> {
    let kinds: Vec<(&str, String)> = streams
        .iter()
        .map(|(stream, _)| (stream.kind(), stream.id()))
        .collect();
    let newest = sqlx::query(
        "select (select stream_seq from events where stream = value ->> 0 and stream_id = value ->> 1
             order by stream_seq desc limit 1) from json_each(?) order by key",
    )
    .bind(json_text(&kinds))
    .fetch_all(&mut *connection)
    .await?;
    for ((stream, known), row) in streams.iter().zip(&newest) {
        let newest: Option<i64> = row.try_get(0)?;
        if newest.and_then(|newest| u64::try_from(newest).ok()) != Some(*known) {
            return Err(LoadError::Altered {
                table: table_of(*stream),
                row: stream.id(),
            });
        }
    }
    if movements.is_empty() {
        return Ok(());
    }
    let found = sqlx::query(
        "select m.id from movements m where m.id in (select value from json_each(?)) and exists (
             select 1 from events e where e.stream = 'line' and e.stream_id = m.line_id
             and e.seq > m.last_seq and e.payload ->> '$.movement_id' = m.id)",
    )
    .bind(json_ids(movements))
    .fetch_optional(connection)
    .await?;
    found.map_or(Ok(()), |row| {
        Err(LoadError::Altered {
            table: "movements",
            row: row.try_get(0)?,
        })
    })
}

/// The table that holds what a stream folds to.
fn table_of(stream: Stream) -> &'static str {
    match stream {
        Stream::Branch => "branch",
        Stream::User(_) => "users",
        Stream::Customer(_) => "customers",
        Stream::Product(_) => "products",
        Stream::Line(_) => "lines",
    }
}

struct Sealed {
    customer_id: String,
    document: String,
}

impl Sealed {
    fn open<T: DeserializeOwned>(
        &self,
        table: &'static str,
        id: &str,
        keys: &BTreeMap<CustomerId, CustomerKey>,
    ) -> Result<T, LoadError> {
        let key = keys.get(&parse(table, self.customer_id.clone())?);
        let text = open_text(&self.document, key, &format!("{table}/{id}"))?;
        serde_json::from_str(&text).map_err(|error| unreadable(table, where_of(&error)))
    }
}

/// Documents by id; `skip` saves the statement when nothing is asked for.
async fn documents(
    connection: &mut SqliteConnection,
    table: &'static str,
    rest: &'static str,
    binds: &[String],
    skip: bool,
    store_key: &StoreKey,
) -> Result<BTreeMap<String, Sealed>, LoadError> {
    if skip {
        return Ok(BTreeMap::new());
    }
    // A customer is their own.
    let owner = if table == "customers" {
        "id"
    } else {
        "customer_id"
    };
    let mut query = sqlx::query(select(table, rest));
    for bind in binds {
        query = query.bind(bind);
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            demand(table, row, store_key)?;
            let sealed = Sealed {
                customer_id: row.try_get(owner)?,
                document: row.try_get("document")?,
            };
            Ok((row.try_get("id")?, sealed))
        })
        .collect()
}

/// The data keys of these customers; a forgotten one has none.
pub async fn keys<T: Display>(
    connection: &mut SqliteConnection,
    ids: impl IntoIterator<Item = T>,
    store_key: &StoreKey,
) -> Result<BTreeMap<CustomerId, CustomerKey>, LoadError> {
    let ids = json_ids(ids);
    if ids == "[]" {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(
        "select customer_id, version, wrapped from customer_keys
         where customer_id in (select value from json_each(?))",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let customer_id: CustomerId = parse("customer_keys", row.try_get("customer_id")?)?;
            let version = u32::try_from(row.try_get::<i64, _>("version")?)
                .map_err(|error| unreadable("customer_keys", error))?;
            let wrapped: Vec<u8> = row.try_get("wrapped")?;
            Ok((
                customer_id,
                CustomerKey::unwrap(customer_id, version, &wrapped, store_key)?,
            ))
        })
        .collect()
}

fn plain<T: DeserializeOwned>(table: &'static str, document: String) -> Result<T, LoadError> {
    serde_json::from_str(&document).map_err(|error| unreadable(table, error))
}

fn parse<T: FromStr>(table: &'static str, text: String) -> Result<T, LoadError>
where
    T::Err: Display,
{
    text.parse().map_err(|error| unreadable(table, error))
}

/// Where an opened document cannot be read. The words of the reader would quote what stands there.
pub(crate) fn where_of(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

fn unreadable(table: &'static str, why: impl Display) -> LoadError {
    LoadError::Unreadable {
        table,
        why: why.to_string(),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_document_cannot_be_read_says_nothing_of_what_stands_there() {
        let error = serde_json::from_str::<u64>("\"918-27-3645\"").unwrap_err();
        assert!(error.to_string().contains("918-27-3645"), "{error}");
        assert_eq!(where_of(&error), "line 1, column 13");
    }
}
