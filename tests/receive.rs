//! Promises 1, 2, 3, 9 and 10 on the receiving pass: from a file in a folder to published calls.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::time::Duration;

use lastkaj::fault::code;
use lastkaj::ledger::{ArrivalState, NewClaim};
use lastkaj::receive::{After, Inbox, Ready};
use passes::{At, Desk, codes, one, orders, patterns, put};

#[test]
fn a_quiet_file_needs_two_looks_and_the_time_by_our_clock() {
    let desk = Desk::new();
    let ready = Ready { quiet: Some(Duration::from_secs(60)), ..Ready::default() };
    let inbox = Inbox { ready, ..desk.inbox() };
    desk.put("in/a.csv", one("1"));
    desk.pass(3600);
    assert_eq!(desk.look(&inbox).waiting, 1, "one look is not enough, however old the server says it is");
    assert_eq!(desk.look(&inbox).waiting, 1, "two looks are not enough before the time");
    desk.pass(57);
    assert_eq!(desk.look(&inbox).waiting, 1, "59 s");
    assert_eq!(desk.look(&inbox).arrivals.len(), 1, "60 s");
    assert_eq!(desk.names("in/done"), ["a.csv"]);
    assert_eq!(desk.names("in"), Vec::<String>::new());
}

#[test]
fn a_growing_file_is_left_alone_and_begins_its_wait_anew() {
    let desk = Desk::new();
    let ready = Ready { quiet: Some(Duration::from_secs(10)), ..Ready::default() };
    let inbox = Inbox { ready, ..desk.inbox() };
    for rows in 1..5 {
        desk.put("in/a.csv", orders(&vec!["1;Elsa;1;A;2"; rows]));
        desk.pass(20);
        assert_eq!(desk.look(&inbox).arrivals.len(), 0, "it grew to {rows} rows");
        assert_eq!(desk.names("in"), ["a.csv"]);
    }
    desk.pass(20);
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
}

#[test]
fn a_marker_lets_a_file_in_and_is_removed_and_never_read() {
    for (marker, marked_by) in [("{name}.ok", "a.csv.ok"), ("{stem}.ok", "a.ok")] {
        let desk = Desk::new();
        let ready = Ready { marker: Some(marker.into()), ..Ready::default() };
        // Even where the patterns fit the marker itself.
        let inbox = Inbox { ready, files: patterns(&["*"]), ..desk.inbox() };
        desk.put("in/a.csv", one("1"));
        assert_eq!(desk.look(&inbox).arrivals.len(), 0, "no marker yet");
        desk.put(&format!("in/{marked_by}"), "");
        let taken = desk.look(&inbox);
        assert_eq!((taken.arrivals.len(), taken.unmatched, taken.faults), (1, vec![], vec![]));
        assert_eq!(desk.names("in"), Vec::<String>::new(), "{marker}");
        assert_eq!(desk.names("in/done"), ["a.csv"]);
        desk.look(&inbox);
        assert_eq!(desk.arrivals().len(), 1, "the marker was not read as a file");
    }
}

#[test]
fn the_marker_of_a_new_file_of_the_same_name_is_not_removed_with_the_old_one() {
    let mut desk = Desk::new();
    let ready = Ready { marker: Some("{name}.ok".into()), ..Ready::default() };
    let inbox = Inbox { ready, ..desk.inbox() };
    let store = desk.store.clone();
    desk.put("in/a.csv", one("1"));
    desk.put("in/a.csv.ok", "");
    desk.watched(At::once("transport.rename", "after", 1, move || {
        put(&store, "in/a.csv", &one("2"));
        put(&store, "in/a.csv.ok", b"");
    }));
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    assert_eq!(desk.names("in"), ["a.csv", "a.csv.ok"]);
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    assert_eq!(desk.names("in"), Vec::<String>::new());
    assert_eq!(desk.names("in/done"), ["a.2.csv", "a.csv"]);

    // And the old marker, without a new one, does not let a half-written new file in.
    let store = desk.store.clone();
    desk.put("in/b.csv", one("3"));
    desk.put("in/b.csv.ok", "");
    desk.watched(At::once("transport.rename", "after", 1, move || put(&store, "in/b.csv", b"Nr;Na")));
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    assert_eq!(desk.names("in"), ["b.csv"]);
    assert_eq!(desk.look(&inbox).waiting, 1);
}

#[test]
fn a_senders_temporary_name_and_our_own_are_never_taken() {
    let desk = Desk::new();
    let ready = Ready { renamed_from: Some(patterns(&["*.tmp", "~*"])), ..Ready::default() };
    let inbox = Inbox { ready, files: patterns(&["*"]), ..desk.inbox() };
    for name in ["a.tmp", "~b.csv", "c.csv.lastkaj-19ab"] {
        desk.put(&format!("in/{name}"), one("1"));
    }
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals, taken.waiting), (vec![], 0));
    assert_eq!(taken.unmatched, ["c.csv.lastkaj-19ab"], "a claimed name without a claim is shown");
    assert_eq!(desk.names("in").len(), 3);
    assert_eq!(desk.names("in/done"), Vec::<String>::new());
}

#[test]
fn what_another_inbox_of_the_folder_is_taking_in_is_not_shown() {
    let desk = Desk::new();
    let other = Inbox { name: "nordvik/others".to_owned(), ..desk.inbox() };
    let (path, claimed_path) = ("in/a.csv".to_owned(), "in/a.csv.lastkaj-19ab".to_owned());
    desk.put(&claimed_path, one("1"));
    let claim = NewClaim { path, claimed_path, size: 3, modified: None };
    desk.ledger.claim(&other.name, vec![claim], desk.clock.now()).wait().unwrap();
    assert_eq!(desk.look(&desk.inbox()).unmatched, Vec::<String>::new());
    assert_eq!(desk.names("in"), ["a.csv.lastkaj-19ab"]);
}

#[test]
fn what_no_pattern_fits_is_named_and_left() {
    let desk = Desk::new();
    desk.put("in/readme.txt", "hello");
    desk.put("in/a.csv", one("1"));
    let taken = desk.look(&desk.inbox());
    assert_eq!((taken.unmatched, taken.arrivals.len()), (vec!["readme.txt".to_owned()], 1));
    assert_eq!(desk.names("in"), ["readme.txt"]);
}

#[test]
fn a_moved_file_never_replaces_one_and_every_repeat_finds_a_name() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    for number in 1..=4 {
        desk.take(&inbox, "a.csv", one(&number.to_string()));
    }
    assert_eq!(desk.names("in/done"), ["a.2.csv", "a.3.csv", "a.4.csv", "a.csv"]);
    assert_eq!(desk.get("in/done/a.csv"), String::from_utf8(one("1")).unwrap());
    assert_eq!(desk.get("in/done/a.4.csv"), String::from_utf8(one("4")).unwrap());

    // The very same file, time and all, many times over: a copy program that keeps times.
    let open = || lastkaj::transport::open(&desk.remote()).unwrap();
    for _ in 0..15 {
        let newest = desk.names("in/done").into_iter().find(|name| name.starts_with("a.4")).unwrap();
        open().rename(&format!("in/done/{newest}"), "in/a.csv").unwrap();
        desk.put("in/done/a.4.csv", "in the way");
        let taken = desk.look(&inbox);
        assert_eq!((taken.same_files, taken.arrivals, taken.faults), (1, vec![], vec![]));
        assert_eq!(desk.names("in"), Vec::<String>::new(), "nothing is left behind under a name of ours");
        desk.remove("in/done/a.4.csv");
    }
    assert_eq!(desk.arrivals().len(), 4);
}

#[test]
fn deleted_and_left_files_are_taken_once() {
    let desk = Desk::new();
    let deleting = Inbox { after: After::Delete, ..desk.inbox() };
    desk.take(&deleting, "a.csv", one("1"));
    assert_eq!(desk.names("in"), Vec::<String>::new());

    let leaving =
        Inbox { name: "nordvik/left".into(), folder: "in2".into(), after: After::Leave, ..desk.inbox() };
    let left = desk.take(&leaving, "a.csv", one("2"));
    assert!(desk.arrival(left.id).source_settled);
    for _ in 0..3 {
        let taken = desk.look(&leaving);
        assert_eq!((taken.arrivals.len(), taken.waiting), (0, 0));
    }
    assert_eq!(desk.names("in2"), ["a.csv"]);
    desk.put("in2/a.csv", one("3"));
    assert_eq!(desk.look(&leaving).arrivals.len(), 1, "a changed file is a new one");
    assert_eq!(desk.names("in2"), ["a.csv"]);
}

#[test]
fn a_claim_that_was_never_admitted_is_undone_at_start() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    let now = desk.clock.now();
    let (path, claimed_path) = ("in/a.csv".to_owned(), "in/a.csv.lastkaj-1".to_owned());
    let claim = NewClaim { path, claimed_path, size: 3, modified: None };
    desk.ledger.claim(&inbox.name, vec![claim], now).wait().unwrap();
    lastkaj::transport::open(&desk.remote()).unwrap().rename("in/a.csv", "in/a.csv.lastkaj-1").unwrap();
    desk.restart();
    // Nothing is ready: what is seen is the undoing alone.
    let ready = Ready { marker: Some("{name}.ok".into()), ..Ready::default() };
    desk.look(&Inbox { ready, ..inbox.clone() });
    assert_eq!(desk.names("in"), ["a.csv"]);
    assert_eq!(desk.ledger.claims().wait().unwrap(), []);
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
}

#[test]
fn an_undone_file_whose_name_is_taken_goes_on_at_the_next_look() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    let store = desk.store.clone();
    // It changes just as it is claimed, and the sender writes a new one under the name.
    desk.watched(At::once("transport.rename", "after", 1, move || {
        let claimed = claimed(&store);
        put(&store, &format!("in/{claimed}"), &orders(&["1;Elsa;1;A;2", "1;Elsa;2;B;1"]));
        put(&store, "in/a.csv", &one("2"));
    }));
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals.len(), taken.waiting), (0, 1), "it was not whole");
    // The same process looks again: no start is needed.
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals.len(), taken.faults), (2, vec![]));
    assert_eq!(desk.names("in"), Vec::<String>::new());
    assert_eq!(desk.names("in/done").len(), 2);
    assert_eq!(desk.ledger.claims().wait().unwrap(), []);
}

#[test]
fn a_file_that_grew_after_pickup_is_taken_whole_once_more_and_held() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    let store = desk.store.clone();
    desk.put("in/a.csv", one("1"));
    let whole = orders(&["1;Elsa;1;A;2", "1;Elsa;2;B;1"]);
    let grown = whole.clone();
    desk.watched(At::once("ledger.admit", "after", 1, move || {
        let claimed = claimed(&store);
        put(&store, &format!("in/{claimed}"), &grown);
    }));
    let taken = desk.look(&inbox);
    assert_eq!(codes(&taken.faults), [code::GREW_AFTER_PICKUP.name()]);
    let arrivals = desk.arrivals();
    assert_eq!(arrivals[0].state, ArrivalState::Received);
    assert_eq!((arrivals[1].state, arrivals[1].size), (ArrivalState::Held, whole.len() as u64));
    assert_eq!(codes(&arrivals[1].faults), [code::GREW_AFTER_PICKUP.name()]);
    assert_eq!(desk.get("in/done/a.csv").into_bytes(), whole);
    assert_eq!(desk.names("in"), Vec::<String>::new());
}

fn claimed(store: &lastkaj::transport::MemoryStore) -> String {
    let mut name = String::new();
    let remote = lastkaj::transport::Remote::Memory(store.clone());
    lastkaj::transport::open(&remote)
        .unwrap()
        .list("in", &mut |entry| {
            if entry.name.contains(".lastkaj-") {
                name = entry.name;
            }
            true
        })
        .unwrap();
    name
}
