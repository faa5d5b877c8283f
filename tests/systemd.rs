//! The unit file, as systemd itself reads it.

use std::path::Path;
use std::process::Command;

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/lastkaj.service");
    let text = std::fs::read_to_string(unit).unwrap();
    // The binary is not installed where tests run: one that exists stands in, with the same arguments.
    let installed = "ExecStart=/usr/local/bin/lastkaj run ";
    assert!(text.contains(installed), "the unit starts something else");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("lastkaj.service");
    let standing_in = text.replace(installed, &format!("ExecStart={} run ", env!("CARGO_BIN_EXE_lastkaj")));
    std::io::Write::write_all(&mut std::fs::File::create(&copy).unwrap(), standing_in.as_bytes()).unwrap();
    let answer = Command::new("systemd-analyze").arg("verify").arg(&copy).output();
    let answer = answer.expect("systemd-analyze is part of the Debian package systemd");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success() && said.trim().is_empty(), "systemd-analyze verify: {said}");
}

#[test]
fn every_credential_of_the_example_is_loaded_by_the_unit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (unit, example) = (read("lastkaj.service"), read("gateway.toml"));
    let used: Vec<&str> = example
        .lines()
        .map(|line| line.split('#').next().unwrap())
        .flat_map(|line| line.split("credential = \"").skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(!used.is_empty());
    for name in used {
        assert!(
            unit.contains(&format!("\nLoadCredential={name}:/etc/lastkaj/credentials/{name}\n")),
            "{name}"
        );
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_backup_units() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    let folder = tempfile::tempdir().unwrap();
    for name in ["lastkaj-backup.service", "lastkaj-backup.timer"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        let text = text.replace("/usr/local/bin/lastkaj ", &format!("{} ", env!("CARGO_BIN_EXE_lastkaj")));
        let copy = folder.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(copy).unwrap(), text.as_bytes()).unwrap();
    }
    let answer = Command::new("systemd-analyze")
        .arg("verify")
        .arg(folder.path().join("lastkaj-backup.service"))
        .arg(folder.path().join("lastkaj-backup.timer"))
        .output()
        .expect("systemd-analyze is part of the Debian package systemd");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success() && said.trim().is_empty(), "systemd-analyze verify: {said}");
    let loaded = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        text.lines().filter(|line| line.starts_with("LoadCredential=")).map(str::to_owned).collect()
    };
    assert_eq!(loaded("lastkaj-backup.service"), loaded("lastkaj.service"));
}
