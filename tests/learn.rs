//! `lastkaj learn` against the stand-in, with each of its switches both ways: what is learnt is what was switched. The
//! vendor's limits are on, so that questions which provoke refusals are seen to spread them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::path::Path;

use lastkaj::config::{self, ProcessEnvironment};
use lastkaj::ongoing::LEARNABLE;
use lastkaj::sandbox::Switches;
use serde_json::{Value, json};
use support::{Place, sandbox_page};

/// A partner that is not live, at a sandbox that behaves so.
fn place(switches: &Value) -> Place {
    let place = Place::new();
    let text = String::from_utf8(place.read("gateway.toml")).unwrap();
    let text = text.replace("goods_owner = 159", "goods_owner = 159\nlive = false");
    place.write("gateway.toml", text.as_bytes());
    place.sandbox_page("POST", "/sandbox/switches", &switches.to_string());
    place
}

/// What is learnt, by its name; null for what is not.
fn learn(place: &Place, more: &[&str]) -> (Value, Value) {
    let arguments = ["learn", "nordvik", "--writes-to", "159", "--pause", "0s", "--json"];
    let output = place.run(&[&arguments[..], more].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lesson: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said}\n{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(output.status.code(), Some(0), "{lesson:#}\n{}", String::from_utf8_lossy(&output.stderr));
    let findings = lesson["findings"].as_array().unwrap();
    let learnt = findings.iter().map(|finding| {
        let name = finding["name"].as_str().unwrap();
        assert!(LEARNABLE.contains(&name), "{name}");
        (name.to_owned(), finding["answer"].clone())
    });
    (learnt.collect::<serde_json::Map<_, _>>().into(), lesson)
}

/// Nothing was asked against the schema, no method was barred, and nothing of ours is left open.
fn check(place: &Place, barred: bool) {
    let counters = place.sandbox_page("GET", "/sandbox/counters", "");
    assert_eq!(counters["violations"], 0, "{counters}");
    assert_eq!(counters["statuses"]["429"].as_u64().unwrap_or(0) > 0, barred, "{counters}");
    let state = place.sandbox_page("GET", "/sandbox/state", "");
    for (list, number, cancelled) in
        [("orders", "orderNumber", 1000), ("purchaseOrders", "purchaseOrderNumber", 900)]
    {
        let objects = state[list].as_array().unwrap().iter();
        let ours: Vec<_> =
            objects.filter(|object| object[number].as_str().unwrap().starts_with("LASTKAJ-")).collect();
        assert!(!ours.is_empty());
        assert!(ours.iter().all(|object| object["status"] == cancelled), "{ours:#?}");
    }
}

/// What the sandbox was switched to must be learnt; names that cannot be learnt here are null.
fn learns(switches: Value) {
    let place = place(&switches);
    let (learnt, lesson) = learn(&place, &[]);
    let default = serde_json::to_value(Switches::default()).unwrap();
    for name in LEARNABLE {
        let expected = match name {
            // The warehouse, or the vendor's limit, is needed for these; they have tests of their own.
            "locked_order_status" | "null_reported_counts_as_zero" | "retry_after" => Value::Null,
            "late_reads_lack_lines" if switches["reads_until_seen"].is_null() => Value::Null,
            // Nothing was refused.
            "lengths" => continue,
            _ => switches.get(name).unwrap_or(&default[name]).clone(),
        };
        // No list is minded: 0 in the file, null in the sandbox's own words.
        let expected =
            if name == "unknown_transporter_status" && expected.is_null() { json!(0) } else { expected };
        assert_eq!(learnt[name], expected, "{name}: {lesson:#}");
    }
    check(&place, false);
    // The file makes another sandbox behave alike.
    let file = std::fs::read_to_string(lesson["file"].as_str().unwrap()).unwrap();
    let like: Switches = toml::from_str(&file).unwrap_or_else(|error| panic!("{error}\n{file}"));
    let like = serde_json::to_value(like).unwrap();
    for name in LEARNABLE.iter().filter(|name| **name != "lengths" && !learnt[**name].is_null()) {
        assert_eq!(like[*name], switches.get(*name).unwrap_or(&default[*name]).clone(), "{name}\n{file}");
    }
}

#[test]
fn a_sandbox_as_it_is() {
    learns(json!({}));
}

#[test]
fn what_an_update_leaves_out_stays() {
    learns(json!({ "absent_members_stay": true, "absent_lines_stay": true, "made_order_status": 201 }));
    learns(json!({ "absent_members_stay": true }));
}

#[test]
fn refusals_have_other_statuses_and_forms() {
    learns(json!({
        "unknown_article_status": 409, "unknown_id_status": 410, "unknown_reference_status": 422,
        "wrong_goods_owner_status": 400, "refusal_body": "capital_message", "unknown_transporter_status": 422,
    }));
    learns(json!({ "refusal_body": "model_state", "unknown_transporter_status": null }));
    learns(json!({ "refusal_body": "text", "unknown_item_line_refused": true }));
}

#[test]
fn objects_begin_otherwise() {
    learns(json!({
        "first_status": 100, "components_must_exist": true,
        "article_number_characters_refused": "!%_^\\", "untyped_answer": "empty", "unknown_members_shown": true,
    }));
}

#[test]
fn what_cannot_be_cancelled_is_named() {
    let place = place(&json!({ "first_purchase_order_status": 200 }));
    let output = place.run(&["learn", "nordvik", "--writes-to", "159", "--pause", "0s", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let lesson: Value = serde_json::from_slice(&output.stdout).unwrap();
    let first = lesson["findings"].as_array().unwrap().iter();
    let first = first.into_iter().find(|finding| finding["name"] == "first_purchase_order_status").unwrap();
    assert_eq!(first["answer"], 200);
    let left = lesson["not_cancelled"].as_array().unwrap();
    assert!(left.len() == 1 && left[0].as_str().unwrap().starts_with("purchase order LASTKAJ-"), "{left:?}");
}

#[test]
fn a_cancelled_order_is_put_again() {
    learns(json!({ "put_on_cancelled": "new_object" }));
    learns(json!({ "put_on_cancelled": "refused" }));
}

#[test]
fn writes_are_seen_late() {
    learns(json!({ "reads_until_seen": 3, "late_reads_lack_lines": false }));
    learns(json!({ "reads_until_seen": 1, "late_reads_lack_lines": true }));
}

#[test]
fn long_texts_are_cut_or_refused_at_their_lengths() {
    let lengths = json!({ "PostOrderModel.orderRemark": 77, "PostOrderLine.comment": 1024 });
    for over_long in ["cut", "refused"] {
        let place = place(&json!({ "over_long": over_long, "lengths": lengths }));
        let (learnt, _) = learn(&place, &[]);
        assert_eq!(learnt["over_long"], over_long);
        let soap = 200;
        let expected = json!({
            "PostOrderModel.orderRemark": 77, "PostOrderConsignee.name": soap,
            "PostOrderLine.comment": 1024, "PostArticleModel.articleName": soap,
        });
        assert_eq!(learnt["lengths"], expected);
        check(&place, false);
    }
}

/// Puts something into the sandbox, as somebody else would.
fn put(place: &Place, path: &str, body: &str) {
    use base64::Engine;
    use std::io::{Read, Write};
    let (user, password, _) = lastkaj::sandbox::SandboxSettings::default().first_account();
    let account = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let mut stream = std::net::TcpStream::connect(place.sandbox.address).unwrap();
    write!(
        stream,
        "PUT /sandbox/api/v1/{path} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic {account}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn what_only_the_warehouse_can_show_is_learnt_from_a_picked_order() {
    for (counts, status) in [(true, 400), (false, 409)] {
        let switches = json!({ "null_reported_counts_as_zero": counts, "locked_order_status": status });
        let place = place(&switches);
        let put = |path: &str, body: Value| put(&place, path, &body.to_string());
        put("articles", json!({ "goodsOwnerId": 159, "articleNumber": "PICKED" }));
        put(
            "orders",
            json!({ "goodsOwnerId": 159, "orderNumber": "SO-1", "deliveryDate": "2026-12-01",
                "consignee": { "name": "Åkes" }, "orderLines":
                [{ "rowNumber": "1", "articleNumber": "PICKED", "numberOfItems": 2 }] }),
        );
        place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 3}"#);
        let (learnt, lesson) = learn(&place, &["--picked-order", "SO-1"]);
        assert_eq!(learnt["null_reported_counts_as_zero"], counts, "{lesson:#}");
        assert_eq!(learnt["locked_order_status"], status, "{lesson:#}");
        check(&place, false);
    }
}

#[test]
fn the_limit_is_provoked_only_on_request() {
    for how in ["seconds", "date", "none"] {
        let place = place(&json!({ "retry_after": how }));
        let (learnt, lesson) = learn(&place, &["--limits"]);
        assert_eq!(learnt["retry_after"], how, "{lesson:#}");
        check(&place, true);
    }
}

#[test]
fn it_writes_nothing_where_it_may_not() {
    let place = place(&json!({}));
    let requests = || sandbox_page(place.sandbox.address, "GET", "/sandbox/counters", "")["requests"].clone();
    for (arguments, says) in [
        (&["learn", "nordvik"][..], "--writes-to"),
        (&["learn", "nordvik", "--writes-to", "160"], "which is 159"),
    ] {
        let output = place.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(says), "{said}");
    }
    let text = String::from_utf8(place.read("gateway.toml")).unwrap();
    place.write("gateway.toml", text.replace("live = false", "live = true").as_bytes());
    let output = place.run(&["learn", "nordvik", "--writes-to", "159"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("live = false in [partner.nordvik]"), "{said}");
    assert_eq!(requests(), 0);
}

fn load(place: &Place) -> Result<config::Config, Vec<lastkaj::fault::Fault>> {
    config::load(Path::new(&place.path("gateway.toml")), &ProcessEnvironment)
}

#[test]
fn what_was_learnt_counts_when_it_is_planned() {
    let place = place(&json!({}));
    let text = String::from_utf8(place.read("gateway.toml")).unwrap();
    place.write(
        "gateway.toml",
        text.replace("[ongoing.sandbox]", "[ongoing.sandbox]\nlearnt = \"learnt-sandbox.toml\"").as_bytes(),
    );
    let answers = "article_number_characters_refused = \"/\"\nover_long = \"refused\"\nfirst_status = 100\n\
                   lengths = { \"PostArticleModel.articleName\" = 5 }\n";
    place.write("learnt-sandbox.toml", answers.as_bytes());
    let rules = load(&place).unwrap().partners.remove(0).rules;
    let codes = |article: Value| {
        let article = lastkaj::document::Article {
            article_number: article["articleNumber"].as_str().map(Into::into),
            article_name: article["articleName"].as_str().map(Into::into),
            ..Default::default()
        };
        let lane = lastkaj::call::Lane { installation: "sandbox".into(), goods_owner: 159 };
        let document = lastkaj::document::AnyDocument::Article(Box::new(article));
        let place = lastkaj::fault::Place::default();
        let planned = lastkaj::plan::plan(&document, &lane, &rules, String::new(), &place, &|_| None);
        planned.map_or_else(
            |faults| faults.iter().map(|fault| fault.code.name()).collect(),
            |plan| {
                assert_eq!(plan.warnings, []);
                Vec::new()
            },
        )
    };
    assert_eq!(codes(json!({ "articleNumber": "A%1", "articleName": "Hasp" })), [""; 0]);
    assert_eq!(codes(json!({ "articleNumber": "A/1", "articleName": "Hasp" })), ["article-characters"]);
    assert_eq!(codes(json!({ "articleNumber": "A1", "articleName": "Haspar" })), ["longer-than-known"]);

    place.write(
        "learnt-sandbox.toml",
        b"over_long = \"maybe\"\nfirst_state = 100\nlengths = { \"a\" = \"b\" }\n",
    );
    let faults = load(&place).unwrap_err();
    let told: Vec<(&str, Option<u64>)> =
        faults.iter().map(|fault| (fault.code.name(), fault.place.line)).collect();
    assert_eq!(told, [("wrong-value", Some(1)), ("unknown-key", Some(2)), ("wrong-type", Some(3))]);
    assert!(
        faults.iter().all(|fault| fault.place.file.as_deref() == Some("learnt-sandbox.toml")),
        "{faults:#?}"
    );
    assert!(faults[1].args["suggestion"].contains("first_status"), "{:?}", faults[1].args);
}
