//! A first format file, as data: its entries, and why each is what it is.

use super::column::{Column, DateStyle, Holds, NumberStyle};
use super::delimited::{Csv, Group, Quotes, RecordType};
use super::document::{self, Kind};
use super::fixed::Fixed;
use super::words::{self, Role, Target};
use crate::document::{DocumentType, MemberKind};

/// A first format file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// The document that it reads.
    pub document: DocumentType,
    /// Its lines, from the layout on.
    pub parts: Vec<Part>,
    /// Members that must be set and that no column seems to be: it cannot be used before they are.
    pub missing: Vec<&'static str>,
}

/// One line of a format file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// `[layout]`, with a blank line before it.
    Table(String),
    /// `key = value`, the value as TOML.
    Entry {
        /// The key, as TOML.
        key: String,
        /// The value, as TOML.
        value: String,
        /// What of it is a guess.
        why: Vec<Why>,
    },
    /// A line to fill in: `# key = value`.
    Todo {
        /// The key, as TOML.
        key: String,
        /// What may be meant, as TOML.
        value: Option<String>,
    },
    /// A remark on what follows.
    Note(Why),
    /// A column that no member is made of.
    Left(Left),
}

/// A column that no member is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    /// The column.
    pub column: Column,
    /// Why.
    pub why: LeftWhy,
}

/// Why no member is made of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftWhy {
    /// Its name is none that is known.
    UnknownName,
    /// Another column is that member already.
    Taken(&'static str),
    /// Its values are not what the member holds.
    Unfit(&'static str),
    /// This kind of document has no such member.
    NoMember(&'static str),
    /// Its values differ inside a document, and the lines have no such member.
    Differs(&'static str),
    /// It has no name.
    NoName,
}

/// What of an entry is a guess, and by what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Why {
    /// The encoding, of this score; the others that are as good.
    Encoding {
        /// From 1 to 100.
        score: u8,
        /// As good, or the next.
        even: Vec<&'static str>,
    },
    /// Fields stand in quotes, or not.
    Quotes(Quotes),
    /// The first record holds values, no names.
    NoHeader,
    /// Lines before the records.
    Skipped,
    /// Names of columns stand twice, so numbers are used.
    NamesTwice,
    /// The decimal sign.
    Decimal(NumberStyle),
    /// The mark between groups.
    Thousands,
    /// The date pattern, and others that fit as well.
    Date(Vec<DateStyle>),
    /// Rows with the same number belong together.
    Group(Group),
    /// The kind of document; others that fit too.
    Kind(Vec<&'static str>),
    /// Columns are matched by their names.
    Names,
    /// The number has zeros in front.
    LeadingZeros,
    /// All but so many values stand in the built-in table.
    Table {
        /// Not there.
        unknown: usize,
    },
    /// Codes of the ERP, of so many different ones.
    Codes {
        /// How many.
        different: usize,
    },
    /// So many values are not what the member holds.
    Odd {
        /// How many.
        values: usize,
    },
    /// Values are longer than Ongoing takes.
    TooLong {
        /// The longest here.
        longest: usize,
        /// The longest that Ongoing takes.
        most: usize,
    },
    /// Values differ inside so many documents, which makes them faulty.
    Differs {
        /// How many.
        documents: usize,
    },
    /// Values differ inside documents: so it is the lines' member.
    OfLines,
    /// A price is for one piece, or for so many as another column says.
    Price,
    /// Texts that stand for no date.
    NoDates,
    /// The column writes numbers otherwise than the others.
    OwnSigns,
    /// Kinds of records by their beginnings.
    RecordTypes,
    /// What a kind of record stands under.
    Under,
    /// A trailer counts records.
    Counts,
    /// A kind of record that nothing is made of yet.
    NotUsed,
    /// Fields of a fixed record by blanks, and by where digits meet letters.
    Places,
    /// Nothing names the fields: what each is must be said.
    NothingNames,
    /// What a field holds.
    Field(Box<Column>),
}

/// A text as TOML.
pub(crate) fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as TOML.
fn toml_key(text: &str) -> String {
    let is_bare =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_bare { text.to_owned() } else { basic(text) }
}

/// A text in double quotes: a key cannot stand in three.
fn basic(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            character if character.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)))
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// What is known of the file beside its records.
pub(super) struct Ground<'g> {
    pub encoding: &'static str,
    pub score: u8,
    pub even: Vec<&'static str>,
    pub csv: Option<&'g Csv>,
    pub fixed: Option<&'g Fixed>,
}

/// A draft in the making.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
}

impl Parts {
    fn table(&mut self, name: &str) {
        self.parts.push(Part::Table(name.to_owned()));
    }

    fn entry(&mut self, key: &str, value: impl Into<String>, why: Vec<Why>) {
        self.parts.push(Part::Entry { key: key.to_owned(), value: value.into(), why });
    }

    fn note(&mut self, why: Why) {
        self.parts.push(Part::Note(why));
    }
}

/// A column and what it becomes.
struct Mapped<'c> {
    column: &'c Column,
    path: &'static str,
    of_lines: bool,
    why: Vec<Why>,
}

/// What columns become, those that are left, and those beside them.
#[derive(Default)]
struct Mapping<'c> {
    mapped: Vec<Mapped<'c>>,
    left: Vec<Left>,
    remembered: Vec<&'c Column>,
    price_per: Option<&'c Column>,
}

/// The draft of a file whose header names its columns.
pub(super) fn of_header(
    ground: &Ground<'_>,
    csv: &Csv,
    kinds: &[Kind],
    group: Option<&Group>,
    known: Option<DocumentType>,
) -> Draft {
    let likeliest = kinds.first().and_then(|kind| kind.of);
    let document = likeliest.or(known).unwrap_or(DocumentType::Article);
    let mapping = map(&csv.columns, document, group);
    let by_number = mapping.needs_numbers(&csv.columns);
    let name = |column: &Column| name_of(column, &csv.columns, by_number);
    let mut parts = Parts::default();

    let numbers = mapping.numbers(document);
    let style = match NumberStyle::of(numbers.iter().copied()) {
        style if style.decimal.is_some() || style.thousands.is_some() => style,
        _ => csv.numbers,
    };
    let dates = mapping.dates(document);
    let date = usual_date(&dates);
    layout(&mut parts, ground, &style);
    parts.parts.retain(|part| !matches!(part, Part::Entry { key, .. } if key == "header"));
    if by_number {
        parts.entry("header", "false", vec![Why::NamesTwice]);
        parts.parts.retain(|part| !matches!(part, Part::Entry { key, .. } if key == "skip_first"));
        parts.entry("skip_first", csv.header_line.unwrap_or(1).to_string(), Vec::new());
    } else {
        parts.entry("header", "true", Vec::new());
    }
    if let Some((pattern, styles)) = &date {
        parts.entry("date", basic(pattern), vec![Why::Date(styles.clone())]);
    }
    let key = document::number(document).and_then(|path| mapping.by_path(path));
    if let (Some(key), Some(group), Some(_)) = (key, group, document::lines(document)) {
        let value = format!("{{ by = {} }}", basic(&name(key.column)));
        parts.entry("group", value, vec![Why::Group(group.clone())]);
    }
    fields(&mut parts, &mapping, &style, by_number, &dates, &name);

    let mut missing = Vec::new();
    let mut kind_why = vec![if likeliest.is_some() { Why::Names } else { Why::NothingNames }];
    if kinds.len() > 1 {
        kind_why.insert(0, Why::Kind(kinds.iter().skip(1).map(|kind| kind.document).collect()));
    }
    parts.table(&format!("document.{}", document.name()));
    kind_why.into_iter().for_each(|why| parts.note(why));
    parts.entry("each", "\"row\"", Vec::new());
    let context = Context {
        document,
        mapping: &mapping,
        date: date.as_ref().map(|(pattern, _)| *pattern),
        name: &name,
    };
    context.members(&mut parts, None, &mut missing);
    if let Some(lines) = document::lines(document) {
        parts.table(&format!("document.{}.{lines}", document.name()));
        parts.entry("each", "\"row\"", Vec::new());
        context.members(&mut parts, Some(lines), &mut missing);
    }
    context.remember(&mut parts);
    parts.parts.extend(mapping.left.iter().cloned().map(Part::Left));
    Draft { document, parts: parts.parts, missing }
}

/// The number of the column that names the documents.
pub(super) fn number_column(columns: &[Column], document: DocumentType) -> Option<usize> {
    let mapping = map(columns, document, None);
    document::number(document).and_then(|path| mapping.by_path(path)).map(|mapped| mapped.column.number)
}

/// The name of a column in the format file.
fn name_of(column: &Column, all: &[Column], by_number: bool) -> String {
    match &column.name {
        Some(name) if !by_number => name.clone(),
        Some(name) => {
            let before = all.iter().take_while(|other| other.number < column.number);
            match before.filter(|other| other.name.as_ref() == Some(name)).count() {
                0 => name.clone(),
                count => format!("{name} {}", count + 1),
            }
        }
        None => format!("c{}", column.number),
    }
}

/// `[layout]` up to what only the document decides.
fn layout(parts: &mut Parts, ground: &Ground<'_>, style: &NumberStyle) {
    parts.table("layout");
    parts.entry("syntax", if ground.csv.is_some() { "\"csv\"" } else { "\"fixed\"" }, Vec::new());
    let even = ground.even.clone();
    parts.entry("encoding", basic(ground.encoding), vec![Why::Encoding { score: ground.score, even }]);
    if let Some(csv) = ground.csv {
        if let Some(delimiter) = csv.delimiter {
            parts.entry("delimiter", basic(&delimiter.to_string()), Vec::new());
        }
        if let Quotes::PlainText { .. } = csv.quotes {
            parts.entry("quote", "\"none\"", vec![Why::Quotes(csv.quotes)]);
        }
        parts.entry("header", "false", vec![Why::NoHeader]);
        if csv.skip_first > 0 {
            parts.entry("skip_first", csv.skip_first.to_string(), vec![Why::Skipped]);
        }
        if csv.trailing_delimiter {
            parts.entry("trailing_delimiter", "true", Vec::new());
        }
    }
    parts.entry("decimal", basic(&style.decimal.unwrap_or(',').to_string()), vec![Why::Decimal(*style)]);
    if let Some(mark) = style.thousands.filter(|mark| Some(*mark) != style.decimal) {
        parts.entry("thousands", basic(&mark.to_string()), vec![Why::Thousands]);
    }
}

/// `[layout.records.row]` where columns have numbers, or write values otherwise than the layout says.
fn fields(
    parts: &mut Parts,
    mapping: &Mapping<'_>,
    style: &NumberStyle,
    by_number: bool,
    dates: &[&Column],
    name: &dyn Fn(&Column) -> String,
) {
    let mut lines: Vec<(String, String, Vec<Why>)> = Vec::new();
    for column in mapping.used() {
        let mut keys: Vec<String> = Vec::new();
        let mut why = Vec::new();
        if by_number {
            keys.push(format!("column = {}", column.number));
        }
        let is_number = mapping.is_number(column);
        let own = NumberStyle::of(std::iter::once(column));
        if is_number
            && own.sure > 0
            && own.decimal.is_some()
            && own.decimal != Some(style.decimal.unwrap_or(','))
        {
            keys.push(format!("decimal = {}", basic(&own.decimal.unwrap_or(',').to_string())));
            why.push(Why::OwnSigns);
        }
        if dates.iter().any(|date| date.number == column.number) && !column.no_dates.is_empty() {
            let texts: Vec<String> = column.no_dates.iter().take(10).map(|text| basic(text)).collect();
            keys.push(format!("blank = [{}]", texts.join(", ")));
            why.push(Why::NoDates);
        }
        if !keys.is_empty() {
            let field = format!("fields.{}", toml_key(&name(column)));
            lines.push((field, format!("{{ {} }}", keys.join(", ")), why));
        }
    }
    if !lines.is_empty() {
        parts.table("layout.records.row");
    }
    for (key, value, why) in lines {
        parts.entry(&key, value, why);
    }
}

/// Which member each column is.
fn map<'c>(columns: &'c [Column], document: DocumentType, group: Option<&Group>) -> Mapping<'c> {
    let mut mapping = Mapping::default();
    let mut done: Vec<usize> = Vec::new();
    let mut refused: Vec<(usize, LeftWhy)> = Vec::new();
    let differs = |column: &Column| -> usize {
        let differing = group.map(|group| group.differing.as_slice()).unwrap_or_default();
        differing.iter().find(|(number, _)| *number == column.number).map_or(0, |(_, documents)| *documents)
    };
    for (at, role) in words::roles().iter().enumerate() {
        let Some(target) = role.target(document) else { continue };
        for column in columns {
            let means = column.name.as_deref().is_some_and(|name| words::meant(name).contains(&at));
            if !means || done.contains(&column.number) {
                continue;
            }
            match take(&mapping, role, target, column, document, differs(column)) {
                Ok(Taken::Member(mapped)) => mapping.mapped.push(mapped),
                Ok(Taken::Remembered) => mapping.remembered.push(column),
                Ok(Taken::PricePer) => mapping.price_per = Some(column),
                Err(why) => {
                    refused.push((column.number, why));
                    continue;
                }
            }
            done.push(column.number);
        }
    }
    for column in columns.iter().filter(|column| !done.contains(&column.number)) {
        let why = refused.iter().find(|(number, _)| *number == column.number).map(|(_, why)| *why);
        let why = why.unwrap_or_else(|| match column.name.as_deref() {
            None => LeftWhy::NoName,
            Some(name) => match words::meant(name).first().and_then(|at| words::roles().get(*at)) {
                Some(role) => LeftWhy::NoMember(role.name),
                None => LeftWhy::UnknownName,
            },
        });
        if column.name.is_some() || column.filled > 0 {
            mapping.left.push(Left { column: column.clone(), why });
        }
    }
    mapping
}

enum Taken<'c> {
    Member(Mapped<'c>),
    Remembered,
    PricePer,
}

fn take<'c>(
    mapping: &Mapping<'c>,
    role: &'static Role,
    target: Target,
    column: &'c Column,
    document: DocumentType,
    differs: usize,
) -> Result<Taken<'c>, LeftWhy> {
    let (path, of_lines) = match target {
        Target::Remember => return Ok(Taken::Remembered),
        Target::PricePer if mapping.price_per.is_some() => return Err(LeftWhy::Taken(role.name)),
        Target::PricePer if !column.is_positive() => return Err(LeftWhy::Unfit(role.name)),
        Target::PricePer => return Ok(Taken::PricePer),
        Target::Member { path, of_lines } => (path, of_lines),
    };
    let lines = document::lines(document);
    let in_lines = |path: &str| lines.is_some_and(|lines| path.starts_with(&format!("{lines}.")));
    let is_key = document::number(document) == Some(path);
    let mut why = Vec::new();
    let mut path = path;
    if differs > 0 && !in_lines(path) && !is_key {
        let is_required = document::required(document).contains(&path);
        match of_lines {
            Some(of_lines) if !is_required => {
                path = of_lines;
                why.push(Why::OfLines);
            }
            _ if is_required => why.push(Why::Differs { documents: differs }),
            _ => return Err(LeftWhy::Differs(role.name)),
        }
    }
    if mapping.by_path(path).is_some() {
        return Err(LeftWhy::Taken(role.name));
    }
    let member = document::member(document, path).ok_or(LeftWhy::NoMember(role.name))?;
    let is_required = document::required(document).contains(&path);
    let fit = match member.kind {
        MemberKind::Decimal => column.fits.numbers,
        MemberKind::Integer => column.fits.whole,
        MemberKind::Boolean => column.fits.yes_no,
        MemberKind::Date | MemberKind::DateTime => column.fit_dates(),
        MemberKind::Text => column.filled,
        MemberKind::Object(_) | MemberKind::List(_) => return Err(LeftWhy::NoMember(role.name)),
    };
    // The name says what it is: half of the values may be mistakes, and of what must be there nearly all.
    if column.filled > 0 && (fit == 0 || (!is_required && fit * 2 < column.filled)) {
        return Err(LeftWhy::Unfit(role.name));
    }
    if fit < column.filled {
        why.push(Why::Odd { values: column.filled - fit });
    }
    if let Some(most) = member.max_length.filter(|most| column.longest > *most)
        && !matches!(path.rsplit('.').next(), Some("country_code" | "country_of_origin_code"))
    {
        why.push(Why::TooLong { longest: column.longest, most });
    }
    let of_lines = in_lines(path);
    Ok(Taken::Member(Mapped { column, path, of_lines, why }))
}

impl<'c> Mapping<'c> {
    fn by_path(&self, path: &str) -> Option<&Mapped<'c>> {
        self.mapped.iter().find(|mapped| mapped.path == path)
    }

    /// The columns that the format file names.
    fn used(&self) -> Vec<&'c Column> {
        let mut used: Vec<&Column> = self.mapped.iter().map(|mapped| mapped.column).collect();
        used.extend(self.price_per.iter().copied().chain(self.remembered.iter().copied()));
        used.sort_by_key(|column| column.number);
        used
    }

    /// Whether a name that is used stands twice in the header.
    fn needs_numbers(&self, all: &[Column]) -> bool {
        let twice = |column: &Column| all.iter().filter(|other| other.name == column.name).count() > 1;
        self.used().into_iter().any(twice)
    }

    fn numbers(&self, document: DocumentType) -> Vec<&'c Column> {
        let is_number = |mapped: &&Mapped<'_>| {
            document::member(document, mapped.path)
                .is_some_and(|member| matches!(member.kind, MemberKind::Decimal | MemberKind::Integer))
        };
        self.mapped.iter().filter(is_number).map(|mapped| mapped.column).chain(self.price_per).collect()
    }

    fn dates(&self, document: DocumentType) -> Vec<&'c Column> {
        let is_date = |mapped: &&Mapped<'_>| {
            document::member(document, mapped.path)
                .is_some_and(|member| matches!(member.kind, MemberKind::Date | MemberKind::DateTime))
        };
        self.mapped.iter().filter(is_date).map(|mapped| mapped.column).collect()
    }

    fn is_number(&self, column: &Column) -> bool {
        matches!(column.holds, Holds::Numbers | Holds::WholeNumbers)
    }
}

/// The pattern that most columns of dates have.
fn usual_date(columns: &[&Column]) -> Option<(&'static str, Vec<DateStyle>)> {
    let mut best: Option<(&'static str, usize, &[DateStyle])> = None;
    for column in columns {
        let Some(style) = column.likely_dates.first() else { continue };
        let fit: usize = columns
            .iter()
            .filter_map(|column| column.likely_dates.first())
            .filter(|other| other.pattern == style.pattern)
            .map(|other| other.fit)
            .sum();
        if best.is_none_or(|(_, other, _)| fit > other) {
            best = Some((style.pattern, fit, &column.likely_dates));
        }
    }
    best.map(|(pattern, _, styles)| (pattern, styles.to_vec()))
}

/// What the members of a document are written with.
struct Context<'m> {
    document: DocumentType,
    mapping: &'m Mapping<'m>,
    /// The pattern of the layout.
    date: Option<&'static str>,
    name: &'m dyn Fn(&Column) -> String,
}

impl Context<'_> {
    /// The members of the document (`lines`: of its lines), in the order of the document's shape.
    fn members(&self, parts: &mut Parts, lines: Option<&str>, missing: &mut Vec<&'static str>) {
        let own = |path: &'static str| -> Option<&'static str> {
            match (lines, document::lines(self.document)) {
                (Some(lines), _) => path.strip_prefix(lines)?.strip_prefix('.'),
                (None, Some(lines)) if path.starts_with(&format!("{lines}.")) => None,
                (None, _) => Some(path),
            }
        };
        let mut written: Vec<(usize, Part)> = Vec::new();
        let shape = self.document.shape();
        let place = |path: &str| {
            let first = path.split('.').next().unwrap_or(path);
            shape.position(first).unwrap_or(usize::MAX)
        };
        for mapped in self.mapping.mapped.iter().filter(|mapped| mapped.of_lines == lines.is_some()) {
            let Some(key) = own(mapped.path) else { continue };
            let (value, why) = self.source(mapped);
            let part = Part::Entry { key: key.to_owned(), value, why };
            written.push((place(mapped.path), part));
        }
        let is_cancelled = self.document == DocumentType::Cancellation
            && self.mapping.by_path("purchase_order_number").is_some();
        for path in document::required(self.document) {
            let Some(key) = own(path) else { continue };
            // Any of a consignee's members makes one.
            let by_other = *path == "consignee.name"
                && self.mapping.mapped.iter().any(|mapped| mapped.path.starts_with("consignee."));
            if self.mapping.by_path(path).is_some() || is_cancelled {
                continue;
            }
            if !by_other {
                missing.push(path);
            }
            written.push((place(path), Part::Todo { key: key.to_owned(), value: None }));
        }
        if lines.is_none() {
            written.sort_by_key(|(place, _)| *place);
        }
        parts.parts.extend(written.into_iter().map(|(_, part)| part));
    }

    /// The source of a member, and what of it is a guess.
    fn source(&self, mapped: &Mapped<'_>) -> (String, Vec<Why>) {
        let column = mapped.column;
        let field = basic(&(self.name)(column));
        let mut why = mapped.why.clone();
        let mut more: Vec<String> = Vec::new();
        let last = mapped.path.rsplit('.').next().unwrap_or(mapped.path);
        match document::member(self.document, mapped.path).map(|member| member.kind) {
            Some(MemberKind::Date | MemberKind::DateTime) => {
                if let Some(style) = column.likely_dates.first()
                    && Some(style.pattern) != self.date
                {
                    more.push(format!("date = {}", basic(style.pattern)));
                    why.push(Why::Date(column.likely_dates.clone()));
                }
            }
            Some(MemberKind::Decimal) if matches!(last, "line_price" | "row_price") => {
                self.price(mapped, &mut more, &mut why);
            }
            Some(MemberKind::Text) => self.text(mapped, &mut more, &mut why),
            _ => {}
        }
        if more.is_empty() {
            (field, why)
        } else {
            (format!("{{ from = {field}, {} }}", more.join(", ")), why)
        }
    }

    /// A price of one piece, or of so many, times the quantity.
    fn price(&self, mapped: &Mapped<'_>, more: &mut Vec<String>, why: &mut Vec<Why>) {
        let is_total = mapped.column.name.as_deref().is_some_and(|name| {
            words::named("line_total").is_some_and(|total| words::meant(name).contains(&total))
        });
        let quantity = document::lines(self.document).and_then(|lines| {
            self.mapping
                .mapped
                .iter()
                .find(|mapped| mapped.path.strip_prefix(lines) == Some(".number_of_items"))
        });
        if is_total {
            return;
        }
        if let Some(quantity) = quantity {
            more.push(format!("times = {}", basic(&(self.name)(quantity.column))));
        }
        if let Some(per) = self.mapping.price_per {
            more.push(format!("per = {}", basic(&(self.name)(per))));
        }
        if !more.is_empty() {
            more.push("round = 2".to_owned());
            why.push(Why::Price);
        }
    }

    fn text(&self, mapped: &Mapped<'_>, more: &mut Vec<String>, why: &mut Vec<Why>) {
        let column = mapped.column;
        let last = mapped.path.rsplit('.').next().unwrap_or(mapped.path);
        let number = matches!(last, "order_number" | "purchase_order_number" | "return_order_number");
        let row = matches!(last, "row_number" | "order_row_number");
        if (number || row) && column.holds == Holds::WholeNumbers && column.leading_zeros {
            more.push("strip_leading_zeros = true".to_owned());
            why.push(Why::LeadingZeros);
        }
        if matches!(last, "country_code" | "country_of_origin_code")
            && column.fits_table(column.fits.countries)
        {
            more.push("codes = \"countries\"".to_owned());
            why.push(Why::Table { unknown: column.filled - column.fits.countries });
        }
        if last == "unit_code" && column.fits_table(column.fits.units) {
            more.push("codes = \"units\"".to_owned());
            why.push(Why::Table { unknown: column.filled - column.fits.units });
        }
        let coded =
            ["way_of_delivery.code", "transporter.transporter_code", "return_order_lines.return_cause.code"];
        if coded.contains(&mapped.path) && column.filled > 0 {
            why.push(Why::Codes { different: column.different });
        }
    }

    /// `[remember]`: the ERP's own numbers as they stand, and its units.
    fn remember(&self, parts: &mut Parts) {
        if !matches!(self.document, DocumentType::Order | DocumentType::PurchaseOrder) {
            return;
        }
        let list = |columns: Vec<&Column>| {
            let names: Vec<String> = columns.into_iter().map(|column| basic(&(self.name)(column))).collect();
            (!names.is_empty()).then(|| format!("[{}]", names.join(", ")))
        };
        let number = document::number(self.document).and_then(|path| self.mapping.by_path(path));
        let row = document::lines(self.document).and_then(|lines| {
            self.mapping.mapped.iter().find(|mapped| mapped.path.strip_prefix(lines) == Some(".row_number"))
        });
        let of_document = list(number.iter().map(|mapped| mapped.column).collect());
        let of_lines = list(
            row.iter().map(|mapped| mapped.column).chain(self.mapping.remembered.iter().copied()).collect(),
        );
        if of_document.is_some() || of_lines.is_some() {
            parts.table("remember");
        }
        for (key, list) in [("document", of_document), ("lines", of_lines)] {
            if let Some(list) = list {
                parts.entry(key, list, Vec::new());
            }
        }
    }
}

/// The draft of a file whose columns nothing names: the layout is whole, what the fields mean is to be filled in.
pub(super) fn of_fields(ground: &Ground<'_>, document: Option<DocumentType>) -> Option<Draft> {
    let types: &[RecordType] = match (ground.csv, ground.fixed) {
        (Some(csv), _) => &csv.record_types,
        (None, Some(fixed)) => &fixed.record_types,
        (None, None) => return None,
    };
    let numbers = ground.csv.map(|csv| csv.numbers).or(ground.fixed.map(|fixed| fixed.numbers))?;
    let has_lines = types.iter().any(|kind| kind.under.is_some());
    let document = document.unwrap_or(if has_lines { DocumentType::Order } else { DocumentType::Article });
    let mut parts = Parts::default();
    layout(&mut parts, ground, &numbers);
    let all: Vec<&Column> = ground
        .csv
        .map(|csv| csv.columns.as_slice())
        .unwrap_or_default()
        .iter()
        .chain(types.iter().flat_map(|kind| &kind.columns))
        .collect();
    let dated: Vec<&Column> = all.iter().copied().filter(|column| column.holds == Holds::Dates).collect();
    if let Some((pattern, styles)) = usual_date(&dated) {
        parts.entry("date", basic(pattern), vec![Why::Date(styles)]);
    }
    let mut missing = Vec::new();
    let required = document::required(document);
    let lines = document::lines(document);
    if ground.csv.is_some() && types.is_empty() && lines.is_some() {
        parts.parts.push(Part::Todo { key: "group".to_owned(), value: Some("{ by = \"…\" }".to_owned()) });
    }
    if let (Some(csv), []) = (ground.csv, types) {
        parts.table("layout.columns");
        for column in csv.columns.iter().filter(|column| column.filled > 0) {
            parts.entry(
                &format!("c{}", column.number),
                column.number.to_string(),
                vec![Why::Field(Box::new(column.clone()))],
            );
        }
        parts.table(&format!("document.{}", document.name()));
        parts.note(Why::NothingNames);
        parts.entry("each", "\"row\"", Vec::new());
        todo(&mut parts, &csv.columns, required, lines, false, "c", &[], &mut missing);
        if let Some(lines) = lines {
            parts.table(&format!("document.{}.{lines}", document.name()));
            parts.entry("each", "\"row\"", Vec::new());
            todo(&mut parts, &csv.columns, required, Some(lines), true, "c", &[], &mut missing);
        }
        return Some(Draft { document, parts: parts.parts, missing });
    }
    let names = kind_names(types, lines.is_some());
    let named =
        |is: &str| types.iter().zip(&names).find(|(kind, _)| kind.is == is).map(|(_, name)| name.as_str());
    let prefix = if ground.csv.is_some() { "c" } else { "f" };
    for (kind, name) in types.iter().zip(&names) {
        parts.table(&format!("layout.records.{name}"));
        record(&mut parts, kind, name, ground.csv.is_some(), &named);
    }
    let head = types.iter().zip(&names).find(|(_, name)| matches!(name.as_str(), "head" | "row"));
    let line = types.iter().zip(&names).find(|(_, name)| *name == "line");
    if let Some((head, name)) = head {
        parts.table(&format!("document.{}", document.name()));
        parts.note(Why::NothingNames);
        parts.entry("each", basic(name), Vec::new());
        todo(&mut parts, &head.columns, required, lines, false, prefix, &head.places, &mut missing);
    }
    if let (Some(lines), Some((line, name))) = (lines, line.or(head)) {
        parts.table(&format!("document.{}.{lines}", document.name()));
        parts.entry("each", basic(name), Vec::new());
        todo(&mut parts, &line.columns, required, Some(lines), true, prefix, &line.places, &mut missing);
    }
    Some(Draft { document, parts: parts.parts, missing })
}

/// What kinds of records are called: the one that opens a document, the most frequent below it, the trailer; the others
/// by their beginning.
fn kind_names(types: &[RecordType], with_lines: bool) -> Vec<String> {
    let head = types.iter().find(|kind| kind.under.is_none() && !kind.is_last);
    let line = types
        .iter()
        .filter(|kind| with_lines && kind.under.is_some() && kind.under.as_ref() == head.map(|head| &head.is))
        .max_by_key(|kind| kind.records);
    let is = |one: Option<&RecordType>, kind: &RecordType| one.is_some_and(|one| one.is == kind.is);
    types
        .iter()
        .map(|kind| {
            if is(head, kind) {
                if types.len() == 1 { "row".to_owned() } else { "head".to_owned() }
            } else if is(line, kind) {
                "line".to_owned()
            } else if kind.counts.is_some() {
                "trailer".to_owned()
            } else {
                let own: String = kind.is.chars().filter(char::is_ascii_alphanumeric).collect();
                format!("kind_{own}")
            }
        })
        .collect()
}

/// `[layout.records.NAME]`.
fn record<'n>(
    parts: &mut Parts,
    kind: &RecordType,
    name: &str,
    is_csv: bool,
    named: &dyn Fn(&str) -> Option<&'n str>,
) {
    if !kind.is.is_empty() {
        let key = if is_csv { "column" } else { "at" };
        parts.entry("when", format!("[{{ {key} = 1, is = {} }}]", basic(&kind.is)), vec![Why::RecordTypes]);
    }
    if let Some(under) = kind.under.as_deref().and_then(named) {
        parts.entry("under", basic(under), vec![Why::Under]);
    }
    if let Some(counts) = &kind.counts {
        let place = match (is_csv, kind.places.get(counts.column)) {
            (false, Some((at, width))) => format!("at = {at}, width = {width}"),
            _ => format!("column = {}", counts.column + 1),
        };
        let of = counts
            .of
            .as_deref()
            .and_then(named)
            .map_or_else(String::new, |of| format!(", of = {}", basic(of)));
        parts.entry("checks", format!("{{ count = {{ {place}{of} }} }}"), vec![Why::Counts]);
        return;
    }
    if !matches!(name, "head" | "line" | "row") {
        parts.entry("ignore", "true", vec![Why::NotUsed]);
    } else if !is_csv {
        parts.note(Why::Places);
    }
    for (at, column) in kind.columns.iter().enumerate() {
        let why = vec![Why::Field(Box::new(column.clone()))];
        match kind.places.get(at) {
            Some((at, width)) => {
                parts.entry(&format!("fields.f{at}"), format!("{{ at = {at}, width = {width} }}"), why);
            }
            None if column.number == 1 || column.filled == 0 => {}
            None => {
                let value = format!("{{ column = {} }}", column.number);
                parts.entry(&format!("fields.c{}", column.number), value, why);
            }
        }
    }
}

/// The required members of a document or of its lines, to be filled in; with a column that may be meant.
#[allow(clippy::too_many_arguments, reason = "one place for each of what a line to fill in needs")]
fn todo(
    parts: &mut Parts,
    columns: &[Column],
    required: &'static [&'static str],
    lines: Option<&str>,
    of_lines: bool,
    prefix: &str,
    places: &[(usize, usize)],
    missing: &mut Vec<&'static str>,
) {
    for path in required {
        let own = lines.and_then(|lines| path.strip_prefix(lines)?.strip_prefix('.'));
        let key = match (of_lines, own) {
            (true, Some(own)) => own,
            (false, None) => path,
            _ => continue,
        };
        let of = |holds: &[Holds]| columns.iter().find(|column| holds.contains(&column.holds));
        let meant = match key {
            "delivery_date" => columns.iter().find(|column| column.holds == Holds::Dates),
            "number_of_items" | "to_be_returned_number_of_items" => of(&[Holds::Numbers]),
            "order_number" | "purchase_order_number" | "return_order_number" | "article_number"
                if !of_lines =>
            {
                columns.iter().find(|column| column.unique && column.longest <= 20)
            }
            _ => None,
        };
        let value = meant.map(|column| {
            let at = places.get(column.number.saturating_sub(1)).map_or(column.number, |(at, _)| *at);
            basic(&format!("{prefix}{at}"))
        });
        missing.push(path);
        parts.parts.push(Part::Todo { key: key.to_owned(), value });
    }
}
