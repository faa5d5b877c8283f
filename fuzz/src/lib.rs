//! The pure middle of the program alone, and what must hold whatever bytes it is given.
//!
//! The middle names only itself (docs/architecture.md), so its modules can be compiled here as they stand, under the
//! name that they have everywhere.
#![allow(dead_code, unused_imports, reason = "what only the program uses of the middle")]

extern crate self as lastkaj;

#[path = "../../src/document/mod.rs"]
pub mod document;
#[path = "../../src/fault/mod.rs"]
pub mod fault;
#[path = "../../src/format/mod.rs"]
pub mod format;
#[path = "../../src/written/mod.rs"]
pub mod written;

pub mod checks;
