//! Applications and lines: the list, and one in full.

use super::*;
use crate::store::rows::SUMMARY;
use domain::adverse::AdverseActions;
use domain::customer::Customer;
use domain::ids::LineId;
use domain::intake::Check;
use domain::line::{Decision, Line, Status};
use domain::private::Private;
use domain::product::Product;
use domain::view::*;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The order by name sorts the newest so many.
const SORTED_MAX: u32 = 500;
/// Customers whose lines one search text lists: the first so many it meets.
const CUSTOMERS_FOUND_MAX: usize = 200;
/// Above every number there is.
const ABOVE_ALL: &str = "\u{10ffff}";

/// What a line's number, customer and takers are in the clear, beside the document.
pub(super) const ROWS: &str = "
    select l.id, coalesce(l.summary, l.document) shown, l.summary is not null summarized,
        case when k.customer_id is not null then c.name end customer_name, u.name taken_by_name
    from json_each(?) wanted
    cross join lines l on l.id = wanted.value
    left join customers c on c.id = l.customer_id
    left join customer_keys k on k.customer_id = l.customer_id
    left join users u on u.id = l.taken_by";

/// One line, as it is shown.
pub(super) const ONE: &str = "select coalesce(summary, document), summary is not null, customer_id
    from lines where id = ?";

pub(super) const SEVERAL: &str = "select id, coalesce(summary, document), summary is not null
    from lines where id in (select value from json_each(?))";

/// The names that the order by name sorts by.
pub(super) const NAMES: &str = "
    select l.id, l.number, case when k.customer_id is not null then c.name end
    from json_each(?) wanted
    cross join lines l on l.id = wanted.value
    left join customers c on c.id = l.customer_id
    left join customer_keys k on k.customer_id = l.customer_id";

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
pub(super) const ALL: (&str, &str) = source!("?1 is null");
/// Of one status: `lines_by_status`.
pub(super) const OF_STATUS: (&str, &str) = source!("l.status = ?1");
/// Taken by one person: `lines_by_taker`.
pub(super) const OF_TAKER: (&str, &str) = source!("l.taken_person = ?1");
/// Of one customer: `lines_by_customer`.
pub(super) const OF_CUSTOMER: (&str, &str) = source!("l.customer_id = ?1");
/// Of the customers a search found: `lines_by_customer`, sorted.
pub(super) const OF_FOUND: (&str, &str) =
    source!("l.customer_id in (select value from json_each(?1))");
/// Whose number begins so, from the beginning or from where the page before ended.
pub(super) const NUMBERED: (&str, &str) = (
    filtered!(
        "l.number >= ?1",
        "l.number < min(?1 || '\u{10ffff}', ?5) order by l.number desc"
    ),
    filtered!(
        "l.number >= max(?1, ?5)",
        "l.number < ?1 || '\u{10ffff}' and l.number <> ?5 order by l.number asc"
    ),
);

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

/// What a search text finds.
struct Search {
    /// Of its customers the first so many, as `json_each` takes them.
    customers: String,
    more_customers: bool,
    /// How the numbers begin that it may mean.
    number: String,
}

#[derive(sqlx::FromRow)]
struct Record {
    id: String,
    shown: String,
    summarized: bool,
    customer_name: Option<String>,
    taken_by_name: Option<String>,
}

/// A line as it is shown: condensed, if its past is long.
pub(super) fn shown_line(
    id: &str,
    text: &str,
    summarized: bool,
    key: Option<&CustomerKey>,
) -> Result<Line, ReadError> {
    if summarized {
        document("lines", &format!("{id}{SUMMARY}"), text, key)
    } else {
        document("lines", id, text, key)
    }
}

/// These lines as they are shown, less what is private in them.
pub(super) async fn shown_lines(
    connection: &mut SqliteConnection,
    ids: &BTreeSet<LineId>,
) -> Result<BTreeMap<LineId, Line>, ReadError> {
    let rows: Vec<(String, String, bool)> = sqlx::query_as(SEVERAL)
        .bind(load::json_ids(ids))
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, text, summarized)| {
            let line = shown_line(&id, &text, summarized, None)?;
            Ok((line.id, line))
        })
        .collect()
}

impl Reader {
    pub async fn lines(&self, viewer: &Viewer, query: &LineQuery) -> Result<LinePage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(query.limit);
        let after: Option<Place> = read_cursor(query.after.as_deref())?;
        let search = match query.search.trim() {
            "" => None,
            text => Some(search_of(&mut snapshot, text).await?),
        };
        let mut capped = search.as_ref().is_some_and(|search| search.more_customers);
        let (found, next) = match query.order {
            LineOrder::CustomerName => {
                let (named, more) = by_name(&mut snapshot, viewer, query, &search, after).await?;
                capped |= more;
                let place =
                    |(name, last): &(String, Found)| Place::Name(name.clone(), last.number.clone());
                let (page, next) = cut(named, limit, place);
                (page.into_iter().map(|(_, line)| line).collect(), next)
            }
            LineOrder::NewestFirst | LineOrder::OldestFirst => {
                let past = match after {
                    Some(Place::Number(number)) => Some(number),
                    Some(Place::Name(_, number)) => Some(number),
                    None => None,
                };
                let want = u32::try_from(limit + 1).unwrap_or(PAGE_MAX);
                let order = query.order;
                let found =
                    by_number(&mut snapshot, viewer, query, &search, past, order, want).await?;
                cut(found, limit, |last| Place::Number(last.number.clone()))
            }
        };
        let ids: Vec<LineId> = found.iter().map(|found| found.id).collect();
        let rows = self.line_rows(&mut snapshot, viewer.today, &ids).await?;
        Ok(LinePage { rows, next, capped })
    }

    /// The rows of these lines, in the order named.
    pub(super) async fn line_rows(
        &self,
        connection: &mut SqliteConnection,
        today: BusinessDate,
        ids: &[LineId],
    ) -> Result<Vec<LineRow>, ReadError> {
        let records: Vec<Record> = sqlx::query_as(ROWS)
            .bind(id_list(ids))
            .fetch_all(connection)
            .await?;
        let mut rows = BTreeMap::new();
        for record in records {
            // Nothing private is shown in a row: the document needs no key.
            let line = shown_line(&record.id, &record.shown, record.summarized, None)?;
            let row = row(&line, today, record.customer_name, record.taken_by_name)?;
            rows.insert(row.id, row);
        }
        Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
    }

    /// One line in full, by its id.
    pub async fn line(&self, viewer: &Viewer, id: LineId) -> Result<LineDetails, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (text, summarized, customer_id): (String, bool, String) = sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        let customer_id: CustomerId = parse_id("lines", &customer_id)?;
        let keys = self.keys(&mut snapshot, &[customer_id]).await?;
        let line = shown_line(&id.to_string(), &text, summarized, keys.get(&customer_id))?;
        let customer_row = customers::customer_rows(&mut snapshot, &[customer_id])
            .await?
            .pop()
            .ok_or_else(not_found)?;
        let forgotten = customer_row.forgotten;
        // Of the document only what is not private is shown here.
        let customer: Customer = self
            .customer_document(&mut snapshot, customer_id, None)
            .await?;
        let taken_by_name = people::name_of(&mut snapshot, line.taken_by.user_id).await?;
        let customer_name = (!forgotten).then(|| customer_row.name.clone());
        let row = row(
            &line,
            viewer.today,
            customer_name.clone(),
            Some(taken_by_name),
        )?;
        let decision = match &line.decision {
            Some(decision) => Some(decided(&mut snapshot, decision).await?),
            None => None,
        };
        let required = required_checks(&mut snapshot, &line).await?;
        let intake = intake(&mut snapshot, &line, &required).await?;
        let movements = self
            .movements_of(&mut snapshot, viewer, &line, customer_name.as_ref())
            .await?;
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
            customer: customer_row,
            bank_accounts: customers::bank_accounts(&customer, forgotten),
            intake,
            decision,
            agreement_signed_on: line.agreement_signed_on,
            frozen_note: line
                .frozen
                .as_ref()
                .map(|note| note.known().cloned().unwrap_or_default()),
            adverse_actions: adverse_actions(&line.adverse),
            actions: actions::of_line(viewer, &line, forgotten, &required),
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

/// The checks that a line's product asks for as it is now; none of a line that is decided.
async fn required_checks(
    connection: &mut SqliteConnection,
    line: &Line,
) -> Result<Vec<Check>, ReadError> {
    if line.status() != Status::Open {
        return Ok(Vec::new());
    }
    let id = line.product_id.to_string();
    let (text,): (String,) = sqlx::query_as("select document from products where id = ?")
        .bind(&id)
        .fetch_optional(connection)
        .await?
        .ok_or_else(not_found)?;
    let product: Product = document("products", &id, &text, None)?;
    Ok(product.terms.checks)
}

/// The papers of an application, with each check that is asked for or was made.
async fn intake(
    connection: &mut SqliteConnection,
    line: &Line,
    required: &[Check],
) -> Result<IntakeView, ReadError> {
    let mut checks = Vec::new();
    for check in Check::ALL {
        let mark = line.intake.checks.iter().find(|mark| mark.check == *check);
        if mark.is_none() && !required.contains(check) {
            continue;
        }
        checks.push(CheckRow {
            check: *check,
            required: required.contains(check),
            passed: mark.map(|mark| mark.passed),
            by_name: match mark {
                Some(mark) => people::name_of(connection, mark.by.user_id).await?,
                None => String::new(),
            },
            on: mark.map(|mark| mark.on),
        });
    }
    Ok(IntakeView {
        complete_since: line.intake.complete_since,
        missing: line.intake.missing.clone(),
        notice: line.intake.notice,
        checks,
    })
}

fn adverse_actions(adverse: &AdverseActions) -> AdverseActionsView {
    let told = adverse.told.as_ref().map(|told| {
        let own = told.other_words.as_ref().and_then(Private::known);
        ToldView {
            on: told.on,
            reasons: told.reasons.clone(),
            other_words: own.cloned(),
        }
    });
    AdverseActionsView {
        untold: adverse.untold.clone(),
        told,
    }
}

/// A line may be meant by its number or by its customer.
async fn search_of(connection: &mut SqliteConnection, text: &str) -> Result<Search, ReadError> {
    let (customers, more_customers) =
        customers::found_by(connection, text, CUSTOMERS_FOUND_MAX).await?;
    Ok(Search {
        customers: id_list(&customers),
        more_customers,
        number: number_beginning(text),
    })
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

/// The next ids by number, of the narrowest sources that a query has.
async fn by_number(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    query: &LineQuery,
    search: &Option<Search>,
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
        if let Some(search) = search {
            let statuses = several(&query.statuses);
            vec![
                (NUMBERED, Some(search.number.clone()), statuses.clone()),
                (OF_FOUND, Some(search.customers.clone()), statuses),
            ]
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
    // A line may be found by its number and by its customer.
    found.dedup_by(|one, other| one.number == other.number);
    if descending {
        found.reverse();
    }
    found.truncate(want as usize);
    Ok(found)
}

/// By the customer's name, of the newest finds: there is no index for more. Says whether there are
/// more.
async fn by_name(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    query: &LineQuery,
    search: &Option<Search>,
    after: Option<Place>,
) -> Result<(Vec<(String, Found)>, bool), ReadError> {
    let newest = LineOrder::NewestFirst;
    let (want, most) = (SORTED_MAX + 1, SORTED_MAX as usize);
    let mut found = by_number(connection, viewer, query, search, None, newest, want).await?;
    let more = found.len() > most;
    found.truncate(most);
    let ids: Vec<LineId> = found.iter().map(|found| found.id).collect();
    let names: Vec<(String, String, Option<String>)> = sqlx::query_as(NAMES)
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
    Ok((named, more))
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
        clock: line.clock(),
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
        Decision::Approved {
            limit_minor,
            by_policy,
            ..
        } => DecisionView {
            approved: true,
            limit_minor: *limit_minor,
            reasons: Vec::new(),
            other_words: None,
            by_name,
            by_policy: *by_policy,
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
            by_policy: false,
            on,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
