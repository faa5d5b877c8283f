//! Records -> XML. A record is an element at its path, with its attributes, its own text and the elements of its fields;
//! what stands under it follows inside it. What shares a way stands in one element, where that first came. Fields without
//! a text are left out.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::fault::{Fault, Place, code};
use crate::format::bytes_out::BytesOut;
use crate::format::layout::{FieldAt, Layout, Newline, RecordLayout, Step, XmlPath};
use crate::format::record::OutRecord;

/// Whether the elements of a record kind are roots, of which a file has one.
pub(in crate::format) fn is_root(layout: &Layout, kind: usize) -> bool {
    layout.records.get(kind).is_some_and(|kind| path_of(layout, kind).len() == 1)
}

/// Writes records as one XML file, with its declaration. What the encoding that it declares lacks is written as a
/// reference by number, which every reader of XML knows.
///
/// # Errors
/// A fault of the operator: a second root.
pub(in crate::format) fn write(
    layout: &Layout,
    records: &[OutRecord],
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    let failed =
        |error| Fault::new(code::VALUE_CANNOT_BE_WRITTEN).found(format!("{error}")).with("expected", "XML");
    let of_roots: Vec<usize> = (0..layout.records.len()).filter(|kind| is_root(layout, *kind)).collect();
    let mut roots = records.iter().filter(|record| of_roots.contains(&record.kind));
    if let Some(second) = roots.nth(1) {
        let name = layout.records.get(second.kind).map(|kind| kind.name.as_str()).unwrap_or_default();
        let found = second.texts.iter().find(|text| !text.is_empty()).map_or("", String::as_str);
        return Err(Fault::new(code::RECORD_CANNOT_BE_WRITTEN)
            .at(Place::default().record(name))
            .found(found)
            .with("expected", "one root, and no second document in one file"));
    }
    let encoding = match layout.encoding.name() {
        "utf-16le" | "utf-16be" => "utf-16",
        name => name,
    };
    // Readers that take Latin-1 by the letter have none of the signs that others read in it.
    let has = |character: char| match encoding {
        "iso-8859-1" => character <= '\u{ff}',
        _ => layout.encoding.has(character),
    };
    let text = text(layout, encoding, records).map_err(failed)?;
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() || has(character) {
            written.push(character);
        } else {
            written.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    out.push(&written)
}

fn text(layout: &Layout, encoding: &str, records: &[OutRecord]) -> std::io::Result<String> {
    let paths: Vec<Vec<Step>> = layout.records.iter().map(|kind| path_of(layout, kind)).collect();
    let mut whole = Element::default();
    for record in records {
        let (Some(kind), Some(path)) = (layout.records.get(record.kind), paths.get(record.kind)) else {
            continue;
        };
        let fields = kind.fields.iter().zip(&record.texts).filter_map(|(field, text)| match &field.at {
            FieldAt::Path(paths) if !text.is_empty() => Some((paths.first()?, text.as_str())),
            _ => None,
        });
        let Some((own, above)) = path.split_last() else { continue };
        let Some(element) = whole.below(above).map(|above| above.add(own)) else { continue };
        fields.for_each(|(path, text)| element.put(path, text));
    }
    if records.is_empty() {
        // A file without records still has its root.
        whole.below(paths.first().and_then(|path| path.get(..1)).unwrap_or_default());
    }
    for root in &mut whole.elements {
        let declared = namespaces(layout).into_iter();
        root.attributes.splice(0..0, declared.map(|(prefix, uri)| (format!("xmlns:{prefix}"), uri)));
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some(encoding), None)))?;
    whole.elements.iter().try_for_each(|root| root.write(&mut writer))?;
    let text = String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)?;
    let newline = if layout.newline == Newline::CrLf { "\r\n" } else { "\n" };
    let mut text = text.replace('\n', newline);
    text.push_str(newline);
    Ok(text)
}

/// The steps from the root to the elements of a record kind: the first of its paths.
fn path_of(layout: &Layout, kind: &RecordLayout) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut chain = Vec::new();
    let mut kind = Some(kind);
    // A kind stands under others that are written above it, so this ends.
    for _ in 0..=layout.records.len() {
        let Some(here) = kind else { break };
        chain.extend(here.path.first());
        kind = here.under.first().and_then(|above| layout.records.get(*above));
    }
    for path in chain.into_iter().rev() {
        steps.truncate(steps.len().saturating_sub(path.up));
        steps.extend(path.steps.iter().cloned());
    }
    steps
}

/// An element, or at the top what stands round the root.
#[derive(Default)]
struct Element<'r> {
    name: String,
    attributes: Vec<(String, String)>,
    text: Option<&'r str>,
    elements: Vec<Element<'r>>,
}

impl<'r> Element<'r> {
    fn add(&mut self, step: &Step) -> &mut Element<'r> {
        let element = Element { name: step.to_string(), ..Element::default() };
        self.elements.push_mut(element)
    }

    /// The element that the steps lead to, of several the last; those that are not there are added.
    fn below(&mut self, steps: &[Step]) -> Option<&mut Element<'r>> {
        steps.iter().try_fold(self, |element, step| {
            let name = step.to_string();
            let known = element.elements.iter().rposition(|known| known.name == name);
            let place = known.unwrap_or_else(|| {
                element.add(step);
                element.elements.len().saturating_sub(1)
            });
            element.elements.get_mut(place)
        })
    }

    /// Puts a field's text where its path leads to from the element of its record.
    fn put(&mut self, path: &XmlPath, text: &'r str) {
        let Some(element) = self.below(&path.steps) else { return };
        match (&path.attribute, path.steps.split_last()) {
            (Some(attribute), _) => element.attributes.push((attribute.to_string(), text.to_owned())),
            // A second text of one path has an element of its own.
            (None, Some((last, above))) if element.text.is_some() => {
                if let Some(above) = self.below(above) {
                    above.add(last).text = Some(text);
                }
            }
            (None, _) => element.text = Some(text),
        }
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let mut start = BytesStart::new(self.name.as_str());
        for (name, value) in &self.attributes {
            start.push_attribute((name.as_str(), value.as_str()));
        }
        if self.text.is_none() && self.elements.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if let Some(text) = self.text {
            writer.write_event(Event::Text(BytesText::new(text)))?;
        }
        self.elements.iter().try_for_each(|element| element.write(writer))?;
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }
}

/// The prefixes that the paths of a layout name, each once.
fn namespaces(layout: &Layout) -> Vec<(String, String)> {
    let records = layout.records.iter();
    let of_records = records.clone().flat_map(|record| record.path.iter().flat_map(|path| &path.steps));
    let of_fields = records.flat_map(|record| &record.fields).flat_map(|field| match &field.at {
        FieldAt::Path(paths) => {
            paths.iter().take(1).flat_map(|path| path.steps.iter().chain(&path.attribute)).collect()
        }
        _ => Vec::new(),
    });
    let mut named: Vec<(String, String)> = Vec::new();
    for namespace in of_records.chain(of_fields).filter_map(|step| step.namespace.clone()) {
        if !named.contains(&namespace) {
            named.push(namespace);
        }
    }
    named
}
