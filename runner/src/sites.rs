//! From the probe's call sites to lines of the lesson's source.
//!
//! ```text
//! probe: the frames of each site, and how much of each kind is there of it
//!        →  harness: the same before a round, at its return, and when it has settled
//!        →  the sites that a number comes from  →  their lines, by the add-on's debug information
//! ```
//!
//! Of blocks those sites count that grew in every round: tables of napi-rs grow in some. Where there are none, what
//! is left counts.

mod amounts;
pub mod fault;
mod functions;
mod separate;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::catalog::{Kind, Metric};
use crate::run::{Recording, Stack, Stacks};
use amounts::Amounts;
pub use functions::Function;
pub(crate) use separate::find as separate;
use symbols::Symbols;

/// Places that a check names.
const MOST: usize = 3;
/// Functions of JavaScript that a place names.
const MOST_CALLERS: usize = 2;
/// What is smaller than this share of the largest is no cause of a peak.
const SHARE: i64 = 10;

/// A place in a lesson's source, and what it asked for in the measured rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What was asked for.
    pub kind: Kind,
    /// How much of it: still there, or at once for a peak.
    pub count: i64,
    /// The bytes of that many blocks.
    pub bytes: Option<i64>,
    /// Whether `count` is what was there at once, and not what is left.
    pub at_once: bool,
    /// The line.
    pub at: Line,
    /// The calls inside the file that led to this line, the innermost first.
    pub called_from: Vec<Line>,
    /// The functions of JavaScript that had called the add-on.
    pub asked_by: Vec<Asked>,
    /// The line and its neighbours.
    pub source: Vec<String>,
    /// The number of the first of these lines.
    pub source_from: u32,
}

/// A line of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The file, from the root of the course.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function of that line; empty when it has no name.
    pub function: String,
}

/// A line of JavaScript, and how much it asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The line from which the add-on was called.
    pub by: Line,
    /// How much of the place's `count`.
    pub count: i64,
}

/// The program that a run was made of.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// The add-on.
    pub library: &'a Path,
    /// Its source, from the root of the course.
    pub file: &'a Path,
    /// The text that was compiled.
    pub text: &'a str,
    /// The lesson's `drive.mjs`, from the root of the course.
    pub drive: &'a Path,
}

/// A program with the debug information of its add-on, as stacks go through its source.
pub struct Source<'a> {
    program: Program<'a>,
    symbols: Option<Symbols<'a>>,
}

impl<'a> Source<'a> {
    /// Opens the debug information in the bytes of the add-on, or in those of [`separate`]. Where there is none, no stack
    /// has a line.
    pub fn open(library: &'a [u8], separate: Option<&'a [u8]>, program: Program<'a>) -> Source<'a> {
        Source { program, symbols: Symbols::read(library, separate) }
    }

    /// The lines that a stack goes through, the innermost first.
    fn lines(&self, stack: &[u64]) -> Vec<Line> {
        let file = self.program.file.to_string_lossy();
        let line = |(line, function)| Line { file: file.clone().into_owned(), line, function };
        let lines = self.symbols.iter().flat_map(|symbols| symbols.lines_in(stack, self.program));
        lines.map(line).collect()
    }
}

/// The places that explain why a metric is as high as it is, the worst first. There are none where a
/// platform keeps no sites, for metrics that sites do not explain, and where no line of the program is in the
/// stacks of most of it.
pub fn explain(metric: Metric, recording: &Recording, source: &Source) -> Vec<Place> {
    let amounts = Amounts(recording);
    let of = |kind: &Kind| {
        let kind = *kind;
        let (at_once, found) = match metric {
            Metric::BlocksKept => (false, amounts.grown_in_every_round(kind)),
            Metric::HandlesPeak | Metric::QueuePeak => (true, amounts.peak(kind)),
            Metric::BytesPeak | Metric::ExternalPeak => (true, amounts.rise(kind)),
            _ => (false, amounts.left(kind)),
        };
        let bytes = matches!(metric, Metric::BlocksKept).then(|| amounts.left(Kind::Bytes));
        let named = |amounts| places(kind, at_once, amounts, bytes.as_ref(), recording, source);
        let places = named(&found);
        if metric != Metric::BlocksKept || !places.is_empty() {
            return places;
        }
        // What is forgotten in some rounds only is left all the same. But a table that has grown is no answer to
        // where the rest comes from.
        let left = amounts.left(kind);
        let places = named(&left);
        let explained: i64 = places.iter().map(|place| place.count).sum();
        if explained * 2 < left.values().sum() { Vec::new() } else { places }
    };
    metric.kinds().iter().flat_map(of).collect()
}

/// The functions that explain a metric where no line of the program does, the worst first, with how much each has.
pub fn functions(metric: Metric, recording: &Recording, source: &Source) -> Vec<(Function, i64)> {
    let amounts = Amounts(recording);
    let of = |kind: &Kind| {
        let found = match metric {
            Metric::HandlesPeak | Metric::QueuePeak => amounts.peak(*kind),
            Metric::BytesPeak | Metric::ExternalPeak => amounts.rise(*kind),
            _ => amounts.left(*kind),
        };
        functions::of(*kind, &found, recording, source)
    };
    metric.kinds().iter().flat_map(of).collect()
}

/// Whether the call sites of a run have stacks. Where they do not, numbers are as exact, and nothing names the
/// lines behind them.
pub fn are_known(recording: &Recording) -> bool {
    recording.sites.0.values().any(|stack| !stack.frames.is_empty())
}

/// The places that opened what was still open when the process was gone.
pub fn left_open(kind: Kind, recording: &Recording, source: &Source) -> Vec<Place> {
    places(kind, false, &Amounts(recording).open_at_the_end(kind), None, recording, source)
}

/// The lines of the program that sites are at. Those that its source has no line of are left out.
pub(crate) fn locate(sites: &BTreeSet<u32>, stacks: &Stacks, source: &Source) -> BTreeMap<u32, Line> {
    let line = |site: &u32| Some((*site, source.lines(&stacks.0.get(site)?.frames).into_iter().next()?));
    sites.iter().filter_map(line).collect()
}

fn places(
    kind: Kind,
    at_once: bool,
    amounts: &BTreeMap<u32, i64>,
    bytes: Option<&BTreeMap<u32, i64>>,
    recording: &Recording,
    source: &Source,
) -> Vec<Place> {
    let program = source.program;
    let mut places: BTreeMap<Line, Place> = BTreeMap::new();
    // A sum below zero is explained by those who took back more than they had reported.
    let sign = if kind == Kind::External && amounts.values().sum::<i64>() < 0 { -1 } else { 1 };
    // The largest first, so that a place tells its calls as most of it was made.
    let mut sites: Vec<_> = amounts.iter().filter(|(_, amount)| sign * **amount > 0).collect();
    sites.sort_by_key(|(_, amount)| std::cmp::Reverse(sign * **amount));
    for (site, amount) in sites {
        let Some(stack) = recording.sites.0.get(site) else { continue };
        let mut lines = source.lines(&stack.frames).into_iter();
        let Some(at) = lines.next() else { continue };
        let place = places.entry(at.clone()).or_insert_with(|| {
            let (source_from, source) = excerpt(program.text, at.line);
            let called_from = lines.collect();
            let bytes = bytes.map(|_| 0);
            Place { kind, count: 0, bytes, at_once, at, called_from, asked_by: Vec::new(), source, source_from }
        });
        place.count += amount;
        if let (Some(sum), Some(bytes)) = (&mut place.bytes, bytes) {
            *sum += bytes.get(site).copied().unwrap_or(0);
        }
        add_caller(&mut place.asked_by, stack, *amount, program.drive);
    }
    let mut places: Vec<Place> = places.into_values().collect();
    for place in &mut places {
        place.asked_by.sort_by_key(|asked| std::cmp::Reverse(sign * asked.count));
        // What one function asked for is gone when the next one asks: only the most of them was there at once.
        if let (true, Some(most)) = (at_once, place.asked_by.first()) {
            place.count = most.count;
        }
    }
    places.sort_by_key(|place| std::cmp::Reverse(sign * place.count));
    if at_once || matches!(kind, Kind::Bytes) {
        // A peak has one cause, or a few of the same size, and bytes come and go a little anywhere.
        let most = places.first().map_or(0, |place| place.count);
        places.retain(|place| place.count * SHARE >= most);
    }
    places.truncate(MOST);
    for place in &mut places {
        place.asked_by.truncate(MOST_CALLERS);
    }
    places
}

/// Adds to what a function of the lesson's `drive.mjs` has asked for. What else may call an add-on, as the
/// harness does when it loads it, asks for nothing.
fn add_caller(asked_by: &mut Vec<Asked>, stack: &Stack, count: i64, drive: &Path) {
    let Some(caller) = &stack.caller else { return };
    let file = drive.to_string_lossy();
    if !caller.script.ends_with(&*file) {
        return;
    }
    let by = Line { file: file.into_owned(), line: caller.line, function: caller.function.clone() };
    match asked_by.iter_mut().find(|asked| asked.by == by) {
        Some(asked) => asked.count += count,
        None => asked_by.push(Asked { by, count }),
    }
}

/// A line with two lines before it and one after it, and the number of the first of them.
fn excerpt(text: &str, line: u32) -> (u32, Vec<String>) {
    let from = line.saturating_sub(2).max(1);
    let lines = text.lines().skip(from as usize - 1).take((line - from + 2) as usize);
    (from, lines.map(str::to_owned).collect())
}
