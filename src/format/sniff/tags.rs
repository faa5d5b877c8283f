//! Tagged lines with their values: the groups that lines without a tag open, and the tags in each.

use super::column::Column;
use super::outline;
use super::record_types;
use super::text::{Line, is_blank};

/// So many values of a tag are looked at.
const VALUES_MAX: usize = 2_000;
/// More groups or tags than any file has.
const GROUPS_MAX: usize = 50;
const TAGS_MAX: usize = 500;

/// The groups of a file of tagged lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tags {
    /// Between tag and value.
    pub delimiter: char,
    /// What tags begin with.
    pub marks: Vec<char>,
    pub groups: Vec<TagGroup>,
}

/// The groups of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TagGroup {
    /// The first two characters of the line that opens it.
    pub is: String,
    /// What it stands under.
    pub under: Option<String>,
    pub times: usize,
    pub fields: Vec<TagField>,
}

/// A tag of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TagField {
    /// With its mark: `#12401`.
    pub tag: String,
    pub values: Vec<String>,
}

/// The groups, by the lines of the file.
pub(super) fn tags(lines: &[Line<'_>], found: &outline::Tagged) -> Tags {
    let mut tags = Tags { delimiter: ';', marks: found.marks.clone(), groups: Vec::new() };
    let mut sequence: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for text in lines.iter().map(|line| line.text.trim()).filter(|text| !is_blank(text)) {
        let Some((_, tag)) = outline::tag(text) else {
            let is: String = text.chars().take(2).collect();
            open = tags.groups.iter().position(|group| group.is == is).or_else(|| {
                let at = tags.groups.len();
                (at < GROUPS_MAX).then(|| {
                    tags.groups.push(TagGroup { is: is.clone(), ..TagGroup::default() });
                    at
                })
            });
            if let Some(group) = open.and_then(|at| tags.groups.get_mut(at)) {
                group.times += 1;
            }
            sequence.push(is);
            continue;
        };
        let Some(group) = open.and_then(|at| tags.groups.get_mut(at)) else { continue };
        let behind = text.get(tag.len()..).unwrap_or_default();
        tags.delimiter = behind.chars().next().unwrap_or(';');
        let value = behind.get(1..).unwrap_or_default().trim();
        let at = group.fields.iter().position(|field| field.tag == tag);
        let at = at.unwrap_or_else(|| {
            group.fields.push(TagField { tag: tag.to_owned(), values: Vec::new() });
            group.fields.len() - 1
        });
        if at < TAGS_MAX
            && let Some(field) = group.fields.get_mut(at)
            && field.values.len() < VALUES_MAX
        {
            field.values.push(value.to_owned());
        }
        group.fields.truncate(TAGS_MAX);
    }
    let order: Vec<&str> = tags.groups.iter().map(|group| group.is.as_str()).collect();
    let sequence: Vec<&str> = sequence.iter().map(String::as_str).collect();
    let mut under = record_types::parents(&order, &sequence);
    // A trailer has no tags: the last group stands under something like the others.
    for (at, parent) in under.iter_mut().enumerate().skip(1) {
        if parent.is_none() && tags.groups.get(at).is_some_and(|group| !group.fields.is_empty()) {
            *parent = order.first().copied();
        }
    }
    let under: Vec<Option<String>> = under.into_iter().map(|is| is.map(str::to_owned)).collect();
    for (group, under) in tags.groups.iter_mut().zip(under) {
        group.under = under;
    }
    tags
}

impl TagGroup {
    /// The columns that its tags are.
    pub fn columns(&self, from: usize) -> Vec<Column> {
        let of = |(at, field): (usize, &TagField)| {
            // A group that has not the tag says nothing.
            let blanks = self.times.saturating_sub(field.values.len()).min(VALUES_MAX);
            let values = field.values.iter().map(String::as_str).chain(std::iter::repeat_n("", blanks));
            Column::of(from + at, Some(field.tag.clone()), values)
        };
        self.fields.iter().enumerate().map(of).collect()
    }
}
