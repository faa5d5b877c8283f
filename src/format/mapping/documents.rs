//! Records that belong together -> documents, each with its own faults.

use super::values::{self, Evaluated};
use crate::document::{AnyDocument, Document, Value};
use crate::fault::{Fault, Place, code};
use crate::format::layout::{Layout, RecordUse};
use crate::format::record::Records;
use crate::format::source::{EachMapping, FieldRef, MemberMapping, PlainMapping, Reach, ReadDocument};
use crate::format::{Definition, Item, Mapped, ReadContext, Remembered};

/// Makes documents of groups of records, one group after the other.
pub(in crate::format) struct Mapper<'m> {
    definition: &'m Definition,
    context: &'m ReadContext<'m>,
    /// By kind, whether its records only stand round documents: one round none says that there are none.
    round: Vec<bool>,
    /// Memory that each group uses again.
    room: Room,
}

/// What is made of one group, in memory that the next one uses again.
#[derive(Default)]
struct Room {
    family: Family,
    taken: Vec<bool>,
    touched: Vec<usize>,
    made: Vec<Made>,
    openers: Vec<(usize, usize)>,
    rows: Vec<usize>,
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

impl<'m> Mapper<'m> {
    pub fn new(definition: &'m Definition, context: &'m ReadContext<'m>) -> Mapper<'m> {
        let mut round = vec![false; definition.layout.records.len()];
        let mut queue: Vec<usize> = definition.mapping.reads.iter().map(|read| read.each).collect();
        while let Some(kind) = queue.pop() {
            for above in definition.layout.records.get(kind).into_iter().flat_map(|record| &record.under) {
                if let Some(round) = round.get_mut(*above)
                    && !std::mem::replace(round, true)
                {
                    queue.push(*above);
                }
            }
        }
        for read in &definition.mapping.reads {
            if let Some(round) = round.get_mut(read.each) {
                *round = false;
            }
        }
        Mapper { definition, context, round, room: Room::default() }
    }

    /// Makes the documents of one group of records, in the order of the records that opened them, and tells the
    /// records that became part of no document.
    ///
    /// # Errors
    /// What `each` ends it with.
    pub fn map(
        &mut self,
        records: &Records,
        each: &mut dyn FnMut(Item) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let reads = &self.definition.mapping.reads;
        let mut openers = std::mem::take(&mut self.room.openers);
        let mut rows = std::mem::take(&mut self.room.rows);
        openers.clear();
        for (number, document) in reads.iter().enumerate() {
            let of_kind = (0..records.len()).filter(|record| records.kind(*record) == Some(document.each));
            // The rows of a group are one document together.
            let most = if document.whole_group { 1 } else { usize::MAX };
            openers.extend(of_kind.take(most).map(|record| (record, number)));
        }
        if reads.len() > 1 {
            openers.sort_by_key(|(record, _)| *record);
        }
        let room = std::mem::take(&mut self.room);
        let mut group = Group::new(&self.definition.layout, records, self.context, &self.round, room);
        let mut result = Ok(());
        for (opener, document) in &openers {
            let Some(document) = reads.get(*document) else { continue };
            rows.clear();
            if document.whole_group {
                let of_kind = |record: &usize| records.kind(*record) == Some(document.each);
                rows.extend((0..records.len()).filter(of_kind));
            } else {
                rows.push(*opener);
            }
            if !values::holds(&mut group, &document.only, Here { record: *opener, rows: &rows, number: 1 }) {
                continue;
            }
            let mapped = group.document(document, *opener, &rows);
            result = each(Item::Document(Box::new(mapped)));
            if result.is_err() {
                break;
            }
        }
        if result.is_ok() {
            result = group.strays().into_iter().try_for_each(|stray| each(Item::Stray(stray)));
        }
        self.room = group.room;
        (self.room.openers, self.room.rows) = (openers, rows);
        result
    }
}

/// A step of filling a document, before it is known whether the table that it stands in is left out.
enum Made {
    Value(usize, Value),
    /// About so many items of a list follow.
    Expect(usize, usize),
    /// A nested document, or the next item of a list; what follows up to its end is of it.
    Open(usize),
    End,
}

/// What is known of one table of members.
#[derive(Default)]
struct Level {
    /// Something was made in it.
    made: bool,
    /// Something of the file stands in it.
    stated: bool,
    /// Something of the file could stand in it.
    variable: bool,
    /// Blanks that count only if the table is not left out.
    missing: Vec<Fault>,
}

impl Level {
    fn left_out(&self) -> bool {
        self.variable && !self.stated || !self.made && self.missing.is_empty()
    }

    /// A table inside is not left out.
    fn takes(&mut self, inner: Level) {
        self.made = true;
        self.stated |= inner.stated;
        self.missing.extend(inner.missing);
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
    pub context: &'g ReadContext<'g>,
    round: &'g [bool],
    room: Room,
    faults: Vec<Fault>,
    /// What is told of the document at hand and keeps nothing back.
    warnings: Vec<Fault>,
    /// Fields of the document's own that were read, so that all rows can be compared.
    own_fields: Vec<usize>,
}

impl<'g> Group<'g> {
    fn new(
        layout: &'g Layout,
        records: &'g Records,
        context: &'g ReadContext<'g>,
        round: &'g [bool],
        mut room: Room,
    ) -> Group<'g> {
        room.family.find(records);
        room.taken.clear();
        room.taken.resize(records.len(), false);
        let (faults, warnings, own_fields) = (Vec::new(), Vec::new(), Vec::new());
        Group { layout, records, context, round, room, faults, warnings, own_fields }
    }

    fn document(&mut self, mapping: &ReadDocument, opener: usize, rows: &[usize]) -> Mapped {
        self.faults.clear();
        self.warnings.clear();
        self.own_fields.clear();
        self.room.touched.clear();
        self.room.made.clear();
        if !mapping.lists_rows {
            rows.iter().for_each(|row| self.take(*row));
        }
        if mapping.takes_all {
            self.take_all_below(rows);
        }
        let here = Here { record: opener, rows, number: 1 };
        let mut remembered = Remembered::default();
        let level = self.level(&mapping.members, here, true, &mut remembered);
        self.faults.extend(level.missing);
        for (name, field) in &mapping.remember {
            if let Some(text) = self.text(*field, here) {
                remembered.document.insert(name.clone(), text.to_owned());
            }
            if rows.len() > 1 && field.reach == Reach::Own {
                self.own_fields.push(field.field);
            }
        }
        self.compare_rows(rows);
        self.rows_in_no_list(rows);
        if self.context.live
            && let Some(test) = &mapping.test
            && values::holds(self, test, here)
        {
            self.faults.push(Fault::new(code::TEST_DOCUMENT).at(self.place(opener, None)));
        }
        let mut document = AnyDocument::empty(mapping.document);
        fill(document.as_document_mut(), &mut self.room.made.drain(..));
        let lines = || self.room.touched.iter().map(|record| self.records.line(*record));
        let first_line = lines().min().unwrap_or(0);
        let last_line = lines().max().unwrap_or(0);
        let records = u64::try_from(self.room.touched.len()).unwrap_or(u64::MAX);
        let mut faults = std::mem::take(&mut self.faults);
        faults.sort_by_key(|fault| (fault.place.line, fault.place.column));
        let warnings = std::mem::take(&mut self.warnings);
        Mapped { document, faults, warnings, first_line, last_line, records, remembered }
    }

    /// A row that no list took would be lost without a word: the document must not go on as if it were whole.
    fn rows_in_no_list(&mut self, rows: &[usize]) {
        for row in rows {
            if self.room.taken.get(*row) == Some(&false) {
                self.take(*row);
                self.faults.push(Fault::new(code::ROW_IN_NO_LIST).at(self.place(*row, None)));
            }
        }
    }

    /// What stands below the document's records is part of it, whatever it says.
    fn take_all_below(&mut self, rows: &[usize]) {
        let mut queue = rows.to_vec();
        while let Some(record) = queue.pop() {
            let children: Vec<usize> = self.room.family.children(record).collect();
            children.iter().for_each(|child| self.take(*child));
            queue.extend(children);
        }
    }

    /// A record is part of the document at hand.
    pub(super) fn take(&mut self, record: usize) {
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
    fn take_below(&mut self, record: usize) {
        let mut below: Vec<usize> = self.room.family.children(record).collect();
        while let Some(record) = below.pop() {
            below.extend(self.room.family.children(record));
            self.take(record);
        }
    }

    fn level(
        &mut self,
        members: &[MemberMapping],
        here: Here<'_>,
        own: bool,
        remembered: &mut Remembered,
    ) -> Level {
        let mut level = Level::default();
        for member in members {
            match member {
                MemberMapping::Plain(plain) => self.plain(plain, here, own, &mut level),
                MemberMapping::Object { position, path, required, members } => {
                    let missing = self.nested(*position, members, here, own, &mut level, remembered);
                    if missing && *required {
                        level.missing.push(self.missing(path, here, None));
                    }
                }
                MemberMapping::Entries { position, entries } => {
                    for entry in entries {
                        self.nested(*position, entry, here, own, &mut level, remembered);
                    }
                }
                MemberMapping::Alternatives { position, path, required, alternatives } => {
                    level.variable = true;
                    let fits = alternatives.iter().find(|(tests, _)| values::holds(self, tests, here));
                    let missing = fits.is_none_or(|(_, members)| {
                        self.nested(*position, members, here, own, &mut level, remembered)
                    });
                    if missing && *required {
                        level.missing.push(self.missing(path, here, None));
                    }
                }
                MemberMapping::Each(each) => self.each(each, here, &mut level, remembered),
            }
        }
        level
    }

    /// A nested document at the record at hand; true where nothing is stated for it. One that is left out since what is
    /// stated cannot be read is not missing: its faults tell.
    fn nested(
        &mut self,
        position: usize,
        members: &[MemberMapping],
        here: Here<'_>,
        own: bool,
        level: &mut Level,
        remembered: &mut Remembered,
    ) -> bool {
        let before = self.room.made.len();
        self.room.made.push(Made::Open(position));
        let inner = self.level(members, here, own, remembered);
        level.variable |= inner.variable;
        if inner.left_out() {
            self.room.made.truncate(before);
            level.stated |= inner.stated;
            return !inner.stated;
        }
        self.room.made.push(Made::End);
        level.takes(inner);
        false
    }

    fn each(&mut self, each: &EachMapping, here: Here<'_>, level: &mut Level, remembered: &mut Remembered) {
        level.variable = true;
        let mut number = 0;
        if self.records.kind(here.record) == Some(each.each) {
            self.room.made.push(Made::Expect(each.position, here.rows.len()));
            for record in here.rows {
                self.item(each, *record, &mut number, level, remembered);
            }
        } else {
            let below = self.below(each.each, here);
            self.room.made.push(Made::Expect(each.position, below.len()));
            for record in below {
                self.item(each, record, &mut number, level, remembered);
            }
        }
        if let Some(path) = each.required.as_ref().filter(|_| number == 0) {
            level.missing.push(self.missing(path, here, None));
        }
    }

    fn item(
        &mut self,
        each: &EachMapping,
        record: usize,
        number: &mut usize,
        level: &mut Level,
        remembered: &mut Remembered,
    ) {
        let rows = [record];
        let item = Here { record, rows: &rows, number: *number + 1 };
        if !values::holds(self, &each.only, item) {
            return;
        }
        self.take(record);
        if each.skip.as_ref().is_some_and(|skip| values::holds(self, skip, item)) {
            self.take_below(record);
            return;
        }
        *number += 1;
        let before = self.room.made.len();
        self.room.made.push(Made::Open(each.position));
        let inner = self.level(&each.members, item, false, remembered);
        // A record that is there must not vanish: one that lacks what its list asks for is a fault (a cut row).
        if inner.left_out() && inner.missing.is_empty() {
            self.room.made.truncate(before);
            return;
        }
        self.room.made.push(Made::End);
        level.takes(inner);
        level.stated = true;
        self.remember(each, item, before, remembered);
    }

    /// Keeps the line's fields by its row number, which was made since a place.
    fn remember(&mut self, each: &EachMapping, item: Here<'_>, since: usize, remembered: &mut Remembered) {
        let Some(row_number) = each.row_number.filter(|_| !each.remember.is_empty()) else { return };
        let made = self.room.made.get(since..).unwrap_or_default();
        let row_number = made.iter().find_map(|made| match made {
            Made::Value(position, Value::Text(text)) if *position == row_number => Some(text.clone()),
            _ => None,
        });
        let Some(row_number) = row_number else { return };
        let mut texts = std::collections::BTreeMap::new();
        for (name, field) in &each.remember {
            if let Some(text) = self.text(*field, item) {
                texts.insert(name.clone(), text.to_owned());
            }
        }
        remembered.lines.insert(row_number, texts);
    }

    fn plain(&mut self, plain: &PlainMapping, here: Here<'_>, own: bool, level: &mut Level) {
        let evaluated = values::evaluate(self, &plain.source, here);
        level.variable |= evaluated.is_variable(&plain.source.pick);
        match evaluated {
            Evaluated::Value { value, stated } => {
                level.stated |= stated;
                level.made = true;
                self.room.made.push(Made::Value(plain.position, value));
            }
            Evaluated::Faulty => level.stated = true,
            Evaluated::Blank(field) => {
                if plain.always {
                    let fault = self.missing(&plain.path, here, field);
                    self.fault(fault);
                } else if plain.required {
                    level.missing.push(self.missing(&plain.path, here, field));
                }
            }
        }
        if own && here.rows.len() > 1 {
            values::own_fields(&plain.source, &mut self.own_fields);
        }
    }

    /// Records a fault, once: several members may read the same field.
    pub(super) fn fault(&mut self, fault: Fault) {
        // Those who read the same record come close after each other; the whole list need not be searched.
        if !self.faults.iter().rev().take(64).any(|known| *known == fault) {
            self.faults.push(fault);
        }
    }

    /// Records what is doubtful and taken all the same.
    pub(super) fn warn(&mut self, warning: Fault) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// A member that must have a value has none.
    fn missing(&self, path: &str, here: Here<'_>, field: Option<(usize, usize)>) -> Fault {
        let (record, field) = field.map_or((here.record, None), |(record, field)| (record, Some(field)));
        let place = self.place(record, field);
        let shown = place.field.clone().unwrap_or_else(|| path.to_owned());
        Fault::new(code::MISSING_VALUE).at(place).with("member", path).with("where", shown)
    }

    /// The place of a field, or of a whole record.
    pub(super) fn place(&self, record: usize, field: Option<usize>) -> Place {
        let file = self.context.file_name;
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
    pub(super) fn below(&self, kind: usize, here: Here<'_>) -> Vec<usize> {
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
    pub(super) fn record_of(&mut self, field: FieldRef, here: Here<'_>) -> Option<usize> {
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
    fn text(&mut self, field: FieldRef, here: Here<'_>) -> Option<&'g str> {
        let record = self.record_of(field, here)?;
        self.stated(record, field.field)
    }

    /// The text of a record's field, `None` where nothing is stated.
    #[inline]
    pub(super) fn stated(&self, record: usize, field: usize) -> Option<&'g str> {
        let text = self.records.field(record, field)?;
        let layout = self.layout.records.get(self.records.kind(record)?)?.fields.get(field)?;
        let bare = crate::format::convert::trimmed(text);
        let blank = bare.is_empty() || layout.blank.iter().any(|blank| blank == text || blank == bare);
        (!blank).then_some(text)
    }

    /// Rows of one document must agree in what the document has only one of.
    fn compare_rows(&mut self, rows: &[usize]) {
        let mut fields = std::mem::take(&mut self.own_fields);
        fields.sort_unstable();
        fields.dedup();
        let Some((first, rest)) = rows.split_first() else { return };
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
    fn strays(&self) -> Vec<Fault> {
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

/// Fills a document up to the end of its steps.
fn fill(document: &mut dyn Document, made: &mut std::vec::Drain<'_, Made>) {
    while let Some(step) = made.next() {
        match step {
            Made::Value(position, value) => {
                document.set(position, value);
            }
            Made::Expect(position, items) => document.expect(position, items),
            Made::Open(position) => match document.open(position) {
                Some(nested) => fill(nested, made),
                // The check lets only tables be opened.
                None => return,
            },
            Made::End => return,
        }
    }
}
