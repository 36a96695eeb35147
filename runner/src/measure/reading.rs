//! What the table says, for a person who has not learned to read it yet.

use super::{Row, Table};
use crate::catalog::Gauge;
use crate::number::is_of_bytes;

/// How many times as much as before counts as a rise. The reading is for a person; it grades nothing.
const RISE: f64 = 2.0;
/// The smallest share of the highest rise that is worth a sentence.
const SHARE: f64 = 0.01;
/// Bytes below which a change says nothing: napi-rs' own tables grow by as much.
const SOME_BYTES: f64 = 8192.0;
/// The same for things that are counted.
const SOME: f64 = 100.0;

/// What became of the gauge that tells the lesson's story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// The run did not come to its end.
    Incomplete,
    /// So many finalizers ran.
    Finalized(f64),
    /// So much was still there when all had settled.
    Kept(f64),
    /// So much outlived `gc()` and was freed later.
    FreedLater(f64),
    /// So much was left when the work returned, and `gc()` freed it.
    Collected(f64),
    /// So much lived inside one round, and so much after it.
    Retained {
        /// The highest inside.
        inside: f64,
        /// What was there when all had settled.
        settled: f64,
    },
    /// There was so much at most, however much work.
    Flat(f64),
}

impl Table {
    /// What the table says; nothing when it has no row of its gauge.
    pub fn reading(&self) -> Option<Reading> {
        let row = self.rows.iter().find(|row| row.gauge == self.gauge)?;
        let Row { before: Some(before), returned: Some(returned), gc: Some(gc), settled: Some(settled), .. } = *row else {
            return Some(Reading::Incomplete);
        };
        let inside = row.inside.unwrap_or(returned);
        let some = if is_of_bytes(self.gauge) { SOME_BYTES } else { SOME };
        // A part of the peak that is too small to be seen in the table is not worth a sentence.
        let rise = |value: f64| value - before;
        let much = |value: f64| rise(value) > some && value > before * RISE && rise(value) > rise(inside) * SHARE;
        Some(if self.gauge == Gauge::Finalizers {
            Reading::Finalized(settled)
        } else if much(settled) {
            Reading::Kept(rise(settled))
        } else if much(gc) {
            Reading::FreedLater(rise(gc))
        } else if much(returned) {
            Reading::Collected(rise(returned))
        } else if much(inside) {
            Reading::Retained { inside, settled }
        } else {
            Reading::Flat(inside)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(gauge: Gauge, moments: [f64; 5]) -> Option<Reading> {
        let [before, inside, returned, gc, settled] = moments.map(Some);
        let rows = vec![Row { gauge, before, inside, returned, gc, settled }];
        let (unit, line, turns) = ("calls".into(), Vec::new(), Some(1));
        let table = Table { unit, size: 10, rounds: 5, rows, gauge, line, collections: 0.0, pause_ms: 0.0, turns };
        table.reading()
    }

    #[test]
    fn the_last_moment_that_is_high_decides() {
        let of = |moments| reading(Gauge::Blocks, moments);
        assert_eq!(of([8.0, 808.0, 808.0, 808.0, 808.0]), Some(Reading::Kept(800.0)));
        assert_eq!(of([8.0, 808.0, 808.0, 808.0, 8.0]), Some(Reading::FreedLater(800.0)));
        assert_eq!(of([8.0, 808.0, 808.0, 8.0, 8.0]), Some(Reading::Collected(800.0)));
        assert_eq!(of([8.0, 808.0, 8.0, 8.0, 9.0]), Some(Reading::Retained { inside: 808.0, settled: 9.0 }));
        assert_eq!(of([8.0, 20.0, 8.0, 8.0, 8.0]), Some(Reading::Flat(20.0)));
    }

    #[test]
    fn what_napi_rs_needs_itself_says_nothing() {
        assert_eq!(reading(Gauge::Bytes, [232.0, 4096.0, 232.0, 232.0, 2048.0]), Some(Reading::Flat(4096.0)));
    }
}
