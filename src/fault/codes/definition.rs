//! Mistakes in format files.

codes! {
    /// No document of this name.
    UNKNOWN_DOCUMENT = "unknown-document", Operator;
    /// `[document.*]` names a document that goes to the ERP.
    DOCUMENT_IS_WRITTEN = "document-is-written", Operator;
    /// `[record.*]` names a document that comes from the ERP.
    DOCUMENT_IS_READ = "document-is-read", Operator;
    /// Neither `[document.*]` nor `[record.*]`.
    NOTHING_MAPPED = "nothing-mapped", Operator;
    /// A record kind that the layout does not have.
    UNKNOWN_RECORD_KIND = "unknown-record-kind", Operator;
    /// A record kind that does not stand below the one at hand.
    RECORD_NOT_BELOW = "record-not-below", Operator;
    /// A record kind that no document reads.
    RECORD_NOT_READ = "record-not-read", Operator;
    /// A field that no record within reach has.
    UNKNOWN_FIELD = "unknown-field", Operator;
    /// A field that several records within reach have.
    AMBIGUOUS_FIELD = "ambiguous-field", Operator;
    /// A field of records that may stand several times.
    FIELD_OCCURS_OFTEN = "field-occurs-often", Operator;
    /// Two fields of a record that share some of their characters.
    FIELDS_OVERLAP = "fields-overlap", Operator;
    /// A field that ends behind the end of its record.
    FIELD_OUTSIDE_RECORD = "field-outside-record", Operator;
    /// `columns` beside `[layout.records]`.
    COLUMNS_TWICE = "columns-twice", Operator;
    /// A code table that does not exist.
    UNKNOWN_CODE_TABLE = "unknown-code-table", Operator;
    /// A source with none or several of the keys that say where the value comes from.
    NOT_ONE_SOURCE = "not-one-source", Operator;
    /// A key that does not go with its neighbours or with the member.
    KEY_DOES_NOT_FIT = "key-does-not-fit", Operator;
    /// A member that Ongoing requires and that no line of the mapping sets.
    TARGET_NOT_SET = "target-not-set", Operator;
    /// A member whose own members are unknown, so that it is never sent.
    TARGET_NEVER_SENT = "target-never-sent", Operator;
    /// A member in a record that is written once a file.
    NO_DOCUMENT_HERE = "no-document-here", Operator;
    /// A mapping names a member that the document does not have.
    UNKNOWN_TARGET = "unknown-target", Operator;
}
