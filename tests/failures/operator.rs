//! A wrong password: one request, one alarm, and nothing more until a person has acted.

use lastkaj::call::CallState::{Accepted, Pending};
use lastkaj::fault::Turn;

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
