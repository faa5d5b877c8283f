//! What a decoder notices that is worth a warning, and text that was encoded twice.

use super::Encoding;

/// What is worth a warning in a file's bytes. None of it is an error: the text is as good as it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Noticed {
    /// The file's byte order mark says another encoding than the format file, and was believed (quirk B2).
    OtherMark {
        /// What the mark says.
        encoding: Encoding,
    },
    /// Code page 437 was asked for, and 865 is meant: so many `¢` and `¥` were read as `ø` and `Ø` (quirk B5).
    OemNorwegian {
        /// How many.
        count: u64,
    },
    /// Letters make words only in the other family of pages, OEM or Windows, than the format file says (quirk B1).
    OtherFamily {
        /// The first line of such letters.
        line: u64,
        /// A word as it was read, `Sk†ne`.
        found: String,
        /// What the other family makes of it, `Skåne`.
        means: String,
        /// What most files of that family are in.
        looks_like: &'static str,
    },
    /// The whole file is valid UTF-8, and the format file takes it for a page of one byte a character (quirk B1).
    IsUtf8 {
        /// How many characters are of more than one byte.
        count: u64,
        /// The first word with one, as the format file reads it, `BjÃ¶rn`.
        found: String,
        /// What it means, `Björn`.
        means: String,
        /// The encoding that it was read in.
        encoding: &'static str,
    },
    /// Characters were encoded as UTF-8 twice (quirk B12). The text is left as it is.
    DoubleEncoded {
        /// How many characters.
        count: u64,
        /// The first one as it stands in the text, `Ã…`.
        written: String,
        /// What it most likely means, `Å`.
        means: char,
    },
}

#[cfg(test)]
/// A run of text that is UTF-8 read as windows-1252.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubleEncoded {
    /// Where it begins, in bytes of UTF-8.
    pub at: usize,
    /// How it stands in the text, `Ã…`.
    pub written: String,
    /// What it most likely means, `Å`.
    pub means: String,
}

#[cfg(test)]
/// The runs of a text that are UTF-8 read as windows-1252 (or as Latin-1): the letters and signs of Latin-1, dashes,
/// quotes, the euro and emoji (erp-file-formats 1.1, quirk B12). Such runs hardly stand in a text that is right: after
/// `Ã`, `Â` or `â` comes a sign, not a letter.
pub fn double_encoded(text: &str) -> Vec<DoubleEncoded> {
    let mut runs: Vec<DoubleEncoded> = Vec::new();
    let mut scan = Scan::default();
    for (at, character) in text.char_indices() {
        let Some((written, means)) = scan.next(character) else { continue };
        let start = at + character.len_utf8() - written.len();
        match runs.last_mut() {
            Some(run) if run.at + run.written.len() == start => {
                run.written.push_str(&written);
                run.means.push(means);
            }
            _ => runs.push(DoubleEncoded { at: start, written, means: means.into() }),
        }
    }
    runs
}

/// Looks for characters encoded twice in a text that comes piece by piece.
#[derive(Default)]
pub(super) struct DoubleEncodedWatch {
    scan: Scan,
    count: u64,
    first: Option<(String, char)>,
}

impl DoubleEncodedWatch {
    pub fn look(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let ascii = encoding_rs::Encoding::ascii_valid_up_to(rest.as_bytes());
            if ascii > 0 {
                self.scan = Scan::default();
            }
            rest = rest.get(ascii..).unwrap_or("");
            let mut characters = rest.chars();
            if let Some(found) = characters.next().and_then(|character| self.scan.next(character)) {
                self.count += 1;
                self.first.get_or_insert(found);
            }
            rest = characters.as_str();
        }
    }

    pub fn noticed(&self) -> Option<Noticed> {
        let (written, means) = self.first.clone()?;
        Some(Noticed::DoubleEncoded { count: self.count, written, means })
    }
}

/// What bytes 80-9F are in windows-1252; the five that it leaves out are control characters, as in Latin-1.
const UPPER: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The byte that a character was read from, in windows-1252 or Latin-1.
fn byte(character: char) -> Option<u8> {
    match u8::try_from(character) {
        Ok(latin1) => Some(latin1),
        Err(_) => (0x80..).zip(UPPER.chars()).find(|(_, upper)| *upper == character).map(|(byte, _)| byte),
    }
}

/// The start of a sequence, and the bytes that its characters were read from.
#[derive(Default)]
struct Scan {
    written: String,
    bytes: Vec<u8>,
}

impl Scan {
    /// Takes the next character; one that ends a sequence gives how it was written and what it means.
    fn next(&mut self, character: char) -> Option<(String, char)> {
        let byte = byte(character).unwrap_or(0);
        let goes_on = match self.bytes.as_slice() {
            [] => false,
            [0xC2] => (0xA0..=0xBF).contains(&byte),
            [0xE2] => (0x80..=0x8F).contains(&byte),
            [0xF0] => byte == 0x9F,
            _ => (0x80..=0xBF).contains(&byte),
        };
        if !goes_on {
            self.written.clear();
            self.bytes.clear();
        }
        if goes_on || matches!(byte, 0xC2 | 0xC3 | 0xE2 | 0xF0) {
            self.written.push(character);
            self.bytes.push(byte);
        }
        let means = std::str::from_utf8(&self.bytes).ok()?.chars().next()?;
        self.bytes.clear();
        Some((std::mem::take(&mut self.written), means))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Vec<(usize, String, String)> {
        double_encoded(text).into_iter().map(|run| (run.at, run.written, run.means)).collect()
    }

    #[test]
    fn double_encoding_is_noticed() {
        let run = |at, written: &str, means: &str| (at, written.to_owned(), means.to_owned());
        assert_eq!(runs("Ã…ngström"), [run(0, "Ã…", "Å")]);
        assert_eq!(runs("xÃ\u{85}, 5\u{c2}\u{a0}m"), [run(1, "Ã\u{85}", "Å"), run(8, "Â\u{a0}", "\u{a0}")]);
        assert_eq!(runs("KÃ¶rvÃ¤gÃ¥Ã¤"), [run(1, "Ã¶", "ö"), run(7, "Ã¤", "ä"), run(12, "Ã¥Ã¤", "åä")]);
        assert_eq!(runs("5 â‚¬ â€“ ðŸš€"), [run(2, "â‚¬", "€"), run(10, "â€“", "–"), run(19, "ðŸš€", "🚀")]);
    }

    #[test]
    fn what_is_right_is_left_alone() {
        for text in [
            "Ångström",
            "ÅÄÖ ”åäö” É",
            "São João",
            "château â la",
            "MAÇÃ",
            "Ã…".get(..2).unwrap(),
            "Â 5",
            "漢字",
        ] {
            assert_eq!(runs(text), [], "{text}");
        }
    }
}
