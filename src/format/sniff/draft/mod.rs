//! A first format file, as data: its entries, and why each is what it is.

mod fields;
mod header;
mod mapping;
mod members;
mod nested;

use super::column::{Column, DateStyle, NumberStyle};
use super::delimited::{Csv, Group, Quotes};
use super::fixed::Fixed;
use crate::document::DocumentType;

pub(super) use fields::of_fields;
pub(super) use header::of_header;
pub(super) use mapping::number_column;
pub(super) use nested::{of_labels, of_tags, of_xml};

/// A first format file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// The document that it reads.
    pub document: DocumentType,
    /// Its lines, from the layout on.
    pub parts: Vec<Part>,
    /// Members that must be set and that no column seems to be: it cannot be used before they are.
    pub missing: Vec<&'static str>,
}

/// One line of a format file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// `[layout]`, with a blank line before it.
    Table(String),
    /// `key = value`, the value as TOML.
    Entry {
        /// The key, as TOML.
        key: String,
        /// The value, as TOML.
        value: String,
        /// What of it is a guess.
        why: Vec<Why>,
    },
    /// A line to fill in: `# key = value`.
    Todo {
        /// The key, as TOML.
        key: String,
        /// What may be meant, as TOML.
        value: Option<String>,
    },
    /// A remark on what follows.
    Note(Why),
    /// A column that no member is made of.
    Left(Left),
}

/// A column that no member is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    /// The column.
    pub column: Column,
    /// Why.
    pub why: LeftWhy,
}

/// Why no member is made of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftWhy {
    /// Its name is none that is known.
    UnknownName,
    /// Another column is that member already.
    Taken(&'static str),
    /// Its values are not what the member holds.
    Unfit(&'static str),
    /// This kind of document has no such member.
    NoMember(&'static str),
    /// Its values differ inside a document, and the lines have no such member.
    Differs(&'static str),
    /// It has no name.
    NoName,
}

/// What of an entry is a guess, and by what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Why {
    /// The encoding, of this score; the others that are as good.
    Encoding {
        /// From 1 to 100.
        score: u8,
        /// As good, or the next.
        even: Vec<&'static str>,
    },
    /// Fields stand in quotes, or not.
    Quotes(Quotes),
    /// The first record holds values, no names.
    NoHeader,
    /// Lines before the records.
    Skipped,
    /// Names of columns stand twice, so numbers are used.
    NamesTwice,
    /// The decimal sign.
    Decimal(NumberStyle),
    /// The mark between groups.
    Thousands,
    /// The date pattern, and others that fit as well.
    Date(Vec<DateStyle>),
    /// Rows with the same number belong together.
    Group(Group),
    /// The kind of document; others that fit too.
    Kind(Vec<&'static str>),
    /// Columns are matched by their names.
    Names,
    /// The number has zeros in front.
    LeadingZeros,
    /// All but so many values stand in the built-in table.
    Table {
        /// Not there.
        unknown: usize,
    },
    /// Codes of the ERP, of so many different ones.
    Codes {
        /// How many.
        different: usize,
    },
    /// So many values are not what the member holds.
    Odd {
        /// How many.
        values: usize,
    },
    /// Values are longer than Ongoing takes.
    TooLong {
        /// The longest here.
        longest: usize,
        /// The longest that Ongoing takes.
        most: usize,
    },
    /// Values differ inside so many documents, which makes them faulty.
    Differs {
        /// How many.
        documents: usize,
    },
    /// Values differ inside documents: so it is the lines' member.
    OfLines,
    /// A price is for one piece, or for so many as another column says.
    Price,
    /// No field is the number, so that it may be the file's name.
    FileName,
    /// Only the lines say it, and the first of them counts.
    FirstOfLines,
    /// A post code and a city stand together.
    PostAndCity,
    /// The element that holds a document, and how many there are.
    Opens(usize),
    /// The element that holds a line, and how many there are.
    Lines(usize),
    /// The row that names the columns begins so.
    Labels,
    /// Rows with a blank first field stand behind the table.
    TableEnds,
    /// The declaration says another encoding, or none.
    Declares(Option<String>),
    /// Rows of these kinds are no goods; an empty text is a blank.
    NoGoods(Vec<String>),
    /// Texts that stand for no date.
    NoDates,
    /// The column writes numbers otherwise than the others.
    OwnSigns,
    /// Kinds of records by their beginnings.
    RecordTypes,
    /// What a kind of record stands under.
    Under,
    /// A trailer counts records.
    Counts,
    /// A kind of record that nothing is made of yet.
    NotUsed,
    /// Fields of a fixed record by blanks, and by where digits meet letters.
    Places,
    /// Nothing names the fields: what each is must be said.
    NothingNames,
    /// What a field holds.
    Field(Box<Column>),
}

/// A text as TOML.
pub(crate) fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as TOML.
fn toml_key(text: &str) -> String {
    let is_bare =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_bare { text.to_owned() } else { basic(text) }
}

/// A text in double quotes: a key cannot stand in three.
fn basic(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            character if character.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)))
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// What is known of the file beside its records.
pub(super) struct Ground<'g> {
    pub encoding: &'static str,
    pub score: u8,
    pub even: Vec<&'static str>,
    pub csv: Option<&'g Csv>,
    pub fixed: Option<&'g Fixed>,
}

/// A draft in the making.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
}

impl Parts {
    fn table(&mut self, name: &str) {
        self.parts.push(Part::Table(name.to_owned()));
    }

    fn entry(&mut self, key: &str, value: impl Into<String>, why: Vec<Why>) {
        self.parts.push(Part::Entry { key: key.to_owned(), value: value.into(), why });
    }

    fn note(&mut self, why: Why) {
        self.parts.push(Part::Note(why));
    }
}

/// The decimal sign where no number shows it: a comma, but where that stands between columns.
fn usual_decimal(delimiter: Option<char>) -> char {
    if delimiter == Some(',') { '.' } else { ',' }
}

/// `[layout]` up to what only the document decides.
fn layout(parts: &mut Parts, ground: &Ground<'_>, style: &NumberStyle) {
    parts.table("layout");
    parts.entry("syntax", if ground.csv.is_some() { "\"csv\"" } else { "\"fixed\"" }, Vec::new());
    let even = ground.even.clone();
    parts.entry("encoding", basic(ground.encoding), vec![Why::Encoding { score: ground.score, even }]);
    if let Some(csv) = ground.csv {
        if let Some(delimiter) = csv.delimiter {
            parts.entry("delimiter", basic(&delimiter.to_string()), Vec::new());
        }
        if let Quotes::PlainText { .. } = csv.quotes {
            parts.entry("quote", "\"none\"", vec![Why::Quotes(csv.quotes)]);
        }
        parts.entry("header", "false", vec![Why::NoHeader]);
        if csv.skip_first > 0 {
            parts.entry("skip_first", csv.skip_first.to_string(), vec![Why::Skipped]);
        }
        if csv.trailing_delimiter {
            parts.entry("trailing_delimiter", "true", Vec::new());
        }
    }
    let decimal = style.decimal.unwrap_or(usual_decimal(ground.csv.and_then(|csv| csv.delimiter)));
    parts.entry("decimal", basic(&decimal.to_string()), vec![Why::Decimal(*style)]);
    if let Some(mark) = style.thousands.filter(|mark| Some(*mark) != style.decimal) {
        parts.entry("thousands", basic(&mark.to_string()), vec![Why::Thousands]);
    }
}

/// The pattern that most columns of dates have.
fn usual_date(columns: &[&Column]) -> Option<(&'static str, Vec<DateStyle>)> {
    let mut best: Option<(&'static str, usize, &[DateStyle])> = None;
    for column in columns {
        let Some(style) = column.likely_dates.first() else { continue };
        let fit: usize = columns
            .iter()
            .filter_map(|column| column.likely_dates.first())
            .filter(|other| other.pattern == style.pattern)
            .map(|other| other.fit)
            .sum();
        if best.is_none_or(|(_, other, _)| fit > other) {
            best = Some((style.pattern, fit, &column.likely_dates));
        }
    }
    best.map(|(pattern, _, styles)| (pattern, styles.to_vec()))
}

/// A name for each kind of record by the mark that tells it: `kind_11`, and where only other signs tell two apart (`11`, `#11`)
/// `kind_11_2`.
fn names_of_marks(marks: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for mark in marks {
        let own: String = mark.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = format!("kind_{own}");
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !names.contains(name));
        names.push(free.unwrap_or(plain));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_have_one_name() {
        let names = names_of_marks(&["01", "11", "#11", "Å", "Ä", "kind_11_2"]);
        assert_eq!(names, ["kind_01", "kind_11", "kind_11_2", "kind_", "kind__2", "kind_kind112"]);
    }
}
