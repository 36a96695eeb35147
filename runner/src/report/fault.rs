//! A bad access that the guard has seen.

use crate::number::{count, plural};
use crate::run::{Access, FaultKind, Guard, GuardState};
use crate::sites::Line;
use crate::sites::fault::{Incident, Scene};

/// What an access was, and its places in the order in which they happened.
pub fn lines(incident: &Incident) -> Vec<String> {
    let mut lines = vec![format!("      {:<9} {}", "fault", name(incident.kind))];
    lines.extend(scene("allocated", &incident.allocated, &plural(incident.size as f64, "byte")));
    if let Some(freed) = &incident.freed {
        lines.extend(scene("freed", freed, ""));
    }
    lines.extend(scene("touched", &incident.touched, &touch(incident)));
    lines
}

/// What kind of bug it is.
fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::UsedAfterFree => "used after it was freed",
        FaultKind::PastTheEnd => "past the end of a block",
        FaultKind::BeforeTheStart => "before the start of a block",
        FaultKind::DroppedTwice => "dropped twice",
        FaultKind::FreedTwice => "freed twice",
        FaultKind::FreedInside => "freed where no block begins",
    }
}

/// What the guard is not for.
pub const LIMITS: &str = "Only blocks of the add-on are guarded. What Node itself frees is overwritten by the system's C library \
     if that is glibc: a use of it gives wrong values then, but names no line.";

/// How far the guard has seen, where it has seen no fault.
pub fn clean(guard: &Guard) -> String {
    let Guard { state, blocks, unguarded, .. } = guard;
    match state {
        GuardState::Armed if *unguarded == 0 => {
            format!("The guard saw no access to memory that is not there ({} guarded).", plural(*blocks as f64, "block"))
        }
        GuardState::Armed => format!(
            "The guard saw no access to memory that is not there, but {} of {} found no room under it.",
            count(*unguarded as f64),
            plural((blocks + unguarded) as f64, "block")
        ),
        other => format!("The guard saw nothing: {}.", other.reason()),
    }
}

/// What the access was, and who made it.
fn touch(incident: &Incident) -> String {
    let offset = count(incident.offset as f64);
    let what = match incident.access {
        Access::Read => format!("read of byte {offset}"),
        Access::Write => format!("write to byte {offset}"),
        Access::Unknown => format!("access to byte {offset}"),
        Access::Free => "freed again".to_owned(),
    };
    if incident.by_addon { what } else { format!("{what} by JavaScript, Node or a library") }
}

fn scene(label: &str, scene: &Scene, what: &str) -> Vec<String> {
    let thread = match (scene.main_thread, &scene.thread_name) {
        (true, _) => "on the main thread".to_owned(),
        (false, Some(name)) => format!("on thread {} (`{name}`)", scene.thread),
        (false, None) => format!("on thread {}", scene.thread),
    };
    let what = if what.is_empty() { String::new() } else { format!(": {what}") };
    let Some(Line { file, line, function }) = &scene.at else {
        return vec![format!("      {label:<9} at no known line of the lesson's source, {thread}{what}")];
    };
    let code = scene.source.as_str();
    let indent = code.len() - code.trim_start().len();
    let mut lines = vec![format!("      {label:<9} {file}:{line}"), format!("                in `{function}`, {thread}{what}")];
    for Line { line, function, .. } in &scene.called_from {
        lines.push(format!("                called from `{function}` in line {line}"));
    }
    lines.push(format!("          {line:>5} | {code}"));
    lines.push(format!("                | {:indent$}{}", "", "^".repeat(code.trim().chars().count())));
    lines
}
