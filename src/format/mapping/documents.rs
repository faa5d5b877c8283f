//! Records that belong together -> documents, each with its own faults.

use super::values::{self, Evaluated};
use crate::document::{AnyDocument, Document, Value};
use crate::fault::{Fault, Place, code};
use crate::format::layout::{Layout, RecordUse};
use crate::format::record::{Field, Record};
use crate::format::source::{EachMapping, FieldRef, MemberMapping, PlainMapping, Reach, ReadDocument};
use crate::format::{Definition, Mapped, ReadContext, Remembered};

/// What became of one group of records.
pub(in crate::format) struct MappedGroup {
    /// In the order of the records that opened them.
    pub documents: Vec<Mapped>,
    /// Records that became part of no document.
    pub strays: Vec<Fault>,
}

/// Makes the documents of one group of records.
pub(in crate::format) fn map_group(
    definition: &Definition,
    records: &[Record],
    context: &ReadContext<'_>,
) -> MappedGroup {
    let mut group = Group::new(&definition.layout, records, context);
    let mut made: Vec<(usize, Mapped)> = Vec::new();
    for document in &definition.mapping.reads {
        for (opener, members) in openers(document, records) {
            made.push((opener, group.document(document, opener, members)));
        }
    }
    made.sort_by_key(|(opener, _)| *opener);
    let strays = group.strays();
    MappedGroup { documents: made.into_iter().map(|(_, mapped)| mapped).collect(), strays }
}

/// The records that open documents, each with the rows that are the document together with it.
fn openers(document: &ReadDocument, records: &[Record]) -> Vec<(usize, Vec<usize>)> {
    let of_kind =
        records.iter().enumerate().filter(|(_, record)| record.kind == document.each).map(|(index, _)| index);
    if document.whole_group {
        let rows: Vec<usize> = of_kind.collect();
        return rows.first().copied().map(|first| (first, rows)).into_iter().collect();
    }
    of_kind.map(|index| (index, vec![index])).collect()
}

/// What a member became, before it is known whether its table is left out.
enum Made {
    Value(usize, Value),
    Object(usize, Vec<Made>),
    Item(usize, Vec<Made>),
}

/// The result of one table of members.
#[derive(Default)]
struct Level {
    made: Vec<Made>,
    /// Something of the file stands in it.
    stated: bool,
    /// Something of the file could stand in it.
    variable: bool,
    /// Blanks that count only if the table is not left out.
    missing: Vec<Fault>,
}

impl Level {
    fn left_out(&self) -> bool {
        self.variable && !self.stated || self.made.is_empty() && self.missing.is_empty()
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
    pub records: &'g [Record],
    pub context: &'g ReadContext<'g>,
    children: Vec<Vec<usize>>,
    taken: Vec<bool>,
    faults: Vec<Fault>,
    /// Fields of the document's own that were read, so that all rows can be compared.
    own_fields: Vec<usize>,
    touched: Vec<usize>,
}

impl<'g> Group<'g> {
    fn new(layout: &'g Layout, records: &'g [Record], context: &'g ReadContext<'g>) -> Group<'g> {
        let mut children = vec![Vec::new(); records.len()];
        for (index, record) in records.iter().enumerate() {
            let Some(parent) = record.parent.filter(|parent| *parent < index) else { continue };
            if let Some(children) = children.get_mut(parent) {
                children.push(index);
            }
        }
        Group {
            layout,
            records,
            context,
            children,
            taken: vec![false; records.len()],
            faults: Vec::new(),
            own_fields: Vec::new(),
            touched: Vec::new(),
        }
    }

    fn document(&mut self, mapping: &ReadDocument, opener: usize, rows: Vec<usize>) -> Mapped {
        self.faults.clear();
        self.own_fields.clear();
        self.touched.clear();
        for row in &rows {
            self.take(*row);
        }
        let here = Here { record: opener, rows: &rows, number: 1 };
        let mut remembered = Remembered::default();
        let level = self.level(&mapping.members, here, true, &mut remembered);
        self.faults.extend(level.missing);
        for (name, field) in &mapping.remember {
            if let Some(text) = self.text(*field, here) {
                remembered.document.insert(name.clone(), text);
            }
            if rows.len() > 1 && field.reach == Reach::Own {
                self.own_fields.push(field.field);
            }
        }
        self.compare_rows(&rows);
        let mut document = AnyDocument::empty(mapping.document);
        fill(document.as_document_mut(), level.made);
        let lines =
            || self.touched.iter().filter_map(|index| self.records.get(*index)).map(|record| record.line);
        let first_line = lines().min().unwrap_or(0);
        let last_line = lines().max().unwrap_or(0);
        let records = u64::try_from(self.touched.len()).unwrap_or(u64::MAX);
        let mut faults = std::mem::take(&mut self.faults);
        faults.sort_by_key(|fault| (fault.place.line, fault.place.column));
        Mapped { document, faults, first_line, last_line, records, remembered }
    }

    /// A record is part of the document at hand.
    pub(super) fn take(&mut self, record: usize) {
        if let Some(taken) = self.taken.get_mut(record) {
            *taken = true;
        }
        // Records are taken in rising order but for ancestors, so the end is where a repeat is found.
        if let Err(at) = self.touched.binary_search(&record) {
            self.touched.insert(at, record);
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
                    let inner = self.level(members, here, own, remembered);
                    level.variable |= inner.variable;
                    if inner.left_out() {
                        if *required {
                            level.missing.push(self.missing(path, here, None));
                        }
                        continue;
                    }
                    level.stated |= inner.stated;
                    level.missing.extend(inner.missing);
                    level.made.push(Made::Object(*position, inner.made));
                }
                MemberMapping::Entries { position, entries } => {
                    for entry in entries {
                        let inner = self.level(entry, here, own, remembered);
                        level.variable |= inner.variable;
                        if inner.left_out() {
                            continue;
                        }
                        level.stated |= inner.stated;
                        level.missing.extend(inner.missing);
                        level.made.push(Made::Item(*position, inner.made));
                    }
                }
                MemberMapping::Each(each) => self.each(each, here, &mut level, remembered),
            }
        }
        level
    }

    fn each(&mut self, each: &EachMapping, here: Here<'_>, level: &mut Level, remembered: &mut Remembered) {
        level.variable = true;
        for (index, record) in self.items(each.each, here).into_iter().enumerate() {
            self.take(record);
            let rows = [record];
            let item = Here { record, rows: &rows, number: index + 1 };
            let inner = self.level(&each.members, item, false, remembered);
            // A record that is there must not vanish: one that lacks what its list asks for is a fault (a cut row).
            if inner.left_out() && inner.missing.is_empty() {
                continue;
            }
            level.stated = true;
            self.remember(each, item, &inner.made, remembered);
            level.missing.extend(inner.missing);
            level.made.push(Made::Item(each.position, inner.made));
        }
    }

    /// Keeps the line's fields by its row number.
    fn remember(&mut self, each: &EachMapping, item: Here<'_>, made: &[Made], remembered: &mut Remembered) {
        if each.remember.is_empty() {
            return;
        }
        let row_number = each.members.iter().find_map(|member| match member {
            MemberMapping::Plain(plain) if plain.path.ends_with(".row_number") => Some(plain.position),
            _ => None,
        });
        let row_number = made.iter().find_map(|made| match made {
            Made::Value(position, Value::Text(text)) if Some(*position) == row_number => Some(text.clone()),
            _ => None,
        });
        let Some(row_number) = row_number else { return };
        let mut texts = std::collections::BTreeMap::new();
        for (name, field) in &each.remember {
            if let Some(text) = self.text(*field, item) {
                texts.insert(name.clone(), text);
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
                level.made.push(Made::Value(plain.position, value));
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
            let fields = values::own_fields(&plain.source);
            self.own_fields.extend(fields);
        }
    }

    /// Records a fault, once: several members may read the same field.
    pub(super) fn fault(&mut self, fault: Fault) {
        // Those who read the same record come close after each other; the whole list need not be searched.
        if !self.faults.iter().rev().take(64).any(|known| *known == fault) {
            self.faults.push(fault);
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
        let mut place = Place::file(self.context.file_name);
        let Some(record) = self.records.get(record) else { return place };
        place = place.line(record.line).source(record.source.clone());
        let layout = self.layout.records.get(record.kind);
        if let Some(layout) = layout {
            place = place.record(layout.name.clone());
        }
        let Some(position) = field else { return place };
        if let Some(layout) = layout.and_then(|layout| layout.fields.get(position)) {
            place = place.field(layout.name.clone());
        }
        match record.fields.get(position) {
            Some(Field { column, length, .. }) if *column > 0 => {
                place.column(u64::from(*column), u64::from(*length).max(1))
            }
            _ => place,
        }
    }

    /// The records that a list below the record at hand is made of.
    fn items(&self, kind: usize, here: Here<'_>) -> Vec<usize> {
        let own = self.records.get(here.record).map(|record| record.kind);
        if own == Some(kind) {
            return here.rows.to_vec();
        }
        self.below(kind, here)
    }

    /// The records of a kind that stand below the record at hand or its rows, in the order of the file.
    pub(super) fn below(&self, kind: usize, here: Here<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        let mut queue: Vec<usize> = here.rows.to_vec();
        while let Some(record) = queue.pop() {
            for child in self.children.get(record).map(Vec::as_slice).unwrap_or_default() {
                if self.records.get(*child).is_some_and(|record| record.kind == kind) {
                    found.push(*child);
                }
                queue.push(*child);
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
                    let parent = self.records.get(record)?.parent.filter(|parent| *parent < record)?;
                    if self.records.get(parent)?.kind == field.kind {
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
    fn text(&mut self, field: FieldRef, here: Here<'_>) -> Option<String> {
        let record = self.record_of(field, here)?;
        self.stated(record, field.field).map(str::to_owned)
    }

    /// The text of a record's field, `None` where nothing is stated.
    pub(super) fn stated(&self, record: usize, field: usize) -> Option<&'g str> {
        let record = self.records.get(record)?;
        let text = record.fields.get(field)?.text.as_deref()?;
        let layout = self.layout.records.get(record.kind)?.fields.get(field)?;
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
            let text = |row: usize| {
                let text = self.records.get(row).and_then(|record| record.fields.get(field)?.text.as_deref());
                text.unwrap_or("")
            };
            let expected = text(*first);
            let Some(other) = rest.iter().copied().find(|row| text(*row) != expected) else { continue };
            let line = self.records.get(*first).map_or(0, |record| record.line);
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
        let data = |record: &Record| {
            self.layout.records.get(record.kind).is_some_and(|layout| layout.use_ == RecordUse::Data)
        };
        self.records
            .iter()
            .enumerate()
            .filter(|(index, record)| data(record) && self.taken.get(*index) == Some(&false))
            .map(|(index, _)| Fault::new(code::RECORD_WITHOUT_DOCUMENT).at(self.place(index, None)))
            .collect()
    }
}

fn fill(document: &mut dyn Document, made: Vec<Made>) {
    for made in made {
        match made {
            Made::Value(position, value) => {
                document.set(position, value);
            }
            Made::Object(position, made) | Made::Item(position, made) => {
                if let Some(nested) = document.open(position) {
                    fill(nested, made);
                }
            }
        }
    }
}
