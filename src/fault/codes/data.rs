//! Faults in the files that a sender drops, found while reading and mapping them.

codes! {
    /// Nothing stands where something must.
    MISSING_VALUE = "missing-value", Sender;
    /// A list of a document that must have items has none.
    MISSING_ITEMS = "missing-items", Sender;
    /// A line of a return order that does not say which line of the order comes back.
    RETURN_OF_NO_LINE = "return-of-no-line", Sender;
    /// A change that changes nothing.
    CHANGE_OF_NOTHING = "change-of-nothing", Sender;
    /// A document that is about one thing only names two.
    NUMBERS_OF_TWO = "numbers-of-two", Sender;
    /// A file's name that has no such part as the format file looks for.
    FILE_NAME_DOES_NOT_FIT = "file-name-does-not-fit", Sender;
    /// A file that is taken as it is and is too large.
    ATTACHMENT_TOO_LARGE = "attachment-too-large", Sender;
    /// A quoted text in which rows stand.
    ROWS_IN_QUOTES = "rows-in-quotes", Sender;
    /// A number that the end of its line cuts in two.
    NUMBER_CUT = "number-cut", Sender;
    /// A warning: a post code says another country than the field of the country.
    POST_CODE_OF_OTHER_COUNTRY = "post-code-of-other-country", Sender;
    /// A value in an XML file that holds an element which nothing reads.
    ELEMENT_IN_VALUE = "element-in-value", Sender;
    /// A warning: an element of the name of records that stands where none is read.
    RECORD_ELSEWHERE = "record-elsewhere", Sender;
    /// A number with implied decimals that holds more than digits.
    NOT_AN_IMPLIED_DECIMAL = "not-an-implied-decimal", Sender;
    /// A number in exponent form: it went through a spreadsheet.
    NUMBER_THROUGH_SPREADSHEET = "number-through-spreadsheet", Sender;
    /// What a spreadsheet shows for a number that it does not have: `#N/A`, `####`.
    SPREADSHEET_ERROR = "spreadsheet-error", Sender;
    /// A document without the trailer that each of its kind has.
    DOCUMENT_WITHOUT_TRAILER = "document-without-trailer", Sender;
    /// A number with more digits than can be kept exactly.
    NUMBER_TOO_GREAT = "number-too-great", Sender;
    /// A number with decimals where a whole one is wanted.
    NOT_A_WHOLE_NUMBER = "not-a-whole-number", Sender;
    /// A number or a code with a character that no text has.
    CONTROL_CHARACTER = "control-character", Sender;
    /// A warning: a text for people with a character that no text has; a blank stands for it.
    CONTROL_CHARACTER_TAKEN_OUT = "control-character-taken-out", Sender;
    /// A text that is no date of the pattern, or a day that no calendar has.
    NOT_A_DATE = "not-a-date", Sender;
    /// A text that is in neither list of words.
    NOT_YES_OR_NO = "not-yes-or-no", Sender;
    /// A code that the code table does not have.
    CODE_NOT_IN_TABLE = "code-not-in-table", Sender;
    /// A price for zero pieces.
    DIVISION_BY_ZERO = "division-by-zero", Sender;
    /// Rows of one document that differ in what the document has only one of.
    ROWS_DIFFER = "rows-differ", Sender;
    /// A record that may stand once stands several times.
    RECORD_REPEATED = "record-repeated", Sender;
    /// A record that became part of no document.
    RECORD_WITHOUT_DOCUMENT = "record-without-document", Sender;
    /// A value that cannot be written in its field.
    VALUE_CANNOT_BE_WRITTEN = "value-cannot-be-written", Operator;
    /// A record that would be read as something else, or not at all.
    RECORD_CANNOT_BE_WRITTEN = "record-cannot-be-written", Operator;
    /// A meaning for which the code table has no code of the file.
    MEANING_NOT_IN_TABLE = "meaning-not-in-table", Operator;
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
    /// A header that another delimiter cuts than the format file's.
    CUT_BY_ANOTHER_DELIMITER = "cut-by-another-delimiter", Sender;
    /// The header lacks columns that the format file reads.
    MISSING_COLUMN = "missing-column", Sender;
    /// The header has a column that the format file reads, in another encoding than it says.
    COLUMN_IN_OTHER_ENCODING = "column-in-other-encoding", Sender;
    /// The header names a column twice.
    DUPLICATED_COLUMN = "duplicated-column", Sender;
    /// A record has more fields than the header has columns.
    EXTRA_FIELD = "extra-field", Sender;
    /// A record has fewer fields than its kind always has.
    TOO_FEW_FIELDS = "too-few-fields", Sender;
    /// Text stands beyond the length of a fixed record.
    LINE_TOO_LONG = "line-too-long", Sender;
    /// A tag that only another kind of record has: the mark between them is missing.
    TAG_OF_ANOTHER_RECORD = "tag-of-another-record", Sender;
    /// A record that no record kind claims.
    UNKNOWN_RECORD = "unknown-record", Sender;
    /// A record with nothing above it that it could belong to.
    RECORD_WITHOUT_PARENT = "record-without-parent", Sender;
    /// A record belongs together with one that cannot be read.
    GROUP_NOT_WHOLE = "group-not-whole", Sender;
    /// The field that says what belongs together is blank.
    BLANK_GROUP_KEY = "blank-group-key", Sender;
    /// A record of one file that belongs to a record of another, which is not there.
    ROW_WITHOUT_HEAD = "row-without-head", Sender;
    /// Of files that belong together, two records of the first have the same key.
    HEAD_TWICE = "head-twice", Sender;
    /// Another number of files than the format has parts.
    OTHER_PARTS = "other-parts", Operator;
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
    /// A text with a line break where a value goes to the end of its line.
    LINE_BREAK_IN_TEXT = "line-break-in-text", Operator;
    /// A text that is longer than its field, or has a line break in it.
    FIELD_DOES_NOT_FIT = "field-does-not-fit", Operator;
    /// An order-like number that another partner of the goods owner would take for its own.
    NUMBER_OF_ANOTHER_PARTNER = "number-of-another-partner", Sender;
    /// An article of a partner that is not the master of articles.
    NOT_ARTICLE_MASTER = "not-article-master", Sender;
    /// An article number with a character that may make trouble.
    ARTICLE_CHARACTERS = "article-characters", Sender;
    /// A document without what a purpose of its partner needs.
    PURPOSE_NOT_MET = "purpose-not-met", Sender;
    /// A transporter that the installation does not have.
    UNKNOWN_TRANSPORTER = "unknown-transporter", Sender;
    /// A service that the transporter does not have at the installation.
    UNKNOWN_TRANSPORTER_SERVICE = "unknown-transporter-service", Sender;
    /// A document that says of itself that it is a test, for a goods owner in use.
    TEST_DOCUMENT = "test-document", Sender;
    /// A number as packed decimal that was converted as if it were text.
    PACKED_NUMBER = "packed-number", Sender;
    /// A number with marks between groups that are not of three digits.
    NUMBER_IN_WRONG_GROUPS = "number-in-wrong-groups", Sender;
    /// A text that is no GTIN.
    NOT_A_GTIN = "not-a-gtin", Sender;
    /// A text that is no GLN.
    NOT_A_GLN = "not-a-gln", Sender;
    /// A text that is no SSCC.
    NOT_AN_SSCC = "not-an-sscc", Sender;
    /// A text that is no organisation number.
    NOT_AN_ORGANISATION_NUMBER = "not-an-organisation-number", Sender;
    /// A text that is no post code of its country.
    NOT_A_POST_CODE = "not-a-post-code", Sender;
    /// A text that none of the patterns of `split` fits.
    SPLIT_DOES_NOT_FIT = "split-does-not-fit", Sender;
    /// An XML file declares an encoding that nobody knows.
    UNKNOWN_DECLARED_ENCODING = "unknown-declared-encoding", Sender;
    /// Markup that is no XML.
    NOT_WELL_FORMED = "not-well-formed", Sender;
    /// A reference in an XML file to something that is not in it.
    UNKNOWN_ENTITY = "unknown-entity", Sender;
    /// An XML file that ends inside an element.
    XML_CUT = "xml-cut", Sender;
    /// A second root element in one XML file.
    SECOND_ROOT = "second-root", Sender;
    /// Text before or behind the root element.
    TEXT_OUTSIDE_ROOT = "text-outside-root", Sender;
    /// Another root element than the format file reads.
    WRONG_ROOT = "wrong-root", Sender;
    /// An element that would hold records but for the case of its name or its namespace.
    ELEMENT_MISNAMED = "element-misnamed", Sender;
    /// A file in which something stands, and no record.
    NO_RECORD_IN_FILE = "no-record-in-file", Sender;
    /// A warning: a name in the file that is passed over, and differs little from one that is read.
    NAME_ALMOST_KNOWN = "name-almost-known", Sender;
    /// Elements that stand too deep in each other.
    TOO_DEEP = "too-deep", Sender;
    /// An element or attribute that is read once stands several times.
    ELEMENT_REPEATED = "element-repeated", Sender;
    /// A file whose first line is not that of its kind.
    WRONG_FIRST_LINE = "wrong-first-line", Sender;
    /// The line from which on a file is read is not in it.
    LINE_NEVER_REACHED = "line-never-reached", Sender;
    /// A second table with labels in one file.
    SECOND_TABLE = "second-table", Sender;
    /// The header behind labels is not in the file.
    TABLE_NEVER_REACHED = "table-never-reached", Sender;
    /// A file of records of fixed length that ends inside one.
    RECORD_CUT = "record-cut", Sender;
    /// A file without the DOS end mark that its kind has.
    MISSING_END_MARK = "missing-end-mark", Sender;
    /// A record without the delimiter that ends each one.
    MISSING_TRAILING_DELIMITER = "missing-trailing-delimiter", Sender;
    /// A record that names one above it which is not there.
    UNKNOWN_PARENT_NUMBER = "unknown-parent-number", Sender;
    /// Letters that the stated encoding does not have were read as those of another.
    OEM_LETTERS_READ = "oem-letters-read", Sender;
    /// A warning: a file that is all UTF-8, read as another encoding.
    FILE_IS_UTF8 = "file-is-utf8", Sender;
    /// The same where fields stand in columns, which then are not where they seem.
    COLUMNS_MOVED_BY_UTF8 = "columns-moved-by-utf8", Sender;
    /// A file that is no text: a PDF, an archive, a workbook.
    OTHER_KIND_OF_FILE = "other-kind-of-file", Sender;
    /// Text that was turned into UTF-8 twice.
    TEXT_ENCODED_TWICE = "text-encoded-twice", Sender;
    /// Letters that make words only in another encoding than the format file says.
    OTHER_ENCODING_LIKELY = "other-encoding-likely", Sender;
    /// A path that leads nowhere from its record and somewhere from the one above.
    PATH_FITS_ABOVE = "path-fits-above", Operator;
    /// The file's mark says another encoding than the format file.
    OTHER_ENCODING_MARKED = "other-encoding-marked", Sender;
    /// The trailer's sum differs from what is in the file.
    WRONG_SUM = "wrong-sum", Sender;
    /// A trailer's sum that cannot be checked, since what it is of cannot be read.
    SUM_OF_NO_NUMBERS = "sum-of-no-numbers", Sender;
    /// Several files for a format that reads one at a time.
    ONE_FILE_ONLY = "one-file-only", Operator;
    /// An archive without its end.
    ARCHIVE_CUT = "archive-cut", Sender;
    /// An archive whose content is not what it says.
    ARCHIVE_DAMAGED = "archive-damaged", Sender;
    /// A part of an archive that goes over several files.
    ARCHIVE_IN_VOLUMES = "archive-in-volumes", Sender;
    /// An archive with a password.
    ARCHIVE_ENCRYPTED = "archive-encrypted", Sender;
    /// An entry that is packed in a way that we do not read.
    ARCHIVE_METHOD = "archive-method", Sender;
    /// An archive with too many entries.
    ARCHIVE_TOO_MANY_ENTRIES = "archive-too-many-entries", Sender;
    /// An archive that holds too many bytes.
    ARCHIVE_TOO_LARGE = "archive-too-large", Sender;
    /// An archive that holds far more than it could.
    ARCHIVE_RATIO = "archive-ratio", Sender;
    /// An archive with two entries of one name.
    ARCHIVE_NAME_TWICE = "archive-name-twice", Sender;
    /// An archive in an archive.
    NESTED_ARCHIVE = "nested-archive", Sender;
    /// An archive in which nothing is to be read.
    ARCHIVE_WITHOUT_FILES = "archive-without-files", Sender;
    /// A file that is called an archive and is none.
    NO_ARCHIVE = "no-archive", Sender;
    /// An archive of which no entry could be read.
    ARCHIVE_ALL_FAULTY = "archive-all-faulty", Sender;
    /// Entries that no pattern of the inbox fits.
    ENTRIES_PASSED_OVER = "entries-passed-over", Sender;
    /// Entries whose content came before.
    ENTRIES_CAME_BEFORE = "entries-came-before", Sender;
    /// An archive in an inbox that does not unpack such.
    ARCHIVE_NOT_UNPACKED = "archive-not-unpacked", Operator;
    /// A row of a document that no list of it takes.
    ROW_IN_NO_LIST = "row-in-no-list", Sender;
    /// A warning: a number whose check digit does not go with the others, taken as it stands.
    CHECK_DIGIT_WRONG = "check-digit-wrong", Sender;
}

/// What is noticed of a file and keeps nothing back.
pub(in crate::fault) const WARNINGS: &[crate::fault::Code] = &[
    OEM_LETTERS_READ,
    TEXT_ENCODED_TWICE,
    FILE_IS_UTF8,
    OTHER_ENCODING_MARKED,
    OTHER_ENCODING_LIKELY,
    CHECK_DIGIT_WRONG,
    PATH_FITS_ABOVE,
    NAME_ALMOST_KNOWN,
    CONTROL_CHARACTER_TAKEN_OUT,
    POST_CODE_OF_OTHER_COUNTRY,
    RECORD_ELSEWHERE,
];
