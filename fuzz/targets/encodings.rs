#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lastkaj_fuzz::checks::encodings(bytes));
