//! The `[document.*]` tables, as written -> as checked.

use super::CodeTables;
use super::draft::{Draft, Scope};
use super::pick_part;
use super::source_part::{self, wrong_type};
use super::tests_part;
use crate::document::{DocumentType, MEMBERS_UNKNOWN, Member, MemberKind, Shape};
use crate::fault::{Code, Fault, code};
use crate::format::layout::RecordUse;
use crate::format::source::{Convert, EachMapping, MemberMapping, Pick, PlainMapping, ReadDocument, Source};
use crate::written::{At, Item, Table, suggestion};

/// Checks one `[document.NAME]`.
pub(super) fn document(
    name: &At<String>,
    table: &Table<'_>,
    draft: &mut Draft,
    tables: &CodeTables,
) -> Option<ReadDocument> {
    let document = document_type(table, name, true)?;
    let Some(each) = each(table, draft, None) else {
        targets(table, document.shape());
        return None;
    };
    let whole_group = draft.parts.is_empty()
        && draft.layout.group.as_ref().is_some_and(|group| group.key_of(Some(each)).is_some());
    let scope = Scope { kind: each, repeated: &[] };
    let only = tests_part::tests(table, "where", draft, scope).unwrap_or_default();
    let test = tests_part::tests(table, "test", draft, scope);
    let mut checker = Checker { draft, tables, whole_group, row_numbers_made: Vec::new() };
    let members = checker.members(table, document.shape(), each, whole_group, "");
    let row_numbers_made = checker.row_numbers_made;
    let lists_rows = whole_group && lists_of(&members, each);
    let takes_all = !has_lists(document.shape());
    let remember = Vec::new();
    Some(ReadDocument {
        document,
        each,
        whole_group,
        lists_rows,
        takes_all,
        only,
        test,
        members,
        row_numbers_made,
        remember,
    })
}

/// Whether some list is made of records of a kind.
fn lists_of(members: &[MemberMapping], kind: usize) -> bool {
    members.iter().any(|member| match member {
        MemberMapping::Plain(_) => false,
        MemberMapping::Object { members, .. } => lists_of(members, kind),
        MemberMapping::Alternatives { alternatives, .. } => {
            alternatives.iter().any(|(_, members)| lists_of(members, kind))
        }
        MemberMapping::Entries { entries, .. } => entries.iter().any(|entry| lists_of(entry, kind)),
        MemberMapping::Each(each) => each.each == kind,
    })
}

/// Whether a document has lists, in itself or in what is nested in it.
fn has_lists(shape: &Shape) -> bool {
    shape.members.iter().any(|member| match member.kind {
        MemberKind::List(_) => true,
        MemberKind::Object(inner) => has_lists(inner()),
        _ => false,
    })
}

/// The document type of this name that goes in the wanted direction, or a mistake.
pub(super) fn document_type(table: &Table<'_>, name: &At<String>, inbound: bool) -> Option<DocumentType> {
    let names =
        || DocumentType::ALL.iter().filter(|known| known.is_inbound() == inbound).map(|known| known.name());
    match DocumentType::named(&name.value) {
        Some(document) if document.is_inbound() == inbound => Some(document),
        other => {
            let code = match (other, inbound) {
                (None, _) => code::UNKNOWN_DOCUMENT,
                (Some(_), true) => code::DOCUMENT_IS_WRITTEN,
                (Some(_), false) => code::DOCUMENT_IS_READ,
            };
            table.fault(
                Fault::new(code)
                    .at(name.place.clone())
                    .found(&name.value)
                    .with("names", names().collect::<Vec<_>>().join(", "))
                    .with("suggestion", suggestion(&name.value, names())),
            );
            None
        }
    }
}

/// The record kind that `each` names; below `above`, or that one itself.
fn each(table: &Table<'_>, draft: &mut Draft, above: Option<usize>) -> Option<usize> {
    let names = draft.kind_names().join(", ");
    let name = table.required_text("each", &format!("the record kind to make it of, one of: {names}"))?;
    let kind = draft.named_kind(table, "each", &name)?;
    draft.used.push(kind);
    let use_ = draft.layout.records.get(kind).map(|record| record.use_);
    if use_ != Some(RecordUse::Data) {
        table.wrong_value("each", &name, "a record kind that is neither ignored nor a trailer", "");
        return None;
    }
    if let Some(above) = above
        && kind != above
        && !draft.below(above).contains(&kind)
    {
        pick_part::not_below(table, &name, kind, above, draft);
        return None;
    }
    Some(kind)
}

struct Checker<'d> {
    draft: &'d mut Draft,
    tables: &'d CodeTables,
    whole_group: bool,
    /// The lists whose row numbers are made.
    row_numbers_made: Vec<String>,
}

impl Checker<'_> {
    /// The members written in a table, in the order of the shape; `path` names the table in its document.
    fn members(
        &mut self,
        table: &Table<'_>,
        shape: &'static Shape,
        kind: usize,
        whole: bool,
        path: &str,
    ) -> Vec<MemberMapping> {
        let repeated = self.repeated(table, shape);
        let scope = Scope { kind, repeated: &repeated };
        let made = self.level(table, shape, scope, whole, path);
        check_required(table, shape);
        made
    }

    fn level(
        &mut self,
        table: &Table<'_>,
        shape: &'static Shape,
        scope: Scope<'_>,
        whole: bool,
        path: &str,
    ) -> Vec<MemberMapping> {
        let mut made = Vec::new();
        for key in table.keys() {
            let Some(position) = shape.position(&key.value) else {
                if !table.may_have(&key.value) {
                    unknown_target(table, shape, &key);
                }
                continue;
            };
            let (Some(member), Some(item)) = (shape.members.get(position), table.item(&key.value)) else {
                continue;
            };
            let path = if path.is_empty() { key.value.clone() } else { format!("{path}.{}", key.value) };
            if let Some(mapping) = self.member(table, member, position, item, scope, whole, &path) {
                made.push((position, mapping));
            }
        }
        made.sort_by_key(|(position, _)| *position);
        made.into_iter().map(|(_, mapping)| mapping).collect()
    }

    #[allow(clippy::too_many_arguments)]
    fn member(
        &mut self,
        table: &Table<'_>,
        member: &'static Member,
        position: usize,
        item: Item<'_>,
        scope: Scope<'_>,
        whole: bool,
        path: &str,
    ) -> Option<MemberMapping> {
        match (member.kind, item) {
            (MemberKind::Object(shape), Item::Table(inner)) => {
                let members = self.level(&inner, shape(), scope, whole, path);
                check_required(&inner, shape());
                Some(MemberMapping::Object {
                    position,
                    path: path.to_owned(),
                    required: member.required,
                    members,
                })
            }
            (MemberKind::List(shape), Item::Table(inner)) => {
                let Some(each) = each(&inner, self.draft, Some(scope.kind)) else {
                    targets(&inner, shape());
                    return None;
                };
                let item = Scope { kind: each, repeated: &[] };
                let only = tests_part::tests(&inner, "where", self.draft, item).unwrap_or_default();
                let skip = tests_part::tests(&inner, "skip", self.draft, item);
                let required = inner.boolean("required").is_some_and(|required| required.value);
                let required = required.then(|| path.to_owned());
                let mut members = self.members(&inner, shape(), each, false, path);
                self.make_row_numbers(&inner, shape(), path, &mut members);
                let row_number = shape().position("row_number");
                let remember = Vec::new();
                Some(MemberMapping::Each(EachMapping {
                    position,
                    each,
                    only,
                    skip,
                    required,
                    members,
                    are_lines: made_if_absent(shape()).is_some(),
                    row_number,
                    remember,
                }))
            }
            (MemberKind::List(shape), Item::List(items, _)) => {
                let mut entries = Vec::new();
                for item in items {
                    match item {
                        Item::Table(entry) => {
                            entries.push(self.level(&entry, shape(), scope, whole, path));
                            check_required(&entry, shape());
                        }
                        other => wrong_type(table, member.name, &other, "a table"),
                    }
                }
                Some(MemberMapping::Entries { position, entries })
            }
            (MemberKind::Object(shape), Item::List(items, _)) => {
                Some(self.alternatives(table, member, position, items, shape(), scope, whole, path))
            }
            (MemberKind::Object(shape), other) => {
                let example = shape().members.first().map(|inner| inner.name).unwrap_or_default();
                wrong_type(
                    table,
                    member.name,
                    &other,
                    &format!("members of its own, like {path}.{example} = \"Field\""),
                );
                None
            }
            (MemberKind::List(_), other) => {
                wrong_type(
                    table,
                    member.name,
                    &other,
                    &format!("a table of its own with each, [document.….{path}], or a list of tables"),
                );
                None
            }
            (kind, item) => {
                let mut checked =
                    source_part::source(table, member.name, item, kind, self.draft, scope, self.tables)?;
                if member.is_identifier() {
                    checked.source.set_identifier();
                }
                Some(MemberMapping::Plain(Box::new(PlainMapping {
                    position,
                    path: path.to_owned(),
                    required: member.required || checked.required,
                    always: checked.required,
                    source: checked.source,
                })))
            }
        }
    }

    /// `consignee = [{ when = …, name = … }, { name = … }]`: the first whose `when` holds is taken whole.
    #[allow(clippy::too_many_arguments)]
    fn alternatives(
        &mut self,
        table: &Table<'_>,
        member: &'static Member,
        position: usize,
        items: Vec<Item<'_>>,
        shape: &'static Shape,
        scope: Scope<'_>,
        whole: bool,
        path: &str,
    ) -> MemberMapping {
        let mut alternatives = Vec::new();
        let last = items.len();
        for (number, item) in items.into_iter().enumerate() {
            let Item::Table(inner) = item else {
                wrong_type(table, member.name, &item, "a table");
                continue;
            };
            let when = tests_part::tests(&inner, "when", self.draft, scope);
            if when.is_none() && number + 1 < last {
                inner.missing(
                    "when",
                    "when it is taken, like when = { LevNamn = { blank = false } }; only the last needs none",
                );
            }
            let members = self.level(&inner, shape, scope, whole, &format!("{path}[{}]", number + 1));
            check_required(&inner, shape);
            alternatives.push((when.unwrap_or_default(), members));
        }
        MemberMapping::Alternatives {
            position,
            path: path.to_owned(),
            required: member.required,
            alternatives,
        }
    }

    /// Lines whose row number the format file does not set are numbered in the order of the file, so that the same
    /// content has the same numbers.
    fn make_row_numbers(
        &mut self,
        table: &Table<'_>,
        shape: &'static Shape,
        path: &str,
        members: &mut Vec<MemberMapping>,
    ) {
        let Some(member) = made_if_absent(shape).filter(|member| !table.has(member.name)) else { return };
        let Some(position) = shape.position(member.name) else { return };
        let path = format!("{path}.{}", member.name);
        self.row_numbers_made.push(path.clone());
        let source =
            Source { pick: Pick::Counter, split: None, convert: Convert::plain(member.kind), default: None };
        let plain = PlainMapping { position, path, required: true, always: false, source };
        members.insert(0, MemberMapping::Plain(Box::new(plain)));
    }

    /// The record kinds that lists below a table are made of.
    fn repeated(&self, table: &Table<'_>, shape: &'static Shape) -> Vec<usize> {
        let mut kinds = Vec::new();
        for member in shape.members {
            let inner = match (member.kind, table.has(member.name)) {
                (MemberKind::Object(_) | MemberKind::List(_), true) => match table.item(member.name) {
                    Some(Item::Table(inner)) => inner,
                    _ => continue,
                },
                _ => continue,
            };
            if matches!(member.kind, MemberKind::List(_))
                && let Some(Item::Text(name)) = inner.item("each")
            {
                kinds.extend(self.draft.kind(&name.value));
            }
            if let MemberKind::Object(shape) | MemberKind::List(shape) = member.kind {
                kinds.extend(self.repeated(&inner, shape()));
            }
        }
        // In a group the rows are both the document and its lines.
        if self.whole_group {
            let group = self.draft.layout.group.as_ref();
            kinds.retain(|kind| group.is_none_or(|group| group.key_of(Some(*kind)).is_none()));
        }
        kinds
    }
}

/// Where it is not known which records a table is made of, its left-hand sides can still be checked.
fn targets(table: &Table<'_>, shape: &'static Shape) {
    for key in table.keys().iter() {
        match shape.position(&key.value).and_then(|position| shape.members.get(position)) {
            None if table.may_have(&key.value) => {}
            None => unknown_target(table, shape, key),
            Some(Member { kind: MemberKind::Object(inner) | MemberKind::List(inner), name, .. }) => {
                if let Some(Item::Table(nested)) = table.item(name) {
                    targets(&nested, inner());
                }
            }
            Some(_) => {}
        }
    }
    check_required(table, shape);
}

/// The row number of lines, which is made where the format file does not set it: `ongoing-guides.md`, section 4. Only of
/// lines made of records; those that are written down one by one say theirs.
pub(super) fn made_if_absent(shape: &'static Shape) -> Option<&'static Member> {
    let name = match shape.schema {
        "PostOrderLine" | "PostPurchaseOrderLine" => "row_number",
        "PostReturnOrderLine" => "return_order_row_number",
        _ => return None,
    };
    shape.members.iter().find(|member| member.name == name)
}

/// A member that Ongoing requires must be written where its table is.
fn check_required(table: &Table<'_>, shape: &'static Shape) {
    let made = made_if_absent(shape).filter(|_| table.has("each")).map(|member| member.name);
    let required = shape.members.iter().filter(|member| member.required && Some(member.name) != made);
    for member in required.filter(|member| !table.has(member.name)) {
        table.fault(
            Fault::new(code::TARGET_NOT_SET)
                .at(table.place())
                .found(member.name)
                .with("document", shape.name),
        );
    }
}

/// Records that a document has no such member.
pub(super) fn unknown_target(table: &Table<'_>, shape: &Shape, key: &At<String>) {
    let never = MEMBERS_UNKNOWN.iter().any(|(schema, name)| *schema == shape.schema && *name == key.value);
    let code: Code = if never { code::TARGET_NEVER_SENT } else { code::UNKNOWN_TARGET };
    let names: Vec<&str> = shape.members.iter().map(|member| member.name).collect();
    table.fault(
        Fault::new(code)
            .at(key.place.clone())
            .found(&key.value)
            .with("document", shape.name)
            .with("names", names.join(", "))
            .with("suggestion", suggestion(&key.value, names.iter().copied())),
    );
}

/// Checks `[remember]` against the documents that are read.
pub(super) fn remember(table: &Table<'_>, draft: &mut Draft, documents: &mut [ReadDocument]) {
    let of_document = table.texts("document").unwrap_or_default();
    let of_lines = table.texts("lines").unwrap_or_default();
    table.finish();
    for document in documents.iter_mut() {
        let repeated: Vec<usize> = each_mappings(&document.members).map(|each| each.each).collect();
        let repeated: Vec<usize> = repeated.into_iter().filter(|kind| *kind != document.each).collect();
        for name in &of_document {
            let scope = Scope { kind: document.each, repeated: &repeated };
            if let Some(field) = draft.field(table, name, scope) {
                document.remember.push((name.value.clone(), field));
            }
        }
        let shape = document.document.shape();
        for each in each_mappings_mut(&mut document.members) {
            let has_rows = shape.members.get(each.position).is_some_and(|member| {
                matches!(member.kind, MemberKind::List(inner) if inner().position("row_number").is_some())
            });
            for name in of_lines.iter().filter(|_| has_rows) {
                if let Some(field) = draft.field(table, name, Scope { kind: each.each, repeated: &[] }) {
                    each.remember.push((name.value.clone(), field));
                }
            }
        }
    }
    let lines_kept = documents
        .iter()
        .any(|document| each_mappings(&document.members).any(|each| !each.remember.is_empty()));
    if !of_lines.is_empty() && !lines_kept {
        source_part::misfit(table, "lines", "no document here has lines with a row_number");
    }
}

fn each_mappings(members: &[MemberMapping]) -> impl Iterator<Item = &EachMapping> {
    members.iter().filter_map(|member| match member {
        MemberMapping::Each(each) => Some(each),
        MemberMapping::Plain(_)
        | MemberMapping::Object { .. }
        | MemberMapping::Entries { .. }
        | MemberMapping::Alternatives { .. } => None,
    })
}

fn each_mappings_mut(members: &mut [MemberMapping]) -> impl Iterator<Item = &mut EachMapping> {
    members.iter_mut().filter_map(|member| match member {
        MemberMapping::Each(each) => Some(each),
        MemberMapping::Plain(_)
        | MemberMapping::Object { .. }
        | MemberMapping::Entries { .. }
        | MemberMapping::Alternatives { .. } => None,
    })
}

/// Every record that is read must become part of a document, so that counts in equal counts out.
pub(super) fn check_all_read(table: &Table<'_>, draft: &Draft) {
    for (kind, record) in draft.layout.records.iter().enumerate() {
        if record.use_ == RecordUse::Data && !draft.used.contains(&kind) {
            let place = draft.places.get(kind).cloned().unwrap_or_default();
            let part = draft.parts.iter().rfind(|part| part.first <= kind);
            let table_of =
                part.map_or("layout".to_owned(), |part| format!("layout.parts.{}", part.name.value));
            table.fault(
                Fault::new(code::RECORD_NOT_READ)
                    .at(place)
                    .found(&record.name)
                    .with("table", format!("{table_of}.records.{}", record.name)),
            );
        }
    }
}
