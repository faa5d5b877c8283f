//! Readers that cut the same bytes and do nothing else.

use super::files::File;

/// What reads a file's syntax and does nothing else, and how many records it finds.
pub fn reader(file: &File) -> (&'static str, fn(&[u8]) -> u64) {
    match file.name {
        "csv" => ("csv: ByteRecord, fields cut", csv),
        "xml" => ("quick-xml: NsReader, events cut, ends checked", xml),
        _ => ("memchr: line ends found", lines),
    }
}

fn csv(bytes: &[u8]) -> u64 {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        rows += 1;
    }
    rows
}

fn xml(bytes: &[u8]) -> u64 {
    let mut reader = quick_xml::NsReader::from_reader(bytes);
    let mut buffer = Vec::new();
    let mut elements = 0;
    loop {
        match reader.read_resolved_event_into(&mut buffer).unwrap().1 {
            quick_xml::events::Event::Start(_) => elements += 1,
            quick_xml::events::Event::Eof => return elements,
            _ => {}
        }
        buffer.clear();
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
