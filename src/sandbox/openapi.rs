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
        for (name, value) in query {
            match named(name, "query") {
                Some(parameter) => {
                    let schema = resolve(&parameter["schema"]);
                    let schema = if schema["type"] == "array" { &schema["items"] } else { schema };
                    check_text(schema, value, name, &mut wrong);
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
        let schema = self.spec.pointer("/requestBody/content/application~1json/schema");
        match (schema, body) {
            (Some(schema), Some(body)) => check(schema, body, "", true, &mut wrong),
            (Some(_), None) if self.spec.pointer("/requestBody/required") != Some(&Value::Bool(false)) => {
                wrong.push("the body is missing".to_owned());
            }
            (None, Some(_)) => wrong.push("this operation takes no body".to_owned()),
            _ => {}
        }
        wrong
    }

    /// Everything that is wrong with one of the sandbox's own answers, read as tolerantly as the file says answers are meant.
    #[cfg(test)]
    pub fn answer_violations(&self, status: u16, body: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let content = self.spec.pointer(&format!("/responses/{status}/content/application~1json/schema"));
        if let Some(schema) = content {
            check(schema, body, "", false, &mut wrong);
        }
        wrong
    }
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
    if !fits || !timely {
        wrong.push(format!("parameter {name} cannot be {text:?}"));
    }
}

fn resolve(schema: &Value) -> &Value {
    let mut schema = schema;
    // A chain of references is short; a loop ends here too.
    for _ in 0..8 {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        let Some(target) = reference.and_then(|reference| document().pointer(reference.strip_prefix('#')?))
        else {
            return schema;
        };
        schema = target;
    }
    schema
}

/// Checks a value against a schema. `strict`: as a request; else as an answer, where more members may come.
fn check(schema: &Value, value: &Value, path: &str, strict: bool, wrong: &mut Vec<String>) {
    if value.is_null() {
        // A null stands for an absent member; what is required is looked at by its object.
        if strict && schema["nullable"] != true && resolve(schema)["nullable"] != true {
            wrong.push(format!("{path} is null"));
        }
        return;
    }
    let schema = resolve(schema);
    let mut complain = |expected: &str| wrong.push(format!("{} is {value}, not {expected}", show(path)));
    match schema["type"].as_str() {
        Some("string") => match value.as_str() {
            None => complain("a string"),
            Some(text) => {
                if strict && text.is_empty() && schema["minLength"].as_u64() > Some(0) {
                    complain("a text with a character");
                }
                if let Some(words) = schema["enum"].as_array()
                    && !words.contains(value)
                {
                    complain("one of the known words");
                }
                if schema["format"] == "date-time" && !is_time(text) {
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
                    check(&schema["items"], item, &format!("{path}[{index}]"), strict, wrong);
                }
            }
        },
        Some("object") | None
            if schema.get("properties").is_some() || schema["x-members-unknown"] == true =>
        {
            match value.as_object() {
                None => complain("an object"),
                Some(object) => check_object(schema, object, path, strict, wrong),
            }
        }
        _ => {}
    }
}

fn check_object(
    schema: &Value,
    object: &Map<String, Value>,
    path: &str,
    strict: bool,
    wrong: &mut Vec<String>,
) {
    if strict && schema["x-members-unknown"] == true {
        wrong.push(format!("{} is an object whose members nobody knows: never send it", show(path)));
        return;
    }
    let properties = schema["properties"].as_object();
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if strict && object.get(required).is_none_or(Value::is_null) {
            wrong.push(format!("{} is missing", join(path, required)));
        }
    }
    for (name, value) in object {
        match properties.and_then(|properties| properties.get(name)) {
            Some(schema) => check(schema, value, &join(path, name), strict, wrong),
            None if strict => wrong.push(format!("{} is unknown", join(path, name))),
            None => {}
        }
    }
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
    }
}
