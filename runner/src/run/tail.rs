//! Reads the file of evidence while the harness writes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::recording::{Entry, MOST_BEATS};
use crate::process::Watch;
use crate::step::{Moment, Step};

/// Reads the file of evidence while it grows.
pub(super) struct Tail<'a> {
    file: File,
    pending: Vec<u8>,
    entries: Vec<Entry>,
    /// The gauges of the last sample: one inside the work has only those that have changed.
    gauges: BTreeMap<String, f64>,
    steps: &'a mut dyn FnMut(Step),
}

impl<'a> Tail<'a> {
    pub(super) fn open(path: &Path, steps: &'a mut dyn FnMut(Step)) -> io::Result<Tail<'a>> {
        Ok(Tail { file: File::open(path)?, pending: Vec::new(), entries: Vec::new(), gauges: BTreeMap::new(), steps })
    }

    /// All entries, when the process is gone.
    pub(super) fn finish(mut self) -> Vec<Entry> {
        self.read();
        self.entries
    }

    fn read(&mut self) {
        let _ = self.file.read_to_end(&mut self.pending);
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            // A line that a crash cut short has no end and does not come here.
            let mut entry = serde_json::from_slice::<Entry>(&line)
                .unwrap_or_else(|error| Entry::Refused { reason: format!("a line of its evidence can't be read: {error}") });
            if let Entry::Sample { gauges, moment, .. } = &mut entry {
                if *moment == Moment::Inside {
                    self.gauges.append(gauges);
                    gauges.clone_from(&self.gauges);
                } else {
                    self.gauges.clone_from(gauges);
                    // They are not counted inside the work, so what they were before says nothing of it.
                    self.gauges.retain(|name, _| !name.starts_with("objects."));
                }
            }
            match &entry {
                Entry::Start { node, .. } => (self.steps)(Step::Node { version: node.clone() }),
                Entry::Sample { round, moment, gauges } => {
                    (self.steps)(Step::Sample { round: *round, moment: *moment, gauges: gauges.clone() });
                }
                _ => {}
            }
            self.entries.push(entry);
        }
    }
}

impl Watch for Tail<'_> {
    fn tick(&mut self) -> bool {
        self.read();
        !matches!(self.entries.last(), Some(Entry::Alive { beats, .. }) if *beats >= MOST_BEATS)
    }
}
