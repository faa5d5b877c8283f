//! An article with dangerous goods and classes: three requests more, each of them repeatable.

use lastkaj::call::Call;
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Found, Hint};
use serde_json::{Value, json};

use crate::desk::{Desk, in_doubt, lost_answer, refusal};

fn call(desk: &Desk, classes: Value) -> Call {
    let members = json!({ "articleNumber": "A", "articleName": "Färg", "@classes": classes,
        "@dangerousGoods": { "unNumber": "1263", "unPackageType": "III" } });
    desk.call(DocumentType::Article, members)
}

fn id(desk: &Desk) -> Value {
    desk.only("articles", "articleNumber=A")["articleSystemId"].clone()
}

/// The codes of the article's classes, and those of the register with their names.
fn classes(desk: &Desk) -> (Vec<String>, Vec<String>) {
    let code = |class: &Value| class["code"].as_str().unwrap().to_owned();
    let article = desk.world.well("GET", &format!("articles/{}", id(desk)), json!(null));
    let register = desk.world.well("GET", "articles/classes?goodsOwnerId=159", json!(null));
    let named = |class: &Value| format!("{} {}", code(class), class["name"].as_str().unwrap());
    (
        article["classes"].as_array().into_iter().flatten().map(code).collect(),
        register["articleClasses"].as_array().into_iter().flatten().map(named).collect(),
    )
}

#[test]
fn a_class_that_is_unknown_is_added_and_a_known_one_looked_up() {
    let desk = Desk::open();
    let known = json!({ "goodsOwnerId": 159, "code": "FÄRG", "name": "Färger" });
    desk.world.well("PUT", "articles/classes", known);
    let call = call(
        &desk,
        json!([{ "code": "färg " }, { "code": "NY", "name": "Nytt" }, { "code": "UTAN" }, { "code": "NY" }]),
    );
    let article = id(&desk);
    let expected = [
        "PUT articles".to_owned(),
        "PUT articles/dangerousGoods".to_owned(),
        "PUT articles/classes".to_owned(),
        "PUT articles/classes".to_owned(),
        format!("PUT articles/{article}/classes"),
    ];
    assert_eq!(desk.accepted(&call, Hint::default()), expected, "FÄRG is known, NY is added once");
    let (of_article, register) = classes(&desk);
    assert_eq!(of_article, ["FÄRG", "NY", "UTAN"]);
    assert_eq!(register, ["FÄRG Färger", "NY Nytt", "UTAN UTAN"], "its code is its name where there is none");
    let goods = desk.world.well("GET", &format!("articles/{article}/dangerousGoods"), json!(null));
    assert_eq!(goods["dangerousGoods"]["unNumber"]["unNumber"], "1263");
    desk.world.all_well();
}

#[test]
fn a_lost_answer_of_any_request_leaves_the_same_behind() {
    let made = || json!([{ "code": "NY", "name": "Nytt" }]);
    for path in ["/articles", "/dangerousGoods", "articles/classes", "/classes"] {
        let desk = Desk::open();
        let call = call(&desk, made());
        // "/classes" is the register first; let that one go well.
        let skip = u32::from(path == "/classes");
        let rule = json!({ "verb": "PUT", "path": path, "how": lost_answer(), "skip": skip, "times": 1 });
        desk.world.page("POST", "failures", rule);
        assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off", "{path}");
        assert!(!matches!(desk.look(&call), Found::Same { .. }), "what does not read back is sent again");
        desk.accepted(&call, in_doubt(1));
        assert_eq!(classes(&desk), (vec!["NY".to_owned()], vec!["NY Nytt".to_owned()]), "{path}");
        desk.world.all_well();
    }
}

#[test]
fn a_class_that_was_added_without_an_answered_id_is_not_forgotten() {
    let desk = Desk::open();
    let call = call(&desk, json!([{ "code": "NY", "name": "Nytt" }]));
    desk.fails("PUT", "articles/classes", json!({ "kind": "missing_id" }));
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-no-id");
    desk.accepted(&call, in_doubt(1));
    assert_eq!(classes(&desk).0, ["NY"]);
}

#[test]
fn refused_parts_say_that_the_article_is_there() {
    let desk = Desk::open();
    let call = call(&desk, json!([{ "code": "NY" }]));
    for (path, part) in [("/dangerousGoods", "dangerous goods"), ("/classes", "classes")] {
        desk.fails("PUT", path, refusal("Nej"));
        let (code, what) = desk.refused(&call, Hint::default());
        assert_eq!(code, "partly-refused");
        assert!(what.contains(part) && what.contains("Nej"), "{what}");
    }
}
