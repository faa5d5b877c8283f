//! Encodings of one byte a character that the web platform does not have: OEM pages, EBCDIC, national 7-bit tables.

use std::sync::LazyLock;

use super::{Undecodable, ebcdic, national, oem};

/// Bytes that mean another character than in the table that a page is made from.
pub(super) type Changes = &'static [(u8, char)];

/// What kind of table a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// ASCII in the lower half.
    Oem,
    Ebcdic,
    /// ASCII with national letters in some places, and no upper half.
    National,
}

/// The name of the page whose 9B and 9D are often Norwegian letters (quirk B5).
pub(super) const CP437: &str = "cp437";

/// A table of 256 characters at most, each with one byte.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub name: &'static str,
    pub family: Family,
    /// What a byte means.
    characters: [Option<char>; 256],
    /// The same where it is ASCII, and 80 where it is not.
    ascii: [u8; 256],
    /// Characters with their bytes, sorted.
    bytes: Vec<(char, u8)>,
}

/// EBCDIC's line end (NEL), which is written for `\n` as well as for `\r\n`.
const NEL: u8 = 0x15;

/// EBCDIC's line feed, which reads as a line end too.
const EBCDIC_LF: u8 = 0x25;

impl Page {
    /// A page from its rows of characters, which end at FF, and what differs from them.
    fn new(name: &'static str, family: Family, rows: &[&str], changes: &[Changes]) -> Page {
        let ascii = (0..=0x7f).map(|byte: u8| Some(char::from(byte)));
        let rows = rows.iter().flat_map(|row| row.chars()).map(Some);
        let mut characters = [None; 256];
        let all: Vec<_> = if family == Family::Ebcdic { rows.collect() } else { ascii.chain(rows).collect() };
        for (place, character) in characters.iter_mut().zip(all) {
            *place = character;
        }
        for (byte, character) in changes.iter().flat_map(|changes| changes.iter()) {
            if let Some(place) = characters.get_mut(usize::from(*byte)) {
                *place = Some(*character);
            }
        }
        if family == Family::Ebcdic {
            // In the tables, as in iconv's, 15 is U+0085; our line reader and every reader of text wants a line end.
            if let Some(place) = characters.get_mut(usize::from(NEL)) {
                *place = Some('\n');
            }
        }
        let ascii = characters.map(|character| match character.filter(char::is_ascii).map(u8::try_from) {
            Some(Ok(ascii)) => ascii,
            _ => 0x80,
        });
        let mut bytes: Vec<(char, u8)> = (0..=0xff_u8)
            .zip(characters)
            .filter_map(|(byte, character)| Some((character?, byte)))
            .filter(|(_, byte)| family != Family::Ebcdic || *byte != EBCDIC_LF)
            .collect();
        bytes.sort_unstable();
        Page { name, family, characters, ascii, bytes }
    }

    /// The same page where no byte is a line end, so that each byte is another character: 15 is U+0085 again.
    fn binary(&self) -> Page {
        let mut page = self.clone();
        if let Some(place) = page.characters.get_mut(usize::from(NEL)) {
            *place = Some('\u{85}');
        }
        if let Some(place) = page.ascii.get_mut(usize::from(NEL)) {
            *place = 0x80;
        }
        page.bytes.retain(|(character, _)| *character != '\n');
        page.bytes.extend([('\n', EBCDIC_LF), ('\u{85}', NEL)]);
        page.bytes.sort_unstable();
        page
    }

    /// The character of a byte.
    pub fn character(&self, byte: u8) -> Option<char> {
        self.characters.get(usize::from(byte)).copied().flatten()
    }

    /// The byte of a character.
    pub fn byte(&self, character: char) -> Option<u8> {
        let at = self.bytes.binary_search_by_key(&character, |(character, _)| *character).ok()?;
        self.bytes.get(at).map(|(_, byte)| *byte)
    }

    /// Appends the text of bytes, the first of which is at an offset of the file. Runs of ASCII are copied whole.
    pub fn decode(&self, bytes: &[u8], offset: u64, text: &mut String, bad: &mut Vec<Undecodable>) {
        let translated: Vec<u8>;
        let view = if self.family == Family::Oem {
            bytes
        } else {
            let ascii = |byte: &u8| self.ascii.get(usize::from(*byte)).copied().unwrap_or(0x80);
            translated = bytes.iter().map(ascii).collect();
            &translated
        };
        text.reserve(bytes.len() + bytes.len() / 8);
        let mut done = 0;
        while let Some(rest) = view.get(done..)
            && !rest.is_empty()
        {
            let run = encoding_rs::Encoding::ascii_valid_up_to(rest);
            text.push_str(rest.get(..run).and_then(|run| std::str::from_utf8(run).ok()).unwrap_or(""));
            done += run;
            let others = rest.iter().skip(run).take_while(|byte| !byte.is_ascii()).count();
            let here = bytes.get(done..done + others).unwrap_or_default();
            for (at, byte) in (offset + done as u64..).zip(here) {
                match self.character(*byte) {
                    Some(character) => text.push(character),
                    None => {
                        let hex = format!("{byte:02X}");
                        bad.push(Undecodable { at: text.len(), hex, offset: at, encoding: self.name });
                        text.push(char::REPLACEMENT_CHARACTER);
                    }
                }
            }
            done += others;
        }
    }

    /// The bytes of a text. In EBCDIC `\n` and `\r\n` are both written as one 15, as a text file of IBM i has it;
    /// a `\r` alone is 0D.
    ///
    /// # Errors
    /// The first character that the page does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, char> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        loop {
            if self.family == Family::Oem {
                let run = encoding_rs::Encoding::ascii_valid_up_to(rest.as_bytes());
                let (ascii, others) = rest.split_at_checked(run).unwrap_or((rest, ""));
                bytes.extend_from_slice(ascii.as_bytes());
                rest = others;
            }
            let mut characters = rest.chars();
            let Some(character) = characters.next() else { return Ok(bytes) };
            rest = characters.as_str();
            if self.family == Family::Ebcdic && character == '\r' && rest.starts_with('\n') {
                continue;
            }
            bytes.push(self.byte(character).ok_or(character)?);
        }
    }
}

/// The pages, in the order in which they are told to authors.
pub(super) static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let oem = |name, rows: &[&str], changes: &[Changes]| Page::new(name, Family::Oem, rows, changes);
    let ebcdic = |name, changes: &[Changes]| Page::new(name, Family::Ebcdic, &ebcdic::IBM037, changes);
    let national = |name, changes: Changes| Page::new(name, Family::National, &[], &[changes]);
    vec![
        oem("cp850", &oem::CP850, &[]),
        oem("cp858", &oem::CP850, &[oem::CP858]),
        oem("cp865", &oem::CP437, &[oem::CP865]),
        oem(CP437, &oem::CP437, &[]),
        ebcdic("ibm278", &[ebcdic::IBM278]),
        ebcdic("ibm1143", &[ebcdic::IBM278, ebcdic::IBM1143]),
        ebcdic("ibm277", &[ebcdic::IBM277]),
        ebcdic("ibm1142", &[ebcdic::IBM277, ebcdic::IBM1142]),
        ebcdic("ibm037", &[]),
        ebcdic("ibm500", &[ebcdic::IBM500]),
        national("sen-850200-b", national::SEN_850200_B),
        national("sen-850200-c", national::SEN_850200_C),
        national("ns-4551-1", national::NS_4551_1),
        national("ns-4551-2", national::NS_4551_2),
        national("ds-2089", national::DS_2089),
    ]
});

/// The EBCDIC pages for files whose bytes are not all text.
pub(super) static BINARY_PAGES: LazyLock<Vec<Page>> =
    LazyLock::new(|| PAGES.iter().filter(|page| page.family == Family::Ebcdic).map(Page::binary).collect());
