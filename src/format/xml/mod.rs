//! XML: elements -> records. The `quick-xml` crate cuts the markup; nothing is fetched or expanded from outside. What it
//! lets pass is checked here: a file that ends inside an element, a second root, an entity that nobody knows.

mod beside;
mod decoded;
mod paths;
mod prolog;
mod write;

use std::borrow::Cow;
use std::io::Read;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::encoding::Noticed;
use super::layout::{Layout, RecordUse, XmlSyntax};
use super::record::{Cell, Records};
use super::rows;
use super::{DOCUMENT_BYTES_MAX, DOCUMENT_RECORDS_MAX};
use crate::fault::{Fault, Place, code};
use crate::written;
use decoded::Decoded;
use paths::{Capture, Paths};

pub(super) use write::write;

/// How deep elements may stand in each other.
const DEPTH_MAX: usize = 200;

/// How many faults of one tree of records are told.
const FAULTS_MAX: usize = 100;

/// The records of an XML file, a tree at a time: a record that stands under no other, with all below it.
pub(super) struct XmlTrees<'i> {
    layout: &'i Layout,
    file: &'i str,
    paths: Paths,
    reader: NsReader<Decoded<'i>>,
    buffer: Vec<u8>,
    /// The elements that are open, from the root on.
    open: Vec<Element>,
    /// How many elements are open that no path leads to; all below one are passed over.
    unknown: usize,
    /// The root element has ended.
    ended: bool,
    pub saw_anything: bool,
    tree: Tree,
}

/// An open element that some path leads to.
struct Element {
    node: usize,
    /// A record began here.
    is_record: bool,
    /// Its text, where a field wants it.
    text: Option<Text>,
}

/// The text of an element as far as it was read.
#[derive(Clone, Copy, Default)]
struct Text {
    /// Its first piece in the text of the tree.
    from: usize,
    to: usize,
    /// Where its pieces are put together, if they stand apart or hold references.
    joined: Option<(usize, usize)>,
    pieces: usize,
}

/// The records that are being read.
#[derive(Default)]
struct Tree {
    /// Open records: the record, its start, and its first value.
    open: Vec<(usize, usize, usize)>,
    /// For each record, its start and its first value.
    records: Vec<(usize, usize)>,
    values: Vec<Option<Cell>>,
    /// Texts that do not stand in the file as such, and the values that they are of.
    joined: String,
    joined_values: Vec<usize>,
    faults: Vec<(usize, Fault)>,
}

/// What one tree came to: the faults of its records, by their places.
pub(super) type TreeFaults = Vec<(usize, Fault)>;

impl<'i> XmlTrees<'i> {
    /// # Errors
    /// The file cannot be read, or declares an encoding that nobody knows.
    pub fn new(
        layout: &'i Layout,
        syntax: &'i XmlSyntax,
        file: &'i str,
        input: &'i mut dyn Read,
    ) -> Result<XmlTrees<'i>, Fault> {
        let forced = (!syntax.declared).then_some(&layout.encoding);
        let mut reader = NsReader::from_reader(Decoded::new(file, forced, input)?);
        reader.config_mut().trim_markup_names_in_closing_tags = true;
        Ok(XmlTrees {
            layout,
            file,
            paths: Paths::new(layout),
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            unknown: 0,
            ended: false,
            saw_anything: false,
            tree: Tree::default(),
        })
    }

    /// The line that was read last.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().event_position().0
    }

    /// What was noticed of the characters of the file.
    pub fn noticed(&self) -> Vec<Noticed> {
        self.reader.get_ref().noticed()
    }

    /// Whether the end of the file, once reached, cut a character in two.
    pub fn is_cut(&self) -> bool {
        self.reader.get_ref().cut
    }

    /// The next tree, put in `records`, which is empty.
    ///
    /// # Errors
    /// A fault of the file as a whole: it cannot be read, is not well-formed, ends inside an element, or is over a limit.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<TreeFaults>, Fault> {
        loop {
            if self.tree.open.is_empty() {
                self.reader.get_mut().forget();
            } else if self.reader.get_ref().length() > DOCUMENT_BYTES_MAX {
                // What no path leads to is kept with its record too, to be shown.
                return Err(self.too_much());
            }
            let begins = self.reader.get_ref().length();
            self.reader.get_mut().begin_event();
            self.buffer.clear();
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = self.reader.read_event_into(&mut buffer);
            let done = match event {
                Ok(event) => self.event(&event, begins, records),
                Err(error) => Err(self.broken(begins, &error.to_string())),
            };
            self.buffer = buffer;
            match done? {
                Next::On => {}
                Next::Tree => return Ok(Some(self.finish(records))),
                Next::End => return Ok(None),
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, begins: usize, records: &mut Records) -> Result<Next, Fault> {
        match event {
            Event::Start(element) => {
                self.start(element, begins, records)?;
                Ok(Next::On)
            }
            Event::Empty(element) => {
                self.start(element, begins, records)?;
                Ok(self.end(begins, records))
            }
            Event::End(_) => Ok(self.end(begins, records)),
            Event::Text(text) => {
                self.text(text, begins)?;
                Ok(Next::On)
            }
            Event::CData(data) => {
                self.piece(data, begins + "<![CDATA[".len(), true);
                Ok(Next::On)
            }
            Event::GeneralRef(reference) => {
                let known = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character.to_string()),
                    Ok(None) => quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned),
                    Err(_) => None,
                };
                let Some(known) = known else {
                    let place = self.reader.get_ref().place_of(begins, reference.chars().count() + 2);
                    let found = format!("&{};", &**reference);
                    return Err(Fault::new(code::UNKNOWN_ENTITY).at(place).found(found));
                };
                self.piece(&known, begins, false);
                Ok(Next::On)
            }
            Event::Eof => self.eof(begins),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(Next::On),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, begins: usize, records: &mut Records) -> Result<(), Fault> {
        self.saw_anything = true;
        let name = element.local_name();
        let local = name.as_ref();
        let is_root = self.open.is_empty() && self.unknown == 0;
        if is_root && self.ended {
            let place = self.reader.get_ref().place_of(begins, local.chars().count() + 1);
            return Err(Fault::new(code::SECOND_ROOT).at(place).found(format!("<{local}>")));
        }
        if self.open.len() + self.unknown >= DEPTH_MAX {
            let place = self.reader.get_ref().place_of(begins, 1);
            return Err(Fault::new(code::TOO_DEEP).at(place).with("limit", DEPTH_MAX));
        }
        let node = if self.unknown > 0 {
            None
        } else {
            let above = self.open.last().map_or(0, |above| above.node);
            let resolved;
            let namespace = if self.paths.namespaces {
                resolved = self.reader.resolver().resolve_element(element.name()).0;
                named(&resolved)
            } else {
                None
            };
            self.paths.child(above, local, namespace)
        };
        let Some(node) = node else {
            if is_root {
                return Err(self.wrong_root(local, begins));
            }
            self.unknown += 1;
            return Ok(());
        };
        let is_record = self.begin_record(node, begins, records)?;
        self.attributes(element, node, begins)?;
        let wants_text = self.paths.nodes.get(node).is_some_and(|node| !node.texts.is_empty());
        let text = wants_text.then_some(Text::default());
        self.open.push(Element { node, is_record, text });
        Ok(())
    }

    fn begin_record(&mut self, node: usize, begins: usize, records: &mut Records) -> Result<bool, Fault> {
        let Some(start) = self.paths.nodes.get(node).and_then(|node| node.start) else { return Ok(false) };
        if self.tree.records.len() >= DOCUMENT_RECORDS_MAX {
            return Err(self.too_much());
        }
        let tree = &mut self.tree;
        let record = tree.records.len();
        let first = tree.values.len();
        tree.values.resize(first + self.paths.starts.get(start).map_or(0, |start| start.slots()), None);
        let (line, column) = self.reader.get_ref().event_position();
        records.begin_at(line, column, begins);
        records.set_parent(record, tree.open.last().map(|(above, ..)| *above));
        tree.records.push((start, first));
        tree.open.push((record, start, first));
        Ok(true)
    }

    fn attributes(&mut self, element: &BytesStart<'_>, node: usize, begins: usize) -> Result<(), Fault> {
        let Some(node) = self.paths.nodes.get(node) else { return Ok(()) };
        if node.attributes.is_empty() {
            return Ok(());
        }
        // The name and the attributes stand in the file as they stand in the event, behind the `<`.
        let text: &str = element;
        let origin = text.as_ptr() as usize;
        let mut found: Vec<(Capture, usize, usize)> = Vec::new();
        for attribute in element.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => return Err(self.broken(begins, &error.to_string())),
            };
            let resolved;
            let namespace = if self.paths.namespaces {
                resolved = self.reader.resolver().resolve_attribute(attribute.key).0;
                named(&resolved)
            } else {
                None
            };
            let local = attribute.key.local_name();
            for (step, capture) in &node.attributes {
                if step.fits(local.as_ref(), namespace) {
                    let from = begins + 1 + (attribute.value.as_ptr() as usize).wrapping_sub(origin);
                    found.push((*capture, from, from + attribute.value.len()));
                }
            }
        }
        for (capture, from, to) in found {
            let (taken, ..) = self.reader.get_ref().taken();
            let raw = taken.get(from..to).unwrap_or("");
            let cell = if raw.contains('&') {
                let plain = match quick_xml::escape::unescape(raw) {
                    Ok(plain) => plain.into_owned(),
                    Err(error) => return Err(self.broken(from, &error.to_string())),
                };
                let at = self.tree.joined.len();
                self.tree.joined.push_str(&plain);
                (Cell::plain(at, at + plain.len()).shown(from, to), true)
            } else {
                (trimmed(raw, from), false)
            };
            self.set(capture, cell.0, cell.1);
        }
        Ok(())
    }

    /// Sets a value of the innermost open record of its start.
    fn set(&mut self, capture: Capture, cell: Cell, joined: bool) {
        let tree = &mut self.tree;
        let Some((record, _, first)) = tree.open.iter().rev().find(|(_, start, _)| *start == capture.start)
        else {
            return;
        };
        let (record, place) = (*record, first + capture.slot);
        let Some(value) = tree.values.get_mut(place) else { return };
        if value.is_none() {
            *value = Some(cell);
            if joined {
                tree.joined_values.push(place);
            }
            return;
        }
        if tree.faults.len() < FAULTS_MAX {
            let name = self.paths.starts.get(capture.start).map(|start| start.name(capture.slot));
            let length = (cell.shown_length as usize).max(1);
            let place = self.reader.get_ref().place_of(cell.shown as usize, length);
            let fault = Fault::new(code::ELEMENT_REPEATED).at(place).found(name.unwrap_or_default());
            tree.faults.push((record, fault));
        }
    }

    fn text(&mut self, text: &str, begins: usize) -> Result<(), Fault> {
        if self.open.is_empty() && self.unknown == 0 {
            let bare = text.trim_matches(|character: char| {
                character.is_whitespace() || matches!(character, '\0' | '\u{1a}' | '\u{feff}')
            });
            if !bare.is_empty() {
                let at = begins + (text.len() - text.trim_start().len());
                let place = self.reader.get_ref().place_of(at, bare.len());
                self.saw_anything = true;
                let found: String = bare.chars().take(40).collect();
                return Err(Fault::new(code::TEXT_OUTSIDE_ROOT).at(place).found(found));
            }
            return Ok(());
        }
        self.piece(text, begins, true);
        Ok(())
    }

    /// Adds a piece to the text of the innermost element; `plain` if it stands in the file as it is.
    fn piece(&mut self, piece: &str, at: usize, plain: bool) {
        if self.unknown > 0 {
            return;
        }
        let Some(text) = self.open.last_mut().and_then(|element| element.text.as_mut()) else { return };
        let tree = &mut self.tree;
        let end = self.reader.get_ref().length();
        if text.pieces == 0 && plain && !piece.contains('\r') {
            (text.from, text.to) = (at, at + piece.len());
        } else {
            if text.joined.is_none() {
                let (taken, ..) = self.reader.get_ref().taken();
                let before = tree.joined.len();
                if text.pieces > 0 {
                    tree.joined.push_str(taken.get(text.from..text.to).unwrap_or(""));
                } else {
                    text.from = at;
                }
                text.joined = Some((before, tree.joined.len()));
            }
            // Only the innermost element's text grows, so its pieces follow each other.
            tree.joined.push_str(&if plain { line_ends(piece) } else { Cow::Borrowed(piece) });
            if let Some((_, to)) = &mut text.joined {
                *to = tree.joined.len();
            }
            text.to = end;
        }
        text.pieces += 1;
    }

    fn end(&mut self, begins: usize, records: &mut Records) -> Next {
        if self.unknown > 0 {
            self.unknown -= 1;
            return Next::On;
        }
        let Some(element) = self.open.pop() else { return Next::On };
        if let Some(text) = element.text {
            self.set_text(element.node, text, begins);
        }
        self.ended |= self.open.is_empty();
        if !element.is_record {
            return Next::On;
        }
        if let Some((record, ..)) = self.tree.open.pop() {
            records.end_at(record, self.reader.get_ref().length());
        }
        if self.tree.open.is_empty() { Next::Tree } else { Next::On }
    }

    fn set_text(&mut self, node: usize, text: Text, begins: usize) {
        let captures = self.paths.nodes.get(node).map(|node| node.texts.clone()).unwrap_or_default();
        let (cell, joined) = match text.joined {
            Some((from, to)) => {
                let whole = self.tree.joined.get(from..to).unwrap_or("");
                let cell = trimmed(whole, from).shown(text.from, text.to);
                (cell, true)
            }
            None if text.pieces == 0 => (Cell::plain(begins, begins), false),
            None => {
                let (taken, ..) = self.reader.get_ref().taken();
                (trimmed(taken.get(text.from..text.to).unwrap_or(""), text.from), false)
            }
        };
        for capture in captures {
            self.set(capture, cell, joined);
        }
    }

    /// Gives the records of a tree their text, kinds and fields.
    fn finish(&mut self, records: &mut Records) -> TreeFaults {
        let mut tree = std::mem::take(&mut self.tree);
        let (taken, ..) = self.reader.get_ref().taken();
        records.text_mut().push_str(taken);
        let by = records.text().len();
        records.text_mut().push_str(&tree.joined);
        for place in tree.joined_values.drain(..) {
            if let Some(Some(cell)) = tree.values.get_mut(place) {
                *cell = Cell { at: super::record::narrow(cell.at as usize + by), ..*cell };
            }
        }
        let mut faults = std::mem::take(&mut tree.faults);
        for (record, (start, first)) in tree.records.iter().enumerate() {
            let Some(start) = self.paths.starts.get(*start) else { continue };
            let values = tree.values.get(*first..).unwrap_or_default();
            let text = |slot: usize| {
                let cell = values.get(slot).copied().flatten();
                cell.map_or("", |cell| records.text_of(&cell))
            };
            let fits = |conditions: &Vec<(usize, Vec<String>)>| {
                conditions.iter().all(|(slot, is)| is.iter().any(|is| is == text(*slot)))
            };
            let told =
                |place: &usize| start.conditions.get(*place).is_some_and(|all| !all.is_empty() && fits(all));
            let any = |place: &usize| start.conditions.get(*place).is_some_and(Vec::is_empty);
            let place = (0..start.kinds.len()).find(told).or_else(|| (0..start.kinds.len()).find(any));
            let kind = place.and_then(|place| start.kinds.get(place)).copied();
            let kind = kind.filter(|kind| rows::may_come(self.layout, *kind));
            records.set_kind(record, kind);
            records.fields_of(record);
            let end = records.source_range(record).map_or(0, |range| range.start);
            for slot in place.and_then(|place| start.fields.get(place)).into_iter().flatten() {
                let cell = slot.and_then(|slot| values.get(slot).copied().flatten());
                records.push(cell.unwrap_or(Cell::missing(end)));
            }
            if kind.is_none() && !faults.iter().any(|(faulty, _)| *faulty == record) {
                faults.push((record, self.unknown_kind(records, record, start, values)));
            }
        }
        let without_parent = beside::find_parents(self.layout, self.file, records);
        // Where another fault is known, it may be the reason.
        if faults.is_empty() {
            faults = without_parent;
        }
        for (at, hex) in &self.reader.get_ref().bad {
            let record = (0..records.len())
                .rev()
                .find(|record| records.source_range(*record).is_some_and(|range| range.contains(at)));
            if let Some(record) = record.filter(|_| faults.len() < FAULTS_MAX) {
                let place = records.place_at(self.file, record, *at, at + 3);
                faults.push((record, Fault::new(code::UNDECODABLE_BYTES).at(place).found(hex)));
            }
        }
        faults.sort_by_key(|(record, _)| *record);
        tree.values.clear();
        tree.records.clear();
        tree.joined.clear();
        self.tree = tree;
        faults
    }

    fn unknown_kind(
        &self,
        records: &Records,
        record: usize,
        start: &paths::Start,
        values: &[Option<Cell>],
    ) -> Fault {
        let mut kinds: Vec<String> = start
            .kinds
            .iter()
            .zip(&start.conditions)
            .filter(|(kind, _)| rows::may_come(self.layout, **kind))
            .filter_map(|(kind, conditions)| {
                let name = &self.layout.records.get(*kind)?.name;
                let told: Vec<String> = conditions
                    .iter()
                    .map(|(slot, is)| format!("{}: \"{}\"", start.name(*slot), is.join("\", \"")))
                    .collect();
                Some(format!("{name} ({})", told.join(", ")))
            })
            .collect();
        if kinds.is_empty() {
            let known = self.layout.records.iter().filter(|record| record.use_ != RecordUse::Refuse);
            kinds = known.map(|record| record.name.clone()).collect();
        }
        let slot = start.conditions.iter().flatten().map(|(slot, _)| *slot).next();
        let cell = slot.and_then(|slot| values.get(slot).copied().flatten());
        let (place, found) = match cell {
            Some(cell) => (records.place_of_cell(self.file, record, &cell), records.text_of(&cell)),
            None => (records.place(self.file, record), records.source(record)),
        };
        Fault::new(code::UNKNOWN_RECORD)
            .at(place)
            .found(rows::beginning(found))
            .with("kinds", kinds.join(", "))
    }

    fn eof(&mut self, begins: usize) -> Result<Next, Fault> {
        if self.open.is_empty() && self.unknown == 0 {
            return Ok(Next::End);
        }
        let place = self.reader.get_ref().place_of(begins, 1);
        Err(Fault::new(code::XML_CUT).at(place).with("depth", self.open.len() + self.unknown))
    }

    fn too_much(&self) -> Fault {
        Fault::new(code::TOO_MANY_RECORDS)
            .at(Place::file(self.file).line(self.line()))
            .with("limit", DOCUMENT_RECORDS_MAX)
            .with("bytes", DOCUMENT_BYTES_MAX)
    }

    fn wrong_root(&self, found: &str, begins: usize) -> Fault {
        let roots = self.paths.roots();
        let place = self.reader.get_ref().place_of(begins, found.chars().count() + 1);
        Fault::new(code::WRONG_ROOT)
            .at(place)
            .found(format!("<{found}>"))
            .with("roots", roots.iter().map(|root| format!("<{root}>")).collect::<Vec<_>>().join(", "))
            .with("suggestion", written::suggestion(found, roots.iter().map(String::as_str)))
    }

    fn broken(&mut self, at: usize, reason: &str) -> Fault {
        if let Some(failed) = self.reader.get_mut().failed.take() {
            return failed;
        }
        let place = self.reader.get_ref().place_of(at, 1);
        let found: String = place
            .source
            .as_deref()
            .unwrap_or("")
            .chars()
            .skip(usize::try_from(place.column.unwrap_or(1) - place.source_column.unwrap_or(1)).unwrap_or(0))
            .take(20)
            .collect();
        Fault::new(code::NOT_WELL_FORMED).at(place).found(found).with("reason", reason)
    }
}

/// What follows an event.
enum Next {
    On,
    /// The outermost record has ended.
    Tree,
    End,
}

fn named<'n>(resolved: &'n ResolveResult<'_>) -> Option<&'n str> {
    match resolved {
        ResolveResult::Bound(namespace) => Some(namespace.as_ref()),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
    }
}

/// A text as XML hands it on: its line ends are LF.
fn line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// A text without the blanks round it.
fn trimmed(text: &str, at: usize) -> Cell {
    let left = text.trim_start();
    let from = at + (text.len() - left.len());
    Cell::plain(from, from + left.trim_end().len())
}

#[cfg(test)]
mod tests;
