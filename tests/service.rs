//! What systemd hears of the service: READY, the watchdog's pings, STOPPING; and that SIGTERM ends it well.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use support::Place;

/// Waits for a message that holds a text; the bound is only there to end a test that fails.
fn wait_for(socket: &UnixDatagram, text: &str) {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    for _ in 0..200 {
        let Ok(length) = socket.recv(&mut buffer) else { break };
        let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if message.contains(text) {
            return;
        }
        heard.push(message);
    }
    panic!("{text} was never told; heard {heard:?}");
}

#[test]
fn systemd_hears_ready_watchdog_and_stopping() {
    let place = Place::new();
    let path = place.path("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut child = place
        .lastkaj(&["run"])
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "400000")
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&socket, "READY=1");
    wait_for(&socket, "WATCHDOG=1");
    wait_for(&socket, "WATCHDOG=1");
    let terminated = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(terminated.success());
    wait_for(&socket, "STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0), "SIGTERM is how a service is stopped: no failure");
}

fn signal(child: &std::process::Child, name: &str) {
    let sent =
        std::process::Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_changed_configuration_is_taken_on_sighup_and_a_wrong_one_is_not() {
    let place = Place::new();
    let path = place.path("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let log = place.path("log");
    let mut child = place
        .lastkaj(&["run"])
        .env("NOTIFY_SOCKET", &path)
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    wait_for(&socket, "READY=1");
    let good = place.read("gateway.toml");

    place
        .write("gateway.toml", &[&good[..], b"\n[partner.nordvik.inbox.more]\nfolder = \"more\"\n"].concat());
    signal(&child, "HUP");
    let mut told = String::new();
    while !told.contains("the old one goes on") {
        told = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
        assert_eq!(child.try_wait().unwrap(), None, "it goes on: {told}");
        std::thread::yield_now();
    }
    // Another one on the same folder is refused while it runs, before and after.
    place.write("gateway.toml", &good);
    let second = place.run(&["once"]);
    assert_eq!(second.status.code(), Some(3), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stderr).contains("data-folder-locked"), "{second:?}");
    // A command reaches it through the socket.
    assert_eq!(place.run(&["list"]).status.code(), Some(0));

    signal(&child, "HUP");
    wait_for(&socket, "READY=1");
    assert_eq!(place.run(&["once"]).status.code(), Some(3), "the lock was not let go");
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_configuration_that_cannot_be_run_gives_way_to_the_old_one() {
    let place = Place::new();
    let path = place.path("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let log = place.path("log");
    let mut child = place
        .lastkaj(&["run"])
        .env("NOTIFY_SOCKET", &path)
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    wait_for(&socket, "READY=1");
    // No mistake in the file, but the socket's folder is not there.
    let good = String::from_utf8(place.read("gateway.toml")).unwrap();
    let control = format!("[gateway]\ncontrol = \"{}\"", place.path("nowhere/control.sock").display());
    place.write("gateway.toml", good.replacen("[gateway]", &control, 1).as_bytes());
    signal(&child, "HUP");
    wait_for(&socket, "READY=1");
    let told = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    assert!(told.contains("cannot be run; the old one goes on"), "{told}");
    assert!(told.contains("nowhere/control.sock"), "{told}");
    assert_eq!(child.try_wait().unwrap(), None);
    place.write("gateway.toml", good.as_bytes());
    assert_eq!(place.run(&["list"]).status.code(), Some(0), "the old socket answers");
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_signal_means_now() {
    // Ongoing does not answer for as long as a request may take: what is in hand does not end by itself.
    let place = Place::new();
    let toml = String::from_utf8(place.read("gateway.toml")).unwrap();
    place.write("gateway.toml", toml.replace("time_out = \"2s\"", "time_out = \"5m\"").as_bytes());
    let slow = r#"{"verb": "PUT", "path": "/articles", "how": {"kind": "slow", "milliseconds": 300000}}"#;
    place.sandbox_page("POST", "/sandbox/failures", slow);
    let path = place.path("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut child = place
        .lastkaj(&["run"])
        .env("NOTIFY_SOCKET", &path)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&socket, "READY=1");
    place.write("erp/articles/ART1.csv", &support::sample("nordvik/articles/good/input.csv"));
    let in_flight = |calls: &serde_json::Value| {
        calls.as_array().is_some_and(|calls| calls.iter().any(|call| call["in_flight"] == true))
    };
    while !in_flight(
        &serde_json::from_slice(&place.run(&["list", "calls", "--json"]).stdout).unwrap_or_default(),
    ) {
        assert_eq!(child.try_wait().unwrap(), None);
    }
    signal(&child, "TERM");
    assert_eq!(child.try_wait().unwrap(), None, "the request in hand ends first");
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(4));
}
