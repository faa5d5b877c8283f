//! Which elements of an XML file hold a document and its lines.

use super::{Field, Nested, encoding, kinds};
use crate::document::DocumentType;
use crate::format::encoding::Encoding;
use crate::format::sniff::column::Column;
use crate::format::sniff::document::Kind;
use crate::format::sniff::draft::mapping::Level;
use crate::format::sniff::draft::{Draft, Ground, Part, Parts, Why, basic, toml_key};
use crate::format::sniff::elements::{Element, Elements};
use crate::format::sniff::outline::Xml;
use crate::format::sniff::words::{self, Meant};

/// The elements that hold documents and lines.
#[derive(Debug)]
struct Plan<'x> {
    document: &'x Element,
    line: Option<&'x Element>,
}

/// The draft of an XML file, where its elements are called as fields of documents are. The kinds of documents, and it.
pub(in crate::format::sniff) fn of_xml(
    ground: &Ground<'_>,
    xml: &Xml,
    known: Option<DocumentType>,
) -> (Vec<Kind>, Option<Draft>) {
    let elements = xml.tree.all.as_slice();
    let Some(plan) = plan(elements) else { return (Vec::new(), None) };
    let mut fields: Vec<Field> = Vec::new();
    if let Some(line) = plan.line {
        add(&mut fields, &xml.tree, line, None, Level::Line);
    }
    add(&mut fields, &xml.tree, plan.document, plan.line, Level::Document);
    // A name that both have is said with its kind.
    let names: Vec<(String, Level)> = fields.iter().map(|field| (field.name.clone(), field.level)).collect();
    for field in &mut fields {
        let is_double = names.iter().any(|(name, level)| *name == field.name && *level != field.level);
        if is_double && field.level == Level::Document {
            field.name = format!("head.{}", field.name);
        }
    }
    let kinds = kinds(&fields);
    let likeliest = kinds.first().and_then(|kind| kind.of);
    let Some(document) = likeliest.or(known) else { return (Vec::new(), None) };
    let mut parts = Parts::default();
    parts.table("layout");
    parts.entry("syntax", "\"xml\"", Vec::new());
    let says = xml.declares.as_deref().unwrap_or("utf-8");
    if !std::iter::once(ground.encoding)
        .chain(ground.even.iter().copied())
        .any(|fits| is_same_encoding(says, fits))
    {
        encoding(&mut parts, ground);
        if let Some(Part::Entry { why, .. }) = parts.parts.last_mut() {
            why.push(Why::Declares(xml.declares.clone()));
        }
    }
    let each = ("head", if plan.line.is_some() { "line" } else { "head" });
    let nested = Nested { document, kinds: &kinds, fields: &fields, each, by_file_name: false };
    let draft = nested.finish(parts, None, &|parts, used| {
        parts.table("layout.records.head");
        let path = plan.document.path.join("/");
        parts.entry("path", basic(&path), vec![Why::Opens(plan.document.times)]);
        with_dots(parts, &fields, Level::Document, used);
        if let Some(line) = plan.line {
            parts.table("layout.records.line");
            let path = line.path.get(plan.document.path.len()..).unwrap_or_default().join("/");
            parts.entry("path", basic(&path), vec![Why::Lines(line.times)]);
            parts.entry("under", "\"head\"", Vec::new());
            with_dots(parts, &fields, Level::Line, used);
        }
    });
    (kinds, Some(draft))
}

/// Paths with a point in them get names of their own: in the mapping a point stands behind a kind of record.
fn with_dots(parts: &mut Parts, fields: &[Field], level: Level, used: &[&str]) {
    let own = fields.iter().filter(|field| field.level == level && used.contains(&field.name.as_str()));
    for field in own {
        let Some(path) = field.column.name.as_deref().filter(|path| path.contains('.')) else { continue };
        let name = field.name.strip_prefix("head.").unwrap_or(&field.name);
        parts.entry(
            &format!("fields.{}", toml_key(name)),
            format!("{{ path = {} }}", basic(path)),
            Vec::new(),
        );
    }
}

/// The fields of an element: attributes and elements with a text on ways on which nothing repeats.
fn add(fields: &mut Vec<Field>, tree: &Elements, of: &Element, but: Option<&Element>, level: Level) {
    let all = tree.all.as_slice();
    // What was not read to its end may hold more.
    let whole = of.times.saturating_sub(usize::from(tree.is_cut()));
    for element in own(all, of).filter(|element| but.is_none_or(|but| !element.path.starts_with(&but.path))) {
        let below = element.path.get(of.path.len()..).unwrap_or_default();
        let roles = roles(element, of);
        let path = below.join("/");
        let blanks = whole.saturating_sub(element.times);
        let values =
            element.values.iter().map(String::as_str).chain(std::iter::repeat_n("", blanks.min(2_000)));
        let column = Column::of(fields.len() + 1, Some(path.clone()), values);
        fields.push(Field { column, level, roles, name: path.replace('.', "_") });
    }
}

/// What a field of an element may be. What the element itself is called says something only where the field's own name does
/// not (`Order`, `Sent`), or no more than that it is a number of whatever it stands in (`Order`, `No`; `Line`, `No`).
fn roles(field: &Element, of: &Element) -> Meant {
    let names = |from: usize| -> Vec<&str> {
        let names = field.path.get(from..).unwrap_or_default().iter();
        names.map(|name| name.trim_start_matches('@')).collect()
    };
    let own = words::of_path(&names(of.path.len()));
    let with_record = words::of_path(&names(of.path.len().saturating_sub(1)));
    let is_sure = |(sure, role): &(u8, usize)| *sure <= words::SURE && !words::is_of_whatever_holds_it(*role);
    if own.iter().any(is_sure) || with_record.is_empty() { own } else { with_record }
}

/// What an element holds once: no way to it leads through what repeats.
fn own<'x>(all: &'x [Element], of: &'x Element) -> impl Iterator<Item = &'x Element> {
    all.iter().filter(move |element| {
        let is_below = element.path.len() > of.path.len() && element.path.starts_with(&of.path);
        is_below
            && element.has_text(all)
            && all.iter().all(|above| {
                above.most <= 1 || above.path.len() <= of.path.len() || !element.path.starts_with(&above.path)
            })
    })
}

/// The element with lines is the deepest that holds an article and a quantity; the one with documents the nearest round it
/// that holds a number. Without lines it is the deepest that holds an article and more of it.
fn plan(all: &[Element]) -> Option<Plan<'_>> {
    let holds = |of: &Element, but: Option<&Element>, roles: &[&str]| {
        own(all, of).filter(|element| but.is_none_or(|but| !element.path.starts_with(&but.path))).any(
            |element| {
                self::roles(element, of)
                    .iter()
                    .any(|(_, role)| words::roles().get(*role).is_some_and(|role| roles.contains(&role.name)))
            },
        )
    };
    let has_fields = |of: &&Element| own(all, of).next().is_some();
    let numbers = [
        "order_number",
        "purchase_order_number",
        "return_order_number",
        "customer_order_number",
        "own_document_number",
    ];
    let mut deepest: Vec<&Element> = all.iter().filter(has_fields).collect();
    deepest.sort_by_key(|element| std::cmp::Reverse(element.path.len()));
    let is_line = |of: &&&Element| {
        holds(of, None, &["article_number"]) && holds(of, None, &["quantity", "return_quantity"])
    };
    if let Some(line) = deepest.iter().find(is_line).copied() {
        let above = |element: &&&Element| {
            element.path.len() < line.path.len() && line.path.starts_with(&element.path)
        };
        let round = deepest.iter().filter(above);
        let document = round.clone().find(|element| holds(element, Some(line), &numbers));
        // Nothing is called a number: what holds anything at all.
        let document = document.or_else(|| {
            let mut round = round.clone();
            round.find(|element| own(all, element).any(|own| !own.path.starts_with(&line.path)))
        })?;
        // `Line/Item`: what occurs once in each line is a part of it.
        let repeats = |element: &&&Element| element.most > 1 && element.path.len() > document.path.len();
        let line = if line.most > 1 { line } else { round.clone().find(repeats).copied().unwrap_or(line) };
        return Some(Plan { document, line: Some(line) });
    }
    let details = ["article_name", "unit", "weight", "bar_code", "price", "article_group"];
    let article = deepest
        .iter()
        .find(|of| holds(of, None, &["article_number", "own_number"]) && holds(of, None, &details))?;
    Some(Plan { document: article, line: None })
}

fn is_same_encoding(declared: &str, found: &str) -> bool {
    let named = |name: &str| Encoding::named(&name.to_lowercase());
    declared.eq_ignore_ascii_case(found) || named(declared).is_some_and(|own| Some(own) == named(found))
}
