//! Promises 1, 2 and 10: the connection goes at each change of the intake, before it was done and after, and the
//! process with it or not. Each time the file is taken in exactly once and stands in exactly one visible place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use lastkaj::call::CallState;
use lastkaj::receive::{After, Inbox, Ready};
use lastkaj::transport;
use passes::{At, Desk, one};

/// Cuts at every change, from the first until a run has fewer changes; says how many there were.
fn at_every_cut(check: impl Fn(&mut Desk, i64, bool) -> bool) -> i64 {
    let mut cuts = 0;
    for after in [false, true] {
        for nth in 1.. {
            assert!(nth < 50, "it comes to an end");
            if !check(&mut Desk::new(), nth, after) {
                break;
            }
            cuts += 1;
        }
    }
    cuts
}

/// Takes the file in through a cut; false if the cut was never reached.
fn through_a_cut(desk: &mut Desk, inbox: &Inbox, nth: i64, after: bool, start_anew: bool) -> bool {
    desk.store.cut_at_change(nth, after);
    let was_cut = match desk.try_look(inbox) {
        Ok(taken) => !taken.faults.is_empty(),
        Err(_) => true,
    };
    desk.store.cut_at_change(1_000_000, false);
    if start_anew {
        desk.restart();
    }
    for _ in 0..3 {
        let taken = desk.look(inbox);
        assert_eq!(taken.faults, [], "cut at {nth}, after: {after}");
    }
    was_cut
}

fn assert_taken_once(desk: &Desk, inbox: &Inbox, what: &str) {
    let arrivals = desk.arrivals();
    assert_eq!(arrivals.len(), 1, "{what}: taken once");
    assert!(arrivals[0].source_settled, "{what}: settled");
    assert_eq!(desk.ledger.claims().wait().unwrap(), [], "{what}: no claim is open");
    desk.stage(inbox);
    assert_eq!(desk.states(), [CallState::Pending], "{what}: its call is there");
}

#[test]
fn a_cut_at_any_change_while_moving_loses_and_doubles_nothing() {
    for start_anew in [false, true] {
        let cuts = at_every_cut(|desk, nth, after| {
            let ready = Ready { marker: Some("{name}.ok".into()), ..Ready::default() };
            let inbox = Inbox { ready, ..desk.inbox() };
            desk.put("in/a.csv", one("1"));
            desk.put("in/a.csv.ok", "");
            let was_cut = through_a_cut(desk, &inbox, nth, after, start_anew);
            let what = format!("cut at {nth}, after: {after}, start anew: {start_anew}");
            assert_taken_once(desk, &inbox, &what);
            assert_eq!(desk.names("in"), Vec::<String>::new(), "{what}");
            assert_eq!(desk.names("in/done"), ["a.csv"], "{what}");
            was_cut
        });
        // Claim, marker, folder, move.
        assert_eq!(cuts, 8);
    }
}

#[test]
fn a_cut_at_any_change_while_deleting_loses_and_doubles_nothing() {
    for start_anew in [false, true] {
        let cuts = at_every_cut(|desk, nth, after| {
            let inbox = Inbox { after: After::Delete, ..desk.inbox() };
            desk.put("in/a.csv", one("1"));
            let was_cut = through_a_cut(desk, &inbox, nth, after, start_anew);
            let what = format!("cut at {nth}, after: {after}, start anew: {start_anew}");
            assert_taken_once(desk, &inbox, &what);
            assert_eq!(desk.names("in"), Vec::<String>::new(), "{what}");
            was_cut
        });
        assert_eq!(cuts, 4);
    }
}

#[test]
fn a_cut_at_any_change_loses_no_new_file_of_the_same_name() {
    let cuts = at_every_cut(|desk, nth, after| {
        let inbox = desk.inbox();
        desk.put("in/a.csv", one("1"));
        desk.store.cut_at_change(nth, after);
        let was_cut = desk.try_look(&inbox).map_or(true, |taken| !taken.faults.is_empty());
        desk.store.cut_at_change(1_000_000, false);
        // While the old one is claimed or not, the sender writes the next (over the old one, if that still stands).
        let replaced = desk.names("in") == ["a.csv"];
        desk.put("in/a.csv", one("2"));
        desk.restart();
        for _ in 0..3 {
            assert_eq!(desk.look(&inbox).faults, []);
        }
        let what = format!("cut at {nth}, after: {after}");
        assert_eq!(desk.arrivals().len(), if replaced { 1 } else { 2 }, "{what}");
        assert_eq!(desk.names("in"), Vec::<String>::new(), "{what}");
        assert_eq!(desk.names("in/done").len(), if replaced { 1 } else { 2 }, "{what}");
        was_cut
    });
    assert_eq!(cuts, 6);
}

#[test]
fn a_crash_between_admission_and_move_is_settled_at_start() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    // The folder to move to cannot be made: the file is admitted, and stands claimed.
    desk.store.cut_at_change(2, false);
    let taken = desk.try_look(&inbox);
    assert!(taken.map_or(true, |taken| !taken.faults.is_empty()));
    assert_eq!(desk.arrivals().len(), 1);
    assert!(!desk.arrivals()[0].source_settled);
    assert!(desk.names("in")[0].contains(".lastkaj-"));
    desk.restart();
    desk.look(&inbox);
    assert_taken_once(&desk, &inbox, "after the start");
    assert_eq!(desk.names("in/done"), ["a.csv"]);
}

#[test]
fn a_file_that_grew_while_nobody_ran_is_taken_whole_once_more() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    desk.store.cut_at_change(2, false);
    let _ = desk.try_look(&inbox);
    let claimed = desk.names("in").remove(0);
    desk.put(&format!("in/{claimed}"), [one("1"), b"2;Otto;1;B;1\n".to_vec()].concat());
    desk.restart();
    let taken = desk.look(&inbox);
    assert_eq!(passes::codes(&taken.faults), ["grew-after-pickup"]);
    assert_eq!(desk.arrivals().len(), 2);
    assert_eq!(desk.arrivals()[1].state, lastkaj::ledger::ArrivalState::Held);
    assert_eq!(desk.names("in/done"), ["a.csv"]);
}

#[test]
fn one_file_that_cannot_be_taken_does_not_keep_back_the_next() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    desk.put("in/b.csv", one("2"));
    // The first file's claim is cut; the second goes through in the same look.
    desk.store.cut_at_change(1, false);
    let taken = desk.look(&inbox);
    assert_eq!((taken.faults.len(), taken.arrivals.len()), (1, 1));
    assert_eq!(taken.faults[0].place.file.as_deref(), Some("a.csv"));
    assert_eq!(desk.names("in"), ["a.csv"]);

    // A claim that cannot be finished keeps back neither: its move fails at each look.
    desk.put("in/c.csv", one("3"));
    let store = desk.store.clone();
    desk.watched(At::new("ledger.admit", "after", 1, move || store.cut_at_change(1, false)));
    let taken = desk.look(&inbox);
    assert_eq!((taken.faults.len(), taken.arrivals.len()), (1, 1), "{taken:?}");
    desk.put("in/d.csv", one("4"));
    desk.store.cut_at_change(1, false);
    let taken = desk.look(&inbox);
    assert_eq!((taken.faults.len(), taken.arrivals.len()), (1, 1), "{taken:?}");
    desk.look(&inbox);
    assert_eq!(desk.names("in"), Vec::<String>::new());
    assert_eq!(desk.names("in/done"), ["a.csv", "b.csv", "c.csv", "d.csv"]);
}

#[test]
fn a_file_that_went_away_before_its_claim_is_no_fault() {
    let mut desk = Desk::new();
    let inbox = desk.inbox();
    desk.put("in/a.csv", one("1"));
    let remote = desk.remote();
    desk.watched(At::new("ledger.claim", "after", 1, move || {
        transport::open(&remote).unwrap().remove("in/a.csv").unwrap();
    }));
    let taken = desk.look(&inbox);
    assert_eq!((taken.faults.len(), taken.arrivals.len()), (0, 0));
    assert_eq!(desk.ledger.claims().wait().unwrap(), []);
}
