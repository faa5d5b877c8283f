//! Records -> XML. A record is an element at its path, with its attributes and the elements of its fields; what stands
//! under it follows inside it. Fields without a text are left out.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::fault::{Fault, code};
use crate::format::bytes_out::BytesOut;
use crate::format::layout::{FieldAt, Layout, Newline, Step, XmlPath};
use crate::format::record::OutRecord;

/// Writes records as one XML file, with its declaration. What its encoding lacks is written as a reference by number, which
/// every reader of XML knows.
///
/// # Errors
/// Nothing but what the memory that it is written to could refuse.
pub(in crate::format) fn write(
    layout: &Layout,
    records: &[OutRecord],
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    let failed =
        |error| Fault::new(code::VALUE_CANNOT_BE_WRITTEN).found(format!("{error}")).with("expected", "XML");
    let text = text(layout, records).map_err(failed)?;
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() || layout.encoding.has(character) {
            written.push(character);
        } else {
            written.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    out.push(&written)
}

fn text(layout: &Layout, records: &[OutRecord]) -> std::io::Result<String> {
    let mut writer =
        Elements { writer: Writer::new_with_indent(Vec::new(), b' ', 2), layout, open: Vec::new() };
    let declaration = BytesDecl::new("1.0", Some(encoding_name(layout)), None);
    writer.writer.write_event(Event::Decl(declaration))?;
    for record in records {
        writer.record(record)?;
    }
    if records.is_empty() {
        // A file without records still has its root.
        let root: Vec<Step> =
            layout.records.first().map(|kind| path_of(layout, kind.name.as_str())).unwrap_or_default();
        writer.open_to(root.get(..1).unwrap_or_default(), 0, &[])?;
    }
    writer.close_to(0)?;
    let text = String::from_utf8(writer.writer.into_inner()).map_err(std::io::Error::other)?;
    let newline = if layout.newline == Newline::CrLf { "\r\n" } else { "\n" };
    let mut text = text.replace('\n', newline);
    text.push_str(newline);
    Ok(text)
}

/// The name of the encoding as XML files write it.
fn encoding_name(layout: &Layout) -> &str {
    match layout.encoding.name() {
        "utf-16le" | "utf-16be" => "utf-16",
        name => name,
    }
}

/// The steps from the root to the elements of a record kind: the first of its paths.
fn path_of(layout: &Layout, name: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut chain = Vec::new();
    let mut kind = layout.records.iter().find(|kind| kind.name == name);
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

struct Elements<'w> {
    writer: Writer<Vec<u8>>,
    layout: &'w Layout,
    /// The elements that are open, from the root on.
    open: Vec<Step>,
}

impl Elements<'_> {
    fn record(&mut self, record: &OutRecord) -> std::io::Result<()> {
        let Some(kind) = self.layout.records.get(record.kind) else { return Ok(()) };
        let path = path_of(self.layout, &kind.name);
        let fields: Vec<(&XmlPath, &str)> = kind
            .fields
            .iter()
            .zip(&record.texts)
            .filter_map(|(field, text)| match &field.at {
                FieldAt::Path(paths) if !text.is_empty() => Some((paths.first()?, text.as_str())),
                _ => None,
            })
            .collect();
        // All but the last element may already be open; a record is an element of its own.
        let may_stay = path.len().saturating_sub(1);
        let stays =
            self.open.iter().zip(&path).take(may_stay).take_while(|(open, step)| open == step).count();
        self.close_to(stays)?;
        self.open_to(&path, stays, &attributes_of(&fields, &[]))?;
        let base = self.open.len();
        for (place, (field, text)) in fields.iter().enumerate() {
            let target: Vec<Step> = path.iter().chain(&field.steps).cloned().collect();
            if field.attribute.is_some() {
                // Attributes were written with their element, unless nothing else opened it.
                if !field.steps.is_empty()
                    && !fields.iter().take(place).any(|(before, _)| before.steps == field.steps)
                {
                    let has_text = fields
                        .iter()
                        .any(|(other, _)| other.steps == field.steps && other.attribute.is_none());
                    if !has_text {
                        self.element(&target, base, &attributes_of(&fields, &field.steps), None)?;
                    }
                }
                continue;
            }
            if field.steps.is_empty() {
                self.writer.write_event(Event::Text(BytesText::new(text)))?;
                continue;
            }
            self.element(&target, base, &attributes_of(&fields, &field.steps), Some(text))?;
        }
        self.close_to(base)
    }

    /// Writes a whole element of a field, below the record's own.
    fn element(
        &mut self,
        target: &[Step],
        base: usize,
        attributes: &[(String, String)],
        text: Option<&str>,
    ) -> std::io::Result<()> {
        let may_stay = target.len().saturating_sub(1);
        let stays =
            self.open.iter().zip(target).take(may_stay).take_while(|(open, step)| open == step).count();
        self.close_to(stays.max(base))?;
        let Some((last, above)) = target.split_last() else { return Ok(()) };
        self.open_to(above, self.open.len(), &[])?;
        let mut element = BytesStart::new(last.to_string());
        for (name, value) in attributes {
            element.push_attribute((name.as_str(), value.as_str()));
        }
        match text {
            None => self.writer.write_event(Event::Empty(element)),
            Some(text) => {
                self.writer.write_event(Event::Start(element))?;
                self.writer.write_event(Event::Text(BytesText::new(text)))?;
                self.writer.write_event(Event::End(BytesEnd::new(last.to_string())))
            }
        }
    }

    /// Opens the elements of a path that are not open yet; the last gets the attributes.
    fn open_to(
        &mut self,
        path: &[Step],
        from: usize,
        attributes: &[(String, String)],
    ) -> std::io::Result<()> {
        for (depth, step) in path.iter().enumerate().skip(from) {
            let mut element = BytesStart::new(step.to_string());
            if depth == 0 {
                for (prefix, namespace) in namespaces(self.layout) {
                    element.push_attribute((format!("xmlns:{prefix}").as_str(), namespace.as_str()));
                }
            }
            if depth + 1 == path.len() {
                for (name, value) in attributes {
                    element.push_attribute((name.as_str(), value.as_str()));
                }
            }
            self.writer.write_event(Event::Start(element))?;
            self.open.push(step.clone());
        }
        Ok(())
    }

    fn close_to(&mut self, depth: usize) -> std::io::Result<()> {
        while self.open.len() > depth {
            let Some(step) = self.open.pop() else { break };
            self.writer.write_event(Event::End(BytesEnd::new(step.to_string())))?;
        }
        Ok(())
    }
}

/// The attributes of the element that the steps lead to.
fn attributes_of(fields: &[(&XmlPath, &str)], steps: &[Step]) -> Vec<(String, String)> {
    let own = fields.iter().filter(|(path, _)| path.steps == steps);
    own.filter_map(|(path, text)| Some((path.attribute.as_ref()?.to_string(), (*text).to_owned()))).collect()
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
