//! The records that belong together while documents are made of them: what stands below what, which of them a document has
//! taken, where a field is, and what is wrong with it.

use crate::fault::{Fault, Place, code};
use crate::format::convert;
use crate::format::layout::{Layout, RecordUse};
use crate::format::record::Records;
use crate::format::source::{FieldRef, Reach};
use crate::format::{FileNames, ReadContext};

/// What is known of one group, in memory that the next one uses again.
#[derive(Default)]
pub(super) struct AtHand {
    family: Family,
    /// By record, whether a document has taken it.
    taken: Vec<bool>,
    /// The records of the document at hand, in rising order.
    touched: Vec<usize>,
    /// By field, whether it was read as one of the document's own, of which all its rows must say the same.
    own: Vec<bool>,
}

/// The records below each record.
#[derive(Default)]
struct Family {
    /// The first and the last record right below, by record; [`NOBODY`] where there is none.
    first: Vec<u32>,
    last: Vec<u32>,
    /// The next one below the same record.
    next: Vec<u32>,
}

const NOBODY: u32 = u32::MAX;

impl Family {
    fn find(&mut self, records: &Records) {
        for list in [&mut self.first, &mut self.last, &mut self.next] {
            list.clear();
        }
        let parents = |record: &usize| records.parent(*record).is_some();
        if !(0..records.len()).any(|record| parents(&record)) {
            return;
        }
        for list in [&mut self.first, &mut self.last, &mut self.next] {
            list.resize(records.len(), NOBODY);
        }
        for record in 0..records.len() {
            let Some(parent) = records.parent(record) else { continue };
            let place = record as u32;
            let before = self.last.get_mut(parent).map(|last| std::mem::replace(last, place));
            let slot = match before {
                Some(NOBODY) => self.first.get_mut(parent),
                Some(before) => self.next.get_mut(before as usize),
                None => None,
            };
            if let Some(slot) = slot {
                *slot = place;
            }
        }
    }

    /// The records right below one.
    fn children(&self, record: usize) -> impl Iterator<Item = usize> {
        let known = |place: &u32| *place != NOBODY;
        let first = self.first.get(record).copied().filter(known);
        std::iter::successors(first, move |child| self.next.get(*child as usize).copied().filter(known))
            .map(|child| child as usize)
    }
}

/// The record at hand.
#[derive(Clone, Copy)]
pub(super) struct Here<'h> {
    /// Its place in the group.
    pub record: usize,
    /// All rows that are one document with it; only itself otherwise.
    pub rows: &'h [usize],
    /// Its number in its list, from 1.
    pub number: usize,
}

/// One group of records while documents are made of it.
pub(super) struct Group<'g> {
    pub layout: &'g Layout,
    pub records: &'g Records,
    pub names: FileNames<'g>,
    pub context: &'g ReadContext<'g>,
    round: &'g [bool],
    room: AtHand,
    /// What is wrong with the document at hand.
    pub faults: Vec<Fault>,
    /// What is told of the document at hand and keeps nothing back.
    pub warnings: Vec<Fault>,
}

impl<'g> Group<'g> {
    /// `round` says by kind whether its records only stand round documents.
    pub fn new(
        layout: &'g Layout,
        records: &'g Records,
        names: FileNames<'g>,
        context: &'g ReadContext<'g>,
        round: &'g [bool],
        mut room: AtHand,
    ) -> Group<'g> {
        room.family.find(records);
        room.taken.clear();
        room.taken.resize(records.len(), false);
        Group { layout, records, names, context, round, room, faults: Vec::new(), warnings: Vec::new() }
    }

    /// The memory, for the next group.
    pub fn done(self) -> AtHand {
        self.room
    }

    /// A document begins.
    pub fn begin(&mut self) {
        self.faults.clear();
        self.warnings.clear();
        self.room.own.clear();
        self.room.touched.clear();
    }

    /// The first and the last line of the document at hand, and how many records it has. Of files that belong together, the
    /// lines of the one in which it begins.
    pub fn touched(&self, opener: usize) -> (u64, u64, u64) {
        let part = |record: usize| self.layout.part_of(self.records.kind(record));
        let begins_in = part(opener);
        let own = || self.room.touched.iter().filter(|record| part(**record) == begins_in);
        let lines = || own().map(|record| self.records.line(*record));
        let records = u64::try_from(self.room.touched.len()).unwrap_or(u64::MAX);
        (lines().min().unwrap_or(0), lines().max().unwrap_or(0), records)
    }

    /// A row that no list took would be lost without a word: the document must not go on as if it were whole.
    pub fn rows_in_no_list(&mut self, rows: &[usize]) {
        for row in rows {
            if self.room.taken.get(*row) == Some(&false) {
                self.take(*row);
                self.faults.push(Fault::new(code::ROW_IN_NO_LIST).at(self.place(*row, None)));
            }
        }
    }

    /// What stands below the document's records is part of it, whatever it says.
    pub fn take_all_below(&mut self, rows: &[usize]) {
        let mut queue = rows.to_vec();
        while let Some(record) = queue.pop() {
            let children: Vec<usize> = self.room.family.children(record).collect();
            children.iter().for_each(|child| self.take(*child));
            queue.extend(children);
        }
    }

    /// A record is part of the document at hand.
    pub fn take(&mut self, record: usize) {
        if let Some(taken) = self.room.taken.get_mut(record) {
            *taken = true;
        }
        // Records are taken in rising order but for ancestors, so the end is where a repeat is found.
        let touched = &mut self.room.touched;
        if touched.last().is_none_or(|last| *last < record) {
            touched.push(record);
        } else if let Err(at) = touched.binary_search(&record) {
            touched.insert(at, record);
        }
    }

    /// All that stands below a record that is passed over goes with it.
    pub fn take_below(&mut self, record: usize) {
        let mut below: Vec<usize> = self.room.family.children(record).collect();
        while let Some(record) = below.pop() {
            below.extend(self.room.family.children(record));
            self.take(record);
        }
    }

    /// Records a fault, once: several members may read the same field.
    pub fn fault(&mut self, fault: Fault) {
        // Those who read the same record come close after each other; the whole list need not be searched.
        if !self.faults.iter().rev().take(64).any(|known| *known == fault) {
            self.faults.push(fault);
        }
    }

    /// Records what is doubtful and taken all the same.
    pub fn warn(&mut self, warning: Fault) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// A member that must have a value has none. `whole`: it is made of the text of the one field, whatever that is.
    pub fn missing(&self, path: &str, here: Here<'_>, field: Option<(usize, usize)>, whole: bool) -> Fault {
        let (record, field) = field.map_or((here.record, None), |(record, field)| (record, Some(field)));
        let place = self.place(record, field);
        let mut shown = place.field.clone().unwrap_or_else(|| path.to_owned());
        // What stands there and means nothing: a text that is `blank`, a day that is none.
        let found = field.filter(|field| whole || self.stated(record, *field).is_none());
        let found = found.and_then(|field| self.records.field(record, field)).map_or("", convert::trimmed);
        if !found.is_empty() {
            shown.push_str(&format!(" (\"{found}\")"));
        }
        let fault = Fault::new(code::MISSING_VALUE).at(place).with("member", path).with("where", shown);
        if found.is_empty() { fault } else { fault.found(found) }
    }

    /// A list that must have items has none.
    pub fn missing_items(&self, path: &str, here: Here<'_>) -> Fault {
        Fault::new(code::MISSING_ITEMS).at(self.place(here.record, None)).with("member", path)
    }

    /// The place of a field, or of a whole record.
    pub fn place(&self, record: usize, field: Option<usize>) -> Place {
        let file = self.names.of(self.layout, self.records.kind(record));
        let mut place = match field {
            Some(field) => self.records.place_of_field(file, record, field),
            None => Place { column: None, length: None, ..self.records.place(file, record) },
        };
        let Some(layout) = self.records.kind(record).and_then(|kind| self.layout.records.get(kind)) else {
            return place;
        };
        place.record = Some(layout.name.clone());
        place.field = field.and_then(|field| layout.fields.get(field)).map(|field| field.name.clone());
        place
    }

    /// The records of a kind that stand below the record at hand or its rows, in the order of the file.
    pub fn below(&self, kind: usize, here: Here<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        if self.room.family.first.is_empty() {
            return found;
        }
        let mut queue: Vec<usize> = here.rows.to_vec();
        while let Some(record) = queue.pop() {
            for child in self.room.family.children(record) {
                if self.records.kind(child) == Some(kind) {
                    found.push(child);
                }
                queue.push(child);
            }
        }
        found.sort_unstable();
        found
    }

    /// The record that has a field, seen from the record at hand. Several where one may stand are a fault.
    pub fn record_of(&mut self, field: FieldRef, here: Here<'_>) -> Option<usize> {
        match field.reach {
            Reach::Own => Some(here.record),
            Reach::Ancestor => {
                let mut record = here.record;
                loop {
                    let parent = self.records.parent(record)?;
                    if self.records.kind(parent) == Some(field.kind) {
                        self.take(parent);
                        return Some(parent);
                    }
                    record = parent;
                }
            }
            Reach::Child => {
                let found = self.below(field.kind, here);
                for record in &found {
                    self.take(*record);
                }
                if let Some(second) = found.get(1) {
                    let fault = Fault::new(code::RECORD_REPEATED).at(self.place(*second, None));
                    self.fault(fault);
                }
                found.first().copied()
            }
        }
    }

    /// A field's text, `None` where nothing is stated.
    pub fn text(&mut self, field: FieldRef, here: Here<'_>) -> Option<&'g str> {
        let record = self.record_of(field, here)?;
        self.stated(record, field.field)
    }

    /// The text of a record's field, `None` where nothing is stated.
    #[inline]
    pub fn stated(&self, record: usize, field: usize) -> Option<&'g str> {
        let text = self.records.field(record, field)?;
        let layout = self.layout.records.get(self.records.kind(record)?)?.fields.get(field)?;
        let bare = convert::trimmed(text);
        let blank = bare.is_empty() || layout.blank.iter().any(|blank| blank == text || blank == bare);
        (!blank).then_some(text)
    }

    /// A field was read as one of the document's own.
    pub fn reads_own(&mut self, field: usize) {
        let own = &mut self.room.own;
        if own.len() <= field {
            own.resize(field + 1, false);
        }
        if let Some(own) = own.get_mut(field) {
            *own = true;
        }
    }

    /// Rows of one document must agree in what the document has only one of.
    pub fn compare_rows(&mut self, rows: &[usize]) {
        let Some((first, rest)) = rows.split_first() else { return };
        let own = self.room.own.iter().enumerate();
        let fields = own.filter(|(_, own)| **own).map(|(field, _)| field);
        if rest.iter().all(|row| self.records.agree(*first, *row, fields.clone())) {
            return;
        }
        for field in fields {
            let text = |row: usize| self.records.field(row, field).unwrap_or("");
            let expected = text(*first);
            let Some(other) = rest.iter().copied().find(|row| text(*row) != expected) else { continue };
            let line = self.records.line(*first);
            let fault = Fault::new(code::ROWS_DIFFER)
                .at(self.place(other, Some(field)))
                .found(text(other))
                .with("first", expected)
                .with("first_line", line);
            self.faults.push(fault);
        }
    }

    /// The records that no document took.
    pub fn strays(&self) -> Vec<Fault> {
        let data = |record: &usize| {
            let kind = self.records.kind(*record);
            let known = kind.and_then(|kind| self.layout.records.get(kind));
            known.is_some_and(|layout| layout.use_ == RecordUse::Data)
                && kind.is_none_or(|kind| self.round.get(kind) != Some(&true))
        };
        (0..self.records.len())
            .filter(|record| self.room.taken.get(*record) == Some(&false) && data(record))
            .map(|record| Fault::new(code::RECORD_WITHOUT_DOCUMENT).at(self.place(record, None)))
            .collect()
    }
}
