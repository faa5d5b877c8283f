//! Faults of the gateway itself.

codes! {
    /// A fault recorded by a newer release.
    UNKNOWN_CODE = "unknown-code", Operator;
    /// The ledger cannot be read or written.
    LEDGER_FAILED = "ledger-failed", Operator;
}
