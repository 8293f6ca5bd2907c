//! Somebody has the file in hand: they edit it, put rows in, take them out, put earlier ones back,
//! cut the log short or bring yesterday's file. Every time the next start says so, by name, and
//! neither a payment nor an approval passes. And a store that nobody touched starts without a word.

use domain::command::{ApproveApplication, CloseLine, Command, Internal, Speed};
use domain::ids::{BankAccountId, CustomerId, LineId, MovementId};
use domain::movement::MovementState;
use domain::reconcile::FindingClass;
use engine::chain::{EventRow, Hash, event_hash};
use engine::engine::StartError;
use engine::store::{OpenError, STORE_FILE, check};
use engine::{Engine, Options};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};
use std::path::{Path, PathBuf};
use stories::branch::{self, Branch, Folder, Person, paper};
use stories::dice::Dice;
use stories::proof;
use uuid::Uuid;

/// A store of some weeks, as it was yesterday and as it was left tonight.
struct Desk {
    /// Holds everything.
    home: tempfile::TempDir,
    ada: Person,
    /// An application that waits for an approval.
    waiting: LineId,
    waiting_version: u64,
    /// A draw that waits to be sent.
    queued: (LineId, MovementId),
}

fn options(folder: &Path, state: &Path) -> Options {
    let mut options = branch::options(folder, None);
    options.state_dir = Some(state.to_owned());
    options
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    async fn make() -> Desk {
        let home = tempfile::tempdir().unwrap();
        let (data, state) = (home.path().join("data"), home.path().join("state"));
        let folder = Folder::Others(data.clone());
        let branch = Branch::found_with(folder, options(&data, &state)).await;
        let (one, account) = branch.customer(1).await;
        let (two, _) = branch.customer(2).await;
        let line = branch.open_line(one, 500_000).await;
        let other = branch.open_line(two, 900_000).await;
        let cash = paper::draw_cash(other, MovementId(Uuid::now_v7()), 30_000);
        branch.done(&branch.sam, cash).await;
        let first = MovementId(Uuid::now_v7());
        let draw = paper::draw_to_bank(line, first, 40_000, account, Speed::Standard);
        branch.done(&branch.sam, draw).await;
        branch.engine.stop().await;
        copy(&data, &home.path().join("yesterday"));

        // Today goes on: rows of yesterday are earlier ones now.
        let (ada, sam) = (branch.ada.clone(), branch.sam.clone());
        drop(branch);
        let engine = Engine::open(options(&data, &state)).await.unwrap();
        let given = |who: Person, command: Command| {
            let engine = &engine;
            async move {
                let given = engine.give_command(who.user_id, branch::new_id(), command);
                given.await.unwrap();
            }
        };
        let mark = Internal::MarkAttempt {
            line_id: line,
            movement_id: first,
        };
        engine.orders().internal(mark).await.unwrap();
        let queued = MovementId(Uuid::now_v7());
        let draw = paper::draw_to_bank(other, queued, 20_000, account, Speed::Standard);
        let foreign = engine
            .give_command(sam.user_id, branch::new_id(), draw)
            .await;
        assert!(foreign.is_err(), "another customer's account");
        let repay = paper::repay_cash(other, MovementId(Uuid::now_v7()), 10_000);
        given(sam.clone(), repay).await;
        let draw = paper::draw_to_bank(line, queued, 20_000, account, Speed::Standard);
        given(sam.clone(), draw).await;
        let waiting = LineId(Uuid::now_v7());
        let product_id = engine.reader().products().await.unwrap()[0].id;
        let take = paper::take_application(waiting, two, product_id, 70_000);
        given(sam.clone(), take).await;
        for check in paper::checks(waiting) {
            given(sam.clone(), check).await;
        }
        for login in ["boris", "sam"] {
            branch::people::sign_in(&engine, login).await;
        }
        engine.stop().await;
        let desk = Desk {
            home,
            ada,
            waiting,
            // Three checks after it was taken.
            waiting_version: 4,
            queued: (line, queued),
        };
        copy(&data, &desk.path("tonight"));
        copy(&state, &desk.path("state-tonight"));
        desk
    }

    /// Everything as it was left tonight.
    fn as_it_was_left(&self) {
        for (from, to) in [("tonight", "data"), ("state-tonight", "state")] {
            std::fs::remove_dir_all(self.path(to)).unwrap();
            copy(&self.path(from), &self.path(to));
        }
    }

    async fn open(&self) -> Result<Engine, StartError> {
        Engine::open(options(&self.path("data"), &self.path("state"))).await
    }

    /// A sign-in and a few commands, some of them refused.
    async fn works_a_little(&self, engine: &Engine, number: usize) {
        let sam = branch::people::sign_in(engine, "sam").await;
        let customer_id = CustomerId(Uuid::now_v7());
        let number = 1_000 + u32::try_from(number).unwrap();
        for command in [
            paper::record_customer(customer_id, number),
            paper::add_bank_account(customer_id, BankAccountId(Uuid::now_v7()), number),
        ] {
            let given = engine.give_command(sam.user_id, branch::new_id(), command);
            given.await.unwrap();
        }
        let (line_id, _) = self.queued;
        let close = Command::CloseLine(CloseLine { line_id });
        let refused = engine.give_command(sam.user_id, branch::new_id(), close);
        assert!(refused.await.is_err(), "money is on its way");
    }

    async fn approve(&self, engine: &Engine) -> bool {
        let approve = Command::ApproveApplication(ApproveApplication {
            line_id: self.waiting,
            seen_version: self.waiting_version,
            seen_product_version: 1,
            limit: paper::usd(70_000),
        });
        let given = engine.give_command(self.ada.user_id, branch::new_id(), approve);
        given.await.is_ok()
    }

    /// What the sync job does before a socket opens.
    async fn pay(&self, engine: &Engine) -> bool {
        let (line_id, movement_id) = self.queued;
        let mark = Internal::MarkAttempt {
            line_id,
            movement_id,
        };
        engine.orders().internal(mark).await.is_ok()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A program of the attacker's own: no triggers, no foreign keys, no key.
struct Hand {
    connection: SqliteConnection,
    dice: Dice,
}

impl Hand {
    async fn on_alone(file: &Path) -> Hand {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(false);
        Hand {
            connection: options.connect().await.unwrap(),
            dice: Dice::seeded(1),
        }
    }

    async fn on(file: &Path, dice: Dice) -> Hand {
        let mut hand = Hand::on_alone(file).await;
        hand.dice = dice;
        let yesterday = file.parent().unwrap().with_file_name("yesterday");
        let attach = format!(
            "attach '{}' as yesterday",
            yesterday.join(STORE_FILE).display()
        );
        hand.does(&attach).await;
        hand
    }

    /// How many rows it changed.
    async fn does(&mut self, sql: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connection)
            .await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
            .rows_affected()
    }

    async fn names(&mut self, sql: &str) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.connection)
            .await
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// A row of a table, by its rowid.
    async fn any(&mut self, table: &str, and: &str) -> i64 {
        let sql = format!("select cast(rowid as text) from {table} where {and} order by rowid");
        let rows = self.names(&sql).await;
        assert!(!rows.is_empty(), "{sql}: nothing to tamper with");
        self.dice.pick(&rows).parse().unwrap()
    }

    /// Takes the triggers away for as long as something is done: the schema shows nothing later.
    async fn without_triggers(&mut self) -> Vec<String> {
        let of = "from main.sqlite_schema where type = 'trigger'";
        let guards = self.names(&format!("select sql {of}")).await;
        for name in self.names(&format!("select name {of}")).await {
            self.does(&format!("drop trigger main.{name}")).await;
        }
        guards
    }

    async fn events(&mut self) -> Vec<EventRow> {
        check::events(&mut self.connection, 0, 100_000)
            .await
            .unwrap()
    }

    /// Computes the chain anew from an event on, as whoever has the file can.
    async fn chain_anew(&mut self) {
        let mut previous: Hash = engine::chain::BEGINNING;
        for row in self.events().await {
            previous = event_hash(&previous, &row);
            for table in ["events", "heads"] {
                let sql = format!("update main.{table} set hash = ? where seq = ?");
                sqlx::query(AssertSqlSafe(sql))
                    .bind(&previous[..])
                    .bind(row.seq)
                    .execute(&mut self.connection)
                    .await
                    .unwrap();
            }
        }
    }

    /// One tampering; the tables one of which the start has to name.
    async fn tampers(&mut self, way: Way) -> &'static [&'static str] {
        match way {
            Way::EditEvent | Way::EditEventAndChain => {
                let row = self.any("events", "seq > 1").await;
                let edits = [
                    "payload = payload || ' '",
                    "at_ms = at_ms - 1",
                    "user_id = null, person_id = null",
                    "business_date = '2020-01-01'",
                    "type = 'line_unfrozen'",
                    "command_id = upper(command_id)",
                ];
                let edit = *self.dice.pick(&edits);
                let rest = if edit.starts_with("user_id") {
                    // Those of the program have none.
                    "seq = (select max(seq) from main.events where user_id is not null)".to_owned()
                } else if edit.starts_with("type") {
                    format!("seq = {row} and type <> 'line_unfrozen'")
                } else {
                    format!("seq = {row}")
                };
                let sql = format!("update main.events set {edit} where {rest}");
                assert_eq!(self.does(&sql).await, 1, "{sql}");
                if way == Way::EditEventAndChain {
                    self.chain_anew().await;
                }
                &["events", "heads"]
            }
            Way::InsertEvent => {
                let row = self.any("events", "seq > 1").await;
                self.does(&format!(
                    "insert into main.events select (select max(seq) + 1 from main.events), stream,
                     stream_id, stream_seq + 1000, type, version, payload, at_ms, business_date,
                     command_id || 'x', ordinal, user_id, person_id, device_id, branch, store_id,
                     epoch, customer_id, hash from main.events where seq = {row}"
                ))
                .await;
                self.chain_anew().await;
                &["events", "heads"]
            }
            Way::DeleteEvent => {
                let row = self.any("events", "seq > 1").await;
                self.does(&format!("delete from main.events where seq = {row}"))
                    .await;
                &["events", "heads"]
            }
            Way::ReorderEvents => {
                let row = self.any("events", "seq > 2").await;
                for sql in [
                    format!("update main.events set seq = -1 where seq = {row}"),
                    format!("update main.events set seq = {row} where seq = {row} - 1"),
                    format!("update main.events set seq = {row} - 1 where seq = -1"),
                ] {
                    self.does(&sql).await;
                }
                self.chain_anew().await;
                &["events", "heads"]
            }
            Way::Truncate => {
                // Back to an earlier signed head, with everything that names what follows it.
                let last = self
                    .any("heads", "seq < (select max(seq) from main.heads)")
                    .await;
                for sql in [
                    format!("delete from main.journal where seq > {last}"),
                    format!("delete from main.receipts where last_seq > {last}"),
                    format!("delete from main.heads where seq > {last}"),
                    format!("delete from main.events where seq > {last}"),
                ] {
                    self.does(&sql).await;
                }
                &["the file"]
            }
            Way::SwapDecisions => {
                let decided = "document ->> '$.decision.kind' is not null or document ->> '$.decision' is not null";
                let lines = self
                    .names(&format!("select id from main.lines where {decided}"))
                    .await;
                assert!(lines.len() > 1);
                let (one, other) = (&lines[0], &lines[1]);
                self.does(&format!(
                    "update main.lines set document = json_set(document, '$.decision', json((
                         select o.document -> '$.decision' from main.lines o
                         where o.id = case main.lines.id when '{one}' then '{other}' else '{one}' end)))
                     where id in ('{one}', '{other}')"
                ))
                .await;
                &["lines"]
            }
            Way::RaiseRole => {
                self.does(
                    "update main.users set role = 'admin', document = json_set(document, '$.role', 'admin')
                     where login = 'sam'",
                )
                .await;
                &["users"]
            }
            Way::ChangeLimit => {
                // What was agreed to on a line, and what its product allows anybody.
                let limits = [
                    ("lines", "limit_minor"),
                    ("products", "largest_limit_minor"),
                    ("products", "single_signature_minor"),
                    ("products", "exposure_cap_minor"),
                ];
                let (table, limit) = *self.dice.pick(&limits);
                let raised = format!("replace(document, '\"{limit}\":', '\"{limit}\":9')");
                let sql = format!(
                    "update main.{table} set document = {raised} where document <> {raised}"
                );
                assert!(self.does(&sql).await > 0, "{sql}");
                only(table)
            }
            Way::EditView => {
                let edits = [
                    ("lines", "document = replace(document, '500000', '500001')"),
                    ("lines", "status = 'closed'"),
                    (
                        "lines",
                        "customer_id = (select max(id) from main.customers)",
                    ),
                    ("users", "login = login || 'x'"),
                    ("users", "document = json_set(document, '$.failures', 9)"),
                    ("users", "person_id = null"),
                    (
                        "persons",
                        "person_id = (select max(person_id) from main.persons)",
                    ),
                    ("products", "document = replace(document, '0', '1')"),
                    (
                        "customers",
                        "document = replace(document, ':false', ':true')",
                    ),
                    ("customers", "phone = '+1 202 555 0000'"),
                    ("movements", "on_its_way = 1 - on_its_way"),
                    ("movements", "document = replace(document, '000', '001')"),
                    ("movements", "state = 'settled'"),
                    ("movements", "last_seq = last_seq + 100"),
                    ("movements", "mac = zeroblob(32)"),
                    (
                        "branch",
                        "document = json_set(document, '$.lines_numbered', 90)",
                    ),
                    ("branch", "mac = null"),
                ];
                loop {
                    let (table, edit) = *self.dice.pick(&edits);
                    let row = self.any(table, "1").await;
                    let columns = "(select count(*) from main.events)";
                    let before = self.dump(table).await;
                    self.does(&format!(
                        "update main.{table} set {edit} where rowid = {row} and {columns} > 0"
                    ))
                    .await;
                    if self.dump(table).await != before {
                        break only(table);
                    }
                }
            }
            Way::DeleteRow => {
                let tables = [
                    "users",
                    "persons",
                    "products",
                    "customers",
                    "lines",
                    "movements",
                    "branch",
                    "outbox",
                    "receipts",
                    "credentials",
                ];
                let table = *self.dice.pick(&tables);
                let row = self.any(table, "1").await;
                self.does(&format!("delete from main.{table} where rowid = {row}"))
                    .await;
                only(table)
            }
            Way::EarlierRow => {
                // The MAC fits: the program wrote it, once.
                let table = *self.dice.pick(&["users", "lines", "movements", "branch"]);
                let changed = self
                    .does(&format!(
                        "update main.{table} set (document, mac{columns}) =
                             (select y.document, y.mac{theirs} from yesterday.{table} y
                              where y.rowid = main.{table}.rowid)
                         where rowid in (select y.rowid from yesterday.{table} y
                             where y.document <> main.{table}.document)",
                        columns = EARLIER
                            .iter()
                            .find(|one| one.0 == table)
                            .map_or("", |one| one.1),
                        theirs = EARLIER
                            .iter()
                            .find(|one| one.0 == table)
                            .map_or("", |one| one.2),
                    ))
                    .await;
                assert!(changed > 0, "{table} did not change since yesterday");
                only(table)
            }
            Way::Outbox => {
                let row = self.any("outbox", "1").await;
                let edits = [
                    "body = (select body from main.outbox o where o.rowid <> main.outbox.rowid limit 1)",
                    "body = replace(body, 'A', 'B')",
                    "idempotency_key = lower(hex(zeroblob(16))), movement_id = lower(hex(zeroblob(16)))",
                    "line_id = (select max(id) from main.lines where id <> main.outbox.line_id)",
                    "customer_id = 'x'",
                    "seq = seq + 1",
                    "mac = null",
                ];
                let edit = *self.dice.pick(&edits);
                let changed = self
                    .does(&format!(
                        "update main.outbox set {edit} where rowid = {row}"
                    ))
                    .await;
                assert_eq!(changed, 1, "{edit}");
                &["outbox"]
            }
            Way::Receipt => {
                let row = self.any("receipts", "1").await;
                let edits = [
                    "content_mac = zeroblob(32)",
                    "refusal_field = coalesce(refusal_field, '') || 'x'",
                    "refusal_code = 'over_available'",
                    "actor = actor || 'x'",
                    "first_seq = coalesce(first_seq, 0) + 1, last_seq = coalesce(last_seq, 0) + 1",
                ];
                let edit = *self.dice.pick(&edits);
                self.does(&format!(
                    "update main.receipts set {edit} where rowid = {row}"
                ))
                .await;
                &["receipts"]
            }
            Way::StoreRow => {
                let edits = [
                    "epoch = epoch + 1",
                    "demo = 1 - demo",
                    "device_id = '01890a5d-ac96-774b-bcce-000000000000'",
                    "remembered = 0",
                    "mac = zeroblob(32)",
                ];
                let edit = *self.dice.pick(&edits);
                self.does(&format!("update main.store set {edit}")).await;
                &["store"]
            }
            Way::Password => {
                self.does(
                    "update main.credentials set phc = (select phc from main.credentials c
                         join main.users u on u.id = c.user_id where u.login = 'sam')
                     where user_id = (select id from main.users where login = 'ada')",
                )
                .await;
                &["credentials"]
            }
            Way::Signature => {
                let edits = [
                    "delete from main.heads where seq = (select max(seq) from main.heads)",
                    "update main.heads set signature = zeroblob(64) where seq = (select max(seq) from main.heads)",
                    "update main.heads set hash = zeroblob(32) where seq = (select max(seq) from main.heads)",
                    "delete from main.heads",
                    "update main.device_key set public_key = zeroblob(32)",
                    "update main.device_key set sealed = zeroblob(100)",
                    "delete from main.device_key",
                ];
                let edit = *self.dice.pick(&edits);
                assert!(self.does(edit).await > 0, "{edit}");
                &["heads", "device_key"]
            }
            Way::Unvouched => {
                // Rows without a MAC: what the log makes of them tells.
                let edits = [
                    (
                        "journal",
                        "update main.journal set amount_minor = amount_minor + 1 where seq = (select max(seq) from main.journal) and leg = 0",
                    ),
                    (
                        "journal",
                        "update main.journal set amount_minor = amount_minor * 2",
                    ),
                    (
                        "journal",
                        "update main.journal set effective_on = '2020-01-01' where leg = 0",
                    ),
                    (
                        "journal",
                        "delete from main.journal where seq = (select max(seq) from main.journal)",
                    ),
                    (
                        "journal",
                        "insert into main.journal select seq, entry + 1, leg, kind, account, owner, amount_minor, effective_on, posted_on, movement_id from main.journal where seq = (select max(seq) from main.journal)",
                    ),
                    (
                        "blind_index",
                        "delete from main.blind_index where kind = 'tax_id'",
                    ),
                    (
                        "blind_index",
                        "update or replace main.blind_index set customer_id = (select max(id) from main.customers) where customer_id = (select min(id) from main.customers)",
                    ),
                    (
                        "blind_index",
                        "update main.blind_index set mac = zeroblob(32) where customer_id = (select min(id) from main.customers) and kind = 'tax_id'",
                    ),
                    (
                        "customer_terms",
                        "delete from main.customer_terms where customer_id = (select min(id) from main.customers)",
                    ),
                    (
                        "customer_terms",
                        "insert into main.customer_terms (term, customer_id) select 'zzz', id from main.customers limit 1",
                    ),
                    (
                        "statements",
                        "insert into main.statements (date, document) values ('2026-03-02', '{}')",
                    ),
                    (
                        "statement_lines",
                        "insert into main.statement_lines (date, line, transfer_id, kind, amount_minor, ours) values ('2026-03-02', 0, 'tr_1', 'settled', 100, 1)",
                    ),
                    (
                        "heads",
                        "update main.heads set signature = zeroblob(64) where seq = (select min(seq) from main.heads)",
                    ),
                    (
                        "heads",
                        "update main.heads set epoch = epoch + 1 where seq = (select min(seq) from main.heads)",
                    ),
                    (
                        "customer_keys",
                        "update main.customer_keys set wrapped = zeroblob(length(wrapped)) where customer_id = (select min(id) from main.customers)",
                    ),
                ];
                let (table, edit) = *self.dice.pick(&edits);
                assert!(self.does(edit).await > 0, "{edit}");
                only(table)
            }
            Way::Schema => {
                let edits = [
                    "drop trigger events_stay",
                    "drop index movements_on_their_way",
                    "create trigger helpful after insert on movements begin update lines set in_review = 0; end",
                ];
                let edit = *self.dice.pick(&edits);
                self.does(edit).await;
                &["the schema"]
            }
            Way::PutBack | Way::Forgotten | Way::MemoryEdited => &["the file"],
        }
    }

    async fn dump(&mut self, table: &str) -> Vec<String> {
        let sql = format!(
            "select group_concat(value, '|') from (select t.rowid id, j.value value from main.{table} t,
             json_each(json_array({})) j) group by id",
            self.names(&format!("select name from pragma_table_info('{table}') where type <> 'BLOB'"))
                .await
                .iter()
                .map(|name| format!("t.{name}"))
                .chain(self.names(&format!("select name from pragma_table_info('{table}') where type = 'BLOB'"))
                    .await
                    .iter()
                    .map(|name| format!("hex(t.{name})")))
                .collect::<Vec<_>>()
                .join(", ")
        );
        self.names(&sql).await
    }
}

/// Columns beside the document that an earlier row had otherwise: here, and there.
const EARLIER: &[(&str, &str, &str)] = &[
    ("users", ", role, state", ", y.role, y.state"),
    (
        "lines",
        ", status, in_review, next_due_on, cancellation_requested",
        ", y.status, y.in_review, y.next_due_on, y.cancellation_requested",
    ),
    (
        "movements",
        ", state, on_its_way, next_at_ms, last_seq",
        ", y.state, y.on_its_way, y.next_at_ms, y.last_seq",
    ),
];

/// A table as the list a tampering answers.
fn only(table: &str) -> &'static [&'static str] {
    match table {
        "users" => &["users"],
        "persons" => &["persons"],
        "products" => &["products"],
        "customers" => &["customers"],
        "lines" => &["lines"],
        "movements" => &["movements"],
        "branch" => &["branch"],
        "outbox" => &["outbox"],
        "receipts" => &["receipts"],
        "credentials" => &["credentials"],
        "journal" => &["journal"],
        "blind_index" => &["blind_index"],
        "customer_terms" => &["customer_terms"],
        "statements" => &["statements"],
        "statement_lines" => &["statement_lines"],
        "heads" => &["heads"],
        "customer_keys" => &["customer_keys"],
        other => panic!("{other} is no table of these"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    EditEvent,
    EditEventAndChain,
    InsertEvent,
    DeleteEvent,
    ReorderEvents,
    Truncate,
    PutBack,
    Forgotten,
    MemoryEdited,
    SwapDecisions,
    RaiseRole,
    ChangeLimit,
    EditView,
    DeleteRow,
    EarlierRow,
    Outbox,
    Receipt,
    StoreRow,
    Password,
    Signature,
    Unvouched,
    Schema,
}

const WAYS: &[Way] = &[
    Way::EditEvent,
    Way::EditEventAndChain,
    Way::InsertEvent,
    Way::DeleteEvent,
    Way::ReorderEvents,
    Way::Truncate,
    Way::PutBack,
    Way::Forgotten,
    Way::MemoryEdited,
    Way::SwapDecisions,
    Way::RaiseRole,
    Way::ChangeLimit,
    Way::EditView,
    Way::DeleteRow,
    Way::EarlierRow,
    Way::Outbox,
    Way::Receipt,
    Way::StoreRow,
    Way::Password,
    Way::Signature,
    Way::Unvouched,
    Way::Schema,
];

/// Tampers with what was left tonight; the tables one of which has to be named.
async fn tamper(desk: &Desk, way: Way, dice: Dice) -> &'static [&'static str] {
    let (data, state) = (desk.path("data"), desk.path("state"));
    let memory = || std::fs::read_dir(&state).unwrap().next().unwrap().unwrap();
    match way {
        Way::PutBack => {
            std::fs::remove_dir_all(&data).unwrap();
            copy(&desk.path("yesterday"), &data);
            return &["the file"];
        }
        Way::Forgotten => {
            std::fs::remove_dir_all(&data).unwrap();
            copy(&desk.path("yesterday"), &data);
            std::fs::remove_file(memory().path()).unwrap();
            return &["the file"];
        }
        Way::MemoryEdited => {
            let path = memory().path();
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace("\"seq\":", "\"seq\":1")).unwrap();
            return &["the file"];
        }
        _ => {}
    }
    let mut hand = Hand::on(&data.join(STORE_FILE), dice).await;
    let guards = match way {
        Way::Schema => Vec::new(),
        _ => hand.without_triggers().await,
    };
    let named = hand.tampers(way).await;
    for guard in guards {
        hand.does(&guard).await;
    }
    hand.connection.close().await.unwrap();
    named
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tampering_is_noticed_before_anything_is_paid_or_approved() {
    let desk = Desk::make().await;
    let many = proof::count(400, 1_000);
    let seed = proof::seed();
    for number in 0..many {
        let way = WAYS[number % WAYS.len()];
        let told = format!("{way:?}, tampering {number} of BRANCHLINE_SEED={seed}");
        let number = u64::try_from(number).unwrap();
        desk.as_it_was_left();
        let named = tamper(&desk, way, Dice::seeded(seed.wrapping_add(number))).await;
        let engine = match desk.open().await {
            Ok(engine) => engine,
            // Neither log nor views can be trusted: it says so and does not open.
            Err(StartError::Open(OpenError::Altered(what))) => {
                assert!(
                    named.iter().any(|name| what.contains(name)),
                    "{told}: {what}"
                );
                continue;
            }
            Err(error) => panic!("{told}: {error}"),
        };
        let findings = engine.reader().findings(true).await.unwrap();
        let altered: Vec<String> = findings
            .into_iter()
            .filter(|finding| finding.class == FindingClass::StoreAltered)
            .map(|finding| finding.reference)
            .collect();
        let said = |name: &&str| altered.iter().any(|what| what.starts_with(*name));
        assert!(
            named.iter().any(said),
            "{told}: {named:?} not in {altered:?}"
        );
        assert!(engine.orders().held(), "{told}: not held");
        assert!(!desk.pay(&engine).await, "{told}: a payment passed");
        assert!(!desk.approve(&engine).await, "{told}: an approval passed");
        engine.stop().await;
    }
    proof::proved(
        "tampering",
        "tampering with the file, each noticed and named before a payment or an approval",
        &many.to_string(),
        &seed.to_string(),
    )
    .unwrap();
}

/// Of a log too long to be read at once the old part is read behind the open window: what waits for
/// it does not pass on what was edited there, an event or a row that carries no MAC.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_is_read_to_its_end_before_anything_is_paid_or_approved() {
    let desk = Desk::make().await;
    // Where something is edited, and what is said of it there.
    let event = (
        "events",
        "at_ms = at_ms + 1",
        "it is not the event that was written here",
    );
    let posting = (
        "journal",
        "effective_on = '2020-01-01'",
        "it is not what the event posts",
    );
    for edited in [None, Some(event), Some(posting)] {
        let mut expected = Vec::new();
        desk.as_it_was_left();
        if let Some((table, edit, what)) = edited {
            let file = desk.path("data").join(STORE_FILE);
            let mut hand = Hand::on(&file, Dice::seeded(1)).await;
            let guards = hand.without_triggers().await;
            let third = format!(
                "select cast(seq as text) from main.{table} where seq >= 3 order by seq limit 1"
            );
            let seq = hand.names(&third).await.remove(0);
            let sql = format!("update main.{table} set {edit} where seq = {seq}");
            assert!(hand.does(&sql).await > 0, "{sql}");
            expected.push(format!("{table} {seq}: {what}"));
            for guard in guards {
                hand.does(&guard).await;
            }
            hand.connection.close().await.unwrap();
        }
        let mut options = options(&desk.path("data"), &desk.path("state"));
        options.tail = 5;
        let engine = Engine::open(options).await.unwrap();
        // Waits for the rest of the log by itself.
        assert_eq!(desk.approve(&engine).await, edited.is_none());
        assert!(engine.orders().proven());
        assert_eq!(desk.pay(&engine).await, edited.is_none());
        let findings = engine.reader().findings(true).await.unwrap();
        let named: Vec<String> = findings
            .into_iter()
            .map(|finding| finding.reference)
            .collect();
        assert_eq!(named, expected);
        engine.stop().await;
    }
}

/// An event of the old part that cannot be read any more: nobody vouches for what stood there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_that_cannot_be_read_to_its_end_lets_nothing_pass() {
    let desk = Desk::make().await;
    desk.as_it_was_left();
    let file = desk.path("data").join(STORE_FILE);
    let mut hand = Hand::on(&file, Dice::seeded(1)).await;
    let guards = hand.without_triggers().await;
    // What nothing can be read out of.
    let unreadable = "update main.events set payload = '{'
        where seq = (select min(seq) from main.events where stream = 'line')";
    hand.does(unreadable).await;
    for guard in guards {
        hand.does(&guard).await;
    }
    hand.connection.close().await.unwrap();
    let mut options = options(&desk.path("data"), &desk.path("state"));
    options.tail = 5;
    let engine = Engine::open(options).await.unwrap();
    assert!(!desk.approve(&engine).await);
    assert!(!desk.pay(&engine).await);
    assert!(!engine.orders().proven());
    let findings = engine.reader().findings(true).await.unwrap();
    let named: Vec<&str> = findings
        .iter()
        .map(|finding| finding.reference.as_str())
        .collect();
    let unread = "events the log: it could not be read to its end";
    assert!(named.contains(&unread), "{named:?}");
    // And what was found before that is named all the same.
    assert_eq!(named.len(), 2, "{named:?}");
    engine.stop().await;
}

/// The log of an earlier release, from before anything was signed or vouched for.
#[tokio::test]
async fn an_older_store_is_vouched_for_when_it_is_first_opened() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/v1");
    let read = |name: &str| std::fs::read_to_string(golden.join(name)).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&read("keys.json")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let (data, state) = (home.path().join("data"), home.path().join("state"));
    std::fs::create_dir(&data).unwrap();
    let file = data.join(STORE_FILE);
    let mut connection = engine::store::connect_writer(&file).await.unwrap();
    engine::store::migrate(&mut connection).await.unwrap();
    sqlx::query(
        "insert into store (one, store_id, device_id, epoch, demo, kdf, wrapped_key)
         values (1, ?1 ->> '$.store_id', ?1 ->> '$.device_id', 1, 0, ?2 ->> '$.kdf', unhex(?2 ->> '$.wrapped'))",
    )
    .bind(read("events.jsonl").lines().next().unwrap())
    .bind(keys.to_string())
    .execute(&mut connection)
    .await
    .unwrap();
    for line in read("events.jsonl").lines() {
        sqlx::query(
            "insert into events select e ->> 'seq', e ->> 'stream', e ->> 'stream_id', e ->> 'stream_seq',
             e ->> 'type', e ->> 'version', e ->> 'payload', e ->> 'at_ms', e ->> 'business_date',
             e ->> 'command_id', e ->> 'ordinal', e ->> 'user_id', e ->> 'person_id', e ->> 'device_id',
             e ->> 'branch', e ->> 'store_id', e ->> 'epoch', e ->> 'customer_id', unhex(e ->> 'hash')
             from (select ? e)",
        )
        .bind(line)
        .execute(&mut connection)
        .await
        .unwrap();
    }
    for sql in [
        "insert into receipts (command_id, actor, content_mac, first_seq, last_seq)
             select command_id, coalesce(max(user_id), 'program'), zeroblob(32), min(seq), max(seq)
             from events group by command_id",
        "insert into outbox (idempotency_key, movement_id, line_id, customer_id, seq, body)
             select payload ->> '$.movement_id', payload ->> '$.movement_id', stream_id, customer_id,
             seq, 'sealed' from events where type = 'transfer_queued'",
    ] {
        let done = sqlx::query(sql).execute(&mut connection).await.unwrap();
        assert!(done.rows_affected() > 0);
    }
    for key in keys["customers"].as_array().unwrap() {
        sqlx::query(
            "insert into customer_keys select ?1 ->> 'customer_id', ?1 ->> 'version', unhex(?1 ->> 'wrapped')",
        )
        .bind(key.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    }
    engine::store::close(connection).await;

    let engine = Engine::open(options(&data, &state)).await.unwrap();
    assert!(
        engine
            .reader()
            .findings(true)
            .await
            .unwrap()
            .iter()
            .all(|finding| finding.class != FindingClass::StoreAltered)
    );
    let mut connection = engine.reader().pool.acquire().await.unwrap();
    let recorded: (i64, i64) = sqlx::query_as(
        "select (select count(*) from events where type = 'device_key_recorded'),
                (select count(*) from heads where seq = (select max(seq) from events))",
    )
    .fetch_one(&mut *connection)
    .await
    .unwrap();
    assert_eq!(recorded, (1, 1));
    let key = engine.orders().store_key();
    let report = engine::verify::verify(&mut connection, key).await;
    // The golden log was kept without what stands beside it.
    let beside = ["journal", "credentials", "outbox", "receipts"];
    let others = report.findings.iter();
    let others: Vec<_> = others
        .filter(|finding| !beside.contains(&finding.table.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    drop(connection);
    engine.stop().await;
    drop(engine);

    // From now on nothing may be without: a store made to look older is no older store.
    let mut hand = Hand::on_alone(&file).await;
    let guards = hand.without_triggers().await;
    for table in ["store", "users", "lines", "receipts"] {
        hand.does(&format!("update main.{table} set mac = null"))
            .await;
    }
    for sql in [
        "delete from main.heads",
        "delete from main.device_key",
        "pragma main.user_version = 2",
    ] {
        hand.does(sql).await;
    }
    for guard in guards {
        hand.does(&guard).await;
    }
    hand.connection.close().await.unwrap();
    match Engine::open(options(&data, &state)).await {
        Ok(engine) => {
            assert!(engine.orders().held());
            assert!(engine.orders().altered());
            engine.stop().await;
        }
        Err(StartError::Open(OpenError::Altered(what))) => {
            assert!(
                what.contains("users") && what.contains("device_key"),
                "{what}"
            );
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_nobody_touched_starts_without_a_word() {
    let desk = Desk::make().await;
    let many = proof::count(100, 10_000);
    for number in 0..many {
        // Now and then as it was left, otherwise as the last start left it.
        if number % 50 == 0 {
            desk.as_it_was_left();
        }
        let engine = desk.open().await.unwrap();
        let findings = engine.reader().findings(false).await.unwrap();
        assert!(findings.is_empty(), "start {number}: {findings:?}");
        assert!(!engine.orders().held(), "start {number}");
        match number % 4 {
            // Killed: what lies on the disk at some moment is all there is. What is remembered outside
            // is of the same moment, or written after it.
            0 | 1 => {
                desk.works_a_little(&engine, number).await;
                let folders: &[&str] = match number % 4 {
                    0 => &["data"],
                    _ => &["state", "data"],
                };
                for folder in folders {
                    copy(&desk.path(folder), &desk.path(&format!("{folder}-killed")));
                }
                engine.stop().await;
                for folder in folders {
                    std::fs::remove_dir_all(desk.path(folder)).unwrap();
                    let killed = desk.path(&format!("{folder}-killed"));
                    std::fs::rename(killed, desk.path(folder)).unwrap();
                }
            }
            2 => {
                desk.works_a_little(&engine, number).await;
                engine.stop().await;
            }
            _ => engine.stop().await,
        }
    }
    // What was held back above goes through on an honest store.
    desk.as_it_was_left();
    let engine = desk.open().await.unwrap();
    assert!(desk.approve(&engine).await && desk.pay(&engine).await);
    let (_, queued) = desk.queued;
    let pool = &engine.reader().pool;
    let movement = engine::store::jobs::movement(pool, queued).await.unwrap();
    assert_eq!(movement.unwrap().state, MovementState::Sending);
    engine.stop().await;
    proof::proved(
        "clean-starts",
        "starts of an honest store without a false alarm, half of them after a kill",
        &many.to_string(),
        "-",
    )
    .unwrap();
}
