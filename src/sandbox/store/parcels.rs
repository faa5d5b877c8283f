//! Parcels and waybill rows that the API makes on an order.

use serde_json::{Map, Value, json};

use super::objects::Numbered;
use super::{Refusal, Store, Writer, members, text, text_of, update};

/// A parcel that was put.
#[derive(Debug)]
pub struct Parcel {
    pub id: i64,
    pub number: String,
    pub body: Map<String, Value>,
}

impl Parcel {
    /// Whether it is for the way back.
    pub fn is_return(&self) -> bool {
        text_of(&self.body, "transportAdministrationType").eq_ignore_ascii_case("return")
    }
}

/// A row of a waybill.
#[derive(Debug)]
pub struct WaybillRow {
    pub id: i64,
    pub body: Map<String, Value>,
}

impl Store {
    /// `PUT /orders/{orderId}/parcels`, or by its id. Gives the parcel's id.
    pub fn put_parcel(
        &mut self,
        writer: &Writer<'_>,
        order_id: i64,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let new_id = self.next_id();
        let order = self.orders.get_mut(order_id).ok_or_else(|| writer.unknown("Order", order_id))?;
        let number = text(body, "parcelNumber");
        let is_it = |parcel: &&mut Parcel| by_id.map_or(parcel.number == number, |id| parcel.id == id);
        let (id, changed) = match (order.parcels.iter_mut().find(is_it), by_id) {
            (Some(parcel), _) => {
                let changed = update(&mut parcel.body, members(body), true);
                text_of(&parcel.body, "parcelNumber").clone_into(&mut parcel.number);
                (parcel.id, changed)
            }
            (None, Some(id)) => return Err(writer.unknown("Parcel", id)),
            (None, None) => {
                order.parcels.push(Parcel { id: new_id, number, body: members(body) });
                (new_id, true)
            }
        };
        self.effects.note("order", order.key(), "PUT parcels", u64::from(changed));
        Ok(id)
    }

    /// `DELETE /orders/{orderId}/parcels/{parcelId}`.
    pub fn delete_parcel(&mut self, writer: &Writer<'_>, order_id: i64, id: i64) -> Result<(), Refusal> {
        let order = self.orders.get_mut(order_id).ok_or_else(|| writer.unknown("Order", order_id))?;
        let at = order.parcels.iter().position(|parcel| parcel.id == id);
        order.parcels.remove(at.ok_or_else(|| writer.unknown("Parcel", id))?);
        self.effects.note("order", order.key(), "DELETE parcels", 1);
        Ok(())
    }

    /// A new row of the waybill, or a change to one. Gives its id.
    pub fn write_waybill_row(
        &mut self,
        writer: &Writer<'_>,
        order_id: i64,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let new_id = self.next_id();
        let order = self.orders.get_mut(order_id).ok_or_else(|| writer.unknown("Order", order_id))?;
        let (id, write, changed) = match by_id {
            Some(id) => {
                let row = order.waybill_rows.iter_mut().find(|row| row.id == id);
                let row = row.ok_or_else(|| writer.unknown("Waybill row", id))?;
                (id, "PATCH wayBillRows", update(&mut row.body, members(body), true))
            }
            None => {
                order.waybill_rows.push(WaybillRow { id: new_id, body: members(body) });
                (new_id, "POST wayBillRows", true)
            }
        };
        self.effects.note("order", order.key(), write, u64::from(changed));
        Ok(id)
    }

    /// `DELETE /orders/{orderId}/wayBillRows/{wayBillRowId}`.
    pub fn delete_waybill_row(&mut self, writer: &Writer<'_>, order_id: i64, id: i64) -> Result<(), Refusal> {
        let order = self.orders.get_mut(order_id).ok_or_else(|| writer.unknown("Order", order_id))?;
        let at = order.waybill_rows.iter().position(|row| row.id == id);
        order.waybill_rows.remove(at.ok_or_else(|| writer.unknown("Waybill row", id))?);
        self.effects.note("order", order.key(), "DELETE wayBillRows", 1);
        Ok(())
    }

    /// The rows of an order's waybill.
    pub fn waybill_rows_json(&self, writer: &Writer<'_>, order_id: i64) -> Result<Value, Refusal> {
        let order = self.orders.get(order_id).ok_or_else(|| writer.unknown("Order", order_id))?;
        let rows = order.waybill_rows.iter().map(|row| {
            let mut json = Value::Object(row.body.clone());
            json["wayBillRowId"] = json!(row.id);
            json
        });
        Ok(rows.collect())
    }
}
