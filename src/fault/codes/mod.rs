//! The stable codes of faults, one file an area; the texts stand in `texts/<language>/<area>.toml`.

use serde::{Deserialize, Serialize};

use super::Turn;

/// The stable name of a fault, with whose turn is next unless the place of discovery knows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    turn: Turn,
}

impl Code {
    /// The name that texts, the ledger and `--json` go by.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Whose turn is next, usually.
    pub fn turn(self) -> Turn {
        self.turn
    }

    /// Whether it only warns: what it is about works all the same.
    pub fn is_warning(self) -> bool {
        config::WARNINGS.contains(&self) || data::WARNINGS.contains(&self)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        // A ledger written by a newer release may name a code that this one does not know.
        Ok(named(&name).unwrap_or(code::UNKNOWN_CODE))
    }
}

/// Declares the codes of one area: `NAME = "stable-name", Turn;`
macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $turn:ident;)*) => {
        $($(#[$doc])* pub const $constant: $crate::fault::Code = $crate::fault::Code::declared($name, $crate::fault::Turn::$turn);)*
        /// Every code of this area.
        pub(in crate::fault) const ALL: &[$crate::fault::Code] = &[$($constant),*];
    };
}

impl Code {
    pub(in crate::fault) const fn declared(name: &'static str, turn: Turn) -> Code {
        Code { name, turn }
    }
}

mod config;
mod data;
mod definition;
mod gateway;
mod ongoing;
mod transport;

/// Every code, by its constant's name.
#[allow(missing_docs, hidden_glob_reexports)]
pub mod code {
    pub use super::config::*;
    pub use super::data::*;
    pub use super::definition::*;
    pub use super::gateway::*;
    pub use super::ongoing::*;
    pub use super::transport::*;
}

/// Every code of every area.
pub(in crate::fault) fn all() -> impl Iterator<Item = Code> {
    [config::ALL, data::ALL, definition::ALL, gateway::ALL, ongoing::ALL, transport::ALL]
        .into_iter()
        .flatten()
        .copied()
}

/// The code with this stable name.
pub(in crate::fault) fn named(name: &str) -> Option<Code> {
    all().find(|code| code.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_used_twice() {
        let mut names: Vec<_> = all().map(Code::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(count, names.len());
    }
}
