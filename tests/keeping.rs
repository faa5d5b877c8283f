//! Housekeeping, backup, restore and verify (promises 11 and 13), on real ledgers, spools and folders.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// Defects are planted behind the gateway's back, and files have the machine's time.
#![allow(clippy::disallowed_methods)]

#[path = "keeping/archive.rs"]
mod archive;
#[path = "keeping/backup.rs"]
mod backup;
#[path = "keeping/config.rs"]
mod config;
#[path = "keeping/erasing.rs"]
mod erasing;
#[path = "keeping/open.rs"]
mod open;
#[path = "support/passes.rs"]
mod passes;
#[path = "keeping/restore.rs"]
mod restore;
mod support;
#[path = "keeping/verify.rs"]
mod verify;
#[path = "keeping/world.rs"]
mod world;
