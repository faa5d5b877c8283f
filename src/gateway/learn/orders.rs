//! Orders: what an update leaves as it is, how refusals are said, when a write is seen.

use serde_json::{Value, json};

use super::desk::{Desk, line, must_go_well};
use crate::fault::Fault;

/// An id that no object has.
const NOBODYS_ID: i32 = 2_147_483_000;

pub(super) async fn ask(desk: &mut Desk<'_>) -> Result<(), Fault> {
    made(desk).await?;
    updates(desk).await?;
    refusals(desk).await?;
    put_again(desk).await
}

/// A new order: the answer, when it is seen, and how it begins.
async fn made(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let made = desk.put_order("O1", json!({ "orderRemark": "first" })).await?;
    must_go_well(&made, "an order")?;
    desk.found("made_order_status", made.status, "PUT /orders of a new order");
    let whole = |order: &Value| order["orderLines"].as_array().is_some_and(|lines| !lines.is_empty());
    let Some((late, reads)) = desk.reads_until("O1", whole).await? else {
        desk.not_found("reads_until_seen", "a new order was never read back whole");
        desk.not_found("late_reads_lack_lines", "a new order was never read back whole");
        return Ok(());
    };
    desk.late = late;
    desk.found("reads_until_seen", late, format!("GET /orders after PUT: read {} showed it whole", late + 1));
    match reads.first() {
        Some(first) => desk.found(
            "late_reads_lack_lines",
            first.is_object(),
            "the first GET /orders after PUT: the order without its lines, or no order",
        ),
        None => desk.not_found("late_reads_lack_lines", "no read was late"),
    }
    let order = desk.order("O1").await?;
    match order["orderInfo"]["orderStatus"]["number"].as_i64() {
        Some(status) => desk.found("first_status", status, "GET /orders of a new order"),
        None => desk.not_found("first_status", "GET /orders shows no status"),
    }
    match order["orderLines"][0].get("vat") {
        Some(vat) => desk.found(
            "unknown_members_shown",
            !vat.is_null(),
            format!("GET /orders: vat of a line is {vat}"),
        ),
        None => desk.found("unknown_members_shown", false, "GET /orders: a line has no vat"),
    }
    Ok(())
}

/// A second version that leaves out a member and a line.
async fn updates(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let article = desk.number("A");
    let lines = json!([line("1", &article, 1), line("2", &article, 2)]);
    desk.put_order("O2", json!({ "orderRemark": "first", "orderLines": lines })).await?;
    let second = desk.put_order("O2", json!({ "orderLines": [line("1", &article, 1)] })).await?;
    must_go_well(&second, "a second version of an order")?;
    let order = desk.order("O2").await?;
    let remark = order["orderInfo"]["orderRemark"].as_str().unwrap_or_default();
    desk.found("absent_members_stay", remark == "first", "orderRemark after a PUT without it");
    let lines = order["orderLines"].as_array().map_or(0, Vec::len);
    desk.found("absent_lines_stay", lines == 2, format!("{lines} of 2 lines after a PUT with one"));
    Ok(())
}

async fn refusals(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let ghost = json!({ "orderLines": [line("1", &desk.number("NONE"), 1)] });
    let refused = desk.put_order("O3", ghost).await?;
    if refused.is_well() {
        desk.not_found("unknown_article_status", "PUT /orders takes an article that does not exist");
        desk.not_found("refusal_body", "nothing was refused");
    } else {
        desk.found(
            "unknown_article_status",
            refused.status,
            "PUT /orders with an article that does not exist",
        );
        match form(&refused.json, &refused.text) {
            Some(form) => desk.found("refusal_body", form, "the body of that refusal"),
            None => desk.not_found("refusal_body", "the body has a form of its own; see lastkaj's log"),
        }
    }
    let carrier = json!({ "transporter": { "transporterCode": "LASTKAJ-NONE", "transporterServiceCode": "LASTKAJ-NONE" } });
    let carrier = desk.put_order("O4", carrier).await?;
    let status = if carrier.is_well() { 0 } else { carrier.status };
    desk.found(
        "unknown_transporter_status",
        status,
        "PUT /orders with a transporter in no list; 0: it is taken",
    );
    let nobody = desk.read("GET /orders/{orderId}", &format!("orders/{NOBODYS_ID}"), Vec::new()).await?;
    desk.found("unknown_id_status", nobody.status, "GET /orders/{orderId} of an id that nobody has");
    let query = vec![("goodsOwnerId", NOBODYS_ID.to_string()), ("maxOrdersToGet", "1".to_owned())];
    let foreign = desk.read("GET /orders", "orders", query).await?;
    desk.order("O1").await?;
    if foreign.is_well() {
        desk.not_found("wrong_goods_owner_status", "GET /orders answers for any goods owner");
    } else {
        desk.found("wrong_goods_owner_status", foreign.status, "GET /orders of a goods owner out of reach");
    }
    let back = json!({
        "goodsOwnerId": desk.goods_owner(),
        "returnOrderNumber": desk.number("R1"),
        "customerOrder": { "orderId": NOBODYS_ID },
        "returnOrderLines": [],
    });
    let back = desk.write("PUT /returnOrders", "returnOrders", Some(back)).await?;
    if back.is_well() {
        desk.not_found("unknown_reference_status", "PUT /returnOrders takes an order that nobody has");
    } else {
        desk.found("unknown_reference_status", back.status, "PUT /returnOrders for an order that nobody has");
    }
    Ok(())
}

/// The forms of a refusal that are known.
fn form(json: &Value, text: &str) -> Option<&'static str> {
    if !json["ModelState"].is_null() {
        Some("model_state")
    } else if json["message"].is_string() {
        Some("message")
    } else if json["Message"].is_string() {
        Some("capital_message")
    } else if !text.is_empty() && json.is_null() {
        Some("text")
    } else {
        None
    }
}

/// An order that is put again after it was cancelled.
async fn put_again(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let number = desk.number("O5");
    let before = desk.put_order("O5", json!({})).await?;
    let cancelled = desk.cancel_order(&number).await?;
    if !cancelled.is_well() {
        desk.not_found("put_on_cancelled", format!("DELETE /orders of a new order: {}", cancelled.status));
        return Ok(());
    }
    let again = desk.put_order("O5", json!({})).await?;
    let (answer, seen) = match (&before.json["orderId"], &again.json["orderId"]) {
        _ if !again.is_well() => ("refused", format!("PUT /orders after DELETE: {}", again.status)),
        (before, again) if before == again => ("revives", "PUT /orders after DELETE: the same id".to_owned()),
        _ => ("new_object", "PUT /orders after DELETE: another id".to_owned()),
    };
    desk.found("put_on_cancelled", answer, seen);
    Ok(())
}
