//! What only a fixed-width layout has.

use super::{PLACE_MAX, count};
use crate::format::layout::{FixedSyntax, Framing};
use crate::written::Table;

pub(super) const FRAMINGS: [(&str, Framing); 3] =
    [("lines", Framing::Lines), ("length", Framing::Length), ("kinds", Framing::Kinds)];

pub(super) const WIDTHS: [(&str, bool); 2] = [("bytes", true), ("characters", false)];

pub(super) fn syntax(table: &Table<'_>) -> FixedSyntax {
    let length = |key: &str| count(table, key, 1, PLACE_MAX).and_then(|length| usize::try_from(length).ok());
    let record_length = length("record_length");
    let framing = table.one_of("framing", &FRAMINGS).unwrap_or(Framing::Lines);
    if framing == Framing::Length && record_length.is_none() {
        table.missing("record_length", "how many characters each record has, since framing = \"length\"");
    }
    let bytes = table.one_of("widths", &WIDTHS).unwrap_or(false);
    FixedSyntax { record_length, framing, bytes }
}
