//! The main job of README, on the real binary: `lastkaj demo` with no account and no set-up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::process::Command;

/// The count that the summary table gives for a row.
fn count(output: &str, what: &str) -> u64 {
    let row = output.lines().find(|line| line.trim_start().starts_with(what));
    let row = row.unwrap_or_else(|| panic!("no row {what:?} in:\n{output}"));
    row.split_whitespace().last().unwrap().parse().unwrap()
}

/// What was refused, sorted.
fn refused(folder: &std::path::Path) -> Vec<String> {
    let listed = Command::new(env!("CARGO_BIN_EXE_lastkaj"))
        .args(["list", "calls", "--state", "refused", "--json", "--config"])
        .arg(folder.join("gateway.toml"))
        .output()
        .unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let calls = listed.as_array().or(listed["calls"].as_array()).unwrap().iter();
    let mut refused: Vec<String> =
        calls.map(|call| [&call["operation"], &call["kind"], &call["number"]].map(text).join(" ")).collect();
    refused.sort();
    refused
}

#[test]
fn without_sshd_on_the_machine_the_in_process_server_serves() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_lastkaj"));
    let demo = demo.args(["demo", "--without-sshd", "--dir"]).arg(folder.path()).output().unwrap();
    let output = String::from_utf8_lossy(&demo.stdout).into_owned();
    assert_eq!(demo.status.code(), Some(0), "{output}{}", String::from_utf8_lossy(&demo.stderr));
    assert!(output.contains("the in-process server"), "{output}");
    assert_eq!(count(&output, "orders in Ongoing"), 43 + 9 + 6);
}

#[test]
fn the_demo_comes_to_its_end_with_everything_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_lastkaj"))
        .arg("demo")
        .arg("--dir")
        .arg(folder.path())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&demo.stdout).into_owned();
    assert_eq!(demo.status.code(), Some(0), "{output}{}", String::from_utf8_lossy(&demo.stderr));
    assert!(
        output.contains("OpenSSH's sshd"),
        "with sshd on the machine the SFTP folder is a real one: {output}"
    );

    assert_eq!(count(&output, "articles in Ongoing"), 320);
    assert_eq!(
        count(&output, "orders in Ongoing"),
        43 + 9 + 6,
        "the day's, the branch's, and those written in parts"
    );
    assert_eq!(count(&output, "files rejected whole"), 1, "the wrong trailer count");
    assert_eq!(
        refused(folder.path()),
        [
            "cancel order 81201",
            "put_order order 81213",
            "put_order order 81213",
            "put_return_order return_order R-501"
        ],
        "the cancellation of what was sent, the unknown article twice, the return of what nobody knows"
    );
    assert_eq!(count(&output, "of them cancelled"), 1);
    assert_eq!(count(&output, "purchase orders in Ongoing"), 2);
    assert_eq!(count(&output, "return orders in Ongoing"), 1);
    assert_eq!(count(&output, "documents unchanged"), 43, "the repeated file");
    assert_eq!(count(&output, "calls held"), 0);
    assert_eq!(count(&output, "requests against the API's schema"), 0);
    assert_eq!(count(&output, "writes of one goods owner"), 1);

    let names = |path: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder.path().join(path))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("erp/articles/done"), ["ART1.csv"]);
    assert_eq!(names("erp/orders/done"), ["ORD1.csv", "ORD1_again.csv", "ORD2.csv"]);
    for (inbox, file) in [
        ("purchase-orders", "PO1.csv"),
        ("attachments", "81202_Följesedel.pdf"),
        ("cancellations", "CAN1.csv"),
        ("returns", "RET1.csv"),
    ] {
        assert_eq!(names(&format!("erp/{inbox}/done")), [file]);
    }
    assert_eq!(names("sftp/from-erp/done"), ["BRANCH1.txt", "BRANCH2.txt"]);
    assert!(names("erp/to-erp").iter().any(|name| name.starts_with("SHP_")), "shipments were told");
    assert!(names("sftp/to-erp").iter().all(|name| name.starts_with("ACK_")), "{:?}", names("sftp/to-erp"));
    let plain = std::fs::read_to_string(folder.path().join("erp/orders/failed/ORD1.csv.error.txt")).unwrap();
    assert!(plain.contains("Line 48, field Antal: \"1O\" is not a number"), "{plain}");
}
