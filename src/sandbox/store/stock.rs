//! The stock: what came in and went out of each article, and what follows from orders and purchase orders.
//!
//! Picking does not ask whether goods are there; what was picked without them is owed by what comes in later. The
//! physical stock is never below nothing (`ongoing-rest-api.md`, 9.2).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::orders::{CANCELLED, PICKED, SENT, WORK_BEGUN};
use super::purchase_orders::RECEIVED_WITH_DEVIATION;
use super::registries::{is_locked, item_status_json, warehouse_ids, warehouse_json, warehouse_of};
use super::{Article, Store, decimal, number_json, time};

/// What tells items of one article apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    pub warehouse: i64,
    pub batch: Option<String>,
    pub serial: Option<String>,
    pub expiry: Option<String>,
    pub container: Option<String>,
    /// The id of their status.
    pub status: Option<i64>,
}

/// Items that came in (or went out, if below 0).
#[derive(Debug)]
pub struct Movement {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub quantity: Decimal,
    pub lot: Lot,
}

/// Items that are there.
#[derive(Debug)]
pub struct Items {
    pub id: i64,
    pub came: DateTime<Utc>,
    pub quantity: Decimal,
    pub lot: Lot,
}

/// Every movement, and when something of an article's stock last changed, by article id.
#[derive(Debug, Default)]
pub struct Stock {
    movements: BTreeMap<i64, Vec<Movement>>,
    changed: BTreeMap<i64, DateTime<Utc>>,
}

/// What orders and purchase orders say of one article in one warehouse.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figure {
    allocated: Decimal,
    /// Ordered, not picked yet; allocated included.
    booked: Decimal,
    picked_unfinished: Decimal,
    to_receive: Decimal,
    received_unfinished: Decimal,
    pub picked_to_report: Decimal,
    pub returned_to_report: Decimal,
    pub received_to_report: Decimal,
}

/// What orders and purchase orders say, by article number and warehouse.
#[derive(Debug, Default)]
pub struct Figures(BTreeMap<(String, i64), Figure>);

impl Stock {
    /// Notes a movement.
    pub fn record(&mut self, article: i64, movement: Movement) {
        self.changed.insert(article, movement.at);
        self.movements.entry(article).or_default().push(movement);
    }

    /// When an article's stock last changed.
    pub fn changed(&self, article: i64) -> Option<DateTime<Utc>> {
        self.changed.get(&article).copied()
    }

    /// Whether anything ever moved until then.
    pub fn moved(&self, article: i64, until: DateTime<Utc>) -> bool {
        self.movements.get(&article).is_some_and(|moved| moved.iter().any(|movement| movement.at <= until))
    }

    /// What is there of an article, now or at a time.
    pub fn items(&self, article: i64, until: Option<DateTime<Utc>>) -> Vec<Items> {
        let mut items: Vec<Items> = Vec::new();
        let moved = self.movements.get(&article).into_iter().flatten();
        for movement in moved.filter(|movement| until.is_none_or(|until| movement.at <= until)) {
            match items.iter_mut().find(|items| items.lot == movement.lot) {
                Some(items) => items.quantity += movement.quantity,
                None => items.push(Items {
                    id: movement.id,
                    came: movement.at,
                    quantity: movement.quantity,
                    lot: movement.lot.clone(),
                }),
            }
        }
        let below = |items: &&Items| items.quantity < Decimal::ZERO;
        let mut owed: Decimal = items.iter().filter(below).map(|items| -items.quantity).sum();
        for items in items.iter_mut().filter(|items| items.quantity > Decimal::ZERO) {
            let paid = owed.min(items.quantity);
            items.quantity -= paid;
            owed -= paid;
        }
        items.retain(|items| items.quantity > Decimal::ZERO);
        items
    }

    /// The physical quantity, in one warehouse or in all.
    pub fn quantity(&self, article: i64, warehouse: Option<i64>, until: Option<DateTime<Utc>>) -> Decimal {
        let items = self.items(article, until);
        let here =
            items.iter().filter(|items| warehouse.is_none_or(|warehouse| items.lot.warehouse == warehouse));
        here.map(|items| items.quantity).sum()
    }

    fn locked(&self, article: i64, warehouse: Option<i64>) -> Decimal {
        let items = self.items(article, None);
        let locked = items.iter().filter(|items| {
            is_locked(items.lot.status) && warehouse.is_none_or(|warehouse| items.lot.warehouse == warehouse)
        });
        locked.map(|items| items.quantity).sum()
    }

    fn last_in(&self, article: i64) -> Option<DateTime<Utc>> {
        let moved = self.movements.get(&article).into_iter().flatten();
        moved.filter(|movement| movement.quantity > Decimal::ZERO).map(|movement| movement.at).max()
    }
}

impl Figures {
    fn of(&self, number: &str, warehouse: Option<i64>) -> Figure {
        let mut sum = Figure::default();
        let from = (number.to_owned(), i64::MIN);
        for ((_, at), figure) in self.0.range(from..).take_while(|((known, _), _)| known == number) {
            if warehouse.is_none_or(|warehouse| warehouse == *at) {
                sum.allocated += figure.allocated;
                sum.booked += figure.booked;
                sum.picked_unfinished += figure.picked_unfinished;
                sum.to_receive += figure.to_receive;
                sum.received_unfinished += figure.received_unfinished;
                sum.picked_to_report += figure.picked_to_report;
                sum.returned_to_report += figure.returned_to_report;
                sum.received_to_report += figure.received_to_report;
            }
        }
        sum
    }

    fn at(&mut self, number: &str, warehouse: i64) -> &mut Figure {
        self.0.entry((number.to_owned(), warehouse)).or_default()
    }
}

impl Store {
    /// What a line's article comes to when it is picked: itself, or the parts of a kit.
    pub fn picked_articles(&self, owner: i64, number: &str) -> Vec<(String, Decimal)> {
        match self.articles.find(owner, number).filter(|article| article.kind() == "Structure") {
            Some(kit) => kit.parts(),
            None => vec![(number.to_owned(), Decimal::ONE)],
        }
    }

    /// Notes that items of an article came in or went out.
    pub fn moved(&mut self, owner: i64, number: &str, quantity: Decimal, lot: Lot, now: DateTime<Utc>) {
        let id = self.next_id();
        if let Some(article) = self.articles.id_of(owner, number)
            && !quantity.is_zero()
        {
            self.stock.record(article, Movement { id, at: now, quantity, lot });
        }
    }

    /// Notes that orders changed what is to be sold of these articles.
    pub fn touch_stock(&mut self, owner: i64, numbers: &[String], now: DateTime<Utc>) {
        for number in numbers {
            if let Some(article) = self.articles.id_of(owner, number) {
                self.stock.changed.insert(article, now);
            }
        }
    }

    /// What a goods owner's orders and purchase orders say of its articles.
    pub fn figures(&self, owner: i64) -> Figures {
        let mut figures = Figures::default();
        for order in self.orders.of_owner(owner, &[]) {
            let warehouse = warehouse_of(&order.body);
            for line in order.lines.iter().filter(|line| line.should_be_picked()) {
                let open = (line.ordered() - line.picked).max(Decimal::ZERO);
                for (number, each) in self.picked_articles(owner, line.article()) {
                    let figure = figures.at(&number, warehouse);
                    if order.status < PICKED {
                        figure.booked += open * each;
                    }
                    if (WORK_BEGUN..PICKED).contains(&order.status) {
                        figure.allocated += open * each;
                    }
                    if (PICKED..SENT).contains(&order.status) {
                        figure.picked_unfinished += line.picked * each;
                    }
                    if order.status != CANCELLED {
                        figure.picked_to_report += (line.picked - line.reported.unwrap_or_default()) * each;
                    }
                    let reported = line.reported_returned.unwrap_or_default();
                    figure.returned_to_report += (line.returned - reported) * each;
                }
            }
        }
        for order in self.purchase_orders.of_owner(owner, &[]) {
            let warehouse = warehouse_of(&order.body);
            for line in &order.lines {
                let figure = figures.at(line.article(), warehouse);
                if order.status < RECEIVED_WITH_DEVIATION {
                    figure.to_receive += (line.advised() - line.received).max(Decimal::ZERO);
                    figure.received_unfinished += line.received;
                }
                figure.received_to_report += line.received - line.reported.unwrap_or_default();
            }
        }
        figures
    }

    /// What may still be sold: of a kit as many as its scarcest part allows. May be below 0.
    pub fn sellable(&self, article: &Article, figures: &Figures, warehouse: Option<i64>) -> Decimal {
        if article.kind() == "Structure" {
            let parts = article.parts().into_iter().filter(|(_, each)| !each.is_zero());
            let sellable = parts.map(|(number, each)| {
                let part = self.articles.find(article.owner, &number);
                let part = part.filter(|part| part.kind() != "Structure");
                part.map_or(Decimal::ZERO, |part| self.sellable(part, figures, warehouse) / each).floor()
            });
            return sellable.min().unwrap_or_default();
        }
        self.stock.quantity(article.id, warehouse, None)
            - self.stock.locked(article.id, warehouse)
            - figures.of(&article.number, warehouse).booked
    }

    /// `inventoryInfo` of an article: totals over all warehouses.
    pub fn inventory_json(&self, article: &Article, figures: &Figures) -> Value {
        let figure = figures.of(&article.number, None);
        let there = self.stock.quantity(article.id, None, None);
        let locked = self.stock.locked(article.id, None);
        let price = ["stockValuationPrice", "purchasePrice"]
            .iter()
            .find_map(|name| article.body.get(*name).filter(|price| price.is_number()));
        json!({
            "numberOfItems": number_json(there),
            "sellableNumberOfItems": number_json(self.sellable(article, figures, None)),
            "allocatedNumberOfItems": number_json(figure.allocated),
            "lockedForSaleNumberOfItems": number_json(figure.allocated + locked),
            "numberOfBookedItems": number_json(figure.booked),
            "numberOfLockedItems": number_json(locked),
            "toReceiveNumberOfItems": number_json(figure.to_receive),
            "pickedToBeCollectedNumberOfItems": number_json(figure.picked_unfinished),
            "receivedToBeFinishedNumberOfItems": number_json(figure.received_unfinished),
            "totalStockValue": price.map(|price| number_json(decimal(price) * there)),
            "lastInDate": self.stock.last_in(article.id).map(time),
        })
    }

    /// Whether an article is below its stock limit; what is booked may count too.
    pub fn is_below_limit(&self, article: &Article, figures: &Figures, less_booked: bool) -> bool {
        let Some(limit) = article.body.get("stockLimit").filter(|limit| limit.is_number()) else {
            return false;
        };
        let booked = if less_booked { figures.of(&article.number, None).booked } else { Decimal::ZERO };
        self.stock.quantity(article.id, None, None) - booked < decimal(limit)
    }

    /// An article's stock in each warehouse; only in those that are named, if any are.
    pub fn inventory_per_warehouse(&self, article: &Article, figures: &Figures, wanted: &[i64]) -> Value {
        let ids = warehouse_ids().filter(|id| wanted.is_empty() || wanted.contains(id));
        let rows = ids.map(|id| {
            let figure = figures.of(&article.number, Some(id));
            let sellable = number_json(self.sellable(article, figures, Some(id)));
            json!({
                "warehouseId": id,
                "numberOfItems": number_json(self.stock.quantity(article.id, Some(id), None)),
                "numberOfLockedItems": number_json(self.stock.locked(article.id, Some(id))),
                "sellableNumberOfItems": sellable,
                "availableForSaleNumberOfItems": sellable,
                "reported": {
                    "pickedToBeReportedNumberOfItems": number_json(figure.picked_to_report),
                    "returnedToBeReportedNumberOfItems": number_json(figure.returned_to_report),
                    "receivedToBeReportedNumberOfItems": number_json(figure.received_to_report),
                },
            })
        });
        json!({
            "articleSystemId": article.id,
            "articleNumber": article.number,
            "inventoryPerWarehouse": rows.collect::<Vec<_>>(),
        })
    }

    /// An article's items one by one.
    pub fn items_json(&self, article: &Article) -> Value {
        let items = self.stock.items(article.id, None);
        let rows = items.iter().map(|items| {
            let locked = is_locked(items.lot.status);
            json!({
                "articleItemId": items.id,
                "numberOfItems": number_json(items.quantity),
                "batch": items.lot.batch,
                "serial": items.lot.serial,
                "expiryDate": items.lot.expiry,
                "container": items.lot.container,
                "location": super::registries::LOCATION,
                "status": item_status_json(items.lot.status),
                "isLocked": locked,
                "isLockedForSale": locked,
                "warehouse": warehouse_json(items.lot.warehouse),
                "inDate": time(items.came),
            })
        });
        json!({
            "articleSystemId": article.id,
            "articleNumber": article.number,
            "items": rows.collect::<Vec<_>>(),
        })
    }

    /// An article's stock at a time; `None` if nothing of it had ever moved.
    pub fn history_json(
        &self,
        article: &Article,
        at: DateTime<Utc>,
        warehouse: Option<i64>,
    ) -> Option<Value> {
        if !self.stock.moved(article.id, at) {
            return None;
        }
        let items = self.stock.items(article.id, Some(at));
        let here =
            items.iter().filter(|items| warehouse.is_none_or(|warehouse| items.lot.warehouse == warehouse));
        let rows = here.map(|items| {
            json!({
                "numberOfItems": number_json(items.quantity),
                "batch": items.lot.batch,
                "serial": items.lot.serial,
            })
        });
        Some(json!({
            "articleSystemId": article.id,
            "articleNumber": article.number,
            "articleName": article.body.get("articleName"),
            "productCode": article.body.get("productCode"),
            "numberOfItems": number_json(self.stock.quantity(article.id, warehouse, Some(at))),
            "articleItems": rows.collect::<Vec<_>>(),
        }))
    }
}
