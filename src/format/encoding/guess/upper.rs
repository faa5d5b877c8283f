//! An OEM page or a Windows page, by letters between letters (erp-file-formats 2.3, step 6; quirks B1 and B4).

use super::{Guess, Reason};
use crate::format::encoding::family::{Letters, Reading};
use crate::format::encoding::letters::{Class, triples};

/// Guesses by letters. Bytes that both families read as letters hardly exist: in Windows texts, 84 to 9D are quotes
/// and dashes.
pub(super) fn guess(bytes: &[u8]) -> Guess {
    let mut oem = Reading::oem().letters(bytes);
    let windows = Reading::windows().letters(bytes);
    if windows.edge == 0 {
        oem.edge += oem.quotes;
    }
    let mut guess = Guess::default();
    let between = oem.between + windows.between;
    let edge = oem.edge + windows.edge;
    let pick = |letters: &Letters, telling| match (between, edge) {
        (0, 0) => (30, Reason::NothingTells),
        (0, of) => {
            let letters = letters.edge;
            (60.min(50 + of) * letters / of, Reason::LettersAtEdges { letters, of, telling })
        }
        (of, _) => {
            let letters = letters.between;
            let sure = match of {
                1 => 75,
                2 => 85,
                3 | 4 => 90,
                5..20 => 95,
                _ => 98,
            };
            (sure * letters / of, Reason::LettersBetweenLetters { letters, of, telling })
        }
    };
    let (score, reason) = pick(&windows, 0);
    guess.add("windows-1252", score, reason.clone());
    let has = |wanted: u8| bytes.contains(&wanted);
    if has(0xA4) && !bytes.iter().any(|byte| (0x80..=0x9F).contains(byte)) {
        // The euro of 8859-15, or the sign for any currency, which some ERPs have as a mark.
        guess.add("iso-8859-15", score.saturating_sub(10), reason);
    }
    for (name, telling, less) in oem_pages(bytes) {
        let (score, reason) = pick(&oem, telling);
        guess.add(name, score.saturating_sub(less), reason);
    }
    guess
}

/// The OEM pages that may be, with how many signs fit only that one, and how much less likely than the best they are.
fn oem_pages(bytes: &[u8]) -> Vec<(&'static str, usize, usize)> {
    let count = |wanted: &[u8]| bytes.iter().filter(|byte| wanted.contains(byte)).count();
    // × ® ¤ § ¾ of 850 are box lines and mathematics in 865; » of 850 is ¤ in 865, where there is no « to close.
    let (open, close) = (count(b"\xAE"), count(b"\xAF"));
    let of_850 = count(b"\x9E\xA9\xCF\xF5\xF3") + if open > 0 && open == close { close } else { 0 };
    let of_865 = if open == 0 { close } else { 0 };
    // The euro of 858 is the dotless i of 850, and a box line in 865.
    let euro = triples(bytes, b' ')
        .filter(|(before, byte, after)| {
            let beside = |byte: u8| byte.is_ascii_digit() || byte == b' ';
            *byte == 0xD5 && beside(*before) && !Class::of(char::from(*after)).is_letter()
        })
        .count();
    let less = |own: usize, other: usize| (10 * other.saturating_sub(own)).min(30);
    let mut pages = vec![
        ("cp850", of_850, less(of_850 + euro, of_865) + if euro > 0 { 10 } else { 0 }),
        ("cp865", of_865, less(of_865, of_850 + euro)),
    ];
    if euro > 0 {
        pages.push(("cp858", of_850 + euro, less(of_850 + euro, of_865)));
    }
    // Without ø and Ø, which 437 has not, it reads letters as 865 does; but Windows and NAV do not choose it here.
    if count(b"\x9B\x9D") == 0 {
        pages.push(("cp437", 0, 20 + less(0, of_850 + euro)));
    }
    pages
}
