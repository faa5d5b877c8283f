//! Words that mean yes and no (D7).

use super::trimmed;

/// The words that mean yes where a format file names none: those of the Nordic languages and English, what databases
/// write, and what spreadsheets write (`Sant`, `Tosi`). What could be either is not among them (`S`).
pub(in crate::format) const YES: [&str; 15] =
    ["1", "true", "J", "Ja", "Y", "Yes", "K", "Kyllä", "X", "T", "-1", "Sant", "Sann", "Sand", "Tosi"];
/// The words that mean no.
pub(in crate::format) const NO: [&str; 13] =
    ["0", "false", "N", "Nej", "Nei", "No", "E", "Ei", "F", "Falskt", "Falsk", "Usann", "Epätosi"];

/// A text as yes or no by lists of words; capitals and small letters count the same. Nothing is allocated.
pub(in crate::format) fn yes_or_no<W: AsRef<str>>(text: &str, yes: &[W], no: &[W]) -> Option<bool> {
    let text = trimmed(text);
    let among = |words: &[W]| words.iter().any(|word| is_same_word(word.as_ref(), text));
    if among(yes) {
        Some(true)
    } else if among(no) {
        Some(false)
    } else {
        None
    }
}

fn is_same_word(word: &str, text: &str) -> bool {
    if word.is_ascii() && text.is_ascii() {
        return word.eq_ignore_ascii_case(text);
    }
    let small =
        |text: &str| text.chars().flat_map(char::to_lowercase).eq(word.chars().flat_map(char::to_lowercase));
    small(text)
}

#[cfg(test)]
mod tests;
