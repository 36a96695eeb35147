//! A verdict in words: what the faces show, what `--format json` says, and what a recording keeps.
//!
//! The numbers behind the words are [`crate::grade`]'s, and [`crate::report::words`] makes the words.

use serde::{Deserialize, Serialize};

use crate::grade::Verdict;
use crate::holders::Native;
use crate::sites::Place;
use crate::sites::fault::Incident;

/// All checks of one run, and the verdict that follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Failed if a check failed; else undecided if one is undecided; else passed.
    pub verdict: Verdict,
    /// The checks, in the lesson's order. The first is always [`crate::catalog::ENDS`], or it is
    /// [`crate::catalog::COMPILES`] and there is no other.
    pub checks: Vec<CheckResult>,
}

impl Outcome {
    /// The names of the checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter(|check| check.verdict == Verdict::Failed).map(|check| check.name.as_str())
    }
}

/// One check, decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The check's id.
    pub id: String,
    /// What must hold. It is the manifest's, so a record leaves it out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether it does.
    pub verdict: Verdict,
    /// What was expected.
    pub expected: String,
    /// What was measured; why it was not, for an undecided check.
    pub measured: String,
    /// Why it matters.
    pub because: String,
    /// What a person can look at: lines of output, the round and the answer that were wrong.
    pub evidence: Vec<String>,
    /// Lines of the source that explain the number, the worst first.
    #[serde(default)]
    pub places: Vec<Place>,
    /// The bad access that it failed for, with its places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Box<Incident>>,
    /// Who holds the objects that should be gone, the most first.
    #[serde(default)]
    pub holders: Vec<Holder>,
}

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
