//! XML: elements -> records. The `quick-xml` crate cuts the markup; nothing is fetched or expanded from outside. What it
//! lets pass is checked here: a file that ends inside an element, a second root, an entity that nobody knows.

mod beside;
mod decoded;
mod paths;
mod prolog;
mod strangers;
mod tree;
mod write;

use std::io::Read;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::encoding::Noticed;
use super::layout::{FieldAt, Layout, XmlSyntax};
use super::record::Records;
use super::{DOCUMENT_BYTES_MAX, DOCUMENT_RECORDS_MAX};
use crate::fault::{Fault, Place, code};
use crate::written;
use decoded::Decoded;
use paths::{Capture, Paths};
use strangers::{Stranger, Strangers};
use tree::{Text, Tree, trimmed};

pub(super) use tree::TreeFaults;
pub(super) use write::{is_root, write};

/// How deep elements may stand in each other.
const DEPTH_MAX: usize = 200;

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
    strangers: Strangers,
    /// Some way to records was found below the root.
    reached: bool,
    /// The root element has ended.
    ended: bool,
    pub saw_anything: bool,
    tree: Tree,
    /// By hint, whether its path led somewhere from the record above.
    above: Vec<bool>,
    /// How many bytes a tree may have, with what no path leads to.
    bytes_max: usize,
}

/// An open element that some path leads to.
struct Element {
    node: usize,
    /// A record began here.
    is_record: bool,
    /// It stands in no record, and those in it are not sent, since its name is not quite that of the format file.
    misnamed: Option<Fault>,
    /// Its text, where a field wants it.
    text: Option<Text>,
    /// The first element in it that nothing reads, where its text is wanted.
    stranger: Option<(Place, String)>,
}

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
        let paths = Paths::new(layout);
        let above = vec![false; paths.hints.len()];
        reader.config_mut().trim_markup_names_in_closing_tags = true;
        Ok(XmlTrees {
            layout,
            file,
            paths,
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            unknown: 0,
            strangers: Strangers::default(),
            reached: false,
            ended: false,
            saw_anything: false,
            tree: Tree::default(),
            above,
            bytes_max: DOCUMENT_BYTES_MAX,
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

    /// What was noticed of names that are almost known, for any reader of the file.
    pub fn warnings(&mut self) -> Vec<Fault> {
        self.strangers.warnings()
    }

    /// For each field whose path led nowhere from its own records and somewhere from the one above them: which is
    /// meant?
    pub fn hints(&self) -> Vec<Fault> {
        let mut told: Vec<(usize, usize)> = Vec::new();
        let mut faults = Vec::new();
        for (number, hint) in self.paths.hints.iter().enumerate() {
            let of_kind = self.tree.met.get(hint.kind).is_some_and(|met| *met);
            let own = self.paths.hints.iter().enumerate().any(|(other, twin)| {
                (twin.kind, twin.field) == (hint.kind, hint.field)
                    && self.tree.own.get(other).is_some_and(|own| *own)
            });
            let above = self.above.get(number).is_some_and(|above| *above);
            if !of_kind || own || !above || told.contains(&(hint.kind, hint.field)) {
                continue;
            }
            told.push((hint.kind, hint.field));
            let Some(record) = self.layout.records.get(hint.kind) else { continue };
            let Some(field) = record.fields.get(hint.field) else { continue };
            let above =
                self.layout.records.get(hint.above).map(|above| above.name.as_str()).unwrap_or_default();
            let path = match &field.at {
                FieldAt::Path(to) => to.first().map(ToString::to_string).unwrap_or_default(),
                _ => String::new(),
            };
            let place = Place::file(self.file).record(&record.name).field(&field.name);
            faults.push(Fault::new(code::PATH_FITS_ABOVE).at(place).found(path).with("above", above));
        }
        faults
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
            if !self.tree.is_open() {
                self.reader.get_mut().forget();
            } else if self.reader.get_ref().length() > self.bytes_max {
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
                Next::Tree => {
                    let decoded = self.reader.get_ref();
                    return Ok(Some(self.tree.finish(self.layout, self.file, &self.paths, decoded, records)));
                }
                Next::End => return Ok(None),
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, begins: usize, records: &mut Records) -> Result<Next, Fault> {
        match event {
            Event::Start(element) => {
                self.start(element, false, begins, records)?;
                Ok(Next::On)
            }
            Event::Empty(element) => {
                self.start(element, true, begins, records)?;
                Ok(self.end(begins, records))
            }
            Event::End(_) => Ok(self.end(begins, records)),
            Event::Text(text) => {
                self.text(text, begins)?;
                Ok(Next::On)
            }
            Event::CData(data) => {
                self.piece(data, begins + "<![CDATA[".len(), true)?;
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
                self.piece(&known, begins, false)?;
                Ok(Next::On)
            }
            Event::Eof => self.eof(begins),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(Next::On),
        }
    }

    fn start(
        &mut self,
        element: &BytesStart<'_>,
        is_empty: bool,
        begins: usize,
        records: &mut Records,
    ) -> Result<(), Fault> {
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
        if self.unknown > 0 {
            self.strangers.filled();
            self.stranger_named_as_a_record(element, begins);
            self.unknown += 1;
            return Ok(());
        }
        let above = self.open.last().map_or(0, |above| above.node);
        let resolved;
        let namespace = if self.paths.namespaces {
            resolved = self.reader.resolver().resolve_element(element.name()).0;
            named(&resolved)
        } else {
            None
        };
        let mut misnamed = None;
        let node = match self.paths.child(above, local, namespace) {
            Some(node) => node,
            None if is_root => return Err(self.wrong_root(local, namespace, begins)),
            None => {
                let namespace = namespace.map(str::to_owned);
                match self.stranger(element, above, namespace.as_deref(), is_empty, begins)? {
                    Some((child, fault)) => {
                        misnamed = Some(fault);
                        child
                    }
                    None => {
                        self.unknown += 1;
                        return Ok(());
                    }
                }
            }
        };
        self.reached |= !is_root && self.paths.nodes.get(node).is_some_and(|node| node.leads);
        for hint in self.paths.nodes.get(node).into_iter().flat_map(|node| &node.hints) {
            if let Some(above) = self.above.get_mut(*hint) {
                *above = true;
            }
        }
        let start = self.paths.nodes.get(node).and_then(|node| node.start);
        if let Some(start) = start {
            let slots = self.paths.starts.get(start).map_or(0, paths::Start::slots);
            let position = self.reader.get_ref().event_position();
            let is_outermost = !self.tree.is_open();
            if !self.tree.begin_record(start, slots, begins, position, records) {
                return Err(self.too_much());
            }
            if let Some(above) = self.open.iter().find_map(|open| open.misnamed.as_ref())
                && is_outermost
            {
                self.tree.fault(above.clone());
            }
        }
        if self.tree.is_open() {
            misnamed.take().into_iter().for_each(|fault| self.tree.fault(fault));
        }
        self.attributes(element, node, begins)?;
        let wants_text = self.paths.nodes.get(node).is_some_and(|node| !node.texts.is_empty());
        let text = wants_text.then_some(Text::default());
        self.open.push(Element { node, is_record: start.is_some(), misnamed, text, stranger: None });
        Ok(())
    }

    /// An element that no path leads to: the child that it was most likely meant as, with the fault of that, or none where it is
    /// passed over.
    fn stranger(
        &mut self,
        element: &BytesStart<'_>,
        above: usize,
        namespace: Option<&str>,
        is_empty: bool,
        begins: usize,
    ) -> Result<Option<(usize, Fault)>, Fault> {
        let name = element.local_name();
        let local = name.as_ref();
        let is_bare = element.attributes().next().is_none();
        let stranger = self.strangers.of(&self.paths, above, local);
        if let Stranger::Misnamed(child) = stranger {
            // A number of orders beside them is none of them.
            if is_bare && (is_empty || self.reader.get_mut().is_text_ahead()?) {
                return Ok(None);
            }
            let place = self.reader.get_ref().place_of(begins, local.chars().count() + 1);
            return Ok(Some((child, strangers::misnamed(&self.paths, child, place, local, namespace))));
        }
        let place = || self.reader.get_ref().place_of(begins, local.chars().count() + 1);
        if let Stranger::Almost(child) = stranger {
            self.strangers.almost(place(), format!("<{local}>"), self.paths.name(child));
        }
        if !self.reached {
            self.strangers.begin(place, local, !is_bare);
        }
        self.note_in_value(local, begins);
        self.stranger_named_as_a_record(element, begins);
        Ok(None)
    }

    /// An element that nothing reads may be a part of the value that it stands in.
    fn note_in_value(&mut self, local: &str, begins: usize) {
        let wanted = self.open.last().is_some_and(|open| open.text.is_some() && open.stranger.is_none());
        if !wanted {
            return;
        }
        let place = self.reader.get_ref().place_of(begins, local.chars().count() + 1);
        if let Some(open) = self.open.last_mut() {
            open.stranger = Some((place, format!("<{local}>")));
        }
    }

    /// An element with the name of records, and with something in it, that stands where none is read.
    fn stranger_named_as_a_record(&mut self, element: &BytesStart<'_>, begins: usize) {
        let name = element.local_name();
        let local = name.as_ref();
        let place = || self.reader.get_ref().place_of(begins, local.chars().count() + 1);
        let attributes: Vec<_> = match self.paths.is_record_name(local) {
            true => element.attributes().filter_map(|attribute| Some(attribute.ok()?.key)).collect(),
            false => Vec::new(),
        };
        let attributes: Vec<_> = attributes.iter().map(|key| key.local_name()).collect();
        let attributes: Vec<&str> = attributes.iter().map(AsRef::as_ref).collect();
        self.strangers.elsewhere(&self.paths, local, &attributes, place);
    }

    fn attributes(&mut self, element: &BytesStart<'_>, place: usize, begins: usize) -> Result<(), Fault> {
        let Some(node) = self.paths.nodes.get(place) else { return Ok(()) };
        if node.attributes.is_empty() && node.attribute_hints.is_empty() {
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
            for (_, hint) in
                node.attribute_hints.iter().filter(|(step, _)| step.fits(local.as_ref(), namespace))
            {
                if let Some(above) = self.above.get_mut(*hint) {
                    *above = true;
                }
            }
            let mut known = false;
            for (step, capture) in &node.attributes {
                if step.fits(local.as_ref(), namespace) {
                    known = true;
                    let from = begins + 1 + (attribute.value.as_ptr() as usize).wrapping_sub(origin);
                    found.push((*capture, from, from + attribute.value.len()));
                }
            }
            if !known
                && let Some(almost) = self.strangers.almost_attribute(&self.paths, place, local.as_ref())
            {
                let at = begins + 1 + (attribute.key.as_ref().as_ptr() as usize).wrapping_sub(origin);
                let place = self.reader.get_ref().place_of(at, attribute.key.as_ref().chars().count());
                self.strangers.almost(place, format!("@{}", local.as_ref()), almost);
            }
        }
        for (capture, from, to) in found {
            let (taken, ..) = self.reader.get_ref().taken();
            let raw = taken.get(from..to).unwrap_or("").to_owned();
            self.allowed(&raw, from, true)?;
            let cell = if raw.contains('&') {
                let plain = match quick_xml::escape::unescape(&raw) {
                    Ok(plain) => plain.into_owned(),
                    Err(error) => return Err(self.broken(from, &error.to_string())),
                };
                self.allowed(&plain, from, false)?;
                (self.tree.join(&plain).shown(from, to), true)
            } else {
                (trimmed(&raw, from), false)
            };
            self.tree.set(&self.paths, self.reader.get_ref(), capture, cell.0, cell.1);
        }
        Ok(())
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
        self.piece(text, begins, true)
    }

    fn end(&mut self, begins: usize, records: &mut Records) -> Next {
        self.strangers.ended();
        if self.unknown > 0 {
            self.unknown -= 1;
            return Next::On;
        }
        let Some(element) = self.open.pop() else { return Next::On };
        if let (Some(text), Some((place, found))) = (&element.text, element.stranger)
            && self.tree.is_stated(self.reader.get_ref(), text)
        {
            self.tree.fault(Fault::new(code::ELEMENT_IN_VALUE).at(place).found(found));
        }
        if let Some(text) = element.text {
            self.tree.set_text(&self.paths, self.reader.get_ref(), element.node, text, begins);
        }
        self.ended |= self.open.is_empty();
        if !element.is_record {
            return Next::On;
        }
        self.tree.end_record(self.reader.get_ref().length(), records);
        if self.tree.is_open() { Next::On } else { Next::Tree }
    }

    /// Adds a piece to the text of the innermost element; `plain` if it stands in the file as it is.
    fn piece(&mut self, piece: &str, at: usize, plain: bool) -> Result<(), Fault> {
        if self.unknown > 0 || self.open.last().is_none_or(|element| element.text.is_none()) {
            return Ok(());
        }
        self.allowed(piece, at, plain)?;
        if let Some(text) = self.open.last_mut().and_then(|element| element.text.as_mut()) {
            self.tree.piece(self.reader.get_ref(), text, piece, at, plain);
        }
        Ok(())
    }

    /// Refuses the control characters that no XML file may have, as such or by reference (XML 1.0, section 2.2).
    fn allowed(&mut self, text: &str, at: usize, plain: bool) -> Result<(), Fault> {
        let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        let Some((place, byte)) = text.bytes().enumerate().find(|(_, byte)| forbidden(*byte)) else {
            return Ok(());
        };
        let at = if plain { at + place } else { at };
        Err(self.broken(at, &format!("the character U+{byte:04X} is not allowed")))
    }

    fn eof(&mut self, begins: usize) -> Result<Next, Fault> {
        if self.open.is_empty() && self.unknown == 0 {
            let nothing = (!self.reached).then(|| self.strangers.instead_of_records(&self.paths)).flatten();
            return nothing.map_or(Ok(Next::End), Err);
        }
        let place = self.reader.get_ref().place_of(begins, 1);
        Err(Fault::new(code::XML_CUT).at(place).with("depth", self.open.len() + self.unknown))
    }

    fn too_much(&self) -> Fault {
        Fault::new(code::TOO_MANY_RECORDS)
            .at(Place::file(self.file).line(self.line()))
            .with("limit", DOCUMENT_RECORDS_MAX)
            .with("bytes", self.bytes_max)
    }

    fn wrong_root(&self, local: &str, namespace: Option<&str>, begins: usize) -> Fault {
        let roots = self.paths.children(0);
        let other_namespace = roots.iter().any(|(root, _)| root.local.as_deref() == Some(local));
        let found = match namespace {
            Some(uri) if other_namespace => format!("<{local} xmlns=\"{uri}\">"),
            _ => format!("<{local}>"),
        };
        let near = written::nearest(local, roots.iter().filter_map(|(root, _)| root.local.as_deref()));
        let near = near.filter(|near| *near != local);
        let place = self.reader.get_ref().place_of(begins, local.chars().count() + 1);
        let roots: Vec<String> = roots.iter().map(|(root, _)| root.as_element(other_namespace)).collect();
        Fault::new(code::WRONG_ROOT)
            .at(place)
            .found(found)
            .with("roots", roots.join(", "))
            .with("suggestion", near.map_or_else(String::new, |near| format!(" (<{near}>?)")))
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

#[cfg(test)]
mod tests;
