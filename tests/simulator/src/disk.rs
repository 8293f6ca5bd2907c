//! A disk that can lose its power. Files lie where they always do (so that renaming, looking and
//! locking by the system's own calls stay true), and every write since the last sync is
//! remembered with what stood there before. When the power goes, the dice say which of those
//! writes were kept, dropped, torn or overtaken by later ones.

use crate::dice::Dice;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What a write is torn at.
const SECTOR: usize = 512;

/// One operation on the disk, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    Create,
    Read,
    Write,
    Truncate,
    Sync,
    Delete,
}

impl Operation {
    /// Whether anything may be different afterwards.
    pub fn changes(self) -> bool {
        self != Operation::Read
    }
}

/// What a disk can be told to do at one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The power goes just before it.
    PowerLoss,
    /// The power goes just after it.
    PowerLossAfter,
    /// The power goes just after the next sync: what was committed is there, and nobody heard.
    PowerLossAfterSync,
    /// It fails.
    Eio,
    /// It fails, and so does everything after it.
    EioForGood,
    /// No space: this write fails.
    Full,
    /// No space from here on.
    FullForGood,
}

impl Trouble {
    /// Whether it strikes this kind of operation; it waits for one that it strikes.
    fn strikes(self, what: Operation) -> bool {
        match self {
            Trouble::PowerLoss | Trouble::PowerLossAfter => what.changes(),
            Trouble::PowerLossAfterSync => what == Operation::Sync,
            Trouble::Eio | Trouble::EioForGood => true,
            Trouble::Full | Trouble::FullForGood => what == Operation::Write,
        }
    }
}

/// How an operation ended, for whoever asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    Io,
    Full,
}

/// What becomes of unsynced writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The process was killed: the system still has everything.
    Kept,
    /// The power went: whatever the dice say, file by file.
    ByDice,
    /// The power went and nothing unsynced was written.
    Dropped,
}

struct Undo {
    offset: u64,
    before: Vec<u8>,
    after: Vec<u8>,
    /// The length before.
    length: u64,
    /// The length this operation made it, if it cut the file.
    cut: Option<u64>,
}

struct Tracked {
    file: Arc<File>,
    path: PathBuf,
    unsynced: Vec<Undo>,
    /// Not one sync since it was made: its name may be lost with the power.
    fresh: bool,
    number: u64,
}

struct Deleted {
    path: PathBuf,
    file: Arc<File>,
}

struct State {
    dice: Dice,
    /// Which start of the machine this is; handles of an earlier one are dead.
    generation: u64,
    off: bool,
    count: u64,
    at: Option<(u64, Trouble)>,
    for_good: Option<Trouble>,
    log: Option<Vec<Operation>>,
    tracked: BTreeMap<u64, Tracked>,
    deleted: Vec<Deleted>,
    next_number: u64,
    trace: u64,
    lies_about_sync: bool,
    struck: bool,
}

pub struct Disk {
    root: PathBuf,
    state: Mutex<State>,
    /// Told when the power goes.
    dead: tokio::sync::Notify,
}

static DISKS: RwLock<BTreeMap<PathBuf, Arc<Disk>>> = RwLock::new(BTreeMap::new());

/// The disk a path lies on, if it is one of ours.
pub fn disk_of(path: &OsStr) -> Option<Arc<Disk>> {
    let disks = DISKS.read().unwrap_or_else(PoisonError::into_inner);
    let bytes = path.as_bytes();
    disks
        .range::<PathBuf, _>(..=PathBuf::from(path))
        .next_back()
        .filter(|(root, _)| bytes.starts_with(root.as_os_str().as_bytes()))
        .map(|(_, disk)| disk.clone())
}

/// What the program has synced without SQLite.
fn synced_by_the_system(path: &Path) -> io::Result<()> {
    let Some(disk) = disk_of(path.as_os_str()) else {
        return Ok(());
    };
    let key = path.metadata()?.ino();
    let known = disk.state().tracked.contains_key(&key);
    if !known {
        return Ok(());
    }
    let generation = disk.generation();
    disk.sync(generation, key)
        .map_err(|_| io::Error::other("the disk failed"))?;
    // `make_durable` syncs the folder with the file: what was deleted there stays deleted, such as
    // the journal of a copy, which would undo the whole copy if it came back.
    disk.folder_synced();
    Ok(())
}

fn mix(trace: u64, value: u64) -> u64 {
    (trace ^ value)
        .wrapping_mul(0x0000_0100_0000_01b3)
        .rotate_left(17)
}

impl Disk {
    /// Everything SQLite does under this folder goes through the disk from now on.
    pub fn under(root: &Path, seed: u64) -> Arc<Disk> {
        crate::vfs::register();
        engine::proving::SYNC.get_or_init(|| synced_by_the_system);
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let disk = Arc::new(Disk {
            root: root.clone(),
            state: Mutex::new(State {
                dice: Dice::seeded(seed),
                generation: 1,
                off: false,
                count: 0,
                at: None,
                for_good: None,
                log: None,
                tracked: BTreeMap::new(),
                deleted: Vec::new(),
                next_number: 0,
                trace: 0,
                lies_about_sync: false,
                struck: false,
            }),
            dead: tokio::sync::Notify::new(),
        });
        let mut disks = DISKS.write().unwrap_or_else(PoisonError::into_inner);
        disks.insert(root, disk.clone());
        disk
    }

    /// Forgets the disk; its files are the caller's to delete.
    pub fn remove(&self) {
        self.state().off = true;
        let mut disks = DISKS.write().unwrap_or_else(PoisonError::into_inner);
        disks.remove(&self.root);
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // --- For whoever tells the story ---------------------------------------------------------

    /// Trouble at the operation that follows `after` others from now on.
    pub fn trouble(&self, after: u64, what: Trouble) {
        let mut state = self.state();
        state.at = Some((state.count + after, what));
        state.struck = false;
    }

    /// No more trouble; what is off stays off.
    pub fn no_trouble(&self) {
        let mut state = self.state();
        state.at = None;
        state.for_good = None;
    }

    /// Whether the trouble that was ordered has come.
    pub fn struck(&self) -> bool {
        self.state().struck
    }

    /// The power goes now.
    pub fn power_off(&self) {
        self.state().off = true;
        self.dead.notify_one();
    }

    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// Waits until the power is gone.
    pub async fn until_off(&self) {
        loop {
            let told = self.dead.notified();
            if self.is_off() {
                return;
            }
            told.await;
        }
    }

    /// Operations so far.
    pub fn count(&self) -> u64 {
        self.state().count
    }

    /// A hash of every operation so far: kind, file, place, length.
    pub fn trace(&self) -> u64 {
        self.state().trace
    }

    /// Keeps a list of operations from now on.
    pub fn keep_log(&self) {
        self.state().log = Some(Vec::new());
    }

    pub fn take_log(&self) -> Vec<Operation> {
        self.state().log.take().unwrap_or_default()
    }

    /// A planted bug: syncs say that they are done and do nothing, except those of a checkpoint.
    pub fn lie_about_sync(&self, lie: bool) {
        self.state().lies_about_sync = lie;
    }

    /// The machine starts again. What was not synced is as `fate` has it.
    pub fn restart(&self, fate: Fate) -> io::Result<()> {
        let mut state = self.state();
        let mut tracked = std::mem::take(&mut state.tracked);
        let deleted = std::mem::take(&mut state.deleted);
        let mut in_order: Vec<&mut Tracked> = tracked.values_mut().collect();
        in_order.sort_by_key(|tracked| tracked.number);
        for file in in_order {
            match fate {
                Fate::Kept => {}
                Fate::Dropped => file.settle(&mut state.dice, Some(1))?,
                Fate::ByDice => file.settle(&mut state.dice, None)?,
            }
        }
        if fate == Fate::ByDice {
            for gone in deleted {
                // The folder was not synced: the name may be there again.
                if state.dice.percent(30) && !gone.path.exists() {
                    let mut bytes =
                        vec![0; usize::try_from(gone.file.metadata()?.len()).unwrap_or(0)];
                    gone.file.read_exact_at(&mut bytes, 0)?;
                    std::fs::write(&gone.path, bytes)?;
                }
            }
        }
        state.generation += 1;
        state.off = false;
        state.at = None;
        state.for_good = None;
        Ok(())
    }

    // --- For SQLite --------------------------------------------------------------------------

    /// Every name is on the disk as it is now.
    fn folder_synced(&self) {
        let mut state = self.state();
        if state.off {
            return;
        }
        for tracked in state.tracked.values_mut() {
            tracked.fresh = false;
        }
        state.deleted.clear();
    }

    /// Whether this start of the machine is still the one that runs.
    pub(crate) fn lives(&self, generation: u64) -> bool {
        let state = self.state();
        !state.off && state.generation == generation
    }

    pub(crate) fn generation(&self) -> u64 {
        self.state().generation
    }

    /// Counts an operation and says how it goes.
    fn begin(
        &self,
        generation: u64,
        what: Operation,
    ) -> Result<(MutexGuard<'_, State>, bool), Failed> {
        let mut state = self.state();
        if state.off || state.generation != generation {
            return Err(Failed::Io);
        }
        let now = state.count;
        state.count += 1;
        if let Some(log) = &mut state.log {
            log.push(what);
        }
        let mut trouble = state.for_good;
        if let Some((at, ordered)) = state.at
            && now >= at
            && ordered.strikes(what)
        {
            state.at = None;
            state.struck = true;
            trouble = Some(ordered);
            if matches!(ordered, Trouble::EioForGood | Trouble::FullForGood) {
                state.for_good = Some(ordered);
            }
        }
        match trouble {
            None => Ok((state, false)),
            Some(Trouble::PowerLoss) => {
                state.off = true;
                self.dead.notify_one();
                Err(Failed::Io)
            }
            Some(Trouble::PowerLossAfter | Trouble::PowerLossAfterSync) => Ok((state, true)),
            Some(Trouble::Eio | Trouble::EioForGood) => Err(Failed::Io),
            Some(Trouble::Full | Trouble::FullForGood) if what == Operation::Write => {
                Err(Failed::Full)
            }
            Some(Trouble::Full | Trouble::FullForGood) => Ok((state, false)),
        }
    }

    fn done<T>(
        &self,
        mut state: MutexGuard<'_, State>,
        power_goes: bool,
        value: T,
    ) -> Result<T, Failed> {
        if power_goes {
            state.off = true;
            self.dead.notify_one();
            return Err(Failed::Io);
        }
        Ok(value)
    }

    /// Opens or makes a file; answers it with the key it is known by.
    pub(crate) fn open(
        &self,
        generation: u64,
        path: &Path,
        create: bool,
        exclusive: bool,
    ) -> Result<(Arc<File>, u64), Failed> {
        let there = path.exists();
        if !there && !create {
            return Err(Failed::Io);
        }
        let begun = if there {
            let state = self.state();
            if state.off || state.generation != generation {
                return Err(Failed::Io);
            }
            (state, false)
        } else {
            self.begin(generation, Operation::Create)?
        };
        let (mut state, power_goes) = begun;
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(create && !exclusive)
            .create_new(create && exclusive)
            .open(path)
            .map_err(|_| Failed::Io)?;
        let file = Arc::new(opened);
        let key = file.metadata().map_err(|_| Failed::Io)?.ino();
        let number = state.next_number;
        if !state.tracked.contains_key(&key) {
            state.next_number += 1;
            let tracked = Tracked {
                file: file.clone(),
                path: path.to_owned(),
                unsynced: Vec::new(),
                fresh: !there,
                number,
            };
            state.tracked.insert(key, tracked);
        }
        self.done(state, power_goes, (file, key))
    }

    pub(crate) fn read(
        &self,
        generation: u64,
        file: &File,
        into: &mut [u8],
        offset: u64,
    ) -> Result<usize, Failed> {
        let (state, power_goes) = self.begin(generation, Operation::Read)?;
        let mut read = 0;
        while read < into.len() {
            match file.read_at(&mut into[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(_) => return Err(Failed::Io),
            }
        }
        self.done(state, power_goes, read)
    }

    pub(crate) fn write(
        &self,
        generation: u64,
        key: u64,
        bytes: &[u8],
        offset: u64,
    ) -> Result<(), Failed> {
        let (mut state, power_goes) = self.begin(generation, Operation::Write)?;
        let tracked = state.tracked.get_mut(&key).ok_or(Failed::Io)?;
        let length = tracked.file.metadata().map_err(|_| Failed::Io)?.len();
        let overlap = length.saturating_sub(offset).min(bytes.len() as u64);
        let mut before = vec![0; usize::try_from(overlap).unwrap_or(0)];
        tracked
            .file
            .read_exact_at(&mut before, offset)
            .map_err(|_| Failed::Io)?;
        tracked
            .file
            .write_all_at(bytes, offset)
            .map_err(|_| Failed::Io)?;
        tracked.unsynced.push(Undo {
            offset,
            before,
            after: bytes.to_vec(),
            length,
            cut: None,
        });
        let number = tracked.number;
        state.trace = mix(mix(mix(state.trace, number), offset), bytes.len() as u64);
        self.done(state, power_goes, ())
    }

    pub(crate) fn truncate(&self, generation: u64, key: u64, to: u64) -> Result<(), Failed> {
        let (mut state, power_goes) = self.begin(generation, Operation::Truncate)?;
        let tracked = state.tracked.get_mut(&key).ok_or(Failed::Io)?;
        let length = tracked.file.metadata().map_err(|_| Failed::Io)?.len();
        let mut before = vec![0; usize::try_from(length.saturating_sub(to)).unwrap_or(0)];
        tracked
            .file
            .read_exact_at(&mut before, to)
            .map_err(|_| Failed::Io)?;
        tracked.file.set_len(to).map_err(|_| Failed::Io)?;
        tracked.unsynced.push(Undo {
            offset: to,
            before,
            after: Vec::new(),
            length,
            cut: Some(to),
        });
        let number = tracked.number;
        state.trace = mix(mix(mix(state.trace, !number), to), 1);
        self.done(state, power_goes, ())
    }

    pub(crate) fn sync(&self, generation: u64, key: u64) -> Result<(), Failed> {
        let (mut state, power_goes) = self.begin(generation, Operation::Sync)?;
        let lies = state.lies_about_sync;
        let tracked = state.tracked.get_mut(&key).ok_or(Failed::Io)?;
        let number = tracked.number;
        let is_journal = tracked.path.as_os_str().as_bytes().ends_with(b"-journal");
        let is_log = tracked.path.as_os_str().as_bytes().ends_with(b"-wal");
        if !(lies && is_log) {
            tracked.unsynced.clear();
            tracked.fresh = false;
            if is_log || is_journal {
                // SQLite syncs the folder with them, and so every name in it.
                for other in state.tracked.values_mut() {
                    other.fresh = false;
                }
                state.deleted.clear();
            }
        }
        state.trace = mix(mix(state.trace, number), 2);
        self.done(state, power_goes, ())
    }

    pub(crate) fn length(&self, generation: u64, file: &File) -> Result<u64, Failed> {
        let state = self.state();
        if state.off || state.generation != generation {
            return Err(Failed::Io);
        }
        Ok(file.metadata().map_err(|_| Failed::Io)?.len())
    }

    /// `Ok(false)`: there was nothing.
    pub(crate) fn delete(
        &self,
        generation: u64,
        path: &Path,
        folder_synced: bool,
    ) -> Result<bool, Failed> {
        if !path.exists() {
            return Ok(false);
        }
        let (mut state, power_goes) = self.begin(generation, Operation::Delete)?;
        let file = File::open(path).map_err(|_| Failed::Io)?;
        let key = file.metadata().map_err(|_| Failed::Io)?.ino();
        std::fs::remove_file(path).map_err(|_| Failed::Io)?;
        let fresh = state
            .tracked
            .remove(&key)
            .is_some_and(|tracked| tracked.fresh);
        if folder_synced {
            state.deleted.clear();
        } else if !fresh {
            state.deleted.push(Deleted {
                path: path.to_owned(),
                file: Arc::new(file),
            });
        }
        state.trace = mix(state.trace, 3);
        self.done(state, power_goes, true)
    }

    pub(crate) fn exists(&self, path: &Path) -> Result<bool, Failed> {
        if self.is_off() {
            return Err(Failed::Io);
        }
        Ok(path.metadata().is_ok_and(|about| about.len() > 0) || path.exists())
    }
}

impl Tracked {
    /// Brings the file to what was left of it. `Some(1)`: nothing unsynced.
    fn settle(&mut self, dice: &mut Dice, only: Option<u32>) -> io::Result<()> {
        let undos = std::mem::take(&mut self.unsynced);
        if undos.is_empty() && !self.fresh {
            return Ok(());
        }
        // What is kept: 0 everything, 1 nothing, 2 a beginning, 3 any, in any company.
        let way = only.unwrap_or_else(|| u32::try_from(dice.below(4)).unwrap_or(0));
        if self.fresh && (way == 1 || dice.percent(20)) {
            // Its name was never made durable.
            return match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            };
        }
        if way == 0 {
            return Ok(());
        }
        for undo in undos.iter().rev() {
            if undo.cut.is_some() {
                self.file.set_len(undo.length)?;
            }
            self.file.write_all_at(&undo.before, undo.offset)?;
            self.file.set_len(undo.length)?;
        }
        let beginning = dice.below(undos.len() + 1);
        for (place, undo) in undos.iter().enumerate() {
            let kept = match way {
                2 => place < beginning,
                3 => dice.percent(50),
                _ => false,
            };
            let torn = way != 1 && dice.percent(15);
            match undo.cut {
                Some(to) if kept => self.file.set_len(to)?,
                Some(_) => {}
                None if torn => self.tear(undo, dice)?,
                None if kept => self.file.write_all_at(&undo.after, undo.offset)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Some sectors of a write arrived.
    fn tear(&self, undo: &Undo, dice: &mut Dice) -> io::Result<()> {
        for (place, sector) in undo.after.chunks(SECTOR).enumerate() {
            if dice.percent(50) {
                self.file
                    .write_all_at(sector, undo.offset + (place * SECTOR) as u64)?;
            }
        }
        Ok(())
    }
}
