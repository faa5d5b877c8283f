//! EBCDIC: whether it is, and which page (erp-file-formats 2.3, step 3; quirks B7 and B8).

use super::letters::{Standing, class, classes, standing, triples};
use super::{Guess, Reason};
use crate::format::encoding::page::{Family, PAGES};

/// How many bytes there must be for a guess.
const BYTES_MIN: usize = 8;

/// `<?xm` in EBCDIC.
const XML: &[u8] = b"\x4C\x6F\xA7\x94";

/// How many bytes of a hundred are letters, digits and blanks of EBCDIC, if the bytes are EBCDIC: more than 20 are
/// capitals and digits, and hardly any is a blank or line end of ASCII (packed numbers may hold some).
pub(super) fn percent(bytes: &[u8]) -> Option<u8> {
    let count = |is: fn(u8) -> bool| bytes.iter().filter(|byte| is(**byte)).count();
    let telling = count(|byte| matches!(byte, 0xC1..=0xE9 | 0xF0..=0xF9));
    let text = count(
        |byte| matches!(byte, 0x40 | 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9),
    );
    // Not the signs `. , / -` of EBCDIC, which are among them, nor the national letters.
    let ascii = count(|byte| byte.is_ascii_alphanumeric() && !matches!(byte, 0x4B | 0x6B | 0x61 | 0x6A));
    let blanks = count(|byte| matches!(byte, b'\n' | b'\r' | b' '));
    let like = bytes.len() >= BYTES_MIN
        && 5 * telling > bytes.len()
        && 50 * blanks < bytes.len()
        && 4 * ascii < text;
    (like || bytes.starts_with(XML)).then(|| u8::try_from(100 * text / bytes.len().max(1)).unwrap_or(100))
}

/// Which page: the one that makes letters of what stands between letters, where another makes signs. The Swedish and
/// Danish pages have their letters in the same places, so they are mostly even.
pub(super) fn guess(bytes: &[u8], percent: u8) -> Guess {
    let mut guess = Guess::default();
    let fits = 60 + usize::from(percent) * 35 / 100;
    // The euro of 1142 and 1143, which is the sign for any currency in 277 and 278.
    let euro =
        triples(bytes, 0x40).any(|(before, byte, _)| byte == 0x5A && matches!(before, 0x40 | 0xF0..=0xF9));
    for page in PAGES.iter().filter(|page| page.family == Family::Ebcdic) {
        let by = classes(|byte| page.character(byte));
        let ascii = |byte| page.character(byte).is_none_or(|character| character.is_ascii());
        let (mut letters, mut signs) = (0, 0);
        for (before, byte, after) in triples(bytes, 0x40) {
            let here = class(&by, byte);
            if here.is_letter() {
                letters += usize::from(
                    !ascii(byte)
                        && standing(class(&by, before), here, class(&by, after)) == Standing::Between,
                );
            } else {
                let sign = matches!(
                    page.character(byte),
                    Some(
                        '{' | '}'
                            | '['
                            | ']'
                            | '\\'
                            | '|'
                            | '#'
                            | '$'
                            | '@'
                            | '!'
                            | '^'
                            | '~'
                            | '§'
                            | '¤'
                            | '¦'
                            | '¢'
                    )
                );
                signs += usize::from(sign && class(&by, before).is_letter() && class(&by, after).is_letter());
            }
        }
        let score = match letters + signs {
            0 => fits - 10,
            all => (fits * letters / all).max(10),
        };
        let less = if euro && matches!(page.name, "ibm277" | "ibm278") { 10 } else { 0 };
        guess.add(page.name, score.saturating_sub(less), Reason::Ebcdic { percent, letters, signs });
    }
    guess
}
