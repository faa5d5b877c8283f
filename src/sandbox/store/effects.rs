//! How often each object was really changed, so that a crash test finds doubled effects.
//!
//! A write that changed nothing is no effect: the same PUT again must be harmless. Each file that a POST adds and
//! each article item that is announced is one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The effects on every object.
#[derive(Debug, Default)]
pub struct Effects(BTreeMap<(&'static str, i64, String), BTreeMap<String, u64>>);

impl Effects {
    /// Notes effects of a kind of write (`PUT`, `PATCH deliveryDate`) on an object.
    pub fn note(&mut self, kind: &'static str, key: (i64, String), write: &str, count: u64) {
        if count > 0 {
            *self.0.entry((kind, key.0, key.1)).or_default().entry(write.to_owned()).or_default() += count;
        }
    }

    /// All of them, by kind, goods owner and number.
    pub fn json(&self) -> Value {
        let rows = self.0.iter().map(|((kind, owner, number), writes)| {
            json!({
                "kind": kind,
                "goodsOwner": owner,
                "number": number,
                "effects": writes.values().sum::<u64>(),
                "writes": writes,
            })
        });
        Value::Array(rows.collect())
    }
}
