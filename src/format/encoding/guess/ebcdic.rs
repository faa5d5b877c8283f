//! EBCDIC: whether it is, and which page (erp-file-formats 2.3, step 3; quirks B7 and B8).

use super::{Guess, Reason};
use crate::format::encoding::letters::{Class, Standing, class, classes, standing, triples};
use crate::format::encoding::page::{Family, PAGES};

/// How many bytes there must be for a guess.
const BYTES_MIN: usize = 8;

/// `<?xm` in EBCDIC.
const XML: &[u8] = b"\x4C\x6F\xA7\x94";

/// The signs that stand where another page has letters.
const SIGNS: [char; 16] = ['{', '}', '[', ']', '\\', '|', '#', '$', '@', '!', '^', '~', '§', '¤', '¦', '¢'];

/// How many bytes of a hundred are letters, digits and blanks of EBCDIC, if the bytes are EBCDIC: many capitals and
/// digits, or many of all with blanks between them, and hardly any blank or line end of ASCII (packed numbers may
/// hold some, and a carriage return is the same byte in both).
pub(super) fn percent(bytes: &[u8]) -> Option<u8> {
    let count = |is: fn(u8) -> bool| bytes.iter().filter(|byte| is(**byte)).count();
    let telling = count(|byte| matches!(byte, 0xC1..=0xE9 | 0xF0..=0xF9));
    let blanks = count(|byte| byte == 0x40);
    let small = count(|byte| matches!(byte, 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9));
    let text = telling + blanks + small;
    // Not the signs `. , / -` of EBCDIC, which are among them, nor the national letters.
    let ascii = count(|byte| byte.is_ascii_alphanumeric() && !matches!(byte, 0x4B | 0x6B | 0x61 | 0x6A));
    let of_ascii = triples(bytes, 0)
        .filter(|(_, byte, after)| match byte {
            b'\n' | b' ' => true,
            b'\r' => !matches!(after, 0x15 | 0x25),
            _ => false,
        })
        .count();
    let all = bytes.len();
    let many = 5 * telling > all || (2 * text > all && 20 * blanks > all);
    let like = all >= BYTES_MIN && many && 50 * of_ascii < all && 4 * ascii < text;
    (like || bytes.starts_with(XML)).then(|| u8::try_from(100 * text / all.max(1)).unwrap_or(100))
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
        let (mut letters, mut signs) = (0, 0);
        for (before, byte, after) in triples(bytes, 0x40) {
            let (left, here, right) = (class(&by, before), class(&by, byte), class(&by, after));
            let inside = left.is_letter() && right.is_letter();
            match page.character(byte).filter(|character| SIGNS.contains(character) || !character.is_ascii())
            {
                // As in addresses of e-mail.
                Some('@') if left == Class::Small && right == Class::Small => {}
                Some(_) if standing(left, here, right) == Standing::Between => letters += 1,
                Some(character) if inside && (here.is_letter() || SIGNS.contains(&character)) => signs += 1,
                _ => {}
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
