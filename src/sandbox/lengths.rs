//! Texts that are longer than their member: nobody knows whether the real system refuses, cuts or keeps them, nor at
//! which length. The lengths are SOAP's, as the OpenAPI file tells them, or those of a switch.

use serde_json::Value;

use super::openapi::{Operation, resolve_named};
use super::settings::{OverLong, Switches};

/// Cuts what is too long, or says what is.
pub fn fit(operation: &Operation, body: &mut Value, switches: &Switches) -> Vec<String> {
    let mut too_long = Vec::new();
    if switches.over_long != OverLong::Kept
        && let Some(schema) = operation.body_schema()
    {
        walk(schema, body, "", switches, &mut too_long);
    }
    too_long
}

fn walk(schema: &Value, value: &mut Value, path: &str, switches: &Switches, too_long: &mut Vec<String>) {
    let (name, schema) = resolve_named(schema);
    match value {
        Value::Object(object) => {
            for (member, value) in object.iter_mut() {
                let inner = &schema["properties"][member];
                let path = if path.is_empty() { member.clone() } else { format!("{path}.{member}") };
                let length = switches.lengths.get(&format!("{name}.{member}")).copied().or_else(|| {
                    inner["x-soap-max-length"].as_u64().and_then(|length| usize::try_from(length).ok())
                });
                match (length, value) {
                    (Some(length), Value::String(text)) if text.chars().count() > length => {
                        match switches.over_long {
                            OverLong::Cut => *text = text.chars().take(length).collect(),
                            _ => too_long.push(format!("{path} is longer than {length} characters")),
                        }
                    }
                    (_, value) => walk(inner, value, &path, switches, too_long),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(&schema["items"], item, &format!("{path}[{index}]"), switches, too_long);
            }
        }
        _ => {}
    }
}
