//! Which call a document needs, and what speaks against it: values in, values out, no network.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::call::{Call, Key, Kind, Lane, Operation};
use crate::document::{
    AnyDocument, Article, CANONICAL_VERSION, Content, Document, MemberKind, Order, Value, to_json,
};
use crate::fault::{Fault, Place, code};

/// A document that can become a call, with what is worth a warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The call.
    pub call: Call,
    /// What Ongoing may mind, but need not.
    pub warnings: Vec<Fault>,
}

/// Plans the call that a document needs. `remember` is kept with the call as it is; `place` is where the document
/// begins.
///
/// # Errors
/// What makes the call impossible, each with its place as far as it is known.
pub fn plan(
    document: &AnyDocument,
    lane: &Lane,
    remember: String,
    place: &Place,
) -> Result<Plan, Vec<Fault>> {
    let (kind, operation, needs_articles, mut faults) = match document {
        AnyDocument::Article(article) => {
            (Kind::Article, Operation::PutArticle, components(article), article_faults(article))
        }
        AnyDocument::Order(order) => {
            (Kind::Order, Operation::PutOrder, ordered_articles(order), order_faults(order))
        }
        AnyDocument::Acknowledgement(_) | AnyDocument::Shipment(_) => {
            return Err(vec![Fault::new(code::NOT_FOR_ONGOING).at(place.clone())]);
        }
    };
    let number = document.number().unwrap_or_default().to_owned();
    if number.is_empty() {
        faults.push(Fault::new(code::DOCUMENT_WITHOUT_NUMBER).with("document", kind.name()));
    }
    if number.chars().any(char::is_control) {
        faults
            .push(Fault::new(code::NUMBER_WITH_CONTROL_CHARACTERS).found(number.escape_debug().to_string()));
    }
    for fault in &mut faults {
        if fault.place.line.is_none() {
            fault.place = Place { field: fault.place.field.take(), ..place.clone() };
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut warnings = Vec::new();
    check_lengths(document.as_document(), "", place, &mut warnings);
    let body = to_json(document.as_document());
    let hash = canonical_hash(&body);
    let key = Key { lane: lane.clone(), kind, number };
    Ok(Plan { call: Call { key, operation, body, hash, needs_articles, remember }, warnings })
}

/// The versioned hash that *unchanged* is judged by.
pub fn canonical_hash(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let mut hash = format!("{CANONICAL_VERSION}:");
    for byte in digest.iter() {
        hash.push_str(&format!("{byte:02x}"));
    }
    hash
}

fn components(article: &Article) -> Vec<String> {
    let rows = article.structure_definition.iter().flat_map(|definition| &definition.rows);
    distinct(rows.filter_map(|row| row.article_number.clone()))
}

fn ordered_articles(order: &Order) -> Vec<String> {
    distinct(order.order_lines.iter().filter_map(|line| line.article_number.clone()))
}

fn distinct(numbers: impl Iterator<Item = String>) -> Vec<String> {
    numbers.collect::<BTreeSet<_>>().into_iter().collect()
}

fn article_faults(article: &Article) -> Vec<Fault> {
    let own = article.article_number.as_deref();
    let holds_itself = components(article).iter().any(|component| Some(component.as_str()) == own);
    holds_itself
        .then(|| Fault::new(code::ARTICLE_HOLDS_ITSELF).found(own.unwrap_or_default()))
        .into_iter()
        .collect()
}

fn order_faults(order: &Order) -> Vec<Fault> {
    let mut faults = Vec::new();
    if order.order_lines.is_empty() {
        faults.push(Fault::new(code::ORDER_WITHOUT_LINES));
    }
    // By REST the row number identifies the line (ongoing-rest-api.md, section 3): twice the same loses one.
    let mut seen = BTreeSet::new();
    for row_number in order.order_lines.iter().filter_map(|line| line.row_number.as_deref()) {
        if !seen.insert(row_number) {
            faults.push(Fault::new(code::ROW_NUMBER_TWICE).found(row_number));
        }
    }
    // Ongoing takes an absent quantity as 0 (ongoing-rest-api.md, section 4): nothing would be sent, in silence.
    for line in order.order_lines.iter().filter(|line| line.number_of_items.is_none()) {
        faults.push(
            Fault::new(code::LINE_WITHOUT_QUANTITY).found(line.row_number.as_deref().unwrap_or_default()),
        );
    }
    faults
}

/// REST states no lengths; SOAP's are worth a warning (`ongoing-rest-api.md`, section 0).
fn check_lengths(document: &dyn Document, path: &str, place: &Place, warnings: &mut Vec<Fault>) {
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
            (Content::Object(nested), _) => check_lengths(nested, &path, place, warnings),
            (Content::List(nested), _) => {
                for document in nested {
                    check_lengths(document, &path, place, warnings);
                }
            }
            (Content::Value(_) | Content::Empty, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{CodeName, OrderLine};

    fn lane() -> Lane {
        Lane { installation: "nordlager".to_owned(), goods_owner: 159 }
    }

    fn order(rows: &[(&str, &str)]) -> AnyDocument {
        let order_lines = rows
            .iter()
            .map(|(row, article)| OrderLine {
                row_number: Some((*row).to_owned()),
                article_number: Some((*article).to_owned()),
                number_of_items: Some("2.50".parse().unwrap()),
                ..OrderLine::default()
            })
            .collect();
        AnyDocument::Order(Box::new(Order {
            order_number: Some("0017".to_owned()),
            order_type: Some(CodeName::default()),
            order_lines,
            ..Order::default()
        }))
    }

    fn codes(result: Result<Plan, Vec<Fault>>) -> Vec<&'static str> {
        result.unwrap_err().iter().map(|fault| fault.code.name()).collect()
    }

    #[test]
    fn an_order_becomes_one_call_that_waits_for_its_articles() {
        let plan =
            plan(&order(&[("1", "B"), ("2", "A"), ("3", "B")]), &lane(), String::new(), &Place::default());
        let call = plan.unwrap().call;
        assert_eq!(call.key.to_string(), "order 0017");
        assert_eq!(call.needs_articles, ["A", "B"]);
        assert!(
            call.body.starts_with(r#"{"orderNumber":"0017","orderLines":[{"rowNumber":"1","#),
            "{}",
            call.body
        );
        assert!(
            call.body.contains(r#""numberOfItems":2.5}"#),
            "exact and without needless zeros: {}",
            call.body
        );
        assert!(call.hash.starts_with("1:") && call.hash.len() == 66);
    }

    #[test]
    fn a_row_number_twice_and_no_lines_are_faults() {
        let place = Place::file("o.csv").line(3);
        let twice = plan(&order(&[("1", "A"), ("1", "B")]), &lane(), String::new(), &place);
        assert_eq!(twice.clone().unwrap_err()[0].place.line, Some(3));
        assert_eq!(codes(twice), ["row-number-twice"]);
        assert_eq!(codes(plan(&order(&[]), &lane(), String::new(), &place)), ["order-without-lines"]);
    }

    #[test]
    fn a_text_longer_than_soap_knows_is_a_warning() {
        let AnyDocument::Order(mut long) = order(&[("1", "A")]) else { unreachable!() };
        long.free_text1 = Some("å".repeat(301));
        let plan = plan(&AnyDocument::Order(long), &lane(), String::new(), &Place::default()).unwrap();
        assert_eq!(plan.warnings[0].code.name(), "longer-than-known");
        assert_eq!(plan.warnings[0].place.field.as_deref(), Some("free_text1"));
    }
}
