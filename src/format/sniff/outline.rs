//! Files that are no plain records: XML, JSON, EDIFACT, tagged lines and labelled blocks, told in outline.

use std::collections::HashMap;

use serde::Serialize;

use super::delimited;
use super::elements::Elements;
use super::text::{Line, is_blank};

/// So many names and tags are told.
const NAMES_MAX: usize = 200;
/// Deeper than any document is nested.
const DEPTH_MAX: usize = 100;

/// How often something occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Occurs {
    /// Its name: the path of an element, a segment, a tag.
    pub name: String,
    /// How often.
    pub times: usize,
}

/// An XML file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Xml {
    /// The name of the outermost element, without its prefix.
    pub root: String,
    /// Its namespace, if it says one.
    pub namespace: Option<String>,
    /// The encoding that the file declares.
    pub declares: Option<String>,
    /// Elements by their paths below the root, in the order of the file.
    pub elements: Vec<Occurs>,
    /// Elements have attributes that hold data.
    pub attributes: usize,
    /// It ends before its elements do.
    pub is_cut: bool,
    /// The elements with their values.
    #[serde(skip)]
    pub(super) tree: Elements,
}

/// A JSON file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Json {
    /// One value on each line.
    pub lines: bool,
    /// The outermost value is a list.
    pub list: bool,
    /// Members of the outermost object, or of the objects of the outermost list.
    pub members: Vec<Occurs>,
    /// It cannot be read to its end.
    pub is_broken: bool,
}

/// An EDIFACT interchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Edifact {
    /// `UNA` says the signs.
    pub una: bool,
    /// The signs: of a component, of an element, the decimal sign, of a release, of a segment.
    pub signs: String,
    /// The character set of the interchange: `UNOC`.
    pub syntax: Option<String>,
    /// Types of messages, `ORDERS:D:96A:UN:EAN008`.
    pub messages: Vec<Occurs>,
    /// Segments.
    pub segments: Vec<Occurs>,
    /// The interchange says that it is a test.
    pub test: bool,
    /// The last segment is no `UNZ`.
    pub is_cut: bool,
}

/// Lines of a tag and a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tagged {
    /// What tags begin with.
    pub marks: Vec<char>,
    /// Tags, in the order of the file.
    pub tags: Vec<Occurs>,
    /// Lines without a tag, which open groups, by their first two characters.
    pub groups: Vec<Occurs>,
}

/// A list of counts in the order of the first.
#[derive(Default)]
struct Counts {
    places: HashMap<String, usize>,
    all: Vec<Occurs>,
}

impl Counts {
    fn add(&mut self, name: &str) {
        if let Some(at) = self.places.get(name) {
            if let Some(known) = self.all.get_mut(*at) {
                known.times += 1;
            }
        } else if self.all.len() < NAMES_MAX {
            self.places.insert(name.to_owned(), self.all.len());
            self.all.push(Occurs { name: name.to_owned(), times: 1 });
        }
    }
}

/// An XML file in outline, if the text is one.
pub(super) fn xml(text: &str) -> Option<Xml> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let second = text.strip_prefix('<')?.chars().next()?;
    if !second.is_alphabetic() && !matches!(second, '?' | '!' | '_') {
        return None;
    }
    let mut found = Xml::default();
    let mut open: Vec<&str> = Vec::new();
    let mut counts = Counts::default();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once('<') {
        let (special, end) = if from.starts_with("!--") {
            (true, "-->")
        } else if from.starts_with("![CDATA[") {
            (true, "]]>")
        } else {
            (from.starts_with(['?', '!']), ">")
        };
        let Some((tag, after)) = from.split_once(end) else {
            found.is_cut = true;
            break;
        };
        rest = after;
        if special {
            if tag.starts_with("?xml") {
                found.declares = attribute(tag, "encoding");
            }
            match tag.strip_prefix("![CDATA[") {
                Some(text) => found.tree.text(text, false),
                None => found.tree.text(text_before(rest), true),
            }
            continue;
        }
        if tag.starts_with('/') {
            open.pop();
            found.tree.close();
            continue;
        }
        let end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at_checked(end)?;
        let local = name.rsplit(':').next().unwrap_or(name);
        if !local.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_') {
            return None;
        }
        if found.root.is_empty() {
            local.clone_into(&mut found.root);
            let prefix = name.split_once(':').map(|(prefix, _)| format!("xmlns:{prefix}"));
            found.namespace = attribute(tag, prefix.as_deref().unwrap_or("xmlns"));
        } else if open.len() < DEPTH_MAX {
            let path: Vec<&str> = open.iter().skip(1).copied().chain(std::iter::once(local)).collect();
            counts.add(&path.join("/"));
        }
        found.attributes +=
            usize::from(attributes.contains('=') && !attributes.trim_start().starts_with("xmlns"));
        found.tree.open(local, attributes.trim_end_matches('/'));
        if tag.ends_with('/') {
            found.tree.close();
        } else {
            open.push(local);
            found.tree.text(text_before(rest), true);
        }
    }
    found.is_cut |= !open.is_empty();
    found.elements = counts.all;
    (!found.root.is_empty()).then_some(found)
}

/// The text up to the next tag.
fn text_before(rest: &str) -> &str {
    rest.split('<').next().unwrap_or_default()
}

/// The value of an attribute, also where its quotes are missing or typographic (B11 of the reference).
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value =
        tag.split_whitespace().find_map(|part| part.strip_prefix(name)?.trim_start().strip_prefix('='))?;
    let quotes = ['"', '\'', '“', '”'];
    let value = match value.strip_prefix(quotes) {
        Some(quoted) => quoted.split(quotes).next().unwrap_or(""),
        None => {
            value.split(|sign: char| quotes.contains(&sign) || matches!(sign, '?' | '>')).next().unwrap_or("")
        }
    };
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// A JSON file in outline, if the text is one. `whole`: the text is all of the file.
pub(super) fn json(text: &str, whole: bool) -> Option<Json> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut characters = text.chars();
    let opens = characters.next()?;
    let next = characters.as_str().trim_start().chars().next();
    match (opens, next) {
        ('{', Some('"' | '}')) => {}
        ('[', Some('{' | ']' | '[')) if !text.starts_with("[H") => {}
        _ => return None,
    }
    let mut found = Json { list: opens == '[', ..Json::default() };
    let mut counts = Counts::default();
    let mut add = |value: &serde_json::Value| {
        let objects: Vec<&serde_json::Value> = match value {
            serde_json::Value::Array(list) => list.iter().collect(),
            value => vec![value],
        };
        for name in objects.iter().filter_map(|object| object.as_object()).flat_map(|object| object.keys()) {
            counts.add(name);
        }
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let mut read = 0;
    for value in values.by_ref() {
        match value {
            Ok(value) => {
                read += 1;
                add(&value);
            }
            Err(_) => {
                found.is_broken = whole;
                break;
            }
        }
    }
    found.lines = read > 1;
    found.members = counts.all;
    Some(found)
}

/// An EDIFACT interchange in outline, if the text is one.
pub(super) fn edifact(text: &str, whole: bool) -> Option<Edifact> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (una, signs, rest) = match text.strip_prefix("UNA") {
        Some(after) => {
            let signs: String = after.chars().take(6).collect();
            let rest = after.get(signs.len()..)?;
            (signs.chars().count() == 6).then_some((true, signs, rest))?
        }
        None => (false, ":+.? '".to_owned(), text),
    };
    let rest = rest.trim_start();
    if !rest.starts_with("UNB") && !rest.starts_with("UNH") {
        return None;
    }
    let sign = |at: usize| signs.chars().nth(at);
    let (component, element, release, end) = (sign(0)?, sign(1)?, sign(3)?, sign(5)?);
    let mut found = Edifact { una, signs: signs.clone(), ..Edifact::default() };
    let (mut segments, mut messages) = (Counts::default(), Counts::default());
    let mut last = String::new();
    let mut segment = String::new();
    let mut escaped = false;
    let mut closed = true;
    for character in rest.chars() {
        if escaped || character != end {
            escaped = !escaped && character == release && release != ' ';
            if !matches!(character, '\r' | '\n') {
                closed &= character.is_whitespace();
                segment.push(character);
            }
            continue;
        }
        closed = true;
        let mut elements = segment.split(element);
        let name: String = elements.next().unwrap_or("").trim().chars().take(3).collect();
        match name.as_str() {
            "UNH" => {
                if let Some(message) = elements.nth(1) {
                    messages.add(&message.replace(component, ":"));
                }
            }
            "UNB" => {
                let elements: Vec<&str> = elements.collect();
                let syntax = elements.first().and_then(|syntax| syntax.split(component).next());
                found.syntax = syntax.map(str::to_owned);
                found.test = elements.get(10).is_some_and(|test| test.trim() == "1");
            }
            _ => {}
        }
        segments.add(&name);
        last = name;
        segment.clear();
    }
    found.is_cut = whole && (last != "UNZ" || !closed);
    found.messages = messages.all;
    found.segments = segments.all;
    Some(found)
}

/// Lines of tag and value in outline, as Pyramid writes them, if most lines are.
pub(super) fn tagged(lines: &[Line<'_>]) -> Option<Tagged> {
    let mut found = Tagged::default();
    let (mut tags, mut groups) = (Counts::default(), Counts::default());
    let (mut tagged, mut others) = (0_usize, 0_usize);
    for text in lines.iter().map(|line| line.text.trim()).filter(|text| !is_blank(text)) {
        match tag(text) {
            Some((mark, tag)) => {
                tagged += 1;
                if !found.marks.contains(&mark) {
                    found.marks.push(mark);
                }
                tags.add(tag);
            }
            None => {
                others += 1;
                groups.add(&text.chars().take(2).collect::<String>());
            }
        }
    }
    found.tags = tags.all;
    found.groups = groups.all;
    (tagged >= 2 && tagged * 3 >= (tagged + others) * 2 || tagged >= 4 && tagged > others).then_some(found)
}

/// `#12401;…`: the mark, and the tag with it.
pub(super) fn tag(text: &str) -> Option<(char, &str)> {
    let (tag, _) = text.split_once([';', '='])?;
    let mark = tag.chars().next().filter(|mark| matches!(mark, '#' | '¤' | '@' | '$'))?;
    let number = tag.get(mark.len_utf8()..)?;
    ((2..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some((mark, tag))
}

/// Lines of label and value before a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Labels {
    /// The labels.
    pub labels: Vec<String>,
    /// The labels and their values.
    #[serde(skip)]
    pub(super) pairs: Vec<(String, String)>,
}

/// The labels of the lines before a table: each a word and a value, and nothing else.
pub(super) fn labels(lines: &[Line<'_>], delimiter: Option<char>, header_line: u64) -> Option<Labels> {
    let before = lines.iter().take_while(|line| line.number < header_line && line.number > 0).count();
    let rows = delimited::cut(lines.get(..before)?, Some(delimiter?), true);
    let mut pairs = Vec::new();
    for row in &rows {
        let (label, value) = (row.cell(0), row.cell(1));
        if !label.chars().any(char::is_alphabetic) || row.filled_length() > 2 {
            return None;
        }
        pairs.push((label.trim_end_matches(':').trim().to_owned(), value.to_owned()));
    }
    let labels: Vec<String> = pairs.iter().map(|(label, _)| label.clone()).collect();
    let stated = pairs.iter().filter(|(_, value)| !value.is_empty()).count();
    (stated >= 2).then_some(Labels { labels, pairs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[Occurs]) -> Vec<String> {
        all.iter().map(|one| format!("{} {}", one.name, one.times)).collect()
    }

    #[test]
    fn xml_is_told_by_its_paths() {
        let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!-- a < b --><x:A xmlns:x=\"urn:a/b\"><B c=\"1\"/><B><C>t</C></B></x:A>";
        let found = xml(text).unwrap();
        assert_eq!((found.root.as_str(), found.namespace.as_deref()), ("A", Some("urn:a/b")));
        assert_eq!(found.declares.as_deref(), Some("ISO-8859-1"));
        assert_eq!(times(&found.elements), ["B 2", "B/C 1"]);
        assert_eq!((found.attributes, found.is_cut), (1, false));
        assert!(xml("<A><B>").unwrap().is_cut);
        let bare = xml("<?xml version=1.0 encoding=windows-1252?><O/>").unwrap();
        assert_eq!(bare.declares.as_deref(), Some("windows-1252"), "no quotes");
        assert_eq!(xml("< 5;a"), None);
        assert_eq!(xml("a<b>"), None);
    }

    #[test]
    fn edifact_is_told_by_its_messages() {
        let text = "UNA:+.? '\r\nUNB+UNOC:3+1:14+2:14+261116:0905+4711++ORDERS++++1'\nUNH+1+ORDERS:D:96A:UN:EAN008'\nFTX+Kaj 2?+3 d?'Arc'\nUNT+3+1'UNZ+1+4711'";
        let found = edifact(text, true).unwrap();
        assert_eq!(times(&found.messages), ["ORDERS:D:96A:UN:EAN008 1"]);
        assert_eq!(times(&found.segments), ["UNB 1", "UNH 1", "FTX 1", "UNT 1", "UNZ 1"]);
        assert!(found.test && found.una && !found.is_cut);
        assert_eq!(found.syntax.as_deref(), Some("UNOC"));
        assert!(edifact("UNB+UNOC:3+1'UNH+1+X'", true).unwrap().is_cut);
        assert_eq!(edifact("UNATTENDED;1", true), None);
    }

    #[test]
    fn json_is_told_by_its_members() {
        let found = json("[{\"a\":1},{\"a\":2,\"b\":3}]", true).unwrap();
        assert_eq!((times(&found.members), found.list), (vec!["a 2".to_owned(), "b 1".to_owned()], true));
        assert!(json("{\"a\":1}\n{\"a\":2}", true).unwrap().lines);
        assert!(json("{\"a\":", true).unwrap().is_broken);
        assert_eq!(json("[H1];a;b", true), None);
        assert_eq!(json("{x}", true), None);
    }
}
