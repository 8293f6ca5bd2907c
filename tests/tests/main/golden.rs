//! The golden log: what a release wrote, every later one reads. See tests/golden/README.md.

use domain::account::Role;
use domain::actor::Meta;
use domain::apply::apply;
use domain::change::LineChange;
use domain::command::*;
use domain::customer::{Masked, Profile};
use domain::date::UtcMillis;
use domain::event::{Event, upcast};
use domain::ids::*;
use domain::intake::{ContactChannel, MissingItem};
use domain::ledger::postings;
use domain::money::{Currency, Minor};
use domain::movement::MovementKind;
use domain::reconcile::{Resolution, StatementKind, StatementLine, compare};
use domain::transfer::{LookUp, PostAnswer, RemoteStatus, RemoteTransfer};
use domain::view::{Fresh, ResetPassword};
use domain::world::World;
use engine::chain::{self, EventRow};
use engine::clock::Clock;
use engine::seal::{CustomerKey, StoreKey, Wrapped, open_document};
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, Outside, PASSPHRASE, people};
use uuid::Uuid;

/// The release whose log can still be made anew, if it is not out yet.
const UNRELEASED: &str = "v2";
/// What earlier releases wrote and this one only reads.
const RETIRED: [&str; 2] = ["credit_taken_back", "overpayment_credited"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn hex(bytes: &[u8]) -> String {
    engine::store::load::hex(bytes)
}

fn unhex(text: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(pair).collect()
}

// --- Replaying ---------------------------------------------------------------------------------

fn row_of(line: &Value) -> EventRow {
    let text = |name: &str| {
        line[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} of {line}"))
            .to_owned()
    };
    let number = |name: &str| {
        line[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name} of {line}"))
    };
    let optional = |name: &str| line[name].as_str().map(ToOwned::to_owned);
    EventRow {
        seq: number("seq"),
        stream: text("stream"),
        stream_id: text("stream_id"),
        stream_seq: number("stream_seq"),
        event_type: text("type"),
        version: number("version"),
        payload: text("payload"),
        at_ms: number("at_ms"),
        business_date: text("business_date"),
        command_id: text("command_id"),
        ordinal: number("ordinal"),
        user_id: optional("user_id"),
        person_id: optional("person_id"),
        device_id: text("device_id"),
        branch: text("branch"),
        store_id: text("store_id"),
        epoch: number("epoch"),
        customer_id: optional("customer_id"),
        hash: unhex(&text("hash")),
    }
}

fn meta_of(row: &EventRow) -> Meta {
    Meta {
        command_id: row.command_id.parse().unwrap(),
        ordinal: u32::try_from(row.ordinal).unwrap(),
        at: UtcMillis(row.at_ms),
        business_date: row.business_date.parse().unwrap(),
        user_id: row.user_id.as_ref().map(|id| id.parse().unwrap()),
        person_id: row.person_id.as_ref().map(|id| id.parse().unwrap()),
    }
}

fn keys_of(keys: &Value) -> BTreeMap<String, CustomerKey> {
    let wrapped = Wrapped {
        kdf: keys["kdf"].as_str().unwrap().to_owned(),
        wrapped: unhex(keys["wrapped"].as_str().unwrap()),
    };
    let store_key = StoreKey::unwrap(PASSPHRASE, &wrapped).unwrap();
    keys["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let id = key["customer_id"].as_str().unwrap();
            let version = u32::try_from(key["version"].as_u64().unwrap()).unwrap();
            let wrapped = unhex(key["wrapped"].as_str().unwrap());
            (
                id.to_owned(),
                CustomerKey::unwrap(id.parse().unwrap(), version, &wrapped, &store_key).unwrap(),
            )
        })
        .collect()
}

/// Folds a log with this release's rules: the chain holds, every event is read and applied.
fn replay(rows: &[EventRow], keys: &BTreeMap<String, CustomerKey>) -> (Value, BTreeSet<String>) {
    let mut world = World::default();
    let mut books: BTreeMap<&'static str, i64> = BTreeMap::new();
    let mut types = BTreeSet::new();
    let mut previous = chain::BEGINNING;
    for (place, row) in (1..).zip(rows) {
        assert_eq!(row.seq, place, "the log has a gap");
        let hash = chain::event_hash(&previous, row);
        assert_eq!(hash.to_vec(), row.hash, "the chain breaks at event {place}");
        previous = hash;

        let meta = meta_of(row);
        let mut payload: Value = serde_json::from_str(&row.payload).unwrap();
        let key = row.customer_id.as_ref().and_then(|id| keys.get(id));
        open_document(&mut payload, key, &engine::writer::event_place(&meta)).unwrap();
        let event = upcast(u32::try_from(row.version).unwrap(), payload)
            .unwrap_or_else(|error| panic!("event {place}, {}: {error:?}", row.event_type));
        for entry in postings(&meta, &event).unwrap() {
            for leg in entry.legs {
                *books.entry(leg.account.code()).or_default() += leg.amount_minor.0;
            }
        }
        apply(&mut world, &meta, &event).unwrap_or_else(|error| panic!("event {place}: {error}"));
        types.insert(row.event_type.clone());
    }
    (figures(&world, &books), types)
}

/// What the fold gives, in words that outlive the types of this release.
fn figures(world: &World, books: &BTreeMap<&'static str, i64>) -> Value {
    let lines: BTreeMap<&str, Value> = world
        .lines
        .values()
        .map(|line| {
            let figures = json!({
                "status": line.status().words(),
                "limit_minor": line.limit(),
                "principal_minor": line.balances.principal_minor,
                "credit_minor": line.balances.credit_minor,
                "on_their_way_minor": line.draws_on_their_way_minor,
                "frozen": line.frozen.is_some(),
                "purpose": line.purpose.known(),
                "events": line.version,
            });
            (line.number.as_str(), figures)
        })
        .collect();
    let customers: BTreeMap<&str, Value> = world
        .customers
        .values()
        .map(|customer| {
            let name = customer
                .profile
                .known()
                .map(|profile| format!("{} {}", profile.given_name, profile.family_name));
            (
                customer.number.as_str(),
                json!({"name": name, "bank_accounts": customer.bank_accounts.len()}),
            )
        })
        .collect();
    let users: BTreeMap<&str, Value> = world
        .users
        .values()
        .map(|user| {
            (
                user.login.as_str(),
                json!({"state": user.state, "role": user.role, "failures": user.failures}),
            )
        })
        .collect();
    let mut movements: BTreeMap<String, u64> = BTreeMap::new();
    for movement in world.movements.values() {
        *movements
            .entry(format!("{:?} {}", movement.kind, movement.state.words()))
            .or_default() += 1;
    }
    json!({
        "books": books, "lines": lines, "customers": customers, "users": users, "movements": movements,
        "products": world.products.len(), "cursor": world.branch.cursor,
    })
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_can_be_read() {
    if std::env::var_os("BRANCHLINE_GOLDEN").is_some_and(|value| value == "write") {
        write_anew().await;
    }
    let mut releases = 0;
    let mut every_type = BTreeSet::new();
    for release in std::fs::read_dir(folder()).unwrap() {
        let path = release.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        releases += 1;
        let rows: Vec<EventRow> = read(&path.join("events.jsonl"))
            .lines()
            .map(|line| row_of(&serde_json::from_str(line).unwrap()))
            .collect();
        let keys = keys_of(&serde_json::from_str(&read(&path.join("keys.json"))).unwrap());
        let (figures, types) = replay(&rows, &keys);
        let kept: Value = serde_json::from_str(&read(&path.join("figures.json"))).unwrap();
        assert_eq!(
            figures,
            kept,
            "{}: the fold gives something else now",
            path.display()
        );

        // The log of this release leaves no type out; those of earlier ones had others.
        if path.ends_with(UNRELEASED) {
            let mut written: BTreeSet<String> =
                Event::TYPES.iter().map(|name| (*name).to_owned()).collect();
            written.retain(|name| !RETIRED.contains(&name.as_str()));
            assert_eq!(types, written, "the golden log of this release");
        }
        every_type.extend(types);
        let sum: i64 = kept["books"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_i64)
            .sum();
        assert_eq!(sum, 0, "the trial balance of {}", path.display());
        // One byte of any event, and the chain tells.
        let mut altered = rows.clone();
        let middle = altered.len() / 2;
        altered[middle].payload = altered[middle].payload.replacen(':', ": ", 1);
        let held = std::panic::catch_unwind(|| replay(&altered, &keys));
        assert!(held.is_err(), "an altered event was not noticed");
    }
    assert!(releases > 0, "there is no golden log");
    // What the program does not write any more, it reads.
    let all: BTreeSet<String> = Event::TYPES.iter().map(|name| (*name).to_owned()).collect();
    let left_out: Vec<&String> = all.difference(&every_type).collect();
    assert!(
        left_out.is_empty(),
        "no golden log has an event of {left_out:?}"
    );
}

// --- Writing, by hand --------------------------------------------------------------------------

/// A branch on a Tuesday noon in New York.
pub async fn founded() -> (Branch, Clock) {
    let store = Folder::new();
    let mut options = branch::options(store.path(), None);
    let clock = Clock::set_to(UtcMillis(1_772_557_200_000));
    options.clock = clock.clone();
    (Branch::found_with(store, options).await, clock)
}

async fn write_anew() {
    let (branch, clock) = founded().await;
    let writing = Writing {
        branch: &branch,
        clock,
    };
    writing.every_type_of_event().await;
    writing.glass().await;
    branch.verify_clean().await;

    let mut outside = Outside::open(branch.folder()).await;
    let rows = sqlx::query(
        "select json_object('seq', seq, 'stream', stream, 'stream_id', stream_id, 'stream_seq', stream_seq,
             'type', type, 'version', version, 'payload', payload, 'at_ms', at_ms, 'business_date', business_date,
             'command_id', command_id, 'ordinal', ordinal, 'user_id', user_id, 'person_id', person_id,
             'device_id', device_id, 'branch', branch, 'store_id', store_id, 'epoch', epoch,
             'customer_id', customer_id, 'hash', lower(hex(hash))) from events order by seq",
    )
    .fetch_all(&mut outside.connection)
    .await
    .unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let store = sqlx::query("select kdf, wrapped_key from store")
        .fetch_one(&mut outside.connection)
        .await
        .unwrap();
    let customers =
        sqlx::query("select customer_id, version, wrapped from customer_keys order by customer_id")
            .fetch_all(&mut outside.connection)
            .await
            .unwrap();
    let customers: Vec<Value> = customers
        .iter()
        .map(|row| {
            let wrapped: Vec<u8> = row.get(2);
            json!({"customer_id": row.get::<String, _>(0), "version": row.get::<i64, _>(1), "wrapped": hex(&wrapped)})
        })
        .collect();
    let wrapped: Vec<u8> = store.get(1);
    let keys =
        json!({"kdf": store.get::<String, _>(0), "wrapped": hex(&wrapped), "customers": customers});
    outside.close().await;

    let rows: Vec<EventRow> = lines
        .iter()
        .map(|line| row_of(&serde_json::from_str(line).unwrap()))
        .collect();
    let (figures, _) = replay(&rows, &keys_of(&keys));
    let release = folder().join(UNRELEASED);
    std::fs::write(release.join("events.jsonl"), lines.join("\n") + "\n").unwrap();
    for (name, content) in [("keys.json", keys), ("figures.json", figures)] {
        let content = serde_json::to_string_pretty(&content).unwrap() + "\n";
        std::fs::write(release.join(name), content).unwrap();
    }
    branch.engine.stop().await;
}

/// Fills a branch with all that can happen in it; `answers.rs` asks about it.
pub struct Writing<'a> {
    pub branch: &'a Branch,
    pub clock: Clock,
}

impl Writing<'_> {
    async fn later(&self) {
        self.clock.set(self.clock.now().plus_ms(20_000));
        for person in [&self.branch.ada, &self.branch.boris, &self.branch.sam] {
            self.branch.engine.present(&person.token).unwrap();
        }
    }

    pub async fn told(&self, order: Internal) {
        self.later().await;
        self.branch.engine.orders().internal(order).await.unwrap();
    }

    pub async fn done(&self, command: Command) {
        self.later().await;
        self.branch.done(&self.branch.sam, command).await;
    }

    pub async fn decided(&self, command: Command) {
        self.later().await;
        self.branch.done(&self.branch.ada, command).await;
    }

    /// But what takes everybody's session away: that comes last, see [`Writing::glass`].
    pub async fn every_type_of_event(&self) {
        self.people().await;
        self.customers().await;
        self.applications().await;
        self.counter().await;
        self.doubts().await;
        self.credit().await;
        self.network().await;
        self.told(Internal::MoveCursor {
            cursor: "42".to_owned(),
        })
        .await;
        self.told(Internal::ReportStrangers {
            counts: vec![("malformed".to_owned(), 3)],
        })
        .await;
        self.days().await;
        self.changes().await;
        self.drawers().await;
    }

    /// The other admins have left; the only one there releases a draw of their own. Days pass
    /// before that, and sessions with them: orders are given without one.
    async fn glass(&self) {
        let (customer_id, account_id) = self.branch.customer(12).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        let wanda = self.branch.engine.reader().user_id("wanda").await.unwrap();
        for user_id in [wanda, self.branch.boris.user_id] {
            self.decided(Command::DisableAccount(DisableAccount { user_id }))
                .await;
        }
        self.clock
            .set(self.clock.now().plus_ms(domain::glass::SHUT_OUT_MS));
        let draw_id = MovementId(Uuid::now_v7());
        let reason = "The boiler has burst, and it is Saturday".to_owned();
        for command in [
            draw_to_bank(line_id, draw_id, 600_000, account_id, Speed::Standard),
            Command::BreakGlass(BreakGlass {
                line_id,
                draw_id,
                reason,
            }),
        ] {
            let (by, id) = (self.branch.ada.user_id, branch::new_id());
            let given = self.branch.engine.give_command(by, id, command).await;
            given.unwrap();
        }
    }

    /// Days are closed over two statements, a late repayment, a late fee and a debit that bounces.
    async fn days(&self) {
        self.decided(Command::SetHolidays(SetHolidays {
            holidays: vec!["2026-05-25".parse().unwrap()],
        }))
        .await;
        self.revise(|terms| {
            terms.late_fee_minor = Minor(1_500);
            terms.returned_payment_fee_minor = Minor(2_000);
        })
        .await;
        let kind = MovementKind::Repayment;
        // Yesterday's overpayment pays for today's draw.
        let (customer_id, account_id) = self.branch.customer(10).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 1_000))
            .await;
        let debit = self.transfer(line_id, account_id, kind, 4_000).await;
        self.word(line_id, debit, kind, 4_000, RemoteStatus::Settled, None)
            .await;
        self.days_until("2026-03-04").await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 2_000))
            .await;
        let (customer_id, account_id) = self.branch.customer(8).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 90_000))
            .await;
        self.days_until("2026-04-10").await;
        let mut late = repay_cash(line_id, MovementId(Uuid::now_v7()), 5_000);
        if let Command::TakeRepayment(late) = &mut late {
            late.taken_on = Some("2026-03-20".parse().unwrap());
        }
        self.done(late).await;
        let debit = self.transfer(line_id, account_id, kind, 100_000).await;
        self.word(line_id, debit, kind, 100_000, RemoteStatus::Settled, None)
            .await;
        let returned = RemoteStatus::Returned;
        self.word(line_id, debit, kind, 100_000, returned, Some("R01"))
            .await;
        self.days_until("2026-05-12").await;
    }

    /// New terms of the product, for the lines that open from now on.
    async fn revise(&self, change: impl Fn(&mut domain::product::Terms)) {
        let products = self.branch.engine.reader().products().await.unwrap();
        let mut products = products.into_iter();
        let product = products
            .find(|product| product.id == self.branch.product_id)
            .unwrap();
        let mut terms = product.terms;
        change(&mut terms);
        self.decided(Command::DefineProduct(DefineProduct {
            product_id: product.id,
            seen_version: product.version,
            name: product.name,
            terms,
        }))
        .await;
    }

    async fn days_until(&self, open: &str) {
        let open: domain::date::BusinessDate = open.parse().unwrap();
        loop {
            let date = self.branch.today().await;
            if date >= open {
                return;
            }
            self.decided(Command::CloseDay(CloseDay { date })).await;
        }
    }

    async fn people(&self) {
        let form = people::sign_up_form("walter", "E-010", true);
        let user_id = form.user_id;
        self.branch.engine.sign_up(form).await.unwrap();
        self.decided(Command::DeclineAccount(DeclineAccount { user_id }))
            .await;
        let form = people::sign_up_form("wanda", "E-011", false);
        let user_id = form.user_id;
        self.branch.engine.sign_up(form).await.unwrap();
        let employee_number = "E-011".to_owned();
        self.decided(Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number,
            role: Role::Staff,
        }))
        .await;
        for _ in 0..4 {
            self.told(Internal::SignInFailed { user_id }).await;
        }
        self.decided(Command::UnlockAccount(UnlockAccount { user_id }))
            .await;
        self.told(Internal::SignInFailed { user_id }).await;
        self.told(Internal::PasswordProven { user_id }).await;
        self.told(Internal::SignedOut { user_id }).await;
        self.later().await;
        let issue = Command::IssueResetCode(IssueResetCode {
            user_id,
            code_print: String::new(),
        });
        let answer = self.branch.ask(&self.branch.ada, issue).await.unwrap();
        let Fresh::ResetCode(shown) = answer.fresh else {
            panic!("a reset code is shown once");
        };
        let reset = ResetPassword {
            id: branch::new_id(),
            login: "wanda".to_owned(),
            code: shown.code,
            password: "eleven quiet lanterns burn".to_owned(),
        };
        self.branch.engine.reset_password(reset).await.unwrap();
        for command in [
            Command::SetRole(SetRole {
                user_id,
                role: Role::Admin,
            }),
            Command::DisableAccount(DisableAccount { user_id }),
            Command::EnableAccount(EnableAccount { user_id }),
        ] {
            self.decided(command).await;
        }
        let sealed = self
            .branch
            .engine
            .orders()
            .store_key()
            .seal_second_factor(user_id, &[7; 20]);
        let (step, used) = (10, Some(11));
        self.told(Internal::SetSecondFactor {
            user_id,
            sealed,
            step,
        })
        .await;
        self.told(Internal::SignInSucceeded {
            user_id,
            step: used,
        })
        .await;
        // The log vouches for the hash that is stored: the same again.
        let print = "select document->>'$.credential_print' from users where id = ?";
        let credential_print: String = sqlx::query_scalar(print)
            .bind(user_id.to_string())
            .fetch_one(&self.branch.engine.reader().pool)
            .await
            .unwrap();
        self.told(Internal::RenewCredential {
            user_id,
            credential_print: credential_print.clone(),
        })
        .await;
        let passphrase = PASSPHRASE.to_owned().into();
        let engine = &self.branch.engine;
        engine.change_passphrase(passphrase).await.unwrap();
        let (customer_id, _) = self.branch.customer(13).await;
        self.told(Internal::Reveal {
            user_id,
            customer_id,
            masked: Masked::TaxId,
        })
        .await;
        self.told(Internal::ChangePassword {
            user_id,
            credential_print,
        })
        .await;
        self.told(Internal::RecoverAccess {
            user_id: self.branch.boris.user_id,
            code_print: "nobody has this code".to_owned(),
        })
        .await;
        self.decided(Command::RemoveSecondFactor(RemoveSecondFactor { user_id }))
            .await;
        self.decided(Command::DemandSecondFactor(DemandSecondFactor {
            of_admins: false,
        }))
        .await;
        let terms = self.branch.engine.reader().products().await.unwrap()[0]
            .terms
            .clone();
        let product_id = ProductId(Uuid::now_v7());
        let name = "Harvest line".to_owned();
        let define = Command::DefineProduct(DefineProduct {
            product_id,
            seen_version: 0,
            name,
            terms,
        });
        self.branch
            .refused(
                &self.branch.sam,
                define.clone(),
                domain::refusal::RefusalCode::AdminOnly,
            )
            .await;
        self.decided(define).await;
    }

    async fn customers(&self) {
        let (customer_id, _) = self.branch.customer(1).await;
        let change = profile_change(7);
        self.done(Command::UpdateCustomer(UpdateCustomer {
            customer_id,
            seen_version: 3,
            change,
        }))
        .await;
        let gone = CustomerId(Uuid::now_v7());
        let profile = Profile {
            given_name: "Forgotten".to_owned(),
            ..profile(2)
        };
        self.done(Command::RecordCustomer(RecordCustomer {
            customer_id: gone,
            profile,
        }))
        .await;
        let reason = "Asked to be".to_owned();
        self.decided(Command::ForgetCustomer(ForgetCustomer {
            customer_id: gone,
            reason,
        }))
        .await;
    }

    async fn applications(&self) {
        let (customer_id, _) = self.branch.customer(3).await;
        let line_id = LineId(Uuid::now_v7());
        self.done(take_application(
            line_id,
            customer_id,
            self.branch.product_id,
            90_000,
        ))
        .await;
        let reject = RejectApplication {
            line_id,
            seen_version: 1,
            reasons: vec![RejectionReason::NoCreditFile, RejectionReason::Other],
            other_words: Some("The boat is not insured".to_owned()),
        };
        self.decided(Command::RejectApplication(reject)).await;
        let line_id = LineId(Uuid::now_v7());
        self.done(take_application(
            line_id,
            customer_id,
            self.branch.product_id,
            90_000,
        ))
        .await;
        let missing = vec![MissingItem::ProofOfIncome, MissingItem::TaxReturn];
        self.done(Command::RecordMissing(RecordMissing { line_id, missing }))
            .await;
        self.done(Command::SendIncompletenessNotice(
            SendIncompletenessNotice {
                line_id,
                reply_by: self.branch.today().await.plus_days(20),
            },
        ))
        .await;
        self.done(Command::AddContactNote(AddContactNote {
            customer_id,
            channel: ContactChannel::Phone,
            note: "Looks for the tax return".to_owned(),
        }))
        .await;
        let note = Some("Found another lender".to_owned());
        self.done(Command::CancelApplication(CancelApplication {
            line_id,
            note,
        }))
        .await;
    }

    async fn counter(&self) {
        let (customer_id, _) = self.branch.customer(4).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        let note = || "The address is doubtful".to_owned();
        self.decided(Command::FreezeLine(FreezeLine {
            line_id,
            note: note(),
        }))
        .await;
        let seen_version = self.branch.line(line_id).await.version;
        self.done(Command::TellAdverseAction(TellAdverseAction {
            line_id,
            seen_version,
            reasons: vec![
                RejectionReason::ResidenceNotVerified,
                RejectionReason::Other,
            ],
            other_words: Some("Letters come back".to_owned()),
        }))
        .await;
        self.decided(Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: note(),
        }))
        .await;
        let [paid, declined, called_off] = [(); 3].map(|()| MovementId(Uuid::now_v7()));
        for draw_id in [paid, declined, called_off] {
            self.done(draw_cash(line_id, draw_id, 600_000)).await;
        }
        self.decided(Command::ApproveDraw(ApproveDraw {
            line_id,
            draw_id: paid,
        }))
        .await;
        self.done(Command::PayCashDraw(PayCashDraw {
            line_id,
            draw_id: paid,
            identity_seen: true,
        }))
        .await;
        let reason = "Too much at once".to_owned();
        self.decided(Command::DeclineDraw(DeclineDraw {
            line_id,
            draw_id: declined,
            reason,
        }))
        .await;
        self.done(Command::CancelDraw(CancelDraw {
            line_id,
            draw_id: called_off,
        }))
        .await;
        let wish = || {
            Command::RequestCancellation(RequestCancellation {
                line_id,
                reason: Some("Sells the house".to_owned()),
            })
        };
        self.done(wish()).await;
        let reason = "The house is not sold".to_owned();
        self.decided(Command::DeclineCancellation(DeclineCancellation {
            line_id,
            reason,
        }))
        .await;
        self.done(wish()).await;
        self.done(repay_cash(line_id, MovementId(Uuid::now_v7()), 600_000))
            .await;
    }

    /// A transfer asked for under a line, its first attempt marked.
    pub async fn transfer(
        &self,
        line_id: LineId,
        account_id: BankAccountId,
        kind: MovementKind,
        minor: i64,
    ) -> MovementId {
        let id = MovementId(Uuid::now_v7());
        self.done(match kind {
            MovementKind::Repayment => repay_by_debit(line_id, id, minor, account_id),
            MovementKind::Draw | MovementKind::Refund => {
                draw_to_bank(line_id, id, minor, account_id, Speed::Standard)
            }
        })
        .await;
        self.told(Internal::MarkAttempt {
            line_id,
            movement_id: id,
        })
        .await;
        id
    }

    pub async fn answered(
        &self,
        line_id: LineId,
        movement_id: MovementId,
        attempt: u32,
        answer: PostAnswer,
    ) {
        self.told(Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter: 0,
        })
        .await;
    }

    async fn found(&self, line_id: LineId, movement_id: MovementId, found: LookUp) {
        self.told(Internal::RecordLookUp {
            line_id,
            movement_id,
            found,
            jitter: 0,
        })
        .await;
    }

    async fn word(
        &self,
        line_id: LineId,
        id: MovementId,
        kind: MovementKind,
        minor: i64,
        status: RemoteStatus,
        code: Option<&str>,
    ) {
        let mut remote = remote(id, kind, minor, status);
        remote.return_code = code.map(ToOwned::to_owned);
        self.told(Internal::RecordNetworkState {
            line_id,
            movement_id: id,
            remote,
        })
        .await;
    }

    async fn doubts(&self) {
        use MovementKind::{Draw, Repayment};
        let (customer_id, account_id) = self.branch.customer(5).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        // Not sent, deferred, in doubt, asked in vain, not found, and there at last.
        let id = self.transfer(line_id, account_id, Draw, 50_000).await;
        self.answered(
            line_id,
            id,
            1,
            PostAnswer::NotSent {
                reason: "no connection",
            },
        )
        .await;
        self.told(Internal::MarkAttempt {
            line_id,
            movement_id: id,
        })
        .await;
        self.answered(
            line_id,
            id,
            2,
            PostAnswer::Status {
                status: 429,
                retry_after_ms: None,
            },
        )
        .await;
        self.told(Internal::MarkAttempt {
            line_id,
            movement_id: id,
        })
        .await;
        self.answered(line_id, id, 3, PostAnswer::NoAnswer { reason: "time-out" })
            .await;
        self.found(
            line_id,
            id,
            LookUp::NoAnswer {
                reason: "no answer",
            },
        )
        .await;
        self.found(line_id, id, LookUp::Nothing).await;
        self.found(
            line_id,
            id,
            LookUp::Found(remote(id, Draw, 50_000, RemoteStatus::Accepted)),
        )
        .await;
        self.word(line_id, id, Draw, 50_000, RemoteStatus::Settled, None)
            .await;
        // Refused outright, and nothing there: rejected.
        let id = self.transfer(line_id, account_id, Draw, 1_000).await;
        self.answered(
            line_id,
            id,
            1,
            PostAnswer::Status {
                status: 422,
                retry_after_ms: None,
            },
        )
        .await;
        self.found(line_id, id, LookUp::Nothing).await;
        // Somebody else's answer: reviewed, asked again.
        let id = self.transfer(line_id, account_id, Draw, 2_000).await;
        let other = PostAnswer::Transfer(remote(id, Draw, 2_001, RemoteStatus::Accepted));
        self.answered(line_id, id, 1, other).await;
        self.done(Command::AskNetworkAgain(AskNetworkAgain {
            line_id,
            movement_id: id,
        }))
        .await;
        self.found(
            line_id,
            id,
            LookUp::Found(remote(id, Draw, 2_000, RemoteStatus::Settled)),
        )
        .await;
        self.decided(Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: "Cleared up".to_owned(),
        }))
        .await;
        // A debit the customer disputes ends the authorization; a draw that comes back, the account.
        let id = self.transfer(line_id, account_id, Repayment, 5_000).await;
        self.word(
            line_id,
            id,
            Repayment,
            5_000,
            RemoteStatus::Returned,
            Some("R10"),
        )
        .await;
        let id = self.transfer(line_id, account_id, Draw, 3_000).await;
        self.word(
            line_id,
            id,
            Draw,
            3_000,
            RemoteStatus::Returned,
            Some("R02"),
        )
        .await;
    }

    /// Set aside, taken up, handed back; presented again; a return that comes back; statements,
    /// findings, and the hold after a restore.
    async fn network(&self) {
        use MovementKind::Repayment;
        let (customer_id, account_id) = self.branch.customer(9).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        let draw = MovementId(Uuid::now_v7());
        self.done(draw_to_bank(
            line_id,
            draw,
            9_000,
            account_id,
            Speed::Standard,
        ))
        .await;
        let reason = || "The customer calls back".to_owned();
        self.decided(Command::ParkTransfer(ParkTransfer {
            line_id,
            movement_id: draw,
            reason: reason(),
        }))
        .await;
        self.done(Command::RetryTransfer(RetryTransfer {
            line_id,
            movement_id: draw,
        }))
        .await;
        self.decided(Command::HandBackTransfer(HandBackTransfer {
            line_id,
            movement_id: draw,
            reason: reason(),
        }))
        .await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 50_000))
            .await;
        let debit = self.transfer(line_id, account_id, Repayment, 6_000).await;
        let returned = RemoteStatus::Returned;
        self.word(line_id, debit, Repayment, 6_000, returned, Some("R01"))
            .await;
        self.done(Command::PresentAgain(PresentAgain {
            line_id,
            movement_id: debit,
            repayment_id: MovementId(Uuid::now_v7()),
        }))
        .await;
        let mut again = remote(debit, Repayment, 6_000, RemoteStatus::Settled);
        again.reversals = Some(2);
        self.told(Internal::RecordNetworkState {
            line_id,
            movement_id: debit,
            remote: again,
        })
        .await;
        let date = "2026-03-02".parse().unwrap();
        let stranger = StatementLine {
            transfer_id: "tr_stranger".to_owned(),
            reference: "INVOICE 4711".to_owned(),
            direction: domain::transfer::Direction::Credit,
            amount_minor: Minor(7_700),
            currency: Currency::USD.code().to_owned(),
            kind: StatementKind::Settled,
            return_code: None,
        };
        let (lines, mut findings) = compare(
            date,
            &[stranger],
            &Default::default(),
            &Default::default(),
            &Default::default(),
            Currency::USD,
        );
        let finding = findings.remove(0);
        let finding_id = finding.id.clone();
        self.told(Internal::OpenFinding { finding }).await;
        self.told(Internal::RecordStatement { date, lines }).await;
        self.decided(Command::ResolveFinding(ResolveFinding {
            finding_id,
            resolution: Resolution::Explained,
            note: Some("Of the branch next door".to_owned()),
        }))
        .await;
        self.told(Internal::HoldPayments { epoch: 2 }).await;
        self.told(Internal::ResumePayments { epoch: 2 }).await;
    }

    /// A teller's day: cash from the vault and to it, counted short, closed over.
    async fn drawers(&self) {
        use domain::drawer::VaultWay;
        let sam = &self.branch.sam;
        for command in [
            Command::OpenDrawer(OpenDrawer { float: usd(50_000) }),
            Command::MoveVaultCash(MoveVaultCash {
                way: VaultWay::FromVault,
                amount: usd(20_000),
            }),
            Command::MoveVaultCash(MoveVaultCash {
                way: VaultWay::ToVault,
                amount: usd(5_000),
            }),
            Command::CountDrawer(CountDrawer {
                counted: usd(64_900),
            }),
            Command::CloseDrawer(CloseDrawer {
                teller_id: sam.user_id,
                counted: usd(64_950),
            }),
        ] {
            self.branch.done(sam, command).await;
        }
    }

    /// One asks, another decides: the limit, the rate, a waiver, a reversal, charging off.
    async fn changes(&self) {
        self.revise(|terms| {
            terms.origination_fee_minor = Minor(3_000);
        })
        .await;
        let (customer_id, _) = self.branch.customer(11).await;
        let line_id = self.branch.open_line(customer_id, 1_000_000).await;
        let wrong = MovementId(Uuid::now_v7());
        self.done(draw_cash(line_id, wrong, 40_000)).await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 50_000))
            .await;
        let declined = self.asked(line_id, LineChange::ChargeOff {}).await;
        self.decided(Command::DeclineChange(DeclineChange {
            line_id,
            change_id: declined,
            reason: "They pay".to_owned(),
        }))
        .await;
        for change in [
            LineChange::SetLimit {
                limit: usd(1_500_000),
                notice_given_on: None,
            },
            LineChange::SetRate {
                from: self.branch.today().await,
                annual_percent: "9.5".parse().unwrap(),
                notice_given_on: None,
            },
            LineChange::WaiveFees { amount: usd(1_000) },
            LineChange::Reverse { movement_id: wrong },
            LineChange::ChargeOff {},
        ] {
            let change_id = self.asked(line_id, change.clone()).await;
            self.decided(Command::ApproveChange(ApproveChange {
                line_id,
                change_id,
                change,
            }))
            .await;
        }
        self.done(repay_cash(line_id, MovementId(Uuid::now_v7()), 51_000))
            .await;
    }

    pub async fn asked(&self, line_id: LineId, change: LineChange) -> ChangeId {
        let change_id = ChangeId(Uuid::now_v7());
        self.done(Command::RequestChange(RequestChange {
            line_id,
            change_id,
            change,
            reason: "As the customer asked".to_owned(),
        }))
        .await;
        change_id
    }

    async fn credit(&self) {
        use MovementKind::{Draw, Repayment};
        let (customer_id, account_id) = self.branch.customer(6).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        // A debit pays more than is owed; the credit is used by the next draw; the debit comes back.
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 10_000))
            .await;
        let debit = self.transfer(line_id, account_id, Repayment, 30_000).await;
        self.word(
            line_id,
            debit,
            Repayment,
            30_000,
            RemoteStatus::Settled,
            None,
        )
        .await;
        self.done(draw_cash(line_id, MovementId(Uuid::now_v7()), 15_000))
            .await;
        self.word(
            line_id,
            debit,
            Repayment,
            30_000,
            RemoteStatus::Returned,
            Some("R01"),
        )
        .await;
        // A draw comes back after it was repaid in cash.
        let (customer_id, account_id) = self.branch.customer(7).await;
        let line_id = self.branch.open_line(customer_id, 2_000_000).await;
        let draw = self.transfer(line_id, account_id, Draw, 40_000).await;
        self.word(line_id, draw, Draw, 40_000, RemoteStatus::Settled, None)
            .await;
        self.done(repay_cash(line_id, MovementId(Uuid::now_v7()), 40_000))
            .await;
        self.word(
            line_id,
            draw,
            Draw,
            40_000,
            RemoteStatus::Returned,
            Some("R23"),
        )
        .await;
        let refund_id = MovementId(Uuid::now_v7());
        self.done(Command::RefundCredit(RefundCredit {
            line_id,
            refund_id,
            amount: usd(25_000),
        }))
        .await;
    }
}

pub fn remote(
    id: MovementId,
    kind: MovementKind,
    minor: i64,
    status: RemoteStatus,
) -> RemoteTransfer {
    RemoteTransfer {
        id: format!("tr_{id}"),
        reference: id.to_string(),
        direction: kind.direction(),
        amount_minor: Minor(minor),
        currency: Currency::USD.code().to_owned(),
        status,
        settlement_date: Some("2026-03-03".parse().unwrap()),
        return_code: None,
        reversals: None,
    }
}
