//! CSV: bytes <-> records.
