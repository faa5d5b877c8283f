//! Mistakes in format files.

codes! {
    /// A mapping names a member that the document does not have.
    UNKNOWN_TARGET = "unknown-target", Operator;
}
