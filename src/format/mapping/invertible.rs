//! What a mapping or a layout loses, so that the file cannot be written back from its documents: in words, for whoever
//! writes the format file.
//!
//! Only what the format file itself shows is told here. What a sender writes in several ways (`2,5` and `2,50`, two codes
//! of one meaning, blanks that are cut off) shows in the bytes of a sample.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::document::{MemberKind, Shape};
use crate::format::Definition;
use crate::format::convert::DateStyle;
use crate::format::labels;
use crate::format::layout::{
    Align, Condition, FieldAt, FieldLayout, Layout, RecordLayout, RecordUse, Syntax,
};
use crate::format::source::{
    Convert, EachMapping, Factor, FieldRef, Is, MemberMapping, Pick, PlainMapping, Reach, ReadDocument,
    Source, Tests,
};

/// Why files of this format cannot be written back; empty where they can.
pub(in crate::format) fn losses(definition: &Definition) -> Vec<String> {
    let layout = &definition.layout;
    let mut walk = Walk {
        layout,
        known: BTreeSet::new(),
        doubts: Vec::new(),
        told: BTreeSet::new(),
        reasons: Vec::new(),
    };
    let reads = &definition.mapping.reads;
    for (number, read) in reads.iter().enumerate() {
        let name = layout.records.get(read.each).map(|kind| kind.name.as_str()).unwrap_or_default();
        let twins = reads.iter().take(number).filter(|other| other.each == read.each);
        if twins.into_iter().any(|other| other.only.0.is_empty() || read.only.0.is_empty()) {
            walk.reasons.push(format!("a record {name} makes documents of several types"));
        }
        if layout.records.get(read.each).is_some_and(|kind| !kind.under.is_empty()) {
            walk.reasons.push(format!("documents are made of records {name}, which stand under others"));
        }
        walk.document(read);
    }
    walk.finish()
}

/// A field, by its record kind and its place there.
type Field = (usize, usize);

struct Walk<'w> {
    layout: &'w Layout,
    /// The fields whose texts the documents say.
    known: BTreeSet<Field>,
    /// What loses something of these fields, unless they are known otherwise.
    doubts: Vec<(String, Vec<Field>)>,
    /// The fields of which some reason tells already.
    told: BTreeSet<Field>,
    reasons: Vec<String>,
}

/// Where a table of members stands.
#[derive(Clone, Copy)]
struct At<'a> {
    kind: usize,
    /// All rows of a group are this document.
    group: bool,
    shape: &'static Shape,
    path: &'a str,
}

impl Walk<'_> {
    fn document(&mut self, read: &ReadDocument) {
        let at = At { kind: read.each, group: read.whole_group, shape: read.document.shape(), path: "" };
        self.tests(&read.only, "where", read.document.name());
        if let Some(test) = &read.test {
            self.tests(test, "test", read.document.name());
        }
        for (_, field) in &read.remember {
            self.knows(*field, at, "[remember]");
        }
        let lists = self.members(&read.members, at);
        match lists {
            _ if !read.whole_group => {}
            0 => self.reasons.push(format!(
                "{} is made of all rows of a group, and no list has an item for each",
                read.document.name()
            )),
            1 => {}
            _ => self
                .reasons
                .push(format!("several lists of {} are made of the same rows", read.document.name())),
        }
    }

    /// Looks at the members of a table; how many lists are made of the record at hand itself.
    fn members(&mut self, members: &[MemberMapping], at: At<'_>) -> usize {
        let mut lists = 0;
        for member in members {
            match member {
                MemberMapping::Plain(plain) => self.plain(plain, at),
                MemberMapping::Object { position, path, members, .. } => {
                    let inner = at.shape.members.get(*position).map(|member| member.kind);
                    let Some(MemberKind::Object(shape)) = inner else { continue };
                    lists += self.members(members, At { shape: shape(), path, ..at });
                }
                MemberMapping::Alternatives { position, .. } => {
                    let path = path(at, *position);
                    self.reasons.push(format!("{path} takes one of several forms (when)"));
                }
                MemberMapping::Entries { position, .. } => {
                    let path = path(at, *position);
                    self.reasons.push(format!(
                        "{path} is a list of fields, of which those that say nothing are left out"
                    ));
                }
                MemberMapping::Each(each) => lists += self.each(each, at),
            }
        }
        lists
    }

    fn each(&mut self, each: &EachMapping, at: At<'_>) -> usize {
        let path = path(at, each.position);
        let inner = at.shape.members.get(each.position).map(|member| member.kind);
        let Some(MemberKind::List(shape)) = inner else { return 0 };
        let of_itself = each.each == at.kind;
        if !of_itself && at.group {
            self.reasons.push(format!("{path} is made of records below the rows of a group"));
        }
        if !of_itself && way(self.layout, at.kind, each.each).is_none_or(|way| way.len() != 1) {
            self.reasons.push(format!("{path} is made of records that do not stand right below"));
        }
        self.tests(&each.only, "where", &path);
        if each.skip.is_some() {
            self.reasons.push(format!("{path} passes over rows (skip)"));
        }
        let item = At { kind: each.each, group: false, shape: shape(), path: &path };
        let numbered = each.members.iter().any(
            |member| matches!(member, MemberMapping::Plain(plain) if Some(plain.position) == each.row_number),
        );
        for (_, field) in each.remember.iter().filter(|_| numbered) {
            self.knows(*field, item, "[remember]");
        }
        self.members(&each.members, item);
        usize::from(of_itself)
    }

    fn knows(&mut self, field: FieldRef, at: At<'_>, what: &str) {
        if at.group && field.reach == Reach::Child {
            self.reasons.push(format!("{what} reads a record below the rows of a group"));
        }
        self.known.insert((field.kind, field.field));
    }

    fn plain(&mut self, plain: &PlainMapping, at: At<'_>) {
        let Some(loss) = loss(&plain.source, self.layout, at.kind) else {
            match &plain.source.pick {
                Pick::Field(field) => self.knows(*field, at, &plain.path),
                Pick::All { kind, field, .. } => {
                    self.known.insert((*kind, *field));
                }
                Pick::Value(_)
                | Pick::Counter
                | Pick::Join { .. }
                | Pick::FirstOf(_)
                | Pick::FirstSource(_)
                | Pick::PostLine { .. }
                | Pick::FileName(_) => {}
            }
            return;
        };
        let parts: &[FieldRef] = match &plain.source.pick {
            Pick::Field(field) => std::slice::from_ref(field),
            Pick::Join { parts, .. } | Pick::FirstOf(parts) | Pick::PostLine { lines: parts, .. } => parts,
            Pick::Value(_) | Pick::Counter | Pick::FileName(_) | Pick::FirstSource(_) | Pick::All { .. } => {
                &[]
            }
        };
        let factors = [&plain.source.convert.times, &plain.source.convert.per];
        let factors = factors.into_iter().filter_map(|factor| match factor {
            Some(Factor::Field(field)) => Some(field),
            Some(Factor::Number(_)) | None => None,
        });
        let fields = parts.iter().chain(factors).map(|field| (field.kind, field.field)).collect();
        let words = format!("{} {loss}", plain.path);
        match &plain.source.pick {
            Pick::All { kind, field, .. } => {
                self.told.insert((*kind, *field));
                self.reasons.push(words);
            }
            Pick::FileName(_) | Pick::FirstSource(_) => self.reasons.push(words),
            _ => self.doubts.push((words, fields)),
        }
    }

    /// What is looked at must be known, unless it can be one thing only.
    fn tests(&mut self, tests: &Tests, key: &str, of: &str) {
        for test in tests.0.iter().flatten() {
            let Some(field) = test.field else { continue };
            match &test.is {
                Is::OneOf(texts) if texts.len() == 1 && tests.0.len() == 1 && key == "where" => {
                    self.known.insert((field.kind, field.field));
                }
                _ => {
                    let name = name_of(self.layout, (field.kind, field.field));
                    let words = format!("{of} looks at {name} ({key}), which no member keeps");
                    self.doubts.push((words, vec![(field.kind, field.field)]));
                }
            }
        }
    }

    fn finish(mut self) -> Vec<String> {
        for (words, fields) in std::mem::take(&mut self.doubts) {
            if !fields.iter().all(|field| self.known.contains(field)) {
                self.told.extend(fields);
                self.reasons.push(words);
            }
        }
        for (number, kind) in self.layout.records.iter().enumerate() {
            self.kind(number, kind);
        }
        self.around();
        let mut seen = BTreeSet::new();
        self.reasons.retain(|reason| seen.insert(reason.clone()));
        self.reasons
    }

    fn kind(&mut self, number: usize, kind: &RecordLayout) {
        if kind.use_ == RecordUse::Ignore && kind.checks.is_empty() {
            self.reasons.push(format!("records {} are passed over (ignore)", kind.name));
            return;
        }
        if kind.use_ == RecordUse::Ignore && kind.under.len() > 1 {
            self.reasons.push(format!("{} stands under records of several kinds", kind.name));
        }
        for (place, field) in kind.fields.iter().enumerate() {
            let checked = kind.checks.iter().any(|check| check.field == place);
            let known = self.known.contains(&(number, place)) || self.told.contains(&(number, place));
            if !checked && !known {
                self.reasons.push(format!("{}.{} is kept in no member", kind.name, field.name));
            }
        }
        for condition in &kind.when {
            let (Condition::Characters { is, .. }
            | Condition::Column { is, .. }
            | Condition::Path { is, .. }) = condition;
            let covered = || {
                let known = |place: usize| self.known.contains(&(number, place));
                kind.fields.iter().enumerate().any(|(place, field)| known(place) && covers(field, condition))
            };
            if is.len() > 1 && !covered() {
                let reason = format!(
                    "which of \"{}\" {} begins with is kept in no member",
                    is.join("\", \""),
                    kind.name
                );
                self.reasons.push(reason);
            }
        }
    }

    fn around(&mut self) {
        let around = &self.layout.around;
        let has_labels = matches!(&self.layout.syntax, Syntax::Csv(csv) if csv.labels.is_some());
        let ends_table = has_labels && labels::ends_with_empty_line(self.layout);
        let keys = [
            ("skip_first", around.skip_first > 0),
            ("skip_until", around.skip_until.is_some()),
            ("stop_at", around.stop_at.is_some() && !ends_table),
            ("comments", !around.comments.is_empty()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, there)| *there) {
            self.reasons.push(format!("lines are passed over ({key})"));
        }
        if around.resync_on.is_some() {
            self.reasons.push("two records on one line are taken apart (resync_on)".to_owned());
        }
        if !around.repair.is_empty() {
            self.reasons.push("characters are repaired (repair)".to_owned());
        }
        if matches!(&self.layout.syntax, Syntax::Fixed(fixed) if fixed.bytes) {
            self.reasons.push("places are counted in bytes (widths)".to_owned());
        }
    }
}

/// The path of a member.
fn path(at: At<'_>, position: usize) -> String {
    let name = at.shape.members.get(position).map(|member| member.name).unwrap_or_default();
    if at.path.is_empty() { name.to_owned() } else { format!("{}.{name}", at.path) }
}

fn name_of(layout: &Layout, (kind, field): Field) -> String {
    let kind = layout.records.get(kind);
    let name = |kind: &RecordLayout| {
        let field = kind.fields.get(field).map(|field| field.name.as_str()).unwrap_or_default();
        format!("{}.{field}", kind.name)
    };
    kind.map(name).unwrap_or_default()
}

/// Whether what a condition looks at is a part of a field.
fn covers(field: &FieldLayout, condition: &Condition) -> bool {
    match (&field.at, condition) {
        (FieldAt::Characters { at, width }, Condition::Characters { at: from, is }) => {
            let length = is.iter().map(|is| is.chars().count()).max().unwrap_or(0);
            at <= from && from + length <= at + width
        }
        (FieldAt::Column(column), Condition::Column { column: wanted, .. }) => column == wanted,
        _ => false,
    }
}

/// The record kinds from one down to another: what stands right below the first, and so on; `None` where there is no way.
pub(super) fn way(layout: &Layout, from: usize, to: usize) -> Option<Vec<usize>> {
    let under = &layout.records.get(to)?.under;
    if under.contains(&from) {
        return Some(vec![to]);
    }
    under.iter().find_map(|above| {
        let mut way = way(layout, from, *above)?;
        way.push(to);
        Some(way)
    })
}

/// The field that a source means, as the layout has it.
pub(super) fn layout_of(layout: &Layout, field: FieldRef) -> Option<&FieldLayout> {
    layout.records.get(field.kind)?.fields.get(field.field)
}

/// What a source loses of what stands in the file, in words that go behind the member's name.
pub(super) fn loss(source: &Source, layout: &Layout, at: usize) -> Option<&'static str> {
    let convert = &source.convert;
    match &source.pick {
        Pick::Value(_) | Pick::Counter => None,
        Pick::Join { .. } => Some("is joined of several fields (join)"),
        Pick::FirstOf(_) => Some("is the first of several fields that is not empty (first_of)"),
        Pick::FirstSource(_) => Some("is the first of several sources that states something (first_of)"),
        Pick::PostLine { .. } => Some("is a part of free lines (post_line)"),
        Pick::FileName(_) => Some("is taken from the file's name (file_name)"),
        Pick::All { kind, only, with, first, .. } => {
            let line_by_line = with == "\n" && !first && only.0.is_empty() && source.split.is_none();
            let right_below = way(layout, at, *kind).is_some_and(|way| way.len() == 1);
            let as_it_is =
                source.default.is_none() && convert.codes.is_none() && of_text(convert, None).is_none();
            (!(line_by_line && right_below && as_it_is)).then_some("is gathered from several records (all)")
        }
        Pick::Field(field) => {
            let style = layout_of(layout, *field);
            if source.split.is_some() {
                return Some("is one part of its field (split)");
            }
            if source.default.is_some() {
                return Some("is the same for an empty field and for one that says so (default)");
            }
            if convert.codes.is_some() {
                return None;
            }
            of_text(convert, style).or_else(|| of_number(convert)).or_else(|| of_date(convert, style))
        }
    }
}

fn of_text(convert: &Convert, style: Option<&FieldLayout>) -> Option<&'static str> {
    // Zeros in front of a fixed field come again with its padding.
    let filled = style.is_some_and(is_filled_with_zeros);
    if convert.strip_leading_zeros && !filled {
        Some("loses its leading zeros (strip_leading_zeros)")
    } else if !convert.remove.is_empty() {
        Some("loses characters (remove)")
    } else if !convert.trim.is_empty() {
        Some("loses characters (trim)")
    } else if convert.form.is_some() {
        Some("is brought into one form (form)")
    } else if convert.cut.is_some() {
        Some("is cut off (cut)")
    } else {
        None
    }
}

fn of_number(convert: &Convert) -> Option<&'static str> {
    if convert.times.is_some() {
        Some("is multiplied (times)")
    } else if convert.per.is_some() {
        Some("is divided (per)")
    } else if convert.round.is_some() {
        Some("is rounded (round)")
    } else {
        None
    }
}

fn of_date(convert: &Convert, style: Option<&FieldLayout>) -> Option<&'static str> {
    let dates: &DateStyle = convert.date.as_ref().or(style.map(|field| &field.date))?;
    let example = NaiveDate::from_ymd_opt(2026, 11, 25)?;
    match convert.kind {
        MemberKind::Date if dates.has_time() => Some("loses its time of the day (date)"),
        MemberKind::Date | MemberKind::DateTime if dates.has_zone() => Some("loses its time zone (date)"),
        MemberKind::Date | MemberKind::DateTime if dates.day_back(example).is_none() => {
            Some("has dates that cannot be written (date)")
        }
        _ => None,
    }
}

/// Whether a field is filled with zeros from the left.
pub(super) fn is_filled_with_zeros(field: &FieldLayout) -> bool {
    matches!(field.at, FieldAt::Characters { .. }) && field.align == Align::Right && field.pad == '0'
}
