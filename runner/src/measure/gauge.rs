//! The value of a gauge at one moment.

use super::{Gauges, difference, get};
use crate::catalog::Gauge;
use crate::step::Moment;

/// The gauge that tells a lesson's story, sample by sample, while a run goes on.
#[derive(Debug)]
pub struct Story {
    /// Which one.
    pub gauge: Gauge,
    start: Option<Gauges>,
}

impl Story {
    /// The story of a run that begins.
    pub fn new(gauge: Gauge) -> Story {
        Story { gauge, start: None }
    }

    /// The value in the next sample; none where it has none. In measured rounds these are the values of the
    /// table's line.
    pub fn value(&mut self, round: i64, moment: Moment, gauges: &Gauges) -> Option<f64> {
        if (round, moment) == (1, Moment::Before) {
            self.start = Some(gauges.clone());
        }
        value(self.gauge, gauges, self.start.as_ref())
    }
}

/// The value in a sample; `start` is the one before the first measured round.
pub(super) fn value(gauge: Gauge, gauges: &Gauges, start: Option<&Gauges>) -> Option<f64> {
    let since_start = |name: &str| Some(get(gauges, name)? - get(start?, name)?);
    match gauge {
        Gauge::HeapUsed => get(gauges, "heapUsed"),
        Gauge::NodeExternal => get(gauges, "external"),
        Gauge::Bytes => get(gauges, "bytes.live"),
        Gauge::Blocks => get(gauges, "blocks.live"),
        Gauge::Handles => get(gauges, "handles.live"),
        Gauge::References => difference(gauges, "references.created", "references.deleted"),
        Gauge::Scopes => difference(gauges, "scopes.opened", "scopes.closed"),
        Gauge::Wraps => difference(gauges, "wraps.created", "wraps.ended"),
        Gauge::Externals => difference(gauges, "externals.created", "externals.finalized"),
        Gauge::Functions => difference(gauges, "tsfn.created", "tsfn.finalized"),
        Gauge::Works => difference(gauges, "works.created", "works.deleted"),
        Gauge::Deferreds => difference(gauges, "deferreds.created", "deferreds.settled"),
        Gauge::Hooks => difference(gauges, "hooks.added", "hooks.ended"),
        Gauge::Instances => difference(gauges, "instances.set", "instances.finalized"),
        Gauge::Objects => get(gauges, "objects.alive"),
        Gauge::Finalizers => since_start("finalizers.run"),
        Gauge::External => get(gauges, "external.net"),
        Gauge::Queue => get(gauges, "tsfn.queued"),
        Gauge::Rss => get(gauges, "rss"),
    }
}
