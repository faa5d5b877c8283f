//! `split` and `part`: one of the things that stand together in a field.

use super::source_part::misfit;
use crate::format::source::{Split, SplitPattern};
use crate::written::{Item, Table, suggestion};

const EXPECTED: &str = "a pattern with named parts in braces, each name once, like \"{post_code:digits} {city}\", \
     or a list of them; {name:digits} takes digits in groups, {name:word} no blanks";

/// `split = "{post_code:digits} {city}", part = "city"`, or a list of patterns of which the first that fits is taken.
pub(super) fn split(table: &Table<'_>) -> Option<Split> {
    if !table.has("split") {
        if table.has("part") && !table.has("file_name") && !table.has("post_line") {
            misfit(table, "part", "it goes with split or a pattern in file_name only");
        }
        return None;
    }
    if ["value", "counter", "file_name"].iter().any(|origin| table.has(origin)) {
        misfit(table, "split", "it goes with from, first_of, join and all only");
    }
    let written = match table.item("split") {
        Some(Item::Text(pattern)) => vec![pattern],
        _ => table.texts("split")?,
    };
    let mut patterns = Vec::new();
    for pattern in &written {
        match checked(&pattern.value) {
            Some(checked) => patterns.push(checked),
            None => table.wrong_value("split", pattern, EXPECTED, ""),
        }
    }
    if written.is_empty() {
        misfit(table, "split", "it has no pattern");
    }
    let mut names: Vec<&str> =
        patterns.iter().flat_map(|pattern| &pattern.names).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let Some(part) = table.text("part") else {
        table.missing("part", &format!("which part, one of: {}", names.join(", ")));
        return None;
    };
    if !names.is_empty() && !names.contains(&part.value.as_str()) {
        let expected = format!("one of: {}", names.join(", "));
        table.wrong_value("part", &part, &expected, &suggestion(&part.value, names.iter().copied()));
    }
    Some(Split { patterns, part: part.value })
}

/// A pattern: parts in braces, blanks that stand for one or several, and the rest for itself.
fn checked(pattern: &str) -> Option<SplitPattern> {
    let (mut regex, mut names, mut rest) = ("(?i)^".to_owned(), Vec::new(), pattern);
    let mut digits = Vec::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, after) = after.split_once('}')?;
        let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
        let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
        if !plain || names.iter().any(|known| known == name) {
            return None;
        }
        let characters = match kind {
            "" => ".+?",
            "digits" => "[0-9]+(?: [0-9]+)*",
            "word" => r"\S+",
            _ => return None,
        };
        literal(before, &mut regex)?;
        regex.push_str(&format!("(?<{name}>{characters})"));
        names.push(name.to_owned());
        if kind == "digits" {
            digits.push(name.to_owned());
        }
        rest = after;
    }
    literal(rest, &mut regex)?;
    regex.push('$');
    let regex = regex::Regex::new(&regex).ok().filter(|_| !names.is_empty())?;
    Some(SplitPattern { written: pattern.to_owned(), regex, names, digits })
}

fn literal(text: &str, regex: &mut String) -> Option<()> {
    if text.contains('}') {
        return None;
    }
    let mut blank = false;
    for sign in text.chars() {
        if sign == ' ' && blank {
            continue;
        }
        blank = sign == ' ';
        match sign {
            ' ' => regex.push_str(r"[ \t\u{a0}]+"),
            '\n' => regex.push_str(r"[ \t]*\r?\n[ \t]*"),
            sign => regex.push_str(&regex::escape(&sign.to_string())),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str, text: &str) -> Option<Vec<String>> {
        let pattern = checked(pattern).unwrap();
        let found = pattern.captures(text)?;
        Some(pattern.names.iter().map(|name| found[name.as_str()].to_owned()).collect())
    }

    #[test]
    fn patterns_take_addresses_apart() {
        let both = "{post_code:digits} {city}";
        for (text, post_code, city) in [
            ("411 01 Göteborg", "411 01", "Göteborg"),
            ("41101  GÖTEBORG", "41101", "GÖTEBORG"),
            ("411\u{20}01\u{a0}Västra Frölunda", "411 01", "Västra Frölunda"),
            ("5017 Bergen", "5017", "Bergen"),
        ] {
            assert_eq!(parts(both, text).unwrap(), [post_code, city], "{text}");
        }
        for text in ["411 01", "411  01  A", "411 01 2"] {
            assert_eq!(parts(both, text), None, "digits that go on are no city: {text}");
        }
        assert_eq!(parts(both, "Göteborg"), None);
        assert_eq!(parts(both, "DK-2100 København"), None);
        assert_eq!(parts("{post_code:word} {city}", "DK-2100 København").unwrap(), ["DK-2100", "København"]);
        assert_eq!(parts("se-{post_code:digits} {city}", "SE-411 01 Lund").unwrap(), ["411 01", "Lund"]);
        let lines = "{street}:{post_code:digits} {city}:{country}";
        let expected = ["Storgata 1", "5017", "Bergen", "Norge"];
        assert_eq!(parts(lines, "Storgata 1:5017 Bergen:Norge").unwrap(), expected);
        assert_eq!(parts("{street}\n{rest}", "Kaj 4\r\n411 01 Lund").unwrap(), ["Kaj 4", "411 01 Lund"]);
    }

    #[test]
    fn a_pattern_that_is_none_is_refused() {
        for pattern in ["", "city", "{city", "{}", "{a}{a}", "}{a}", "{a:letters}", "{1a}", "{a}}"] {
            assert!(checked(pattern).is_none(), "{pattern}");
        }
    }
}
