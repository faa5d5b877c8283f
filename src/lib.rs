//! lastkaj: the gateway between ERP systems that speak in flat files and the Ongoing WMS.
//!
//! The map of the house, in reading order (docs/architecture.md tells the whole story):
//!
//! - words that everybody uses: [`fault`], [`clock`], [`step`], [`secret`], [`written`], [`document`]
//! - the pure middle: [`format`] (files <-> documents), [`call`] and [`plan`] (documents -> calls)
//! - the edges: [`transport`] (folders), [`ongoing`] (the API), [`ledger`] (the durable store)
//! - the three passes, which talk only through the ledger: [`receive`], [`send`], [`report`]
//! - the whole: [`config`], [`gateway`], [`cli`]; the stand-in for Ongoing, [`sandbox`]; tests without Rust, [`sample`]

pub mod fault;
pub mod clock;
pub mod step;
pub mod secret;
pub mod written;
pub mod document;

pub mod format;
pub mod call;
pub mod plan;

pub mod transport;
pub mod ongoing;
pub mod ledger;

pub mod receive;
pub mod send;
pub mod report;

pub mod config;
pub mod gateway;
pub mod sandbox;
pub mod sample;
pub mod cli;
