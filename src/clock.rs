//! The time, handed in: nothing below the gateway asks the machine for it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Where the passes get the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock whose hands somebody moves, for tests.
    Hands(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands still until it is moved.
    pub fn hands(at: DateTime<Utc>) -> Clock {
        Clock::Hands(Arc::new(Mutex::new(at)))
    }

    /// The time now, cut to milliseconds, as the ledger keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            #[allow(clippy::disallowed_methods)]
            Clock::System => Utc::now(),
            Clock::Hands(hands) => *hands.lock().unwrap_or_else(PoisonError::into_inner),
        };
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// Moves the hands; the machine's clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Clock::Hands(hands) = self {
            *hands.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}
