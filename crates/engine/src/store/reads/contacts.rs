//! What was said with a customer: notes, as the log has them.

use super::history::{EventRecord, OF_A_TYPE};
use super::*;
use domain::date::UtcMillis;
use domain::event::{Event, Stream};
use domain::view::ContactRow;

/// Notes shown with a customer.
const SHOWN: u32 = 50;

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
    let stream = Stream::Customer(id);
    let mut records: Vec<EventRecord> = sqlx::query_as(OF_A_TYPE)
        .bind(stream.kind())
        .bind(stream.id())
        .bind("contact_noted")
        .bind(SHOWN + 1)
        .fetch_all(connection)
        .await?;
    let more = records.len() > SHOWN as usize;
    records.truncate(SHOWN as usize);
    let rows: Result<Vec<ContactRow>, ReadError> =
        records.iter().map(|record| row(record, key)).collect();
    Ok((rows?, more))
}

fn row(record: &EventRecord, key: &CustomerKey) -> Result<ContactRow, ReadError> {
    let unreadable = |what: String| ReadError::Unreadable {
        table: "events",
        id: record.place(),
        what,
    };
    let Event::ContactNoted { channel, note, .. } = record.event(Some(key))? else {
        return Err(unreadable("it is no note".to_owned()));
    };
    Ok(ContactRow {
        seq: record.seq.cast_unsigned(),
        at: UtcMillis(record.at_ms),
        business_date: record
            .business_date
            .parse()
            .map_err(|what: &str| unreadable(what.to_owned()))?,
        by_name: record.actor_name.clone().unwrap_or_default(),
        channel,
        note: note.known().cloned().unwrap_or_default(),
    })
}
