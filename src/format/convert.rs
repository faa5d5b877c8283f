//! Conversions: text <-> decimal, date, code. The list is closed.
