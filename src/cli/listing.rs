//! A document as people read it: one member a line, under the names that format files use.

use std::collections::HashMap;

use crate::document::{Content, Document, Value, decimal_text};

/// As much of one value is shown; the whole stands in `--json`.
const VALUE_LENGTH: usize = 300;

/// The members of a document, indented, one a line; nested members with dots, lists below their name. What is not set
/// is left out.
pub(super) fn members(document: &dyn Document, indent: usize) -> String {
    let mut lines = Vec::new();
    collect(document, "", indent, &mut lines);
    let mut widths: HashMap<usize, usize> = HashMap::new();
    for line in lines.iter().filter(|line| line.value.is_some()) {
        let width = widths.entry(line.indent).or_default();
        *width = (*width).max(line.name.chars().count());
    }
    let mut text = String::new();
    for line in &lines {
        let indent = " ".repeat(line.indent);
        match &line.value {
            Some(value) => {
                text.push_str(&format!(
                    "{indent}{:width$}  {value}\n",
                    line.name,
                    width = widths.get(&line.indent).copied().unwrap_or_default()
                ));
            }
            None => text.push_str(&format!("{indent}{}\n", line.name)),
        }
    }
    text
}

struct Line {
    indent: usize,
    name: String,
    /// `None` for the name of a list's item, whose members stand below.
    value: Option<String>,
}

fn collect(document: &dyn Document, above: &str, indent: usize, lines: &mut Vec<Line>) {
    for (position, member) in document.shape().members.iter().enumerate() {
        let name = format!("{above}{}", member.name);
        match document.content(position) {
            Content::Empty => {}
            Content::Value(value) => lines.push(Line { indent, name, value: Some(shown(&value)) }),
            Content::Object(nested) => collect(nested, &format!("{name}."), indent, lines),
            Content::List(nested) => {
                for (index, document) in nested.into_iter().enumerate() {
                    lines.push(Line { indent, name: format!("{name} {}", index + 1), value: None });
                    collect(document, "", indent + 2, lines);
                }
            }
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        // A file's text must not move the cursor of whoever looks at it.
        Value::Text(text) => {
            let mut shown: String = text.chars().take(VALUE_LENGTH).map(plain).collect();
            if text.chars().nth(VALUE_LENGTH).is_some() {
                shown.push('…');
            }
            shown
        }
        Value::Decimal(number) => decimal_text(*number),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(instant) => instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    }
}

fn plain(character: char) -> char {
    match character {
        '\n' => '⏎',
        character if character.is_control() => '\u{fffd}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{AnyDocument, DocumentType, from_json};

    #[test]
    fn members_stand_under_their_names_in_format_files_and_line_up() {
        let mut order = AnyDocument::empty(DocumentType::Order);
        let json = serde_json::json!({
            "orderNumber": "81204",
            "consignee": {"name": "Åke\u{1b}[2J", "postCode": "652 25"},
            "orderLines": [{"rowNumber": "10", "numberOfItems": 2.5}, {"rowNumber": "20"}],
        });
        from_json(order.as_document_mut(), &json).unwrap();
        let expected = "  order_number         81204
  consignee.name       Åke\u{fffd}[2J
  consignee.post_code  652 25
  order_lines 1
    row_number       10
    number_of_items  2.5
  order_lines 2
    row_number       20
";
        assert_eq!(members(order.as_document(), 2), expected);
    }
}
