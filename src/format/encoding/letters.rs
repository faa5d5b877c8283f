//! Letters between letters: the only thing that tells one table from another.

/// What a byte is in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Capital,
    Small,
    Digit,
    Other,
}

impl Class {
    pub fn of(character: char) -> Class {
        match character {
            _ if character.is_uppercase() => Class::Capital,
            _ if character.is_alphabetic() => Class::Small,
            _ if character.is_numeric() => Class::Digit,
            _ => Class::Other,
        }
    }

    pub fn is_letter(self) -> bool {
        matches!(self, Class::Capital | Class::Small)
    }
}

/// How a letter stands in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Between letters that suit it: a capital after a capital, a small letter before a small one. So `’` in `Bo’s` is
    /// not taken for the `Æ` that it would be in an OEM page.
    Between,
    /// At the edge of a word that suits it.
    Edge,
    /// Alone, or where no such letter stands.
    Odd,
}

/// How a letter of this class stands between two others.
pub(super) fn standing(before: Class, letter: Class, after: Class) -> Standing {
    let suits = match letter {
        Class::Capital if before.is_letter() => before == Class::Capital,
        Class::Capital => true,
        Class::Small if after.is_letter() => after == Class::Small,
        Class::Small => true,
        Class::Digit | Class::Other => false,
    };
    match (before.is_letter(), after.is_letter()) {
        (true, true) if suits => Standing::Between,
        (true, false) if suits && after != Class::Digit => Standing::Edge,
        (false, true) if suits && before != Class::Digit => Standing::Edge,
        _ => Standing::Odd,
    }
}

/// Each byte with those before and after it; blanks stand around the text.
pub(super) fn triples(bytes: &[u8], blank: u8) -> impl Iterator<Item = (u8, u8, u8)> {
    let before = std::iter::once(blank).chain(bytes.iter().copied());
    let after = bytes.iter().copied().skip(1).chain(std::iter::once(blank));
    before.zip(bytes.iter().copied()).zip(after).map(|((before, byte), after)| (before, byte, after))
}

/// What all bytes are in words, by a table.
pub(super) fn classes(character: impl Fn(u8) -> Option<char>) -> [Class; 256] {
    let mut classes = [Class::Other; 256];
    for (byte, class) in (0..=0xff_u8).zip(classes.iter_mut()) {
        *class = character(byte).map_or(Class::Other, Class::of);
    }
    classes
}

/// What a byte is in words.
pub(super) fn class(classes: &[Class; 256], byte: u8) -> Class {
    classes.get(usize::from(byte)).copied().unwrap_or(Class::Other)
}
