//! Where the data folder lies. SQLite's write-ahead log needs memory that all processes share and
//! locks that hold, and a network file system gives neither: two desks would write over each other.

use std::path::Path;

/// Types of file systems, as Linux calls them, whose files lie on another machine or are written by
/// several. A `fuse.` one may be local: only those that are not are named. What a virtual machine has
/// from its own host (9p, virtiofs) is no network.
const ELSEWHERE: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse.ceph",
    "fuse.cephfs",
    "fuse.curlftpfs",
    "fuse.davfs",
    "fuse.davfs2",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.gvfsd-fuse",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.smbnetfs",
    "fuse.sshfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "pvfs2",
    "smb3",
    "smbfs",
];

/// The network file system a folder lies on, by its type; nothing where it lies on this machine, or
/// where the system does not tell. The folder need not be there yet.
pub(super) fn network_file_system(folder: &Path) -> Option<String> {
    let mounts = std::fs::read("/proc/self/mountinfo").ok()?;
    let folder = std::path::absolute(folder).ok()?;
    let there = folder
        .ancestors()
        .find_map(|part| part.canonicalize().ok())?;
    let kind = kind_of(&String::from_utf8_lossy(&mounts), &there)?;
    ELSEWHERE.contains(&kind.as_str()).then_some(kind)
}

/// The type of the file system a path lies on: of the mount nearest above it, the later one where two
/// cover each other. proc(5): `id parent device root mount-point options [tags] - type source …`
fn kind_of(mounts: &str, path: &Path) -> Option<String> {
    let mut nearest: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((place, kind)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (place.split(' ').nth(4), kind.split(' ').next()) else {
            continue;
        };
        let point = unescaped(point);
        let point = Path::new(&point);
        let depth = point.components().count();
        if path.starts_with(point) && nearest.is_none_or(|(deepest, _)| depth >= deepest) {
            nearest = Some((depth, kind));
        }
    }
    nearest.map(|(_, kind)| kind.to_owned())
}

/// Blanks, tabs, line ends and backslashes stand as three octal digits after a backslash.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = after.get(..3);
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(char::from(byte));
                rest = &after[3..];
            }
            None => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
23 22 0:21 / /proc rw - proc proc rw
40 22 0:44 / /home rw,relatime - nfs4 files:/home rw,vers=4.2
41 40 8:3 / /home/here rw - xfs /dev/sda3 rw
42 22 0:46 / /mnt/two\\040words rw master:3 propagate_from:2 - cifs //files/desk rw
43 22 0:47 / /mnt/over rw - nfs files:/over rw
44 43 8:4 / /mnt/over rw - ext4 /dev/sda4 rw
45 22 0:48 / /mnt/far rw - fuse.sshfs desk@far: rw
46 22 0:49 / /mnt/stick rw - fuseblk /dev/sdb1 rw
not a line of it
";

    #[test]
    fn the_mount_nearest_above_says_what_a_folder_lies_on() {
        for (path, kind) in [
            ("/", "ext4"),
            ("/var/lib/branchline", "ext4"),
            ("/home", "nfs4"),
            ("/home/sam/.local/share/branchline", "nfs4"),
            ("/home/here/data", "xfs"),
            ("/homely", "ext4"),
            ("/mnt/two words/data", "cifs"),
            ("/mnt/two", "ext4"),
            ("/mnt/over/data", "ext4"),
            ("/mnt/far/data", "fuse.sshfs"),
            ("/mnt/stick/data", "fuseblk"),
        ] {
            assert_eq!(
                kind_of(MOUNTS, Path::new(path)).as_deref(),
                Some(kind),
                "{path}"
            );
        }
        assert_eq!(kind_of("", Path::new("/")), None);
    }

    #[test]
    fn only_what_lies_elsewhere_is_refused() {
        for (kind, elsewhere) in [
            ("nfs", true),
            ("nfs4", true),
            ("cifs", true),
            ("smb3", true),
            ("fuse.sshfs", true),
            ("9p", false),
            ("ext4", false),
            ("xfs", false),
            ("btrfs", false),
            ("tmpfs", false),
            ("overlay", false),
            ("fuseblk", false),
        ] {
            assert_eq!(ELSEWHERE.contains(&kind), elsewhere, "{kind}");
        }
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(network_file_system(&here.join("not/yet")), None);
    }
}
