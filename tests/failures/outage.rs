//! Ongoing is not there, or says that it is too much: nothing is lost, and few requests go (promise 8).

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::call::CallState::{Accepted, Pending};
use lastkaj::sandbox::{self, SandboxSettings};
use serde_json::json;

use crate::world::{World, to};

/// Puts a freshly started sandbox in the place of the old one; says the old one's port, which is free then.
fn stop(world: &mut World) -> u16 {
    let port = world.place.sandbox.address.port();
    let other =
        world.place.block_on(sandbox::start(SandboxSettings::default(), world.clock.clone())).unwrap();
    let old = std::mem::replace(&mut world.place.sandbox, other);
    world.place.block_on(old.stop());
    port
}

#[test]
fn too_many_calls_wait_as_long_as_ongoing_says() {
    for (retry_after, barred) in [("seconds", 1), ("date", 1), ("none", 9)] {
        let mut world = World::new();
        world.switch(json!({ "retry_after": retry_after }));
        // Five failures of a method in a row, and the vendor bars it for ten minutes from the first one.
        let numbers = ["1", "2", "3", "4", "5"];
        let refused: Vec<_> = numbers.iter().map(|number| (*number, "Åkes", "unknown")).collect();
        world.orders("ORD1.csv", &refused);
        world.orders("ORD2.csv", &[("6", "Bos", "B"), ("7", "Cesars", "C")]);
        let mut first_refused: Option<DateTime<Utc>> = None;
        let mut sent_at: Option<DateTime<Utc>> = None;
        for _ in 0..240 {
            let now = world.clock.now();
            world.every(TimeDelta::seconds(5), 1);
            if world.count("PUT", "/orders", 400) > 0 {
                first_refused.get_or_insert(now);
            }
            if world.count("PUT", "/orders", 200) > 0 {
                sent_at.get_or_insert(now);
            }
        }
        assert_eq!(world.count("PUT", "/orders", 400), 5, "{retry_after}");
        let knocked = world.count("PUT", "/orders", 429);
        assert!((1..=barred).contains(&knocked), "{retry_after}: knocked {knocked} times");
        assert!(sent_at.unwrap() - first_refused.unwrap() >= TimeDelta::minutes(10), "{retry_after}");
        for number in ["6", "7"] {
            assert_eq!(world.states(number), [Accepted], "{retry_after}");
            assert!(
                !world.calls(number)[0].unknown && world.about(number).iter().all(|seen| seen != "GET 200")
            );
        }
        assert_eq!(world.about("7"), ["PUT 200"], "{retry_after}: the lane waited");
        world.check();
    }
}

/// Six hours of 503 in an installation that nobody tuned, with the process started anew as often as is said.
fn six_hours_of_503(minutes_between_starts: Option<u32>) {
    let mut world = World::new().untuned();
    world.fail(json!({}), json!({ "kind": "status", "status": 503 }), None);
    let numbers: Vec<String> = (1..=30).map(|number| number.to_string()).collect();
    let orders: Vec<_> = numbers.iter().map(|number| (number.as_str(), "Åkes", "A")).collect();
    world.orders("ORD1.csv", &orders);
    world.articles("ART1.csv", &[("E", "Nyckel"), ("A", "Hasp 2")]);
    world.rounds(2);
    world.orders("ORD2.csv", &[("1", "Åkes Bygg", "E")]);
    for minute in 0..360 {
        world.every(TimeDelta::minutes(1), 1);
        if minutes_between_starts.is_some_and(|between| minute % between == between - 1) {
            world.restart();
        }
    }
    let failed: Vec<(&str, &str, usize)> =
        [("PUT", "/orders"), ("PUT", "/articles"), ("GET", "/orders"), ("GET", "/articles")]
            .map(|(verb, end)| (verb, end, world.count(verb, end, 503)))
            .to_vec();
    // The sandbox bars a method after five failures in a row within ten minutes.
    let barred = world.count("PUT", "", 429) + world.count("GET", "", 429);
    assert_eq!(barred, 0, "we stop before the vendor stops us: {failed:?}");
    for (verb, end, failed) in &failed {
        assert!(*failed <= 6 * 7, "{verb} {end}: {failed} in six hours");
    }
    for number in &numbers {
        assert!(world.states(number).iter().all(|state| *state == Pending), "{number}");
    }

    world.mend();
    world.every(TimeDelta::minutes(1), 25);
    for number in numbers.iter().map(String::as_str).chain(["E", "A"]) {
        assert!(
            world.states(number).iter().all(|state| *state == Accepted),
            "{number}: {:?}",
            world.about(number)
        );
    }
    assert_eq!(world.states("1"), [Accepted, Accepted]);
    let consignees = world.consignees();
    assert_eq!(consignees.len(), 30);
    assert!(consignees.contains(&to("1", "Åkes Bygg")), "in order per key");
    for number in &numbers[1..] {
        let done = world.about(number).iter().filter(|seen| *seen == "PUT 200").count();
        assert_eq!(done, 1, "{number}: {:?}", world.about(number));
    }
    world.check();
}

#[test]
fn hours_of_503_lose_nothing_and_stay_below_the_vendors_limits() {
    six_hours_of_503(None);
}

#[test]
fn a_new_start_does_not_forget_what_failed() {
    six_hours_of_503(Some(1));
}

#[test]
fn a_server_that_is_down_is_knocked_at_once_a_minute_and_gets_everything_when_it_is_back() {
    let mut world = World::empty();
    let port = stop(&mut world);
    world.articles("ART1.csv", &[("A", "Hasp"), ("B", "Lås")]);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.every(TimeDelta::seconds(10), 360);
    for number in ["A", "B", "1", "2"] {
        let calls = world.calls(number);
        assert_eq!(calls[0].state, Pending, "{number}");
        assert!(!calls[0].unknown, "{number}: what was not sent is not in doubt");
    }
    let ledger = world.gateway().ledger().clone();
    let mut attempts = 0;
    for number in ["A", "B", "1", "2"] {
        let trace = world.place.block_on(async { ledger.trace(number).await }).unwrap();
        let documents = trace.arrivals.iter().flat_map(|arrival| &arrival.documents);
        attempts +=
            documents.flat_map(|document| &document.call).map(|call| call.requests.len()).sum::<usize>();
    }
    // Reads for reports knock too; whoever knocks, knocks for all.
    assert!(attempts <= 75, "{attempts} attempts of all calls in an hour");

    let settings = SandboxSettings { port, ..SandboxSettings::default() };
    world.place.sandbox = world.place.block_on(sandbox::start(settings, world.clock.clone())).unwrap();
    world.every(TimeDelta::seconds(30), 4);
    for number in ["A", "B", "1", "2"] {
        assert_eq!(world.states(number), [Accepted], "{number}");
        assert_eq!(world.about(number), ["PUT 200"], "{number}");
    }
    assert_eq!(world.consignees(), [to("1", "Åkes"), to("2", "Bos")]);
    world.check();
}

/// How many calls wait.
const ARTICLES: usize = 2_000;
const ORDERS: usize = 8_000;

#[test]
fn two_hours_without_ongoing_with_ten_thousand_waiting_calls() {
    let mut world = World::empty().untuned();
    // An hour of errors, then an hour in which nobody is there at all.
    world.fail(json!({}), json!({ "kind": "status", "status": 503 }), None);
    let number = |kind: &str, index: usize| format!("{kind}{index:05}");
    let articles: Vec<(String, String)> =
        (0..ARTICLES).map(|index| (number("A", index), format!("Hasp {index}"))).collect();
    let articles: Vec<(&str, &str)> =
        articles.iter().map(|(number, name)| (number.as_str(), name.as_str())).collect();
    world.articles("ART1.csv", &articles);
    let orders: Vec<(String, String)> =
        (0..ORDERS).map(|index| (number("9", index), number("A", index % ARTICLES))).collect();
    let orders: Vec<(&str, &str, &str)> =
        orders.iter().map(|(number, article)| (number.as_str(), "Åkes", article.as_str())).collect();
    world.orders("ORD1.csv", &orders);
    world.every(TimeDelta::seconds(30), 120);
    let counters = world.place.sandbox_page("GET", "/sandbox/counters", "");
    let asked = counters["requests"].as_u64().unwrap();
    assert!((10..=100).contains(&asked), "{asked} requests in an hour of errors: {counters}");
    assert_eq!(counters["statuses"]["429"], json!(null), "the vendor never barred us: {counters}");

    let port = stop(&mut world);
    world.every(TimeDelta::seconds(30), 120);
    let overview = world.gateway().ledger().clone();
    let overview = world.place.block_on(async { overview.overview().await }).unwrap();
    assert_eq!(overview.calls(Pending), (ARTICLES + ORDERS) as u64, "all of them wait");
    assert_eq!(overview.held(), 0, "nobody is called for what time heals");
    // What an operator sees meanwhile.
    world.restart();
    let seen = world.place.run(&["list"]);
    let seen = String::from_utf8(seen.stdout).unwrap() + &String::from_utf8(seen.stderr).unwrap();
    println!("{seen}");
    assert!(seen.contains("Ongoing does not answer as it should"), "{seen}");
    assert!(seen.contains("every method") && seen.contains("10000"), "{seen}");

    let settings = SandboxSettings { port, ..SandboxSettings::default() };
    world.place.sandbox = world.place.block_on(sandbox::start(settings, world.clock.clone())).unwrap();
    for _ in 0..60 {
        world.every(TimeDelta::seconds(30), 1);
        let ledger = world.gateway().ledger().clone();
        if world.place.block_on(async { ledger.overview().await }).unwrap().calls(Pending) == 0 {
            break;
        }
    }
    let effects = world.place.sandbox_page("GET", "/sandbox/effects", "");
    let effects = effects.as_array().unwrap();
    assert_eq!(effects.len(), ARTICLES + ORDERS, "none is lost");
    assert!(effects.iter().all(|object| object["effects"] == 1), "none is doubled");
    let counters = world.place.sandbox_page("GET", "/sandbox/counters", "");
    assert_eq!(counters["statuses"]["429"], json!(null), "{counters}");
    world.check();
}
