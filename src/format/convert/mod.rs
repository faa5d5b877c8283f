//! Conversions: text <-> decimal, date, yes or no, identities. The list is closed.
//!
//! Every conversion checks the characters itself, since parsers of programming languages take exponents, short
//! years and the like that no ERP means (`erp-file-formats.md`, sections 1.3 to 1.5). The marks of quirks (N1, D3, C7)
//! are those of that page.

mod date;
mod identity;
mod number;
mod words;

pub(super) use date::*;
pub(super) use identity::*;
pub(super) use number::*;
pub(super) use words::*;

/// What counts as a blank in a field: no-break blanks and the NUL of padded records too (B13).
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\0')
}

/// The text without blanks at its ends; no-break blanks too.
#[inline]
pub(super) fn trimmed(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| (b'!'..=b'~').contains(byte));
    if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(|character: char| is_blank(character) || character.is_whitespace())
}

/// The first so many characters.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests;
