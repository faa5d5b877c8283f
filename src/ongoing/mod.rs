//! Ongoing, as far as we use it: performs calls, reads back, reads what changed. It never sees a file.

mod answer;
mod compare;
mod exchange;
mod learnt;
pub mod limits;
mod members;
mod operations;
pub mod read;
mod reconcile;
mod registers;
mod rest;
mod routes;
mod trial;
pub mod wire;

use std::time::Duration;

use crate::secret::Secret;

pub use answer::{Answer, LONGEST_TEXT, Reach, Unavailable, message_of};
pub use exchange::{LARGEST_LIST, LARGEST_WRITE_ANSWER, Request};
pub use learnt::LEARNABLE;
pub use limits::{Breaker, Limits, MethodState, retry_delay};
pub use operations::{Hint, preview};
pub use read::{OrderLineRead, OrderRead, ParcelRead, PickedItemRead, TrackingRead};
pub use reconcile::COMPARED_AT_ONCE;
pub use registers::{CodeRegister, RegisteredCode};
pub use rest::{Found, Ongoing, OrdersFilter, OrdersPage, Performed, ReadBack, Shipped};
pub use routes::{first_methods, method_of};
pub use trial::{Trial, TrialAnswer};

/// One Ongoing system with its URL and account, as the configuration's check made it.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The name in the configuration.
    pub name: String,
    /// The base URL with the warehouse's path, without `/api/v1`: `https://api.ongoingsystems.se/nordlager`.
    pub url: String,
    /// User name.
    pub username: String,
    /// Password.
    pub password: Secret,
    /// How long one request may take.
    pub time_out: Duration,
    /// How many calls of one method that failed or were refused in a row, within `breaker_window`, open its breaker.
    pub breaker_failures: u32,
    /// See `breaker_failures`; also how long an open breaker rests.
    pub breaker_window: Duration,
    /// How long a lane rests after a request that was not answered, before it reads back.
    pub rest_after_silence: Duration,
    /// How long a method may be in an outage before that is an error in the log.
    pub outage_alarm: Duration,
    /// How long a call is tried before it is the operator's turn.
    pub wait_max: Duration,
    /// How old the registers that codes are checked against may become before they are read anew.
    pub registers: Duration,
}
