//! Records -> groups of records that belong together, in the order of the file, in bounded memory.
//!
//! A record that cannot be read spoils its whole group: an order of which one line is lost must not go on as if it
//! were whole. The others of such a group are handed out as strays too, each saying which line is to blame.

mod bundle;
mod join;
mod noticed;
mod totals;
mod whole_file;

use std::collections::HashMap;
use std::io::{Cursor, Read};

use super::foreign::{self, foreign_file};
use super::layout::{FieldLayout, Group, Layout, RecordLayout, RecordUse, Syntax};
use super::lines::is_blank;
use super::record::Records;
use super::rows::{Found, Row, Rows};
use super::sort::{Entry, Sorter};
use super::xml::TreeFaults;
use super::{FileNames, MEMORY_FOR_GROUPING, PartFile, ReadContext, Summary, whole};
use crate::fault::{Fault, Place, code};
use bundle::{Bundle, scratch_failed, within_limit};
use noticed::{is_repaired, told};
use totals::Totals;
use whole_file::WholeFile;

pub(super) use super::write::{write_in_columns, write_records};

/// What the layout half of reading hands to the mapping half.
pub(super) enum Grouped<'r> {
    /// Records that belong together, whole.
    Records(&'r Records),
    /// A record that cannot be read, or that no record kind claims.
    Stray(Fault),
}

pub(super) type Each<'e> = dyn FnMut(Grouped<'_>) -> Result<(), Fault> + 'e;

/// Reads the bytes of a file, or of files that belong together, to groups of records. The summary it returns has the counts of records (trailers too), of
/// ignored and stray ones, and the faults of the file; the counts of documents are the mapping's to add.
///
/// # Errors
/// What ends the reading at once: the file cannot be read, its header lacks a column, a quote is never closed, a
/// record or a group is over its limit, a scratch file fails, or whatever `each` ends it with.
pub(super) fn read_groups(
    layout: &Layout,
    files: &mut [PartFile<'_>],
    context: &ReadContext<'_>,
    each: &mut Each<'_>,
) -> Result<Summary, Fault> {
    if matches!(layout.syntax, Syntax::Whole)
        && let Some(file) = files.first_mut()
    {
        return whole::read(layout, file.bytes, context, each);
    }
    read_within(MEMORY_FOR_GROUPING, layout, files, context, each)
}

pub(super) fn read_within(
    memory: usize,
    layout: &Layout,
    files: &mut [PartFile<'_>],
    context: &ReadContext<'_>,
    each: &mut Each<'_>,
) -> Result<Summary, Fault> {
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    let names = FileNames(&names);
    let mut reading = Reading {
        layout,
        part: layout,
        first_kind: 0,
        file: context.file_name,
        names,
        nested: false,
        at_hand: Records::default(),
        open: None,
        spare: Bundle::default(),
        key: String::new(),
        file_totals: Totals::new(layout),
        open_totals: Totals::new(layout),
        numbers: HashMap::new(),
        records_but_trailer: 0,
        trailer: None,
        open_trailer: None,
        summary: Summary::default(),
        gather: match &layout.group {
            None => Gather::Single,
            Some(group) if group.adjacent => {
                Gather::Adjacent { current: None, keys: Sorter::new(memory, context.scratch) }
            }
            Some(_) => Gather::Whole(WholeFile::new(memory, layout, names, context)),
        },
    };
    for (number, file) in files.iter_mut().enumerate() {
        reading.file(number, file.name, file.bytes, each)?;
    }
    reading.finish(each)
}

struct Reading<'r> {
    layout: &'r Layout,
    /// The layout of the file at hand, the first of its record kinds among those of all, and its name.
    part: &'r Layout,
    first_kind: usize,
    file: &'r str,
    names: FileNames<'r>,
    /// Some record kind of the file at hand stands under another.
    nested: bool,
    /// The record that was just read.
    at_hand: Records,
    /// A record that stands on its own, and what stands under it so far.
    open: Option<Bundle>,
    /// The memory of one that was closed.
    spare: Bundle,
    /// The key of the bundle at hand.
    key: String,
    /// The records of the open bundle by their own numbers (`nest`).
    numbers: HashMap<String, usize>,
    /// What was counted and added up in the file, and in the open record.
    file_totals: Totals,
    open_totals: Totals,
    records_but_trailer: u64,
    /// The line of the trailer, and of that of the open record.
    trailer: Option<u64>,
    open_trailer: Option<u64>,
    summary: Summary,
    gather: Gather<'r>,
}

/// How bundles with the same key come together.
enum Gather<'r> {
    /// Each is a group.
    Single,
    Adjacent {
        current: Option<(String, Bundle)>,
        /// Every key with the line where its group begins, to find those that return.
        keys: Sorter<'r>,
    },
    Whole(WholeFile<'r>),
}

impl<'r> Reading<'r> {
    /// Reads one file to its end.
    fn file(
        &mut self,
        number: usize,
        name: &'r str,
        bytes: &mut dyn Read,
        each: &mut Each<'_>,
    ) -> Result<(), Fault> {
        (self.part, self.first_kind) = self.layout.part(number);
        self.file = name;
        self.nested = self.part.records.iter().any(|record| !record.under.is_empty());
        (self.records_but_trailer, self.trailer) = (0, None);
        self.file_totals.clear();
        let head = head(self.file, bytes)?;
        if let Some(fault) = foreign_file(self.part, self.file, head.get_ref()) {
            return Err(fault);
        }
        let mut bytes = head.chain(bytes);
        let mut rows = Rows::new(self.part, self.file, &mut bytes)?;
        loop {
            self.at_hand.clear();
            let goes_on = match rows.next(&mut self.at_hand)? {
                Found::Row(row) => {
                    let kind = row.kind.map(|kind| kind + self.first_kind);
                    self.row(Row { kind, ..row }, each)?
                }
                Found::Tree(faults) => self.tree(faults, each)?,
                Found::End => false,
            };
            if !goes_on {
                break;
            }
        }
        self.end_of_file(&mut rows, each)
    }

    /// Takes in the record at hand; false ends the reading, since what follows cannot count.
    fn row(&mut self, row: Row, each: &mut Each<'_>) -> Result<bool, Fault> {
        self.summary.records += 1;
        if let Some(trailer) = self.trailer {
            let place = self.at_hand.place(self.file, 0);
            self.summary
                .file_faults
                .push(Fault::new(code::DATA_AFTER_TRAILER).at(place).with("trailer", trailer));
            return Ok(false);
        }
        let layout = self.layout;
        self.at_hand.set_kind(0, row.kind);
        let kind = row.kind.and_then(|kind| layout.records.get(kind));
        if kind.is_none_or(|kind| kind.use_ != RecordUse::Trailer) {
            self.records_but_trailer += 1;
        }
        let Some(kind) = kind else {
            self.unclaimed(row, each)?;
            return Ok(true);
        };
        self.file_totals.add(row.kind, kind, &self.at_hand, 0);
        match kind.use_ {
            RecordUse::Ignore if kind.checks.is_empty() => {
                self.summary.records_ignored += 1;
                self.pass_over(kind);
            }
            RecordUse::Ignore => {
                self.summary.records_ignored += 1;
                self.child(kind, row, each)?;
            }
            RecordUse::Trailer => self.check(kind, row),
            RecordUse::Data | RecordUse::Refuse if kind.under.is_empty() => self.root(kind, row, each)?,
            RecordUse::Data | RecordUse::Refuse => self.child(kind, row, each)?,
        }
        Ok(true)
    }

    /// Takes in the tree of records at hand.
    fn tree(&mut self, faults: TreeFaults, each: &mut Each<'_>) -> Result<bool, Fault> {
        let records = self.at_hand.len() as u64;
        self.summary.records += records;
        let kind_of =
            |record: usize| self.at_hand.kind(record).and_then(|kind| self.layout.records.get(kind));
        let root = kind_of(0);
        if root.is_some_and(|root| root.use_ == RecordUse::Trailer) {
            let fault = faults.into_iter().next().map(|(_, fault)| fault);
            if let Some(root) = root {
                self.check(root, Row { kind: self.at_hand.kind(0), fault });
            }
            return Ok(true);
        }
        self.records_but_trailer += records;
        for record in 0..self.at_hand.len() {
            let number = self.at_hand.kind(record);
            let Some(kind) = number.and_then(|kind| self.layout.records.get(kind)) else { continue };
            self.file_totals.add(number, kind, &self.at_hand, record);
            if kind.use_ == RecordUse::Ignore {
                self.summary.records_ignored += 1;
            }
        }
        if root.is_some_and(|root| root.use_ == RecordUse::Ignore) {
            return Ok(true);
        }
        self.close(each)?;
        let mut bundle = std::mem::take(&mut self.spare);
        std::mem::swap(&mut bundle.records, &mut self.at_hand);
        let faults = if faults.is_empty() { self.check_tree(&bundle.records) } else { faults };
        for (record, fault) in faults {
            let kind = bundle.records.kind(record).and_then(|kind| self.layout.records.get(kind));
            bundle.faults.push((record, kind.map_or(fault.clone(), |kind| named(fault, kind))));
        }
        self.open = Some(bundle);
        self.close(each)?;
        self.open_trailer = None;
        Ok(true)
    }

    /// What the trailers in a tree of records say of it.
    fn check_tree(&mut self, records: &Records) -> TreeFaults {
        let kind_of = |record: usize| Some((record, self.layout.records.get(records.kind(record)?)?));
        let trailers: Vec<_> =
            (0..records.len()).filter_map(kind_of).filter(|(_, kind)| !kind.checks.is_empty()).collect();
        if trailers.is_empty() {
            return Vec::new();
        }
        self.open_totals.clear();
        for (record, kind) in (0..records.len()).filter_map(kind_of) {
            self.open_totals.add(records.kind(record), kind, records, record);
            self.open_trailer = self.open_trailer.or((!kind.checks.is_empty()).then(|| records.line(record)));
        }
        let all = (records.len() - trailers.len()) as u64;
        let differs = |(record, kind): &(usize, &RecordLayout)| {
            let mut checks = kind.checks.iter();
            let fault = checks
                .find_map(|check| self.open_totals.differs(self, (records, *record), check, kind, all))?;
            Some((*record, fault))
        };
        trailers.iter().filter_map(differs).collect()
    }

    /// Whether the open record lacks the trailer that each of its kind has.
    fn lacks_trailer(&self, bundle: &Bundle) -> Option<Fault> {
        let root = bundle.records.kind(0)?;
        let of_root = |kind: &&RecordLayout| !kind.checks.is_empty() && kind.under.contains(&root);
        let trailer = self.layout.records.iter().find(of_root)?;
        let last = bundle.records.len().checked_sub(1)?;
        let lacks = self.open_trailer.is_none() && bundle.faults.is_empty();
        let place = || bundle.records.place(self.file, last).record(&trailer.name);
        lacks.then(|| Fault::new(code::DOCUMENT_WITHOUT_TRAILER).at(place()))
    }

    /// A record of no kind may have been a part of the open group, or the head of the next: the open one is spoilt,
    /// with all that seems to stand under it from here on.
    fn unclaimed(&mut self, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        let fault = row.fault.unwrap_or_else(|| Fault::new(code::UNKNOWN_RECORD));
        match &mut self.open {
            Some(open) if self.nested => {
                open.push(&self.at_hand, None, Some(fault));
                within_limit(self.file, &open.records)
            }
            _ => self.stray(fault, each),
        }
    }

    fn root(&mut self, kind: &RecordLayout, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        self.close(each)?;
        let fault = row.fault.map(|fault| named(fault, kind));
        let mut open = std::mem::take(&mut self.spare);
        if !self.nested {
            std::mem::swap(&mut open.records, &mut self.at_hand);
            open.faults.extend(fault.map(|fault| (0, fault)));
            self.open = Some(open);
            return self.close(each);
        }
        open.push(&self.at_hand, None, fault);
        self.open = Some(open);
        self.open_trailer = None;
        self.open_totals.clear();
        self.open_totals.add(row.kind, kind, &self.at_hand, 0);
        self.numbers.clear();
        self.number(kind, 0);
        Ok(())
    }

    fn child(&mut self, kind: &RecordLayout, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        let mut fault = row.fault.map(|fault| named(fault, kind));
        let Some(open) = &self.open else {
            let fault = fault.unwrap_or_else(|| without_parent(self.layout, self.file, kind, &self.at_hand));
            return self.stray(fault, each);
        };
        let place = open.records.len();
        let may_stand_under =
            |above: &usize| open.records.kind(*above).is_some_and(|above| kind.under.contains(&above));
        let parent = match kind.nest.and_then(|nest| nest.parent) {
            Some(field) => {
                let wanted = self.at_hand.field(0, field).unwrap_or("");
                let named = self.numbers.get(wanted).copied().filter(may_stand_under);
                if named.is_none() && fault.is_none() && open.faults.is_empty() {
                    let place = place_of(self.file, kind, field, &self.at_hand, 0);
                    let parents = self.layout.parents(kind).join(", ");
                    let unknown = Fault::new(code::UNKNOWN_PARENT_NUMBER).at(place).found(wanted);
                    fault = Some(unknown.with("parents", parents));
                }
                named
            }
            None => (0..place).rev().find(may_stand_under),
        };
        if parent.is_none() && fault.is_none() && open.faults.is_empty() {
            fault = Some(without_parent(self.layout, self.file, kind, &self.at_hand));
        }
        if fault.is_none() {
            let mut checks = kind.checks.iter();
            let trailer = (&self.at_hand, 0);
            fault =
                checks.find_map(|check| self.open_totals.differs(self, trailer, check, kind, place as u64));
        }
        match self.open_trailer {
            // It counts what stands before it.
            Some(trailer) if kind.checks.is_empty() && fault.is_none() => {
                let after = self.at_hand.place(self.file, 0).record(&kind.name);
                fault = Some(Fault::new(code::DATA_AFTER_TRAILER).at(after).with("trailer", trailer));
            }
            None if !kind.checks.is_empty() => self.open_trailer = Some(self.at_hand.line(0)),
            _ => {}
        }
        self.open_totals.add(row.kind, kind, &self.at_hand, 0);
        self.number(kind, place);
        let Some(open) = &mut self.open else { return Ok(()) };
        open.push(&self.at_hand, parent, fault);
        within_limit(self.file, &open.records)
    }

    /// Notes the own number of the record at hand, which gets a place in the open bundle.
    fn number(&mut self, kind: &RecordLayout, place: usize) {
        if let Some(id) = kind.nest.and_then(|nest| nest.id) {
            self.numbers.insert(self.at_hand.field(0, id).unwrap_or("").to_owned(), place);
        }
    }

    /// What stands under a record that is passed over stands under the one above it.
    fn pass_over(&mut self, kind: &RecordLayout) {
        let Some(field) = kind.nest.and_then(|nest| nest.parent) else { return };
        let above = self.numbers.get(self.at_hand.field(0, field).unwrap_or(""));
        if let Some(above) = above.copied() {
            self.number(kind, above);
        }
    }

    /// The open record has all that stands under it.
    fn close(&mut self, each: &mut Each<'_>) -> Result<(), Fault> {
        let Some(mut bundle) = self.open.take() else { return Ok(()) };
        if let Some(fault) = self.lacks_trailer(&bundle) {
            bundle.faults.push((bundle.records.len().saturating_sub(1), fault));
        }
        let has_key = match &self.layout.group {
            Some(group) => self.find_key(group, &mut bundle),
            None => false,
        };
        let failed = scratch_failed(self.file);
        match &mut self.gather {
            Gather::Single => bundle.hand_out(self.layout, self.names, &mut self.summary, each)?,
            Gather::Whole(whole) => whole.add(has_key.then_some(self.key.as_str()), &mut bundle)?,
            Gather::Adjacent { current, keys } => match current {
                _ if !has_key => bundle.hand_out(self.layout, self.names, &mut self.summary, each)?,
                Some((open, group)) if *open == self.key => {
                    group.append(&bundle);
                    within_limit(self.file, &group.records)?;
                }
                _ => {
                    keys.push(self.key.as_bytes(), bundle.records.line(0), &[]).map_err(failed)?;
                    let before = current.replace((self.key.clone(), std::mem::take(&mut bundle)));
                    if let Some((_, mut whole)) = before {
                        whole.hand_out(self.layout, self.names, &mut self.summary, each)?;
                        bundle = whole;
                    }
                }
            },
        }
        bundle.clear();
        self.spare = bundle;
        Ok(())
    }

    /// Finds the key of a bundle; false where it has none, or where it cannot be told.
    fn find_key(&mut self, group: &Group, bundle: &mut Bundle) -> bool {
        self.key.clear();
        let Some(own) = group.key_of(bundle.records.kind(0)) else { return false };
        let Some(kind) = self.layout.records.get(own.record) else { return false };
        for at in &own.by {
            let Some(field) = kind.fields.get(*at) else { return false };
            let text = bundle.records.field(0, *at).unwrap_or("").trim_matches(is_blank);
            if means_nothing(field, text) {
                if bundle.faults.is_empty() {
                    let place = place_of(self.file, kind, *at, &bundle.records, 0);
                    bundle.faults.push((0, Fault::new(code::BLANK_GROUP_KEY).at(place)));
                }
                return false;
            }
            if !bundle.faults.is_empty() && text.contains(char::REPLACEMENT_CHARACTER) {
                return false;
            }
            if own.by.len() > 1 {
                self.key.push_str(&text.len().to_string());
                self.key.push(':');
            }
            self.key.push_str(text);
        }
        true
    }

    fn stray(&mut self, fault: Fault, each: &mut Each<'_>) -> Result<(), Fault> {
        self.summary.records_stray += 1;
        each(Grouped::Stray(fault.in_file(self.file)))
    }

    fn check(&mut self, kind: &RecordLayout, row: Row) {
        self.trailer = Some(self.at_hand.line(0));
        if let Some(fault) = row.fault {
            self.summary.file_faults.push(named(fault, kind));
            return;
        }
        let all = self.records_but_trailer;
        let trailer = (&self.at_hand, 0);
        let checks = kind.checks.iter();
        let faults = checks.filter_map(|check| self.file_totals.differs(self, trailer, check, kind, all));
        let faults: Vec<Fault> = faults.collect();
        self.summary.file_faults.extend(faults);
    }

    /// What must hold at the end of a file.
    fn end_of_file(&mut self, rows: &mut Rows<'_>, each: &mut Each<'_>) -> Result<(), Fault> {
        self.close(each)?;
        let last = Place::file(self.file).line(rows.line().max(1));
        if rows.is_cut() {
            self.summary.file_faults.push(Fault::new(code::CUT_CHARACTER).at(last.clone()));
        }
        if self.part.around.end_mark && rows.saw_anything() && !rows.has_end_mark() {
            self.summary.file_faults.push(Fault::new(code::MISSING_END_MARK).at(last.clone()));
        }
        self.summary.hints.extend(rows.hints());
        self.summary.warnings.extend(rows.warnings());
        for noticed in rows.noticed()?.into_iter().filter(|noticed| !is_repaired(noticed, self.part)) {
            match told(noticed, self.part, self.file) {
                fault if fault.code.is_warning() => self.summary.warnings.push(fault),
                fault => self.summary.file_faults.push(fault),
            }
        }
        let wants_trailer = self.part.records.iter().find(|kind| kind.use_ == RecordUse::Trailer);
        if !rows.saw_anything() {
            self.summary.file_faults.push(Fault::new(code::EMPTY_FILE).at(Place::file(self.file)));
        } else if let Some(kind) = wants_trailer.filter(|_| self.trailer.is_none()) {
            self.summary.file_faults.push(Fault::new(code::MISSING_TRAILER).at(last.record(&kind.name)));
        }
        Ok(())
    }

    /// What stands together over the whole file, or over several, is handed out.
    fn finish(mut self, each: &mut Each<'_>) -> Result<Summary, Fault> {
        let failed = scratch_failed(self.file);
        match std::mem::replace(&mut self.gather, Gather::Single) {
            Gather::Single => {}
            Gather::Whole(whole) => whole.finish(&mut self.summary, each)?,
            Gather::Adjacent { current, keys } => {
                if let Some((_, mut group)) = current {
                    group.hand_out(self.layout, self.names, &mut self.summary, each)?;
                }
                let mut sorted = keys.sorted().map_err(failed)?;
                let (mut before, mut key) = (Entry::default(), Entry::default());
                while sorted.next(&mut key).map_err(failed)? {
                    if before.place > 0
                        && before.key == key.key
                        && self.summary.file_faults.len() < FILE_FAULTS_MAX
                    {
                        self.summary.file_faults.push(
                            Fault::new(code::RETURNING_KEY)
                                .at(Place::file(self.file).line(key.place))
                                .found(String::from_utf8_lossy(&key.key))
                                .with("before", before.place),
                        );
                    }
                    std::mem::swap(&mut before, &mut key);
                }
            }
        }
        Ok(self.summary)
    }
}

/// The first bytes of a file.
fn head(file: &str, bytes: &mut dyn Read) -> Result<Cursor<Vec<u8>>, Fault> {
    let mut head = Vec::new();
    bytes.take(foreign::HEAD).read_to_end(&mut head).map_err(|error| {
        Fault::new(code::FILE_NOT_READ).at(Place::file(file).line(1)).with("reason", error)
    })?;
    Ok(Cursor::new(head))
}

/// How many faults of the file as such are kept.
const FILE_FAULTS_MAX: usize = 100;

fn means_nothing(field: &FieldLayout, text: &str) -> bool {
    text.is_empty() || field.blank.iter().any(|blank| blank.trim_matches(is_blank) == text)
}

fn named(mut fault: Fault, kind: &RecordLayout) -> Fault {
    fault.place.record.get_or_insert_with(|| kind.name.clone());
    fault
}

/// The place of a record's field.
fn place_of(file: &str, kind: &RecordLayout, field: usize, records: &Records, record: usize) -> Place {
    let name = kind.fields.get(field).map(|field| field.name.as_str()).unwrap_or_default();
    records.place_of_field(file, record, field).record(&kind.name).field(name)
}

fn without_parent(layout: &Layout, file: &str, kind: &RecordLayout, at_hand: &Records) -> Fault {
    Fault::new(code::RECORD_WITHOUT_PARENT)
        .at(at_hand.place(file, 0).record(&kind.name))
        .with("parents", layout.parents(kind).join(", "))
}
