//! After a restore nothing goes on before a person says so (promise 13).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lastkaj::fault::code;
use lastkaj::ledger::{Ledger, NewArrival, RESTORED, back_up, restore, verify};
use lastkaj::step::{StepHook, Steps};

use crate::support::sample;
use crate::world::{World, ask, rows};

fn requests(world: &World) -> String {
    world.place.sandbox_page("GET", "/sandbox/requests", "").to_string()
}

#[test]
fn nothing_is_picked_up_sent_or_delivered_before_it_is_lifted() {
    let world = World::new("");
    world.day(1);
    // What is half-way when the backup is made: a file that waits to be sent, and a report that is owed.
    world.place.sandbox_page(
        "POST",
        "/sandbox/failures",
        r#"{"verb": "PUT", "path": "/orders", "how": {"kind": "status", "status": 503}, "times": 1000}"#,
    );
    world.place.write("erp/orders/ORD2.csv", &sample("nordvik/orders/written-in-parts/input.csv"));
    world.work();
    assert!(world.ask::<i64>("SELECT count(*) FROM call WHERE state = 'pending'") > 0);
    std::fs::rename(world.place.path("erp/to-erp"), world.place.path("erp/away")).unwrap();
    // No error file can be written where a file has the folder's name.
    world.place.write("erp/orders/failed", b"");
    world.place.write("erp/orders/ORD3.csv", &sample("nordvik/orders/quantity-is-no-number/input.csv"));
    world.work();
    assert!(world.ask::<i64>("SELECT count(*) FROM report WHERE state = 'owed'") > 0);
    assert!(
        world.ask::<i64>("SELECT count(*) FROM report WHERE state = 'owed' AND outbox LIKE '%#errors'") > 0
    );
    std::fs::rename(world.place.path("erp/away"), world.place.path("erp/to-erp")).unwrap();
    std::fs::remove_file(world.place.path("erp/orders/failed")).unwrap();
    // And a file that is taken in and not read yet.
    receive_only(&world);
    world.place.sandbox_page("DELETE", "/sandbox/failures", "");

    let backup = world.place.path("backup.tar");
    assert_eq!(world.place.run(&["backup", "backup.tar"]).status.code(), Some(0));
    assert_eq!(world.place.run(&["restore", "backup.tar", "--check"]).status.code(), Some(0));
    let refused = world.place.run(&["restore", "backup.tar"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let before = rows(&world.data());
    let done = world.place.run(&["restore", "backup.tar", "--replace"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(String::from_utf8_lossy(&done.stdout).contains("lastkaj retry restored"), "{done:?}");
    let aside =
        world.place.names("data").into_iter().find(|name| name.starts_with("before-restore-")).unwrap();
    assert_eq!(rows(&world.data().join(aside)), before, "nothing was deleted");
    assert!(backup.exists());

    world.place.write("erp/orders/ORD4.csv", &sample("nordvik/orders/good/input.csv"));
    let (told, asked) = (world.place.names("erp/to-erp"), requests(&world));
    let received = || world.ask::<i64>("SELECT count(*) FROM arrival WHERE state = 'received'");
    assert_eq!(received(), 1);
    // Days go by and it is started again and again: it stays held.
    for _ in 0..3 {
        world.work();
        world.pass(chrono::TimeDelta::days(2));
    }
    let once = world.place.run(&["once"]);
    assert_eq!(once.status.code(), Some(3), "a person must act: {once:?}");
    assert_eq!(requests(&world), asked, "nothing was asked of Ongoing");
    assert_eq!(world.place.names("erp/to-erp"), told);
    assert!(!world.place.path("erp/orders/failed").exists(), "no error file");
    assert_eq!(received(), 1, "nothing was planned");
    assert!(world.place.names("erp/orders").contains(&"ORD4.csv".to_owned()));
    let list = world.place.run(&["list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains("restored") && list.contains("lastkaj retry \"restored\""), "{list}");

    assert_eq!(world.place.run(&["retry", "restored"]).status.code(), Some(0));
    world.work();
    world.pass(chrono::TimeDelta::hours(2));
    world.work();
    assert_ne!(requests(&world), asked);
    assert!(world.place.names("erp/to-erp").len() > told.len());
    assert!(!world.place.names("erp/orders").contains(&"ORD4.csv".to_owned()));
    assert_eq!(received(), 0);
    assert!(!world.place.names("erp/orders/failed").is_empty());
    assert_eq!(world.verify().faults, []);
}

/// A copy and its row, as they stand just after the intake.
fn receive_only(world: &World) {
    let gateway = world.open(Steps::unwatched());
    let config = world.config();
    let inbox = config.inboxes.iter().find(|inbox| inbox.name == "nordvik/orders").unwrap();
    let copy =
        gateway.ledger().spool().write_new(&mut &sample("nordvik/orders/dates/input.csv")[..]).unwrap();
    let new = NewArrival {
        inbox: inbox.name.clone(),
        partner: inbox.partner.clone(),
        lane: inbox.lane.clone(),
        name: "ORD0.csv".to_owned(),
        size: copy.size,
        modified: None,
        hash: copy.hash,
        spool: copy.name,
        received_at: world.now(),
        files: vec![],
        claims: vec![],
        held: None,
        hold_same_content: false,
    };
    gateway.ledger().admit(new).wait().unwrap();
}

/// Stops whoever takes the nth step.
struct CutAt(AtomicI64);

impl StepHook for CutAt {
    fn step(&self, _: &'static str, moment: &'static str) {
        if moment == "before" && self.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            panic!("cut here, as by a power cut");
        }
    }
}

#[test]
fn a_restore_cut_off_at_any_step_leaves_the_old_folder_or_none_that_can_be_opened() {
    let world = World::new("");
    world.day(1);
    let backup = world.place.path("backup.tar");
    back_up(&world.data(), &backup, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap();
    let (mut untouched, mut refused) = (0, 0);
    for steps in 1.. {
        let into = world.place.path(&format!("into{steps}"));
        crate::world::copy(&world.data(), &into);
        let before = rows(&into);
        let cut = Steps::watched(Arc::new(CutAt(AtomicI64::new(steps))));
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            restore(&backup, &into, true, world.now(), &cut, &mut |_, _| {})
        }));
        match (ended, Ledger::open(&into, Steps::unwatched())) {
            (Ok(done), Ok(ledger)) => {
                done.unwrap();
                assert!(ledger.halts().wait().unwrap().iter().any(|halt| halt.scope == RESTORED));
                break;
            }
            (Err(_), Ok(ledger)) => {
                drop(ledger);
                assert_eq!(rows(&into), before, "step {steps}: the old one, as it was");
                untouched += 1;
            }
            (Err(_), Err(fault)) => {
                assert_eq!(fault.code, code::RESTORE_UNFINISHED, "step {steps}");
                refused += 1;
            }
            (Ok(_), Err(fault)) => panic!("{fault}"),
        }
        // Once more, and it is whole.
        restore(&backup, &into, true, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap();
        assert_eq!(verify(&into, world.now(), &mut |_, _| {}).unwrap().faults, [], "step {steps}");
        assert_eq!(ask::<i64>(&into, "SELECT count(*) FROM halt WHERE scope = 'restored'"), 1);
    }
    println!("cut off: {untouched} times the old folder, {refused} times none that opens");
    assert!(untouched >= 2 && refused >= 4, "{untouched} {refused}");
}

#[test]
fn a_folder_that_a_gateway_has_is_not_restored_into() {
    let world = World::new("");
    world.day(1);
    let backup = world.place.path("backup.tar");
    back_up(&world.data(), &backup, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap();
    let gateway = world.open(Steps::unwatched());
    let fault =
        restore(&backup, &world.data(), true, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap_err();
    assert_eq!(fault.code, code::DATA_FOLDER_LOCKED);
    drop(gateway);
}
