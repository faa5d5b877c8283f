//! The two families of pages that Nordic files are in, OEM and Windows, told apart by letters between letters
//! (erp-file-formats 2.3, step 6; quirks B1 and B4).

use super::letters::{Class, Standing, class, classes, standing, triples};
use super::{Encoding, characters};

/// The letters of Nordic texts in the OEM pages, and others with marks. Not 85, 96 and 97, which are `…`, `–` and `—`
/// in Windows pages and stand between letters there.
const OEM: &[u8] = b"\x80\x81\x82\x83\x84\x86\x87\x88\x89\x8A\x8B\x8E\x8F\x90\x91\x92\x93\x94\x99\x9A\x9B\x9D\xA0\xA1\xA2\xA3\xA4\xA5";

/// Those that are quotes and `™` in Windows pages, and so at edges of words there.
const QUOTES: &[u8] = b"\x82\x84\x8B\x91\x92\x93\x94\x99\x9B";

/// The apostrophe of Windows pages.
const APOSTROPHE: u8 = 0x92;

/// How many letters stand how, as one family reads the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters {
    pub between: usize,
    pub edge: usize,
    /// At an edge, and maybe a quote.
    pub quotes: usize,
    /// Where the first that stands between letters is.
    pub first_between: Option<usize>,
}

/// How one family reads bytes.
pub(super) struct Reading {
    table: [Option<char>; 256],
    classes: [Class; 256],
}

impl Reading {
    /// As the OEM pages read them; their letters are in the same places.
    pub fn oem() -> Reading {
        Reading::of("cp850", |byte| OEM.contains(&byte))
    }

    /// As the Windows page of western Europe reads them.
    pub fn windows() -> Reading {
        Reading::of("windows-1252", |byte| byte >= 0xC0)
    }

    fn of(name: &str, is_letter: impl Fn(u8) -> bool) -> Reading {
        let table = Encoding::named(name).and_then(|page| characters(&page)).unwrap_or([None; 256]);
        let classes = classes(|byte| {
            let character = table.get(usize::from(byte)).copied().flatten();
            character.filter(|character| character.is_ascii() || is_letter(byte))
        });
        Reading { table, classes }
    }

    /// How the letters beyond ASCII stand.
    pub fn letters(&self, bytes: &[u8]) -> Letters {
        let mut letters = Letters::default();
        for (at, (before, byte, after)) in triples(bytes, b' ').enumerate() {
            if byte.is_ascii() {
                continue;
            }
            // Of a line of a box each piece would stand between others.
            let beside_ascii = before.is_ascii_alphabetic() || after.is_ascii_alphabetic();
            match standing(self.class(before), self.class(byte), self.class(after)) {
                Standing::Between if !beside_ascii => {}
                // `O’HARA`, `LEVI’S`: the quote is a letter of OEM pages.
                Standing::Between if byte == APOSTROPHE && !self.is_inside(bytes, at) => letters.quotes += 1,
                Standing::Between => {
                    letters.between += 1;
                    letters.first_between.get_or_insert(at);
                }
                Standing::Edge if QUOTES.contains(&byte) => letters.quotes += 1,
                Standing::Edge => letters.edge += 1,
                Standing::Odd => {}
            }
        }
        letters
    }

    /// Where a byte is that no text has as this page reads it: a control character, or a piece of a box, at the beginning of a word
    /// in small letters. So `\u{8f}sa` and `┼sa` are `Åsa`, read wrongly.
    pub fn impossible(&self, bytes: &[u8]) -> Option<usize> {
        triples(bytes, b' ').position(|(before, byte, after)| {
            let character = self.table.get(usize::from(byte)).copied().flatten();
            let is_odd =
                character.is_none_or(|it| ('\u{80}'..='\u{9f}').contains(&it) || matches!(it, '─' | '┼'));
            !byte.is_ascii() && is_odd && !before.is_ascii_alphanumeric() && after.is_ascii_lowercase()
        })
    }

    /// Whether two letters at least stand on each side.
    fn is_inside(&self, bytes: &[u8], at: usize) -> bool {
        let beside = [at.checked_sub(2), Some(at + 2)];
        beside.into_iter().all(|place| place.is_some_and(|place| self.is_letter(bytes, place)))
    }

    /// The word that a byte stands in: where it begins and ends.
    pub fn word(&self, bytes: &[u8], at: usize) -> (usize, usize) {
        let is_letter = |byte: &&u8| self.class(**byte).is_letter();
        let before = bytes.iter().take(at).rev().take_while(is_letter).count();
        let behind = bytes.iter().skip(at).take_while(is_letter).count();
        (at - before, at + behind)
    }

    /// The text of bytes.
    pub fn text(&self, bytes: &[u8]) -> String {
        let character = |byte: &u8| self.table.get(usize::from(*byte)).copied().flatten();
        bytes.iter().map(|byte| character(byte).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// Whether the byte at a place is a letter.
    pub fn is_letter(&self, bytes: &[u8], at: usize) -> bool {
        bytes.get(at).is_some_and(|byte| self.class(*byte).is_letter())
    }

    fn class(&self, byte: u8) -> Class {
        class(&self.classes, byte)
    }
}
