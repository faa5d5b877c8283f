//! `where`, `skip`, `test` and `when`: what a record must be.

use rust_decimal::Decimal;

use super::draft::{Draft, Scope};
use super::source_part::wrong_type;
use crate::format::source::{Is, Test, Tests};
use crate::written::{At, Item, Table};

const EXPECTED: &str = "fields and what they must be, like { Typ = \"1\" }, { Typ = [\"1\", \"2\"] }, { Art = { not = [\"-\"] } }, \
     { Namn = { blank = false } }, { Art = { like = \"^9\" } } or { Antal = { number = 0 } }; or a list of such tables, of which \
     one must fit";

const VALUE_EXPECTED: &str = "a text, a list of texts, or one of { not = [\"-\"] }, { blank = false }, { like = \"^9\" } and { number = 0 }";

/// The tests that a key states; none where it is not there.
pub(super) fn tests(table: &Table<'_>, key: &str, draft: &mut Draft, scope: Scope<'_>) -> Option<Tests> {
    let sets = match table.item(key)? {
        Item::Table(one) => vec![one],
        Item::List(items, place) => {
            let mut sets = Vec::new();
            for item in items {
                match item {
                    Item::Table(one) => sets.push(one),
                    other => wrong_type(table, key, &other, EXPECTED),
                }
            }
            if sets.is_empty() {
                let found = At { value: "[]".to_owned(), place };
                table.wrong_value(key, &found, EXPECTED, "");
            }
            sets
        }
        other => {
            wrong_type(table, key, &other, EXPECTED);
            return None;
        }
    };
    Some(Tests(sets.iter().map(|set| all_of(set, draft, scope)).collect()))
}

fn all_of(set: &Table<'_>, draft: &mut Draft, scope: Scope<'_>) -> Vec<Test> {
    let mut tests = Vec::new();
    for name in set.keys() {
        let Some(item) = set.item(&name.value) else { continue };
        let Some(is) = is(set, &name.value, item) else { continue };
        if name.value == "file_name" {
            tests.push(Test { field: None, is });
        } else if let Some(field) = draft.field(set, &name, scope) {
            tests.push(Test { field: Some(field), is });
        }
    }
    tests
}

fn is(set: &Table<'_>, name: &str, item: Item<'_>) -> Option<Is> {
    match item {
        Item::Text(text) => Some(Is::OneOf(vec![text.value])),
        Item::List(..) => Some(Is::OneOf(set.texts(name)?.into_iter().map(|text| text.value).collect())),
        Item::Table(table) => {
            let not = table.texts("not");
            let blank = table.boolean("blank");
            let like = table.text("like");
            let number = table.item("number");
            let is = match (not, blank, like, number) {
                (Some(not), None, None, None) => {
                    Some(Is::NoneOf(not.into_iter().map(|text| text.value).collect()))
                }
                (None, Some(blank), None, None) => Some(Is::Blank(blank.value)),
                (None, None, Some(like), None) => {
                    let pattern = regex::Regex::new(&like.value);
                    if pattern.is_err() {
                        table.wrong_value("like", &like, "a regular expression, like \"^9[0-9]+$\"", "");
                    }
                    pattern.ok().map(Is::Like)
                }
                (None, None, None, Some(Item::Integer(number))) => {
                    Some(Is::Number(Decimal::from(number.value)))
                }
                (None, None, None, Some(other)) => {
                    wrong_type(&table, "number", &other, "a whole number");
                    None
                }
                _ => {
                    wrong_type(set, name, &Item::Table(table), VALUE_EXPECTED);
                    return None;
                }
            };
            table.finish();
            is
        }
        other => {
            wrong_type(set, name, &other, VALUE_EXPECTED);
            None
        }
    }
}
