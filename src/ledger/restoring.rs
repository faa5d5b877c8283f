//! A restore: from a backup to a data folder whose gateway starts held (promise 13).
//!
//! 1. Everything is unpacked beside what is there and compared with the manifest; until then nothing is changed.
//! 2. The mark `restoring` stands: from now on no gateway opens the folder. What was there is moved aside, never deleted.
//! 3. The spool and then the ledger go to their places, and the mark goes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::backing_up::{FORMAT, LEDGER, MANIFEST, Manifest, ManifestFile, cannot};
use super::convert::{json, ms};
use super::failure::Failure;
use super::spool::Spool;
use super::verifying::{hash_of, hexadecimal};
use super::{DataLock, schema, tar};
use crate::fault::{Fault, code};
use crate::step::Steps;

/// The scope that halts everything after a restore, until a person lifts it.
pub const RESTORED: &str = "restored";

/// Where a backup is unpacked; whatever stands there is of no worth.
const UNPACKING: &str = "unpacking";
/// A mark that stands while the data folder is neither the old one nor the new one.
pub(super) const RESTORING: &str = "restoring";

/// What a data folder holds besides its content.
const NOT_CONTENT: [&str; 4] = ["lock", "control.sock", UNPACKING, RESTORING];
/// What is moved aside is in folders that begin so.
const ASIDE: &str = "before-restore-";

/// The largest manifest that is read: some hundred thousand files.
const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What was restored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Restored {
    /// The moment of the backup's rows.
    pub at: DateTime<Utc>,
    /// The release that made it.
    pub release: String,
    /// Files of the spool.
    pub files: u64,
    /// Where what stood in the data folder is now.
    pub aside: Option<PathBuf>,
}

/// Restores a backup into a data folder: an empty one, or with `replace` one whose content is moved aside.
///
/// # Errors
/// A gateway runs on the folder, it is not empty, or the backup is not whole: then nothing was changed.
pub fn restore(
    backup: &Path,
    data_folder: &Path,
    replace: bool,
    now: DateTime<Utc>,
    steps: &Steps,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Restored, Fault> {
    let failed = |error: io::Error| cannot(data_folder, &error);
    DirBuilder::new().recursive(true).mode(0o700).create(data_folder).map_err(failed)?;
    let _lock = DataLock::take(data_folder)?;
    let there = content(data_folder).map_err(failed)?;
    if let (Some(first), false) = (there.first(), replace) {
        return Err(Fault::new(code::DATA_FOLDER_NOT_EMPTY)
            .with("folder", data_folder.display())
            .found(first.to_string_lossy()));
    }
    let unpacking = data_folder.join(UNPACKING);
    remove_all(&unpacking).map_err(failed)?;
    let manifest =
        steps.take("restore.unpack", || unpack(backup, &unpacking, progress)).inspect_err(|_| {
            // Nothing of it is of use; what cannot be removed now is removed by the next restore.
            drop(remove_all(&unpacking));
        })?;
    hold(&unpacking.join(LEDGER), backup, &manifest, now)?;
    let aside = put_in_place(data_folder, &there, now, steps).map_err(failed)?;
    Ok(Restored {
        at: manifest.at,
        release: manifest.release,
        files: manifest.files.len().saturating_sub(1) as u64,
        aside,
    })
}

/// That no restore was broken off in this folder.
pub(super) fn refuse_half_restored(data_folder: &Path) -> Result<(), Fault> {
    if data_folder.join(RESTORING).exists() {
        return Err(Fault::new(code::RESTORE_UNFINISHED).with("folder", data_folder.display()));
    }
    Ok(())
}

/// The names in a data folder that are not there by the folder's nature.
fn content(data_folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(data_folder)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if !NOT_CONTENT.contains(&text.as_ref()) && !text.starts_with(ASIDE) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What is done with each file of a backup, by its name; says its size and hash.
type Take<'a> = &'a mut dyn FnMut(&str, &mut dyn Read) -> Result<(u64, String), Fault>;

/// Goes through a backup and compares every file with the manifest, which is its last. `take` says size and hash of a
/// file after it did with it what it wants.
pub(super) fn walk(backup: &Path, take: Take<'_>) -> Result<Manifest, Fault> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        Fault::new(code::BACKUP_UNREADABLE).with("path", backup.display()).with("reason", reason)
    };
    let file = File::open(backup).map_err(|error| unreadable(&error))?;
    let mut archive = tar::Reader::new(BufReader::new(file));
    let mut found: Vec<ManifestFile> = Vec::new();
    let mut manifest = None;
    while let Some(entry) = archive.next().map_err(|error| unreadable(&error))? {
        if manifest.is_some() {
            return Err(unreadable(&"something follows its manifest"));
        }
        if entry.name == MANIFEST {
            if entry.size > MANIFEST_BYTES_MAX {
                return Err(unreadable(&"its manifest is too great"));
            }
            let mut text = Vec::new();
            archive.read_to_end(&mut text).map_err(|error| unreadable(&error))?;
            let read: Manifest = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
            manifest = Some(read);
            continue;
        }
        // What names a place outside is refused before anything is written.
        let spool = Spool::to_read(Path::new("spool"));
        let is_ours = entry.name == LEDGER
            || entry.name.strip_prefix("spool/").is_some_and(|name| spool.path(name).is_ok());
        if !is_ours {
            return Err(unreadable(&format!("it holds {:?}", entry.name)));
        }
        let (size, hash) = take(&entry.name, &mut archive)
            .map_err(|fault| if fault.code == code::LEDGER_FAILED { unreadable(&fault) } else { fault })?;
        found.push(ManifestFile { name: entry.name, size, hash });
    }
    let Some(manifest) = manifest else { return Err(unreadable(&"it has no manifest")) };
    if manifest.format > FORMAT {
        return Err(unreadable(&format!("release {} made it, which is newer", manifest.release)));
    }
    let sorted = |files: &[ManifestFile]| {
        let mut files = files.to_vec();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files
    };
    let (found, told) = (sorted(&found), sorted(&manifest.files));
    let differs = found.iter().zip(&told).find(|(found, told)| found != told);
    if let Some((found, told)) = differs {
        return Err(unreadable(&format!("{} is not what its manifest says of {}", found.name, told.name)));
    }
    if found.len() != told.len() || !told.iter().any(|file| file.name == LEDGER) {
        return Err(unreadable(&"its files are not those of its manifest"));
    }
    Ok(manifest)
}

/// Unpacks a backup into a new folder and compares it with its manifest.
fn unpack(backup: &Path, into: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Manifest, Fault> {
    let failed = |error: io::Error| cannot(into, &error);
    let folder = |path: &Path| DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed);
    folder(&into.join("spool"))?;
    let total = fs::metadata(backup).map_or(0, |metadata| metadata.len());
    let mut done = 0;
    let manifest = walk(backup, &mut |name, from| {
        let path = into.join(name);
        if let Some(parent) = path.parent() {
            folder(parent)?;
        }
        let (size, hash) = copy_out(from, &path)?;
        done += size;
        progress(done, total);
        Ok((size, hash))
    })?;
    sync_tree(into).map_err(failed)?;
    Ok(manifest)
}

fn copy_out(from: &mut dyn Read, path: &Path) -> Result<(u64, String), Fault> {
    let failed = |error: io::Error| cannot(path, &error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // A backup that cannot be read is another trouble than a disk that cannot be written.
        let read = from.read(&mut buffer).map_err(|error| super::failure::failed(&error))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        file.write_all(bytes).map_err(failed)?;
        size += read as u64;
    }
    file.sync_all().map_err(failed)?;
    Ok((size, hexadecimal(hash)))
}

/// Makes the names in a folder and the folders below it durable.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Brings the restored ledger up to date, sees that it is sound, and halts everything in it.
fn hold(ledger: &Path, backup: &Path, manifest: &Manifest, now: DateTime<Utc>) -> Result<(), Fault> {
    let connection = schema::open_to_write(ledger)?;
    let halt = |connection: &Connection| -> Result<String, Failure> {
        let sound = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let fault = Fault::new(code::RESTORED).with("at", manifest.at.format("%Y-%m-%d %H:%M UTC"));
        connection.execute(
            "INSERT INTO halt (scope, fault, cause, since) VALUES (?1, ?2, '', ?3) ON CONFLICT (scope) \
             DO UPDATE SET fault = excluded.fault, since = excluded.since",
            params![RESTORED, json(&fault)?, ms(now)],
        )?;
        connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
        Ok(sound)
    };
    let sound = halt(&connection).map_err(Failure::into_fault)?;
    connection.close().map_err(|(_, error)| super::failure::failed(&error))?;
    if sound != "ok" {
        return Err(Fault::new(code::BACKUP_UNREADABLE).with("path", backup.display()).with("reason", sound));
    }
    File::open(ledger).and_then(|file| file.sync_all()).map_err(|error| cannot(ledger, &error))
}

/// Moves what is there aside and the unpacked files to their places, the ledger last. While the mark stands, no
/// gateway opens the folder; a restore that was broken off here is begun anew.
fn put_in_place(
    data_folder: &Path,
    there: &[std::ffi::OsString],
    now: DateTime<Utc>,
    steps: &Steps,
) -> io::Result<Option<PathBuf>> {
    let (mark, unpacking) = (data_folder.join(RESTORING), data_folder.join(UNPACKING));
    let rename = |from: PathBuf, to: PathBuf| steps.take("restore.rename", || fs::rename(from, to));
    steps.take("restore.mark", || File::create(&mark)?.sync_all().and_then(|()| sync(data_folder)))?;
    let mut aside = None;
    if !there.is_empty() {
        let folder = free_name(data_folder, now);
        DirBuilder::new().mode(0o700).create(&folder)?;
        for name in there {
            rename(data_folder.join(name), folder.join(name))?;
        }
        sync(&folder)?;
        sync(data_folder)?;
        aside = Some(folder);
    }
    for name in ["spool", LEDGER] {
        rename(unpacking.join(name), data_folder.join(name))?;
        sync(data_folder)?;
    }
    steps.take("restore.unmark", || fs::remove_file(&mark).and_then(|()| sync(data_folder)))?;
    remove_all(&unpacking)?;
    Ok(aside)
}

fn free_name(data_folder: &Path, now: DateTime<Utc>) -> PathBuf {
    let name = format!("{ASIDE}{}", now.format("%Y-%m-%dT%H%M%SZ"));
    let numbered = (2..).map(|number| data_folder.join(format!("{name}-{number}")));
    std::iter::once(data_folder.join(&name))
        .chain(numbered)
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| data_folder.join(name))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Looks a backup through without restoring it: the same comparison with its manifest.
///
/// # Errors
/// It is no whole backup.
pub fn check_backup(backup: &Path) -> Result<Manifest, Fault> {
    walk(backup, &mut |_, from| hash_of(from))
}
