//! A layout in the making: mappings may still add the fields that they name.

use chrono::Weekday;

use super::layout::value_path;
use crate::fault::{Fault, Place, code};
use crate::format::convert::DateStyle;
use crate::format::layout::{
    Align, FieldAt, FieldLayout, Layout, NumberStyle, PartLayout, RecordLayout, RecordUse, Syntax,
};
use crate::format::source::{FieldRef, Reach};
use crate::written::{At, Table, suggestion};

/// A layout whose record kinds may still get fields.
pub(super) struct Draft {
    pub layout: Layout,
    /// Where each record kind is written, for messages.
    pub places: Vec<Place>,
    /// The record kinds whose fields are the columns that a header names, or labels: any name is one.
    pub open: Vec<usize>,
    pub number: NumberStyle,
    pub date: DateStyle,
    /// The day that a week means where a field does not say it.
    pub weekday: Option<Weekday>,
    pub blank: Vec<String>,
    /// The prefixes that XML paths may use, and their namespaces.
    pub namespaces: Vec<(String, String)>,
    /// Columns that the header need not have, and whether a mapping names them.
    pub optional: Vec<At<String>>,
    /// Documents are read by it, so that date patterns must be able to.
    pub reads: bool,
    /// The record kinds that some mapping reads.
    pub used: Vec<usize>,
    /// The files that belong together, each as it was drafted, but for its record kinds, which stand with the whole.
    pub parts: Vec<PartDraft>,
}

/// One of several files that belong together.
pub(super) struct PartDraft {
    pub name: At<String>,
    /// The first of its record kinds among those of the whole.
    pub first: usize,
    pub draft: Draft,
}

/// What a name is looked up from.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The record at hand.
    pub kind: usize,
    /// Record kinds below it that may occur several times, since lists are made of them.
    pub repeated: &'s [usize],
}

impl Draft {
    /// The record kind of this name.
    pub fn kind(&self, name: &str) -> Option<usize> {
        self.layout.records.iter().position(|record| record.name == name)
    }

    /// The record kind that a text names, or a mistake.
    pub fn named_kind(&self, table: &Table<'_>, key: &str, name: &At<String>) -> Option<usize> {
        let kind = self.kind(&name.value);
        if kind.is_none() {
            table.fault(
                Fault::new(code::UNKNOWN_RECORD_KIND)
                    .at(name.place.clone())
                    .found(&name.value)
                    .with("key", key)
                    .with("names", self.kind_names().join(", "))
                    .with("suggestion", suggestion(&name.value, self.kind_names())),
            );
        }
        kind
    }

    pub fn kind_names(&self) -> Vec<&str> {
        self.layout.records.iter().map(|record| record.name.as_str()).collect()
    }

    /// A field as the layout says fields are written, unless its own table says otherwise.
    pub fn plain_field(&self, name: &str, at: FieldAt) -> FieldLayout {
        FieldLayout {
            name: name.to_owned(),
            at,
            blank: self.blank.clone(),
            number: self.number.clone(),
            packed: None,
            date: self.date.clone(),
            optional: self.optional.iter().any(|optional| optional.value == name),
            align: Align::Left,
            pad: ' ',
        }
    }

    /// The place of a field in a record kind, made if the kind takes any name.
    pub fn own_field(&mut self, kind: usize, name: &str) -> Option<usize> {
        let record = self.layout.records.get(kind)?;
        if let Some(at) = record.fields.iter().position(|field| field.name == name) {
            return Some(at);
        }
        let at = match &self.layout.syntax {
            Syntax::Xml(_) => FieldAt::Path(vec![value_path(name, &self.namespaces)?]),
            Syntax::Tagged(tagged) if tagged.may_be_tag(name) => FieldAt::Tag(name.to_owned()),
            _ if !self.open.contains(&kind) => return None,
            _ if record.name == crate::format::labels::RECORD => FieldAt::Label,
            _ => FieldAt::Header,
        };
        let field = self.of_kind(kind).plain_field(name, at);
        self.add(kind, field)
    }

    /// The draft that says how the fields of a record kind are written: that of its file.
    pub fn of_kind(&self, kind: usize) -> &Draft {
        self.parts.iter().rfind(|part| part.first <= kind).map_or(self, |part| &part.draft)
    }

    /// A draft of the whole, without record kinds, for files of which this is the first.
    pub fn emptied(&self) -> Draft {
        let layout = Layout { records: Vec::new(), ..self.layout.clone() };
        Draft {
            layout,
            places: Vec::new(),
            open: Vec::new(),
            number: self.number.clone(),
            date: self.date.clone(),
            weekday: self.weekday,
            blank: Vec::new(),
            namespaces: Vec::new(),
            optional: Vec::new(),
            reads: self.reads,
            used: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Adds the record kinds of a file that belongs together with those that came before.
    pub fn add_part(&mut self, name: At<String>, mut part: Draft) {
        let first = self.layout.records.len();
        let moved = |kind: &mut usize| *kind += first;
        for record in &mut part.layout.records {
            record.under.iter_mut().for_each(moved);
            let covered = record.checks.iter_mut().flat_map(|check| &mut check.of);
            covered.for_each(|covered| moved(&mut covered.kind));
        }
        part.open.iter_mut().for_each(moved);
        self.open.append(&mut part.open);
        self.layout.records.append(&mut part.layout.records);
        self.places.append(&mut part.places);
        self.parts.push(PartDraft { name, first, draft: part });
    }

    /// The record kinds of a part, by its number.
    pub fn kinds_of_part(&self, number: usize) -> std::ops::Range<usize> {
        let first = |number: usize| self.parts.get(number).map(|part| part.first);
        let end = self.layout.records.len();
        first(number).unwrap_or(end)..first(number + 1).unwrap_or(end)
    }

    /// The layout as it was drafted, once no mapping adds a field any more.
    pub fn into_layout(self) -> Layout {
        let kinds: Vec<_> = (0..self.parts.len()).map(|number| self.kinds_of_part(number)).collect();
        let Draft { mut layout, parts, .. } = self;
        for (part, kinds) in parts.into_iter().zip(kinds) {
            let mut own = part.draft.layout;
            own.records = layout.records.get(kinds).unwrap_or_default().to_vec();
            layout.parts.push(PartLayout { name: part.name.value, first: part.first, layout: own });
        }
        layout
    }

    /// Adds a field to a record kind, or puts it in the place of an inherited one of its name.
    pub fn set(&mut self, kind: usize, field: FieldLayout) -> Option<usize> {
        let known =
            self.layout.records.get_mut(kind)?.fields.iter_mut().find(|known| known.name == field.name);
        match known {
            Some(known) => *known = field,
            None => return self.add(kind, field),
        }
        None
    }

    /// Adds a field to a record kind.
    pub fn add(&mut self, kind: usize, field: FieldLayout) -> Option<usize> {
        let record = self.layout.records.get_mut(kind)?;
        record.fields.push(field);
        Some(record.fields.len() - 1)
    }

    /// Adds a record kind without fields.
    pub fn add_kind(&mut self, name: &str, place: Place) -> usize {
        self.layout.records.push(RecordLayout {
            name: name.to_owned(),
            path: Vec::new(),
            when: Vec::new(),
            under: Vec::new(),
            joins: Vec::new(),
            length: None,
            columns: None,
            columns_least: 0,
            nest: None,
            fields: Vec::new(),
            use_: RecordUse::Data,
            checks: Vec::new(),
        });
        self.places.push(place);
        self.layout.records.len() - 1
    }

    /// The record kinds above one, nearest first.
    pub fn above(&self, kind: usize) -> Vec<usize> {
        let mut above: Vec<usize> = Vec::new();
        let mut queue = vec![kind];
        while let Some(kind) = queue.pop() {
            let record = self.layout.records.get(kind);
            for parent in record.into_iter().flat_map(|record| record.under.iter().chain(&record.joins)) {
                if !above.contains(parent) {
                    above.push(*parent);
                    queue.insert(0, *parent);
                }
            }
        }
        above
    }

    /// The record kinds below one.
    pub fn below(&self, kind: usize) -> Vec<usize> {
        (0..self.layout.records.len())
            .filter(|other| *other != kind && self.above(*other).contains(&kind))
            .collect()
    }

    /// The field that a text names: of the record at hand, else of those below it that occur once or those above.
    pub fn field(&mut self, table: &Table<'_>, name: &At<String>, scope: Scope<'_>) -> Option<FieldRef> {
        let qualified = self.qualified(&name.value, scope);
        if let Some((kind, field)) = qualified {
            return self.found(kind, field, scope);
        }
        if self.open.contains(&scope.kind)
            && !self.below(scope.kind).iter().any(|kind| self.open.contains(kind))
            && self.above(scope.kind).is_empty()
        {
            if name.value.is_empty() {
                self.unknown_field(table, name, scope);
                return None;
            }
            let field = self.own_field(scope.kind, &name.value)?;
            return self.found(scope.kind, field, scope);
        }
        let has = |draft: &Draft, kind: usize| {
            let fields = &draft.layout.records.get(kind)?.fields;
            fields.iter().position(|field| field.name == name.value).map(|field| (kind, field))
        };
        if let Some((kind, field)) = has(self, scope.kind) {
            return self.found(kind, field, scope);
        }
        if let Some(field) = self.own_field(scope.kind, &name.value) {
            return self.found(scope.kind, field, scope);
        }
        let below = self.below(scope.kind);
        let hits: Vec<(usize, usize)> = below
            .iter()
            .filter(|kind| !scope.repeated.contains(kind))
            .chain(&self.above(scope.kind))
            .filter_map(|kind| has(self, *kind))
            .collect();
        match hits.as_slice() {
            [(kind, field)] => self.found(*kind, *field, scope),
            [] => {
                let often =
                    scope.repeated.iter().find(|kind| below.contains(kind) && has(self, **kind).is_some());
                match often.and_then(|kind| self.layout.records.get(*kind)) {
                    Some(record) => table.fault(
                        Fault::new(code::FIELD_OCCURS_OFTEN)
                            .at(name.place.clone())
                            .found(&name.value)
                            .with("kind", &record.name),
                    ),
                    None => self.unknown_field(table, name, scope),
                }
                None
            }
            several => {
                let names: Vec<String> = several
                    .iter()
                    .filter_map(|(kind, _)| self.layout.records.get(*kind))
                    .map(|record| format!("{}.{}", record.name, name.value))
                    .collect();
                table.fault(
                    Fault::new(code::AMBIGUOUS_FIELD)
                        .at(name.place.clone())
                        .found(&name.value)
                        .with("names", names.join(", ")),
                );
                None
            }
        }
    }

    /// `head.OrdNr`.
    fn qualified(&mut self, name: &str, scope: Scope<'_>) -> Option<(usize, usize)> {
        let (kind, field) = name.split_once('.')?;
        let kind = self.kind(kind)?;
        let reachable = kind == scope.kind
            || self.above(scope.kind).contains(&kind)
            || self.below(scope.kind).contains(&kind);
        if !reachable || scope.repeated.contains(&kind) {
            return None;
        }
        let known = self.layout.records.get(kind)?.fields.iter().position(|known| known.name == field);
        let field = match known {
            Some(known) => known,
            None => self.own_field(kind, field)?,
        };
        Some((kind, field))
    }

    fn found(&mut self, kind: usize, field: usize, scope: Scope<'_>) -> Option<FieldRef> {
        let reach = if kind == scope.kind {
            Reach::Own
        } else if self.above(scope.kind).contains(&kind) {
            Reach::Ancestor
        } else {
            Reach::Child
        };
        self.used.push(kind);
        Some(FieldRef { kind, field, reach })
    }

    fn unknown_field(&self, table: &Table<'_>, name: &At<String>, scope: Scope<'_>) {
        let mut kinds = vec![scope.kind];
        kinds.extend(self.below(scope.kind));
        kinds.extend(self.above(scope.kind));
        let names: Vec<&str> = kinds
            .iter()
            .filter_map(|kind| self.layout.records.get(*kind))
            .flat_map(|record| record.fields.iter().map(|field| field.name.as_str()))
            .collect();
        let kind = self.layout.records.get(scope.kind).map(|record| record.name.as_str()).unwrap_or_default();
        let mut known: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        known.extend(self.any_name());
        table.fault(
            Fault::new(code::UNKNOWN_FIELD)
                .at(name.place.clone())
                .found(&name.value)
                .with("kind", kind)
                .with("names", known.join(", "))
                .with("suggestion", suggestion(&name.value, names.iter().copied())),
        );
    }

    /// What any name may be that no record kind names, in words.
    pub fn any_name(&self) -> Option<String> {
        match &self.layout.syntax {
            Syntax::Xml(_) => Some(
                "any path like Head/Buyer/Name or @OrderNumber, with prefixes that namespaces declares"
                    .to_owned(),
            ),
            Syntax::Tagged(tagged) => {
                let marks: Vec<String> = tagged.marks.iter().map(char::to_string).collect();
                Some(format!("any tag that begins with {}", marks.join(" or ")))
            }
            Syntax::Csv(_) | Syntax::Fixed(_) | Syntax::Whole => None,
        }
    }

    /// Whether labels stand before the rows.
    pub fn has_labels(&self) -> bool {
        matches!(&self.layout.syntax, Syntax::Csv(csv) if csv.labels.is_some())
    }

    /// Whether the syntax is CSV.
    pub fn is_csv(&self) -> bool {
        matches!(self.layout.syntax, Syntax::Csv(_))
    }
}
