//! The spool: our own durable copies of files, in and out. A copy is there whole and fsynced, or not at all.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::failure::failed;
use crate::fault::Fault;
use crate::step::Steps;

/// Where unfinished copies stand; emptied at start.
const UNFINISHED: &str = "tmp";

/// A folder of durable copies.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
    steps: Steps,
}

/// A finished copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spooled {
    /// Its name in the spool: `ab/ab12…-….`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub hash: String,
}

/// A finished copy as it stands in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Its name in the spool.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, if the file system tells.
    pub written: Option<std::time::SystemTime>,
}

impl Spool {
    /// A spool that is only read: nothing is made, and nothing is deleted.
    pub(super) fn to_read(folder: &Path) -> Spool {
        Spool { folder: folder.to_owned(), steps: Steps::unwatched() }
    }

    /// Opens the spool, makes it if it is missing, and deletes what an interrupted run left unfinished.
    pub fn open(folder: &Path, steps: Steps) -> Result<Spool, Fault> {
        let spool = Spool { folder: folder.to_owned(), steps };
        let unfinished = spool.folder.join(UNFINISHED);
        let clear = || -> io::Result<()> {
            fs::create_dir_all(&unfinished)?;
            for entry in fs::read_dir(&unfinished)? {
                fs::remove_file(entry?.path())?;
            }
            sync_folder(&spool.folder)
        };
        clear().map_err(|error| spool.failed(&error))?;
        Ok(spool)
    }

    /// Begins a copy; bytes are written into it, and [`SpoolWriter::finish`] makes it durable.
    pub fn begin(&self) -> Result<SpoolWriter, Fault> {
        let path = self.folder.join(UNFINISHED).join(unique());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| self.failed(&error))?;
        Ok(SpoolWriter { spool: self.clone(), unfinished: Some(path), file, hash: Sha256::new(), size: 0 })
    }

    /// Copies everything that `from` has. Errors of `from` and of the disk are both faults here; where they must be
    /// told apart, use [`Spool::begin`].
    pub fn write_new(&self, from: &mut dyn Read) -> Result<Spooled, Fault> {
        let mut writer = self.begin()?;
        io::copy(from, &mut writer).map_err(|error| self.failed(&error))?;
        writer.finish()
    }

    /// A new empty file, readable and writable, without a name: the system takes it back when it is closed.
    pub fn scratch(&self) -> io::Result<File> {
        let path = self.folder.join(UNFINISHED).join(unique());
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        fs::remove_file(&path)?;
        Ok(file)
    }

    /// Opens a copy to read it.
    pub fn open_copy(&self, name: &str) -> Result<File, Fault> {
        File::open(self.path(name)?).map_err(|error| failed(&format!("{name} in the spool: {error}")))
    }

    /// Removes a copy; one that is gone already is no error.
    pub fn remove(&self, name: &str) -> Result<(), Fault> {
        let path = self.path(name)?;
        self.steps.take("spool.remove", || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(&error)),
            _ => Ok(()),
        })
    }

    /// Every finished copy: its name, its size and when it was written (by the machine's clock). A file of another name
    /// is given too, as it is, so that somebody is told of it.
    pub fn copies(&self) -> Result<Vec<Copy>, Fault> {
        let walk = || -> io::Result<Vec<Copy>> {
            let mut copies = Vec::new();
            for shard in fs::read_dir(&self.folder)? {
                let shard = shard?;
                let shard_name = shard.file_name().to_string_lossy().into_owned();
                if shard_name == UNFINISHED || !shard.file_type()?.is_dir() {
                    continue;
                }
                for file in fs::read_dir(shard.path())? {
                    let file = file?;
                    // One that is removed at this moment is no copy any more.
                    let Ok(metadata) = file.metadata() else { continue };
                    let name = format!("{shard_name}/{}", file.file_name().to_string_lossy());
                    copies.push(Copy { name, size: metadata.len(), written: metadata.modified().ok() });
                }
            }
            Ok(copies)
        };
        walk().map_err(|error| self.failed(&error))
    }

    /// Where a copy stands. A name that the spool did not give is refused.
    pub fn path(&self, name: &str) -> Result<PathBuf, Fault> {
        let ours = name
            .split_once('/')
            .is_some_and(|(shard, file)| is_plain(shard) && shard.len() == 2 && is_plain(file));
        if ours {
            Ok(self.folder.join(name))
        } else {
            Err(failed(&format!("{name:?} is no name in the spool")))
        }
    }

    fn failed(&self, error: &io::Error) -> Fault {
        failed(&format!("{}: {error}", self.folder.display()))
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A copy being written. Dropped before [`SpoolWriter::finish`], it is deleted.
#[derive(Debug)]
pub struct SpoolWriter {
    spool: Spool,
    unfinished: Option<PathBuf>,
    file: File,
    hash: Sha256,
    size: u64,
}

impl SpoolWriter {
    /// Makes the copy durable: file fsynced, renamed to its name, folder fsynced.
    pub fn finish(mut self) -> Result<Spooled, Fault> {
        let hash: String = self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let shard: String = hash.chars().take(2).collect();
        let name = format!("{shard}/{}-{}", hash.chars().take(16).collect::<String>(), unique());
        let steps = self.spool.steps.clone();
        steps
            .write("spool.finish", || self.make_durable(&shard, &name), |full| full)
            .map_err(|error| self.spool.failed(&error))?;
        Ok(Spooled { name, size: self.size, hash })
    }

    fn make_durable(&mut self, shard: &str, name: &str) -> io::Result<()> {
        self.file.sync_all()?;
        let folder = self.spool.folder.join(shard);
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            sync_folder(&self.spool.folder)?;
        }
        if let Some(unfinished) = &self.unfinished {
            fs::rename(unfinished, self.spool.folder.join(name))?;
        }
        self.unfinished = None;
        sync_folder(&folder)
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.unfinished {
            // What cannot be deleted now is deleted at the next start.
            drop(fs::remove_file(unfinished));
        }
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A name that no other copy has: the process, a count and 64 random bits.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut random = RandomState::new().build_hasher();
    random.write_u64(count);
    format!("{:x}-{count:x}-{:016x}", std::process::id(), random.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_its_bytes_size_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), Steps::unwatched()).unwrap();
        let first = spool.write_new(&mut &b"abc"[..]).unwrap();
        let second = spool.write_new(&mut &b"abc"[..]).unwrap();
        assert_eq!(first.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(first.size, 3);
        assert_ne!(first.name, second.name);
        spool.remove(&first.name).unwrap();
        spool.remove(&first.name).unwrap();
        let mut text = String::new();
        spool.open_copy(&second.name).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }

    #[test]
    fn unfinished_copies_vanish_and_finished_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), Steps::unwatched()).unwrap();
        let tmp = folder.path().join(UNFINISHED);
        let mut writer = spool.begin().unwrap();
        writer.write_all(b"half").unwrap();
        assert_eq!(fs::read_dir(&tmp).unwrap().count(), 1);
        std::mem::forget(writer);
        drop(spool.begin().unwrap());
        assert_eq!(fs::read_dir(&tmp).unwrap().count(), 1);
        let kept = spool.write_new(&mut &b"whole"[..]).unwrap();
        let spool = Spool::open(folder.path(), Steps::unwatched()).unwrap();
        assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
        spool.open_copy(&kept.name).unwrap();
    }

    #[test]
    fn names_that_are_not_the_spools_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), Steps::unwatched()).unwrap();
        for name in ["../lock", "ab/../x", "/etc/passwd", "ab", "ab/", ""] {
            assert!(spool.open_copy(name).is_err(), "{name}");
        }
    }
}
