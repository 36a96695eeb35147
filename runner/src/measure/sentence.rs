//! One sentence that reads the table for a person.

use super::{Row, Table};
use crate::catalog::Gauge;
use crate::number::{bytes, count, plural};

/// How many times as much as before counts as a rise. The sentence is for reading; it grades nothing.
const RISE: f64 = 2.0;
/// The smallest share of the highest rise that is worth a sentence.
const SHARE: f64 = 0.01;
/// Bytes below which a change says nothing: napi-rs' own tables grow by as much.
const SOME_BYTES: f64 = 8192.0;
/// The same for things that are counted.
const SOME: f64 = 100.0;

pub(super) fn read(table: &Table) -> String {
    let Some(row) = table.rows.iter().find(|row| row.gauge == table.gauge) else { return String::new() };
    let Row { before: Some(before), returned: Some(returned), gc: Some(gc), settled: Some(settled), .. } = *row else {
        return "The run did not come to its end, so the table is not complete.".into();
    };
    let inside = row.inside.unwrap_or(returned);
    let (noun, show, some) = words(table.gauge);
    // A part of the peak that is too small to be seen in the table is not worth a sentence.
    let rise = |value: f64| value - before;
    let much = |value: f64| rise(value) > some && value > before * RISE && rise(value) > rise(inside) * SHARE;
    let rounds = plural(table.rounds as f64, "round");

    if table.gauge == Gauge::Finalizers {
        let work = count((table.size * table.rounds) as f64);
        return format!("{} finalizers ran for {work} {} in {rounds}.", show(settled), table.unit);
    }
    if much(settled) {
        let kept = show(settled - before);
        let why = if table.gauge == Gauge::Objects { "somebody holds them" } else { "nobody freed them" };
        return format!("{kept} {noun} were still there when {rounds} had settled: {why}.");
    }
    if much(gc) {
        let turns = table.turns.map_or_else(|| "some turns".into(), |turns| plural(f64::from(turns), "turn"));
        return format!("{} {noun} outlived gc() and were freed {turns} of the event loop later.", show(gc - before));
    }
    if much(returned) {
        return format!("{} {noun} were left when the work returned, and gc() freed them.", show(returned - before));
    }
    if much(inside) {
        return format!(
            "{} {noun} lived inside one round of {} {} and {} after it: retention, not a leak.",
            show(inside),
            count(table.size as f64),
            table.unit,
            show(settled)
        );
    }
    format!("{} {noun} at most, however much work: flat.", show(inside))
}

fn words(gauge: Gauge) -> (&'static str, fn(f64) -> String, f64) {
    match gauge {
        Gauge::HeapUsed => ("of JavaScript heap", bytes, SOME_BYTES),
        Gauge::NodeExternal => ("of external memory", bytes, SOME_BYTES),
        Gauge::Bytes => ("of native memory", bytes, SOME_BYTES),
        Gauge::External => ("reported to V8", bytes, SOME_BYTES),
        Gauge::Rss => ("of resident memory", bytes, SOME_BYTES),
        Gauge::Blocks => ("native blocks", count, SOME),
        Gauge::Handles => ("handles", count, SOME),
        Gauge::References => ("references", count, SOME),
        Gauge::Objects => ("tracked objects", count, SOME),
        Gauge::Finalizers => ("finalizers", count, SOME),
        Gauge::Queue => ("payloads", count, SOME),
        Gauge::Scopes => ("handle scopes", count, SOME),
        Gauge::Wraps => ("wraps", count, SOME),
        Gauge::Externals => ("externals", count, SOME),
        Gauge::Functions => ("thread-safe functions", count, SOME),
        Gauge::Works => ("async works", count, SOME),
        Gauge::Deferreds => ("deferreds", count, SOME),
        Gauge::Hooks => ("cleanup hooks", count, SOME),
        Gauge::Instances => ("instance data", count, SOME),
    }
}
