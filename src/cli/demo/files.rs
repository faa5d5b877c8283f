//! The real files that the demo works with: formats and samples of this project, compiled in so that the demo needs
//! nothing but the binary.

/// Format files and code tables, by their path below `formats/`.
pub(super) const FORMATS: &[(&str, &[u8])] = &[
    ("nordvik/articles.toml", include_bytes!("../../../formats/nordvik/articles.toml")),
    ("nordvik/orders.toml", include_bytes!("../../../formats/nordvik/orders.toml")),
    ("nordvik/orders-fixed.toml", include_bytes!("../../../formats/nordvik/orders-fixed.toml")),
    ("nordvik/acknowledgements.toml", include_bytes!("../../../formats/nordvik/acknowledgements.toml")),
    ("nordvik/shipments.toml", include_bytes!("../../../formats/nordvik/shipments.toml")),
    ("nordvik/shipments-fixed.toml", include_bytes!("../../../formats/nordvik/shipments-fixed.toml")),
    ("generic/purchase-orders.toml", include_bytes!("../../../formats/generic/purchase-orders.toml")),
    ("generic/cancellations.toml", include_bytes!("../../../formats/generic/cancellations.toml")),
    ("generic/return-orders.toml", include_bytes!("../../../formats/generic/return-orders.toml")),
    ("generic/attachments.toml", include_bytes!("../../../formats/generic/attachments.toml")),
    ("codes/units.toml", include_bytes!("../../../formats/codes/units.toml")),
    ("codes/nordvik-results.toml", include_bytes!("../../../formats/codes/nordvik-results.toml")),
    (
        "codes/nordvik-ways-of-delivery.toml",
        include_bytes!("../../../formats/codes/nordvik-ways-of-delivery.toml"),
    ),
];

/// An article register: `;`, Windows-1252, decimal comma, Swedish headers.
pub(super) const ARTICLES: &[u8] = include_bytes!("../../../samples/nordvik/articles/register/input.csv");

/// A day's orders, one row per order line, with an unknown article, a quantity that is no number and a missing
/// postcode among them.
pub(super) const ORDERS: &[u8] = include_bytes!("../../../samples/nordvik/orders/day/input.csv");

/// Orders in fixed-width records with head, line and trailer.
pub(super) const ORDERS_FIXED: &[u8] = include_bytes!("../../../samples/nordvik/orders-fixed/day/input.txt");

/// The same with a trailer that counts wrong.
pub(super) const ORDERS_WRONG_COUNT: &[u8] =
    include_bytes!("../../../samples/nordvik/orders-fixed/wrong-count/input.txt");

/// A few orders for the file that is still being written when it is first seen.
pub(super) const ORDERS_GROWING: &[u8] =
    include_bytes!("../../../samples/nordvik/orders/written-in-parts/input.csv");

/// Purchase orders with announced batches, serial numbers and pallets.
pub(super) const PURCHASE_ORDERS: &[u8] =
    include_bytes!("../../../samples/generic/purchase-orders/nordvik-day/input.csv");

/// A PDF that belongs to an order of the day.
pub(super) const DELIVERY_NOTE: &[u8] =
    include_bytes!("../../../samples/generic/attachments/delivery-note/input.pdf");

/// Two orders to cancel: one that the warehouse has left alone, and one that it has sent.
pub(super) const CANCELLATIONS: &[u8] =
    include_bytes!("../../../samples/generic/cancellations/nordvik-day/input.csv");

/// What customers send back: lines of an order that was sent, and of one that nobody knows.
pub(super) const RETURN_ORDERS: &[u8] =
    include_bytes!("../../../samples/generic/return-orders/nordvik-day/input.csv");
