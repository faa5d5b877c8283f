//! Elements that no path leads to. Most are none of our business, and are passed over with all that stands in them; but one
//! that would lead to records, were it not for the case of its name or for its namespace, is an order or a line that the
//! sender believes to have sent.

use std::collections::{HashMap, HashSet};

use super::paths::Paths;
use crate::fault::{Fault, Place, code};
use crate::written;

/// How many names are remembered, so that each is compared with the known ones once.
const NAMES_MAX: usize = 10_000;

/// How many warnings a file has.
const WARNINGS_MAX: usize = 20;

/// How elements begin that stand round orders, and in a file of none too: they say nothing of orders that are not read. An
/// `OrderHead` is none of them.
const OF_ENVELOPES: [&str; 15] = [
    "head", "info", "trailer", "sender", "receiver", "count", "meta", "envelop", "control", "summary",
    "total", "status", "fileh", "messageh", "batchh",
];

/// What an element is that no path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// But for case or namespace it is the way to records: this child of the place that it stands at.
    Misnamed(usize),
    /// But for case it is a value that is read, or its name is near to one that is the way to records: this child.
    Almost(usize),
    /// Nothing that is read.
    Unknown,
}

/// The strangers of a file.
#[derive(Default)]
pub(super) struct Strangers {
    /// By the place that they stand at and their names.
    names: HashMap<usize, HashMap<String, Stranger>>,
    known: usize,
    /// The first that holds elements or attributes, and one at hand that holds nothing so far.
    first: Option<(Place, String)>,
    at_hand: Option<(Place, String)>,
    /// One at hand with the name of records, that holds nothing so far; and such names that were told.
    elsewhere: Option<(Place, String)>,
    told: HashSet<String>,
    /// The attributes that were told, by the place of their element.
    attributes: Vec<(usize, String)>,
    warnings: Vec<Fault>,
}

impl Strangers {
    /// What an element of a name is that stands at a place.
    pub fn of(&mut self, paths: &Paths, node: usize, local: &str) -> Stranger {
        if let Some(known) = self.names.get(&node).and_then(|names| names.get(local)) {
            return *known;
        }
        let stranger = compare(paths, node, local);
        // What is warned of is warned of once.
        let next = if matches!(stranger, Stranger::Misnamed(_)) { stranger } else { Stranger::Unknown };
        if self.known < NAMES_MAX {
            self.known += 1;
            self.names.entry(node).or_default().insert(local.to_owned(), next);
        }
        stranger
    }

    /// The path of an attribute that is read, where one at hand is it but for case; once for each.
    pub fn almost_attribute(&mut self, paths: &Paths, node: usize, local: &str) -> Option<String> {
        let of_node = &paths.nodes.get(node)?.attributes;
        let step = of_node.iter().map(|(step, _)| step).find(|step| {
            step.local.as_deref().is_some_and(|known| known != local && known.eq_ignore_ascii_case(local))
        })?;
        let told = self.attributes.iter().any(|(known, name)| *known == node && name == local);
        if told || self.attributes.len() >= WARNINGS_MAX {
            return None;
        }
        self.attributes.push((node, local.to_owned()));
        let element = paths.name(node);
        Some(format!("{element}/@{step}"))
    }

    /// An element begins whose content is passed over, in a file of which nothing was read so far.
    pub fn begin(&mut self, place: impl FnOnce() -> Place, local: &str, filled: bool) {
        let lower = local.to_lowercase();
        if OF_ENVELOPES.iter().any(|word| lower.starts_with(word)) {
            self.at_hand = None;
            return;
        }
        if self.first.is_none() {
            self.at_hand = Some((place(), format!("<{local}>")));
        }
        if filled {
            self.filled();
        }
    }

    /// An element begins where nothing is read: if it has the name of records, and something that they have, it is told once.
    pub fn elsewhere(
        &mut self,
        paths: &Paths,
        local: &str,
        attributes: &[&str],
        place: impl FnOnce() -> Place,
    ) {
        // The element before it holds this one: if a record has that, it is one.
        if self.elsewhere.as_ref().is_some_and(|(_, record)| paths.record_holds(record, local)) {
            self.tell_elsewhere(paths);
        }
        self.elsewhere = None;
        if !paths.is_record_name(local) || self.told.contains(local) {
            return;
        }
        self.elsewhere = Some((place(), local.to_owned()));
        if attributes.iter().any(|attribute| paths.record_has(local, attribute)) {
            self.tell_elsewhere(paths);
        }
    }

    /// An element ends: what held nothing until then is no record.
    pub fn ended(&mut self) {
        self.elsewhere = None;
    }

    fn tell_elsewhere(&mut self, paths: &Paths) {
        let Some((place, local)) = self.elsewhere.take() else { return };
        if self.told.insert(local.clone()) && self.warnings.len() < WARNINGS_MAX {
            let known = paths.records_named(&local).join(", ");
            let fault = Fault::new(code::RECORD_ELSEWHERE).at(place).found(format!("<{local}>"));
            self.warnings.push(fault.with("known", known));
        }
    }

    /// The one at hand holds something: it is more than a remark about the file.
    pub fn filled(&mut self) {
        if self.first.is_none() {
            self.first = self.at_hand.take();
        }
    }

    /// The fault of a file of which nothing was read, though something stands in it.
    pub fn instead_of_records(&self, paths: &Paths) -> Option<Fault> {
        let (place, found) = self.first.clone()?;
        Some(
            Fault::new(code::NO_RECORD_IN_FILE)
                .at(place)
                .found(found)
                .with("paths", paths.records().join(", ")),
        )
    }

    /// What was noticed.
    pub fn warnings(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.warnings)
    }

    /// Warns of a name that is passed over, though it is almost one that is read.
    pub fn almost(&mut self, place: Place, found: String, known: String) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings
                .push(Fault::new(code::NAME_ALMOST_KNOWN).at(place).found(found).with("known", known));
        }
    }
}

/// Compares a name with those that may stand at a place.
fn compare(paths: &Paths, node: usize, local: &str) -> Stranger {
    let lower = local.to_lowercase();
    let leads = |child: usize| paths.nodes.get(child).is_some_and(|child| child.leads);
    let named =
        paths.children(node).iter().filter_map(|(step, child)| Some((step.local.as_deref()?, *child)));
    let same = || named.clone().filter(|(known, _)| known.to_lowercase() == lower);
    if let Some((_, child)) = same().find(|(_, child)| leads(*child)) {
        return Stranger::Misnamed(child);
    }
    if let Some((_, child)) = same().next() {
        return Stranger::Almost(child);
    }
    let on_the_way = || named.clone().filter(|(_, child)| leads(*child));
    let near = written::nearest(local, on_the_way().map(|(known, _)| known));
    let near = near.and_then(|near| on_the_way().find(|(known, _)| *known == near));
    near.map_or(Stranger::Unknown, |(_, child)| Stranger::Almost(child))
}

/// The fault of an element that is the way to records but for its case or namespace.
pub(super) fn misnamed(
    paths: &Paths,
    child: usize,
    place: Place,
    local: &str,
    namespace: Option<&str>,
) -> Fault {
    let step = paths.step(child);
    let other_namespace = step.is_some_and(|step| step.local.as_deref() == Some(local));
    let found = match namespace {
        _ if !other_namespace => format!("<{local}>"),
        Some(uri) => format!("<{local} xmlns=\"{uri}\">"),
        None => format!("<{local} xmlns=\"\">"),
    };
    let element = step.map_or_else(String::new, |step| step.as_element(other_namespace));
    Fault::new(code::ELEMENT_MISNAMED).at(place).found(found).with("element", element)
}
