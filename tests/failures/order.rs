//! Whose turn it is while something fails: the order of calls, and what waits for what (promises 4 and 9).

use lastkaj::call::CallState::{Accepted, Discarded, Held, Pending, Refused, Superseded};
use lastkaj::call::Kind;
use lastkaj::ledger::Target;
use serde_json::json;

use crate::world::{World, to};

#[test]
fn a_refusal_is_the_senders_and_the_lane_goes_on() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "unknown"), ("3", "Cesars", "C")]);
    world.rounds(4);
    assert_eq!(world.states("2"), [Refused]);
    let fault = world.calls("2")[0].fault.clone().unwrap();
    assert_eq!((fault.code.name(), fault.turn), ("refused", lastkaj::fault::Turn::Sender));
    assert_eq!(world.requests(|_, number| "123".contains(number)), ["PUT 1 200", "PUT 2 400", "PUT 3 200"]);
    let told = world.place.rows("erp/to-erp", "ACK_");
    let outcome = told.iter().rfind(|row| row["Nummer"] == "2").unwrap();
    assert_eq!(outcome["Utfall"], "refused", "{outcome:?}");
    world.check();
}

#[test]
fn a_server_error_is_tried_again_later_and_each_time_later() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.fail(json!({ "verb": "PUT", "number": "1" }), json!({ "kind": "status", "status": 500 }), Some(3));
    let mut pauses = Vec::new();
    let mut tried = 0;
    for second in 0..120 {
        world.every(chrono::TimeDelta::seconds(1), 1);
        let puts = world.requests(|verb, number| verb == "PUT" && number == "1").len();
        if puts > tried {
            pauses.push(second);
            tried = puts;
        }
    }
    assert_eq!(world.about("1").last().unwrap(), "PUT 200");
    assert_eq!(pauses.len(), 4, "{pauses:?}");
    let pauses: Vec<i32> = pauses.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses[0] >= 3 && pauses[1] > pauses[0] && pauses[2] > pauses[1], "{pauses:?}");
    assert_eq!(world.states("1"), [Accepted]);
    world.check();
}

/// An order that Ongoing always chokes on, with its later version behind it and another order beside it.
fn choking() -> World {
    let mut world = World::new();
    world.fail(json!({ "verb": "PUT", "number": "1" }), json!({ "kind": "status", "status": 500 }), None);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.rounds(3);
    world.orders("ORD2.csv", &[("1", "Åkes Bygg", "A"), ("3", "Cesars", "C")]);
    world.every(chrono::TimeDelta::minutes(2), 20);
    assert_eq!(world.states("1"), [Held, Pending], "{:?}", world.about("1"));
    assert_eq!(world.states("2"), [Accepted]);
    assert_eq!(world.states("3"), [Accepted], "another key goes on");
    let fault = world.calls("1")[0].fault.clone().unwrap();
    assert_eq!(fault.code.name(), "call-keeps-failing");
    assert_eq!(fault.turn, lastkaj::fault::Turn::Operator);
    let tries = world.about("1");
    world.every(chrono::TimeDelta::minutes(30), 4);
    assert_eq!(world.about("1"), tries, "what is held is not tried");
    world
}

#[test]
fn a_held_key_waits_for_a_retry_and_then_goes_in_order() {
    let mut world = choking();
    world.mend();
    let now = world.clock.now();
    let before = world.about("1").len();
    let ledger = world.gateway().ledger().clone();
    let first = world.calls("1")[0].id;
    world.place.block_on(async { ledger.retry(Target::Call(first), "anna", now).await }).unwrap();
    world.rounds(2);
    assert_eq!(world.states("1"), [Accepted, Accepted]);
    assert_eq!(world.about("1")[before..], ["GET 200", "PUT 200", "PUT 200"]);
    assert!(world.consignees().contains(&to("1", "Åkes Bygg")));
    world.check();
}

#[test]
fn a_held_call_that_is_thrown_away_lets_the_next_version_go() {
    let mut world = choking();
    world.mend();
    let now = world.clock.now();
    let ledger = world.gateway().ledger().clone();
    let first = world.calls("1")[0].id;
    world.place.block_on(async { ledger.discard(Target::Call(first), "wrong", "anna", now).await }).unwrap();
    world.rounds(2);
    assert_eq!(world.states("1"), [Discarded, Accepted]);
    assert!(world.consignees().contains(&to("1", "Åkes Bygg")));
    let nothing =
        world.place.block_on(async { ledger.retry(Target::Key(Kind::Order, "1".into()), "anna", now).await });
    assert!(nothing.is_err(), "nothing is left to retry: {nothing:?}");
    world.check();
}

#[test]
fn an_order_waits_for_its_article_and_others_do_not() {
    let mut world = World::new();
    world.fail(json!({ "verb": "PUT", "number": "E" }), json!({ "kind": "status", "status": 500 }), Some(2));
    world.articles("ART1.csv", &[("E", "Nyckel")]);
    world.rounds(2);
    world.orders("ORD1.csv", &[("1", "Åkes", "E"), ("2", "Bos", "A")]);
    world.rounds(30);
    let seen = world.requests(|_, number| ["E", "1", "2"].contains(&number));
    let at = |what: &str| seen.iter().position(|seen| seen == what).unwrap_or_else(|| panic!("{seen:?}"));
    assert!(at("PUT E 200") < at("PUT 1 200"), "{seen:?}");
    assert!(at("PUT 2 200") < at("PUT E 200"), "the other order does not wait: {seen:?}");
    assert!(!seen.contains(&"PUT 1 400".to_owned()), "{seen:?}");
    world.check();
}

#[test]
fn only_an_article_that_was_never_tried_gives_way_to_a_newer_version() {
    let mut world = World::new();
    // The first article is tried, and makes the lane rest before the second one's turn.
    world.fail(json!({ "verb": "PUT", "number": "E" }), json!({ "kind": "status", "status": 429 }), Some(1));
    world.articles("ART1.csv", &[("E", "Nyckel"), ("F", "Fjäder")]);
    world.every(chrono::TimeDelta::milliseconds(500), 2);
    assert_eq!(world.about("E"), ["PUT 429"]);
    assert_eq!(world.about("F"), [""; 0]);
    world.articles("ART2.csv", &[("E", "Nyckel 2"), ("F", "Fjäder 2")]);
    world.every(chrono::TimeDelta::milliseconds(500), 2);
    assert_eq!(world.states("F"), [Superseded, Pending]);
    assert_eq!(world.states("E"), [Pending, Pending], "one that was tried keeps its place");
    world.rounds(10);
    assert_eq!(world.states("E"), [Accepted, Accepted]);
    assert_eq!(world.states("F"), [Superseded, Accepted]);
    assert_eq!(world.about("E"), ["PUT 429", "PUT 200", "PUT 200"]);
    assert_eq!(world.about("F"), ["PUT 200"]);
    let state = world.place.sandbox_page("GET", "/sandbox/state", "");
    let names =
        state["articles"].as_array().unwrap().iter().map(|article| &article["article"]["articleName"]);
    assert!(names.clone().any(|name| name == "Nyckel 2") && names.clone().any(|name| name == "Fjäder 2"));
    world.check();
}

#[test]
fn a_later_version_of_an_order_never_overtakes() {
    let mut world = World::new();
    world.fail(json!({ "verb": "PUT", "number": "1" }), json!({ "kind": "reset_before" }), Some(2));
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.rounds(2);
    world.orders("ORD2.csv", &[("1", "Åkes Bygg", "A")]);
    world.orders("ORD3.csv", &[("1", "Åkes Bygg & Färg", "A")]);
    world.rounds(40);
    assert_eq!(world.states("1"), [Accepted, Accepted, Accepted]);
    assert_eq!(
        world.about("1"),
        ["PUT 500", "GET 200", "PUT 500", "GET 200", "PUT 200", "PUT 200", "PUT 200"]
    );
    assert_eq!(world.consignees(), [to("1", "Åkes Bygg & Färg")]);
    world.check();
}
