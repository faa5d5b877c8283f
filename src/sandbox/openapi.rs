//! The OpenAPI file, and the strict check of raw requests against it: unknown member, wrong type, missing member,
//! number in a string, members of objects whose members nobody knows.

// A JSON value indexed by a name answers null for what is not there; what is written to was made an object here.
#![allow(clippy::indexing_slicing)]

use std::sync::OnceLock;

use serde_json::{Map, Value};

/// The reference of the API (`ongoing-rest-openapi.json`), compiled in.
static TEXT: &str = include_str!("openapi.json");

/// The file as JSON.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(TEXT).unwrap_or_default())
}

/// An operation of the file that a request asks for.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `/api/v1/orders/{orderId}`.
    pub template: &'static str,
    /// The values of the path's parameters, by name.
    pub parameters: Vec<(String, String)>,
    spec: &'static Value,
}

/// What no operation was found for.
#[derive(Debug, PartialEq, Eq)]
pub enum NoOperation {
    /// There is no such path.
    Path,
    /// The path has no such verb.
    Verb,
}

/// The operation of a verb and a path.
pub fn find(verb: &str, path: &str) -> Result<Operation, NoOperation> {
    let paths = document().get("paths").and_then(Value::as_object);
    let mut found = NoOperation::Path;
    let mut best: Option<Operation> = None;
    for (template, verbs) in paths.into_iter().flatten() {
        let Some(parameters) = match_template(template, path) else { continue };
        let Some(spec) = verbs.get(verb.to_lowercase()) else {
            found = NoOperation::Verb;
            continue;
        };
        // `/orders/statuses` is nearer than `/orders/{orderId}`.
        if best.as_ref().is_none_or(|best| parameters.len() < best.parameters.len()) {
            best = Some(Operation { template, parameters, spec });
        }
    }
    best.ok_or(found)
}

fn match_template(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (template.next(), path.next()) {
            (None, None) => return Some(parameters),
            (Some(part), Some(value)) => match part.strip_prefix('{').and_then(|part| part.strip_suffix('}'))
            {
                Some(name) if !value.is_empty() => parameters.push((name.to_owned(), value.to_owned())),
                _ if part == value => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

impl Operation {
    /// The number in the path, as `{orderId}`.
    pub fn path_number(&self, name: &str) -> Option<i64> {
        self.parameters.iter().find(|(known, _)| known == name)?.1.parse().ok()
    }

    /// Everything that is wrong with the query, path parameters and body.
    pub fn violations(&self, query: &[(String, String)], body: Option<&Value>) -> Vec<String> {
        let mut wrong = Vec::new();
        let declared: Vec<&Value> = self
            .spec
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(resolve)
            .collect();
        let named = |name: &str, place: &str| {
            declared.iter().find(|parameter| parameter["name"] == name && parameter["in"] == place)
        };
        for (name, value) in &self.parameters {
            if let Some(parameter) = named(name, "path") {
                check_text(&parameter["schema"], value, name, &mut wrong);
            }
        }
        for (index, (name, value)) in query.iter().enumerate() {
            match named(name, "query") {
                Some(parameter) => {
                    let schema = resolve(&parameter["schema"]);
                    let is_list = schema["type"] == "array";
                    check_text(if is_list { &schema["items"] } else { schema }, value, name, &mut wrong);
                    if !is_list && query.iter().take(index).any(|(earlier, _)| earlier == name) {
                        wrong.push(format!("query parameter {name} is repeated"));
                    }
                }
                None => wrong.push(format!("query parameter {name} is unknown")),
            }
        }
        for parameter in &declared {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] == "query"
                && parameter["required"] == true
                && !query.iter().any(|(known, _)| known == name)
            {
                wrong.push(format!("query parameter {name} is missing"));
            }
        }
        match (self.body_schema(), body) {
            (Some(schema), Some(body)) => check(schema, body, "", &mut wrong),
            (Some(_), None) if self.spec.pointer("/requestBody/required") != Some(&Value::Bool(false)) => {
                wrong.push("the body is missing".to_owned());
            }
            (None, Some(_)) => wrong.push("this operation takes no body".to_owned()),
            _ => {}
        }
        wrong
    }

    /// What the body must look like, if there is one.
    pub fn body_schema(&self) -> Option<&'static Value> {
        self.spec.pointer("/requestBody/content/application~1json/schema")
    }

    /// An answer in the shape of the file: members that it does not know are left out, absent ones come as null, or
    /// as zero or false where null is not allowed (`ongoing-rest-api.md`, sections 2 and 4).
    pub fn shaped(&self, status: u16, body: Value) -> Value {
        match self.answer_schema(status) {
            Some(schema) => shape(schema, body),
            None => body,
        }
    }

    /// Everything that is wrong with an answer: the sandbox promises no more and no less than the file.
    pub fn answer_violations(&self, status: u16, body: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Some(schema) = self.answer_schema(status) {
            check(schema, body, "", &mut wrong);
        }
        wrong
    }

    /// Puts something into every object and list of an answer of which the file knows no members.
    pub fn show_unknown_members(&self, status: u16, body: &mut Value) {
        if let Some(schema) = self.answer_schema(status) {
            show_unknown(schema, body);
        }
    }

    fn answer_schema(&self, status: u16) -> Option<&'static Value> {
        self.spec.pointer(&format!("/responses/{status}/content/application~1json/schema"))
    }
}

fn shape(schema: &Value, value: Value) -> Value {
    let schema = resolve(schema);
    match value {
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| shape(&schema["items"], item)).collect())
        }
        Value::Object(mut object) if schema["properties"].is_object() => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let members = properties.map(|(name, schema)| {
                let value = match object.remove(name) {
                    Some(value) if !value.is_null() && !members_are_unknown(schema) => shape(schema, value),
                    _ => absent(schema),
                };
                (name.clone(), value)
            });
            Value::Object(members.collect())
        }
        value => value,
    }
}

fn show_unknown(schema: &Value, value: &mut Value) {
    let properties = &resolve(schema)["properties"];
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| show_unknown(&resolve(schema)["items"], item));
        }
        Value::Object(object) => {
            for (name, value) in object {
                let schema = &properties[name];
                let something = serde_json::json!({ "member": "value", "number": 1 });
                match (members_are_unknown(schema), resolve(schema)["type"].as_str()) {
                    (true, Some("array")) => *value = Value::Array(vec![something]),
                    (true, _) => *value = something,
                    (false, _) => show_unknown(schema, value),
                }
            }
        }
        _ => {}
    }
}

/// What stands for a member without a value.
fn absent(schema: &Value) -> Value {
    if allows_null(schema) {
        return Value::Null;
    }
    match resolve(schema)["type"].as_str() {
        Some("integer" | "number") => Value::from(0),
        Some("boolean") => Value::from(false),
        _ => Value::Null,
    }
}

fn allows_null(schema: &Value) -> bool {
    schema["nullable"] == true || resolve(schema)["nullable"] == true
}

fn members_are_unknown(schema: &Value) -> bool {
    schema["x-members-unknown"] == true || resolve(schema)["x-members-unknown"] == true
}

/// A parameter as text in a path or query.
fn check_text(schema: &Value, text: &str, name: &str, wrong: &mut Vec<String>) {
    let fits = match resolve(schema)["type"].as_str() {
        Some("integer") => text.parse::<i32>().is_ok(),
        Some("boolean") => matches!(text, "true" | "false"),
        Some("number") => text.parse::<f64>().is_ok(),
        _ => true,
    };
    let timely =
        resolve(schema)["format"] != "date-time" || chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let known = resolve(schema)["enum"].as_array().is_none_or(|words| words.iter().any(|word| word == text));
    if !fits || !timely || !known {
        wrong.push(format!("parameter {name} cannot be {text:?}"));
    }
}

fn resolve(schema: &Value) -> &Value {
    resolve_named(schema).1
}

/// What a schema refers to, and the name that the file gives it.
pub fn resolve_named(schema: &Value) -> (&str, &Value) {
    let (mut name, mut schema) = ("", schema);
    // A chain of references is short; a loop ends here too.
    for _ in 0..8 {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        let Some(target) = reference.and_then(|reference| document().pointer(reference.strip_prefix('#')?))
        else {
            return (name, schema);
        };
        name = reference.and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
        schema = target;
    }
    (name, schema)
}

/// Checks a value against a schema.
fn check(schema: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    if value.is_null() {
        // A null stands for an absent member; what is required is looked at by its object.
        if !allows_null(schema) {
            wrong.push(format!("{path} is null"));
        }
        return;
    }
    if members_are_unknown(schema) {
        wrong.push(format!("{} is an object whose members nobody knows: never send it", show(path)));
        return;
    }
    let schema = resolve(schema);
    let mut complain = |expected: &str| wrong.push(format!("{} is {value}, not {expected}", show(path)));
    match schema["type"].as_str() {
        Some("string") => match value.as_str() {
            None => complain("a string"),
            Some(text) => {
                if text.is_empty() && schema["minLength"].as_u64() > Some(0) {
                    complain("a text with a character");
                }
                if let Some(words) = schema["enum"].as_array()
                    && !words.contains(value)
                {
                    complain("one of the known words");
                }
                if (schema["format"] == "date-time" || is_date_or_time(schema)) && !is_time(text) {
                    complain("a date and time");
                }
            }
        },
        Some("integer") if value.as_i64().is_none_or(|number| i32::try_from(number).is_err()) => {
            complain("a whole number of 32 bits");
        }
        Some("number") if !value.is_number() => complain("a number"),
        Some("boolean") if !value.is_boolean() => complain("true or false"),
        Some("array") => match value.as_array() {
            None => complain("a list"),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    check(&schema["items"], item, &format!("{path}[{index}]"), wrong);
                }
            }
        },
        Some("object") | None if schema.get("properties").is_some() => match value.as_object() {
            None => complain("an object"),
            Some(object) => check_object(schema, object, path, wrong),
        },
        _ => {}
    }
}

fn check_object(schema: &Value, object: &Map<String, Value>, path: &str, wrong: &mut Vec<String>) {
    let properties = schema["properties"].as_object();
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if object.get(required).is_none_or(Value::is_null) {
            wrong.push(format!("{} is missing", join(path, required)));
        }
    }
    for (name, value) in object {
        match properties.and_then(|properties| properties.get(name)) {
            Some(schema) => check(schema, value, &join(path, name), wrong),
            None => wrong.push(format!("{} is unknown", join(path, name))),
        }
    }
}

/// The file's own type for what is a date in examples and a time in the vendor's schema.
fn is_date_or_time(schema: &Value) -> bool {
    document().pointer("/components/schemas/DateOrDateTime") == Some(schema)
}

/// Both forms that the vendor's examples show: a date alone, or with a time.
fn is_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
        || text.parse::<chrono::NaiveDate>().is_ok()
        || text.parse::<chrono::NaiveDateTime>().is_ok()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn show(path: &str) -> &str {
    if path.is_empty() { "the body" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn violations(verb: &str, path: &str, body: Value) -> Vec<String> {
        find(verb, path).unwrap().violations(&[], Some(&body))
    }

    #[test]
    fn a_good_article_has_none_and_each_mistake_is_named() {
        let path = "/api/v1/articles";
        assert!(
            violations("PUT", path, json!({"goodsOwnerId": 1, "articleNumber": "A", "weight": 1.5}))
                .is_empty()
        );
        for (body, expected) in [
            (json!({"articleNumber": "A"}), "goodsOwnerId is missing"),
            (
                json!({"goodsOwnerId": "1", "articleNumber": "A"}),
                "goodsOwnerId is \"1\", not a whole number of 32 bits",
            ),
            (
                json!({"goodsOwnerId": 1, "articleNumber": ""}),
                "articleNumber is \"\", not a text with a character",
            ),
            (
                json!({"goodsOwnerId": 1, "articleNumber": "A", "weight": "1.5"}),
                "weight is \"1.5\", not a number",
            ),
            (json!({"goodsOwnerId": 1, "articleNumber": "A", "colour": 1}), "colour is unknown"),
            (
                json!({"goodsOwnerId": 1, "articleNumber": "A", "advanced": {}}),
                "advanced is an object whose members nobody knows: never send it",
            ),
        ] {
            assert_eq!(violations("PUT", path, body), [expected]);
        }
    }

    #[test]
    fn an_order_is_checked_to_its_depths() {
        let order = |delivery_date: Value, line: Value| {
            json!({"goodsOwnerId": 1, "orderNumber": "O", "deliveryDate": delivery_date, "consignee": {"name": null},
                "orderLines": [{"rowNumber": "1", "articleNumber": "A"}, line]})
        };
        let line = || json!({"rowNumber": "2", "articleNumber": "A", "numberOfItems": 2.5});
        let path = "/api/v1/orders";
        assert!(violations("PUT", path, order(json!("2026-03-31"), line())).is_empty());
        assert!(violations("PUT", path, order(json!("2026-03-31T08:00:00Z"), line())).is_empty());
        for (body, expected) in [
            (order(json!("31/3 2026"), line()), "deliveryDate is \"31/3 2026\", not a date and time"),
            (order(json!(null), line()), "deliveryDate is missing"),
            (
                order(
                    json!("2026-03-31"),
                    json!({"rowNumber": "2", "articleNumber": "A", "numberOfItems": "2"}),
                ),
                "orderLines[1].numberOfItems is \"2\", not a number",
            ),
            (order(json!("2026-03-31"), json!({"rowNumber": "2"})), "orderLines[1].articleNumber is missing"),
            (
                order(
                    json!("2026-03-31"),
                    json!({"rowNumber": "2", "articleNumber": "A", "vat": {"vatPercent": 25}}),
                ),
                "orderLines[1].vat is an object whose members nobody knows: never send it",
            ),
            (
                order(
                    json!("2026-03-31"),
                    json!({"rowNumber": "2", "articleNumber": "A", "prices": {"linePrise": 1}}),
                ),
                "orderLines[1].prices.linePrise is unknown",
            ),
            (
                order(
                    json!("2026-03-31"),
                    json!({"rowNumber": "2", "articleNumber": "A", "minDaysToExpiryDate": 2_147_483_648_u64}),
                ),
                "orderLines[1].minDaysToExpiryDate is 2147483648, not a whole number of 32 bits",
            ),
        ] {
            let found = violations("PUT", path, body);
            assert!(found.contains(&expected.to_owned()), "{found:?} lacks {expected:?}");
        }
    }

    #[test]
    fn an_answer_gets_the_file_s_shape() {
        let operation = find("GET", "/api/v1/articles/7").unwrap();
        let article =
            operation.shaped(200, json!({"articleSystemId": 7, "colour": "red", "inventoryInfo": {}}));
        assert_eq!(article.get("colour"), None);
        assert_eq!(article["articleName"], Value::Null);
        assert!(article.as_object().unwrap().contains_key("barCodeInfo"), "null, not absent");
        assert_eq!(article["inventoryInfo"]["numberOfItems"], 0);
        assert!(operation.answer_violations(200, &article).is_empty());
        assert_eq!(operation.answer_violations(200, &json!({"articleSystemId": "7"})).len(), 1);
    }

    #[test]
    fn the_nearest_operation_is_found_and_its_query_checked() {
        assert_eq!(find("GET", "/api/v1/orders/statuses").unwrap().template, "/api/v1/orders/statuses");
        let order = find("GET", "/api/v1/orders/17").unwrap();
        assert_eq!(order.path_number("orderId"), Some(17));
        assert_eq!(find("POST", "/api/v1/orders").unwrap_err(), NoOperation::Verb);
        assert_eq!(find("GET", "/api/v1/nothing").unwrap_err(), NoOperation::Path);
        let list = find("GET", "/api/v1/orders").unwrap();
        let query = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(
            list.violations(&query("goodsOwnerId", "x"), None),
            ["parameter goodsOwnerId cannot be \"x\""]
        );
        assert_eq!(
            list.violations(&query("page", "1"), None),
            ["query parameter page is unknown", "query parameter goodsOwnerId is missing"]
        );
        let many = [
            ("goodsOwnerId", "1"),
            ("orderNumbers", "A"),
            ("orderNumbers", "B"),
            ("orderNumber", "A"),
            ("orderNumber", "B"),
        ];
        let many: Vec<_> =
            many.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(list.violations(&many, None), ["query parameter orderNumber is repeated"]);
    }
}
