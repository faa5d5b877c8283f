//! Bundles with the same key -> groups over the whole file, in first-seen order, in bounded memory.
//!
//! Bundles of one key that follow each other are a run. As long as all runs fit into memory they stay there. What does
//! not fit goes to a scratch file as it comes, and only the keys are sorted: in most files no key returns, and then the
//! runs are the groups and are read back in the order in which they were written. Where one does, the runs are sorted
//! by the first run of their group.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use super::Each;
use super::bundle::{Bundle, scratch_failed, within_limit};
use super::join::join;
use crate::fault::Fault;
use crate::format::layout::Layout;
use crate::format::record::Records;
use crate::format::sort::{Entry, Sorter};
use crate::format::{FileNames, ReadContext, Summary};

/// About how many bytes of records stand in one piece of memory, so that none is moved when more is needed.
const CHUNK: usize = 1024 * 1024;

/// About what a key costs besides its bytes.
const KEY_COST: usize = 96;

/// No run.
const NONE: u32 = u32::MAX;

/// The bundles of a file by their keys.
pub(super) struct WholeFile<'r> {
    memory: usize,
    layout: &'r Layout,
    names: FileNames<'r>,
    context: &'r ReadContext<'r>,
    /// The run that was not closed yet, where it goes to a scratch file.
    run: Bundle,
    /// The key of the run in hand.
    key: Option<String>,
    store: Store<'r>,
    /// How many runs went to the scratch file.
    runs: u64,
}

enum Store<'r> {
    Memory(Memory),
    Scratch(Scratch<'r>),
}

/// Runs that fit into memory.
#[derive(Default)]
struct Memory {
    chunks: Vec<Records>,
    runs: Vec<Run>,
    /// The first and the last run of each key.
    keys: HashMap<Box<str>, (u32, u32)>,
    faults: HashMap<u32, Vec<(usize, Fault)>>,
    bytes: usize,
}

/// Where a run stands in the chunks.
struct Run {
    chunk: u32,
    first: u32,
    count: u32,
    /// The next run of the same key.
    next: u32,
    /// It is the first of its key.
    is_first: bool,
}

/// Runs in a scratch file, and their keys.
struct Scratch<'r> {
    file: BufWriter<File>,
    keys: Sorter<'r>,
    bytes: Vec<u8>,
}

impl<'r> WholeFile<'r> {
    pub fn new(
        memory: usize,
        layout: &'r Layout,
        names: FileNames<'r>,
        context: &'r ReadContext<'r>,
    ) -> WholeFile<'r> {
        let store = Store::Memory(Memory::default());
        WholeFile { memory, layout, names, context, run: Bundle::default(), key: None, store, runs: 0 }
    }

    /// Adds a bundle; one without a key is a group of its own.
    pub fn add(&mut self, key: Option<&str>, bundle: &mut Bundle) -> Result<(), Fault> {
        let goes_on = key.is_some() && self.key.as_deref() == key;
        let failed = scratch_failed(self.context.file_name);
        if !goes_on {
            self.close_run()?;
            match (&mut self.key, key) {
                (Some(old), Some(key)) => key.clone_into(old),
                (old, key) => *old = key.map(str::to_owned),
            }
        }
        match &mut self.store {
            Store::Memory(memory) => {
                memory.add(key, goes_on, bundle);
                if memory.bytes > self.memory {
                    let memory = std::mem::take(memory);
                    // The last run may go on, and is closed in the scratch file.
                    let last = memory.runs.len().saturating_sub(1);
                    let scratch = memory.into_scratch(self.memory, self.context.scratch, &mut self.run);
                    self.store = Store::Scratch(scratch.map_err(failed)?);
                    self.runs = last as u64;
                }
                Ok(())
            }
            Store::Scratch(_) => {
                self.run.append(bundle);
                within_limit(self.names.of(self.layout, self.run.records.kind(0)), &self.run.records)
            }
        }
    }

    /// The run in hand has all its bundles; in memory it stands where it is.
    fn close_run(&mut self) -> Result<(), Fault> {
        if let Store::Scratch(scratch) = &mut self.store
            && self.run.records.len() > 0
        {
            let failed = scratch_failed(self.context.file_name);
            scratch.add(self.key.as_deref(), self.runs, &self.run).map_err(failed)?;
            self.runs += 1;
            self.run.clear();
        }
        Ok(())
    }

    /// Hands the groups out.
    pub fn finish(mut self, summary: &mut Summary, each: &mut Each<'_>) -> Result<(), Fault> {
        self.close_run()?;
        let (layout, names) = (self.layout, self.names);
        let mut hand_out = |group: &mut Bundle| {
            within_limit(names.of(layout, group.records.kind(0)), &group.records)?;
            join(group, layout, names);
            group.hand_out(layout, names, summary, each)?;
            group.clear();
            Ok(())
        };
        match self.store {
            Store::Memory(memory) => memory.hand_out(&mut hand_out),
            Store::Scratch(scratch) => scratch.hand_out(self.memory, self.context, &mut hand_out),
        }
    }
}

type HandOut<'h> = dyn FnMut(&mut Bundle) -> Result<(), Fault> + 'h;

impl Memory {
    /// Adds a bundle: to the last run, if it goes on.
    fn add(&mut self, key: Option<&str>, goes_on: bool, bundle: &mut Bundle) {
        // A run stands in one chunk.
        if self.chunks.last().is_none_or(|chunk| chunk.bytes() > CHUNK && !goes_on) {
            self.chunks.push(Records::default());
        }
        let chunk = self.chunks.len().saturating_sub(1);
        let Some(records) = self.chunks.get_mut(chunk) else { return };
        let (first, before) = (records.len(), records.bytes());
        records.append(&bundle.records);
        self.bytes += records.bytes() - before;
        let count = (records.len() - first) as u32;
        let last = self.runs.len().saturating_sub(1);
        let place = if goes_on { last as u32 } else { self.runs.len() as u32 };
        let in_run = if goes_on { self.runs.get(last).map_or(0, |run| run.count as usize) } else { 0 };
        if !bundle.faults.is_empty() {
            self.bytes += bundle.faults.len() * 1024;
            let faults = std::mem::take(&mut bundle.faults).into_iter();
            self.faults
                .entry(place)
                .or_default()
                .extend(faults.map(|(record, fault)| (record + in_run, fault)));
        }
        if goes_on {
            if let Some(run) = self.runs.get_mut(last) {
                run.count += count;
            }
            return;
        }
        self.bytes += size_of::<Run>();
        let known = key.and_then(|key| self.keys.get_mut(key));
        let is_first = known.is_none();
        match (known, key) {
            (Some((_, last)), _) => {
                if let Some(last) = self.runs.get_mut(*last as usize) {
                    last.next = place;
                }
                *last = place;
            }
            (None, Some(key)) => {
                self.bytes += key.len() + KEY_COST;
                self.keys.insert(key.into(), (place, place));
            }
            (None, None) => {}
        }
        self.runs.push(Run { chunk: chunk as u32, first: first as u32, count, next: NONE, is_first });
    }

    /// Adds a run to a bundle.
    fn take(&mut self, place: u32, to: &mut Bundle) {
        let Some(run) = self.runs.get(place as usize) else { return };
        let before = to.records.len();
        if let Some(chunk) = self.chunks.get(run.chunk as usize) {
            to.records.append_some(chunk, run.first as usize, run.count as usize);
        }
        if let Some(faults) = self.faults.remove(&place) {
            to.faults.extend(faults.into_iter().map(|(record, fault)| (record + before, fault)));
        }
    }

    fn hand_out(mut self, hand_out: &mut HandOut<'_>) -> Result<(), Fault> {
        self.keys = HashMap::new();
        let mut group = Bundle::default();
        for place in 0..self.runs.len() as u32 {
            let mut next = self.runs.get(place as usize).filter(|run| run.is_first).map(|_| place);
            if next.is_none() {
                continue;
            }
            while let Some(place) = next {
                self.take(place, &mut group);
                next = self.runs.get(place as usize).map(|run| run.next).filter(|next| *next != NONE);
            }
            hand_out(&mut group)?;
        }
        Ok(())
    }

    fn into_scratch<'r>(
        mut self,
        memory: usize,
        scratch: &'r dyn Fn() -> io::Result<File>,
        last: &mut Bundle,
    ) -> io::Result<Scratch<'r>> {
        let mut keys: Vec<Option<Box<str>>> = Vec::new();
        keys.resize_with(self.runs.len(), || None);
        for (key, (first, _)) in std::mem::take(&mut self.keys) {
            let mut place = first;
            while let Some(run) = self.runs.get(place as usize) {
                let next = run.next;
                if let Some(slot) = keys.get_mut(place as usize) {
                    *slot = Some(key.clone());
                }
                place = next;
            }
        }
        let mut to = Scratch {
            file: BufWriter::with_capacity(CHUNK, scratch()?),
            keys: Sorter::new(memory / 4, scratch),
            bytes: Vec::new(),
        };
        let mut run = Bundle::default();
        let closed = keys.len().saturating_sub(1);
        for (place, key) in keys.into_iter().take(closed).enumerate() {
            self.take(place as u32, &mut run);
            to.add(key.as_deref(), place as u64, &run)?;
            run.clear();
        }
        self.take(closed as u32, last);
        Ok(to)
    }
}

impl Scratch<'_> {
    fn add(&mut self, key: Option<&str>, place: u64, run: &Bundle) -> io::Result<()> {
        self.bytes.clear();
        run.write(&mut self.bytes)?;
        self.file.write_all(&(self.bytes.len() as u64).to_le_bytes())?;
        self.file.write_all(&self.bytes)?;
        match key {
            Some(key) => self.keys.push(key.as_bytes(), place, &[]),
            // No text begins with this byte.
            None => self.keys.push(&[&[0xff], place.to_be_bytes().as_slice()].concat(), place, &[]),
        }
    }

    fn hand_out(
        self,
        memory: usize,
        context: &ReadContext<'_>,
        hand_out: &mut HandOut<'_>,
    ) -> Result<(), Fault> {
        let failed = scratch_failed(context.file_name);
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let mut runs = RunReader { file: BufReader::with_capacity(CHUNK, file), bytes: Vec::new() };
        let mut group = Bundle::default();
        // By the place of each run, the first run of its key.
        let mut firsts = Sorter::new(memory / 4, context.scratch);
        let mut sorted = self.keys.sorted().map_err(failed)?;
        let (mut entry, mut before) = (Entry::default(), None::<(Vec<u8>, u64)>);
        let mut returns = false;
        while sorted.next(&mut entry).map_err(failed)? {
            match &mut before {
                Some((key, _)) if *key == entry.key => returns = true,
                Some((key, first)) => {
                    key.clone_from(&entry.key);
                    *first = entry.place;
                }
                None => before = Some((entry.key.clone(), entry.place)),
            }
            let first = before.as_ref().map_or(entry.place, |(_, first)| *first);
            firsts.push(&entry.place.to_be_bytes(), 0, &first.to_be_bytes()).map_err(failed)?;
        }
        drop(sorted);
        if !returns {
            drop(firsts);
            while let Some(bytes) = runs.next().map_err(failed)? {
                group.read(bytes).map_err(failed)?;
                hand_out(&mut group)?;
            }
            return Ok(());
        }
        let mut firsts = firsts.sorted().map_err(failed)?;
        // Half, since what `firsts` keeps and a whole group stand beside it.
        let mut by_first = Sorter::new(memory / 2, context.scratch);
        let mut place = 0;
        while let Some(bytes) = runs.next().map_err(failed)? {
            firsts.next(&mut entry).map_err(failed)?;
            by_first.push(&entry.value, place, bytes).map_err(failed)?;
            place += 1;
        }
        drop((firsts, runs));
        let mut sorted = by_first.sorted().map_err(failed)?;
        let mut open = Vec::new();
        while sorted.next(&mut entry).map_err(failed)? {
            if open != entry.key && group.records.len() > 0 {
                hand_out(&mut group)?;
            }
            open.clone_from(&entry.key);
            group.read(&entry.value).map_err(failed)?;
            within_limit(context.file_name, &group.records)?;
        }
        if group.records.len() > 0 {
            hand_out(&mut group)?;
        }
        Ok(())
    }
}

/// Reads the runs of a scratch file in the order in which they were written.
struct RunReader {
    file: BufReader<File>,
    bytes: Vec<u8>,
}

impl RunReader {
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        let mut length = [0; 8];
        match self.file.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?;
        self.bytes.resize(length, 0);
        self.file.read_exact(&mut self.bytes)?;
        Ok(Some(&self.bytes))
    }
}
