//! The keys of `[layout]`: what each takes and means.

use super::super::date_part::WEEKDAYS;
use super::{DECIMALS_MAX, NEWLINES, PLACE_MAX, SYNTAXES, csv, field, fixed, group, lines, records};
use crate::format::encoding::Encoding;
use crate::written::{Key, Keys, Takes, key, words};

/// The keys of `[layout]`.
pub(in crate::format::definition) fn keys() -> Keys {
    let part = Keys::new("part", file());
    let mut keys = file();
    keys.push(key(
        "parts",
        Keys::named("parts", part.into()),
        "Files that belong together, by their names: what differs in each",
    ));
    Keys::new("layout", keys)
}

/// The keys that say how the records of one file stand in it.
fn file() -> Vec<Key> {
    let mut keys = vec![
        // Not required as such: each of the parts may say it.
        key("syntax", words(&SYNTAXES), "How records stand in the file"),
        key(
            "encoding",
            encoding(),
            "How bytes are characters; it is never guessed. An XML file says it itself",
        ),
        key("newline", words(&NEWLINES), "The line end when writing; crlf if it is absent"),
        key("byte_order_mark", Takes::Boolean, "When writing: begin with a byte order mark"),
        key(
            "replacement",
            none_or_character(),
            "When writing: what stands for a character that the encoding does not have; \"none\" stops the report instead",
        ),
    ];
    keys.extend(of_values());
    keys.extend(of_lines());
    keys.extend(of_csv());
    keys.extend(of_others());
    keys.push(key("group", group_keys().into(), "Which rows belong together, where nesting does not say it"));
    keys.push(key(
        "records",
        Keys::named("record kinds", record().into()),
        "The kinds of records, by their names",
    ));
    keys
}

fn encoding() -> Takes {
    Takes::Offered(Encoding::names().iter().copied().chain(["declared"]).collect())
}

fn none_or_character() -> Takes {
    Takes::Word(vec!["none"]).or(Takes::Character)
}

fn place() -> Takes {
    Takes::Integer(1..=PLACE_MAX)
}

/// How values are written, of the layout or of one field.
fn of_values() -> Vec<Key> {
    vec![
        key("decimal", Takes::Character, "The decimal sign: \",\" or \".\""),
        key("thousands", Takes::Character, "A mark that may stand between groups of three digits"),
        key(
            "date",
            Takes::texts(),
            "Pattern of dates, like \"%Y-%m-%d\" or \"%y%m%d\"; or a list of which the first that fits counts",
        ),
        key("weekday", words(&WEEKDAYS), "The day that a week without one means"),
        key("blank", Takes::texts(), "Texts that mean that nothing is stated, besides the empty text"),
    ]
}

fn of_lines() -> Vec<Key> {
    let repair = Keys::new(
        "repair",
        vec![
            key("read_as", encoding(), "By which table the text was converted wrongly"),
            key("is", encoding(), "What it is"),
        ],
    );
    let repair = Takes::from(repair.and_others(Takes::Text)).or_list();
    vec![
        key("repair", repair, "What was damaged before it came here, and what it is"),
        key("first_line", Takes::Text, "A regular expression that the first line that is not blank must fit"),
        key("skip_first", Takes::Integer(0..=lines::SKIP_MAX), "So many lines are passed over"),
        key(
            "skip_until",
            Takes::Text,
            "Lines before the first that fits this regular expression are passed over",
        ),
        key(
            "stop_at",
            Takes::Text,
            "The first line that fits this regular expression, and all behind it, are passed over",
        ),
        key("comments", Takes::texts(), "Lines that begin so are passed over"),
        key(
            "resync_on",
            Takes::Text,
            "A record that begins so in the middle of a line is taken as a line of its own",
        ),
        key(
            "end_mark",
            words(&lines::END_MARKS),
            "\"required\": without the DOS end mark 0x1A the file was cut",
        ),
    ]
}

fn of_csv() -> Vec<Key> {
    let until =
        key("until", Takes::Text, "What the row with the names of the columns begins with").required();
    let labels = Keys::new("labels", vec![until]);
    let trailing = Takes::Boolean.or(Takes::Word(vec!["require"]));
    vec![
        key(
            "delimiter",
            Takes::Character,
            "CSV and tagged lines: what stands between fields; \";\" if it is absent",
        ),
        key("quote", none_or_character(), "CSV: the quotation mark, or \"none\": quotes are plain text"),
        key("quotes", words(&csv::QUOTES), "CSV, when writing: which fields stand in quotes"),
        key("header", Takes::Boolean, "CSV: the first record names the columns"),
        key(
            "columns",
            Keys::named("columns", place()),
            "CSV without a header: the columns and their numbers from 1",
        ),
        key("optional", Takes::texts(), "CSV: columns that may be missing in the header"),
        key(
            "trailing_delimiter",
            trailing,
            "CSV: each record ends with a delimiter; \"require\" takes one without it for cut",
        ),
        key("trim", Takes::Boolean, "CSV: blanks round a field are no part of it"),
        key("labels", labels.into(), "CSV: lines of a label and a value stand before the table"),
    ]
}

fn of_others() -> Vec<Key> {
    vec![
        key("framing", words(&fixed::FRAMINGS), "Fixed width: how records follow each other"),
        key("record_length", place(), "Fixed width: the length of a record"),
        key("widths", words(&fixed::WIDTHS), "Fixed width: what places and widths count"),
        key("marks", Takes::texts(), "Tagged lines: the characters that tags begin with"),
        key("namespaces", Keys::named("namespaces", Takes::Text), "XML: the prefixes that paths may use"),
    ]
}

fn group_keys() -> Keys {
    let by = Takes::texts().or(Keys::named("keys of files that belong together", Takes::texts()));
    Keys::new(
        "group",
        vec![
            key("by", by, "The field whose text the records of one document share, or several; of files that belong together the field of each")
                .required(),
            key(
                "rows",
                words(&group::ROWS),
                "\"adjacent\" makes a key that returns after another one a fault",
            ),
        ],
    )
}

fn field_keys() -> Vec<Key> {
    let mut keys = vec![
        key("at", place(), "The first character, from 1"),
        key("width", place(), "How many characters"),
        key("column", place(), "CSV without a header: the number of the column, from 1"),
        key(
            "path",
            Takes::texts(),
            "XML: the path from the record's element, or several of which one stands",
        ),
        key("tag", Takes::Text, "Tagged lines: the tag"),
        key("decimals", Takes::Integer(0..=DECIMALS_MAX), "Implied decimals: 0000012500 with 2 is 125.00"),
        key("sign", words(&field::SIGNS), "Where a minus stands"),
        key("packed", Takes::Integer(1..=field::PACKED_MAX), "In EBCDIC: a packed decimal of so many digits"),
    ];
    keys.extend(of_values());
    keys.extend([
        key("align", words(&field::ALIGNS), "When writing: where the text stands in its field"),
        key("pad", Takes::Character, "When writing: the character that fills the field"),
        key("optional", Takes::Boolean, "The column may be missing in the header"),
    ]);
    keys
}

fn record() -> Keys {
    let fields = Keys::named("fields", Keys::new("field", field_keys()).into());
    let when = Keys::new(
        "condition",
        vec![
            key("at", place(), "Fixed width and tagged lines: the first character's place, from 1"),
            key("column", place(), "CSV: the number of a column"),
            key("path", Takes::Text, "XML: the path to a value"),
            key("is", Takes::texts(), "What must stand there, or a list of texts").required(),
        ],
    );
    let nest = Keys::new(
        "nest",
        vec![
            key("id", Takes::Text, "The field with the record's own number"),
            key("parent", Takes::Text, "The field with the number of the record that it stands under"),
        ],
    );
    let columns = Keys::new(
        "number of columns",
        vec![
            key("least", place(), "With fewer it was cut"),
            key("most", place(), "More that are not blank are a fault"),
        ],
    );
    let checks = Keys::new(
        "checks",
        vec![
            key("count", totals("count", None).or_list(), "Where the number of records stands"),
            key(
                "sum",
                totals("sum", Some("The field that is added up")).or_list(),
                "Where the sum of a field stands",
            ),
        ],
    );
    Keys::new(
        "record kind",
        vec![
            key("when", Takes::from(when).or_list(), "What must stand in the record; all must hold"),
            key(
                "under",
                Takes::texts(),
                "The kind that it stands under, or several: the one of them opened last",
            ),
            key("path", Takes::texts(), "XML: the elements on the way to it, or several such paths"),
            key("fields", fields, "Its fields, by their names"),
            key("like", Takes::Text, "A kind above, whose fields it has too"),
            key("nest", nest.into(), "Which record it stands under is told by numbers in the data"),
            key("length", place(), "With framing = \"kinds\": how many characters it has"),
            key("columns", place().or(columns), "CSV: how many columns it may have"),
            key("ignore", Takes::Boolean, "Read and passed over"),
            key("refuse", Takes::Boolean, "May not come"),
            key("checks", checks.into(), "Makes it the trailer: counts and sums that must be right"),
        ],
    )
}

fn totals(name: &str, added: Option<&str>) -> Takes {
    let mut keys = vec![
        key("of", Takes::texts(), "The record kinds that are counted or added up"),
        key(
            "plus",
            Takes::Integer(-records::PLUS_MAX..=records::PLUS_MAX),
            "Added, where the sender counts the trailer too",
        ),
    ];
    keys.extend(added.map(|meaning| key("field", Takes::Text, meaning).required()));
    keys.extend(field_keys());
    Keys::new(name, keys).into()
}
