//! Text -> the bytes of a file: what writing has in common in every syntax, the other way of `lines`.

use std::borrow::Cow;

use super::layout::{Layout, Newline};
use crate::fault::{Fault, Place, code};

/// The bytes of a file while it is written.
pub(super) struct BytesOut<'l> {
    layout: &'l Layout,
    line_end: &'static str,
    bytes: Vec<u8>,
}

impl<'l> BytesOut<'l> {
    /// An empty file, with the byte order mark that its layout asks for.
    ///
    /// # Errors
    /// The encoding has no byte order mark.
    pub fn new(layout: &'l Layout) -> Result<BytesOut<'l>, Fault> {
        let line_end = match layout.newline {
            Newline::CrLf => "\r\n",
            Newline::Lf => "\n",
        };
        let mut out = BytesOut { layout, line_end, bytes: Vec::new() };
        if layout.byte_order_mark {
            out.push("\u{feff}")?;
        }
        Ok(out)
    }

    /// The same, for records that follow each other without line ends.
    ///
    /// # Errors
    /// The same.
    pub fn without_line_ends(layout: &'l Layout) -> Result<BytesOut<'l>, Fault> {
        Ok(BytesOut { line_end: "", ..BytesOut::new(layout)? })
    }

    /// Adds a text as it stands.
    ///
    /// # Errors
    /// A fault of the operator: a character that the encoding does not have.
    pub fn push(&mut self, text: &str) -> Result<(), Fault> {
        let bytes = self.layout.encoding.encode(text);
        self.bytes.extend(bytes.map_err(|character| unwritable(character, Place::default(), text))?);
        Ok(())
    }

    /// Adds a line with its end.
    ///
    /// # Errors
    /// A fault of the operator: a character that the encoding does not have.
    pub fn line(&mut self, text: &str) -> Result<(), Fault> {
        self.push(text)?;
        self.push(self.line_end)
    }

    /// A text in the characters that the encoding has, with what stands for those that it lacks.
    ///
    /// # Errors
    /// A fault of the operator, at the place: a character that nothing may stand for.
    pub fn writable(&self, place: &Place, text: &str) -> Result<String, Fault> {
        let encoding = &self.layout.encoding;
        if let Some(replacement) = self.layout.replacement {
            return Ok(encoding.writable_with(text, replacement).into_owned());
        }
        let written = encoding.writable(text).map(Cow::into_owned);
        written.map_err(|character| unwritable(character, place.clone(), text))
    }

    /// The whole file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

fn unwritable(character: char, place: Place, text: &str) -> Fault {
    Fault::new(code::UNWRITABLE_CHARACTER)
        .at(place)
        .with("character", format!("{character} (U+{:04X})", u32::from(character)))
        .found(text)
}
