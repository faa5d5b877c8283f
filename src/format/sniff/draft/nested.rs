//! The drafts of files in which documents and lines are records of their own, and fields have names: XML by its elements,
//! labelled tables by their labels and columns, tagged lines by their tags.

mod xml;

use super::mapping::{Level, Placed, map};
use super::members::Context;
use super::{Draft, Ground, Part, Parts, Why, basic, names_of_marks, usual_date, usual_decimal};
use crate::document::DocumentType;
use crate::format::sniff::column::{Column, NumberStyle};
use crate::format::sniff::delimited::Csv;
use crate::format::sniff::document::{self, Kind};
use crate::format::sniff::outline::Labels;
use crate::format::sniff::tags::{TagGroup, Tags};
use crate::format::sniff::words::{self, Meant};

pub(in crate::format::sniff) use xml::of_xml;

/// A field of a nested file.
struct Field {
    column: Column,
    level: Level,
    roles: Meant,
    /// What the mapping calls it.
    name: String,
}

/// The documents that fields may be of, by what they are called.
fn kinds(fields: &[Field]) -> Vec<Kind> {
    let roles: Vec<Meant> = fields.iter().map(|field| field.roles.clone()).collect();
    document::kinds(&roles)
}

/// What of a nested file is the same for each syntax.
struct Nested<'n> {
    document: DocumentType,
    kinds: &'n [Kind],
    fields: &'n [Field],
    /// The kinds of records of a document and of a line.
    each: (&'n str, &'n str),
    by_file_name: bool,
}

impl Nested<'_> {
    /// Finishes a draft: `[layout]` as begun in `parts`, then `records`, then the mapping. Gives the fields that are used.
    fn finish(
        &self,
        mut parts: Parts,
        decimal: Option<char>,
        records: &dyn Fn(&mut Parts, &[&str]),
    ) -> Draft {
        let placed: Vec<Placed<'_>> = self
            .fields
            .iter()
            .map(|field| Placed { column: &field.column, level: field.level, roles: field.roles.clone() })
            .collect();
        let mapping = map(&placed, self.document, None);
        let name_of = |column: &Column| {
            let own = self.fields.iter().find(|field| field.column.number == column.number);
            own.map_or_else(String::new, |field| field.name.clone())
        };
        let style = NumberStyle::of(mapping.numbers(self.document).into_iter());
        if let Some(sign) = style.decimal.or(decimal) {
            parts.entry("decimal", basic(&sign.to_string()), vec![Why::Decimal(style)]);
        }
        if let Some(mark) = style.thousands.filter(|mark| Some(*mark) != style.decimal) {
            parts.entry("thousands", basic(&mark.to_string()), vec![Why::Thousands]);
        }
        let dates = mapping.dates(self.document);
        let date = usual_date(&dates);
        if let Some((pattern, styles)) = &date {
            parts.entry("date", basic(pattern), vec![Why::Date(styles.clone())]);
        }
        let used: Vec<String> = mapping.used().into_iter().map(name_of).collect();
        let used: Vec<&str> = used.iter().map(String::as_str).collect();
        records(&mut parts, &used);
        parts.table(&format!("document.{}", self.document.name()));
        if self.kinds.len() > 1 {
            parts.note(Why::Kind(self.kinds.iter().skip(1).map(|kind| kind.document).collect()));
        }
        parts.note(if mapping.mapped.is_empty() { Why::NothingNames } else { Why::Names });
        let mut missing = Vec::new();
        let context = Context {
            document: self.document,
            mapping: &mapping,
            date: date.as_ref().map(|(pattern, _)| *pattern),
            name: &name_of,
            each: self.each,
            by_file_name: self.by_file_name,
        };
        context.document(&mut parts, &mut missing);
        Draft { document: self.document, parts: parts.parts, missing }
    }
}

/// The draft of a table with lines of label and value before it. The kinds of documents, and the draft.
pub(in crate::format::sniff) fn of_labels(
    ground: &Ground<'_>,
    labels: &Labels,
    table: &Csv,
    known: Option<DocumentType>,
) -> (Vec<Kind>, Draft) {
    let in_table = |name: &str| table.columns.iter().any(|column| column.name.as_deref() == Some(name));
    let mut fields: Vec<Field> = Vec::new();
    for (label, value) in &labels.pairs {
        if fields.iter().any(|field| field.column.name.as_deref() == Some(label)) {
            continue;
        }
        let name = if in_table(label) { format!("labels.{label}") } else { label.clone() };
        let number = fields.len() + 1;
        let column = Column::of(number, Some(label.clone()), std::iter::once(value.as_str()));
        fields.push(Field { column, level: Level::Document, roles: words::of_name(label), name });
    }
    for column in &table.columns {
        let Some(own) = column.name.clone() else { continue };
        let is_label = fields.iter().any(|field| field.column.name.as_ref() == Some(&own));
        let name = if is_label { format!("row.{own}") } else { own.clone() };
        let column = column.numbered(fields.len() + 1);
        fields.push(Field { column, level: Level::Line, roles: words::of_name(&own), name });
    }
    // Where no field is the number, the file's name may be.
    let numbers = ["order_number", "purchase_order_number", "return_order_number"].map(words::named);
    let has_number =
        fields.iter().flat_map(|field| &field.roles).any(|(_, role)| numbers.contains(&Some(*role)));
    let by_name = if has_number { None } else { words::named("order_number") };
    let by_name = by_name.map(|role| vec![(words::WEAK, role)]);
    let roles: Vec<Meant> = fields.iter().map(|field| field.roles.clone()).chain(by_name).collect();
    let kinds = document::kinds(&roles);
    let with_lines = |document: &DocumentType| document::lines(*document).is_some();
    let likeliest = kinds.iter().filter_map(|kind| kind.of).find(with_lines);
    let document = known.or(likeliest).unwrap_or(DocumentType::Order);
    let mut parts = Parts::default();
    super::layout(&mut parts, ground, &table.numbers);
    // The header is the table's; decimal sign and group mark are looked at anew.
    let own = ["header", "skip_first", "decimal", "thousands"];
    parts.parts.retain(|part| !matches!(part, Part::Entry { key, .. } if own.contains(&key.as_str())));
    let first = table.columns.first();
    if let Some(until) = first.and_then(|column| column.name.as_deref()) {
        parts.entry("labels", format!("{{ until = {} }}", basic(until)), vec![Why::Labels]);
    }
    if let (Some(delimiter), Some(true)) = (table.delimiter, first.map(|column| column.filled == column.rows))
    {
        let value = basic(&format!("^{}", regex::escape(&delimiter.to_string())));
        parts.entry("stop_at", value, vec![Why::TableEnds]);
    }
    let nested =
        Nested { document, kinds: &kinds, fields: &fields, each: ("labels", "row"), by_file_name: true };
    let draft = nested.finish(parts, Some(usual_decimal(table.delimiter)), &|_, _| {});
    (kinds, draft)
}

/// The draft of tagged lines. The kinds of documents, and the draft, where some group opens a document.
pub(in crate::format::sniff) fn of_tags(ground: &Ground<'_>, tags: &Tags) -> (Vec<Kind>, Option<Draft>) {
    let line = tags.groups.iter().find(|group| {
        let has = |role: &str| group.fields.iter().any(|field| words::means(&field.tag, role));
        group.under.is_some() && has("article_number") && has("quantity")
    });
    let frequent =
        || tags.groups.iter().filter(|group| group.under.is_some()).max_by_key(|group| group.times);
    let Some(head) = tags.groups.iter().find(|group| group.under.is_none()) else {
        return (Vec::new(), None);
    };
    let line = line.or_else(frequent);
    let of_marks = names_of_marks(&tags.groups.iter().map(|group| group.is.as_str()).collect::<Vec<_>>());
    let named = |group: &TagGroup| -> String {
        if group.is == head.is {
            "head".to_owned()
        } else if line.is_some_and(|line| line.is == group.is) {
            "line".to_owned()
        } else {
            let at = tags.groups.iter().position(|other| other.is == group.is);
            at.and_then(|at| of_marks.get(at).cloned()).unwrap_or_default()
        }
    };
    let mut fields: Vec<Field> = Vec::new();
    for group in &tags.groups {
        let is_line = line.is_some_and(|line| line.is == group.is);
        for column in group.columns(fields.len() + 1) {
            let tag = column.name.clone().unwrap_or_default();
            let name = format!("{}.{tag}", named(group));
            let level = if is_line { Level::Line } else { Level::Document };
            fields.push(Field { column, level, roles: words::of_name(&tag), name });
        }
    }
    let kinds = kinds(&fields);
    let document =
        kinds.iter().filter_map(|kind| kind.of).find(|document| document::lines(*document).is_some());
    let mut parts = Parts::default();
    parts.table("layout");
    parts.entry("syntax", "\"tagged\"", Vec::new());
    encoding(&mut parts, ground);
    parts.entry("delimiter", basic(&tags.delimiter.to_string()), Vec::new());
    if tags.marks.iter().any(|mark| !matches!(mark, '#' | '¤')) {
        let marks: Vec<String> = tags.marks.iter().map(|mark| basic(&mark.to_string())).collect();
        parts.entry("marks", format!("[{}]", marks.join(", ")), Vec::new());
    }
    let line_name = line.map_or_else(|| "head".to_owned(), named);
    let nested = Nested {
        document: document.unwrap_or(DocumentType::Order),
        kinds: &kinds,
        fields: &fields,
        each: ("head", &line_name),
        by_file_name: false,
    };
    let draft = nested.finish(parts, Some(','), &|parts, used| {
        for group in &tags.groups {
            let name = named(group);
            parts.table(&format!("layout.records.{name}"));
            parts.entry("when", format!("[{{ at = 1, is = {} }}]", basic(&group.is)), vec![Why::RecordTypes]);
            let under = group.under.as_ref().and_then(|is| tags.groups.iter().find(|group| group.is == *is));
            if let Some(under) = under {
                parts.entry("under", basic(&named(under)), vec![Why::Under]);
            }
            let is_used =
                used.iter().any(|field| field.split_once('.').is_some_and(|(kind, _)| kind == name));
            if !is_used && name != "head" && name != "line" {
                parts.entry("ignore", "true", vec![Why::NotUsed]);
            }
        }
    });
    (kinds, Some(draft))
}

fn encoding(parts: &mut Parts, ground: &Ground<'_>) {
    let why = Why::Encoding { score: ground.score, even: ground.even.clone() };
    parts.entry("encoding", basic(ground.encoding), vec![why]);
}
