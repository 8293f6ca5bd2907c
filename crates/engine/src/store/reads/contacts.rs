//! What was said with a customer: notes, as the log has them.

use super::*;
use domain::date::UtcMillis;
use domain::event::{Event, upcast};
use domain::view::ContactRow;

/// Notes shown with a customer.
const SHOWN: u32 = 50;

/// By the unique index on stream and place.
pub(super) const CONTACTS: &str = "select e.seq, e.version, e.payload, e.at_ms, e.business_date,
        e.command_id, e.ordinal, u.name actor_name
    from events e left join users u on u.id = e.user_id
    where e.stream = 'customer' and e.stream_id = ?1 and e.type = 'contact_noted'
    order by e.stream_seq desc limit ?2";

#[derive(sqlx::FromRow)]
struct Record {
    seq: i64,
    version: u32,
    payload: String,
    at_ms: i64,
    business_date: String,
    command_id: String,
    ordinal: i64,
    actor_name: Option<String>,
}

/// The newest notes, newest first, and whether there are more. Without the customer's key there
/// is nothing to read in them.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
    id: CustomerId,
    key: Option<&CustomerKey>,
) -> Result<(Vec<ContactRow>, bool), ReadError> {
    let Some(key) = key else {
        return Ok((Vec::new(), false));
    };
    let mut records: Vec<Record> = sqlx::query_as(CONTACTS)
        .bind(id.to_string())
        .bind(SHOWN + 1)
        .fetch_all(connection)
        .await?;
    let more = records.len() > SHOWN as usize;
    records.truncate(SHOWN as usize);
    let rows: Result<Vec<ContactRow>, ReadError> =
        records.iter().map(|record| record.row(key)).collect();
    Ok((rows?, more))
}

impl Record {
    fn row(&self, key: &CustomerKey) -> Result<ContactRow, ReadError> {
        let place = format!("{}/{}", self.command_id, self.ordinal);
        let unreadable = |what: String| ReadError::Unreadable {
            table: "events",
            id: place.clone(),
            what,
        };
        let payload: serde_json::Value = document("events", &place, &self.payload, Some(key))?;
        let event =
            upcast(self.version, payload).map_err(|error| unreadable(format!("{error:?}")))?;
        let Event::ContactNoted { channel, note, .. } = event else {
            return Err(unreadable("it is no note".to_owned()));
        };
        Ok(ContactRow {
            seq: self.seq.cast_unsigned(),
            at: UtcMillis(self.at_ms),
            business_date: self
                .business_date
                .parse()
                .map_err(|what: &str| unreadable(what.to_owned()))?,
            by_name: self.actor_name.clone().unwrap_or_default(),
            channel,
            note: note.known().cloned().unwrap_or_default(),
        })
    }
}
