//! Readers that cut the same bytes and do nothing else.

/// How many rows the `csv` crate cuts.
pub fn csv(bytes: &[u8]) -> u64 {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        rows += 1;
    }
    rows
}
