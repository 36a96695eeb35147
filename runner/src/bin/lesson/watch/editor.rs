//! Opens the exercise in the learner's editor.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

use super::state::Watch;

/// Opens it, and answers what is to be said. An editor that works in this terminal has it until it ends, if
/// somebody can step aside.
pub(super) fn open(watch: &Watch, file: &Path, line: u32, step_aside: Option<&mut dyn FnMut()>) -> Option<String> {
    let opening = match watch.session.opening(file, line as usize) {
        Ok(opening) => opening,
        Err(error) => return Some(format!("Not opened: {error}.")),
    };
    let failed = |error: std::io::Error| Some(format!("Failed to start {}: {error}.", opening.program));
    let mut command = Command::new(&opening.program);
    command.args(&opening.args);
    if opening.takes_terminal {
        let Some(step_aside) = step_aside else {
            let file = watch.lesson.relative(file).display();
            return Some(format!("{} needs a terminal: open {file} in another one.", opening.program));
        };
        step_aside();
        return run_to_its_end(&mut command).map_or_else(failed, |()| None);
    }
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match spawned {
        Ok(mut child) => {
            // Whoever has started it also learns of its end.
            std::thread::spawn(move || child.wait());
            Some(format!("It is opened by {}.", opening.program))
        }
        Err(error) => failed(error),
    }
}

/// The editor has Ctrl-C as well as the other keys, but the terminal sends that one to all who are in front of it.
fn run_to_its_end(editor: &mut Command) -> std::io::Result<()> {
    let mut child = editor.spawn()?;
    // Only now: the editor would inherit it.
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: nothing is called.
    let before = unsafe { sigaction(Signal::SIGINT, &ignore) };
    let ended = child.wait();
    if let Ok(before) = before {
        // SAFETY: this is the handler that was there.
        let _ = unsafe { sigaction(Signal::SIGINT, &before) };
    }
    ended.map(drop)
}
