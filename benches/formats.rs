//! How quickly files are read: bytes to typed and checked documents, beside readers that check nothing.
//!
//! ```text
//! cargo bench --bench formats                 everything, about a minute once it is built
//! cargo bench --bench formats -- csv          only what has this in its name
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
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted =
        |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
    if wanted == ["profile"] {
        let file = files::csv();
        let definition = ours::definition(&files::csv_format("{ by = \"OrdNr\" }"));
        for _ in 0..20 {
            assert_eq!(ours::documents(&definition, &file.bytes), file.orders);
        }
        return;
    }
    if is_wanted("csv") {
        let file = files::csv();
        println!("order rows as CSV, {:.1} MB, Windows-1252, {} orders", file.bytes.len() as f64 / 1e6, file.orders);
        for (name, group) in [("adjacent", "{ by = \"OrdNr\", rows = \"adjacent\" }"), ("whole file", "{ by = \"OrdNr\" }")] {
            let definition = ours::definition(&files::csv_format(group));
            let speed = megabytes_a_second(file.bytes.len(), || {
                assert_eq!(ours::documents(&definition, &file.bytes), file.orders);
            });
            row("lastkaj", &format!("typed and checked documents, grouped {name}"), speed);
            let speed = megabytes_a_second(file.bytes.len(), || {
                assert!(ours::json(&definition, &file.bytes) > file.bytes.len() / 4);
            });
            row("lastkaj", &format!("the same as JSON text, grouped {name}"), speed);
        }
        let shuffled = files::shuffled(&file.bytes);
        let definition = ours::definition(&files::csv_format("{ by = \"OrdNr\" }"));
        let speed = megabytes_a_second(file.bytes.len(), || {
            assert_eq!(ours::documents(&definition, &shuffled), file.orders);
        });
        row("lastkaj", "typed and checked documents, rows shuffled", speed);
        let speed = megabytes_a_second(file.bytes.len(), || {
            assert_eq!(bare::csv(&file.bytes), file.rows);
        });
        row("csv", "ByteRecord, fields cut, nothing else", speed);
        others::csv(&file.bytes, file.orders);
    }
}
