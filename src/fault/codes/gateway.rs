//! Faults of the gateway itself.

codes! {
    /// A fault recorded by a newer release.
    UNKNOWN_CODE = "unknown-code", Operator;
    /// The ledger cannot be read or written.
    LEDGER_FAILED = "ledger-failed", Operator;
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
}
