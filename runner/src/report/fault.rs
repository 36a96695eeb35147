//! A bad access that the guard has seen.

use super::width::columns;
use crate::number::{count, plural};
use crate::run::{Access, FaultKind, Guard, GuardState};
use crate::sites::Line;
use crate::sites::fault::{Incident, Scene};

/// What an access was, and its places in the order in which they happened.
pub fn lines(incident: &Incident) -> Vec<String> {
    let mut lines = vec![format!("      {:<9} {}", "fault", name(incident.kind))];
    for (label, scene, what) in scenes(incident) {
        lines.extend(scene_lines(label, scene, &what));
    }
    lines
}

/// The places in the order in which they happened, each with its name and what was done there.
pub(super) fn scenes(incident: &Incident) -> Vec<(&'static str, &Scene, String)> {
    let freed = incident.freed.iter().map(|freed| ("freed", freed, String::new()));
    [("allocated", &incident.allocated, plural(incident.size as f64, "byte"))]
        .into_iter()
        .chain(freed)
        .chain([("touched", &incident.touched, touch(incident))])
        .collect()
}

/// What kind of bug it is.
pub(super) fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::UsedAfterFree => "used after it was freed",
        FaultKind::PastTheEnd => "past the end of a block",
        FaultKind::BeforeTheStart => "before the start of a block",
        FaultKind::DroppedTwice => "dropped twice",
        FaultKind::FreedTwice => "freed twice",
        FaultKind::FreedInside => "freed where no block begins",
        FaultKind::WrittenPastTheEnd => "written to past its end",
        FaultKind::OtherLayout => "freed with another layout",
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
        Access::Free => match incident.kind {
            FaultKind::FreedTwice | FaultKind::DroppedTwice => "freed again".to_owned(),
            FaultKind::FreedInside => format!("freed, from byte {offset}"),
            FaultKind::OtherLayout => "freed as something else".to_owned(),
            _ => "freed".to_owned(),
        },
    };
    if incident.by_addon { what } else { format!("{what} by JavaScript, Node or a library") }
}

/// Where in the source it happened, on which thread, and what.
pub(super) fn says(scene: &Scene, what: &str) -> Vec<String> {
    let thread = match (scene.main_thread, &scene.thread_name) {
        (true, _) => "on the main thread".to_owned(),
        (false, Some(name)) => format!("on thread {} (`{name}`)", scene.thread),
        (false, None) => format!("on thread {}", scene.thread),
    };
    let what = if what.is_empty() { String::new() } else { format!(": {what}") };
    let Some(at) = &scene.at else {
        return vec![format!("at no known line of the lesson's source, {thread}{what}")];
    };
    let mut says = vec![format!("in `{}`, {thread}{what}", at.function)];
    says.extend(scene.called_from.iter().map(|Line { line, function, .. }| format!("called from `{function}` in line {line}")));
    says
}

fn scene_lines(label: &str, scene: &Scene, what: &str) -> Vec<String> {
    let says = says(scene, what);
    let Some(Line { file, line, .. }) = &scene.at else {
        return says.into_iter().map(|text| format!("      {label:<9} {text}")).collect();
    };
    let code = scene.source.as_str();
    let indent = code.len() - code.trim_start().len();
    let mut lines = vec![format!("      {label:<9} {file}:{line}")];
    lines.extend(says.into_iter().map(|text| format!("                {text}")));
    lines.push(format!("          {line:>5} | {code}"));
    lines.push(format!("                | {:indent$}{}", "", "^".repeat(columns(code.trim()))));
    lines
}
