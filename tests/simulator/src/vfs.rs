//! The file system SQLite sees: files on a [`Disk`] go through it, all others go where they
//! always went. The only place of this project with unsafe code, and in tests alone.
//!
//! It becomes SQLite's default, so that nothing has to be said when a store is opened. Locks and
//! shared memory live in this process; both are lost when the power goes.
#![allow(unsafe_code)]

use crate::disk::{Disk, Failed, disk_of};
use libsqlite3_sys::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};

/// What SQLite allocates for an open file: its own part first.
#[repr(C)]
struct OpenFile {
    base: sqlite3_file,
    handle: *mut Handle,
}

struct Handle {
    disk: Arc<Disk>,
    generation: u64,
    key: u64,
    file: Arc<File>,
    shared: Arc<Mutex<Shared>>,
    lock: c_int,
    /// Shared-memory locks of this connection, bit by bit.
    shm_shared: u16,
    shm_exclusive: u16,
    has_shm: bool,
    delete_on_close: Option<std::path::PathBuf>,
}

/// What all connections to a file share.
#[derive(Default)]
struct Shared {
    readers: u32,
    reserved: bool,
    pending: bool,
    exclusive: bool,
    regions: Vec<Box<[u64]>>,
    shm_users: u32,
    /// −1 exclusive, else how many share it.
    shm_locks: [i32; 8],
}

thread_local! {
    /// The start of the machine in which this thread opened its connection. A thread of an
    /// earlier one is dead, though it may not know it yet.
    static LIFE: Cell<Option<(usize, u64)>> = const { Cell::new(None) };
}

type Key = (usize, u64, u64);
static SHARED: Mutex<BTreeMap<Key, std::sync::Weak<Mutex<Shared>>>> = Mutex::new(BTreeMap::new());

fn shared_of(key: Key) -> Arc<Mutex<Shared>> {
    let mut all = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(shared) = all.get(&key).and_then(std::sync::Weak::upgrade) {
        return shared;
    }
    all.retain(|_, shared| shared.strong_count() > 0);
    let shared = Arc::new(Mutex::new(Shared::default()));
    all.insert(key, Arc::downgrade(&shared));
    shared
}

struct Original(*mut sqlite3_vfs);
// SAFETY: SQLite's own VFS objects live as long as the process and may be used by any thread.
unsafe impl Send for Original {}
// SAFETY: as above.
unsafe impl Sync for Original {}

static ORIGINAL: OnceLock<Original> = OnceLock::new();

fn original() -> *mut sqlite3_vfs {
    ORIGINAL
        .get()
        .map_or(std::ptr::null_mut(), |original| original.0)
}

/// Makes this SQLite's default file system, once a process.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the VFS found is copied and stays valid; ours is leaked and so lives as long.
        unsafe {
            assert_eq!(sqlite3_initialize(), SQLITE_OK);
            let system = sqlite3_vfs_find(std::ptr::null());
            assert!(!system.is_null());
            let _ = ORIGINAL.set(Original(system));
            let mut ours = *system;
            ours.pNext = std::ptr::null_mut();
            ours.zName = c"powerless".as_ptr();
            ours.szOsFile = ours
                .szOsFile
                .max(c_int::try_from(size_of::<OpenFile>()).unwrap_or(c_int::MAX));
            ours.xOpen = Some(x_open);
            ours.xDelete = Some(x_delete);
            ours.xAccess = Some(x_access);
            ours.xRandomness = Some(x_randomness);
            ours.xCurrentTime = Some(x_current_time);
            ours.xCurrentTimeInt64 = Some(x_current_time_int64);
            let ours = Box::leak(Box::new(ours));
            assert_eq!(sqlite3_vfs_register(ours, 1), SQLITE_OK);
        }
    });
}

/// Seeds SQLite's own generator, which names its logs' salts: for a story told twice.
pub fn seed_sqlite(seed: u32) {
    register();
    let seed = c_int::try_from(seed & 0x7fff_ffff).unwrap_or(1).max(1);
    // SAFETY: this call takes one int and no database.
    unsafe {
        sqlite3_test_control(
            SQLITE_TESTCTRL_PRNG_SEED,
            seed,
            std::ptr::null_mut::<sqlite3>(),
        );
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `name` is null or a C string that lives while the path is used.
unsafe fn path_of<'a>(name: *const c_char) -> Option<&'a OsStr> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(OsStr::from_bytes(
        unsafe { CStr::from_ptr(name) }.to_bytes(),
    ))
}

/// # Safety
/// `file` was opened by [`x_open`] and is not closed yet; SQLite uses a connection's file from
/// one thread at a time.
unsafe fn handle<'a>(file: *mut sqlite3_file) -> &'a mut Handle {
    // SAFETY: `x_open` put an `OpenFile` with a live handle there.
    unsafe { &mut *(*file.cast::<OpenFile>()).handle }
}

unsafe extern "C" fn x_open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes a valid name or null, and room for our file.
    unsafe {
        let path = path_of(name);
        let Some((path, disk)) = path.and_then(|path| Some((path, disk_of(path)?))) else {
            let system = original();
            return match (*system).xOpen {
                Some(open) => open(system, name, file, flags, out_flags),
                None => SQLITE_CANTOPEN,
            };
        };
        (*file).pMethods = std::ptr::null();
        let path = Path::new(path);
        let generation = disk.generation();
        let of_disk = Arc::as_ptr(&disk) as usize;
        if LIFE
            .get()
            .is_some_and(|(of, life)| of == of_disk && life != generation)
        {
            return SQLITE_CANTOPEN;
        }
        let opened = disk.open(
            generation,
            path,
            flags & SQLITE_OPEN_CREATE != 0,
            flags & SQLITE_OPEN_EXCLUSIVE != 0,
        );
        let Ok((opened, key)) = opened else {
            return SQLITE_CANTOPEN;
        };
        LIFE.set(Some((of_disk, generation)));
        let handle = Box::new(Handle {
            shared: shared_of((of_disk, generation, key)),
            disk,
            generation,
            key,
            file: opened,
            lock: SQLITE_LOCK_NONE,
            shm_shared: 0,
            shm_exclusive: 0,
            has_shm: false,
            delete_on_close: (flags & SQLITE_OPEN_DELETEONCLOSE != 0).then(|| path.to_owned()),
        });
        (*file.cast::<OpenFile>()).handle = Box::into_raw(handle);
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
        SQLITE_OK
    }
}

unsafe extern "C" fn x_delete(_: *mut sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite passes a valid name.
    unsafe {
        let path = path_of(name);
        let Some((path, disk)) = path.and_then(|path| Some((path, disk_of(path)?))) else {
            let system = original();
            return match (*system).xDelete {
                Some(delete) => delete(system, name, sync_dir),
                None => SQLITE_IOERR,
            };
        };
        let life = LIFE
            .get()
            .filter(|(of, _)| *of == Arc::as_ptr(&disk) as usize);
        let generation = life.map_or_else(|| disk.generation(), |(_, generation)| generation);
        match disk.delete(generation, Path::new(path), sync_dir != 0) {
            Ok(true) => SQLITE_OK,
            Ok(false) => SQLITE_IOERR_DELETE_NOENT,
            Err(_) => SQLITE_IOERR_DELETE,
        }
    }
}

unsafe extern "C" fn x_access(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes a valid name and a place for the answer.
    unsafe {
        let path = path_of(name);
        let Some((path, disk)) = path.and_then(|path| Some((path, disk_of(path)?))) else {
            let system = original();
            return match (*system).xAccess {
                Some(access) => access(system, name, flags, out),
                None => SQLITE_IOERR,
            };
        };
        match disk.exists(Path::new(path)) {
            Ok(there) => {
                *out = c_int::from(there);
                SQLITE_OK
            }
            Err(_) => SQLITE_IOERR_ACCESS,
        }
    }
}

unsafe extern "C" fn x_randomness(_: *mut sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite passes room for as many bytes. The same ones each time, so that stories can
    // be told twice; `seed_sqlite` chooses others.
    unsafe {
        std::ptr::write_bytes(out, 0x5a, usize::try_from(length).unwrap_or(0));
    }
    length
}

/// 2026-01-01, in milliseconds of the Julian calendar: no store reads SQLite's clock.
const JULIAN_MS: i64 = 212_633_985_600_000;

unsafe extern "C" fn x_current_time(_: *mut sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = JULIAN_MS as f64 / 86_400_000.0 };
    SQLITE_OK
}

unsafe extern "C" fn x_current_time_int64(_: *mut sqlite3_vfs, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = JULIAN_MS };
    SQLITE_OK
}

unsafe extern "C" fn x_close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: opened by `x_open`; SQLite closes once and forgets the file.
    unsafe {
        x_shm_unmap(file, 0);
        x_unlock(file, SQLITE_LOCK_NONE);
        let handle = Box::from_raw((*file.cast::<OpenFile>()).handle);
        (*file).pMethods = std::ptr::null();
        if let Some(path) = &handle.delete_on_close {
            let _ = handle.disk.delete(handle.generation, path, false);
        }
        drop(handle);
    }
    SQLITE_OK
}

unsafe extern "C" fn x_read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    length: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes room for `length` bytes.
    let (handle, into) = unsafe {
        let length = usize::try_from(length).unwrap_or(0);
        (
            handle(file),
            std::slice::from_raw_parts_mut(into.cast::<u8>(), length),
        )
    };
    let offset = u64::try_from(offset).unwrap_or(0);
    match handle
        .disk
        .read(handle.generation, &handle.file, into, offset)
    {
        Ok(read) if read == into.len() => SQLITE_OK,
        Ok(read) => {
            into[read..].fill(0);
            SQLITE_IOERR_SHORT_READ
        }
        Err(_) => SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn x_write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes `length` bytes.
    let (handle, bytes) = unsafe {
        let length = usize::try_from(length).unwrap_or(0);
        (
            handle(file),
            std::slice::from_raw_parts(bytes.cast::<u8>(), length),
        )
    };
    let offset = u64::try_from(offset).unwrap_or(0);
    match handle
        .disk
        .write(handle.generation, handle.key, bytes, offset)
    {
        Ok(()) => SQLITE_OK,
        Err(Failed::Full) => SQLITE_FULL,
        Err(Failed::Io) => SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn x_truncate(file: *mut sqlite3_file, to: sqlite3_int64) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    let to = u64::try_from(to).unwrap_or(0);
    match handle.disk.truncate(handle.generation, handle.key, to) {
        Ok(()) => SQLITE_OK,
        Err(_) => SQLITE_IOERR_TRUNCATE,
    }
}

unsafe extern "C" fn x_sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    match handle.disk.sync(handle.generation, handle.key) {
        Ok(()) => SQLITE_OK,
        Err(_) => SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn x_file_size(file: *mut sqlite3_file, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: opened by `x_open`; SQLite passes a place for the answer.
    unsafe {
        let handle = handle(file);
        match handle.disk.length(handle.generation, &handle.file) {
            Ok(length) => {
                *out = i64::try_from(length).unwrap_or(i64::MAX);
                SQLITE_OK
            }
            Err(_) => SQLITE_IOERR_FSTAT,
        }
    }
}

fn lock_shared(handle: &Handle) -> std::sync::MutexGuard<'_, Shared> {
    handle.shared.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe extern "C" fn x_lock(file: *mut sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    let have = handle.lock;
    if have >= wanted {
        return SQLITE_OK;
    }
    if !handle.disk.lives(handle.generation) {
        return SQLITE_IOERR_LOCK;
    }
    let mut shared = lock_shared(handle);
    let granted = match wanted {
        SQLITE_LOCK_SHARED => {
            let free = !shared.pending && !shared.exclusive;
            if free {
                shared.readers += 1;
            }
            free
        }
        SQLITE_LOCK_RESERVED => {
            let free = !shared.reserved && !shared.pending && !shared.exclusive;
            shared.reserved |= free;
            free
        }
        _ => {
            // Exclusive, by way of pending; alone among readers.
            let others_hold = (have < SQLITE_LOCK_RESERVED && shared.reserved)
                || (have < SQLITE_LOCK_PENDING && shared.pending)
                || shared.exclusive;
            if others_hold {
                drop(shared);
                return SQLITE_BUSY;
            }
            shared.reserved = true;
            shared.pending = true;
            if shared.readers > 1 {
                drop(shared);
                handle.lock = SQLITE_LOCK_PENDING;
                return SQLITE_BUSY;
            }
            shared.exclusive = true;
            true
        }
    };
    drop(shared);
    if !granted {
        return SQLITE_BUSY;
    }
    handle.lock = wanted;
    SQLITE_OK
}

unsafe extern "C" fn x_unlock(file: *mut sqlite3_file, to: c_int) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    let have = handle.lock;
    if have <= to {
        return SQLITE_OK;
    }
    let mut shared = lock_shared(handle);
    if have >= SQLITE_LOCK_EXCLUSIVE {
        shared.exclusive = false;
    }
    if have >= SQLITE_LOCK_PENDING {
        shared.pending = false;
    }
    if have >= SQLITE_LOCK_RESERVED {
        shared.reserved = false;
    }
    if to == SQLITE_LOCK_NONE {
        shared.readers = shared.readers.saturating_sub(1);
    }
    drop(shared);
    handle.lock = to;
    SQLITE_OK
}

unsafe extern "C" fn x_check_reserved(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: opened by `x_open`; SQLite passes a place for the answer.
    unsafe {
        *out = c_int::from(lock_shared(handle(file)).reserved);
    }
    SQLITE_OK
}

unsafe extern "C" fn x_file_control(_: *mut sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    SQLITE_NOTFOUND
}

/// As the system's own file system says it.
unsafe extern "C" fn x_sector_size(_: *mut sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn x_characteristics(_: *mut sqlite3_file) -> c_int {
    SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn x_shm_map(
    file: *mut sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: opened by `x_open`; SQLite passes a place for the address. Regions are boxed and
    // never move; they live as long as the last handle.
    unsafe {
        let handle = handle(file);
        if !handle.disk.lives(handle.generation) {
            return SQLITE_IOERR_SHMMAP;
        }
        let mut shared = lock_shared(handle);
        if !handle.has_shm {
            shared.shm_users += 1;
        }
        let region = usize::try_from(region).unwrap_or(0);
        while extend != 0 && shared.regions.len() <= region {
            let words = usize::try_from(size).unwrap_or(0) / 8;
            shared.regions.push(vec![0; words].into_boxed_slice());
        }
        *out = shared
            .regions
            .get_mut(region)
            .map_or(std::ptr::null_mut(), |region| region.as_mut_ptr().cast());
        drop(shared);
        handle.has_shm = true;
    }
    SQLITE_OK
}

unsafe extern "C" fn x_shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    let first = usize::try_from(offset).unwrap_or(0);
    let places = first..first + usize::try_from(count).unwrap_or(0);
    let mask: u16 = places.clone().map(|place| 1 << place).sum();
    let shared = handle.shared.clone();
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    if flags & SQLITE_SHM_UNLOCK != 0 {
        for place in places {
            let bit = 1 << place;
            if handle.shm_exclusive & bit != 0 {
                shared.shm_locks[place] = 0;
            } else if handle.shm_shared & bit != 0 {
                shared.shm_locks[place] -= 1;
            }
        }
        handle.shm_exclusive &= !mask;
        handle.shm_shared &= !mask;
        return SQLITE_OK;
    }
    if flags & SQLITE_SHM_SHARED != 0 {
        if handle.shm_shared & mask == mask {
            return SQLITE_OK;
        }
        if places.clone().any(|place| shared.shm_locks[place] < 0) {
            return SQLITE_BUSY;
        }
        for place in places {
            shared.shm_locks[place] += 1;
        }
        handle.shm_shared |= mask;
        return SQLITE_OK;
    }
    if handle.shm_exclusive & mask == mask {
        return SQLITE_OK;
    }
    if places.clone().any(|place| shared.shm_locks[place] != 0) {
        return SQLITE_BUSY;
    }
    for place in places {
        shared.shm_locks[place] = -1;
    }
    handle.shm_exclusive |= mask;
    SQLITE_OK
}

unsafe extern "C" fn x_shm_barrier(_: *mut sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn x_shm_unmap(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: opened by `x_open`.
    let handle = unsafe { handle(file) };
    if !handle.has_shm {
        return SQLITE_OK;
    }
    handle.has_shm = false;
    let shared = handle.shared.clone();
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    for place in 0..shared.shm_locks.len() {
        let bit = 1 << place;
        if handle.shm_exclusive & bit != 0 {
            shared.shm_locks[place] = 0;
        } else if handle.shm_shared & bit != 0 {
            shared.shm_locks[place] -= 1;
        }
    }
    (handle.shm_exclusive, handle.shm_shared) = (0, 0);
    shared.shm_users = shared.shm_users.saturating_sub(1);
    if shared.shm_users == 0 {
        // The last one out: who comes next builds the index anew.
        shared.regions.clear();
    }
    SQLITE_OK
}
