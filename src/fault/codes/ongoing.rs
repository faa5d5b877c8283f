//! What Ongoing answered, and what it did not.

codes! {
    /// Ongoing refused the document.
    REFUSED = "refused", Sender;
}
