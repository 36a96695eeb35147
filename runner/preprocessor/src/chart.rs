//! The chart of one gauge at five moments: the exercise and the solution, on one scale.
//!
//! It is drawn in the colours of the page, through `currentColor` and mdBook's variables, so that it follows
//! each theme. Which bar is whose is told by its form and by the legend: the exercise is filled, and the
//! solution is hollow. Each bar has its number beside it.

use std::fmt::Write as _;

use runner::catalog::Gauge;
use runner::measure::Row;
use runner::number::gauge_value;
use runner::report::memory::label;

use crate::markup::{escape, unbroken};
use crate::memory::values;

/// What a chart shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chart<'a> {
    /// The id of the drawing; there is no other one of it in the book.
    pub(crate) id: &'a str,
    /// The title of the lesson.
    pub(crate) title: &'a str,
    /// The gauge of the exercise, as it is published.
    pub(crate) shipped: &'a Row,
    /// The same gauge of the solution.
    pub(crate) solution: &'a Row,
}

const MOMENTS: [&str; 5] = ["before", "inside", "return", "gc()", "settled"];

// In the units of the drawing, of which a narrow telephone shows one for each of its own.
const WIDTH: f64 = 360.0;
/// Where the bars begin.
const START: f64 = 58.0;
/// The longest bar, so that the longest number still fits after it.
const LONGEST: f64 = 210.0;
const BAR: f64 = 12.0;
/// From one moment to the next.
const STEP: f64 = 38.0;
/// Above the first bar, where the gauge's name and the legend are.
const TOP: f64 = 50.0;

/// The drawing, without a blank line: one would end it in Markdown.
pub(crate) fn svg(chart: Chart) -> String {
    let Chart { id, title, shipped, solution } = chart;
    let gauge = shipped.gauge;
    let height = TOP + STEP * MOMENTS.len() as f64;
    let scale = values(shipped).into_iter().chain(values(solution)).flatten().fold(0.0, f64::max);
    let mut svg = format!(
        "<svg class=\"lesson-chart\" id=\"{id}\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" \
         aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\n"
    );
    let mut line = |line: String| {
        let _ = writeln!(svg, "{line}");
    };
    line(format!("<title id=\"{id}-title\">{}: {} at five moments</title>", escape(title), label(gauge)));
    line(format!("<desc id=\"{id}-desc\">{}</desc>", escape(&description(shipped, solution))));
    line(text(START, 12.0, label(gauge)).replacen("<text", "<text class=\"lesson-gauge\"", 1));
    line(bar("shipped", START, 24.0, 18.0));
    line(text(START + 24.0, 34.0, "as shipped"));
    line(bar("solution", START + 106.0, 24.0, 18.0));
    line(text(START + 130.0, 34.0, "solution"));
    for (index, moment) in MOMENTS.iter().enumerate() {
        let top = TOP + STEP * index as f64;
        line(text(0.0, top + 17.0, moment));
        for (program, row, top) in [("shipped", shipped, top), ("solution", solution, top + BAR + 3.0)] {
            let Some(value) = values(row)[index] else {
                line(text(START + 4.0, top + 10.0, "not reached"));
                continue;
            };
            let length = if scale > 0.0 { (value.max(0.0) / scale * LONGEST).max(1.0) } else { 1.0 };
            line(bar(program, START, top, length));
            line(text(START + length + 5.0, top + 10.0, &unbroken(gauge_value(gauge, value))));
        }
    }
    line(format!("<path class=\"lesson-axis\" d=\"M{START} {TOP}V{}\" stroke=\"currentColor\"/>", height - 8.0));
    svg + "</svg>\n"
}

fn bar(program: &str, x: f64, y: f64, length: f64) -> String {
    // Without the book's style sheet the two still differ.
    let paint = if program == "shipped" { "fill=\"currentColor\"" } else { "fill=\"none\" stroke=\"currentColor\"" };
    format!("<rect class=\"lesson-{program}\" x=\"{x}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR}\" {paint}/>")
}

fn text(x: f64, y: f64, text: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y}\" fill=\"currentColor\">{}</text>", escape(text))
}

/// The same in words, for whoever does not see it.
fn description(shipped: &Row, solution: &Row) -> String {
    let course = |row: &Row| {
        let one = |(moment, value): (&str, Option<f64>)| {
            let value = value.map_or_else(|| "not reached".to_owned(), |value| gauge_value(row.gauge, value));
            format!("{moment} {value}")
        };
        MOMENTS.into_iter().zip(values(row)).map(one).collect::<Vec<_>>().join(", ")
    };
    let gauge: Gauge = shipped.gauge;
    format!("{}. As shipped: {}. Solution: {}.", label(gauge), course(shipped), course(solution))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: [Option<f64>; 5]) -> Row {
        let [before, inside, returned, gc, settled] = values;
        Row { gauge: Gauge::Handles, before, inside, returned, gc, settled }
    }

    fn drawing() -> String {
        let shipped = row([Some(8.0), Some(800_009.0), Some(8.0), None, None]);
        let solution = row([Some(8.0), Some(14.0), Some(8.0), Some(8.0), Some(-1.0)]);
        svg(Chart { id: "chart-a-b", title: "A & <B>", shipped: &shipped, solution: &solution })
    }

    #[test]
    fn it_says_what_it_shows() {
        let svg = drawing();
        assert!(svg.contains("role=\"img\""));
        assert!(svg.contains("<title id=\"chart-a-b-title\">A &amp; &lt;B&gt;: handles at five moments</title>"));
        assert!(svg.contains("As shipped: before 8, inside 800 009, return 8, gc() not reached, settled not reached."));
        assert!(svg.contains(">800\u{a0}009</text>"));
    }

    #[test]
    fn it_is_one_block_of_markdown() {
        assert!(drawing().lines().all(|line| !line.trim().is_empty()));
    }

    #[test]
    fn bars_are_on_one_scale_and_stay_inside() {
        let svg = drawing();
        let widths: Vec<f64> = svg
            .lines()
            .filter(|line| line.contains("<rect"))
            .filter_map(|line| line.split("width=\"").nth(1)?.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(widths.iter().copied().fold(0.0, f64::max), LONGEST);
        assert!(widths.iter().all(|width| *width >= 1.0));
    }

    #[test]
    fn every_element_is_closed() {
        let mut open: Vec<String> = Vec::new();
        for tag in drawing().split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default().to_owned()) {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default().to_owned();
            if tag.starts_with('/') {
                assert_eq!(open.pop().as_ref(), Some(&name));
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}
