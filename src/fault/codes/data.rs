//! Faults in the files that a sender drops, found while reading and mapping them.

codes! {
    /// A quantity or price that is no number.
    NOT_A_DECIMAL = "not-a-decimal", Sender;
}
