//! The holders of JavaScript objects in words, with the lines of the source to which they go back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::heap::{Group, Held, line};
use crate::number::count;
use crate::run::Stacks;
use crate::sites::{self, Line, Source};

/// Columns of a way.
const COLUMNS: usize = 100;

/// Objects that are held alike, and the lines of the source to which that goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// How many.
    pub count: u64,
    /// The way to them, from a root to their class; the class alone when only weak references, or the stack,
    /// lead there.
    pub path: Vec<String>,
    /// The strong native reference that holds the first object of the path, if it is one.
    pub native: Option<Native>,
    /// All this in one sentence.
    pub text: String,
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
        let text = text(group, native.as_ref());
        Holder { count: group.count, path: group.path.clone(), native, text }
    };
    held.groups.iter().map(holder).collect()
}

fn text(group: &Group, native: Option<&Native>) -> String {
    let times = format!("{} × ", count(group.count as f64));
    if let [class] = &group.path[..] {
        return format!("{times}{class}, to which only weak references lead, or the stack");
    }
    let way = times + &line(&group.path, COLUMNS);
    let Some(Native { created }) = native else { return way };
    let places: Vec<String> = created
        .iter()
        .map(|Line { file, line, function }| {
            let file = file.rsplit('/').next().unwrap_or(file);
            format!("{file}:{line} in `{function}`")
        })
        .collect();
    match places.is_empty() {
        true => format!("{way}: a native strong reference"),
        false => format!("{way}: a native strong reference, created at {}", places.join(" and at ")),
    }
}
