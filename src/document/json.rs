//! Documents as JSON text, with exact decimals.
//!
//! One text serves as the request's body (but for `goodsOwnerId`) and as the canonical form that *unchanged* is
//! judged by: members in the order of the shape, what is empty left out, decimals without needless zeros.
//! Whoever changes it changes [`CANONICAL_VERSION`].

use std::io::Write;

use rust_decimal::Decimal;

use super::shape::{Content, Document, MemberKind, Value, instant_text, is_empty};

/// The version of the canonical form; a hash is only comparable with one of the same version.
pub const CANONICAL_VERSION: u32 = 1;

/// The document as JSON text.
pub fn to_json(document: &dyn Document) -> String {
    let mut json = Vec::with_capacity(512);
    write_object(document, &mut json);
    // What is written here is text; nothing would be lost of anything else either.
    String::from_utf8(json).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn write_object(document: &dyn Document, json: &mut Vec<u8>) {
    json.push(b'{');
    let mut first = true;
    for (position, member) in document.shape().members.iter().enumerate() {
        let content = document.content(position);
        let nothing = match &content {
            Content::Empty => true,
            Content::Object(nested) => is_empty(*nested),
            Content::Value(_) | Content::List(_) => false,
        };
        if nothing {
            continue;
        }
        if !std::mem::take(&mut first) {
            json.push(b',');
        }
        write_text(member.wire, json);
        json.push(b':');
        match content {
            Content::Empty => {}
            Content::Value(value) => write_value(&value, json),
            Content::Object(nested) => write_object(nested, json),
            Content::List(nested) => {
                json.push(b'[');
                for (index, document) in nested.into_iter().enumerate() {
                    if index > 0 {
                        json.push(b',');
                    }
                    write_object(document, json);
                }
                json.push(b']');
            }
        }
    }
    json.push(b'}');
}

fn write_value(value: &Value, json: &mut Vec<u8>) {
    // To write into memory cannot fail.
    let _ = match value {
        Value::Text(text) => {
            write_text(text, json);
            Ok(())
        }
        Value::Decimal(number) => write!(json, "{}", number.normalize()),
        Value::Integer(number) => write!(json, "{number}"),
        Value::Boolean(truth) => write!(json, "{truth}"),
        Value::Date(date) => write!(json, "\"{date}\""),
        Value::DateTime(instant) => write!(json, "\"{}\"", instant_text(instant)),
    };
}

fn write_text(text: &str, json: &mut Vec<u8>) {
    // Neither a text nor memory can fail.
    let _ = serde_json::to_writer(json, text);
}

/// A decimal as a JSON number: exact, without needless zeros.
pub fn decimal_text(number: Decimal) -> String {
    number.normalize().to_string()
}

/// Fills a document from JSON that [`to_json`] wrote, or that Ongoing answered: members that the shape does not
/// have, and nulls, are passed over.
///
/// # Errors
/// The path of the first member that holds another kind than the shape says.
pub fn from_json(document: &mut dyn Document, json: &serde_json::Value) -> Result<(), String> {
    let Some(object) = json.as_object() else { return Err(document.shape().name.to_owned()) };
    for (position, member) in document.shape().members.iter().enumerate() {
        let Some(json) = object.get(member.wire).filter(|json| !json.is_null()) else { continue };
        let wrong = || member.wire.to_owned();
        match member.kind {
            MemberKind::Object(_) => {
                let nested = document.open(position).ok_or_else(wrong)?;
                from_json(nested, json)?;
            }
            MemberKind::List(_) => {
                for json in json.as_array().ok_or_else(wrong)? {
                    let nested = document.open(position).ok_or_else(wrong)?;
                    from_json(nested, json)?;
                }
            }
            kind => {
                let value = value_from_json(kind, json).ok_or_else(wrong)?;
                if !document.set(position, value) {
                    return Err(wrong());
                }
            }
        }
    }
    Ok(())
}

fn value_from_json(kind: MemberKind, json: &serde_json::Value) -> Option<Value> {
    Some(match kind {
        MemberKind::Text => Value::Text(json.as_str()?.into()),
        // The shortest text of a JSON number of up to 15 digits is the text that was written.
        MemberKind::Decimal => Value::Decimal(Decimal::from_str_exact(&json.as_number()?.to_string()).ok()?),
        MemberKind::Integer => Value::Integer(i32::try_from(json.as_i64()?).ok()?),
        MemberKind::Boolean => Value::Boolean(json.as_bool()?),
        MemberKind::Date => Value::Date(json.as_str()?.get(..10)?.parse().ok()?),
        MemberKind::DateTime => {
            Value::DateTime(chrono::DateTime::parse_from_rfc3339(json.as_str()?).ok()?.to_utc())
        }
        MemberKind::Object(_) | MemberKind::List(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Order;

    #[test]
    fn a_text_is_escaped_as_json_wants_it() {
        let text: String = ('\0'..='\u{a0}').chain("åäö \u{2028}\u{1f4e6}".chars()).collect();
        let order = Order { order_number: Some(text.as_str().into()), ..Order::default() };
        assert_eq!(to_json(&order), serde_json::json!({ "orderNumber": text }).to_string());
    }
}
