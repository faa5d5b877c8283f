//! `/articles`: the register, classes, dangerous goods, structures and stock.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Call, codes_json};
use crate::sandbox::filters::{among, any_among, at_least, most, numbers, only_if, since, within};
use crate::sandbox::store::{Article, Figures, Refusal, Store, text, text_of};

/// How far back `stockInfoChangedFrom` may reach (`ongoing-rest-api.md`, section 7).
const STOCK_CHANGED_HOURS_MAX: i64 = 24;

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let (writer, body) = (&call.writer, call.body);
    let (id, class) = (call.id("articleSystemId"), call.id("articleClassId"));
    let article = |store: &Store, show: &dyn Fn(&Article) -> Value| {
        store.articles.get(id).map(show).ok_or_else(|| writer.unknown("Article", id))
    };
    let put = |id: i64| json!({ "articleSystemId": id, "message": "Article created/updated" });
    let class_put = |id: i64| json!({ "articleClassId": id, "success": true, "message": "OK" });
    Some(match (call.asked.verb.as_str(), path) {
        ("GET", "articles") => list(store, call),
        ("PUT", "articles") => store.put_article(writer, None, body).map(put),
        ("GET", "articles/{articleSystemId}") => {
            let figures = store.figures(writer.owner);
            article(store, &|article| store.article_json(article, &figures))
        }
        ("PUT", "articles/{articleSystemId}") => match store.articles.get(id) {
            Some(_) => store.put_article(writer, Some(id), body).map(put),
            None => Err(writer.unknown("Article", id)),
        },
        ("GET", "articles/classes") => {
            Ok(json!({ "articleClasses": codes_json(&store.registries.article_classes, call.owner()) }))
        }
        ("PUT", "articles/classes") => {
            store.put_entry(writer, |lists| &mut lists.article_classes, None, body).map(class_put)
        }
        ("PUT", "articles/classes/{articleClassId}") => {
            store.put_entry(writer, |lists| &mut lists.article_classes, Some(class), body).map(class_put)
        }
        ("DELETE", "articles/classes/{articleClassId}") => {
            store.delete_article_class(writer, class).map(|()| class_put(class))
        }
        ("PUT", "articles/{articleSystemId}/classes") => store
            .set_article_classes(writer, id, &body["articleClassIds"])
            .map(|()| json!({ "fileId": null, "success": true, "message": "OK" })),
        ("GET", "articles/dangerousGoods") => {
            let found = found(store, call).into_iter().filter(|article| article.dangerous_goods.is_some());
            Ok(found.map(|article| store.dangerous_goods_json(article)).collect())
        }
        ("PUT", "articles/dangerousGoods") => {
            let number = text(body, "articleNumber");
            match store.articles.id_of(call.owner(), &number) {
                Some(id) => store.set_dangerous_goods(writer, id, &body["dangerousGoods"]).map(|()| put(id)),
                None => {
                    Err((call.switches().unknown_article_status, format!("Article {number} does not exist")))
                }
            }
        }
        ("GET", "articles/{articleSystemId}/dangerousGoods") => {
            article(store, &|article| store.dangerous_goods_json(article))
        }
        ("PUT", "articles/{articleSystemId}/dangerousGoods") => {
            store.set_dangerous_goods(writer, id, body).map(|()| put(id))
        }
        ("GET", "articles/{articleSystemId}/structureDefinition") => {
            article(store, &|article| store.structure_json(article))
        }
        ("GET", "articles/structureDefinitions") => {
            let found = found(store, call).into_iter().filter(|article| {
                !article.kind().is_empty() && among(call.asked, "articleKind", article.kind())
            });
            Ok(found.map(|article| store.structure_json(article)).collect())
        }
        ("GET", "articles/inventoryPerWarehouse") => per_warehouse(store, call),
        ("GET", "articles/historicalInventory") => history(store, call),
        _ => return None,
    })
}

/// The articles that a list's filters by number and its page's start leave.
pub(super) fn found<'a>(store: &'a Store, call: &Call<'_>) -> Vec<&'a Article> {
    let asked = call.asked;
    let found = store.articles.of_owner(call.owner(), &numbers(asked, "articleNumber", "articleNumbers"));
    let fits = |article: &&Article| {
        at_least(asked, "articleSystemIdFrom", article.id) && among(asked, "articleNumbers", &article.number)
    };
    found.into_iter().filter(fits).collect()
}

fn list(store: &Store, call: &Call<'_>) -> Result<Value, Refusal> {
    within(call.asked, "stockInfoChangedFrom", call.now(), STOCK_CHANGED_HOURS_MAX)?;
    let figures = store.figures(call.owner());
    let fitting = found(store, call).into_iter().filter(|article| fits(store, call, article, &figures));
    let page = fitting.take(most(call.asked, "maxArticlesToGet"));
    Ok(page.map(|article| store.article_json(article, &figures)).collect())
}

fn fits(store: &Store, call: &Call<'_>, article: &Article, figures: &Figures) -> bool {
    let asked = call.asked;
    let bar_code =
        || article.body.get("barCodeInfo").and_then(|info| info["barCode"].as_str()).unwrap_or_default();
    let product_code = text_of(&article.body, "productCode");
    let part_of_name = asked.parameters("articleNameContains");
    let name = text_of(&article.body, "articleName");
    let classes: Vec<String> = article.classes.iter().map(ToString::to_string).collect();
    among(asked, "productCode", product_code)
        && among(asked, "productCodes", product_code)
        && among(asked, "barCodes", bar_code())
        && (part_of_name.is_empty() || part_of_name.iter().any(|part| name.contains(part)))
        && any_among(asked, "articleClassIds", classes.iter().map(String::as_str))
        && asked.parameter("isObsolete").is_none_or(|wanted| (wanted == "true") == article.is_obsolete())
        && since(asked, "articleDataLastUpdatedFrom", Some(article.changed))
        && since(asked, "stockInfoChangedFrom", store.stock.changed(article.id))
        && only_if(asked, "onlyArticlesInStock", || !store.stock.quantity(article.id, None, None).is_zero())
        && only_if(asked, "onlyArticlesBelowStockLimit", || store.is_below_limit(article, figures, false))
        && only_if(asked, "onlyArticlesBelowStockLimitConsideringNumberOfBookedItems", || {
            store.is_below_limit(article, figures, true)
        })
}

fn per_warehouse(store: &Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let asked = call.asked;
    within(asked, "stockInfoChangedFrom", call.now(), STOCK_CHANGED_HOURS_MAX)?;
    let wanted: Vec<i64> = asked.parameters("warehouseIds").iter().filter_map(|id| id.parse().ok()).collect();
    let figures = store.figures(call.owner());
    let fitting = found(store, call).into_iter().filter(|article| {
        since(asked, "stockInfoChangedFrom", store.stock.changed(article.id))
            && only_if(asked, "excludeStructureArticles", || article.kind() != "Structure")
            && only_if(asked, "excludeNonStockArticles", || article.is("isStockArticle"))
            && only_if(asked, "onlyArticlesInStock", || {
                !store.stock.quantity(article.id, None, None).is_zero()
            })
    });
    let page = fitting.take(most(asked, "maxArticlesToGet"));
    Ok(page.map(|article| store.inventory_per_warehouse(article, &figures, &wanted)).collect())
}

fn history(store: &Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let at: DateTime<Utc> = call.asked.instant("stockDate").unwrap_or(call.now());
    let warehouse = call.asked.whole("warehouseId");
    let articles: Vec<Value> = store
        .articles
        .of_owner(call.owner(), &[])
        .into_iter()
        .filter_map(|article| store.history_json(article, at, warehouse))
        .collect();
    Ok(json!([{ "articles": articles }]))
}
