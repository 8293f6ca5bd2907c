//! Proves what no story can. [`disk`] is a disk that loses its power, fails and runs full, and
//! [`vfs`] puts it under SQLite; see there.
#![deny(unsafe_code)]

#[path = "../../src/dice.rs"]
pub mod dice;
pub mod disk;
#[path = "../../src/branch/paper.rs"]
pub mod paper;
#[path = "../../src/proof.rs"]
pub mod proof;
pub mod vfs;

/// Where files cost nothing: the system's memory, if it has such a place.
pub fn memory_folder() -> &'static std::path::Path {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        std::path::Path::new("/tmp")
    }
}
pub mod acts;
pub mod coverage;
pub mod flows;
pub mod host;
pub mod look;
pub mod many;
pub mod model;
pub mod processors;
pub mod story;
pub mod world;
