//! Documents -> the records that they were read from: the mapping run backwards.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::invertible::{is_filled_with_zeros, layout_of, loss, way};
use super::writing::{cannot, plain_text};
use crate::document::{Content, Document, MemberKind, Value};
use crate::fault::{Fault, Place, code};
use crate::format::convert;
use crate::format::layout::{Check, FieldAt, FieldLayout, Layout, RecordUse, Sign};
use crate::format::record::OutRecord;
use crate::format::source::{
    Convert, EachMapping, FieldRef, Is, MemberMapping, Pick, PlainMapping, Reach, Tests, number_style,
};
use crate::format::{BackContext, Definition, Outgoing, Remembered};

/// Makes the records that documents were read from, trailers too. What the format file loses stays empty.
///
/// # Errors
/// A fault of the operator: a document that cannot have been read by this format file.
pub(in crate::format) fn unread(
    definition: &Definition,
    documents: &[Outgoing<'_>],
    context: &BackContext<'_>,
) -> Result<Vec<OutRecord>, Fault> {
    let layout = &definition.layout;
    let mut records = Vec::new();
    for outgoing in documents {
        let wanted = outgoing.document.document_type();
        let Some(read) = definition.mapping.reads.iter().find(|read| read.document == wanted) else {
            return Err(cannot(wanted.name(), "a type of document that this format file reads"));
        };
        let mut tree = Tree { layout, context, nodes: Vec::new() };
        let root = tree.add(read.each, None);
        let here = Here { node: root, number: 1, group: read.whole_group };
        tree.remember(&read.remember, &outgoing.sent.document, here)?;
        tree.level(&read.members, outgoing.document.as_document(), here, outgoing.sent)?;
        tree.only(&read.only, here)?;
        tree.share();
        tree.flatten(&mut records)?;
    }
    let mut trailers = Vec::new();
    for (number, kind) in layout.records.iter().enumerate() {
        if kind.use_ == RecordUse::Trailer {
            trailers.push(trailer(layout, number, &records)?);
        }
    }
    records.extend(trailers);
    Ok(records)
}

/// The records of one document while its members are put into them.
struct Tree<'t> {
    layout: &'t Layout,
    context: &'t BackContext<'t>,
    nodes: Vec<Node>,
}

struct Node {
    kind: usize,
    parent: Option<usize>,
    children: Vec<usize>,
    texts: Vec<Option<Put>>,
}

/// What was put into a field.
#[derive(Clone)]
struct Put {
    text: String,
    /// It is what the file itself said.
    remembered: bool,
    /// It stands in every row of the group.
    of_all_rows: bool,
}

/// The record at hand.
#[derive(Clone, Copy)]
struct Here {
    node: usize,
    /// Its number in its list, from 1.
    number: usize,
    /// It stands for all rows of a group.
    group: bool,
}

impl Tree<'_> {
    fn add(&mut self, kind: usize, parent: Option<usize>) -> usize {
        let fields = self.layout.records.get(kind).map_or(0, |kind| kind.fields.len());
        let node = self.nodes.len();
        self.nodes.push(Node { kind, parent, children: Vec::new(), texts: vec![None; fields] });
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.children.push(node);
        }
        node
    }

    fn kind(&self, node: usize) -> Option<usize> {
        self.nodes.get(node).map(|node| node.kind)
    }

    fn children(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map(|node| node.children.as_slice()).unwrap_or_default()
    }

    /// The first record of a kind below another.
    fn first_below(&self, kind: usize, node: usize) -> Option<usize> {
        self.children(node).iter().find_map(|child| {
            if self.kind(*child) == Some(kind) { Some(*child) } else { self.first_below(kind, *child) }
        })
    }

    /// Puts the members of a table into their fields.
    fn level(
        &mut self,
        members: &[MemberMapping],
        document: &dyn Document,
        here: Here,
        sent: &Remembered,
    ) -> Result<(), Fault> {
        for member in members {
            match member {
                MemberMapping::Plain(plain) => {
                    if let Content::Value(value) = document.content(plain.position) {
                        self.plain(plain, &value, here)?;
                    }
                }
                MemberMapping::Object { position, members, .. } => {
                    if let Content::Object(nested) = document.content(*position) {
                        self.level(members, nested, here, sent)?;
                    }
                }
                MemberMapping::Each(each) => {
                    if let Content::List(items) = document.content(each.position) {
                        self.each(each, &items, here, sent)?;
                    }
                }
                // Lost: `losses` says so.
                MemberMapping::Alternatives { .. } | MemberMapping::Entries { .. } => {}
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        each: &EachMapping,
        items: &[&dyn Document],
        here: Here,
        sent: &Remembered,
    ) -> Result<(), Fault> {
        for (index, item) in items.iter().enumerate() {
            let node = if self.kind(here.node) != Some(each.each) {
                self.below(each.each, here.node)?
            } else if index == 0 {
                here.node
            } else if here.group {
                self.add(each.each, None)
            } else {
                let name = self.layout.records.get(each.each).map(|kind| kind.name.as_str());
                return Err(cannot(
                    items.len(),
                    &format!("one item, for one record {}", name.unwrap_or_default()),
                ));
            };
            let own = Here { node, number: index + 1, group: false };
            let row = each.row_number.and_then(|position| match item.content(position) {
                Content::Value(Value::Text(row)) => sent.lines.get(row.as_str()),
                _ => None,
            });
            if let Some(row) = row {
                self.remember(&each.remember, row, own)?;
            }
            self.level(&each.members, *item, own, sent)?;
            self.only(&each.only, own)?;
        }
        Ok(())
    }

    /// A new record of a kind below another, with those between.
    fn below(&mut self, kind: usize, node: usize) -> Result<usize, Fault> {
        let way = self.kind(node).and_then(|from| way(self.layout, from, kind));
        let Some((last, between)) = way.as_deref().and_then(<[usize]>::split_last) else {
            return Err(cannot(kind, "a record that stands below another"));
        };
        let mut node = node;
        for kind in between {
            let there = self.children(node).iter().copied().find(|child| self.kind(*child) == Some(*kind));
            node = there.unwrap_or_else(|| self.add(*kind, Some(node)));
        }
        Ok(self.add(*last, Some(node)))
    }

    /// Puts back what the file said.
    fn remember(
        &mut self,
        fields: &[(String, FieldRef)],
        texts: &BTreeMap<String, String>,
        here: Here,
    ) -> Result<(), Fault> {
        for (name, field) in fields {
            let Some(text) = texts.get(name) else { continue };
            let Some(style) = layout_of(self.layout, *field) else { continue };
            let text = remembered(text, style);
            self.put(*field, Put { text, remembered: true, of_all_rows: here.group }, here)?;
        }
        Ok(())
    }

    fn plain(&mut self, plain: &PlainMapping, value: &Value, here: Here) -> Result<(), Fault> {
        let source = &plain.source;
        let expected = match &source.pick {
            Pick::Value(constant) => constant.clone(),
            Pick::Counter => match source.convert.kind {
                MemberKind::Integer => Value::Integer(i32::try_from(here.number).unwrap_or(i32::MAX)),
                MemberKind::Decimal => Value::Decimal(Decimal::from(here.number)),
                _ => Value::Text(here.number.to_string().into()),
            },
            _ => value.clone(),
        };
        let faulty = |fault: Fault| match fault.place.field {
            Some(_) => fault,
            None => fault.at(Place::default().field(&plain.path)),
        };
        if expected != *value {
            let expected = format!("{}, which this format file always says", plain_text(&expected));
            return Err(faulty(cannot(plain_text(value), &expected)));
        }
        let Some(kind) = self.kind(here.node) else { return Ok(()) };
        if loss(source, self.layout, kind).is_some() {
            return Ok(());
        }
        match &source.pick {
            Pick::Field(field) => {
                let Some(style) = layout_of(self.layout, *field) else { return Ok(()) };
                let text = self.text(&source.convert, value, style).map_err(faulty)?;
                self.put(*field, Put { text, remembered: false, of_all_rows: here.group }, here)
                    .map_err(faulty)
            }
            Pick::All { kind, field, .. } => {
                for line in plain_text(value).split('\n') {
                    let node = self.below(*kind, here.node)?;
                    let put = Put { text: line.to_owned(), remembered: false, of_all_rows: false };
                    if let Some(there) = self.nodes.get_mut(node).and_then(|node| node.texts.get_mut(*field))
                    {
                        *there = Some(put);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Puts a text into a field that may be empty so far. What the file itself said stays; two texts that differ cannot both
    /// have been read there.
    fn put(&mut self, field: FieldRef, put: Put, here: Here) -> Result<(), Fault> {
        let node = match field.reach {
            Reach::Own => Some(here.node),
            Reach::Ancestor => {
                let above = |node: &usize| self.nodes.get(*node).and_then(|node| node.parent);
                std::iter::successors(above(&here.node), above)
                    .find(|node| self.kind(*node) == Some(field.kind))
            }
            Reach::Child => match self.first_below(field.kind, here.node) {
                Some(node) => Some(node),
                None => Some(self.below(field.kind, here.node)?),
            },
        };
        let name = layout_of(self.layout, field).map(|field| field.name.clone()).unwrap_or_default();
        let there = node.and_then(|node| self.nodes.get_mut(node)?.texts.get_mut(field.field));
        let Some(there) = there else { return Err(cannot(put.text, "a record above it that has the field")) };
        match there {
            Some(known) if known.remembered => known.of_all_rows |= put.of_all_rows,
            Some(known) if known.text != put.text => {
                let expected = format!("\"{}\", as another member says of this field", known.text);
                return Err(cannot(put.text, &expected).at(Place::default().field(name)));
            }
            Some(known) => known.of_all_rows |= put.of_all_rows,
            None => *there = Some(put),
        }
        Ok(())
    }

    /// What a record must say so that it is read at all.
    fn only(&mut self, tests: &Tests, here: Here) -> Result<(), Fault> {
        let [tests] = tests.0.as_slice() else { return Ok(()) };
        for test in tests {
            let (Some(field), Is::OneOf(texts)) = (test.field, &test.is) else { continue };
            let own = self.nodes.get(here.node).and_then(|node| node.texts.get(field.field)).cloned();
            if let (Reach::Own, Some(None), [text]) = (field.reach, own, texts.as_slice()) {
                self.put(field, Put { text: text.clone(), remembered: false, of_all_rows: false }, here)?;
            }
        }
        Ok(())
    }

    /// Rows of a group all say what the document has only one of.
    fn share(&mut self) {
        let Some(first) = self.nodes.first() else { return };
        let (kind, texts) = (first.kind, first.texts.clone());
        for node in self.nodes.iter_mut().skip(1).filter(|node| node.kind == kind && node.parent.is_none()) {
            for (own, shared) in node.texts.iter_mut().zip(&texts) {
                if own.is_none() && shared.as_ref().is_some_and(|shared| shared.of_all_rows) {
                    own.clone_from(shared);
                }
            }
        }
    }

    /// The records in the order of the file: each with what stands under it, kind by kind as the layout has them.
    fn flatten(&self, records: &mut Vec<OutRecord>) -> Result<(), Fault> {
        for node in self.nodes.iter().filter(|node| node.parent.is_none()) {
            let first = records.len();
            self.emit(node, first, records)?;
        }
        Ok(())
    }

    fn emit(&self, node: &Node, first: usize, records: &mut Vec<OutRecord>) -> Result<(), Fault> {
        let kind = self.layout.records.get(node.kind);
        let fields = kind.map(|kind| kind.fields.as_slice()).unwrap_or_default();
        let texts = node.texts.iter().zip(fields).map(|(put, field)| match put {
            Some(put) => put.text.clone(),
            None => nothing(field),
        });
        records.push(OutRecord { kind: node.kind, texts: texts.collect() });
        let mut below: Vec<&Node> = node.children.iter().filter_map(|child| self.nodes.get(*child)).collect();
        // What may stand under a sibling too comes before that one opens.
        let kinds: BTreeSet<usize> = below.iter().map(|node| node.kind).collect();
        let may_be_taken = |kind: usize| {
            let under = self.layout.records.get(kind).map(|kind| kind.under.as_slice()).unwrap_or_default();
            kinds.iter().any(|other| *other != kind && under.contains(other))
        };
        below.sort_by_key(|node| (!may_be_taken(node.kind), node.kind));
        for node in below {
            self.emit(node, first, records)?;
        }
        for (number, kind) in self.layout.records.iter().enumerate() {
            let of_document = kind.use_ == RecordUse::Ignore && !kind.checks.is_empty();
            if of_document && kind.under.first() == Some(&node.kind) {
                let covered = records.get(first..).unwrap_or_default();
                let record = trailer(self.layout, number, covered)?;
                records.push(record);
            }
        }
        Ok(())
    }

    /// A value as its field writes it.
    fn text(&self, convert: &Convert, value: &Value, style: &FieldLayout) -> Result<String, Fault> {
        if let Some(codes) = &convert.codes {
            let means = plain_text(value);
            let fault = || Fault::new(code::MEANING_NOT_IN_TABLE).found(&means).with("table", &codes.name);
            return codes.says(&means).map(str::to_owned).ok_or_else(fault);
        }
        let dates = convert.date.as_ref().unwrap_or(&style.date);
        let undated = |found: String| cannot(found, &dates.for_people());
        let number = |number: Decimal| {
            let numbers = number_style(&style.number, convert);
            let width = width_to_fill(style);
            let expected = || format!("at most {} decimals", numbers.decimals.unwrap_or_default());
            convert::decimal_back(number, &numbers, width)
                .ok_or_else(|| cannot(number.normalize(), &expected()))
        };
        match value {
            Value::Text(text) => Ok(text.to_string()),
            Value::Decimal(decimal) => number(*decimal),
            Value::Integer(integer) => number(Decimal::from(*integer)),
            Value::Boolean(truth) => {
                let words = if *truth != convert.invert { &convert.yes } else { &convert.no };
                words.first().cloned().ok_or_else(|| cannot(truth, "a word for it"))
            }
            Value::Date(date) => dates.day_back(*date).ok_or_else(|| undated(date.to_string())),
            Value::DateTime(instant) => dates
                .instant_back(*instant, self.context.time_zone)
                .ok_or_else(|| undated(instant.to_string())),
        }
    }
}

fn width_to_fill(field: &FieldLayout) -> Option<usize> {
    match field.at {
        FieldAt::Characters { width, .. } if is_filled_with_zeros(field) => Some(width),
        _ => None,
    }
}

/// A text that the file itself said, with the blanks of its field that reading takes away.
fn remembered(text: &str, field: &FieldLayout) -> String {
    let Some(width) = width_to_fill(field) else { return text.to_owned() };
    let unsigned = !text.ends_with(['-', '+']);
    let behind = if field.number.sign == Sign::Trailing && unsigned { " " } else { "" };
    format!("{:>width$}", format!("{text}{behind}"))
}

/// What stands in a field where nothing is stated: the text that fills a fixed field and means so, else blanks.
fn nothing(field: &FieldLayout) -> String {
    let FieldAt::Characters { width, .. } = field.at else { return String::new() };
    field.blank.iter().find(|blank| blank.chars().count() == width).cloned().unwrap_or_default()
}

/// A record that counts and adds up those before it.
fn trailer(layout: &Layout, kind: usize, covered: &[OutRecord]) -> Result<OutRecord, Fault> {
    let fields = layout.records.get(kind).map(|kind| kind.fields.as_slice()).unwrap_or_default();
    let checks = layout.records.get(kind).map(|kind| kind.checks.as_slice()).unwrap_or_default();
    let mut texts: Vec<String> = fields.iter().map(nothing).collect();
    for check in checks {
        let Some(field) = fields.get(check.field) else { continue };
        let total = total(layout, check, covered);
        let text = convert::decimal_back(total, &field.number, width_to_fill(field)).ok_or_else(|| {
            cannot(total, "a number that its field can say").at(Place::default().field(&field.name))
        })?;
        if let Some(place) = texts.get_mut(check.field) {
            *place = text;
        }
    }
    Ok(OutRecord { kind, texts })
}

fn total(layout: &Layout, check: &Check, records: &[OutRecord]) -> Decimal {
    let mut total = Decimal::from(check.plus);
    if check.of.is_empty() {
        total = total.saturating_add(Decimal::from(records.len()));
    }
    for covered in &check.of {
        for record in records.iter().filter(|record| record.kind == covered.kind) {
            total = total.saturating_add(match covered.field {
                None => Decimal::ONE,
                Some(field) => {
                    let style = layout.records.get(covered.kind).and_then(|kind| kind.fields.get(field));
                    let text = record.texts.get(field).map(String::as_str).unwrap_or_default();
                    style.and_then(|style| convert::decimal(text, &style.number).ok()).unwrap_or_default()
                }
            });
        }
    }
    total
}
