//! Archive folders are emptied by age: only of what we took in or wrote, only where the inbox says so.

use chrono::TimeDelta;
use lastkaj::receive::{Inbox, Ready, Staged, empty_archive};

use crate::passes::{Desk, one};
use crate::world::World;

#[test]
fn only_what_was_taken_in_by_us_goes_and_only_after_its_time() {
    let desk = Desk::new();
    let inbox = Inbox { ready: Ready::default(), ..desk.inbox() };
    desk.put("in/a.csv", one("1"));
    desk.look(&inbox);
    desk.put("in/a.csv", one("2"));
    desk.look(&inbox);
    desk.put("in/b.csv", one("3"));
    desk.look(&inbox);
    desk.put("in/c.csv", "no orders in it");
    desk.look(&inbox);
    while desk.stage(&inbox) != Staged::Nothing {}
    for number in 1..=3 {
        desk.settle_next(crate::passes::accepted(number));
    }
    assert_eq!(desk.names("in/done"), ["a.2.csv", "a.csv", "b.csv", "c.csv"]);
    // Somebody put files of his own there, one under a name of ours.
    desk.put("in/done/theirs.csv", one("9"));
    desk.remove("in/done/b.csv");
    desk.put("in/done/b.csv", one("8"));
    let empty = |desk: &Desk, days: i64| {
        empty_archive(&desk.receive(), &inbox, desk.clock.now() - TimeDelta::days(days)).unwrap()
    };
    desk.clock.advance(TimeDelta::days(89));
    assert_eq!(empty(&desk, 90), 0, "their time is not over");
    desk.clock.advance(TimeDelta::days(2));
    assert_eq!(empty(&desk, 90), 3);
    assert_eq!(desk.names("in/done"), ["b.csv", "theirs.csv"]);
    assert_eq!(empty(&desk, 90), 0);
}

#[test]
fn a_gateway_empties_the_folders_of_the_inbox_that_says_so() {
    let world = World::new("");
    let toml = String::from_utf8(world.place.read("gateway.toml")).unwrap();
    let toml = toml.replace("folder = \"orders\"", "folder = \"orders\"\nkeep_moved = \"30d\"");
    world.place.write("gateway.toml", toml.as_bytes());
    world.day(1);
    world.place.write("erp/orders/broken.csv", b"no header that fits\n1;2\n");
    world.work();
    assert_eq!(world.place.names("erp/orders/done"), ["ORD1.csv", "broken.csv"]);
    assert_eq!(world.place.names("erp/orders/failed"), ["broken.csv.error.txt"]);
    world.pass(TimeDelta::days(29));
    world.keep();
    assert_eq!(world.place.names("erp/orders/done").len(), 2);
    world.pass(TimeDelta::days(2));
    world.keep();
    assert_eq!(world.place.names("erp/orders/done"), Vec::<String>::new());
    assert_eq!(world.place.names("erp/orders/failed"), Vec::<String>::new());
    assert_eq!(world.place.names("erp/articles/done"), ["ART1.csv"], "that inbox says nothing");
    // What was told and delivered elsewhere is the ERP's.
    assert!(!world.place.names("erp/to-erp").is_empty());
}
