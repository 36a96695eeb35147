//! Takes out of a verdict what belongs to one run and one machine: paths, addresses, and the numbers that
//! the system gives to processes and threads.

use std::path::Path;

use crate::harness;
use crate::outcome::Outcome;
use crate::sites::fault::Incident;
use crate::toolkit::Toolkit;

pub(super) fn outcome(mut outcome: Outcome, root: &Path, tools: &Toolkit) -> Outcome {
    for check in &mut outcome.checks {
        check.measured = text(&check.measured, root, tools);
        for line in &mut check.evidence {
            *line = text(line, root, tools);
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

fn text(text: &str, root: &Path, tools: &Toolkit) -> String {
    // The harness and Node first: they may be below the root.
    let harness = tools.harnesses().join(harness::version());
    let mut text = text.replace(&*tools.node.to_string_lossy(), "node");
    for (folder, name) in [(&*harness, "runner/harness/"), (root, "")] {
        let folder = format!("{}/", folder.display());
        text = text.replace(&format!("file://{folder}"), name).replace(&folder, name);
    }
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
    use crate::pack::Pack;

    #[test]
    fn a_path_is_from_the_root() {
        let pack = Pack { root: "/home/a/course".into() };
        let mut tools = Toolkit::new(&pack, "lesson");
        tools.node = "/home/a/course/target/node".into();
        let text = |of: &str| text(of, &pack.root, &tools);
        assert_eq!(text("at file:///home/a/course/lessons/x.mjs:3"), "at lessons/x.mjs:3");
        assert_eq!(text("1: 0x1 [/home/a/course/target/node]"), "1: 0x… [node]");
        assert_eq!(text("node[4711]: 0x7ffe01 [0x12]"), "node[…]: 0x… [0x…]");
        let main = tools.harnesses().join(harness::version()).join("main.mjs");
        assert_eq!(text(&format!("one (file://{}:95:17)", main.display())), "one (runner/harness/main.mjs:95:17)");
    }
}
