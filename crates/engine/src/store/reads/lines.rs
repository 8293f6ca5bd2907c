//! Applications and lines: the list, and one in full.

use super::*;
use crate::store::terms::after_beginning;
use domain::customer::Customer;
use domain::ids::LineId;
use domain::line::{Decision, Line, Status};
use domain::view::*;
use serde::Deserialize;

/// Finds that search and the order by name sort among: the newest so many.
const FINDS_MAX: u32 = 2_000;
/// Customers one search text may find.
const CUSTOMERS_FOUND_MAX: u32 = 1_000;
/// Above every number there is.
const ABOVE_ALL: &str = "\u{10ffff}";

/// What a line's number, customer and takers are in the clear, beside the document.
const ROWS: &str = "
    select l.id, l.document, case when k.customer_id is not null then c.name end, u.name
    from json_each(?) wanted
    join lines l on l.id = wanted.value
    left join customers c on c.id = l.customer_id
    left join customer_keys k on k.customer_id = l.customer_id
    left join users u on u.id = l.taken_by
    order by wanted.key";

/// The filters a source does not resolve by its own index. A leading plus keeps the planner
/// from taking another index than the source's.
macro_rules! filtered {
    ($source:literal, $order:literal) => {
        concat!(
            "select l.id, l.number from lines l where ",
            $source,
            " and (?2 = '[]' or +l.status in (select value from json_each(?2)))
              and (?3 is null or +l.taken_person = ?3)
              and (?4 is null or +l.customer_id = ?4) and ",
            $order,
            " limit ?6"
        )
    };
}

/// One query for each source and direction: (descending, ascending).
macro_rules! source {
    ($source:literal) => {
        (
            filtered!($source, "l.number < ?5 order by l.number desc"),
            filtered!($source, "l.number > ?5 order by l.number asc"),
        )
    };
}

/// Every line, by its number.
const ALL: (&str, &str) = source!("?1 is null");
/// Of one status: `lines_by_status`.
const OF_STATUS: (&str, &str) = source!("l.status = ?1");
/// Taken by one person: `lines_by_taker`.
const OF_TAKER: (&str, &str) = source!("l.taken_person = ?1");
/// Of one customer: `lines_by_customer`.
const OF_CUSTOMER: (&str, &str) = source!("l.customer_id = ?1");
/// Among the finds of a search.
const AMONG: (&str, &str) = source!("l.id in (select value from json_each(?1))");

/// Where the next page begins: past a number, or past a name and number.
#[derive(Serialize, Deserialize)]
enum Place {
    Number(String),
    Name(String, String),
}

struct Found {
    id: LineId,
    number: String,
}

impl Reader {
    pub async fn lines(&self, viewer: &Viewer, query: &LineQuery) -> Result<LinePage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(query.limit);
        let after: Option<Place> = read_cursor(query.after.as_deref())?;
        let among = match query.search.trim() {
            "" => None,
            text => Some(found_by(&mut snapshot, text).await?),
        };
        let (found, next) = match query.order {
            LineOrder::CustomerName => {
                by_name(&mut snapshot, viewer, query, among, after, limit).await?
            }
            LineOrder::NewestFirst | LineOrder::OldestFirst => {
                let past = match after {
                    Some(Place::Number(number)) => Some(number),
                    Some(Place::Name(_, number)) => Some(number),
                    None => None,
                };
                let want = u32::try_from(limit + 1).unwrap_or(PAGE_MAX);
                let found =
                    by_number(&mut snapshot, viewer, query, among, past, query.order, want).await?;
                cut(found, limit, |last| Place::Number(last.number.clone()))
            }
        };
        let ids: Vec<LineId> = found.iter().map(|found| found.id).collect();
        let rows = self.line_rows(&mut snapshot, viewer.today, &ids).await?;
        Ok(LinePage { rows, next })
    }

    /// The rows of these lines, in the order named.
    pub(super) async fn line_rows(
        &self,
        connection: &mut SqliteConnection,
        today: BusinessDate,
        ids: &[LineId],
    ) -> Result<Vec<LineRow>, ReadError> {
        let rows: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(ROWS)
            .bind(id_list(ids))
            .fetch_all(connection)
            .await?;
        rows.into_iter()
            .map(|(id, text, customer_name, taken_by_name)| {
                // Nothing private is shown in a row: the document needs no key.
                let line: Line = document("lines", &id, &text, None)?;
                row(&line, today, customer_name, taken_by_name)
            })
            .collect()
    }

    /// One line in full, by its id.
    pub async fn line(&self, viewer: &Viewer, id: LineId) -> Result<LineDetails, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (text, customer_id): (String, String) =
            sqlx::query_as("select document, customer_id from lines where id = ?")
                .bind(id.to_string())
                .fetch_optional(&mut *snapshot)
                .await?
                .ok_or_else(not_found)?;
        let customer_id: CustomerId = parse_id("lines", &customer_id)?;
        let keys = self.keys(&mut snapshot, &[customer_id]).await?;
        let line: Line = document("lines", &id.to_string(), &text, keys.get(&customer_id))?;
        let customer: Customer = self
            .customer_document(&mut snapshot, customer_id, keys.get(&customer_id))
            .await?;
        let forgotten = customer.profile.known().is_none();
        let row = self
            .line_rows(&mut snapshot, viewer.today, &[id])
            .await?
            .pop()
            .ok_or_else(not_found)?;
        let decision = match &line.decision {
            Some(decision) => Some(decided(&mut snapshot, decision).await?),
            None => None,
        };
        let movements = self.movements_of(&mut snapshot, viewer, &line).await?;
        let waiting_changes = self
            .changes_of(&mut snapshot, viewer, &line, &row.customer_name)
            .await?;
        Ok(LineDetails {
            row,
            version: line.version,
            purpose: line.purpose.known().cloned().unwrap_or_default(),
            figures: line.figures(viewer.today)?,
            terms: line.terms().cloned(),
            product_id: line.product_id,
            customer: customers::row(&customer),
            bank_accounts: customers::bank_accounts(&customer),
            decision,
            agreement_signed_on: line.agreement_signed_on,
            frozen_note: line
                .frozen
                .as_ref()
                .map(|note| note.known().cloned().unwrap_or_default()),
            actions: actions::of_line(&viewer.user, &line, forgotten),
            movements,
            waiting_changes,
        })
    }

    /// The line behind an id or a number as people say it, for the command line.
    pub async fn line_id(&self, id_or_number: &str) -> Result<LineId, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let wanted = id_or_number.trim();
        let found: Option<(String,)> =
            sqlx::query_as("select id from lines where id = ?1 or number = ?2")
                .bind(wanted.to_lowercase())
                .bind(wanted.to_uppercase())
                .fetch_optional(&mut *snapshot)
                .await?;
        let (id,) = found.ok_or_else(not_found)?;
        parse_id("lines", &id)
    }
}

/// Lines whose number begins so, and those of customers found so: the newest of them.
async fn found_by(connection: &mut SqliteConnection, text: &str) -> Result<Vec<String>, ReadError> {
    let customers = customers::found_by(connection, text, CUSTOMERS_FOUND_MAX).await?;
    let number = number_beginning(text);
    let found: Vec<(String,)> = sqlx::query_as(
        "select id from (
             select id, number from lines where number >= ?1 and number < ?2
             union
             select id, number from lines where customer_id in (select value from json_each(?3)))
         order by number desc limit ?4",
    )
    .bind(&number)
    .bind(after_beginning(&number))
    .bind(id_list(&customers))
    .bind(FINDS_MAX)
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// How a typed number begins: people leave out the letters and the zeros.
fn number_beginning(text: &str) -> String {
    let typed = text.trim().to_uppercase();
    let digits = !typed.is_empty() && typed.len() <= 6 && typed.bytes().all(|b| b.is_ascii_digit());
    if digits {
        format!("LC-{typed:0>6}")
    } else {
        typed
    }
}

/// The next ids by number, of the narrowest source that a query has.
async fn by_number(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    query: &LineQuery,
    among: Option<Vec<String>>,
    past: Option<String>,
    order: LineOrder,
    want: u32,
) -> Result<Vec<Found>, ReadError> {
    let descending = order != LineOrder::OldestFirst;
    let past = past.unwrap_or_else(|| if descending { ABOVE_ALL } else { "" }.to_owned());
    let person = query.mine.then(|| {
        // Nobody without a person has taken anything.
        viewer
            .user
            .person_id
            .map(|id| id.to_string())
            .unwrap_or_default()
    });
    let customer = query.customer_id.map(|id| id.to_string());
    let several = |statuses: &[Status]| id_list(statuses);
    // (the source, its value, the statuses left to filter by)
    let sources: Vec<((&'static str, &'static str), Option<String>, String)> =
        if let Some(among) = &among {
            vec![(AMONG, Some(id_list(among)), several(&query.statuses))]
        } else if customer.is_some() {
            vec![(OF_CUSTOMER, customer.clone(), several(&query.statuses))]
        } else if person.is_some() {
            vec![(OF_TAKER, person.clone(), several(&query.statuses))]
        } else if query.statuses.is_empty() {
            vec![(ALL, None, several(&[]))]
        } else {
            let mut statuses = query.statuses.clone();
            statuses.sort();
            statuses.dedup();
            let one = |status: Status| (OF_STATUS, Some(status.tag().to_owned()), several(&[]));
            statuses.into_iter().map(one).collect()
        };
    let mut found = Vec::new();
    for ((newest_first, oldest_first), value, statuses) in sources {
        let sql = if descending {
            newest_first
        } else {
            oldest_first
        };
        let rows: Vec<(String, String)> = sqlx::query_as(sql)
            .bind(value)
            .bind(statuses)
            .bind(&person)
            .bind(&customer)
            .bind(&past)
            .bind(want)
            .fetch_all(&mut *connection)
            .await?;
        for (id, number) in rows {
            found.push(Found {
                id: parse_id("lines", &id)?,
                number,
            });
        }
    }
    found.sort_by(|one, other| one.number.cmp(&other.number));
    if descending {
        found.reverse();
    }
    found.truncate(want as usize);
    Ok(found)
}

/// By the customer's name among the newest finds; there is no index for more.
async fn by_name(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    query: &LineQuery,
    among: Option<Vec<String>>,
    after: Option<Place>,
    limit: usize,
) -> Result<(Vec<Found>, Option<String>), ReadError> {
    let newest = LineOrder::NewestFirst;
    let found = by_number(connection, viewer, query, among, None, newest, FINDS_MAX).await?;
    let ids: Vec<LineId> = found.iter().map(|found| found.id).collect();
    let names: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select l.id, l.number, case when k.customer_id is not null then c.name end
         from json_each(?) wanted
         join lines l on l.id = wanted.value
         left join customers c on c.id = l.customer_id
         left join customer_keys k on k.customer_id = l.customer_id",
    )
    .bind(id_list(&ids))
    .fetch_all(connection)
    .await?;
    let mut named: Vec<(String, Found)> = Vec::new();
    for (id, number, name) in names {
        let sorted_by = crate::store::terms::normalize_term(&name.unwrap_or_default());
        let id = parse_id("lines", &id)?;
        named.push((sorted_by, Found { id, number }));
    }
    named.sort_by(|(name, line), (other_name, other)| {
        (name, &line.number).cmp(&(other_name, &other.number))
    });
    if let Some(Place::Name(name, number)) = &after {
        named.retain(|(own, line)| (own, &line.number) > (name, number));
    }
    let place = |(name, last): &(String, Found)| Place::Name(name.clone(), last.number.clone());
    let (page, next) = cut(named, limit, place);
    Ok((page.into_iter().map(|(_, line)| line).collect(), next))
}

fn row(
    line: &Line,
    today: BusinessDate,
    customer_name: Option<String>,
    taken_by_name: Option<String>,
) -> Result<LineRow, ReadError> {
    Ok(LineRow {
        id: line.id,
        number: line.number.clone(),
        customer_id: line.customer_id,
        customer_name: customer_name.unwrap_or_else(|| FORGOTTEN.to_owned()),
        product_name: line.product_name.clone(),
        status: line.status(),
        requested_minor: line.requested_minor,
        limit_minor: line.limit(),
        owed_minor: line.owed_on(today)?,
        available_minor: line.available(today)?,
        taken_by_name: taken_by_name.unwrap_or_default(),
        taken_on: line.taken_on,
        frozen: line.frozen.is_some(),
        // Once the line has ended the request is history.
        cancellation_requested: line.cancellation_requested_on.is_some() && !line.status().ended(),
        closed_but_owing: line.closed_but_owing(),
        in_review: line.in_review,
    })
}

async fn decided(
    connection: &mut SqliteConnection,
    decision: &Decision,
) -> Result<DecisionView, ReadError> {
    let (by, on) = match decision {
        Decision::Approved { by, on, .. } | Decision::Rejected { by, on, .. } => (by, *on),
    };
    let by_name = people::name_of(connection, by.user_id).await?;
    Ok(match decision {
        Decision::Approved { limit_minor, .. } => DecisionView {
            approved: true,
            limit_minor: *limit_minor,
            reasons: Vec::new(),
            other_words: None,
            by_name,
            on,
        },
        Decision::Rejected {
            reasons,
            other_words,
            ..
        } => DecisionView {
            approved: false,
            limit_minor: Default::default(),
            reasons: reasons.clone(),
            other_words: other_words
                .as_ref()
                .map(|words| words.known().cloned().unwrap_or_default()),
            by_name,
            on,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions, Row};

    #[test]
    fn numbers_as_people_type_them() {
        for (typed, beginning) in [
            ("lc-0000", "LC-0000"),
            (" LC-000012 ", "LC-000012"),
            ("12", "LC-000012"),
            ("123456", "LC-123456"),
            ("5550143", "5550143"),
        ] {
            assert_eq!(number_beginning(typed), beginning);
        }
    }

    /// A page of any depth reads as many rows as it shows: each source walks an index that has
    /// its order already. Those of one customer and those found are few, and may be sorted.
    #[tokio::test]
    async fn each_source_walks_its_own_index() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut store = options.connect().await.unwrap();
        crate::store::migrate(&mut store).await.unwrap();
        for (source, index, may_sort) in [
            (ALL, "sqlite_autoindex_lines_2 (number", false),
            (OF_STATUS, "lines_by_status (status=? AND number", false),
            (OF_TAKER, "lines_by_taker (taken_person=? AND number", false),
            (OF_CUSTOMER, "lines_by_customer (customer_id=?", true),
            (AMONG, "sqlite_autoindex_lines_1 (id=?", true),
        ] {
            for sql in [source.0, source.1] {
                let explain = AssertSqlSafe(format!("explain query plan {sql}"));
                let plan = sqlx::query(explain).fetch_all(&mut store).await.unwrap();
                let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
                let plan = steps.join("; ");
                assert!(plan.contains(index), "{index} is not in {plan}");
                assert!(may_sort || !plan.contains("TEMP B-TREE"), "{plan}");
            }
        }
    }
}
