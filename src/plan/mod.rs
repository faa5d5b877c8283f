//! Which call a document needs, and what speaks against it: values in, values out, no network.

mod characters;
mod lengths;
mod lists;
mod numbers;
mod purposes;
mod quantities;
mod rules;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::call::{Call, Key, Kind, Lane, Need, Operation};
use crate::document::{
    AnyDocument, Article, Attachment, CANONICAL_VERSION, Cancellation, Content, Document, Order, OrderChange,
    PurchaseOrder, PurchaseOrderChange, ReturnOrder, Text, to_json,
};
use crate::fault::{Code, Fault, Place, code};

pub use lists::{List, ListEntry, Lists};
pub use purposes::{Need as PurposeNeed, Purpose};
pub use rules::{Learnt, PlanRules, Strictness};

/// A document that can become a call, with what is worth a warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The call.
    pub call: Call,
    /// What Ongoing may mind, but need not.
    pub warnings: Vec<Fault>,
}

/// Plans the call that a document needs. `remember` is kept with the call as it is; `place` is where the document
/// begins, and `line_place` tells where each of its lines stands, counted from 0, if that is known.
///
/// # Errors
/// What makes the call impossible, each with its place as far as it is known.
pub fn plan(
    document: &AnyDocument,
    lane: &Lane,
    rules: &PlanRules,
    remember: String,
    place: &Place,
    line_place: &dyn Fn(usize) -> Option<Place>,
) -> Result<Plan, Vec<Fault>> {
    let document = numbered(document, rules);
    let Some(Task { kind, number, operation, needs, mut faults }) = task(&document, line_place) else {
        return Err(vec![Fault::new(code::NOT_FOR_ONGOING).at(place.clone())]);
    };
    if number.is_empty() {
        faults.push(
            Fault::new(code::DOCUMENT_WITHOUT_NUMBER)
                .with("document", document.document_type().name().replace('_', " ")),
        );
    }
    if number.chars().any(char::is_control) {
        faults
            .push(Fault::new(code::NUMBER_WITH_CONTROL_CHARACTERS).found(number.escape_debug().to_string()));
    }
    if rules.refuse_articles && kind == Kind::Article {
        faults.push(Fault::new(code::NOT_ARTICLE_MASTER).found(&number));
    }
    faults.extend(numbers::of_others(&document, &rules.numbers));
    let mut warnings = Vec::new();
    let mut judge = |strictness: Strictness, found: Vec<Fault>| match strictness {
        Strictness::Refuse => faults.extend(found),
        Strictness::Warn => warnings.extend(found),
        Strictness::Allow => {}
    };
    judge(
        rules.article_characters_strictness(),
        characters::check(&document, rules.learnt.article_number_characters_refused.as_deref()),
    );
    judge(Strictness::Warn, quantities::check(&document, line_place));
    judge(rules.purposes_missing, purposes::check(&document, &rules.purposes));
    judge(rules.unknown_codes, lists::check(&document, &rules.lists));
    let mut too_long = Vec::new();
    lengths::check(document.as_document(), "", place, &rules.learnt.lengths, &mut too_long);
    judge(if rules.learnt.over_long_is_refused { Strictness::Refuse } else { Strictness::Warn }, too_long);
    let here = |mut fault: Fault| {
        if fault.place.line.is_none() {
            fault.place = Place { field: fault.place.field.take(), ..place.clone() };
        }
        fault
    };
    if !faults.is_empty() {
        return Err(faults.into_iter().map(here).collect());
    }
    let warnings = warnings.into_iter().map(here).collect();
    let body = to_json(document.as_document());
    let hash = canonical_hash(&body);
    let key = Key { lane: lane.clone(), kind, number };
    Ok(Plan { call: Call { key, operation, body, hash, needs, remember }, warnings })
}

/// The call that a faulty document would be, without a body: what it asks for, as far as it must be the only one in its file.
/// `None` where its number is not known.
pub fn call_of_faulty(document: &AnyDocument, lane: &Lane, rules: &PlanRules) -> Option<Call> {
    let document = numbered(document, rules);
    let Task { kind, number, operation, .. } = task(&document, &|_| None)?;
    let key = Key { lane: lane.clone(), kind, number };
    let empty = String::new;
    (!key.number.is_empty()).then(|| Call {
        key,
        operation,
        body: empty(),
        hash: empty(),
        needs: Vec::new(),
        remember: empty(),
    })
}

/// The document with its numbers as Ongoing has them.
fn numbered<'d>(document: &'d AnyDocument, rules: &PlanRules) -> Cow<'d, AnyDocument> {
    match rules.numbers.prefix.is_empty() {
        true => Cow::Borrowed(document),
        false => Cow::Owned(numbers::at_ongoing(document, &rules.numbers)),
    }
}

/// What is said of a document that stands alike earlier in its file: that one counts.
pub fn number_twice(key: &Key, place: Place, first: &Place) -> Fault {
    of_two(code::NUMBER_TWICE, key, place, first)
}

/// What is said of each of two documents of one file that have one number and differ: one file never plans two versions of one
/// key, and nobody can tell which is meant.
pub fn versions_differ(key: &Key, place: Place, other: &Place) -> Fault {
    of_two(code::VERSIONS_DIFFER, key, place, other)
}

fn of_two(code: Code, key: &Key, place: Place, other: &Place) -> Fault {
    Fault::new(code).at(place).found(&key.number).with("document", key.kind.name()).with("other", other)
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

/// What one document asks for, before it is a call.
struct Task {
    kind: Kind,
    /// Our number, empty if the document has none.
    number: String,
    operation: Operation,
    needs: Vec<Need>,
    faults: Vec<Fault>,
}

/// What a document asks for; `None` for those that go the other way.
fn task(document: &AnyDocument, line_place: LinePlace<'_>) -> Option<Task> {
    Some(match document {
        AnyDocument::Article(article) => put_article(article),
        AnyDocument::Order(order) => put_order(order, line_place),
        AnyDocument::PurchaseOrder(purchase_order) => put_purchase_order(purchase_order, line_place),
        AnyDocument::ReturnOrder(return_order) => put_return_order(return_order, line_place),
        AnyDocument::OrderChange(change) => change_order(change),
        AnyDocument::PurchaseOrderChange(change) => change_purchase_order(change),
        AnyDocument::Cancellation(cancellation) => cancel(cancellation),
        AnyDocument::Attachment(attachment) => put_file(attachment),
        AnyDocument::Acknowledgement(_)
        | AnyDocument::Shipment(_)
        | AnyDocument::Receipt(_)
        | AnyDocument::Stock(_)
        | AnyDocument::Adjustment(_)
        | AnyDocument::Return(_)
        | AnyDocument::CancelledOrder(_) => return None,
    })
}

fn put_article(article: &Article) -> Task {
    let rows = article.structure_definition.iter().flat_map(|definition| &definition.rows);
    let needs = articles(rows.map(|row| &row.article_number));
    let own = article.article_number.as_deref();
    let holds_itself = needs.iter().any(|need| Some(need.number.as_str()) == own);
    let faults = holds_itself
        .then(|| Fault::new(code::ARTICLE_HOLDS_ITSELF).found(own.unwrap_or_default()))
        .into_iter()
        .collect();
    Task {
        kind: Kind::Article,
        number: number(&article.article_number),
        operation: Operation::PutArticle,
        needs,
        faults,
    }
}

fn put_order(order: &Order, line_place: LinePlace<'_>) -> Task {
    let lines = order.order_lines.iter().map(|line| (&line.row_number, line.number_of_items.is_some()));
    let faults = line_faults(lines, line_place);
    Task {
        kind: Kind::Order,
        number: number(&order.order_number),
        operation: Operation::PutOrder,
        needs: articles(order.order_lines.iter().map(|line| &line.article_number)),
        faults,
    }
}

fn put_purchase_order(order: &PurchaseOrder, line_place: LinePlace<'_>) -> Task {
    let lines =
        order.purchase_order_lines.iter().map(|line| (&line.row_number, line.number_of_items.is_some()));
    let mut faults = line_faults(lines, line_place);
    // An item without a quantity would be announced as nothing, and a repeat could not tell it from others.
    let items = order
        .purchase_order_lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.article_items.iter().any(|item| item.number_of_items.is_none()));
    faults.extend(items.map(|(place, line)| {
        of_line(Fault::new(code::LINE_WITHOUT_QUANTITY).found(number(&line.row_number)), line_place(place))
    }));
    Task {
        kind: Kind::PurchaseOrder,
        number: number(&order.purchase_order_number),
        operation: Operation::PutPurchaseOrder,
        needs: articles(order.purchase_order_lines.iter().map(|line| &line.article_number)),
        faults,
    }
}

fn put_return_order(order: &ReturnOrder, line_place: LinePlace<'_>) -> Task {
    let lines = order
        .return_order_lines
        .iter()
        .map(|line| (&line.return_order_row_number, line.to_be_returned_number_of_items.is_some()));
    let mut faults = line_faults(lines, line_place);
    for (place, line) in order.return_order_lines.iter().enumerate() {
        if line.order_row_number.is_none() && line.article_number.is_none() {
            let fault = Fault::new(code::RETURN_OF_NO_LINE).found(number(&line.return_order_row_number));
            faults.push(of_line(fault, line_place(place)));
        }
    }
    Task {
        kind: Kind::ReturnOrder,
        number: number(&order.return_order_number),
        operation: Operation::PutReturnOrder,
        needs: vec![Need { kind: Kind::Order, number: number(&order.order_number) }],
        faults,
    }
}

fn change_order(change: &OrderChange) -> Task {
    change_of(Kind::Order, number(&change.order_number), change)
}

fn change_purchase_order(change: &PurchaseOrderChange) -> Task {
    change_of(Kind::PurchaseOrder, number(&change.purchase_order_number), change)
}

fn change_of(kind: Kind, number: String, change: &dyn Document) -> Task {
    let members = change.shape().members.iter().enumerate().filter(|(_, member)| !member.is_ours());
    let nothing = members.into_iter().all(|(position, _)| matches!(change.content(position), Content::Empty));
    let faults = nothing.then(|| Fault::new(code::CHANGE_OF_NOTHING)).into_iter().collect();
    Task { kind, number, operation: Operation::Change, needs: Vec::new(), faults }
}

fn cancel(cancellation: &Cancellation) -> Task {
    let (kind, number, faults) = one_of(&[
        (Kind::Order, &cancellation.order_number),
        (Kind::PurchaseOrder, &cancellation.purchase_order_number),
    ]);
    Task { kind, number, operation: Operation::Cancel, needs: Vec::new(), faults }
}

fn put_file(attachment: &Attachment) -> Task {
    let (of, of_number, faults) = one_of(&[
        (Kind::Order, &attachment.order_number),
        (Kind::PurchaseOrder, &attachment.purchase_order_number),
        (Kind::Article, &attachment.article_number),
    ]);
    let name = attachment.file_name.as_deref().unwrap_or_default();
    let own = if of_number.is_empty() { String::new() } else { format!("{of_number} {name}") };
    let needs = vec![Need { kind: of, number: of_number.clone() }];
    Task {
        kind: Kind::Attachment,
        number: own,
        operation: Operation::PutFile { of, of_number },
        needs,
        faults,
    }
}

/// The one number of several that a document states.
fn one_of(numbers: &[(Kind, &Option<Text>)]) -> (Kind, String, Vec<Fault>) {
    let stated: Vec<(Kind, &str)> = numbers
        .iter()
        .filter_map(|(kind, number)| Some((*kind, number.as_deref().filter(|number| !number.is_empty())?)))
        .collect();
    match stated.as_slice() {
        [(kind, number)] => (*kind, (*number).to_owned(), Vec::new()),
        [] => (Kind::Order, String::new(), Vec::new()),
        [(kind, number), (_, other), ..] => {
            let fault = Fault::new(code::NUMBERS_OF_TWO).found(*number).with("other", other);
            (*kind, (*number).to_owned(), vec![fault])
        }
    }
}

fn number(number: &Option<Text>) -> String {
    number.as_deref().unwrap_or_default().to_owned()
}

fn articles<'a>(numbers: impl Iterator<Item = &'a Option<Text>>) -> Vec<Need> {
    let distinct: BTreeSet<&str> = numbers.flatten().map(Text::as_str).collect();
    distinct.into_iter().map(|number| Need { kind: Kind::Article, number: number.to_owned() }).collect()
}

/// Where a line of a document stands, counted from 0.
type LinePlace<'p> = &'p dyn Fn(usize) -> Option<Place>;

fn of_line(fault: Fault, place: Option<Place>) -> Fault {
    match place {
        Some(place) => fault.at(place),
        None => fault,
    }
}

/// What is wrong with the lines as such: `lines` tells each one's row number and whether it has a quantity.
fn line_faults<'a>(
    lines: impl Iterator<Item = (&'a Option<Text>, bool)>,
    line_place: LinePlace<'_>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<&Text, usize> = BTreeMap::new();
    let mut none = true;
    for (place, (row_number, has_quantity)) in lines.enumerate() {
        none = false;
        // By REST the row number identifies the line (ongoing-rest-api.md, section 3): twice the same loses one.
        if let Some(row_number) = row_number {
            if let Some(first) = seen.get(row_number) {
                let first =
                    line_place(*first).map_or_else(|| format!("{}", first + 1), |first| first.to_string());
                let fault =
                    Fault::new(code::ROW_NUMBER_TWICE).found(row_number.as_str()).with("first", first);
                faults.push(of_line(fault, line_place(place)));
            } else {
                seen.insert(row_number, place);
            }
        }
        // Ongoing takes an absent quantity as 0 (ongoing-rest-api.md, section 4): nothing would be sent, in silence.
        if !has_quantity {
            let number = row_number.as_deref().unwrap_or_default();
            let fault = Fault::new(code::LINE_WITHOUT_QUANTITY).found(number);
            faults.push(of_line(fault, line_place(place)));
        }
    }
    if none {
        faults.push(Fault::new(code::ORDER_WITHOUT_LINES));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::OrderLine;

    fn lane() -> Lane {
        Lane { installation: "nordlager".to_owned(), goods_owner: 159 }
    }

    fn order(rows: &[(&str, &str)]) -> AnyDocument {
        let order_lines = rows
            .iter()
            .map(|(row, article)| OrderLine {
                row_number: Some((*row).into()),
                article_number: Some((*article).into()),
                number_of_items: Some("2.50".parse().unwrap()),
                ..OrderLine::default()
            })
            .collect();
        AnyDocument::Order(Box::new(Order {
            order_number: Some("0017".into()),
            order_type: Some(Box::default()),
            order_lines,
            ..Order::default()
        }))
    }

    fn codes(result: Result<Plan, Vec<Fault>>) -> Vec<&'static str> {
        result.unwrap_err().iter().map(|fault| fault.code.name()).collect()
    }

    #[test]
    fn an_order_becomes_one_call_that_waits_for_its_articles() {
        let plan = plan(
            &order(&[("1", "B"), ("2", "A"), ("3", "B")]),
            &lane(),
            &PlanRules::default(),
            String::new(),
            &Place::default(),
            &|_| None,
        );
        let call = plan.unwrap().call;
        assert_eq!(call.key.to_string(), "order 0017");
        assert_eq!(call.articles().collect::<Vec<_>>(), ["A", "B"]);
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
        let twice = plan(
            &order(&[("1", "A"), ("1", "B")]),
            &lane(),
            &PlanRules::default(),
            String::new(),
            &place,
            &|_| None,
        );
        assert_eq!(twice.clone().unwrap_err()[0].place.line, Some(3));
        assert_eq!(codes(twice), ["row-number-twice"]);
        let line_place = |line: usize| Some(Place::file("rows.csv").line(10 + line as u64));
        let document = order(&[("1", "A"), ("2", "B"), ("1", "C")]);
        let at_line = plan(&document, &lane(), &PlanRules::default(), String::new(), &place, &line_place);
        let at_line = at_line.unwrap_err();
        assert_eq!(at_line[0].args["first"], "rows.csv:10");
        let found = &at_line[0].place;
        assert_eq!((found.file.as_deref(), found.line), (Some("rows.csv"), Some(12)));
        assert_eq!(
            codes(plan(&order(&[]), &lane(), &PlanRules::default(), String::new(), &place, &|_| None)),
            ["order-without-lines"]
        );
    }

    #[test]
    fn a_quantity_below_zero_is_a_warning_at_its_line() {
        let AnyDocument::Order(mut odd) = order(&[("1", "A"), ("2", "B"), ("3", "C")]) else {
            unreachable!()
        };
        odd.order_lines[0].number_of_items = Some("-0".parse().unwrap());
        odd.order_lines[1].number_of_items = Some("-2.50".parse().unwrap());
        let line_place = |line: usize| Some(Place::file("o.csv").line(10 + line as u64));
        let place = Place::file("o.csv").line(9);
        let rules = PlanRules::default();
        let plan =
            plan(&AnyDocument::Order(odd), &lane(), &rules, String::new(), &place, &line_place).unwrap();
        let [warning] = plan.warnings.as_slice() else { panic!("{:?}", plan.warnings) };
        assert_eq!((warning.code, warning.place.line), (code::QUANTITY_BELOW_ZERO, Some(11)));
        assert_eq!(warning.what(crate::fault::Language::English), "order line 2 has the quantity -2.50");
    }

    #[test]
    fn a_text_longer_than_soap_knows_is_a_warning() {
        let AnyDocument::Order(mut long) = order(&[("1", "A")]) else { unreachable!() };
        long.free_text1 = Some("å".repeat(301).into());
        let plan = plan(
            &AnyDocument::Order(long),
            &lane(),
            &PlanRules::default(),
            String::new(),
            &Place::default(),
            &|_| None,
        )
        .unwrap();
        assert_eq!(plan.warnings[0].code.name(), "longer-than-known");
        assert_eq!(plan.warnings[0].place.field.as_deref(), Some("free_text1"));
    }
}
