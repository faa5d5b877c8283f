//! Records: the one shape that every syntax becomes.
//!
//! Records that belong together share one text, the decoded text that they were cut from, and their fields are ranges of
//! it. So a field costs no memory of its own, and its line and column are worked out only for a fault.

use crate::fault::Place;

/// How many characters of a line are kept to show it.
const SOURCE_CHARACTERS_MAX: usize = 4096;

/// Stands for no range and no record.
const NONE: u32 = u32::MAX;

/// Records that belong together: a grouped set of rows, or a head record with all that stands under it.
/// The first one opened the group.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    text: String,
    heads: Vec<Head>,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    kind: u32,
    /// The record that it stands under.
    parent: u32,
    /// The line of the file that it begins on, from 1, and the character in it, from 1.
    line: u64,
    column: u32,
    /// Where its source begins and ends in the text.
    start: u32,
    end: u32,
    /// From where on the text before it may be shown as of its line.
    line_from: u32,
    /// Its first field in the cells; they go on to those of the next record.
    cells: u32,
}

/// Where a field stands in the text of its records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// The text that counts.
    pub at: u32,
    pub length: u32,
    /// The part of the source that is shown for it, quotes and blanks included.
    pub shown: u32,
    pub shown_length: u32,
}

impl Cell {
    /// A field that is not there at all; shown at a place of the source.
    pub const fn missing(shown: usize) -> Cell {
        Cell { at: NONE, length: 0, shown: narrow(shown), shown_length: 0 }
    }

    /// A field that is shown as it stands.
    pub const fn plain(from: usize, to: usize) -> Cell {
        let (at, length) = (narrow(from), narrow(to.saturating_sub(from)));
        Cell { at, length, shown: at, shown_length: length }
    }

    /// A part of a text without what goes at its ends. Where nothing is left, the whole part is shown.
    pub fn trimmed(text: &str, from: usize, to: usize, goes: impl Fn(char) -> bool) -> Cell {
        let all = text.get(from..to).unwrap_or("");
        let left = all.trim_start_matches(&goes);
        let at = from + (all.len() - left.len());
        let cell = Cell::plain(at, at + left.trim_end_matches(&goes).len());
        if left.is_empty() { cell.shown(from, to) } else { cell }
    }

    /// The same text, shown as another part of the source.
    pub const fn shown(self, from: usize, to: usize) -> Cell {
        Cell { shown: narrow(from), shown_length: narrow(to.saturating_sub(from)), ..self }
    }

    fn moved(self, by: u32) -> Cell {
        let at = if self.at == NONE { NONE } else { self.at.saturating_add(by) };
        Cell { at, shown: self.shown.saturating_add(by), ..self }
    }
}

/// A place in a text, as it is kept. A group is never greater than [`super::DOCUMENT_BYTES_MAX`], which is less.
pub(super) const fn narrow(place: usize) -> u32 {
    if place >= NONE as usize { NONE - 1 } else { place as u32 }
}

impl Records {
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// How many bytes of memory they take, about.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.heads.len() * size_of::<Head>() + self.cells.len() * size_of::<Cell>()
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.heads.clear();
        self.cells.clear();
    }

    /// The record's kind, by its place in the layout's `records`.
    pub fn kind(&self, record: usize) -> Option<usize> {
        self.heads.get(record).filter(|head| head.kind != NONE).map(|head| head.kind as usize)
    }

    /// The line of the file that the record begins on, from 1.
    pub fn line(&self, record: usize) -> u64 {
        self.heads.get(record).map_or(0, |head| head.line)
    }

    /// The record that it stands under.
    pub fn parent(&self, record: usize) -> Option<usize> {
        self.heads
            .get(record)
            .filter(|head| head.parent != NONE)
            .map(|head| head.parent as usize)
            .filter(|parent| *parent < record)
    }

    fn cells_of(&self, record: usize) -> &[Cell] {
        let Some(head) = self.heads.get(record) else { return &[] };
        let end = self.heads.get(record + 1).map_or(self.cells.len(), |next| next.cells as usize);
        self.cells.get(head.cells as usize..end).unwrap_or_default()
    }

    /// The text of a record's field; `None` where the column or the characters are missing altogether.
    #[inline]
    pub fn field(&self, record: usize, field: usize) -> Option<&str> {
        let head = self.heads.get(record)?;
        let cell = self.cells.get(head.cells as usize + field)?;
        if cell.at == NONE {
            return None;
        }
        let at = cell.at as usize;
        self.text.get(at..at + cell.length as usize)
    }

    /// Whether two records have the same texts in some fields, which are given in rising order; what is not there is as
    /// good as empty. Fields that stand right behind each other in both are compared at once.
    pub fn agree(&self, one: usize, other: usize, fields: impl Iterator<Item = usize>) -> bool {
        let (one, other) = (self.cells_of(one), self.cells_of(other));
        let part = |at: u32, to: u32| self.text.as_bytes().get(at as usize..to as usize);
        // Where what was not compared yet begins in both, and how long it is.
        let (mut from, mut beside, mut length) = (0u32, 0u32, 0u32);
        let same = |from: u32, beside: u32, length: u32| {
            length == 0
                || part(from, from.saturating_add(length)) == part(beside, beside.saturating_add(length))
        };
        for field in fields {
            let (one, other) = (one.get(field), other.get(field));
            let long = one.map_or(0, |cell| cell.length);
            if long != other.map_or(0, |cell| cell.length) {
                return false;
            }
            let (Some(one), Some(other)) = (one, other) else { continue };
            if long == 0 {
                continue;
            }
            let gap = one.at.wrapping_sub(from.wrapping_add(length));
            let gap_beside = other.at.wrapping_sub(beside.wrapping_add(length));
            if length > 0 && gap <= 1 && gap == gap_beside {
                length = length.saturating_add(gap).saturating_add(long);
                continue;
            }
            if !same(from, beside, length) {
                return false;
            }
            (from, beside, length) = (one.at, other.at, long);
        }
        same(from, beside, length)
    }

    /// The text that a record was cut from.
    pub fn source(&self, record: usize) -> &str {
        let Some(head) = self.heads.get(record) else { return "" };
        self.text.get(head.start as usize..head.end as usize).unwrap_or("")
    }

    /// The place of a record: its first line.
    pub fn place(&self, file: &str, record: usize) -> Place {
        let Some(head) = self.heads.get(record) else { return Place::file(file) };
        let line = self.source(record).split('\n').next().unwrap_or("");
        self.place_at(file, record, head.start as usize, head.start as usize + line.len())
    }

    /// The place of a record's field; that of the record where the field has none of its own.
    pub fn place_of_field(&self, file: &str, record: usize, field: usize) -> Place {
        match self.cells_of(record).get(field) {
            Some(cell) => self.place_of_cell(file, record, cell),
            None => self.place(file, record),
        }
    }

    /// The place of what was cut from a record's source.
    pub fn place_of_cell(&self, file: &str, record: usize, cell: &Cell) -> Place {
        let from = cell.shown as usize;
        self.place_at(file, record, from, from + cell.shown_length as usize)
    }

    /// The text of what was cut from it.
    pub fn text_of(&self, cell: &Cell) -> &str {
        let at = cell.at as usize;
        self.text.get(at..at.saturating_add(cell.length as usize)).unwrap_or("")
    }

    /// The place of a part of a record's source, by its bytes in the text. Where it goes over several lines, the part
    /// on its first line.
    pub fn place_at(&self, file: &str, record: usize, from: usize, to: usize) -> Place {
        let Some(head) = self.heads.get(record) else { return Place::file(file) };
        let (start, end, line_from) = (head.start as usize, head.end as usize, head.line_from as usize);
        let from = from.clamp(start, end.max(start));
        let characters =
            |from: usize, to: usize| self.text.get(from..to).map_or(0, |text| text.chars().count()) as u64;
        let before = self.text.get(start..from).unwrap_or("");
        let lines_before = before.bytes().filter(|byte| *byte == b'\n').count() as u64;
        let newline = self.text.get(line_from..from).and_then(|before| before.rfind('\n'));
        let mut line_start = newline.map_or(line_from, |newline| line_from + newline + 1);
        let column = if lines_before == 0 {
            u64::from(head.column) + characters(start, from)
        } else {
            1 + characters(line_start, from)
        };
        let mut shown_before = characters(line_start, from);
        // Of a line without end, only what stands near.
        if shown_before > SOURCE_CHARACTERS_MAX as u64 / 2 {
            let near =
                self.text.get(line_start..from).and_then(|before| before.char_indices().rev().nth(200));
            (line_start, shown_before) = near.map_or((from, 0), |(at, _)| (line_start + at, 201));
        }
        let source = self.text.get(line_start..end.max(from)).unwrap_or("");
        let source = source.split('\n').next().unwrap_or("");
        let shown = source.char_indices().nth(SOURCE_CHARACTERS_MAX).map_or(source.len(), |(at, _)| at);
        let source = source.get(..shown).unwrap_or(source);
        let to = to.clamp(from, (line_start + source.len()).max(from));
        let mut place = Place::file(file)
            .line(head.line + lines_before)
            .column(column, characters(from, to).max(1))
            .source(source);
        place.source_column = Some(column - shown_before.min(column - 1)).filter(|first| *first > 1);
        place
    }

    /// The text, to add the source of the record at hand to, and what stands nowhere in the file as such.
    pub fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// The text of all records.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Begins a record whose source begins at the end of the text.
    pub fn begin(&mut self, line: u64, column: u32) {
        let (start, cells) = (narrow(self.text.len()), narrow(self.cells.len()));
        let (kind, parent, end, line_from) = (NONE, NONE, start, start);
        self.heads.push(Head { kind, parent, line, column, start, end, line_from, cells });
    }

    /// Begins a record whose source is the text from a place on.
    pub fn begin_from(&mut self, line: u64, column: u32, start: usize) {
        self.begin(line, column);
        let start = narrow(start);
        if let Some(head) = self.heads.last_mut() {
            (head.start, head.line_from) = (start, start);
        }
        self.end();
    }

    /// Begins a record whose source begins at a place of the text, in a tree of records whose sources stand in each
    /// other. The text may be added afterwards.
    pub fn begin_at(&mut self, line: u64, column: u32, start: usize) {
        let (start, cells) = (narrow(start), narrow(self.cells.len()));
        self.heads.push(Head {
            kind: NONE,
            parent: NONE,
            line,
            column,
            start,
            end: start,
            line_from: 0,
            cells,
        });
    }

    /// The source of a record that has not ended yet ends at a place of the text.
    pub fn end_at(&mut self, record: usize, end: usize) {
        if let Some(head) = self.heads.get_mut(record) {
            head.end = narrow(end);
        }
    }

    /// The fields that are added now are those of a record; to be called in the order of the records.
    pub fn fields_of(&mut self, record: usize) {
        let cells = narrow(self.cells.len());
        if let Some(head) = self.heads.get_mut(record) {
            head.cells = cells;
        }
    }

    /// Where a record's source stands in the text.
    pub fn source_range(&self, record: usize) -> Option<std::ops::Range<usize>> {
        self.heads.get(record).map(|head| head.start as usize..head.end as usize)
    }

    /// The source of the last record ends at the end of the text.
    pub fn end(&mut self) {
        let end = narrow(self.text.len());
        if let Some(head) = self.heads.last_mut() {
            head.end = end;
        }
    }

    /// Takes the last record away again.
    pub fn take_back(&mut self) {
        if let Some(head) = self.heads.pop() {
            self.text.truncate(head.start as usize);
            self.cells.truncate(head.cells as usize);
        }
    }

    /// Where the source of the last record begins in the text.
    pub fn last_start(&self) -> usize {
        self.heads.last().map_or(0, |head| head.start as usize)
    }

    /// Sets the kind of a record.
    pub fn set_kind(&mut self, record: usize, kind: Option<usize>) {
        if let Some(head) = self.heads.get_mut(record) {
            head.kind = kind.map_or(NONE, narrow);
        }
    }

    /// Sets the record that one stands under.
    pub fn set_parent(&mut self, record: usize, parent: Option<usize>) {
        if let Some(head) = self.heads.get_mut(record) {
            head.parent = parent.map_or(NONE, narrow);
        }
    }

    /// Adds the next field of the last record.
    #[inline]
    pub fn push(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Adds other records behind these.
    pub fn append(&mut self, other: &Records) {
        self.append_some(other, 0, other.len());
    }

    /// Adds some of other records, with what they stand under.
    pub fn append_some(&mut self, other: &Records, first: usize, count: usize) {
        let heads = other.heads.get(first..first + count).unwrap_or_default();
        let (Some(begin), end) = (heads.first(), other.heads.get(first + count)) else { return };
        let (text_from, text_to) =
            (begin.line_from as usize, end.map_or(other.text.len(), |end| end.line_from as usize));
        let (cells_from, cells_to) =
            (begin.cells as usize, end.map_or(other.cells.len(), |end| end.cells as usize));
        // Unsigned with a turn: what is moved back is moved by a number that overflows to the right one.
        let text_by = narrow(self.text.len()).wrapping_sub(begin.line_from);
        let cells_by = narrow(self.cells.len()).wrapping_sub(begin.cells);
        let records_by = narrow(self.heads.len()).wrapping_sub(narrow(first));
        self.text.push_str(other.text.get(text_from..text_to).unwrap_or(""));
        self.heads.extend(heads.iter().map(|head| Head {
            parent: match head.parent {
                parent if parent == NONE || parent < narrow(first) => NONE,
                parent => parent.wrapping_add(records_by),
            },
            start: head.start.wrapping_add(text_by),
            end: head.end.wrapping_add(text_by),
            line_from: head.line_from.wrapping_add(text_by),
            cells: head.cells.wrapping_add(cells_by),
            ..*head
        }));
        let cells = other.cells.get(cells_from..cells_to).unwrap_or_default();
        self.cells.extend(cells.iter().map(|cell| Cell {
            at: if cell.at == NONE { NONE } else { cell.at.wrapping_add(text_by) },
            shown: cell.shown.wrapping_add(text_by),
            ..*cell
        }));
    }

    /// Writes them as bytes for a scratch file.
    pub fn write(&self, first: usize, count: usize, to: &mut Vec<u8>) {
        let heads = self.heads.get(first..first + count).unwrap_or_default();
        let Some(begin) = heads.first() else { return };
        let end = self.heads.get(first + count);
        let text_to = end.map_or(self.text.len(), |end| end.line_from as usize);
        let cells_to = end.map_or(self.cells.len(), |end| end.cells as usize);
        let text = self.text.get(begin.line_from as usize..text_to).unwrap_or("");
        let cells = self.cells.get(begin.cells as usize..cells_to).unwrap_or_default();
        for number in [text.len() as u64, heads.len() as u64, cells.len() as u64] {
            number_out(number, to);
        }
        to.extend_from_slice(text.as_bytes());
        for head in heads {
            let parent = match head.parent.checked_sub(narrow(first)) {
                Some(parent) if head.parent != NONE => parent + 1,
                Some(_) | None => 0,
            };
            for number in [
                u64::from(head.kind.wrapping_add(1)),
                u64::from(parent),
                head.line,
                head.column.into(),
                head.line_from.wrapping_sub(begin.line_from).into(),
                head.start.wrapping_sub(begin.line_from).into(),
                head.end.wrapping_sub(head.start).into(),
                head.cells.wrapping_sub(begin.cells).into(),
            ] {
                number_out(number, to);
            }
        }
        // Most fields follow the one before by a mark, and are shown as they stand.
        let mut before = begin.line_from;
        for cell in cells {
            let same = cell.shown == cell.at && cell.shown_length == cell.length;
            let kind = if cell.at == NONE {
                0
            } else if same {
                1
            } else {
                2
            };
            let step = u64::from(zigzag(cell.shown.wrapping_sub(before)));
            number_out(step << 2 | kind, to);
            number_out(cell.shown_length.into(), to);
            if kind == 2 {
                number_out(cell.at.wrapping_sub(begin.line_from).into(), to);
                number_out(cell.length.into(), to);
            }
            before = cell.shown.wrapping_add(cell.shown_length);
        }
    }

    /// Reads what [`Records::write`] wrote and adds it behind these; `None` where that is something else.
    pub fn read(&mut self, from: &[u8]) -> Option<()> {
        let mut from = from;
        let [text, heads, cells] = [number_in(&mut from)?, number_in(&mut from)?, number_in(&mut from)?];
        let (text_by, cells_by) = (narrow(self.text.len()), narrow(self.cells.len()));
        let records_by = narrow(self.heads.len());
        let (text, rest) = from.split_at_checked(usize::try_from(text).ok()?)?;
        self.text.push_str(str::from_utf8(text).ok()?);
        from = rest;
        let mut number = || number_in(&mut from).and_then(|number| u32::try_from(number).ok());
        for _ in 0..heads {
            let kind = number()?.wrapping_sub(1);
            let parent = number()?.checked_sub(1).map_or(NONE, |parent| parent + records_by);
            let line = u64::from(number()?);
            let column = number()?;
            let line_from = number()? + text_by;
            let start = number()? + text_by;
            let end = number()? + start;
            let cells = number()? + cells_by;
            self.heads.push(Head { kind, parent, line, column, start, end, line_from, cells });
        }
        let mut before = 0u32;
        for _ in 0..cells {
            let step = number()?;
            let (step, kind) = (unzigzag(step >> 2), step & 3);
            let shown = before.wrapping_add(step);
            let shown_length = number()?;
            let (at, length) = match kind {
                0 => (NONE, 0),
                1 => (shown, shown_length),
                _ => (number()?, number()?),
            };
            before = shown.wrapping_add(shown_length);
            self.cells.push(Cell { at, length, shown, shown_length }.moved(text_by));
        }
        Some(())
    }
}

fn zigzag(number: u32) -> u32 {
    let number = number as i32;
    ((number << 1) ^ (number >> 31)) as u32
}

fn unzigzag(number: u32) -> u32 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

fn number_out(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn number_in(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for (at, byte) in from.iter().enumerate().take(10) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *from = from.get(at + 1..)?;
            return Some(number);
        }
    }
    None
}

/// A record to be written: the texts of its fields, in the order of the record kind's `fields`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OutRecord {
    pub kind: usize,
    pub texts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Records {
        let mut records = Records::default();
        for (line, text, parent) in [(7, "01;åäö;", None), (8, "02;x\"y", Some(0)), (9, "", Some(0))] {
            records.begin(line, 1);
            let start = records.text().len();
            records.text_mut().push_str(text);
            records.end();
            records.push(Cell::plain(start, start + 2.min(text.len())));
            records.push(Cell::plain(start, start).shown(start, start + text.len()));
            records.push(Cell::missing(start + text.len()));
            let last = records.len() - 1;
            records.set_kind(last, Some(line as usize - 7));
            records.set_parent(last, parent);
        }
        records.set_kind(2, None);
        records
    }

    #[test]
    fn what_goes_to_a_scratch_file_comes_back() {
        let records = sample();
        let mut bytes = Vec::new();
        records.write(0, 3, &mut bytes);
        let mut back = sample();
        back.read(&bytes).unwrap();
        let mut appended = sample();
        appended.append(&records);
        assert_eq!(format!("{back:?}"), format!("{appended:?}"));
        assert_eq!(
            (back.parent(3), back.parent(4), back.kind(4), back.kind(5)),
            (None, Some(3), Some(1), None)
        );
        assert_eq!((back.field(3, 0), back.field(3, 1), back.field(3, 2)), (Some("01"), Some(""), None));
        for cut in 0..bytes.len() {
            let _ = Records::default().read(&bytes[..cut]);
        }
    }

    #[test]
    fn records_agree_in_fields_with_the_same_texts() {
        let mut records = Records::default();
        let rows: [&[Option<&str>]; 7] = [
            &[Some("1"), Some("Ål"), None, Some("x"), Some("")],
            &[Some("1"), Some("Ål"), Some(""), Some("x"), None],
            &[Some("1"), Some("ål"), None, Some("x"), None],
            &[Some("1"), Some("Ål"), Some("4"), Some("x"), None],
            &[Some("1"), Some("Ål"), None, Some("y"), None],
            &[Some("11"), Some("Ål"), None, Some("x"), None],
            &[Some("1"), Some("Ål")],
        ];
        for row in rows {
            records.begin(1, 1);
            for field in row {
                let at = records.text().len();
                records.text_mut().push_str(field.unwrap_or(""));
                records.push(field.map_or(Cell::missing(at), |_| Cell::plain(at, records.text().len())));
                records.text_mut().push(';');
            }
            records.end();
        }
        let agree = |other: usize, fields: &[usize]| records.agree(0, other, fields.iter().copied());
        let all = [0, 1, 2, 3, 4];
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(|other| agree(other, &all)),
            [true, false, false, false, false, false]
        );
        assert!(agree(2, &[0, 2, 3, 4]) && agree(3, &[0, 1, 3]) && agree(4, &[0, 1, 2]) && agree(5, &[1, 3]));
        assert!(agree(6, &[0, 1, 2, 4]) && agree(6, &[9]) && agree(6, &[]));
    }

    #[test]
    fn some_of_the_records_can_be_taken() {
        let records = sample();
        let mut bytes = Vec::new();
        records.write(1, 2, &mut bytes);
        let (mut back, mut some) = (Records::default(), sample());
        back.read(&bytes).unwrap();
        some.append_some(&records, 1, 1);
        assert_eq!((back.len(), back.source(0), back.line(1), back.parent(1)), (2, "02;x\"y", 9, None));
        assert_eq!((some.len(), some.source(3), some.field(3, 0)), (4, "02;x\"y", Some("02")));
    }

    #[test]
    fn places_are_counted_in_characters_and_lines() {
        let mut records = Records::default();
        records.begin(4, 1);
        records.text_mut().push_str("åäö;\"två\nrader\"");
        records.end();
        records.push(Cell::plain(7, 7 + 3 + 1 + 6));
        let place = records.place_of_field("f", 0, 0);
        assert_eq!((place.line, place.column, place.length), (Some(4), Some(5), Some(4)));
        let place = records.place_at("f", 0, 13, 18);
        assert_eq!((place.line, place.column, place.length), (Some(5), Some(1), Some(5)));
        assert_eq!(place.source.as_deref(), Some("rader\""));
    }
}
