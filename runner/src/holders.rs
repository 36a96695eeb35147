//! The holders of JavaScript objects, with the lines of the source to which they go back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::heap::{Group, Held};
use crate::run::Stacks;
use crate::sites::{self, Line, Source};

/// Objects that are held alike, and the lines of the source to which that goes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// How many.
    pub count: u64,
    /// The way to them, from a root to their class; the class alone when only weak references, or the stack,
    /// lead there.
    pub path: Vec<String>,
    /// The strong native reference that holds the first object of the path, if it is one.
    pub native: Option<Native>,
}

/// A strong native reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Native {
    /// The lines that create it; none when it is not a line of the lesson's source.
    pub created: Vec<Line>,
}

/// The groups with their lines.
pub fn explain(held: &Held, stacks: &Stacks, source: &Source) -> Vec<Holder> {
    let wanted = held.groups.iter().flat_map(|group| group.sites.iter().flatten()).copied().collect();
    let lines = sites::locate(&wanted, stacks, source);
    let holder = |group: &Group| {
        let native = group.sites.as_ref().map(|sites| {
            let created: BTreeSet<&Line> = sites.iter().filter_map(|site| lines.get(site)).collect();
            Native { created: created.into_iter().cloned().collect() }
        });
        Holder { count: group.count, path: group.path.clone(), native }
    };
    held.groups.iter().map(holder).collect()
}
