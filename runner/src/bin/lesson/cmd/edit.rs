//! `lesson edit`: the exercise in the learner's editor.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Usage;
use crate::session::Session;

pub(super) fn execute(session: &Session, id: Option<&str>) -> Result<u8> {
    let progress = session.progress();
    let id = match (id, progress.current()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(current)) => current.to_string(),
        (None, None) => return Err(Usage("you were at no lesson yet: name one, such as scopes/callback-loop".into()).into()),
    };
    let lesson = session.catalog.lesson(&id)?;
    session.remember(|progress| progress.set_current(&lesson.id));
    session.ready_to_edit();
    let opening = session.opening(&lesson.exercise(), 1).map_err(|error| Usage(error.to_string()))?;
    let mut command = Command::new(&opening.program);
    command.args(&opening.args);
    let failed = || format!("failed to start {}", opening.program);
    if opening.takes_terminal {
        // This process becomes the editor, which has the terminal and its signals to itself.
        return Err(command.exec()).with_context(failed);
    }
    command.stdin(Stdio::null()).spawn().with_context(failed)?;
    println!("{} is opened by {}.", lesson.relative(&lesson.exercise()).display(), opening.program);
    Ok(0)
}
