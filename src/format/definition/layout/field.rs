//! One field of a record kind: where it stands and how values are written there.

use super::super::date_part;
use super::super::draft::Draft;
use super::super::source_part::misfit;
use super::{DECIMALS_MAX, PLACE_MAX, character, count, thousands, xml};
use crate::fault::{Fault, code};
use crate::format::layout::{Align, FieldAt, FieldLayout, Framing, Sign, Syntax};
use crate::format::packed;
use crate::written::{At, Item, Table};

/// The most digits that a packed number has on IBM i.
pub(super) const PACKED_MAX: i64 = 63;

pub(super) const SIGNS: [(&str, Sign); 6] = [
    ("leading", Sign::Leading),
    ("trailing", Sign::Trailing),
    ("either", Sign::Either),
    ("overpunch", Sign::OverpunchTrailing),
    ("overpunch-leading", Sign::OverpunchLeading),
    ("overpunch-ascii", Sign::AsciiTrailing),
];

pub(super) const ALIGNS: [(&str, Align); 2] = [("left", Align::Left), ("right", Align::Right)];

/// One field's table: where it stands and how values are written there.
pub(super) fn field(table: &Table<'_>, name: &str, draft: &Draft) -> Option<FieldLayout> {
    let packed = packed(table, draft);
    let at = place(table, draft, packed);
    let mut field = draft.plain_field(name, at.clone().unwrap_or(FieldAt::Header));
    field.packed = packed;
    if let Some(decimals) = count(table, "decimals", 0, DECIMALS_MAX) {
        field.number.decimals = u32::try_from(decimals).ok();
    }
    if let Some(sign) = table.one_of("sign", &SIGNS) {
        field.number.sign = sign;
    }
    if let Some(decimal) = character(table, "decimal") {
        field.number.decimal = decimal;
        field.number.thousands = field.number.thousands.filter(|thousands| *thousands != decimal);
    }
    if let Some(thousands) = thousands(table, field.number.decimal) {
        field.number.thousands = Some(thousands);
    }
    if let Some(align) = table.one_of("align", &ALIGNS) {
        field.align = align;
    }
    if let Some(pad) = character(table, "pad") {
        field.pad = pad;
    }
    let weekday = date_part::weekday(table);
    field.date = match date_part::dates(table, draft.reads, weekday.or(draft.weekday)) {
        Some(dates) => dates,
        None => field.date.with_weekday(weekday),
    };
    field.blank.extend(table.texts("blank").unwrap_or_default().into_iter().map(|text| text.value));
    if let Some(optional) = table.boolean("optional") {
        field.optional = optional.value;
    }
    table.finish();
    at.map(|_| field)
}

/// `packed = 9`: a packed decimal number of nine digits. It goes with whole EBCDIC records only: in a text that was converted,
/// or cut at line ends, its bytes are lost.
fn packed(table: &Table<'_>, draft: &Draft) -> Option<usize> {
    let digits = count(table, "packed", 1, PACKED_MAX)?;
    let whole = matches!(&draft.layout.syntax, Syntax::Fixed(fixed) if fixed.framing != Framing::Lines && !fixed.bytes);
    if !whole || !draft.layout.encoding.is_ebcdic() {
        misfit(
            table,
            "packed",
            "it goes with syntax = \"fixed\", an encoding of IBM i like \"ibm278\" and framing = \"length\" or \"kinds\"",
        );
    } else if !draft.reads {
        misfit(table, "packed", "packed numbers are only read");
    }
    for key in ["width", "sign"] {
        if table.has(key) {
            misfit(table, key, "packed says it");
        }
    }
    usize::try_from(digits).ok()
}

fn place(table: &Table<'_>, draft: &Draft, packed: Option<usize>) -> Option<FieldAt> {
    match &draft.layout.syntax {
        Syntax::Csv(csv) => {
            if !table.has("column") && csv.header {
                return Some(FieldAt::Header);
            }
            if !table.has("column") {
                table.missing("column", "the number of the column, from 1");
            }
            let column = count(table, "column", 1, PLACE_MAX)?;
            Some(FieldAt::Column(usize::try_from(column).ok()?))
        }
        Syntax::Fixed(fixed) => {
            for (key, expected) in
                [("at", "the first character's place, from 1"), ("width", "the number of characters")]
            {
                if !(table.has(key) || key == "width" && packed.is_some()) {
                    table.missing(key, expected);
                }
            }
            let at = count(table, "at", 1, PLACE_MAX);
            let width = count(table, "width", 1, PLACE_MAX).and_then(|width| usize::try_from(width).ok());
            let width = match packed {
                Some(digits) => packed::width(digits),
                None => width?,
            };
            let at = usize::try_from(at?).ok()?;
            if fixed.record_length.is_some_and(|length| at + width - 1 > length) {
                table.fault(
                    Fault::new(code::FIELD_OUTSIDE_RECORD)
                        .at(table.place())
                        .with("last", at + width - 1)
                        .with("record_length", fixed.record_length.unwrap_or(0)),
                );
            }
            Some(FieldAt::Characters { at, width })
        }
        Syntax::Xml(_) => {
            let written =
                match table.item("path") {
                    Some(Item::List(..)) => table.texts("path")?,
                    _ => vec![table.required_text(
                        "path",
                        "the path from the record's element, like \"Head/Buyer/Name\"",
                    )?],
                };
            let known = |path: &At<String>| {
                let known = xml::value_path(&path.value, &draft.namespaces);
                if known.is_none() {
                    let expected =
                        "a path like \"Head/Buyer/Name\" or \"Part/@PartNumber\", or a list of them";
                    table.wrong_value("path", path, expected, "");
                }
                known
            };
            let known: Vec<_> = written.iter().map(known).collect();
            let paths: Option<Vec<_>> = known.into_iter().collect();
            paths.filter(|paths| !paths.is_empty()).map(FieldAt::Path)
        }
        Syntax::Tagged(tagged) if table.has("tag") => {
            let tag = table.text("tag")?;
            if !tagged.may_be_tag(&tag.value) {
                let marks: Vec<String> = tagged.marks.iter().map(char::to_string).collect();
                let expected = format!("a tag that begins with {}, up to the delimiter", marks.join(" or "));
                table.wrong_value("tag", &tag, &expected, "");
            }
            Some(FieldAt::Tag(tag.value))
        }
        Syntax::Tagged(_) => {
            if !table.has("at") {
                table.missing(
                    "tag",
                    "the tag, like tag = \"#12203\"; or at and width in the line of the mark",
                );
            }
            let at = count(table, "at", 1, PLACE_MAX);
            let width = count(table, "width", 1, PLACE_MAX);
            let (at, width) = (usize::try_from(at?).ok()?, usize::try_from(width?).ok()?);
            Some(FieldAt::Characters { at, width })
        }
        Syntax::Whole => None,
    }
}
