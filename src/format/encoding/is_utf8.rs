//! Files in UTF-8 that the format file takes for a page of one byte a character: every byte is a character in both, but
//! text in a page is hardly ever valid UTF-8 by chance, and a whole file of it never is.

use super::{Encoding, Noticed};

/// The most bytes that a character of UTF-8 has.
const LONGEST: usize = 4;

/// How much of a word is shown on each side of the first such character.
const WORD_MAX: usize = 20;

/// Looks at the bytes of a file as they come.
#[derive(Default)]
pub(super) struct Utf8Watch {
    /// A character that the end of the last piece cut.
    held: Vec<u8>,
    count: u64,
    /// The first word with such a character, as UTF-8.
    first: Option<String>,
    /// Some character is a letter of western Europe.
    has_letters: bool,
    /// Something is no UTF-8, or no character of Nordic texts: `Ö–` of windows-1252 is a Hebrew accent in UTF-8.
    broken: bool,
}

impl Utf8Watch {
    pub fn look(&mut self, bytes: &[u8]) {
        if self.broken || bytes.is_ascii() && self.held.is_empty() {
            return;
        }
        let joined;
        let bytes = if self.held.is_empty() {
            bytes
        } else {
            joined = [self.held.as_slice(), bytes].concat();
            self.held.clear();
            &joined
        };
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                if error.error_len().is_some() || rest.len() >= LONGEST {
                    self.broken = true;
                    return;
                }
                self.held.extend_from_slice(rest);
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        for character in valid.chars().filter(|character| !character.is_ascii()) {
            self.count += 1;
            self.has_letters |= ('\u{c0}'..='\u{ff}').contains(&character);
            self.broken |= !is_usual(character);
        }
        if self.first.is_none() {
            self.first = word(valid);
        }
    }

    /// What the file is, once its end was reached; it was read in `encoding`.
    pub fn noticed(&self, encoding: &Encoding) -> Option<Noticed> {
        let means =
            self.first.clone().filter(|_| !self.broken && self.has_letters && self.held.is_empty())?;
        let (count, found) = (self.count, encoding.misread(&means));
        Some(Noticed::IsUtf8 { count, found, means, encoding: encoding.name() })
    }
}

/// Letters and signs of Latin-1, letters of the Baltic and central Europe, dashes, quotes, the euro and the like.
fn is_usual(character: char) -> bool {
    matches!(character, '\u{a0}'..='\u{17f}' | '\u{2010}'..='\u{203a}' | '\u{20ac}' | '\u{2122}' | '\u{fffd}')
}

/// The word of the first character beyond ASCII.
fn word(text: &str) -> Option<String> {
    let at = text.find(|character: char| !character.is_ascii())?;
    let (before, behind) = text.split_at_checked(at)?;
    let before = before.chars().rev().take_while(|sign| sign.is_alphabetic()).take(WORD_MAX);
    let before: String = before.collect::<Vec<_>>().into_iter().rev().collect();
    let behind = behind.chars().enumerate().take_while(|(place, sign)| *place == 0 || sign.is_alphabetic());
    Some(before + &behind.map(|(_, sign)| sign).take(WORD_MAX).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::{Encoding, Noticed};

    /// What is noticed of bytes that come in pieces of any size.
    fn noticed(read_as: &str, bytes: &[u8]) -> Option<(u64, String, String)> {
        let mut all = (1..=bytes.len()).map(|size| {
            let mut decoder = Encoding::named(read_as).unwrap().decoder();
            let (mut text, mut bad) = (String::new(), Vec::new());
            bytes.chunks(size).for_each(|piece| decoder.decode(piece, &mut text, &mut bad));
            decoder.finish(&mut text, &mut bad);
            decoder.noticed().into_iter().find_map(|noticed| match noticed {
                Noticed::IsUtf8 { count, found, means, .. } => Some((count, found, means)),
                _ => None,
            })
        });
        let first = all.next().unwrap();
        assert!(all.all(|other| other.as_ref().map(|other| other.0) == first.as_ref().map(|first| first.0)));
        first
    }

    #[test]
    fn a_file_in_utf8_is_known_by_all_its_bytes() {
        let told = |count, found: &str, means: &str| Some((count, found.to_owned(), means.to_owned()));
        let file = "OrdNr;Namn\n1;Björn Ås\n";
        let bytes = file.as_bytes();
        assert_eq!(noticed("cp865", bytes).map(|told| told.0), Some(2));
        assert_eq!(noticed("sen-850200-b", bytes).map(|told| told.0), Some(2));
        let whole = |read_as: &str| {
            let mut decoder = Encoding::named(read_as).unwrap().decoder();
            decoder.decode(bytes, &mut String::new(), &mut Vec::new());
            decoder.noticed().into_iter().find_map(|noticed| match noticed {
                Noticed::IsUtf8 { count, found, means, .. } => Some((count, found, means)),
                _ => None,
            })
        };
        assert_eq!(whole("cp865"), told(2, "Bj├╢rn", "Björn"));
        assert_eq!(whole("iso-8859-1"), told(2, "BjÃ¶rn", "Björn"));
        assert_eq!(whole("utf-8"), None);
    }

    #[test]
    fn other_files_are_left_alone() {
        let of =
            |name: &str, text: &str| noticed(name, &Encoding::named(name).unwrap().encode(text).unwrap());
        assert_eq!(of("windows-1252", "Björn Ås"), None);
        assert_eq!(of("cp850", "Björn Ås"), None);
        assert_eq!(of("windows-1252", "BjÃ¶rn Ås"), None, "not all of it");
        assert_eq!(of("windows-1252", "Bjorn"), None);
        for text in ["MALMÖ–LUND", "MALMÖ\u{a0}STAD", "SJÖ”", "BRÅ°", "20Å²", "SKÅ®"] {
            assert_eq!(of("windows-1252", text), None, "{text}");
        }
        assert_eq!(of("cp850", "─å ─öl"), None);
        assert_eq!(of("ibm278", "Björn Ås"), None);
        assert_eq!(noticed("windows-1252", b"Bj\xC3\xB6rn \xC3"), None, "its last byte is alone");
    }
}
