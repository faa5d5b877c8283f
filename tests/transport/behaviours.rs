//! What every transport does.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;

use lastkaj::fault::{Turn, code};
use lastkaj::transport::{Entry, Transport, Trouble};

use crate::worlds::{World, put};

fn write(transport: &mut dyn Transport, path: &str, bytes: &[u8]) {
    assert_eq!(transport.write_whole(path, &mut &*bytes).unwrap(), bytes.len() as u64);
}

fn read(transport: &mut dyn Transport, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let said = transport.read(path, &mut bytes).unwrap();
    assert_eq!(said, bytes.len() as u64);
    bytes
}

fn list(transport: &mut dyn Transport, folder: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    transport
        .list(folder, &mut |entry| {
            entries.push(entry);
            true
        })
        .unwrap();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn names(transport: &mut dyn Transport, folder: &str) -> Vec<String> {
    list(transport, folder).into_iter().map(|entry| entry.name).collect()
}

/// Bytes without a pattern that a lost or doubled block could hide in.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

pub fn what_is_written_is_read_back(world: &World) {
    let bytes = b"OrdNr;Antal\r\n10001;2,5\r\n\0\xff\x1a";
    write(&mut *world.open(), "ORD1.csv", bytes);
    // On another session: it stands there, and not in some memory of the writer.
    assert_eq!(read(&mut *world.open(), "ORD1.csv"), bytes);
}

pub fn an_empty_file_is_a_file(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "empty.csv", b"");
    assert_eq!(transport.look("empty.csv").unwrap().unwrap().size, 0);
    assert_eq!(read(&mut *transport, "empty.csv"), b"");
    assert_eq!(names(&mut *transport, ""), ["empty.csv"]);
}

pub fn a_large_file_is_whole(world: &World) {
    // Not a multiple of any buffer.
    let bytes = noise(8 * 1024 * 1024 + 4321);
    let mut transport = world.open();
    write(&mut *transport, "large.dat", &bytes);
    assert_eq!(transport.look("large.dat").unwrap().unwrap().size, bytes.len() as u64);
    assert!(read(&mut *transport, "large.dat") == bytes, "every byte in its place");
}

pub fn a_file_that_is_there_is_replaced_whole(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "a.tmp", b"something long");
    write(&mut *transport, "a.tmp", b"short");
    assert_eq!(read(&mut *transport, "a.tmp"), b"short");
}

pub fn names_keep_every_character(world: &World) {
    let odd = [
        "Order åäö ÅÄÖ é.csv",
        "a  name (1) with blanks .csv",
        "日本 €.csv",
        "quote' double\" back\\slash.csv",
        "star*?[a-z]{b}.csv",
        "-rf",
        ".hidden",
        "~",
        "semi;colon&and|pipe$HOME`id`.csv",
        "a..b",
    ];
    let mut transport = world.open();
    transport.make_folder("in/med å").unwrap();
    for name in odd {
        write(&mut *transport, &format!("in/{name}"), name.as_bytes());
    }
    let mut expected = odd.map(str::to_owned);
    expected.sort();
    assert_eq!(names(&mut *transport, "in"), expected);
    for name in odd {
        transport.rename(&format!("in/{name}"), &format!("in/med å/{name}")).unwrap();
        assert_eq!(read(&mut *transport, &format!("in/med å/{name}")), name.as_bytes());
        transport.remove(&format!("in/med å/{name}")).unwrap();
    }
    assert!(names(&mut *transport, "in/med å").is_empty());
}

pub fn a_listing_has_the_files_and_nothing_else(world: &World) {
    let mut transport = world.open();
    transport.make_folder("from-erp/done").unwrap();
    write(&mut *transport, "above.csv", b"1");
    write(&mut *transport, "from-erp/ORD2.csv", b"22");
    write(&mut *transport, "from-erp/ORD3.csv", b"333");
    write(&mut *transport, "from-erp/done/ORD1.csv", b"1");
    let listed: Vec<_> =
        list(&mut *transport, "from-erp").into_iter().map(|entry| (entry.name, entry.size)).collect();
    assert_eq!(listed, [("ORD2.csv".to_owned(), 2), ("ORD3.csv".to_owned(), 3)]);
    assert_eq!(names(&mut *transport, ""), ["above.csv"], "the base folder can be listed too");
}

pub fn a_listing_ends_when_it_is_told_to(world: &World) {
    let mut transport = world.open();
    for number in 0..5 {
        write(&mut *transport, &format!("{number}.csv"), b"x");
    }
    let mut seen = 0;
    transport
        .list("", &mut |_| {
            seen += 1;
            seen < 2
        })
        .unwrap();
    assert_eq!(seen, 2);
    // And the session goes on.
    assert_eq!(names(&mut *transport, "").len(), 5);
}

pub fn a_listing_of_many_files_has_each_once(world: &World) {
    // More than servers send in one answer.
    let expected: Vec<String> = (0..450).map(|number| format!("ORD{number:04}.csv")).collect();
    let mut transport = world.open();
    for name in &expected {
        match &world.folder {
            Some(folder) => put(&folder.join(name), b"x"),
            None => write(&mut *transport, name, b"x"),
        }
    }
    assert_eq!(names(&mut *transport, ""), expected);
}

pub fn looking_says_what_the_listing_says(world: &World) {
    let mut transport = world.open();
    transport.make_folder("in").unwrap();
    write(&mut *transport, "in/ORD1.csv", b"four");
    let listed = list(&mut *transport, "in");
    // Size and time are compared between the two: they must be the same in every digit.
    assert_eq!(transport.look("in/ORD1.csv").unwrap().as_ref(), listed.first());
    assert!(listed[0].modified.is_some());
    assert_eq!(transport.look("in").unwrap(), None, "a folder is no file");
}

pub fn a_file_gets_a_new_name_in_another_folder(world: &World) {
    let mut transport = world.open();
    transport.make_folder("in/done").unwrap();
    write(&mut *transport, "in/ORD1.csv", b"one");
    transport.rename("in/ORD1.csv", "in/done/ORD1.csv").unwrap();
    assert_eq!(transport.look("in/ORD1.csv").unwrap(), None);
    assert_eq!(read(&mut *transport, "in/done/ORD1.csv"), b"one");
}

pub fn a_new_name_that_is_taken_replaces_nothing(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "new.csv", b"new");
    write(&mut *transport, "old.csv", b"old");
    match transport.rename("new.csv", "old.csv") {
        Err(Trouble::Exists(fault)) => assert_eq!(fault.code, code::NAME_TAKEN),
        other => panic!("{other:?}"),
    }
    assert_eq!(read(&mut *transport, "new.csv"), b"new");
    assert_eq!(read(&mut *transport, "old.csv"), b"old");
}

pub fn what_is_not_there_cannot_be_renamed(world: &World) {
    let mut transport = world.open();
    assert!(matches!(transport.rename("missing.csv", "new.csv"), Err(Trouble::NotFound(_))));
    assert_eq!(transport.look("new.csv").unwrap(), None);
}

pub fn a_folder_that_is_not_there_takes_no_file(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "ORD1.csv", b"one");
    assert!(matches!(transport.rename("ORD1.csv", "missing/ORD1.csv"), Err(Trouble::NotFound(_))));
    assert!(matches!(transport.write_whole("missing/new.csv", &mut &b"x"[..]), Err(Trouble::NotFound(_))));
    assert_eq!(read(&mut *transport, "ORD1.csv"), b"one");
}

pub fn a_removed_file_is_gone(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "a.csv", b"a");
    write(&mut *transport, "b.csv", b"b");
    transport.remove("a.csv").unwrap();
    assert_eq!(names(&mut *transport, ""), ["b.csv"]);
    assert!(matches!(transport.remove("a.csv"), Err(Trouble::NotFound(_))));
}

pub fn what_is_not_there_is_not_found(world: &World) {
    let mut transport = world.open();
    assert_eq!(transport.look("missing.csv").unwrap(), None);
    assert_eq!(transport.look("missing/a.csv").unwrap(), None);
    let mut none = Vec::new();
    assert!(matches!(transport.read("missing.csv", &mut none), Err(Trouble::NotFound(_))));
    let trouble = transport.list("missing", &mut |_| true).unwrap_err();
    // A folder that is missing must never pass for an empty one, and its name must be told.
    assert!(matches!(trouble, Trouble::NotFound(_)));
    assert!(trouble.fault().to_string().contains("missing"), "{}", trouble.fault());
}

pub fn a_path_that_leaves_the_folder_is_refused(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "inside.csv", b"x");
    for path in
        ["../escape.csv", "in/../../escape.csv", "/tmp/escape.csv", "..", "nul\0.csv", "two\nlines.csv"]
    {
        let mut none = Vec::new();
        let refusals = [
            ("list", transport.list(path, &mut |_| true).unwrap_err()),
            ("look", transport.look(path).unwrap_err()),
            ("read", transport.read(path, &mut none).unwrap_err()),
            ("write", transport.write_whole(path, &mut &b"x"[..]).unwrap_err()),
            ("rename to", transport.rename("inside.csv", path).unwrap_err()),
            ("rename from", transport.rename(path, "other.csv").unwrap_err()),
            ("remove", transport.remove(path).unwrap_err()),
            ("make folder", transport.make_folder(path).unwrap_err()),
        ];
        for (what, trouble) in refusals {
            assert_eq!(trouble.fault().code, code::PATH_LEAVES_FOLDER, "{what} {path:?}");
            assert_eq!(trouble.fault().turn, Turn::Operator);
        }
    }
    assert_eq!(names(&mut *transport, ""), ["inside.csv"]);
}

pub fn folders_are_made_with_their_parents(world: &World) {
    let mut transport = world.open();
    transport.make_folder("a/b/c").unwrap();
    transport.make_folder("a/b/c").unwrap();
    transport.make_folder("a/b/d/").unwrap();
    transport.make_folder("").unwrap();
    write(&mut *transport, "a/b/c/x.csv", b"x");
    assert_eq!(names(&mut *transport, "a/b/c"), ["x.csv"]);
    assert!(names(&mut *transport, "a/b/d").is_empty());
}

pub fn a_name_is_one_files_or_one_folders(world: &World) {
    let mut transport = world.open();
    transport.make_folder("done").unwrap();
    write(&mut *transport, "ORD1.csv", b"one");
    assert!(matches!(transport.rename("ORD1.csv", "done"), Err(Trouble::Exists(_))));
    assert!(matches!(transport.write_whole("done", &mut &b"x"[..]), Err(Trouble::Failed(_))));
    for folder in ["ORD1.csv", "ORD1.csv/below"] {
        // To say that the folder is there would only move the trouble to the first file that goes into it.
        let made = transport.make_folder(folder);
        assert!(matches!(made, Err(Trouble::Failed(_))), "{folder}: {made:?}");
    }
    assert_eq!(names(&mut *transport, ""), ["ORD1.csv"]);
    assert_eq!(read(&mut *transport, "ORD1.csv"), b"one");
}

pub fn a_folder_that_several_make_at_once_is_made(world: &World) {
    let sessions: Vec<_> = (0..4).map(|_| world.open()).collect();
    let start = std::sync::Barrier::new(sessions.len());
    // What goes wrong is told at the end: who panics on the way leaves the others waiting for ever.
    let troubles = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for mut session in sessions {
            let (start, troubles) = (&start, &troubles);
            scope.spawn(move || {
                for round in 0..40 {
                    start.wait();
                    if let Err(trouble) = session.make_folder(&format!("to-erp/{round}")) {
                        troubles.lock().unwrap().push(trouble.into_fault().to_string());
                    }
                }
            });
        }
    });
    assert_eq!(troubles.into_inner().unwrap(), [""; 0]);
}

/// Gives some bytes, then an error.
struct BreaksOff(usize);

impl Read for BreaksOff {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the spool broke"));
        }
        let length = buffer.len().min(self.0);
        buffer[..length].fill(b'x');
        self.0 -= length;
        Ok(length)
    }
}

pub fn a_source_that_breaks_off_is_a_failure(world: &World) {
    let trouble = world.open().write_whole("half.tmp", &mut BreaksOff(100_000)).unwrap_err();
    let Trouble::Failed(fault) = trouble else { panic!("{trouble:?}") };
    // The other side did nothing wrong, and trying again would not help: our own disk is the operator's.
    assert_eq!((fault.code, fault.turn), (code::COPY_FAILED, Turn::Operator));
    assert!(fault.to_string().contains("the spool broke"), "{fault}");
}

/// Takes some bytes, then no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(self.0);
        if length == 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.0 -= length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn a_target_that_takes_no_more_is_a_failure(world: &World) {
    let mut transport = world.open();
    write(&mut *transport, "large.dat", &noise(300_000));
    let trouble = transport.read("large.dat", &mut Full(100_000)).unwrap_err();
    let Trouble::Failed(fault) = trouble else { panic!("{trouble:?}") };
    assert_eq!((fault.code, fault.turn), (code::COPY_FAILED, Turn::Operator));
    assert_eq!(read(&mut *transport, "large.dat").len(), 300_000, "the file is as it was");
}

/// Takes everything, and empties the file behind it meanwhile.
struct EmptiesTheFile<'a>(&'a std::path::Path);

impl Write for EmptiesTheFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        put(self.0, b"");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn a_file_that_shrinks_while_it_is_read_is_a_failure(world: &World) {
    let Some(folder) = &world.folder else { return };
    let file = folder.join("ORD1.csv");
    put(&file, &noise(30_000_000));
    let trouble = world.open().read("ORD1.csv", &mut EmptiesTheFile(&file)).unwrap_err();
    assert!(matches!(trouble, Trouble::Failed(_)), "{trouble:?}");
}

pub fn a_session_is_fit_for_use_after_trouble(world: &World) {
    let mut transport = world.open();
    for _ in 0..3 {
        let _ = transport.read("missing.csv", &mut Vec::new());
        let _ = transport.list("missing", &mut |_| true);
        let _ = transport.write_whole("missing/a.csv", &mut &b"x"[..]);
        let _ = transport.write_whole("half.tmp", &mut BreaksOff(2_000_000));
        let _ = transport.rename("missing.csv", "b.csv");
        let _ = transport.look("..");
    }
    write(&mut *transport, "after.csv", b"after");
    assert_eq!(read(&mut *transport, "after.csv"), b"after");
}

pub fn links_and_folders_are_no_files(world: &World) {
    let Some(folder) = &world.folder else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    put(&elsewhere.path().join("secret"), b"not ours");
    std::os::unix::fs::symlink(elsewhere.path().join("secret"), folder.join("link.csv")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("nothing"), folder.join("dangling.csv")).unwrap();
    std::fs::create_dir(folder.join("folder.csv")).unwrap();
    put(&folder.join("file.csv"), b"ours");
    let mut transport = world.open();
    assert_eq!(names(&mut *transport, ""), ["file.csv"]);
    for name in ["link.csv", "dangling.csv", "folder.csv"] {
        assert_eq!(transport.look(name).unwrap(), None, "{name}");
        let mut bytes = Vec::new();
        assert!(transport.read(name, &mut bytes).is_err(), "{name}");
        assert_eq!(bytes, b"", "{name}");
    }
    // A name that a link or a folder has is taken all the same.
    for name in ["link.csv", "dangling.csv", "folder.csv"] {
        assert!(matches!(transport.rename("file.csv", name), Err(Trouble::Exists(_))), "{name}");
    }
    assert_eq!(read(&mut *transport, "file.csv"), b"ours");
    assert_eq!(std::fs::read(elsewhere.path().join("secret")).unwrap(), b"not ours");
}

pub fn a_name_that_is_no_text_is_shown_and_refused(world: &World) {
    let Some(folder) = &world.folder else { return };
    // "Order å" by an ERP that writes names in Latin-1.
    put(&folder.join(OsStr::from_bytes(b"ORD \xe5.csv")), b"x");
    let mut transport = world.open();
    let shown = names(&mut *transport, "");
    assert_eq!(shown, ["ORD \u{FFFD}.csv"], "never left out silently");
    let faults = [
        transport.look(&shown[0]).unwrap_err(),
        transport.read(&shown[0], &mut Vec::new()).unwrap_err(),
        transport.rename(&shown[0], "b.csv").unwrap_err(),
        transport.remove(&shown[0]).unwrap_err(),
    ];
    for trouble in faults {
        assert_eq!((trouble.fault().code, trouble.fault().turn), (code::NAME_NOT_UTF8, Turn::Operator));
    }
}
