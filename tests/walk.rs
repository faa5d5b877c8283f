//! Promise 6, step by step: a day with documents of every type is disturbed at its Nth step, for N = 1, 2, 3 …, and ends
//! like the day that nobody disturbed: the same objects at Ongoing, each changed as often, the same order on every key,
//! the same rows told.
//!
//! What can be done to it: the process dies at a step (`crash`), the connection is cut at a request (`cut`), no more can
//! be written from a step on or beyond a size (`disk`), the clock jumps (`clock`). The steps are those that pass
//! through `step::Steps`, so that a new one is walked unasked.
//!
//! A place that went wrong is walked again by `WALK_AT=part,at`, which shows what the gateway said.
//!
//! How many places are tried is told by `WALK`: `WALK=all` walks each, `WALK=60` samples so many of each kind, by the seed
//! `WALK_SEED`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "walk/child.rs"]
mod child;
#[path = "walk/day.rs"]
mod day;
mod support;
#[path = "walk/walker.rs"]
mod walker;

use day::{Day, Disturbance, PARTS};
use serde_json::json;
use walker::{undisturbed, walk};

#[test]
fn the_process_dies_at_each_step() {
    let (plain, events) = undisturbed();
    let places = walker::places("crash", PARTS, &events);
    walk("crash", plain, places, |part, event| Day::disturbed(part, Disturbance::Crash { event }));
}

#[test]
fn the_connection_is_cut_before_and_after_each_request() {
    let (plain, _) = undisturbed();
    let mut places = Vec::new();
    for (part, requests) in plain.requests_of_parts.iter().enumerate() {
        for request in 0..*requests {
            places.extend((0..CUTS.len()).map(|how| (part, request * CUTS.len() + how)));
        }
    }
    walk("cut", plain, walker::sampled("cut", places), |part, at| {
        let failure =
            json!({ "skip": at / CUTS.len(), "times": 1, "how": { "kind": CUTS[at % CUTS.len()] } });
        Day::disturbed(part, Disturbance::Failure(failure))
    });
}

/// How the connection is cut.
const CUTS: [&str; 3] = ["reset_before", "reset_after", "truncated"];

#[test]
fn the_disk_is_full_at_each_step() {
    let (plain, events) = undisturbed();
    let places = walker::places("full", PARTS, &events);
    walk("full", plain, places, |part, event| Day::disturbed(part, Disturbance::DiskFull { event }));
}

#[test]
fn no_file_can_grow_beyond_a_size() {
    let (plain, _) = undisturbed();
    // Up to the size that the day's greatest file has; each size stops the writes of the ledger elsewhere. Later parts
    // write where there was a file before.
    let places = (1..=plain.largest_file_kib).step_by(16).map(|size| (0, size)).collect();
    walk("size", plain, walker::sampled("size", places), |part, kib| {
        Day::disturbed(part, Disturbance::FileSize { kib })
    });
}

#[test]
fn the_clock_jumps_at_each_step() {
    let (plain, events) = undisturbed();
    let places = walker::places("clock", PARTS, &events);
    walk("clock", plain, places, |part, event| {
        let hours = if event % 2 == 0 { 36 } else { -36 };
        Day::disturbed(part, Disturbance::ClockJumps { event, hours })
    });
}
