//! `PUT /articles`, and what an article has besides: dangerous goods and classes, each by a request of its own
//! (`ongoing-rest-api.md`, section 9.3). All of them may be repeated.

use std::collections::BTreeSet;

use super::{Doing, partly};
use crate::call::Call;
use crate::fault::{Fault, code};
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::{Json, article_differs};
use crate::ongoing::members::Members;
use crate::ongoing::rest::{Found, compare};
use crate::ongoing::routes;

const DANGEROUS_GOODS: &str = "@dangerousGoods";
const CLASSES: &str = "@classes";

pub(super) async fn put(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let (id, message) = doing.put(&routes::PUT_ARTICLE, "articles", "articleSystemId").await?;
    let document = doing.document();
    let call = doing.call;
    if let Some(body) = dangerous_goods(call, &document) {
        doing
            .write(&routes::PUT_DANGEROUS_GOODS, "articles/dangerousGoods", Vec::new(), Some(body), true)
            .await
            .map_err(|answer| partly(answer, call, "dangerous goods"))?;
    }
    let classes = document.list(CLASSES);
    if !classes.is_empty() {
        put_classes(doing, id, &classes).await.map_err(|answer| partly(answer, call, "classes"))?;
    }
    Ok(Answer::Accepted { ongoing_id: Some(id), message })
}

fn dangerous_goods(call: &Call, document: &Members) -> Option<String> {
    let goods = document.raw(DANGEROUS_GOODS)?;
    let number = serde_json::Value::from(call.key.number.as_str());
    let owner = call.key.lane.goods_owner;
    Some(format!("{{\"goodsOwnerId\":{owner},\"articleNumber\":{number},\"dangerousGoods\":{goods}}}"))
}

/// Classes are set by Ongoing's ids: known codes are looked up, others are added to the register first.
async fn put_classes(doing: &mut Doing<'_>, article: i64, classes: &[Members]) -> Result<(), Answer> {
    let register = doing.list(&routes::GET_ARTICLE_CLASSES, "articles/classes", Vec::new()).await?;
    let known = register.member("articleClasses").map_or(&[][..], Json::items);
    let mut ids = Vec::new();
    let mut seen = BTreeSet::new();
    for class in classes {
        let code = class.text("code").unwrap_or_default();
        if !seen.insert(code.trim().to_lowercase()) {
            continue;
        }
        let same = |entry: &&Json| {
            entry.text("code").is_some_and(|known| known.trim().to_lowercase() == code.trim().to_lowercase())
        };
        let id = match known.iter().find(same).and_then(|entry| entry.whole("id")) {
            Some(id) => id,
            None => {
                let body = new_class(doing.call, class, &code);
                let done = doing
                    .write(&routes::PUT_ARTICLE_CLASS, "articles/classes", Vec::new(), Some(body), false)
                    .await?;
                // Without its id the class could not be given to the article: look again.
                done.json.whole("articleClassId").ok_or_else(|| {
                    Answer::Unknown(
                        Fault::new(code::ONGOING_NO_ID)
                            .with("method", routes::PUT_ARTICLE_CLASS.method)
                            .found(done.message),
                    )
                })?
            }
        };
        ids.push(id);
    }
    let path = format!("articles/{article}/classes");
    let body = format!("{{\"articleClassIds\":{}}}", serde_json::Value::from(ids));
    doing.write(&routes::PUT_CLASSES_OF_ARTICLE, &path, Vec::new(), Some(body), true).await?;
    Ok(())
}

/// A class needs a name in Ongoing; where the file has none it is called by its code.
fn new_class(call: &Call, class: &Members, code: &str) -> String {
    let mut body = serde_json::Map::new();
    body.insert("goodsOwnerId".to_owned(), call.key.lane.goods_owner.into());
    body.insert("code".to_owned(), code.into());
    body.insert("name".to_owned(), class.text("name").unwrap_or_else(|| code.to_owned()).into());
    if let Some(comment) = class.text("comment") {
        body.insert("comment".to_owned(), comment.into());
    }
    serde_json::Value::Object(body).to_string()
}

pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    let number = doing.number().to_owned();
    let list = doing.list(&routes::GET_ARTICLES, "articles", vec![("articleNumber", number.clone())]).await?;
    let is_it = |article: &&Json| article.text("articleNumber") == Some(number.as_str());
    let there: Vec<&Json> = list.items().iter().filter(is_it).collect();
    let found = compare(doing.call, &there, |article| article.whole("articleSystemId"), article_differs);
    // What has a request of its own does not read back with the article: it is sent again.
    Ok(match found {
        Found::Same { ongoing_id } if Members::has_ours(&doing.call.body) => {
            Found::Different { ongoing_id, what: "what has a request of its own".to_owned() }
        }
        found => found,
    })
}

pub(super) fn preview(call: &Call, document: &Members, line: &dyn Fn(&str, &str) -> String) -> Vec<String> {
    let mut requests = Vec::new();
    if let Some(body) = dangerous_goods(call, document) {
        requests.push(line(routes::PUT_DANGEROUS_GOODS.method, &body));
    }
    if !document.list(CLASSES).is_empty() {
        requests.push(line(routes::GET_ARTICLE_CLASSES.method, ""));
        requests.push(line(routes::PUT_CLASSES_OF_ARTICLE.method, ""));
    }
    requests
}
