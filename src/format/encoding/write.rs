//! Text -> bytes.

use std::borrow::Cow;
use std::convert::Infallible;

use encoding_rs::{EncoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::otherwise::{compose, is_combining, otherwise};
use super::{Encoding, Table};

/// How often what is written instead may itself be written otherwise.
const DEPTH_MAX: u8 = 3;

impl Encoding {
    /// The text with every character that the encoding lacks written otherwise (`–` as `-`, `€` as `EUR`, `ź` as `z`,
    /// `Å` as `AA`; erp-file-formats 1.1, quirk B14). What the encoding has is never changed.
    ///
    /// # Errors
    /// The first character for which there is no other way to write it.
    pub fn writable<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, char> {
        self.rewritten(text, Err)
    }

    /// As [`writable`](Encoding::writable), with a replacement (mostly `?`) for every character for which there is no
    /// other way to write it. A replacement that the encoding lacks is `?`.
    pub fn writable_with<'t>(&self, text: &'t str, replacement: char) -> Cow<'t, str> {
        let replacement = if self.has(replacement) { replacement } else { '?' };
        let Ok(text) = self.rewritten(text, |_| Ok::<char, Infallible>(replacement));
        text
    }

    /// Whether the encoding has this character.
    pub fn has(&self, character: char) -> bool {
        match self.table {
            Table::Web(_) => character.is_ascii() || self.encode(character.encode_utf8(&mut [0; 4])).is_ok(),
            Table::Page(page) => page.byte(character).is_some(),
        }
    }

    /// The bytes of a text that is [writable](Encoding::writable), without a byte order mark. EBCDIC has `\r\n` and
    /// `\n` as one NEL (15), whatever the format file says of line ends: text files of IBM i know no other.
    ///
    /// # Errors
    /// The first character that the encoding does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, char> {
        let web = match self.table {
            Table::Web(web) => web,
            Table::Page(page) => return page.encode(text),
        };
        // encoding_rs writes UTF-8 where UTF-16 is asked for.
        if web == UTF_16LE {
            return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        if web == UTF_16BE {
            return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        }
        if web == UTF_8 {
            return Ok(text.as_bytes().to_vec());
        }
        let mut encoder = web.new_encoder();
        let mut bytes = Vec::new();
        let mut rest = text;
        loop {
            let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
            bytes.reserve(room.unwrap_or(rest.len()).max(16));
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            match result {
                EncoderResult::InputEmpty => return Ok(bytes),
                EncoderResult::OutputFull => rest = rest.get(read..).unwrap_or(""),
                EncoderResult::Unmappable(character) => return Err(character),
            }
        }
    }

    fn rewritten<'t, E>(
        &self,
        text: &'t str,
        left: impl Fn(char) -> Result<char, E>,
    ) -> Result<Cow<'t, str>, E> {
        let has_ascii = !self.is_seven_bit_national();
        if (has_ascii && text.is_ascii()) || text.chars().all(|character| self.has(character)) {
            return Ok(Cow::Borrowed(text));
        }
        let mut written = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        // What a combining mark would belong to: the last character, if it was written as itself.
        let mut base = None;
        let mut after_letter = false;
        while let Some(character) = characters.next() {
            let combining = is_combining(character);
            let capitals = !characters.peek().is_some_and(|next| next.is_lowercase());
            if self.has(character) {
                written.push(character);
                base = Some(character);
            } else if let Some(composed) =
                base.filter(|_| combining).and_then(|base| compose(base, character))
            {
                written.pop();
                match self.other(composed, capitals, DEPTH_MAX) {
                    Some(other) => written.push_str(&other),
                    None => written.push(left(composed)?),
                }
                base = self.has(composed).then_some(composed);
            } else if combining && after_letter {
                // The letter stays without its mark.
            } else {
                match self.other(character, capitals, DEPTH_MAX) {
                    Some(other) => written.push_str(&other),
                    None => written.push(left(character)?),
                }
                base = None;
            }
            after_letter = character.is_alphabetic() || (combining && after_letter);
        }
        Ok(Cow::Owned(written))
    }

    /// How a character is written: as itself, or else otherwise.
    fn other(&self, character: char, capitals: bool, depth: u8) -> Option<String> {
        if self.has(character) {
            return Some(character.into());
        }
        let depth = depth.checked_sub(1)?;
        otherwise(character, capitals).into_iter().find_map(|way| {
            way.chars().map(|character| self.other(character, capitals, depth)).collect::<Option<String>>()
        })
    }
}
