//! Faults of the folders that we read from and write to.

codes! {
    /// A server that does not answer.
    NOT_REACHED = "not-reached", Wait;
}
