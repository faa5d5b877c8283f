//! The keys of a file as a JSON Schema, so that editors complete and check what an author writes.
//!
//! Draft 7, since that is what editors of TOML know best. What goes together and what a name refers to, the check says.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::keys::{Key, Keys, Takes};

/// The schema of a file with these keys.
pub fn schema(title: &str, keys: &Arc<Keys>) -> Value {
    let mut definitions = Definitions::default();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!(title));
    schema.extend(definitions.table(keys));
    schema.insert("definitions".to_owned(), Value::Object(definitions.made));
    Value::Object(schema)
}

/// The tables met so far, each once.
#[derive(Default)]
struct Definitions {
    made: Map<String, Value>,
}

impl Definitions {
    fn table(&mut self, keys: &Keys) -> Map<String, Value> {
        let mut table = Map::new();
        table.insert("type".to_owned(), json!("object"));
        let properties: Map<String, Value> =
            keys.keys.iter().map(|key| (key.name.to_owned(), self.key(key))).collect();
        table.insert("properties".to_owned(), Value::Object(properties));
        let required: Vec<&str> = keys.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        if !required.is_empty() {
            table.insert("required".to_owned(), json!(required));
        }
        let others = keys.others.as_ref().map_or(Value::Bool(false), |takes| self.value(takes));
        table.insert("additionalProperties".to_owned(), others);
        table
    }

    fn key(&mut self, key: &Key) -> Value {
        let meaning = json!(key.meaning);
        match self.value(&key.takes) {
            // What stands beside a reference counts for nothing in draft 7.
            Value::Object(value) if value.contains_key("$ref") => {
                json!({ "description": meaning, "allOf": [value] })
            }
            Value::Object(value) => {
                let described = [("description".to_owned(), meaning)].into_iter().chain(value);
                Value::Object(described.collect())
            }
            other => other,
        }
    }

    fn value(&mut self, takes: &Takes) -> Value {
        match takes {
            Takes::Text => json!({ "type": "string" }),
            Takes::Character => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            Takes::Word(words) => json!({ "type": "string", "enum": words }),
            Takes::Offered(words) => {
                json!({ "anyOf": [{ "type": "string", "enum": words }, { "type": "string" }] })
            }
            Takes::Integer(bounds) => {
                let mut number = Map::new();
                number.insert("type".to_owned(), json!("integer"));
                number.insert("minimum".to_owned(), json!(bounds.start()));
                if *bounds.end() < i64::MAX {
                    number.insert("maximum".to_owned(), json!(bounds.end()));
                }
                Value::Object(number)
            }
            Takes::Boolean => json!({ "type": "boolean" }),
            Takes::List(items) => json!({ "type": "array", "items": self.value(items) }),
            Takes::Either(ways) => {
                let ways: Vec<Value> = ways.iter().map(|way| self.value(way)).collect();
                json!({ "anyOf": ways })
            }
            Takes::Table(keys) => {
                let name = keys.name.replace(' ', "-");
                if !self.made.contains_key(&name) {
                    // Its place is taken before what is in it, which may be the same again.
                    self.made.insert(name.clone(), Value::Null);
                    let table = self.table(keys);
                    self.made.insert(name.clone(), Value::Object(table));
                }
                json!({ "$ref": format!("#/definitions/{name}") })
            }
        }
    }
}
