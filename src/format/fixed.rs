//! Fixed-width: bytes <-> records.
