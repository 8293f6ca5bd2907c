//! The look at a store before it opens: was it written by this program alone, and is it the one
//! that was left?
//!
//! Quick, so that nobody waits: the store's own row, the last signed head and what is remembered
//! outside, and of a log that is not long the whole chain, every row that is vouched for, and
//! every other row against what the log makes of it. Of a long one its tail and what waits to be
//! paid; the rest is read behind the open window, and payments and approvals wait for it. Beyond
//! [`WHOLE`] events only `verify` folds the log for the rows that carry no MAC.
//!
//! What is found is named, payments are held, and an admin has to look ([`Finding`] of the class
//! `StoreAltered`). Views that were edited while the log holds are made anew from it.

use crate::chain::{BEGINNING, HeadMark, event_hash};
use crate::engine::Orders;
use crate::memory::{Memory, Recalled};
use crate::refold;
use crate::seal::{HashCost, StoreKey, Wrapped};
use crate::signing::{self, DeviceKey};
use crate::store::load::{self, hex};
use crate::store::{self, Identity, OpenError, check, copies, folds, reconciling, sealed, vouched};
use crate::verify::{self, Finding};
use domain::command::Internal;
use domain::needs::Needs;
use domain::refusal::ApiError;
use sqlx::{Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Events that are read before the store opens; what came before them is read behind the window.
pub const TAIL: i64 = 10_000;
/// A log of so many events is folded anew at every start, and everything that follows from it
/// compared. A fold holds all lines in memory: a desk with more of them has better use for it.
const WHOLE: i64 = 200_000;
const EVENTS_AT_ONCE: i64 = 1_000;
/// So many places of one table are named.
const NAMED: usize = 20;
/// Tables that follow from the log and can be made anew.
const VIEWS: &[&str] = &[
    "branch",
    "users",
    "persons",
    "products",
    "customers",
    "customer_terms",
    "blind_index",
    "lines",
    "movements",
    "statements",
    "statement_lines",
    "findings",
];

/// A store that may be opened, and what was found.
pub(crate) struct Guarded {
    pub identity: Identity,
    pub store_key: Arc<StoreKey>,
    pub device: DeviceKey,
    pub faults: Vec<Finding>,
    /// The log was too long to be read at once.
    pub long: bool,
    pub memory: Option<Memory>,
}

fn fault(table: &str, row: impl ToString, what: &str) -> Finding {
    Finding {
        table: table.to_owned(),
        row: row.to_string(),
        what: what.to_owned(),
    }
}

const EDITED: &str = "it was altered outside the program";
const GONE: &str = "it is gone";
const EARLIER: &str = "an earlier one was put back";

/// Where a store lies, where it is remembered, and how far its log is read before it opens.
pub(crate) struct Look<'a> {
    pub state_dir: Option<&'a Path>,
    pub data_dir: &'a Path,
    pub tail: i64,
}

impl Look<'_> {
    fn memory(&self, identity: &Identity, key: &Arc<StoreKey>) -> Option<Memory> {
        let state_dir = self.state_dir?;
        let memory = Memory::of(state_dir, self.data_dir, &identity.store_id, key.clone());
        Some(memory)
    }
}

/// A store that was only just founded.
pub(crate) async fn founded(
    connection: &mut SqliteConnection,
    identity: Identity,
    keys: (StoreKey, DeviceKey),
    look: &Look<'_>,
) -> Result<Guarded, OpenError> {
    let (store_key, device) = keys;
    refold::bring_up_to_date(connection, &store_key).await?;
    let store_key = Arc::new(store_key);
    let guarded = Guarded {
        memory: look.memory(&identity, &store_key),
        identity,
        store_key,
        device,
        faults: Vec::new(),
        long: false,
    };
    Ok(guarded)
}

/// A store of an older program gets its device key, its MACs and its first signed head. Whatever
/// its log does not bear out is named: from here on it could not be told any more.
pub(crate) async fn raised(
    connection: &mut SqliteConnection,
    identity: Identity,
    unlocked: (StoreKey, &str, HashCost),
    look: &Look<'_>,
) -> Result<Guarded, OpenError> {
    let (store_key, passphrase, cost) = unlocked;
    let device = DeviceKey::generate(&identity.store_id);
    let (faults, end) = chain_faults(connection, 0, &identity).await?;
    let mut transaction = connection.begin_with("begin immediate").await?;
    if !refold::make_anew(&mut transaction, &store_key).await? {
        // Vouching for what does not follow from the log would make it true.
        return Err(OpenError::Altered(words(&faults).join("; ")));
    }
    sealed::vouch_for_what_stays(&mut transaction, &store_key).await?;
    sealed::keep_device_key(&mut transaction, &device, &store_key).await?;
    if end.seq > 0 {
        let mark = HeadMark {
            epoch: identity.epoch,
            ..end
        };
        store::write::head(&mut transaction, &mark, &device.sign(&mark)).await?;
    }
    sealed::seal_identity(&mut transaction, &identity, false, &store_key).await?;
    // Last of all: from now on the store may not be without.
    let rewrapped: Wrapped = store_key.wrap(passphrase, cost);
    sealed::rewrap(&mut transaction, &rewrapped).await?;
    transaction.commit().await?;
    let store_key = Arc::new(store_key);
    Ok(Guarded {
        memory: look.memory(&identity, &store_key),
        identity,
        store_key,
        device,
        faults,
        long: false,
    })
}

/// A store that was vouched for before.
pub(crate) async fn looked_at(
    connection: &mut SqliteConnection,
    mut identity: Identity,
    store_key: StoreKey,
    look: &Look<'_>,
) -> Result<Guarded, OpenError> {
    let store_key = Arc::new(store_key);
    let mut faults = Vec::new();
    let standing = sealed::standing(connection).await?;
    let last = sealed::last_event(connection).await?;
    if !standing.fits(&identity, standing.remembered, &store_key) {
        faults.push(fault("store", "", "what it says of itself was altered"));
        if let Some((true_one, remembered)) = as_it_was(&identity, last.as_ref(), |one, kept| {
            standing.fits(one, kept, &store_key)
        }) {
            identity = true_one;
            sealed::seal_identity(connection, &identity, remembered, &store_key).await?;
        }
    }
    let (device, mut log) = device(connection, &identity, &store_key).await?;

    let end = last.as_ref().map_or(0, |last| last.seq);
    let mut long = end > look.tail;
    let from = if long { end - look.tail } else { 0 };
    let (of_the_chain, end) = chain_faults(connection, from, &identity).await?;
    log.extend(of_the_chain);
    log.extend(head_faults(connection, &identity, &device, &end).await?);

    for (name, what) in check::faults_of_the_schema(connection).await? {
        faults.push(fault("the schema", name, &what));
    }
    let mut rows = if long {
        row_faults_of_what_waits(connection, &store_key).await?
    } else {
        row_faults(connection, &store_key).await?
    };
    let in_views = any_in_views(&rows);
    if log.is_empty() && !in_views {
        refold::bring_up_to_date(connection, &store_key).await?;
    }
    // Views of an older fold are not what this program makes of the log.
    if !long && log.is_empty() && folds::current(connection).await? {
        let unvouched = faults_beside(connection, &store_key, &rows).await;
        rows.extend(unvouched);
    }
    let in_views = any_in_views(&rows);
    if in_views && log.is_empty() && long {
        // What the views are made of has to hold from its beginning.
        log.extend(chain_faults(connection, 0, &identity).await?.0);
        long = false;
    }
    if in_views && log.is_empty() {
        let mut transaction = connection.begin_with("begin immediate").await?;
        let made = refold::make_anew(&mut transaction, &store_key).await?;
        transaction.commit().await?;
        for found in &mut rows {
            if made && VIEWS.contains(&found.table.as_str()) {
                found.what.push_str("; made anew from the log");
            }
        }
    }
    faults.extend(log);
    faults.extend(rows);

    let branch = load::world(connection, &Needs::default(), &store_key).await;
    let branch = match branch {
        Ok(loaded) => loaded.world.branch,
        // Nothing can be opened on what neither stands nor can be made anew.
        Err(_) => return Err(OpenError::Altered(words(&faults).join("; "))),
    };
    let memory = look.memory(&identity, &store_key);
    if let Some(memory) = &memory {
        // A restore is held and compared for its own sake, and remembered from now on.
        let known = branch.held_in_epoch.max(branch.compared_epoch);
        let restored = identity.epoch > 1
            && known.is_none_or(|known| i64::try_from(known).is_ok_and(|k| k < identity.epoch));
        let recalled = memory.recall();
        let found = if restored {
            None
        } else {
            not_the_one_left(connection, recalled, &identity, &end, standing.remembered).await?
        };
        if let Some(what) = found {
            faults.push(fault("the file", "", what));
            // What comes now is not what came before: as after a restore, another epoch.
            let remembered = match recalled {
                Recalled::Head(mark) => mark.epoch,
                Recalled::Nothing | Recalled::Altered => 0,
            };
            identity.epoch = identity.epoch.max(remembered) + 1;
            sealed::seal_identity(connection, &identity, standing.remembered, &store_key).await?;
        }
    }
    Ok(Guarded {
        identity,
        store_key,
        device,
        faults,
        long,
        memory,
    })
}

/// The store's own row as it was before it was altered, if a few guesses find it: the MAC says
/// which is right.
fn as_it_was(
    found: &Identity,
    last: Option<&sealed::LastEvent>,
    fits: impl Fn(&Identity, bool) -> bool,
) -> Option<(Identity, bool)> {
    let last = last?;
    for epoch in [found.epoch, last.epoch, last.epoch + 1] {
        for demo in [found.demo, !found.demo] {
            for device_id in [&found.device_id, &last.device_id] {
                for store_id in [&found.store_id, &last.store_id] {
                    let guess = Identity {
                        store_id: store_id.clone(),
                        device_id: device_id.clone(),
                        epoch,
                        demo,
                    };
                    for remembered in [true, false] {
                        if fits(&guess, remembered) {
                            return Some((guess, remembered));
                        }
                    }
                }
            }
        }
    }
    None
}

/// The device's key; a new one, named, where the old one is gone: what follows has to be signed.
async fn device(
    connection: &mut SqliteConnection,
    identity: &Identity,
    store_key: &StoreKey,
) -> Result<(DeviceKey, Vec<Finding>), OpenError> {
    let stored = sealed::device_key(connection).await?;
    let opened = stored.and_then(|(public, sealed)| {
        DeviceKey::open(&identity.store_id, &public, &sealed, store_key)
    });
    if let Some(device) = opened {
        return Ok((device, Vec::new()));
    }
    let device = DeviceKey::generate(&identity.store_id);
    sealed::keep_device_key(connection, &device, store_key).await?;
    let what = "the key of this device was altered; a new one signs from now on";
    Ok((device, vec![fault("device_key", "", what)]))
}

/// The chain after an event, and the head it ends in.
pub(crate) async fn chain_faults(
    connection: &mut SqliteConnection,
    after: i64,
    identity: &Identity,
) -> Result<(Vec<Finding>, HeadMark), sqlx::Error> {
    let mut faults = Vec::new();
    let mut end = HeadMark {
        epoch: identity.epoch,
        seq: after,
        hash: BEGINNING,
    };
    if after > 0 {
        let before = copies::hash_at(connection, after).await?;
        match before.and_then(|hash| hash.try_into().ok()) {
            Some(hash) => end.hash = hash,
            None => faults.push(fault("events", after, GONE)),
        }
    }
    loop {
        let rows = check::events(connection, end.seq, EVENTS_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok((faults, end));
        }
        for row in &rows {
            let mut note = |what: &str| {
                if faults.len() < NAMED {
                    faults.push(fault("events", row.seq, what));
                }
            };
            if row.seq != end.seq + 1 {
                note(&format!("events are missing between {} and here", end.seq));
            }
            let hash = event_hash(&end.hash, row);
            if row.hash != hash {
                note("it is not the event that was written here");
            }
            if row.store_id != identity.store_id {
                note("it is an event of another store");
            }
            end.seq = row.seq;
            // Each event is held against the hash that stands before it.
            end.hash = row.hash.clone().try_into().unwrap_or(hash);
        }
        tokio::task::yield_now().await;
    }
}

/// Every commit signs the head it leaves, so the last one stands for the whole log.
async fn head_faults(
    connection: &mut SqliteConnection,
    identity: &Identity,
    device: &DeviceKey,
    end: &HeadMark,
) -> Result<Vec<Finding>, sqlx::Error> {
    if end.seq == 0 {
        return Ok(Vec::new());
    }
    let Some(head) = sealed::last_head(connection).await? else {
        return Ok(vec![fault(
            "heads",
            end.seq,
            "the end of the log is not signed",
        )]);
    };
    let what = if (head.mark.seq, head.mark.hash) != (end.seq, end.hash) {
        "the log does not end where it was signed"
    } else if !signing::holds(
        &device.public(),
        &identity.store_id,
        &head.mark,
        &head.signature,
    ) {
        "the signature is not this device's"
    } else {
        return Ok(Vec::new());
    };
    Ok(vec![fault("heads", end.seq, what)])
}

/// Every row that is vouched for, and every one that is missing.
pub(crate) async fn row_faults(
    connection: &mut SqliteConnection,
    key: &StoreKey,
) -> Result<Vec<Finding>, sqlx::Error> {
    let mut faults = Vec::new();
    for table in vouched::all() {
        for row in vouched::altered(connection, table, "", key, NAMED).await? {
            faults.push(fault(table.table, row, EDITED));
        }
        tokio::task::yield_now().await;
    }
    faults.extend(swapped(connection, key).await?);
    let behind = sealed::behind(connection).await?;
    faults.extend(behind.into_iter().map(behind_fault));
    Ok(faults)
}

fn any_in_views(rows: &[Finding]) -> bool {
    rows.iter()
        .any(|found| VIEWS.contains(&found.table.as_str()))
}

/// What follows from the log and carries no MAC: journal, search terms, statements of the network,
/// earlier heads, keys of customers that do not open. What is named already is not named again.
async fn faults_beside(
    connection: &mut SqliteConnection,
    key: &StoreKey,
    named: &[Finding],
) -> Vec<Finding> {
    let report = verify::verify(connection, key).await;
    let mut of_a_table: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = report.findings;
    found.retain(|one| {
        let known = |other: &Finding| other.table == one.table && other.row == one.row;
        let so_far = of_a_table.entry(one.table.clone()).or_default();
        *so_far += 1;
        *so_far <= NAMED && !named.iter().any(known)
    });
    found
}

/// Of a large store: who may do what, and what waits to be paid.
async fn row_faults_of_what_waits(
    connection: &mut SqliteConnection,
    key: &StoreKey,
) -> Result<Vec<Finding>, sqlx::Error> {
    let mut faults = Vec::new();
    for (table, rest) in [
        ("branch", ""),
        ("users", ""),
        ("persons", ""),
        ("products", ""),
        ("findings", "where open = 1"),
        ("movements", "where on_its_way = 1"),
        (
            "outbox",
            "where movement_id in (select id from movements where on_its_way = 1)",
        ),
    ] {
        for row in vouched::altered(connection, vouched::of(table), rest, key, NAMED).await? {
            faults.push(fault(table, row, EDITED));
        }
    }
    faults.extend(swapped(connection, key).await?);
    let behind = sealed::branch_behind(connection).await?;
    faults.extend(behind.into_iter().map(behind_fault));
    Ok(faults)
}

fn behind_fault(behind: sealed::Behind) -> Finding {
    let what = if behind.missing { GONE } else { EARLIER };
    fault(behind.table, behind.row, what)
}

async fn swapped(
    connection: &mut SqliteConnection,
    key: &StoreKey,
) -> Result<Vec<Finding>, sqlx::Error> {
    let what = "the password is not the one the log vouches for";
    let swapped = sealed::swapped_passwords(connection, key).await?;
    Ok(swapped
        .into_iter()
        .map(|id| fault("credentials", id, what))
        .collect())
}

/// Why this is not the store that was left, by what is remembered outside of it.
async fn not_the_one_left(
    connection: &mut SqliteConnection,
    recalled: Recalled,
    identity: &Identity,
    end: &HeadMark,
    remembered: bool,
) -> Result<Option<&'static str>, sqlx::Error> {
    let mark = match recalled {
        Recalled::Head(mark) => mark,
        Recalled::Altered => {
            return Ok(Some("what is remembered of it outside was altered"));
        }
        Recalled::Nothing if remembered => {
            return Ok(Some(
                "what was remembered of it outside is gone: it may be an earlier one put back",
            ));
        }
        Recalled::Nothing => return Ok(None),
    };
    if mark.epoch < identity.epoch {
        // Only who has the passphrase can raise the epoch.
        return Ok(None);
    }
    if mark.epoch > identity.epoch || mark.seq > end.seq {
        return Ok(Some("it was cut short, or an earlier one was put back"));
    }
    let there = match mark.seq {
        0 => Some(BEGINNING.to_vec()),
        seq => copies::hash_at(connection, seq).await?,
    };
    Ok((there.as_deref() != Some(&mark.hash)).then_some("its log is not the one that was left"))
}

/// From now on the head is remembered outside, and the store knows that it is.
pub(crate) async fn begin_to_remember(
    connection: &mut SqliteConnection,
    guarded: &Guarded,
) -> Result<(), OpenError> {
    let Some(memory) = &guarded.memory else {
        return Ok(());
    };
    let head = load::head(connection).await?;
    if let Err(error) = memory.keep(&head.mark(guarded.identity.epoch)) {
        tracing::warn!(%error, "how far the log goes could not be kept outside the store");
        return Ok(());
    }
    let identity = &guarded.identity;
    let standing = sealed::standing(connection).await?;
    // What was altered and could not be made whole stays recognizable as such.
    if !standing.remembered && standing.fits(identity, false, &guarded.store_key) {
        sealed::seal_identity(connection, identity, true, &guarded.store_key).await?;
    }
    Ok(())
}

fn words(faults: &[Finding]) -> Vec<String> {
    faults
        .iter()
        .map(|found| {
            let place = format!("{} {}", found.table, found.row);
            format!("{}: {}", place.trim(), found.what)
        })
        .collect()
}

/// Holds payments and tells the admins. What is open already is not told twice.
pub(crate) async fn tell(orders: &Orders, faults: &[Finding]) -> Result<(), ApiError> {
    let open = reconciling::open_findings(orders.pool()).await;
    let told: Vec<String> = open
        .map_err(|_| domain::refusal::FaultCode::StoreUnavailable)?
        .into_iter()
        .map(|open| open.state.finding.reference)
        .collect();
    let when = hex(&crate::seal::random::<8>());
    let findings: Vec<domain::reconcile::Finding> = words(faults)
        .iter()
        .enumerate()
        .map(|(place, what)| domain::reconcile::Finding::altered(&format!("{when}-{place}"), what))
        .filter(|finding| !told.contains(&finding.reference))
        .collect();
    for found in words(faults) {
        tracing::error!(found, "the store was altered outside the program");
    }
    if findings.is_empty() {
        return Ok(());
    }
    let epoch = orders.epoch();
    orders
        .internal(Internal::NoteAltered { epoch, findings })
        .await
}

/// The rest of a long log, and every row, behind the open window.
pub(crate) async fn read_the_rest(orders: &Orders, identity: &Identity) -> Result<(), ApiError> {
    let unavailable = |_| domain::refusal::FaultCode::StoreUnavailable;
    let mut snapshot = orders.pool().begin().await.map_err(unavailable)?;
    let (mut faults, end) = chain_faults(&mut snapshot, 0, identity)
        .await
        .map_err(unavailable)?;
    let rows = row_faults(&mut snapshot, orders.store_key()).await;
    let unread = match rows {
        Ok(rows) => {
            faults.extend(rows);
            None
        }
        Err(error) => Some(error),
    };
    if faults.is_empty() && end.seq <= WHOLE {
        faults.extend(faults_beside(&mut snapshot, orders.store_key(), &[]).await);
    }
    drop(snapshot);
    // What was found is told, also where something else could not be read.
    if !faults.is_empty() {
        tell(orders, &faults).await?;
    }
    unread.map_or(Ok(()), |error| Err(unavailable(error).into()))
}
