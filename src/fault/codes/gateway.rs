//! Faults of the gateway itself.

codes! {
    /// A fault recorded by a newer release.
    UNKNOWN_CODE = "unknown-code", Operator;
    /// The ledger cannot be read or written.
    LEDGER_FAILED = "ledger-failed", Operator;
    /// A document that goes to the ERP cannot be sent to Ongoing.
    NOT_FOR_ONGOING = "not-for-ongoing", Operator;
    /// A document whose number is empty.
    DOCUMENT_WITHOUT_NUMBER = "document-without-number", Sender;
    /// A kit with itself among its components.
    ARTICLE_HOLDS_ITSELF = "article-holds-itself", Sender;
    /// An order without a line.
    ORDER_WITHOUT_LINES = "order-without-lines", Sender;
    /// Two lines of one order with the same row number.
    ROW_NUMBER_TWICE = "row-number-twice", Sender;
    /// A text longer than SOAP knows the member to be; Ongoing may cut or refuse it.
    LONGER_THAN_KNOWN = "longer-than-known", Sender;
    /// Two documents of one file with the same number.
    NUMBER_TWICE = "number-twice", Sender;
    /// A file without a single byte.
    EMPTY_FILE = "empty-file", Sender;
    /// The inbox rejects a file with a faulty document.
    FAULTY_DOCUMENTS = "faulty-documents", Sender;
    /// A file with the content of an earlier one.
    SAME_CONTENT = "same-content", Sender;
    /// A file that changed after it was taken in.
    GREW_AFTER_PICKUP = "grew-after-pickup", Operator;
    /// A file whose name is no text.
    UNREADABLE_NAME = "unreadable-name", Operator;
}
