//! For tests: what a format writes, read again by our own readers and by one that is not ours.

use super::convert;
use super::layout::{FieldAt, FieldLayout, Layout, RecordUse, Syntax};
use super::mapping::unmap;
use super::record::{OutRecord, Records};
use super::rows::{Found, Rows};
use super::{Definition, Outgoing, Remembered, WriteContext};
use crate::document::AnyDocument;
use crate::fault::Language;

/// What a format writes of documents of which nothing is remembered, or what is wrong in words. It must be read again with
/// the same values.
pub(crate) fn written(definition: &Definition, documents: &[AnyDocument]) -> Result<String, String> {
    let sent = Remembered::default();
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|document| Outgoing { document, sent: &sent }).collect();
    let context = WriteContext {
        sequence: 1,
        time: chrono::DateTime::UNIX_EPOCH,
        time_zone: chrono_tz::Europe::Stockholm,
    };
    let bytes =
        super::write(definition, &outgoing, &context).map_err(|fault| fault.what(Language::English))?;
    assert_eq!(differences(definition, &outgoing, &context, &bytes), Vec::<String>::new());
    Ok(String::from_utf8(bytes).unwrap())
}

/// Where a file says something else than what a format wrote into it; empty where it does not.
pub(crate) fn differences(
    definition: &Definition,
    documents: &[Outgoing<'_>],
    context: &WriteContext,
    bytes: &[u8],
) -> Vec<String> {
    let layout = &definition.layout;
    let written = unmap(definition, documents, context).unwrap();
    let mut wrong = by_our_readers(layout, &written, bytes);
    if let Syntax::Csv(syntax) = &layout.syntax
        && syntax.labels.is_none()
    {
        wrong.extend(by_another_reader(layout, &written, bytes));
    }
    wrong
}

fn by_our_readers(layout: &Layout, written: &[OutRecord], bytes: &[u8]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, kind) in layout.records.iter().enumerate() {
        // Every line is read as one of this kind; those of others do not count.
        let mut alone = layout.clone();
        let mut own = kind.clone();
        (own.when, own.under, own.checks, own.use_) = (vec![], vec![], vec![], RecordUse::Data);
        (alone.records, alone.group) = (vec![own], None);
        let mut input = bytes;
        let mut rows = Rows::new(&alone, "file", &mut input).unwrap();
        let (mut records, mut faults) = (Records::default(), Vec::new());
        while let Found::Row(row) = rows.next(&mut records).unwrap() {
            faults.push(row.fault);
        }
        if records.len() != written.len() {
            wrong.push(format!("{} records were written, {} are read", written.len(), records.len()));
            continue;
        }
        for (at, record) in written.iter().enumerate().filter(|(_, record)| record.kind == number) {
            wrong.extend(faults[at].iter().map(ToString::to_string));
            for (place, field) in kind.fields.iter().enumerate() {
                let (put, read) = (&record.texts[place], records.field(at, place).unwrap_or(""));
                if !same(layout, field, put, read) {
                    wrong.push(format!("record {}: {} is {put:?}, {read:?} is read", at + 1, field.name));
                }
            }
        }
    }
    wrong
}

/// Whether a field says what was written into it; what fills it is not told apart.
fn same(layout: &Layout, field: &FieldLayout, put: &str, read: &str) -> bool {
    let put = layout.encoding.writable_with(put, layout.replacement.unwrap_or('?'));
    let (put, read) = (convert::trimmed(&put), convert::trimmed(read));
    let number = |text| convert::decimal(text, &field.number).ok();
    let filled = field.pad == '0' && matches!(field.at, FieldAt::Characters { .. });
    put == read
        || filled && !put.is_empty() && number(put).is_some() && number(put) == number(read)
        || filled && !put.is_empty() && put.trim_start_matches('0') == read.trim_start_matches('0')
}

fn by_another_reader(layout: &Layout, written: &[OutRecord], bytes: &[u8]) -> Vec<String> {
    let Syntax::Csv(syntax) = &layout.syntax else { return Vec::new() };
    let (mut text, mut undecodable) = (String::new(), Vec::new());
    let mut decoder = layout.encoding.decoder();
    decoder.decode(bytes, &mut text, &mut undecodable);
    decoder.finish(&mut text, &mut undecodable);
    let reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(syntax.delimiter).unwrap())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows: Vec<csv::StringRecord> = reader.into_records().map(Result::unwrap).collect();
    let mut wrong = Vec::new();
    if syntax.header {
        let names = rows.remove(0);
        let own = layout.records[0].fields.iter().map(|field| field.name.as_str());
        if !names.iter().eq(own) {
            wrong.push(format!("the header is {names:?}"));
        }
    }
    if rows.len() != written.len() {
        wrong.push(format!("{} records were written, csv reads {}", written.len(), rows.len()));
    }
    for (at, (row, record)) in rows.iter().zip(written).enumerate() {
        for (place, field) in layout.records[record.kind].fields.iter().enumerate() {
            let column = match field.at {
                FieldAt::Column(column) => column - 1,
                _ => place,
            };
            let (put, read) = (&record.texts[place], row.get(column).unwrap_or("nothing"));
            let put = layout.encoding.writable_with(put, layout.replacement.unwrap_or('?'));
            if put != read {
                wrong.push(format!("record {}: {} is {put:?}, csv reads {read:?}", at + 1, field.name));
            }
        }
    }
    wrong
}
