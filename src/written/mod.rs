//! What an author wrote, with its places: the one way from TOML to checked values, for `gateway.toml` and format
//! files alike. Every mistake is collected with its place, and reading goes on, so that an author sees all in one go.

mod keys;
mod schema;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{Code, Fault, Place, code};

pub use keys::{Key, Keys, Takes, key, words};
pub use schema::schema;

/// The text of one TOML file, and the mistakes found in it so far.
pub struct Written {
    file: String,
    text: String,
    faults: RefCell<Vec<Fault>>,
}

/// A value with the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl Written {
    /// A file's name, as messages shall show it, and its text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Written {
        Written { file: file.into(), text: text.into(), faults: RefCell::default() }
    }

    /// Reads the file: `check` is handed the root table, and whatever it makes counts only if no mistake was found.
    ///
    /// # Errors
    /// Every mistake in the file, in the order of their places.
    pub fn check<T>(&self, check: impl FnOnce(&Table<'_>) -> Option<T>) -> Result<T, Vec<Fault>> {
        self.check_by(None, check)
    }

    /// The same for a file whose keys are known: no other key may be read, nor as anything else.
    ///
    /// # Errors
    /// As [`Written::check`].
    pub fn check_by<T>(
        &self,
        keys: Option<&Arc<Keys>>,
        check: impl FnOnce(&Table<'_>) -> Option<T>,
    ) -> Result<T, Vec<Fault>> {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        if !errors.is_empty() {
            return Err(errors
                .iter()
                .map(|error| {
                    let span = error.span().unwrap_or(0..0);
                    Fault::new(code::NOT_TOML)
                        .at(self.place(&span))
                        .with("reason", error.message().lines().collect::<Vec<_>>().join(", "))
                })
                .collect());
        }
        let span = root.span();
        let root = root.into_inner();
        let table = Table {
            written: self,
            table: &root,
            path: String::new(),
            keys: keys.cloned(),
            span,
            read: RefCell::default(),
            open: Cell::new(false),
            or: None,
        };
        let made = check(&table);
        table.finish();
        let mut faults = self.faults.take();
        faults.sort_by_key(|fault| (fault.place.line, fault.place.column));
        match made {
            Some(made) if faults.is_empty() => Ok(made),
            _ => Err(faults),
        }
    }

    /// The place of a span of bytes: its first line.
    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.text.get(line_start..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let written = self.text.get(span.clone()).unwrap_or("");
        let first_line = written.lines().next().unwrap_or("");
        // What stands in a line end stands behind the last character of its line.
        let ahead = before.get(line_start..).unwrap_or("").chars().count().min(line.chars().count());
        Place::file(&self.file)
            .line(before.matches('\n').count() as u64 + 1)
            .column(ahead as u64 + 1, first_line.chars().count().max(1) as u64)
            .source(line)
    }

    /// Records a mistake.
    pub fn fault(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }
}

/// One table as written. Each `read` marks its key as known; [`Table::finish`] complains of the others.
pub struct Table<'w> {
    written: &'w Written,
    table: &'w DeTable<'w>,
    /// The dotted path from the root: `partner.nordvik.inbox.orders`.
    pub path: String,
    /// The keys that it may have, where they are known.
    keys: Option<Arc<Keys>>,
    span: Range<usize>,
    read: RefCell<HashSet<String>>,
    open: Cell<bool>,
    /// What is said here where this table does not say it.
    or: Option<&'w Table<'w>>,
}

/// A value as written, of whatever kind.
pub enum Item<'w> {
    /// A string.
    Text(At<String>),
    /// A whole number.
    Integer(At<i64>),
    /// True or false.
    Boolean(At<bool>),
    /// A list.
    List(Vec<Item<'w>>, Place),
    /// A table.
    Table(Table<'w>),
    /// A float or a date, which no key of ours takes.
    Other(Place, &'static str),
}

impl Item<'_> {
    /// Where it stands.
    pub fn place(&self) -> Place {
        match self {
            Item::Text(at) => at.place.clone(),
            Item::Integer(at) => at.place.clone(),
            Item::Boolean(at) => at.place.clone(),
            Item::List(_, place) | Item::Other(place, _) => place.clone(),
            Item::Table(table) => table.place(),
        }
    }

    /// The kind's name in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Item::Text(_) => "a text in quotes",
            Item::Integer(_) => "a whole number",
            Item::Boolean(_) => "true or false",
            Item::List(..) => "a list",
            Item::Table(_) => "a table",
            Item::Other(_, kind) => kind,
        }
    }
}

impl<'w> Table<'w> {
    /// Where the table stands.
    pub fn place(&self) -> Place {
        self.written.place(&self.span)
    }

    /// The keys as written, in their order, with their places. Does not mark them as read.
    pub fn keys(&self) -> Vec<At<String>> {
        self.table
            .keys()
            .map(|key| At { value: key.get_ref().to_string(), place: self.written.place(&key.span()) })
            .collect()
    }

    /// The same table, where what it does not say is as another says it.
    pub fn or<'t>(self, other: &'t Table<'t>) -> Table<'t>
    where
        'w: 't,
    {
        Table { or: Some(other), ..self }
    }

    /// Whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref() == key) || self.or.is_some_and(|or| or.has(key))
    }

    /// Whether the table may have a key of this name, as far as its keys are known.
    pub fn may_have(&self, key: &str) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.takes(key).is_some())
    }

    /// Reading must not know more than the keys of the table say.
    fn expect(&self, key: &str, fits: &dyn Fn(&Takes) -> bool) {
        let takes = self.keys.as_ref().map(|keys| keys.takes(key));
        debug_assert!(
            takes.is_none_or(|takes| takes.is_some_and(|takes| takes.any(fits))),
            "the keys of [{}] do not say this of {key}",
            self.path
        );
    }

    /// The value of a key, of whatever kind.
    pub fn item(&self, key: &str) -> Option<Item<'w>> {
        self.expect(key, &|_| true);
        self.as_written(key)
    }

    /// The value of a key that an author may have made up.
    fn as_written(&self, key: &str) -> Option<Item<'w>> {
        self.read.borrow_mut().insert(key.to_owned());
        match self.table.iter().find(|(name, _)| name.get_ref() == key) {
            Some((_, value)) => Some(self.to_item(key, value, false)),
            None => self.or?.item(key),
        }
    }

    fn to_item(&self, key: &str, value: &'w Spanned<DeValue<'w>>, listed: bool) -> Item<'w> {
        let place = self.written.place(&value.span());
        match value.get_ref() {
            DeValue::String(text) => Item::Text(At { value: text.to_string(), place }),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(value) => Item::Integer(At { value, place }),
                Err(_) => Item::Other(place, "a number too great"),
            },
            DeValue::Boolean(value) => Item::Boolean(At { value: *value, place }),
            DeValue::Array(array) => {
                Item::List(array.iter().map(|value| self.to_item(key, value, true)).collect(), place)
            }
            DeValue::Table(table) => Item::Table(Table {
                written: self.written,
                table,
                path: if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) },
                keys: self.keys.as_ref().and_then(|keys| keys.takes(key)?.table(listed)).cloned(),
                span: value.span(),
                read: RefCell::default(),
                open: Cell::new(false),
                or: None,
            }),
            DeValue::Float(_) => Item::Other(place, "a number with decimals"),
            DeValue::Datetime(_) => Item::Other(place, "a date"),
        }
    }

    /// Records a mistake at a place in this file.
    pub fn fault(&self, fault: Fault) {
        self.written.fault(fault);
    }

    /// Records a mistake at a value: `key` cannot be `found`.
    pub fn wrong_value(&self, key: &str, found: &At<String>, expected: &str, suggestion: &str) {
        self.fault(
            Fault::new(code::WRONG_VALUE)
                .at(found.place.clone())
                .found(&found.value)
                .with("key", key)
                .with("expected", expected)
                .with("suggestion", suggestion),
        );
    }

    fn wrong_type(&self, key: &str, item: &Item<'_>, expected: &str) {
        self.fault(
            Fault::new(code::WRONG_TYPE)
                .at(item.place())
                .found(item.kind())
                .with("key", key)
                .with("expected", expected),
        );
    }

    /// Records that a key is missing; `expected` says what it holds, with an example.
    pub fn missing(&self, key: &str, expected: &str) {
        let table = if self.path.is_empty() { "the file".to_owned() } else { format!("[{}]", self.path) };
        self.fault(
            Fault::new(code::MISSING_KEY)
                .at(self.place())
                .with("key", key)
                .with("expected", expected)
                .with("table", table),
        );
    }

    /// A string, if the key is written.
    pub fn text(&self, key: &str) -> Option<At<String>> {
        self.expect(key, &Takes::is_text);
        match self.item(key)? {
            Item::Text(text) => Some(text),
            other => {
                self.wrong_type(key, &other, "a text in quotes");
                None
            }
        }
    }

    /// A string that must be written.
    pub fn required_text(&self, key: &str, expected: &str) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.text(key)
    }

    /// A whole number, if the key is written.
    pub fn integer(&self, key: &str) -> Option<At<i64>> {
        self.expect(key, &|takes| matches!(takes, Takes::Integer(_)));
        match self.item(key)? {
            Item::Integer(integer) => Some(integer),
            other => {
                self.wrong_type(key, &other, "a whole number");
                None
            }
        }
    }

    /// True or false, if the key is written.
    pub fn boolean(&self, key: &str) -> Option<At<bool>> {
        self.expect(key, &|takes| matches!(takes, Takes::Boolean));
        match self.item(key)? {
            Item::Boolean(boolean) => Some(boolean),
            other => {
                self.wrong_type(key, &other, "true or false");
                None
            }
        }
    }

    /// A span of time like `"60s"` or `"1h 30m"`, if the key is written.
    pub fn duration(&self, key: &str) -> Option<At<Duration>> {
        let text = self.text(key)?;
        match humantime::parse_duration(&text.value) {
            Ok(value) => Some(At { value, place: text.place }),
            Err(_) => {
                self.wrong_value(key, &text, "a span of time like \"60s\", \"5m\" or \"1h 30m\"", "");
                None
            }
        }
    }

    /// One string or a list of strings, if the key is written.
    pub fn texts(&self, key: &str) -> Option<Vec<At<String>>> {
        self.expect(key, &|takes| matches!(takes, Takes::List(items) if items.is_text()));
        let item = self.item(key)?;
        let items = match item {
            Item::Text(text) => return Some(vec![text]),
            Item::List(items, _) => items,
            other => {
                self.wrong_type(key, &other, "a text or a list of texts");
                return None;
            }
        };
        let mut texts = Vec::new();
        for item in items {
            match item {
                Item::Text(text) => texts.push(text),
                other => self.wrong_type(key, &other, "a text in quotes"),
            }
        }
        Some(texts)
    }

    /// A table, if the key is written.
    pub fn table(&self, key: &str) -> Option<Table<'w>> {
        self.expect(key, &|takes| matches!(takes, Takes::Table(_)));
        self.as_table(key)
    }

    /// The same, with what it looks like for whoever writes something else.
    pub fn table_like(&self, key: &str, expected: &str) -> Option<Table<'w>> {
        self.expect(key, &|takes| matches!(takes, Takes::Table(_)));
        self.as_table_like(key, expected)
    }

    fn as_table(&self, key: &str) -> Option<Table<'w>> {
        self.as_table_like(key, "a table")
    }

    fn as_table_like(&self, key: &str, expected: &str) -> Option<Table<'w>> {
        match self.as_written(key)? {
            Item::Table(table) => Some(table),
            other => {
                self.wrong_type(key, &other, expected);
                None
            }
        }
    }

    /// The named tables under a key: `[partner.nordvik]`, `[partner.sydvik]`.
    pub fn tables(&self, key: &str) -> Vec<(At<String>, Table<'w>)> {
        let Some(table) = self.table(key) else { return Vec::new() };
        table
            .keys()
            .into_iter()
            .filter_map(|name| {
                let inner = table.as_table(&name.value)?;
                Some((name, inner))
            })
            .collect()
    }

    /// One of a closed set of words, if the key is written.
    pub fn one_of<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let same = |known: &[&str]| known.iter().eq(words.iter().map(|(word, _)| word));
        self.expect(key, &|takes| matches!(takes, Takes::Word(known) if same(known)));
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        self.wrong_value(
            key,
            &text,
            &format!("one of {}", quoted.join(", ")),
            &suggestion(&text.value, names),
        );
        None
    }

    /// The keys of this table may have any name; [`Table::finish`] does not complain.
    pub fn any_keys(&self) {
        self.open.set(true);
    }

    /// Complains of every key that nobody has read, with the code given and "did you mean".
    pub fn finish_with(&self, code: Code) {
        if self.open.get() {
            return;
        }
        let read = self.read.borrow();
        for key in self.keys().into_iter().filter(|key| !read.contains(&key.value)) {
            let mut names: Vec<&str> = read.iter().map(String::as_str).collect();
            names.sort_unstable();
            self.fault(
                Fault::new(code)
                    .at(key.place.clone())
                    .found(&key.value)
                    .with("key", &key.value)
                    .with("names", names.join(", "))
                    .with("suggestion", suggestion(&key.value, names.iter().copied())),
            );
        }
    }

    /// Complains of every key that the table may not have, where only some of the others were read.
    pub fn finish_listed(&self) {
        let listed = self.keys.iter().flat_map(|keys| &keys.keys).map(|key| key.name.to_owned());
        self.read.borrow_mut().extend(listed);
        self.finish();
    }

    /// Complains of every key that nobody has read.
    pub fn finish(&self) {
        self.finish_with(code::UNKNOWN_KEY);
    }
}

/// "did you mean x?", or nothing where no name is near.
pub fn suggestion<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(found, names).map_or_else(String::new, |name| format!("did you mean {name}?"))
}

/// The name nearest to what was written, if one is near enough to be meant.
pub fn nearest<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let found = found.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&found, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_found_in_one_go_at_its_place() {
        let written = Written::new("g.toml", "[gateway]\ndata = 5\nlangage = \"sv\"\nquiet = \"6x\"\n");
        let faults = written
            .check(|root| {
                let gateway = root.table("gateway")?;
                gateway.required_text("data", "a folder");
                gateway.required_text("name", "a name");
                gateway.one_of("language", &[("en", 1)]);
                gateway.duration("quiet");
                gateway.finish();
                Some(())
            })
            .unwrap_err();
        let seen: Vec<_> = faults.iter().map(|f| (f.code.name(), f.place.line, f.place.column)).collect();
        assert_eq!(
            seen,
            [
                ("missing-key", Some(1), Some(1)),
                ("wrong-type", Some(2), Some(8)),
                ("unknown-key", Some(3), Some(1)),
                ("wrong-value", Some(4), Some(9)),
            ]
        );
        assert_eq!(faults[2].args["suggestion"], "did you mean language?");
    }

    #[test]
    fn text_that_is_no_toml_is_a_fault_with_its_line() {
        let faults = Written::new("g.toml", "a = 1\nb = \n").check(|_| Some(())).unwrap_err();
        assert_eq!((faults[0].code.name(), faults[0].place.line), ("not-toml", Some(2)));
    }
}
