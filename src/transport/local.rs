//! A folder of this machine.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

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
        let mut file = File::open(&full).map_err(|error| trouble(&full, &error))?;
        copy(&mut file, into).map_err(|error| trouble(&full, &error))
    }

    fn write_whole(&mut self, path: &str, from: &mut dyn Read) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        let failed = |error: io::Error| trouble(&full, &error);
        let mut file = File::create(&full).map_err(failed)?;
        let written = copy(from, &mut file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        sync_folder(&full).map_err(failed)?;
        Ok(written)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        let (from, to) = (self.path(from)?, self.path(to)?);
        match renameat_with(CWD, &from, CWD, &to, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            // A file system that cannot promise it: a hard link never replaces either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                fs::hard_link(&from, &to).map_err(|error| rename_trouble(&from, &to, &error))?;
                fs::remove_file(&from).map_err(|error| trouble(&from, &error))?;
            }
            Err(error) => return Err(rename_trouble(&from, &to, &error.into())),
        }
        sync_folder(&to).and_then(|()| sync_folder(&from)).map_err(|error| trouble(&to, &error))
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        let full = self.path(path)?;
        fs::remove_file(&full).and_then(|()| sync_folder(&full)).map_err(|error| trouble(&full, &error))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        let full = self.path(folder)?;
        fs::create_dir_all(&full).map_err(|error| trouble(&full, &error))
    }
}

fn copy(from: &mut dyn Read, into: &mut dyn Write) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        into.write_all(buffer.get(..read).unwrap_or_default())?;
        copied += read as u64;
    }
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
