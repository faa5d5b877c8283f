//! How a sandbox is set up: accounts, limits, and switches for what nobody knows of the real system.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The port on the loopback address; 0 takes any free one.
    pub port: u16,
    /// The warehouse's part of the base URL.
    pub warehouse: String,
    /// User name, password and the goods owner that the account reaches.
    pub accounts: Vec<(String, String, i32)>,
    /// How often the warehouse works by itself; `None`: only when it is told to.
    pub work_every: Option<Duration>,
    /// The vendor's two kinds of rate limit.
    pub limits: LimitSettings,
    /// What nobody knows of the real system.
    pub switches: Switches,
}

/// The vendor's two kinds of rate limit, for each method and client (`ongoing-rest-api.md`, section 6).
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// At most so many calls of one method within the window.
    pub calls: usize,
    /// The window of `calls`.
    pub calls_window: Duration,
    /// At most so many failed calls of one method in a row within the window.
    pub failures: usize,
    /// The window of `failures`.
    pub failures_window: Duration,
}

/// Behaviour that the reference lists as unknown (`ongoing-rest-api.md`, section 19).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Members that an update leaves out keep their value (else they are cleared).
    pub absent_members_stay: bool,
    /// Lines that an update leaves out stay (else they are removed).
    pub absent_lines_stay: bool,
    /// The status of a refusal because work has begun.
    pub locked_order_status: u16,
    /// The status of a refusal because of an unknown article.
    pub unknown_article_status: u16,
    /// How many reads after a write do not show it yet.
    pub reads_until_seen: u32,
    /// A reported quantity that was never set counts as 0 by the "to report" filters.
    pub null_reported_counts_as_zero: bool,
    /// A 429 tells when to come back: `seconds`, `date` or `none`.
    pub retry_after: RetryAfter,
    /// A kit whose components do not exist is refused.
    pub components_must_exist: bool,
    /// The first status of an order that the API makes.
    pub first_status: i64,
}

/// How a 429 tells when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds,
    /// An HTTP date.
    Date,
    /// Not at all.
    None,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            absent_members_stay: false,
            absent_lines_stay: false,
            locked_order_status: 400,
            unknown_article_status: 400,
            reads_until_seen: 0,
            null_reported_counts_as_zero: true,
            retry_after: RetryAfter::Seconds,
            components_must_exist: false,
            first_status: 200,
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            calls: 1_000_000,
            calls_window: Duration::from_secs(3600),
            failures: 5,
            failures_window: Duration::from_secs(600),
        }
    }
}

impl Default for SandboxSettings {
    fn default() -> Self {
        SandboxSettings {
            port: 0,
            warehouse: "sandbox".to_owned(),
            accounts: vec![("sandbox".to_owned(), "sandbox".to_owned(), 159)],
            work_every: None,
            limits: LimitSettings::default(),
            switches: Switches::default(),
        }
    }
}

impl SandboxSettings {
    /// The first account: user name, password, goods owner.
    pub fn first_account(&self) -> (String, String, i32) {
        self.accounts.first().cloned().unwrap_or_else(|| (String::new(), String::new(), 0))
    }

    /// The base URL at an address.
    pub(super) fn url(&self, address: SocketAddr) -> String {
        format!("http://{address}/{}", self.warehouse)
    }
}
