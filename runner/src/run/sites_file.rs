//! Where in an add-on something was asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the sites of a run are, by their number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stacks(pub BTreeMap<u32, Stack>);

/// Where a site is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// The add-on's frames: return addresses from its start, the innermost first. A frame of another library is
    /// out of its range.
    pub frames: Vec<u64>,
    /// The JavaScript function that had called the add-on, where it is known.
    pub caller: Option<Caller>,
    /// What there was of it when the process ended, by the name of the kind.
    pub amounts: BTreeMap<String, i64>,
}

/// A function in JavaScript, and the line in it from which the add-on was called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Its name; empty when it has none.
    pub function: String,
    /// The script's URL or path, or the end of a long one.
    pub script: String,
    /// The line, from 1.
    pub line: u32,
    /// The add-on's function that was called there, by its name in JavaScript; empty when it has none.
    #[serde(default)]
    pub callee: String,
}
