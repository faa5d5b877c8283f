//! The records of one tree while its elements are read: the values that their paths lead to, and what they come to.

use std::borrow::Cow;

use super::beside;
use super::decoded::Decoded;
use super::paths::{self, Capture, Paths};
use crate::fault::{Fault, code};
use crate::format::DOCUMENT_RECORDS_MAX;
use crate::format::layout::{Layout, RecordUse};
use crate::format::record::{Cell, Records, narrow};
use crate::format::rows;

/// How many faults of one tree of records are told.
const FAULTS_MAX: usize = 100;

/// The text of an element as far as it was read.
#[derive(Clone, Copy, Default)]
pub(super) struct Text {
    /// Its first piece in the text of the tree.
    from: usize,
    to: usize,
    /// Where its pieces are put together, if they stand apart or hold references.
    joined: Option<(usize, usize)>,
    pieces: usize,
}

/// The records that are being read.
#[derive(Default)]
pub(super) struct Tree {
    /// Open records: the record, its start, and its first value.
    open: Vec<(usize, usize, usize)>,
    /// For each record, its start and its first value.
    records: Vec<(usize, usize)>,
    values: Vec<Option<Cell>>,
    /// Texts that do not stand in the file as such, and the values that they are of.
    joined: String,
    joined_values: Vec<usize>,
    faults: Vec<(usize, Fault)>,
    /// By hint, whether its field was there in a record of its own kind; by kind, whether there were records of it.
    pub own: Vec<bool>,
    pub met: Vec<bool>,
}

/// What one tree came to: the faults of its records, by their places.
pub(in crate::format) type TreeFaults = Vec<(usize, Fault)>;

impl Tree {
    /// Whether a record is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Begins a record whose start has so many values; false where there are too many records.
    pub fn begin_record(
        &mut self,
        start: usize,
        slots: usize,
        begins: usize,
        (line, column): (u64, u32),
        records: &mut Records,
    ) -> bool {
        if self.records.len() >= DOCUMENT_RECORDS_MAX {
            return false;
        }
        let record = self.records.len();
        let first = self.values.len();
        self.values.resize(first + slots, None);
        records.begin_at(line, column, begins);
        records.set_parent(record, self.open.last().map(|(above, ..)| *above));
        self.records.push((start, first));
        self.open.push((record, start, first));
        true
    }

    /// The innermost record ends at a place.
    pub fn end_record(&mut self, at: usize, records: &mut Records) {
        if let Some((record, ..)) = self.open.pop() {
            records.end_at(record, at);
        }
    }

    /// Adds a fault of the innermost open record.
    pub fn fault(&mut self, fault: Fault) {
        if let Some((record, ..)) = self.open.last().filter(|_| self.faults.len() < FAULTS_MAX) {
            self.faults.push((*record, fault));
        }
    }

    /// Keeps a text that does not stand in the file as such.
    pub fn join(&mut self, text: &str) -> Cell {
        let at = self.joined.len();
        self.joined.push_str(text);
        Cell::plain(at, at + text.len())
    }

    /// Sets a value of the innermost open record of its start.
    pub fn set(&mut self, paths: &Paths, decoded: &Decoded<'_>, capture: Capture, cell: Cell, joined: bool) {
        let Some((record, _, first)) = self.open.iter().rev().find(|(_, start, _)| *start == capture.start)
        else {
            return;
        };
        let (record, place) = (*record, first + capture.slot);
        let Some(value) = self.values.get_mut(place) else { return };
        if value.is_none() {
            *value = Some(cell);
            if joined {
                self.joined_values.push(place);
            }
            return;
        }
        if self.faults.len() < FAULTS_MAX {
            let name = paths.starts.get(capture.start).map(|start| start.name(capture.slot));
            let length = (cell.shown_length as usize).max(1);
            let place = decoded.place_of(cell.shown as usize, length);
            let fault = Fault::new(code::ELEMENT_REPEATED).at(place).found(name.unwrap_or_default());
            self.faults.push((record, fault));
        }
    }

    /// Adds a piece to the text of an element; `plain` if it stands in the file as it is.
    pub fn piece(&mut self, decoded: &Decoded<'_>, text: &mut Text, piece: &str, at: usize, plain: bool) {
        let end = decoded.length();
        if text.pieces == 0 && plain && !piece.contains('\r') {
            (text.from, text.to) = (at, at + piece.len());
        } else {
            if text.joined.is_none() {
                let (taken, ..) = decoded.taken();
                let before = self.joined.len();
                if text.pieces > 0 {
                    self.joined.push_str(taken.get(text.from..text.to).unwrap_or(""));
                } else {
                    text.from = at;
                }
                text.joined = Some((before, self.joined.len()));
            }
            // Only the innermost element's text grows, so its pieces follow each other.
            self.joined.push_str(&if plain { line_ends(piece) } else { Cow::Borrowed(piece) });
            if let Some((_, to)) = &mut text.joined {
                *to = self.joined.len();
            }
            text.to = end;
        }
        text.pieces += 1;
    }

    /// Whether a text is more than blanks.
    pub fn is_stated(&self, decoded: &Decoded<'_>, text: &Text) -> bool {
        let (taken, ..) = decoded.taken();
        let whole = match text.joined {
            Some((from, to)) => self.joined.get(from..to),
            None => taken.get(text.from..text.to),
        };
        whole.is_some_and(|whole| !whole.trim().is_empty())
    }

    /// Sets the values that want the text of an element, which ends at a place.
    pub fn set_text(&mut self, paths: &Paths, decoded: &Decoded<'_>, node: usize, text: Text, begins: usize) {
        let captures = paths.nodes.get(node).map(|node| node.texts.clone()).unwrap_or_default();
        let (cell, joined) = match text.joined {
            Some((from, to)) => {
                let whole = self.joined.get(from..to).unwrap_or("");
                let cell = trimmed(whole, from).shown(text.from, text.to);
                (cell, true)
            }
            None if text.pieces == 0 => (Cell::plain(begins, begins), false),
            None => {
                let (taken, ..) = decoded.taken();
                (trimmed(taken.get(text.from..text.to).unwrap_or(""), text.from), false)
            }
        };
        for capture in captures {
            self.set(paths, decoded, capture, cell, joined);
        }
    }

    /// Gives the records of a tree their text, kinds and fields.
    pub fn finish(
        &mut self,
        layout: &Layout,
        file: &str,
        paths: &Paths,
        decoded: &Decoded<'_>,
        records: &mut Records,
    ) -> TreeFaults {
        let (taken, ..) = decoded.taken();
        records.text_mut().push_str(taken);
        let by = records.text().len();
        records.text_mut().push_str(&self.joined);
        for place in self.joined_values.drain(..) {
            if let Some(Some(cell)) = self.values.get_mut(place) {
                *cell = Cell { at: narrow(cell.at as usize + by), ..*cell };
            }
        }
        let mut faults = std::mem::take(&mut self.faults);
        self.own.resize(paths.hints.len(), false);
        self.met.resize(layout.records.len(), false);
        for (record, (at, first)) in self.records.iter().enumerate() {
            let Some(start) = paths.starts.get(*at) else { continue };
            let values = self.values.get(*first..).unwrap_or_default();
            let text = |slot: usize| {
                let cell = values.get(slot).copied().flatten();
                cell.map_or("", |cell| records.text_of(&cell))
            };
            let fits = |conditions: &Vec<(usize, Vec<String>)>| {
                conditions.iter().all(|(slot, is)| is.iter().any(|is| is == text(*slot)))
            };
            let told =
                |place: &usize| start.conditions.get(*place).is_some_and(|all| !all.is_empty() && fits(all));
            let any = |place: &usize| start.conditions.get(*place).is_some_and(Vec::is_empty);
            let place = (0..start.kinds.len()).find(told).or_else(|| (0..start.kinds.len()).find(any));
            let kind = place.and_then(|place| start.kinds.get(place)).copied();
            let kind = kind.filter(|kind| rows::may_come(layout, *kind));
            records.set_kind(record, kind);
            if let Some(met) = kind.and_then(|kind| self.met.get_mut(kind)) {
                *met = true;
            }
            for (hint, own) in paths.hints.iter().zip(&mut self.own).filter(|(_, own)| !**own) {
                *own = hint.start == *at && values.get(hint.slot).is_some_and(Option::is_some);
            }
            records.fields_of(record);
            let end = records.source_range(record).map_or(0, |range| range.start);
            for slot in place.and_then(|place| start.fields.get(place)).into_iter().flatten() {
                let cell = slot.and_then(|slot| values.get(slot).copied().flatten());
                records.push(cell.unwrap_or(Cell::missing(end)));
            }
            if kind.is_none() && !faults.iter().any(|(faulty, _)| *faulty == record) {
                faults.push((record, unknown_kind(layout, file, records, record, start, values)));
            }
        }
        let without_parent = beside::find_parents(layout, file, records);
        // Where another fault is known, it may be the reason.
        if faults.is_empty() {
            faults = without_parent;
        }
        for bad in &decoded.bad {
            let record = (0..records.len())
                .rev()
                .find(|record| records.source_range(*record).is_some_and(|range| range.contains(&bad.at)));
            if let Some(record) = record.filter(|_| faults.len() < FAULTS_MAX) {
                let length = char::REPLACEMENT_CHARACTER.len_utf8();
                let place = records.place_at(file, record, bad.at, bad.at + length);
                let fault = Fault::new(code::UNDECODABLE_BYTES)
                    .at(place)
                    .found(&bad.hex)
                    .with("byte", bad.offset)
                    .with("encoding", bad.encoding)
                    .with("elsewhere", bad.elsewhere());
                faults.push((record, fault));
            }
        }
        faults.sort_by_key(|(record, _)| *record);
        self.values.clear();
        self.records.clear();
        self.joined.clear();
        faults
    }
}

/// The fault of a record of no kind.
fn unknown_kind(
    layout: &Layout,
    file: &str,
    records: &Records,
    record: usize,
    start: &paths::Start,
    values: &[Option<Cell>],
) -> Fault {
    let mut kinds: Vec<String> = start
        .kinds
        .iter()
        .zip(&start.conditions)
        .filter(|(kind, _)| rows::may_come(layout, **kind))
        .filter_map(|(kind, conditions)| {
            let name = &layout.records.get(*kind)?.name;
            let told: Vec<String> = conditions
                .iter()
                .map(|(slot, is)| format!("{}: \"{}\"", start.name(*slot), is.join("\", \"")))
                .collect();
            Some(format!("{name} ({})", told.join(", ")))
        })
        .collect();
    if kinds.is_empty() {
        let known = layout.records.iter().filter(|record| record.use_ != RecordUse::Refuse);
        kinds = known.map(|record| record.name.clone()).collect();
    }
    let slot = start.conditions.iter().flatten().map(|(slot, _)| *slot).next();
    let cell = slot.and_then(|slot| values.get(slot).copied().flatten());
    let (place, found) = match cell {
        Some(cell) => (records.place_of_cell(file, record, &cell), records.text_of(&cell)),
        None => (records.place(file, record), records.source(record)),
    };
    Fault::new(code::UNKNOWN_RECORD).at(place).found(rows::beginning(found)).with("kinds", kinds.join(", "))
}

/// A text as XML hands it on: its line ends are LF.
fn line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// A text without the blanks round it.
pub(super) fn trimmed(text: &str, at: usize) -> Cell {
    let left = text.trim_start();
    let from = at + (text.len() - left.len());
    Cell::plain(from, from + left.trim_end().len())
}
