//! The mapping of a draft: each member of a document, what it is taken from, and what of that is a guess.

use super::mapping::{Mapped, Mapping};
use super::{Part, Parts, Why, basic, toml_key};
use crate::document::{DocumentType, MemberKind};
use crate::format::sniff::column::{Column, Holds};
use crate::format::sniff::document;
use crate::format::sniff::words;

/// What the members of a document are written with.
pub(super) struct Context<'m> {
    pub document: DocumentType,
    pub mapping: &'m Mapping<'m>,
    /// The pattern of the layout.
    pub date: Option<&'static str>,
    /// What a column is called in the format file.
    pub name: &'m dyn Fn(&Column) -> String,
    /// The kinds of records that a document and a line are made of.
    pub each: (&'m str, &'m str),
    /// Where no field is the document's number, it may be the file's name.
    pub by_file_name: bool,
}

impl Context<'_> {
    /// The tables below `[document.…]`, without the head of the first: the document's members, those of its lines, what is
    /// remembered, and what is left.
    pub fn document(&self, parts: &mut Parts, missing: &mut Vec<&'static str>) {
        parts.entry("each", basic(self.each.0), Vec::new());
        self.members(parts, None, missing);
        if let Some(lines) = document::lines(self.document) {
            parts.table(&format!("document.{}.{lines}", self.document.name()));
            parts.entry("each", basic(self.each.1), Vec::new());
            self.skip(parts);
            self.members(parts, Some(lines), missing);
        }
        self.remember(parts);
        parts.parts.extend(self.mapping.left.iter().cloned().map(Part::Left));
    }

    /// Rows that are no goods: of another kind, or without a quantity and with a word where the article stands.
    fn skip(&self, parts: &mut Parts) {
        let mut tests: Vec<String> = Vec::new();
        let mut passed: Vec<String> = Vec::new();
        if let Some(column) = self.mapping.row_kind {
            let (goods, others): (Vec<_>, Vec<_>) = column
                .values
                .iter()
                .map(|(value, _)| value)
                .partition(|value| words::is_value_of("row_kind", value));
            tests.push(format!("{} = {{ not = {} }}", toml_key(&(self.name)(column)), list(&goods)));
            passed.extend(others.into_iter().cloned());
            passed.extend((column.filled < column.rows).then(String::new));
        }
        let in_lines = |name: &str| {
            document::lines(self.document).and_then(|lines| self.mapping.by_path(&format!("{lines}.{name}")))
        };
        let quantity = in_lines("number_of_items").or_else(|| in_lines("to_be_returned_number_of_items"));
        if let (Some(article), Some(quantity)) = (in_lines("article_number"), quantity) {
            let texts = &article.column.no_articles;
            let rows: usize = texts.iter().map(|(_, rows)| rows).sum();
            if rows > 0 && rows <= quantity.column.rows.saturating_sub(quantity.column.filled) {
                let texts: Vec<&String> = texts.iter().map(|(text, _)| text).collect();
                tests.push(format!("{} = {}", toml_key(&(self.name)(article.column)), list(&texts)));
                passed.extend(texts.into_iter().cloned());
            }
        }
        if let (Some(article), Some(quantity)) = (in_lines("article_number"), quantity) {
            let blanks = |column: &Column| column.rows.saturating_sub(column.filled);
            if self.mapping.row_kind.is_none()
                && (1..=blanks(quantity.column)).contains(&blanks(article.column))
                && article.column.filled > 0
            {
                let blank =
                    |column: &Column| format!("{} = {{ blank = true }}", toml_key(&(self.name)(column)));
                tests.push(format!("{}, {}", blank(article.column), blank(quantity.column)));
                passed.push(String::new());
            }
        }
        if !tests.is_empty() {
            let tests: Vec<String> = tests.into_iter().map(|test| format!("{{ {test} }}")).collect();
            parts.entry("skip", format!("[{}]", tests.join(", ")), vec![Why::NoGoods(passed)]);
        }
    }

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
            if mapped.column.holds_post_and_city() && key == "consignee.city" && !self.has_post_code() {
                let part = self.part_of_city(mapped.column, "post_code");
                written.push((place(mapped.path), part));
            }
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
            if self.by_file_name && document::number(self.document) == Some(*path) {
                let value = "{ file_name = \"{number}.{extension}\", part = \"number\" }".to_owned();
                let part = Part::Entry { key: key.to_owned(), value, why: vec![Why::FileName] };
                written.push((place(path), part));
                continue;
            }
            if let Some(part) = self.first_of_lines(path) {
                written.push((place(path), part));
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

    /// A member of the document that only its lines state: what the first of them says.
    fn first_of_lines(&self, path: &str) -> Option<Part> {
        let (head, line) = self.each;
        let lines = document::lines(self.document).filter(|_| head != line)?;
        let mapped = self.mapping.by_path(&format!("{lines}.{path}"))?;
        let name = (self.name)(mapped.column);
        let field = name.strip_prefix(&format!("{line}.")).unwrap_or(&name);
        let value = format!("{{ all = {}, take = \"first\" }}", basic(&format!("{line}.{field}")));
        Some(Part::Entry { key: path.to_owned(), value, why: vec![Why::FirstOfLines] })
    }

    fn has_post_code(&self) -> bool {
        self.mapping.by_path("consignee.post_code").is_some()
    }

    /// A part of a field with a post code and a city behind it.
    fn part_of_city(&self, column: &Column, part: &str) -> Part {
        let field = basic(&(self.name)(column));
        let value = format!(
            "{{ from = {field}, split = [\"{{post_code:digits}} {{city}}\", \"{{city}}\"], part = \"{part}\" }}"
        );
        Part::Entry { key: format!("consignee.{part}"), value, why: vec![Why::PostAndCity] }
    }

    /// The source of a member, and what of it is a guess.
    fn source(&self, mapped: &Mapped<'_>) -> (String, Vec<Why>) {
        let column = mapped.column;
        if mapped.path == "consignee.city"
            && column.holds_post_and_city()
            && !self.has_post_code()
            && let Part::Entry { value, why, .. } = self.part_of_city(column, "city")
        {
            return (value, why);
        }
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
        let is_total =
            mapped.column.name.as_deref().is_some_and(|name| {
                words::means(name.rsplit(['/', '@']).next().unwrap_or(name), "line_total")
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

/// Texts as a list of TOML.
fn list(texts: &[&String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| basic(text)).collect();
    format!("[{}]", texts.join(", "))
}
