//! Throughput, as ratios beside a bare client on the same server: how much of it is left when nothing may be lost.
//!
//! ```text
//! cargo bench --bench throughput                     everything, about three minutes once it is built
//! cargo bench --bench throughput -- --quick          fewer calls, a minute
//! cargo bench --bench throughput -- lanes            only what has this in its name: lanes, register, idle
//! ```
//!
//! `docs/benches.md` says what is measured, what came out on which machine, and what limits. The ledger stands in the
//! folder for temporary files (`TMPDIR`), with each commit forced to that disk; the first line says how long that takes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "throughput/bare.rs"]
mod bare;
#[path = "throughput/disk.rs"]
mod disk;
#[path = "throughput/idle.rs"]
mod idle;
#[path = "throughput/lanes.rs"]
mod lanes;
#[path = "throughput/register.rs"]
mod register;
#[path = "throughput/server.rs"]
mod server;

fn main() {
    let mut quick = false;
    let mut wanted = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            // What cargo itself passes on.
            "--bench" => {}
            name => wanted.push(name.to_owned()),
        }
    }
    let is_wanted =
        |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
    println!(
        "one write of 8 kB forced to the disk takes {:.2} ms here\n",
        disk::milliseconds_of_a_forced_write()
    );
    if is_wanted("lanes") {
        lanes::bench(quick);
    }
    if is_wanted("register") {
        register::bench(quick);
    }
    if is_wanted("idle") {
        idle::bench(quick);
    }
}

/// The middle one of some figures.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
