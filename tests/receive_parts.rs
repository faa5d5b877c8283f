//! Promises 1, 2 and 6 for files that belong together: heads in one, rows in another, taken in as one arrival or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::time::Duration;

use lastkaj::call::CallState;
use lastkaj::fault::{Language, code};
use lastkaj::ledger::{Arrival, ArrivalState, NewClaim};
use lastkaj::receive::{
    After, Duplicates, Inbox, NamePattern, PartFiles, Parts, Ready, Staged, empty_archive,
};
use lastkaj::report::error_files::{self, ErrorFolder};
use lastkaj::transport;
use passes::{At, Desk, codes, format, patterns, put};

const ORDERS: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ngroup = { by = \"Nr\" }\n\
    [layout.parts.head]\n[layout.parts.row]\n\
    [document.order]\neach = \"head\"\norder_number = \"Nr\"\ndelivery_date = { value = \"2026-12-01\" }\n\
    consignee.name = \"Namn\"\n[document.order.order_lines]\neach = \"row\"\nrequired = true\nrow_number = \"Rad\"\n\
    article_number = \"Art\"\nnumber_of_items = \"Antal\"\n";

const WAIT: Duration = Duration::from_secs(30 * 60);

fn named(patterns: [&str; 2]) -> Option<Parts> {
    let part = |name: &str, pattern: &str| PartFiles { name: name.into(), names: NamePattern::new(pattern) };
    Some(Parts { parts: vec![part("head", patterns[0]), part("row", patterns[1])], wait: WAIT })
}

fn inbox(desk: &Desk) -> Inbox {
    Inbox {
        files: patterns(&["ORDH_*.csv", "ORDR_*.csv"]),
        parts: named(["ORDH_*.csv", "ORDR_*.csv"]),
        format: format("orders", ORDERS),
        ..desk.inbox()
    }
}

fn heads(numbers: &[&str]) -> String {
    let rows: String = numbers.iter().map(|number| format!("{number};Elsa\n")).collect();
    format!("Nr;Namn\n{rows}")
}

fn rows(numbers: &[&str]) -> String {
    let rows: String = numbers.iter().map(|number| format!("{number};1;A;2\n")).collect();
    format!("Nr;Rad;Art;Antal\n{rows}")
}

/// Both files of one run, with one order.
fn put_both(desk: &Desk, run: &str, number: &str) {
    desk.put(&format!("in/ORDH_{run}.csv"), heads(&[number]));
    desk.put(&format!("in/ORDR_{run}.csv"), rows(&[number]));
}

fn names_of(arrival: &Arrival) -> Vec<&str> {
    arrival.files.iter().map(|file| file.name.as_str()).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn both_files_are_one_arrival_with_the_firsts_name_and_go_away_together() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    put_both(&desk, "1", "1");
    put_both(&desk, "2", "2");
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals.len(), taken.waiting, taken.faults), (2, 0, vec![]));
    assert_eq!(desk.names("in"), NONE);
    assert_eq!(desk.names("in/done"), ["ORDH_1.csv", "ORDH_2.csv", "ORDR_1.csv", "ORDR_2.csv"]);
    let arrival = desk.arrival(taken.arrivals[0]);
    assert_eq!(arrival.name, "ORDH_1.csv");
    assert_eq!(names_of(&arrival), ["ORDH_1.csv", "ORDR_1.csv"]);
    let sizes: Vec<u64> = arrival.files.iter().map(|file| file.size).collect();
    assert_eq!(sizes, [heads(&["1"]).len() as u64, rows(&["1"]).len() as u64]);
    assert_eq!(arrival.size, sizes.iter().sum::<u64>());
    assert!(arrival.source_settled);
    assert_eq!(desk.ledger.claims().wait().unwrap(), []);
    assert_eq!(desk.stage(&inbox), Staged::Published(taken.arrivals[0]));
    assert_eq!(desk.stage(&inbox), Staged::Published(taken.arrivals[1]));
    assert_eq!(desk.states(), [CallState::Pending, CallState::Pending]);
    // Either name leads to it.
    for name in ["ORDH_1.csv", "ORDR_1.csv"] {
        let traced = desk.ledger.trace(name).wait().unwrap();
        assert_eq!(traced.arrivals[0].arrival.id, arrival.id, "{name}");
    }
}

#[test]
fn a_file_waits_for_its_partner_and_after_a_while_the_operator_is_called() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    desk.put("in/ORDR_1.csv", rows(&["1"]));
    put_both(&desk, "2", "2");
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals.len(), taken.waiting, taken.faults), (1, 1, vec![]), "the others go on");
    assert_eq!(taken.lacking, [("ORDR_1.csv".to_owned(), "ORDH_1.csv".to_owned())]);
    desk.pass(WAIT.as_secs() as i64 - 10);
    assert_eq!(desk.look(&inbox).faults, [], "not yet");
    desk.pass(10);
    for _ in 0..2 {
        let taken = desk.look(&inbox);
        assert_eq!((taken.arrivals.len(), codes(&taken.faults)), (0, vec![code::PART_MISSING.name()]));
        let fault = &taken.faults[0];
        assert_eq!(fault.place.file.as_deref(), Some("ORDR_1.csv"));
        assert_eq!(
            fault.what(Language::English),
            "ORDH_1.csv has not come, and has been waited for longer than 30m"
        );
        assert_eq!(desk.names("in"), ["ORDR_1.csv"], "it stays untouched");
    }
    // It goes on by itself.
    desk.put("in/ORDH_1.csv", heads(&["1"]));
    let taken = desk.look(&inbox);
    assert_eq!((taken.arrivals.len(), taken.faults), (1, vec![]));
    assert_eq!(names_of(&desk.arrival(taken.arrivals[0])), ["ORDH_1.csv", "ORDR_1.csv"]);
}

#[test]
fn each_file_must_be_whole_by_marker_or_by_quiet() {
    let desk = Desk::new();
    let ready = Ready { marker: Some("{stem}.ok".into()), ..Ready::default() };
    let marked = Inbox { ready, ..inbox(&desk) };
    put_both(&desk, "1", "1");
    desk.put("in/ORDH_1.ok", "");
    assert_eq!(desk.look(&marked).waiting, 1, "the rows have no marker yet");
    assert_eq!(desk.names("in"), ["ORDH_1.csv", "ORDH_1.ok", "ORDR_1.csv"]);
    desk.put("in/ORDR_1.ok", "");
    assert_eq!(desk.look(&marked).arrivals.len(), 1);
    assert_eq!(
        (desk.names("in"), desk.names("in/done")),
        (vec![], vec!["ORDH_1.csv".into(), "ORDR_1.csv".into()])
    );

    let ready = Ready { quiet: Some(Duration::from_secs(60)), ..Ready::default() };
    let quiet = Inbox { ready, ..inbox(&desk) };
    desk.put("in/ORDH_2.csv", heads(&["2"]));
    desk.look(&quiet);
    desk.pass(120);
    desk.put("in/ORDR_2.csv", rows(&["2"]));
    assert_eq!(desk.look(&quiet).waiting, 1, "only the heads are quiet");
    desk.pass(30);
    desk.put("in/ORDR_2.csv", rows(&["2", "2"]));
    assert_eq!(desk.look(&quiet).waiting, 1, "the rows grew");
    desk.pass(60);
    assert_eq!(desk.look(&quiet).arrivals.len(), 1);
}

#[test]
fn static_names_pair_as_such() {
    let desk = Desk::new();
    let inbox = Inbox {
        files: patterns(&["HEAD.TXT", "ROWS.TXT"]),
        parts: named(["HEAD.TXT", "ROWS.TXT"]),
        ..inbox(&desk)
    };
    for number in ["1", "2"] {
        desk.put("in/HEAD.TXT", heads(&[number]));
        assert_eq!(desk.look(&inbox).waiting, 1);
        desk.put("in/ROWS.TXT", rows(&[number]));
        assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    }
    assert_eq!(desk.names("in/done"), ["HEAD.2.TXT", "HEAD.TXT", "ROWS.2.TXT", "ROWS.TXT"]);
}

#[test]
fn the_same_files_again_are_known_and_another_content_of_either_is_new() {
    let desk = Desk::new();
    let leaving = Inbox { after: After::Leave, ..inbox(&desk) };
    put_both(&desk, "1", "1");
    assert_eq!(desk.look(&leaving).arrivals.len(), 1);
    for _ in 0..3 {
        let taken = desk.look(&leaving);
        assert_eq!((taken.arrivals.len(), taken.waiting), (0, 0));
    }
    assert_eq!(desk.names("in"), ["ORDH_1.csv", "ORDR_1.csv"]);
    desk.put("in/ORDR_1.csv", rows(&["1", "1"]));
    assert_eq!(desk.look(&leaving).arrivals.len(), 1, "other rows are new");
    desk.put("in/ORDH_1.csv", heads(&["3"]));
    assert_eq!(desk.look(&leaving).arrivals.len(), 1, "other heads are");
    // The sender clears up: what is left of files that were taken is waited for by nobody.
    desk.remove("in/ORDH_1.csv");
    desk.pass(2 * WAIT.as_secs() as i64);
    let taken = desk.look(&leaving);
    assert_eq!((taken.waiting, taken.faults), (0, vec![]));

    let holding = Inbox { duplicates: Duplicates::Hold, name: "nordvik/held".into(), ..inbox(&desk) };
    desk.remove("in/ORDR_1.csv");
    put_both(&desk, "7", "7");
    desk.look(&holding);
    put_both(&desk, "8", "7");
    let again = desk.look(&holding).arrivals[0];
    assert_eq!(codes(&desk.arrival(again).faults), [code::SAME_CONTENT.name()]);
}

#[test]
fn a_partner_that_vanishes_or_changes_under_the_claim_undoes_both() {
    for vanishes in [true, false] {
        let mut desk = Desk::new();
        let inbox = inbox(&desk);
        put_both(&desk, "1", "1");
        let store = desk.store.clone();
        // Between the claims of the heads and of the rows.
        desk.watched(At::once("transport.rename", "after", 1, move || {
            if vanishes {
                transport::open(&transport::Remote::Memory(store.clone()))
                    .unwrap()
                    .remove("in/ORDR_1.csv")
                    .unwrap();
            } else {
                put(&store, "in/ORDR_1.csv", rows(&["1", "1"]).as_bytes());
            }
        }));
        let taken = desk.look(&inbox);
        assert_eq!(
            (taken.arrivals.len(), taken.waiting, taken.faults),
            (0, 1, vec![]),
            "vanishes: {vanishes}"
        );
        let left: &[&str] = if vanishes { &["ORDH_1.csv"] } else { &["ORDH_1.csv", "ORDR_1.csv"] };
        assert_eq!(desk.names("in"), left);
        assert_eq!(desk.ledger.claims().wait().unwrap(), []);
        desk.put("in/ORDR_1.csv", rows(&["1"]));
        assert_eq!(desk.look(&inbox).arrivals.len(), 1);
    }
}

/// Cuts at every change, from the first until a run has fewer; says how many there were.
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

#[test]
fn a_cut_at_any_change_loses_and_doubles_nothing_and_never_parts_the_files() {
    for start_anew in [false, true] {
        let cuts = at_every_cut(|desk, nth, after| {
            let ready = Ready { marker: Some("{name}.ok".into()), ..Ready::default() };
            let inbox = Inbox { ready, ..inbox(desk) };
            put_both(desk, "1", "1");
            desk.put("in/ORDH_1.csv.ok", "");
            desk.put("in/ORDR_1.csv.ok", "");
            desk.store.cut_at_change(nth, after);
            let was_cut = desk.try_look(&inbox).map_or(true, |taken| !taken.faults.is_empty());
            desk.store.cut_at_change(1_000_000, false);
            let what = format!("cut at {nth}, after: {after}, start anew: {start_anew}");
            for name in ["ORDH_1", "ORDR_1"] {
                let all = desk.names("in").into_iter().chain(desk.names("in/done"));
                let places = all.filter(|file| file.starts_with(name) && !file.ends_with(".ok")).count();
                assert_eq!(places, 1, "{what}: {name} stands in one visible place");
            }
            if start_anew {
                desk.restart();
            }
            for _ in 0..3 {
                assert_eq!(desk.look(&inbox).faults, [], "{what}");
            }
            let arrivals = desk.arrivals();
            assert_eq!(arrivals.len(), 1, "{what}: taken once");
            assert_eq!(names_of(&arrivals[0]), ["ORDH_1.csv", "ORDR_1.csv"], "{what}");
            assert!(arrivals[0].source_settled, "{what}: settled");
            assert_eq!(desk.ledger.claims().wait().unwrap(), [], "{what}: no claim is open");
            assert_eq!(desk.names("in"), NONE, "{what}");
            assert_eq!(desk.names("in/done"), ["ORDH_1.csv", "ORDR_1.csv"], "{what}");
            desk.stage(&inbox);
            assert_eq!(desk.states(), [CallState::Pending], "{what}: its call is there");
            was_cut
        });
        // Two claims, then marker and move of each, and the folder (asked for each time).
        assert_eq!(cuts, 2 * (2 + 2 * 3));
    }
}

#[test]
fn a_crash_between_the_claims_never_pairs_old_files_with_new_ones() {
    // What the sender does before the new start: writes nothing, new heads, or both anew.
    for (new_heads, new_rows) in [(false, false), (true, false), (true, true)] {
        let mut desk = Desk::new();
        let inbox = inbox(&desk);
        put_both(&desk, "1", "1");
        let claim = |name: &str| {
            let mut session = transport::open(&desk.remote()).unwrap();
            let entry = session.look(&format!("in/{name}")).unwrap().unwrap();
            NewClaim {
                path: format!("in/{name}"),
                claimed_path: format!("in/{name}.lastkaj-1"),
                size: entry.size,
                modified: entry.modified,
            }
        };
        let claims = vec![claim("ORDH_1.csv"), claim("ORDR_1.csv")];
        desk.ledger.claim(&inbox.name, claims, desk.clock.now()).wait().unwrap();
        let mut session = transport::open(&desk.remote()).unwrap();
        session.rename("in/ORDH_1.csv", "in/ORDH_1.csv.lastkaj-1").unwrap();
        if new_heads {
            desk.put("in/ORDH_1.csv", heads(&["2"]));
        }
        if new_rows {
            desk.put("in/ORDR_1.csv", rows(&["2"]));
        }
        desk.restart();
        for _ in 0..4 {
            assert_eq!(desk.look(&inbox).faults, []);
        }
        let what = format!("new heads: {new_heads}, new rows: {new_rows}");
        let arrivals = desk.arrivals();
        assert_eq!(arrivals.len(), 1, "{what}");
        assert_eq!(arrivals[0].files.len(), 2);
        desk.stage(&inbox);
        let calls = desk.calls();
        let number = if new_rows { "2" } else { "1" };
        assert_eq!(calls.iter().map(|call| call.number.as_str()).collect::<Vec<_>>(), [number], "{what}");
        // The odd one stands in the folder under its own name, and waits.
        let left: &[&str] = if new_heads { &["ORDH_1.csv"] } else { &[] };
        assert_eq!(desk.names("in"), left, "{what}");
        assert_eq!(desk.ledger.claims().wait().unwrap(), [], "{what}");
    }
}

#[test]
fn files_that_grew_after_pickup_are_taken_whole_once_more_with_the_others() {
    for cut in [false, true] {
        let mut desk = Desk::new();
        let inbox = inbox(&desk);
        put_both(&desk, "1", "1");
        let store = desk.store.clone();
        desk.watched(At::once("ledger.admit", "after", 1, move || {
            let remote = transport::Remote::Memory(store.clone());
            let mut claimed = String::new();
            let mut look = |entry: transport::Entry| {
                if entry.name.starts_with("ORDR_1.csv.lastkaj-") {
                    claimed = entry.name;
                }
                true
            };
            transport::open(&remote).unwrap().list("in", &mut look).unwrap();
            if !cut {
                put(&store, &format!("in/{claimed}"), rows(&["1", "1"]).as_bytes());
            }
        }));
        if cut {
            // The heads are put away, then the connection goes; the rows grow before the next look.
            desk.store.cut_at_change(5, false);
            assert!(desk.try_look(&inbox).map_or(true, |taken| !taken.faults.is_empty()));
            desk.store.cut_at_change(1_000_000, false);
            assert_eq!(desk.names("in/done"), ["ORDH_1.csv"]);
            let claimed = desk.names("in").remove(0);
            desk.put(&format!("in/{claimed}"), rows(&["1", "1"]));
            desk.restart();
        }
        let taken = desk.look(&inbox);
        assert_eq!(codes(&taken.faults), [code::GREW_AFTER_PICKUP.name()], "cut: {cut}");
        assert_eq!(taken.faults[0].place.file.as_deref(), Some("ORDR_1.csv"));
        let arrivals = desk.arrivals();
        assert_eq!((arrivals.len(), arrivals[1].state), (2, ArrivalState::Held), "cut: {cut}");
        let sizes: Vec<u64> = arrivals[1].files.iter().map(|file| file.size).collect();
        assert_eq!(sizes, [heads(&["1"]).len() as u64, rows(&["1", "1"]).len() as u64]);
        assert_eq!(arrivals[1].files[0].hash, arrivals[0].files[0].hash, "the heads are as they were");
        assert_eq!(desk.names("in"), NONE);
        assert_eq!(desk.names("in/done"), ["ORDH_1.csv", "ORDR_1.csv"]);
        assert_eq!(desk.get("in/done/ORDR_1.csv"), rows(&["1", "1"]));
    }
}

#[test]
fn what_is_wrong_names_its_own_file() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    desk.put("in/ORDH_1.csv", heads(&["1", "2"]));
    desk.put("in/ORDR_1.csv", rows(&["1", "9", "2"]).replace("2;1;A;2", "2;1;A;x"));
    let id = desk.look(&inbox).arrivals[0];
    assert_eq!(desk.stage(&inbox), Staged::Published(id));
    assert_eq!(
        (desk.arrival(id).documents, desk.arrival(id).documents_faulty, desk.arrival(id).records_stray),
        (2, 1, 1)
    );
    let to = ErrorFolder {
        inbox: inbox.name.clone(),
        remote: desk.remote(),
        folder: inbox.failed_folder.clone(),
        language: Language::English,
        time_zone: inbox.time_zone,
    };
    error_files::owe(&desk.reporting(), &to).unwrap();
    error_files::deliver(&desk.reporting(), &to).unwrap();
    let text = desk.get("in/failed/ORDH_1.csv.error.txt");
    assert!(text.contains("File: ORDH_1.csv, ORDR_1.csv\r\n"), "{text}");
    assert!(text.contains("ORDR_1.csv: Line 4, field Antal: \"x\" is not a number."), "{text}");
    assert!(
        text.contains("ORDR_1.csv: Line 3, field Nr: no record head of ORDH_1.csv has 9 as its Nr"),
        "{text}"
    );
}

#[test]
fn what_the_checks_find_in_a_line_names_its_own_file_and_line() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    desk.put("in/ORDH_1.csv", heads(&["1", "2", "3"]));
    let rows = "Nr;Rad;Art;Antal\n1;1;A;2\n1;2;A;\n2;1;A;2\n3;1;A;2\n2;2;A;2\n2;1;A;2\n";
    desk.put("in/ORDR_1.csv", rows);
    let id = desk.look(&inbox).arrivals[0];
    assert_eq!(desk.stage(&inbox), Staged::Published(id));
    let told: Vec<String> = desk
        .ledger
        .show(id)
        .wait()
        .unwrap()
        .unwrap()
        .0
        .documents
        .iter()
        .flat_map(|document| &document.faults)
        .map(|fault| {
            let place = &fault.place;
            format!("{} {}:{}", fault.code.name(), place.file.as_deref().unwrap(), place.line.unwrap())
        })
        .collect();
    assert_eq!(told, ["line-without-quantity ORDR_1.csv:3", "row-number-twice ORDR_1.csv:7"]);
}

#[test]
fn both_go_from_the_archive_after_their_time() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    for number in ["1", "2"] {
        put_both(&desk, "1", number);
        desk.look(&inbox);
        desk.stage(&inbox);
        desk.settle_next(passes::accepted(1));
    }
    desk.put("in/done/ORDR_3.csv", rows(&["3"]));
    assert_eq!(
        desk.names("in/done"),
        ["ORDH_1.2.csv", "ORDH_1.csv", "ORDR_1.2.csv", "ORDR_1.csv", "ORDR_3.csv"]
    );
    desk.pass(91 * 24 * 3600);
    let before = desk.clock.now() - chrono::TimeDelta::days(90);
    assert_eq!(empty_archive(&desk.receive(), &inbox, before).unwrap(), 4);
    assert_eq!(desk.names("in/done"), ["ORDR_3.csv"]);
    assert_eq!(empty_archive(&desk.receive(), &inbox, before).unwrap(), 0);
}

#[test]
fn files_of_a_format_that_was_changed_since_are_held() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    put_both(&desk, "1", "1");
    let id = desk.look(&inbox).arrivals[0];
    assert_eq!(desk.stage(&Inbox { format: desk.inbox().format, ..inbox.clone() }), Staged::Held(id));
    assert_eq!(codes(&desk.arrival(id).faults), [code::OTHER_PARTS.name()]);
}
