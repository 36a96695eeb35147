//! Calls cargo and reads its JSON messages.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::diagnostic::{Diagnostic, Span, in_file};
use super::{CompileError, DEADLINE, FETCH_DEADLINE, is_stop};
use crate::catalog::{Lesson, Variant};
use crate::process::{self, Cancel, End, Job, Limits, NoWatch, RUN_ID, RunFolder, Watch};
use crate::step::{Phase, Step};
use crate::toolkit::Toolkit;

/// None: an add-on is compiled as any project compiles it. The user's own RUSTFLAGS have no influence, since one flag of
/// theirs would make another add-on than the one that the course was measured with.
pub(super) const RUSTFLAGS: &str = "";

/// What came of `cargo build`.
pub(super) enum Built {
    Library { path: PathBuf, fresh: bool },
    Rejected { messages: String, diagnostics: Vec<Diagnostic> },
}

/// Names the compiler that cargo uses: another compiler has another name.
pub(super) fn toolchain(tools: &Toolkit, root: &Path) -> Result<String, CompileError> {
    match beside_cargo(tools).and_then(|rustc| Some((fs::metadata(&rustc).ok()?, rustc))) {
        // Asking it for its version would take longer than all else that is done here.
        Some((file, rustc)) => Ok(format!("{} {} {:?}", rustc.display(), file.len(), file.modified().ok())),
        None => rustc_version(tools, root, &Cancel::default()),
    }
}

/// The one line of `rustc --version`, of the compiler that cargo uses in this folder.
///
/// # Errors
/// When it can't be run.
pub fn rustc_version(tools: &Toolkit, folder: &Path, cancel: &Cancel) -> Result<String, CompileError> {
    let rustc = beside_cargo(tools).unwrap_or_else(|| "rustc".into());
    Ok(process::version(&tools.supervisor, &rustc, folder, is_cargos_business, cancel)?)
}

/// The rustc in cargo's own folder. `cargo` alone may be a proxy that chooses a toolchain; in a program
/// that cargo has started, `$CARGO` is the one that was chosen.
fn beside_cargo(tools: &Toolkit) -> Option<PathBuf> {
    let rustc = tools.cargo.with_file_name("rustc");
    (tools.cargo.is_absolute() && rustc.is_file()).then_some(rustc)
}

/// Builds one target in the stage; downloads what is missing, once.
pub(super) fn build(
    tools: &Toolkit,
    stage: &Path,
    lesson: &Lesson,
    variant: &Variant,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<Built, CompileError> {
    let mut build = || match build_offline(tools, stage, lesson, variant, steps, cancel) {
        Err(CompileError::Cargo { message }) if message.contains("--offline") || message.contains("offline mode") => {
            steps(Step::Phase(Phase::Fetching));
            fetch(tools, stage, cancel)?;
            steps(Step::Phase(Phase::Compiling));
            build_offline(tools, stage, lesson, variant, steps, cancel)
        }
        other => other,
    };
    match build()? {
        // Nothing was built from these inputs yet, so nothing can be up to date: cargo compares times, and
        // the clock was set back.
        Built::Library { fresh: true, .. } => {
            forget(tools, lesson);
            build()
        }
        built => Ok(built),
    }
}

/// Has cargo build the lesson's package anew.
fn forget(tools: &Toolkit, lesson: &Lesson) {
    let package = format!("{}-", lesson.id.package());
    let built = tools.target().join(tools.triple.as_deref().unwrap_or_default());
    let fingerprints = fs::read_dir(built.join("debug/.fingerprint")).into_iter().flatten().flatten();
    for fingerprint in fingerprints.filter(|entry| entry.file_name().to_string_lossy().starts_with(&package)) {
        // If it stays, the second build is up to date again, and is not taken.
        let _ = fs::remove_dir_all(fingerprint.path());
    }
}

pub(super) fn fetch(tools: &Toolkit, workspace: &Path, cancel: &Cancel) -> Result<(), CompileError> {
    let exit = run(tools, workspace, &["fetch"], FETCH_DEADLINE, &mut NoWatch, cancel)?;
    match exit.end {
        End::Exited(0) => Ok(()),
        _ => Err(CompileError::Fetch { message: exit.stderr.text() }),
    }
}

fn build_offline(
    tools: &Toolkit,
    stage: &Path,
    lesson: &Lesson,
    variant: &Variant,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<Built, CompileError> {
    let package = lesson.id.package();
    let target = match variant {
        // The add-on is the same for all of them.
        _ if lesson.fixed_addon().is_some() => None,
        Variant::Exercise => None,
        Variant::Solution => Some(format!("{package}-solution")),
        Variant::Wrong(name) => Some(format!("{package}-wrong-{name}")),
    };
    let format = if tools.colour { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut args = vec!["build", "--offline", "--message-format", format, "--package", &package];
    match &target {
        Some(example) => args.extend(["--example", example]),
        None => args.push("--lib"),
    }
    if let Some(triple) = &tools.triple {
        args.extend(["--target", triple]);
    }
    let target = target.as_deref();
    let source = lesson.source(variant)?;
    let mut messages = Messages {
        package: &package,
        target,
        source: lesson.relative(&source),
        steps,
        built: 0,
        library: None,
        errors: String::new(),
        diagnostics: Vec::new(),
        other_errors: String::new(),
        no_linker: false,
    };
    let exit = run(tools, stage, &args, DEADLINE, &mut messages, cancel)?;
    let Messages { library, errors, diagnostics, other_errors, no_linker, .. } = messages;
    match (exit.end, library) {
        (End::Exited(0), Some((path, fresh))) => Ok(Built::Library { path, fresh }),
        _ if no_linker => Err(CompileError::NoLinker),
        (End::Exited(_), _) if !errors.is_empty() => Ok(Built::Rejected { messages: errors, diagnostics }),
        (end, _) if is_stop(end) => Err(CompileError::Deadline { message: exit.stderr.text() }),
        _ => Err(CompileError::Cargo { message: format!("{other_errors}{}", exit.stderr.text()) }),
    }
}

fn run(
    tools: &Toolkit,
    workspace: &Path,
    args: &[&str],
    wall: Duration,
    watch: &mut dyn Watch,
    cancel: &Cancel,
) -> Result<process::Exit, CompileError> {
    let folder = RunFolder::create(&tools.runs()).map_err(CompileError::file("create a folder in", tools.runs()))?;
    let linker = tools.triple.as_deref().map(linker_variable);
    let mut env = process::inherit(|name| is_cargos_business(name) || linker.as_deref() == Some(name));
    env.push(("CARGO_ENCODED_RUSTFLAGS".into(), RUSTFLAGS.into()));
    env.push(("CARGO_TARGET_DIR".into(), tools.target().to_string_lossy().into_owned()));
    env.push(("CARGO_TERM_COLOR".into(), "never".into()));
    env.push((RUN_ID.into(), folder.id.clone()));
    if let Some(rustc) = beside_cargo(tools) {
        // Otherwise cargo would look in $PATH, where a proxy may choose another toolchain by the folder.
        env.push(("RUSTC".into(), rustc.to_string_lossy().into_owned()));
    }
    let job = Job {
        program: tools.cargo.clone(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        env,
        folder: workspace.to_path_buf(),
        limits: Limits { wall, cpu: None, memory: None, output: 64 << 20 },
        stream: true,
        run: Some(folder.path.clone()),
    };
    Ok(process::run(&tools.supervisor, &job, watch, cancel)?)
}

/// The variable by which cargo is told the linker for another machine than this one.
fn linker_variable(triple: &str) -> String {
    format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase().replace('-', "_"))
}

/// Cargo needs its home, its proxies and its toolchain from the environment. It must not see the
/// variables that change what it builds, nor those that `cargo run` sets for the runner.
fn is_cargos_business(name: &str) -> bool {
    let theirs = ["RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTC", "LD_PRELOAD", "CARGO"];
    let theirs_from =
        ["CARGO_BUILD_", "CARGO_TARGET_", "CARGO_PROFILE_", "CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "LESSON_"];
    !theirs.contains(&name) && !theirs_from.iter().any(|prefix| name.starts_with(prefix))
}

/// The parts of cargo's messages that are used here.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerArtifact {
        package_id: String,
        target: Target,
        filenames: Vec<PathBuf>,
        fresh: bool,
    },
    CompilerMessage {
        package_id: String,
        message: Message,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    rendered: Option<String>,
    message: String,
    spans: Vec<Span>,
    code: Option<IgnoredAny>,
}

struct Messages<'a> {
    package: &'a str,
    target: Option<&'a str>,
    /// What a learner has written, from the root of the course.
    source: &'a Path,
    steps: &'a mut dyn FnMut(Step),
    built: u32,
    /// The add-on, and whether cargo has taken it for up to date.
    library: Option<(PathBuf, bool)>,
    errors: String,
    diagnostics: Vec<Diagnostic>,
    other_errors: String,
    no_linker: bool,
}

impl Watch for Messages<'_> {
    fn line(&mut self, line: &str) {
        match serde_json::from_str(line) {
            Ok(Line::CompilerArtifact { package_id, target, filenames, fresh }) => {
                if !fresh {
                    self.built += 1;
                    (self.steps)(Step::Built { package: package_name(&package_id), count: self.built });
                }
                let is_ours = package_name(&package_id) == self.package
                    && match self.target {
                        Some(name) => target.name == name,
                        None => target.kind.iter().any(|kind| kind == "cdylib"),
                    };
                if is_ours {
                    self.library = filenames.into_iter().next().map(|library| (library, fresh));
                }
            }
            Ok(Line::CompilerMessage { package_id, message }) if message.level.starts_with("error") => {
                self.no_linker |= message.message.starts_with("linker `");
                // What rustc has against a source has a place in it, or a number. A linker that died of a
                // full disk has neither.
                let is_of_source = !message.spans.is_empty() || message.code.is_some();
                let ours = is_of_source && package_name(&package_id) == self.package;
                let errors = if ours { &mut self.errors } else { &mut self.other_errors };
                if ours {
                    self.diagnostics.extend(in_file(self.source, &message.message, &message.spans));
                }
                *errors += message.rendered.as_deref().unwrap_or(&message.message);
            }
            _ => {}
        }
    }
}

/// The name in a package id: `…/folder#name@version`, or `…/name#version` where both are the same.
fn package_name(id: &str) -> String {
    let (path, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_id_has_its_name_in_one_of_two_places() {
        assert_eq!(package_name("path+file:///a/scopes-loop#0.0.0"), "scopes-loop");
        assert_eq!(package_name("path+file:///a/callback-loop#scopes-callback-loop@0.0.0"), "scopes-callback-loop");
        assert_eq!(package_name("registry+https://example.org/index#napi@3.16.1"), "napi");
    }

    #[test]
    fn the_linker_for_another_machine_has_a_variable_of_its_own() {
        assert_eq!(linker_variable("aarch64-unknown-linux-gnu"), "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER");
    }

    #[test]
    fn what_would_change_the_build_is_not_inherited() {
        for name in ["RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_BUILD_RUSTFLAGS", "CARGO_PROFILE_DEV_DEBUG"] {
            assert!(!is_cargos_business(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN", "CARGO_NET_OFFLINE", "https_proxy"] {
            assert!(is_cargos_business(name), "{name}");
        }
    }
}
