//! The ledger: the durable store of arrivals, documents, calls, reports and what was told, and the only channel
//! between the passes. It stores, it does not act.
//!
//! Every verb is one transaction; a verb has happened when its [`Answer`] is `Ok`, and is durable then (WAL, full
//! sync). One thread writes: verbs of many lanes that wait at the same time share one commit.

mod rows;

pub use rows::*;
