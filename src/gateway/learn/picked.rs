//! What only shows once the warehouse has begun: somebody picks one order first, and names it (`--picked-order`).

use serde_json::Value;

use super::desk::Desk;
use crate::fault::Fault;

const NEEDS_AN_ORDER: &str = "needs an order on which picking has begun: --picked-order NUMBER";

pub(super) async fn ask(desk: &mut Desk<'_>, number: Option<&str>) -> Result<(), Fault> {
    let Some(number) = number else {
        desk.not_found("locked_order_status", NEEDS_AN_ORDER);
        desk.not_found("null_reported_counts_as_zero", NEEDS_AN_ORDER);
        return Ok(());
    };
    let order = desk.orders(number).await?.pop().unwrap_or_default();
    let is_unreported = |line: &Value| {
        line["pickedNumberOfItems"].as_f64().unwrap_or(0.0) > 0.0 && line["reportedNumberOfItems"].is_null()
    };
    let lines = order["orderLines"].as_array().cloned().unwrap_or_default();
    if lines.iter().any(is_unreported) {
        let query = vec![
            desk.owner(),
            ("orderNumber", number.to_owned()),
            ("onlyOrdersWithOrderLinesToReport", "true".to_owned()),
        ];
        let to_report = desk.read("GET /orders", "orders", query).await?;
        let counts = to_report.json.as_array().is_some_and(|found| !found.is_empty());
        desk.found(
            "null_reported_counts_as_zero",
            counts,
            format!("GET /orders to report: order {number}, picked, nothing reported yet"),
        );
    } else {
        let why = format!("order {number} has no line that is picked and was never reported");
        desk.not_found("null_reported_counts_as_zero", why);
    }
    // Cancelling is refused once picking has begun; on a demo goods owner nothing is lost if it is not.
    let refused = desk.cancel_order(number).await?;
    if refused.is_well() {
        desk.not_found("locked_order_status", format!("DELETE /orders of order {number} was not refused"));
    } else {
        desk.found("locked_order_status", refused.status, format!("DELETE /orders of picked order {number}"));
    }
    Ok(())
}
