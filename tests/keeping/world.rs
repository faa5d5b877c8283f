//! A gateway on a place, by hand: its clock's hands are moved, its data folder is looked at.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::clock::Clock;
use lastkaj::config::{Config, ProcessEnvironment};
use lastkaj::gateway::{Done, Gateway, KeptHouse};
use lastkaj::ledger::{Verified, verify};
use lastkaj::step::Steps;

use crate::support::{Place, sample};

/// A name that stands in the orders sample, and nowhere else.
pub const NAME: &str = "Åsa Nyström";
/// An e-mail address that stands in it.
pub const EMAIL: &str = "inkop@varmland.example";

pub struct World {
    pub place: Place,
    pub clock: Clock,
}

impl World {
    pub fn new(more: &str) -> World {
        // The hands begin where the machine's clock stands: file times are the machine's.
        let clock = Clock::hands(Clock::System.now());
        World { place: Place::at(more, clock.clone()), clock }
    }

    pub fn config(&self) -> Config {
        lastkaj::config::load(&self.place.path("gateway.toml"), &ProcessEnvironment)
            .unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    pub fn open(&self, steps: Steps) -> Gateway {
        self.place.block_on(Gateway::open(self.config(), self.clock.clone(), steps)).unwrap()
    }

    /// Does all that is due until nothing is left to do.
    pub fn work(&self) -> Done {
        let gateway = self.open(Steps::unwatched());
        let mut done = Done::default();
        for _ in 0..8 {
            done = self.place.block_on(gateway.once()).unwrap();
            self.pass(TimeDelta::seconds(1));
        }
        done
    }

    pub fn keep(&self) -> KeptHouse {
        let gateway = self.open(Steps::unwatched());
        self.place.block_on(gateway.keep_house()).unwrap()
    }

    pub fn pass(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn data(&self) -> PathBuf {
        self.place.path("data")
    }

    /// Articles and orders in, shipped, told: a whole day.
    pub fn day(&self, number: u32) {
        self.place
            .write(&format!("erp/articles/ART{number}.csv"), &sample("nordvik/articles/good/input.csv"));
        self.work();
        self.place.write(&format!("erp/orders/ORD{number}.csv"), &sample("nordvik/orders/good/input.csv"));
        self.work();
        self.place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 200}"#);
        self.work();
    }

    pub fn verify(&self) -> Verified {
        verify(&self.data(), self.now(), &mut |_, _| {}).unwrap()
    }

    /// What the ledger holds, read beside whoever has it open.
    pub fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        ask(&self.data(), sql)
    }
}

pub fn connect(data: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(data.join("ledger.sqlite")).unwrap()
}

pub fn ask<T: rusqlite::types::FromSql>(data: &Path, sql: &str) -> T {
    connect(data).query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Every row of the ledger's tables as text, by table.
pub fn rows(data: &Path) -> Vec<String> {
    let connection = connect(data);
    let tables: Vec<String> = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut of_table: Vec<String> = statement
            .query_map([], |row| {
                let cells =
                    columns.iter().map(|column| format!("{column}={:?}", row.get_ref(&**column).unwrap()));
                Ok(format!("{table}: {}", cells.collect::<Vec<_>>().join(" ")))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        of_table.sort();
        all.extend(of_table);
    }
    all
}

/// The files below a folder that hold these bytes.
pub fn holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else if path.extension().is_none_or(|extension| extension != "sock") {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(path);
            }
        }
    }
    found
}

/// A folder with everything in it, somewhere else.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
