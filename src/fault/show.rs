//! Faults for people: like a compiler for authors of configuration and formats, as a plain paragraph for operators.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::{Fault, Language};

/// As many characters of a long line are shown, about its caret.
const LINE_WIDTH: usize = 100;

/// As many characters of a value or sentence are shown; a value may be a whole damaged file.
const TEXT_LENGTH: usize = 2_000;

/// The few words that stand round the sentences of a fault.
struct Words {
    error: &'static str,
    warning: &'static str,
    expected: &'static str,
    help: &'static str,
    to_do: &'static str,
    line: &'static str,
    record: &'static str,
    field: &'static str,
}

fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            error: "error",
            warning: "warning",
            expected: "expected",
            help: "help",
            to_do: "What to do",
            line: "Line",
            record: "record",
            field: "field",
        },
        Language::Swedish => Words {
            error: "fel",
            warning: "varning",
            expected: "väntat",
            help: "hjälp",
            to_do: "Att göra",
            line: "Rad",
            record: "post",
            field: "fält",
        },
    }
}

/// A fault as a compiler would show it: code and sentence, place, the line with a caret under the characters that are
/// meant, what was expected, and what helps. Ends with a line end. `colour` adds ANSI colours.
pub fn show(fault: &Fault, language: Language, colour: bool) -> String {
    show_as(fault, fault.code.is_warning(), language, colour)
}

/// The same of something that keeps nothing back here, whatever else becomes of such faults elsewhere.
pub fn show_warning(fault: &Fault, language: Language, colour: bool) -> String {
    show_as(fault, true, language, colour)
}

fn show_as(fault: &Fault, is_warning: bool, language: Language, colour: bool) -> String {
    let words = words(language);
    let (level, name) = match is_warning {
        true => (Level::WARNING, words.warning),
        false => (Level::ERROR, words.error),
    };
    let mut group = level
        .with_name(name)
        .primary_title(tame(&fault.what(language)))
        .id(fault.code.name())
        .elements(Vec::<Origin<'_>>::new());
    let file = fault.place.file.as_deref().map(tame);
    let marked = fault.place.source.as_deref().map(|source| Marked::of(source, fault));
    let line = fault.place.line.and_then(|line| usize::try_from(line).ok());
    match (&marked, line) {
        (Some(marked), Some(line)) => {
            // The column of the place, not of the line as cut for showing.
            let label = fault.place.field.as_deref().map(|field| format!("{} {}", words.field, tame(field)));
            let annotation = AnnotationKind::Primary.span(marked.span.clone()).label(label);
            let mut snippet = Snippet::source(marked.text.as_str()).line_start(line).fold(false);
            if marked.whole {
                snippet = snippet.path(file.clone().unwrap_or_else(|| "-".to_owned()));
            } else {
                group = group.element(origin(file.clone(), fault));
            }
            snippet = snippet.annotation(annotation);
            group = group.element(snippet);
        }
        _ if file.is_some() => group = group.element(origin(file.clone(), fault)),
        _ => {}
    }
    if let Some(expected) = fault.expected(language) {
        group = group.element(Level::NOTE.with_name(words.expected).message(tame(&expected)));
    }
    if let Some(hint) = fault.hint(language) {
        group = group.element(Level::HELP.with_name(words.help).message(tame(&hint)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut shown = renderer.term_width(LINE_WIDTH * 2).render(&[group]);
    shown.push('\n');
    shown
}

fn origin(file: Option<String>, fault: &Fault) -> Origin<'static> {
    let number = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok());
    let mut origin = Origin::path(file.unwrap_or_else(|| "-".to_owned()));
    if let Some(line) = number(fault.place.line) {
        origin = origin.line(line);
        if let Some(column) = number(fault.place.column) {
            origin = origin.char_column(column);
        }
    }
    origin
}

/// The line to show, cut round the characters that are meant.
struct Marked {
    text: String,
    span: std::ops::Range<usize>,
    whole: bool,
}

impl Marked {
    fn of(source: &str, fault: &Fault) -> Marked {
        let characters: Vec<char> = source.lines().next().unwrap_or("").chars().collect();
        let first = fault.place.source_column.unwrap_or(1);
        let start =
            fault.place.column.map_or(0, |column| usize::try_from(column.saturating_sub(first)).unwrap_or(0));
        let start = start.min(characters.len());
        let length = match fault.place.length {
            Some(length) => usize::try_from(length).unwrap_or(usize::MAX).max(1),
            None if fault.place.column.is_some() => 1,
            None => usize::MAX,
        };
        let end = start.saturating_add(length).min(characters.len());
        let from = if characters.len() <= LINE_WIDTH { 0 } else { start.saturating_sub(LINE_WIDTH / 3) };
        let to = from.saturating_add(LINE_WIDTH).min(characters.len());
        let whole = from == 0 && first == 1;
        let mut text = String::new();
        let mut span = 0..0;
        if !whole {
            text.push('…');
        }
        for (position, character) in characters.iter().enumerate().take(to).skip(from) {
            if position == start {
                span.start = text.len();
            }
            // The renderer shows the control characters of ASCII, and hands the others on to the terminal.
            let of_latin = ('\u{80}'..='\u{9f}').contains(character);
            text.push(if of_latin { '\u{FFFD}' } else { *character });
            if position < end {
                span.end = text.len();
            }
        }
        if start >= to {
            span.start = text.len();
        }
        span.end = span.end.max(span.start);
        if to < characters.len() {
            text.push('…');
        }
        Marked { text, span, whole }
    }
}

/// A fault as a paragraph in plain language, for `NAME.error.txt` and for pages:
/// `Line 14, field Antal: "12,5O" is not a number. Expected: … What to do: …`
pub fn plain(fault: &Fault, language: Language) -> String {
    let words = words(language);
    let mut place = Vec::new();
    if let Some(line) = fault.place.line {
        place.push(format!("{} {line}", words.line));
    }
    if let Some(field) = &fault.place.field {
        place.push(format!("{} {}", words.field, tame(field)));
    } else if let Some(record) = &fault.place.record {
        place.push(format!("{} {}", words.record, tame(record)));
    }
    let mut text = place.join(", ");
    if !text.is_empty() {
        text = format!("{}: ", first_upper(&text));
    }
    text.push_str(&sentence(&tame(&fault.what(language))));
    for (word, part) in [(words.expected, fault.expected(language)), (words.to_do, fault.hint(language))] {
        if let Some(part) = part {
            text.push_str(&format!(" {}: {}", first_upper(word), sentence(&tame(&part))));
        }
    }
    text
}

fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A text that ends as a sentence does.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!', '…']) { text.to_owned() } else { format!("{text}.") }
}

/// A text on one line, without characters that move the cursor or turn the writing, and of bounded length.
fn tame(text: &str) -> String {
    let mut tamed: String = text.chars().take(TEXT_LENGTH).map(visible).collect();
    if text.chars().nth(TEXT_LENGTH).is_some() {
        tamed.push('…');
    }
    tamed
}

fn visible(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        // Bidirectional overrides and isolates would show the text in another order than it stands.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' => '\u{FFFD}',
        character if character.is_control() => '\u{FFFD}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Place, code};
    use proptest::prelude::*;

    fn unknown_key() -> Fault {
        Fault::new(code::UNKNOWN_KEY)
            .at(Place::file("gateway.toml").line(3).column(1, 7).source("langage = \"sv\""))
            .found("langage")
            .with("key", "langage")
            .with("names", "data, language")
            .with("suggestion", "did you mean language?")
    }

    fn not_a_decimal() -> Fault {
        Fault::new(code::NOT_A_DECIMAL)
            .at(Place::file("ORD1.csv").line(14).column(5, 4).field("Antal").source("100;12,5O;st"))
            .found("12,5O")
            .with("decimal", ",")
    }

    #[test]
    fn a_fault_is_shown_as_a_compiler_would() {
        let expected = "\
error[unknown-key]: langage is not known here
 --> gateway.toml:3:1
  |
3 | langage = \"sv\"
  | ^^^^^^^
  |
  = expected: one of: data, language
  = help: did you mean language?
";
        assert_eq!(show(&unknown_key(), Language::English, false), expected);
        assert!(show(&unknown_key(), Language::English, true).contains("\u{1b}["));
        assert!(
            show(&unknown_key(), Language::Swedish, false)
                .starts_with("fel[unknown-key]: langage är okänd här\n")
        );
    }

    #[test]
    fn the_field_is_named_under_its_characters() {
        let shown = show(&not_a_decimal(), Language::English, false);
        assert!(shown.contains("14 | 100;12,5O;st\n   |     ^^^^ field Antal\n"), "{shown}");
        assert!(show(&not_a_decimal(), Language::Swedish, false).contains("^^^^ fält Antal"));
        let warned = show_warning(&not_a_decimal(), Language::English, false);
        assert!(warned.starts_with("warning[not-a-decimal]"), "{warned}");
    }

    #[test]
    fn a_warning_does_not_look_like_an_error_and_a_fault_without_source_still_names_its_place() {
        let fault =
            Fault::new(code::SECRET_OPEN).at(Place::file("g.toml").line(2).column(9, 1)).with("path", "/k");
        assert_eq!(
            show(&fault, Language::English, false),
            "warning[secret-open]: /k can be read by others than its owner\n--> g.toml:2:9\n \
             = expected: rights of the owner only\n = help: chmod 600 /k\n"
        );
        let nowhere = Fault::new(code::LEDGER_FAILED).with("reason", "full");
        assert!(
            show(&nowhere, Language::English, false)
                .starts_with("error[ledger-failed]: the ledger cannot be used: full\n")
        );
    }

    #[test]
    fn a_long_line_is_cut_round_its_caret_and_keeps_its_column() {
        let source = format!("{}FAULT{}", "å;".repeat(300), "b;".repeat(300));
        let fault = unknown_key().at(Place::file("f.csv").line(7).column(601, 5).source(source));
        let shown = show(&fault, Language::English, false);
        assert!(shown.contains("f.csv:7:601"), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains("FAULT")).unwrap();
        let before = |line: &str, text: &str| line.split(text).next().unwrap().chars().count();
        assert_eq!(before(lines[at], "FAULT"), before(lines[at + 1], "^^^^^"), "{shown}");
        assert!(lines.iter().all(|line| line.chars().count() < 140), "{shown}");
    }

    #[test]
    fn the_caret_stands_under_the_characters_behind_tabs_and_wide_characters() {
        let fault = unknown_key().at(Place::file("f").line(1).column(4, 2).source("\t名x=5"));
        let shown = show(&fault, Language::English, false);
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains("=5")).unwrap();
        // A tab is four columns wide, the character behind it two.
        assert!(lines[at].ends_with("    名x=5"), "{shown}");
        assert!(lines[at + 1].ends_with("       ^^"), "{shown}");
    }

    #[test]
    fn operators_get_a_paragraph_in_their_language() {
        assert_eq!(
            plain(&not_a_decimal(), Language::English),
            "Line 14, field Antal: \"12,5O\" is not a number. Expected: digits with , as the decimal sign. \
             What to do: correct the value in the ERP and send the file again."
        );
        let swedish = plain(&not_a_decimal(), Language::Swedish);
        assert!(swedish.starts_with("Rad 14, fält Antal: "), "{swedish}");
        assert!(swedish.contains(" Att göra: "), "{swedish}");
    }

    #[test]
    fn values_cannot_move_the_cursor_or_turn_the_writing() {
        let fault = not_a_decimal().found("1\u{1b}[2J\r\n\u{202e}2");
        for text in [plain(&fault, Language::English), show(&fault, Language::English, false)] {
            assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
        }
        // The line that is shown holds the same; U+009B is as good as ESC [.
        let source = "100;\u{9b}2J\u{9d}0\u{80};st";
        let place = Place::file("ORD1.csv").line(14).column(6, 2).source(source);
        let shown = show(&not_a_decimal().at(place), Language::English, false);
        assert!(!shown.contains(|character| ('\u{80}'..='\u{9f}').contains(&character)), "{shown:?}");
        assert!(shown.contains("100;\u{FFFD}2J\u{FFFD}0\u{FFFD};st"), "{shown:?}");
    }

    proptest! {
        #[test]
        fn any_place_is_shown(source in "\\PC{0,300}|[\\s\\S]{0,200}", found in "[\\s\\S]{0,50}", line: u64,
                              column: Option<u64>, small in 0u64..400, length: Option<u64>) {
            for column in [column, Some(small)] {
                let mut place = Place::file("f").line(line).source(source.clone());
                place.column = column;
                place.length = length;
                let fault = not_a_decimal().at(place).found(found.clone());
                for colour in [true, false] {
                    prop_assert!(!show(&fault, Language::Swedish, colour).is_empty());
                }
                prop_assert!(!plain(&fault, Language::Swedish).is_empty());
            }
        }
    }
}
