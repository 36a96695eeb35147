//! Who holds the JavaScript objects that should be gone, by a heap snapshot.
//!
//! ```text
//! harness: a heap snapshot with a mark in it  →  the tracked objects in it that are alive
//!          →  the way from a root to each of them  →  one group for all that are held alike
//! ```
//!
//! The mark is an object of the harness: see `runner/harness/snapshot.mjs`. By it an object is known by its
//! identity, and so is an object that a strong reference of the add-on holds, with the call site that
//! created the reference.

mod path;
mod snapshot;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use path::Ways;
use snapshot::{EdgeKind, NodeId, NodeKind, Snapshot};
use words::{GLOBAL_HANDLES, Teller, Told};

/// The class of the mark.
const MARK: &str = "AfterGcMark";
/// Its WeakSet of the tracked objects.
const TRACKED: &str = "objects";
/// Its object with what strong references hold, by call site.
const REFERENCES: &str = "references";
/// What the name of a property of that object begins with; the number of a site follows.
const SITE: &str = "site ";

/// What a heap snapshot says of the tracked objects that are left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Those that are held alike, the most first.
    pub groups: Vec<Group>,
    /// Why nothing is known of them.
    pub missing: Option<String>,
}

/// Objects that are held alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The way to them, from a root to their class; the class alone when only weak references, or the stack,
    /// lead there.
    pub path: Vec<String>,
    /// Call sites of strong references of the add-on that hold the first object of the path, and without
    /// which these objects would be gone. None when it is not such a reference that holds them.
    pub sites: Option<Vec<u32>>,
}

impl Held {
    /// Nothing is known, for this reason.
    pub(crate) fn missing(reason: impl Into<String>) -> Held {
        Held { groups: Vec::new(), missing: Some(reason.into()) }
    }
}

/// Reads a heap snapshot of the harness.
pub fn read(bytes: &[u8]) -> Held {
    match Snapshot::read(bytes) {
        Ok(snapshot) => find(&snapshot),
        Err(reason) => Held::missing(format!("the heap snapshot can't be read: {reason}")),
    }
}

fn find(snapshot: &Snapshot) -> Held {
    let is_mark = |node: &NodeId| snapshot.kind(*node) == NodeKind::Object && snapshot.name(*node) == MARK;
    let with_both = |node| Some((node, member(snapshot, node, TRACKED)?, member(snapshot, node, REFERENCES)?));
    let Some((mark, tracked, references)) = snapshot.nodes().filter(is_mark).find_map(with_both) else {
        return Held::missing("the heap snapshot has no mark at the tracked objects");
    };
    let alive = alive(snapshot, tracked);
    let referenced = referenced(snapshot, references);
    // The mark holds nobody.
    let marks = |from: NodeId| from == mark || from == references;
    let is_handles = |node: &NodeId| snapshot.kind(*node) == NodeKind::Synthetic && snapshot.name(*node) == GLOBAL_HANDLES;
    let handles = snapshot.nodes().find(is_handles);
    let is_reference = |from: NodeId, to: NodeId| Some(from) == handles && referenced.contains_key(&to);
    let teller = |ways| Teller::new(snapshot, ways, &alive, is_reference);
    // Each search takes its time, and often one is enough.
    let search_all = || teller(Ways::find(snapshot, |from, _| marks(from)));
    let search_others = || teller(Ways::find(snapshot, |from, to| marks(from) || is_reference(from, to)));
    let (mut all, mut others) = (None, None);

    let mut groups: BTreeMap<(Vec<String>, Option<Vec<u32>>), u64> = BTreeMap::new();
    for object in &alive {
        // A reference is the cause when it holds the object itself, or when nothing else leads there.
        let direct = referenced.contains_key(object);
        let told = if direct { None } else { others.get_or_insert_with(search_others).way_to(*object) };
        let told = told.or_else(|| all.get_or_insert_with(search_all).way_to(*object));
        let told = told.unwrap_or_else(|| Told { words: vec![snapshot.name(*object).to_owned()], reference: None });
        let sites = told.reference.and_then(|object| referenced.get(&object)).map(|sites| sites.iter().copied().collect());
        *groups.entry((told.words, sites)).or_default() += 1;
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|((path, sites), count)| Group { count, path, sites }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Held { groups, missing: None }
}

/// What a property, or something of V8's own that has a name, leads to.
fn member(snapshot: &Snapshot, node: NodeId, name: &str) -> Option<NodeId> {
    snapshot.edges(node).iter().find(|edge| snapshot.edge_name(edge) == Some(name)).map(|edge| edge.to)
}

/// The tracked objects: the weak edges of the WeakSet's table.
fn alive(snapshot: &Snapshot, set: NodeId) -> BTreeSet<NodeId> {
    let edges = member(snapshot, set, "table").map_or(&[][..], |table| snapshot.edges(table));
    edges.iter().filter(|edge| edge.kind == EdgeKind::Weak).map(|edge| edge.to).collect()
}

/// The objects that strong references hold, with the call sites of these.
fn referenced(snapshot: &Snapshot, references: NodeId) -> BTreeMap<NodeId, BTreeSet<u32>> {
    let mut referenced: BTreeMap<NodeId, BTreeSet<u32>> = BTreeMap::new();
    for edge in snapshot.edges(references) {
        let site = snapshot.edge_name(edge).and_then(|name| name.strip_prefix(SITE)?.parse().ok());
        let Some(site) = site else { continue };
        for element in snapshot.edges(edge.to).iter().filter(|edge| edge.kind == EdgeKind::Numbered) {
            referenced.entry(element.to).or_default().insert(site);
        }
    }
    referenced
}

#[cfg(test)]
mod tests;
