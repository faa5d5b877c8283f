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
    /// A line of an order of fewer than no pieces.
    QUANTITY_BELOW_ZERO = "quantity-below-zero", Sender;
    /// The number came before, and this version says something else.
    CAME_BEFORE_OTHERWISE = "came-before-otherwise", Sender;
    /// The number came before, and this version says the same.
    CAME_BEFORE_THE_SAME = "came-before-the-same", Sender;
    /// A text longer than SOAP knows the member to be; Ongoing may cut or refuse it.
    LONGER_THAN_KNOWN = "longer-than-known", Sender;
    /// Two documents of one file with the same number, which differ.
    VERSIONS_DIFFER = "versions-differ", Sender;
    /// Two documents of one file with the same number, and alike.
    NUMBER_TWICE = "number-twice", Sender;
    /// The inbox rejects a file with a faulty document.
    FAULTY_DOCUMENTS = "faulty-documents", Sender;
    /// A file with the content of an earlier one.
    SAME_CONTENT = "same-content", Sender;
    /// A file that changed after it was taken in.
    GREW_AFTER_PICKUP = "grew-after-pickup", Operator;
    /// A file without the others that belong to it, for longer than the inbox waits.
    PART_MISSING = "part-missing", Operator;
    /// An arrival whose inbox is no longer configured.
    INBOX_GONE = "inbox-gone", Operator;
    /// The gateway stops.
    STOPPING = "stopping", Wait;
    /// A bug of the gateway, caught at its border.
    CAUGHT_BUG = "caught-bug", Operator;
    /// The configuration has no such inbox, outbox, lane or installation.
    NO_SUCH_SCOPE = "no-such-scope", Operator;
    /// `learn` was told to write to another goods owner than the partner's.
    LEARN_OTHER_GOODS_OWNER = "learn-other-goods-owner", Operator;
    /// `learn` on a partner whose calls go out.
    LEARN_LIVE = "learn-live", Operator;
    /// What `learn` stands on could not be made.
    LEARN_NO_START = "learn-no-start", Operator;
    /// The configuration has no partner of this name.
    NO_SUCH_PARTNER = "no-such-partner", Operator;
    /// A file that a command was asked for cannot be written.
    FILE_NOT_WRITTEN = "file-not-written", Operator;
    /// A person keeps it back.
    HELD_BY_PERSON = "held-by-person", Operator;
    /// A register would change an unusual share of what Ongoing has.
    BRAKE_CHANGED = "brake-changed", Operator;
    /// A register is much shorter than the last one.
    BRAKE_SHORTER = "brake-shorter", Operator;
    /// A file has more documents than its inbox takes at once.
    BRAKE_DOCUMENTS = "brake-documents", Operator;
    /// A call that fails again and again while others succeed.
    CALL_KEEPS_FAILING = "call-keeps-failing", Operator;
    /// Another file stands under the name of a report.
    REPORT_NAME_TAKEN = "report-name-taken", Operator;
    /// A state that there is not.
    UNKNOWN_STATE = "unknown-state", Operator;
    /// An order of an operator about nothing known.
    UNKNOWN_OBJECT = "unknown-object", Operator;
    /// The control socket cannot be used.
    CONTROL_SOCKET_FAILED = "control-socket-failed", Operator;
    /// A control request or answer that cannot be read.
    CONTROL_REQUEST_UNKNOWN = "control-request-unknown", Operator;
    /// The ledger's schema is newer than this release knows.
    LEDGER_NEWER = "ledger-newer", Operator;
    /// A verb was asked for in a state where it cannot be done.
    LEDGER_REFUSED = "ledger-refused", Operator;
    /// Another process holds the data folder.
    DATA_FOLDER_LOCKED = "data-folder-locked", Operator;
    /// A person asked for something that the ledger does not hold.
    NOTHING_MATCHES = "nothing-matches", Operator;
    /// A person asked for something that cannot be done with what was found.
    NOT_POSSIBLE_NOW = "not-possible-now", Operator;
    /// An order line that does not say how many.
    LINE_WITHOUT_QUANTITY = "line-without-quantity", Sender;
    /// A number with characters that nobody can see.
    NUMBER_WITH_CONTROL_CHARACTERS = "number-with-control-characters", Sender;
    /// What is asked for was erased with the personal data after its time.
    ERASED = "erased", Operator;
    /// Stands where a fault stood whose details were erased with the personal data.
    ERASED_FAULT = "erased-fault", Sender;
    /// The ledger comes from a backup: nothing goes on before a person says so.
    RESTORED = "restored", Operator;
    /// A restore was broken off: the data folder is neither the old one nor the new one.
    RESTORE_UNFINISHED = "restore-unfinished", Operator;
    /// A restore into a data folder that holds something.
    DATA_FOLDER_NOT_EMPTY = "data-folder-not-empty", Operator;
    /// A backup or a restore cannot write or read what it must.
    BACKUP_FAILED = "backup-failed", Operator;
    /// A file that is no whole backup.
    BACKUP_UNREADABLE = "backup-unreadable", Operator;
    /// There is no ledger in the data folder yet.
    LEDGER_MISSING = "ledger-missing", Operator;
    /// The database itself is damaged.
    LEDGER_DAMAGED = "ledger-damaged", Operator;
    /// A file of the spool that a row needs is not there.
    SPOOL_FILE_MISSING = "spool-file-missing", Operator;
    /// A file of the spool is not what its row says.
    SPOOL_FILE_DIFFERS = "spool-file-differs", Operator;
    /// A file of the spool that no row knows.
    SPOOL_FILE_ORPHAN = "spool-file-orphan", Operator;
    /// Rows of the ledger that disagree with each other.
    COUNTS_DISAGREE = "counts-disagree", Operator;
    /// An outbox whose reports are not numbered without gaps.
    SEQUENCE_GAP = "sequence-gap", Operator;
}
