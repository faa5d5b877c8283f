//! The ledger's promises, through its public verbs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::call::{Call, CallState, Key, Kind, Lane, Need, Operation};
use lastkaj::fault::{Fault, code};
use lastkaj::ledger::*;
use lastkaj::step::{StepHook, Steps};

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-25T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn lane() -> Lane {
    Lane { installation: "nordlager".into(), goods_owner: 159 }
}

fn call(kind: Kind, number: &str, hash: &str, needs: &[&str]) -> Call {
    Call {
        key: Key { lane: lane(), kind, number: number.into() },
        operation: if kind == Kind::Article { Operation::PutArticle } else { Operation::PutOrder },
        body: format!("{{\"n\":\"{number}\"}}"),
        hash: hash.into(),
        needs: needs.iter().map(|need| Need { kind: Kind::Article, number: (*need).to_owned() }).collect(),
        remember: format!("{{\"document\":{{\"nr\":\"0{number}\"}}}}"),
    }
}

fn mark(number: &str) -> Call {
    Call {
        operation: Operation::MarkOrderLineReported {
            order_id: 7,
            order_line_id: 70,
            reported_number_of_items: "2".into(),
        },
        body: String::new(),
        remember: String::new(),
        ..call(Kind::Order, number, "m", &[])
    }
}

fn article(number: &str) -> Call {
    call(Kind::Article, number, &format!("1:{number}"), &[])
}

fn open(folder: &Path) -> Ledger {
    Ledger::open(folder, Steps::unwatched()).unwrap()
}

fn new_claim(path: &str, claimed_path: &str) -> Vec<NewClaim> {
    vec![NewClaim { path: path.into(), claimed_path: claimed_path.into(), size: 3, modified: None }]
}

fn arrival(name: &str, minutes: i64) -> NewArrival {
    NewArrival {
        inbox: "nordvik/orders".into(),
        partner: "nordvik".into(),
        lane: lane(),
        name: name.into(),
        size: 10,
        modified: Some(at(0)),
        hash: format!("hash of {name}"),
        spool: "aa/b".into(),
        received_at: at(minutes),
        files: vec![],
        claims: vec![],
        held: None,
        hold_same_content: false,
    }
}

fn admit(ledger: &Ledger, name: &str) -> ArrivalId {
    match ledger.admit(arrival(name, 0)).wait().unwrap() {
        Admission::Admitted(id) => id,
        Admission::SameFile(id) => panic!("same as {id}"),
    }
}

fn documents(planned: Vec<Planned>) -> Vec<StagedDocument> {
    planned
        .into_iter()
        .zip(1..)
        .map(|(planned, ordinal)| StagedDocument {
            ordinal,
            document: "order".into(),
            part: None,
            number: match &planned {
                Planned::Call(call)
                | Planned::Unchanged(call)
                | Planned::Withdrawn(call)
                | Planned::Trial { call, .. } => Some(call.key.number.clone()),
                Planned::Faulty => None,
            },
            first_line: ordinal,
            last_line: ordinal,
            faults: if planned == Planned::Faulty {
                vec![Fault::new(code::NOT_A_DECIMAL).found("1O")]
            } else {
                Vec::new()
            },
            planned,
        })
        .collect()
}

fn publish(ledger: &Ledger, name: &str, planned: Vec<Planned>, now: DateTime<Utc>) -> ArrivalId {
    let id = admit(ledger, name);
    let counts = Counts {
        documents: planned.len() as u64,
        faulty: planned.iter().filter(|planned| **planned == Planned::Faulty).count() as u64,
        ..Counts::default()
    };
    ledger.stage(id, documents(planned)).wait().unwrap();
    ledger.mark_staged(id).wait().unwrap();
    ledger.publish(id, counts, Vec::new(), now).wait().unwrap();
    id
}

fn calls(calls: &[Call]) -> Vec<Planned> {
    calls.iter().cloned().map(Planned::Call).collect()
}

fn next(ledger: &Ledger, now: DateTime<Utc>) -> Option<DueCall> {
    ledger.next_call(&lane(), now).wait().unwrap()
}

fn accepted(id: i64) -> Settlement {
    Settlement::Accepted { ongoing_id: Some(id), message: "ok".into() }
}

fn later(minutes: i64, unknown: bool) -> Settlement {
    let fault = Fault::new(code::LEDGER_FAILED);
    Settlement::Later { due: at(minutes), fault, unknown, counts: true }
}

fn run(ledger: &Ledger, due: &DueCall, settlement: Settlement, now: DateTime<Utc>) {
    ledger.begin(due.id, now).wait().unwrap();
    ledger.settle(due.id, settlement, Vec::new(), now).wait().unwrap();
}

fn number(due: Option<DueCall>) -> Option<String> {
    due.map(|due| format!("{} {}", due.call.key.kind.name(), due.call.key.number))
}

fn outcomes(ledger: &Ledger) -> Vec<(String, CallState)> {
    let mut calls = ledger.calls(CallFilter::default(), 1000).wait().unwrap();
    calls.reverse();
    calls.into_iter().map(|call| (call.number, call.state)).collect()
}

#[test]
fn calls_on_one_key_run_in_order_and_one_that_waits_or_is_held_keeps_only_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number, hash| call(Kind::Order, number, hash, &[]);
    publish(&ledger, "1", calls(&[order("A", "1"), order("B", "1")]), at(0));
    publish(&ledger, "2", calls(&[order("A", "2")]), at(1));
    let first = next(&ledger, at(2)).unwrap();
    assert_eq!((first.call.key.number.as_str(), first.call.hash.as_str()), ("A", "1"));
    run(&ledger, &first, later(5, false), at(2));
    assert_eq!(ledger.next_due(&lane(), at(2)).wait().unwrap(), Some(at(5)));
    let second = next(&ledger, at(3)).unwrap();
    assert_eq!(second.call.key.number, "B");
    run(&ledger, &second, accepted(1), at(3));
    assert_eq!(next(&ledger, at(4)), None);
    let again = next(&ledger, at(5)).unwrap();
    assert_eq!((again.id, again.tries, again.first_tried_at), (first.id, 1, Some(at(2))));
    run(&ledger, &again, Settlement::Held(Fault::new(code::LEDGER_FAILED)), at(5));
    assert_eq!(next(&ledger, at(60)), None);
    ledger.discard(Target::Call(first.id), "not wanted", "anna", at(61)).wait().unwrap();
    assert_eq!(next(&ledger, at(61)).unwrap().call.hash, "2");
}

#[test]
fn an_order_waits_for_earlier_unfinished_calls_on_its_articles_and_not_for_later_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number, needs: &[&str]| call(Kind::Order, number, "1", needs);
    publish(&ledger, "0", calls(&[order("early", &["X"])]), at(0));
    publish(&ledger, "1", calls(&[article("X")]), at(0));
    publish(&ledger, "2", calls(&[order("late", &["X", "Y"]), order("free", &["Y"])]), at(0));
    let x = next(&ledger, at(0)).unwrap();
    assert_eq!(x.call.key.kind, Kind::Article);
    run(&ledger, &x, later(5, false), at(0));
    let mut ran = Vec::new();
    while let Some(due) = next(&ledger, at(1)) {
        ran.push(due.call.key.number.clone());
        run(&ledger, &due, accepted(1), at(1));
    }
    assert_eq!(ran, ["early", "free"]);
    let x = next(&ledger, at(5)).unwrap();
    run(&ledger, &x, Settlement::Refused(Fault::new(code::LEDGER_FAILED)), at(5));
    let late = next(&ledger, at(5)).unwrap();
    assert_eq!((late.call.key.number.as_str(), late.call.needs.len()), ("late", 2));
}

#[test]
fn kinds_have_priority_until_a_call_has_waited_long() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    publish(&ledger, "1", calls(&[call(Kind::Order, "old", "1", &[])]), at(0));
    publish(&ledger, "2", calls(&[article("young")]), at(8));
    assert_eq!(number(next(&ledger, at(9))).as_deref(), Some("article young"));
    assert_eq!(number(next(&ledger, at(10))).as_deref(), Some("order old"));
}

#[test]
fn staged_rows_are_seen_by_nobody_and_vanish_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let id = admit(&ledger, "1");
    let planned = calls(&[article("X")]);
    ledger.stage(id, documents(planned)).wait().unwrap();
    ledger.mark_staged(id).wait().unwrap();
    assert_eq!(next(&ledger, at(0)), None);
    assert!(ledger.lanes_with_work().wait().unwrap().is_empty());
    assert!(ledger.calls(CallFilter::default(), 10).wait().unwrap().is_empty());
    assert!(ledger.trace("X").wait().unwrap().is_empty());
    assert!(ledger.bases(vec![article("X").key]).wait().unwrap().is_empty());
    assert!(ledger.overview().wait().unwrap().lanes[0].calls.is_empty());
    let tasks: Vec<StagedTask> = [article("X"), article("Y")].iter().map(StagedTask::of).collect();
    let staged = ledger.staged_tasks(id, tasks).wait().unwrap();
    assert_eq!(staged.keys().collect::<Vec<_>>(), [&StagedTask::of(&article("X"))]);
    drop(ledger);
    let ledger = open(folder.path());
    assert_eq!(ledger.drop_unpublished().wait().unwrap(), 1);
    let again = ledger.next_to_stage(&lane()).wait().unwrap().unwrap();
    assert_eq!((again.id, again.state), (id, ArrivalState::Received));
    // Nothing of the first staging is left in the way of the second.
    let planned = calls(&[article("X")]);
    ledger.stage(id, documents(planned)).wait().unwrap();
    ledger.publish(id, Counts::default(), Vec::new(), at(0)).wait().unwrap();
    assert_eq!(outcomes(&ledger), [("X".to_owned(), CallState::Pending)]);
}

#[test]
fn the_basis_is_the_newest_version_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let key = article("X").key;
    let basis = || ledger.bases(vec![key.clone()]).wait().unwrap().remove(&key).unwrap();
    let known = |basis: &Basis| (basis.hash.clone(), basis.ongoing_id, basis.accepted_at.is_some());
    let version = |hash: &str| calls(&[call(Kind::Article, "X", hash, &[])]);
    publish(&ledger, "1", version("1:a"), at(0));
    assert_eq!(known(&basis()), (Some("1:a".to_owned()), None, false));
    run(&ledger, &next(&ledger, at(0)).unwrap(), accepted(44), at(0));
    assert_eq!(known(&basis()), (Some("1:a".to_owned()), Some(44), true));
    assert!(basis().file.is_some() && basis().call.is_some(), "where it came from is known");
    let kept = ledger.remembered(&lane(), Kind::Article, "X").wait().unwrap();
    assert_eq!(kept.as_deref(), Some("{\"document\":{\"nr\":\"0X\"}}"));
    publish(&ledger, "2", version("1:b"), at(1));
    let due = next(&ledger, at(1)).unwrap();
    assert_eq!(due.ongoing_id, Some(44));
    run(&ledger, &due, later(2, true), at(1));
    assert_eq!((basis().hash, basis().ongoing_id), (None, Some(44)));
    let due = next(&ledger, at(2)).unwrap();
    assert!(due.unknown);
    run(&ledger, &due, Settlement::Refused(Fault::new(code::LEDGER_FAILED)), at(2));
    // What Ongoing holds after an unknown outcome and a refusal is not known: the next one is sent.
    assert_eq!((basis().hash, basis().ongoing_id), (None, Some(44)));
}

#[test]
fn a_newer_article_supersedes_only_what_was_never_tried() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let old = publish(&ledger, "1", calls(&[article("tried"), article("fresh")]), at(0));
    let due = next(&ledger, at(0)).unwrap();
    run(&ledger, &due, later(1, false), at(0));
    publish(&ledger, "2", calls(&[article("tried"), article("fresh")]), at(1));
    let expected = [
        ("tried", CallState::Pending),
        ("fresh", CallState::Superseded),
        ("tried", CallState::Pending),
        ("fresh", CallState::Pending),
    ];
    assert_eq!(outcomes(&ledger), expected.map(|(number, state)| (number.to_owned(), state)));
    let due = next(&ledger, at(2)).unwrap();
    run(&ledger, &due, accepted(1), at(2));
    assert_eq!(ledger.arrival(old).wait().unwrap().unwrap().state, ArrivalState::Done);
}

#[test]
fn an_attempt_cut_off_by_a_crash_is_unknown_and_clears_the_basis() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    publish(&ledger, "1", calls(&[article("X")]), at(0));
    let due = next(&ledger, at(0)).unwrap();
    ledger.begin(due.id, at(0)).wait().unwrap();
    assert_eq!(ledger.begin(due.id, at(0)).wait().unwrap_err().code, code::LEDGER_REFUSED);
    // What is on the disk at this moment, as after a power cut: the ledger was not closed.
    let copy = tempfile::tempdir().unwrap();
    for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let ledger = open(copy.path());
    assert_eq!(ledger.recover_in_flight().wait().unwrap(), 1);
    let due = next(&ledger, at(1)).unwrap();
    assert_eq!((due.unknown, due.tries), (true, 1));
    let basis = ledger.bases(vec![due.call.key.clone()]).wait().unwrap();
    assert_eq!(basis[&due.call.key].hash, None);
}

#[test]
fn the_same_file_is_taken_in_once_and_the_same_content_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let claim = ledger.claim("nordvik/orders", new_claim("in/a", "in/.lastkaj/a"), at(0)).wait().unwrap();
    let claim = claim[0].id;
    let new = NewArrival { claims: vec![claim], ..arrival("a", 0) };
    let Admission::Admitted(first) = ledger.admit(new).wait().unwrap() else { panic!() };
    assert_eq!(ledger.claims().wait().unwrap()[0].arrival, Some(first));
    assert_eq!(ledger.unsettled_sources().wait().unwrap()[0].1.as_ref().unwrap().id, claim);
    ledger.settle_source(first).wait().unwrap();
    assert!(ledger.claims().wait().unwrap().is_empty());
    assert!(ledger.unsettled_sources().wait().unwrap().is_empty());
    assert_eq!(ledger.admit(arrival("a", 5)).wait().unwrap(), Admission::SameFile(first));
    let trace = ledger.trace("a").wait().unwrap();
    assert_eq!((trace.arrivals[0].resent, trace.arrivals[0].resent_at), (1, Some(at(5))));
    let renamed = NewArrival { hash: "hash of a".into(), ..arrival("b", 6) };
    let Admission::Admitted(second) = ledger.admit(renamed).wait().unwrap() else { panic!() };
    assert_eq!(ledger.arrival(second).wait().unwrap().unwrap().same_content_as, Some(first));
    let seen = ledger.is_remembered("nordvik/orders", "a", 10, Some(at(0))).wait().unwrap();
    assert_eq!(seen, Some(first));
    assert_eq!(ledger.is_remembered("nordvik/orders", "a", 11, Some(at(0))).wait().unwrap(), None);
}

#[test]
fn a_sighting_begins_anew_when_the_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let sight = |size, minutes| ledger.sight("i", "f", size, None, at(minutes)).wait().unwrap();
    sight(1, 0);
    assert_eq!(sight(1, 1), Sighting { unchanged_since: at(0), looks: 2 });
    assert_eq!(sight(2, 2), Sighting { unchanged_since: at(2), looks: 1 });
    assert_eq!(ledger.forget_sightings("i", at(2)).wait().unwrap(), 0);
    assert_eq!(ledger.forget_sightings("i", at(3)).wait().unwrap(), 1);
    assert_eq!(sight(2, 4).looks, 1);
}

fn untold(ledger: &Ledger, limit: usize, minutes: i64) -> Option<Untold> {
    ledger
        .untold_documents(
            "n/ack",
            vec!["nordvik/orders".into()],
            limit,
            Duration::from_secs(3600),
            at(minutes),
        )
        .wait()
        .unwrap()
}

fn owe(ledger: &Ledger, sequence: u64, facts: Vec<i64>, untold: Option<&Untold>) -> Result<ReportId, Fault> {
    let outbox = if untold.is_some() { "n/ack" } else { "n/ship" };
    ledger
        .owe(NewReport {
            outbox: outbox.into(),
            sequence,
            name: format!("{outbox} {sequence}"),
            temporary_name: format!(".{sequence}"),
            spool: "aa/b".into(),
            size: 1,
            hash: String::new(),
            at: at(0),
            facts,
            told: untold.map(Untold::told),
        })
        .wait()
}

fn told_outcomes(untold: &Untold) -> Vec<&str> {
    untold.documents.iter().map(|document| document.outcome.as_str()).collect()
}

#[test]
fn documents_are_told_at_once_then_when_final_or_late_then_when_corrected() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number| Planned::Call(call(Kind::Order, number, "1", &[]));
    let same = Planned::Unchanged(article("same"));
    publish(&ledger, "1", vec![order("A"), Planned::Faulty, same, order("B")], at(0));
    let first = untold(&ledger, 3, 0).unwrap();
    assert_eq!(told_outcomes(&first), ["taken", "faulty", "unchanged"]);
    assert_eq!(
        (first.told_before, first.arrival.state, first.round.taken, first.round.up_to.is_some()),
        (false, ArrivalState::Published, 3, true)
    );
    // The call is accepted while the first report is being written: that is no reason to tell it again at once.
    let due = next(&ledger, at(0)).unwrap();
    run(&ledger, &due, accepted(5), at(0));
    owe(&ledger, 1, Vec::new(), Some(&first)).unwrap();
    let rest = untold(&ledger, 3, 0).unwrap();
    assert_eq!(told_outcomes(&rest), ["taken"]);
    assert_eq!((rest.told_before, rest.round.taken, rest.round.up_to), (true, 3, None));
    owe(&ledger, 2, Vec::new(), Some(&rest)).unwrap();
    assert_eq!(untold(&ledger, 3, 59), None);
    assert_eq!(told_outcomes(&untold(&ledger, 3, 60).unwrap()), ["accepted"]);
    run(&ledger, &next(&ledger, at(1)).unwrap(), Settlement::Refused(Fault::new(code::LEDGER_FAILED)), at(1));
    let last = untold(&ledger, 3, 2).unwrap();
    assert_eq!(told_outcomes(&last), ["accepted", "refused"]);
    assert!(last.told_before && last.arrival.state == ArrivalState::Done);
    assert_eq!((last.documents[0].ongoing_id, last.documents[1].faults.len()), (Some(5), 1));
    owe(&ledger, 3, Vec::new(), Some(&last)).unwrap();
    assert_eq!(untold(&ledger, 3, 1000), None);
}

#[test]
fn what_changed_before_its_part_of_a_round_was_told_needs_no_telling_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number| Planned::Call(call(Kind::Order, number, "1", &[]));
    publish(&ledger, "1", vec![order("A"), order("B")], at(0));
    let first = untold(&ledger, 1, 0).unwrap();
    assert_eq!(told_outcomes(&first), ["taken"]);
    owe(&ledger, 1, Vec::new(), Some(&first)).unwrap();
    for _ in 0..2 {
        run(&ledger, &next(&ledger, at(0)).unwrap(), accepted(5), at(0));
    }
    let rest = untold(&ledger, 1, 0).unwrap();
    assert_eq!(told_outcomes(&rest), ["accepted"]);
    owe(&ledger, 2, Vec::new(), Some(&rest)).unwrap();
    // The next round finds only what the first one told too early, and the one after it nothing.
    let again = untold(&ledger, 1, 1).unwrap();
    assert_eq!((told_outcomes(&again), again.round.up_to), (vec!["accepted"], None));
    owe(&ledger, 3, Vec::new(), Some(&again)).unwrap();
    assert_eq!(untold(&ledger, 1, 1000), None);
}

#[test]
fn a_rejected_arrival_is_told_with_its_faulty_documents_only() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let id = admit(&ledger, "1");
    let planned = vec![Planned::Call(article("X")), Planned::Faulty];
    ledger.stage(id, documents(planned)).wait().unwrap();
    let counts = Counts { documents: 2, faulty: 1, ..Counts::default() };
    ledger.reject(id, counts, vec![Fault::new(code::NOT_A_DECIMAL)], at(0)).wait().unwrap();
    let empty = admit(&ledger, "2");
    ledger.reject(empty, Counts::default(), Vec::new(), at(0)).wait().unwrap();
    let first = untold(&ledger, 10, 0).unwrap();
    assert_eq!(
        (told_outcomes(&first), first.arrival.faults.len(), first.arrival.state),
        (vec!["faulty"], 1, ArrivalState::Rejected)
    );
    owe(&ledger, 1, Vec::new(), Some(&first)).unwrap();
    let second = untold(&ledger, 10, 0).unwrap();
    assert_eq!((second.arrival.id, second.documents.len()), (empty, 0));
    owe(&ledger, 2, Vec::new(), Some(&second)).unwrap();
    assert_eq!(untold(&ledger, 10, 0), None);
    assert_eq!(next(&ledger, at(0)), None);
}

#[test]
fn sequences_have_no_gaps_facts_are_told_once_and_marks_follow_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let fact = Fact {
        id: 0,
        outbox: "n/ship".into(),
        document: "{}".into(),
        number: "A".into(),
        at: at(0),
        marks: vec![mark("A")],
    };
    let told = Told { order_id: 7, order_line_id: 70, total: "2".into() };
    let facts = ledger.note("n/ship", vec![fact], vec![told]).wait().unwrap();
    assert_eq!(ledger.told("n/ship", vec![7]).wait().unwrap()[&(7, 70)], "2");
    assert_eq!(ledger.untold_facts("n/ship", 10).wait().unwrap()[0].id, facts[0]);
    assert_eq!(owe(&ledger, 2, facts.clone(), None).unwrap_err().code, code::LEDGER_REFUSED);
    let report = owe(&ledger, 1, facts.clone(), None).unwrap();
    assert!(ledger.untold_facts("n/ship", 10).wait().unwrap().is_empty());
    // A refused verb leaves nothing behind: the number is still the next.
    assert!(owe(&ledger, 2, facts, None).is_err());
    assert_eq!(ledger.next_sequence("n/ship").wait().unwrap(), 2);
    ledger.renaming(report).wait().unwrap();
    assert_eq!(ledger.due_reports("n/ship").wait().unwrap()[0].state, ReportState::Renaming);
    assert!(ledger.lanes_with_work().wait().unwrap().is_empty());
    ledger.delivered(report, at(1)).wait().unwrap();
    ledger.delivered(report, at(1)).wait().unwrap();
    assert_eq!(ledger.lanes_with_work().wait().unwrap(), [lane()]);
    let due = next(&ledger, at(1)).unwrap();
    assert_eq!(due.call.operation, mark("A").operation);
    run(&ledger, &due, Settlement::Accepted { ongoing_id: None, message: String::new() }, at(1));
    assert_eq!(next(&ledger, at(1)), None);
    let trace = ledger.trace("n/ship 1").wait().unwrap();
    assert_eq!((trace.facts.len(), trace.marks.len(), trace.reports.len()), (1, 1, 1));
}

#[test]
fn a_trace_leads_from_a_number_to_line_request_and_report() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    publish(&ledger, "ORD1.csv", calls(&[call(Kind::Order, "A", "1", &[])]), at(0));
    let due = next(&ledger, at(0)).unwrap();
    let request = RequestRow {
        at: at(0),
        request: "PUT /api/v1/orders".into(),
        method: "PUT /orders".into(),
        status: Some(200),
        answer: "{}".into(),
        milliseconds: 12,
    };
    ledger.begin(due.id, at(0)).wait().unwrap();
    let held = Settlement::Held(Fault::new(code::LEDGER_FAILED));
    ledger.settle(due.id, held, vec![request.clone()], at(0)).wait().unwrap();
    ledger.retry(Target::Call(due.id), "anna", at(1)).wait().unwrap();
    let acknowledged = untold(&ledger, 10, 0).unwrap();
    owe(&ledger, 1, Vec::new(), Some(&acknowledged)).unwrap();
    for needle in ["A", "ORD1.csv", "n/ack 1"] {
        let trace = ledger.trace(needle).wait().unwrap();
        let traced = &trace.arrivals[0];
        assert_eq!(traced.arrival.name, "ORD1.csv");
        assert_eq!(trace.reports[0].name, "n/ack 1");
        if needle != "n/ack 1" {
            assert_eq!(traced.documents[0].first_line, 1);
            assert_eq!(traced.documents[0].call.as_ref().unwrap().requests, std::slice::from_ref(&request));
        }
    }
    assert_eq!(ledger.trace("A").wait().unwrap().audit[0].who, "anna");
    assert!(ledger.trace("nothing").wait().unwrap().is_empty());
}

#[test]
fn a_person_acts_only_on_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let retry = |target| ledger.retry(target, "anna", at(0)).wait().unwrap_err().code;
    assert_eq!(retry(Target::Call(1)), code::NOTHING_MATCHES);
    assert_eq!(retry(Target::Halt("lane x".into())), code::NOTHING_MATCHES);
    publish(&ledger, "1", calls(&[article("X")]), at(0));
    let due = next(&ledger, at(0)).unwrap();
    ledger.begin(due.id, at(0)).wait().unwrap();
    let discard = |target| ledger.discard(target, "why", "anna", at(0)).wait();
    assert_eq!(discard(Target::Call(due.id)).unwrap_err().code, code::NOT_POSSIBLE_NOW);
    ledger.settle(due.id, accepted(1), Vec::new(), at(0)).wait().unwrap();
    assert_eq!(retry(Target::Call(due.id)), code::NOT_POSSIBLE_NOW);
    let held = NewArrival { held: Some(Fault::new(code::LEDGER_FAILED)), ..arrival("2", 0) };
    let Admission::Admitted(held) = ledger.admit(held).wait().unwrap() else { panic!() };
    assert_eq!(ledger.next_to_stage(&lane()).wait().unwrap(), None);
    ledger.retry(Target::Arrival(held), "anna", at(0)).wait().unwrap();
    assert_eq!(ledger.next_to_stage(&lane()).wait().unwrap().unwrap().id, held);
    ledger.hold_arrival(held, Fault::new(code::LEDGER_FAILED)).wait().unwrap();
    discard(Target::Arrival(held)).unwrap();
    assert_eq!(ledger.arrival(held).wait().unwrap().unwrap().state, ArrivalState::Rejected);
    ledger.halt("lane x", Fault::new(code::LEDGER_FAILED), "", at(0)).wait().unwrap();
    ledger.retry(Target::Halt("lane x".into()), "anna", at(0)).wait().unwrap();
    assert!(ledger.halts().wait().unwrap().is_empty());
}

/// Counts commits, and keeps the first one waiting until it is let go.
struct Commits {
    count: Mutex<usize>,
    gate: Mutex<()>,
}

impl StepHook for Commits {
    fn step(&self, name: &'static str, moment: &'static str) {
        if (name, moment) == ("ledger.commit", "before") {
            *self.count.lock().unwrap() += 1;
            drop(self.gate.lock().unwrap());
        }
    }
}

#[test]
fn verbs_that_wait_together_share_a_commit_and_one_that_fails_undoes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let commits = Arc::new(Commits { count: Mutex::new(0), gate: Mutex::new(()) });
    let ledger = Ledger::open(folder.path(), Steps::watched(commits.clone())).unwrap();
    let shut = commits.gate.lock().unwrap();
    let first = ledger.ran_slot("o", "0");
    while *commits.count.lock().unwrap() == 0 {
        std::thread::yield_now();
    }
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..40)
            .map(|n| {
                let ledger = &ledger;
                scope.spawn(move || ledger.claim("i", new_claim(&n.to_string(), "c"), at(0)))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let bad = ledger.begin(99, at(0));
    drop(shut);
    first.wait().unwrap();
    for answer in answers {
        answer.wait().unwrap();
    }
    assert!(bad.wait().is_err());
    assert_eq!(ledger.claims().wait().unwrap().len(), 40);
    assert_eq!(*commits.count.lock().unwrap(), 2);
}

#[test]
fn a_rest_keeps_the_lane() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    publish(&ledger, "1", calls(&[article("X")]), at(0));
    ledger.rest_lane(&lane(), at(3)).wait().unwrap();
    assert_eq!(next(&ledger, at(2)), None);
    assert_eq!(ledger.next_due(&lane(), at(2)).wait().unwrap(), Some(at(3)));
    assert_eq!(number(next(&ledger, at(3))).as_deref(), Some("article X"));
    // A rest that is days away was meant before the clock was set back.
    ledger.rest_lane(&lane(), at(3 + 36 * 60)).wait().unwrap();
    assert_eq!(number(next(&ledger, at(3))).as_deref(), Some("article X"));
}

#[test]
fn an_outcome_and_the_beginning_of_what_follows_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number| call(Kind::Order, number, "1:o", &[]);
    publish(&ledger, "1", calls(&[article("X"), article("Y"), order("S"), order("T")]), at(0));
    let due = next(&ledger, at(0)).unwrap();
    ledger.begin(due.id, at(0)).wait().unwrap();
    let settled = |due: &DueCall| Settled { call: due.id, settlement: accepted(1), requests: Vec::new() };
    let go_on = |due: &DueCall, most: usize, barred: &Barred, scopes: &[&str]| {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let (settled, given_back, barred) = (vec![settled(due)], Vec::new(), barred.clone());
        let advance = Advance { settled, given_back, most, barred, scopes };
        ledger.advance(&lane(), advance, at(0)).wait().unwrap()
    };
    let y = go_on(&due, 1, &Barred::default(), &[]).remove(0);
    assert_eq!(y.call.key.to_string(), "article Y");
    assert!(ledger.begin(y.id, at(0)).wait().is_err(), "it is begun already");
    // Orders may not go: nothing is begun.
    let mut barred = Barred::default();
    barred.add(Kind::Order, "put_order");
    assert_eq!(go_on(&y, 9, &barred, &[]), []);
    let s = next(&ledger, at(0)).unwrap();
    ledger.begin(s.id, at(0)).wait().unwrap();
    // Nor while something is halted.
    ledger
        .halt("installation nordlager", Fault::new(code::ONGOING_WRONG_PASSWORD), "", at(0))
        .wait()
        .unwrap();
    assert_eq!(go_on(&s, 9, &Barred::default(), &["installation nordlager"]), []);
    assert_eq!(number(next(&ledger, at(0))).as_deref(), Some("order T"));
}

#[test]
fn a_kit_that_stands_before_its_component_waits_for_it_and_kits_of_each_other_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let kit = |number, component| call(Kind::Article, number, "1:k", &[component]);
    let file = [kit("KIT", "NUT"), kit("A", "B"), article("NUT"), kit("B", "A")];
    publish(&ledger, "1", calls(&file), at(0));
    let mut order = Vec::new();
    while let Some(due) = next(&ledger, at(0)) {
        run(&ledger, &due, accepted(1), at(0));
        order.push(due.call.key.to_string());
    }
    assert_eq!(order, ["article A", "article NUT", "article KIT", "article B"]);
}

#[test]
fn calls_that_are_begun_together_never_wait_for_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let order = |number, articles: &[&str]| call(Kind::Order, number, "1:o", articles);
    let first = [article("X"), order("S", &[]), order("T", &["X"]), order("U", &["Z"])];
    publish(&ledger, "1", calls(&first), at(0));
    publish(&ledger, "2", calls(&[order("S", &[]), article("Y")]), at(0));
    let advance = |settled: &[&DueCall], given_back: &[&DueCall]| {
        let settled = settled
            .iter()
            .map(|due| Settled { call: due.id, settlement: accepted(1), requests: Vec::new() })
            .collect();
        let given_back = given_back.iter().map(|due| (*due).clone()).collect();
        let advance = Advance { settled, given_back, most: 9, ..Advance::default() };
        ledger.advance(&lane(), advance, at(0)).wait().unwrap()
    };
    let names = |begun: &[DueCall]| begun.iter().map(|due| due.call.key.to_string()).collect::<Vec<_>>();
    let begun = advance(&[], &[]);
    // Not T, which needs X, and not the second S.
    assert_eq!(names(&begun), ["article X", "article Y", "order S", "order U"]);
    assert_eq!(next(&ledger, at(0)), None, "what is begun is nobody's next");
    let after = advance(&[&begun[0], &begun[2]], &[&begun[1]]);
    assert_eq!(
        names(&after),
        ["article Y", "order T", "order S"],
        "in turn, once what they wait for has ended"
    );
    assert_eq!((after[0].tries, after[0].first_tried_at), (0, None), "what was given back was not tried");
    // After a crash all that was begun is in doubt.
    drop(ledger);
    let ledger = open(folder.path());
    assert_eq!(ledger.recover_in_flight().wait().unwrap(), 4);
    assert!(next(&ledger, at(0)).unwrap().unknown);
}

#[test]
fn long_queues_are_worked_through_and_a_big_arrival_is_dropped_in_turns() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    let stage = |id, prefix: &str| {
        for batch in 0..5_u64 {
            let documents = (0..500_u64)
                .map(|n| {
                    let ordinal = batch * 500 + n + 1;
                    StagedDocument {
                        ordinal,
                        document: "article".into(),
                        number: Some(format!("{prefix}{ordinal}")),
                        part: None,
                        first_line: ordinal,
                        last_line: ordinal,
                        faults: Vec::new(),
                        planned: Planned::Call(article(&format!("{prefix}{ordinal}"))),
                    }
                })
                .collect();
            ledger.stage(id, documents).wait().unwrap();
        }
    };
    let queued = admit(&ledger, "queued");
    stage(queued, "q");
    ledger.publish(queued, Counts::default(), Vec::new(), at(0)).wait().unwrap();
    let staged = admit(&ledger, "staged");
    stage(staged, "s");
    assert_eq!(number(next(&ledger, at(0))).as_deref(), Some("article q1"));
    let newer = admit(&ledger, "newer");
    stage(newer, "q");
    ledger.publish(newer, Counts::default(), Vec::new(), at(1)).wait().unwrap();
    assert_eq!(ledger.arrival(queued).wait().unwrap().unwrap().state, ArrivalState::Done);
    assert_eq!(ledger.drop_unpublished().wait().unwrap(), 0);
    ledger.stage(staged, documents(calls(&[article("s1")]))).wait().unwrap();
    let counts = ledger.overview().wait().unwrap().lanes[0].calls.clone();
    assert_eq!(counts, [(CallState::Pending, 2500), (CallState::Superseded, 2500)]);
}

#[tokio::test]
async fn an_answer_can_be_awaited() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path());
    ledger.ran_slot("o", "2026-11-25T06:00").await.unwrap();
    assert_eq!(ledger.last_slot("o").await.unwrap().as_deref(), Some("2026-11-25T06:00"));
    assert_eq!(ledger.next_sequence("o").await.unwrap(), 1);
}
