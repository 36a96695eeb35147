//! The table of moments, as `lesson run` shows it.

use std::fmt::Write as _;

use super::paint::Paint;
use super::width::wrap;
use super::words::sentence;
use crate::catalog::Gauge;
use crate::measure::{Row, Table};
use crate::number::{count, gauge_value, plural};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of the sparkline.
const WIDTH: usize = 60;

/// Gauges that few add-ons have anything of.
const RARE: [Gauge; 8] = [
    Gauge::Scopes,
    Gauge::Wraps,
    Gauge::Externals,
    Gauge::Functions,
    Gauge::Works,
    Gauge::Deferreds,
    Gauge::Hooks,
    Gauge::Instances,
];

/// The table with its sparkline and its sentence, at most 80 columns wide. Plain, it begins with the sentence.
pub fn text(table: &Table, paint: Paint) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    if !paint.draws() {
        line(&wrap(&sentence(table), 80));
        line("");
    }
    line(&format!("{:<22}{:>11}{:>11}{:>11}{:>11}{:>11}", "", "before", "inside", "return", "gc()", "settled"));
    for row in shown_rows(table) {
        let cells = cells(row);
        let row_text =
            format!("{:<22}{:>11}{:>11}{:>11}{:>11}{:>11}", label(row.gauge), cells[0], cells[1], cells[2], cells[3], cells[4]);
        line(&if row.gauge == table.gauge { paint.bold(row_text) } else { row_text });
    }
    line("");
    if let Some(span) = span(table) {
        let name = label(table.gauge);
        if paint.draws() {
            line(&format!("{name}  {}", sparkline(&table.line)));
            line(&paint.dim(span));
        } else {
            line(&paint.dim(format!("{name} {span}")));
        }
    }
    line(&paint.dim(collections(table)));
    if paint.draws() {
        line("");
        line(&wrap(&sentence(table), 80));
    }
    text
}

/// The rows that are shown, the one that tells the story first.
pub(super) fn shown_rows(table: &Table) -> impl Iterator<Item = &Row> {
    let first = table.rows.iter().filter(|row| row.gauge == table.gauge);
    first.chain(table.rows.iter().filter(|row| row.gauge != table.gauge && is_shown(row)))
}

/// The values of a row as they are shown.
pub(super) fn cells(row: &Row) -> [String; 5] {
    let cell = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| gauge_value(row.gauge, value));
    [row.before, row.inside, row.returned, row.gc, row.settled].map(cell)
}

/// How far the values went that the story's gauge has had, and in how much work; nothing where it has no course.
pub(super) fn span(table: &Table) -> Option<String> {
    let low = table.line.iter().copied().fold(f64::INFINITY, f64::min);
    let high = table.line.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (table.line.len() > 1).then(|| {
        format!(
            "from {} to {}, in {} of {} {}",
            gauge_value(table.gauge, low),
            gauge_value(table.gauge, high),
            plural(table.rounds as f64, "round"),
            count(table.size as f64),
            table.unit
        )
    })
}

/// What the collector did, and how long it took until nothing moved.
pub(super) fn collections(table: &Table) -> String {
    let turns = table
        .turns
        .map_or_else(|| "did not settle".to_owned(), |turns| format!("settled {} after gc()", plural(f64::from(turns), "turn")));
    format!("{} collections during the work, {:.1} ms of pause; {turns}", count(table.collections), table.pause_ms)
}

/// What few add-ons use is shown where it changes; what is there all the time is napi-rs' own.
pub fn is_shown(row: &Row) -> bool {
    let values = [row.before, row.inside, row.returned, row.gc, row.settled];
    !RARE.contains(&row.gauge) || values.iter().flatten().any(|value| Some(*value) != row.before)
}

/// The row's name, with the unit where the name does not say it.
pub fn label(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::HeapUsed => "heapUsed",
        Gauge::NodeExternal => "external",
        Gauge::Bytes => "native bytes",
        Gauge::Blocks => "native blocks",
        Gauge::Handles => "handles",
        Gauge::References => "references",
        Gauge::Objects => "tracked objects",
        Gauge::Finalizers => "finalizers run",
        Gauge::External => "reported to V8",
        Gauge::Queue => "queue length",
        Gauge::Scopes => "handle scopes",
        Gauge::Wraps => "wraps",
        Gauge::Externals => "externals",
        Gauge::Functions => "thread-safe functions",
        Gauge::Works => "async works",
        Gauge::Deferreds => "deferreds",
        Gauge::Hooks => "cleanup hooks",
        Gauge::Instances => "instance data",
        Gauge::Rss => "RSS",
    }
}

/// The values as blocks, the lowest and the highest value being the lowest and the highest block.
pub fn sparkline(values: &[f64]) -> String {
    let columns = values.len().min(WIDTH);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (0..columns)
        .map(|column| {
            let part = &values[column * values.len() / columns..(column + 1) * values.len() / columns];
            let value = part.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let height = if high > low { (value - low) / (high - low) } else { 0.0 };
            BARS[((height * 8.0) as usize).min(7)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_has_the_extremes_at_its_ends() {
        assert_eq!(sparkline(&[0.0, 7.0, 3.5]), "▁█▅");
        assert_eq!(sparkline(&[2.0, 2.0]), "▁▁");
        assert_eq!(sparkline(&vec![1.0; 500]).chars().count(), WIDTH);
    }
}
