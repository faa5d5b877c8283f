//! The members of a document's JSON text, kept as they were written: the requests of one call take what is theirs.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of one JSON object, in their order, each value as its own text.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// The members of an object; none if the text is no object.
    pub fn of(json: &str) -> Members {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The text of a member.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.get())
    }

    /// A member that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    /// A member that is a list of objects.
    pub fn list(&self, name: &str) -> Vec<Members> {
        self.raw(name).and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default()
    }

    /// The members but one.
    pub fn without(&self, name: &str) -> Members {
        Members(self.0.iter().filter(|(known, _)| known != name).cloned().collect())
    }

    /// Whether the document itself has members that are ours, nested ones included.
    pub fn has_ours(json: &str) -> bool {
        json.contains("\"@")
    }

    /// The members as Ongoing gets them: without those that are ours, at any depth.
    pub fn written(&self, json: &mut String) {
        json.push('{');
        let mut first = true;
        for (name, value) in self.0.iter().filter(|(name, _)| !name.starts_with('@')) {
            if !std::mem::take(&mut first) {
                json.push(',');
            }
            json.push_str(&serde_json::Value::from(name.as_str()).to_string());
            json.push(':');
            write_raw(value.get(), json);
        }
        json.push('}');
    }
}

fn write_raw(raw: &str, json: &mut String) {
    if !Members::has_ours(raw) {
        json.push_str(raw);
    } else if raw.starts_with('{') {
        Members::of(raw).written(json);
    } else if raw.starts_with('[') {
        let items: Vec<Box<RawValue>> = serde_json::from_str(raw).unwrap_or_default();
        json.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            write_raw(item.get(), json);
        }
        json.push(']');
    } else {
        json.push_str(raw);
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Members, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_left_out_at_any_depth_and_the_rest_keeps_its_text() {
        let json = r#"{"a":0.10000000000000000001,"@b":{"c":1},"lines":[{"@items":[{"x":1}],"row":"1 \"@"},{"row":"2"}],"z":{"@y":1}}"#;
        let mut written = String::new();
        Members::of(json).written(&mut written);
        assert_eq!(written, r#"{"a":0.10000000000000000001,"lines":[{"row":"1 \"@"},{"row":"2"}],"z":{}}"#);
    }
}
