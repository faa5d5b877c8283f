//! Encodings: bytes <-> text. Bytes that mean nothing are reported with their place, never turned into U+FFFD in
//! silence, and a character that an encoding lacks is never written as `&#8594;`.
//!
//! The web platform's encodings come from encoding_rs; OEM pages, EBCDIC and the national 7-bit tables are tables of
//! our own ([`page`]). A guess ([`guess`](mod@guess)) and a repair ([`repair`]) are made only where somebody asks for them.

mod decode;
mod ebcdic;
mod elsewhere;
mod family;
mod guess;
mod is_utf8;
mod letters;
mod misread;
mod names;
mod national;
mod notice;
mod oem;
mod other_family;
mod otherwise;
mod page;
mod repair;
mod write;

use page::{Family, Page};

pub use decode::{Decoder, Undecodable};
pub(super) use misread::misread;
pub(super) use other_family::OtherFamilyWatch;
pub use {
    guess::{Candidate, Guess, Reason, guess},
    notice::Noticed,
    repair::Repair,
};

/// A checked encoding.
#[derive(Clone, Debug)]
pub struct Encoding {
    table: Table,
    /// The listed name that an author gave it, where that is not its one name: `iso-8859-1`.
    alias: Option<&'static str>,
}

/// Where an encoding's characters come from.
#[derive(Clone, Debug)]
enum Table {
    /// One of the web platform's encodings. As there, `iso-8859-1`, `latin1` and `ascii` mean windows-1252:
    /// the bytes 80–9F, which Latin-1 leaves to control characters, are the dashes and the euro that senders mean
    /// (erp-file-formats 1.1, quirk B9).
    Web(&'static encoding_rs::Encoding),
    /// A table of our own, of one byte a character.
    Page(&'static Page),
}

impl PartialEq for Encoding {
    fn eq(&self, other: &Encoding) -> bool {
        self.one_name() == other.one_name()
    }
}

impl From<Table> for Encoding {
    fn from(table: Table) -> Encoding {
        Encoding { table, alias: None }
    }
}

impl Encoding {
    /// The encoding of this name, as an author writes it (`windows-1252`, `utf-8`, `cp850`, `IBM278`,
    /// `SEN_850200_B`): upper and lower case are alike, and so are `-` and `_`.
    pub fn named(name: &str) -> Option<Encoding> {
        let table = match names::web(name) {
            Some(web) => Table::Web(web),
            None => Table::Page(names::page(name)?),
        };
        let encoding = Encoding::from(table);
        let listed = names::NAMES.iter().copied().find(|listed| listed.eq_ignore_ascii_case(name));
        let alias = listed.filter(|listed| *listed != encoding.one_name());
        Some(Encoding { alias, ..encoding })
    }

    /// The names that an author may write, for messages and a schema. More are accepted: every label of the web
    /// platform, and what [`named`](Encoding::named) tells. `iso-8859-1` is among them, for that is how authors know
    /// what is read as windows-1252.
    pub fn names() -> &'static [&'static str] {
        names::NAMES
    }

    /// What messages call it: the name that an author gave it where that is a listed one (`iso-8859-1`), else its one
    /// name (`windows-1252` for `latin1`, `ibm037` for `CP37`).
    pub fn name(&self) -> &'static str {
        self.alias.unwrap_or_else(|| self.one_name())
    }

    fn one_name(&self) -> &'static str {
        match self.table {
            Table::Web(web) => {
                let own = names::NAMES.iter().find(|name| name.eq_ignore_ascii_case(web.name()));
                own.copied().unwrap_or(web.name())
            }
            Table::Page(page) => page.name,
        }
    }

    /// Whether every character is one byte, so that places in bytes are places in characters.
    pub fn bytes_per_character_is_one(&self) -> bool {
        match self.table {
            Table::Web(web) => web.is_single_byte(),
            Table::Page(_) => true,
        }
    }

    /// Whether it is a page of IBM i.
    pub fn is_ebcdic(&self) -> bool {
        self.family() == Some(Family::Ebcdic)
    }

    /// The same for a file whose bytes are not all text: each byte is a character of its own, and none is a line end.
    /// Only a page of IBM i has such a form.
    pub fn binary(&self) -> Encoding {
        let page = page::BINARY_PAGES.iter().find(|page| page.name == self.name());
        page.map_or_else(|| self.clone(), |page| Encoding::from(Table::Page(page)))
    }

    /// The one byte of a character in a page of ours.
    pub fn byte(&self, character: char) -> Option<u8> {
        match self.table {
            Table::Web(_) => None,
            Table::Page(page) => page.byte(character),
        }
    }

    /// Whether it is a national variant of ASCII with letters in the places of `[ ] { } \ |` (quirk B6).
    pub fn is_seven_bit_national(&self) -> bool {
        self.family() == Some(Family::National)
    }

    /// The characters of ASCII that it does not have, in their order: none can be a delimiter, a quote or any other
    /// sign of a file in it (erp-file-formats 1.1, quirk B6). Empty for all but the national tables.
    pub fn taken_from_ascii(&self) -> Vec<char> {
        let Table::Page(page) = self.table else { return Vec::new() };
        (' '..='~').filter(|character| page.byte(*character).is_none()).collect()
    }

    fn family(&self) -> Option<Family> {
        match self.table {
            Table::Web(_) => None,
            Table::Page(page) => Some(page.family),
        }
    }
}

impl Encoding {
    /// Whether it is one of the forms of UTF-16.
    pub fn is_utf16(&self) -> bool {
        matches!(self.one_name(), "utf-16le" | "utf-16be")
    }

    /// How a word that is UTF-8 reads in it; what it does not have is U+FFFD.
    fn misread(&self, word: &str) -> String {
        let (mut text, mut bad) = (String::new(), Vec::new());
        let mut decoder = self.decoder();
        decoder.decode(word.as_bytes(), &mut text, &mut bad);
        decoder.finish(&mut text, &mut bad);
        text
    }
}

/// The character of each byte, for encodings of one byte a character.
fn characters(encoding: &Encoding) -> Option<[Option<char>; 256]> {
    if !encoding.bytes_per_character_is_one() {
        return None;
    }
    let mut characters = [None; 256];
    for (byte, place) in (0..=0xff_u8).zip(characters.iter_mut()) {
        *place = match encoding.table {
            Table::Page(page) => page.character(byte),
            Table::Web(web) => web
                .decode_without_bom_handling_and_without_replacement(&[byte])
                .and_then(|text| text.chars().next()),
        };
    }
    Some(characters)
}

#[cfg(test)]
mod tests;
