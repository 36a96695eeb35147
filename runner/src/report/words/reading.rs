//! One sentence that reads the table for a person.

use crate::catalog::Gauge;
use crate::measure::{Reading, Table};
use crate::number::{count, gauge_value, plural};

/// What the table says; nothing when it has no row of its gauge.
pub fn sentence(table: &Table) -> String {
    let Some(reading) = table.reading() else { return String::new() };
    let noun = noun(table.gauge);
    let show = |value: f64| gauge_value(table.gauge, value);
    let rounds = plural(table.rounds as f64, "round");
    match reading {
        Reading::Incomplete => "The run did not come to its end, so the table is not complete.".into(),
        Reading::Finalized(finalizers) => {
            let work = count((table.size * table.rounds) as f64);
            format!("{} finalizers ran for {work} {} in {rounds}.", show(finalizers), table.unit)
        }
        Reading::Kept(kept) => {
            let why = if table.gauge == Gauge::Objects { "somebody holds them" } else { "nobody freed them" };
            format!("{} {noun} were still there when {rounds} had settled: {why}.", show(kept))
        }
        Reading::FreedLater(later) => {
            let turns = table.turns.map_or_else(|| "some turns".into(), |turns| plural(f64::from(turns), "turn"));
            format!("{} {noun} outlived gc() and were freed {turns} of the event loop later.", show(later))
        }
        Reading::Collected(collected) => {
            format!("{} {noun} were left when the work returned, and gc() freed them.", show(collected))
        }
        Reading::Retained { inside, settled } => format!(
            "{} {noun} lived inside one round of {} {} and {} after it: retention, not a leak.",
            show(inside),
            count(table.size as f64),
            table.unit,
            show(settled)
        ),
        Reading::Flat(most) => format!("{} {noun} at most, however much work: flat.", show(most)),
    }
}

fn noun(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::HeapUsed => "of JavaScript heap",
        Gauge::NodeExternal => "of external memory",
        Gauge::Bytes => "of native memory",
        Gauge::External => "reported to V8",
        Gauge::Rss => "of resident memory",
        Gauge::Blocks => "native blocks",
        Gauge::Handles => "handles",
        Gauge::References => "references",
        Gauge::Objects => "tracked objects",
        Gauge::Finalizers => "finalizers",
        Gauge::Queue => "payloads",
        Gauge::Scopes => "handle scopes",
        Gauge::Wraps => "wraps",
        Gauge::Externals => "externals",
        Gauge::Functions => "thread-safe functions",
        Gauge::Works => "async works",
        Gauge::Deferreds => "deferreds",
        Gauge::Hooks => "cleanup hooks",
        Gauge::Instances => "instance data",
    }
}
