//! Nothing open is touched, however old it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::call::{Call, Key, Kind, Operation};
use lastkaj::fault::{Fault, code};
use lastkaj::ledger::*;
use lastkaj::step::Steps;

use crate::passes::{accepted, lane};
use crate::world::{ask, rows};

const OUTBOX: &str = "nordvik/acknowledgements";

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-25T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn order(number: &str) -> Call {
    Call {
        key: Key { lane: lane(), kind: Kind::Order, number: number.into() },
        operation: Operation::PutOrder,
        body: format!("{{\"name\":\"Elsa {number}\"}}"),
        hash: format!("1:{number}"),
        needs: Vec::new(),
        remember: format!("{{\"document\":{{\"nr\":\"Elsa {number}\"}}}}"),
    }
}

fn open(folder: &Path) -> Ledger {
    Ledger::open(folder, Steps::unwatched()).unwrap()
}

fn admit(ledger: &Ledger, name: &str) -> ArrivalId {
    let copy = ledger.spool().write_new(&mut format!("Elsa {name}").as_bytes()).unwrap();
    let new = NewArrival {
        inbox: "nordvik/orders".into(),
        partner: "nordvik".into(),
        lane: lane(),
        name: name.into(),
        size: copy.size,
        modified: Some(at(0)),
        hash: copy.hash,
        spool: copy.name,
        received_at: at(0),
        files: vec![],
        claims: vec![],
        held: None,
        hold_same_content: false,
    };
    match ledger.admit(new).wait().unwrap() {
        Admission::Admitted(id) => id,
        Admission::SameFile(id) => panic!("same as {id}"),
    }
}

/// An arrival of these orders, published.
fn publish(ledger: &Ledger, name: &str, numbers: &[&str]) -> ArrivalId {
    let id = admit(ledger, name);
    let documents: Vec<StagedDocument> = numbers
        .iter()
        .zip(1..)
        .map(|(number, ordinal)| StagedDocument {
            ordinal,
            document: "order".into(),
            number: Some((*number).to_owned()),
            part: None,
            first_line: ordinal,
            last_line: ordinal,
            faults: Vec::new(),
            planned: Planned::Call(order(number)),
        })
        .collect();
    let counts = Counts { documents: documents.len() as u64, ..Counts::default() };
    ledger.stage(id, documents).wait().unwrap();
    ledger.publish(id, counts, Vec::new(), at(0)).wait().unwrap();
    ledger.settle_source(id).wait().unwrap();
    id
}

fn settle(ledger: &Ledger, settlement: Settlement) {
    let due = ledger.next_call(&lane(), at(0)).wait().unwrap().unwrap();
    ledger.begin(due.id, at(0)).wait().unwrap();
    let request = RequestRow {
        at: at(0),
        request: "PUT /api/v1/orders".into(),
        method: "PUT /orders".into(),
        status: Some(200),
        answer: format!("Elsa {}", due.call.key.number),
        milliseconds: 1,
    };
    ledger.settle(due.id, settlement, vec![request], at(0)).wait().unwrap();
}

fn owe(ledger: &Ledger, outbox: &str, facts: Vec<i64>, told: Option<Telling>) -> ReportId {
    let copy = ledger.spool().write_new(&mut &b"Elsa's report"[..]).unwrap();
    let sequence = ledger.next_sequence(outbox).wait().unwrap();
    let new = NewReport {
        outbox: outbox.into(),
        sequence,
        name: format!("R{sequence}"),
        temporary_name: format!("R{sequence}.tmp"),
        spool: copy.name,
        size: copy.size,
        hash: copy.hash,
        at: at(0),
        facts,
        told,
    };
    ledger.owe(new).wait().unwrap()
}

/// All of an arrival, told in its present version.
fn telling(data: &Path, arrival: ArrivalId, documents: Vec<(DocumentId, String)>) -> Telling {
    let version = ask(data, &format!("SELECT version FROM arrival WHERE id = {arrival}"));
    Telling { arrival, documents, round: Round { version, taken: 0, up_to: None } }
}

fn fact(ledger: &Ledger, number: &str, marks: Vec<Call>) -> i64 {
    let fact = Fact {
        id: 0,
        outbox: "nordvik/shipments".into(),
        document: format!("{{\"orderNumber\":\"{number}\",\"name\":\"Elsa {number}\"}}"),
        number: number.into(),
        at: at(0),
        marks,
    };
    ledger.note("nordvik/shipments", vec![fact], Vec::new()).wait().unwrap()[0]
}

fn documents_of(folder: &Path, arrival: ArrivalId) -> Vec<(i64, String)> {
    let connection = crate::world::connect(folder);
    let mut statement = connection.prepare("SELECT id FROM document WHERE arrival_id = ?1").unwrap();
    statement
        .query_map([arrival], |row| Ok((row.get(0)?, "accepted".to_owned())))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn keep_all(ledger: &Ledger) -> u64 {
    let far = at(0) + TimeDelta::days(3000);
    let since = Arc::new(KeptSince {
        ledger: far,
        files: far,
        personal_data: far,
        requests: far,
        told_by: BTreeMap::from([("nordvik/orders".to_owned(), vec![OUTBOX.to_owned()])]),
        emptied: BTreeSet::new(),
    });
    let mut touched = 0;
    for chore in Chore::ALL {
        let mut position = Some(Position::default());
        while let Some(from) = position {
            let turn = ledger.keep(chore, &since, from, far).wait().unwrap();
            assert!(turn.rows <= 1_000, "{chore:?}: {turn:?}");
            touched += turn.rows;
            position = turn.next;
        }
    }
    touched
}

#[test]
fn everything_open_stays_as_it_is_for_years() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let ledger = open(data);
    // Waits for a person; received; with a call that waits for a retry and one that is held.
    let held = admit(&ledger, "held");
    ledger.hold_arrival(held, Fault::new(code::GREW_AFTER_PICKUP).found("Elsa")).wait().unwrap();
    admit(&ledger, "received");
    publish(&ledger, "half", &["1", "2", "3"]);
    settle(&ledger, accepted(1));
    settle(&ledger, Settlement::Held(Fault::new(code::CALL_KEEPS_FAILING).with("reason", "Elsa")));
    let later =
        Settlement::Later { due: at(5), fault: Fault::new(code::STOPPING), unknown: true, counts: true };
    settle(&ledger, later);
    // Done, and no outbox has told of it.
    publish(&ledger, "untold", &["4"]);
    settle(&ledger, accepted(4));
    // Done and told, in a report that is not delivered.
    let owed = publish(&ledger, "owed", &["5"]);
    settle(&ledger, accepted(5));
    owe(&ledger, OUTBOX, Vec::new(), Some(telling(data, owed, documents_of(data, owed))));
    // Facts that no report tells, in a report owed, and in one delivered whose mark is open.
    fact(&ledger, "6", Vec::new());
    let told = fact(&ledger, "7", Vec::new());
    let on_its_way = owe(&ledger, "nordvik/shipments", vec![told], None);
    ledger.renaming(on_its_way).wait().unwrap();
    ledger
        .halt("inbox nordvik/orders", Fault::new(code::INBOX_GONE).with("inbox", "Elsa"), "", at(0))
        .wait()
        .unwrap();
    ledger.sight("nordvik/orders", "watched", 1, None, at(0)).wait().unwrap();
    let claim = NewClaim { path: "a".into(), claimed_path: "b".into(), size: 3, modified: None };
    ledger.claim("nordvik/orders", vec![claim], at(0)).wait().unwrap();

    // Remembered keys without anything open may go; here that is 1, 4 and 5, whose calls are done.
    let is_still = |row: &String| !row.starts_with("known:") && !row.starts_with("request: id=Integer(1) ");
    let before: Vec<String> = rows(data).into_iter().filter(is_still).collect();
    let files = crate::world::holding(data, b"Elsa").len();
    keep_all(&ledger);
    let after: Vec<String> = rows(data).into_iter().filter(is_still).collect();
    let gone: Vec<&String> = before.iter().filter(|row| !after.contains(row)).collect();
    // Requests of calls that have ended are no part of what is open.
    let gone: Vec<&&String> = gone.iter().filter(|row| !row.starts_with("request:")).collect();
    assert_eq!(gone, Vec::<&&String>::new());
    assert_eq!(
        ask::<i64>(
            data,
            "SELECT count(*) FROM request r JOIN call c ON c.id = r.call_id WHERE c.state IN ('pending', 'held')"
        ),
        2
    );
    assert_eq!(crate::world::holding(data, b"Elsa").len(), files);
    let verified = verify(data, at(0), &mut |_, _| {}).unwrap();
    assert_eq!(verified.faults, []);
}

#[test]
fn a_mark_that_is_open_keeps_its_report_and_a_held_report_those_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let ledger = open(data);
    let mark = Call {
        operation: Operation::MarkOrderLineReported {
            order_id: 7,
            order_line_id: 70,
            reported_number_of_items: "2".into(),
        },
        body: String::new(),
        remember: String::new(),
        ..order("7")
    };
    let marked = fact(&ledger, "7", vec![mark]);
    let first = owe(&ledger, "nordvik/shipments", vec![marked], None);
    ledger.delivered(first, at(0)).wait().unwrap();
    let second = owe(&ledger, "nordvik/shipments", vec![fact(&ledger, "8", Vec::new())], None);
    ledger.hold_report(second, Fault::new(code::REPORT_NAME_TAKEN)).wait().unwrap();
    let third = owe(&ledger, "nordvik/shipments", vec![fact(&ledger, "9", Vec::new())], None);
    ledger.delivered(third, at(0)).wait().unwrap();
    let reports =
        || ask::<String>(data, "SELECT group_concat(sequence) FROM (SELECT sequence FROM report ORDER BY 1)");
    keep_all(&ledger);
    assert_eq!(reports(), "1,2,3", "its mark is still to be set");
    settle(&ledger, Settlement::Accepted { ongoing_id: None, message: String::new() });
    keep_all(&ledger);
    assert_eq!(reports(), "2,3", "no gap is made by what is held");
    assert_eq!(
        ask::<i64>(data, "SELECT count(*) FROM fact WHERE document LIKE '%Elsa%'"),
        1,
        "the held one's"
    );
    assert_eq!(verify(data, at(0), &mut |_, _| {}).unwrap().faults, []);
    ledger.delivered(second, at(0)).wait().unwrap();
    keep_all(&ledger);
    assert_eq!(ask::<i64>(data, "SELECT count(*) FROM report"), 0);
    assert_eq!(ledger.next_sequence("nordvik/shipments").wait().unwrap(), 4, "numbers go on");
}

#[test]
fn what_is_remembered_of_an_order_goes_once_it_has_been_still() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let ledger = open(data);
    publish(&ledger, "a", &["1", "2"]);
    settle(&ledger, accepted(1));
    settle(&ledger, accepted(2));
    // Something of order 2 is still to tell: the report reads what was remembered.
    fact(&ledger, "2", Vec::new());
    keep_all(&ledger);
    assert_eq!(ledger.remembered(&lane(), Kind::Order, "1").wait().unwrap(), None);
    assert!(ledger.remembered(&lane(), Kind::Order, "2").wait().unwrap().is_some());
    let bases = ledger.bases(vec![order("1").key]).wait().unwrap();
    let basis = &bases[&order("1").key];
    assert_eq!((basis.hash.as_deref(), basis.ongoing_id), (Some("1:1"), Some(1)));
}

#[test]
fn a_great_arrival_goes_in_turns_of_a_thousand_rows_and_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let ledger = open(data);
    let numbers: Vec<String> = (0..2_500).map(|number| number.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let id = admit(&ledger, "great");
    let documents = |numbers: &[&str], from: u64| -> Vec<StagedDocument> {
        numbers
            .iter()
            .zip(from..)
            .map(|(number, ordinal)| StagedDocument {
                ordinal,
                document: "order".into(),
                number: Some((*number).to_owned()),
                part: None,
                first_line: ordinal,
                last_line: ordinal,
                faults: vec![Fault::new(code::LONGER_THAN_KNOWN).found("Elsa")],
                planned: Planned::Unchanged(order(number)),
            })
            .collect()
    };
    for (part, chunk) in numbers.chunks(500).enumerate() {
        ledger.stage(id, documents(chunk, 1 + 500 * part as u64)).wait().unwrap();
    }
    let counts = Counts { documents: 2_500, ..Counts::default() };
    ledger.publish(id, counts, Vec::new(), at(0)).wait().unwrap();
    ledger.settle_source(id).wait().unwrap();
    ledger
        .tell_nothing(
            OUTBOX,
            telling(
                data,
                id,
                documents_of(data, id).into_iter().map(|(id, _)| (id, "unchanged".into())).collect(),
            ),
        )
        .wait()
        .unwrap();
    publish(&ledger, "open", &["x"]);
    let touched = keep_all(&ledger);
    assert!(touched > 10_000, "{touched}");
    assert_eq!(ask::<i64>(data, "SELECT count(*) FROM call"), 1);
    assert_eq!(ask::<i64>(data, "SELECT count(*) FROM arrival"), 1);
    for _ in 0..20 {
        let names = ledger.leaving_files(100).wait().unwrap();
        names.iter().for_each(|name| ledger.spool().remove(name).unwrap());
        ledger.files_gone(names).wait().unwrap();
    }
    assert!(ledger.empty_log().unwrap());
    let left = crate::world::holding(data, b"Elsa");
    let of_great = crate::world::holding(data, b"Elsa 2");
    assert_eq!(of_great, Vec::<std::path::PathBuf>::new(), "the pages that they stood on were overwritten");
    assert!(!left.is_empty(), "the open one's stays");
    assert_eq!(verify(data, at(0), &mut |_, _| {}).unwrap().faults, []);
}
