//! A way through the heap in words.

use std::collections::{BTreeSet, HashMap};

use super::path::Ways;
use super::snapshot::{Edge, EdgeKind, NodeId, NodeKind, Snapshot};

/// The root that stands for all handles which native code keeps.
pub(super) const GLOBAL_HANDLES: &str = "(Global handles)";
/// The variables of a function, or of a module, which then lead to the module.
const CONTEXT: &str = "system / Context";
/// A module.
const MODULE: &str = "system / SourceTextModule";
/// What the names of Node's own nodes begin with.
const NODE: &str = "Node / ";
/// Properties beyond which an object is a dictionary.
const DICTIONARY: usize = 20;
/// Letters of a name that are shown.
const LETTERS: usize = 40;
/// Words of a way that are kept, of which some are those at its beginning.
const WORDS: usize = 16;
const FIRST: usize = 2;
/// What stands for words that are left out.
const MORE: &str = "…";

/// What can be told of a way.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// From a root to the class of the object, without what only V8 and Node need.
    pub(super) words: Vec<String>,
    /// The first object of the way, when a strong reference of the add-on holds it.
    pub(super) reference: Option<NodeId>,
}

/// Tells ways. Many of them begin alike: what is known of a node is kept, so that a list of a thousand
/// objects is not a thousand ways of up to a thousand steps.
pub(super) struct Teller<'a, R> {
    snapshot: &'a Snapshot,
    ways: Ways,
    /// Whether an edge from one node to another is a strong reference of the add-on.
    is_reference: R,
    /// The objects to which the ways lead.
    alive: &'a BTreeSet<NodeId>,
    known: HashMap<NodeId, Told>,
}

impl<'a, R: Fn(NodeId, NodeId) -> bool> Teller<'a, R> {
    pub(super) fn new(snapshot: &'a Snapshot, ways: Ways, alive: &'a BTreeSet<NodeId>, is_reference: R) -> Teller<'a, R> {
        Teller { snapshot, ways, is_reference, alive, known: HashMap::new() }
    }

    /// The way to an object; none when nothing strong leads to it.
    pub(super) fn way_to(&mut self, object: NodeId) -> Option<Told> {
        let (from, edge) = self.ways.before(object)?;
        let mut told = self.up_to(from);
        told = self.go_on(told, from, &edge, true);
        told.words = shorten(told.words);
        Some(told)
    }

    fn up_to(&mut self, node: NodeId) -> Told {
        let mut steps = Vec::new();
        let mut at = node;
        let mut told = loop {
            if let Some(told) = self.known.get(&at) {
                break told.clone();
            }
            let Some((from, edge)) = self.ways.before(at) else { break Told::default() };
            steps.push((from, edge));
            at = from;
        };
        for (from, edge) in steps.into_iter().rev() {
            told = self.go_on(told, from, &edge, false);
            self.known.insert(edge.to, told.clone());
        }
        told
    }

    fn go_on(&self, mut told: Told, from: NodeId, edge: &Edge, last: bool) -> Told {
        if (self.is_reference)(from, edge.to) {
            told.reference = Some(edge.to);
        }
        // A way that begins with a reference of the add-on is told from there.
        if let (None, Some(landmark)) = (told.reference, landmark(self.snapshot, edge.to)) {
            told.words = vec![landmark.to_owned()];
            return told;
        }
        // A list goes over many elements that are called alike.
        let word = word(self.snapshot, from, edge, last, self.alive).filter(|word| told.words.last() != Some(word));
        told.words.extend(word);
        if told.words.len() > WORDS {
            let left_out = usize::from(told.words[FIRST] == MORE);
            told.words.splice(FIRST..=FIRST + left_out, [MORE.to_owned()]);
        }
        told
    }
}

/// Leaves out what says nothing at the beginning.
fn shorten(mut words: Vec<String>) -> Vec<String> {
    match &words[..] {
        // Node holds its own `process` by a handle.
        [handles, process, _, ..] if handles == GLOBAL_HANDLES && process == "process" => words.split_off(1),
        // The way is in Node itself, as far as it goes over what Node calls so.
        [node, ..] if node.starts_with(NODE) => {
            let own = words.iter().take_while(|word| word.starts_with(NODE)).count();
            [vec!["Node".into()], words.split_off(own)].concat()
        }
        _ => words,
    }
}

/// What a node is called at which a way may as well begin, since what stands before it says nothing: V8 and
/// Node keep the global variables, modules and timers in many places.
fn landmark(snapshot: &Snapshot, node: NodeId) -> Option<&'static str> {
    match snapshot.name(node) {
        MODULE => Some("a module"),
        CONTEXT if snapshot.edges(node).iter().any(|edge| snapshot.name(edge.to) == MODULE) => Some("a module"),
        "TimersList" => Some("a timer"),
        name if is_global(name) => Some("global"),
        _ => None,
    }
}

/// The object of the global variables: it has more words in its name since Node 26.
fn is_global(name: &str) -> bool {
    name == "global" || name.starts_with("global (")
}

fn word(snapshot: &Snapshot, from: NodeId, edge: &Edge, last: bool, alive: &BTreeSet<NodeId>) -> Option<String> {
    let (kind, name) = (snapshot.kind(edge.to), snapshot.name(edge.to));
    let what = match kind {
        NodeKind::Synthetic => return (name != "(GC roots)").then(|| name.to_owned()),
        NodeKind::Closure if name.is_empty() => "a function".into(),
        NodeKind::Closure => format!("{}()", short(name)),
        NodeKind::Object | NodeKind::Native if last || !name.starts_with("system / ") => short(name),
        NodeKind::Value if last => short(name),
        _ => return None,
    };
    let by = match (edge.kind, snapshot.edge_name(edge)) {
        (EdgeKind::Variable, Some(variable)) => format!("variable {}", short(variable)),
        (EdgeKind::Property, Some("__proto__")) => return Some(format!("prototype ({what})")),
        (EdgeKind::Property, Some(property)) if !property.is_empty() && !is_key(snapshot, from, alive) => short(property),
        _ => return Some(what),
    };
    Some(match (kind, name) {
        // A function is mostly called like what holds it.
        (NodeKind::Closure, name) if name.is_empty() || by.ends_with(name) => format!("{by}()"),
        (_, "Object") if !last => by,
        _ => format!("{by} ({what})"),
    })
}

/// Whether an object's properties are the entries of a dictionary, whose names say nothing: there are many,
/// or several of the objects that are left are among them.
fn is_key(snapshot: &Snapshot, object: NodeId, alive: &BTreeSet<NodeId>) -> bool {
    let properties = || snapshot.edges(object).iter().filter(|edge| edge.kind == EdgeKind::Property);
    !is_global(snapshot.name(object))
        && (properties().nth(DICTIONARY).is_some() || properties().filter(|edge| alive.contains(&edge.to)).count() > 1)
}

fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS { name.to_owned() } else { name.chars().take(LETTERS).chain(['…']).collect() }
}
