//! Calls of several requests against the sandbox: each request may be lost on the way or refused, and what is done must be
//! done once, in order, and be told rightly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "operations/articles.rs"]
mod articles;
#[path = "operations/attachments.rs"]
mod attachments;
#[path = "operations/cancellations.rs"]
mod cancellations;
#[path = "operations/changes.rs"]
mod changes;
#[path = "operations/desk.rs"]
mod desk;
#[path = "operations/purchase_orders.rs"]
mod purchase_orders;
#[path = "operations/return_orders.rs"]
mod return_orders;
#[allow(dead_code)]
#[path = "sandbox/world.rs"]
mod world;
