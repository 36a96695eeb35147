//! From a recording to numbers: the table of moments for a person, and the metrics for the grader.

mod gauge;
mod missing;
mod reading;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{Gauge, Manifest, Metric, Sight};
use crate::process::End;
use crate::run::{Entry, GuardState, Image, Recording};
use crate::step::Moment;
pub use gauge::Story;
pub use missing::Missing;
pub use reading::Reading;

type Gauges = BTreeMap<String, f64>;

/// The memory of one run at five moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What one piece of work is, as a plural noun.
    pub unit: String,
    /// Pieces of work in a round.
    pub size: u64,
    /// Measured rounds.
    pub rounds: u64,
    /// One row for each gauge.
    pub rows: Vec<Row>,
    /// The gauge that tells the lesson's story.
    pub gauge: Gauge,
    /// Its course over all samples of the measured rounds.
    pub line: Vec<f64>,
    /// Collections during the work, of all measured rounds.
    pub collections: f64,
    /// Their pauses, in milliseconds.
    pub pause_ms: f64,
    /// Turns of the event loop that the last round needed to settle; none when it did not.
    pub turns: Option<u32>,
}

/// A gauge at the five moments. A moment that the run did not reach has no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The gauge.
    pub gauge: Gauge,
    /// Before the first measured round.
    pub before: Option<f64>,
    /// The highest value inside a round.
    pub inside: Option<f64>,
    /// When the last round's work has returned.
    #[serde(rename = "return")]
    pub returned: Option<f64>,
    /// After one `gc()`.
    pub gc: Option<f64>,
    /// When the exact counters stand still.
    pub settled: Option<f64>,
}

/// An answer of one round, beside the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<'a> {
    /// The round; 0 and below are the warm-up.
    pub round: i64,
    /// What the add-on gave.
    pub actual: &'a serde_json::Value,
    /// What is right.
    pub expected: &'a serde_json::Value,
}

/// Reads numbers from a recording.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a>(pub &'a Recording);

impl<'a> Measured<'a> {
    fn samples(self, moment: Moment) -> impl Iterator<Item = (i64, &'a Gauges)> {
        self.0.entries.iter().filter_map(move |entry| match entry {
            Entry::Sample { round, moment: at, gauges } if *round >= 1 && *at == moment => Some((*round, gauges)),
            _ => None,
        })
    }

    fn sample(self, round: u64, moment: Moment) -> Option<&'a Gauges> {
        self.samples(moment).find(|(at, _)| *at == round as i64).map(|(_, gauges)| gauges)
    }

    /// Pieces of work in all measured rounds.
    pub fn work(self) -> f64 {
        (self.0.size * self.0.rounds) as f64
    }

    /// All answers of one name, the warm-up's too.
    pub fn answers(self, wanted: &str) -> Vec<Answer<'a>> {
        let answer = |entry: &'a Entry| match entry {
            Entry::Answer { round, name, actual, expected } if name == wanted => Some(Answer { round: *round, actual, expected }),
            _ => None,
        };
        self.0.entries.iter().filter_map(answer).collect()
    }

    /// A metric, or why it could not be measured.
    ///
    /// # Errors
    /// The reason.
    pub fn metric(self, metric: Metric) -> Result<f64, Missing> {
        if let Some(reason) = self.unseen(metric) {
            return Err(reason);
        }
        match metric {
            Metric::BlocksKept => self.kept(|gauges| get(gauges, "blocks.live")),
            Metric::BytesKept => self.kept(|gauges| get(gauges, "bytes.live")),
            Metric::BytesPeak => self.peak("bytes.live", "bytes.peak"),
            Metric::HandlesPeak => {
                let known = self.samples(Moment::Before).all(|(_, gauges)| get(gauges, "handles.known") == Some(1.0));
                match known {
                    true => self.peak("handles.live", "handles.peak"),
                    false => Err(Missing::HandlesUnknown),
                }
            }
            Metric::ReferencesKept => self.open("references.created", "references.deleted"),
            Metric::ReferencesForeign => self.uses("references.foreign"),
            Metric::ReferencesDead => self.uses("references.dead"),
            Metric::WrapsKept => self.open("wraps.created", "wraps.ended"),
            Metric::ExternalsKept => self.open("externals.created", "externals.finalized"),
            Metric::ObjectsKept => self.objects_kept(),
            Metric::FinalizersRun => self.kept(|gauges| get(gauges, "finalizers.run")),
            Metric::ExternalKept => self.kept(|gauges| get(gauges, "external.net")),
            Metric::ExternalPeak => self.peak("external.net", "external.peak"),
            Metric::TsfnKept => self.open("tsfn.created", "tsfn.finalized"),
            Metric::QueuePeak => self.peak("tsfn.queued", "tsfn.queued.peak"),
            Metric::QueueRefused => self.kept(|gauges| get(gauges, "tsfn.refused")),
            Metric::ScopesKept => self.open("scopes.opened", "scopes.closed"),
            Metric::WorksKept => self.open("works.created", "works.deleted"),
            Metric::DeferredsKept => self.open("deferreds.created", "deferreds.settled"),
            Metric::HooksKept => self.open("hooks.added", "hooks.ended"),
            Metric::InstancesKept => self.open("instances.set", "instances.finalized"),
            Metric::GcMajor => self.collections(|_, major, _| major),
            Metric::GuardFaults => self.faults(),
            Metric::GcForced => self.collections(|_, _, forced| forced),
        }
    }

    /// Why a number of this kind would not be the whole truth about the add-on.
    fn unseen(self, metric: Metric) -> Option<Missing> {
        let any = |is_such: fn(&Image) -> bool| self.0.images.iter().any(is_such);
        match metric.sees() {
            Sight::Memory => any(Image::hides_memory).then_some(Missing::OwnAllocator),
            Sight::NodeApi => any(Image::calls_v8).then_some(Missing::CallsV8),
            Sight::Node => None,
        }
    }

    fn open(self, opened: &str, closed: &str) -> Result<f64, Missing> {
        self.kept(|gauges| difference(gauges, opened, closed))
    }

    /// How often something was done that a correct add-on never does. Once is enough, however the run ended;
    /// only a run that came to its end shows that it was never done.
    fn uses(self, name: &str) -> Result<f64, Missing> {
        let uses = self.0.counters.as_ref().and_then(|counters| get(counters, name));
        match uses {
            Some(uses) if uses > 0.0 || self.is_finished() => Ok(uses),
            _ => Err(self.unfinished()),
        }
    }

    /// A fault is certain, however the run ended. That there was none is certain only of a whole run in which
    /// every block was guarded.
    fn faults(self) -> Result<f64, Missing> {
        let Some(guard) = &self.0.guard else { return Err(Missing::NoGuard) };
        if guard.fault.is_some() {
            return Ok(1.0);
        }
        if guard.state != GuardState::Armed {
            return Err(Missing::NotArmed(guard.state));
        }
        if guard.unguarded > 0 {
            return Err(Missing::Unguarded { unguarded: guard.unguarded, blocks: guard.blocks + guard.unguarded });
        }
        match self.0.exit.end {
            End::Exited(0) if self.is_finished() => Ok(0.0),
            _ if self.is_finished() => Err(Missing::DidNotEnd),
            _ => Err(self.unfinished()),
        }
    }

    fn is_finished(self) -> bool {
        self.0.entries.iter().any(|entry| matches!(entry, Entry::End))
            && self.samples(Moment::Settled).count() as u64 == self.0.rounds
    }

    fn kept(self, gauge: impl Fn(&Gauges) -> Option<f64>) -> Result<f64, Missing> {
        let restless = |entry: &Entry| matches!(entry, Entry::Settle { round: 1.., settled: false, .. });
        if self.0.entries.iter().any(restless) {
            return Err(Missing::Restless);
        }
        let value = |round, moment| self.sample(round, moment).and_then(&gauge);
        match (value(1, Moment::Before), value(self.0.rounds, Moment::Settled)) {
            (Some(before), Some(settled)) => Ok(settled - before),
            _ => Err(self.unfinished()),
        }
    }

    fn objects_kept(self) -> Result<f64, Missing> {
        let kept = self.kept(|gauges| get(gauges, "objects.tracked"));
        match kept {
            Ok(0.0) => Err(Missing::NothingTracked),
            Ok(_) => match self.tracked() {
                Some((_, Some(alive))) => Ok(alive),
                _ => Err(Missing::ObjectsUnknown),
            },
            Err(reason) => Err(reason),
        }
    }

    /// How many objects were tracked in the measured rounds, and how many of them are alive after the last
    /// one, if that is known.
    pub fn tracked(self) -> Option<(f64, Option<f64>)> {
        let settled = self.sample(self.0.rounds, Moment::Settled)?;
        Some((get(settled, "objects.tracked")?, get(settled, "objects.alive")))
    }

    fn peak(self, live: &str, peak: &str) -> Result<f64, Missing> {
        let rise = |round| {
            let before = get(self.sample(round, Moment::Before)?, live)?;
            Some(get(self.sample(round, Moment::Return)?, peak)? - before)
        };
        let rises: Option<Vec<f64>> = (1..=self.0.rounds).map(rise).collect();
        rises.and_then(|rises| rises.into_iter().reduce(f64::max)).ok_or_else(|| self.unfinished())
    }

    fn collections(self, count: impl Fn(f64, f64, f64) -> f64) -> Result<f64, Missing> {
        let counts: Vec<f64> = self
            .0
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Gc { round: 1.., collections, major, forced, .. } => Some(count(*collections, *major, *forced)),
                _ => None,
            })
            .collect();
        if counts.len() as u64 == self.0.rounds { Ok(counts.iter().sum()) } else { Err(self.unfinished()) }
    }

    fn unfinished(self) -> Missing {
        Missing::Unfinished { done: self.samples(Moment::Settled).count() as u64, rounds: self.0.rounds }
    }

    /// The table of the run, for the lesson that it belongs to.
    pub fn table(self, manifest: &Manifest) -> Table {
        let tracks = self.tracked().is_some_and(|(tracked, _)| tracked > 0.0) || manifest.gauge == Gauge::Objects;
        let shown = Gauge::ALL.iter().filter(|gauge| **gauge != Gauge::Objects || tracks);
        let rows: Vec<Row> = shown.map(|gauge| self.row(*gauge)).collect();
        let mut pause_ms = 0.0;
        let mut collections = 0.0;
        let mut turns = None;
        for entry in &self.0.entries {
            match entry {
                Entry::Gc { round: 1.., collections: count, pause_ms: pause, .. } => {
                    collections += count;
                    pause_ms += pause;
                }
                Entry::Settle { round: 1.., turns: count, settled } => turns = settled.then_some(*count),
                _ => {}
            }
        }
        Table {
            unit: manifest.work.unit.clone(),
            size: self.0.size,
            rounds: self.0.rounds,
            line: self.line(manifest.gauge),
            gauge: manifest.gauge,
            rows,
            collections,
            pause_ms,
            turns,
        }
    }

    fn row(self, gauge: Gauge) -> Row {
        let start = self.sample(1, Moment::Before);
        let value = |gauges: &Gauges| gauge::value(gauge, gauges, start);
        let last = |moment| self.samples(moment).last().and_then(|(_, gauges)| value(gauges));
        let inside = match peak_of(gauge) {
            Some(peak) => highest(self.samples(Moment::Return).filter_map(|(_, gauges)| get(gauges, peak))),
            None => highest(self.samples(Moment::Inside).filter_map(|(_, gauges)| value(gauges))),
        };
        Row {
            gauge,
            before: start.and_then(value),
            inside,
            returned: last(Moment::Return),
            gc: last(Moment::Gc),
            settled: last(Moment::Settled),
        }
    }

    fn line(self, gauge: Gauge) -> Vec<f64> {
        let start = self.sample(1, Moment::Before);
        let values = self.0.entries.iter().filter_map(|entry| match entry {
            Entry::Sample { round: 1.., gauges, .. } => gauge::value(gauge, gauges, start),
            _ => None,
        });
        values.collect()
    }
}

/// The counter that holds the highest value of a gauge, where the probe keeps one.
fn peak_of(gauge: Gauge) -> Option<&'static str> {
    match gauge {
        Gauge::Bytes => Some("bytes.peak"),
        Gauge::Handles => Some("handles.peak"),
        Gauge::External => Some("external.peak"),
        Gauge::Queue => Some("tsfn.queued.peak"),
        _ => None,
    }
}

fn get(gauges: &Gauges, name: &str) -> Option<f64> {
    gauges.get(name).copied()
}

fn difference(gauges: &Gauges, more: &str, less: &str) -> Option<f64> {
    Some(get(gauges, more)? - get(gauges, less)?)
}

fn highest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(f64::max)
}
