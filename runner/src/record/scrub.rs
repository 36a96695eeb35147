//! Takes out of a verdict what belongs to one run and one machine: paths, addresses, and the numbers that
//! the system gives to processes and threads.

use crate::course::Course;
use crate::outcome::Outcome;
use crate::sites::fault::Incident;

pub(super) fn outcome(mut outcome: Outcome, course: &Course) -> Outcome {
    for check in &mut outcome.checks {
        check.measured = text(&check.measured, course);
        for line in &mut check.evidence {
            *line = text(line, course);
        }
        if let Some(incident) = &mut check.fault {
            count_threads(incident);
        }
    }
    outcome
}

/// Numbers the threads from 1, in the order in which they had to do with the block.
fn count_threads(incident: &mut Incident) {
    let mut threads = Vec::new();
    let scenes = [Some(&mut incident.allocated), incident.freed.as_mut(), Some(&mut incident.touched)];
    for scene in scenes.into_iter().flatten() {
        let place = threads.iter().position(|thread| *thread == scene.thread).unwrap_or(threads.len());
        if place == threads.len() {
            threads.push(scene.thread);
        }
        scene.thread = place as u32 + 1;
    }
}

fn text(text: &str, course: &Course) -> String {
    let root = format!("{}/", course.root.display());
    // Node first: it may be below the root.
    let text = text.replace(&*course.node.to_string_lossy(), "node");
    let text = text.replace(&format!("file://{root}"), "").replace(&root, "");
    hide(&hide(&text, "node[", |c| c.is_ascii_digit()), "0x", |c| c.is_ascii_hexdigit())
}

/// Puts an ellipsis for what follows a mark.
fn hide(text: &str, mark: &str, is_varying: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(mark);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        hidden += mark;
        let rest = part.trim_start_matches(&is_varying);
        hidden += if rest.len() < part.len() { "…" } else { "" };
        hidden += rest;
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_from_the_root() {
        let mut course = Course::new("/home/a/course", "lesson");
        assert_eq!(text("at file:///home/a/course/lessons/x.mjs:3", &course), "at lessons/x.mjs:3");
        course.node = "/home/a/course/target/node".into();
        assert_eq!(text("1: 0x1 [/home/a/course/target/node]", &course), "1: 0x… [node]");
        assert_eq!(text("node[4711]: 0x7ffe01 [0x12]", &course), "node[…]: 0x… [0x…]");
    }
}
