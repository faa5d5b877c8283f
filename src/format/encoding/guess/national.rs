//! ASCII, or a national 7-bit table (erp-file-formats 2.3, step 5; quirk B6).

use std::collections::BTreeSet;

use super::{Guess, Reason};
use crate::format::encoding::letters::{Class, Standing, class, classes, standing, triples};
use crate::format::encoding::page::{Family, PAGES};

/// In how many words signs must stand as letters.
const WORDS_MIN: usize = 3;

/// What pure ASCII is told to be: encodings that differ as soon as there is one Nordic letter.
const ASCII: [&str; 3] = ["windows-1252", "utf-8", "cp850"];

/// The signs that are letters in all national tables, and those that are in SEN 850200 C only.
const LETTERS: [u8; 6] = *b"[\\]{|}";
const LETTERS_OF_C: [u8; 4] = *b"@^`~";

/// Guesses by signs in places of letters, each between letters of its own case.
pub(super) fn guess(bytes: &[u8]) -> Guess {
    let mut guess = Guess::default();
    if bytes.is_empty() {
        return guess;
    }
    let delimiters: Vec<u8> = LETTERS.into_iter().filter(|sign| is_delimiter(bytes, *sign)).collect();
    let classes_of = |name: &str| {
        PAGES.iter().find(|page| page.name == name).map_or([Class::Other; 256], |page| {
            classes(|byte| page.character(byte).filter(|_| !delimiters.contains(&byte)))
        })
    };
    // All tables have their common letters in the same places, so one is enough to count by.
    let (by, by_c) = (classes_of("sen-850200-b"), classes_of("sen-850200-c"));
    let mut seen = BTreeSet::new();
    let (mut words, mut in_word, mut odd, mut only_c, mut not_c) = (0, false, 0_usize, 0, 0);
    for (before, byte, after) in triples(bytes, b' ') {
        in_word &= class(&by, byte).is_letter();
        if LETTERS_OF_C.contains(&byte) {
            match standing(class(&by_c, before), class(&by_c, byte), class(&by_c, after)) {
                Standing::Between => only_c += 1,
                Standing::Edge | Standing::Odd => not_c += 1,
            }
        } else if LETTERS.contains(&byte) && !delimiters.contains(&byte) {
            match standing(class(&by, before), class(&by, byte), class(&by, after)) {
                Standing::Between => {
                    seen.insert(byte);
                    words += usize::from(!in_word);
                    in_word = true;
                }
                Standing::Edge => {}
                Standing::Odd => odd += 1,
            }
        }
    }
    // One kind of sign alone is rather a delimiter or a path; many that stand apart are brackets.
    let national =
        if words >= WORDS_MIN && seen.len() >= 2 && odd <= words { 60 + (3 * words).min(35) } else { 0 };
    for page in PAGES.iter().filter(|page| page.family == Family::National) {
        let unlike = match page.name {
            "sen-850200-c" => only_c == 0 && not_c > 0,
            "ns-4551-2" => bytes.contains(&b'#') || only_c > 0,
            _ => only_c > 0,
        };
        let less = if unlike { 15 } else { 0 };
        guess.add(page.name, usize::saturating_sub(national, less), Reason::NationalLetters { words });
    }
    for name in ASCII {
        guess.add(name, if national > 0 { 100 - national } else { 50 }, Reason::OnlyAscii);
    }
    guess
}

/// Whether a sign stands as often in each of several lines.
fn is_delimiter(bytes: &[u8], sign: u8) -> bool {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
    let mut counts = lines.map(|line| line.iter().filter(|byte| **byte == sign).count());
    let Some(first) = counts.next().filter(|first| *first > 0) else { return false };
    counts.next().is_some_and(|second| second == first) && counts.all(|count| count == first)
}
