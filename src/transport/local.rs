//! A folder of this machine.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::copy::{self, CopyError, copy};
use super::{Entry, Transport, Trouble, path};
use crate::fault::{Fault, Turn, code};

/// How many bytes are copied at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// A folder of this machine.
#[derive(Debug)]
pub(super) struct Local {
    base: PathBuf,
}

impl Local {
    /// The base folder must be there: a mount that is missing must not be taken for an empty inbox.
    pub fn open(base: &Path) -> Result<Local, Trouble> {
        match fs::metadata(base) {
            Ok(there) if there.is_dir() => Ok(Local { base: base.to_owned() }),
            Ok(_) => Err(trouble(base, &io::Error::from(io::ErrorKind::NotADirectory))),
            Err(error) => Err(trouble(base, &error)),
        }
    }

    fn path(&self, path: &str) -> Result<PathBuf, Trouble> {
        path::below(path).map(|path| self.base.join(path))
    }
}

impl Transport for Local {
    fn list(&mut self, folder: &str, each: &mut dyn FnMut(Entry) -> bool) -> Result<(), Trouble> {
        let folder = self.path(folder)?;
        for entry in fs::read_dir(&folder).map_err(|error| trouble(&folder, &error))? {
            let entry = entry.map_err(|error| trouble(&folder, &error))?;
            // The file may be gone by now: the next listing tells.
            let Ok(metadata) = entry.metadata() else { continue };
            if !metadata.is_file() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if !each(Entry { name, size: metadata.len(), modified: modified(&metadata) }) {
                break;
            }
        }
        Ok(())
    }

    fn look(&mut self, path: &str) -> Result<Option<Entry>, Trouble> {
        let full = self.path(path)?;
        match fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_file() => Ok(Some(Entry {
                name: path::split(path).1.to_owned(),
                size: metadata.len(),
                modified: modified(&metadata),
            })),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble(&full, &error)),
        }
    }

    fn read(&mut self, path: &str, into: &mut dyn Write) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        let failed = |error: io::Error| trouble(&full, &error);
        // Not through a link that was put in the file's place, and not waiting for the other end of a pipe.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let mut file = File::options().read(true).custom_flags(flags).open(&full).map_err(failed)?;
        let size = file.metadata().and_then(only_files).map_err(failed)?.len();
        let copied = copy(&mut file, into, BUFFER_BYTES).map_err(|error| match error {
            CopyError::Reading(error) => failed(error),
            CopyError::Writing(error) => copy::own_side(path, &error),
        })?;
        if copied < size {
            return Err(failed(io::Error::from(io::ErrorKind::UnexpectedEof)));
        }
        Ok(copied)
    }

    fn write_whole(&mut self, path: &str, from: &mut dyn Read) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        let failed = |error: io::Error| trouble(&full, &error);
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .custom_flags(flags)
            .open(&full)
            .map_err(failed)?;
        file.metadata().and_then(only_files).map_err(failed)?;
        let written = copy(from, &mut file, BUFFER_BYTES).map_err(|error| match error {
            CopyError::Reading(error) => copy::own_side(path, &error),
            CopyError::Writing(error) => failed(error),
        })?;
        file.sync_all().map_err(failed)?;
        sync_folder(&full).map_err(failed)?;
        Ok(written)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        let (from, to) = (self.path(from)?, self.path(to)?);
        rename_without_replacing(&from, &to).map_err(|error| rename_trouble(&from, &to, &error))?;
        sync_folder(&to).and_then(|()| sync_folder(&from)).map_err(|error| done_but_not_durable(&to, &error))
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        let full = self.path(path)?;
        fs::remove_file(&full).map_err(|error| trouble(&full, &error))?;
        sync_folder(&full).map_err(|error| done_but_not_durable(&full, &error))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        let full = self.path(folder)?;
        // A base folder that went away since the session began is not made anew: it would pass for an empty one.
        Local::open(&self.base)?;
        fs::create_dir_all(&full).map_err(|error| trouble(&full, &error))
    }
}

/// Gives a file a new name unless it is taken.
pub(super) fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // A file system that cannot promise it: a hard link never replaces either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_and_unlink(from, to),
        Err(error) => Err(error.into()),
    }
}

fn link_and_unlink(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from).inspect_err(|_| {
        // Not done after all: a file stands in one place only.
        let _ = fs::remove_file(to);
    })
}

fn only_files(metadata: fs::Metadata) -> io::Result<fs::Metadata> {
    if metadata.is_file() { Ok(metadata) } else { Err(io::Error::other("it is no file")) }
}

/// The change was made, and whether it outlives a power cut is not known.
fn done_but_not_durable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Unknown(folder_fault(path.display().to_string(), error))
}

/// A new name is durable once its folder is.
fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn modified(metadata: &fs::Metadata) -> Option<DateTime<Utc>> {
    metadata.modified().ok().map(DateTime::from)
}

fn rename_trouble(from: &Path, to: &Path, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Trouble::Exists(Fault::new(code::NAME_TAKEN).found(to.display().to_string()))
        }
        // Which of the two is missing: the file, or the folder that it shall go to.
        io::ErrorKind::NotFound if fs::symlink_metadata(from).is_ok() => trouble(to, error),
        _ => trouble(from, error),
    }
}

fn trouble(path: &Path, error: &io::Error) -> Trouble {
    let found = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => Trouble::NotFound(Fault::new(code::NO_SUCH_PATH).found(found)),
        // A disk that is full, or a share that is away, may be well again by itself.
        io::ErrorKind::StorageFull | io::ErrorKind::TimedOut | io::ErrorKind::StaleNetworkFileHandle => {
            Trouble::Failed(folder_fault(found, error).turn(Turn::Wait))
        }
        _ => Trouble::Failed(folder_fault(found, error)),
    }
}

fn folder_fault(found: String, error: &io::Error) -> Fault {
    Fault::new(code::FOLDER_FAILED).found(found).with("reason", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_links_stand_in_for_renames_nothing_is_replaced_either() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b, c) = (folder.path().join("a"), folder.path().join("b"), folder.path().join("c"));
        File::create(&a).unwrap().write_all(b"a").unwrap();
        File::create(&b).unwrap().write_all(b"b").unwrap();
        assert_eq!(link_and_unlink(&a, &b).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&b).unwrap(), b"b");
        link_and_unlink(&a, &c).unwrap();
        assert!(!a.exists());
        assert_eq!(fs::read(&c).unwrap(), b"a");
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("ORD1.csv")).status().unwrap();
        assert!(made.success());
        let mut local = Local::open(folder.path()).unwrap();
        assert!(local.read("ORD1.csv", &mut Vec::new()).is_err());
        assert!(local.write_whole("ORD1.csv", &mut &b"x"[..]).is_err());
        assert_eq!(local.look("ORD1.csv").unwrap(), None);
    }

    #[test]
    fn a_base_folder_that_is_missing_is_never_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Local::open(&folder.path().join("missing")), Err(Trouble::NotFound(_))));
        let file = folder.path().join("file");
        File::create(&file).unwrap();
        assert!(matches!(Local::open(&file), Err(Trouble::Failed(_))));
    }
}
