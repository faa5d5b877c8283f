//! What a file is, for an author who has one and no format file yet: encoding, records, columns, documents, and a
//! first format file.
//!
//! Findings are data; `cli` says them. Nothing here is asked for when files are read: a guess is a person's to confirm
//! (erp-file-formats, chapters 1 and 3).

mod column;
mod delimited;
mod document;
mod draft;
mod elements;
mod fixed;
mod known;
mod outline;
mod record_types;
mod sample;
mod tags;
mod text;
mod trial;
mod words;

use serde::Serialize;

pub(crate) use super::foreign::Foreign;
pub(crate) use column::{Column, Holds, NumberStyle};
pub(crate) use delimited::{Csv, Quotes};
pub(crate) use draft::{Draft, LeftWhy, Part, Why, toml_text};
pub(crate) use fixed::Fixed;
pub(crate) use known::Interface;
pub(crate) use outline::{Edifact, Json, Labels, Occurs, Tagged, Xml};
pub(crate) use record_types::RecordType;
pub(crate) use sample::{Sample, WHOLE_BYTES, ranges};
pub(crate) use text::LineEnds;
pub(crate) use trial::{Trial, best_first, try_format};

use super::encoding::Candidate;
use document::Kind;
use draft::Ground;
use text::{Decoded, Line};

/// What a file is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Findings {
    /// How many bytes it has.
    pub size: u64,
    /// How many of them were looked at.
    pub looked_at: u64,
    /// What they are.
    pub is: Nature,
}

/// What a file is at all.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "nature")]
pub(crate) enum Nature {
    /// It has no byte.
    Empty,
    /// Blanks, line ends and end marks only.
    Blank,
    /// No file of records.
    Foreign {
        /// But what.
        kind: Foreign,
    },
    /// A file of records.
    Text(Box<TextFile>),
}

/// A file of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct TextFile {
    /// The encoding that is taken: the first of the candidates.
    pub encoding: &'static str,
    /// What it may be, the likeliest first.
    #[serde(skip)]
    pub encodings: Vec<Candidate>,
    /// Places with bytes that are no character in it.
    pub undecodable: usize,
    /// It begins with a byte order mark.
    pub byte_order_mark: bool,
    /// How lines end.
    pub line_ends: LineEnds,
    /// It ends with 0x1A.
    pub end_mark: bool,
    /// NUL bytes.
    pub zeros: usize,
    /// Form feeds.
    pub form_feeds: usize,
    /// The interface that its marks show.
    pub interface: Option<Interface>,
    /// How its records are built.
    pub syntax: Syntax,
    /// What documents it may have, the likeliest first.
    pub documents: Vec<Kind>,
    /// A first format file.
    #[serde(skip)]
    pub draft: Option<Draft>,
}

/// How records are built.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum Syntax {
    /// Fields with a delimiter between them.
    Csv(Csv),
    /// Lines of label and value, then such fields.
    Labelled {
        /// The lines before.
        labels: Labels,
        /// The table.
        table: Csv,
    },
    /// Fields at fixed places.
    Fixed(Fixed),
    /// XML.
    Xml(Xml),
    /// JSON.
    Json(Json),
    /// EDIFACT.
    Edifact(Edifact),
    /// Lines of tag and value.
    Tagged(Tagged),
    /// Lines in which nothing stands at the same place.
    Unclear,
}

/// Says what a file is.
pub(crate) fn sniff(sample: &Sample<'_>) -> Findings {
    let pieces: usize = sample.pieces.iter().map(Vec::len).sum();
    let looked_at = u64::try_from(sample.head.len() + pieces).unwrap_or(u64::MAX);
    Findings { size: sample.size.max(looked_at), looked_at, is: nature(sample) }
}

fn nature(sample: &Sample<'_>) -> Nature {
    if sample.head.is_empty() {
        return Nature::Empty;
    }
    if let Some(kind) = super::foreign::foreign(sample.head) {
        return Nature::Foreign { kind };
    }
    let Some(decoded) = text::decode(sample) else { return Nature::Foreign { kind: Foreign::Binary } };
    if text::is_blank(&decoded.head) && decoded.pieces.iter().all(|piece| text::is_blank(piece)) {
        return Nature::Blank;
    }
    let is_ebcdic =
        super::encoding::Encoding::named(decoded.encoding).is_some_and(|encoding| encoding.is_ebcdic());
    if !is_ebcdic && super::foreign::is_binary(&decoded.head) {
        return Nature::Foreign { kind: Foreign::Binary };
    }
    Nature::Text(Box::new(text_file(sample, &decoded)))
}

fn text_file(sample: &Sample<'_>, decoded: &Decoded) -> TextFile {
    let lines = decoded.lines();
    let whole =
        sample.pieces.is_empty() && sample.size <= u64::try_from(sample.head.len()).unwrap_or(u64::MAX);
    let mut file = TextFile {
        encoding: decoded.encoding,
        encodings: decoded.guess.candidates.clone(),
        undecodable: decoded.undecodable,
        byte_order_mark: decoded.byte_order_mark,
        line_ends: decoded.line_ends,
        end_mark: decoded.end_mark,
        zeros: decoded.zeros,
        form_feeds: decoded.form_feeds,
        interface: known::by_text(&decoded.head, sample.name),
        syntax: Syntax::Unclear,
        documents: Vec::new(),
        draft: None,
    };
    if let Some(xml) = outline::xml(&decoded.head) {
        let xml = Xml { is_cut: xml.is_cut && whole, ..xml };
        file.interface = known::by_xml(&xml).or(file.interface);
        let ground = Ground::of(&file, None, None);
        (file.documents, file.draft) =
            draft::of_xml(&ground, &xml, file.interface.and_then(Interface::document));
        file.syntax = Syntax::Xml(xml);
    } else if let Some(edifact) = outline::edifact(&decoded.head, whole) {
        file.interface = Some(Interface::Edifact);
        file.syntax = Syntax::Edifact(edifact);
    } else if let Some(json) = outline::json(&decoded.head, whole) {
        file.syntax = Syntax::Json(json);
    } else if let Some(tagged) = outline::tagged(&lines) {
        file.interface = Some(Interface::Pyramid);
        let ground = Ground::of(&file, None, None);
        (file.documents, file.draft) = draft::of_tags(&ground, &tags::tags(&lines, &tagged));
        file.syntax = Syntax::Tagged(tagged);
    } else if file.interface != Some(Interface::X12) {
        records(&mut file, &lines);
    }
    file
}

/// A file of records on lines.
fn records(file: &mut TextFile, lines: &[Line<'_>]) {
    let delimiter =
        if file.interface == Some(Interface::SapIdoc) { None } else { delimited::delimiter(lines) };
    if delimiter.is_some() || is_one_column(lines) {
        return csv(file, lines, delimiter);
    }
    let fixed = fixed::look(lines);
    let is_aligned = fixed.prefix > 0
        || fixed.lengths.0 * 10 >= fixed.lengths.1 * 9
        || fixed.record_types.iter().any(|kind| kind.places.len() > 1);
    if !is_aligned && lines.len() > 1 {
        return;
    }
    if !fixed.one_line {
        let ground = Ground::of(file, None, Some(&fixed));
        file.draft = draft::of_fields(&ground, file.interface.and_then(Interface::document));
    }
    file.syntax = Syntax::Fixed(fixed);
}

fn csv(file: &mut TextFile, lines: &[Line<'_>], delimiter: Option<char>) {
    let (mut csv, rows) = delimited::look(lines, delimiter);
    let types: Vec<(&str, usize)> =
        csv.record_types.iter().map(|kind| (kind.is.as_str(), kind.lengths.1)).collect();
    file.interface = file.interface.or_else(|| known::by_record_types(&types));
    let labels = csv.header_line.and_then(|header| outline::labels(lines, delimiter, header));
    if csv.header_line.is_some() {
        let named = csv.columns.iter().map(|column| column.name.as_deref().unwrap_or_default());
        let roles: Vec<words::Meant> = named.map(words::of_name).collect();
        file.documents = document::kinds(&roles);
        let number = file.documents.first().and_then(|kind| kind.of).and_then(|document| {
            document::lines(document)?;
            draft::number_column(&csv.columns, document)
        });
        csv.group = number.map(|column| delimited::group(&rows, column, csv.columns.len()));
    }
    let ground = Ground::of(file, Some(&csv), None);
    let known = file.interface.and_then(Interface::document);
    file.draft = match csv.header_line {
        Some(_) => Some(draft::of_header(&ground, &csv, &file.documents, csv.group.as_ref(), known)),
        None => draft::of_fields(&ground, known),
    };
    file.syntax = match labels {
        Some(labels) => {
            // What stands before the table belongs to the document.
            let (documents, draft) = draft::of_labels(&ground, &labels, &csv, known);
            (file.documents, file.draft) = (documents, Some(draft));
            Syntax::Labelled { labels, table: csv }
        }
        None => Syntax::Csv(csv),
    };
}

impl<'g> Ground<'g> {
    fn of(file: &TextFile, csv: Option<&'g Csv>, fixed: Option<&'g Fixed>) -> Ground<'g> {
        let score = file.encodings.first().map_or(0, |best| best.score);
        let even = file.encodings.iter().skip(1).take_while(|other| other.score == score);
        Ground { encoding: file.encoding, score, even: even.map(|other| other.name).collect(), csv, fixed }
    }
}

/// Whether the lines are a column with a name over it: nothing delimits one column.
fn is_one_column(lines: &[Line<'_>]) -> bool {
    let mut lines = lines.iter().map(|line| line.text.trim()).filter(|text| !text.is_empty());
    lines.next().is_some_and(|first| !words::meant(first.trim_matches('"')).is_empty())
        && lines.take(100).all(|line| line.chars().count() <= 60 && !line.contains("  "))
}

#[cfg(test)]
mod tests;
