//! Texts that are longer than SOAP knows their members to be.

use crate::document::{Content, Document, MemberKind, Value};
use crate::fault::{Fault, Place, code};

/// REST states no lengths; SOAP's are worth a warning (`ongoing-rest-api.md`, section 0).
pub(super) fn check(document: &dyn Document, path: &str, place: &Place, warnings: &mut Vec<Fault>) {
    for (position, member) in document.shape().members.iter().enumerate() {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match (document.content(position), member.kind) {
            (Content::Value(Value::Text(text)), MemberKind::Text) => {
                let length = text.chars().count();
                if let Some(max) = member.max_length.filter(|max| length > *max) {
                    warnings.push(
                        Fault::new(code::LONGER_THAN_KNOWN)
                            .at(place.clone().field(path))
                            .found(text)
                            .with("length", length)
                            .with("max", max),
                    );
                }
            }
            (Content::Object(nested), _) => check(nested, &path, place, warnings),
            (Content::List(nested), _) => {
                for document in nested {
                    check(document, &path, place, warnings);
                }
            }
            (Content::Value(_) | Content::Empty, _) => {}
        }
    }
}
