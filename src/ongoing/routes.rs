//! The routes of the API that we use: the step's name, the method as limits count it, and the verb.

use reqwest::Method;

use crate::call::{Call, Kind, Operation};
use crate::ongoing::limits;

/// One route of the API.
#[derive(Debug)]
pub(super) struct Route {
    /// The step's name.
    pub step: &'static str,
    /// Verb and route, as limits count it.
    pub method: &'static str,
    /// The verb.
    pub verb: Method,
}

macro_rules! routes {
    ($( $name:ident = $step:literal, $verb:ident, $method:expr; )*) => {
        $( pub(super) const $name: Route = Route { step: $step, method: $method, verb: Method::$verb }; )*
    };
}

routes! {
    PUT_ARTICLE = "ongoing.put_article", PUT, limits::PUT_ARTICLES;
    PUT_DANGEROUS_GOODS = "ongoing.put_dangerous_goods", PUT, "PUT /articles/dangerousGoods";
    GET_ARTICLE_CLASSES = "ongoing.get_article_classes", GET, "GET /articles/classes";
    PUT_ARTICLE_CLASS = "ongoing.put_article_class", PUT, "PUT /articles/classes";
    PUT_CLASSES_OF_ARTICLE =
        "ongoing.put_classes_of_article", PUT, "PUT /articles/{articleSystemId}/classes";
    GET_ARTICLES = "ongoing.get_articles", GET, limits::GET_ARTICLES;
    PUT_ARTICLE_FILE = "ongoing.put_article_file", PUT, "PUT /articles/{articleSystemId}/files";

    PUT_ORDER = "ongoing.put_order", PUT, limits::PUT_ORDERS;
    GET_ORDERS = "ongoing.get_orders", GET, limits::GET_ORDERS;
    GET_ORDER = "ongoing.get_order", GET, limits::GET_ORDER;
    DELETE_ORDER = "ongoing.delete_order", DELETE, "DELETE /orders";
    PUT_ORDER_FILE = "ongoing.put_order_file", PUT, "PUT /orders/{orderId}/files";
    MARK_ORDER_LINE = "ongoing.mark_order_line_reported", PATCH, limits::PATCH_REPORTED;
    PATCH_DELIVERY_DATE = "ongoing.patch_order_delivery_date", PATCH, "PATCH /orders/{orderId}/deliveryDate";
    PATCH_TRANSPORTER = "ongoing.patch_order_transporter", PATCH, "PATCH /orders/{orderId}/transporter";
    PATCH_SERVICE_POINT =
        "ongoing.patch_order_service_point_code", PATCH, "PATCH /orders/{orderId}/servicePointCode";
    PATCH_WAYBILL = "ongoing.patch_order_waybill", PATCH, "PATCH /orders/{orderId}/waybill";
    PATCH_RETURN_WAYBILL = "ongoing.patch_order_return_waybill", PATCH, "PATCH /orders/{orderId}/returnWaybill";
    PUT_ORDER_TRACKING = "ongoing.put_order_tracking", PUT, "PUT /orders/{orderId}/orderTracking";
    ADD_ORDER_CLASSES = "ongoing.add_order_classes", PATCH, "PATCH /orders/{orderId}/addOrderClasses";
    SET_ORDER_CLASSES = "ongoing.set_order_classes", PATCH, "PATCH /orders/{orderId}/setOrderClasses";
    PATCH_ORDER_STATUS = "ongoing.patch_order_status", PATCH, "PATCH /orders/{orderId}/orderStatus";

    PUT_PURCHASE_ORDER = "ongoing.put_purchase_order", PUT, "PUT /purchaseOrders";
    GET_PURCHASE_ORDERS = "ongoing.get_purchase_orders", GET, "GET /purchaseOrders";
    PUT_ARTICLE_ITEMS =
        "ongoing.put_article_items", PUT, "PUT /purchaseOrders/{purchaseOrderId}/articleItems";
    DELETE_PURCHASE_ORDER = "ongoing.delete_purchase_order", DELETE, "DELETE /purchaseOrders";
    PUT_PURCHASE_ORDER_FILE =
        "ongoing.put_purchase_order_file", PUT, "PUT /purchaseOrders/{purchaseOrderId}/files";
    PATCH_IN_DATE = "ongoing.patch_purchase_order_in_date", PATCH, "PATCH /purchaseOrders/{purchaseOrderId}/inDate";
    PATCH_ADVISED_DATE =
        "ongoing.patch_purchase_order_advised_date", PATCH, "PATCH /purchaseOrders/{purchaseOrderId}/advisedDate";
    PATCH_FREE_BOOL =
        "ongoing.patch_purchase_order_free_bool1", PATCH, "PATCH /purchaseOrders/{purchaseOrderId}/freeBool1";
    PATCH_PURCHASE_ORDER_STATUS =
        "ongoing.patch_purchase_order_status", PATCH, "PATCH /purchaseOrders/{purchaseOrderId}/purchaseOrderStatus";

    PUT_RETURN_ORDER = "ongoing.put_return_order", PUT, "PUT /returnOrders";
    GET_RETURN_ORDERS = "ongoing.get_return_orders", GET, "GET /returnOrders";
}

/// The first request that a call of each kind and operation (by its tag) takes, by the method that limits count: while it
/// is barred, the call cannot go. Files are not among them: theirs hangs on what they belong to.
pub fn first_methods() -> impl Iterator<Item = (Kind, &'static str, &'static str)> {
    FIRST_METHODS.iter().map(|(kind, tag, route)| (*kind, *tag, route.method))
}

const FIRST_METHODS: [(Kind, &str, &Route); 9] = [
    (Kind::Article, "put_article", &PUT_ARTICLE),
    (Kind::PurchaseOrder, "put_purchase_order", &PUT_PURCHASE_ORDER),
    (Kind::PurchaseOrder, "cancel", &DELETE_PURCHASE_ORDER),
    (Kind::PurchaseOrder, "change", &GET_PURCHASE_ORDERS),
    (Kind::Order, "put_order", &PUT_ORDER),
    (Kind::Order, "cancel", &DELETE_ORDER),
    (Kind::Order, "change", &GET_ORDERS),
    (Kind::Order, "mark_order_line_reported", &MARK_ORDER_LINE),
    (Kind::ReturnOrder, "put_return_order", &PUT_RETURN_ORDER),
];

/// The method of a call's main request: the first that writes, where there is one.
pub fn method_of(call: &Call) -> &'static str {
    if let Operation::PutFile { of, .. } = &call.operation {
        return file_route(*of).method;
    }
    let tag = call.operation.tag();
    let mut known = FIRST_METHODS.iter();
    let found = known.find(|(kind, of, _)| *kind == call.key.kind && *of == tag);
    found.map_or("", |(_, _, route)| route.method)
}

/// The route of a file that belongs to an object of this kind.
pub(super) fn file_route(of: Kind) -> &'static Route {
    match of {
        Kind::Article => &PUT_ARTICLE_FILE,
        Kind::PurchaseOrder => &PUT_PURCHASE_ORDER_FILE,
        Kind::Order | Kind::ReturnOrder | Kind::Attachment => &PUT_ORDER_FILE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Key, Lane};

    #[test]
    fn every_call_that_can_be_planned_has_its_method() {
        let put_file = |of| Operation::PutFile { of, of_number: String::new() };
        let (order_id, order_line_id) = (1, 2);
        let mark = Operation::MarkOrderLineReported {
            order_id,
            order_line_id,
            reported_number_of_items: String::new(),
        };
        for (kind, operation, method) in [
            (Kind::Article, Operation::PutArticle, "PUT /articles"),
            (Kind::Order, Operation::PutOrder, "PUT /orders"),
            (Kind::PurchaseOrder, Operation::PutPurchaseOrder, "PUT /purchaseOrders"),
            (Kind::ReturnOrder, Operation::PutReturnOrder, "PUT /returnOrders"),
            (Kind::Order, Operation::Cancel, "DELETE /orders"),
            (Kind::PurchaseOrder, Operation::Cancel, "DELETE /purchaseOrders"),
            (Kind::Order, Operation::Change, "GET /orders"),
            (Kind::PurchaseOrder, Operation::Change, "GET /purchaseOrders"),
            (Kind::Attachment, put_file(Kind::Article), "PUT /articles/{articleSystemId}/files"),
            (Kind::Attachment, put_file(Kind::PurchaseOrder), "PUT /purchaseOrders/{purchaseOrderId}/files"),
            (Kind::Attachment, put_file(Kind::Order), "PUT /orders/{orderId}/files"),
            (Kind::Order, mark, limits::PATCH_REPORTED),
        ] {
            let lane = Lane { installation: String::new(), goods_owner: 159 };
            let key = Key { lane, kind, number: String::new() };
            let (body, hash, remember) = Default::default();
            let call = Call { key, operation, body, hash, needs: Vec::new(), remember };
            assert_eq!(method_of(&call), method);
        }
    }
}
