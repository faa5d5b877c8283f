//! Bundles with the same key -> groups in first-seen order, in bounded memory: what does not fit is sorted in scratch
//! files, first by key to make the groups, then by first place to bring them back into the order of the file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Sorts values of any number, keeping at most `memory` bytes of them (as serialised) at a time.
pub(super) struct Sorter<'s, T> {
    memory: usize,
    scratch: &'s dyn Fn() -> io::Result<File>,
    kept: Vec<T>,
    kept_bytes: usize,
    file: Option<File>,
    /// Where each sorted run begins and ends in the file.
    runs: Vec<(u64, u64)>,
}

impl<'s, T: Ord + Serialize + DeserializeOwned> Sorter<'s, T> {
    pub fn new(memory: usize, scratch: &'s dyn Fn() -> io::Result<File>) -> Sorter<'s, T> {
        Sorter { memory, scratch, kept: Vec::new(), kept_bytes: 0, file: None, runs: Vec::new() }
    }

    /// Adds a value of about so many bytes.
    pub fn push(&mut self, value: T, bytes: usize) -> io::Result<()> {
        self.kept.push(value);
        self.kept_bytes += bytes;
        if self.kept_bytes > self.memory { self.spill() } else { Ok(()) }
    }

    /// All values in order.
    pub fn sorted(mut self) -> io::Result<Sorted<T>> {
        self.kept.sort();
        let Some(file) = self.file.take() else {
            return Ok(Sorted::Kept(self.kept.into_iter()));
        };
        let buffer = (self.memory / (self.runs.len() + 1)).clamp(512, 64 * 1024);
        let mut merge =
            Merge { file, runs: Vec::new(), heap: BinaryHeap::new(), kept: self.kept.into_iter() };
        for (start, end) in self.runs {
            merge.runs.push(Run { at: start, end, buffer: Vec::new(), used: 0, size: buffer });
        }
        for run in 0..merge.runs.len() {
            merge.refill(run)?;
        }
        if let Some(value) = merge.kept.next() {
            merge.heap.push(Reverse((value, usize::MAX)));
        }
        Ok(Sorted::Merge(merge))
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some((self.scratch)()?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        self.kept.sort();
        let start = file.seek(SeekFrom::End(0))?;
        let mut to = io::BufWriter::new(file);
        let mut end = start;
        for value in self.kept.drain(..) {
            let bytes = serde_json::to_vec(&value)?;
            to.write_all(&(bytes.len() as u64).to_le_bytes())?;
            to.write_all(&bytes)?;
            end += 8 + bytes.len() as u64;
        }
        to.flush()?;
        self.kept_bytes = 0;
        self.runs.push((start, end));
        Ok(())
    }
}

/// Sorted values, one at a time.
pub(super) enum Sorted<T> {
    Kept(std::vec::IntoIter<T>),
    Merge(Merge<T>),
}

/// Sorted runs of a scratch file that are read as one.
pub(super) struct Merge<T> {
    file: File,
    runs: Vec<Run>,
    heap: BinaryHeap<Reverse<(T, usize)>>,
    kept: std::vec::IntoIter<T>,
}

struct Run {
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
    size: usize,
}

impl<T: Ord + DeserializeOwned> Sorted<T> {
    /// The next value.
    pub fn next(&mut self) -> io::Result<Option<T>> {
        match self {
            Sorted::Kept(kept) => Ok(kept.next()),
            Sorted::Merge(merge) => {
                let Some(Reverse((value, run))) = merge.heap.pop() else { return Ok(None) };
                if run == usize::MAX {
                    if let Some(next) = merge.kept.next() {
                        merge.heap.push(Reverse((next, run)));
                    }
                } else {
                    merge.refill(run)?;
                }
                Ok(Some(value))
            }
        }
    }
}

impl<T: Ord + DeserializeOwned> Merge<T> {
    fn refill(&mut self, at: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(at) else { return Ok(()) };
        let mut reader = RunReader { file: &self.file, run };
        if reader.is_done() {
            return Ok(());
        }
        let mut length = [0; 8];
        reader.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes)?;
        self.heap.push(Reverse((serde_json::from_slice(&bytes)?, at)));
        Ok(())
    }
}

struct RunReader<'r> {
    file: &'r File,
    run: &'r mut Run,
}

impl RunReader<'_> {
    fn is_done(&self) -> bool {
        self.run.used >= self.run.buffer.len() && self.run.at >= self.run.end
    }
}

impl Read for RunReader<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.run.used >= self.run.buffer.len() {
            let left = usize::try_from(self.run.end - self.run.at).unwrap_or(usize::MAX);
            self.run.buffer.resize(self.run.size.min(left), 0);
            self.run.used = 0;
            self.file.read_exact_at(&mut self.run.buffer, self.run.at)?;
            self.run.at += self.run.buffer.len() as u64;
        }
        let mut rest = self.run.buffer.get(self.run.used..).unwrap_or(&[]);
        let read = rest.read(to)?;
        self.run.used += read;
        Ok(read)
    }
}

/// What is sorted by its key; equal keys stay in the order of their places.
#[derive(Serialize, Deserialize)]
pub(super) struct Keyed<K, V> {
    pub key: K,
    pub place: u64,
    pub value: V,
}

impl<K: Ord, V> Ord for Keyed<K, V> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key).then(self.place.cmp(&other.place))
    }
}
impl<K: Ord, V> PartialOrd for Keyed<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K: Ord, V> PartialEq for Keyed<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<K: Ord, V> Eq for Keyed<K, V> {}
