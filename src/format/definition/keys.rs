//! The keys of a format file: what each takes and means. What documents have of members is theirs to tell.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::pick_part::{POST_PARTS, TAKES};
use super::reading::made_if_absent;
use super::source_part::{CHECKS, FORMS};
use super::{date_part, layout, writing};
use crate::document::{DocumentType, Member, MemberKind, Shape};
use crate::format::codes;
use crate::written::{Key, Keys, Takes, key, words};

/// As many decimals as an exact decimal can have.
const DECIMALS_MAX: i64 = 28;

static KEYS: LazyLock<Arc<Keys>> = LazyLock::new(|| Arc::new(file()));

/// The keys of a format file.
pub fn keys() -> &'static Arc<Keys> {
    &KEYS
}

fn file() -> Keys {
    let mut made = Made { source: source(first_of()).into(), tests: tests(), members: BTreeMap::new() };
    let inbound = DocumentType::ALL.iter().filter(|document| document.is_inbound());
    let documents = inbound.map(|document| {
        let keys = made.document(*document);
        key(document.name(), keys, document.meaning())
    });
    let documents = Keys::new("documents", documents.collect());
    let remember = Keys::new(
        "remember",
        vec![
            key("document", Takes::texts(), "Fields of documents"),
            key("lines", Takes::texts(), "Fields of lines with a row_number"),
        ],
    );
    Keys::new(
        "format file",
        vec![
            key("title", Takes::Text, "What it is, for people"),
            key("round_trip", Takes::Text, "Why its files need not come back with the same bytes"),
            key("layout", layout::keys().into(), "How bytes become records").required(),
            key("document", documents.into(), "Reading: the documents to make, and of what"),
            key("remember", remember.into(), "Fields that the ledger keeps, for reports"),
            key(
                "record",
                Keys::named("records to write", written_record().into()),
                "Writing: the records to make, and of what",
            ),
        ],
    )
}

/// What is made once and stands in many tables.
struct Made {
    source: Takes,
    tests: Takes,
    /// The plain tables of shapes, by their names.
    members: BTreeMap<&'static str, Takes>,
}

impl Made {
    fn document(&mut self, document: DocumentType) -> Takes {
        let mut keys = vec![
            key("each", Takes::Text, "The record kind that opens a document").required(),
            key("where", self.tests.clone(), "What the record must be; others belong to no such document"),
            key("test", self.tests.clone(), "What says that the document is a test"),
        ];
        keys.extend(self.members(document.shape()));
        Keys::new(document.name(), keys).into()
    }

    /// The members of a shape. What Ongoing requires must be written wherever the table is.
    fn members(&mut self, shape: &'static Shape) -> Vec<Key> {
        let member = |member: &'static Member| Key {
            required: member.required,
            ..key(member.name, self.member(member), member.meaning.trim())
        };
        shape.members.iter().map(member).collect()
    }

    /// The members of a shape that is made of records: their row numbers are made where they are not written.
    fn members_of_records(&mut self, shape: &'static Shape) -> Vec<Key> {
        let made = made_if_absent(shape).map(|member| member.name);
        let mut keys = self.members(shape);
        keys.iter_mut().filter(|key| Some(key.name) == made).for_each(|key| key.required = false);
        keys
    }

    fn member(&mut self, member: &'static Member) -> Takes {
        match member.kind {
            MemberKind::Object(shape) => {
                let plain = self.plain(shape());
                let when = key("when", self.tests.clone(), "When it is taken; only the last needs none");
                let mut keys = vec![when];
                keys.extend(self.members(shape()));
                let alternative = Keys::new(format!("{} when", shape().name), keys);
                plain.or(Takes::List(Box::new(alternative.into())))
            }
            MemberKind::List(shape) => {
                let plain = self.plain(shape());
                let mut keys = vec![
                    key("each", Takes::Text, "The record kind that each item is made of").required(),
                    key("where", self.tests.clone(), "What the record must be; others are no item"),
                    key("skip", self.tests.clone(), "Records that are no item though they look like one"),
                    key("required", Takes::Boolean, "Without an item the document is faulty"),
                ];
                keys.extend(self.members_of_records(shape()));
                let each = Keys::new(format!("{} each", shape().name), keys);
                Takes::from(each).or(Takes::List(Box::new(plain)))
            }
            MemberKind::Text
            | MemberKind::Decimal
            | MemberKind::Integer
            | MemberKind::Boolean
            | MemberKind::Date
            | MemberKind::DateTime => Takes::Text.or(self.source.clone()),
        }
    }

    /// A table with the members of a shape and nothing else.
    fn plain(&mut self, shape: &'static Shape) -> Takes {
        if let Some(made) = self.members.get(shape.name) {
            return made.clone();
        }
        let keys = self.members(shape);
        let made = Takes::from(Keys::new(shape.name, keys));
        self.members.insert(shape.name, made.clone());
        made
    }
}

/// What a constant may be written as.
fn constant() -> Takes {
    Takes::Either(vec![
        Takes::Text,
        Takes::Integer(i64::from(i32::MIN)..=i64::from(i32::MAX)),
        Takes::Boolean,
    ])
}

/// A code table, of which some are built in, or several one behind the other.
fn code_tables() -> Takes {
    Takes::Offered(codes::BUILT_IN.to_vec()).or_list()
}

/// What `first_of` takes: fields, and sources that have none themselves.
fn first_of() -> Takes {
    let inner = Takes::from(source(Takes::texts()));
    Takes::texts().or(Takes::List(Box::new(Takes::Text.or(inner))))
}

fn source(first_of: Takes) -> Keys {
    let factor = || Takes::Text.or(Takes::Integer(i64::MIN..=i64::MAX));
    let country = Keys::new(
        "country",
        vec![
            key("from", Takes::Text, "The field that says the country").required(),
            key("codes", code_tables(), "The code table of countries"),
            key("default", Takes::Text, "The country where the field is blank"),
        ],
    );
    Keys::new(
        "source",
        vec![
            key("from", Takes::Text, "The field"),
            key("value", constant(), "A constant"),
            key("join", Takes::texts(), "Several fields, the empty ones left out"),
            key("first_of", first_of, "The first of these fields or sources that is not empty"),
            key(
                "post_line",
                Takes::texts(),
                "Address lines in free order: the last that can be a post code with its city counts",
            ),
            key("all", Takes::Text, "The field of all records of a kind below the one at hand"),
            key(
                "file_name",
                Takes::Boolean.or(Takes::Text),
                "The file's name, or a pattern of it with named parts",
            ),
            key("counter", Takes::Boolean, "1, 2, 3 … within the document"),
            key("with", Takes::Text, "With join and all: what stands between the parts"),
            key("where", tests(), "With all: which of the records"),
            key("take", words(&TAKES), "With all: the first that is stated, or all"),
            key("direct", Takes::Boolean, "With all: only the records right below"),
            key(
                "split",
                Takes::texts(),
                "A pattern with named parts, like \"{post_code:digits} {city}\", or several",
            ),
            key("part", Takes::Text.or(words(&POST_PARTS)), "Which part of split, file_name or post_line"),
            key("default", constant(), "What a blank means"),
            key("required", Takes::Boolean, "A blank is a fault"),
            key("codes", code_tables(), "The code table that says what the text means"),
            key(
                "date",
                Takes::texts(),
                "Of a date: its pattern, or several of which the first that fits counts",
            ),
            key("weekday", words(&date_part::WEEKDAYS), "Of a date: the day that a week without one means"),
            key("decimal", Takes::Character, "Of a number: the decimal sign"),
            key("decimals", Takes::Integer(0..=DECIMALS_MAX), "Of a number: implied decimals"),
            key("times", factor(), "Of a number: a field or number that it is multiplied by"),
            key("per", factor(), "Of a number: a field or number that it is divided by"),
            key("round", Takes::Integer(0..=DECIMALS_MAX), "Of a number: the decimals that it is rounded to"),
            key("whole", Takes::Boolean, "Of a number: one with decimals is a fault"),
            key("strip_leading_zeros", Takes::Boolean, "Of a text: zeros before it are taken away"),
            key("remove", Takes::Text, "Of a text: characters that are taken away everywhere"),
            key("trim", Takes::Text, "Of a text: characters that are taken away at its ends"),
            key("cut", Takes::Integer(1..=1_000_000), "Of a text: cut after so many characters"),
            key("form", words(&FORMS), "Of a text: what it must be, with its check digit"),
            key("check", words(&CHECKS), "With form: what becomes of a wrong check digit"),
            key("country", Takes::Text.or(country), "With form: the country whose form it is"),
            key("invert", Takes::Boolean, "Of yes or no: the other way round"),
            key("yes", Takes::texts(), "Of yes or no: the texts that mean yes"),
            key("no", Takes::texts(), "Of yes or no: the texts that mean no"),
        ],
    )
}

/// `where`, `skip`, `test` and `when`: fields and what they must be.
fn tests() -> Takes {
    let test = Keys::new(
        "test",
        vec![
            key("not", Takes::texts(), "None of these texts"),
            key("blank", Takes::Boolean, "Whether nothing is stated there"),
            key("like", Takes::Text, "A regular expression that it must fit"),
            key(
                "number",
                Takes::Integer(i64::MIN..=i64::MAX),
                "The number that it must be, however it is written",
            ),
        ],
    );
    let is = Takes::Either(vec![Takes::Text, Takes::List(Box::new(Takes::Text)), test.into()]);
    Keys::named("tests", is).or_list()
}

fn written_record() -> Keys {
    let outbound = DocumentType::ALL.iter().filter(|document| !document.is_inbound());
    let of = Takes::Word(outbound.map(|document| document.name()).collect());
    Keys::new(
        "record to write",
        vec![
            key("of", of, "The document to write").required(),
            key("each", Takes::Text, "The document's list that has one record each, or \"file\""),
            key("place", words(&writing::PLACES), "With each = \"file\": where in it"),
        ],
    )
    .and_others(Takes::Text.or(out_source()))
}

fn out_source() -> Keys {
    Keys::new(
        "source to write",
        vec![
            key("from", Takes::Text, "The member"),
            key("value", Takes::Text, "A constant"),
            key("sent", Takes::Text, "What was remembered of the ERP's own file"),
            key("report", words(&writing::REPORTS), "The report's number or time"),
            key("join", Takes::texts(), "Several members, the empty ones left out"),
            key("with", Takes::Text, "With join: what stands between the parts"),
            key("counter", Takes::Boolean, "1, 2, 3 …"),
            key("count", Takes::texts(), "How many records of these kinds were written"),
            key("default", Takes::Text, "What is written where nothing is stated"),
            key("codes", code_tables(), "The code table that says how the text is written"),
            key("date", Takes::Text, "The pattern of a date or time"),
            key("decimals", Takes::Integer(0..=DECIMALS_MAX), "So many decimals"),
            key("round", Takes::Integer(0..=DECIMALS_MAX), "The decimals that it is rounded to"),
            key("yes", Takes::Text, "What is written for yes"),
            key("no", Takes::Text, "What is written for no"),
            key("cut", Takes::Integer(1..=1_000_000), "Cut after so many characters"),
            key("width", Takes::Integer(0..=40), "Filled with zeros up to this width"),
        ],
    )
}
