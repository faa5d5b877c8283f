//! Reading a zip: its table of contents, and the bytes of each entry, with memory bounded by the number of entries.
//!
//! Strict on purpose. What another reader might see otherwise is refused: bytes before the first entry or behind the end,
//! a table that is not where its end says, an entry whose own header says another name.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::{Disk, UnpackLimits};
use crate::fault::{Fault, code};
use crate::format::encoding::Encoding;

const END: [u8; 4] = *b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// As long the comment behind the end may be.
const COMMENT_MAX: u64 = 0xffff;
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_LENGTH: usize = 20;
const TABLE_ROW: [u8; 4] = *b"PK\x01\x02";
const ROW_LENGTH: usize = 46;
const ENTRY: [u8; 4] = *b"PK\x03\x04";
const ENTRY_LENGTH: usize = 30;

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_UTF8: u16 = 1 << 11;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Extra fields: sizes beyond 4 GiB, and the name in UTF-8.
const EXTRA_64: u16 = 0x0001;
const EXTRA_NAME: u16 = 0x7075;

/// The greatest number of bytes of an entry's name.
const NAME_BYTES_MAX: usize = 1024;

/// One entry of the table.
pub(super) struct Entry {
    /// Its name as text: a name, never a path of ours.
    pub name: String,
    pub encrypted: bool,
    method: u16,
    raw_name: Vec<u8>,
    crc: u32,
    packed: u64,
    size: u64,
    at: u64,
}

impl Entry {
    /// How it is packed, if that is not one of the two ways that we read.
    pub fn other_method(&self) -> Option<u16> {
        (self.method != STORED && self.method != DEFLATED).then_some(self.method)
    }

    pub fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\']) && self.size == 0
    }
}

/// The table of contents.
pub(super) struct Table {
    pub entries: Vec<Entry>,
    at: u64,
}

/// Numbers of a record, in the order of little ends.
struct Record<'a>(&'a [u8]);

impl Record<'_> {
    fn number<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u16(&self, at: usize) -> Result<u16, Fault> {
        self.number(at).map(u16::from_le_bytes).ok_or_else(damaged)
    }

    fn u32(&self, at: usize) -> Result<u32, Fault> {
        self.number(at).map(u32::from_le_bytes).ok_or_else(damaged)
    }

    fn u64(&self, at: usize) -> Result<u64, Fault> {
        self.number(at).map(u64::from_le_bytes).ok_or_else(damaged)
    }
}

fn damaged() -> Fault {
    Fault::new(code::ARCHIVE_DAMAGED)
}

fn cut() -> Fault {
    Fault::new(code::ARCHIVE_CUT)
}

fn exactly<const N: usize>(from: &mut impl Read) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(|_| damaged())?;
    Ok(bytes)
}

/// Where the table stands, and how many entries it has.
struct End {
    table_at: u64,
    table_size: u64,
    entries: u64,
}

/// Reads the table of contents of a zip of so many bytes.
pub(super) fn table(mut disk: Disk<'_>, length: u64, limits: &UnpackLimits) -> Result<Table, Fault> {
    let end = end(&mut disk, length)?;
    if end.entries > limits.entries {
        return Err(Fault::new(code::ARCHIVE_TOO_MANY_ENTRIES)
            .found(end.entries.to_string())
            .with("limit", limits.entries));
    }
    disk.seek(SeekFrom::Start(end.table_at)).map_err(|_| damaged())?;
    let mut rows = BufReader::new(disk.take(end.table_size));
    let mut entries = Vec::new();
    for _ in 0..end.entries {
        entries.push(row(&mut rows)?);
    }
    // Rows that nobody counted would be entries that nobody reads.
    if !rows.fill_buf().map_err(|_| damaged())?.is_empty() {
        return Err(damaged());
    }
    Ok(Table { entries, at: end.table_at })
}

fn end(disk: &mut Disk<'_>, length: u64) -> Result<End, Fault> {
    let tail_length = length.min(COMMENT_MAX + END_LENGTH as u64 + LOCATOR_LENGTH as u64);
    let tail_at = length - tail_length;
    let mut tail = Vec::new();
    disk.seek(SeekFrom::Start(tail_at)).map_err(|_| cut())?;
    disk.take(tail_length).read_to_end(&mut tail).map_err(|_| cut())?;
    let at = memchr::memmem::rfind(&tail, &END).ok_or_else(cut)?;
    let record = Record(tail.get(at..).unwrap_or_default());
    // A mark that is cut, or bytes behind the end.
    if record.u16(20).ok().map(|comment| at + END_LENGTH + usize::from(comment)) != Some(tail.len()) {
        return Err(cut());
    }
    let end_at = tail_at + at as u64;
    let locator = at.checked_sub(LOCATOR_LENGTH).and_then(|from| tail.get(from..at));
    if let Some(locator) = locator.filter(|locator| locator.starts_with(&LOCATOR_64)) {
        let at = Record(locator).u64(8)?;
        return end_64(disk, at, end_at - LOCATOR_LENGTH as u64);
    }
    if record.u16(4)? != 0 || record.u16(6)? != 0 || record.u16(8)? != record.u16(10)? {
        return Err(Fault::new(code::ARCHIVE_IN_VOLUMES));
    }
    let end = End {
        table_at: u64::from(record.u32(16)?),
        table_size: u64::from(record.u32(12)?),
        entries: u64::from(record.u16(10)?),
    };
    end.meets(end_at)
}

fn end_64(disk: &mut Disk<'_>, at: u64, ends_at: u64) -> Result<End, Fault> {
    disk.seek(SeekFrom::Start(at)).map_err(|_| damaged())?;
    let bytes: [u8; 56] = exactly(disk)?;
    let record = Record(&bytes);
    let whole = bytes.starts_with(&END_64) && at.checked_add(12 + record.u64(4)?) == Some(ends_at);
    if !whole {
        return Err(damaged());
    }
    if record.u32(16)? != 0 || record.u32(20)? != 0 || record.u64(24)? != record.u64(32)? {
        return Err(Fault::new(code::ARCHIVE_IN_VOLUMES));
    }
    let end = End { table_at: record.u64(48)?, table_size: record.u64(40)?, entries: record.u64(32)? };
    end.meets(at)
}

impl End {
    /// The table reaches to where its end begins: nothing stands before the archive, and nothing is cut out of it.
    fn meets(self, at: u64) -> Result<End, Fault> {
        if self.table_at.checked_add(self.table_size) == Some(at) { Ok(self) } else { Err(damaged()) }
    }
}

fn row(rows: &mut impl Read) -> Result<Entry, Fault> {
    let bytes: [u8; ROW_LENGTH] = exactly(rows)?;
    let record = Record(&bytes);
    let length = usize::from(record.u16(28)?);
    if !bytes.starts_with(&TABLE_ROW) || length > NAME_BYTES_MAX {
        return Err(damaged());
    }
    let mut raw_name = vec![0; length];
    rows.read_exact(&mut raw_name).map_err(|_| damaged())?;
    let mut extra = vec![0; usize::from(record.u16(30)?)];
    rows.read_exact(&mut extra).map_err(|_| damaged())?;
    let comment = u64::from(record.u16(32)?);
    if io::copy(&mut rows.take(comment), &mut io::sink()).map_err(|_| damaged())? != comment {
        return Err(damaged());
    }
    let flags = record.u16(8)?;
    let mut entry = Entry {
        name: name(&raw_name, flags & FLAG_UTF8 != 0, &extra),
        encrypted: flags & FLAG_ENCRYPTED != 0,
        method: record.u16(10)?,
        raw_name,
        crc: record.u32(16)?,
        packed: u64::from(record.u32(20)?),
        size: u64::from(record.u32(24)?),
        at: u64::from(record.u32(42)?),
    };
    // What does not fit in 32 bits stands in an extra field, in this order.
    let mut more = extra_field(&extra, EXTRA_64).unwrap_or_default();
    for number in [&mut entry.size, &mut entry.packed, &mut entry.at] {
        if *number == u64::from(u32::MAX) {
            *number = Record(more).u64(0)?;
            more = more.get(8..).unwrap_or_default();
        }
    }
    Ok(entry)
}

fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let record = Record(extra);
        let (id, length) = (record.u16(0).ok()?, usize::from(record.u16(2).ok()?));
        let field = extra.get(4..4 + length)?;
        if id == wanted {
            return Some(field);
        }
        extra = extra.get(4 + length..)?;
    }
}

/// A name as text. Where nothing says that it is UTF-8 it is so all the same if it could be (macOS writes no flag), and
/// otherwise in the code page of DOS.
fn name(raw: &[u8], is_utf8: bool, extra: &[u8]) -> String {
    static DOS: LazyLock<Option<Encoding>> = LazyLock::new(|| Encoding::named("cp850"));
    let better = extra_field(extra, EXTRA_NAME).and_then(|field| {
        let record = Record(field);
        let mut crc = Crc::new();
        crc.update(raw);
        let is_this = field.first() == Some(&1) && record.u32(1).ok()? == crc.sum();
        std::str::from_utf8(field.get(5..)?).ok().filter(|_| is_this)
    });
    let text = match (better, std::str::from_utf8(raw), &*DOS) {
        (Some(name), _, _) | (None, Ok(name), _) => name.to_owned(),
        (None, Err(_), Some(dos)) if !is_utf8 => {
            let (mut text, mut bad) = (String::new(), Vec::new());
            let mut decoder = dos.decoder();
            decoder.decode(raw, &mut text, &mut bad);
            decoder.finish(&mut text, &mut bad);
            text
        }
        (None, Err(_), _) => String::from_utf8_lossy(raw).into_owned(),
    };
    text.chars()
        .map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}

/// The bytes of an entry, unpacked; its end is an error where length or check sum are not what the table says.
pub(super) fn open<'a>(
    mut disk: Disk<'a>,
    table: &Table,
    entry: &Entry,
) -> Result<Box<dyn Read + 'a>, Fault> {
    disk.seek(SeekFrom::Start(entry.at)).map_err(|_| damaged())?;
    let bytes: [u8; ENTRY_LENGTH] = exactly(&mut disk)?;
    let record = Record(&bytes);
    let mut raw_name = vec![0; usize::from(record.u16(26)?)];
    disk.read_exact(&mut raw_name).map_err(|_| damaged())?;
    let agrees = bytes.starts_with(&ENTRY) && raw_name == entry.raw_name && record.u16(8)? == entry.method;
    let before = ENTRY_LENGTH as u64 + raw_name.len() as u64 + u64::from(record.u16(28)?);
    let data_at = entry.at.checked_add(before).ok_or_else(damaged)?;
    let fits = data_at.checked_add(entry.packed).is_some_and(|end| end <= table.at);
    if !agrees || !fits {
        return Err(damaged());
    }
    disk.seek(SeekFrom::Start(data_at)).map_err(|_| damaged())?;
    let packed = BufReader::with_capacity(64 * 1024, disk.take(entry.packed));
    let unpacked: Box<dyn Read + 'a> =
        if entry.method == DEFLATED { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
    Ok(Box::new(Checked { unpacked, crc: Crc::new(), left: entry.size, expected: entry.crc }))
}

struct Checked<R> {
    unpacked: R,
    crc: Crc,
    left: u64,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let read = self.unpacked.read(bytes)?;
        self.crc.update(bytes.get(..read).unwrap_or_default());
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| wrong("it is longer than it says"))?;
        if read == 0 && (self.left > 0 || self.crc.sum() != self.expected) {
            return Err(wrong("its check sum does not fit"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_utf_8_or_of_dos() {
        assert_eq!(name(b"\x8frhus.csv", false, &[]), "Århus.csv");
        assert_eq!(name("Århus.csv".as_bytes(), true, &[]), "Århus.csv");
        assert_eq!(name("Århus.csv".as_bytes(), false, &[]), "Århus.csv", "macOS writes no flag");
        assert_eq!(name(b"\x8frhus.csv", true, &[]), "\u{fffd}rhus.csv");
        assert_eq!(name(b"a\r\nb\0.csv", false, &[]), "a\u{fffd}\u{fffd}b\u{fffd}.csv");
        let mut crc = Crc::new();
        crc.update(b"?.csv");
        let mut extra = b"UT\x01\x00xup".to_vec();
        extra.extend(11_u16.to_le_bytes());
        extra.push(1);
        extra.extend(crc.sum().to_le_bytes());
        extra.extend("Ł.csv".as_bytes());
        assert_eq!(name(b"?.csv", false, &extra), "Ł.csv");
        assert_eq!(name(b"!.csv", false, &extra), "!.csv", "the better name of another one");
    }

    #[test]
    fn an_extra_field_that_ends_too_soon_is_none() {
        for extra in [&b""[..], b"up", b"up\x05", b"up\x05\x00abc", b"xx\xff\xffabc"] {
            assert_eq!(extra_field(extra, EXTRA_NAME), None);
        }
    }
}
