//! Repairs of text that was decoded by the wrong table before it came here (erp-file-formats 1.1, quirks B8 and B12).
//! They are made only where a format file asks for them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Encoding, characters};

/// A repair of decoded text.
#[derive(Clone, Debug)]
pub struct Repair(Way);

#[derive(Clone, Debug)]
enum Way {
    /// Character by character.
    Table(HashMap<char, String>),
    /// The bytes that characters were read from; runs of them that are UTF-8 are characters.
    Utf8(HashMap<char, u8>),
}

impl Repair {
    /// A repair of text that was read as one encoding and is another: EBCDIC 278 that was read as 037 (quirk B8),
    /// character by character, or UTF-8 that was read as windows-1252 (quirk B12), where bytes form valid sequences
    /// of more than one. What does not fit stays as it is.
    ///
    /// None where text cannot be repaired: what it was read as must be of one byte a character, and what it is too, if
    /// not UTF-8.
    pub fn new(read_as: &Encoding, is: &Encoding) -> Option<Repair> {
        let read = characters(read_as)?;
        let bytes = (0..=0xff_u8).zip(read).filter_map(|(byte, character)| Some((character?, byte)));
        if is.name() == "utf-8" {
            let mut bytes: HashMap<char, u8> = bytes.filter(|(_, byte)| !byte.is_ascii()).collect();
            if read_as.one_name() == "windows-1252" {
                // As true Latin-1 reads them.
                for byte in 0x80..=0x9f_u8 {
                    bytes.entry(char::from(byte)).or_insert(byte);
                }
            }
            return Some(Repair(Way::Utf8(bytes)));
        }
        let meant = characters(is)?;
        let pairs = bytes.filter_map(|(character, byte)| {
            let meant = meant.get(usize::from(byte)).copied().flatten()?;
            (meant != character).then(|| (character, meant.to_string()))
        });
        Some(Repair(Way::Table(pairs.collect())))
    }

    /// A repair by a table of characters and what stands for them, written by hand.
    pub fn table(pairs: Vec<(char, String)>) -> Repair {
        Repair(Way::Table(pairs.into_iter().collect()))
    }

    /// The repaired text; borrowed where there is nothing to repair.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            Way::Table(table) => {
                if !text.chars().any(|character| table.contains_key(&character)) {
                    return Cow::Borrowed(text);
                }
                let mut repaired = String::with_capacity(text.len());
                for character in text.chars() {
                    match table.get(&character) {
                        Some(meant) => repaired.push_str(meant),
                        None => repaired.push(character),
                    }
                }
                Cow::Owned(repaired)
            }
            Way::Utf8(bytes) => utf8(bytes, text),
        }
    }
}

fn utf8<'t>(table: &HashMap<char, u8>, text: &'t str) -> Cow<'t, str> {
    let mut repaired: Option<String> = None;
    // Up to here it is in `repaired`, if there is one.
    let mut rest = text;
    let mut at = 0;
    while let Some(from) = rest.get(at..)
        && let Some(character) = from.chars().next()
    {
        let Some((meant, length)) = sequence(table, from) else {
            at += character.len_utf8();
            continue;
        };
        let repaired = repaired.get_or_insert_with(|| String::with_capacity(text.len()));
        repaired.push_str(rest.get(..at).unwrap_or(""));
        repaired.push(meant);
        rest = from.get(length..).unwrap_or("");
        at = 0;
    }
    match repaired {
        None => Cow::Borrowed(text),
        Some(repaired) => Cow::Owned(repaired + rest),
    }
}

/// The character whose bytes in UTF-8 the text begins with, and how many bytes of text that is.
fn sequence(table: &HashMap<char, u8>, text: &str) -> Option<(char, usize)> {
    let mut bytes = Vec::new();
    let mut length = 0;
    for character in text.chars().take(4) {
        bytes.push(*table.get(&character)?);
        length += character.len_utf8();
        if let Some(meant) = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            return Some((meant, length));
        }
        // A byte that begins no sequence is not worth the next one.
        if !matches!(bytes.first(), Some(0xC2..=0xF4)) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(read_as: &str, is: &str) -> Option<Repair> {
        Repair::new(&Encoding::named(read_as).unwrap(), &Encoding::named(is).unwrap())
    }

    #[test]
    fn utf8_that_was_read_as_windows_1252() {
        let repair = repair("windows-1252", "utf-8").unwrap();
        for (text, meant) in [
            ("Ã…ngström", "Ångström"),
            ("Ã\u{85}ngström", "Ångström"),
            ("RÃ¸st â€“ 5 â‚¬ ðŸš€!", "Røst – 5 € 🚀!"),
            ("Ã", "Ã"),
            ("Ã¥Ã", "åÃ"),
            ("Ångström ÅÄÖ Â 5", "Ångström ÅÄÖ Â 5"),
            ("", ""),
        ] {
            assert_eq!(repair.apply(text), meant);
        }
        assert!(matches!(repair.apply("Ångström"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_page_that_was_read_as_another() {
        // Quirk B8, and what the bytes say: 5B 7C are Å Ö in 278, and $ @ in 037.
        let ebcdic = repair("cp037", "cp278").unwrap();
        assert_eq!(ebcdic.apply("$NGSTR@M {}"), "ÅNGSTRÖM äå");
        assert_eq!(ebcdic.apply("abc\n123"), "abc\n123");
        let oem = repair("windows-1252", "cp850").unwrap();
        assert_eq!(oem.apply("R›st B†t"), "Røst Båt");
        let national = repair("windows-1252", "sen-850200-b").unwrap();
        assert_eq!(national.apply("bl}b{r ö"), "blåbär ö");
    }

    #[test]
    fn pairs_that_cannot_be_repaired_and_tables_by_hand() {
        assert!(repair("utf-8", "windows-1252").is_none());
        assert!(repair("windows-1252", "utf-16le").is_none());
        let table = Repair::table(vec![('$', "Å".into()), ('|', "ss".into())]);
        assert_eq!(table.apply("$NG|"), "ÅNGss");
        assert!(matches!(table.apply("abc"), Cow::Borrowed(_)));
    }
}
