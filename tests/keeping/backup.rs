//! A backup is whole and consistent whatever the gateway does meanwhile.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use chrono::TimeDelta;
use lastkaj::fault::code;
use lastkaj::ledger::{Verified, back_up, check_backup, restore, verify};
use lastkaj::step::Steps;

use crate::passes::At;
use crate::support::{Place, sample};
use crate::world::{NAME, World, ask, holding, rows};

/// Restores a backup into a new folder, and verifies what is there.
fn restored(backup: &Path, into: &Path) -> Verified {
    let now = lastkaj::clock::Clock::System.now();
    restore(backup, into, false, now, &Steps::unwatched(), &mut |_, _| {}).unwrap();
    verify(into, now, &mut |_, _| {}).unwrap()
}

fn back_up_now(world: &World, name: &str) -> PathBuf {
    let path = world.place.path(name);
    let made = back_up(&world.data(), &path, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap();
    assert_eq!((made.faults, &made.path), (vec![], &path));
    path
}

#[test]
fn a_running_gateway_is_backed_up_again_and_again_and_each_backup_is_whole() {
    let place = Place::new();
    let mut child = place.lastkaj(&["run"]).stderr(Stdio::null()).spawn().unwrap();
    let mut backups = Vec::new();
    for number in 0..6 {
        place.write(&format!("erp/articles/ART{number}.csv"), &sample("nordvik/articles/good/input.csv"));
        place.write(&format!("erp/orders/ORD{number}.csv"), &sample("nordvik/orders/good/input.csv"));
        place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 50}"#);
        let name = format!("backup{number}.tar");
        let mut made = place.run(&["backup", &name, "--json"]);
        // The ledger is there as soon as the gateway is.
        while number == 0 && !made.status.success() {
            assert_eq!(child.try_wait().unwrap(), None);
            made = place.run(&["backup", &name, "--json"]);
        }
        assert_eq!(made.status.code(), Some(0), "{made:?}");
        let told: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        assert_eq!(told["bytes"], std::fs::metadata(place.path(&name)).unwrap().len());
        backups.push(place.path(&name));
        assert_eq!(place.run(&["verify"]).status.code(), Some(0), "beside the gateway that runs");
    }
    assert_eq!(child.try_wait().unwrap(), None, "it runs on");
    child.kill().unwrap();
    child.wait().unwrap();
    let mut arrivals = 0;
    for (number, backup) in backups.iter().enumerate() {
        let verified = restored(backup, &place.path(&format!("restored{number}")));
        assert_eq!(verified.faults, [], "{}", backup.display());
        assert!(verified.arrivals >= arrivals);
        arrivals = verified.arrivals;
    }
    assert!(arrivals > 2, "the gateway worked meanwhile: {arrivals}");
    assert_eq!(
        place.names(".").iter().filter(|name| name.starts_with('.')).count(),
        0,
        "nothing half-made is left"
    );
}

#[test]
fn a_file_that_goes_while_the_backup_is_made_is_let_go_in_the_backup_too() {
    let world = World::new("");
    world.day(1);
    world.pass(TimeDelta::days(91));
    let gateway = Arc::new(world.open(Steps::unwatched()));
    let keeps = gateway.clone();
    let handle = std::thread::spawn(move || keeps);
    let keeps = handle.join().unwrap();
    // Between the rows and the first file, house is kept.
    let steps = At::once("backup.copy", "before", 1, move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let kept = runtime.block_on(keeps.keep_house()).unwrap();
        assert!(kept.files > 3, "{kept:?}");
    });
    let path = world.place.path("backup.tar");
    let made = back_up(&world.data(), &path, world.now(), &steps, &mut |_, _| {}).unwrap();
    assert_eq!((made.faults, made.files), (vec![], 0));
    let into = world.place.path("restored");
    assert_eq!(restored(&path, &into).faults, []);
    assert_eq!(ask::<i64>(&into, "SELECT count(*) FROM arrival WHERE file_erased_at IS NULL"), 0);
    drop(gateway);
}

#[test]
fn what_was_erased_is_in_no_later_backup_and_a_backup_holds_all_else() {
    let world = World::new("");
    world.day(1);
    let before = back_up_now(&world, "before.tar");
    assert_eq!(
        holding(&world.place.path("."), NAME.as_bytes())
            .iter()
            .filter(|path| path.ends_with("before.tar"))
            .count(),
        1
    );
    let into = world.place.path("restored");
    restored(&before, &into);
    let held = "halt: ";
    let all: Vec<String> = rows(&into).into_iter().filter(|row| !row.starts_with(held)).collect();
    assert_eq!(all, rows(&world.data()));
    world.pass(TimeDelta::days(91));
    world.keep();
    let after = back_up_now(&world, "after.tar");
    let bytes = std::fs::read(after).unwrap();
    assert!(!bytes.windows(NAME.len()).any(|window| window == NAME.as_bytes()));
}

#[test]
fn a_backup_is_written_whole_or_not_at_all_and_replaces_nothing() {
    let world = World::new("");
    let to = world.place.path("backup.tar");
    let make = |steps: &Steps| back_up(&world.data(), &to, world.now(), steps, &mut |_, _| {});
    assert_eq!(make(&Steps::unwatched()).unwrap_err().code, code::LEDGER_MISSING);
    world.day(1);
    for step in ["backup.snapshot", "backup.copy", "backup.finish"] {
        let cut = At::once(step, "before", 1, || panic!("cut"));
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| make(&cut)));
        assert!(made.is_err(), "{step}");
        assert!(!to.exists(), "{step}");
    }
    make(&Steps::unwatched()).unwrap();
    let bytes = std::fs::read(&to).unwrap();
    assert_eq!(make(&Steps::unwatched()).unwrap_err().code, code::BACKUP_FAILED);
    assert_eq!(std::fs::read(&to).unwrap(), bytes);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&to).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "names are in it");
    // A folder gets a file named by its time.
    std::fs::create_dir(world.place.path("backups")).unwrap();
    assert_eq!(world.place.run(&["backup", "backups"]).status.code(), Some(0));
    let names = world.place.names("backups");
    assert!(
        names.len() == 1 && names[0].starts_with("lastkaj-20") && names[0].ends_with("Z.tar"),
        "{names:?}"
    );
}

#[test]
fn a_missing_copy_is_told_and_the_rest_is_backed_up() {
    let world = World::new("");
    world.day(1);
    let spool: String = world.ask("SELECT spool FROM arrival WHERE id = 1");
    std::fs::remove_file(world.data().join("spool").join(spool)).unwrap();
    let made = world.place.run(&["backup", "backup.tar"]);
    assert_eq!(made.status.code(), Some(3), "{made:?}");
    assert!(String::from_utf8_lossy(&made.stderr).contains("spool-file-missing"), "{made:?}");
    check_backup(&world.place.path("backup.tar")).unwrap();
}

#[test]
fn a_backup_that_is_not_whole_is_refused_and_changes_nothing() {
    let world = World::new("");
    world.day(1);
    let backup = back_up_now(&world, "backup.tar");
    let bytes = std::fs::read(&backup).unwrap();
    let into = world.place.path("into");
    let refuse = |what: &str, bytes: &[u8]| {
        let path = world.place.path("broken.tar");
        std::fs::write(&path, bytes).unwrap();
        let fault =
            restore(&path, &into, false, world.now(), &Steps::unwatched(), &mut |_, _| {}).unwrap_err();
        assert_eq!(fault.code, code::BACKUP_UNREADABLE, "{what}: {fault}");
        assert_eq!(check_backup(&path).unwrap_err().code, code::BACKUP_UNREADABLE, "{what}");
        let left: Vec<_> =
            std::fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["lock"], "{what}");
    };
    refuse("nothing", b"");
    refuse("no archive", b"this is no backup");
    for part in [3, 2] {
        refuse("cut off", &bytes[..bytes.len() / part]);
    }
    refuse("cut off before its manifest", &bytes[..bytes.len() - 4096]);
    let mut flipped = bytes.clone();
    flipped[600] ^= 1;
    refuse("a changed byte", &flipped);
    let mut outside = bytes.clone();
    outside[..9].copy_from_slice(b"../../x/y");
    refuse("a path outside", &outside);
}
