//! The draft of a file whose header names its columns.

use super::mapping::{Mapped, Mapping, map};
use super::{Draft, Ground, Part, Parts, Why, basic, layout, toml_key, usual_date};
use crate::document::{DocumentType, MemberKind};
use crate::format::sniff::column::{Column, Holds, NumberStyle};
use crate::format::sniff::delimited::{Csv, Group};
use crate::format::sniff::document::{self, Kind};
use crate::format::sniff::words;

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
    let mapping = map(&csv.columns, document, group);
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
    parts.entry("each", "\"row\"", Vec::new());
    let context = Context {
        document,
        mapping: &mapping,
        date: date.as_ref().map(|(pattern, _)| *pattern),
        name: &name,
    };
    context.members(&mut parts, None, &mut missing);
    if let Some(lines) = document::lines(document) {
        parts.table(&format!("document.{}.{lines}", document.name()));
        parts.entry("each", "\"row\"", Vec::new());
        context.members(&mut parts, Some(lines), &mut missing);
    }
    context.remember(&mut parts);
    parts.parts.extend(mapping.left.iter().cloned().map(Part::Left));
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

/// What the members of a document are written with.
struct Context<'m> {
    document: DocumentType,
    mapping: &'m Mapping<'m>,
    /// The pattern of the layout.
    date: Option<&'static str>,
    name: &'m dyn Fn(&Column) -> String,
}

impl Context<'_> {
    /// The members of the document (`lines`: of its lines), in the order of the document's shape.
    fn members(&self, parts: &mut Parts, lines: Option<&str>, missing: &mut Vec<&'static str>) {
        let own = |path: &'static str| -> Option<&'static str> {
            match (lines, document::lines(self.document)) {
                (Some(lines), _) => path.strip_prefix(lines)?.strip_prefix('.'),
                (None, Some(lines)) if path.starts_with(&format!("{lines}.")) => None,
                (None, _) => Some(path),
            }
        };
        let mut written: Vec<(usize, Part)> = Vec::new();
        let shape = self.document.shape();
        let place = |path: &str| {
            let first = path.split('.').next().unwrap_or(path);
            shape.position(first).unwrap_or(usize::MAX)
        };
        for mapped in self.mapping.mapped.iter().filter(|mapped| mapped.of_lines == lines.is_some()) {
            let Some(key) = own(mapped.path) else { continue };
            let (value, why) = self.source(mapped);
            let part = Part::Entry { key: key.to_owned(), value, why };
            written.push((place(mapped.path), part));
        }
        let is_cancelled = self.document == DocumentType::Cancellation
            && self.mapping.by_path("purchase_order_number").is_some();
        for path in document::required(self.document) {
            let Some(key) = own(path) else { continue };
            // Any of a consignee's members makes one.
            let by_other = *path == "consignee.name"
                && self.mapping.mapped.iter().any(|mapped| mapped.path.starts_with("consignee."));
            if self.mapping.by_path(path).is_some() || is_cancelled {
                continue;
            }
            if !by_other {
                missing.push(path);
            }
            written.push((place(path), Part::Todo { key: key.to_owned(), value: None }));
        }
        if lines.is_none() {
            written.sort_by_key(|(place, _)| *place);
        }
        parts.parts.extend(written.into_iter().map(|(_, part)| part));
    }

    /// The source of a member, and what of it is a guess.
    fn source(&self, mapped: &Mapped<'_>) -> (String, Vec<Why>) {
        let column = mapped.column;
        let field = basic(&(self.name)(column));
        let mut why = mapped.why.clone();
        let mut more: Vec<String> = Vec::new();
        let last = mapped.path.rsplit('.').next().unwrap_or(mapped.path);
        match document::member(self.document, mapped.path).map(|member| member.kind) {
            Some(MemberKind::Date | MemberKind::DateTime) => {
                if let Some(style) = column.likely_dates.first()
                    && Some(style.pattern) != self.date
                {
                    more.push(format!("date = {}", basic(style.pattern)));
                    why.push(Why::Date(column.likely_dates.clone()));
                }
            }
            Some(MemberKind::Decimal) if matches!(last, "line_price" | "row_price") => {
                self.price(mapped, &mut more, &mut why);
            }
            Some(MemberKind::Text) => self.text(mapped, &mut more, &mut why),
            _ => {}
        }
        if more.is_empty() {
            (field, why)
        } else {
            (format!("{{ from = {field}, {} }}", more.join(", ")), why)
        }
    }

    /// A price of one piece, or of so many, times the quantity.
    fn price(&self, mapped: &Mapped<'_>, more: &mut Vec<String>, why: &mut Vec<Why>) {
        let is_total = mapped.column.name.as_deref().is_some_and(|name| {
            words::named("line_total").is_some_and(|total| words::meant(name).contains(&total))
        });
        let quantity = document::lines(self.document).and_then(|lines| {
            self.mapping
                .mapped
                .iter()
                .find(|mapped| mapped.path.strip_prefix(lines) == Some(".number_of_items"))
        });
        if is_total {
            return;
        }
        if let Some(quantity) = quantity {
            more.push(format!("times = {}", basic(&(self.name)(quantity.column))));
        }
        if let Some(per) = self.mapping.price_per {
            more.push(format!("per = {}", basic(&(self.name)(per))));
        }
        if !more.is_empty() {
            more.push("round = 2".to_owned());
            why.push(Why::Price);
        }
    }

    fn text(&self, mapped: &Mapped<'_>, more: &mut Vec<String>, why: &mut Vec<Why>) {
        let column = mapped.column;
        let last = mapped.path.rsplit('.').next().unwrap_or(mapped.path);
        let number = matches!(last, "order_number" | "purchase_order_number" | "return_order_number");
        let row = matches!(last, "row_number" | "order_row_number");
        if (number || row) && column.holds == Holds::WholeNumbers && column.leading_zeros {
            more.push("strip_leading_zeros = true".to_owned());
            why.push(Why::LeadingZeros);
        }
        if matches!(last, "country_code" | "country_of_origin_code")
            && column.fits_table(column.fits.countries)
        {
            more.push("codes = \"countries\"".to_owned());
            why.push(Why::Table { unknown: column.filled - column.fits.countries });
        }
        if last == "unit_code" && column.fits_table(column.fits.units) {
            more.push("codes = \"units\"".to_owned());
            why.push(Why::Table { unknown: column.filled - column.fits.units });
        }
        let coded =
            ["way_of_delivery.code", "transporter.transporter_code", "return_order_lines.return_cause.code"];
        if coded.contains(&mapped.path) && column.filled > 0 {
            why.push(Why::Codes { different: column.different });
        }
    }

    /// `[remember]`: the ERP's own numbers as they stand, and its units.
    fn remember(&self, parts: &mut Parts) {
        if !matches!(self.document, DocumentType::Order | DocumentType::PurchaseOrder) {
            return;
        }
        let list = |columns: Vec<&Column>| {
            let names: Vec<String> = columns.into_iter().map(|column| basic(&(self.name)(column))).collect();
            (!names.is_empty()).then(|| format!("[{}]", names.join(", ")))
        };
        let number = document::number(self.document).and_then(|path| self.mapping.by_path(path));
        let row = document::lines(self.document).and_then(|lines| {
            self.mapping.mapped.iter().find(|mapped| mapped.path.strip_prefix(lines) == Some(".row_number"))
        });
        let of_document = list(number.iter().map(|mapped| mapped.column).collect());
        let of_lines = list(
            row.iter().map(|mapped| mapped.column).chain(self.mapping.remembered.iter().copied()).collect(),
        );
        if of_document.is_some() || of_lines.is_some() {
            parts.table("remember");
        }
        for (key, list) in [("document", of_document), ("lines", of_lines)] {
            if let Some(list) = list {
                parts.entry(key, list, Vec::new());
            }
        }
    }
}
