//! The little of the tar format (POSIX ustar) that a backup needs, so that `tar tf` shows what is in one: plain files
//! with short names.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;

/// What a ustar header holds in its size field: 11 octal digits.
const SIZE_MAX: u64 = 0o777_7777_7777;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
}

/// Appends a file of `size` bytes; `from` must have exactly as many.
pub(super) fn append(
    archive: &mut dyn Write,
    name: &str,
    size: u64,
    modified: i64,
    from: &mut dyn Read,
) -> io::Result<()> {
    archive.write_all(&header(name, size, modified)?)?;
    let copied = io::copy(&mut from.take(size), archive)?;
    if copied != size {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("{name} has {copied} bytes instead of {size}"),
        ));
    }
    let rest = (size % BLOCK as u64) as usize;
    let padding = if rest == 0 { 0 } else { BLOCK - rest };
    archive.write_all(&vec![0; padding])
}

/// Ends an archive.
pub(super) fn finish(archive: &mut dyn Write) -> io::Result<()> {
    archive.write_all(&[0; 2 * BLOCK])
}

fn header(name: &str, size: u64, modified: i64) -> io::Result<Vec<u8>> {
    if name.len() > 100 || size > SIZE_MAX {
        return Err(io::Error::other(format!("{name} ({size} bytes) does not fit in the archive")));
    }
    let field = |text: String, width: usize| {
        let mut bytes = text.into_bytes();
        bytes.resize(width, 0);
        bytes
    };
    let build = |checksum: String| -> Vec<u8> {
        [
            field(name.to_owned(), 100),
            field("0000600".to_owned(), 8),
            field("0000000".to_owned(), 8),
            field("0000000".to_owned(), 8),
            field(format!("{size:011o}"), 12),
            field(format!("{:011o}", modified.max(0)), 12),
            field(checksum, 8),
            b"0".to_vec(),
            vec![0; 100],
            b"ustar\x0000".to_vec(),
            vec![0; 247],
        ]
        .concat()
    };
    // The checksum is counted with blanks in its own place.
    let sum: u32 = build(" ".repeat(8)).iter().map(|byte| u32::from(*byte)).sum();
    Ok(build(format!("{sum:06o}\0 ")))
}

/// Reads an archive file by file.
pub(super) struct Reader<R> {
    from: R,
    // Of the file in hand: bytes and padding not read yet.
    left: u64,
    padding: u64,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: R) -> Reader<R> {
        Reader { from, left: 0, padding: 0 }
    }

    /// The next file; what was not read of the last one is passed over. `None` at the archive's end.
    ///
    /// # Errors
    /// The archive is cut off, or holds anything but plain files.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        let over = self.left + self.padding;
        if io::copy(&mut (&mut self.from).take(over), &mut io::sink())? != over {
            return Err(cut_off());
        }
        (self.left, self.padding) = (0, 0);
        let mut block = [0; BLOCK];
        self.from.read_exact(&mut block).map_err(|_| cut_off())?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let entry = parse(&block)?;
        self.left = entry.size;
        self.padding = (BLOCK as u64 - entry.size % BLOCK as u64) % BLOCK as u64;
        Ok(Some(entry))
    }
}

impl<R: Read> Read for Reader<R> {
    /// The bytes of the file in hand.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&mut self.from).take(self.left).read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(cut_off());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it is cut off")
}

fn parse(block: &[u8; BLOCK]) -> io::Result<Entry> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "it is no tar archive of plain files");
    let field = |at: usize, width: usize| block.get(at..at + width).unwrap_or_default();
    let text = |at: usize, width: usize| -> io::Result<String> {
        let bytes = field(at, width).split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8(bytes.to_vec()).map_err(|_| wrong())
    };
    let number = |at: usize, width: usize| -> io::Result<u64> {
        u64::from_str_radix(text(at, width)?.trim(), 8).map_err(|_| wrong())
    };
    let own_place = 148..156;
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if own_place.contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    let is_plain = matches!(field(156, 1), b"0" | b"\0") && field(257, 5) == b"ustar";
    if !is_plain || number(148, 8)? != sum || !text(345, 155)?.is_empty() {
        return Err(wrong());
    }
    Ok(Entry { name: text(0, 100)?, size: number(124, 12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, bytes) in files {
            append(&mut archive, name, bytes.len() as u64, 1_764_054_000, &mut &bytes[..]).unwrap();
        }
        finish(&mut archive).unwrap();
        archive
    }

    #[test]
    fn what_was_written_is_read_and_anything_cut_off_is_refused() {
        let (long, short) = (vec![7; 1300], vec![8; 512]);
        let bytes = archive(&[("spool/ab/1", &long), ("empty", b""), ("manifest.json", &short)]);
        let mut reader = Reader::new(&bytes[..]);
        let mut names = Vec::new();
        while let Some(entry) = reader.next().unwrap() {
            let mut content = Vec::new();
            if entry.name != "empty" {
                reader.read_to_end(&mut content).unwrap();
                assert_eq!(content.len() as u64, entry.size);
            }
            names.push(entry.name);
        }
        assert_eq!(names, ["spool/ab/1", "empty", "manifest.json"]);
        for length in [0, 1, 511, 700, 1024, 2048, bytes.len() - 1100] {
            let mut reader = Reader::new(&bytes[..length]);
            let mut read = || -> io::Result<()> {
                while reader.next()?.is_some() {
                    io::copy(&mut reader, &mut io::sink())?;
                }
                Ok(())
            };
            assert!(read().is_err(), "{length}");
        }
        let mut other = bytes.clone();
        other[156] = b'2';
        assert!(Reader::new(&other[..]).next().is_err(), "a link is no plain file");
    }

    #[test]
    fn the_systems_own_tar_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&archive(&[("spool/ab/1", b"hello"), ("ledger.sqlite", &[1; 600])])).unwrap();
        let told = std::process::Command::new("tar").arg("tf").arg(&path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&told.stdout), "spool/ab/1\nledger.sqlite\n", "{told:?}");
    }
}
