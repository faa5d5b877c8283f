//! Receive: from a file in an inbox to published calls.

mod inbox;

pub use inbox::{After, FaultRule, Inbox, Ready};
