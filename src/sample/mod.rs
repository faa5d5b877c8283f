//! Samples of format files: a folder `samples/<format>/<case>/` has a file, and what must come of it by
//! `formats/<format>.toml`. A case is run, compared, and written where nothing was expected yet.
//!
//! The test of our own samples and the command `lastkaj formats` share this. Whatever is wrong with a folder or a file
//! of a case is a message for whoever made it, never a panic.

mod case;
mod collection;
mod difference;
mod members;
mod round_trip;
#[cfg(test)]
mod written_tests;

pub use case::{Bless, Case, Outcome, Trouble, run};
pub use collection::{Collection, Format, collect};
pub use difference::{Difference, Differences};
pub use round_trip::NotBack;
