//! Faults in the files that a sender drops, found while reading and mapping them.

codes! {
    /// Nothing stands where something must.
    MISSING_VALUE = "missing-value", Sender;
    /// A number with implied decimals that holds more than digits.
    NOT_AN_IMPLIED_DECIMAL = "not-an-implied-decimal", Sender;
    /// A number in exponent form: it went through a spreadsheet.
    NUMBER_THROUGH_SPREADSHEET = "number-through-spreadsheet", Sender;
    /// A number with more digits than can be kept exactly.
    NUMBER_TOO_GREAT = "number-too-great", Sender;
    /// A number with decimals where a whole one is wanted.
    NOT_A_WHOLE_NUMBER = "not-a-whole-number", Sender;
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
    /// A meaning for which the code table has no code of the file.
    MEANING_NOT_IN_TABLE = "meaning-not-in-table", Operator;
    /// A quantity or price that is no number.
    NOT_A_DECIMAL = "not-a-decimal", Sender;
}
