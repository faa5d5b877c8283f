//! The watcher of local folders: it wakes, and polling is the truth.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use lastkaj::transport::Watch;

use crate::worlds::put;

/// Generous: it bounds a test that fails, and is never waited for in one that passes.
const BOUND: Duration = Duration::from_secs(30);

/// A watcher that tells at each wake whether the file is there by now.
fn watch(file: &Path) -> (Watch, Receiver<bool>) {
    let (wake, woken) = channel();
    let file = file.to_owned();
    let watch = Watch::new(move |folder| {
        assert!(folder.is_none_or(|folder| file.starts_with(folder)), "{folder:?}");
        let _ = wake.send(file.exists());
    })
    .unwrap();
    (watch, woken)
}

/// Whether something wakes once the file is there.
fn wakes(woken: &Receiver<bool>, act: impl FnOnce()) -> bool {
    while woken.try_recv().is_ok() {}
    act();
    std::iter::from_fn(|| woken.recv_timeout(BOUND).ok()).any(|is_there| is_there)
}

#[test]
fn a_file_that_comes_wakes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ORD1.csv");
    let (watch, woken) = watch(&file);
    watch.watch(folder.path());
    assert!(wakes(&woken, || put(&file, b"x")));
}

#[test]
fn a_file_that_is_renamed_into_the_folder_wakes() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = elsewhere.path().join("ORD1.csv");
    put(&file, b"x");
    let target = folder.path().join("ORD1.csv");
    let (watch, woken) = watch(&target);
    watch.watch(folder.path());
    assert!(wakes(&woken, || std::fs::rename(&file, &target).unwrap()));
}

#[test]
fn a_folder_that_was_removed_and_made_anew_is_watched_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("ORD1.csv");
    let (watch, woken) = watch(&file);
    watch.watch(&folder);
    // Several times: file systems give a new folder the number of the old one.
    for round in 0..5 {
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
        // As polls do, again and again: news of the old folder's end may come in behind the new watch and end it.
        for _ in 0..3 {
            watch.watch(&folder);
        }
        assert!(wakes(&woken, || put(&file, b"x")), "round {round}");
    }
}

#[test]
fn a_folder_that_comes_later_is_watched_from_the_next_poll() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("in");
    let file = folder.join("ORD1.csv");
    let (watch, woken) = watch(&file);
    watch.watch(&folder);
    std::fs::create_dir(&folder).unwrap();
    watch.watch(&folder);
    assert!(wakes(&woken, || put(&file, b"x")));
}
