//! Memory at a glance: before, inside and after, as blocks or in words.

use super::memory::{is_shown, label};
use super::paint::Paint;
use crate::measure::{Row, Table};
use crate::number::gauge_value;

/// Eighths of a block, from one to eight.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// The columns of the longest number and of what is before the bars.
const NUMBER: usize = 12;
const BEFORE: usize = 31;

/// The gauge that tells the lesson's story at three moments, as bars on one scale: three lines of at most
/// `width` columns. Nothing when the run did not come to its first measured round.
pub fn bars(table: &Table, width: usize, paint: Paint) -> Vec<String> {
    let Some(row) = table.rows.iter().find(|row| row.gauge == table.gauge) else { return Vec::new() };
    let moments = moments(row);
    let highest = moments.iter().flat_map(|(_, value)| *value).fold(0.0, f64::max);
    if moments[0].1.is_none() {
        return Vec::new();
    }
    let room = width.saturating_sub(BEFORE + 2 + NUMBER).max(8);
    let line = |(index, (moment, value)): (usize, (&str, Option<f64>))| {
        let name = if index == 0 { label(row.gauge) } else { "" };
        let what = format!("{name:<22} {moment:<8}");
        match value {
            Some(value) => {
                let share = if highest > 0.0 { value.max(0.0) / highest } else { 0.0 };
                format!("{} {}  {}", paint.dim(what), bar(share, room), paint.bold(gauge_value(row.gauge, value)))
            }
            None => format!("{} {}", paint.dim(what), "not reached"),
        }
    };
    moments.into_iter().enumerate().map(line).collect()
}

/// Every gauge that says something, in words: one line for each, that of the lesson's story first.
pub fn words(table: &Table) -> Vec<String> {
    let first = table.rows.iter().filter(|row| row.gauge == table.gauge);
    let others = table.rows.iter().filter(|row| row.gauge != table.gauge && is_shown(row));
    first.chain(others).filter(|row| row.before.is_some()).map(sentence).collect()
}

fn sentence(row: &Row) -> String {
    let part = |(moment, value): (&str, Option<f64>)| {
        let value = value.map_or_else(|| "not reached".to_owned(), |value| gauge_value(row.gauge, value));
        format!("{moment} {value}")
    };
    format!("{}: {}", label(row.gauge), moments(row).map(part).join(", "))
}

fn moments(row: &Row) -> [(&'static str, Option<f64>); 3] {
    [("before", row.before), ("inside", row.inside), ("after gc", row.settled)]
}

/// A bar of this share of the room, in eighths of a column, and never nothing.
fn bar(share: f64, room: usize) -> String {
    let eighths = ((share * room as f64 * 8.0).round() as usize).clamp(1, room * 8);
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8 - 1]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Gauge;

    fn table(values: [Option<f64>; 3]) -> Table {
        let [before, inside, settled] = values;
        let row = |gauge| Row { gauge, before, inside, returned: inside, gc: settled, settled };
        Table {
            unit: "calls".into(),
            size: 10,
            rounds: 5,
            rows: vec![row(Gauge::HeapUsed), row(Gauge::Handles)],
            gauge: Gauge::Handles,
            line: Vec::new(),
            collections: 0.0,
            pause_ms: 0.0,
            turns: Some(1),
        }
    }

    #[test]
    fn bars_are_on_one_scale_and_fit() {
        let lines = bars(&table([Some(8.0), Some(4_005.0), Some(0.0)]), 60, Paint::none());
        let blocks = |line: &str| line.chars().filter(|c| *c == '█').count();
        assert_eq!(lines.len(), 3);
        assert_eq!([blocks(&lines[0]), blocks(&lines[1]), blocks(&lines[2])], [0, 15, 0]);
        assert!(lines[1].starts_with("                       inside") && lines[1].ends_with("4 005"));
        assert!(lines[2].contains('▏'), "nothing is shown as a hair, not as a gap");
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{lines:#?}");
    }

    #[test]
    fn what_was_not_reached_is_said() {
        assert!(bars(&table([None; 3]), 60, Paint::none()).is_empty());
        assert!(bars(&table([Some(1.0), None, None]), 60, Paint::none())[2].ends_with("not reached"));
    }

    #[test]
    fn words_begin_with_the_lessons_gauge() {
        let words = words(&table([Some(8.0), Some(4_005.0), Some(8.0)]));
        assert_eq!(words[0], "handles: before 8, inside 4 005, after gc 8");
        assert!(words[1].starts_with("heapUsed: "));
    }
}
