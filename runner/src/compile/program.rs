//! A program of a checkout of the runner that is built when it is first wanted: one that is too heavy to
//! wait for before the first verdict.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::CompileError;
use crate::process::{self, Cancel, End, Job, Limits, RUN_ID, RunFolder, Watch};
use crate::step::Step;
use crate::toolkit::Toolkit;

/// A slow network downloads about a hundred crates.
const DEADLINE: Duration = Duration::from_secs(1800);

/// Has cargo build a package of the checkout's workspace, as `cargo build --package` does, and answers where its
/// program is.
///
/// # Errors
/// When cargo can't, with what it says.
pub fn program(
    tools: &Toolkit,
    checkout: &Path,
    package: &str,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<PathBuf, CompileError> {
    let folder = RunFolder::create(&tools.runs()).map_err(CompileError::file("create a folder in", tools.runs()))?;
    let mut env = process::inherit(is_the_users);
    env.push((RUN_ID.into(), folder.id.clone()));
    env.push(("CARGO_TERM_COLOR".into(), if tools.colour { "always" } else { "never" }.into()));
    let args = ["build", "--quiet", "--package", package, "--message-format", "json-render-diagnostics"];
    let job = Job {
        program: tools.cargo.clone(),
        args: args.map(str::to_owned).to_vec(),
        env,
        folder: checkout.to_path_buf(),
        limits: Limits { wall: DEADLINE, cpu: None, memory: None, output: 64 << 20 },
        stream: true,
        run: Some(folder.path.clone()),
    };
    let mut artifacts = Artifacts { steps, built: 0, program: None };
    let exit = process::run(&tools.supervisor, &job, &mut artifacts, cancel)?;
    match (exit.end, artifacts.program) {
        (End::Exited(0), Some(program)) => Ok(program),
        _ => Err(CompileError::Program { package: package.to_owned(), message: exit.stderr.text() }),
    }
}

/// What is built is what `cargo build` would build for this user, with all of their settings: otherwise the two
/// would undo each other's work. But the variables that `cargo run` has set are about the runner.
fn is_the_users(name: &str) -> bool {
    let about_the_runner = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "LESSON_"];
    name != "CARGO" && !about_the_runner.iter().any(|prefix| name.starts_with(prefix))
}

/// The parts of cargo's messages that are used here.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerArtifact {
        target: Target,
        executable: Option<PathBuf>,
        fresh: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

struct Artifacts<'a> {
    steps: &'a mut dyn FnMut(Step),
    built: u32,
    program: Option<PathBuf>,
}

impl Watch for Artifacts<'_> {
    fn line(&mut self, line: &str) {
        let Ok(Line::CompilerArtifact { target, executable, fresh }) = serde_json::from_str(line) else { return };
        if !fresh {
            self.built += 1;
            (self.steps)(Step::Built { package: target.name, count: self.built });
        }
        // It comes last, when all that it needs is there.
        self.program = executable.or(self.program.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_settings_are_inherited_and_the_runners_are_not() {
        for name in ["PATH", "RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_HOME", "CARGO_PROFILE_DEV_DEBUG", "RUSTUP_TOOLCHAIN"] {
            assert!(is_the_users(name), "{name}");
        }
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "LESSON_RUN"] {
            assert!(!is_the_users(name), "{name}");
        }
    }
}
