//! Sorts entries of bytes by key, in bounded memory: what does not fit is sorted in runs of a scratch file, which are
//! read as one.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

/// The greatest buffer of one run while runs are merged.
const RUN_BUFFER: usize = 64 * 1024;

/// An entry: a key, its place among equal keys, and what goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: Vec<u8>,
    pub place: u64,
    pub value: Vec<u8>,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(self.place.cmp(&other.place))
    }
}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where an entry stands in the bytes that are kept.
#[derive(Clone, Copy)]
struct Kept {
    start: usize,
    key_end: usize,
    end: usize,
    place: u64,
}

/// Sorts entries of any number, keeping at most `memory` bytes of them at a time.
pub(super) struct Sorter<'s> {
    memory: usize,
    scratch: &'s dyn Fn() -> io::Result<File>,
    bytes: Vec<u8>,
    kept: Vec<Kept>,
    file: Option<File>,
    /// Where each sorted run begins and ends in the file.
    runs: Vec<(u64, u64)>,
}

impl<'s> Sorter<'s> {
    pub fn new(memory: usize, scratch: &'s dyn Fn() -> io::Result<File>) -> Sorter<'s> {
        Sorter { memory, scratch, bytes: Vec::new(), kept: Vec::new(), file: None, runs: Vec::new() }
    }

    /// Adds an entry.
    pub fn push(&mut self, key: &[u8], place: u64, value: &[u8]) -> io::Result<()> {
        let more = key.len() + value.len() + size_of::<Kept>();
        if !self.kept.is_empty()
            && self.bytes.len() + self.kept.len() * size_of::<Kept>() + more > self.memory
        {
            self.spill()?;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.kept.push(Kept { start, key_end, end: self.bytes.len(), place });
        Ok(())
    }

    /// All entries in order.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.sort();
        let Some(file) = self.file.take() else {
            return Ok(Sorted(From::Kept { bytes: self.bytes, kept: self.kept.into_iter() }));
        };
        self.file = Some(file);
        self.spill()?;
        let Some(file) = self.file.take() else { return Err(io::ErrorKind::Other.into()) };
        (self.bytes, self.kept) = (Vec::new(), Vec::new());
        let size = (self.memory / (self.runs.len() + 1)).clamp(512, RUN_BUFFER);
        let mut merge = Merge { file, runs: Vec::new(), heap: BinaryHeap::new(), spare: None };
        for (at, end) in self.runs {
            merge.runs.push(Run { at, end, buffer: Vec::new(), used: 0, size });
        }
        for run in 0..merge.runs.len() {
            merge.refill(run, Entry::default())?;
        }
        Ok(Sorted(From::Merge(merge)))
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let key = |kept: &Kept| bytes.get(kept.start..kept.key_end).unwrap_or_default();
        self.kept.sort_unstable_by(|a, b| key(a).cmp(key(b)).then(a.place.cmp(&b.place)));
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert((self.scratch)()?),
        };
        let start = file.seek(SeekFrom::End(0))?;
        let mut to = io::BufWriter::with_capacity(RUN_BUFFER, file);
        let mut end = start;
        for kept in self.kept.drain(..) {
            let mut head = [0; 16];
            let (lengths, place) = head.split_at_mut(8);
            let (key, value) = (kept.key_end - kept.start, kept.end - kept.key_end);
            let both = u32::try_from(key).and_then(|key| Ok((key, u32::try_from(value)?)));
            let (key, value) = both.map_err(io::Error::other)?;
            lengths.copy_from_slice(&(u64::from(key) << 32 | u64::from(value)).to_le_bytes());
            place.copy_from_slice(&kept.place.to_le_bytes());
            to.write_all(&head)?;
            let bytes = self.bytes.get(kept.start..kept.end).unwrap_or_default();
            to.write_all(bytes)?;
            end += 16 + bytes.len() as u64;
        }
        to.flush()?;
        self.bytes.clear();
        self.runs.push((start, end));
        Ok(())
    }
}

/// Sorted entries, one at a time.
pub(super) struct Sorted(From);

enum From {
    Kept { bytes: Vec<u8>, kept: std::vec::IntoIter<Kept> },
    Merge(Merge),
}

/// Sorted runs of a scratch file that are read as one.
struct Merge {
    file: File,
    runs: Vec<Run>,
    heap: BinaryHeap<Reverse<(Entry, usize)>>,
    /// An entry whose memory can be used again.
    spare: Option<Entry>,
}

struct Run {
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
    size: usize,
}

impl Sorted {
    /// The next entry, into one whose memory is used again; false after the last.
    pub fn next(&mut self, into: &mut Entry) -> io::Result<bool> {
        match &mut self.0 {
            From::Kept { bytes, kept } => {
                let Some(next) = kept.next() else { return Ok(false) };
                into.key.clear();
                into.key.extend_from_slice(bytes.get(next.start..next.key_end).unwrap_or_default());
                into.value.clear();
                into.value.extend_from_slice(bytes.get(next.key_end..next.end).unwrap_or_default());
                into.place = next.place;
                Ok(true)
            }
            From::Merge(merge) => {
                let Some(Reverse((entry, run))) = merge.heap.pop() else { return Ok(false) };
                let used = std::mem::replace(into, entry);
                let spare = merge.spare.take().unwrap_or(used);
                merge.refill(run, spare)?;
                Ok(true)
            }
        }
    }
}

impl Merge {
    fn refill(&mut self, at: usize, mut entry: Entry) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(at) else { return Ok(()) };
        let mut reader = RunReader { file: &self.file, run };
        if reader.is_done() {
            self.spare = Some(entry);
            return Ok(());
        }
        let (mut lengths, mut place) = ([0; 8], [0; 8]);
        reader.read_exact(&mut lengths)?;
        reader.read_exact(&mut place)?;
        let lengths = u64::from_le_bytes(lengths);
        let length = |length: u64| usize::try_from(length).map_err(io::Error::other);
        entry.place = u64::from_le_bytes(place);
        entry.key.resize(length(lengths >> 32)?, 0);
        reader.read_exact(&mut entry.key)?;
        entry.value.resize(length(lengths & 0xffff_ffff)?, 0);
        reader.read_exact(&mut entry.value)?;
        self.heap.push(Reverse((entry, at)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_same_in_much_and_in_little_memory() {
        let mut orders = Vec::new();
        for memory in [1 << 20, 400, 1] {
            let scratch = || tempfile::tempfile();
            let mut sorter = Sorter::new(memory, &scratch);
            for place in 0..200u64 {
                let key = (place * 7919 % 50).to_string();
                sorter.push(key.as_bytes(), place, format!("value {place}").as_bytes()).unwrap();
            }
            let mut sorted = sorter.sorted().unwrap();
            let (mut entry, mut all) = (Entry::default(), Vec::new());
            while sorted.next(&mut entry).unwrap() {
                all.push(entry.clone());
            }
            assert_eq!(all.len(), 200);
            assert!(all.is_sorted());
            orders.push(all);
        }
        assert_eq!(orders[0], orders[1]);
        assert_eq!(orders[0], orders[2]);
    }
}
