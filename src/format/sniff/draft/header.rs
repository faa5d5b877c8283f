//! The draft of a file whose header names its columns.

use super::mapping::{Mapping, Placed, map};
use super::members::Context;
use super::{Draft, Ground, Part, Parts, Why, basic, layout, toml_key, usual_date};
use crate::document::DocumentType;
use crate::format::sniff::column::{Column, NumberStyle};
use crate::format::sniff::delimited::{Csv, Group};
use crate::format::sniff::document::{self, Kind};

/// The draft of a file whose header names its columns.
pub(in crate::format::sniff) fn of_header(
    ground: &Ground<'_>,
    csv: &Csv,
    kinds: &[Kind],
    group: Option<&Group>,
    known: Option<DocumentType>,
) -> Draft {
    let likeliest = kinds.first().and_then(|kind| kind.of);
    let document = likeliest.or(known).unwrap_or(DocumentType::Article);
    let placed: Vec<Placed<'_>> = csv.columns.iter().map(Placed::in_row).collect();
    let mapping = map(&placed, document, group);
    let by_number = mapping.needs_numbers(&csv.columns);
    let name = |column: &Column| name_of(column, &csv.columns, by_number);
    let mut parts = Parts::default();

    let numbers = mapping.numbers(document);
    let style = match NumberStyle::of(numbers.iter().copied()) {
        style if style.decimal.is_some() || style.thousands.is_some() => style,
        _ => csv.numbers,
    };
    let dates = mapping.dates(document);
    let date = usual_date(&dates);
    layout(&mut parts, ground, &style);
    parts.parts.retain(|part| !matches!(part, Part::Entry { key, .. } if key == "header"));
    if by_number {
        parts.entry("header", "false", vec![Why::NamesTwice]);
        parts.parts.retain(|part| !matches!(part, Part::Entry { key, .. } if key == "skip_first"));
        parts.entry("skip_first", csv.header_line.unwrap_or(1).to_string(), Vec::new());
    } else {
        parts.entry("header", "true", Vec::new());
    }
    if let Some((pattern, styles)) = &date {
        parts.entry("date", basic(pattern), vec![Why::Date(styles.clone())]);
    }
    let key = document::number(document).and_then(|path| mapping.by_path(path));
    if let (Some(key), Some(group), Some(_)) = (key, group, document::lines(document)) {
        let value = format!("{{ by = {} }}", basic(&name(key.column)));
        parts.entry("group", value, vec![Why::Group(group.clone())]);
    }
    fields(&mut parts, &mapping, &style, by_number, &dates, &name);

    let mut missing = Vec::new();
    let mut kind_why = vec![if likeliest.is_some() { Why::Names } else { Why::NothingNames }];
    if kinds.len() > 1 {
        kind_why.insert(0, Why::Kind(kinds.iter().skip(1).map(|kind| kind.document).collect()));
    }
    parts.table(&format!("document.{}", document.name()));
    kind_why.into_iter().for_each(|why| parts.note(why));
    let context = Context {
        document,
        mapping: &mapping,
        date: date.as_ref().map(|(pattern, _)| *pattern),
        name: &name,
        each: ("row", "row"),
        by_file_name: false,
    };
    context.document(&mut parts, &mut missing);
    Draft { document, parts: parts.parts, missing }
}

/// The name of a column in the format file.
fn name_of(column: &Column, all: &[Column], by_number: bool) -> String {
    match &column.name {
        Some(name) if !by_number => name.clone(),
        Some(name) => {
            let before = all.iter().take_while(|other| other.number < column.number);
            match before.filter(|other| other.name.as_ref() == Some(name)).count() {
                0 => name.clone(),
                count => format!("{name} {}", count + 1),
            }
        }
        None => format!("c{}", column.number),
    }
}

/// `[layout.records.row]` where columns have numbers, or write values otherwise than the layout says.
fn fields(
    parts: &mut Parts,
    mapping: &Mapping<'_>,
    style: &NumberStyle,
    by_number: bool,
    dates: &[&Column],
    name: &dyn Fn(&Column) -> String,
) {
    let mut lines: Vec<(String, String, Vec<Why>)> = Vec::new();
    for column in mapping.used() {
        let mut keys: Vec<String> = Vec::new();
        let mut why = Vec::new();
        if by_number {
            keys.push(format!("column = {}", column.number));
        }
        let is_number = mapping.is_number(column);
        let own = NumberStyle::of(std::iter::once(column));
        if is_number
            && own.sure > 0
            && own.decimal.is_some()
            && own.decimal != Some(style.decimal.unwrap_or(','))
        {
            keys.push(format!("decimal = {}", basic(&own.decimal.unwrap_or(',').to_string())));
            why.push(Why::OwnSigns);
        }
        if dates.iter().any(|date| date.number == column.number) && !column.no_dates.is_empty() {
            let texts: Vec<String> = column.no_dates.iter().take(10).map(|text| basic(text)).collect();
            keys.push(format!("blank = [{}]", texts.join(", ")));
            why.push(Why::NoDates);
        }
        if !keys.is_empty() {
            let field = format!("fields.{}", toml_key(&name(column)));
            lines.push((field, format!("{{ {} }}", keys.join(", ")), why));
        }
    }
    if !lines.is_empty() {
        parts.table("layout.records.row");
    }
    for (key, value, why) in lines {
        parts.entry(&key, value, why);
    }
}
