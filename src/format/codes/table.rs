//! A code table as it is looked up in.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// A code table, ready for look-ups in both directions.
#[derive(Clone, Debug, Default)]
pub(in crate::format) struct Codes {
    pub name: String,
    /// The words as they stand.
    order: Vec<String>,
    exact: HashMap<String, String>,
    folded: HashMap<String, String>,
    /// What it means -> what the file says; the partner's own words before the built-in ones.
    back: BTreeMap<String, String>,
    /// The tables that it is made of, and where the lines of each stand.
    pub origins: Vec<(String, Vec<String>)>,
    /// Where a line that is missing is to be added; empty where that is not known.
    pub to_add_to: String,
}

impl Codes {
    /// A table by this name: the partner's own entries, and the built-in ones behind them.
    pub(in crate::format) fn new<'e>(
        name: &str,
        own: impl IntoIterator<Item = (&'e str, &'e str)>,
        built_in: impl IntoIterator<Item = (&'e str, &'e str)>,
    ) -> Codes {
        let mut codes = Codes { name: name.to_owned(), ..Codes::default() };
        for (says, means) in own.into_iter().chain(built_in) {
            if let Entry::Vacant(place) = codes.exact.entry(says.to_owned()) {
                place.insert(means.to_owned());
                codes.order.push(says.to_owned());
            }
            codes.folded.entry(says.to_uppercase()).or_insert_with(|| means.to_owned());
            codes.back.entry(means.to_owned()).or_insert_with(|| says.to_owned());
        }
        codes
    }

    /// One table behind another: the words of the last, and those of the first by what the last says of their meaning.
    pub(in crate::format) fn chained(first: &Codes, mut last: Codes) -> Codes {
        // `SE` and `se` may both stand in the first; a word that the last has itself is its own.
        for (own, says_of) in [(&first.exact, false), (&first.folded, true)] {
            for (says, middle) in own {
                let Some(means) = last.means(middle).map(str::to_owned) else { continue };
                let to = if says_of { &mut last.folded } else { &mut last.exact };
                to.entry(says.clone()).or_insert(means);
            }
        }
        last.origins = first.origins.iter().cloned().chain(last.origins).collect();
        last
    }

    /// Where a line that is missing is to be added.
    pub(in crate::format) fn to_add_to(&self) -> &str {
        if self.to_add_to.is_empty() { "a code table" } else { &self.to_add_to }
    }

    /// What a text of the file means; capitals and small letters count only where both stand in the table.
    pub(in crate::format) fn means(&self, says: &str) -> Option<&str> {
        let says = says.trim();
        self.exact.get(says).or_else(|| self.folded.get(&says.to_uppercase())).map(String::as_str)
    }

    /// What the file says for a meaning.
    pub(in crate::format) fn says(&self, means: &str) -> Option<&str> {
        self.back.get(means).map(String::as_str)
    }

    /// The words that mean this, in the order in which they stand in the table.
    pub(in crate::format) fn words(&self, means: &str) -> Vec<String> {
        self.order
            .iter()
            .filter(|says| self.exact.get(*says).is_some_and(|own| own == means))
            .cloned()
            .collect()
    }

    /// Every meaning.
    pub(in crate::format) fn meanings(&self) -> impl Iterator<Item = &str> {
        self.back.keys().map(String::as_str)
    }
}
