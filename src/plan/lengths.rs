//! Texts that are longer than SOAP knows their members to be.

use std::collections::BTreeMap;

use crate::document::{Content, Document, MemberKind, Value};
use crate::fault::{Fault, Place, code};

/// REST states no lengths; SOAP's are worth a warning (`ongoing-rest-api.md`, section 0).
/// Where the installation's own length is known, it counts instead.
pub(super) fn check(
    document: &dyn Document,
    path: &str,
    place: &Place,
    learnt: &BTreeMap<String, usize>,
    too_long: &mut Vec<Fault>,
) {
    let shape = document.shape();
    for (position, member) in shape.members.iter().enumerate() {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match (document.content(position), member.kind) {
            (Content::Value(Value::Text(text)), MemberKind::Text) => {
                let length = text.chars().count();
                let known = || learnt.get(&format!("{}.{}", shape.schema, member.wire)).copied();
                let max = if learnt.is_empty() { member.max_length } else { known().or(member.max_length) };
                if let Some(max) = max.filter(|max| length > *max) {
                    too_long.push(
                        Fault::new(code::LONGER_THAN_KNOWN)
                            .at(place.clone().field(path))
                            .found(text)
                            .with("length", length)
                            .with("max", max),
                    );
                }
            }
            (Content::Object(nested), _) => check(nested, &path, place, learnt, too_long),
            (Content::List(nested), _) => {
                for document in nested {
                    check(document, &path, place, learnt, too_long);
                }
            }
            (Content::Value(_) | Content::Empty, _) => {}
        }
    }
}
