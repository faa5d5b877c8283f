//! Changes after release, each aspect by a request of its own (`ongoing-rest-api.md`, sections 11.4 and 13.2). All set
//! a value and may be repeated; only the status comes last, and is not set back by a repeat.

use super::{Doing, not_there, order, partly, purchase_order};
use crate::call::Kind;
use crate::ongoing::answer::Answer;
use crate::ongoing::members::Members;
use crate::ongoing::routes::{self, Route};

/// One aspect that is changed.
pub(super) struct Aspect {
    pub route: &'static Route,
    /// The end of the path, behind the object's id.
    pub path: &'static str,
    pub body: String,
    /// The status that it sets, if it sets one.
    status: Option<i64>,
}

/// What is wrapped round a member's value to make a body of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrap {
    /// The value is the body.
    Nothing,
    /// `{"member": value}`.
    Own,
    /// `{"classes": value}`.
    Classes,
}

type Row = (&'static str, &'static Route, &'static str, Wrap);

/// The aspects of an order, in the order in which they are changed.
const OF_ORDER: [Row; 9] = [
    ("deliveryDate", &routes::PATCH_DELIVERY_DATE, "deliveryDate", Wrap::Own),
    ("transporter", &routes::PATCH_TRANSPORTER, "transporter", Wrap::Nothing),
    ("servicePointCode", &routes::PATCH_SERVICE_POINT, "servicePointCode", Wrap::Own),
    ("waybill", &routes::PATCH_WAYBILL, "waybill", Wrap::Own),
    ("returnWaybill", &routes::PATCH_RETURN_WAYBILL, "returnWaybill", Wrap::Own),
    ("orderTracking", &routes::PUT_ORDER_TRACKING, "orderTracking", Wrap::Nothing),
    ("setOrderClasses", &routes::SET_ORDER_CLASSES, "setOrderClasses", Wrap::Classes),
    ("addOrderClasses", &routes::ADD_ORDER_CLASSES, "addOrderClasses", Wrap::Classes),
    ("orderStatusNumber", &routes::PATCH_ORDER_STATUS, "orderStatus", Wrap::Own),
];

/// The aspects of a purchase order, in the order in which they are changed.
const OF_PURCHASE_ORDER: [Row; 4] = [
    ("inDate", &routes::PATCH_IN_DATE, "inDate", Wrap::Own),
    ("advisedDate", &routes::PATCH_ADVISED_DATE, "advisedDate", Wrap::Own),
    ("freeBool1", &routes::PATCH_FREE_BOOL, "freeBool1", Wrap::Own),
    ("purchaseOrderStatusNumber", &routes::PATCH_PURCHASE_ORDER_STATUS, "purchaseOrderStatus", Wrap::Own),
];

/// The aspects that a document changes.
pub(super) fn aspects(of_order: bool, document: &Members) -> Vec<Aspect> {
    let rows: &[Row] = if of_order { &OF_ORDER } else { &OF_PURCHASE_ORDER };
    let aspect = |(member, route, path, wrap): &Row| {
        let value = document.raw(member)?;
        let body = match wrap {
            Wrap::Nothing => value.to_owned(),
            Wrap::Own => format!("{{\"{member}\":{value}}}"),
            Wrap::Classes => format!("{{\"classes\":{value}}}"),
        };
        let status = member.ends_with("StatusNumber").then(|| value.parse().ok()).flatten();
        Some(Aspect { route, path, body, status })
    };
    rows.iter().filter_map(aspect).collect()
}

pub(super) async fn change(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let (call, number) = (doing.call, doing.number().to_owned());
    let of_order = call.key.kind != Kind::PurchaseOrder;
    let (object, id, status) = if of_order {
        let it = doing.order(&number).await?;
        ("orders", it.as_ref().and_then(order::id), it.as_ref().and_then(order::status))
    } else {
        let it = doing.purchase_order(&number).await?;
        (
            "purchaseOrders",
            it.as_ref().and_then(purchase_order::id),
            it.as_ref().and_then(purchase_order::status),
        )
    };
    let Some(id) = id else { return Err(not_there(call.key.kind, &number)) };
    let mut messages = Vec::new();
    let mut changed = false;
    for aspect in aspects(of_order, &doing.document()) {
        // What the warehouse did since must not be undone by a repeat.
        if doing.hint.in_doubt
            && aspect.status.is_some_and(|wanted| status.is_some_and(|there| there >= wanted))
        {
            continue;
        }
        let path = format!("{object}/{id}/{}", aspect.path);
        let done = doing.write(aspect.route, &path, Vec::new(), Some(aspect.body), true).await;
        let done = done.map_err(|answer| if changed { partly(answer, call, aspect.path) } else { answer })?;
        changed = true;
        if !done.message.is_empty() && !messages.contains(&done.message) {
            messages.push(done.message);
        }
    }
    Ok(Answer::Accepted { ongoing_id: Some(id), message: messages.join(" ") })
}
