//! What the add-on has printed: the first tool of a person who looks for a bug.

use std::fmt::Write as _;

use super::paint::Paint;
use crate::process::{Capture, Exit};

/// Lines that are shown of each stream, from its beginning and from its end.
const LINES: usize = 6;

/// Both streams, shortened; nothing when nothing was printed.
pub fn text(exit: &Exit, paint: Paint) -> String {
    let mut text = String::new();
    for (stream, capture) in [("stdout", &exit.stdout), ("stderr", &exit.stderr)] {
        let lines = shorten(capture);
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{}", paint.dim(format!("The add-on printed to {stream}:")));
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "  {line}");
            });
        }
    }
    text
}

fn shorten(capture: &Capture) -> Vec<String> {
    let whole = capture.text();
    let lines: Vec<&str> = whole.lines().collect();
    match lines.len().checked_sub(2 * LINES) {
        None | Some(0) => lines.iter().map(|line| (*line).to_owned()).collect(),
        Some(more) => {
            let ends = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
            [ends(&lines[..LINES]), vec![format!("… {more} lines …")], ends(&lines[lines.len() - LINES..])].concat()
        }
    }
}
