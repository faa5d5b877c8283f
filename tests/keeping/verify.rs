//! `verify` finds each planted defect.

use std::io::{Seek, SeekFrom, Write};

use chrono::TimeDelta;
use lastkaj::ledger::verify;

use crate::world::{World, connect, copy};

fn spooled(world: &World) -> std::path::PathBuf {
    let name: String = world.ask("SELECT spool FROM arrival WHERE id = 2");
    world.data().join("spool").join(name)
}

#[test]
fn each_planted_defect_is_found_and_nothing_else() {
    let world = World::new("");
    world.day(1);
    let well = world.verify();
    assert_eq!((well.faults.clone(), well.more), (vec![], 0));
    assert!(well.files > 3 && well.documents >= 4 && well.calls >= 4, "{well:?}");
    let saved = world.place.path("saved");
    copy(&world.data(), &saved);
    type Plant<'a> = Box<dyn Fn() + 'a>;
    let sql = |text: &'static str| -> Plant<'_> {
        let world = &world;
        Box::new(move || {
            let connection = connect(&world.data());
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            connection.execute_batch(text).unwrap();
        })
    };
    let defects: Vec<(&str, Plant<'_>)> = vec![
        ("spool-file-missing", Box::new(|| std::fs::remove_file(spooled(&world)).unwrap())),
        (
            "spool-file-differs",
            Box::new(|| {
                let path = spooled(&world);
                let mut bytes = std::fs::read(&path).unwrap();
                bytes[10] ^= 1;
                std::fs::write(path, bytes).unwrap();
            }),
        ),
        (
            "spool-file-differs",
            Box::new(|| {
                let path = spooled(&world);
                std::fs::write(&path, &std::fs::read(&path).unwrap()[..50]).unwrap();
            }),
        ),
        (
            "spool-file-orphan",
            Box::new(|| {
                let path = world.data().join("spool/ab");
                std::fs::create_dir_all(&path).unwrap();
                let file = std::fs::File::create(path.join("abc-1")).unwrap();
                let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 3600);
                file.set_modified(old).unwrap();
            }),
        ),
        (
            "counts-disagree",
            sql(
                "DELETE FROM document_told; DELETE FROM call WHERE arrival_id = 2 AND id = (SELECT max(id) FROM call WHERE arrival_id = 2)",
            ),
        ),
        ("counts-disagree", sql("UPDATE arrival SET documents = documents + 1 WHERE id = 1")),
        ("counts-disagree", sql("UPDATE arrival SET open_calls = 1, state = 'published' WHERE id = 1")),
        ("counts-disagree", sql("UPDATE call SET state = 'pending' WHERE arrival_id IS NOT NULL AND id = 1")),
        ("counts-disagree", sql("INSERT INTO need (call_id, kind, number) VALUES (9999, 'article', 'A')")),
        (
            "sequence-gap",
            sql("UPDATE outbox SET next_sequence = next_sequence + 1 WHERE name = 'nordvik/shipments'"),
        ),
        (
            "sequence-gap",
            sql(
                "UPDATE report SET sequence = sequence + 50 WHERE id = (SELECT max(id) FROM report WHERE outbox = 'nordvik/acknowledgements')",
            ),
        ),
    ];
    for (number, (code, plant)) in defects.iter().enumerate() {
        std::fs::remove_dir_all(world.data()).unwrap();
        copy(&saved, &world.data());
        plant();
        let found = world.verify();
        let codes: Vec<&str> = found.faults.iter().map(|fault| fault.code.name()).collect();
        assert!(!codes.is_empty() && codes.iter().all(|found| found == code), "{number} {code}: {found:#?}");
    }
}

#[test]
fn a_damaged_database_is_found() {
    let world = World::new("");
    world.day(1);
    connect(&world.data()).pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).unwrap();
    let index: i64 = world.ask("SELECT rootpage FROM sqlite_schema WHERE name = 'call_number'");
    let size: i64 = world.ask("PRAGMA page_size");
    let mut file = std::fs::OpenOptions::new().write(true).open(world.data().join("ledger.sqlite")).unwrap();
    file.seek(SeekFrom::Start(((index - 1) * size) as u64)).unwrap();
    file.write_all(&vec![0x5a; size as usize]).unwrap();
    drop(file);
    match verify(&world.data(), world.now(), &mut |_, _| {}) {
        Ok(found) => {
            assert!(found.faults.iter().any(|fault| fault.code.name() == "ledger-damaged"), "{found:?}")
        }
        Err(fault) => assert_eq!(fault.code.name(), "ledger-failed"),
    }
}

#[test]
fn a_young_file_without_a_row_is_no_defect() {
    let world = World::new("");
    world.day(1);
    let gateway = world.open(lastkaj::step::Steps::unwatched());
    gateway.ledger().spool().write_new(&mut &b"just finished"[..]).unwrap();
    assert_eq!(world.verify().faults, []);
    world.pass(TimeDelta::hours(3));
    assert_eq!(world.verify().faults.len(), 1);
}

#[test]
fn the_command_says_what_is_wrong_and_exits_with_3() {
    let world = World::new("");
    assert_eq!(world.place.run(&["verify"]).status.code(), Some(3), "there is no ledger yet");
    world.day(1);
    let well = world.place.run(&["verify"]);
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    assert!(String::from_utf8_lossy(&well.stdout).contains("ledger and spool agree"), "{well:?}");
    std::fs::remove_file(spooled(&world)).unwrap();
    let wrong = world.place.run(&["verify"]);
    let said = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert_eq!(wrong.status.code(), Some(3), "{said}");
    assert!(said.contains("arrival 2 (ORD1.csv) needs"), "{said}");
    let json = world.place.run(&["verify", "--json"]);
    assert_eq!(json.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["faults"][0]["code"], "spool-file-missing");
}
