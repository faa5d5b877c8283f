//! Mistakes in gateway.toml, and in TOML as such.

codes! {
    /// The text is no TOML.
    NOT_TOML = "not-toml", Operator;
    /// A key that nothing reads.
    UNKNOWN_KEY = "unknown-key", Operator;
    /// A key that must stand in its table.
    MISSING_KEY = "missing-key", Operator;
    /// A value of another kind than the key takes.
    WRONG_TYPE = "wrong-type", Operator;
    /// A value of the right kind that the key does not take.
    WRONG_VALUE = "wrong-value", Operator;
}
