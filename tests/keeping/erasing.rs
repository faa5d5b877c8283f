//! Personal data goes after its time, and the trace of numbers stays; rows go after theirs, and "once" still holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use lastkaj::fault::code;
use lastkaj::ledger::Target;
use lastkaj::step::{StepHook, Steps};

use crate::passes::At;
use crate::support::sample;
use crate::world::{EMAIL, NAME, World, copy, holding, rows};

#[test]
fn a_name_is_gone_from_every_file_after_its_time_and_the_numbers_stay() {
    let world = World::new("\n[keep]\nrequests = \"200d\"\n");
    world.day(1);
    let name = NAME.as_bytes();
    assert!(!holding(&world.data(), name).is_empty(), "it was there");
    let before = world.ask::<i64>("SELECT count(*) FROM document");
    let reports = world.ask::<i64>("SELECT count(*) FROM report");
    assert!(reports > 2);

    world.pass(TimeDelta::days(89));
    let kept = world.keep();
    assert_eq!((kept.rows, kept.files), (0, 0), "its time is not over");

    world.pass(TimeDelta::days(2));
    let kept = world.keep();
    assert!(kept.rows > 10 && kept.files > 3 && !kept.more, "{kept:?}");
    for needle in [name, EMAIL.as_bytes(), "Värmlands".as_bytes(), b"V\xe4rmlands", b"Ring p"] {
        assert_eq!(holding(&world.data(), needle), Vec::<std::path::PathBuf>::new());
    }
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM document"), before);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM report"), reports);
    assert_eq!(
        world.ask::<i64>(
            "SELECT count(*) FROM call WHERE erased_at IS NULL OR (hash = '' AND arrival_id IS NOT NULL)"
        ),
        0
    );
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM arrival WHERE hash = '' OR documents = 0"), 0);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM request WHERE answer <> ''"), 0);
    assert!(world.ask::<i64>("SELECT count(*) FROM request") > 3);
    assert_eq!(world.verify().faults, []);

    let traced = world.place.run(&["trace", "81204"]);
    let traced = String::from_utf8(traced.stdout).unwrap();
    for text in
        ["order 81204", "accepted", "/api/v1/orders -> 200", "erased on", "81204 delivered", "report SHP_"]
    {
        assert!(traced.contains(text), "{text}: {traced}");
    }
    assert!(!traced.contains(NAME), "{traced}");
}

#[test]
fn what_was_erased_is_not_tried_again_and_the_fault_says_why() {
    let world = World::new("");
    world.place.write("erp/orders/bad.csv", &sample("nordvik/orders/good/input.csv")[..200]);
    world.day(1);
    let ledger_of = |world: &World| world.open(Steps::unwatched());
    world.pass(TimeDelta::days(91));
    world.keep();
    let gateway = ledger_of(&world);
    let ledger = gateway.ledger();
    for target in [Target::Call(1), Target::Arrival(1), Target::Report(1)] {
        let fault = ledger.require_not_erased(target.clone()).wait().unwrap_err();
        assert_eq!(fault.code, code::ERASED, "{target}");
        assert!(fault.to_string().contains("was erased on 20"), "{fault}");
        assert_eq!(ledger.retry(target, "eva", world.now()).wait().unwrap_err().code, code::ERASED);
    }
    drop(gateway);
    let refused = world.place.run(&["retry", "report", "1"]);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("erased"), "{refused:?}");
}

#[test]
fn rows_go_after_their_time_and_once_still_holds() {
    let world = World::new("");
    world.day(1);
    let next = world.ask::<i64>("SELECT sum(next_sequence) FROM outbox");
    let told = world.ask::<i64>("SELECT count(*) FROM told");
    let known = world.ask::<i64>("SELECT count(*) FROM known");
    assert!(told > 0 && known > 0);
    world.pass(TimeDelta::days(401));
    world.keep();
    for table in
        ["arrival", "document", "call", "request", "need", "fact", "report", "document_told", "arrival_told"]
    {
        assert_eq!(world.ask::<i64>(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(world.ask::<i64>("SELECT sum(next_sequence) FROM outbox"), next);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM told"), told);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM known"), known);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM fingerprint"), 2);
    assert_eq!(world.verify().faults, []);

    // The very same file again: not a new arrival. A new one: the numbers go on.
    std::fs::rename(world.place.path("erp/orders/done/ORD1.csv"), world.place.path("erp/orders/ORD1.csv"))
        .unwrap();
    world.work();
    assert_eq!(world.place.names("erp/orders"), ["done", "failed"].map(str::to_owned)[..1].to_vec());
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM arrival"), 0, "it was taken in before");
    world.day(2);
    assert!(world.ask::<i64>("SELECT sum(next_sequence) FROM outbox") > next);
    assert_eq!(world.verify().faults, []);
    let same: i64 = world.ask("SELECT count(*) FROM arrival WHERE same_content_as IS NOT NULL");
    assert_eq!(same, 2, "the same content under another name is known");
}

#[test]
fn the_files_of_an_archive_are_known_after_its_rows_are_gone() {
    let world = World::new("");
    let toml = String::from_utf8(world.place.read("gateway.toml")).unwrap();
    let toml = toml.replace("folder = \"orders\"", "folder = \"orders\"\nunpack = [\"zip\", \"gz\"]");
    world.place.write("gateway.toml", toml.as_bytes());
    let order = sample("nordvik/orders/good/input.csv");
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("inner.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut writer, &order).unwrap();
    world.place.write("erp/orders/ORD8.csv", &writer.finish().unwrap().into_inner());
    world.work();
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM part WHERE name = 'inner.csv'"), 1);
    let shown = world.place.run(&["show", "arrival", "1"]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains("inner.csv  lines 2-"), "{text}");
    assert!(text.contains("\ninner.csv\n\n     1  "), "its lines, not the bytes of the archive: {text}");
    world.pass(TimeDelta::days(401));
    world.keep();
    for table in ["arrival", "document", "part"] {
        assert_eq!(world.ask::<i64>(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(
        world.ask::<String>("SELECT name FROM fingerprint WHERE name LIKE '%/%'"),
        "ORD8.csv/inner.csv"
    );
    world.place.write("erp/orders/ORD9.csv", &order);
    world.work();
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM arrival WHERE same_content_as = 1"), 1);
    assert_eq!(world.verify().faults, []);
}

#[test]
fn a_file_that_is_left_in_its_folder_is_not_taken_in_again_after_its_row_is_gone() {
    let world = World::new("");
    let toml = String::from_utf8(world.place.read("gateway.toml")).unwrap();
    let toml = toml.replace("folder = \"orders\"", "folder = \"orders\"\nafter = \"leave\"");
    world.place.write("gateway.toml", toml.as_bytes());
    world.day(1);
    assert_eq!(world.place.names("erp/orders"), ["ORD1.csv"]);
    world.pass(TimeDelta::days(401));
    world.keep();
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM arrival"), 0);
    let copies = Arc::new(AtomicI64::new(0));
    let count = copies.clone();
    let steps = At::each("spool.finish", "before", move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let gateway = world.open(steps);
    for _ in 0..4 {
        world.place.block_on(gateway.once()).unwrap();
        world.pass(TimeDelta::seconds(1));
    }
    drop(gateway);
    assert_eq!(copies.load(Ordering::Relaxed), 0, "it is not even copied again");
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM arrival"), 0, "the ledger still knows it");
    assert_eq!(world.place.names("erp/orders"), ["ORD1.csv"]);
}

/// Ends the thread that takes the nth step.
struct CutAt(AtomicI64);

impl StepHook for CutAt {
    fn step(&self, _: &'static str, moment: &'static str) {
        if moment == "before" && self.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            panic!("cut here, as by a power cut");
        }
    }
}

#[test]
fn housekeeping_that_is_cut_off_at_any_step_goes_on_where_it_was() {
    let world = World::new("");
    world.day(1);
    world.pass(TimeDelta::days(401));
    let saved = world.place.path("saved");
    copy(&world.data(), &saved);
    world.keep();
    let expected = rows(&world.data());
    let mut steps = 0;
    loop {
        std::fs::remove_dir_all(world.data()).unwrap();
        copy(&saved, &world.data());
        // Opening takes steps too; those of keeping house come after them.
        let cut = Arc::new(CutAt(AtomicI64::new(0)));
        let gateway = world.open(Steps::watched(cut.clone()));
        cut.0.store(steps + 1, Ordering::Relaxed);
        let ended = world.place.block_on(gateway.keep_house());
        drop(gateway);
        if ended.is_ok() {
            break;
        }
        assert_eq!(world.verify().faults, [], "cut at step {steps}");
        world.keep();
        assert_eq!(rows(&world.data()), expected, "cut at step {steps}");
        assert_eq!(holding(&world.data(), NAME.as_bytes()), Vec::<std::path::PathBuf>::new());
        steps += 1;
    }
    println!("{steps} steps of housekeeping were walked");
    assert!(steps > 20, "{steps}");
}

#[test]
fn a_copy_that_no_row_knows_goes_after_an_hour_and_no_younger_one() {
    let world = World::new("");
    world.day(1);
    let gateway = world.open(Steps::unwatched());
    let orphan = gateway.ledger().spool().write_new(&mut NAME.as_bytes()).unwrap();
    let is_there = || gateway.ledger().spool().open_copy(&orphan.name).is_ok();
    world.place.block_on(gateway.keep_house()).unwrap();
    assert!(is_there());
    world.pass(TimeDelta::minutes(59));
    world.place.block_on(gateway.keep_house()).unwrap();
    assert!(is_there(), "it may be about to get its row");
    world.pass(TimeDelta::minutes(1));
    assert_eq!(world.place.block_on(gateway.keep_house()).unwrap().files, 1);
    assert!(!is_there());
}

#[test]
fn a_running_gateway_keeps_house_once_an_hour() {
    let world = World::new("");
    world.day(1);
    let kept_at = || world.ask::<i64>("SELECT at FROM housekeeping");
    let first = kept_at();
    world.work();
    assert_eq!(kept_at(), first);
    world.pass(TimeDelta::days(91));
    world.work();
    assert!(kept_at() > first);
    assert_eq!(world.ask::<i64>("SELECT count(*) FROM call WHERE erased_at IS NULL"), 0);
}
