//! A file taken as it is (`syntax = "whole"`): one record, whose one field holds the bytes in Base64. For attachments.

use std::io::Read;

use base64::Engine;

use super::group::{Each, Grouped};
use super::layout::Layout;
use super::record::{Cell, Records};
use super::{ATTACHMENT_BYTES_MAX, ReadContext, Summary};
use crate::fault::{Fault, Place, code};

/// The record kind that a whole file is.
pub(super) const RECORD: &str = "file";
/// Its one field.
pub(super) const CONTENT: &str = "content";

/// Reads a whole file to its one record.
///
/// # Errors
/// It cannot be read, it is empty or greater than [`ATTACHMENT_BYTES_MAX`], or what `each` ends it with.
pub(super) fn read(
    layout: &Layout,
    input: &mut dyn Read,
    context: &ReadContext<'_>,
    each: &mut Each<'_>,
) -> Result<Summary, Fault> {
    let place = || Place::file(context.file_name);
    let mut bytes = Vec::new();
    let most = u64::try_from(ATTACHMENT_BYTES_MAX).unwrap_or(u64::MAX);
    input
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Fault::new(code::FILE_NOT_READ).at(place()).with("reason", error))?;
    if bytes.len() > ATTACHMENT_BYTES_MAX {
        return Err(Fault::new(code::ATTACHMENT_TOO_LARGE).at(place()).with("limit", ATTACHMENT_BYTES_MAX));
    }
    let kind = layout.records.iter().position(|record| record.name == RECORD).unwrap_or(0);
    let mut records = Records::default();
    records.begin(1, 1);
    records.end();
    records.set_kind(0, Some(kind));
    let text = records.text_mut();
    base64::engine::general_purpose::STANDARD.encode_string(&bytes, text);
    let length = text.len();
    records.push(if length == 0 { Cell::missing(0) } else { Cell::plain(0, length).shown(0, 0) });
    each(Grouped::Records(&records))?;
    Ok(Summary { records: 1, ..Summary::default() })
}
