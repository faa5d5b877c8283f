//! What a person does, and what waits for one: the brake, hold and release, send-again, show; each with what becomes of
//! it in Ongoing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, dead_code)]

#[path = "failures/world.rs"]
mod world;

mod support;

use chrono::TimeDelta;
use lastkaj::call::CallState::{Accepted, Held, Pending, Refused, Unchanged};
use lastkaj::call::Kind;
use lastkaj::ledger::{Arrival, ArrivalFilter, ArrivalState, Ledger, Target};
use world::World;

fn ledger(world: &mut World) -> Ledger {
    world.gateway().ledger().clone()
}

/// The newest arrival.
fn newest(world: &mut World) -> Arrival {
    let ledger = ledger(world);
    world.place.block_on(async { ledger.arrivals(ArrivalFilter::default(), 1).await }).unwrap().remove(0)
}

/// A register with so many articles, of which the first ones are called otherwise.
fn register(world: &World, file: &str, articles: usize, otherwise: usize) {
    let rows: Vec<(String, String)> = (0..articles)
        .map(|index| {
            let name =
                if index < otherwise { format!("Hasp {index} ({file})") } else { format!("Hasp {index}") };
            (format!("A{index:03}"), name)
        })
        .collect();
    let rows: Vec<(&str, &str)> =
        rows.iter().map(|(number, name)| (number.as_str(), name.as_str())).collect();
    world.articles(file, &rows);
}

fn full() -> World {
    let mut world = World::empty();
    register(&world, "ART1.csv", 120, 0);
    world.rounds(4);
    assert_eq!(newest(&mut world).state, ArrivalState::Done);
    world
}

#[test]
fn a_register_that_changes_too_much_waits_for_a_person_with_what_it_changes() {
    let mut world = full();
    let sent = world.count("PUT", "/articles", 200);
    register(&world, "ART2.csv", 120, 60);
    world.rounds(4);
    let held = newest(&mut world);
    assert_eq!(held.state, ArrivalState::Held);
    let fault = &held.faults[0];
    assert_eq!(fault.code.name(), "brake-changed");
    let counts = ["new", "changed", "unchanged", "known", "share"].map(|name| fault.args[name].as_str());
    assert_eq!(counts, ["0", "60", "60", "120", "50"]);
    assert!(
        fault.args["examples"].starts_with("A000 (articleName Hasp 0 → Hasp 0 (ART2.csv))"),
        "{}",
        fault.args["examples"]
    );
    world.restart();
    world.rounds(2);
    assert_eq!(world.count("PUT", "/articles", 200), sent, "nothing of it is sent");
    let ledger = ledger(&mut world);
    let now = world.clock.now();
    let released = ledger.release(Target::Arrival(held.id), "new names", "kim", now);
    world.place.block_on(released.into_future()).unwrap();
    world.rounds(4);
    assert_eq!(newest(&mut world).state, ArrivalState::Done, "the brake does not hold it again");
    assert_eq!(world.count("PUT", "/articles", 200), sent + 60);
    let trace = world.place.block_on(async { ledger.trace(&held.id.to_string()).await }).unwrap();
    let deed = &trace.audit[0];
    assert_eq!((deed.who.as_str(), deed.action.as_str(), deed.why.as_str()), ("kim", "release", "new names"));
}

#[test]
fn a_half_export_waits_and_a_file_of_changes_does_not() {
    let mut world = full();
    register(&world, "ART2.csv", 50, 0);
    world.rounds(4);
    let half = newest(&mut world);
    assert_eq!((half.state, half.faults[0].code.name()), (ArrivalState::Held, "brake-shorter"));
    assert_eq!(half.faults[0].args["before"], "120");
    // The next whole one is judged by the last whole one, and goes through.
    register(&world, "ART3.csv", 121, 20);
    world.rounds(4);
    assert_eq!(newest(&mut world).state, ArrivalState::Done);
    // What the newer one said must not be set back by the older one.
    let ledger = ledger(&mut world);
    let now = world.clock.now();
    let released = ledger.release(Target::Arrival(half.id), "", "kim", now);
    let refused = world.place.block_on(released.into_future()).unwrap_err();
    assert!(refused.to_string().contains("older than a file of its inbox"), "{refused}");
    let discarded = ledger.discard(Target::Arrival(half.id), "cut short", "kim", now);
    world.place.block_on(discarded.into_future()).unwrap();
}

#[test]
fn what_is_unchanged_is_sent_again_after_its_time() {
    let mut world = World::empty();
    world.configure(&[("format = \"nordvik/articles\"", "format = \"nordvik/articles\"\nrefresh = \"30d\"")]);
    // The number says how early within the last quarter; the sum over this one's characters passes 32 bits.
    let number = "ART-192160470";
    world.articles("ART1.csv", &[(number, "Hasp")]);
    world.rounds(4);
    world.clock.advance(TimeDelta::days(20));
    world.articles("ART2.csv", &[(number, "Hasp")]);
    world.rounds(4);
    assert_eq!(world.states(number), [Accepted, Unchanged]);
    world.clock.advance(TimeDelta::days(11));
    world.articles("ART3.csv", &[(number, "Hasp")]);
    world.rounds(4);
    assert_eq!(world.states(number), [Accepted, Unchanged, Accepted]);
}

#[test]
fn an_order_that_comes_again_says_so_in_the_acknowledgement() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.rounds(6);
    world.orders("ORD2.csv", &[("1", "Bos", "A")]);
    world.rounds(6);
    let rows = world.place.rows("erp/to-erp", "ACK_");
    let told: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row["Fil"] == "ORD2.csv")
        .map(|row| (row["Utfall"].as_str(), row["Felkod"].as_str()))
        .collect();
    let otherwise = "came-before-otherwise";
    assert_eq!(told, [("taken", otherwise), ("accepted", otherwise)]);
    let row = rows.iter().find(|row| row["Felkod"] == "came-before-otherwise").unwrap();
    assert!(row["Meddelande"].contains("ORD1.csv"), "{row:?}");
}

#[test]
fn a_lane_and_a_call_are_held_until_they_are_released_whatever_starts_anew() {
    let mut world = World::new();
    let lane = Target::Halt("lane sandbox/159".to_owned());
    let held = ledger(&mut world).hold(lane.clone(), "stock-taking", "kim", world.clock.now());
    world.place.block_on(held.into_future()).unwrap();
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.rounds(4);
    world.restart();
    world.rounds(4);
    assert_eq!((world.states("1"), world.states("2")), (vec![Pending], vec![Pending]));
    let order = Target::Key(Kind::Order, "1".to_owned());
    let held = ledger(&mut world).hold(order.clone(), "the customer calls back", "kim", world.clock.now());
    world.place.block_on(held.into_future()).unwrap();
    let released = ledger(&mut world).release(lane, "stock is taken", "kim", world.clock.now());
    world.place.block_on(released.into_future()).unwrap();
    world.rounds(4);
    assert_eq!((world.states("1"), world.states("2")), (vec![Held], vec![Accepted]));
    let released = ledger(&mut world).release(order, "she did", "kim", world.clock.now());
    world.place.block_on(released.into_future()).unwrap();
    world.rounds(2);
    assert_eq!(world.states("1"), [Accepted]);
    world.check();
}

#[test]
fn the_newest_version_is_sent_again_and_no_older_one() {
    let mut world = World::new();
    world.articles("ART1.csv", &[("A", "Hasp 2")]);
    world.rounds(4);
    let calls = world.calls("A");
    assert_eq!(world.about("A"), ["PUT 200", "PUT 200"]);
    let again = |world: &mut World, target: Target| {
        let again = ledger(world).send_again(target, "changed in Ongoing", "kim", world.clock.now());
        world.place.block_on(again.into_future())
    };
    let refused = again(&mut world, Target::Call(calls[0].id)).unwrap_err();
    assert!(refused.to_string().contains("older than another version"), "{refused}");
    again(&mut world, Target::Key(Kind::Article, "A".to_owned())).unwrap();
    world.rounds(4);
    assert_eq!(world.about("A"), ["PUT 200", "PUT 200", "PUT 200"]);
    assert_eq!(world.states("A"), [Accepted, Accepted]);
    assert_eq!(newest(&mut world).state, ArrivalState::Done, "the file is done once more");
    // What came after it is judged by it.
    world.articles("ART2.csv", &[("A", "Hasp 2")]);
    world.rounds(4);
    assert_eq!(world.states("A"), [Accepted, Accepted, Unchanged]);
    assert!(again(&mut world, Target::Key(Kind::Article, "nobody".to_owned())).is_err());
}

#[test]
fn a_file_is_shown_with_its_lines_and_mistakes_in_the_configuration_keep_nobody_from_looking() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.rounds(6);
    let arrival = newest(&mut world).id.to_string();
    world.restart();
    let shown = world.place.run(&["show", "arrival", &arrival]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains("ORD1.csv") && text.contains("put order") && text.contains("accepted"), "{text}");
    assert!(text.contains("     2  1;1001;;Åkes;Älvgatan 3"), "{text}");
    let raw = world.place.run(&["show", &arrival, "--raw"]);
    assert_eq!(raw.stdout, world.place.read("erp/orders/done/ORD1.csv"), "byte for byte");
    let call = world.place.run(&["show", "call", "5", "--json"]);
    let call: serde_json::Value = serde_json::from_slice(&call.stdout).unwrap();
    assert!(call["requests"].as_str().unwrap().starts_with("PUT /api/v1/orders\n{"), "{call}");

    // What is not there cannot be held, which must not look as if it were.
    let nowhere = world.place.run(&["hold", "lane", "sandbox/1590", "--why", "a slip of the pen"]);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("one of: sandbox/159"), "{nowhere:?}");

    let config = String::from_utf8(world.place.read("gateway.toml")).unwrap();
    world
        .place
        .write("gateway.toml", config.replace("goods_owner = 159", "goods_owner = \"nobody\"").as_bytes());
    for command in [&["list"][..], &["list", "calls"], &["trace", "1"], &["show", &arrival]] {
        let output = world.place.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("has 1 mistake"), "{command:?}: {output:?}");
    }
}

#[test]
fn registers_are_listed_written_as_code_tables_and_kept_for_the_check_of_codes() {
    let mut world = World::new();
    world.restart();
    let listed = world.place.run(&["codes", "nordvik", "--write", "codes"]);
    let text = String::from_utf8(listed.stdout.clone()).unwrap();
    assert_eq!(listed.status.code(), Some(0), "{listed:?}");
    for title in ["Transporters", "Transporter services", "Ways of delivery", "Order statuses", "Warehouses"]
    {
        assert!(text.contains(title), "{title}: {text}");
    }
    println!("{text}");
    let state = world.place.sandbox_page("GET", "/sandbox/counters", "");
    assert_eq!(state["violations"], 0, "every read fits the OpenAPI file: {state}");
    let json = world.place.run(&["codes", "nordvik", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let transporter = json["transporters"][0]["code"].as_str().unwrap().to_owned();
    let service = json["transporter services"].as_array().unwrap();
    assert!(service.iter().any(|service| service["of"] == transporter), "{json}");
    // A code table that parses, and is not written over.
    let path = "codes/nordvik-transporters.toml";
    let table: toml::Table = toml::from_str(&String::from_utf8(world.place.read(path)).unwrap()).unwrap();
    assert_eq!(table[&transporter].as_str(), Some(transporter.as_str()));
    world.place.write(path, b"mine = \"PLAB\"\n");
    let again = world.place.run(&["codes", "nordvik", "--write", "codes"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("stays as it is"), "{again:?}");
    assert_eq!(world.place.read(path), b"mine = \"PLAB\"\n");
    let kept = ledger(&mut world).register(&world.lane(), "transporters");
    let kept = world.place.block_on(kept.into_future()).unwrap().unwrap();
    assert!(kept.entries.iter().any(|entry| entry.code == transporter));
    let nobody = world.place.run(&["codes", "nobody"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("nordvik"), "{nobody:?}");
}

#[test]
fn registers_are_read_once_a_day_and_after_a_failure_once_an_hour() {
    let mut world = World::new();
    let refresh = |world: &mut World, after: TimeDelta| {
        world.clock.advance(after);
        world.gateway();
        let gateway = world.gateway.as_ref().unwrap();
        world.place.block_on(gateway.refresh_registers()).unwrap();
        world.count("GET", "/transporterContracts", 0)
    };
    world.fail(
        serde_json::json!({ "verb": "GET" }),
        serde_json::json!({ "kind": "status", "status": 500 }),
        None,
    );
    assert_eq!(refresh(&mut world, TimeDelta::zero()), 1);
    assert_eq!(refresh(&mut world, TimeDelta::minutes(1)), 1, "it failed a moment ago");
    world.mend();
    assert_eq!(refresh(&mut world, TimeDelta::hours(1)), 2);
    assert_eq!(refresh(&mut world, TimeDelta::hours(2)), 2, "it was read today");
    assert_eq!(refresh(&mut world, TimeDelta::hours(23)), 3);
    let kept = ledger(&mut world).register(&world.lane(), "transporter services");
    assert!(world.place.block_on(kept.into_future()).unwrap().unwrap().entries.len() > 3);
}

/// Somebody changes an article in Ongoing itself.
fn change_in_ongoing(world: &World, body: &str) {
    use std::io::{Read, Write};

    use base64::Engine;
    let account = base64::engine::general_purpose::STANDARD.encode("sandbox:sandbox");
    let mut stream = std::net::TcpStream::connect(world.place.sandbox.address).unwrap();
    let head = format!(
        "PUT /sandbox/api/v1/articles HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic {account}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn what_was_changed_in_ongoing_is_shown_and_sent_again() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.rounds(6);
    world.restart();
    let reconcile = |world: &World, more: &[&str]| {
        let mut arguments = vec!["reconcile", "nordvik", "--json"];
        arguments.extend(more);
        let output = world.place.run(&arguments);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), json)
    };
    let (code, json) = reconcile(&world, &[]);
    assert_eq!((code, json["same"].as_u64()), (Some(0), Some(6)), "{json}");
    // A newer version that Ongoing refused is not what was accepted.
    world.fail(
        serde_json::json!({ "verb": "PUT", "number": "B" }),
        serde_json::json!({ "kind": "status", "status": 400, "body": "{\"message\":\"no\"}" }),
        Some(1),
    );
    world.articles("ART1.csv", &[("B", "Refused")]);
    world.rounds(4);
    assert_eq!(world.states("B"), [Accepted, Refused]);
    world.restart();
    change_in_ongoing(
        &world,
        r#"{"goodsOwnerId":159,"articleNumber":"B","articleName":"Another","unitCode":"st"}"#,
    );
    let (code, json) = reconcile(&world, &[]);
    assert_eq!((code, json["same"].as_u64()), (Some(1), Some(5)), "{json}");
    let difference = &json["differences"][0];
    assert_eq!((&difference["document"], &difference["number"]), (&"article".into(), &"B".into()), "{json}");
    assert_eq!(difference["compared"]["is"], "changed", "{json}");
    let text = world.place.run(&["reconcile", "nordvik"]);
    println!("{}", String::from_utf8(text.stdout).unwrap());
    let (_, json) = reconcile(&world, &["--resend", "--why", "overwritten by hand"]);
    assert_eq!(json["resent"][0], "article B: sent again", "{json}");
    world.rounds(3);
    world.restart();
    let (code, json) = reconcile(&world, &[]);
    assert_eq!((code, json["same"].as_u64()), (Some(0), Some(6)), "{json}");
    assert_eq!(world.states("B"), [Accepted, Refused], "the accepted one went again");
    world.check();
}
