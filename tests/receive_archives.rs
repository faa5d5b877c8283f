//! Archives as arrivals (promises 1, 2, 3, 6, 10): one arrival of several parts, each named as an operator sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::io::{Cursor, Write};
use std::sync::atomic::Ordering;

use flate2::Compression;
use flate2::write::GzEncoder;
use lastkaj::call::CallState;
use lastkaj::fault::{Fault, Language, show};
use lastkaj::ledger::{Arrival, ArrivalState, Target, TracedDocument};
use lastkaj::receive::{Brake, Duplicates, FaultRule, Inbox, Staged, Unpack, UnpackLimits};
use passes::{ARTICLES, At, Desk, accepted, codes, format, one, orders, patterns};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip of these files, made by another's hand.
fn zip<N: AsRef<str>, B: AsRef<[u8]>>(files: &[(N, B)]) -> Vec<u8> {
    zip_by(files, zip::CompressionMethod::Deflated)
}

fn zip_by<N: AsRef<str>, B: AsRef<[u8]>>(files: &[(N, B)], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        if name.as_ref().ends_with('/') {
            writer.add_directory(name.as_ref(), options).unwrap();
        } else {
            writer.start_file(name.as_ref(), options).unwrap();
            writer.write_all(bytes.as_ref()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn gz(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archives").join(name)).unwrap()
}

/// The desk's inbox, which unpacks both kinds.
fn inbox(desk: &Desk) -> Inbox {
    let unpack = Unpack { zip: true, gz: true, ..Unpack::default() };
    Inbox { files: patterns(&["*"]), unpack, ..desk.inbox() }
}

fn limited(desk: &Desk, limits: UnpackLimits) -> Inbox {
    let inbox = inbox(desk);
    Inbox { unpack: Unpack { limits, ..inbox.unpack.clone() }, ..inbox }
}

fn documents(desk: &Desk, arrival: &Arrival) -> Vec<TracedDocument> {
    desk.ledger.show(arrival.id).wait().unwrap().unwrap().0.documents
}

/// Part, number, first line and codes of each document.
fn shape(desk: &Desk, arrival: &Arrival) -> Vec<(String, String, u64, Vec<&'static str>)> {
    let shape = |document: &TracedDocument| {
        (
            document.part.clone().unwrap_or_default(),
            document.number.clone().unwrap_or_default(),
            document.first_line,
            codes(&document.faults),
        )
    };
    documents(desk, arrival).iter().map(shape).collect()
}

fn numbers(desk: &Desk) -> Vec<String> {
    desk.calls().into_iter().map(|call| call.number).collect()
}

fn rejected(desk: &Desk, inbox: &Inbox, name: &str, bytes: impl AsRef<[u8]>, code: &str) -> Fault {
    let arrival = desk.take(inbox, name, bytes);
    assert_eq!((arrival.state, codes(&arrival.faults)), (ArrivalState::Rejected, vec![code]), "{name}");
    assert_eq!(desk.ledger.trace(name).wait().unwrap().arrivals[0].documents, [], "{name}");
    let fault = arrival.faults[0].clone();
    for language in Language::ALL {
        assert!(!show::plain(&fault, language).contains(['{', '}']), "{fault}");
    }
    assert!(fault.place.file.as_ref().is_some_and(|file| file.starts_with(name)), "{fault}");
    fault
}

#[test]
fn each_file_of_a_zip_is_read_with_its_own_lines_and_is_named_everywhere() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let archive = zip(&[
        ("order1.csv", orders(&["1;Elsa;1;A;2", "2;Elsa;1;A;1O"])),
        ("sub/", Vec::new()),
        ("sub/order2.csv", one("3")),
    ]);
    let arrival = desk.take(&inbox, "ORD.zip", archive);
    assert_eq!((arrival.state, arrival.documents, arrival.documents_faulty), (ArrivalState::Published, 3, 1));
    let expected = [
        ("order1.csv", "1", 2, vec![]),
        ("order1.csv", "2", 3, vec!["not-a-decimal"]),
        ("sub/order2.csv", "3", 2, vec![]),
    ];
    let expected =
        expected.map(|(part, number, line, codes)| (part.to_owned(), number.to_owned(), line, codes));
    assert_eq!(shape(&desk, &arrival), expected);
    let fault = documents(&desk, &arrival)[1].faults[0].clone();
    assert_eq!(fault.place.file.as_deref(), Some("ORD.zip/order1.csv"));
    let files: Vec<String> = desk.calls().into_iter().filter_map(|call| call.file).collect();
    assert_eq!(files, ["ORD.zip/order1.csv", "ORD.zip/sub/order2.csv"]);
    for needle in ["ORD.zip", "ORD.zip/sub/order2.csv", "sub/order2.csv", "3"] {
        let found = desk.ledger.trace(needle).wait().unwrap();
        assert_eq!(found.arrivals.first().map(|found| found.arrival.id), Some(arrival.id), "{needle}");
    }
    // The original is kept as it came; nothing but it stands anywhere.
    assert_eq!((desk.names("in"), desk.names("in/done")), (vec![], vec!["ORD.zip".to_owned()]));
    assert_eq!(desk.ledger.spool().copies().unwrap().len(), 1);
    // A number that comes again is told where it came first.
    desk.settle_next(accepted(1));
    let again = desk.take(&inbox, "ORD2.zip", zip(&[("x.csv", orders(&["1;Elsa;1;A;3"]))]));
    let fault = documents(&desk, &again)[0].faults[0].clone();
    assert_eq!(
        (fault.code.name(), fault.args["earlier"].as_str()),
        ("came-before-otherwise", "ORD.zip/order1.csv")
    );
}

#[test]
fn zips_of_other_programs_are_read() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let names = |arrival: &Arrival| -> Vec<String> {
        documents(&desk, arrival).into_iter().filter_map(|document| document.part).collect()
    };
    let dos = desk.take(&inbox, "cp850.zip", sample("cp850.zip"));
    assert_eq!(names(&dos), ["Order_Århus.csv", "Örebro/Order_Växjö.csv"]);
    let info = desk.take(&inbox, "infozip.zip", sample("infozip.zip"));
    assert_eq!(names(&info), ["sub/order2.csv", "order1.csv"]);
    assert_eq!(names(&desk.take(&inbox, "streamed.zip", sample("streamed.zip"))), ["-"]);
    assert_eq!(names(&desk.take(&inbox, "zip64.zip", sample("zip64.zip"))), ["order1.csv"]);
    let stored = zip_by(&[("a.csv", one("7"))], zip::CompressionMethod::Stored);
    assert_eq!(names(&desk.take(&inbox, "stored.zip", stored)), ["a.csv"]);
    let utf8 = desk.take(&inbox, "utf8.zip", zip(&[("Łódź.csv", one("8"))]));
    assert_eq!(names(&utf8), ["Łódź.csv"]);
    assert!(desk.arrivals().iter().all(|arrival| arrival.documents_faulty == 0));
}

#[test]
fn a_gz_is_one_file_also_when_its_name_does_not_say_so() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let arrival = desk.take(&inbox, "ORD1.csv.gz", gz(one("1")));
    assert_eq!(shape(&desk, &arrival), [("ORD1.csv".into(), "1".into(), 2, vec![])]);
    let arrival = desk.take(&inbox, "ORD2.csv", gz(one("2")));
    assert_eq!(shape(&desk, &arrival), [("ORD2.csv".into(), "2".into(), 2, vec![])]);
    // Two streams one after the other are one file.
    let twice = [gz(one("3")), gz("4;Elsa;1;A;2\n")].concat();
    assert_eq!(desk.take(&inbox, "ORD3.csv.gz", twice).documents, 2);
    let zipped = desk.take(&inbox, "ORD4.csv", zip(&[("a.csv", one("5"))]));
    assert_eq!(zipped.documents, 1, "a zip by its content");
    // A plain file beside them is what it always was.
    let plain = desk.take(&inbox, "ORD5.csv", one("6"));
    assert_eq!(shape(&desk, &plain), [(String::new(), "6".into(), 2, vec![])]);
    rejected(&desk, &inbox, "ORD6.csv.gz", one("7"), "no-archive");
    rejected(&desk, &inbox, "ORD7.zip", one("7"), "no-archive");
}

#[test]
fn a_bad_gz_is_a_bad_file() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let whole = gz(orders(
        &(0..500)
            .map(|n| format!("{n};Elsa;1;A;{}", n * 7919 % 1000))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    ));
    for cut in [3, 10, 11, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
        rejected(&desk, &inbox, &format!("{cut}.gz"), &whole[..cut], "archive-cut");
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    rejected(&desk, &inbox, "damaged.gz", damaged, "archive-damaged");
    rejected(&desk, &inbox, "behind.gz", [whole.as_slice(), b"behind its end"].concat(), "archive-damaged");
    let fault = rejected(&desk, &inbox, "header.csv.gz", gz("Nr;Namn\n1;Elsa\n"), "missing-column");
    assert_eq!(fault.place.file.as_deref(), Some("header.csv.gz/header.csv"));
    rejected(&desk, &inbox, "empty.csv.gz", gz(""), "empty-file");
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    let fault = rejected(&desk, &inbox, "a.tar.gz", gz(&tar), "nested-archive");
    assert_eq!(fault.args["kind"], "tar");
    rejected(&desk, &inbox, "b.csv.gz", gz(&tar), "nested-archive");
    rejected(&desk, &inbox, "c.tgz", gz("an old tar has no mark"), "nested-archive");
    assert_eq!(desk.calls(), []);
}

#[test]
fn a_zip_that_was_cut_or_damaged_anywhere_is_rejected_as_a_whole() {
    let rows: Vec<String> = (0..300).map(|n| format!("{n};Elsa;1;A;{}", 1 + n * 7919 % 1000)).collect();
    let file = orders(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let whole = zip(&[("a.csv", file), ("b.csv", one("1001")), ("c.csv", one("1002"))]);
    let desk = Desk::new();
    let inbox = inbox(&desk);
    for cut in (4..whole.len()).step_by(whole.len() / 40).chain(whole.len() - 24..whole.len()) {
        rejected(&desk, &inbox, &format!("{cut}.zip"), &whole[..cut], "archive-cut");
    }
    // A zip that is stored in the part which is left must not be taken for the whole.
    let inner = zip(&[("inner.csv", one("1"))]);
    let outer = zip_by(&[("inner.zip", inner)], zip::CompressionMethod::Stored);
    let end = outer.windows(4).position(|four| four == b"PK\x05\x06").unwrap() + 22;
    rejected(&desk, &inbox, "inner.zip", &outer[..end], "archive-damaged");
    rejected(&desk, &inbox, "behind.zip", [whole.as_slice(), b"behind"].concat(), "archive-cut");
    rejected(&desk, &inbox, "twice.zip", [whole.as_slice(), &whole].concat(), "archive-damaged");
    assert_eq!(desk.calls(), []);
    // A changed byte is found by a check sum, or is in a place that says nothing (a time, an attribute).
    let mut found = 0;
    for at in (4..whole.len()).step_by(13) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x11;
        let arrival = desk.take(&inbox, &format!("damaged{at}.zip"), damaged);
        assert!(
            arrival.state != ArrivalState::Rejected || arrival.faults[0].code.name().starts_with("archive-")
        );
        if arrival.state != ArrivalState::Rejected {
            assert_eq!((arrival.documents, arrival.documents_faulty), (302, 0), "{at}");
        } else {
            found += 1;
        }
    }
    assert!(found > whole.len() / 13 / 2, "{found}");
}

#[test]
fn what_is_too_much_is_refused_before_it_is_read_to_the_end() {
    let desk = Desk::new();
    let zeros = vec![b'0'; 40 << 20];
    let bomb = zip(&[("a.csv", &zeros)]);
    rejected(&desk, &inbox(&desk), "bomb.zip", &bomb, "archive-ratio");
    rejected(&desk, &inbox(&desk), "bomb.csv.gz", gz(&zeros), "archive-ratio");
    let of = |limits: UnpackLimits| limited(&desk, limits);
    let usual = UnpackLimits::default();
    let small = of(UnpackLimits { entry_bytes: 100, ..usual });
    let fault = rejected(&desk, &small, "entry.zip", zip(&[("a.csv", vec![b'x'; 101])]), "archive-too-large");
    assert_eq!(fault.args["limit"], "100");
    let all = of(UnpackLimits { all_bytes: 150, ..usual });
    let two = zip(&[("a.csv", vec![b'x'; 100]), ("b.csv", vec![b'y'; 51])]);
    rejected(&desk, &all, "all.zip", two, "archive-too-large");
    let many = of(UnpackLimits { entries: 3, ..usual });
    let files: Vec<(String, Vec<u8>)> = (0..4).map(|n| (format!("{n}.csv"), one(&n.to_string()))).collect();
    rejected(&desk, &many, "many.zip", zip(&files), "archive-too-many-entries");
    assert_eq!(desk.take(&many, "few.zip", zip(&files[..3])).documents, 3);
    // Small files of blanks are no bomb.
    let blanks = format!("Nr;Namn;Rad;Art;Antal\n9;Elsa{};1;A;2\n", " ".repeat(500_000));
    assert_eq!(desk.take(&inbox(&desk), "blanks.zip", zip(&[("a.csv", blanks)])).documents, 1);
}

#[test]
fn a_table_that_promises_more_than_there_is_costs_no_memory() {
    let desk = Desk::new();
    let whole = zip(&[("a.csv", one("1"))]);
    let end = whole.len() - 22;
    let mut promises = whole.clone();
    promises[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
    rejected(&desk, &inbox(&desk), "promises.zip", promises, "archive-too-many-entries");
    let mut less = whole.clone();
    less[end + 8..end + 12].copy_from_slice(&[0; 4]);
    rejected(&desk, &inbox(&desk), "less.zip", less, "archive-damaged");
    let mut volumes = whole.clone();
    volumes[end + 4] = 1;
    rejected(&desk, &inbox(&desk), "volumes.zip", volumes, "archive-in-volumes");
}

#[test]
fn names_are_only_names() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let names =
        ["../../escape.csv", "/etc/absolute.csv", "C:\\export\\drive.csv", "a/../b.csv", "line\nend.csv"];
    let files: Vec<(&str, Vec<u8>)> =
        names.iter().enumerate().map(|(n, name)| (*name, one(&n.to_string()))).collect();
    // The writer cleans names; those of a stranger are put in afterwards, of the same length.
    let mut archive = zip(&files
        .iter()
        .map(|(name, bytes)| ("x".repeat(name.len()), bytes))
        .enumerate()
        .map(|(n, (name, bytes))| (format!("{n}{}", &name[1..]), bytes))
        .collect::<Vec<_>>());
    for (n, name) in names.iter().enumerate() {
        let stand_in = format!("{n}{}", &"x".repeat(name.len())[1..]);
        for at in 0..archive.len() - name.len() {
            if &archive[at..at + name.len()] == stand_in.as_bytes() && archive[at + name.len()] != b'x' {
                archive[at..at + name.len()].copy_from_slice(name.as_bytes());
            }
        }
    }
    let arrival = desk.take(&inbox, "paths.zip", archive);
    assert_eq!((arrival.documents, arrival.documents_faulty), (5, 0));
    let parts: Vec<String> =
        documents(&desk, &arrival).into_iter().filter_map(|document| document.part).collect();
    assert_eq!(parts[..4], names[..4]);
    assert_eq!(parts[4], "line\u{fffd}end.csv");
    assert_eq!(desk.ledger.spool().copies().unwrap().len(), 1, "nothing was written");
    assert_eq!(desk.names("in/done"), ["paths.zip"]);
}

#[test]
fn what_cannot_be_read_in_an_archive_is_refused_with_its_name() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let fault = rejected(&desk, &inbox, "encrypted.zip", sample("encrypted.zip"), "archive-encrypted");
    assert_eq!(fault.place.file.as_deref(), Some("encrypted.zip/sub/order2.csv"));
    let mut other = zip(&[("a.csv", one("1"))]);
    for at in 0..other.len() - 12 {
        // The method, in the entry's own header and in the table.
        let offset = if other[at..].starts_with(b"PK\x03\x04") { 8 } else { 10 };
        if other[at..].starts_with(b"PK\x03\x04") || other[at..].starts_with(b"PK\x01\x02") {
            other[at + offset] = 9;
        }
    }
    let fault = rejected(&desk, &inbox, "method.zip", other, "archive-method");
    assert_eq!(fault.found.as_deref(), Some("9"));
    // Two entries of one name: the writer refuses it, so the second is renamed afterwards.
    let mut twice = zip(&[("a1.csv", one("1")), ("a2.csv", one("2"))]);
    for at in 0..twice.len() - 6 {
        if twice[at..].starts_with(b"a2.csv") {
            twice[at + 1] = b'1';
        }
    }
    rejected(&desk, &inbox, "twice.zip", twice, "archive-name-twice");
    rejected(&desk, &inbox, "empty.zip", zip::<&str, &str>(&[]), "archive-without-files");
    rejected(
        &desk,
        &inbox,
        "folders.zip",
        zip(&[("a/", ""), ("__MACOSX/._a.csv", "x")]),
        "archive-without-files",
    );
    // A header that says another name than the table is a trap for one of two readers.
    let mut cloaked = zip(&[("a.csv", one("1"))]);
    let at = cloaked.windows(5).position(|name| name == b"a.csv").unwrap();
    cloaked[at] = b'b';
    rejected(&desk, &inbox, "cloaked.zip", cloaked, "archive-damaged");
}

#[test]
fn an_archive_in_an_archive_costs_only_itself() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let inner = zip(&[("a.csv", one("1"))]);
    rejected(&desk, &inbox, "alone.zip", zip(&[("inner.zip", &inner)]), "nested-archive");
    let both = zip(&[("inner.csv", inner), ("order.csv", one("2"))]);
    let arrival = desk.take(&inbox, "both.zip", both);
    assert_eq!((arrival.state, arrival.documents, arrival.records_stray), (ArrivalState::Published, 1, 1));
    let shape = shape(&desk, &arrival);
    assert_eq!(shape[0], ("inner.csv".into(), "inner.csv".into(), 1, vec!["nested-archive"]));
    assert_eq!(numbers(&desk), ["2"]);
}

/// A zip whose middle entry is bad as a file: it lacks a column, after which 600 good orders come.
fn with_a_bad_entry() -> Vec<u8> {
    zip(&[
        ("1.csv", one("1")),
        ("2.csv", b"Nr;Namn\n2;Elsa\n".to_vec()),
        ("3.csv", orders(&["3;Elsa;1;A;2", "4;Elsa;1;A;x"])),
    ])
}

#[test]
fn one_bad_entry_costs_itself_or_the_archive_as_the_inbox_says() {
    let desk = Desk::new();
    let inbox_ = inbox(&desk);
    let arrival = desk.take(&inbox_, "some.zip", with_a_bad_entry());
    assert_eq!(arrival.state, ArrivalState::Published);
    assert_eq!((arrival.documents, arrival.documents_faulty, arrival.records_stray), (3, 1, 1));
    let shape = shape(&desk, &arrival);
    assert_eq!(shape[1], ("2.csv".into(), "2.csv".into(), 1, vec!["missing-column"]));
    let told = documents(&desk, &arrival)[1].clone();
    assert_eq!(
        (told.document.as_str(), told.faults[0].place.file.as_deref()),
        ("file", Some("some.zip/2.csv"))
    );
    assert_eq!(numbers(&desk), ["1", "3"]);
    assert_eq!(desk.ledger.trace("2.csv").wait().unwrap().arrivals.len(), 1, "it is found by its name");

    let desk = Desk::new();
    let rejecting = Inbox { faults: FaultRule::RejectFile, ..inbox(&desk) };
    let arrival = desk.take(&rejecting, "none.zip", with_a_bad_entry());
    assert_eq!((arrival.state, codes(&arrival.faults)), (ArrivalState::Rejected, vec!["faulty-documents"]));
    assert_eq!(arrival.faults[0].args["count"], "2");
    assert_eq!(desk.calls(), []);
    let left: Vec<String> =
        documents(&desk, &arrival).into_iter().filter_map(|document| document.number).collect();
    assert_eq!(left, ["2.csv", "4"], "what is wrong can still be told");

    let desk = Desk::new();
    let all = zip(&[("1.csv", "Nr;Namn\n2;Elsa\n"), ("2.csv", "")]);
    let arrival = desk.take(&inbox(&desk), "all.zip", all);
    assert_eq!((arrival.state, codes(&arrival.faults)), (ArrivalState::Rejected, vec!["archive-all-faulty"]));
    assert_eq!(documents(&desk, &arrival).len(), 2);
}

/// Orders behind which a trailer says how many there are.
const WITH_TRAILER: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\nheader = false\n\
    [layout.records.head]\nwhen = [{ column = 1, is = \"H\" }]\nfields.Nr = { column = 2 }\n\
    fields.Art = { column = 3 }\nfields.Antal = { column = 4 }\n\
    [layout.records.trailer]\nwhen = [{ column = 1, is = \"T\" }]\n\
    checks = { count = { column = 2, of = \"head\" } }\n\
    [document.order]\neach = \"head\"\norder_number = \"Nr\"\ndelivery_date = { value = \"2026-12-01\" }\n\
    consignee.name = { value = \"Elsa\" }\n[document.order.order_lines]\neach = \"head\"\n\
    article_number = \"Art\"\nnumber_of_items = \"Antal\"\n";

#[test]
fn an_entry_that_turns_out_bad_at_its_end_takes_its_staged_orders_with_it() {
    let desk = Desk::new();
    let inbox = Inbox { format: format("orders", WITH_TRAILER), ..inbox(&desk) };
    let file = |from: u32, to: u32, more: &str| {
        let rows: String = (from..to).map(|number| format!("H;{number};A;2\n")).collect();
        format!("{rows}{more}")
    };
    // The second has no trailer, and a faulty row; the third brings one of its numbers anew.
    let archive = zip(&[
        ("1.csv", file(0, 700, "T;700\n")),
        ("2.csv", file(1000, 2300, "H;x;A;1O\n")),
        ("3.csv", file(1000, 1003, "T;3\n")),
    ]);
    let arrival = desk.take(&inbox, "a.zip", archive);
    assert_eq!(arrival.state, ArrivalState::Published);
    assert_eq!((arrival.documents, arrival.documents_faulty, arrival.records_stray), (704, 1, 1));
    assert_eq!(desk.calls().len(), 703);
    let found = desk.ledger.trace("1001").wait().unwrap();
    let parts: Vec<_> = found.arrivals[0].documents.iter().map(|document| document.part.clone()).collect();
    assert_eq!(parts, [Some("3.csv".to_owned())]);
    let bad = desk.ledger.trace("2.csv").wait().unwrap();
    assert!(bad.arrivals[0].documents.iter().any(|document| codes(&document.faults) == ["missing-trailer"]));
    drop(bad);
    // Counts in are counts out.
    let ledger = desk.folder.path().join("data");
    let verified = lastkaj::ledger::verify(&ledger, desk.clock.now(), &mut |_, _| {});
    assert_eq!(verified.unwrap().faults, []);
}

#[test]
fn the_same_archive_again_sends_nothing_twice() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let archive = zip(&[("a.csv", one("1")), ("b.csv", one("2"))]);
    desk.take(&inbox, "ORD.zip", &archive);
    desk.settle_next(accepted(1));
    desk.settle_next(accepted(2));
    let again = desk.take(&inbox, "ORD.zip", &archive);
    assert_eq!((again.same_content_as, again.state), (Some(1), ArrivalState::Done));
    // The same files, packed anew with one more: another archive, but what is in it came before.
    let more = zip(&[("c.csv", one("3")), ("other.csv", one("1")), ("b.csv", one("2"))]);
    let more = desk.take(&inbox, "ORD3.zip", more);
    assert_eq!((more.same_content_as, more.state), (None, ArrivalState::Published));
    use CallState::{Accepted, Pending, Unchanged};
    assert_eq!(desk.states(), [Accepted, Accepted, Unchanged, Unchanged, Pending, Unchanged, Unchanged]);
    desk.settle_next(accepted(3));
    // One of them by itself, as it is or packed otherwise.
    let plain = desk.take(&inbox, "c.csv", one("3"));
    assert_eq!((plain.same_content_as, plain.state), (Some(3), ArrivalState::Done));
    assert_eq!(desk.take(&inbox, "c.csv.gz", gz(one("3"))).state, ArrivalState::Done);
    // And the other way round.
    desk.take(&inbox, "d.csv", one("4"));
    desk.settle_next(accepted(4));
    assert_eq!(desk.take(&inbox, "d.zip", zip(&[("x.csv", one("4"))])).state, ArrivalState::Done);
}

#[test]
fn repeats_in_archives_are_held_or_skipped_as_the_inbox_says() {
    let desk = Desk::new();
    let skipping = Inbox { duplicates: Duplicates::Skip, ..inbox(&desk) };
    desk.take(&skipping, "a.zip", zip(&[("a.csv", one("1"))]));
    let some = desk.take(&skipping, "b.zip", zip(&[("a.csv", one("1")), ("b.csv", one("2"))]));
    assert_eq!((some.state, codes(&some.faults)), (ArrivalState::Published, vec!["entries-came-before"]));
    assert_eq!(some.faults[0].args["names"], "b.zip/a.csv");
    let all = desk.take(&skipping, "c.zip", zip(&[("x.csv", one("1")), ("y.csv", one("2"))]));
    assert_eq!((all.state, codes(&all.faults)), (ArrivalState::Rejected, vec!["entries-came-before"]));
    assert_eq!(numbers(&desk), ["1", "2"]);

    let desk = Desk::new();
    let holding = Inbox { duplicates: Duplicates::Hold, ..inbox(&desk) };
    desk.take(&holding, "a.zip", zip(&[("a.csv", one("1"))]));
    let held = desk.take(&holding, "b.zip", zip(&[("a.csv", one("1")), ("b.csv", one("2"))]));
    assert_eq!((held.state, codes(&held.faults)), (ArrivalState::Held, vec!["same-content"]));
    assert_eq!(held.faults[0].place.file.as_deref(), Some("b.zip/a.csv"));
    desk.ledger.retry(Target::Arrival(held.id), "anna", desk.clock.now()).wait().unwrap();
    assert_eq!(desk.stage(&holding), Staged::Published(held.id));

    // What a rejected archive brought did not count, so it did not come before.
    let desk = Desk::new();
    let rejecting = Inbox { duplicates: Duplicates::Skip, faults: FaultRule::RejectFile, ..inbox(&desk) };
    desk.take(&rejecting, "a.zip", with_a_bad_entry());
    let corrected = zip(&[("1.csv", one("1")), ("2.csv", one("2"))]);
    let corrected = desk.take(&rejecting, "b.zip", corrected);
    assert_eq!((corrected.state, codes(&corrected.faults)), (ArrivalState::Published, vec![]));
    assert_eq!(numbers(&desk), ["1", "2"]);
}

#[test]
fn only_the_entries_that_the_inbox_names_are_read_and_the_others_are_told_of() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let inbox =
        Inbox { unpack: Unpack { entries: Some(patterns(&["ORD*.csv"])), ..inbox.unpack.clone() }, ..inbox };
    let clutter = ["__MACOSX/._ORD1.csv", "sub/.DS_Store", "Thumbs.db"].map(|name| (name, b"\0".to_vec()));
    let files = [("sub/ORD1.csv", one("1")), ("readme.txt", b"Hello".to_vec())];
    let arrival = desk.take(&inbox, "a.zip", zip(&[files.as_slice(), &clutter].concat()));
    assert_eq!((arrival.documents, codes(&arrival.faults)), (1, vec!["entries-passed-over"]));
    assert_eq!(arrival.faults[0].args["names"], "readme.txt");
    let fault = rejected(&desk, &inbox, "b.zip", zip(&[("readme.txt", "Hello")]), "archive-without-files");
    assert_eq!(fault.args["count"], "1");
}

#[test]
fn an_archive_in_an_inbox_that_unpacks_none_waits_for_a_person() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    let plain = Inbox { unpack: Unpack::default(), ..inbox.clone() };
    let held = desk.take(&plain, "a.zip", zip(&[("a.csv", one("1"))]));
    assert_eq!((held.state, codes(&held.faults)), (ArrivalState::Held, vec!["archive-not-unpacked"]));
    desk.ledger.retry(Target::Arrival(held.id), "anna", desk.clock.now()).wait().unwrap();
    assert_eq!(desk.stage(&inbox), Staged::Published(held.id), "once the inbox unpacks it");
}

const ATTACHMENTS: &str = "[layout]\nsyntax = \"whole\"\n[document.attachment]\neach = \"file\"\n\
    order_number = { file_name = \"{order}_{rest}\", part = \"order\" }\n\
    file_name = { file_name = \"{order}_{rest}\", part = \"rest\" }\nmime_type = { value = \"application/pdf\" }\n\
    file_data_base64 = \"content\"\n";

#[test]
fn a_spreadsheet_to_be_attached_is_no_archive_and_attachments_are_named_by_their_entries() {
    let desk = Desk::new();
    let inbox = Inbox { format: format("attachments", ATTACHMENTS), ..inbox(&desk) };
    let sheet = zip(&[("[Content_Types].xml", "<Types/>")]);
    let arrival = desk.take(&inbox, "81_list.xlsx", &sheet);
    assert_eq!(shape(&desk, &arrival).len(), 1);
    assert_eq!(arrival.documents_faulty, 0);
    let archive = zip(&[("notes/82_note.pdf", b"%PDF-1.4".to_vec()), ("83_list.xlsx", sheet)]);
    let arrival = desk.take(&inbox, "notes.zip", archive);
    assert_eq!((arrival.documents, arrival.documents_faulty), (2, 0));
    assert_eq!(numbers(&desk).len(), 3);
    let found = desk.ledger.trace("82_note.pdf").wait().unwrap();
    drop(found);
    let parts: Vec<_> = documents(&desk, &arrival).into_iter().filter_map(|document| document.part).collect();
    assert_eq!(parts, ["notes/82_note.pdf", "83_list.xlsx"]);
}

#[test]
fn two_versions_in_one_archive_are_not_planned() {
    let desk = Desk::new();
    let arrival =
        desk.take(&inbox(&desk), "a.zip", zip(&[("a.csv", one("1")), ("b.csv", orders(&["1;Elsa;1;A;3"]))]));
    assert_eq!((arrival.documents, arrival.documents_faulty), (2, 2));
    let [first, second] = documents(&desk, &arrival).try_into().unwrap();
    for (one, place, other) in
        [(first, "a.zip/a.csv:2", "a.zip/b.csv:2"), (second, "a.zip/b.csv:2", "a.zip/a.csv:2")]
    {
        assert_eq!(codes(&one.faults), ["versions-differ"]);
        assert_eq!(one.faults[0].place.to_string(), place);
        assert_eq!(one.faults[0].args["other"], other);
    }
    assert_eq!(desk.calls(), []);

    // Alike ones count once.
    let files = [("a.csv", one("2")), ("b.csv", one("2"))];
    let arrival = desk.take(&inbox(&desk), "b.zip", zip(&files));
    let [first, second] = documents(&desk, &arrival).try_into().unwrap();
    assert_eq!((first.faults.len(), codes(&second.faults)), (0, vec!["number-twice"]));
    assert_eq!(desk.calls().len(), 1);
}

#[test]
fn the_brake_judges_what_counts_of_an_archive() {
    let desk = Desk::new();
    let brake = Brake { documents: 2, ..Brake::default() };
    let inbox = Inbox { brake, format: format("articles", ARTICLES), ..inbox(&desk) };
    let file = |number: u32| format!("Art;Namn;Vikt\nA{number};Hasp;1\n");
    let held = desk.take(&inbox, "a.zip", zip(&[("1.csv", file(1)), ("2.csv", file(2)), ("3.csv", file(3))]));
    assert_eq!((held.state, codes(&held.faults)), (ArrivalState::Held, vec!["brake-documents"]));
    let ok =
        desk.take(&inbox, "b.zip", zip(&[("1.csv", file(4)), ("2.csv", file(5)), ("3.csv", "Art\n".into())]));
    assert_eq!(ok.state, ArrivalState::Published);
}

#[test]
fn a_stop_at_each_step_leaves_nothing_to_see_and_the_next_start_takes_it_anew() {
    let rows =
        |from: u32| -> String { (from..from + 700).map(|number| format!("A{number};Hasp;1\n")).collect() };
    let archive = zip(&[
        ("1.csv", format!("Art;Namn;Vikt\n{}", rows(0))),
        ("2.csv", "Art\nno name\n".to_owned()),
        ("3.csv", format!("Art;Namn;Vikt\n{}", rows(1000))),
    ]);
    for (step, moment, nth) in [
        ("ledger.stage", "before", 1),
        ("ledger.stage", "after", 2),
        ("ledger.stage", "after", 4),
        ("ledger.unstage_behind", "before", 1),
        ("ledger.unstage_behind", "after", 1),
        ("ledger.note_parts", "before", 1),
        ("ledger.note_parts", "after", 1),
        ("ledger.publish", "before", 1),
        ("ledger.publish", "after", 1),
    ] {
        let mut desk = Desk::new();
        let inbox = Inbox { format: format("articles", ARTICLES), ..inbox(&desk) };
        desk.put("in/a.zip", &archive);
        desk.look(&inbox);
        let reached = desk.stop.clone();
        desk.watched(At::once(step, moment, nth, move || {
            reached.store(true, Ordering::Relaxed);
            panic!("dies here");
        }));
        let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| desk.stage(&inbox)));
        let what = format!("{step} {moment} {nth}");
        assert!(desk.stop.load(Ordering::Relaxed), "{what} was reached");
        drop(died);
        desk.restart();
        while desk.stage(&inbox) != Staged::Nothing {}
        let arrival = desk.arrival(1);
        assert_eq!(
            (arrival.state, arrival.documents, arrival.records_stray),
            (ArrivalState::Published, 1400, 1),
            "{what}"
        );
        assert_eq!(desk.calls().len(), 1400, "{what}");
        let parts = ["1.csv", "3.csv"].map(|name| desk.ledger.trace(name).wait().unwrap().arrivals.len());
        assert_eq!(parts, [1, 1], "{what}");
    }
}

#[test]
fn a_disk_that_cannot_be_read_is_not_the_senders_fault() {
    let desk = Desk::new();
    let inbox = inbox(&desk);
    desk.put("in/a.zip", zip(&[("a.csv", one("1"))]));
    desk.look(&inbox);
    // A folder in the copy's place opens, and cannot be read.
    let copy = desk.ledger.spool().path(&desk.arrival(1).spool).unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    std::fs::remove_file(&copy).unwrap();
    std::fs::create_dir(&copy).unwrap();
    let inboxes = std::collections::HashMap::from([(inbox.name.clone(), inbox.clone())]);
    let fault = lastkaj::receive::stage_next(&desk.receive(), &inbox.lane, &inboxes).unwrap_err();
    assert_eq!(fault.code.name(), "file-not-read");
    assert_eq!(desk.arrival(1).state, ArrivalState::Received);
    std::fs::remove_dir(&copy).unwrap();
    std::fs::File::create(&copy).unwrap().write_all(&bytes).unwrap();
    assert_eq!(desk.stage(&inbox), Staged::Published(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic_or_lose_an_entry_in_silence(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let desk = Desk::new();
        let mut bytes = zip(&[("a.csv", one("1")), ("b.csv", one("2"))]);
        for (at, byte) in changes {
            let at = 4 + at.index(bytes.len() - 4);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(4 + cut.index(bytes.len() - 4));
        }
        let arrival = desk.take(&inbox(&desk), "a.zip", bytes);
        match arrival.state {
            ArrivalState::Rejected => {}
            _ => prop_assert!(
                arrival.documents + arrival.records_stray == 2 || !arrival.faults.is_empty(),
                "{arrival:?}"
            ),
        }
    }
}
