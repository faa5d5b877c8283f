//! File name patterns, and whether two of them may fit the same name.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::written::{At, Table};

/// The patterns of a key as one set. `None` where a mistake was recorded.
pub(super) fn check(table: &Table<'_>, key: &str, written: &[At<String>]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    let mut good = true;
    for pattern in written {
        let built = GlobBuilder::new(&pattern.value).literal_separator(true).backslash_escape(false).build();
        match built {
            Ok(glob) if !pattern.is_empty() && !pattern.contains(['/', '\\']) => {
                set.add(glob);
            }
            _ => {
                let expected = "file names with * (anything), ? (one character), [A-Z] or {a,b}, without a folder, like \"ORD*.csv\"";
                table.wrong_value(key, pattern, expected, "");
                good = false;
            }
        }
    }
    match set.build() {
        Ok(set) if good => Some(set),
        _ => None,
    }
}

/// Whether some name fits both patterns. Exact for `*`, `?` and `[…]`; `{a,b}` is looked at alternative by alternative.
pub(super) fn may_both_fit(one: &str, other: &str) -> bool {
    let others: Vec<Vec<Token>> = alternatives(other).iter().map(|text| tokens(text)).collect();
    alternatives(one).iter().any(|text| {
        let one = tokens(text);
        others.iter().any(|other| intersect(&one, other))
    })
}

/// More alternatives than these are taken as anything: a check must end in bounded time.
const ALTERNATIVES_MAX: usize = 256;

/// A pattern without its braces: each choice of alternatives.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(text) = open.pop() {
        if done.len() + open.len() > ALTERNATIVES_MAX {
            return vec!["*".to_owned()];
        }
        // The innermost braces first: the last { and the first } behind it.
        let parts = text.rfind('{').and_then(|start| {
            let (before, rest) = text.split_at_checked(start)?;
            let (inside, after) = rest.get(1..)?.split_once('}')?;
            Some((before, inside, after))
        });
        match parts {
            Some((before, inside, after)) => {
                open.extend(inside.split(',').map(|choice| format!("{before}{choice}{after}")));
            }
            None => done.push(text),
        }
    }
    done
}

enum Token {
    /// `*`
    Any,
    /// One character of these ranges, or of all others.
    One { ranges: Vec<(char, char)>, others: bool },
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '*' => Token::Any,
            '?' => Token::One { ranges: Vec::new(), others: true },
            '[' => {
                let others = characters.next_if(|next| matches!(next, '!' | '^')).is_some();
                let mut inside: Vec<char> = characters.next_if_eq(&']').into_iter().collect();
                inside.extend(characters.by_ref().take_while(|next| *next != ']'));
                Token::One { ranges: ranges(&inside), others }
            }
            one => Token::One { ranges: vec![(one, one)], others: false },
        });
    }
    tokens
}

fn ranges(inside: &[char]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut rest = inside;
    loop {
        rest = match rest {
            [from, '-', to, after @ ..] => {
                ranges.push((*from, *to));
                after
            }
            [one, after @ ..] => {
                ranges.push((*one, *one));
                after
            }
            [] => return ranges,
        };
    }
}

/// Whether two classes share a character. Two that both name what they leave out always do.
fn share(one: &Token, other: &Token) -> bool {
    let (Token::One { ranges: a, others: not_a }, Token::One { ranges: b, others: not_b }) = (one, other)
    else {
        return true;
    };
    let within = |(from, to): &(char, char), all: &[(char, char)]| {
        all.iter().any(|(low, high)| low <= from && to <= high)
    };
    match (not_a, not_b) {
        (false, false) => a.iter().any(|(from, to)| b.iter().any(|(low, high)| from <= high && low <= to)),
        (false, true) => a.iter().any(|range| !within(range, b)),
        (true, false) => b.iter().any(|range| !within(range, a)),
        (true, true) => true,
    }
}

/// Whether some text fits both: which ends of `other` can be reached is carried along `one`, token by token.
fn intersect(one: &[Token], other: &[Token]) -> bool {
    // reached.get(j): the tokens of `one` so far and the first j tokens of `other` can fit the same text.
    let mut reached = vec![false; other.len() + 1];
    for (j, here) in reached.iter_mut().enumerate() {
        *here = other.iter().take(j).all(|token| matches!(token, Token::Any));
    }
    for token in one {
        let mut next = vec![false; other.len() + 1];
        let mut before = false;
        for j in 0..=other.len() {
            let at = |states: &[bool], j: usize| states.get(j).copied().unwrap_or(false);
            let last = j.checked_sub(1).and_then(|last| other.get(last));
            let star = matches!(token, Token::Any);
            let here = match last {
                None => star && at(&reached, 0),
                Some(Token::Any) => at(&reached, j) || before,
                Some(_) if star => at(&reached, j) || before,
                Some(last) => at(&reached, j - 1) && share(token, last),
            };
            if let Some(slot) = next.get_mut(j) {
                *slot = here;
            }
            before = here;
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_that_may_fit_the_same_name_are_found() {
        for (one, other, both) in [
            ("ORD*.csv", "*.csv", true),
            ("ORD*.csv", "ART*.csv", false),
            ("*.csv", "*.txt", false),
            ("*1*", "*2*", true),
            ("ORD?.csv", "ORD12.csv", false),
            ("[A-M]*.csv", "[N-Z]*.csv", false),
            ("[A-M]*.csv", "[!A-L]*.csv", true),
            ("[A-M]*.csv", "[!A-M]*.csv", false),
            ("{ORD,RET}*.csv", "RET1.csv", true),
            ("{ORD,RET}*.csv", "ART1.csv", false),
            ("*", "", true),
            ("a*b*c", "a?c", true),
            ("a*b*d", "a?c", false),
            ("a*b*c", "ab*", true),
        ] {
            assert_eq!(may_both_fit(one, other), both, "{one} and {other}");
            assert_eq!(may_both_fit(other, one), both, "{other} and {one}");
        }
    }

    proptest! {
        #[test]
        fn a_name_that_fits_both_is_never_overlooked(name in "[ab.]{0,6}", one in "[ab.*?]{0,6}", other in "[ab.*?]{0,6}") {
            let fits = |pattern: &str| globset::Glob::new(pattern).unwrap().compile_matcher().is_match(&name);
            if fits(&one) && fits(&other) {
                prop_assert!(may_both_fit(&one, &other));
            }
        }

        #[test]
        fn no_pattern_is_too_much(one in "\\PC{0,40}", other in "[{},*a\\[\\]-]{0,60}") {
            may_both_fit(&one, &other);
        }
    }
}
