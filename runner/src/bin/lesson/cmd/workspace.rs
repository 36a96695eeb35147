//! `lesson workspace`: all programs as packages of cargo, for an editor and for clippy.

use anyhow::{Context, Result};
use runner::workspace;

use crate::session::Session;

pub(super) fn execute(session: &Session) -> Result<u8> {
    let folder = session.tools.editor();
    workspace::write(&session.pack.root, &folder).with_context(|| format!("failed to write {}", folder.display()))?;
    println!("{}", folder.join("Cargo.toml").display());
    Ok(0)
}
