//! The functions of an add-on that has no lines: one that was stripped, or what a library did that it calls.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{MOST, Source};
use crate::catalog::Kind;
use crate::run::Recording;

/// A function of the add-on, and what it asked for in the measured rounds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Function {
    /// What was asked for.
    pub kind: Kind,
    /// The innermost function of the add-on that has a name; empty when none has.
    pub name: String,
    /// The name under which JavaScript knows the function that it called; empty when that is not known.
    pub callee: String,
    /// Who called it, as `function` in `script:line`; empty when that is not known.
    pub caller: String,
}

/// The functions that stand for these amounts, the worst first, with how much each has.
pub(super) fn of(kind: Kind, amounts: &BTreeMap<u32, i64>, recording: &Recording, source: &Source) -> Vec<(Function, i64)> {
    let mut functions: BTreeMap<Function, i64> = BTreeMap::new();
    for (site, amount) in amounts.iter().filter(|(_, amount)| **amount > 0) {
        let Some(stack) = recording.sites.0.get(site) else { continue };
        let name = stack.frames.iter().find_map(|frame| source.symbols.as_ref()?.name(*frame)).unwrap_or_default();
        let (callee, caller) = stack.caller.as_ref().map_or_else(Default::default, |caller| {
            let script = caller.script.rsplit('/').next().unwrap_or_default();
            let by = if caller.function.is_empty() { String::new() } else { format!("`{}` in ", caller.function) };
            (caller.callee.clone(), format!("{by}{script}:{}", caller.line))
        });
        *functions.entry(Function { kind, name, callee, caller }).or_default() += amount;
    }
    let mut functions: Vec<_> = functions.into_iter().filter(|(function, _)| function.is_known()).collect();
    functions.sort_by_key(|(_, amount)| Reverse(*amount));
    functions.truncate(MOST);
    functions
}

impl Function {
    fn is_known(&self) -> bool {
        !(self.name.is_empty() && self.callee.is_empty() && self.caller.is_empty())
    }
}
