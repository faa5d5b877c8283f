//! Which keys a table may have, what each takes and what it means. Reading is held against it, and the schema for
//! editors is made of it, so that the two cannot tell different stories.

use std::ops::RangeInclusive;
use std::sync::Arc;

/// The keys of one table.
#[derive(Debug)]
pub struct Keys {
    /// What it is, in a few words; the name of its definition in the schema.
    pub name: String,
    /// Its keys, in the order in which an author would write them.
    pub keys: Vec<Key>,
    /// What a key of any other name takes, where names are the author's own.
    pub others: Option<Takes>,
}

/// One key of a table.
#[derive(Clone, Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What may stand behind it.
    pub takes: Takes,
    /// What it means.
    pub meaning: String,
    /// Whether it must always be there.
    pub required: bool,
}

/// What a key takes.
#[derive(Clone, Debug)]
pub enum Takes {
    /// A text.
    Text,
    /// A text of one character.
    Character,
    /// One of these texts.
    Word(Vec<&'static str>),
    /// A text; these are worth offering.
    Offered(Vec<&'static str>),
    /// A whole number within these bounds.
    Integer(RangeInclusive<i64>),
    /// True or false.
    Boolean,
    /// A table.
    Table(Arc<Keys>),
    /// A list.
    List(Box<Takes>),
    /// Any of these.
    Either(Vec<Takes>),
}

/// A key that takes something.
pub fn key(name: &'static str, takes: Takes, meaning: impl Into<String>) -> Key {
    Key { name, takes, meaning: meaning.into(), required: false }
}

/// The names of a closed set of words, as [`super::Table::one_of`] takes it.
pub fn words<T>(words: &[(&'static str, T)]) -> Takes {
    Takes::Word(words.iter().map(|(word, _)| *word).collect())
}

impl Key {
    /// The same key, which must always be there.
    pub fn required(mut self) -> Key {
        self.required = true;
        self
    }
}

impl Keys {
    /// A table with these keys and no others.
    pub fn new(name: impl Into<String>, keys: Vec<Key>) -> Keys {
        Keys { name: name.into(), keys, others: None }
    }

    /// The same table, in which every other key takes this.
    pub fn and_others(mut self, takes: Takes) -> Keys {
        self.others = Some(takes);
        self
    }

    /// A table of tables with names of the author's own.
    pub fn named(name: impl Into<String>, takes: Takes) -> Takes {
        Keys::new(name, Vec::new()).and_others(takes).into()
    }

    /// What a key takes; `None` where the table may not have it.
    pub fn takes(&self, name: &str) -> Option<&Takes> {
        let known = self.keys.iter().find(|key| key.name == name).map(|key| &key.takes);
        known.or(self.others.as_ref())
    }
}

impl From<Keys> for Takes {
    fn from(keys: Keys) -> Takes {
        Takes::Table(Arc::new(keys))
    }
}

impl Takes {
    /// One text, or a list of them.
    pub fn texts() -> Takes {
        Takes::Text.or_list()
    }

    /// One of it, or a list of it.
    pub fn or_list(self) -> Takes {
        Takes::Either(vec![self.clone(), Takes::List(Box::new(self))])
    }

    /// It, or something else.
    pub fn or(self, other: impl Into<Takes>) -> Takes {
        Takes::Either(vec![self, other.into()])
    }

    /// The keys of the table that it takes: by itself, or as the items of a list.
    pub fn table(&self, listed: bool) -> Option<&Arc<Keys>> {
        match self {
            Takes::Table(keys) => (!listed).then_some(keys),
            Takes::List(items) => items.table(false).filter(|_| listed),
            Takes::Either(ways) => ways.iter().find_map(|way| way.table(listed)),
            Takes::Text
            | Takes::Character
            | Takes::Word(_)
            | Takes::Offered(_)
            | Takes::Integer(_)
            | Takes::Boolean => None,
        }
    }

    /// Whether some way of it fits.
    pub(super) fn any(&self, fits: &dyn Fn(&Takes) -> bool) -> bool {
        match self {
            Takes::Either(ways) => ways.iter().any(|way| way.any(fits)),
            one => fits(one),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Takes::Text | Takes::Character | Takes::Word(_) | Takes::Offered(_))
    }
}
