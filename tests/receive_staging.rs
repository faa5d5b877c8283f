//! Promises 2, 3, 9 and 10 from a taken file to published calls: repeats, faults, batches, a stop in the middle.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use lastkaj::call::CallState;
use lastkaj::fault::{Fault, code};
use lastkaj::ledger::{ArrivalState, Settlement, Target};
use lastkaj::receive::{self, Duplicates, FaultRule, Inbox, Staged};
use passes::{ARTICLES, At, Desk, accepted, codes, format, one, orders, patterns};

#[test]
fn a_sent_again_order_file_is_unchanged_whatever_its_name_and_time() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    desk.take(&inbox, "a.csv", one("1"));
    desk.settle_next(accepted(7));
    for name in ["a.csv", "b.csv", "a.csv"] {
        let again = desk.take(&inbox, name, one("1"));
        assert!(again.same_content_as.is_some(), "{name}");
        assert_eq!(again.state, ArrivalState::Done);
    }
    use CallState::{Accepted, Pending, Unchanged};
    assert_eq!(desk.states(), [Accepted, Unchanged, Unchanged, Unchanged]);
    // New content under the old name is new.
    let changed = desk.take(&inbox, "a.csv", orders(&["1;Elsa;1;A;3"]));
    assert_eq!((changed.same_content_as, changed.state), (None, ArrivalState::Published));
    // The old file once more would take the order back to what it was: it is not what Ongoing has, so it is sent.
    desk.settle_next(accepted(7));
    desk.take(&inbox, "a.csv", one("1"));
    assert_eq!(desk.states()[4..], [Accepted, Pending]);
}

#[test]
fn a_refused_order_is_sent_again_with_its_file() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    desk.take(&inbox, "a.csv", one("1"));
    desk.settle_next(Settlement::Refused(Fault::new(code::MISSING_VALUE)));
    desk.take(&inbox, "b.csv", one("1"));
    assert_eq!(desk.states(), [CallState::Refused, CallState::Pending]);
}

#[test]
fn a_suspected_duplicate_is_held_until_a_person_lets_it_go_on() {
    let desk = Desk::new();
    let inbox = Inbox { duplicates: Duplicates::Hold, ..desk.inbox() };
    desk.take(&inbox, "a.csv", one("1"));
    for name in ["b.csv", "a.csv"] {
        let held = desk.take(&inbox, name, one("1"));
        assert_eq!((held.state, codes(&held.faults)), (ArrivalState::Held, vec!["same-content"]), "{name}");
        assert_eq!(desk.stage(&inbox), Staged::Nothing);
    }
    assert_eq!(desk.calls().len(), 1);
    desk.ledger.retry(Target::Arrival(2), "anna", desk.clock.now()).wait().unwrap();
    assert_eq!(desk.stage(&inbox), Staged::Published(2));
}

#[test]
fn a_duplicate_that_the_inbox_skips_is_noted_and_sends_nothing() {
    let desk = Desk::new();
    let inbox = Inbox { duplicates: Duplicates::Skip, ..desk.inbox() };
    desk.take(&inbox, "a.csv", one("1"));
    let skipped = desk.take(&inbox, "b.csv", one("1"));
    assert_eq!((skipped.state, codes(&skipped.faults)), (ArrivalState::Rejected, vec!["same-content"]));
    assert_eq!(desk.calls().len(), 1);
    assert_eq!(desk.names("in/done"), ["a.csv", "b.csv"]);
}

#[test]
fn an_empty_file_is_rejected_and_one_with_a_header_alone_is_done() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    let empty = desk.take(&inbox, "a.csv", "");
    assert_eq!((empty.state, codes(&empty.faults)), (ArrivalState::Rejected, vec!["empty-file"]));
    let header = desk.take(&inbox, "b.csv", "Nr;Namn;Rad;Art;Antal\n");
    assert_eq!((header.state, header.documents, codes(&header.faults)), (ArrivalState::Done, 0, vec![]));
    assert_eq!(desk.take(&inbox, "c.csv", one("1")).state, ArrivalState::Published, "the next goes on");
}

#[test]
fn what_is_noticed_of_a_file_is_kept_with_its_arrival() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    let noticed = desk.take(&inbox, "a.csv", orders(&["1;Ã…sa;1;A;2"]));
    assert_eq!(
        (noticed.state, codes(&noticed.faults)),
        (ArrivalState::Published, vec!["text-encoded-twice"])
    );
    let rejecting = Inbox { faults: FaultRule::RejectFile, ..inbox.clone() };
    let rejected = desk.take(&rejecting, "b.csv", orders(&["2;Ã…sa;1;A;x"]));
    assert_eq!(rejected.state, ArrivalState::Rejected);
    assert_eq!(codes(&rejected.faults), ["faulty-documents", "text-encoded-twice"]);
    let format = format("oem", &passes::ORDERS.replace("utf-8", "windows-1252"));
    let oem = Inbox { format, ..inbox };
    let bytes = b"Nr;Namn;Rad;Art;Antal\n3;Bor\x86s;1;A;2\n".to_vec();
    let oem = desk.take(&oem, "c.csv", bytes);
    assert_eq!((oem.state, codes(&oem.faults)), (ArrivalState::Published, vec!["other-encoding-likely"]));
    assert_eq!((oem.faults[0].place.line, oem.faults[0].found.as_deref()), (Some(2), Some("Bor†s")));
}

#[test]
fn one_bad_row_costs_its_document_or_the_file_as_the_inbox_says() {
    let rows = ["1;Elsa;1;A;2", "2;Otto;1;A;1O", "3;Ada;1;A;1"];
    let desk = Desk::new();
    let inbox = desk.inbox();
    let partly = desk.take(&inbox, "a.csv", orders(&rows));
    assert_eq!((partly.state, partly.documents, partly.documents_faulty), (ArrivalState::Published, 3, 1));
    let numbers: Vec<String> = desk.calls().into_iter().map(|call| call.number).collect();
    assert_eq!(numbers, ["1", "3"]);

    let desk = Desk::new();
    let inbox = Inbox { faults: FaultRule::RejectFile, ..desk.inbox() };
    let rejected = desk.take(&inbox, "a.csv", orders(&rows));
    assert_eq!((rejected.state, rejected.documents_faulty), (ArrivalState::Rejected, 1));
    assert_eq!(codes(&rejected.faults), ["faulty-documents"]);
    assert_eq!(desk.calls(), []);
    // The faulty row can still be told, with its line.
    let told = desk.ledger.trace("2").wait().unwrap();
    let document = &told.arrivals[0].documents[0];
    assert_eq!((document.first_line, codes(&document.faults)), (3, vec!["not-a-decimal"]));
}

#[test]
fn of_two_versions_in_one_file_neither_counts_also_across_batches() {
    let desk = Desk::new();
    let inbox = Inbox { format: format("articles", ARTICLES), ..desk.inbox() };
    let mut text = "Art;Namn;Vikt\nX;first;1\nX;second;2\n".to_owned();
    for number in 0..600 {
        text.push_str(&format!("A{number};Hasp;1\n"));
    }
    text.push_str("X;third;3\nA7;again;1\nA8;Hasp;1.0\nA9;again;1\nA9;Hasp;1\n");
    let arrival = desk.take(&inbox, "a.csv", text);
    // Three of X, two of A7, the second of A8, and three of A9.
    assert_eq!((arrival.documents, arrival.documents_faulty), (607, 3 + 2 + 1 + 3));
    assert_eq!(desk.calls().len(), 598);
    for (number, calls) in [("X", 0), ("A7", 0), ("A8", 1), ("A9", 0), ("A10", 1)] {
        assert_eq!(desk.calls().iter().filter(|call| call.number == number).count(), calls, "{number}");
    }
    // A faulty one was meant as something too, wherever it stands.
    let text = "Art;Namn;Vikt\nB;first;1\nB;second;x\nC;first;x\nC;second;1\nD;one;1\n";
    let faulty = desk.take(&inbox, "b.csv", text);
    assert_eq!((faulty.documents, faulty.documents_faulty), (5, 4));
    let numbers: Vec<_> = desk.calls().into_iter().map(|call| call.number).skip(598).collect();
    assert_eq!(numbers, ["D"]);
    let told = |number: &str| -> Vec<(u64, String, String)> {
        let trace = desk.ledger.trace(number).wait().unwrap();
        let documents = trace.arrivals.into_iter().flat_map(|arrival| arrival.documents);
        documents
            .flat_map(|document| {
                let line = document.first_line;
                document.faults.into_iter().map(move |fault| {
                    (line, fault.code.name().to_owned(), fault.args.get("other").cloned().unwrap_or_default())
                })
            })
            .collect()
    };
    let differ = |line, other: &str| (line, "versions-differ".to_owned(), other.to_owned());
    assert_eq!(told("X"), [differ(2, "a.csv:3"), differ(3, "a.csv:2"), differ(604, "a.csv:2")]);
    assert_eq!(told("A7"), [differ(11, "a.csv:605"), differ(605, "a.csv:11")]);
    assert_eq!(told("A8"), [(606, "number-twice".to_owned(), "a.csv:12".to_owned())]);
    assert_eq!(told("B")[0], (2, "versions-differ".to_owned(), "b.csv:3".to_owned()));
    assert_eq!(told("B").len(), 2, "{:?}", told("B"));
    assert_eq!(told("C")[1], (5, "versions-differ".to_owned(), "b.csv:4".to_owned()));
    assert_eq!(told("A9"), [differ(13, "a.csv:607"), differ(607, "a.csv:13"), differ(608, "a.csv:13")]);
}

#[test]
fn articles_that_did_not_change_are_not_sent_again() {
    let desk = Desk::new();
    let inbox = Inbox { format: format("articles", ARTICLES), skip_unchanged: true, ..desk.inbox() };
    desk.take(&inbox, "a.csv", "Art;Namn;Vikt\nA;Hasp;1.5\nB;Rör;2\n");
    desk.settle_next(accepted(1));
    desk.settle_next(accepted(2));
    let next = desk.take(&inbox, "b.csv", "Art;Namn;Vikt\nB;Rör;2.50\nA;Hasp;1.50\n");
    assert_eq!(next.same_content_as, None);
    use CallState::{Accepted, Pending, Unchanged};
    let states: Vec<_> = desk.calls().into_iter().map(|call| (call.number, call.state)).collect();
    let expected = [("A", Accepted), ("B", Accepted), ("B", Pending), ("A", Unchanged)];
    assert_eq!(states, expected.map(|(number, state)| (number.to_owned(), state)));
}

#[test]
fn two_inboxes_keep_their_files_and_their_repeats_apart() {
    let desk = Desk::new();
    let first = desk.inbox();
    let second = Inbox { name: "nordvik/urgent".into(), folder: "in2".into(), ..desk.inbox() };
    let inboxes = HashMap::from([(first.name.clone(), first.clone()), (second.name.clone(), second.clone())]);
    desk.put("in/a.csv", one("1"));
    desk.put("in2/a.csv", one("1"));
    desk.put("in2/b.csv", one("2"));
    assert_eq!(desk.look(&second).arrivals.len(), 2);
    assert_eq!(desk.look(&first).arrivals.len(), 1);
    for expected in [1, 2, 3] {
        let staged = receive::stage_next(&desk.receive(), &first.lane, &inboxes).unwrap();
        assert_eq!(staged, Staged::Published(expected), "in the order in which they came");
    }
    assert_eq!(desk.arrival(3).same_content_as, None);
    // An inbox that the configuration no longer has holds its files, and only those.
    desk.put("in/c.csv", one("3"));
    desk.look(&first);
    let only_second = HashMap::from([(second.name.clone(), second)]);
    let staged = receive::stage_next(&desk.receive(), &first.lane, &only_second).unwrap();
    assert_eq!(staged, Staged::Held(4));
}

#[test]
fn a_great_file_is_staged_in_batches_that_nobody_sees_until_it_is_published() {
    let mut desk = Desk::new();
    let inbox = Inbox { format: format("articles", ARTICLES), ..desk.inbox() };
    let rows: String = (0..5_000).map(|number| format!("A{number};Hasp;1\n")).collect();
    desk.put("in/a.csv", format!("Art;Namn;Vikt\n{rows}"));
    desk.look(&inbox);
    // What a reader sees after each batch, and how many batches there are.
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (notes, onlooker) = (seen.clone(), desk.ledger.clone());
    desk.watched(At::each("ledger.stage", "after", move || {
        let overview = onlooker.overview().wait().unwrap();
        let next =
            onlooker.next_call(&passes::lane(), "2026-11-25T07:00:00Z".parse().unwrap()).wait().unwrap();
        let calls = onlooker.calls(Default::default(), 10).wait().unwrap().len();
        notes.lock().unwrap().push((overview.calls(CallState::Pending), next.is_some(), calls));
    }));
    assert_eq!(desk.stage(&inbox), Staged::Published(1));
    assert_eq!(*seen.lock().unwrap(), vec![(0, false, 0); 10]);
    assert_eq!(desk.ledger.overview().wait().unwrap().calls(CallState::Pending), 5_000);
}

#[test]
fn a_stop_in_the_middle_leaves_nothing_to_see_and_the_next_start_takes_it_anew() {
    let mut desk = Desk::new();
    let inbox = Inbox { format: format("articles", ARTICLES), ..desk.inbox() };
    let rows: String = (0..2_000).map(|number| format!("A{number};Hasp;1\n")).collect();
    desk.put("in/a.csv", format!("Art;Namn;Vikt\n{rows}"));
    desk.look(&inbox);
    let stop = desk.stop.clone();
    desk.watched(At::once("ledger.stage", "after", 2, move || stop.store(true, Ordering::Relaxed)));
    assert_eq!(desk.stage(&inbox), Staged::LetGo(1));
    assert_eq!((desk.calls(), desk.arrival(1).published_at), (vec![], None));
    desk.restart();
    assert_eq!(desk.arrival(1).state, ArrivalState::Received);
    assert_eq!(desk.stage(&inbox), Staged::Published(1));
    assert_eq!(desk.calls().len(), 2_000);
}

#[test]
fn a_stop_while_files_are_taken_in_takes_no_more() {
    let mut desk = Desk::new();
    let inbox = Inbox { files: patterns(&["*"]), ..desk.inbox() };
    for name in ["in/a", "in/b", "in/c"] {
        desk.put(name, one("1"));
    }
    let stop = desk.stop.clone();
    desk.watched(At::once("ledger.admit", "after", 1, move || stop.store(true, Ordering::Relaxed)));
    assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    assert_eq!((desk.names("in"), desk.names("in/done")), (vec!["b".into(), "c".into()], vec!["a".into()]));
}
