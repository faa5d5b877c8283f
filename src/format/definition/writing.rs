//! The `[record.*]` tables, as written -> as checked.

use super::CodeTables;
use super::codes_part::code_table;
use super::date_part;
use super::draft::Draft;
use super::reading;
use super::source_part::{misfit, wrong_type};
use crate::document::{DocumentType, Member, MemberKind, Shape};
use crate::fault::{Fault, code};
use crate::format::convert;
use crate::format::labels;
use crate::format::layout::{FieldAt, FieldLayout, RecordLayout, RecordUse, Syntax};
use crate::format::source::{MemberRef, OutPick, OutSource, WriteDocument, WriteEach, WriteRecord};
use crate::written::{At, Item, Table, suggestion};

const OUT_EXPECTED: &str =
    "a member's name in quotes, or a table like { from = \"member\" } or { value = \"S\" }";

/// Where the names on the right are looked up.
#[derive(Clone, Copy)]
struct Names {
    document: &'static Shape,
    item: Option<&'static Shape>,
    /// The record is written once a file: there is no document.
    of_file: bool,
}

/// Checks all `[record.*]` tables.
pub(super) fn records(
    records: &[(At<String>, Table<'_>)],
    layout: &Table<'_>,
    draft: &mut Draft,
    tables: &CodeTables,
) -> Option<WriteDocument> {
    let declared = layout.has("records");
    let kinds: Vec<Option<usize>> = records
        .iter()
        .map(|(name, table)| match draft.kind(&name.value) {
            Some(kind) => Some(kind),
            None if draft.is_csv() && !declared => Some(draft.add_kind(&name.value, name.place.clone())),
            None => draft.named_kind(table, "record", name),
        })
        .collect();
    let has_labels = draft.has_labels();
    if let Syntax::Csv(csv) = &mut draft.layout.syntax
        && csv.header
        && !has_labels
        && records.len() > 1
    {
        csv.header = false;
        if layout.has("header") {
            misfit(
                layout,
                "header",
                "a header names the columns of one record kind, and several are written",
            );
        }
    }
    let mut document: Option<(DocumentType, String)> = None;
    let mut made = Vec::new();
    for ((name, table), kind) in records.iter().zip(kinds) {
        let own = of(table, &mut document);
        let (Some(kind), Some(document)) = (kind, own) else { continue };
        made.extend(record(name, table, kind, document, declared, draft, tables));
    }
    check_marks(layout, &made, draft);
    if has_labels && !records.is_empty() {
        check_labels(layout, &made, draft);
    }
    let (document, _) = document?;
    Some(WriteDocument { document, records: made })
}

/// A record of tagged lines begins with the line of its mark.
fn check_marks(layout: &Table<'_>, made: &[WriteRecord], draft: &Draft) {
    if !matches!(draft.layout.syntax, Syntax::Tagged(_)) {
        return;
    }
    for kind in made.iter().filter_map(|record| draft.layout.records.get(record.kind)) {
        let in_the_mark = |field: &FieldLayout| matches!(field.at, FieldAt::Characters { .. });
        if kind.when.is_empty()
            && !kind.fields.iter().any(in_the_mark)
            && let Some(written) = layout.table("records").and_then(|records| records.table(&kind.name))
        {
            written.missing(
                "when",
                "what the line of its mark begins with, like when = [{ at = 1, is = \"01\" }]",
            );
        }
    }
}

/// Behind labels stands one table, whose first column is the one that readers look for.
fn check_labels(layout: &Table<'_>, made: &[WriteRecord], draft: &Draft) {
    let kinds = made.iter().filter_map(|record| draft.layout.records.get(record.kind));
    let (of_labels, tables): (Vec<&RecordLayout>, Vec<&RecordLayout>) =
        kinds.partition(|kind| kind.name == labels::RECORD);
    if of_labels.is_empty() {
        misfit(layout, "labels", "nothing is written before the table: the labels are [record.labels]");
    }
    let mut tables = tables.into_iter();
    let Some(table) = tables.next() else {
        return misfit(layout, "labels", "a table stands behind labels, and no record of it is written");
    };
    if tables.next().is_some() {
        misfit(layout, "labels", "the table behind labels has one kind of rows, and several are written");
    }
    let first = table.fields.first().map_or("", |field| field.name.as_str());
    let until = layout.table("labels").and_then(|labels| Some((labels.text("until")?, labels)));
    if let Some((until, labels)) = until.filter(|(until, _)| until.value != first) {
        let expected = format!("the first column of {}, \"{first}\"", table.name);
        labels.wrong_value("until", &until, &expected, "");
    }
}

/// `of = "shipment"`: the same in every record.
fn of(table: &Table<'_>, document: &mut Option<(DocumentType, String)>) -> Option<DocumentType> {
    let name = table.required_text("of", "the document to write, like of = \"shipment\"")?;
    let own = reading::document_type(table, &name, false)?;
    match document {
        Some((known, known_name)) if *known != own => {
            table.wrong_value("of", &name, &format!("\"{known_name}\", as in the first record"), "");
        }
        Some(_) => {}
        None => *document = Some((own, name.value)),
    }
    Some(own)
}

fn record(
    name: &At<String>,
    table: &Table<'_>,
    kind: usize,
    document: DocumentType,
    declared: bool,
    draft: &mut Draft,
    tables: &CodeTables,
) -> Option<WriteRecord> {
    let (each, item) = each(table, document.shape())?;
    let of_file = matches!(each, WriteEach::FileFirst | WriteEach::FileLast);
    if is_labels(kind, draft) && matches!(each, WriteEach::List(_) | WriteEach::FileLast) {
        let key = if of_file { "place" } else { "each" };
        misfit(table, key, "labels stand once in a file, before the table");
    }
    let names = Names { document: document.shape(), item, of_file };
    let keys: Vec<At<String>> = table
        .keys()
        .into_iter()
        .filter(|key| !matches!(key.value.as_str(), "of" | "each" | "place"))
        .collect();
    if keys.is_empty() {
        table.missing("FieldName = \"member\"", &format!("the fields of {}, one a line", name.value));
    }
    order_columns(kind, &keys, declared, draft);
    order_tags(kind, &keys, draft);
    let mut fields = Vec::new();
    for key in &keys {
        let Some(item) = table.item(&key.value) else { continue };
        let Some(field) = target(table, kind, key, draft) else { continue };
        let style = draft.layout.records.get(kind).and_then(|record| record.fields.get(field)).cloned();
        if let Some(source) = source(table, key, item, names, style.as_ref(), draft, tables) {
            fields.push((field, source));
        }
    }
    Some(WriteRecord { kind, each, fields })
}

pub(super) const PLACES: [(&str, bool); 2] = [("first", true), ("last", false)];

/// `each`: the list, the document or the file.
fn each(table: &Table<'_>, shape: &'static Shape) -> Option<(WriteEach, Option<&'static Shape>)> {
    let each = table.text("each");
    let first = table.one_of("place", &PLACES);
    let Some(each) = each else {
        if table.has("place") {
            misfit(table, "place", "it goes with each = \"file\" only");
        }
        return (!table.has("each")).then_some((WriteEach::Document, None));
    };
    if each.value == "file" {
        if !table.has("place") {
            table.missing("place", "\"first\" or \"last\"");
        }
        return Some((if first? { WriteEach::FileFirst } else { WriteEach::FileLast }, None));
    }
    if table.has("place") {
        misfit(table, "place", "it goes with each = \"file\" only");
    }
    let lists: Vec<&str> = shape
        .members
        .iter()
        .filter(|member| matches!(member.kind, MemberKind::List(_)))
        .map(|member| member.name)
        .chain(["file"])
        .collect();
    match walk(shape, &each.value) {
        Some((path, member)) => match member.kind {
            MemberKind::List(inner) => Some((WriteEach::List(path), Some(inner()))),
            _ => {
                table.wrong_value("each", &each, &format!("one of {}", lists.join(", ")), "");
                None
            }
        },
        None => {
            let meant = suggestion(&each.value, lists.iter().copied());
            table.wrong_value("each", &each, &format!("one of {}", lists.join(", ")), &meant);
            None
        }
    }
}

/// The member at a dotted path, and the positions on the way. Lists can only be the last step.
fn walk(shape: &'static Shape, path: &str) -> Option<(Vec<usize>, &'static Member)> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let position = shape.position(first)?;
    let member = shape.members.get(position)?;
    let Some(rest) = rest else { return Some((vec![position], member)) };
    let MemberKind::Object(inner) = member.kind else { return None };
    let (mut path, member) = walk(inner(), rest)?;
    path.insert(0, position);
    Some((path, member))
}

/// Whether a record kind is the labels before a table.
fn is_labels(kind: usize, draft: &Draft) -> bool {
    draft.has_labels() && draft.layout.records.get(kind).is_some_and(|kind| kind.name == labels::RECORD)
}

/// The tags of a record are written in the order in which they are named.
fn order_tags(kind: usize, keys: &[At<String>], draft: &mut Draft) {
    if !matches!(draft.layout.syntax, Syntax::Tagged(_)) || draft.used.contains(&kind) {
        return;
    }
    for key in keys {
        draft.own_field(kind, &key.value);
    }
    let place =
        |field: &FieldLayout| keys.iter().position(|key| key.value == field.name).unwrap_or(usize::MAX);
    if let Some(record) = draft.layout.records.get_mut(kind)
        && record.checks.is_empty()
        && record.nest.is_none()
    {
        record.fields.sort_by_key(place);
    }
}

/// In CSV the order written is the order of the columns; a field's own table still says how it is written.
fn order_columns(kind: usize, keys: &[At<String>], declared: bool, draft: &mut Draft) {
    let Syntax::Csv(csv) = &draft.layout.syntax else { return };
    let header = csv.header;
    let is_labels = is_labels(kind, draft);
    if draft.used.contains(&kind) {
        return;
    }
    let mut known: Vec<FieldLayout> = draft
        .layout
        .records
        .get_mut(kind)
        .map(|record| std::mem::take(&mut record.fields))
        .unwrap_or_default();
    let numbered = !header && known.iter().any(|field| matches!(field.at, FieldAt::Column(_)));
    if numbered {
        // The numbers of the columns are written: they stand, in their order.
        known.sort_by_key(|field| match field.at {
            FieldAt::Column(column) => column,
            FieldAt::Header
            | FieldAt::Label
            | FieldAt::Tag(_)
            | FieldAt::Characters { .. }
            | FieldAt::Content
            | FieldAt::Path(_) => usize::MAX,
        });
        if let Some(record) = draft.layout.records.get_mut(kind) {
            record.fields = known;
        }
        return;
    }
    let trailer = draft.layout.records.get(kind).is_some_and(|record| record.use_ == RecordUse::Trailer);
    if declared && (trailer || !header) {
        if let Some(record) = draft.layout.records.get_mut(kind) {
            record.fields = known;
        }
        return;
    }
    for (index, key) in keys.iter().enumerate() {
        let at = match (is_labels, header) {
            (true, _) => FieldAt::Label,
            (false, true) => FieldAt::Header,
            (false, false) => FieldAt::Column(index + 1),
        };
        let mut field = draft.plain_field(&key.value, at.clone());
        if let Some(position) = known.iter().position(|field| field.name == key.value) {
            field = known.remove(position);
            field.at = at;
        }
        draft.add(kind, field);
    }
}

/// The field that a left-hand side names, or a mistake.
fn target(table: &Table<'_>, kind: usize, key: &At<String>, draft: &mut Draft) -> Option<usize> {
    if matches!(draft.layout.syntax, Syntax::Xml(_) | Syntax::Tagged(_))
        && let Some(field) = draft.own_field(kind, &key.value)
    {
        return Some(field);
    }
    let record = draft.layout.records.get(kind)?;
    let field = record.fields.iter().position(|field| field.name == key.value);
    if field.is_none() {
        let names: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
        table.fault(
            Fault::new(code::UNKNOWN_FIELD)
                .at(key.place.clone())
                .found(&key.value)
                .with("kind", &record.name)
                .with(
                    "names",
                    names
                        .iter()
                        .map(|name| (*name).to_owned())
                        .chain(draft.any_name())
                        .collect::<Vec<_>>()
                        .join(", "),
                )
                .with("suggestion", suggestion(&key.value, names.iter().copied())),
        );
    }
    field
}

impl OutSource {
    fn plain(pick: OutPick) -> OutSource {
        OutSource {
            pick,
            default: None,
            codes: None,
            date: None,
            decimals: None,
            round: None,
            yes: "1".to_owned(),
            no: "0".to_owned(),
            cut: None,
            width: None,
        }
    }
}

fn source(
    parent: &Table<'_>,
    key: &At<String>,
    item: Item<'_>,
    names: Names,
    style: Option<&FieldLayout>,
    draft: &Draft,
    tables: &CodeTables,
) -> Option<OutSource> {
    let table = match item {
        Item::Text(name) => return Some(OutSource::plain(OutPick::Member(member(parent, &name, names)?))),
        Item::Table(table) => table,
        other => {
            wrong_type(parent, &key.value, &other, OUT_EXPECTED);
            return None;
        }
    };
    let pick = pick(&table, key, names, draft);
    let mut source = OutSource::plain(pick.unwrap_or(OutPick::Counter));
    let picked = !matches!(source.pick, OutPick::Counter) || table.has("counter");
    if !matches!(source.pick, OutPick::Sent { .. }) {
        source.default = table.text("default").map(|text| text.value);
    }
    source.codes = table.text("codes").and_then(|name| code_table(&table, &name, tables));
    source.date = table.text("date").map(|pattern| {
        let expected = "a pattern like \"%Y-%m-%d\" or \"%Y%m%d%H%M%S\"";
        if date_part::known(&table, &pattern, expected) && !convert::is_time_pattern(&pattern.value) {
            table.wrong_value("date", &pattern, expected, "");
        }
        pattern.value
    });
    source.decimals = number(&table, "decimals", 28);
    source.round = number(&table, "round", 28);
    source.cut = number(&table, "cut", 1_000_000).and_then(|cut| usize::try_from(cut).ok());
    source.width = number(&table, "width", 40).and_then(|width| usize::try_from(width).ok());
    if let Some(yes) = table.text("yes") {
        source.yes = yes.value;
    }
    if let Some(no) = table.text("no") {
        source.no = no.value;
    }
    if table.has("with") && !table.has("join") {
        misfit(&table, "with", "it goes with join only");
    }
    let implied = style.and_then(|style| style.number.decimals);
    if implied.is_some() && source.decimals.is_some() {
        misfit(&table, "decimals", "the layout says how many decimals the field has");
    }
    table.finish();
    picked.then_some(source)
}

fn number(table: &Table<'_>, key: &str, most: u32) -> Option<u32> {
    let number = table.integer(key)?;
    let least = u32::from(key == "cut");
    match u32::try_from(number.value) {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        _ => {
            let found = At { value: number.value.to_string(), place: number.place };
            table.wrong_value(key, &found, &format!("a whole number from {least} to {most}"), "");
            None
        }
    }
}

/// The one key that says where the content comes from.
fn pick(table: &Table<'_>, key: &At<String>, names: Names, draft: &Draft) -> Option<OutPick> {
    let origins = ["from", "value", "sent", "report", "join", "counter", "count"];
    let written: Vec<&str> = origins.into_iter().filter(|origin| table.has(origin)).collect();
    let from = table.text("from");
    let value = table.text("value");
    let sent = table.text("sent");
    let report = table.has("report").then(|| table.one_of("report", &REPORTS));
    let join = table.texts("join");
    let with = table.text("with").map(|with| with.value).unwrap_or_default();
    let counter = table.boolean("counter");
    let count = table.texts("count");
    if written.len() != 1 {
        table.fault(
            Fault::new(code::NOT_ONE_SOURCE)
                .at(table.place())
                .found(if written.is_empty() { "none of them".to_owned() } else { written.join(" and ") })
                .with("key", &key.value)
                .with("names", origins.join(", ")),
        );
        return None;
    }
    if let Some(from) = from {
        return Some(OutPick::Member(member(table, &from, names)?));
    }
    if let Some(value) = value {
        return Some(OutPick::Value(value.value));
    }
    if let Some(sent) = sent {
        let otherwise = match table.text("default") {
            Some(name) => Some(member(table, &name, names)?),
            None => None,
        };
        return Some(OutPick::Sent { name: sent.value, otherwise });
    }
    if let Some(report) = report {
        return Some(match report? {
            OutReport::Sequence => OutPick::Sequence,
            OutReport::Time => OutPick::Time,
        });
    }
    if let Some(parts) = join {
        let parts: Vec<Option<MemberRef>> = parts.iter().map(|part| member(table, part, names)).collect();
        return Some(OutPick::Join { parts: parts.into_iter().collect::<Option<_>>()?, with });
    }
    if counter.is_some() {
        return Some(OutPick::Counter);
    }
    let kinds: Vec<Option<usize>> =
        count?.iter().map(|name| draft.named_kind(table, "count", name)).collect();
    Some(OutPick::Count(kinds.into_iter().collect::<Option<_>>()?))
}

pub(super) const REPORTS: [(&str, OutReport); 2] =
    [("sequence", OutReport::Sequence), ("time", OutReport::Time)];

#[derive(Clone, Copy)]
pub(super) enum OutReport {
    Sequence,
    Time,
}

/// The plain member that a name means: of the list's item, else of its document.
fn member(table: &Table<'_>, name: &At<String>, names: Names) -> Option<MemberRef> {
    if names.of_file {
        table.fault(Fault::new(code::NO_DOCUMENT_HERE).at(name.place.clone()).found(&name.value));
        return None;
    }
    let plain = |shape: &'static Shape| {
        walk(shape, &name.value)
            .filter(|(_, member)| !matches!(member.kind, MemberKind::Object(_) | MemberKind::List(_)))
    };
    if let Some((path, _)) = names.item.and_then(plain) {
        return Some(MemberRef { of_item: true, path });
    }
    if let Some((path, _)) = plain(names.document) {
        return Some(MemberRef { of_item: false, path });
    }
    let known: Vec<&str> = names
        .item
        .into_iter()
        .chain([names.document])
        .flat_map(|shape| shape.members.iter().map(|member| member.name))
        .collect();
    table.fault(
        Fault::new(code::UNKNOWN_TARGET)
            .at(name.place.clone())
            .found(&name.value)
            .with("document", names.item.unwrap_or(names.document).name)
            .with("names", known.join(", "))
            .with("suggestion", suggestion(&name.value, known.iter().copied())),
    );
    None
}
