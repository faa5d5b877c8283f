//! Articles: the register, their classes, dangerous goods and structure.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::objects::{Late, Numbered};
use super::{Figures, Refusal, Store, Writer, decimal, members, number_json, text, text_of, time, update};

/// The UN numbers that the sandbox knows, with their class (`unNumber` must exist: `ongoing-rest-api.md`, 9.3).
const UN_NUMBERS: [(&str, &str); 24] = [
    ("0336", "1.4G"),
    ("1005", "2.3"),
    ("1011", "2.1"),
    ("1057", "2.1"),
    ("1090", "3"),
    ("1133", "3"),
    ("1170", "3"),
    ("1203", "3"),
    ("1219", "3"),
    ("1263", "3"),
    ("1266", "3"),
    ("1268", "3"),
    ("1760", "8"),
    ("1791", "8"),
    ("1824", "8"),
    ("1950", "2"),
    ("1965", "2.1"),
    ("1978", "2.1"),
    ("1993", "3"),
    ("2794", "8"),
    ("3077", "9"),
    ("3082", "9"),
    ("3480", "9"),
    ("3481", "9"),
];

/// An article.
#[derive(Debug)]
pub struct Article {
    pub id: i64,
    pub owner: i64,
    pub number: String,
    pub body: Map<String, Value>,
    pub changed: DateTime<Utc>,
    /// Ids of its classes.
    pub classes: Vec<i64>,
    pub dangerous_goods: Option<Map<String, Value>>,
}

impl Numbered for Article {
    fn id(&self) -> i64 {
        self.id
    }

    fn owner(&self) -> i64 {
        self.owner
    }

    fn key(&self) -> (i64, String) {
        (self.owner, self.number.clone())
    }

    fn set_number(&mut self, number: String) {
        self.number = number;
    }

    fn late(&mut self) -> Option<&mut Late> {
        None
    }
}

impl Article {
    /// A true or false member; true if it was never sent.
    pub fn is(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or(true)
    }

    /// Whether it is retired.
    pub fn is_obsolete(&self) -> bool {
        self.body.get("storageProperties").is_some_and(|properties| properties["isObsolete"] == true)
    }

    /// `Structure` (a kit that is picked from its parts) or `Production`; empty for an ordinary article.
    pub fn kind(&self) -> &str {
        self.definition().and_then(|definition| definition["articleKind"].as_str()).unwrap_or_default()
    }

    /// Its parts: article number and how many of it.
    pub fn parts(&self) -> Vec<(String, Decimal)> {
        let rows = self.definition().and_then(|definition| definition["rows"].as_array());
        rows.into_iter()
            .flatten()
            .map(|row| (text(row, "articleNumber"), decimal(&row["numberOfItems"])))
            .collect()
    }

    fn definition(&self) -> Option<&Value> {
        self.body.get("structureDefinition").filter(|definition| definition.is_object())
    }
}

impl Store {
    /// `PUT /articles`, or by its id.
    pub fn put_article(
        &mut self,
        writer: &Writer<'_>,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let number = text(body, "articleNumber");
        let refused = &writer.switches.article_number_characters_refused;
        if let Some(character) = number.chars().find(|character| refused.contains(*character)) {
            return Err((400, format!("Article number {number} can not contain {character}")));
        }
        let rows = body["structureDefinition"]["rows"].as_array();
        if writer.switches.components_must_exist {
            for row in rows.into_iter().flatten() {
                self.require_article(writer, &text(row, "articleNumber"))?;
            }
        }
        let mut body = members(body);
        if let Some(unit) = body.get("unitCode").and_then(Value::as_str).map(str::to_lowercase) {
            body.insert("unitCode".to_owned(), Value::from(unit));
        }
        let id = match by_id.or_else(|| self.articles.id_of(writer.owner, &number)) {
            Some(id) => id,
            None => self.add_article(writer, &number),
        };
        self.articles.renumber(id, &number);
        let article = self.articles.get_mut(id).ok_or_else(|| writer.unknown("Article", id))?;
        let changed = update(&mut article.body, body, writer.switches.absent_members_stay);
        article.changed = writer.now;
        self.effects.note("article", (writer.owner, number), "PUT", u64::from(changed));
        Ok(id)
    }

    fn add_article(&mut self, writer: &Writer<'_>, number: &str) -> i64 {
        let id = self.next_id();
        self.articles.add(Article {
            id,
            owner: writer.owner,
            number: number.to_owned(),
            body: Map::new(),
            changed: writer.now,
            classes: Vec::new(),
            dangerous_goods: None,
        });
        id
    }

    /// `PUT /articles/{articleSystemId}/classes`.
    pub fn set_article_classes(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        classes: &Value,
    ) -> Result<(), Refusal> {
        let mut ids: Vec<i64> = classes.as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        ids.sort_unstable();
        ids.dedup();
        if let Some(unknown) = ids.iter().find(|id| self.registries.article_classes.get(**id).is_none()) {
            return Err(writer.unknown_reference("Article class", unknown));
        }
        let article = self.articles.get_mut(id).ok_or_else(|| writer.unknown("Article", id))?;
        let changed = article.classes != ids;
        article.classes = ids;
        article.changed = writer.now;
        self.effects.note("article", article.key(), "PUT classes", u64::from(changed));
        Ok(())
    }

    /// `PUT /articles/{articleSystemId}/dangerousGoods`.
    pub fn set_dangerous_goods(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        goods: &Value,
    ) -> Result<(), Refusal> {
        let number = text(goods, "unNumber");
        if !UN_NUMBERS.iter().any(|(known, _)| *known == number) {
            return Err(writer.unknown_reference("UN number", number));
        }
        let article = self.articles.get_mut(id).ok_or_else(|| writer.unknown("Article", id))?;
        let there = article.dangerous_goods.get_or_insert_default();
        let changed = update(there, members(goods), writer.switches.absent_members_stay);
        article.changed = writer.now;
        self.effects.note("article", article.key(), "PUT dangerousGoods", u64::from(changed));
        Ok(())
    }

    /// An article as `GET` shows it.
    pub fn article_json(&self, article: &Article, figures: &Figures) -> Value {
        let mut json = Value::Object(article.body.clone());
        json["articleSystemId"] = json!(article.id);
        json["goodsOwner"] = json!({ "id": article.owner, "name": "Sandbox" });
        json["articleDataLastUpdated"] = json!(time(article.changed));
        json["articleKind"] = if article.kind().is_empty() { Value::Null } else { json!(article.kind()) };
        json["classes"] = article.classes.iter().filter_map(|id| self.class_json(*id)).collect();
        json["inventoryInfo"] = self.inventory_json(article, figures);
        if let Some(object) = json.as_object_mut() {
            object.remove("goodsOwnerId");
            for name in ["isStockArticle", "isActive"] {
                object.entry(name).or_insert(Value::Bool(true));
            }
        }
        json
    }

    fn class_json(&self, id: i64) -> Option<Value> {
        let class = self.registries.article_classes.get(id)?;
        Some(json!({ "id": id, "code": class.code, "name": class.name }))
    }

    /// What an order or purchase order line says of its article.
    pub fn article_reference(&self, owner: i64, number: &str) -> Value {
        let article = self.articles.find(owner, number);
        json!({
            "articleSystemId": article.map(|article| article.id),
            "articleNumber": number,
            "articleName": article.and_then(|article| article.body.get("articleName")),
            "productCode": article.and_then(|article| article.body.get("productCode")),
            "articleKind": article.map(Article::kind).filter(|kind| !kind.is_empty()),
        })
    }

    /// An article's structure.
    pub fn structure_json(&self, article: &Article) -> Value {
        let rows = article.parts().into_iter().map(|(number, count)| {
            let part = self.articles.find(article.owner, &number);
            json!({
                "articleSystemId": part.map(|part| part.id),
                "articleNumber": number,
                "numberOfItems": number_json(count),
            })
        });
        let kind = article.kind();
        json!({
            "articleSystemId": article.id,
            "articleNumber": article.number,
            "articleKind": if kind.is_empty() { Value::Null } else { json!(kind) },
            "rows": if kind.is_empty() { Value::Null } else { rows.collect() },
        })
    }

    /// An article's dangerous goods.
    pub fn dangerous_goods_json(&self, article: &Article) -> Value {
        let goods = article.dangerous_goods.as_ref().map(|goods| {
            let number = text_of(goods, "unNumber");
            let class = UN_NUMBERS.iter().find(|(known, _)| *known == number).map(|(_, class)| class);
            let mut json = Value::Object(goods.clone());
            json["unNumber"] = json!({ "unNumber": number, "unTunnelCodes": [], "unClassNumber": class });
            json
        });
        json!({
            "articleSystemId": article.id,
            "articleNumber": article.number,
            "dangerousGoods": goods,
        })
    }

    /// `DELETE /articles/classes/{articleClassId}`: the class goes from its articles too.
    pub fn delete_article_class(&mut self, writer: &Writer<'_>, id: i64) -> Result<(), Refusal> {
        let class = self.registries.article_classes.remove(id);
        let class = class.ok_or_else(|| writer.unknown("Article class", id))?;
        let with_class: Vec<i64> = self
            .articles
            .by_number()
            .filter(|article| article.classes.contains(&id))
            .map(Numbered::id)
            .collect();
        for article in with_class {
            if let Some(article) = self.articles.get_mut(article) {
                article.classes.retain(|known| *known != id);
            }
        }
        self.effects.note("articleClass", (writer.owner, class.code), "DELETE", 1);
        Ok(())
    }
}
