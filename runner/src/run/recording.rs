//! What a run leaves behind: the lines of the harness, and what the runner knows of the process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::evidence_file::Image;
use super::guard_file::{Fault, Guard};
use super::sites_file::Stacks;
use crate::heap::Held;
use crate::process::{End, Exit};
use crate::step::Moment;

/// Beats of the harness, four a second, after which a process that has done its work and is still
/// there is stopped. Each beat is proof that its event loop had time to run.
pub(super) const MOST_BEATS: u32 = 16;

/// All that is known of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// What the harness wrote down, in order.
    pub entries: Vec<Entry>,
    /// How the process ended, and what it printed.
    pub exit: Exit,
    /// The probe's counters as the process left them; none when it never loaded a probe.
    pub counters: Option<BTreeMap<String, f64>>,
    /// The stacks of the call sites; empty when the run did not keep them.
    #[serde(default)]
    pub sites: Stacks,
    /// The libraries that were loaded as add-ons, and how much of each is observed.
    #[serde(default)]
    pub images: Vec<Image>,
    /// What the guard has seen; none when the run had no guard.
    #[serde(default)]
    pub guard: Option<Guard>,
    /// Who holds the tracked objects that are left, if anybody asked.
    #[serde(default)]
    pub held: Held,
    /// Pieces of work in one round.
    pub size: u64,
    /// Measured rounds that were asked for.
    pub rounds: u64,
}

/// One line of the harness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
#[expect(missing_docs, reason = "runner/harness says what each one means")]
pub enum Entry {
    Start {
        node: String,
        v8: String,
        napi: String,
    },
    Loaded {
        calls: f64,
    },
    Sample {
        round: i64,
        moment: Moment,
        gauges: BTreeMap<String, f64>,
    },
    Answer {
        round: i64,
        name: String,
        actual: Value,
        expected: Value,
    },
    Gc {
        round: i64,
        collections: f64,
        major: f64,
        forced: f64,
        pause_ms: f64,
    },
    Settle {
        round: i64,
        turns: u32,
        settled: bool,
    },
    /// The harness would not go on: the add-on carries no probe, or Node is too old.
    Refused {
        reason: String,
    },
    /// For each column of the probe's sites, how much there is at which site.
    Sites {
        round: i64,
        moment: Moment,
        amounts: BTreeMap<String, Vec<(u32, i64)>>,
    },
    /// A heap snapshot is about to be written, or is `done`; `missing` is why there is none.
    Snapshot {
        done: bool,
        missing: Option<String>,
    },
    Error {
        message: String,
        stack: String,
    },
    End,
    Alive {
        beats: u32,
        resources: Vec<String>,
    },
}

impl Recording {
    /// The bad access that the guard has seen.
    pub fn fault(&self) -> Option<&Fault> {
        self.guard.as_ref()?.fault.as_ref()
    }

    /// The version of Node, without the `v`.
    pub fn node(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Start { node, .. } => Some(node.as_str()),
            _ => None,
        })
    }

    /// Whether the process ended while the harness wrote a heap snapshot, which is not the add-on's fault.
    pub fn ended_in_snapshot(&self) -> bool {
        matches!(self.entries.last(), Some(Entry::Snapshot { done: false, .. }))
    }

    /// What keeps a process alive that has done all its work, if it had to be stopped.
    pub fn kept_alive_by(&self) -> Option<&[String]> {
        match self.entries.last() {
            Some(Entry::Alive { beats, resources }) if *beats >= MOST_BEATS && self.exit.end == End::Stopped => Some(resources),
            _ => None,
        }
    }
}
