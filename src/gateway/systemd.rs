//! What systemd is told: READY, STATUS, STOPPING, and the watchdog's pings. Silent where no systemd listens.

use std::time::Duration;

use sd_notify::NotifyState;

/// Tells that the gateway is up.
pub fn ready() {
    let _ = sd_notify::notify(&[NotifyState::Ready, NotifyState::Status("running")]);
}

/// Tells that the gateway is about to stop.
pub fn stopping() {
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
}

/// Tells what is going on, in one line.
pub fn status(text: &str) {
    let _ = sd_notify::notify(&[NotifyState::Status(text)]);
}

/// Pings the watchdog; called only while the ledger answers.
pub fn alive() {
    let _ = sd_notify::notify(&[NotifyState::Watchdog]);
}

/// How often to ping: half of what systemd asks for, or `None` where it does not ask.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}
