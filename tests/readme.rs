//! The tour in README, run as it is printed: only the folder, the port and the place of the binary are others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The shell blocks of a section of README.
fn blocks(section: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("\n## {section}")).expect("the section is there");
    let text = rest.split("\n## ").next().unwrap();
    let opened = text.split("```sh\n").skip(1);
    opened.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The stand-in as its own process; it ends with the test.
struct Sandbox {
    child: Child,
    address: String,
}

impl Sandbox {
    fn start() -> Sandbox {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lastkaj"))
            .args(["sandbox", "--port", "0", "--work-every", "0s"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !said.contains("Ctrl-C ends it") {
            said.push_str(&lines.next().expect("it says where it is").unwrap());
            said.push('\n');
        }
        assert!(said.contains("user sandbox, password sandbox, goods owner 159"), "{said}");
        let (_, rest) = said.split_once("http://").unwrap();
        Sandbox { address: rest.split('/').next().unwrap().to_owned(), child }
    }

    /// The warehouse's work of an afternoon.
    fn ship_all(&self) {
        let body = r#"{"steps": 200}"#;
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST /sandbox/warehouse/tick HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_tour_works_as_it_is_printed() {
    let tour = blocks("Five minutes");
    assert_eq!(tour.len(), 4, "export, sandbox, configuration, files");
    assert!(tour[1].contains("lastkaj sandbox --port 8800"), "{}", tour[1]);
    let sandbox = Sandbox::start();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("tour");
    let here = here.to_str().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_lastkaj")).parent().unwrap().to_str().unwrap();
    let port = sandbox.address.rsplit(':').next().unwrap();
    let shell = |blocks: &[&String]| {
        let script: String = blocks.iter().map(|block| block.as_str()).collect();
        assert!(script.contains("$PWD/target/release"), "the tour says where the binary is");
        let script = script
            .replace("$PWD/target/release", binary)
            .replace("/tmp/tour", here)
            .replace(":8800", &format!(":{port}"));
        let output = Command::new("bash")
            .args(["-euc", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("LASTKAJ_CONFIG")
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}\n{out}\n{err}");
        out.into_owned()
    };
    let said = shell(&[&tour[0], &tour[2], &tour[3]]);
    for expected in [
        "1 partner, 2 inboxes, 2 outboxes, 4 formats: no mistake, 0 warnings",
        "PUT /api/v1/orders",
        "2 files taken in, 0 files not whole yet, 4 reports delivered",
        "lines 2-4  order 81204",
        "ORD1.csv;",
        ";order;81204;accepted;",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in:\n{said}");
    }
    sandbox.ship_all();
    let cd = format!("cd {here}\nlastkaj once\nlastkaj trace 81204\nls to-erp\n");
    // The outbox's slot comes once a second; the bound only ends a test that fails.
    let mut said = shell(&[&tour[0], &cd]);
    for _ in 0..100 {
        if said.contains("LEV_") {
            break;
        }
        said = shell(&[&tour[0], &cd]);
    }
    assert!(said.contains("81204 delivered, row 10: 40 of 40"), "{said}");
}

#[test]
fn readme_states_each_exit_code_as_the_command_does() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_lastkaj")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    for code in 0..=4 {
        assert!(readme.contains(&format!("\n| {code} | ")), "README does not tell of exit code {code}");
        assert!(codes.contains(&format!("{code} ")), "--help does not tell of exit code {code}");
    }
}
