//! What happens on the way to a verdict, as it happens.
//!
//! These are also the lines of `--format json`; `runner/events.md` documents them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{LessonId, Variant};
use crate::compile::Diagnostic;
use crate::measure::Table;
use crate::outcome::{CheckResult, Outcome};
use crate::step::{Moment, Phase, Step};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// What follows is about an exercise that somebody has handed in.
    HandIn {
        /// The folder that was named.
        folder: String,
        /// The lesson.
        lesson: LessonId,
        /// Why it fails without being run: it is not there, or not what is taken.
        refused: Option<String>,
    },
    /// Work on one variant of a lesson begins.
    Start {
        /// The lesson.
        lesson: LessonId,
        /// The variant.
        variant: Variant,
    },
    /// The source was read: what follows is about these bytes, whatever is saved meanwhile.
    Source {
        /// Their SHA-256.
        sha256: String,
    },
    /// The next phase begins.
    Phase {
        /// Which one.
        phase: Phase,
    },
    /// Cargo has built one crate.
    Built {
        /// The crate's name.
        package: String,
        /// How many that are in this compilation.
        count: u32,
    },
    /// Node runs.
    Node {
        /// Its version, without the `v`.
        version: String,
    },
    /// All gauges of one moment.
    Sample {
        /// The round; 0 and below are the warm-up.
        round: i64,
        /// When in the round.
        moment: Moment,
        /// The probe's counters and Node's numbers, by name.
        gauges: BTreeMap<String, f64>,
    },
    /// A check was decided.
    Check(CheckResult),
    /// The memory of a run was measured: the table that `lesson run` shows.
    Memory {
        /// Its numbers.
        #[serde(flatten)]
        table: Table,
        /// What it says, for a person who has not learned to read it yet.
        sentence: String,
    },
    /// A variant was graded.
    Verdict {
        /// The lesson.
        lesson: LessonId,
        /// The variant.
        variant: Variant,
        /// The verdict.
        outcome: Outcome,
        /// The SHA-256 of the source that was graded.
        source_sha256: String,
        /// The Node that ran it; none when it did not compile.
        node: Option<String>,
        /// What rustc said, when the source does not compile.
        compile_error: Option<String>,
        /// Where in the learner's file it said so.
        diagnostics: Vec<Diagnostic>,
    },
    /// A variant could not be graded.
    Error {
        /// The lesson.
        lesson: LessonId,
        /// The variant.
        variant: Variant,
        /// Why, and what to do.
        message: String,
    },
    /// The last line: everything that was asked for is done.
    Outcome {
        /// Variants that passed.
        passed: u32,
        /// Variants that failed.
        failed: u32,
        /// Variants for which no verdict is certain, or that could not be run.
        undecided: u32,
        /// The exit code of the command.
        exit_code: u8,
    },
}

impl From<Step> for Event {
    fn from(step: Step) -> Event {
        match step {
            Step::Source { sha256 } => Event::Source { sha256 },
            Step::Phase(phase) => Event::Phase { phase },
            Step::Built { package, count } => Event::Built { package, count },
            Step::Node { version } => Event::Node { version },
            Step::Sample { round, moment, gauges } => Event::Sample { round, moment, gauges },
        }
    }
}
