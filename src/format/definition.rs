//! A format file: as written -> as checked, every mistake in one go.

mod code_tables;
mod codes_part;
mod date_part;
mod draft;
mod keys;
mod layout;
mod pick_part;
mod reading;
mod source_part;
mod split_part;
mod tests_part;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use crate::document::DocumentType;
use crate::fault::{Fault, code};
use crate::format::layout::{CsvSyntax, RecordUse, Syntax};
use crate::format::source::{Codes, Convert, Country, Mapping, MemberMapping, Pick, Source, WriteEach};
use crate::format::{labels, mapping, xml};
use crate::written::{Table, Written};

pub use code_tables::{CodeRows, CodeTables};
pub use keys::keys;
pub(super) use source_part::constant_text;

/// A checked format file. Only [`Definition::check`] makes one.
#[derive(Debug)]
pub struct Definition {
    /// The name in the configuration: the path below `formats/` without `.toml`, like `pyramid/orders`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    pub(super) layout: super::layout::Layout,
    pub(super) mapping: Mapping,
    /// Why its files are not written back with the same bytes, as the format file says.
    round_trip: Option<String>,
}

/// Whether the files of a format can be read and written back with the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundTrip<'d> {
    /// They must come back with the same bytes.
    SameBytes,
    /// They need not; why not, in the words of the format file.
    Off(&'d str),
    /// It is no question: the format writes, its files are not records one behind the other, or several belong together.
    NoQuestion,
}

impl Definition {
    /// Checks a format file. `file` is the name that messages show.
    ///
    /// # Errors
    /// Every mistake in the file in one go, each at its line and column with "did you mean".
    pub fn check(name: &str, file: &str, text: &str, tables: &CodeTables) -> Result<Definition, Vec<Fault>> {
        Written::new(file, text).check_by(Some(keys()), |root| checked(root, name, tables))
    }

    /// The document types that it reads from a file.
    pub fn reads(&self) -> Vec<DocumentType> {
        self.mapping.reads.iter().map(|document| document.document).collect()
    }

    /// The names of the files that belong together, in the order in which they are read; empty where a file stands alone.
    pub fn parts(&self) -> Vec<&str> {
        self.layout.parts.iter().map(|part| part.name.as_str()).collect()
    }

    /// The document type that it writes, if it writes one.
    pub fn writes(&self) -> Option<DocumentType> {
        self.mapping.writes.as_ref().map(|write| write.document)
    }

    /// Whether a file that it writes holds one document and no other: one that has labels, and one whose root is a document.
    pub fn writes_one_document(&self) -> bool {
        let written = self.mapping.writes.iter().flat_map(|write| &write.records);
        let mut kinds = written.filter(|record| record.each == WriteEach::Document).map(|record| record.kind);
        kinds.any(|kind| match &self.layout.syntax {
            Syntax::Csv(CsvSyntax { labels: Some(_), .. }) => {
                self.layout.records.get(kind).is_some_and(|kind| kind.name == labels::RECORD)
            }
            Syntax::Xml(_) => xml::is_root(&self.layout, kind),
            _ => false,
        })
    }

    /// The members that it sets in documents of a type, by their names from the document on: `order_lines.row_number`.
    pub fn sets(&self, document: DocumentType) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for read in self.mapping.reads.iter().filter(|read| read.document == document) {
            named(&read.members, &mut names);
        }
        names
    }

    /// The row numbers that are made of the order of the file, since the format file does not say where they come
    /// from: `order_lines.row_number`.
    pub fn row_numbers_made(&self) -> Vec<&str> {
        self.mapping.reads.iter().flat_map(|read| &read.row_numbers_made).map(String::as_str).collect()
    }

    /// The code tables that it looks up in, and where the lines of each stand, those that count most first.
    pub fn code_tables(&self) -> BTreeMap<String, Vec<String>> {
        let mut tables = BTreeMap::new();
        let mut note = |codes: &Codes| tables.extend(codes.origins.iter().cloned());
        for read in &self.mapping.reads {
            each_conversion(&read.members, &mut |convert| {
                convert.codes.iter().for_each(&mut note);
                if let Some(Country::Field(_, codes, _)) = &convert.country {
                    note(codes);
                }
            });
        }
        let written = self.mapping.writes.iter().flat_map(|write| &write.records);
        let sources = written.flat_map(|record| &record.fields);
        sources.filter_map(|(_, source)| source.codes.as_ref()).for_each(note);
        tables
    }

    /// Whether its files must be written back with the same bytes.
    pub fn round_trip(&self) -> RoundTrip<'_> {
        match &self.round_trip {
            Some(why) => RoundTrip::Off(why),
            None if !self.parts().is_empty() => RoundTrip::NoQuestion,
            None if self.mapping.writes.is_none() && has_records(&self.layout.syntax) => RoundTrip::SameBytes,
            None => RoundTrip::NoQuestion,
        }
    }

    /// What its files lose, so that they cannot be written back: one sentence for each member, field or line. Empty
    /// where nothing in the format file is in the way.
    pub fn losses(&self) -> Vec<String> {
        mapping::losses(self)
    }

    /// Whether the layout has an end mark (a trailer check, the end of an XML file's root), so that a cut file is noticed.
    pub fn has_end_mark(&self) -> bool {
        matches!(self.layout.syntax, Syntax::Xml(_))
            || (0..self.layout.parts.len().max(1)).all(|part| {
                let kinds = &self.layout.part(part).0.records;
                kinds.iter().any(|record| record.use_ == RecordUse::Trailer)
            })
    }
}

fn of_source(source: &Source, each: &mut dyn FnMut(&Convert)) {
    each(&source.convert);
    if let Pick::FirstSource(sources) = &source.pick {
        sources.iter().for_each(|source| of_source(source, each));
    }
}

/// What is done to the values of a mapping.
fn each_conversion(members: &[MemberMapping], each: &mut dyn FnMut(&Convert)) {
    for member in members {
        match member {
            MemberMapping::Plain(plain) => of_source(&plain.source, each),
            MemberMapping::Object { members, .. } => each_conversion(members, each),
            MemberMapping::Alternatives { alternatives, .. } => {
                alternatives.iter().for_each(|(_, members)| each_conversion(members, each));
            }
            MemberMapping::Each(list) => each_conversion(&list.members, each),
            MemberMapping::Entries { entries, .. } => {
                entries.iter().for_each(|members| each_conversion(members, each));
            }
        }
    }
}

/// The names of the plain members of a mapping.
fn named(members: &[MemberMapping], names: &mut BTreeSet<String>) {
    for member in members {
        match member {
            MemberMapping::Plain(plain) => {
                names.insert(plain.path.clone());
            }
            MemberMapping::Object { members, .. } => named(members, names),
            MemberMapping::Alternatives { alternatives, .. } => {
                alternatives.iter().for_each(|(_, members)| named(members, names));
            }
            MemberMapping::Each(each) => named(&each.members, names),
            MemberMapping::Entries { entries, .. } => entries.iter().for_each(|entry| named(entry, names)),
        }
    }
}

fn checked(root: &Table<'_>, name: &str, tables: &CodeTables) -> Option<Definition> {
    let title = root.text("title").map(|title| title.value).unwrap_or_default();
    let round_trip = root.text("round_trip");
    let use_ = layout::Use { reads: root.has("document"), writes: root.has("record") };
    let documents = if use_.reads { root.tables("document") } else { Vec::new() };
    let records = if use_.writes { root.tables("record") } else { Vec::new() };
    let remember = root.table("remember");
    if documents.is_empty() && records.is_empty() {
        root.fault(Fault::new(code::NOTHING_MAPPED).at(root.place()));
    }
    if !root.has("layout") {
        root.missing("layout", "how bytes become records, as the table [layout]");
    }
    let layout = root.table("layout")?;
    let mut draft = layout::check(&layout, &use_)?;
    let mut mapping = Mapping::default();
    for (name, table) in &documents {
        mapping.reads.extend(reading::document(name, table, &mut draft, tables));
    }
    if let Some(remember) = &remember {
        if documents.is_empty() {
            source_part::misfit(root, "remember", "no document is read here");
            remember.any_keys();
        } else {
            reading::remember(remember, &mut draft, &mut mapping.reads);
        }
    }
    mapping.writes = writing::records(&records, &layout, &mut draft, tables);
    // Where a document has a mistake, what it would have read is not known.
    if !documents.is_empty() && mapping.reads.len() == documents.len() {
        reading::check_all_read(root, &draft);
    }
    layout::check_optional(&layout, &draft);
    if let Some(why) = &round_trip {
        if mapping.writes.is_some() || !has_records(&draft.layout.syntax) {
            let reason = "it goes with format files that read CSV, fixed-width or tagged files only";
            source_part::misfit(root, "round_trip", reason);
        } else if !draft.parts.is_empty() {
            source_part::misfit(root, "round_trip", "files that belong together are not written back");
        } else if why.value.trim().is_empty() {
            root.wrong_value("round_trip", why, "the reason in words", "");
        }
    }
    let round_trip = round_trip.map(|why| why.value);
    Some(Definition { name: name.to_owned(), title, layout: draft.into_layout(), mapping, round_trip })
}

/// Whether files of this syntax are records one behind the other, which can be written back.
fn has_records(syntax: &Syntax) -> bool {
    matches!(syntax, Syntax::Csv(_) | Syntax::Fixed(_) | Syntax::Tagged(_))
}

#[cfg(test)]
mod tests;
