//! Records that belong together -> documents, each with its own faults.

use super::at_hand::{AtHand, Group, Here};
use super::values::{self, Evaluated};
use crate::document::{AnyDocument, Document, Value};
use crate::fault::{Fault, code};
use crate::format::record::Records;
use crate::format::source::{EachMapping, MemberMapping, PlainMapping, Reach, ReadDocument};
use crate::format::{Definition, FileNames, Item, LineAt, Mapped, ReadContext, Remembered};

/// Makes documents of groups of records, one group after the other.
pub(in crate::format) struct Mapper<'m> {
    definition: &'m Definition,
    names: FileNames<'m>,
    context: &'m ReadContext<'m>,
    /// By kind, whether its records only stand round documents: one round none says that there are none.
    round: Vec<bool>,
    /// Memory that each group uses again.
    room: Room,
}

/// What is made of one group, in memory that the next one uses again.
#[derive(Default)]
struct Room {
    at_hand: AtHand,
    made: Vec<Made>,
    openers: Vec<(usize, usize)>,
    rows: Vec<usize>,
}

impl<'m> Mapper<'m> {
    pub fn new(definition: &'m Definition, names: FileNames<'m>, context: &'m ReadContext<'m>) -> Mapper<'m> {
        let mut round = vec![false; definition.layout.records.len()];
        let mut queue: Vec<usize> = definition.mapping.reads.iter().map(|read| read.each).collect();
        while let Some(kind) = queue.pop() {
            let record = definition.layout.records.get(kind);
            for above in record.into_iter().flat_map(|record| record.under.iter().chain(&record.joins)) {
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
        Mapper { definition, names, context, round, room: Room::default() }
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
        let at_hand = std::mem::take(&mut self.room.at_hand);
        let group =
            Group::new(&self.definition.layout, records, self.names, self.context, &self.round, at_hand);
        let mut maker = Maker { group, made: std::mem::take(&mut self.room.made), lines: Vec::new() };
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
            if !values::holds(
                &mut maker.group,
                &document.only,
                Here { record: *opener, rows: &rows, number: 1 },
            ) {
                continue;
            }
            let mapped = maker.document(document, *opener, &rows);
            result = each(Item::Document(Box::new(mapped)));
            if result.is_err() {
                break;
            }
        }
        if result.is_ok() {
            result = maker.group.strays().into_iter().try_for_each(|stray| each(Item::Stray(stray)));
        }
        self.room = Room { at_hand: maker.group.done(), made: maker.made, openers, rows };
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

/// Makes one document after the other of a group of records.
struct Maker<'g> {
    group: Group<'g>,
    made: Vec<Made>,
    /// Where the lines of the document at hand stand.
    lines: Vec<LineAt>,
}

impl Maker<'_> {
    fn document(&mut self, mapping: &ReadDocument, opener: usize, rows: &[usize]) -> Mapped {
        let group = &mut self.group;
        group.begin();
        self.made.clear();
        if !mapping.lists_rows {
            rows.iter().for_each(|row| group.take(*row));
        }
        if mapping.takes_all {
            group.take_all_below(rows);
        }
        let here = Here { record: opener, rows, number: 1 };
        let mut remembered = Remembered::default();
        let level = self.level(&mapping.members, here, true, &mut remembered);
        let group = &mut self.group;
        group.faults.extend(level.missing);
        for (name, field) in &mapping.remember {
            if let Some(text) = group.text(*field, here) {
                remembered.document.insert(name.clone(), text.to_owned());
            }
            if rows.len() > 1 && field.reach == Reach::Own {
                group.reads_own(field.field);
            }
        }
        for tests in std::iter::once(&mapping.only).chain(&mapping.test) {
            values::note_tests_that_differ(group, tests, here);
        }
        group.compare_rows(rows);
        group.rows_in_no_list(rows);
        if group.context.live
            && let Some(test) = &mapping.test
            && values::holds(group, test, here)
        {
            let fault = Fault::new(code::TEST_DOCUMENT).at(group.place(opener, None));
            group.faults.push(fault);
        }
        let mut document = AnyDocument::empty(mapping.document);
        fill(document.as_document_mut(), &mut self.made.drain(..));
        let (first_line, last_line, records) = group.touched(opener);
        let mut faults = std::mem::take(&mut group.faults);
        faults.sort_by_key(|fault| (group.names.place(&fault.place), fault.place.line, fault.place.column));
        let warnings = std::mem::take(&mut group.warnings);
        let lines = std::mem::take(&mut self.lines);
        Mapped { document, faults, warnings, first_line, last_line, lines, records, remembered }
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
                        level.missing.push(self.group.missing(path, here, None, false));
                    }
                }
                MemberMapping::Entries { position, entries } => {
                    for entry in entries {
                        self.nested(*position, entry, here, own, &mut level, remembered);
                    }
                }
                MemberMapping::Alternatives { position, path, required, alternatives } => {
                    level.variable = true;
                    for (tests, _) in alternatives.iter().filter(|_| own) {
                        values::note_tests_that_differ(&mut self.group, tests, here);
                    }
                    let fits =
                        alternatives.iter().find(|(tests, _)| values::holds(&mut self.group, tests, here));
                    let missing = fits.is_none_or(|(_, members)| {
                        self.nested(*position, members, here, own, &mut level, remembered)
                    });
                    if missing && *required {
                        level.missing.push(self.group.missing(path, here, None, false));
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
        let before = self.made.len();
        self.made.push(Made::Open(position));
        let inner = self.level(members, here, own, remembered);
        level.variable |= inner.variable;
        if inner.left_out() {
            self.made.truncate(before);
            level.stated |= inner.stated;
            return !inner.stated;
        }
        self.made.push(Made::End);
        level.takes(inner);
        false
    }

    fn each(&mut self, each: &EachMapping, here: Here<'_>, level: &mut Level, remembered: &mut Remembered) {
        level.variable = true;
        let mut number = 0;
        if self.group.records.kind(here.record) == Some(each.each) {
            self.made.push(Made::Expect(each.position, here.rows.len()));
            for record in here.rows {
                self.item(each, *record, &mut number, level, remembered);
            }
        } else {
            let below = self.group.below(each.each, here);
            self.made.push(Made::Expect(each.position, below.len()));
            for record in below {
                self.item(each, record, &mut number, level, remembered);
            }
        }
        if let Some(path) = each.required.as_ref().filter(|_| number == 0) {
            level.missing.push(self.group.missing_items(path, here));
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
        if !values::holds(&mut self.group, &each.only, item) {
            return;
        }
        self.group.take(record);
        if each.skip.as_ref().is_some_and(|skip| values::holds(&mut self.group, skip, item)) {
            self.group.take_below(record);
            return;
        }
        *number += 1;
        let before = self.made.len();
        self.made.push(Made::Open(each.position));
        let inner = self.level(&each.members, item, false, remembered);
        // A record that is there must not vanish: one that lacks what its list asks for is a fault (a cut row).
        if inner.left_out() && inner.missing.is_empty() {
            self.made.truncate(before);
            return;
        }
        self.made.push(Made::End);
        level.takes(inner);
        level.stated = true;
        if each.are_lines {
            let records = self.group.records;
            let file = self.group.layout.part_of(records.kind(record));
            self.lines.push(LineAt { file, line: records.line(record) });
        }
        self.remember(each, item, before, remembered);
    }

    /// Keeps the line's fields by its row number, which was made since a place.
    fn remember(&mut self, each: &EachMapping, item: Here<'_>, since: usize, remembered: &mut Remembered) {
        let Some(row_number) = each.row_number.filter(|_| !each.remember.is_empty()) else { return };
        let made = self.made.get(since..).unwrap_or_default();
        let row_number = made.iter().find_map(|made| match made {
            Made::Value(position, Value::Text(text)) if *position == row_number => Some(text.to_string()),
            _ => None,
        });
        let Some(row_number) = row_number else { return };
        let mut texts = std::collections::BTreeMap::new();
        for (name, field) in &each.remember {
            if let Some(text) = self.group.text(*field, item) {
                texts.insert(name.clone(), text.to_owned());
            }
        }
        remembered.lines.insert(row_number, texts);
    }

    fn plain(&mut self, plain: &PlainMapping, here: Here<'_>, own: bool, level: &mut Level) {
        let evaluated = values::evaluate(&mut self.group, &plain.source, here);
        level.variable |= evaluated.is_variable(&plain.source.pick);
        match evaluated {
            Evaluated::Value { value, stated } => {
                level.stated |= stated;
                level.made = true;
                self.made.push(Made::Value(plain.position, value));
            }
            Evaluated::Faulty => level.stated = true,
            Evaluated::Blank(field) => {
                if plain.always || plain.required {
                    let whole = plain.source.is_whole_field();
                    let fault = self.group.missing(&plain.path, here, field, whole);
                    if plain.always {
                        self.group.fault(fault);
                    } else {
                        level.missing.push(fault);
                    }
                }
            }
        }
        if own && here.rows.len() > 1 {
            values::own_fields(&plain.source, &mut self.group);
        }
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
