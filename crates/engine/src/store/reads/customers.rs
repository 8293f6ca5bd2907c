//! Customers: found, and shown with what identifies them masked.

use super::*;
use crate::store::terms::{after_beginning, beginnings, normalize_term};
use domain::customer::{Customer, Profile};
use domain::ids::LineId;
use domain::view::*;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Customers one search text may find.
const FOUND_MAX: u32 = 1_000;
/// Lines one customer's page shows.
const LINES_SHOWN: u32 = 100;
const ABOVE_ALL: &str = "\u{10ffff}";

#[derive(Serialize, Deserialize)]
enum Place {
    Number(String),
    Name(String, String),
}

struct Found {
    id: CustomerId,
    number: String,
    sorted_by: String,
}

impl Reader {
    /// Newest first; what a search found, by name.
    pub async fn customers(&self, query: &CustomerQuery) -> Result<CustomerPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(query.limit);
        let after: Option<Place> = read_cursor(query.after.as_deref())?;
        let searching = !query.search.trim().is_empty();
        let (found, next) = if searching {
            let found = sorted_by_name(&mut snapshot, &query.search, after).await?;
            cut(found, limit, |last| {
                Place::Name(last.sorted_by.clone(), last.number.clone())
            })
        } else {
            let found = newest(&mut snapshot, after, limit + 1).await?;
            cut(found, limit, |last| Place::Number(last.number.clone()))
        };
        let mut rows = Vec::new();
        let ids: Vec<CustomerId> = found.iter().map(|found| found.id).collect();
        let keys = self.keys(&mut snapshot, &ids).await?;
        let documents: Vec<(String, String)> = sqlx::query_as(
            "select c.id, c.document from json_each(?) wanted
             join customers c on c.id = wanted.value order by wanted.key",
        )
        .bind(id_list(&ids))
        .fetch_all(&mut *snapshot)
        .await?;
        for (id, text) in documents {
            let key = keys.get(&parse_id("customers", &id)?);
            rows.push(row(&document("customers", &id, &text, key)?));
        }
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
        let lines: Vec<(String,)> = sqlx::query_as(
            "select id from lines where customer_id = ? order by number desc limit ?",
        )
        .bind(id.to_string())
        .bind(LINES_SHOWN)
        .fetch_all(&mut *snapshot)
        .await?;
        let lines = lines
            .into_iter()
            .map(|(id,)| parse_id("lines", &id))
            .collect::<Result<Vec<LineId>, _>>()?;
        let lines = self.line_rows(&mut snapshot, viewer.today, &lines).await?;
        Ok(details(&customer, lines))
    }
}

/// Ids of customers one of whose terms begins as the text may mean.
pub(super) async fn found_by(
    connection: &mut SqliteConnection,
    text: &str,
    most: u32,
) -> Result<Vec<CustomerId>, ReadError> {
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    for beginning in beginnings(text) {
        let ids: Vec<(String,)> = sqlx::query_as(
            "select distinct customer_id from customer_terms
             where term >= ?1 and term < ?2 limit ?3",
        )
        .bind(&beginning)
        .bind(after_beginning(&beginning))
        .bind(most)
        .fetch_all(&mut *connection)
        .await?;
        for (id,) in ids {
            let id = parse_id("customer_terms", &id)?;
            if known.insert(id) {
                found.push(id);
            }
        }
    }
    found.truncate(most as usize);
    Ok(found)
}

async fn newest(
    connection: &mut SqliteConnection,
    after: Option<Place>,
    want: usize,
) -> Result<Vec<Found>, ReadError> {
    let past = match after {
        Some(Place::Number(number) | Place::Name(_, number)) => number,
        None => ABOVE_ALL.to_owned(),
    };
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select id, number from customers where number < ? order by number desc limit ?",
    )
    .bind(past)
    .bind(u32::try_from(want).unwrap_or(PAGE_MAX))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, number)| {
            let id = parse_id("customers", &id)?;
            let sorted_by = String::new();
            Ok(Found {
                id,
                number,
                sorted_by,
            })
        })
        .collect()
}

async fn sorted_by_name(
    connection: &mut SqliteConnection,
    search: &str,
    after: Option<Place>,
) -> Result<Vec<Found>, ReadError> {
    let ids = found_by(connection, search, FOUND_MAX).await?;
    // Terms of a customer whose key is gone are about to be scrubbed: they find nobody.
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select c.id, c.number, c.name from json_each(?) wanted
         join customers c on c.id = wanted.value
         join customer_keys k on k.customer_id = c.id",
    )
    .bind(id_list(&ids))
    .fetch_all(connection)
    .await?;
    let mut found = Vec::new();
    for (id, number, name) in rows {
        let id = parse_id("customers", &id)?;
        let sorted_by = normalize_term(&name.unwrap_or_default());
        found.push(Found {
            id,
            number,
            sorted_by,
        });
    }
    found.sort_by(|one, other| {
        (&one.sorted_by, &one.number).cmp(&(&other.sorted_by, &other.number))
    });
    if let Some(Place::Name(name, number)) = &after {
        found.retain(|own| (&own.sorted_by, &own.number) > (name, number));
    }
    Ok(found)
}

pub(super) fn row(customer: &Customer) -> CustomerRow {
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

fn full_name(profile: &Profile) -> String {
    format!("{} {}", profile.given_name, profile.family_name)
}

pub(super) fn bank_accounts(customer: &Customer) -> Vec<BankAccountView> {
    if customer.profile.known().is_none() {
        return Vec::new();
    }
    customer
        .bank_accounts
        .iter()
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
        row: row(customer),
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
        bank_accounts: bank_accounts(customer),
        lines,
        recorded_on: customer.recorded_on,
    }
}

fn last(text: &str, count: usize) -> String {
    let characters = text.chars().count();
    text.chars()
        .skip(characters.saturating_sub(count))
        .collect()
}
