//! `PUT …/files?fileName=`: the one of the file requests that may be repeated, since the same name replaces
//! (`ongoing-rest-api.md`, section 9.3).

use super::{Doing, not_there, order, purchase_order};
use crate::call::Kind;
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::Json;
use crate::ongoing::members::Members;
use crate::ongoing::routes;

/// How much of the content is shown to people.
const SHOWN: usize = 40;

pub(super) async fn put(doing: &mut Doing<'_>, of: Kind, of_number: &str) -> Result<Answer, Answer> {
    let Some(id) = id(doing, of, of_number).await? else { return Err(not_there(of, of_number)) };
    let document = doing.document();
    let file_name = document.text("@fileName").unwrap_or_default();
    let object = match of {
        Kind::Article => "articles",
        Kind::PurchaseOrder => "purchaseOrders",
        Kind::Order | Kind::ReturnOrder | Kind::Attachment => "orders",
    };
    let mut body = String::new();
    document.written(&mut body);
    let path = format!("{object}/{id}/files");
    let query = vec![("fileName", file_name)];
    let done = doing.write(routes::file_route(of), &path, query, Some(body), false).await?;
    Ok(Answer::Accepted { ongoing_id: done.json.whole("fileId"), message: done.message })
}

async fn id(doing: &mut Doing<'_>, of: Kind, number: &str) -> Result<Option<i64>, Unavailable> {
    Ok(match of {
        Kind::Article => {
            let query = vec![("articleNumber", number.to_owned())];
            let list = doing.list(&routes::GET_ARTICLES, "articles", query).await?;
            let is_it = |article: &&Json| article.text("articleNumber") == Some(number);
            list.items().iter().find(is_it).and_then(|article| article.whole("articleSystemId"))
        }
        Kind::PurchaseOrder => doing.purchase_order(number).await?.as_ref().and_then(purchase_order::id),
        Kind::Order | Kind::ReturnOrder | Kind::Attachment => {
            doing.order(number).await?.as_ref().and_then(order::id)
        }
    })
}

/// The body with its content cut short, for people to look at.
pub(super) fn body_for_people(document: &Members) -> String {
    let content = document.text("fileDataBase64").unwrap_or_default();
    let shown: String = content.chars().take(SHOWN).collect();
    let more = if content.len() > shown.len() {
        format!("… ({} characters)", content.len())
    } else {
        String::new()
    };
    let mime_type = serde_json::Value::from(document.text("mimeType").unwrap_or_default());
    format!("{{\"mimeType\":{mime_type},\"fileDataBase64\":\"{shown}{more}\"}}")
}
