//! Words that mean yes and no (D7). Which they are says the code table `yes_no`.

use std::sync::LazyLock;

use super::trimmed;
use crate::format::codes;

/// The words that mean yes where neither a format file nor a code table names others.
pub(in crate::format) static YES: LazyLock<Vec<&'static str>> = LazyLock::new(|| built_in("true"));
/// The words that mean no.
pub(in crate::format) static NO: LazyLock<Vec<&'static str>> = LazyLock::new(|| built_in("false"));

fn built_in(means: &str) -> Vec<&'static str> {
    let words = codes::built_in(codes::YES_NO).into_iter();
    words.filter(|(_, meaning)| *meaning == means).map(|(word, _)| word).collect()
}

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
