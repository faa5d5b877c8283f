//! The request schemas of the OpenAPI file: what they have, and whether a body fits one. Strict: what a schema does not
//! name is wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub struct Api {
    openapi: Value,
    /// The members of each schema that a request can have.
    schemas: BTreeMap<String, Vec<String>>,
}

/// The members that were seen, by schema.
#[derive(Default)]
pub struct Seen(BTreeSet<(String, String)>);

impl Seen {
    pub fn has(&self, schema: &str, member: &str) -> bool {
        self.0.contains(&(schema.to_owned(), member.to_owned()))
    }
}

impl Api {
    pub fn read() -> Api {
        let openapi: Value = serde_json::from_str(include_str!("../../src/sandbox/openapi.json")).unwrap();
        let mut api = Api { openapi, schemas: BTreeMap::new() };
        let mut schemas = BTreeMap::new();
        for path in api.openapi["paths"].as_object().unwrap().values() {
            for operation in path.as_object().unwrap().values() {
                api.gather(&operation["requestBody"]["content"]["application/json"]["schema"], &mut schemas);
            }
        }
        api.schemas = schemas;
        api
    }

    /// Adds what a schema and those below it have.
    fn gather(&self, schema: &Value, schemas: &mut BTreeMap<String, Vec<String>>) {
        let (name, schema) = self.resolve(schema);
        if let Some(properties) = schema["properties"].as_object() {
            if schemas.contains_key(&name) {
                return;
            }
            let known = properties.iter().filter(|(_, property)| property["x-members-unknown"] != true);
            schemas.insert(name, known.clone().map(|(member, _)| member.clone()).collect());
            known.for_each(|(_, property)| self.gather(property, schemas));
        } else if schema["items"].is_object() {
            self.gather(&schema["items"], schemas);
        }
    }

    /// Follows `$ref` and `allOf`; the name is empty where there is none.
    fn resolve<'a>(&'a self, schema: &'a Value) -> (String, &'a Value) {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        match reference {
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap();
                (name.to_owned(), &self.openapi["components"]["schemas"][name])
            }
            None => (String::new(), schema),
        }
    }

    /// Each schema that a request can have, with its members.
    pub fn request_schemas(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let schemas = self.schemas.iter().filter(|(name, _)| !name.is_empty());
        schemas.map(|(name, members)| (name.as_str(), members.iter().map(String::as_str).collect()))
    }

    /// The operation that a request is of: `PUT /api/v1/orders`.
    pub fn operation(&self, verb: &str, path: &str) -> Option<String> {
        let asked: Vec<&str> = path.split('/').collect();
        let paths = self.openapi["paths"].as_object().unwrap();
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == asked.len()
                && template
                    .iter()
                    .zip(&asked)
                    .all(|(one, other)| one == other || one.starts_with('{') && other.parse::<u64>().is_ok())
        };
        let verb_name = verb.to_lowercase();
        let mut found =
            paths.iter().filter(|(template, verbs)| fits(template) && verbs[&verb_name].is_object());
        found.next().map(|(template, _)| format!("{verb} {template}"))
    }

    /// What is wrong with a body; its members are noted as seen.
    pub fn validate(&self, operation: &str, body: &str, seen: &mut Seen) -> Vec<String> {
        let (verb, template) = operation.split_once(' ').unwrap();
        let schema = &self.openapi["paths"][template][verb.to_lowercase()]["requestBody"];
        let schema = &schema["content"]["application/json"]["schema"];
        if !schema.is_object() {
            let unwanted = !body.is_empty();
            return unwanted
                .then(|| "it has a body, and the operation takes none".to_owned())
                .into_iter()
                .collect();
        }
        let body: Value = match serde_json::from_str(body) {
            Ok(body) => body,
            Err(error) => return vec![error.to_string()],
        };
        let mut wrong = Vec::new();
        self.check(schema, &body, "body", seen, &mut wrong);
        wrong
    }

    fn check(&self, schema: &Value, value: &Value, path: &str, seen: &mut Seen, wrong: &mut Vec<String>) {
        let (name, schema) = self.resolve(schema);
        let mut say = |what: String| wrong.push(format!("{path}: {what}"));
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            say(format!("{value} is none of {allowed:?}"));
        }
        match (schema["type"].as_str(), value) {
            (Some("object"), Value::Object(members)) => {
                let properties = schema["properties"].as_object().unwrap();
                for required in schema["required"].as_array().into_iter().flatten() {
                    if !members.contains_key(required.as_str().unwrap()) {
                        say(format!("{required} is required"));
                    }
                }
                for (member, value) in members {
                    match properties.get(member) {
                        None => wrong.push(format!("{path}: {member} is no member of {name}")),
                        Some(property) if property["x-members-unknown"] == true => {
                            wrong.push(format!("{path}: {member} is never sent"));
                        }
                        Some(property) => {
                            seen.0.insert((name.clone(), member.clone()));
                            self.check(property, value, &format!("{path}.{member}"), seen, wrong);
                        }
                    }
                }
            }
            (Some("array"), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{path}[{index}]"), seen, wrong);
                }
            }
            (Some("string"), Value::String(text)) => {
                if schema["format"] == "date-time" && chrono::DateTime::parse_from_rfc3339(text).is_err() {
                    say(format!("{text:?} is no date-time"));
                }
                if text.len() < schema["minLength"].as_u64().unwrap_or(0) as usize {
                    say("it is empty".to_owned());
                }
            }
            (Some("integer"), Value::Number(number)) if number.is_i64() => {}
            (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) => {}
            // A date, or a date with a time.
            (None, Value::String(text)) if name == "DateOrDateTime" => {
                if text.parse::<chrono::NaiveDate>().is_err()
                    && chrono::DateTime::parse_from_rfc3339(text).is_err()
                {
                    say(format!("{text:?} is no date"));
                }
            }
            (expected, value) => say(format!("{value} is no {}", expected.unwrap_or(&name))),
        }
    }
}
