//! What a person must act on: a wrong password, another server in the place of Ongoing, missing rights. One request, one
//! alarm, and nothing more of that lane or installation until it is mended.

use chrono::TimeDelta;
use lastkaj::call::CallState::{Accepted, Held, Pending};
use lastkaj::fault::Turn;
use serde_json::json;

use crate::world::World;

fn set_password(world: &World, password: &[u8]) {
    world.place.write("password", password);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(world.place.path("password"), mode).unwrap();
}

#[test]
fn a_wrong_password_is_asked_with_once_whatever_waits() {
    let mut world = World::new();
    let right = world.place.read("password");
    set_password(&world, b"wrong");
    world.restart();
    let before = world.count("GET", "", 0) + world.count("PUT", "", 0);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B"), ("3", "Cesars", "C")]);
    world.articles("ART1.csv", &[("E", "Nyckel")]);
    world.every(chrono::TimeDelta::minutes(5), 50);
    let halts = |world: &mut World| {
        let ledger = world.gateway().ledger().clone();
        world.place.block_on(async { ledger.halts().await }).unwrap()
    };
    let halted = halts(&mut world);
    assert_eq!(halted.len(), 1, "one alarm: {halted:?}");
    assert_eq!(halted[0].scope, "installation sandbox");
    assert_eq!(
        (halted[0].fault.code.name(), halted[0].fault.turn),
        ("ongoing-wrong-password", Turn::Operator)
    );

    // A new start with the same password changes nothing: each wrong one counts.
    world.restart();
    world.every(chrono::TimeDelta::minutes(5), 5);
    assert_eq!(halts(&mut world), halted, "the same halt, since then");
    let requests = world.count("GET", "", 0) + world.count("PUT", "", 0);
    assert_eq!(requests - before, 1, "no further request");
    for number in ["1", "2", "3", "E"] {
        assert_eq!(world.states(number), [Pending], "{number}");
    }

    set_password(&world, &right);
    world.restart();
    world.rounds(2);
    assert_eq!(halts(&mut world), []);
    for number in ["1", "2", "3", "E"] {
        assert_eq!(world.states(number), [Accepted], "{number}: {:?}", world.about(number));
        assert_eq!(world.about(number).iter().filter(|request| *request == "PUT 200").count(), 1);
    }
    world.check();
}

fn halted(world: &mut World) -> Vec<String> {
    let ledger = world.gateway().ledger().clone();
    let halts = world.place.block_on(async { ledger.halts().await }).unwrap();
    halts.into_iter().map(|halt| format!("{}: {}", halt.scope, halt.fault.code.name())).collect()
}

#[test]
fn another_server_in_ongoings_place_halts_all_and_its_going_is_noticed() {
    let mut world = World::new();
    // As after a moved address, or a proxy's page that asks to log in.
    world.fail(json!({}), json!({ "kind": "status", "status": 302 }), None);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B"), ("3", "Cesars", "C")]);
    let before = world.count("PUT", "", 0) + world.count("GET", "", 0);
    world.every(TimeDelta::seconds(30), 40);
    assert_eq!(halted(&mut world), ["installation sandbox: ongoing-redirect"]);
    let requests = world.count("PUT", "", 0) + world.count("GET", "", 0) - before;
    assert!(requests <= 10, "{requests} requests in twenty minutes");
    world.mend();
    // The longest pause between two probes is ten minutes.
    world.every(TimeDelta::minutes(1), 12);
    assert_eq!(halted(&mut world), Vec::<String>::new(), "it goes on by itself");
    for number in ["1", "2", "3"] {
        assert_eq!(world.states(number), [Accepted], "{number}");
    }
    world.check();
}

#[test]
fn a_goods_owner_that_the_account_does_not_reach_halts_its_lane_only() {
    let mut world = World::new();
    let other = "\n[partner.other]\nongoing = \"sandbox\"\ngoods_owner = 160\ntimezone = \"Europe/Stockholm\"\n\
        remote = { path = \"ERP\" }\n[partner.other.inbox.orders]\nfolder = \"other\"\nfiles = \"*.csv\"\n\
        format = \"nordvik/orders\"\nready = { quiet = \"50ms\" }\n";
    let other = other.replace("ERP", &world.place.path("erp").display().to_string());
    std::fs::create_dir_all(world.place.path("erp/other")).unwrap();
    let outbox = "[partner.nordvik.outbox.shipments]";
    world.configure(&[(outbox, &format!("{other}\n{outbox}"))]);
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    let file = world.place.read("erp/orders/ORD1.csv");
    world.place.write("erp/other/ORD1.csv", &file);
    world.orders("ORD2.csv", &[("3", "Cesars", "C")]);
    world.rounds(6);
    assert_eq!(halted(&mut world), ["lane sandbox/160: ongoing-forbidden"]);
    let states = |world: &mut World, owner: i32| -> Vec<lastkaj::call::CallState> {
        let calls = ["1", "2", "3"].iter().flat_map(|number| world.calls(number)).collect::<Vec<_>>();
        calls.into_iter().filter(|call| call.lane.goods_owner == owner).map(|call| call.state).collect()
    };
    assert_eq!(states(&mut world, 159), [Accepted; 3]);
    assert_eq!(states(&mut world, 160), [Pending; 2], "nothing is lost");
    assert_eq!(world.count("PUT", "/orders", 403), 1, "it is asked once");
    // A person lifts it, and it is asked once more.
    let ledger = world.gateway().ledger().clone();
    let target = lastkaj::gateway::operate::parse_target("lane sandbox/160").unwrap();
    world.place.block_on(async { ledger.retry(target, "kim", world.clock.now()).await }).unwrap();
    world.rounds(3);
    assert_eq!(world.count("PUT", "/orders", 403), 2);
    assert_eq!(halted(&mut world), ["lane sandbox/160: ongoing-forbidden"]);
}

#[test]
fn what_the_account_may_not_do_holds_its_call_and_the_lane_goes_on() {
    let mut world = World::new();
    let body = r#"{"message":"You may not change orders of this type."}"#;
    world.fail(
        json!({ "verb": "PUT", "number": "1" }),
        json!({ "kind": "status", "status": 403, "body": body }),
        None,
    );
    world.orders("ORD1.csv", &[("1", "Åkes", "A"), ("2", "Bos", "B")]);
    world.rounds(6);
    assert_eq!(halted(&mut world), Vec::<String>::new());
    assert_eq!(world.states("1"), [Held]);
    assert_eq!(world.states("2"), [Accepted]);
    let fault = world.calls("1")[0].fault.clone().unwrap();
    assert!(fault.to_string().contains("You may not change orders"), "{fault}");
}

#[test]
fn a_call_that_waited_too_long_is_held_and_a_retry_begins_anew() {
    let mut world = World::new();
    world.configure(&[("time_out = \"20s\"", "time_out = \"20s\"\nwait_max = \"30m\"")]);
    world.orders("ORD1.csv", &[("1", "Åkes", "A")]);
    world.fail(json!({ "verb": "PUT" }), json!({ "kind": "status", "status": 408 }), None);
    world.every(TimeDelta::minutes(1), 60);
    assert_eq!(world.states("1"), [Held]);
    let fault = world.calls("1")[0].fault.clone().unwrap();
    assert_eq!((fault.code.name(), fault.args["wait"].as_str()), ("call-waited-too-long", "30m"));
    let ledger = world.gateway().ledger().clone();
    let order = lastkaj::gateway::operate::parse_target("order 1").unwrap();
    world.place.block_on(async { ledger.retry(order, "kim", world.clock.now()).await }).unwrap();
    world.every(TimeDelta::minutes(1), 20);
    assert_eq!(world.states("1"), [Pending], "it may wait as long again");
    world.mend();
    world.every(TimeDelta::minutes(1), 15);
    assert_eq!(world.states("1"), [Accepted]);
}
