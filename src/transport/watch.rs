//! Wakes the loops when something happens in a local folder. It only wakes: polling is the truth, since a watch is
//! lost silently when its folder is removed, and events can overflow (dependencies.md, section 6).

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::fault::{Fault, code};

/// A watcher of local folders.
pub struct Watch {
    watcher: Mutex<RecommendedWatcher>,
}

impl Watch {
    /// Calls `wake` after each change in a watched folder, with the folder, or with `None` where nobody knows which it is.
    ///
    /// # Errors
    /// The machine gives no watcher (too many of them); polling goes on without.
    pub fn new(wake: impl Fn(Option<&Path>) + Send + Sync + 'static) -> Result<Watch, Fault> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if !is_news(&event) {
                return;
            }
            match &event {
                Ok(Event { paths, .. }) if !paths.is_empty() => {
                    paths.iter().for_each(|path| wake(path.parent()));
                }
                Ok(_) | Err(_) => wake(None),
            }
        });
        watcher
            .map(|watcher| Watch { watcher: Mutex::new(watcher) })
            .map_err(|error| Fault::new(code::NO_WATCH).with("reason", error))
    }

    /// Watches a folder. Called at each poll, and cheap when nothing changed: a folder that was removed and made anew
    /// is watched anew. (The folder's inode would not tell: a new folder often gets the number of the old one.)
    pub fn watch(&self, folder: &Path) {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        // A folder that is not there, or one too many: polling finds the files all the same.
        let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
    }
}

/// Our own looking and reading raises events too, which are nobody's news; the end of a writing is.
fn is_news(event: &notify::Result<Event>) -> bool {
    match event {
        Ok(Event { kind: EventKind::Access(AccessKind::Close(AccessMode::Write)), .. }) => true,
        Ok(Event { kind: EventKind::Access(_), .. }) => false,
        // An overflow, or a watcher in trouble: something happened, so look.
        Ok(_) | Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::CreateKind;

    use super::*;

    #[test]
    fn our_own_reading_wakes_nobody() {
        let news = |kind| is_news(&Ok(Event::new(kind)));
        assert!(news(EventKind::Create(CreateKind::File)));
        assert!(news(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(!news(EventKind::Access(AccessKind::Close(AccessMode::Read))));
        assert!(!news(EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(is_news(&Err(notify::Error::generic("too many events"))));
    }
}
