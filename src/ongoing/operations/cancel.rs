//! Cancelling an order or a purchase order (`ongoing-rest-api.md`, sections 11.3 and 13.2). A refusal has no
//! machine-readable reason: the object is read, and its status says why.

use super::{Doing, not_there, order, purchase_order};
use crate::call::Kind;
use crate::fault::{Fault, code};
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::Json;
use crate::ongoing::rest::Found;
use crate::ongoing::routes;

pub(super) async fn cancel(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let owner = ("goodsOwnerId", doing.call.key.lane.goods_owner.to_string());
    let number = doing.number().to_owned();
    let (route, path, parameter, id) = match doing.call.key.kind {
        Kind::PurchaseOrder => {
            (&routes::DELETE_PURCHASE_ORDER, "purchaseOrders", "purchaseOrderNumber", "purchaseOrderId")
        }
        _ => (&routes::DELETE_ORDER, "orders", "orderNumber", "orderId"),
    };
    let query = vec![owner, (parameter, number.clone())];
    let refusal = match doing.write(route, path, query, None, true).await {
        Ok(done) => {
            let ongoing_id = done.json.whole(id).or(doing.hint.ongoing_id);
            return Ok(Answer::Accepted { ongoing_id, message: done.message });
        }
        Err(Answer::Refused(fault)) => fault,
        Err(other) => return Err(other),
    };
    match there(doing).await? {
        Some(there) if there.cancelled => Ok(accepted(there.id, "it was cancelled already")),
        Some(there) => Err(Answer::Refused(
            Fault::new(code::NOT_CANCELLED)
                .with("document", doing.call.key.kind.name())
                .with("number", &number)
                .with("status", there.status)
                .with("message", refusal.args.get("message").map_or("", String::as_str)),
        )),
        // The first attempt took it away, if cancelling does that here.
        None if doing.hint.in_doubt => Ok(accepted(doing.hint.ongoing_id, "Ongoing has it no more")),
        None => match not_there(doing.call.key.kind, &number) {
            // Nobody waits for something to cancel.
            Answer::NotThere { fault, .. } => Err(Answer::Refused(fault)),
            other => Err(other),
        },
    }
}

fn accepted(ongoing_id: Option<i64>, message: &str) -> Answer {
    Answer::Accepted { ongoing_id, message: message.to_owned() }
}

/// What Ongoing has of what is to be cancelled.
struct There {
    id: Option<i64>,
    cancelled: bool,
    status: String,
}

async fn there(doing: &mut Doing<'_>) -> Result<Option<There>, Unavailable> {
    let number = doing.number().to_owned();
    let (object, of): (Option<Json>, fn(&Json) -> There) = match doing.call.key.kind {
        Kind::PurchaseOrder => (doing.purchase_order(&number).await?, |it| There {
            id: purchase_order::id(it),
            cancelled: purchase_order::status(it) == Some(purchase_order::CANCELLED),
            status: purchase_order::status_text(it),
        }),
        _ => (doing.order(&number).await?, |it| There {
            id: order::id(it),
            cancelled: order::status(it) == Some(order::CANCELLED),
            status: order::status_text(it),
        }),
    };
    Ok(object.as_ref().map(of))
}

pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    Ok(match there(doing).await? {
        Some(there) if there.cancelled => Found::Same { ongoing_id: there.id },
        Some(there) => Found::Different { ongoing_id: there.id, what: "status".to_owned() },
        None => Found::Missing,
    })
}
