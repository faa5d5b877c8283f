//! How quickly files are read: bytes to typed and checked documents, beside readers that check nothing.
//!
//! ```text
//! cargo bench --bench formats                 everything, about a minute once it is built
//! cargo bench --bench formats -- csv          only this syntax: csv, fixed, tagged or xml
//! cargo bench --bench formats -- profile xml  reads one file twenty times, for a profiler; also csv-adjacent
//! ```
//!
//! `docs/benches.md` says what is measured and what came out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "formats/bare.rs"]
mod bare;
#[path = "formats/files.rs"]
mod files;
#[path = "formats/others.rs"]
mod others;
#[path = "formats/ours.rs"]
mod ours;

use std::time::Instant;

/// Runs something until it has taken a second, at least three times; megabytes a second of the quickest.
fn megabytes_a_second(bytes: usize, mut run: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut best = f64::MAX;
    let mut runs = 0;
    while runs < 3 || begin.elapsed().as_secs_f64() < 1.0 {
        let begin = Instant::now();
        run();
        best = best.min(begin.elapsed().as_secs_f64());
        runs += 1;
    }
    bytes as f64 / 1e6 / best
}

fn row(what: &str, how: &str, speed: f64) {
    println!("  {what:<10} {how:<58} {speed:>8.0} MB/s");
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let orders = files::orders();
    if let [profile, name] = wanted.as_slice()
        && profile == "profile"
    {
        return profile_of(&orders, name);
    }
    for make in [files::csv, files::fixed, files::tagged, files::xml] {
        let file = make(&orders);
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == file.name) {
            measure(&file);
        }
    }
}

/// How the rows of an order come together; only CSV repeats the head on each.
const ADJACENT: &str = "{ by = \"OrdNr\", rows = \"adjacent\" }";
const WHOLE_FILE: &str = "{ by = \"OrdNr\" }";

/// Reads a file many times over, for a profiler.
fn profile_of(orders: &[files::Order], name: &str) {
    let file = match name {
        "fixed" => files::fixed(orders),
        "tagged" => files::tagged(orders),
        "xml" => files::xml(orders),
        _ => files::csv(orders),
    };
    let definition =
        ours::definition(&file.format(if name == "csv-adjacent" { ADJACENT } else { WHOLE_FILE }));
    for _ in 0..20 {
        assert_eq!(ours::documents(&definition, &file.bytes), file.orders);
    }
}

fn measure(file: &files::File) {
    println!("{}: {:.1} MB, {} orders", file.name, file.bytes.len() as f64 / 1e6, file.orders);
    let groups: &[(&str, &str)] = match file.name {
        "csv" => &[(", grouped adjacent", ADJACENT), (", grouped over the whole file", WHOLE_FILE)],
        _ => &[("", "")],
    };
    for (how, group) in groups {
        let definition = ours::definition(&file.format(group));
        let speed = megabytes_a_second(file.bytes.len(), || {
            assert_eq!(ours::documents(&definition, &file.bytes), file.orders);
        });
        row("lastkaj", &format!("typed and checked documents{how}"), speed);
        let speed = megabytes_a_second(file.bytes.len(), || {
            assert!(ours::json(&definition, &file.bytes) > file.bytes.len() / 8);
        });
        row("lastkaj", &format!("the same as JSON text{how}"), speed);
    }
    if file.name == "csv" {
        let shuffled = files::shuffled(&file.bytes);
        let definition = ours::definition(&file.format(WHOLE_FILE));
        let speed = megabytes_a_second(file.bytes.len(), || {
            assert_eq!(ours::documents(&definition, &shuffled), file.orders);
        });
        row("lastkaj", "typed and checked documents, rows shuffled", speed);
    }
    let (how, bare) = bare::reader(file);
    let speed = megabytes_a_second(file.bytes.len(), || {
        assert_eq!(bare(&file.bytes), file.rows);
    });
    row("bare", how, speed);
    if file.name == "csv" {
        others::csv(&file.bytes, file.orders);
    }
}
