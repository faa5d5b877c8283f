//! Every request member of `PUT /articles` and `PUT /orders` in the OpenAPI file stands in our documents, with the
//! same kind, and nothing else does. Left out, each with its reason: `goodsOwnerId` (the partner's, from the
//! configuration) and what is marked x-members-unknown (never sent).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use lastkaj::document::{Article, MemberKind, Order, Shape, Shaped};
use serde_json::Value;

fn openapi() -> Value {
    serde_json::from_str(include_str!("../src/sandbox/openapi.json")).unwrap()
}

/// Follows `$ref` and `allOf` to the schema and its name.
fn resolve<'a>(openapi: &'a Value, schema: &'a Value) -> (&'a Value, String) {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference {
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap();
            (&openapi["components"]["schemas"][name], name.to_owned())
        }
        None => (schema, String::new()),
    }
}

fn compare(openapi: &Value, shape: &Shape, path: &str, seen: &mut usize) {
    let schema = &openapi["components"]["schemas"][shape.schema];
    let properties =
        schema["properties"].as_object().unwrap_or_else(|| panic!("{path}: no schema {}", shape.schema));
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in properties {
        let path = format!("{path}.{name}");
        if name == "goodsOwnerId" || property["x-members-unknown"] == true {
            assert!(shape.members.iter().all(|member| member.wire != name), "{path} must not be sent");
            continue;
        }
        let member = shape.members.iter().find(|member| member.wire == name);
        let member = member.unwrap_or_else(|| panic!("{path} is missing in our documents"));
        *seen += 1;
        assert_eq!(member.required, required.contains(&name.as_str()), "{path}: required");
        let (target, target_name) = resolve(openapi, property);
        match member.kind {
            MemberKind::Object(nested) => {
                assert_eq!(nested().schema, target_name, "{path}");
                compare(openapi, nested(), &path, seen);
            }
            MemberKind::List(nested) => {
                assert_eq!(nested().schema, resolve(openapi, &property["items"]).1, "{path}");
                compare(openapi, nested(), &path, seen);
            }
            MemberKind::Date => assert_eq!(target_name, "DateOrDateTime", "{path}"),
            MemberKind::DateTime => assert_eq!(target["format"], "date-time", "{path}"),
            MemberKind::Decimal => assert_eq!(target["type"], "number", "{path}"),
            MemberKind::Integer => assert_eq!(target["type"], "integer", "{path}"),
            MemberKind::Boolean => assert_eq!(target["type"], "boolean", "{path}"),
            MemberKind::Text => assert_eq!(target["type"], "string", "{path}"),
        }
    }
    for member in shape.members {
        assert!(properties.contains_key(member.wire), "{path}.{} is no member of the API", member.wire);
    }
}

#[test]
fn documents_have_every_request_member_and_no_other() {
    let openapi = openapi();
    let mut seen = 0;
    compare(&openapi, Article::shape_of(), "article", &mut seen);
    compare(&openapi, Order::shape_of(), "order", &mut seen);
    println!("{seen} members");
    assert!(seen > 150, "the walk sees the members: {seen}");
}
