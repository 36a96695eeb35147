//! The memory of a lesson's two programs: the chart of the gauge that tells its story, and the numbers.

use runner::catalog::{Gauge, Variant};
use runner::measure::{Row, Table};
use runner::number::{count, gauge_value, plural};
use runner::record::shipped;
use runner::report::memory::{is_shown, label};

use crate::chart::{self, Chart};
use crate::inline;
use crate::markup::{Format, folded, table, unbroken, words};
use crate::shelf::Shelved;

const HEAD: [&str; 6] = ["", "before", "inside", "return", "gc()", "settled"];

/// Beside the gauge that tells the story are those of `beside`, or what a person sees in production. `number`
/// tells the charts of one lesson apart.
pub(crate) fn text(shelved: &Shelved, beside: &[Gauge], format: Format, number: usize) -> Result<String, String> {
    let broken = shelved.memory(&shipped())?;
    let solved = shelved.memory(&Variant::Solution)?;
    let beside = if beside.is_empty() { &[Gauge::HeapUsed, Gauge::Rss] } else { beside };
    let main = distinct(&[&[broken.gauge], beside].concat());
    let is_main = |gauge: Gauge| main.contains(&gauge);
    let says_something = |row: &Row| is_shown(row) && values(row).into_iter().flatten().any(|value| value != 0.0);
    let shown = |gauge: Gauge| [broken, solved].iter().any(|table| row(table, gauge).is_some_and(says_something));
    let first = rows(broken, solved, &main);
    let others: Vec<Gauge> = Gauge::ALL.iter().copied().filter(|gauge| !is_main(*gauge) && shown(*gauge)).collect();
    let rounds = plural(broken.rounds as f64, "round");
    let about = format!(
        "Measured with {}: {} of {} {}, after the warm-up.\n\n",
        inline::versions(shelved),
        unbroken(rounds),
        unbroken(count(broken.size as f64)),
        words(&broken.unit)
    );
    let chart = match (format, row(broken, broken.gauge), row(solved, broken.gauge)) {
        (Format::Html, Some(broken), Some(solved)) => {
            let name = shelved.lesson.id.package();
            let id = if number > 1 { format!("chart-{name}-{number}") } else { format!("chart-{name}") };
            let svg = chart::svg(Chart { id: &id, title: &shelved.lesson.manifest.title, shipped: broken, solution: solved });
            format!("<figure class=\"lesson-memory\">\n{svg}</figure>\n\n")
        }
        _ => String::new(),
    };
    let numbers = table(&HEAD, true, &first);
    let others = folded(format, "The other gauges that were not 0", &table(&HEAD, true, &rows(broken, solved, &others)));
    Ok(format!("{chart}{numbers}\n{about}{others}"))
}

fn distinct(gauges: &[Gauge]) -> Vec<Gauge> {
    let mut distinct: Vec<Gauge> = Vec::new();
    for gauge in gauges {
        if !distinct.contains(gauge) {
            distinct.push(*gauge);
        }
    }
    distinct
}

fn row(table: &Table, gauge: Gauge) -> Option<&Row> {
    table.rows.iter().find(|row| row.gauge == gauge)
}

/// The values in the order of the columns.
pub(crate) fn values(row: &Row) -> [Option<f64>; 5] {
    [row.before, row.inside, row.returned, row.gc, row.settled]
}

/// Two rows for each gauge.
fn rows(broken: &Table, solved: &Table, gauges: &[Gauge]) -> Vec<Vec<String>> {
    let programs = [(broken, "as shipped"), (solved, "solution")];
    let cells = |gauge: Gauge, (table, name): (&Table, &str)| {
        let row = row(table, gauge)?;
        let value = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| unbroken(gauge_value(gauge, value)));
        Some([format!("{}, {name}", label(gauge))].into_iter().chain(values(row).map(value)).collect())
    };
    gauges.iter().flat_map(|gauge| programs.into_iter().filter_map(|program| cells(*gauge, program))).collect()
}
