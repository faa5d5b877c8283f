//! The vendor's two kinds of rate limit: volume over a sliding window, and failures in a row.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::settings::LimitSettings;

/// What was called, by client and method.
#[derive(Debug, Default)]
pub struct Limits {
    methods: HashMap<(String, String), Called>,
}

#[derive(Debug, Default)]
struct Called {
    calls: VecDeque<DateTime<Utc>>,
    /// Failures since the last success.
    failures: VecDeque<DateTime<Utc>>,
}

impl Limits {
    /// Lets a call through, or says when the next one may come.
    pub fn admit(
        &mut self,
        client: &str,
        method: &str,
        settings: &LimitSettings,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        let called = self.methods.entry((client.to_owned(), method.to_owned())).or_default();
        let calls_window = TimeDelta::from_std(settings.calls_window).unwrap_or_default();
        let failures_window = TimeDelta::from_std(settings.failures_window).unwrap_or_default();
        forget(&mut called.calls, now - calls_window);
        forget(&mut called.failures, now - failures_window);
        if called.failures.len() >= settings.failures
            && let Some(first) = called.failures.front()
        {
            return Err(*first + failures_window);
        }
        if called.calls.len() >= settings.calls
            && let Some(first) = called.calls.front()
        {
            return Err(*first + calls_window);
        }
        called.calls.push_back(now);
        Ok(())
    }

    /// Notes how a call that was let through ended.
    pub fn ended(&mut self, client: &str, method: &str, failed: bool, now: DateTime<Utc>) {
        let called = self.methods.entry((client.to_owned(), method.to_owned())).or_default();
        if failed {
            called.failures.push_back(now);
        } else {
            called.failures.clear();
        }
    }
}

fn forget(times: &mut VecDeque<DateTime<Utc>>, before: DateTime<Utc>) {
    while times.front().is_some_and(|time| *time <= before) {
        times.pop_front();
    }
}
