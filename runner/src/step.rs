//! What the stages say while they work. The faces see it as [`crate::event::Event`]s, with the verdicts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that a stage has done.
#[derive(Clone, Debug)]
pub enum Step {
    /// The source was read.
    Source {
        /// Its SHA-256.
        sha256: String,
    },
    /// The next phase begins.
    Phase(Phase),
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
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Another `lesson` command is compiling.
    Waiting,
    /// Crates are being downloaded.
    Fetching,
    /// Cargo runs.
    Compiling,
    /// Node runs.
    Running,
}

/// A moment of a round at which all gauges are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Settled, before the work.
    Before,
    /// During the work.
    Inside,
    /// When the work has returned.
    Return,
    /// After one `gc()`.
    Gc,
    /// When the exact counters stand still.
    Settled,
}
