//! The paths of a layout as one tree, so that each element of a file is looked up once.

use std::collections::HashSet;

use crate::format::layout::{Condition, FieldAt, Layout, Step, XmlPath};

/// A place in the tree: an element that some path leads through.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The element that it stands in; the root's is itself.
    above: usize,
    children: Vec<(Step, usize)>,
    /// Records begin here.
    pub start: Option<usize>,
    /// Records begin here or below.
    pub leads: bool,
    /// The element's text is a field.
    pub texts: Vec<Capture>,
    /// Attributes of it that are fields.
    pub attributes: Vec<(Step, Capture)>,
    /// The hints whose path leads to this element, and to attributes of it.
    pub hints: Vec<usize>,
    pub attribute_hints: Vec<(Step, usize)>,
}

/// A field of a record that stands in another: if its path leads nowhere from its own record and somewhere from the one
/// above, the author most likely means that one.
#[derive(Clone, Debug)]
pub(super) struct Hint {
    pub kind: usize,
    pub field: usize,
    /// The kind of the record above.
    pub above: usize,
    /// Where the value of the field itself is kept.
    pub start: usize,
    pub slot: usize,
}

/// A value that belongs to the innermost open record of a start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capture {
    pub start: usize,
    pub slot: usize,
}

/// An element where records begin: of one kind, or of several that their conditions tell apart.
#[derive(Debug, Default)]
pub(super) struct Start {
    pub kinds: Vec<usize>,
    /// What is kept of a record of any of the kinds: each value by the path to it, or by several of which one stands.
    paths: Vec<Vec<XmlPath>>,
    /// For each kind, the slot of each of its fields.
    pub fields: Vec<Vec<Option<usize>>>,
    /// For each kind, the slots that must hold a text.
    pub conditions: Vec<Vec<(usize, Vec<String>)>>,
}

impl Start {
    /// How many values a record has.
    pub fn slots(&self) -> usize {
        self.paths.len()
    }

    /// How a slot is called in messages.
    pub fn name(&self, slot: usize) -> String {
        let paths = self.paths.get(slot).map(Vec::as_slice).unwrap_or_default();
        paths.iter().map(XmlPath::to_string).collect::<Vec<_>>().join(" or ")
    }

    fn known(&self, paths: &[XmlPath]) -> Option<usize> {
        self.paths.iter().position(|known| known == paths)
    }

    fn slot(&mut self, paths: &[XmlPath]) -> usize {
        if let Some(slot) = self.known(paths) {
            return slot;
        }
        self.paths.push(paths.to_vec());
        self.paths.len() - 1
    }
}

/// All paths of a layout.
#[derive(Debug)]
pub(super) struct Paths {
    pub nodes: Vec<Node>,
    pub starts: Vec<Start>,
    pub hints: Vec<Hint>,
    /// Some path names a namespace.
    pub namespaces: bool,
    /// The names of the elements of records.
    record_names: HashSet<String>,
}

impl Paths {
    pub fn new(layout: &Layout) -> Paths {
        let mut paths = Paths {
            nodes: vec![Node::default()],
            starts: Vec::new(),
            hints: Vec::new(),
            namespaces: false,
            record_names: HashSet::new(),
        };
        // Where records of each kind begin; a kind comes behind those that it stands under.
        let mut begins: Vec<Option<Vec<usize>>> = vec![None; layout.records.len()];
        for _ in 0..layout.records.len() {
            for (kind, record) in layout.records.iter().enumerate() {
                if begins.get(kind).is_none_or(Option::is_some) {
                    continue;
                }
                // Where each kind that it stands under begins, and whether that one itself stands in a record.
                let above: Option<Vec<(bool, Vec<usize>)>> = record
                    .under
                    .iter()
                    .map(|above| {
                        let inner = layout.records.get(*above).is_some_and(|above| !above.under.is_empty());
                        Some((inner, begins.get(*above).cloned().flatten()?))
                    })
                    .collect();
                let from = match above {
                    _ if record.under.is_empty() => vec![(false, vec![0])],
                    Some(above) => above,
                    None => continue,
                };
                let mut nodes = Vec::new();
                for (inner, from) in from {
                    for path in record.path.iter().filter(|path| path.up == 0 || inner) {
                        for from in &from {
                            let from = paths.up(*from, path.up);
                            nodes.push(paths.walk(from, &path.steps));
                        }
                    }
                }
                if let Some(slot) = begins.get_mut(kind) {
                    *slot = Some(nodes);
                }
            }
        }
        for (kind, record) in layout.records.iter().enumerate() {
            for node in begins.get(kind).cloned().flatten().unwrap_or_default() {
                let start = paths.start(node);
                let mut fields = Vec::new();
                for field in &record.fields {
                    fields.push(match &field.at {
                        FieldAt::Path(to) => Some(paths.capture(node, start, to)),
                        FieldAt::Header
                        | FieldAt::Label
                        | FieldAt::Tag(_)
                        | FieldAt::Column(_)
                        | FieldAt::Content
                        | FieldAt::Characters { .. } => None,
                    });
                }
                let mut conditions = Vec::new();
                for condition in &record.when {
                    if let Condition::Path { path, is } = condition {
                        conditions.push((paths.capture(node, start, std::slice::from_ref(path)), is.clone()));
                    }
                }
                if let Some(start) = paths.starts.get_mut(start) {
                    start.kinds.push(kind);
                    start.fields.push(fields);
                    start.conditions.push(conditions);
                }
            }
        }
        for kind in 0..layout.records.len() {
            paths.hints_of(layout, kind, &begins);
        }
        // Whatever stands in a place comes behind it.
        for node in (0..paths.nodes.len()).rev() {
            let leads = paths.nodes.get(node).is_some_and(|node| node.leads || node.start.is_some());
            let above = paths.nodes.get(node).map_or(0, |node| node.above);
            for node in [node, above] {
                if let Some(node) = paths.nodes.get_mut(node) {
                    node.leads |= leads;
                }
            }
        }
        paths.record_names = (0..paths.nodes.len())
            .filter(|node| paths.nodes.get(*node).is_some_and(|node| node.start.is_some()))
            .filter_map(|node| paths.step(node)?.local.clone())
            .collect();
        let named = |step: &Step| step.namespace.is_some();
        paths.namespaces = paths.nodes.iter().any(|node| {
            node.children.iter().any(|(step, _)| named(step))
                || node.attributes.iter().any(|(step, _)| named(step))
        });
        paths
    }

    /// The fields of a kind that could be meant of a record above it.
    fn hints_of(&mut self, layout: &Layout, kind: usize, begins: &[Option<Vec<usize>>]) {
        let Some(record) = layout.records.get(kind) else { return };
        let starts = begins.get(kind).into_iter().flatten().flatten();
        let starts: Vec<usize> =
            starts.filter_map(|node| self.nodes.get(*node).and_then(|node| node.start)).collect();
        for above in above(layout, kind) {
            let Some(known) = layout.records.get(above).map(|above| &above.fields) else { continue };
            for (field, at) in record.fields.iter().enumerate() {
                let FieldAt::Path(to) = &at.at else { continue };
                // Who reads both knows that there are two.
                if known.iter().any(|known| matches!(&known.at, FieldAt::Path(known) if known == to)) {
                    continue;
                }
                for start in &starts {
                    let Some(slot) = self.starts.get(*start).and_then(|start| start.known(to)) else {
                        continue;
                    };
                    let hint = Hint { kind, field, above, start: *start, slot };
                    for node in begins.get(above).into_iter().flatten().flatten() {
                        self.hint(&hint, *node, to);
                    }
                }
            }
        }
    }

    fn hint(&mut self, hint: &Hint, from: usize, to: &[XmlPath]) {
        for path in to.iter().filter(|path| !path.steps.is_empty() || path.attribute.is_some()) {
            let Some(end) = self.walk_beside(from, &path.steps) else { continue };
            let number = self.hints.len();
            let Some(node) = self.nodes.get_mut(end) else { continue };
            match &path.attribute {
                Some(attribute) => node.attribute_hints.push((attribute.clone(), number)),
                None => node.hints.push(number),
            }
            self.hints.push(hint.clone());
        }
    }

    /// As [`Paths::walk`], but nowhere that could be taken for another step that is known.
    fn walk_beside(&mut self, from: usize, steps: &[Step]) -> Option<usize> {
        let mut at = from;
        for (place, step) in steps.iter().enumerate() {
            let children = &self.nodes.get(at)?.children;
            match children.iter().find(|(known, _)| known == step) {
                Some((_, child)) => at = *child,
                None => {
                    let alike = |known: &Step| known.local.is_none() || known.local == step.local;
                    let doubtful = step.local.is_none() || children.iter().any(|(known, _)| alike(known));
                    return (!doubtful).then(|| self.walk(at, steps.get(place..).unwrap_or_default()));
                }
            }
        }
        Some(at)
    }

    /// The place below one that an element leads to.
    #[inline]
    pub fn child(&self, node: usize, local: &str, namespace: Option<&str>) -> Option<usize> {
        let children = &self.nodes.get(node)?.children;
        children.iter().find(|(step, _)| step.fits(local, namespace)).map(|(_, child)| *child)
    }

    /// What may stand at a place, and where it leads; place 0 is the file itself.
    pub fn children(&self, node: usize) -> &[(Step, usize)] {
        self.nodes.get(node).map(|node| node.children.as_slice()).unwrap_or_default()
    }

    /// The element of a place.
    pub fn step(&self, node: usize) -> Option<&Step> {
        let above = self.nodes.get(node)?.above;
        self.children(above).iter().find(|(_, child)| *child == node).map(|(step, _)| step)
    }

    /// The path from the root to a place, for messages.
    pub fn name(&self, node: usize) -> String {
        let mut steps = Vec::new();
        let mut at = node;
        while at > 0 {
            steps.extend(self.step(at).map(ToString::to_string));
            at = self.nodes.get(at).map_or(0, |node| node.above);
        }
        steps.reverse();
        steps.join("/")
    }

    /// Whether records are called so.
    pub fn is_record_name(&self, local: &str) -> bool {
        self.record_names.contains(local)
    }

    /// Whether a record called so has this attribute.
    pub fn record_has(&self, record: &str, attribute: &str) -> bool {
        let is_it = |step: &Step| step.local.as_deref() == Some(attribute);
        self.of_records(record).any(|node| node.attributes.iter().any(|(step, _)| is_it(step)))
    }

    /// Whether a record called so holds elements called so.
    pub fn record_holds(&self, record: &str, local: &str) -> bool {
        let is_it = |step: &Step| step.local.as_deref() == Some(local);
        self.of_records(record).any(|node| node.children.iter().any(|(step, _)| is_it(step)))
    }

    fn of_records(&self, local: &str) -> impl Iterator<Item = &Node> {
        let is_record = move |place: &usize| {
            self.nodes.get(*place).is_some_and(|node| node.start.is_some())
                && self.step(*place).is_some_and(|step| step.local.as_deref() == Some(local))
        };
        (0..self.nodes.len()).filter(is_record).filter_map(|place| self.nodes.get(place))
    }

    /// The paths of the records that are called so, for messages.
    pub fn records_named(&self, local: &str) -> Vec<String> {
        let is_record = |node: &usize| {
            self.nodes.get(*node).is_some_and(|node| node.start.is_some())
                && self.step(*node).is_some_and(|step| step.local.as_deref() == Some(local))
        };
        (0..self.nodes.len()).filter(is_record).map(|node| self.name(node)).collect()
    }

    /// The paths of the records that stand in no other, for messages.
    pub fn records(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![0];
        while let Some(node) = open.pop() {
            for (_, child) in self.children(node).iter().rev() {
                if self.nodes.get(*child).is_some_and(|child| child.start.is_some()) {
                    names.push(self.name(*child));
                } else {
                    open.push(*child);
                }
            }
        }
        names
    }

    fn up(&self, from: usize, up: usize) -> usize {
        (0..up).fold(from, |node, _| self.nodes.get(node).map_or(0, |node| node.above))
    }

    fn walk(&mut self, from: usize, steps: &[Step]) -> usize {
        let mut at = from;
        for step in steps {
            let known = self.nodes.get(at).and_then(|node| {
                node.children.iter().find(|(known, _)| known == step).map(|(_, child)| *child)
            });
            at = known.unwrap_or_else(|| {
                self.nodes.push(Node { above: at, ..Node::default() });
                let child = self.nodes.len() - 1;
                if let Some(node) = self.nodes.get_mut(at) {
                    // What names an element comes before what takes any.
                    let place = if step.local.is_some() { 0 } else { node.children.len() };
                    node.children.insert(place, (step.clone(), child));
                }
                child
            });
        }
        at
    }

    fn start(&mut self, node: usize) -> usize {
        if let Some(start) = self.nodes.get(node).and_then(|node| node.start) {
            return start;
        }
        self.starts.push(Start::default());
        let start = self.starts.len() - 1;
        if let Some(node) = self.nodes.get_mut(node) {
            node.start = Some(start);
        }
        start
    }

    fn capture(&mut self, node: usize, start: usize, paths: &[XmlPath]) -> usize {
        let known = self.starts.get(start).map_or(0, Start::slots);
        let Some(slot) = self.starts.get_mut(start).map(|start| start.slot(paths)) else { return 0 };
        if slot < known {
            return slot;
        }
        let capture = Capture { start, slot };
        for path in paths {
            let end = self.walk(node, &path.steps);
            if let Some(node) = self.nodes.get_mut(end) {
                match &path.attribute {
                    Some(attribute) => node.attributes.push((attribute.clone(), capture)),
                    None => node.texts.push(capture),
                }
            }
        }
        slot
    }
}

/// The record kinds above one.
fn above(layout: &Layout, kind: usize) -> Vec<usize> {
    let under = |kind: usize| layout.records.get(kind).map(|kind| kind.under.as_slice()).unwrap_or_default();
    let mut found = Vec::new();
    let mut queue = under(kind).to_vec();
    while let Some(kind) = queue.pop() {
        if !found.contains(&kind) {
            found.push(kind);
            queue.extend(under(kind));
        }
    }
    found
}
