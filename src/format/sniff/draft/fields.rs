//! The draft of a file in which nothing names the fields.

use super::{Draft, Ground, Part, Parts, Why, basic, layout, names_of_marks, usual_date};
use crate::document::DocumentType;
use crate::format::sniff::column::{Column, Holds};
use crate::format::sniff::document;
use crate::format::sniff::record_types::RecordType;

/// The draft of a file whose columns nothing names: the layout is whole, what the fields mean is to be filled in.
pub(in crate::format::sniff) fn of_fields(
    ground: &Ground<'_>,
    document: Option<DocumentType>,
) -> Option<Draft> {
    let types: &[RecordType] = match (ground.csv, ground.fixed) {
        (Some(csv), _) => &csv.record_types,
        (None, Some(fixed)) => &fixed.record_types,
        (None, None) => return None,
    };
    let numbers = ground.csv.map(|csv| csv.numbers).or(ground.fixed.map(|fixed| fixed.numbers))?;
    let has_lines = types.iter().any(|kind| kind.under.is_some());
    let document = document.unwrap_or(if has_lines { DocumentType::Order } else { DocumentType::Article });
    let mut parts = Parts::default();
    layout(&mut parts, ground, &numbers);
    let all: Vec<&Column> = ground
        .csv
        .map(|csv| csv.columns.as_slice())
        .unwrap_or_default()
        .iter()
        .chain(types.iter().flat_map(|kind| &kind.columns))
        .collect();
    let dated: Vec<&Column> = all.iter().copied().filter(|column| column.holds == Holds::Dates).collect();
    if let Some((pattern, styles)) = usual_date(&dated) {
        parts.entry("date", basic(pattern), vec![Why::Date(styles)]);
    }
    let mut missing = Vec::new();
    let required = document::required(document);
    let lines = document::lines(document);
    if ground.csv.is_some() && types.is_empty() && lines.is_some() {
        parts.parts.push(Part::Todo { key: "group".to_owned(), value: Some("{ by = \"…\" }".to_owned()) });
    }
    if let (Some(csv), []) = (ground.csv, types) {
        parts.table("layout.columns");
        for column in csv.columns.iter().filter(|column| column.filled > 0) {
            parts.entry(
                &format!("c{}", column.number),
                column.number.to_string(),
                vec![Why::Field(Box::new(column.clone()))],
            );
        }
        parts.table(&format!("document.{}", document.name()));
        parts.note(Why::NothingNames);
        parts.entry("each", "\"row\"", Vec::new());
        todo(&mut parts, &csv.columns, required, lines, false, "c", &[], &mut missing);
        if let Some(lines) = lines {
            parts.table(&format!("document.{}.{lines}", document.name()));
            parts.entry("each", "\"row\"", Vec::new());
            todo(&mut parts, &csv.columns, required, Some(lines), true, "c", &[], &mut missing);
        }
        return Some(Draft { document, parts: parts.parts, missing });
    }
    let names = kind_names(types, lines.is_some());
    let named =
        |is: &str| types.iter().zip(&names).find(|(kind, _)| kind.is == is).map(|(_, name)| name.as_str());
    let prefix = if ground.csv.is_some() { "c" } else { "f" };
    for (kind, name) in types.iter().zip(&names) {
        parts.table(&format!("layout.records.{name}"));
        record(&mut parts, kind, name, ground.csv.is_some(), &named);
    }
    let head = types.iter().zip(&names).find(|(_, name)| matches!(name.as_str(), "head" | "row"));
    let line = types.iter().zip(&names).find(|(_, name)| *name == "line");
    if let Some((head, name)) = head {
        parts.table(&format!("document.{}", document.name()));
        parts.note(Why::NothingNames);
        parts.entry("each", basic(name), Vec::new());
        todo(&mut parts, &head.columns, required, lines, false, prefix, &head.places, &mut missing);
    }
    if let (Some(lines), Some((line, name))) = (lines, line.or(head)) {
        parts.table(&format!("document.{}.{lines}", document.name()));
        parts.entry("each", basic(name), Vec::new());
        todo(&mut parts, &line.columns, required, Some(lines), true, prefix, &line.places, &mut missing);
    }
    Some(Draft { document, parts: parts.parts, missing })
}

/// What kinds of records are called: the one that opens a document, the most frequent below it, the trailer; the others
/// by their beginning.
fn kind_names(types: &[RecordType], with_lines: bool) -> Vec<String> {
    let head = types.iter().find(|kind| kind.under.is_none() && !kind.is_last && !kind.is_first);
    let line = types
        .iter()
        .filter(|kind| {
            with_lines
                && kind.counts.is_none()
                && kind.under.is_some()
                && kind.under.as_ref() == head.map(|head| &head.is)
        })
        .max_by_key(|kind| kind.records);
    let is = |one: Option<&RecordType>, kind: &RecordType| one.is_some_and(|one| one.is == kind.is);
    let marks: Vec<&str> = types.iter().map(|kind| kind.is.as_str()).collect();
    types
        .iter()
        .zip(names_of_marks(&marks))
        .map(|(kind, name)| {
            if is(head, kind) {
                if types.len() == 1 { "row".to_owned() } else { "head".to_owned() }
            } else if is(line, kind) {
                "line".to_owned()
            } else if kind.counts.is_some() {
                "trailer".to_owned()
            } else {
                name
            }
        })
        .collect()
}

/// `[layout.records.NAME]`.
fn record<'n>(
    parts: &mut Parts,
    kind: &RecordType,
    name: &str,
    is_csv: bool,
    named: &dyn Fn(&str) -> Option<&'n str>,
) {
    if !kind.is.is_empty() {
        let key = if is_csv { "column" } else { "at" };
        parts.entry("when", format!("[{{ {key} = 1, is = {} }}]", basic(&kind.is)), vec![Why::RecordTypes]);
    }
    if let Some(under) = kind.under.as_deref().and_then(named) {
        parts.entry("under", basic(under), vec![Why::Under]);
    }
    if let Some(counts) = &kind.counts {
        let place = match (is_csv, kind.places.get(counts.column)) {
            (false, Some((at, width))) => format!("at = {at}, width = {width}"),
            _ => format!("column = {}", counts.column + 1),
        };
        let of = counts
            .of
            .as_deref()
            .and_then(named)
            .map_or_else(String::new, |of| format!(", of = {}", basic(of)));
        parts.entry("checks", format!("{{ count = {{ {place}{of} }} }}"), vec![Why::Counts]);
        return;
    }
    if !matches!(name, "head" | "line" | "row") {
        parts.entry("ignore", "true", vec![Why::NotUsed]);
    } else if !is_csv {
        parts.note(Why::Places);
    }
    for (at, column) in kind.columns.iter().enumerate() {
        let why = vec![Why::Field(Box::new(column.clone()))];
        match kind.places.get(at) {
            Some((at, width)) => {
                parts.entry(&format!("fields.f{at}"), format!("{{ at = {at}, width = {width} }}"), why);
            }
            None if column.number == 1 || column.filled == 0 => {}
            None => {
                let value = format!("{{ column = {} }}", column.number);
                parts.entry(&format!("fields.c{}", column.number), value, why);
            }
        }
    }
}

/// The required members of a document or of its lines, to be filled in; with a column that may be meant.
#[allow(clippy::too_many_arguments, reason = "one place for each of what a line to fill in needs")]
fn todo(
    parts: &mut Parts,
    columns: &[Column],
    required: &'static [&'static str],
    lines: Option<&str>,
    of_lines: bool,
    prefix: &str,
    places: &[(usize, usize)],
    missing: &mut Vec<&'static str>,
) {
    for path in required {
        let own = lines.and_then(|lines| path.strip_prefix(lines)?.strip_prefix('.'));
        let key = match (of_lines, own) {
            (true, Some(own)) => own,
            (false, None) => path,
            _ => continue,
        };
        let of = |holds: &[Holds]| columns.iter().find(|column| holds.contains(&column.holds));
        let meant = match key {
            "delivery_date" => columns.iter().find(|column| column.holds == Holds::Dates),
            "number_of_items" | "to_be_returned_number_of_items" => of(&[Holds::Numbers]),
            "order_number" | "purchase_order_number" | "return_order_number" | "article_number"
                if !of_lines =>
            {
                columns.iter().find(|column| column.unique && column.longest <= 20)
            }
            _ => None,
        };
        let value = meant.map(|column| {
            let at = places.get(column.number.saturating_sub(1)).map_or(column.number, |(at, _)| *at);
            basic(&format!("{prefix}{at}"))
        });
        missing.push(path);
        parts.parts.push(Part::Todo { key: key.to_owned(), value });
    }
}
