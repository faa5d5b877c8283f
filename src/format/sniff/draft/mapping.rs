//! Which member each column is, by its name and by whether its values fit.

use super::{Left, LeftWhy, Why};
use crate::document::{DocumentType, MemberKind};
use crate::format::sniff::column::{Column, Holds};
use crate::format::sniff::delimited::Group;
use crate::format::sniff::document;
use crate::format::sniff::words::{self, Meant, Role, SURE, SUREST, Target, WEAK};

/// A column, and where its fields stand.
pub(super) struct Placed<'c> {
    pub column: &'c Column,
    pub level: Level,
    /// The roles that it may have.
    pub roles: Meant,
}

/// Where the fields of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// In rows that hold the fields of the document and of a line.
    Row,
    /// Once in each document.
    Document,
    /// Once in each line.
    Line,
}

impl<'c> Placed<'c> {
    /// The column of a header.
    pub fn in_row(column: &'c Column) -> Placed<'c> {
        let roles = words::of_name(column.name.as_deref().unwrap_or_default());
        Placed { column, level: Level::Row, roles }
    }
}

/// A column and what it becomes.
pub(super) struct Mapped<'c> {
    pub column: &'c Column,
    pub path: &'static str,
    pub of_lines: bool,
    pub why: Vec<Why>,
}

/// What columns become, those that are left, and those beside them.
#[derive(Default)]
pub(super) struct Mapping<'c> {
    pub mapped: Vec<Mapped<'c>>,
    pub left: Vec<Left>,
    pub remembered: Vec<&'c Column>,
    pub price_per: Option<&'c Column>,
    /// Tells goods from other rows.
    pub row_kind: Option<&'c Column>,
}

/// The number of the column that names the documents.
pub(in crate::format::sniff) fn number_column(columns: &[Column], document: DocumentType) -> Option<usize> {
    let placed: Vec<Placed<'_>> = columns.iter().map(Placed::in_row).collect();
    let mapping = map(&placed, document, None);
    document::number(document).and_then(|path| mapping.by_path(path)).map(|mapped| mapped.column.number)
}

/// Which member each column is: what is surest first, then in the order of the roles. But a document must have its number: a
/// word that may mean it gives a column to it before a sure one gives that to another member, where no column is it for sure.
pub(super) fn map<'c>(columns: &[Placed<'c>], document: DocumentType, group: Option<&Group>) -> Mapping<'c> {
    let mut mapping = Mapping::default();
    let mut done: Vec<usize> = Vec::new();
    let mut refused: Vec<(usize, LeftWhy)> = Vec::new();
    let differs = |column: &Column| -> usize {
        let differing = group.map(|group| group.differing.as_slice()).unwrap_or_default();
        differing.iter().find(|(number, _)| *number == column.number).map_or(0, |(_, documents)| *documents)
    };
    let number = document::number(document);
    let is_number = |target: &Target| matches!(target, Target::Member { path, .. } if Some(*path) == number);
    let turns = [(SUREST, true), (SURE, true), (WEAK, true), (SUREST, false), (SURE, false), (WEAK, false)];
    for (sure, of_number) in turns {
        for (at, role) in words::roles().iter().enumerate() {
            let Some(target) = role.target(document).filter(|target| is_number(target) == of_number) else {
                continue;
            };
            for placed in columns.iter().filter(|placed| placed.roles.contains(&(sure, at))) {
                let column = placed.column;
                if done.contains(&column.number) {
                    continue;
                }
                match take(&mapping, role, target, placed, document, differs(column)) {
                    Ok(Taken::Member(mapped)) => mapping.mapped.push(mapped),
                    Ok(Taken::Remembered) => mapping.remembered.push(column),
                    Ok(Taken::PricePer) => mapping.price_per = Some(column),
                    Ok(Taken::RowKind) => mapping.row_kind = Some(column),
                    Err(why) => {
                        refused.push((column.number, why));
                        continue;
                    }
                }
                done.push(column.number);
            }
        }
    }
    for Placed { column, roles, .. } in columns {
        if done.contains(&column.number) || (column.name.is_none() && column.filled == 0) {
            continue;
        }
        let why = refused.iter().find(|(number, _)| *number == column.number).map(|(_, why)| *why);
        let why = why.unwrap_or_else(|| match (&column.name, roles.iter().min()) {
            (None, _) => LeftWhy::NoName,
            (Some(_), first) => match first.and_then(|(_, at)| words::roles().get(*at)) {
                Some(role) => LeftWhy::NoMember(role.name),
                None => LeftWhy::UnknownName,
            },
        });
        mapping.left.push(Left { column: (*column).clone(), why });
    }
    mapping
}

enum Taken<'c> {
    Member(Mapped<'c>),
    Remembered,
    PricePer,
    RowKind,
}

fn take<'c>(
    mapping: &Mapping<'c>,
    role: &'static Role,
    target: Target,
    placed: &Placed<'c>,
    document: DocumentType,
    differs: usize,
) -> Result<Taken<'c>, LeftWhy> {
    let column = placed.column;
    let (path, of_lines) = match target {
        Target::Remember if placed.level == Level::Document => return Err(LeftWhy::NoMember(role.name)),
        Target::Remember => return Ok(Taken::Remembered),
        Target::PricePer if mapping.price_per.is_some() => return Err(LeftWhy::Taken(role.name)),
        Target::PricePer if !column.is_positive() => return Err(LeftWhy::Unfit(role.name)),
        Target::PricePer => return Ok(Taken::PricePer),
        Target::RowKind if mapping.row_kind.is_some() => return Err(LeftWhy::Taken(role.name)),
        Target::RowKind if !tells_goods(column, role) => return Err(LeftWhy::Unfit(role.name)),
        Target::RowKind => return Ok(Taken::RowKind),
        Target::Member { path, of_lines } => (path, of_lines),
    };
    let lines = document::lines(document);
    let in_lines = |path: &str| lines.is_some_and(|lines| path.starts_with(&format!("{lines}.")));
    let is_key = document::number(document) == Some(path);
    let mut why = Vec::new();
    let mut path = path;
    match placed.level {
        Level::Row => {}
        Level::Document if in_lines(path) => return Err(LeftWhy::NoMember(role.name)),
        Level::Document => {}
        Level::Line if in_lines(path) || lines.is_none() => {}
        Level::Line => path = of_lines.ok_or(LeftWhy::NoMember(role.name))?,
    }
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

/// Whether some values of a column say that their row is goods, and others or blanks that it is none.
fn tells_goods(column: &Column, role: &Role) -> bool {
    let goods: usize =
        column.values.iter().filter(|(value, _)| role.has_value(value)).map(|(_, rows)| rows).sum();
    goods > 0 && goods < column.rows
}

impl<'c> Mapping<'c> {
    pub fn by_path(&self, path: &str) -> Option<&Mapped<'c>> {
        self.mapped.iter().find(|mapped| mapped.path == path)
    }

    /// The columns that the format file names.
    pub fn used(&self) -> Vec<&'c Column> {
        let mut used: Vec<&Column> = self.mapped.iter().map(|mapped| mapped.column).collect();
        used.extend(self.price_per.iter().chain(&self.remembered).chain(&self.row_kind).copied());
        used.sort_by_key(|column| column.number);
        used
    }

    /// Whether a name that is used stands twice in the header.
    pub fn needs_numbers(&self, all: &[Column]) -> bool {
        let twice = |column: &Column| all.iter().filter(|other| other.name == column.name).count() > 1;
        self.used().into_iter().any(twice)
    }

    pub fn numbers(&self, document: DocumentType) -> Vec<&'c Column> {
        let is_number = |mapped: &&Mapped<'_>| {
            document::member(document, mapped.path)
                .is_some_and(|member| matches!(member.kind, MemberKind::Decimal | MemberKind::Integer))
        };
        self.mapped.iter().filter(is_number).map(|mapped| mapped.column).chain(self.price_per).collect()
    }

    pub fn dates(&self, document: DocumentType) -> Vec<&'c Column> {
        let is_date = |mapped: &&Mapped<'_>| {
            document::member(document, mapped.path)
                .is_some_and(|member| matches!(member.kind, MemberKind::Date | MemberKind::DateTime))
        };
        self.mapped.iter().filter(is_date).map(|mapped| mapped.column).collect()
    }

    pub fn is_number(&self, column: &Column) -> bool {
        matches!(column.holds, Holds::Numbers | Holds::WholeNumbers)
    }
}
