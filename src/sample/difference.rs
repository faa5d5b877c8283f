//! Where two results differ: the place, what was expected there, what was found.

use serde_json::Value;

/// So many differences of a case are kept; of more only the number.
const KEPT: usize = 100;

/// So many characters of a value are shown.
const SHOWN: usize = 120;

/// So many characters stand before the first one that differs in a line.
const BEFORE: usize = 20;

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path of a member, `documents[0].document.orderLines[1].articleNumber`, or `line 3, column 12`.
    pub place: String,
    /// What it is about, where that is known: `order 81204`.
    pub about: Option<String>,
    /// What was expected there.
    pub expected: String,
    /// What was found there.
    pub found: String,
}

/// The first differences, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// The first ones.
    pub first: Vec<Difference>,
    /// How many are not among them.
    pub more: usize,
}

impl Differences {
    /// The only one.
    pub(super) fn one(place: &str, about: Option<&str>, expected: &str, found: &str) -> Differences {
        let mut differences = Differences::default();
        differences.add(&Place { path: place, about }, expected.to_owned(), found.to_owned());
        differences
    }

    fn add(&mut self, place: &Place<'_>, expected: String, found: String) {
        if self.first.len() >= KEPT {
            self.more += 1;
            return;
        }
        let path = if place.path.is_empty() { "the whole" } else { place.path };
        self.first.push(Difference {
            place: path.to_owned(),
            about: place.about.map(str::to_owned),
            expected,
            found,
        });
    }
}

struct Place<'a> {
    path: &'a str,
    about: Option<&'a str>,
}

/// Where two JSON values differ; the order of members does not count.
pub(super) fn of_values(expected: &Value, found: &Value) -> Differences {
    let mut differences = Differences::default();
    values(expected, found, &Place { path: "", about: None }, &mut differences);
    differences
}

fn values(expected: &Value, found: &Value, place: &Place<'_>, differences: &mut Differences) {
    match (expected, found) {
        _ if expected == found => {}
        (Value::Object(a), Value::Object(b)) => {
            let about = about(expected).or_else(|| place.about.map(str::to_owned));
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                let path =
                    if place.path.is_empty() { name.clone() } else { format!("{}.{name}", place.path) };
                let place = Place { path: &path, about: about.as_deref() };
                either(a.get(name), b.get(name), &place, differences);
            }
        }
        (Value::Array(a), Value::Array(b)) => lists(a, b, place, differences),
        _ => differences.add(place, shown(expected), shown(found)),
    }
}

fn either(expected: Option<&Value>, found: Option<&Value>, place: &Place<'_>, differences: &mut Differences) {
    match (expected, found) {
        (Some(expected), Some(found)) => values(expected, found, place, differences),
        (Some(expected), None) => differences.add(place, shown(expected), NOTHING.to_owned()),
        (None, Some(found)) => differences.add(place, NOTHING.to_owned(), shown(found)),
        (None, None) => {}
    }
}

const NOTHING: &str = "nothing";

/// Where one list is longer, what is equal at both ends is taken away first: one item that is missing is one difference.
fn lists(expected: &[Value], found: &[Value], place: &Place<'_>, differences: &mut Differences) {
    let mut start = 0;
    let (mut a, mut b) = (expected, found);
    if a.len() != b.len() {
        while let (Some((first, rest)), Some((other, others))) = (a.split_first(), b.split_first())
            && first == other
        {
            (a, b) = (rest, others);
            start += 1;
        }
        while let (Some((last, rest)), Some((other, others))) = (a.split_last(), b.split_last())
            && last == other
        {
            (a, b) = (rest, others);
        }
    }
    for index in 0..a.len().max(b.len()) {
        let (expected, found) = (a.get(index), b.get(index));
        let path = format!("{}[{}]", place.path, start + index);
        let about = expected.or(found).and_then(about).or_else(|| place.about.map(str::to_owned));
        either(expected, found, &Place { path: &path, about: about.as_deref() }, differences);
    }
}

/// The document that an object is, by type and number.
fn about(value: &Value) -> Option<String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Some(format!("{} {}", text("type")?, text("number")?))
}

fn shown(value: &Value) -> String {
    short(&value.to_string())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// Where two files differ, line by line. Bytes that are no text of this encoding still differ.
pub(super) fn of_bytes(expected: &[u8], found: &[u8], encoding: Option<&str>) -> Differences {
    let mut differences = Differences::default();
    if expected == found {
        return differences;
    }
    let (a, b) = (text(expected, encoding), text(found, encoding));
    let (mut a, mut b) = (a.split_inclusive('\n'), b.split_inclusive('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (expected, found) = match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => continue,
            lines => lines,
        };
        let column = common(expected.unwrap_or(""), found.unwrap_or(""));
        let path = match (expected, found) {
            (Some(_), Some(_)) => format!("line {number}, column {}", column + 1),
            _ => format!("line {number}"),
        };
        let part = |line: Option<&str>| line.map_or_else(|| NOTHING.to_owned(), |line| around(line, column));
        differences.add(&Place { path: &path, about: None }, part(expected), part(found));
    }
    if differences.first.is_empty() {
        let at = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        let byte = |bytes: &[u8]| bytes.get(at).map_or(NOTHING.to_owned(), |byte| format!("{byte:02X}"));
        let path = format!("byte {}", at + 1);
        differences.add(&Place { path: &path, about: None }, byte(expected), byte(found));
    }
    differences
}

fn text<'b>(bytes: &'b [u8], encoding: Option<&str>) -> std::borrow::Cow<'b, str> {
    match encoding.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

/// How many characters are the same at the start of both.
fn common(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// The part of a line round a character, in quotes, with line ends and other controls to be seen.
fn around(line: &str, column: usize) -> String {
    let start = column.saturating_sub(BEFORE);
    let part: String = line.chars().skip(start).take(SHOWN).collect();
    let (before, after) =
        (if start > 0 { "…" } else { "" }, if line.chars().nth(start + SHOWN).is_some() { "…" } else { "" });
    format!("{before}{part:?}{after}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use serde_json::json;

    use super::*;

    fn told(differences: &Differences) -> Vec<String> {
        let one = |it: &Difference| {
            let about = it.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
            format!("{}{about}: {} / {}", it.place, it.expected, it.found)
        };
        differences.first.iter().map(one).collect()
    }

    #[test]
    fn a_member_is_named_by_its_path_and_its_document() {
        let document = |number: &str, items: f64| {
            json!({"type": "order", "number": number,
                   "document": {"orderLines": [{"rowNumber": "10"}, {"numberOfItems": items}]}})
        };
        let expected = json!({"records": 3, "documents": [document("1", 2.0), document("2", 2.5)]});
        let found = json!({"documents": [document("1", 2.0), document("2", 3.0)], "records": 3, "stray": []});
        assert_eq!(
            told(&of_values(&expected, &found)),
            ["documents[1].document.orderLines[1].numberOfItems (order 2): 2.5 / 3.0", "stray: nothing / []"]
        );
    }

    #[test]
    fn one_item_that_is_missing_is_one_difference() {
        let found = told(&of_values(&json!({"a": [1, 2, 3, 4]}), &json!({"a": [1, 3, 4]})));
        assert_eq!(found, ["a[1]: 2 / nothing"]);
        assert_eq!(told(&of_values(&json!([1]), &json!([1, 1]))), ["[1]: nothing / 1"]);
        assert_eq!(told(&of_values(&json!(1), &json!("1"))), ["the whole: 1 / \"1\""]);
    }

    #[test]
    fn lines_show_their_ends_and_the_column() {
        let differ = |a: &[u8], b: &[u8]| told(&of_bytes(a, b, Some("windows-1252")));
        assert_eq!(differ(b"a;b\r\nc\r\n", b"a;b\r\nd\n"), [r#"line 2, column 1: "c\r\n" / "d\n""#]);
        assert_eq!(differ(b"\xC5ke\n", b"\xC4ke\n"), ["line 1, column 1: \"Åke\\n\" / \"Äke\\n\""]);
        assert_eq!(differ(b"a\nb\n", b"a\n"), [r#"line 2: "b\n" / nothing"#]);
        let long = [&[b'x'; 500][..], b"y"].concat();
        let short = differ(&long, &[b'x'; 501]);
        assert!(short[0].starts_with("line 1, column 501: …\"xxxxxxxxxxxxxxxxxxxxy\""), "{short:?}");
        assert_eq!(
            told(&of_bytes(b"\xFE", b"\xFF", Some("utf-8"))),
            ["byte 1: FE / FF"],
            "no text, and yet not the same"
        );
    }

    #[test]
    fn very_many_are_counted() {
        let many: Vec<u32> = (0..250).collect();
        let differences = of_values(&json!(many), &json!(vec![1_000; 250]));
        assert_eq!((differences.first.len(), differences.more), (100, 150));
    }
}
