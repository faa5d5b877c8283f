//! `[ongoing.NAME]`: one Ongoing system with its URL and account.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::{Fault, code};
use crate::ongoing::Installation;
use crate::plan::Learnt;
use crate::written::{At, Table};

use super::{World, learnt, secrets, take};

/// An installation, and what its outboxes need to know of it.
pub(super) struct Checked {
    pub made: Installation,
    /// The first status that counts as shipped (design, section 7).
    pub shipped_status: i32,
    /// How it behaves, as far as planning goes by it.
    pub learnt: Learnt,
}

/// Every installation by its name; `None` for one with mistakes, so that its name still counts as known.
pub(super) type Installations = BTreeMap<String, Option<Checked>>;

const SECOND: Duration = Duration::from_secs(1);
/// The shortest pause that makes sense, for trials.
const MOMENT: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn check_all(world: &World<'_>, root: &Table<'_>) -> Installations {
    if !root.has("ongoing") {
        root.missing("ongoing", "a table [ongoing.NAME] with url, username and password");
    }
    root.tables("ongoing")
        .into_iter()
        .map(|(name, table)| {
            let made = check(world, &name, &table);
            table.finish();
            (name.value, made)
        })
        .collect()
}

fn check(world: &World<'_>, name: &At<String>, table: &Table<'_>) -> Option<Checked> {
    let good_name = take::check_name(table, name, "an installation");
    let url = table
        .required_text(
            "url",
            "the address of the system, like url = \"https://api.ongoingsystems.se/nordlager\"",
        )
        .and_then(|written| url(table, &written));
    let username = table.required_text("username", "the account's user name");
    let password = secrets::required(world, table, "password");
    let time_out = take::duration(table, "time_out", SECOND..=10 * MINUTE, 30 * SECOND);
    let rest_after_silence = take::duration(table, "rest_after_silence", MOMENT..=HOUR, 30 * SECOND);
    // Below the vendor's own limit of 5 within 10 minutes, so that ours opens first.
    let (mut failures, mut window) = (4, 10 * MINUTE);
    if let Some(breaker) = table.table("breaker") {
        failures = take::number(&breaker, "failures", 1..=100, failures);
        window = take::duration(&breaker, "window", MOMENT..=24 * HOUR, window);
        breaker.finish();
    }
    let outage_alarm = take::duration(table, "outage_alarm", MOMENT..=7 * 24 * HOUR, 15 * MINUTE);
    let wait_max = take::duration(table, "wait_max", MINUTE..=60 * 24 * HOUR, 24 * HOUR);
    let registers = take::duration(table, "registers", HOUR..=60 * 24 * HOUR, 24 * HOUR);
    let shipped_status = take::number(table, "shipped_status", 1..=9_999, 450);
    let learnt = learnt::take(world, table);
    if !good_name {
        return None;
    }
    Some(Checked {
        made: Installation {
            name: name.value.clone(),
            url: url?,
            username: username?.value,
            password: password?,
            time_out,
            breaker_failures: u32::try_from(failures).ok()?,
            breaker_window: window,
            rest_after_silence,
            outage_alarm,
            wait_max,
            registers,
        },
        shipped_status: i32::try_from(shipped_status).ok()?,
        learnt,
    })
}

fn url(table: &Table<'_>, written: &At<String>) -> Option<String> {
    let wrong = |reason: &str| {
        table.fault(
            Fault::new(code::BAD_URL)
                .at(written.place.clone())
                .found(&written.value)
                .with("key", "url")
                .with("reason", reason)
                .with("expected", "an address like https://api.ongoingsystems.se/nordlager"),
        );
        None
    };
    let Ok(url) = reqwest::Url::parse(&written.value) else { return wrong("it is no URL") };
    let Some(host) = url.host_str() else { return wrong("it names no host") };
    let loopback = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return wrong("http would send the password unencrypted"),
        _ => return wrong("only https is spoken"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("user name and password have keys of their own");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it has a ? or # part");
    }
    let base = url.as_str().trim_end_matches('/');
    if base.ends_with("/api/v1") {
        return wrong("/api/v1 is added by itself");
    }
    Some(base.to_owned())
}
