//! What findings are called in English.

use crate::format::encoding::Reason;
use crate::format::sniff::{Column, Foreign, Holds, Interface, LeftWhy, NumberStyle, Quotes, Why};

use super::super::terminal::count;

/// A text from outside on one line of its own, and no longer than a line.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().take(60).map(|character| if character.is_control() { ' ' } else { character }).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}

/// A character as a person says it.
pub(super) fn sign(sign: char) -> String {
    match sign {
        '\t' => "tab".to_owned(),
        ' ' => "blank".to_owned(),
        '\u{1f}' => "unit separator (1F)".to_owned(),
        sign => sign.to_string(),
    }
}

pub(super) fn foreign(kind: Foreign) -> (&'static str, &'static str) {
    match kind {
        Foreign::Pdf => {
            ("a PDF document", "it can be sent as an attachment: formats/generic/attachments.toml")
        }
        Foreign::Zip => ("a zip archive", "unpack it, and look at a file in it"),
        Foreign::Spreadsheet => {
            ("a workbook of a spreadsheet program", "save its sheet as CSV or as Unicode text")
        }
        Foreign::WordProcessor => ("a document of a word processor", "ask for the ERP's own export"),
        Foreign::OldOffice => {
            ("an old document of an office program (.xls, .doc)", "save its sheet as CSV or as Unicode text")
        }
        Foreign::Compressed => ("a compressed file", "unpack it first"),
        Foreign::Tar => ("a tar archive", "unpack it, and look at a file in it"),
        Foreign::Picture => ("a picture", "ask for the ERP's own export"),
        Foreign::WebPage => {
            ("a page for a browser", "most likely an error message of a server was saved under this name")
        }
        Foreign::RichText => ("a formatted text (RTF)", "ask for the ERP's own export"),
        Foreign::Database => ("a database file", "ask for an export of its tables"),
        Foreign::Program => ("a program", "ask for the ERP's own export"),
        Foreign::Mail => ("an e-mail", "save what is attached to it"),
        Foreign::Binary => (
            "no text in any encoding that is known",
            "packed numbers or a binary transfer that went wrong? Ask for zoned numbers or CSV, sent in binary mode",
        ),
    }
}

pub(super) fn interface(interface: Interface) -> &'static str {
    match interface {
        Interface::MamutOrders => "Mamut order lines (GBAO10)",
        Interface::MamutProducts => "Mamut products (GBAP15)",
        Interface::MamutXml => "Mamut XML (GBAOX10, GBAPX10)",
        Interface::NelfoOrder => "EFO/NELFO order (BH, BL)",
        Interface::NelfoProducts => "EFO/NELFO product file (VH, VL)",
        Interface::NelfoConfirmation => "EFO/NELFO order or delivery confirmation (CH, DH)",
        Interface::NelfoOther => "EFO/NELFO file",
        Interface::VismaRecords => "Visma Business records H and L",
        Interface::VismaXml => "Visma Business XML (OrderHead, OrderLine)",
        Interface::Pyramid => "Pyramid Business Studio, tagged lines",
        Interface::MonitorOrders => "Monitor purchase order (ORDERS420)",
        Interface::LevBest => "labelled supplier order (LevBest); its order number is the file's name",
        Interface::SapIdoc => "SAP IDoc as a flat file (EDI_DC40)",
        Interface::SapIdocXml => "SAP IDoc as XML",
        Interface::M3DataImport => "M3 Data Import; program and transaction stand in the file's name",
        Interface::Lxir => "Extend Commerce (LxirEnvelope)",
        Interface::Logisoft => "Logisoft SHARK (Logisoft-ERP)",
        Interface::DropStream => "DropStream orders (PH, PD)",
        Interface::OracleWms => "Oracle WMS Cloud ([H1], [H2])",
        Interface::Edifact => "EDIFACT",
        Interface::X12 => "ANSI X12",
        Interface::Ubl => "UBL (Peppol)",
        Interface::Gs1Xml => "GS1 XML",
        Interface::Sterling => "Sterling XML (Posti)",
    }
}

pub(super) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::ByteOrderMark => "it begins with its byte order mark".to_owned(),
        Reason::EverySecondByteZero { percent } => {
            format!("{percent} of 100 characters have the zero byte that Latin letters have in it")
        }
        Reason::ValidUtf8 { characters } => {
            format!(
                "all bytes are valid UTF-8, {} of several bytes",
                count(*characters, "character", "characters")
            )
        }
        Reason::MostlyUtf8 { invalid, .. } => {
            format!("most bytes are valid UTF-8, not so {}: put together of two files?", times(*invalid))
        }
        Reason::OnlyAscii => {
            "only ASCII, which all of these read alike: look at a file with letters like å".to_owned()
        }
        Reason::NationalLetters { words } => {
            format!("signs like [ and | stand where letters do, in {}", count(*words, "word", "words"))
        }
        Reason::Ebcdic { percent, letters, signs } => format!(
            "{percent} of 100 bytes are letters, digits and blanks of EBCDIC; this page makes {} and {} inside words",
            count(*letters, "letter", "letters"),
            count(*signs, "sign", "signs")
        ),
        Reason::LettersBetweenLetters { letters, of, .. } => {
            format!("{letters} of {of} letters with marks stand between letters")
        }
        Reason::LettersAtEdges { letters, of, .. } => {
            format!("{letters} of {of} letters with marks stand at the edges of words")
        }
        Reason::NothingTells => "bytes above 7F, but no letters to tell by".to_owned(),
    }
}

fn times(number: usize) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{number} times"),
    }
}

pub(super) fn holds(column: &Column) -> String {
    let dates = || {
        let patterns: Vec<&str> = column.dates.iter().map(|style| style.pattern).collect();
        patterns.join(" or ")
    };
    match column.holds {
        Holds::Nothing => "always blank".to_owned(),
        Holds::Dates => format!("dates {}", dates()),
        Holds::Numbers => {
            let own = &column.numbers;
            let mut text = "numbers".to_owned();
            match (own.decimal_comma, own.decimal_point) {
                (0, 0) => {}
                (_, 0) => text.push_str(", decimal comma"),
                (0, _) => text.push_str(", decimal point"),
                (comma, point) => text.push_str(&format!(", {comma} decimal commas and {point} points")),
            }
            for (mark, _) in &own.marks {
                text.push_str(&format!(", {} between groups", sign(*mark)));
            }
            text
        }
        Holds::WholeNumbers if column.leading_zeros => "digits, zeros in front".to_owned(),
        Holds::WholeNumbers if !column.dates.is_empty() => format!("digits, or dates {}", dates()),
        Holds::WholeNumbers => "digits".to_owned(),
        Holds::BarCodes => "bar codes (GTIN)".to_owned(),
        Holds::YesAndNo => "yes and no".to_owned(),
        Holds::EmailAddresses => "e-mail addresses".to_owned(),
        Holds::Countries => "countries".to_owned(),
        Holds::Units => "units".to_owned(),
        Holds::Codes => format!("codes, {} different", column.different),
        Holds::Texts => format!("texts up to {}", count(column.longest, "character", "characters")),
    }
}

/// What is worth a remark on a column.
pub(super) fn remarks(column: &Column) -> String {
    let mut remarks: Vec<String> = Vec::new();
    if column.always.is_some() {
        remarks.push("always the same".to_owned());
    }
    // A few values are different by chance, and amounts are no keys.
    if column.unique
        && column.rows >= 3
        && matches!(column.holds, Holds::WholeNumbers | Holds::BarCodes | Holds::Texts)
    {
        remarks.push("unique: a key?".to_owned());
    }
    if column.odd > 0 && !matches!(column.holds, Holds::Texts | Holds::Codes | Holds::Nothing) {
        remarks.push(format!("{} otherwise", count(column.odd, "value", "values")));
    }
    if column.numbers.minus_behind > 0 {
        remarks.push("minus behind".to_owned());
    } else if column.numbers.minus_before > 0 {
        remarks.push("minus in front".to_owned());
    }
    if !column.no_dates.is_empty() {
        remarks.push(format!("no date: {}", shown(&column.no_dates.join(" "))));
    }
    remarks.join("; ")
}

pub(super) fn quotes(quotes: Quotes) -> String {
    match quotes {
        Quotes::Absent => "none".to_owned(),
        Quotes::RoundFields { fields, all, unclosed } => {
            let which = if all { "round all fields" } else { "round some fields" };
            let open =
                if unclosed > 0 { format!(", {unclosed} not closed on their line") } else { String::new() };
            format!("{which} ({fields}){open}")
        }
        Quotes::PlainText { fields } => {
            format!("plain text, in {}: they close nothing", count(fields, "field", "fields"))
        }
    }
}

pub(super) fn numbers(style: &NumberStyle) -> String {
    let decimal = match style.decimal {
        None => "no number with decimals".to_owned(),
        Some(decimal) if style.sure == 0 => {
            format!(
                "decimal {decimal} perhaps: {} may be groups or decimals",
                count(style.unsure, "value", "values")
            )
        }
        Some(decimal) => {
            let against =
                if style.against > 0 { format!(", {} against it", style.against) } else { String::new() };
            format!("decimal {decimal} ({}{against})", count(style.sure, "value", "values"))
        }
    };
    match style.thousands {
        Some(mark) => format!("{decimal}; {} between groups", sign(mark)),
        None => decimal,
    }
}

/// A role of `synonyms.txt` as a person says it.
pub(super) fn role(role: &str) -> String {
    role.replace('_', " ")
}

pub(super) fn left(why: LeftWhy) -> String {
    match why {
        LeftWhy::UnknownName => "no member is known by this name".to_owned(),
        LeftWhy::Taken(name) => format!("another column is the {} already", role(name)),
        LeftWhy::Unfit(name) => format!("by its name the {}, but its values do not fit", role(name)),
        LeftWhy::NoMember(name) => {
            format!("by its name the {}, which this kind of document does not have", role(name))
        }
        LeftWhy::Differs(name) => {
            format!("by its name the {}, but its values differ inside a document", role(name))
        }
        LeftWhy::NoName => "the header does not name it".to_owned(),
    }
}

/// Why an entry of a format file is what it is, behind `# guess: `.
pub(super) fn why(why: &Why) -> String {
    match why {
        Why::Encoding { score, even } if even.is_empty() => format!("score {score} of 100"),
        Why::Encoding { score, even } => {
            format!("score {score} of 100, as good as {}: ask the sender", even.join(", "))
        }
        Why::Quotes(found) => format!("quotation marks are {}", quotes(*found)),
        Why::NoHeader => "the first record holds values, no names".to_owned(),
        Why::Skipped => "the lines before are no records".to_owned(),
        Why::NamesTwice => {
            "a name stands twice in the header, so columns are told by their numbers".to_owned()
        }
        Why::Decimal(style) => numbers(style),
        Why::Thousands => "it stands between groups of three digits".to_owned(),
        Why::Date(styles) => {
            let fit = styles.first().map_or(0, |style| style.fit);
            let others: Vec<&str> = styles.iter().skip(1).map(|style| style.pattern).collect();
            let fit = format!("{} so", count(fit, "value is", "values are"));
            if others.is_empty() {
                fit
            } else {
                format!("{fit}, and {} as well: ask the sender", others.join(", "))
            }
        }
        Why::Group(group) => {
            let documents = count(group.documents, "number", "numbers");
            let rows = count(group.rows, "row", "rows");
            let returning = match group.returning {
                0 => "rows of one stand side by side".to_owned(),
                1 => "1 of them returns after another one".to_owned(),
                returning => format!("{returning} of them return after another one"),
            };
            format!("{documents} in {rows}; {returning}")
        }
        Why::Kind(others) => format!("it may be {} as well", others.join(" or ")),
        Why::Names => "what each column is, by its name".to_owned(),
        Why::LeadingZeros => {
            "zeros in front go; the number as it stands is remembered for reports".to_owned()
        }
        Why::Table { unknown: 0 } => "every value stands in the built-in table".to_owned(),
        Why::Table { unknown } => {
            format!("{} not in the built-in table", count(*unknown, "value is", "values are"))
        }
        Why::Codes { different } => {
            format!(
                "{}: Ongoing's own, or is a code table needed?",
                count(*different, "code", "different codes")
            )
        }
        Why::Odd { values } => format!("{} cannot be read so", count(*values, "value", "values")),
        Why::TooLong { longest, most } => {
            format!("up to {longest} characters, Ongoing takes {most}: cut = {most}?")
        }
        Why::Differs { documents } => {
            format!(
                "values differ inside {}, which makes them faulty",
                count(*documents, "document", "documents")
            )
        }
        Why::OfLines => "values differ inside documents, so it is of the line".to_owned(),
        Why::Price => "the price of one piece, or of so many; Ongoing takes the price of the row".to_owned(),
        Why::FileName => "no field is the number: is the file named after it?".to_owned(),
        Why::FirstOfLines => "only the lines say it: that of the first is taken".to_owned(),
        Why::PostAndCity => "a post code and a city stand together".to_owned(),
        Why::Opens(times) => format!("each of these is a document: {}", count(*times, "element", "elements")),
        Why::Lines(times) => format!("each of these is a line: {}", count(*times, "element", "elements")),
        Why::Labels => {
            "the row that names the columns begins so; before it stand lines of label and value".to_owned()
        }
        Why::TableEnds => "a row without a first field ends the table".to_owned(),
        Why::Declares(Some(declared)) => {
            format!("the file says {}, and its bytes are not that", shown(declared))
        }
        Why::Declares(None) => "the file does not say its encoding, and its bytes are not UTF-8".to_owned(),
        Why::NoGoods(kinds) => {
            let kinds: Vec<String> = kinds
                .iter()
                .map(|kind| if kind.is_empty() { "blank".to_owned() } else { format!("\"{}\"", shown(kind)) })
                .collect();
            format!("rows like these are no goods and are passed over: {}", kinds.join(", "))
        }
        Why::NoDates => "they stand for no date".to_owned(),
        Why::OwnSigns => "this column writes numbers otherwise than the others".to_owned(),
        Why::RecordTypes => "the kind of record shows there".to_owned(),
        Why::Under => "it follows records of that kind".to_owned(),
        Why::Counts => "its number is how many there are".to_owned(),
        Why::NotUsed => "nothing is made of it yet; without this line its fields can be used".to_owned(),
        Why::Places => "fields begin behind blanks, and where digits meet letters".to_owned(),
        Why::NothingNames => {
            "nothing names the fields: say what each is, with what the fields above hold".to_owned()
        }
        Why::Field(column) => {
            let remarks = remarks(column);
            if remarks.is_empty() { holds(column) } else { format!("{}; {remarks}", holds(column)) }
        }
    }
}
