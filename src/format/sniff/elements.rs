//! The elements of an XML file with their values: how often each occurs, and how often in one parent.

use std::collections::HashMap;

/// So many elements and attributes are told apart.
const ELEMENTS_MAX: usize = 500;
/// So many values of each are looked at.
const VALUES_MAX: usize = 2_000;
/// Deeper than any document is nested.
const DEPTH_MAX: usize = 60;

/// An element or an attribute, by its path from the root on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// The names on the way, the root's first; an attribute's begins with `@`.
    pub path: Vec<String>,
    /// How often it occurs.
    pub times: usize,
    /// How often at most in one parent.
    pub most: usize,
    /// Its texts, where it holds no elements.
    pub values: Vec<String>,
    /// It holds elements.
    pub has_children: bool,
}

/// The elements as they are gathered, from the start of the file on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Elements {
    pub all: Vec<Element>,
    places: HashMap<String, usize>,
    open: Vec<Open>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Open {
    /// `None`: too many or too deep.
    at: Option<usize>,
    key: String,
    text: String,
    has_children: bool,
    /// How often each child was seen in it.
    children: HashMap<usize, usize>,
}

impl Element {
    /// Whether it is a value: it holds no elements, and is not only there for its attributes.
    pub fn has_text(&self, all: &[Element]) -> bool {
        let has_attributes = || {
            all.iter().any(|other| {
                other.path.len() == self.path.len() + 1
                    && other.path.starts_with(&self.path)
                    && other.path.last().is_some_and(|name| name.starts_with('@'))
            })
        };
        let is_empty = self.values.iter().all(String::is_empty);
        !(self.has_children || is_empty && has_attributes())
    }
}

impl Elements {
    /// Whether some element was not read to its end.
    pub fn is_cut(&self) -> bool {
        !self.open.is_empty()
    }

    /// An element begins; `attributes` is what stands behind its name in the tag.
    pub fn open(&mut self, local: &str, attributes: &str) {
        let at = if self.open.len() < DEPTH_MAX { self.child(local) } else { None };
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
        }
        // Of what is not counted the path is not kept: it would grow with each level.
        let above = self.open.last().map_or("", |open| open.key.as_str());
        let key = if at.is_some() { format!("{above}/{local}") } else { String::new() };
        self.open.push(Open { at, key, ..Open::default() });
        if at.is_none() {
            return;
        }
        for (name, value) in pairs(attributes) {
            let local = name.rsplit(':').next().unwrap_or(name);
            if name.starts_with("xmlns") || name.starts_with("xsi:") {
                continue;
            }
            if let Some(at) = self.child(&format!("@{local}"))
                && let Some(attribute) = self.all.get_mut(at)
                && attribute.values.len() < VALUES_MAX
            {
                attribute.values.push(plain(value));
            }
        }
    }

    /// Text inside the element that is open.
    pub fn text(&mut self, text: &str, is_escaped: bool) {
        if let Some(open) = self.open.last_mut().filter(|open| !open.has_children && open.text.len() < 4_096)
        {
            let text: String = text.chars().take(4_096).collect();
            open.text.push_str(&if is_escaped { plain(&text) } else { text });
        }
    }

    /// The element that is open ends.
    pub fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let Some(element) = open.at.and_then(|at| self.all.get_mut(at)) else { return };
        element.has_children |= open.has_children;
        if !open.has_children && element.values.len() < VALUES_MAX {
            element.values.push(open.text.trim().to_owned());
        }
    }

    /// One more of this name in the element that is open.
    fn child(&mut self, name: &str) -> Option<usize> {
        let key = format!("{}/{name}", self.open.last().map_or("", |open| open.key.as_str()));
        let at = match self.places.get(&key) {
            Some(at) => *at,
            None if self.all.len() < ELEMENTS_MAX => {
                let above = self.open.last().and_then(|open| self.all.get(open.at?));
                let mut path = above.map_or_else(Vec::new, |element| element.path.clone());
                path.push(name.to_owned());
                self.all.push(Element { path, ..Element::default() });
                self.places.insert(key, self.all.len() - 1);
                self.all.len() - 1
            }
            None => return None,
        };
        let seen = match self.open.last_mut() {
            Some(open) => {
                let seen = open.children.entry(at).or_default();
                *seen += 1;
                *seen
            }
            None => 1,
        };
        let element = self.all.get_mut(at)?;
        element.times += 1;
        element.most = element.most.max(seen);
        Some(at)
    }
}

/// `name="value"` pairs of a tag.
fn pairs(attributes: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        let Some((value, behind)) = after.get(1..).and_then(|after| after.split_once(quote)) else { break };
        pairs.push((name.trim(), value));
        rest = behind;
    }
    pairs
}

/// A text without the references of XML.
fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.trim().to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_too_deep_is_not_counted_and_takes_no_memory() {
        let mut elements = Elements::default();
        for _ in 0..300_000 {
            elements.open("a", " b=\"1\"");
        }
        (0..300_000).for_each(|_| elements.close());
        assert_eq!(elements.all.len(), 2 * DEPTH_MAX);
        assert_eq!(elements.all.iter().map(|element| element.path.len()).max(), Some(DEPTH_MAX + 1));
    }

    #[test]
    fn elements_are_counted_in_each_parent() {
        let mut elements = Elements::default();
        elements.open("Orders", " xmlns:x=\"urn:x\"");
        for (number, lines) in [("1 &amp; 2", 2), ("3", 1)] {
            elements.open("Order", &format!(" x:No='{number}' Test=\"\""));
            for line in 0..lines {
                elements.open("Line", "");
                elements.text(&format!(" {line} "), true);
                elements.close();
            }
            elements.close();
        }
        elements.close();
        let all: Vec<(String, usize, usize, &[String])> = elements
            .all
            .iter()
            .map(|element| (element.path.join("/"), element.times, element.most, element.values.as_slice()))
            .collect();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            all,
            [
                ("Orders".to_owned(), 1, 1, texts(&[]).as_slice()),
                ("Orders/Order".to_owned(), 2, 2, texts(&[]).as_slice()),
                ("Orders/Order/@No".to_owned(), 2, 1, texts(&["1 & 2", "3"]).as_slice()),
                ("Orders/Order/@Test".to_owned(), 2, 1, texts(&["", ""]).as_slice()),
                ("Orders/Order/Line".to_owned(), 3, 2, texts(&["0", "1", "0"]).as_slice()),
            ]
        );
    }
}
