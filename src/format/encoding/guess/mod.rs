//! A guess of the encoding of bytes, for a person who writes a format file: ranked, with reasons, and never acted on
//! in silence (erp-file-formats 2.3, quirk B1).
//!
//! The steps go from what a file says of itself to what only its letters tell. A step that is sure leaves out those
//! after it. Encodings that read the bytes alike have the same score: then the sender is to be asked, or a file with
//! other letters in it.

mod ebcdic;
mod national;
mod upper;

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::Encoding;

/// What an encoding may be, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guess {
    /// The candidates with a score above 0; of equal scores, in the order of [`Encoding::names`].
    pub candidates: Vec<Candidate>,
}

/// One encoding that the bytes may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name, as in [`Encoding::names`].
    pub name: &'static str,
    /// From 1 to 100: how well it fits, 100 where the file says so itself.
    pub score: u8,
    /// Why.
    pub reason: Reason,
}

/// Why an encoding may be that of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file begins with its byte order mark.
    ByteOrderMark,
    /// So many of a hundred characters have a zero byte where this encoding has it for Latin letters.
    EverySecondByteZero {
        /// How many.
        percent: u8,
    },
    /// All bytes are valid UTF-8.
    ValidUtf8 {
        /// How many characters are of more than one byte.
        characters: usize,
    },
    /// Most bytes are valid UTF-8: a file that was put together of two.
    MostlyUtf8 {
        /// How many characters are of more than one byte.
        characters: usize,
        /// How often bytes are not valid.
        invalid: usize,
    },
    /// All bytes are ASCII, which most encodings read alike.
    OnlyAscii,
    /// Signs of ASCII stand where letters do (quirk B6).
    NationalLetters {
        /// In how many words.
        words: usize,
    },
    /// Letters, digits and blanks are where EBCDIC has them (quirk B7).
    Ebcdic {
        /// How many bytes of a hundred.
        percent: u8,
        /// How many national letters stand between letters, as this page reads the bytes.
        letters: usize,
        /// How many signs, or letters of the wrong case, stand between letters, as this page reads the bytes. They
        /// speak against it.
        signs: usize,
    },
    /// Letters with marks stand between letters, as this encoding reads the bytes.
    LettersBetweenLetters {
        /// How many.
        letters: usize,
        /// How many do, by this and by the other family of encodings (OEM and Windows).
        of: usize,
        /// How many signs fit only this page of its family (quirk B4).
        telling: usize,
    },
    /// Letters with marks stand only at the edges of words, where signs can stand too.
    LettersAtEdges {
        /// How many.
        letters: usize,
        /// How many do, by this and by the other family of encodings.
        of: usize,
        /// How many signs fit only this page of its family.
        telling: usize,
    },
    /// There are bytes above 7F, but no letters to tell by.
    NothingTells,
}

impl Guess {
    #[cfg(test)]
    /// The best candidate, if no other is as good.
    pub fn best(&self) -> Option<&Candidate> {
        match self.leaders() {
            [best] => Some(best),
            _ => None,
        }
    }

    /// The candidates with the highest score. More than one is an even score, which no program can decide.
    pub fn leaders(&self) -> &[Candidate] {
        let top = self.candidates.first().map(|best| best.score);
        let count = self.candidates.iter().take_while(|candidate| Some(candidate.score) == top).count();
        self.candidates.get(..count).unwrap_or(&[])
    }

    fn add(&mut self, name: &'static str, score: usize, reason: Reason) {
        match u8::try_from(score.min(100)) {
            Ok(score) if score > 0 => self.candidates.push(Candidate { name, score, reason }),
            _ => {}
        }
    }

    fn one(name: &'static str, score: usize, reason: Reason) -> Guess {
        let mut guess = Guess::default();
        guess.add(name, score, reason);
        guess
    }

    fn ranked(mut self) -> Guess {
        let place = |name| Encoding::names().iter().position(|known| *known == name);
        self.candidates.sort_by_key(|candidate| (u8::MAX - candidate.score, place(candidate.name)));
        self
    }
}

/// Guesses the encoding of a file, or of its start: a character that the end cuts in two does not count.
pub fn guess(bytes: &[u8]) -> Guess {
    for (mark, name) in
        [(&b"\xEF\xBB\xBF"[..], "utf-8"), (b"\xFF\xFE", "utf-16le"), (b"\xFE\xFF", "utf-16be")]
    {
        if bytes.starts_with(mark) {
            return Guess::one(name, 100, Reason::ByteOrderMark);
        }
    }
    if let Some((name, percent)) = utf16(bytes) {
        let score = 60 + usize::from(percent) * 39 / 100;
        return Guess::one(name, score, Reason::EverySecondByteZero { percent });
    }
    if bytes.is_ascii() {
        return national::guess(bytes).ranked();
    }
    let (characters, invalid) = utf8(bytes);
    if invalid == 0 && characters > 0 {
        let score = match characters {
            1 => 90,
            2 => 95,
            _ => 99,
        };
        return Guess::one("utf-8", score, Reason::ValidUtf8 { characters });
    }
    // After UTF-8, which EBCDIC never is: its letters and digits are bytes of no valid sequence.
    if let Some(percent) = ebcdic::percent(bytes) {
        return ebcdic::guess(bytes, percent).ranked();
    }
    let mut guess = upper::guess(bytes);
    if characters >= 3 && characters > 3 * invalid {
        let score = 80 * characters / (characters + invalid);
        guess.add("utf-8", score, Reason::MostlyUtf8 { characters, invalid });
    }
    guess.ranked()
}

/// Whether every second byte is zero: UTF-16 without a mark, and how many of a hundred are.
fn utf16(bytes: &[u8]) -> Option<(&'static str, u8)> {
    let (mut pairs, mut big, mut little) = (0, 0, 0);
    for pair in bytes.chunks_exact(2) {
        pairs += 1;
        match pair {
            [0, 0] => {}
            [0, _] => big += 1,
            [_, 0] => little += 1,
            _ => {}
        }
    }
    let (name, encoding, most, least) =
        if little >= big { ("utf-16le", UTF_16LE, little, big) } else { ("utf-16be", UTF_16BE, big, little) };
    let percent = u8::try_from(100 * most / pairs.max(1)).ok()?;
    let whole = bytes.get(..bytes.len() / 2 * 2)?;
    let valid = || encoding.decode_without_bom_handling_and_without_replacement(whole).is_some();
    (pairs >= 2 && percent >= 40 && least * 8 <= most && valid()).then_some((name, percent))
}

/// How many characters of more than one byte there are, and how often bytes are not valid; a character that the end
/// cuts in two is neither.
fn utf8(bytes: &[u8]) -> (usize, usize) {
    let (mut characters, mut invalid) = (0, 0);
    let mut rest = bytes;
    loop {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(text) => (text.len(), None),
            Err(error) => (error.valid_up_to(), error.error_len()),
        };
        let (text, after) = rest.split_at_checked(valid).unwrap_or((rest, &[]));
        characters += text.iter().filter(|byte| **byte >= 0xC0).count();
        let Some(bad) = bad else { return (characters, invalid) };
        invalid += 1;
        rest = after.get(bad..).unwrap_or(&[]);
    }
}

#[cfg(test)]
mod tests;
