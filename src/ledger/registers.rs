//! The registers of an installation as they were read last: which transporters, ways of delivery, order types there
//! are. `lastkaj codes` keeps them, plan asks them; a list that was never read judges nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::Ledger;
use super::answer::Answer;
use super::convert::{find_lane, lane_id, ms, time};
use super::failure::Verb;
use crate::call::Lane;

/// A register as it was read last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// What it holds, in the order in which it was kept.
    pub entries: Vec<RegisterEntry>,
}

/// One code of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// What a document states.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code that it belongs to: a service's transporter.
    pub of: Option<String>,
}

impl Register {
    /// The register of transporters. Names are the same in every ledger.
    pub const TRANSPORTERS: &'static str = "transporters";
    /// Their services; each is `of` a transporter.
    pub const TRANSPORTER_SERVICES: &'static str = "transporter services";
    /// Ways of delivery.
    pub const WAYS_OF_DELIVERY: &'static str = "ways of delivery";
    /// Order types.
    pub const ORDER_TYPES: &'static str = "order types";
    /// Warehouses.
    pub const WAREHOUSES: &'static str = "warehouses";
    /// Causes of returns.
    pub const RETURN_CAUSES: &'static str = "return causes";
}

impl Ledger {
    /// The register of this name as it was read last; `None` if it never was.
    pub fn register(&self, lane: &Lane, name: &str) -> Answer<Option<Register>> {
        let (lane, name) = (lane.clone(), name.to_owned());
        self.0.readers.ask(move |connection| register(connection, &lane, &name))
    }

    /// Keeps a register that was read at `now`, in place of what it held before.
    pub fn keep_register(
        &self,
        lane: &Lane,
        name: &str,
        entries: Vec<RegisterEntry>,
        now: DateTime<Utc>,
    ) -> Answer<()> {
        let (lane, name) = (lane.clone(), name.to_owned());
        let rows = entries.len();
        self.0.writer.run_of("ledger.keep_register", rows, move |connection| {
            keep_register(connection, &lane, &name, &entries, now)
        })
    }
}

fn register(connection: &Connection, lane: &Lane, name: &str) -> Verb<Option<Register>> {
    let Some(lane) = find_lane(connection, lane)? else { return Ok(None) };
    let read_at = connection
        .prepare_cached("SELECT read_at FROM register WHERE lane_id = ?1 AND name = ?2")?
        .query_row(params![lane, name], |row| time(row, "read_at"))
        .optional()?;
    let Some(read_at) = read_at else { return Ok(None) };
    let entries = connection
        .prepare_cached(
            "SELECT code, name, of FROM register_entry WHERE lane_id = ?1 AND register = ?2 ORDER BY position",
        )?
        .query_map(params![lane, name], |row| {
            Ok(RegisterEntry { code: row.get("code")?, name: row.get("name")?, of: row.get("of")? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(Register { read_at, entries }))
}

fn keep_register(
    connection: &Connection,
    lane: &Lane,
    name: &str,
    entries: &[RegisterEntry],
    now: DateTime<Utc>,
) -> Verb<()> {
    let lane = lane_id(connection, lane)?;
    connection
        .prepare_cached("DELETE FROM register_entry WHERE lane_id = ?1 AND register = ?2")?
        .execute(params![lane, name])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO register (lane_id, name, read_at) VALUES (?1, ?2, ?3)")?
        .execute(params![lane, name, ms(now)])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO register_entry (lane_id, register, position, code, name, of) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, entry) in (0_i64..).zip(entries) {
        insert.execute(params![lane, name, position, entry.code, entry.name, entry.of])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Steps;

    fn entry(code: &str, of: Option<&str>) -> RegisterEntry {
        RegisterEntry { code: code.to_owned(), name: format!("the {code}"), of: of.map(str::to_owned) }
    }

    #[test]
    fn a_register_is_kept_in_its_order_until_it_is_read_anew_and_is_its_lanes_own() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path(), Steps::unwatched()).unwrap();
        let lane = Lane { installation: "nordlager".to_owned(), goods_owner: 159 };
        let other = Lane { goods_owner: 160, ..lane.clone() };
        let services = Register::TRANSPORTER_SERVICES;
        assert_eq!(ledger.register(&lane, services).wait().unwrap(), None);

        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let first = vec![entry("P19", Some("PN")), entry("P17", Some("PN"))];
        ledger.keep_register(&lane, services, first.clone(), at(1)).wait().unwrap();
        let kept = ledger.register(&lane, services).wait().unwrap();
        assert_eq!(kept, Some(Register { read_at: at(1), entries: first }));
        assert_eq!(ledger.register(&other, services).wait().unwrap(), None);
        assert_eq!(ledger.register(&lane, Register::TRANSPORTERS).wait().unwrap(), None);

        ledger.keep_register(&lane, services, vec![entry("DPD", None)], at(2)).wait().unwrap();
        let kept = ledger.register(&lane, services).wait().unwrap();
        assert_eq!(kept, Some(Register { read_at: at(2), entries: vec![entry("DPD", None)] }));
        ledger.keep_register(&lane, services, Vec::new(), at(3)).wait().unwrap();
        let kept = ledger.register(&lane, services).wait().unwrap().unwrap();
        assert!(kept.entries.is_empty(), "an empty register was read all the same");
    }
}
