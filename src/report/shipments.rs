//! What left the warehouse, told per order line (design, section 7).
//!
//! The base of what is told is what the ledger told before, else Ongoing's reported quantity. A fact and the totals
//! that it tells are one transaction, so that no quantity is told twice, whatever happens in between.

use std::collections::HashMap;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::owing::{self, Tells};
use super::{Outbox, Reporting};
use crate::call::{Call, Key, Kind, Operation};
use crate::document::{
    AnyDocument, Shipment, ShipmentLine, ShipmentParcel, Text, decimal_text, from_json, to_json,
};
use crate::fault::{Fault, code};
use crate::format::{self, Outgoing, Remembered, WriteContext};
use crate::ledger::{Fact, Told};
use crate::ongoing::{
    Ongoing, OrderLineRead, OrderRead, OrdersFilter, PickedItemRead, Shipped, TrackingRead,
};

/// How many orders one shipments file tells of, where its format holds several; the others are in the next one.
const FACTS_PER_REPORT_MAX: usize = 1_000;

/// How many orders one page asks for.
const ORDERS_PER_PAGE: u32 = 200;

/// A cancelled order's status (`ongoing-rest-api.md`, section 8).
const CANCELLED: i64 = 1000;

/// How far the look for orders without a single pick reaches back before the last one: Ongoing may lag.
const STATUS_OVERLAP: TimeDelta = TimeDelta::minutes(15);

/// Reads from Ongoing what is to tell, and notes it as facts. Says how many orders were noted.
///
/// # Errors
/// Ongoing cannot be read now (what was noted stays noted), or the ledger cannot be used.
pub async fn read(
    reporting: &Reporting,
    ongoing: &Ongoing,
    outbox: &Outbox,
    shipped_status: i32,
) -> Result<usize, Fault> {
    let to_report = OrdersFilter { shipped: Shipped::Any, only_to_report: true };
    let noted = read_pages(reporting, ongoing, outbox, &to_report, shipped_status).await?;
    Ok(noted + read_without_picks(reporting, ongoing, outbox, shipped_status).await?)
}

/// Walks the pages of a filter until an empty one, and notes what each has to tell.
async fn read_pages(
    reporting: &Reporting,
    ongoing: &Ongoing,
    outbox: &Outbox,
    filter: &OrdersFilter,
    shipped_status: i32,
) -> Result<usize, Fault> {
    let (mut noted, mut id_from) = (0, 0);
    loop {
        // What was asked is not kept: a poll every minute would fill the ledger with nothing.
        let mut requests = Vec::new();
        let page = ongoing
            .orders_to_report(outbox.lane.goods_owner, filter, id_from, ORDERS_PER_PAGE, &mut requests)
            .await?;
        if page.orders.is_empty() {
            return Ok(noted);
        }
        id_from = page.next;
        noted += note(reporting, outbox, &page.orders, shipped_status).await?;
    }
}

/// An order that was finished without a single pick has nothing to report by Ongoing's own count; the ERP must be
/// told all the same, or it keeps the order open.
async fn read_without_picks(
    reporting: &Reporting,
    ongoing: &Ongoing,
    outbox: &Outbox,
    shipped_status: i32,
) -> Result<usize, Fault> {
    let cursor = format!("{}#status-changed", outbox.name);
    let began = reporting.clock.now();
    let last = reporting.ledger.last_slot(&cursor).await?;
    let since = last.and_then(|last| last.parse::<chrono::DateTime<chrono::Utc>>().ok());
    let since = since.map_or(began - TimeDelta::days(2), |since| since - STATUS_OVERLAP);
    let changed =
        OrdersFilter { shipped: Shipped::ChangedTo { status: shipped_status, since }, only_to_report: false };
    let noted = read_pages(reporting, ongoing, outbox, &changed, shipped_status).await?;
    reporting.ledger.ran_slot(&cursor, &began.to_rfc3339()).await?;
    Ok(noted)
}

async fn note(
    reporting: &Reporting,
    outbox: &Outbox,
    orders: &[OrderRead],
    shipped_status: i32,
) -> Result<usize, Fault> {
    let orders: Vec<&OrderRead> = orders.iter().filter(|order| is_shipped(order, shipped_status)).collect();
    let ids: Vec<i64> = orders.iter().filter_map(|order| order_id(order)).collect();
    let told = reporting.ledger.told(&outbox.name, ids).await?;
    let mut facts = Vec::new();
    let mut totals = Vec::new();
    for order in orders {
        if let Some((fact, now_told)) = fact(reporting, outbox, order, &told)? {
            facts.push(fact);
            totals.extend(now_told);
        }
    }
    let noted = facts.len();
    if noted > 0 {
        reporting.ledger.note(&outbox.name, facts, totals).await?;
    }
    Ok(noted)
}

fn is_shipped(order: &OrderRead, shipped_status: i32) -> bool {
    let info = order.order_info.as_ref();
    let status =
        info.and_then(|info| info.order_status.as_ref()).and_then(|status| status.number).unwrap_or(0);
    let shipped = info.is_some_and(|info| info.shipped_time.is_some());
    status != CANCELLED && (status >= i64::from(shipped_status) || shipped)
}

/// The fact that an order has to tell, if any line of it moved since it was told.
fn fact(
    reporting: &Reporting,
    outbox: &Outbox,
    order: &OrderRead,
    told: &HashMap<(i64, i64), String>,
) -> Result<Option<(Fact, Vec<Told>)>, Fault> {
    let Some(info) = &order.order_info else { return Ok(None) };
    let (Some(order_id), Some(order_number)) = (order_id(order), info.order_number.clone()) else {
        return Ok(None);
    };
    // Another partner's order of the same goods owner is told by that partner's outbox, and marked by it.
    let Some(own_number) = outbox.numbers.own(&order_number).map(str::to_owned) else { return Ok(None) };
    let key = Key { lane: outbox.lane.clone(), kind: Kind::Order, number: order_number.clone() };
    let (mut lines, mut totals, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for line in &order.order_lines {
        let Some(line_id) = line.id else { continue };
        let told_before = told.get(&(order_id, line_id)).map(|total| exact(total)).transpose()?;
        let picked = line.picked_number_of_items.unwrap_or_default();
        let base = told_before.or(line.reported_number_of_items).unwrap_or_default();
        let delivered = picked - base;
        let nothing_picked_yet_untold =
            told_before.is_none() && picked.is_zero() && line.reported_number_of_items.is_none();
        if delivered.is_zero() && !nothing_picked_yet_untold {
            continue;
        }
        if !delivered.is_zero() {
            marks.push(mark(&key, order_id, line_id, picked));
        }
        totals.push(Told { order_id, order_line_id: line_id, total: decimal_text(picked) });
        lines.push(shipment_line(line, picked, delivered));
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let shipment = shipment(order, order_id, own_number, lines);
    let fact = Fact {
        id: 0,
        outbox: outbox.name.clone(),
        document: to_json(&shipment),
        number: order_number,
        at: reporting.clock.now(),
        marks,
    };
    Ok(Some((fact, totals)))
}

fn mark(key: &Key, order_id: i64, order_line_id: i64, picked: Decimal) -> Call {
    let reported_number_of_items = decimal_text(picked);
    Call {
        key: key.clone(),
        operation: Operation::MarkOrderLineReported { order_id, order_line_id, reported_number_of_items },
        body: String::new(),
        hash: String::new(),
        needs: Vec::new(),
        remember: String::new(),
    }
}

fn shipment(order: &OrderRead, order_id: i64, order_number: String, lines: Vec<ShipmentLine>) -> Shipment {
    let info = order.order_info.clone().unwrap_or_default();
    let consignee = order.consignee.clone().unwrap_or_default();
    let transporter = order.transporter.clone().unwrap_or_default();
    let status = info.order_status.clone().unwrap_or_default();
    let back_order_for = info
        .advanced
        .and_then(|advanced| advanced.back_order_info)
        .and_then(|back| back.back_order_for_order_id);
    let trackings = outbound_tracking(order);
    let waybill = info.way_bill.clone().filter(|waybill| !waybill.is_empty());
    let parcels: Vec<ShipmentParcel> = order
        .parcels
        .iter()
        .filter(|parcel| parcel.is_return_parcel != Some(true))
        .map(|parcel| ShipmentParcel {
            parcel_number: parcel.parcel_number.as_deref().map(Text::from),
            waybill: parcel.tracking.as_ref().and_then(|tracking| tracking.waybill.clone()).map(Text::from),
            tracking_url: parcel
                .tracking
                .as_ref()
                .and_then(|tracking| tracking.tracking_url.clone())
                .map(Text::from),
        })
        .collect();
    Shipment {
        order_number: Some(order_number.into()),
        order_id: Some(order_id.to_string().into()),
        reference_number: info.reference_number.map(Text::from),
        goods_owner_order_id: info.goods_owner_order_id.map(Text::from),
        consignee_order_number: info.consignee_order_number.map(Text::from),
        customer_number: consignee.customer_number.map(Text::from),
        consignee_name: consignee.name.map(Text::from),
        status_number: status.number.and_then(|number| i32::try_from(number).ok()),
        status_text: status.text.map(Text::from),
        shipped_time: info.shipped_time,
        delivery_date: info.delivery_date,
        transporter_name: transporter.transporter_name.map(Text::from),
        transporter_code: transporter.code.map(Text::from),
        transporter_service_code: transporter.service_code.map(Text::from),
        way_of_delivery_code: info.way_of_delivery.and_then(|way| way.code).map(Text::from),
        waybill: waybill
            .or_else(|| trackings.iter().find_map(|tracking| tracking.waybill.clone()))
            .map(Text::from),
        tracking_url: trackings.iter().find_map(|tracking| tracking.tracking_url.clone()).map(Text::from),
        number_of_parcels: i32::try_from(parcels.len()).ok(),
        back_order_for: back_order_for.map(|id| id.to_string().into()),
        lines,
        parcels,
    }
}

fn shipment_line(line: &OrderLineRead, picked: Decimal, delivered: Decimal) -> ShipmentLine {
    let article = line.article.clone().unwrap_or_default();
    let ordered = line.ordered_number_of_items.unwrap_or_default();
    ShipmentLine {
        row_number: line.row_number.as_deref().map(Text::from),
        article_number: article.article_number.map(Text::from),
        article_name: article.article_name.map(Text::from),
        delivered_number_of_items: Some(delivered),
        total_number_of_items: Some(picked),
        ordered_number_of_items: Some(ordered),
        remaining_number_of_items: Some((ordered - picked).max(Decimal::ZERO)),
        batch_number: only(line, |item| item.batch_number.clone().filter(|batch| !batch.is_empty()))
            .map(Text::from),
        serial: only(line, |item| item.serial.clone().filter(|serial| !serial.is_empty())).map(Text::from),
        expiry_date: only(line, |item| item.expiry_date),
    }
}

fn order_id(order: &OrderRead) -> Option<i64> {
    order.order_info.as_ref()?.order_id
}

/// Waybills and addresses of the way out, each once: of the order, else of its parcels (`ongoing-rest-api.md`,
/// section 11.4).
fn outbound_tracking(order: &OrderRead) -> Vec<TrackingRead> {
    let of_parcels = order.parcels.iter().filter(|parcel| parcel.is_return_parcel != Some(true));
    let mut trackings: Vec<TrackingRead> = Vec::new();
    for tracking in order.tracking.iter().chain(of_parcels.filter_map(|parcel| parcel.tracking.as_ref())) {
        if !trackings.iter().any(|known| known.waybill == tracking.waybill) {
            trackings.push(tracking.clone());
        }
    }
    trackings
}

/// What all picked items of a line have in common; `None` where they differ, or have nothing.
fn only<T: PartialEq>(line: &OrderLineRead, of: impl Fn(&PickedItemRead) -> Option<T>) -> Option<T> {
    let mut values = line.picked_article_items.iter().filter(|item| item.is_returned != Some(true)).map(of);
    let first = values.next()??;
    values.all(|value| value.as_ref() == Some(&first)).then_some(first)
}

/// Owes the files for the facts that no file tells yet. Says how many.
///
/// # Errors
/// The ledger cannot be used, or the format cannot write the shipment.
pub fn owe(reporting: &Reporting, outbox: &Outbox) -> Result<usize, Fault> {
    let mut owed = 0;
    let at_once = if outbox.format.writes_one_document() { 1 } else { FACTS_PER_REPORT_MAX };
    loop {
        let facts = reporting.ledger.untold_facts(&outbox.name, at_once).wait()?;
        if facts.is_empty() {
            return Ok(owed);
        }
        let mut shipments = Vec::with_capacity(facts.len());
        for fact in &facts {
            shipments.push((document(fact)?, sent(reporting, outbox, &fact.number)?));
        }
        let now = reporting.clock.now();
        let tells = Tells { facts: facts.iter().map(|fact| fact.id).collect(), ..Tells::default() };
        owing::owe(reporting, &outbox.name, now, tells, |sequence| {
            let context = WriteContext { sequence, time: now, time_zone: outbox.time_zone };
            let outgoing: Vec<Outgoing<'_>> =
                shipments.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
            let bytes = format::write(&outbox.format, &outgoing, &context)?;
            Ok((outbox.file_name.render(sequence, now, outbox.time_zone), bytes))
        })?;
        owed += 1;
    }
}

fn document(fact: &Fact) -> Result<AnyDocument, Fault> {
    let unreadable = |reason: String| Fault::new(code::LEDGER_FAILED).with("reason", reason);
    let json = serde_json::from_str(&fact.document).map_err(|error| unreadable(error.to_string()))?;
    let mut shipment = Shipment::default();
    from_json(&mut shipment, &json).map_err(|member| unreadable(format!("fact {}: {member}", fact.id)))?;
    Ok(AnyDocument::Shipment(Box::new(shipment)))
}

/// What the ERP's own file said of the order, for `sent.*`.
fn sent(reporting: &Reporting, outbox: &Outbox, number: &str) -> Result<Remembered, Fault> {
    let remembered = reporting.ledger.remembered(&outbox.lane, Kind::Order, number).wait()?;
    Ok(remembered.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

fn exact(text: &str) -> Result<Decimal, Fault> {
    Decimal::from_str_exact(text)
        .map_err(|_| Fault::new(code::LEDGER_FAILED).with("reason", format!("{text} is not a number")))
}
