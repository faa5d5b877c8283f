//! Something wrong, with its place and whose turn is next.
//!
//! A fault is data: a stable code, a place, what was found and a few named arguments. Its sentences stand in
//! `texts/<language>/<area>.toml`, so that another language is one folder of texts, and are put together only
//! where a person reads them.

mod codes;
pub mod show;
mod text;

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

pub use codes::{Code, code};
pub use show::{plain, show, show_warning};
pub use text::Language;

/// Whose turn is next. From this one word follow retry, log level, exit code and who is told
/// (design, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Time will heal it: try again later.
    Wait,
    /// Whoever wrote the file must correct it; the rest of the file goes on.
    Sender,
    /// A person at the gateway must act; that inbox, lane or key halts with its files untouched.
    Operator,
}

/// Where something stands. Every member is optional: a place says what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's name, as the operator sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line of the file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// First character in the line, counted from 1, in characters of the decoded text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// How many characters of the line are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// The record's name in the format file, or its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The field's name, as the format file or the file's header calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The column of the first character of `source`, where that does not begin with its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_column: Option<u64>,
    /// The decoded line, for the caret under the offending characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Place {
    /// A place that only names a file.
    pub fn file(name: impl Into<String>) -> Self {
        Place { file: Some(name.into()), ..Place::default() }
    }

    /// The same place, at a line.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place, at `length` characters from `column` (both counted in characters, column from 1).
    pub fn column(mut self, column: u64, length: u64) -> Self {
        self.column = Some(column);
        self.length = Some(length);
        self
    }

    /// The same place, in a named field.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same place, in a named record.
    pub fn record(mut self, record: impl Into<String>) -> Self {
        self.record = Some(record.into());
        self
    }

    /// The same place, with the decoded text of its line.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl std::fmt::Display for Place {
    /// `ORD1.csv:14:22` with what is known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A file may be named by anybody: a line end in its name must not make two lines of a log.
        write!(f, "{}", self.file.as_deref().unwrap_or("-").escape_debug())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Something wrong, with its place and whose turn is next. One pointer, so that what goes well does not carry room for what
/// does not: its members are those of [`Details`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fault(Box<Details>);

/// What is known of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The stable name of what is wrong; texts and `--json` go by it.
    pub code: Code,
    /// Whose turn is next; the code's own unless the place of discovery knows better.
    pub turn: Turn,
    /// Where it stands.
    #[serde(default)]
    pub place: Place,
    /// What stands there, in the author's own characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What the texts of this code need besides `found` and the place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Fault {
    /// A fault of this code, at no place yet.
    pub fn new(code: Code) -> Self {
        let turn = code.turn();
        Fault(Box::new(Details { code, turn, place: Place::default(), found: None, args: BTreeMap::new() }))
    }

    /// The same fault, at a place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same fault, with what was found there.
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// The same fault, with a named argument of its texts.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same fault, as somebody else's turn.
    pub fn turn(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// The same fault, its file named if it was not yet. Context is added once, where it is known.
    pub fn in_file(mut self, file: &str) -> Self {
        self.place.file.get_or_insert_with(|| file.to_owned());
        self
    }

    /// What is wrong, in one sentence without a full stop.
    pub fn what(&self, language: Language) -> String {
        text::render(self, language, text::Part::What).unwrap_or_else(|| self.code.name().to_owned())
    }

    /// What was expected instead, if the code's texts say so.
    pub fn expected(&self, language: Language) -> Option<String> {
        text::render(self, language, text::Part::Expected).filter(|text| !text.is_empty())
    }

    /// What to do now, if the code's texts say so.
    pub fn hint(&self, language: Language) -> Option<String> {
        text::render(self, language, text::Part::Hint).filter(|text| !text.is_empty())
    }
}

impl std::fmt::Display for Fault {
    /// One line in English, for logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.what(Language::English))?;
        if let Some(hint) = self.hint(Language::English) {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

impl Deref for Fault {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}
