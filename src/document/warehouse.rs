//! A warehouse, as Ongoing's answers name it beside stock, goods received, adjustments and returns.

use super::shape::{Text, document};

document! {
    /// Warehouse (the same members in each of the Get…Warehouse schemas of the OpenAPI file).
    Warehouse as "warehouse", "" {
        /// Ongoing's id of the warehouse.
        id: Option<Text> => "id";
        /// The warehouse's code.
        code: Option<Text> => "code";
        /// The warehouse's name.
        name: Option<Text> => "name";
    }
}
