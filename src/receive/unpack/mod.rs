//! Archives as arrivals: what a file holds. A plain file is one part, a `.gz` is one, a `.zip` one for each of its files.
//!
//! Nothing is written: the arrival is the archive as it came, and each reading unpacks it anew, in the order of its table.
//! So a crash leaves nothing to put away. Before any document is staged the archive is looked through to its end, by which
//! a broken one is refused as a whole, limits hold, and each part gets its fingerprint.

mod zip;

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use globset::GlobSet;
use sha2::{Digest, Sha256};

use super::{Inbox, Receive};
use crate::document::DocumentType;
use crate::fault::{Fault, Place, code};
use crate::ledger::Arrival;

/// The greatest number of entries of an archive.
pub const ENTRIES_MAX: u64 = 10_000;
/// The greatest number of bytes of one entry, unpacked.
pub const ENTRY_BYTES_MAX: u64 = 1 << 30;
/// The greatest number of bytes of all entries, unpacked.
pub const ALL_BYTES_MAX: u64 = 4 << 30;
/// So many times its own size an archive may hold …
pub const RATIO_MAX: u64 = 200;
/// … once it holds more than this.
pub const RATIO_FROM: u64 = 16 << 20;

/// How many entries are named in a note.
const NAMES_MAX: usize = 5;

/// Which archives an inbox unpacks.
#[derive(Clone, Debug, Default)]
pub struct Unpack {
    /// Zip archives.
    pub zip: bool,
    /// Single files packed by gzip.
    pub gz: bool,
    /// The entries of a zip that are read, by the last part of their names; `None`: all.
    pub entries: Option<GlobSet>,
    /// How much is unpacked at most.
    pub limits: UnpackLimits,
}

/// How much is unpacked at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpackLimits {
    /// [`ENTRIES_MAX`]
    pub entries: u64,
    /// [`ENTRY_BYTES_MAX`]
    pub entry_bytes: u64,
    /// [`ALL_BYTES_MAX`]
    pub all_bytes: u64,
    /// [`RATIO_MAX`]
    pub ratio: u64,
    /// [`RATIO_FROM`]
    pub ratio_from: u64,
}

impl Default for UnpackLimits {
    fn default() -> UnpackLimits {
        UnpackLimits {
            entries: ENTRIES_MAX,
            entry_bytes: ENTRY_BYTES_MAX,
            all_bytes: ALL_BYTES_MAX,
            ratio: RATIO_MAX,
            ratio_from: RATIO_FROM,
        }
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Gz,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Zip => "zip",
            Kind::Gz => "gz",
        }
    }

    /// What the first bytes say.
    fn of_content(head: &[u8]) -> Option<Kind> {
        let begins = |magic: &[&[u8]]| magic.iter().any(|magic| head.starts_with(magic));
        if begins(&[b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]) {
            Some(Kind::Zip)
        } else {
            begins(&[b"\x1f\x8b"]).then_some(Kind::Gz)
        }
    }

    fn of_name(name: &str) -> Option<Kind> {
        match extension(name).as_str() {
            "zip" => Some(Kind::Zip),
            "gz" | "tgz" => Some(Kind::Gz),
            _ => None,
        }
    }

    fn is_unpacked_by(self, unpack: &Unpack) -> bool {
        match self {
            Kind::Zip => unpack.zip,
            Kind::Gz => unpack.gz,
        }
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// One document source of an arrival.
#[derive(Debug)]
pub(super) struct Part {
    /// The entry's name; `None` for a file that is no archive.
    pub entry: Option<String>,
    /// The file's name for the format: without folders.
    pub file_name: String,
    /// As an operator sees it: `ORD.zip/order1.csv`.
    pub shown: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub hash: String,
    /// Why it cannot be read.
    pub fault: Option<Fault>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Plain,
    /// Files that belong together, one behind the other: the name and the length of each.
    Together(Vec<(String, u64)>),
    Gz,
    Zip(usize),
}

/// What an arrival holds.
pub(super) struct Contents {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Entries that no pattern fits.
    pub passed_over: Vec<String>,
    file: File,
    failed: RefCell<Option<String>>,
    table: Option<zip::Table>,
}

/// Our copy on the disk. That the disk cannot be read must never look like a broken archive.
#[derive(Clone, Copy)]
struct Disk<'a> {
    file: &'a File,
    failed: &'a RefCell<Option<String>>,
}

impl Disk<'_> {
    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed.replace(Some(error.to_string()));
            }
        })
    }
}

impl Read for Disk<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        self.note(file.read(bytes))
    }
}

impl Seek for Disk<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file;
        self.note(file.seek(to))
    }
}

/// A file's name, and its bytes.
type NamedBytes<'c> = (String, Box<dyn Read + 'c>);

/// A piece of our copy, read where it stands.
struct Piece<'a> {
    disk: Disk<'a>,
    at: u64,
    end: u64,
}

impl Read for Piece<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = bytes.len().min(left);
        let read = self.disk.file.read_at(bytes.get_mut(..most).unwrap_or_default(), self.at);
        let read = self.disk.note(read)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Looks through an arrival.
///
/// # Errors
/// The archive cannot be unpacked (the sender's turn), or the inbox does not unpack it (the operator's); or our copy
/// cannot be read.
pub(super) fn contents(receive: &Receive, inbox: &Inbox, arrival: &Arrival) -> Result<Contents, Fault> {
    let file = receive.spool.open_copy(&arrival.spool)?;
    let mut contents = Contents::of(file);
    if !arrival.files.is_empty() {
        let files = arrival.files.iter().map(|file| (file.name.clone(), file.size)).collect();
        contents.parts.push(whole(arrival, Source::Together(files)));
        return Ok(contents);
    }
    let looked = contents.head(&arrival.name).and_then(|head| {
        match kind(inbox, &arrival.name, &head)? {
            None => contents.parts.push(whole(arrival, Source::Plain)),
            Some(kind) => {
                let look = Look {
                    archive: &arrival.name,
                    packed: arrival.size,
                    unpack: &inbox.unpack,
                    takes_anything: takes_anything(inbox),
                    stopping: &|| receive.stopping(),
                };
                contents.look_through(kind, &look)?;
            }
        }
        Ok(())
    });
    looked.map_err(|fault| contents.disk_or(fault).in_file(&arrival.name))?;
    Ok(contents)
}

/// What is read as it came.
fn whole(arrival: &Arrival, source: Source) -> Part {
    Part {
        entry: None,
        file_name: arrival.name.clone(),
        shown: arrival.name.clone(),
        size: arrival.size,
        hash: arrival.hash.clone(),
        fault: None,
        source,
    }
}

/// Hands out the parts of a copy that is an archive, to be looked at: name and bytes. Says whether it is one.
///
/// # Errors
/// It cannot be unpacked, or the copy cannot be read.
pub fn each_part(
    copy: &Path,
    name: &str,
    each: &mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> Result<bool, Fault> {
    let not_read =
        |error: io::Error| Fault::new(code::FILE_NOT_READ).at(Place::file(name)).with("reason", error);
    let file = File::open(copy).map_err(not_read)?;
    let packed = file.metadata().map_err(not_read)?.len();
    let mut contents = Contents::of(file);
    let Some(kind) = Kind::of_content(&contents.head(name)?) else { return Ok(false) };
    let unpack = Unpack { zip: true, gz: true, ..Unpack::default() };
    let look = Look { archive: name, packed, unpack: &unpack, takes_anything: true, stopping: &|| false };
    let looked = contents.look_through(kind, &look);
    looked.map_err(|fault| contents.disk_or(fault).in_file(name))?;
    for part in &contents.parts {
        each(part.entry.as_deref().unwrap_or(name), &mut contents.open(part)?).map_err(not_read)?;
    }
    Ok(true)
}

/// Whether what the inbox takes may look like an archive and be none: a spreadsheet that is attached is a zip.
fn takes_anything(inbox: &Inbox) -> bool {
    inbox.format.reads().contains(&DocumentType::Attachment)
}

/// As what a file is unpacked. Its content says what it is, whatever its name; where any file may come, its name.
fn kind(inbox: &Inbox, name: &str, head: &[u8]) -> Result<Option<Kind>, Fault> {
    let unpacked = |kind: &Kind| kind.is_unpacked_by(&inbox.unpack);
    let (content, named) = (Kind::of_content(head), Kind::of_name(name).filter(unpacked));
    if takes_anything(inbox) && named.is_none() {
        return Ok(None);
    }
    match (content, named) {
        (Some(kind), _) if unpacked(&kind) => Ok(Some(kind)),
        (Some(kind), _) => Err(Fault::new(code::ARCHIVE_NOT_UNPACKED).with("kind", kind.name())),
        (None, Some(kind)) => Err(Fault::new(code::NO_ARCHIVE).with("kind", kind.name())),
        (None, None) => Ok(None),
    }
}

/// What looking through an archive goes by.
struct Look<'a> {
    archive: &'a str,
    packed: u64,
    unpack: &'a Unpack,
    takes_anything: bool,
    stopping: &'a dyn Fn() -> bool,
}

impl Contents {
    fn of(file: File) -> Contents {
        Contents { parts: Vec::new(), passed_over: Vec::new(), file, failed: RefCell::default(), table: None }
    }

    fn disk(&self) -> Disk<'_> {
        Disk { file: &self.file, failed: &self.failed }
    }

    /// What is wrong, if it is not our disk.
    fn disk_or(&self, fault: Fault) -> Fault {
        match self.failed.take() {
            Some(reason) => Fault::new(code::FILE_NOT_READ).at(fault.place.clone()).with("reason", reason),
            None => fault,
        }
    }

    fn head(&self, name: &str) -> Result<Vec<u8>, Fault> {
        let mut head = Vec::new();
        let read = self.disk().take(4).read_to_end(&mut head);
        read.map_err(|_| self.disk_or(Fault::new(code::ARCHIVE_CUT).at(Place::file(name))))?;
        Ok(head)
    }

    /// The files of a part, each with its name and its bytes, to be read one after the other.
    pub fn files(&self, part: &Part) -> Result<Vec<NamedBytes<'_>>, Fault> {
        let Source::Together(files) = &part.source else {
            return Ok(vec![(part.file_name.clone(), self.open(part)?)]);
        };
        let mut at = 0;
        let mut opened: Vec<NamedBytes<'_>> = Vec::new();
        for (name, size) in files {
            let end = at + size;
            opened.push((name.clone(), Box::new(Piece { disk: self.disk(), at, end })));
            at = end;
        }
        Ok(opened)
    }

    /// The bytes of a part.
    pub fn open(&self, part: &Part) -> Result<Box<dyn Read + '_>, Fault> {
        self.open_source(&part.source).map_err(|fault| self.disk_or(fault).in_file(&part.shown))
    }

    fn open_source(&self, source: &Source) -> Result<Box<dyn Read + '_>, Fault> {
        let entry = |index: &usize| {
            let table = self.table.as_ref()?;
            Some((table, table.entries.get(*index)?))
        };
        if let Source::Zip(index) = source {
            let (table, entry) = entry(index).ok_or_else(|| Fault::new(code::ARCHIVE_DAMAGED))?;
            return zip::open(self.disk(), table, entry);
        }
        let mut disk = self.disk();
        disk.seek(SeekFrom::Start(0)).map_err(|_| Fault::new(code::ARCHIVE_CUT))?;
        Ok(match source {
            Source::Gz => Box::new(MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, disk))),
            Source::Plain | Source::Together(_) | Source::Zip(_) => Box::new(disk),
        })
    }

    fn look_through(&mut self, kind: Kind, look: &Look<'_>) -> Result<(), Fault> {
        let mut all = 0;
        match kind {
            Kind::Gz => {
                let name = unpacked_name(look.archive);
                self.add(name, Source::Gz, look, &mut all)?;
            }
            Kind::Zip => {
                let table = self.table.insert(zip::table(
                    Disk { file: &self.file, failed: &self.failed },
                    look.packed,
                    &look.unpack.limits,
                )?);
                let mut names = HashSet::new();
                let twice = table.entries.iter().find(|entry| !names.insert(entry.name.as_str()));
                if let Some(entry) = twice {
                    return Err(Fault::new(code::ARCHIVE_NAME_TWICE).found(&entry.name));
                }
                let wanted: Vec<(usize, String)> = table
                    .entries
                    .iter()
                    .enumerate()
                    .filter(|(_, entry)| !entry.is_folder() && !is_clutter(&entry.name))
                    .map(|(index, entry)| (index, entry.name.clone()))
                    .collect();
                for (index, name) in wanted {
                    let patterns = look.unpack.entries.as_ref();
                    if patterns.is_some_and(|patterns| !patterns.is_match(last_part(&name))) {
                        self.passed_over.push(name);
                    } else {
                        self.add(name, Source::Zip(index), look, &mut all)?;
                    }
                }
            }
        }
        if self.parts.is_empty() {
            return Err(Fault::new(code::ARCHIVE_WITHOUT_FILES).with("count", self.passed_over.len()));
        }
        Ok(())
    }

    /// Looks one entry through and adds it.
    fn add(&mut self, name: String, source: Source, look: &Look<'_>, all: &mut u64) -> Result<(), Fault> {
        let shown = format!("{}/{name}", look.archive);
        let place = || Place::file(&shown);
        if let (Source::Zip(index), Some(table)) = (&source, &self.table)
            && let Some(entry) = table.entries.get(*index)
        {
            if entry.encrypted {
                return Err(Fault::new(code::ARCHIVE_ENCRYPTED).at(place()));
            }
            if let Some(method) = entry.other_method() {
                return Err(Fault::new(code::ARCHIVE_METHOD).at(place()).found(method.to_string()));
            }
        }
        let looked = self
            .open_source(&source)
            .and_then(|mut reader| look_at(&mut reader, look, all))
            .map_err(|fault| fault.in_file(&shown))?;
        let fault = if looked.size == 0 {
            Some(Fault::new(code::EMPTY_FILE).at(place()))
        } else {
            let found = nested(&name, &looked.head, look.takes_anything);
            found.map(|kind| Fault::new(code::NESTED_ARCHIVE).at(place()).with("kind", kind))
        };
        self.parts.push(Part {
            file_name: last_part(&name).to_owned(),
            shown,
            size: looked.size,
            hash: looked.hash,
            fault,
            source,
            entry: Some(name),
        });
        Ok(())
    }
}

/// What an entry turned out to be.
struct Looked {
    size: u64,
    hash: String,
    head: Vec<u8>,
}

/// The magic of a tar archive stands this far in.
const TAR_AT: usize = 257;
const HEAD_LENGTH: usize = 512;

fn look_at(reader: &mut dyn Read, look: &Look<'_>, all: &mut u64) -> Result<Looked, Fault> {
    let limits = &look.unpack.limits;
    let (mut hash, mut size, mut head) = (Sha256::new(), 0, Vec::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if (look.stopping)() {
            return Err(Fault::new(code::STOPPING));
        }
        let read = match reader.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(Fault::new(code::ARCHIVE_CUT));
            }
            Err(_) => return Err(Fault::new(code::ARCHIVE_DAMAGED)),
        };
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        head.extend(bytes.iter().take(HEAD_LENGTH - head.len()));
        size += read as u64;
        *all += read as u64;
        let too_large = |limit: u64| Fault::new(code::ARCHIVE_TOO_LARGE).with("limit", limit);
        if size > limits.entry_bytes {
            return Err(too_large(limits.entry_bytes));
        }
        if *all > limits.all_bytes {
            return Err(too_large(limits.all_bytes));
        }
        if *all > limits.ratio_from && *all / limits.ratio.max(1) > look.packed {
            return Err(Fault::new(code::ARCHIVE_RATIO).with("limit", limits.ratio));
        }
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Looked { size, hash, head })
}

/// The kind of archive that an entry is itself.
fn nested(name: &str, head: &[u8], takes_anything: bool) -> Option<&'static str> {
    let named = match extension(name).as_str() {
        "zip" => Some("zip"),
        "gz" | "tgz" => Some("gz"),
        "tar" => Some("tar"),
        "7z" => Some("7z"),
        "rar" => Some("rar"),
        _ => None,
    };
    if named.is_some() || takes_anything {
        return named;
    }
    if head.get(TAR_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Some("tar");
    }
    let others: [(&[u8], &str); 2] = [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar")];
    let other = others.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind);
    Kind::of_content(head).map(Kind::name).or(other)
}

/// `ORD1.csv.gz`: `ORD1.csv`; `ORD1.tgz` holds `ORD1.tar`.
fn unpacked_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.eq_ignore_ascii_case("gz") && !stem.is_empty() => {
            stem.to_owned()
        }
        Some((stem, extension)) if extension.eq_ignore_ascii_case("tgz") => format!("{stem}.tar"),
        _ => name.to_owned(),
    }
}

/// A name without its folders. What is left is only a name: no file of ours is ever called by it.
fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(name)
}

/// What systems put beside the files that were meant.
fn is_clutter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || matches!(last_part(name), ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// The first names of many, for a note.
pub(super) fn first_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut first: Vec<&str> = names.take(NAMES_MAX + 1).collect();
    if first.len() > NAMES_MAX {
        first.truncate(NAMES_MAX);
        first.push("…");
    }
    first.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entries_are_names() {
        for (name, last) in [
            ("order.csv", "order.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Export\\order.csv", "order.csv"),
            ("/", "/"),
            ("..", ".."),
            ("a/b/", "b"),
        ] {
            assert_eq!(last_part(name), last);
        }
        assert_eq!(unpacked_name("ORD1.csv.GZ"), "ORD1.csv");
        assert_eq!(unpacked_name("ORD1.tgz"), "ORD1.tar");
        assert_eq!(unpacked_name(".gz"), ".gz");
        assert!(is_clutter("__MACOSX/._a.csv") && is_clutter("a/.DS_Store") && !is_clutter("a/DS_Store.csv"));
    }

    #[test]
    fn an_archive_in_an_archive_is_known_by_name_or_content() {
        let mut tar = vec![0; 512];
        tar.splice(TAR_AT..TAR_AT + 5, *b"ustar");
        assert_eq!(nested("a.csv", &tar, false), Some("tar"));
        assert_eq!(nested("a.csv", b"PK\x03\x04", false), Some("zip"));
        assert_eq!(nested("a.csv", b"\x1f\x8b", false), Some("gz"));
        assert_eq!(nested("a.tar", b"no magic", false), Some("tar"));
        assert_eq!(nested("a.csv", b"Nr;Art", false), None);
        // A spreadsheet to be attached.
        assert_eq!(nested("1001_list.xlsx", b"PK\x03\x04", true), None);
        assert_eq!(nested("1001_list.zip", b"PK\x03\x04", true), Some("zip"));
    }
}
