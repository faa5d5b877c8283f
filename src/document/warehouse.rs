//! A warehouse, as Ongoing's answers name it beside stock, goods received, adjustments and returns.

use super::shape::document;

document! {
    /// Warehouse (the same members in each of the Get…Warehouse schemas of the OpenAPI file).
    Warehouse as "warehouse", "" {
        /// Ongoing's id of the warehouse.
        id: Option<String> => "id";
        /// The warehouse's code.
        code: Option<String> => "code";
        /// The warehouse's name.
        name: Option<String> => "name";
    }
}
