//! Every request member of the API's documents in the OpenAPI file stands in ours, with the same kind, and nothing else
//! does. What is left out stands in [`NOT_OURS`] with its reason, or is marked x-members-unknown (never sent). Members of
//! ours (`@…`) are no part of the schema that they stand in: what they hold has a schema of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use lastkaj::document::{DocumentType, MEMBERS_UNKNOWN, MemberKind, Shape};
use serde_json::Value;

/// What no document of ours has a member for, with the reason.
const NOT_OURS: &[(&str, &str, &str)] = &[
    ("*", "goodsOwnerId", "the partner's, from the configuration"),
    ("PostReturnOrderModel", "customerOrder", "looked up by order_number"),
    ("PostReturnOrderLine", "customerOrderLine", "looked up by order_row_number or article_number"),
    ("PostPurchaseOrderArticleItemModel", "purchaseOrderLineId", "looked up by the line's row number"),
];

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
        let not_ours = NOT_OURS
            .iter()
            .any(|(schema, member, _)| (*schema == "*" || *schema == shape.schema) && member == name);
        if not_ours || property["x-members-unknown"] == true {
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
        if member.is_ours() {
            let path = format!("{path}.{}", member.wire);
            if member.wire == "@classes" {
                // Its name is only needed for a class that is new: not required as in the schema.
                let MemberKind::List(class) = member.kind else { panic!("{path}") };
                let schema = &openapi["components"]["schemas"]["PostArticleClassModel"]["properties"];
                assert!(
                    class().members.iter().all(|member| schema[member.wire]["type"] == "string"),
                    "{path}"
                );
            } else if let MemberKind::Object(nested) | MemberKind::List(nested) = member.kind {
                compare(openapi, nested(), &path, seen);
            }
            continue;
        }
        assert!(properties.contains_key(member.wire), "{path}.{} is no member of the API", member.wire);
    }
}

#[test]
fn documents_have_every_request_member_and_no_other() {
    let openapi = openapi();
    let mut seen = 0;
    for document in DocumentType::ALL.iter().filter(|document| document.is_inbound()) {
        let shape = document.shape();
        if shape.schema.is_empty() {
            changes(&openapi, shape, &mut seen);
        } else {
            compare(&openapi, shape, document.name(), &mut seen);
        }
    }
    println!("{seen} members");
    assert!(seen > 250, "the walk sees the members: {seen}");
}

/// The members of a document of changes are each the body of a request, or its only member.
fn changes(openapi: &Value, shape: &Shape, seen: &mut usize) {
    let schemas = openapi["components"]["schemas"].as_object().unwrap();
    for member in shape.members.iter().filter(|member| !member.is_ours()) {
        let path = format!("{}.{}", shape.name, member.wire);
        *seen += 1;
        match member.kind {
            MemberKind::Object(nested) => compare(openapi, nested(), &path, seen),
            MemberKind::List(nested) => {
                let body = &openapi["paths"][format!("/api/v1/orders/{{orderId}}/{}", member.wire)]["patch"];
                let body = &body["requestBody"]["content"]["application/json"]["schema"];
                let classes = &resolve(openapi, body).0["properties"]["classes"]["items"];
                assert_eq!(resolve(openapi, classes).1, nested().schema, "{path}");
            }
            _ => assert!(
                schemas.values().any(|schema| {
                    let properties = schema["properties"].as_object();
                    properties.is_some_and(|properties| {
                        properties.len() == 1 && properties.contains_key(member.wire)
                    })
                }),
                "{path}: no request has this as its only member"
            ),
        }
    }
}

#[test]
fn what_is_never_sent_is_refused_by_name() {
    let openapi = openapi();
    let snake = |name: &str| {
        name.chars().fold(String::new(), |mut snake, letter| {
            if letter.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
            snake
        })
    };
    let mut unknown = 0;
    for (schema, body) in openapi["components"]["schemas"].as_object().unwrap() {
        let used = schema.starts_with("Post") && !matches!(schema.as_str(), "PostFileModel");
        let properties = body["properties"].as_object().filter(|_| used).into_iter().flatten();
        for (name, _) in properties.filter(|(_, property)| property["x-members-unknown"] == true) {
            let of_parcels = schema.starts_with("PostParcel");
            let known = MEMBERS_UNKNOWN.contains(&(schema.as_str(), snake(name).as_str()));
            assert!(known || of_parcels, "{schema}.{name} is not refused by name");
            unknown += usize::from(known);
        }
    }
    assert_eq!(unknown, MEMBERS_UNKNOWN.len(), "each stands in the OpenAPI file");
}
