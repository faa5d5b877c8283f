//! Promises 3, 7 and 12 on the reporting pass: acknowledgements and error files, and their way to the outbox.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::time::Duration;

use lastkaj::fault::{Fault, Language, code};
use lastkaj::ledger::{ReportState, Settlement, Target};
use lastkaj::receive::{FaultRule, Inbox, Unpack};
use lastkaj::report::error_files::{self, ErrorFolder};
use lastkaj::report::{self, NameTemplate, Outbox, ReportKind, Schedule, acknowledgements};
use passes::{ARTICLES, Desk, accepted, format, lane, one, orders};

const WITHIN: Duration = Duration::from_secs(600);

/// One line a row, so that a file can be compared as it is.
const ACKNOWLEDGEMENTS: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\n\
    header = true\nnewline = \"lf\"\n[record.row]\nof = \"acknowledgement\"\neach = \"rows\"\n\
    Fil = \"file_name\"\nResultat = \"result\"\nNummer = \"number\"\nUtfall = \"outcome\"\nRad = \"line\"\n\
    Kod = \"code\"\nId = \"ongoing_id\"\n";

fn outbox(desk: &Desk) -> Outbox {
    Outbox {
        name: "nordvik/acknowledgements".into(),
        partner: "nordvik".into(),
        lane: lane(),
        numbers: Default::default(),
        remote: desk.remote(),
        folder: "out".into(),
        report: ReportKind::Acknowledgements { inboxes: vec!["nordvik/orders".into()], within: WITHIN },
        format: format("acknowledgements", ACKNOWLEDGEMENTS),
        file_name: NameTemplate::check("ACK_{sequence:03}.csv").unwrap(),
        schedule: Schedule::Every(Duration::from_secs(60)),
        time_zone: chrono_tz::Europe::Stockholm,
        language: Language::English,
    }
}

fn owe(desk: &Desk) -> usize {
    acknowledgements::owe(&desk.reporting(), &outbox(desk), &["nordvik/orders".into()], WITHIN).unwrap()
}

fn deliver(desk: &Desk) -> Result<usize, Fault> {
    report::deliver(&desk.reporting(), "nordvik/acknowledgements", &desk.remote(), "out")
}

/// The rows of the newest file, without the header, after everything was owed and delivered.
fn told(desk: &Desk) -> Vec<String> {
    let before = desk.names("out");
    owe(desk);
    deliver(desk).unwrap();
    let new: Vec<String> = desk.names("out").into_iter().filter(|name| !before.contains(name)).collect();
    new.iter().flat_map(|name| rows(&desk.get(&format!("out/{name}")))).collect()
}

fn rows(text: &str) -> Vec<String> {
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn an_acknowledgement_tells_first_what_was_taken_and_then_what_became_of_it() {
    let desk = Desk::new();
    let inbox = desk.inbox();
    desk.take(&inbox, "a.csv", orders(&["1;Elsa;1;A;2", "2;Otto;1;A;1O", "3;Ada;1;A;1"]));
    assert_eq!(
        told(&desk),
        ["a.csv;partly;1;taken;2;;", "a.csv;partly;2;faulty;3;not-a-decimal;", "a.csv;partly;3;taken;4;;"]
    );
    assert_eq!(told(&desk), Vec::<String>::new(), "nothing is told twice");
    desk.settle_next(accepted(71));
    assert_eq!(told(&desk), Vec::<String>::new(), "one is not final yet");
    desk.settle_next(Settlement::Refused(Fault::new(code::MISSING_VALUE)));
    // What was told before and has not changed is not told again.
    assert_eq!(told(&desk), ["a.csv;partly;1;accepted;2;;71", "a.csv;partly;3;refused;4;missing-value;"]);
    assert_eq!(told(&desk), Vec::<String>::new());
    assert_eq!(desk.names("out"), ["ACK_001.csv", "ACK_002.csv"], "numbers without gaps");
}

#[test]
fn after_its_time_an_acknowledgement_goes_out_and_a_later_outcome_corrects_it() {
    let desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", orders(&["1;Elsa;1;A;2", "2;Otto;1;A;1"]));
    assert_eq!(told(&desk).len(), 2);
    desk.settle_next(accepted(71));
    desk.pass(599);
    assert_eq!(told(&desk), Vec::<String>::new());
    desk.pass(2);
    assert_eq!(told(&desk), ["a.csv;taken;1;accepted;2;;71"]);
    desk.settle_next(Settlement::Refused(Fault::new(code::MISSING_VALUE)));
    assert_eq!(told(&desk), ["a.csv;partly;2;refused;3;missing-value;"]);
}

#[test]
fn a_rejected_and_an_empty_file_are_told() {
    let desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", "");
    assert_eq!(told(&desk), ["a.csv;rejected;;rejected;;empty-file;"]);
    let inbox = Inbox { faults: FaultRule::RejectFile, ..desk.inbox() };
    desk.take(&inbox, "b.csv", orders(&["1;Elsa;1;A;2", "2;Otto;1;A;1O"]));
    assert_eq!(
        told(&desk),
        ["b.csv;rejected;2;faulty;3;not-a-decimal;", "b.csv;rejected;;rejected;;faulty-documents;"]
    );
    assert_eq!(told(&desk), Vec::<String>::new());
}

/// Three files: good, bad as a file, with one faulty order.
fn archive() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let files = [
        ("1.csv", one("1")),
        ("2.csv", b"Nr;Namn\n2;Elsa\n".to_vec()),
        ("3.csv", orders(&["3;Elsa;1;A;2", "4;Otto;1;A;1O"])),
    ];
    for (name, bytes) in files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_has_one_acknowledgement_whose_rows_name_its_files() {
    let desk = Desk::new();
    let unpack = Unpack { zip: true, ..Unpack::default() };
    let inbox = Inbox { files: passes::patterns(&["*.zip"]), unpack, ..desk.inbox() };
    desk.take(&inbox, "a.zip", archive());
    let with_parts = ACKNOWLEDGEMENTS.replace("Id = \"ongoing_id\"", "Del = \"part\"");
    let outbox = Outbox { format: format("acknowledgements", &with_parts), ..outbox(&desk) };
    let owed = acknowledgements::owe(&desk.reporting(), &outbox, &["nordvik/orders".into()], WITHIN);
    assert_eq!(owed.unwrap(), 1);
    deliver(&desk).unwrap();
    assert_eq!(
        rows(&desk.get("out/ACK_001.csv")),
        [
            "a.zip;partly;1;taken;2;;1.csv",
            "a.zip;partly;2.csv;faulty;1;missing-column;2.csv",
            "a.zip;partly;3;taken;2;;3.csv",
            "a.zip;partly;4;faulty;3;not-a-decimal;3.csv",
        ]
    );
    // In plain words, too.
    assert_eq!(errors(&desk, Language::Swedish), 1);
    let text = desk.get("in/failed/a.zip.error.txt");
    for words in ["Fil: a.zip", "Fil 2.csv\r\n", "Order 4 (3.csv)\r\nRad 3, fält Antal"] {
        assert!(text.contains(words), "{words} is in\n{text}");
    }
}

#[test]
fn what_is_told_survives_a_start() {
    let mut desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", one("1"));
    assert_eq!(owe(&desk), 1);
    desk.restart();
    assert_eq!(owe(&desk), 0, "it is owed, not to be owed again");
    assert_eq!(deliver(&desk).unwrap(), 1);
    desk.restart();
    assert_eq!((owe(&desk), deliver(&desk).unwrap()), (0, 0));
    assert_eq!(desk.names("out"), ["ACK_001.csv"]);
}

#[test]
fn a_great_arrival_is_told_in_several_files_each_row_once() {
    let desk = Desk::new();
    let inbox = Inbox { format: format("articles", ARTICLES), ..desk.inbox() };
    let most = acknowledgements::DOCUMENTS_PER_ACKNOWLEDGEMENT_MAX;
    let text: String = (0..most + 5).map(|number| format!("A{number};Hasp;x\n")).collect();
    desk.take(&inbox, "a.csv", format!("Art;Namn;Vikt\n{text}"));
    assert_eq!(owe(&desk), 2);
    assert_eq!(owe(&desk), 0);
    deliver(&desk).unwrap();
    assert_eq!(desk.names("out"), ["ACK_001.csv", "ACK_002.csv"]);
    let (first, second) = (rows(&desk.get("out/ACK_001.csv")), rows(&desk.get("out/ACK_002.csv")));
    assert_eq!((first.len(), second.len()), (most, 5));
    assert_eq!(second[0], format!("a.csv;partly;A{most};faulty;{};not-a-decimal;", most + 2));
}

#[test]
fn a_cut_at_any_change_of_a_delivery_gives_each_file_once_under_its_final_name() {
    for start_anew in [false, true] {
        for after in [false, true] {
            for nth in 1.. {
                let mut desk = Desk::new();
                desk.take(&desk.inbox(), "a.csv", one("1"));
                desk.take(&desk.inbox(), "b.csv", one("2"));
                assert_eq!(owe(&desk), 2);
                desk.store.cut_at_change(nth, after);
                let was_cut = deliver(&desk).is_err();
                desk.store.cut_at_change(1_000_000, false);
                if start_anew {
                    desk.restart();
                }
                while deliver(&desk).unwrap() > 0 {}
                let what = format!("cut at {nth}, after: {after}, start anew: {start_anew}");
                assert_eq!(desk.names("out"), ["ACK_001.csv", "ACK_002.csv"], "{what}");
                assert_eq!(rows(&desk.get("out/ACK_001.csv")), ["a.csv;taken;1;taken;2;;"], "{what}");
                assert_eq!(rows(&desk.get("out/ACK_002.csv")), ["b.csv;taken;2;taken;2;;"], "{what}");
                let states: Vec<_> =
                    desk.ledger.reports(None, 10).wait().unwrap().iter().map(|report| report.state).collect();
                assert_eq!(states, [ReportState::Delivered; 2], "{what}");
                if !was_cut {
                    assert_eq!(nth, 5, "write and rename of two reports");
                    break;
                }
            }
        }
    }
}

#[test]
fn a_report_that_was_fetched_before_its_answer_came_is_not_written_again() {
    let mut desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", one("1"));
    owe(&desk);
    desk.store.cut_at_change(2, true);
    assert!(deliver(&desk).is_err());
    desk.remove("out/ACK_001.csv");
    desk.restart();
    assert_eq!(deliver(&desk).unwrap(), 1);
    assert_eq!(desk.names("out"), Vec::<String>::new());
}

#[test]
fn a_report_whose_name_is_taken_is_held_and_delivered_once_the_name_is_free() {
    let desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", one("1"));
    desk.take(&desk.inbox(), "b.csv", one("2"));
    owe(&desk);
    desk.put("out/ACK_001.csv", "somebody else's");
    assert_eq!(deliver(&desk).unwrap(), 1, "the next one goes");
    assert_eq!(desk.get("out/ACK_001.csv"), "somebody else's");
    assert_eq!(desk.names("out"), ["ACK_001.csv", "ACK_002.csv"], "no temporary name is left");
    let held = desk.ledger.report(1).wait().unwrap().unwrap();
    assert_eq!((held.state, held.fault.unwrap().code), (ReportState::Held, code::REPORT_NAME_TAKEN));

    let retry = || desk.ledger.retry(Target::Report(1), "anna", desk.clock.now()).wait().unwrap();
    retry();
    assert_eq!(deliver(&desk).unwrap(), 0, "still taken");
    desk.remove("out/ACK_001.csv");
    retry();
    assert_eq!(deliver(&desk).unwrap(), 1);
    assert_eq!(rows(&desk.get("out/ACK_001.csv")), ["a.csv;taken;1;taken;2;;"]);
    assert_eq!(desk.names("out"), ["ACK_001.csv", "ACK_002.csv"]);
}

fn errors(desk: &Desk, language: Language) -> usize {
    let to = ErrorFolder {
        inbox: "nordvik/orders".into(),
        remote: desk.remote(),
        folder: "in/failed".into(),
        language,
        time_zone: chrono_tz::Europe::Stockholm,
    };
    error_files::owe(&desk.reporting(), &to).unwrap();
    error_files::deliver(&desk.reporting(), &to).unwrap()
}

#[test]
fn a_faulty_file_gets_an_error_file_in_plain_words_and_a_good_one_none() {
    for (language, words) in [
        (Language::English, ["File: a.csv", "1 of 2 documents could not be taken", "Order 2", "1O"]),
        (Language::Swedish, ["Fil: a.csv", "1 av 2 dokument kunde inte tas emot", "Order 2", "1O"]),
    ] {
        let desk = Desk::new();
        let inbox = desk.inbox();
        desk.take(&inbox, "good.csv", one("9"));
        assert_eq!(errors(&desk, language), 0);
        desk.take(&inbox, "a.csv", orders(&["1;Elsa;1;A;2", "2;Otto;1;A;1O"]));
        assert_eq!(errors(&desk, language), 1);
        assert_eq!(desk.names("in/failed"), ["a.csv.error.txt"]);
        let text = desk.get("in/failed/a.csv.error.txt");
        for word in words {
            assert!(text.contains(word), "{word} is in\n{text}");
        }
        assert!(text.contains("07:00"), "local time: {text}");
        assert!(text.contains("\r\n") && !text.contains("not-a-decimal"), "{text}");
        assert!(!text.contains("Order 1"), "{text}");
        assert_eq!(errors(&desk, language), 0, "once");

        // The corrected file goes through; the next faulty one of the name finds one of its own.
        desk.take(&inbox, "a.csv", one("2"));
        assert_eq!(errors(&desk, language), 0);
        desk.take(&inbox, "a.csv", orders(&["3;Otto;1;A;x"]));
        assert_eq!(errors(&desk, language), 1);
        assert_eq!(desk.names("in/failed"), ["a.csv.2.error.txt", "a.csv.error.txt"]);
    }
}

#[test]
fn what_ongoing_refuses_gets_an_error_file_too() {
    let desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", one("1"));
    assert_eq!(errors(&desk, Language::English), 0);
    desk.settle_next(Settlement::Refused(Fault::new(code::MISSING_VALUE)));
    assert_eq!(errors(&desk, Language::English), 1);
    assert!(desk.get("in/failed/a.csv.error.txt").contains("Order 1"));
}

#[test]
fn an_outbox_whose_folder_is_gone_is_not_made_anew_and_nothing_counts_as_delivered() {
    let desk = Desk::new();
    desk.take(&desk.inbox(), "a.csv", one("1"));
    owe(&desk);
    let away =
        lastkaj::report::deliver(&desk.reporting(), "nordvik/acknowledgements", &desk.remote(), "gone");
    assert_eq!(away.unwrap_err().code.name(), "no-such-path", "a share that is not mounted");
    assert_eq!(desk.ledger.reports(None, 10).wait().unwrap()[0].state, ReportState::Owed);
}
