//! What Ongoing answers, and what it does not, end to end: the real gateway against the real sandbox, on a clock that
//! the test moves. Each kind of failure ends with the right outcome in the ledger, nothing doubled in the sandbox,
//! and never two writes of one goods owner at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use chrono::TimeDelta;
use lastkaj::call::CallState;
use lastkaj::clock::Clock;
use lastkaj::config;
use lastkaj::gateway::Gateway;
use lastkaj::ledger::{CallFilter, CallSummary};
use lastkaj::step::Steps;
use serde_json::{Value, json};
use support::{Place, sample};

struct World {
    place: Place,
    clock: Clock,
}

impl World {
    /// Articles are in Ongoing; no order yet.
    fn new() -> World {
        let clock = Clock::hands("2026-11-25T08:00:00Z".parse().unwrap());
        let world = World { place: Place::at("", clock.clone()), clock };
        world.place.write("erp/articles/ART1.csv", &sample("nordvik/articles/register/input.csv"));
        world.rounds(4);
        world
    }

    /// Opens the gateway, as a start does, and does all that is due so many times, two seconds apart.
    fn rounds(&self, rounds: u32) {
        self.place.block_on(async {
            let config = config::load(&self.place.path("gateway.toml"), &config::ProcessEnvironment).unwrap();
            let gateway = Gateway::open(config, self.clock.clone(), Steps::unwatched()).await.unwrap();
            for _ in 0..rounds {
                gateway.once().await.unwrap();
                self.clock.advance(TimeDelta::seconds(2));
            }
        });
    }

    /// Drops some of the day's orders under their own numbers.
    fn drop_orders(&self, name: &str, numbers: &[&str]) {
        let day = sample("nordvik/orders/day/input.csv");
        let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&day);
        let mut lines: Vec<&str> = text.lines().collect();
        let header = lines.remove(0);
        let wanted = |line: &&str| numbers.iter().any(|number| line.starts_with(&format!("00{number};")));
        let kept: Vec<&str> = std::iter::once(header).chain(lines.into_iter().filter(wanted)).collect();
        let bytes = windows_1252(&kept.join("\r\n"));
        self.place.write(&format!("erp/orders/{name}"), &bytes);
    }

    fn fail(&self, failure: Value) {
        self.place.sandbox_page("POST", "/sandbox/failures", &failure.to_string());
    }

    fn calls(&self, number: &str) -> Vec<CallSummary> {
        self.place.block_on(async {
            let config = config::load(&self.place.path("gateway.toml"), &config::ProcessEnvironment).unwrap();
            let gateway = Gateway::open(config, self.clock.clone(), Steps::unwatched()).await.unwrap();
            let filter = CallFilter { number: Some(number.to_owned()), ..CallFilter::default() };
            gateway.ledger().calls(filter, 100).await.unwrap()
        })
    }

    fn state_of(&self, number: &str) -> CallState {
        self.calls(number)[0].state
    }

    /// The verbs and answers of the requests about a number, in order.
    fn requests(&self, number: &str) -> Vec<String> {
        let requests = self.place.sandbox_page("GET", "/sandbox/requests", "");
        let about = requests.as_array().unwrap().iter().filter(|request| request["number"] == number);
        about.map(|request| format!("{} {}", request["verb"].as_str().unwrap(), request["status"])).collect()
    }

    fn orders_in_ongoing(&self) -> usize {
        self.place.sandbox_page("GET", "/sandbox/state", "")["orders"].as_array().unwrap().len()
    }

    /// What must hold whatever happened.
    fn check(&self) {
        let counters = self.place.sandbox_page("GET", "/sandbox/counters", "");
        assert_eq!(counters["violations"], 0, "{counters}");
        assert!(counters["overlapping_writes"].as_u64() <= Some(1), "{counters}");
    }
}

fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

#[test]
fn what_may_have_been_done_is_settled_by_reading_back() {
    for how in ["reset_after", "truncated", "missing_id", "html", "reset_before"] {
        let world = World::new();
        world.drop_orders("ORD1.csv", &["81201"]);
        world.fail(json!({ "verb": "PUT", "path": "/orders", "how": { "kind": how }, "times": 1 }));
        world.rounds(15);
        assert_eq!(world.state_of("81201"), CallState::Accepted, "{how}");
        assert_eq!(world.orders_in_ongoing(), 1, "{how}");
        let requests = world.requests("81201");
        let puts = requests.iter().filter(|request| request.starts_with("PUT")).count();
        let processed = matches!(how, "reset_after" | "truncated" | "missing_id");
        assert_eq!(puts, if processed { 1 } else { 2 }, "{how}: {requests:?}");
        assert!(requests[1].starts_with("GET"), "it is read back before anything else: {how}: {requests:?}");
        world.check();
    }
}

#[test]
fn a_refusal_of_a_repeat_is_not_final_while_ongoing_lags() {
    let world = World::new();
    // It was processed, nobody was told, work has begun, and two reads do not see it yet.
    let switches = json!({ "reads_until_seen": 2 });
    world.place.sandbox_page("POST", "/sandbox/switches", &switches.to_string());
    world.drop_orders("ORD1.csv", &["81201"]);
    world.fail(json!({ "verb": "PUT", "path": "/orders", "how": { "kind": "status_after", "status": 500 }, "times": 1 }));
    world.rounds(3);
    world.place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 2}"#);
    world.rounds(40);
    assert_eq!(world.state_of("81201"), CallState::Accepted, "{:?}", world.requests("81201"));
    world.check();
}

#[test]
fn a_refusal_ends_its_document_and_the_lane_goes_on() {
    let world = World::new();
    world.drop_orders("ORD1.csv", &["81201", "81213", "81203"]);
    world.rounds(4);
    assert_eq!(world.state_of("81201"), CallState::Accepted);
    assert_eq!(world.state_of("81213"), CallState::Refused, "its article is unknown");
    assert_eq!(world.state_of("81203"), CallState::Accepted);
    assert_eq!(world.requests("81213"), ["PUT 400"], "a refusal is not tried again");
    world.check();
}

#[test]
fn one_order_that_always_fails_goes_to_the_operator_and_the_lane_goes_on() {
    let world = World::new();
    world.fail(json!({ "verb": "PUT", "number": "81202", "how": { "kind": "status", "status": 500 } }));
    world.drop_orders("ORD1.csv", &["81201", "81202", "81203"]);
    for _ in 0..40 {
        world.rounds(1);
        world.clock.advance(TimeDelta::minutes(2));
    }
    assert_eq!(world.state_of("81201"), CallState::Accepted);
    assert_eq!(world.state_of("81203"), CallState::Accepted);
    let held = world.calls("81202");
    assert_eq!(held[0].state, CallState::Held, "{:?}", world.requests("81202"));
    assert_eq!(held[0].fault.as_ref().unwrap().code.name(), "call-keeps-failing");
    world.check();
}

#[test]
fn a_wrong_password_stops_the_installation_after_one_request_and_a_changed_one_goes_on() {
    let world = World::new();
    let password = world.place.read("password");
    world.place.write("password", b"wrong");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(world.place.path("password"), mode).unwrap();
    let before =
        world.place.sandbox_page("GET", "/sandbox/counters", "")["statuses"]["401"].as_u64().unwrap_or(0);
    world.drop_orders("ORD1.csv", &["81201", "81202", "81203"]);
    world.rounds(6);
    world.rounds(6);
    let after =
        world.place.sandbox_page("GET", "/sandbox/counters", "")["statuses"]["401"].as_u64().unwrap_or(0);
    assert_eq!(after - before, 1, "no second request with a password that is known to be wrong");
    assert_eq!(world.state_of("81201"), CallState::Pending);
    world.place.write("password", &password);
    world.rounds(6);
    for number in ["81201", "81202", "81203"] {
        assert_eq!(world.state_of(number), CallState::Accepted, "{number}");
    }
    world.check();
}

#[test]
fn hours_without_ongoing_lose_nothing_and_knock_seldom() {
    let world = World::new();
    world.fail(json!({ "how": { "kind": "status", "status": 503 } }));
    world.drop_orders("ORD1.csv", &["81201", "81202", "81203", "81204"]);
    let writes = || {
        let requests = world.place.sandbox_page("GET", "/sandbox/requests", "");
        requests.as_array().unwrap().iter().filter(|request| request["verb"] == "PUT").count()
    };
    let before = writes();
    for _ in 0..60 {
        world.rounds(1);
        world.clock.advance(TimeDelta::minutes(2));
    }
    let tried = writes() - before;
    assert!(tried < 60, "two hours of knocking: {tried}");
    world.place.sandbox_page("DELETE", "/sandbox/failures", "");
    for _ in 0..10 {
        world.rounds(1);
        world.clock.advance(TimeDelta::minutes(11));
    }
    for number in ["81201", "81202", "81203", "81204"] {
        assert_eq!(world.state_of(number), CallState::Accepted, "{number}: {:?}", world.requests(number));
    }
    assert_eq!(world.orders_in_ongoing(), 4);
    world.check();
}

#[test]
fn too_many_calls_rest_as_long_as_ongoing_says() {
    for retry_after in ["seconds", "date", "none"] {
        let world = World::new();
        world.place.sandbox_page(
            "POST",
            "/sandbox/switches",
            &json!({ "retry_after": retry_after }).to_string(),
        );
        // Five refusals in a row close the method at the vendor's side; our own breaker closes it one earlier.
        world.drop_orders("ORD1.csv", &["81213"]);
        world.fail(json!({ "verb": "PUT", "path": "/orders", "how": { "kind": "status", "status": 429 }, "times": 1 }));
        world.drop_orders("ORD2.csv", &["81201"]);
        for _ in 0..20 {
            world.rounds(1);
            world.clock.advance(TimeDelta::minutes(1));
        }
        assert_eq!(world.state_of("81201"), CallState::Accepted, "{retry_after}");
        world.check();
    }
}

#[test]
fn an_update_never_overtakes_and_an_interrupted_attempt_is_read_back_first() {
    let world = World::new();
    world.fail(
        json!({ "verb": "PUT", "number": "81201", "how": { "kind": "status", "status": 500 }, "times": 2 }),
    );
    world.drop_orders("ORD1.csv", &["81201"]);
    world.rounds(2);
    let day = sample("nordvik/orders/day/input.csv");
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&day);
    let rows: Vec<String> = text
        .lines()
        .enumerate()
        .filter(|(index, line)| *index == 0 || line.starts_with("0081201;"))
        .map(|(_, line)| line.replace("Värmlands Järn AB", "Värmlands Stål AB"))
        .collect();
    let bytes = windows_1252(&rows.join("\r\n"));
    world.place.write("erp/orders/ORD2.csv", &bytes);
    for _ in 0..10 {
        world.rounds(2);
        world.clock.advance(TimeDelta::minutes(1));
    }
    let calls = world.calls("81201");
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.state == CallState::Accepted), "{calls:?}");
    let state = world.place.sandbox_page("GET", "/sandbox/state", "");
    assert_eq!(
        state["orders"][0]["order"]["consignee"]["name"], "Värmlands Stål AB",
        "the newer one is what stays"
    );
    world.check();
}
