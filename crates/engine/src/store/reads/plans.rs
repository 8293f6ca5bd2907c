//! Each list is held to its index, as the table in ARCHITECTURE.md says: what is read to any depth
//! reads as many rows as it shows.

use super::*;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

/// How a read may go about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sorted {
    /// In the order of its index: nothing is sorted.
    ByIndex,
    /// Few by construction (capped finds, the lines of one customer): they may be sorted.
    Afterwards,
}

use Sorted::{Afterwards, ByIndex};

async fn empty_store() -> SqliteConnection {
    let options = SqliteConnectOptions::new().in_memory(true);
    let mut store = options.connect().await.unwrap();
    crate::store::migrate(&mut store).await.unwrap();
    store
}

async fn plan_of(store: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("explain query plan {sql}"));
    let plan = sqlx::query(explain).fetch_all(store).await.unwrap();
    plan.iter().map(|step| step.get("detail")).collect()
}

/// A step that reads a table or an index from end to end. What was named in the question
/// (`json_each`) is few, and so is what a part of the read found before; an index that holds only
/// what waits for somebody is read from its beginning.
fn scans(step: &str) -> bool {
    let few = [
        "VIRTUAL TABLE",
        "SCAN p",
        "INDEX lines_to_cancel",
        "INDEX findings_open",
    ];
    step.starts_with("SCAN ") && !few.iter().any(|few| step.contains(few))
}

async fn check(
    store: &mut SqliteConnection,
    name: &str,
    sql: &str,
    indices: &[&str],
    sorted: Sorted,
) {
    let steps = plan_of(store, sql).await;
    let plan = steps.join("; ");
    for index in indices {
        assert!(plan.contains(index), "{name}: {index} is not in {plan}");
    }
    assert!(!steps.iter().any(|step| scans(step)), "{name}: {plan}");
    let sorts = plan.contains("TEMP B-TREE");
    assert!(!sorts || sorted == Afterwards, "{name} sorts: {plan}");
}

/// Both directions of a source.
fn both(
    name: &'static str,
    sql: (&'static str, &'static str),
) -> [(&'static str, &'static str); 2] {
    [(name, sql.0), (name, sql.1)]
}

#[tokio::test]
async fn each_list_walks_its_own_index() {
    let mut store = empty_store().await;
    for (sources, index, sorted) in [
        (
            both("of a status", lines::OF_STATUS),
            "lines_by_status (status=? AND number",
            ByIndex,
        ),
        (
            both("of a taker", lines::OF_TAKER),
            "lines_by_taker (taken_person=? AND number",
            ByIndex,
        ),
        (
            both("of a customer", lines::OF_CUSTOMER),
            "lines_by_customer (customer_id=? AND number",
            ByIndex,
        ),
        (
            both("by number", lines::NUMBERED),
            "sqlite_autoindex_lines_2 (number>? AND number<?",
            ByIndex,
        ),
        (
            both("all", lines::ALL),
            "sqlite_autoindex_lines_2 (number",
            ByIndex,
        ),
        (
            both("of customers found", lines::OF_FOUND),
            "lines_by_customer (customer_id=? AND number",
            Afterwards,
        ),
    ] {
        for (name, sql) in sources {
            check(&mut store, name, sql, &[index], sorted).await;
        }
    }
    for (name, sql, indices, sorted) in [
        (
            "customers",
            customers::NEWEST,
            &["sqlite_autoindex_customers_2 (number<?)"][..],
            ByIndex,
        ),
        (
            "customers found",
            customers::MET,
            &[
                "PRIMARY KEY ((term,customer_id)>(?,?) AND term<?)",
                "customer_terms_by_customer (customer_id=?",
                "sqlite_autoindex_customer_keys_1 (customer_id=?)",
            ],
            ByIndex,
        ),
        (
            "lines of a customer",
            customers::LINES,
            &["lines_by_customer (customer_id=?)"],
            ByIndex,
        ),
        (
            "history",
            history::ENTRIES,
            &["journal_by_owner (owner=? AND (effective_on,seq,entry)<(?,?,?))"],
            ByIndex,
        ),
        (
            "history behind a page",
            history::LATER,
            &["journal_by_owner (owner=? AND (effective_on,seq,entry)>(?,?,?))"],
            ByIndex,
        ),
        (
            "what stood on a day",
            past::STOOD,
            &["journal_by_owner (owner=? AND effective_on<?)"],
            Afterwards,
        ),
        (
            "day sheet",
            counter::OF_THE_DAY,
            &["journal_by_owner (owner=? AND effective_on=?)"],
            ByIndex,
        ),
        (
            "movements of a line",
            movements::OF_LINE,
            &["movements_by_line (line_id=?)"],
            ByIndex,
        ),
        (
            "transfers",
            transfers::IN_STATE,
            &["movements_by_state (state=?)"],
            ByIndex,
        ),
        (
            "transfers counted",
            transfers::COUNT,
            &["COVERING INDEX movements_by_state (state=?)"],
            ByIndex,
        ),
        (
            "the oldest transfer",
            transfers::OLDEST,
            &["movements_by_state (state=?)"],
            ByIndex,
        ),
        (
            "all movements",
            listings::OF_STATE,
            &["movements_by_state (state=? AND requested_seq<?)"],
            ByIndex,
        ),
        (
            "open applications",
            desk::OPEN,
            &["lines_by_status (status=?)"],
            ByIndex,
        ),
        (
            "cancellations",
            desk::TO_CANCEL,
            &["INDEX lines_to_cancel"],
            ByIndex,
        ),
        (
            "open findings",
            attention::OPEN,
            &["INDEX findings_open"],
            ByIndex,
        ),
        (
            "open findings of a class",
            attention::OPEN_OF_CLASS,
            &["INDEX findings_open"],
            ByIndex,
        ),
        (
            "log of a stream",
            history::OF_A_STREAM,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=? AND stream_seq<?)"],
            ByIndex,
        ),
        (
            "log of a movement",
            history::OF_A_MOVEMENT,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=?)"],
            ByIndex,
        ),
        (
            "the whole log",
            history::OF_ALL_STREAMS,
            &["INTEGER PRIMARY KEY (rowid<?)"],
            ByIndex,
        ),
        (
            "statements of a line",
            statements::PAGE,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=? AND stream_seq<?)"],
            ByIndex,
        ),
        (
            "statements counted",
            statements::COUNT,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=? AND stream_seq<?)"],
            ByIndex,
        ),
        (
            "one statement",
            statements::ONE,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=?)"],
            ByIndex,
        ),
        (
            "what was told of a limit",
            papers::TOLD,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=?)"],
            ByIndex,
        ),
        (
            "where a movement moved",
            papers::MOVED,
            &["journal_by_owner (owner=?"],
            ByIndex,
        ),
        (
            "what a command posted",
            papers::POSTED,
            &[
                "INTEGER PRIMARY KEY (rowid=?)",
                "sqlite_autoindex_events_2 (command_id=?)",
                "PRIMARY KEY (seq=?)",
            ],
            Afterwards,
        ),
        (
            "the balance after it",
            papers::BALANCE,
            &["journal_by_owner (owner=?"],
            ByIndex,
        ),
        (
            "lines of a report",
            reports::LINES,
            &["lines_by_status (status=? AND number>?)"],
            ByIndex,
        ),
        (
            "movements of a report",
            reports::MOVEMENTS,
            &["movements_by_state (state=? AND requested_seq>?)"],
            ByIndex,
        ),
        (
            "disbursals",
            reports::DISBURSALS,
            &["PRIMARY KEY ((seq,entry)>(?,?))"],
            ByIndex,
        ),
        (
            "collections",
            reports::COLLECTIONS,
            &["PRIMARY KEY ((seq,entry)>(?,?))"],
            ByIndex,
        ),
        (
            "the first event of a day",
            reports::FIRST_EVENT,
            &["INTEGER PRIMARY KEY (rowid>?)"],
            ByIndex,
        ),
        (
            "customer credits",
            reports::CREDITS,
            &["journal_by_account (account=? AND owner>?)"],
            ByIndex,
        ),
        (
            "what befell an account",
            history::OF_AN_ACCOUNT,
            &[
                "sqlite_autoindex_events_1 (stream=? AND stream_id=? AND stream_seq>? AND stream_seq<?)",
            ],
            ByIndex,
        ),
        (
            "wrong passwords of an account",
            history::WRONG_PASSWORDS,
            &[
                "sqlite_autoindex_events_1 (stream=? AND stream_id=? AND stream_seq>? AND stream_seq<?)",
            ],
            ByIndex,
        ),
        (
            "contacts of a customer",
            history::OF_A_TYPE,
            &["sqlite_autoindex_events_1 (stream=? AND stream_id=?)"],
            ByIndex,
        ),
        (
            "newest movements of a line",
            warnings::NEWEST,
            &["movements_by_line (line_id=?)"],
            ByIndex,
        ),
        (
            "lines whose draws add up",
            splits::LINES,
            &[
                "movements_by_state (state=? AND requested_seq>?)",
                "sqlite_autoindex_lines_1 (id=?)",
            ],
            Afterwards,
        ),
        (
            "lines that cash is counted of",
            warnings::LINES,
            &["lines_by_customer (customer_id=?)"],
            ByIndex,
        ),
        (
            "cash over drawers",
            reports::CASH,
            &["PRIMARY KEY ((seq,entry,leg)>(?,?,?))"],
            ByIndex,
        ),
        (
            "ledger",
            ledger::OF_THE_BRANCH,
            &["PRIMARY KEY ((seq,entry)<(?,?))"],
            Afterwards,
        ),
        (
            "ledger of a line",
            ledger::OF_A_LINE,
            &["journal_by_owner (owner=?"],
            Afterwards,
        ),
    ] {
        check(&mut store, name, sql, indices, sorted).await;
    }
}

/// What is shown of ids that are known: one look at each.
#[tokio::test]
async fn rows_are_looked_up_one_by_one() {
    let mut store = empty_store().await;
    for (name, sql) in [
        ("rows of lines", lines::ROWS),
        ("one line", lines::ONE),
        ("several lines", lines::SEVERAL),
        ("names of lines", lines::NAMES),
        ("rows of customers", customers::ROWS),
        ("rows of movements", movements::ROWS),
        ("names of users", movements::NAMES),
    ] {
        check(&mut store, name, sql, &[], ByIndex).await;
    }
}

/// A list that is read to any depth stands in the table of ARCHITECTURE.md, and nothing stands
/// there that is not held to its index here.
#[test]
fn the_table_names_the_indices_that_are_checked() {
    let text = include_str!("../../../../../ARCHITECTURE.md");
    let (_, rest) = text
        .split_once("## Which filter × sort pairs have an index")
        .unwrap();
    let (table, _) = rest.split_once("\n## ").unwrap();
    let here = include_str!("plans.rs");
    let named: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 6, "{named:?}");
    for index in named {
        assert!(here.contains(index), "nothing here is held to {index}");
    }
}
