//! A backup of ledger and spool, while a gateway runs or not: one file (a tar archive), whole or not at all.
//!
//! The order keeps it consistent. A file of the spool is there before a row needs it, and goes after no row needs it any
//! more: so the rows are taken first, as of one moment, and then the files that they need. One that was let go in
//! between is let go in the backup's rows too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::convert::ms;
use super::failure::Failure;
use super::spool::Spool;
use super::verifying::{Needed, hexadecimal, is_still_needed, needed_files};
use super::{schema, tar};
use crate::fault::{Fault, Place, code};
use crate::step::Steps;

/// The name of the manifest, the last file of a backup.
pub(super) const MANIFEST: &str = "manifest.json";
/// The name of the ledger in a backup.
pub(super) const LEDGER: &str = "ledger.sqlite";
/// The shape of a backup; a release reads no newer one.
pub(super) const FORMAT: u32 = 1;

/// What a backup says of itself. Nothing of it names a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The shape of the backup.
    pub format: u32,
    /// The release that made it.
    pub release: String,
    /// The moment of its rows.
    pub at: DateTime<Utc>,
    /// Every other file of the backup, with its hash.
    pub files: Vec<ManifestFile>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its path in the data folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, in hexadecimal.
    pub hash: String,
}

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackedUp {
    /// Where the backup stands.
    pub path: PathBuf,
    /// The moment of its rows.
    pub at: DateTime<Utc>,
    /// Bytes of the backup.
    pub bytes: u64,
    /// Files of the spool in it.
    pub files: u64,
    /// Files that rows need and that are missing or damaged; the backup is whole but for them.
    pub faults: Vec<Fault>,
}

/// Backs the data folder up. `to` is a folder that there is (the file is named by its time), or the path of a file that
/// there is not yet. `progress` is told how many bytes of about how many are written.
///
/// # Errors
/// The ledger cannot be read, or the backup not be written: then nothing stands at its path.
pub fn back_up(
    data_folder: &Path,
    to: &Path,
    now: DateTime<Utc>,
    steps: &Steps,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackedUp, Fault> {
    let path = data_folder.join(LEDGER);
    if !path.exists() {
        return Err(Fault::new(code::LEDGER_MISSING).with("folder", data_folder.display()));
    }
    let target = if to.is_dir() {
        to.join(format!("lastkaj-{}.tar", now.format("%Y-%m-%dT%H%M%SZ")))
    } else {
        to.to_owned()
    };
    let failed = |error: &dyn std::fmt::Display| cannot(&target, error);
    if target.symlink_metadata().is_ok() {
        return Err(failed(&"it exists already"));
    }
    let live = schema::open_to_read(&path)?;
    let spool = Spool::to_read(&data_folder.join("spool"));
    let snapshot = Passing(beside(&target, "ledger"));
    let unfinished = Passing(beside(&target, "unfinished"));
    steps.take("backup.snapshot", || take_snapshot(&live, &snapshot.0)).map_err(|error| failed(&error))?;
    // Brought up to date, so that what follows can read it whatever release wrote it.
    let mut copy = schema::open_to_write(&snapshot.0)?;
    let needed = needed_files(&copy).map_err(Failure::into_fault)?;

    let file = new_file(&unfinished.0).map_err(|error| failed(&error))?;
    let mut backup = Backup {
        archive: BufWriter::new(file),
        manifest: Manifest {
            format: FORMAT,
            release: env!("CARGO_PKG_VERSION").to_owned(),
            at: now,
            files: Vec::new(),
        },
        modified: now.timestamp(),
    };
    let rows = fs::metadata(&snapshot.0).map_or(0, |metadata| metadata.len());
    let total = needed.iter().map(|needed| needed.size).sum::<u64>() + rows;
    let (mut written, mut let_go, mut faults) = (0, Vec::new(), Vec::new());
    for needed in &needed {
        match steps.take("backup.copy", || backup.add_copy(&spool, needed)) {
            Ok(fault) => faults.extend(fault),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if is_still_needed(&live, needed).map_err(Failure::into_fault)? {
                    faults.push(about(code::SPOOL_FILE_MISSING, needed));
                } else {
                    let_go.push(needed);
                }
            }
            Err(error) => return Err(failed(&error)),
        }
        written += needed.size;
        progress(written, total);
    }
    note_let_go(&mut copy, &let_go, now).and_then(|()| close(copy)).map_err(|error| failed(&error))?;
    backup.add_file(LEDGER, &snapshot.0).map_err(|error| failed(&error))?;
    progress(total, total);
    let files = backup.manifest.files.len() as u64 - 1;
    let bytes = backup.finish().map_err(|error| failed(&error))?;
    steps.take("backup.finish", || put_in_place(&unfinished.0, &target)).map_err(|error| failed(&error))?;
    Ok(BackedUp { path: target, at: now, bytes, files, faults })
}

pub(super) fn cannot(path: &Path, reason: &dyn std::fmt::Display) -> Fault {
    Fault::new(code::BACKUP_FAILED).with("path", path.display()).with("reason", reason)
}

fn about(code: crate::fault::Code, needed: &Needed) -> Fault {
    Fault::new(code)
        .found(&needed.spool)
        .with("target", format!("{} {}", needed.table, needed.id))
        .at(Place::file(&needed.file))
}

/// A file that is removed once it is not needed: whatever happens, nothing half-made is left.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            drop(fs::remove_file(path));
        }
    }
}

/// `.NAME.what-process` in the same folder.
fn beside(target: &Path, what: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{what}-{}", std::process::id()))
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// The rows as of this moment, without what was erased and without free pages.
fn take_snapshot(live: &Connection, to: &Path) -> Result<(), String> {
    // An empty file of ours first: nobody else may read what comes into it.
    new_file(to).map_err(|error| error.to_string())?;
    let to = to.to_str().ok_or("its path is no UTF-8")?;
    live.execute("VACUUM INTO ?1", [to]).map(|_| ()).map_err(|error| error.to_string())
}

/// In the backup's rows too, what was let go while it was made is let go.
fn note_let_go(copy: &mut Connection, let_go: &[&Needed], now: DateTime<Utc>) -> rusqlite::Result<()> {
    let transaction = copy.transaction()?;
    for needed in let_go {
        let sql = format!("UPDATE {} SET file_erased_at = ?2 WHERE id = ?1", needed.table);
        transaction.execute(&sql, [needed.id, ms(now)])?;
    }
    // Files on their way out are not in the backup.
    transaction.execute("DELETE FROM leaving", [])?;
    transaction.commit()
}

/// One file, without a log beside it.
fn close(copy: Connection) -> rusqlite::Result<()> {
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    copy.close().map_err(|(_, error)| error)
}

struct Backup {
    archive: BufWriter<File>,
    manifest: Manifest,
    modified: i64,
}

impl Backup {
    /// Adds a copy from the spool. A damaged one goes in as it is, and is told of.
    fn add_copy(&mut self, spool: &Spool, needed: &Needed) -> io::Result<Option<Fault>> {
        let path = spool.path(&needed.spool).map_err(io::Error::other)?;
        let file = self.add_file(&format!("spool/{}", needed.spool), &path)?;
        let reason = "the backup holds it as it is";
        let differs = (file.size, file.hash.as_str()) != (needed.size, needed.hash.as_str());
        Ok(differs.then(|| about(code::SPOOL_FILE_DIFFERS, needed).with("reason", reason)))
    }

    fn add_file(&mut self, name: &str, path: &Path) -> io::Result<ManifestFile> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut hashed = Hashed { from: &mut file, hash: Sha256::new() };
        tar::append(&mut self.archive, name, size, self.modified, &mut hashed)?;
        let added = ManifestFile { name: name.to_owned(), size, hash: hexadecimal(hashed.hash) };
        self.manifest.files.push(added.clone());
        Ok(added)
    }

    /// Adds the manifest and makes all of it durable; says how many bytes it has.
    fn finish(mut self) -> io::Result<u64> {
        let text = serde_json::to_vec_pretty(&self.manifest).map_err(io::Error::other)?;
        tar::append(&mut self.archive, MANIFEST, text.len() as u64, self.modified, &mut &text[..])?;
        tar::finish(&mut self.archive)?;
        let mut file = self.archive.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.flush()?;
        file.sync_all()?;
        file.seek(SeekFrom::End(0))
    }
}

/// What is read through it is hashed.
struct Hashed<'a> {
    from: &'a mut dyn Read,
    hash: Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Gives the whole backup its name; a file that has it meanwhile is not replaced.
fn put_in_place(unfinished: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, unfinished, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        // A file system that does not know how: it was looked at before.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => fs::rename(unfinished, target)?,
        Err(error) => return Err(error.into()),
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
