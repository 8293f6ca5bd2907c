//! Customers: found, and shown with what identifies them masked.

use super::*;
use crate::store::terms::{after_beginning, beginnings};
use domain::customer::{Customer, Masked, Profile};
use domain::ids::LineId;
use domain::view::*;
use serde::Deserialize;

/// Lines one customer's page shows.
const LINES_SHOWN: u32 = 100;
const ABOVE_ALL: &str = "\u{10ffff}";

/// Where the next page begins: past a number, or past what a search met.
#[derive(Serialize, Deserialize)]
enum Place {
    Number(String),
    Met(Met),
}

/// One customer a search met: by which of the meanings of its text, and by which term.
#[derive(Serialize, Deserialize)]
struct Met {
    meaning: usize,
    term: String,
    id: CustomerId,
}

/// The order of a list without a search: the unique index on the number.
pub(super) const NEWEST: &str =
    "select id, number from customers where number < ? order by number desc limit ?";

/// Customers in the order of what they are found by, each at the first of their terms that begins
/// so. By the primary key; the terms of one customer by `customer_terms_by_customer`. Terms of a
/// customer whose key is gone are about to be scrubbed: they find nobody.
pub(super) const MET: &str = "
    select t.term, t.customer_id from customer_terms t
    where (t.term, t.customer_id) > (?2, ?3) and t.term < ?4
      and not exists (select 1 from customer_terms earlier
          where earlier.customer_id = t.customer_id
          and (earlier.term >= ?1 and earlier.term < t.term
              or earlier.term >= ?5 and earlier.term < ?6))
      and exists (select 1 from customer_keys k where k.customer_id = t.customer_id)
    order by t.term, t.customer_id limit ?7";

/// What a row shows stands in the clear in the views: nothing is opened.
pub(super) const ROWS: &str = "
    select c.id, c.number, c.name, c.phone, c.email, c.city, k.customer_id is null forgotten
    from json_each(?) wanted
    cross join customers c on c.id = wanted.value
    left join customer_keys k on k.customer_id = c.id";

/// By `lines_by_customer`.
pub(super) const LINES: &str =
    "select id from lines where customer_id = ? order by number desc limit ?";

#[derive(sqlx::FromRow)]
struct Record {
    id: String,
    number: String,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    city: Option<String>,
    forgotten: bool,
}

impl Reader {
    /// Newest first; what a search found, in the order of what it was found by.
    pub async fn customers(&self, query: &CustomerQuery) -> Result<CustomerPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(query.limit);
        let after: Option<Place> = read_cursor(query.after.as_deref())?;
        let (ids, next): (Vec<CustomerId>, _) = if query.search.trim().is_empty() {
            let past = match after {
                Some(Place::Number(number)) => number,
                Some(Place::Met(_)) | None => ABOVE_ALL.to_owned(),
            };
            let found = newest(&mut snapshot, &past, limit + 1).await?;
            let (found, next) = cut(found, limit, |(_, number)| Place::Number(number.clone()));
            (found.into_iter().map(|(id, _)| id).collect(), next)
        } else {
            let after = match after {
                Some(Place::Met(met)) => Some(met),
                Some(Place::Number(_)) | None => None,
            };
            let found = met(&mut snapshot, &query.search, after, limit + 1).await?;
            let (found, next) = cut(found, limit, |last| {
                Place::Met(Met {
                    meaning: last.meaning,
                    term: last.term.clone(),
                    id: last.id,
                })
            });
            (found.into_iter().map(|met| met.id).collect(), next)
        };
        let rows = customer_rows(&mut snapshot, &ids).await?;
        Ok(CustomerPage { rows, next })
    }

    pub(super) async fn customer_document(
        &self,
        connection: &mut SqliteConnection,
        id: CustomerId,
        key: Option<&CustomerKey>,
    ) -> Result<Customer, ReadError> {
        let (text,): (String,) = sqlx::query_as("select document from customers where id = ?")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?
            .ok_or_else(not_found)?;
        document("customers", &id.to_string(), &text, key)
    }

    /// One customer in full, masked, with their lines.
    pub async fn customer(
        &self,
        viewer: &Viewer,
        id: CustomerId,
    ) -> Result<CustomerDetails, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let keys = self.keys(&mut snapshot, &[id]).await?;
        let customer = self
            .customer_document(&mut snapshot, id, keys.get(&id))
            .await?;
        let lines: Vec<(String,)> = sqlx::query_as(LINES)
            .bind(id.to_string())
            .bind(LINES_SHOWN)
            .fetch_all(&mut *snapshot)
            .await?;
        let lines = lines
            .into_iter()
            .map(|(id,)| parse_id("lines", &id))
            .collect::<Result<Vec<LineId>, _>>()?;
        let lines = self.line_rows(&mut snapshot, viewer.today, &lines).await?;
        let (contacts, more_contacts) = contacts::newest(&mut snapshot, id, keys.get(&id)).await?;
        Ok(CustomerDetails {
            contacts,
            more_contacts,
            ..details(&customer, lines)
        })
    }

    /// What stands behind a mask. Only for whoever has written down that it is shown.
    pub(crate) async fn unmasked(
        &self,
        id: CustomerId,
        masked: Masked,
    ) -> Result<Option<String>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let keys = self.keys(&mut snapshot, &[id]).await?;
        let customer = self
            .customer_document(&mut snapshot, id, keys.get(&id))
            .await?;
        Ok(customer.unmasked(masked))
    }
}

/// Customers that a text finds, the first so many, and whether there are more.
pub(super) async fn found_by(
    connection: &mut SqliteConnection,
    text: &str,
    most: usize,
) -> Result<(Vec<CustomerId>, bool), ReadError> {
    let mut found = met(connection, text, None, most + 1).await?;
    let more = found.len() > most;
    found.truncate(most);
    Ok((found.into_iter().map(|met| met.id).collect(), more))
}

/// One meaning of the text after the other, each in the order of the index; whoever an earlier
/// one met is not met again.
async fn met(
    connection: &mut SqliteConnection,
    text: &str,
    after: Option<Met>,
    want: usize,
) -> Result<Vec<Met>, ReadError> {
    let meanings = beginnings(text);
    let mut found: Vec<Met> = Vec::new();
    let (first, mut past) = match after {
        Some(after) => (after.meaning, Some((after.term, after.id.to_string()))),
        None => (0, None),
    };
    for (meaning, beginning) in meanings.iter().enumerate().skip(first) {
        let (past_term, past_id) = past
            .take()
            .unwrap_or_else(|| (beginning.clone(), String::new()));
        let earlier = meaning.checked_sub(1).and_then(|place| meanings.get(place));
        let terms: Vec<(String, String)> = sqlx::query_as(MET)
            .bind(beginning)
            .bind(past_term)
            .bind(past_id)
            .bind(after_beginning(beginning))
            .bind(earlier)
            .bind(earlier.map(|earlier| after_beginning(earlier)))
            .bind(u32::try_from(want - found.len()).unwrap_or(PAGE_MAX))
            .fetch_all(&mut *connection)
            .await?;
        for (term, id) in terms {
            let id = parse_id("customer_terms", &id)?;
            found.push(Met { meaning, term, id });
        }
        if found.len() >= want {
            break;
        }
    }
    Ok(found)
}

async fn newest(
    connection: &mut SqliteConnection,
    past: &str,
    want: usize,
) -> Result<Vec<(CustomerId, String)>, ReadError> {
    let rows: Vec<(String, String)> = sqlx::query_as(NEWEST)
        .bind(past)
        .bind(u32::try_from(want).unwrap_or(PAGE_MAX))
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, number)| Ok((parse_id("customers", &id)?, number)))
        .collect()
}

/// The rows of these customers, in the order named.
pub(super) async fn customer_rows(
    connection: &mut SqliteConnection,
    ids: &[CustomerId],
) -> Result<Vec<CustomerRow>, ReadError> {
    let records: Vec<Record> = sqlx::query_as(ROWS)
        .bind(id_list(ids))
        .fetch_all(connection)
        .await?;
    let mut rows = BTreeMap::new();
    for record in records {
        let row = row(record)?;
        rows.insert(row.id, row);
    }
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn row(record: Record) -> Result<CustomerRow, ReadError> {
    let name = record.name.filter(|_| !record.forgotten);
    let known = name.is_some();
    let shown = |value: Option<String>| value.filter(|_| known).unwrap_or_default();
    Ok(CustomerRow {
        id: parse_id("customers", &record.id)?,
        number: record.number,
        name: name.unwrap_or_else(|| FORGOTTEN.to_owned()),
        phone: shown(record.phone),
        email: shown(record.email),
        city: shown(record.city),
        forgotten: !known,
    })
}

/// The row of a customer whose document is opened.
fn row_of(customer: &Customer) -> CustomerRow {
    let profile = customer.profile.known();
    let show = |field: fn(&Profile) -> String| profile.map(field).unwrap_or_default();
    CustomerRow {
        id: customer.id,
        number: customer.number.clone(),
        name: profile.map_or(FORGOTTEN.to_owned(), full_name),
        phone: show(|profile| profile.phone.clone()),
        email: show(|profile| profile.email.clone()),
        city: show(|profile| profile.address.city.clone()),
        forgotten: profile.is_none(),
    }
}

pub(super) fn full_name(profile: &Profile) -> String {
    format!("{} {}", profile.given_name, profile.family_name)
}

/// What of their accounts may be shown; nothing of a forgotten customer's.
pub(super) fn bank_accounts(customer: &Customer, forgotten: bool) -> Vec<BankAccountView> {
    let accounts = customer.bank_accounts.iter().filter(|_| !forgotten);
    accounts
        .map(|account| BankAccountView {
            id: account.id,
            last4: account.last4.clone(),
            debit_authorized_on: account.debit_authorized_on,
            unusable_since_code: account.unusable_since_code.clone(),
        })
        .collect()
}

fn details(customer: &Customer, lines: Vec<LineRow>) -> CustomerDetails {
    let profile = customer.profile.known();
    let document = profile.map(|profile| &profile.identity_document);
    CustomerDetails {
        row: row_of(customer),
        version: customer.version,
        address: profile.map(|profile| profile.address.clone()),
        employment: profile.map(|profile| profile.employment.clone()),
        income_monthly_minor: profile
            .map(|profile| profile.income_monthly_minor)
            .unwrap_or_default(),
        obligations_monthly_minor: profile
            .map(|profile| profile.obligations_monthly_minor)
            .unwrap_or_default(),
        tax_id_masked: profile.map_or(String::new(), |profile| {
            format!("•••-••-{}", last(&profile.tax_id, 4))
        }),
        birth_date_masked: profile.map_or(String::new(), |_| "••••-••-••".to_owned()),
        document_kind: document.map(|document| document.kind),
        document_masked: document.map_or(String::new(), |document| {
            // Of a short number even two characters would be telling.
            let shown = if document.number.chars().count() >= 6 {
                2
            } else {
                0
            };
            format!("••••••{}", last(&document.number, shown))
        }),
        bank_accounts: bank_accounts(customer, profile.is_none()),
        lines,
        recorded_on: customer.recorded_on,
        contacts: Vec::new(),
        more_contacts: false,
    }
}

fn last(text: &str, count: usize) -> String {
    let characters = text.chars().count();
    text.chars()
        .skip(characters.saturating_sub(count))
        .collect()
}
