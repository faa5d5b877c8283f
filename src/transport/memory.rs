//! A folder in memory: a transport like any other, whose calls can be told to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Entry, Transport, Trouble, copy, path};
use crate::fault::{Fault, Turn, code};

/// The files of a remote in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Store>>);

#[derive(Debug, Default)]
struct Store {
    files: BTreeMap<String, (Vec<u8>, DateTime<Utc>)>,
    folders: BTreeSet<String>,
    changes: i64,
    /// The change that is cut next, by its count, and whether after it was done.
    cut: Option<(i64, bool)>,
}

impl PartialEq for MemoryStore {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl MemoryStore {
    /// A session.
    pub(super) fn open(&self) -> Memory {
        Memory(self.clone())
    }

    /// Cuts the connection at the `nth` change from now (from 1): before it is done, or after, its answer lost.
    pub fn cut_at_change(&self, nth: i64, after: bool) {
        let mut store = self.lock();
        store.cut = Some((store.changes + nth, after));
    }

    /// A number that names this store.
    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Store) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let mut store = self.lock();
        store.changes += 1;
        let lost =
            || Fault::new(code::SFTP_FAILED).with("remote", "memory").with("reason", "cut").turn(Turn::Wait);
        match store.cut {
            Some((at, false)) if at == store.changes => Err(Trouble::Failed(lost())),
            Some((at, true)) if at == store.changes => {
                change(&mut store)?;
                Err(Trouble::Unknown(lost()))
            }
            _ => change(&mut store),
        }
    }
}

/// One session with a store.
pub(super) struct Memory(MemoryStore);

impl Store {
    /// A time that is later with each change.
    fn stamp(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(self.changes)
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, Trouble> {
        if !self.has_folder(folder) {
            return Err(not_found(folder));
        }
        let entries = self.files.iter().filter_map(|(file, (bytes, modified))| {
            let (within, name) = path::split(file);
            let entry =
                || Entry { name: name.to_owned(), size: bytes.len() as u64, modified: Some(*modified) };
            (within == folder).then(entry)
        });
        Ok(entries.collect())
    }

    fn has_folder(&self, folder: &str) -> bool {
        folder.is_empty() || self.folders.contains(folder)
    }
}

fn not_found(path: &str) -> Trouble {
    Trouble::NotFound(Fault::new(code::NO_SUCH_PATH).found(path))
}

fn failed(path: &str, reason: &str) -> Trouble {
    Trouble::Failed(Fault::new(code::FOLDER_FAILED).found(path).with("reason", reason))
}

impl Transport for Memory {
    fn list(&mut self, folder: &str, each: &mut dyn FnMut(Entry) -> bool) -> Result<(), Trouble> {
        let folder = path::below(folder)?;
        // Collected first, so that `each` may use the store.
        let entries = self.0.lock().entries(&folder)?;
        for entry in entries {
            if !each(entry) {
                break;
            }
        }
        Ok(())
    }

    fn look(&mut self, path: &str) -> Result<Option<Entry>, Trouble> {
        let path = path::below(path)?;
        Ok(self.0.lock().files.get(&path).map(|(bytes, modified)| Entry {
            name: path::split(&path).1.to_owned(),
            size: bytes.len() as u64,
            modified: Some(*modified),
        }))
    }

    fn read(&mut self, path: &str, into: &mut dyn Write) -> Result<u64, Trouble> {
        let path = path::below(path)?;
        let bytes =
            self.0.lock().files.get(&path).map(|(bytes, _)| bytes.clone()).ok_or_else(|| not_found(&path))?;
        into.write_all(&bytes).map_err(|error| copy::own_side(&path, &error))?;
        Ok(bytes.len() as u64)
    }

    fn write_whole(&mut self, path: &str, from: &mut dyn Read) -> Result<u64, Trouble> {
        let path = path::below(path)?;
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| copy::own_side(&path, &error))?;
        self.0.change(|store| {
            if !store.has_folder(path::split(&path).0) {
                return Err(not_found(&path));
            }
            if store.has_folder(&path) {
                return Err(failed(&path, "it is a folder"));
            }
            let (size, stamp) = (bytes.len() as u64, store.stamp());
            store.files.insert(path, (bytes, stamp));
            Ok(size)
        })
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        let (from, to) = (path::below(from)?, path::below(to)?);
        self.0.change(|store| {
            if store.files.contains_key(&to) || store.has_folder(&to) {
                return Err(Trouble::Exists(Fault::new(code::NAME_TAKEN).found(&to)));
            }
            if !store.has_folder(path::split(&to).0) {
                return Err(not_found(&to));
            }
            let file = store.files.remove(&from).ok_or_else(|| not_found(&from))?;
            store.files.insert(to, file);
            Ok(())
        })
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        let path = path::below(path)?;
        self.0.change(|store| store.files.remove(&path).map(|_| ()).ok_or_else(|| not_found(&path)))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        let folder = path::below(folder)?;
        self.0.change(|store| {
            let mut made = String::new();
            for part in folder.split('/').filter(|part| !part.is_empty()) {
                if !made.is_empty() {
                    made.push('/');
                }
                made.push_str(part);
                if store.files.contains_key(&made) {
                    return Err(failed(&made, "it is no folder"));
                }
                store.folders.insert(made.clone());
            }
            Ok(())
        })
    }
}
