//! Wakes the loops when something happens in a local folder. It only wakes: polling is the truth, since a watch is
//! lost silently when its folder is removed, and events can overflow (dependencies.md, section 6).

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::fault::{Fault, code};

/// A watcher of local folders.
pub struct Watch {
    watcher: Mutex<(RecommendedWatcher, HashSet<(PathBuf, u64)>)>,
}

impl Watch {
    /// Calls `wake` after each change in a watched folder.
    ///
    /// # Errors
    /// The machine gives no watcher (too many of them); polling goes on without.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Result<Watch, Fault> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Our own reads raise access events: they are nobody's news.
            if !matches!(&event, Ok(Event { kind: EventKind::Access(_), .. })) {
                wake();
            }
        });
        watcher
            .map(|watcher| Watch { watcher: Mutex::new((watcher, HashSet::new())) })
            .map_err(|error| Fault::new(code::NO_WATCH).with("reason", error))
    }

    /// Watches a folder. Called at each poll: a folder that was removed and made anew is watched anew.
    pub fn watch(&self, folder: &Path) {
        use std::os::unix::fs::MetadataExt;
        let Ok(metadata) = std::fs::metadata(folder) else { return };
        let known = (folder.to_owned(), metadata.ino());
        let mut guard = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let (watcher, watched) = &mut *guard;
        if watched.contains(&known) {
            return;
        }
        watched.retain(|(path, _)| path != folder);
        let _ = watcher.unwatch(folder);
        if watcher.watch(folder, RecursiveMode::NonRecursive).is_ok() {
            watched.insert(known);
        }
    }
}
