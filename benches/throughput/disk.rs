//! How long the disk takes to keep something: what a commit costs at least.

use std::io::Write;
use std::time::Instant;

const WRITES: u32 = 200;

/// The mean time of a write of 8 kB that is forced to the disk, in milliseconds.
pub fn milliseconds_of_a_forced_write() -> f64 {
    let mut file = tempfile::tempfile().unwrap();
    let begun = Instant::now();
    for _ in 0..WRITES {
        file.write_all(&[7; 8192]).unwrap();
        file.sync_data().unwrap();
    }
    begun.elapsed().as_secs_f64() * 1000.0 / f64::from(WRITES)
}
