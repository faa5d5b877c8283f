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
