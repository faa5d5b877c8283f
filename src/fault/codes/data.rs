//! Faults in the files that a sender drops, found while reading and mapping them.

codes! {
    /// A quantity or price that is no number.
    NOT_A_DECIMAL = "not-a-decimal", Sender;
    /// Our own copy of a file cannot be read.
    FILE_NOT_READ = "file-not-read", Operator;
    /// A scratch file for grouping cannot be written or read.
    SCRATCH_FAILED = "scratch-failed", Operator;
    /// A record is longer than any record may be.
    OVER_LONG_RECORD = "over-long-record", Sender;
    /// More records belong together than may.
    TOO_MANY_RECORDS = "too-many-records", Sender;
    /// Bytes that are no character in the file's encoding.
    UNDECODABLE_BYTES = "undecodable-bytes", Sender;
    /// The file ends in the middle of a character.
    CUT_CHARACTER = "cut-character", Sender;
    /// Nothing at all is in the file.
    EMPTY_FILE = "empty-file", Sender;
    /// A quote is opened and never closed.
    UNCLOSED_QUOTE = "unclosed-quote", Sender;
    /// Text stands between a closing quote and the delimiter.
    TEXT_AFTER_QUOTE = "text-after-quote", Sender;
    /// The header lacks columns that the format file reads.
    MISSING_COLUMN = "missing-column", Sender;
    /// The header names a column twice.
    DUPLICATED_COLUMN = "duplicated-column", Sender;
    /// A record has more fields than the header has columns.
    EXTRA_FIELD = "extra-field", Sender;
    /// Text stands beyond the length of a fixed record.
    LINE_TOO_LONG = "line-too-long", Sender;
    /// A record that no record kind claims.
    UNKNOWN_RECORD = "unknown-record", Sender;
    /// A record with nothing above it that it could belong to.
    RECORD_WITHOUT_PARENT = "record-without-parent", Sender;
    /// A record belongs together with one that cannot be read.
    GROUP_NOT_WHOLE = "group-not-whole", Sender;
    /// The field that says what belongs together is blank.
    BLANK_GROUP_KEY = "blank-group-key", Sender;
    /// Rows that belong together are apart in a file that promised them adjacent.
    RETURNING_KEY = "returning-key", Sender;
    /// The trailer's count differs from what is in the file.
    WRONG_COUNT = "wrong-count", Sender;
    /// The file ends without its trailer.
    MISSING_TRAILER = "missing-trailer", Sender;
    /// Records stand after the trailer.
    DATA_AFTER_TRAILER = "data-after-trailer", Sender;
    /// A character that the encoding of the file does not have.
    UNWRITABLE_CHARACTER = "unwritable-character", Operator;
    /// A text with a delimiter or line break in a file without quotes.
    TEXT_NEEDS_QUOTES = "text-needs-quotes", Operator;
    /// A text that is longer than its field, or has a line break in it.
    FIELD_DOES_NOT_FIT = "field-does-not-fit", Operator;
}
