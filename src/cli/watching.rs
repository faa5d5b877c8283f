//! Runs something again whenever one of a few files is saved.
//!
//! The watcher only wakes us: what changed is told by the files themselves, which are looked at every second in any
//! case, so that a folder without events (a network disk) is watched too.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Environment, ProcessEnvironment};
use crate::transport::Watch;

use super::Exit;
use super::terminal::say;

/// What is watched.
pub(super) struct Watched {
    /// These files.
    pub files: Vec<PathBuf>,
    /// Every file in this folder and below it, if there is one.
    pub codes: PathBuf,
}

/// So long nothing may change before a save counts as done: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// So often the files are looked at where nothing wakes us.
const POLL: Duration = Duration::from_secs(1);

/// Tells one version of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

type Seen = BTreeMap<PathBuf, Option<Version>>;

/// Runs it now and at each save, until the process is ended or nobody reads what it says.
pub(super) fn watch(watched: &Watched, mut run: impl FnMut()) -> Exit {
    let (wake, woken) = sync_channel(1);
    // Without a watcher, looking every second is enough.
    let watch = Watch::new(move |_| {
        let _ = wake.try_send(());
    })
    .ok();
    let listen = || {
        if let Some(watch) = &watch {
            folders(watched).iter().for_each(|folder| watch.watch(folder));
        }
    };
    listen();
    let names: Vec<String> = watched.files.iter().map(|file| file.display().to_string()).collect();
    let waits =
        format!("waiting for a save of {} or a table in {}", names.join(", "), watched.codes.display());
    let mut seen = look(watched);
    loop {
        run();
        say(format!("\n{}  {waits}; Ctrl-C ends", now()));
        let (later, changes) = next(watched, &seen, &woken, &listen);
        seen = later;
        let mut out = std::io::stdout().lock();
        let clear = if out.is_terminal() { "\x1b[2J\x1b[H" } else { "" };
        // Nobody reads any more: the pipe is closed.
        if write!(out, "{clear}").and_then(|()| writeln!(out, "\n{}", "─".repeat(40))).is_err() {
            return Exit::Well;
        }
        drop(out);
        say(format!("{}  {}\n", now(), changes.join(", ")));
    }
}

/// Waits for the next change, and tells what is other than it was.
fn next(watched: &Watched, seen: &Seen, woken: &Receiver<()>, listen: &dyn Fn()) -> (Seen, Vec<String>) {
    loop {
        let mut now = look(watched);
        if now == *seen {
            if woken.recv_timeout(POLL).is_err() {
                // The second is over, or there is no watcher.
                pause_without_watcher(woken);
                listen();
            }
            continue;
        }
        loop {
            std::thread::sleep(QUIET);
            let later = look(watched);
            if later == now {
                break;
            }
            now = later;
        }
        let changes = changes(seen, &now);
        if !changes.is_empty() {
            return (now, changes);
        }
    }
}

/// A channel whose sender is gone does not wait by itself.
fn pause_without_watcher(woken: &Receiver<()>) {
    if let Err(std::sync::mpsc::TryRecvError::Disconnected) = woken.try_recv() {
        std::thread::sleep(POLL);
    }
}

fn changes(before: &Seen, after: &Seen) -> Vec<String> {
    let mut changes = Vec::new();
    for path in before.keys().chain(after.keys().filter(|path| !before.contains_key(*path))) {
        let (was, is) = (before.get(path).cloned().flatten(), after.get(path).cloned().flatten());
        let what = match (&was, &is) {
            _ if was == is => continue,
            (_, Some(_)) => "was saved",
            (_, None) => "is gone",
        };
        changes.push(format!("{} {what}", path.display()));
    }
    changes
}

fn look(watched: &Watched) -> Seen {
    let tables = ProcessEnvironment.files_below(&watched.codes);
    let tables = tables
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "toml"))
        .map(|file| watched.codes.join(file));
    watched
        .files
        .iter()
        .cloned()
        .chain(tables)
        .map(|file| {
            let version = version(&file);
            (file, version)
        })
        .collect()
}

fn version(file: &Path) -> Option<Version> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(file).ok()?;
    Some(Version {
        inode: metadata.ino(),
        bytes: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    })
}

/// Files are watched by their folders: an editor puts a new file in the place of the old one.
fn folders(watched: &Watched) -> Vec<PathBuf> {
    let above = |file: &PathBuf| match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut folders: Vec<PathBuf> = look(watched).keys().map(above).collect();
    folders.push(watched.codes.clone());
    folders.sort();
    folders.dedup();
    folders
}

fn now() -> String {
    Clock::System.now().with_timezone(&chrono::Local).format("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_by_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let (format, data) = (folder.path().join("orders.toml"), folder.path().join("ORD1.csv"));
        let watched =
            Watched { files: vec![format.clone(), data.clone()], codes: folder.path().join("codes") };
        let put = |path: &Path, text: &str| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes()).unwrap();
        };
        put(&format, "a");
        put(&data, "a");
        let before = look(&watched);
        assert_eq!(changes(&before, &look(&watched)), Vec::<String>::new());
        put(&format, "ab");
        std::fs::remove_file(&data).unwrap();
        put(&watched.codes.join("units.toml"), "");
        put(&watched.codes.join("units.toml~"), "");
        let mut told = changes(&before, &look(&watched));
        told.iter_mut().for_each(|line| *line = line.rsplit('/').next().unwrap_or_default().to_owned());
        assert_eq!(told, ["ORD1.csv is gone", "orders.toml was saved", "units.toml was saved"]);
    }
}
