//! Records -> groups of records that belong together, in the order of the file, in bounded memory.
//!
//! A record that cannot be read spoils its whole group: an order of which one line is lost must not go on as if it
//! were whole. The others of such a group are handed out as strays too, each saying which line is to blame.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::layout::{FieldLayout, Group, Layout, RecordLayout, RecordUse, Syntax};
use super::lines::{Lines, is_blank};
use super::record::{Field, Record, Records};
use super::rows::{Row, Rows};
use super::sort::{Keyed, Sorter};
use super::{DOCUMENT_RECORDS_MAX, MEMORY_FOR_GROUPING, ReadContext, Summary, whole};
use crate::fault::{Fault, Place, code};

pub(super) use super::write::write_records;

/// What the layout half of reading hands to the mapping half.
pub(super) enum Grouped {
    /// Records that belong together, whole.
    Records(Records),
    /// A record that cannot be read, or that no record kind claims.
    Stray(Fault),
}

pub(super) type Each<'e> = dyn FnMut(Grouped) -> Result<(), Fault> + 'e;

/// Reads a file's bytes to groups of records. The summary it returns has the counts of records (trailers too), of
/// ignored and stray ones, and the faults of the file; the counts of documents are the mapping's to add.
///
/// # Errors
/// What ends the reading at once: the file cannot be read, its header lacks a column, a quote is never closed, a
/// record or a group is over its limit, a scratch file fails, or whatever `each` ends it with.
pub(super) fn read_groups(
    layout: &Layout,
    input: &mut dyn Read,
    context: &ReadContext<'_>,
    each: &mut dyn FnMut(Grouped) -> Result<(), Fault>,
) -> Result<Summary, Fault> {
    if matches!(layout.syntax, Syntax::Whole) {
        return whole::read(layout, input, context, each);
    }
    read_within(MEMORY_FOR_GROUPING, layout, input, context, each)
}

pub(super) fn read_within(
    memory: usize,
    layout: &Layout,
    input: &mut dyn Read,
    context: &ReadContext<'_>,
    each: &mut Each<'_>,
) -> Result<Summary, Fault> {
    let mut rows = Rows::new(layout, Lines::new(context.file_name, &layout.encoding, input));
    let mut reading = Reading {
        layout,
        file: context.file_name,
        nested: layout.records.iter().any(|record| !record.under.is_empty()),
        open: None,
        bundles: 0,
        counts: vec![0; layout.records.len()],
        records_but_trailer: 0,
        trailer: None,
        summary: Summary::default(),
        gather: match &layout.group {
            None => Gather::Single,
            Some(group) if group.adjacent => {
                Gather::Adjacent { current: None, keys: Sorter::new(memory, context.scratch) }
            }
            Some(_) => Gather::Whole { memory, context, bundles: Sorter::new(memory, context.scratch) },
        },
    };
    while let Some(row) = rows.next()? {
        if !reading.row(row, each)? {
            break;
        }
    }
    reading.finish(&rows, each)
}

/// A record with what is wrong with it.
#[derive(Serialize, Deserialize)]
struct Kept {
    record: Record,
    fault: Option<Fault>,
}

type Bundle = Vec<Kept>;
type Key = Option<Vec<String>>;

struct Reading<'r> {
    layout: &'r Layout,
    file: &'r str,
    /// Some record kind stands under another.
    nested: bool,
    /// A record that stands on its own, and what stands under it so far.
    open: Option<Bundle>,
    bundles: u64,
    /// Records by kind.
    counts: Vec<u64>,
    records_but_trailer: u64,
    /// The line of the trailer.
    trailer: Option<u64>,
    summary: Summary,
    gather: Gather<'r>,
}

/// How bundles with the same key come together.
enum Gather<'r> {
    /// Each is a group.
    Single,
    Adjacent {
        current: Option<(Vec<String>, Bundle)>,
        /// Every key with the line where its group begins, to find those that return.
        keys: Sorter<'r, Keyed<Vec<String>, ()>>,
    },
    Whole {
        memory: usize,
        context: &'r ReadContext<'r>,
        bundles: Sorter<'r, Keyed<Key, Bundle>>,
    },
}

impl Reading<'_> {
    /// Takes in one record; false ends the reading, since what follows cannot count.
    fn row(&mut self, row: Row, each: &mut Each<'_>) -> Result<bool, Fault> {
        self.summary.records += 1;
        if let Some(trailer) = self.trailer {
            let place = Place::file(self.file)
                .line(row.record.line)
                .column(1, row.record.source.chars().count().max(1) as u64)
                .source(row.record.source);
            self.summary
                .file_faults
                .push(Fault::new(code::DATA_AFTER_TRAILER).at(place).with("trailer", trailer));
            return Ok(false);
        }
        let layout = self.layout;
        let kind = layout.records.get(row.record.kind).filter(|_| row.known);
        if kind.is_none_or(|kind| kind.use_ != RecordUse::Trailer) {
            self.records_but_trailer += 1;
        }
        let Some(kind) = kind else {
            self.unclaimed(row, each)?;
            return Ok(true);
        };
        if let Some(count) = self.counts.get_mut(row.record.kind) {
            *count += 1;
        }
        match kind.use_ {
            RecordUse::Ignore => self.summary.records_ignored += 1,
            RecordUse::Trailer => self.check(kind, row),
            RecordUse::Data if kind.under.is_empty() => self.root(kind, row, each)?,
            RecordUse::Data => self.child(kind, row, each)?,
        }
        Ok(true)
    }

    /// A record of no kind may have been a part of the open group, or the head of the next: the open one is spoilt,
    /// with all that seems to stand under it from here on.
    fn unclaimed(&mut self, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        let fault = row.fault.unwrap_or_else(|| Fault::new(code::UNKNOWN_RECORD));
        match &mut self.open {
            Some(open) if self.nested => {
                let mut record = row.record;
                record.kind = usize::MAX;
                open.push(Kept { record, fault: Some(fault) });
                within_limit(self.file, open)
            }
            _ => self.stray(fault, each),
        }
    }

    fn root(&mut self, kind: &RecordLayout, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        self.close(each)?;
        let fault = row.fault.map(|fault| named(fault, kind));
        self.open = Some(vec![Kept { record: row.record, fault }]);
        if self.nested { Ok(()) } else { self.close(each) }
    }

    fn child(&mut self, kind: &RecordLayout, row: Row, each: &mut Each<'_>) -> Result<(), Fault> {
        let mut fault = row.fault.map(|fault| named(fault, kind));
        let mut record = row.record;
        let Some(open) = &mut self.open else {
            let fault = fault.unwrap_or_else(|| without_parent(self.layout, self.file, kind, &record));
            return self.stray(fault, each);
        };
        record.parent = open.iter().rposition(|above| kind.under.contains(&above.record.kind));
        if record.parent.is_none() && fault.is_none() && open.iter().all(|kept| kept.fault.is_none()) {
            fault = Some(without_parent(self.layout, self.file, kind, &record));
        }
        open.push(Kept { record, fault });
        within_limit(self.file, open)
    }

    /// The open record has all that stands under it.
    fn close(&mut self, each: &mut Each<'_>) -> Result<(), Fault> {
        let Some(mut bundle) = self.open.take() else { return Ok(()) };
        let key = self.layout.group.as_ref().and_then(|group| self.key(group, &mut bundle));
        let place = self.bundles;
        self.bundles += 1;
        let failed = scratch_failed(self.file);
        match &mut self.gather {
            Gather::Single => self.hand_out(bundle, each),
            Gather::Whole { bundles, .. } => {
                let bytes = bundle.iter().map(size).sum();
                bundles.push(Keyed { key, place, value: bundle }, bytes).map_err(failed)
            }
            Gather::Adjacent { current, keys } => {
                let Some(key) = key else { return self.hand_out(bundle, each) };
                match current {
                    Some((open, group)) if *open == key => {
                        append(group, bundle);
                        within_limit(self.file, group)
                    }
                    _ => {
                        let line = bundle.first().map_or(0, |first| first.record.line);
                        let bytes = key.iter().map(|part| part.len() + 24).sum::<usize>() + 40;
                        keys.push(Keyed { key: key.clone(), place: line, value: () }, bytes)
                            .map_err(failed)?;
                        match current.replace((key, bundle)) {
                            Some((_, whole)) => self.hand_out(whole, each),
                            None => Ok(()),
                        }
                    }
                }
            }
        }
    }

    /// The key of a bundle; none where it has none, or where it cannot be told.
    fn key(&self, group: &Group, bundle: &mut Bundle) -> Key {
        let first = bundle.first_mut()?;
        if first.record.kind != group.record {
            return None;
        }
        let kind = self.layout.records.get(group.record)?;
        let mut key = Vec::new();
        for at in &group.by {
            let (field, cut) = (kind.fields.get(*at)?, first.record.fields.get(*at)?);
            let text = cut.text.as_deref().unwrap_or("").trim_matches(is_blank);
            if means_nothing(field, text) {
                first.fault.get_or_insert_with(|| {
                    Fault::new(code::BLANK_GROUP_KEY).at(place_of(self.file, kind, field, cut, &first.record))
                });
                return None;
            }
            if first.fault.is_some() && text.contains(char::REPLACEMENT_CHARACTER) {
                return None;
            }
            key.push(text.to_owned());
        }
        Some(key)
    }

    fn hand_out(&mut self, group: Bundle, each: &mut Each<'_>) -> Result<(), Fault> {
        hand_out(self.layout, self.file, &mut self.summary, group, each)
    }

    fn stray(&mut self, fault: Fault, each: &mut Each<'_>) -> Result<(), Fault> {
        self.summary.records_stray += 1;
        each(Grouped::Stray(fault.in_file(self.file)))
    }

    fn check(&mut self, kind: &RecordLayout, row: Row) {
        self.trailer = Some(row.record.line);
        if let Some(fault) = row.fault {
            self.summary.file_faults.push(named(fault, kind));
            return;
        }
        for check in &kind.checks {
            let counted: u64 = if check.of.is_empty() {
                self.records_but_trailer
            } else {
                check.of.iter().filter_map(|kind| self.counts.get(*kind)).sum()
            };
            let (Some(field), Some(cut)) = (kind.fields.get(check.field), row.record.fields.get(check.field))
            else {
                continue;
            };
            let text = cut.text.as_deref().unwrap_or("");
            let digits: String = text
                .chars()
                .filter(|sign| !is_blank(*sign) && Some(*sign) != field.number.thousands)
                .collect();
            let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            if is_number && digits.parse() == Ok(counted) {
                continue;
            }
            let names: Vec<&str> = check
                .of
                .iter()
                .filter_map(|kind| self.layout.records.get(*kind))
                .map(|kind| kind.name.as_str())
                .collect();
            self.summary.file_faults.push(
                Fault::new(code::WRONG_COUNT)
                    .at(place_of(self.file, kind, field, cut, &row.record))
                    .found(text)
                    .with("counted", counted)
                    .with("of", if names.is_empty() { "*".to_owned() } else { names.join(", ") }),
            );
        }
    }

    fn finish(mut self, rows: &Rows<'_>, each: &mut Each<'_>) -> Result<Summary, Fault> {
        self.close(each)?;
        let failed = scratch_failed(self.file);
        match std::mem::replace(&mut self.gather, Gather::Single) {
            Gather::Single => {}
            Gather::Adjacent { current, keys } => {
                if let Some((_, group)) = current {
                    self.hand_out(group, each)?;
                }
                let mut sorted = keys.sorted().map_err(failed)?;
                let mut before: Option<Keyed<Vec<String>, ()>> = None;
                while let Some(key) = sorted.next().map_err(failed)? {
                    if let Some(before) = before.filter(|before| before.key == key.key)
                        && self.summary.file_faults.len() < FILE_FAULTS_MAX
                    {
                        self.summary.file_faults.push(
                            Fault::new(code::RETURNING_KEY)
                                .at(Place::file(self.file).line(key.place))
                                .found(key.key.join(" "))
                                .with("before", before.place),
                        );
                    }
                    before = Some(key);
                }
            }
            Gather::Whole { memory, context, bundles } => {
                let mut sorted = bundles.sorted().map_err(failed)?;
                let mut groups = Sorter::new(memory, context.scratch);
                let mut open: Option<Keyed<Key, Bundle>> = None;
                let keep = |groups: &mut Sorter<'_, Keyed<(), Bundle>>, group: Keyed<Key, Bundle>| {
                    let bytes = group.value.iter().map(size).sum();
                    let group = Keyed { key: (), place: group.place, value: group.value };
                    groups.push(group, bytes).map_err(failed)
                };
                while let Some(bundle) = sorted.next().map_err(failed)? {
                    match &mut open {
                        Some(open) if open.key.is_some() && open.key == bundle.key => {
                            append(&mut open.value, bundle.value);
                            within_limit(self.file, &open.value)?;
                        }
                        _ => {
                            if let Some(whole) = open.replace(bundle) {
                                keep(&mut groups, whole)?;
                            }
                        }
                    }
                }
                if let Some(whole) = open {
                    keep(&mut groups, whole)?;
                }
                let mut in_order = groups.sorted().map_err(failed)?;
                while let Some(group) = in_order.next().map_err(failed)? {
                    self.hand_out(group.value, each)?;
                }
            }
        }
        let last = || Place::file(self.file).line(rows.lines().number().max(1));
        if rows.lines().is_cut() {
            self.summary.file_faults.push(Fault::new(code::CUT_CHARACTER).at(last()));
        }
        let wants_trailer = self.layout.records.iter().find(|kind| kind.use_ == RecordUse::Trailer);
        if let Some(kind) = wants_trailer.filter(|_| self.trailer.is_none()) {
            self.summary.file_faults.push(Fault::new(code::MISSING_TRAILER).at(last().record(&kind.name)));
        } else if !rows.saw_anything() {
            self.summary.file_faults.push(Fault::new(code::EMPTY_FILE).at(Place::file(self.file)));
        }
        Ok(self.summary)
    }
}

/// How many faults of the file as such are kept.
const FILE_FAULTS_MAX: usize = 100;

fn hand_out(
    layout: &Layout,
    file: &str,
    summary: &mut Summary,
    group: Bundle,
    each: &mut Each<'_>,
) -> Result<(), Fault> {
    let Some(to_blame) = group.iter().find(|kept| kept.fault.is_some()).map(|kept| kept.record.line) else {
        return each(Grouped::Records(group.into_iter().map(|kept| kept.record).collect()));
    };
    for Kept { record, fault } in group {
        let fault = fault.unwrap_or_else(|| {
            let mut place = Place::file(file)
                .line(record.line)
                .column(1, record.source.chars().count().max(1) as u64)
                .source(record.source);
            place.record = layout.records.get(record.kind).map(|kind| kind.name.clone());
            Fault::new(code::GROUP_NOT_WHOLE).at(place).with("other", to_blame)
        });
        summary.records_stray += 1;
        each(Grouped::Stray(fault.in_file(file)))?;
    }
    Ok(())
}

fn append(group: &mut Bundle, bundle: Bundle) {
    let before = group.len();
    group.extend(bundle.into_iter().map(|mut kept| {
        kept.record.parent = kept.record.parent.map(|parent| parent + before);
        kept
    }));
}

fn within_limit(file: &str, group: &Bundle) -> Result<(), Fault> {
    if group.len() <= DOCUMENT_RECORDS_MAX {
        return Ok(());
    }
    let line = group.first().map_or(1, |first| first.record.line);
    Err(Fault::new(code::TOO_MANY_RECORDS)
        .at(Place::file(file).line(line))
        .with("limit", DOCUMENT_RECORDS_MAX))
}

/// About how many bytes of memory a record takes.
fn size(kept: &Kept) -> usize {
    let fields: usize =
        kept.record.fields.iter().map(|field| 48 + field.text.as_ref().map_or(0, String::len)).sum();
    128 + kept.record.source.len() + fields + if kept.fault.is_some() { 1024 } else { 0 }
}

fn means_nothing(field: &FieldLayout, text: &str) -> bool {
    text.is_empty() || field.blank.iter().any(|blank| blank.trim_matches(is_blank) == text)
}

fn named(mut fault: Fault, kind: &RecordLayout) -> Fault {
    fault.place.record.get_or_insert_with(|| kind.name.clone());
    fault
}

fn place_of(file: &str, kind: &RecordLayout, field: &FieldLayout, cut: &Field, record: &Record) -> Place {
    Place::file(file)
        .line(record.line)
        .column(cut.column.into(), cut.length.max(1).into())
        .record(&kind.name)
        .field(&field.name)
        .source(record.source.clone())
}

fn without_parent(layout: &Layout, file: &str, kind: &RecordLayout, record: &Record) -> Fault {
    let parents: Vec<&str> = kind
        .under
        .iter()
        .filter_map(|kind| layout.records.get(*kind))
        .map(|kind| kind.name.as_str())
        .collect();
    let place = Place::file(file)
        .line(record.line)
        .column(1, record.source.chars().count().max(1) as u64)
        .record(&kind.name)
        .source(record.source.clone());
    Fault::new(code::RECORD_WITHOUT_PARENT).at(place).with("parents", parents.join(", "))
}

fn scratch_failed(file: &str) -> impl Fn(io::Error) -> Fault + Copy + '_ {
    move |error| Fault::new(code::SCRATCH_FAILED).at(Place::file(file)).with("reason", error)
}
