//! Text of an OEM page that is read as a Windows page, or the other way: every byte is a character in both, so nothing but
//! the words tells (`Sk†ne` is `Skåne`).

use super::family::Reading;
use super::page::Family;
use super::{Encoding, Noticed, Table};

/// How many lines with other characters than ASCII are looked at in one file.
const LINES_MAX: u32 = 1000;

/// How many bytes of a line are looked at.
const LINE_BYTES: usize = 4096;

/// Looks at the lines of a file for letters that only the other family makes words of.
pub(crate) struct OtherFamilyWatch {
    encoding: Encoding,
    /// As the file is read, and as the other family would read it.
    own: Reading,
    other: Reading,
    /// What most files of the other family are in.
    other_name: &'static str,
    lines_left: u32,
    own_lines: u32,
    other_lines: u32,
    first: Option<Sight>,
}

/// Where the other family was seen first.
struct Sight {
    line: u64,
    found: String,
    means: String,
}

impl Encoding {
    /// A watch for text of the other family; none where there is no other.
    pub(in crate::format) fn other_family_watch(&self) -> Option<OtherFamilyWatch> {
        let (own, other, other_name) = match self.table {
            Table::Web(web) if web == encoding_rs::WINDOWS_1252 => {
                (Reading::windows(), Reading::oem(), "cp850")
            }
            Table::Page(page) if page.family == Family::Oem => {
                (Reading::oem(), Reading::windows(), "windows-1252")
            }
            Table::Web(_) | Table::Page(_) => return None,
        };
        Some(OtherFamilyWatch {
            encoding: self.clone(),
            own,
            other,
            other_name,
            lines_left: LINES_MAX,
            own_lines: 0,
            other_lines: 0,
            first: None,
        })
    }
}

impl OtherFamilyWatch {
    /// Looks at a line as it was decoded.
    #[inline]
    pub fn look(&mut self, line: &str, number: u64) {
        if self.lines_left > 0 && !line.is_ascii() {
            self.score(line, number);
        }
    }

    fn score(&mut self, line: &str, number: u64) {
        self.lines_left -= 1;
        let end = (0..=LINE_BYTES.min(line.len())).rev().find(|end| line.is_char_boundary(*end));
        let Ok(bytes) = self.encoding.encode(line.get(..end.unwrap_or(0)).unwrap_or("")) else { return };
        let (own, other) = (self.own.letters(&bytes), self.other.letters(&bytes));
        // As a capital at the beginning of a word it is a letter in the other family only.
        let impossible = self.own.impossible(&bytes).filter(|at| self.other.is_letter(&bytes, *at));
        match (own.between, other.between) {
            (0, 0) if impossible.is_none() => {}
            (own, other) if own >= other && (own > 0 || impossible.is_none()) => self.own_lines += 1,
            _ => {
                self.other_lines += 1;
                if let (None, Some(at)) = (&self.first, other.first_between.or(impossible)) {
                    let (from, to) = self.other.word(&bytes, at);
                    // One byte a character, in both.
                    let found = line.chars().skip(from).take(to - from).collect();
                    let means = self.other.text(bytes.get(from..to).unwrap_or_default());
                    self.first = Some(Sight { line: number, found, means });
                }
            }
        }
    }

    /// What is worth a warning so far. A single line of the other family counts only where no line is of the own.
    pub fn noticed(&self) -> Option<Noticed> {
        let sight = self.first.as_ref()?;
        let counts = self.own_lines == 0 || self.other_lines >= 3 && self.other_lines > self.own_lines;
        counts.then(|| Noticed::OtherFamily {
            line: sight.line,
            found: sight.found.clone(),
            means: sight.means.clone(),
            looks_like: self.other_name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is noticed of a text that is in one encoding and read as another.
    fn noticed(text: &str, is: &str, read_as: &str) -> Option<(u64, String, String, &'static str)> {
        let [is, read_as] = [is, read_as].map(|name| Encoding::named(name).unwrap());
        let bytes = is.encode(text).unwrap();
        let mut read = String::new();
        read_as.decoder().decode(&bytes, &mut read, &mut Vec::new());
        read_as.decoder().finish(&mut read, &mut Vec::new());
        let mut watch = read_as.other_family_watch()?;
        for (line, number) in read.lines().zip(1..) {
            watch.look(line, number);
        }
        let Noticed::OtherFamily { line, found, means, looks_like } = watch.noticed()? else { panic!() };
        Some((line, found, means, looks_like))
    }

    #[test]
    fn one_family_read_as_the_other_is_told_by_its_first_word() {
        let text = "OrdNr;Namn;Ort\n1;Bo;Borås\n2;Åke Öberg;ÖREBRO\n";
        let sight =
            |found: &str, means: &str, looks_like| Some((2, found.to_owned(), means.to_owned(), looks_like));
        assert_eq!(noticed(text, "cp850", "windows-1252"), sight("Bor†s", "Borås", "cp850"));
        assert_eq!(noticed(text, "cp865", "iso-8859-1"), sight("Bor†s", "Borås", "cp850"));
        assert_eq!(noticed(text, "windows-1252", "cp437"), sight("Borσs", "Borås", "windows-1252"));
        assert_eq!(noticed("a\n1;Rødgrød\n", "cp865", "windows-1252"), sight("R›dgr›d", "Rødgrød", "cp850"));
        // A capital at the beginning of a word.
        assert_eq!(noticed("a\n1;Åsa Lind\n", "cp850", "windows-1252"), sight("\u{8f}sa", "Åsa", "cp850"));
        assert_eq!(noticed("a\n1;Åsa Lind\n", "windows-1252", "cp865"), sight("┼sa", "Åsa", "windows-1252"));
    }

    #[test]
    fn what_is_right_is_left_alone() {
        assert_eq!(noticed("1;„Zitat“ Bo’s ‹x›™ – …", "windows-1252", "windows-1252"), None);
        assert_eq!(noticed("1;Åke Öberg;BORÅS\n2;Škoda Žižek", "windows-1252", "windows-1252"), None);
        assert_eq!(noticed("1;Åke Öberg;BORÅS\n2;Ñandú ½ × 3", "cp850", "cp850"), None);
        assert_eq!(noticed("1;Borås", "cp850", "utf-16le"), None);
        for text in ["O’Brien", "O’HARA", "LEVI’S", "L’OREAL"] {
            assert_eq!(noticed(text, "windows-1252", "windows-1252"), None, "{text}");
        }
        for text in ["─────", "─── PALL ───", "┌Namn┐", "═══"] {
            assert_eq!(noticed(text, "cp850", "cp850"), None, "{text}");
        }
        assert_eq!(noticed("1;Ärla Åbo Öland\n2;Österg", "cp850", "cp850"), None);
        // One odd line among right ones is a slip of one hand, and not the file's encoding.
        let mut watch = Encoding::named("windows-1252").unwrap().other_family_watch().unwrap();
        for (line, number) in ["Skåne", "Sk†ne", "Västerås"].iter().zip(1..) {
            watch.look(line, number);
        }
        assert_eq!(watch.noticed(), None);
        for number in 4..6 {
            watch.look("V„ster†s", number);
        }
        assert!(watch.noticed().is_some(), "more lines of the other family than of the own");
    }
}
