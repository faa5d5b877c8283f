//! A text that a source picks, with the field that it came from.

use std::borrow::Cow;

use super::at_hand::{Group, Here};
use crate::fault::{Code, Fault};
use crate::format::layout::FieldLayout;
use crate::format::source::FieldRef;

/// A text, and the field that it came from, if from one.
pub(super) struct Picked<'p> {
    pub text: Cow<'p, str>,
    pub from: Option<(usize, usize)>,
    pub stated: bool,
}

/// The text of a field, and the record and the field that it would stand in.
pub(super) fn field_text<'g>(
    group: &mut Group<'g>,
    field: FieldRef,
    here: Here<'_>,
) -> (Option<Picked<'g>>, Option<(usize, usize)>) {
    let Some(record) = group.record_of(field, here) else { return (None, None) };
    let from = Some((record, field.field));
    let text = group.stated(record, field.field);
    (text.map(|text| Picked { text: text.into(), from, stated: true }), from)
}

/// The layout's word on a field.
pub(super) fn style<'g>(group: &Group<'g>, from: Option<(usize, usize)>) -> Option<&'g FieldLayout> {
    let (record, field) = from?;
    let kind = group.records.kind(record)?;
    group.layout.records.get(kind)?.fields.get(field)
}

/// A fault of a picked text, at its place.
pub(super) fn fault(group: &Group<'_>, code: Code, picked: &Picked<'_>, here: Here<'_>) -> Fault {
    let place = match picked.from {
        Some((record, field)) => group.place(record, Some(field)),
        None => group.place(here.record, None),
    };
    Fault::new(code).at(place).found(picked.text.as_ref())
}
