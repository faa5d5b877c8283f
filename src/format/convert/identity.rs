//! Numbers that name things.

/// An article number as SAP fills it: zeros in front of nothing but digits go; one digit stays (C4).
pub(in crate::format) fn strip_leading_zeros(text: &str) -> &str {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    let stripped = text.trim_start_matches('0');
    if stripped.is_empty() { "0" } else { stripped }
}
