//! Documents -> records to be written.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::document::{Content, Document, Value};
use crate::fault::{Fault, Place, code};
use crate::format::convert;
use crate::format::layout::{Align, FieldAt, FieldLayout};
use crate::format::record::OutRecord;
use crate::format::source::{MemberRef, OutPick, OutSource, WriteEach, WriteRecord};
use crate::format::{Definition, Outgoing, Remembered, WriteContext};

/// Makes the records of one file.
///
/// # Errors
/// A fault of the operator: a value that cannot be written in its field.
pub(in crate::format) fn unmap(
    definition: &Definition,
    documents: &[Outgoing<'_>],
    context: &WriteContext,
) -> Result<Vec<OutRecord>, Fault> {
    let Some(mapping) = &definition.mapping.writes else { return Ok(Vec::new()) };
    let writer = Writer { definition, context };
    let mut body = Vec::new();
    for outgoing in documents {
        for record in &mapping.records {
            writer.document(record, outgoing, &mut body)?;
        }
    }
    let once = |each: WriteEach| -> Result<Vec<OutRecord>, Fault> {
        mapping
            .records
            .iter()
            .filter(|record| record.each == each)
            .map(|record| writer.file(record, &body))
            .collect()
    };
    let mut records = once(WriteEach::FileFirst)?;
    let last = once(WriteEach::FileLast)?;
    records.extend(body);
    records.extend(last);
    Ok(records)
}

struct Writer<'w> {
    definition: &'w Definition,
    context: &'w WriteContext,
}

/// What a written field may look at.
#[derive(Clone, Copy)]
struct Sight<'s> {
    document: Option<&'s dyn Document>,
    item: Option<&'s dyn Document>,
    sent: Option<&'s Remembered>,
    /// Number of the record among those of its document, from 1.
    number: usize,
    /// The records of all documents, for counts.
    body: &'s [OutRecord],
}

impl Writer<'_> {
    fn document(
        &self,
        record: &WriteRecord,
        outgoing: &Outgoing<'_>,
        body: &mut Vec<OutRecord>,
    ) -> Result<(), Fault> {
        let document = outgoing.document.as_document();
        let sight =
            Sight { document: Some(document), item: None, sent: Some(outgoing.sent), number: 1, body: &[] };
        match &record.each {
            WriteEach::Document => body.push(self.record(record, sight)?),
            WriteEach::List(path) => {
                for (index, item) in items(document, path).into_iter().enumerate() {
                    body.push(self.record(record, Sight { item: Some(item), number: index + 1, ..sight })?);
                }
            }
            WriteEach::FileFirst | WriteEach::FileLast => {}
        }
        Ok(())
    }

    fn file(&self, record: &WriteRecord, body: &[OutRecord]) -> Result<OutRecord, Fault> {
        self.record(record, Sight { document: None, item: None, sent: None, number: 1, body })
    }

    fn record(&self, record: &WriteRecord, sight: Sight<'_>) -> Result<OutRecord, Fault> {
        let layout = self.definition.layout.records.get(record.kind);
        let mut texts = vec![String::new(); layout.map_or(0, |layout| layout.fields.len())];
        for (field, source) in &record.fields {
            let Some(style) = layout.and_then(|layout| layout.fields.get(*field)) else { continue };
            let written = self.text(source, style, sight).map_err(|fault| {
                let place = Place::default().field(style.name.clone());
                fault.at(match layout {
                    Some(layout) => place.record(layout.name.clone()),
                    None => place,
                })
            })?;
            if let Some(text) = texts.get_mut(*field) {
                *text = written;
            }
        }
        Ok(OutRecord { kind: record.kind, texts })
    }

    fn text(&self, source: &OutSource, style: &FieldLayout, sight: Sight<'_>) -> Result<String, Fault> {
        let written = match &source.pick {
            OutPick::Value(text) => Some(text.clone()),
            OutPick::Member(member) => self.member(member, source, style, sight)?,
            OutPick::Sent { name, otherwise } => match (sent(name, sight), otherwise) {
                (Some(text), _) => Some(text),
                (None, Some(member)) => self.member(member, source, style, sight)?,
                (None, None) => None,
            },
            OutPick::Sequence => Some(self.context.sequence.to_string()),
            OutPick::Time => {
                let pattern = source.date.as_deref().unwrap_or(style.date.out());
                let text = convert::instant_out(self.context.time, self.context.time_zone, pattern);
                Some(text.ok_or_else(|| cannot(self.context.time, pattern))?)
            }
            OutPick::Join { parts, with } => {
                let mut texts = Vec::new();
                for part in parts {
                    texts.extend(self.member(part, source, style, sight)?.filter(|text| !text.is_empty()));
                }
                (!texts.is_empty()).then(|| texts.join(with))
            }
            OutPick::Counter => Some(sight.number.to_string()),
            OutPick::Count(kinds) => {
                let counted = |record: &&OutRecord| kinds.is_empty() || kinds.contains(&record.kind);
                Some(sight.body.iter().filter(counted).count().to_string())
            }
        };
        let mut text = match written.filter(|text| !text.is_empty()) {
            Some(text) => text,
            None => source.default.clone().unwrap_or_default(),
        };
        if let Some(width) = source.width {
            text = format!("{text:0>width$}");
        }
        if let Some(characters) = source.cut {
            text = convert::cut(&text, characters).to_owned();
        }
        Ok(text)
    }

    /// A member's content as the field writes it; `None` where it is empty.
    fn member(
        &self,
        member: &MemberRef,
        source: &OutSource,
        style: &FieldLayout,
        sight: Sight<'_>,
    ) -> Result<Option<String>, Fault> {
        let document = if member.of_item { sight.item } else { sight.document };
        let Some(value) = document.and_then(|document| value(document, &member.path)) else {
            return Ok(None);
        };
        if let Some(codes) = &source.codes {
            let means = plain_text(&value);
            let says = codes.says(&means).ok_or_else(|| {
                Fault::new(code::MEANING_NOT_IN_TABLE).found(&means).with("table", &codes.name)
            })?;
            return Ok(Some(says.to_owned()));
        }
        let pattern = source.date.as_deref().unwrap_or(style.date.out());
        Ok(Some(match &value {
            Value::Text(text) => text.to_string(),
            Value::Decimal(number) => decimal(*number, source, style)?,
            Value::Integer(number) => decimal(Decimal::from(*number), source, style)?,
            Value::Boolean(truth) => {
                if *truth {
                    source.yes.clone()
                } else {
                    source.no.clone()
                }
            }
            Value::Date(date) => convert::date_out(date.and_time(chrono::NaiveTime::MIN), pattern)
                .ok_or_else(|| cannot(date, pattern))?,
            Value::DateTime(instant) => convert::instant_out(*instant, self.context.time_zone, pattern)
                .ok_or_else(|| cannot(instant, pattern))?,
        }))
    }
}

pub(super) fn cannot(found: impl ToString, expected: &str) -> Fault {
    Fault::new(code::VALUE_CANNOT_BE_WRITTEN).found(found.to_string()).with("expected", expected)
}

/// The items of a list at a path.
fn items<'d>(document: &'d dyn Document, path: &[usize]) -> Vec<&'d dyn Document> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    match document.content(*first) {
        Content::List(items) if rest.is_empty() => items,
        Content::Object(nested) => items(nested, rest),
        Content::List(_) | Content::Value(_) | Content::Empty => Vec::new(),
    }
}

/// The plain value at a path.
fn value(document: &dyn Document, path: &[usize]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    match document.content(*first) {
        Content::Value(value) if rest.is_empty() => Some(value),
        Content::Object(nested) => value(nested, rest),
        Content::List(_) | Content::Value(_) | Content::Empty => None,
    }
}

/// A remembered field: of the line with the item's row number, else of the document.
fn sent(name: &str, sight: Sight<'_>) -> Option<String> {
    let sent = sight.sent?;
    let row = sight.item.and_then(|item| {
        let position = item.shape().position("row_number")?;
        value(item, &[position])
    });
    let of_line = match row {
        Some(Value::Text(row)) => sent.lines.get(row.as_str()).and_then(|line| line.get(name)),
        _ => None,
    };
    of_line.or_else(|| sent.document.get(name)).cloned()
}

/// A value as code tables write it.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(instant) => crate::document::instant_text(instant),
    }
}

fn decimal(number: Decimal, source: &OutSource, style: &FieldLayout) -> Result<String, Fault> {
    let number = match source.round {
        Some(round) => number.round_dp_with_strategy(round, RoundingStrategy::MidpointAwayFromZero),
        None => number,
    };
    let expected = source.decimals.or(style.number.decimals);
    let text = match style.at {
        // In a field that is filled with zeros the sign has a place of its own.
        FieldAt::Characters { width, .. } if style.align == Align::Right && style.pad == '0' => {
            convert::decimal_out_filled(number, &style.number, source.decimals, width)
        }
        _ => convert::decimal_out(number, &style.number, source.decimals),
    };
    text.ok_or_else(|| {
        cannot(number.normalize(), &format!("at most {} decimals", expected.unwrap_or_default()))
    })
}
