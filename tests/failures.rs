//! What goes wrong between the gateway and Ongoing, request by request: the order of the requests, how few they are,
//! and what the ledger and the sandbox hold in the end. The clock is the test's; only a request that is really not
//! answered takes real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "failures/world.rs"]
mod world;

mod support;

#[path = "failures/articles.rs"]
mod articles;
#[path = "failures/operator.rs"]
mod operator;
#[path = "failures/order.rs"]
mod order;
#[path = "failures/outage.rs"]
mod outage;
#[path = "failures/unknown.rs"]
mod unknown;
