//! What bytes that are no character would be elsewhere: whoever named the wrong encoding sees the right one by the letter.

use super::{Encoding, Undecodable, characters};

/// What files of ERPs mostly come in, if it is not what the format file names.
const LIKELY: [&str; 2] = ["windows-1252", "cp850"];

impl Undecodable {
    /// What the first of the bytes is in other encodings, ` (windows-1252: å, cp850: Õ)`; empty where it is no letter there.
    pub fn elsewhere(&self) -> String {
        let first = self.hex.split(' ').next().and_then(|byte| u8::from_str_radix(byte, 16).ok());
        let Some(first) = first.filter(|byte| !byte.is_ascii()) else { return String::new() };
        let letters: Vec<String> = LIKELY
            .into_iter()
            .filter_map(|name| {
                let letter =
                    characters(&Encoding::named(name)?)?.get(usize::from(first)).copied().flatten()?;
                letter.is_alphabetic().then(|| format!("{name}: {letter}"))
            })
            .collect();
        if letters.is_empty() { String::new() } else { format!(" ({})", letters.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_elsewhere_are_told() {
        let told =
            |hex: &str| Undecodable { at: 0, hex: hex.to_owned(), offset: 0, encoding: "utf-8" }.elsewhere();
        assert_eq!(told("E5"), " (windows-1252: å, cp850: Õ)");
        assert_eq!(told("86 72"), " (cp850: å)");
        assert_eq!(told("A4"), " (cp850: ñ)");
        assert_eq!(told("B3"), "", "a line of a box, or a small 3");
        assert_eq!(told("0A"), "", "a byte too many of UTF-16");
    }
}
