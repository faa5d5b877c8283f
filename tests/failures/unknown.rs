//! Outcome unknown: read back before anything else, never doubled (promise 5).

use lastkaj::call::CallState::{Accepted, Pending};
use serde_json::json;

use crate::world::{World, to};

/// Whether the write was done or not before its answer was lost, and what is seen on the wire.
#[test]
fn a_lost_answer_is_read_back_before_a_repeat_and_done_once() {
    let done = ["PUT 200", "GET 200"].as_slice();
    for (how, wire) in [
        (json!({ "kind": "reset_after" }), done),
        (json!({ "kind": "truncated" }), done),
        (json!({ "kind": "missing_id" }), done),
        (json!({ "kind": "status_after", "status": 502 }), &["PUT 502", "GET 200"]),
        (json!({ "kind": "html" }), &["PUT 200", "GET 200", "PUT 200"]),
        (json!({ "kind": "status", "status": 500 }), &["PUT 500", "GET 200", "PUT 200"]),
        (json!({ "kind": "reset_before" }), &["PUT 500", "GET 200", "PUT 200"]),
    ] {
        let mut world = World::new();
        world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
        world.fail(json!({ "verb": "PUT", "number": "1" }), how.clone(), Some(1));
        world.rounds(12);
        assert_eq!(world.states("1"), [Accepted], "{how}");
        assert_eq!(world.states("2"), [Accepted], "{how}");
        assert_eq!(world.about("1"), wire, "{how}");
        assert_eq!(world.about("2"), ["PUT 200"], "{how}: what was answered is not asked again");
        assert_eq!(world.consignees(), [to("1", "Åkes"), to("2", "Bos")], "{how}");
        world.check();
    }
}

/// The one test that waits: the time-out of a request is the machine's time.
#[test]
fn an_answer_that_does_not_come_in_time_is_read_back() {
    let mut world = World::new();
    world.configure(&[("time_out = \"20s\"", "time_out = \"3s\"")]);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.fail(
        json!({ "verb": "PUT", "number": "1" }),
        json!({ "kind": "slow", "milliseconds": 60_000 }),
        Some(1),
    );
    world.rounds(6);
    assert_eq!(world.about("1"), ["PUT 200", "GET 200"]);
    assert_eq!(world.states("1"), [Accepted]);
    assert_eq!(world.states("2"), [Accepted]);
    assert_eq!(world.consignees(), [to("1", "Åkes"), to("2", "Bos")]);
    world.check();
}

#[test]
fn after_silence_nothing_is_sent_on_the_lane_until_it_has_rested() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.fail(json!({ "verb": "PUT", "number": "1" }), json!({ "kind": "reset_after" }), Some(1));
    world.rounds(1);
    // The clock stands: the files are taken at the second look, and however often it looks, the lane rests.
    world.every(chrono::TimeDelta::zero(), 5);
    assert_eq!(world.about("1"), ["PUT 200"]);
    assert_eq!(world.about("2"), [""; 0], "the other order waits with it");
    assert!(world.calls("1")[0].unknown);
    world.rounds(3);
    let numbers = world.requests(|_, number| number == "1" || number == "2");
    assert_eq!(numbers, ["PUT 1 200", "GET 1 200", "PUT 2 200"]);
    world.check();
}

#[test]
fn a_refused_repeat_is_accepted_once_late_reads_show_what_the_first_try_did() {
    let mut world = World::new();
    world.switch(json!({ "reads_until_seen": 3 }));
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.fail(
        json!({ "verb": "PUT", "number": "1" }),
        json!({ "kind": "status_after", "status": 500 }),
        Some(1),
    );
    world.rounds(2);
    assert_eq!(world.about("1"), ["PUT 500"]);
    // Work begins: from now on a repeat is refused.
    world.place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 2}"#);
    world.rounds(4);
    assert_eq!(world.about("1"), ["PUT 500", "GET 200", "PUT 400", "GET 200"]);
    assert_eq!(world.states("1"), [Pending], "a refusal of a repeat is not final");
    world.rounds(20);
    let call = &world.calls("1")[0];
    assert_eq!(call.state, Accepted, "{:?}", world.about("1"));
    let state = world.place.sandbox_page("GET", "/sandbox/state", "");
    assert_eq!(call.ongoing_id, state["orders"][0]["orderId"].as_i64());
    assert_eq!(world.consignees(), [to("1", "Åkes")]);
    world.check();
}

#[test]
fn an_attempt_that_the_process_did_not_survive_is_read_back_first() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    // Not sent before the clock moves on: the lane rests.
    let (lane, now) = (world.lane(), world.clock.now());
    let until = now + chrono::TimeDelta::seconds(3);
    world.gateway();
    let ledger = world.gateway.as_ref().unwrap().ledger().clone();
    world.place.block_on(async { ledger.rest_lane(&lane, until).await }).unwrap();
    world.rounds(2);
    assert_eq!(world.about("1"), [""; 0]);
    world.place.block_on(async {
        let now = world.clock.now();
        let due = ledger.next_call(&lane, now).await.unwrap().unwrap();
        ledger.begin(due.id, now).await.unwrap();
    });
    drop(ledger);
    world.restart();
    assert!(world.calls("1")[0].unknown);
    world.rounds(2);
    assert_eq!(world.about("1"), ["GET 200", "PUT 200"]);
    assert_eq!(world.states("1"), [Accepted]);
    world.check();
}
