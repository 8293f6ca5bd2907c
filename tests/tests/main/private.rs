//! What identifies a customer, and where it may stand: in the views and in search, and nowhere
//! else. Not in what is appended, not in what is sent later, not in a log, not after forgetting.

use domain::command::*;
use domain::customer::Profile;
use domain::ids::*;
use domain::movement::MovementState;
use std::path::Path;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, Outside};
use stories::traces::{found_in, found_in_table};
use tracing_subscriber::filter::LevelFilter;
use uuid::Uuid;

/// Set in the process that tells the story: where its log goes.
const LOG: &str = "BRANCHLINE_PRIVATE_LOG";
const FOLDER: &str = "BRANCHLINE_PRIVATE_FOLDER";
const PURPOSE: &str = "Lymphoma treatment abroad";

/// The customer nobody may read about.
fn secretive() -> Profile {
    Profile {
        given_name: "Thessalonike".to_owned(),
        family_name: "Quillfeather".to_owned(),
        birth_date: "1967-03-14".parse().unwrap(),
        tax_id: "918-27-3645".to_owned(),
        phone: "+1 555 777 0142".to_owned(),
        email: "t.quillfeather@example.org".to_owned(),
        identity_document: domain::customer::IdentityDocument {
            kind: domain::customer::DocumentKind::Passport,
            number: "ZX8841207P".to_owned(),
        },
        address: domain::customer::Address {
            street: "41 Kittiwake Crescent".to_owned(),
            ..profile(1).address
        },
        ..profile(1)
    }
}

const ACCOUNT: &str = "55019283746";

/// Sealed wherever they stand: nowhere in any file of the store.
fn never_in_the_file() -> Vec<String> {
    let profile = secretive();
    let digits = profile.tax_id.replace('-', "");
    let birth_date = profile.birth_date.to_string();
    let compact = birth_date.replace('-', "");
    vec![
        profile.tax_id,
        digits,
        birth_date,
        compact,
        profile.identity_document.number,
        ACCOUNT.to_owned(),
        PURPOSE.to_owned(),
    ]
}

/// Clear in views and search as long as the customer is known.
fn only_in_views() -> Vec<String> {
    let profile = secretive();
    vec![
        profile.given_name,
        profile.family_name,
        profile.phone,
        profile.email,
        profile.address.street,
    ]
}

fn identifying() -> Vec<String> {
    [never_in_the_file(), only_in_views()].concat()
}

/// A copy made while the customer was known, and one of after.
const BACKED_UP: &str = "known.backup";
const BACKED_UP_AFTER: &str = "forgotten.backup";
/// The log, for an auditor.
const EXPORTED: &str = "log.jsonl";

/// Every file in a folder and in those below it.
fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    files
}

/// The bytes of the store's files, the write-ahead log and its index included.
fn store_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with(engine::store::STORE_FILE) {
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
    files
}

async fn stands_in_table(outside: &mut Outside, table: &str, values: &[String]) -> Vec<String> {
    found_in_table(&mut outside.connection, table, values)
        .await
        .unwrap()
}

/// Told in a process of its own, so that everything any task or thread logs is heard.
#[test]
fn nothing_private_leaves_the_views() {
    if let (Ok(log), Ok(folder)) = (std::env::var(LOG), std::env::var(FOLDER)) {
        let log = std::fs::File::create(log).unwrap();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(log)
            .with_ansi(false)
            .init();
        engine::panics::say_where_only();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(a_customer_comes_and_goes(folder.into()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("told.log");
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let told = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "private::nothing_private_leaves_the_views",
            "--nocapture",
        ])
        .env(LOG, &log)
        .env(FOLDER, folder.path().join("store"))
        .env("TMPDIR", &temporary)
        .env("SQLITE_TMPDIR", &temporary)
        .output()
        .unwrap();
    let said = [told.stdout, told.stderr, std::fs::read(&log).unwrap()].concat();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&said[said.len().saturating_sub(4_000)..])
    );
    for heard in ["could not be carried out", "a fault of the program's own"] {
        let heard = [heard.to_owned()];
        assert_eq!(found_in(&said, &heard), heard, "the log was not heard");
    }
    assert_eq!(
        found_in(&said, &identifying()),
        Vec::<String>::new(),
        "in what was logged or said"
    );
    // The store, the memory of it, logs, what was printed and exported, and what anything left in a
    // temporary folder: forgotten is forgotten everywhere, but in the copy that was made before.
    let left = files_below(folder.path());
    assert!(left.iter().any(|(name, _)| name.ends_with(EXPORTED)));
    for (name, bytes) in left {
        let values = match name.ends_with(BACKED_UP) {
            true => never_in_the_file(),
            false => identifying(),
        };
        assert_eq!(
            found_in(&bytes, &values),
            Vec::<String>::new(),
            "left behind in {name}"
        );
    }
}

async fn a_customer_comes_and_goes(path: std::path::PathBuf) {
    let network = branch::network(30, false).await;
    let folder = Folder::Others(path);
    let options = branch::options(folder.path(), Some(branch::address(&network)));
    let branch = Branch::found_with(folder, options).await;
    let customer_id = CustomerId(Uuid::now_v7());
    let line_id = everything_about(&branch, customer_id).await;

    let mut outside = Outside::open(branch.folder()).await;
    for table in [
        "events",
        "receipts",
        "outbox",
        "drafts",
        "journal",
        "movements",
        "branch",
        "users",
        "products",
        "blind_index",
    ] {
        let found = stands_in_table(&mut outside, table, &identifying()).await;
        assert_eq!(found, Vec::<String>::new());
    }
    for table in ["customers", "customer_terms", "lines"] {
        let found = stands_in_table(&mut outside, table, &never_in_the_file()).await;
        assert_eq!(found, Vec::<String>::new());
    }
    // The looking itself finds what is there to be found.
    assert!(
        !stands_in_table(&mut outside, "customers", &only_in_views())
            .await
            .is_empty()
    );
    for (name, bytes) in store_files(branch.folder()) {
        assert_eq!(
            found_in(&bytes, &never_in_the_file()),
            Vec::<String>::new(),
            "in {name}"
        );
    }
    branch.verify_clean().await;
    let copies = branch.folder().with_file_name("copies");
    std::fs::create_dir(&copies).unwrap();
    copied(
        branch.folder(),
        &copies.join(BACKED_UP),
        &copies.join(EXPORTED),
    )
    .await;

    // Forgetting: refused while something is open, and then for good.
    let forget = || {
        let reason = "The customer asked".to_owned();
        Command::ForgetCustomer(ForgetCustomer {
            customer_id,
            reason,
        })
    };
    branch
        .refused(
            &branch.ada,
            forget(),
            domain::refusal::RefusalCode::CustomerHasOpenLine,
        )
        .await;
    let owed = branch.line(line_id).await.row.owed_minor.0;
    branch
        .done(
            &branch.sam,
            repay_cash(line_id, MovementId(Uuid::now_v7()), owed),
        )
        .await;
    branch
        .done(&branch.sam, Command::CloseLine(CloseLine { line_id }))
        .await;
    branch.done(&branch.ada, forget()).await;
    shown_as_forgotten(&branch, customer_id).await;
    for table in ["customers", "customer_terms", "lines", "events"] {
        let found = stands_in_table(&mut outside, table, &identifying()).await;
        assert_eq!(found, Vec::<String>::new());
    }
    let report = branch.verify_clean().await;
    assert_eq!(report.customers_forgotten, 1);
    let after = copies.join(BACKED_UP_AFTER);
    copied(branch.folder(), &after, &copies.join(EXPORTED)).await;
    outside.close().await;
    let folder = branch.close().await;
    let mut outside = Outside::open(folder.path()).await;
    outside.number("pragma wal_checkpoint(truncate)").await;
    for (name, bytes) in store_files(folder.path()) {
        assert_eq!(
            found_in(&bytes, &identifying()),
            Vec::<String>::new(),
            "left behind in {name}"
        );
    }
    outside.close().await;
}

/// A backup and an exported log of the store as it is.
async fn copied(data_dir: &Path, backup: &Path, log: &Path) {
    engine::backup::backup(data_dir, backup).await.unwrap();
    let mut file = std::fs::File::create(log).unwrap();
    engine::export::export(data_dir, &mut file).await.unwrap();
    drop(file);
    let exported = std::fs::read(log).unwrap();
    assert!(!exported.is_empty());
    assert_eq!(found_in(&exported, &identifying()), Vec::<String>::new());
    let copy = std::fs::read(backup).unwrap();
    assert_eq!(found_in(&copy, &never_in_the_file()), Vec::<String>::new());
}

/// Records the customer and makes them appear everywhere a customer can appear.
async fn everything_about(branch: &Branch, customer_id: CustomerId) -> LineId {
    let sam = &branch.sam;
    let record = Command::RecordCustomer(RecordCustomer {
        customer_id,
        profile: secretive(),
    });
    let draft = serde_json::to_string(&record).unwrap();
    branch
        .engine
        .keep_draft(&sam.token, "customer".to_owned(), Some(draft.clone()))
        .await
        .unwrap();
    assert_eq!(
        branch
            .engine
            .load_draft(&sam.token, "customer")
            .await
            .unwrap(),
        Some(draft)
    );
    branch.done(sam, record).await;
    // The same person again is refused, and a change is made and refused.
    let twin = Command::RecordCustomer(RecordCustomer {
        customer_id: CustomerId(Uuid::now_v7()),
        profile: secretive(),
    });
    branch
        .refused(sam, twin, domain::refusal::RefusalCode::TaxIdTaken)
        .await;
    let change = |seen_version, phone: String| {
        let Profile {
            email,
            address,
            employment,
            income_monthly_minor,
            obligations_monthly_minor,
            ..
        } = secretive();
        let change = domain::customer::ProfileChange {
            phone,
            email,
            address,
            employment,
            income_monthly_minor,
            obligations_monthly_minor,
        };
        Command::UpdateCustomer(UpdateCustomer {
            customer_id,
            seen_version,
            change,
        })
    };
    branch.done(sam, change(1, secretive().phone)).await;
    let told = format!("{} or nobody", secretive().phone);
    branch
        .refused(
            sam,
            change(2, told),
            domain::refusal::RefusalCode::FieldMalformed,
        )
        .await;
    let account_id = BankAccountId(Uuid::now_v7());
    let (routing, number) = ("021000021".to_owned(), ACCOUNT.to_owned());
    branch
        .done(
            sam,
            Command::AddBankAccount(AddBankAccount {
                customer_id,
                account_id,
                routing,
                number,
            }),
        )
        .await;

    let line_id = LineId(Uuid::now_v7());
    let take = Command::TakeApplication(TakeApplication {
        line_id,
        customer_id,
        product_id: branch.product_id,
        requested: usd(90_000),
        purpose: PURPOSE.to_owned(),
        missing: Vec::new(),
    });
    branch.done(sam, take).await;
    let seen = branch.checked(line_id).await;
    branch
        .done(&branch.ada, approve(line_id, seen, 90_000))
        .await;
    branch
        .done(sam, record_agreement(line_id, branch.today().await))
        .await;
    let note = format!(
        "{} {} called about {PURPOSE}",
        secretive().given_name,
        secretive().family_name
    );
    branch
        .done(
            &branch.ada,
            Command::FreezeLine(FreezeLine {
                line_id,
                note: note.clone(),
            }),
        )
        .await;
    branch
        .done(
            &branch.ada,
            Command::UnfreezeLine(UnfreezeLine {
                line_id,
                note: note.clone(),
            }),
        )
        .await;
    let reason = Some(note.clone());
    branch
        .done(sam, draw_cash(line_id, MovementId(Uuid::now_v7()), 1_000))
        .await;
    branch
        .done(
            sam,
            Command::RequestCancellation(RequestCancellation { line_id, reason }),
        )
        .await;
    branch
        .done(
            &branch.ada,
            Command::DeclineCancellation(DeclineCancellation {
                line_id,
                reason: note,
            }),
        )
        .await;
    let draw_id = MovementId(Uuid::now_v7());
    branch
        .done(
            sam,
            draw_to_bank(line_id, draw_id, 5_000, account_id, Speed::Express),
        )
        .await;
    branch
        .arrives(line_id, draw_id, MovementState::Settled)
        .await;

    // A panic whose own words quote what it was about.
    let name = format!("{} é", secretive().family_name);
    let cut = std::thread::spawn(move || name[..name.len() - 1].len());
    assert!(cut.join().is_err());
    // What cannot be read is answered, and its content is nobody's business.
    let garbled = serde_json::json!({"id": branch::new_id(), "command": {"kind": "record_customer", "profile": secretive()}});
    branch::read_submission(&branch.engine, garbled).unwrap_err();
    // And something for the log: an order that breaks.
    branch
        .engine
        .orders()
        .internal(Internal::PanicForTest)
        .await
        .unwrap_err();
    line_id
}

async fn shown_as_forgotten(branch: &Branch, customer_id: CustomerId) {
    let viewer = branch.engine.viewer(&branch.ada.token).await.unwrap();
    let shown = branch
        .engine
        .reader()
        .customer(&viewer, customer_id)
        .await
        .unwrap();
    assert!(shown.row.forgotten);
    let words = serde_json::to_vec(&shown).unwrap();
    assert_eq!(found_in(&words, &identifying()), Vec::<String>::new());
    for search in only_in_views() {
        let query = domain::view::CustomerQuery {
            search,
            after: None,
            limit: 10,
        };
        assert!(
            branch
                .engine
                .reader()
                .customers(&query)
                .await
                .unwrap()
                .rows
                .is_empty()
        );
    }
}

/// Whoever deletes the key has forgotten the customer, with or without the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_deleted_by_hand_forgets_the_customer() {
    let branch = Branch::found(None).await;
    let customer_id = CustomerId(Uuid::now_v7());
    branch
        .done(
            &branch.sam,
            Command::RecordCustomer(RecordCustomer {
                customer_id,
                profile: secretive(),
            }),
        )
        .await;
    let line_id = branch.open_line(customer_id, 90_000).await;
    branch
        .done(
            &branch.sam,
            draw_cash(line_id, MovementId(Uuid::now_v7()), 1_000),
        )
        .await;
    branch.customer(2).await;
    let folder = branch.close().await;

    let mut outside = Outside::open(folder.path()).await;
    assert_eq!(
        outside
            .change("delete from customer_keys where rowid = 1")
            .await,
        Ok(1)
    );
    outside.close().await;

    let engine = engine::Engine::open(branch::options(folder.path(), None))
        .await
        .unwrap();
    let ada = branch::people::sign_in(&engine, "ada").await;
    let boris = branch::people::sign_in(&engine, "boris").await;
    let sam = branch::people::sign_in(&engine, "sam").await;
    let product_id = engine.reader().products().await.unwrap()[0].id;
    let branch = Branch::of(engine, ada, boris, sam, product_id, folder);
    shown_as_forgotten(&branch, customer_id).await;
    let line = branch.line(line_id).await;
    assert_eq!(
        (line.purpose.as_str(), line.row.owed_minor.0),
        ("", 1_000),
        "money is remembered, words are not"
    );
    let report = branch.verify_clean().await;
    assert_eq!(report.customers_forgotten, 1);
    // What is owed can still be repaid or not, but nobody learns by whom.
    let purposes = branch
        .engine
        .reader()
        .events(Some(domain::event::Stream::Line(line_id)), None, 50)
        .await
        .unwrap();
    assert!(found_in(&serde_json::to_vec(&purposes).unwrap(), &identifying()).is_empty());
    branch.engine.stop().await;
}
