//! From a lesson's source to an add-on.
//!
//! A build sees a copy of its inputs, made while a lock is held: the *stage*, a workspace of the
//! lesson and the probe alone, whose manifests are made here too. So the add-on belongs to exactly the bytes that were read, whatever is
//! saved meanwhile, and a broken file elsewhere in the course stops no lesson. Paths in the stage are
//! those of the course, and so are those in rustc's messages.
//!
//! Add-ons are kept under the hash of their inputs: what was compiled before is not compiled again.

mod cargo;
mod diagnostic;
mod inputs;
mod program;
mod store;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::catalog::{CatalogError, Lesson, LessonId, Variant};
use crate::process::{Cancel, End, ProcessError};
use crate::step::{Phase, Step};
use crate::toolkit::Toolkit;

pub use crate::file::hash;
pub use cargo::rustc_version;
pub use diagnostic::Diagnostic;
use inputs::Inputs;
pub use program::program;

/// How long cargo may take, from the moment at which it has the stage for itself.
pub const DEADLINE: Duration = Duration::from_secs(120);
/// How long downloads may take.
pub(crate) const FETCH_DEADLINE: Duration = Duration::from_secs(600);

/// What came of a compilation.
#[derive(Debug)]
pub enum Compiled {
    /// An add-on.
    Addon(Addon),
    /// What rustc said against the source, as it renders it.
    Rejected {
        /// Its messages.
        messages: String,
        /// Those of its errors that have a place in the source.
        diagnostics: Vec<Diagnostic>,
        /// The hash of the source, in hexadecimal digits.
        source_hash: String,
    },
}

/// An add-on that was built from one lesson's source.
#[derive(Debug)]
pub struct Addon {
    /// The shared library. Its content never changes, but an old one may be removed: link it first.
    pub library: PathBuf,
    /// The text that was compiled.
    pub source: String,
    /// What a learner has written, where that is not the add-on.
    pub script: Option<Script>,
    /// The hash of what a learner has written, in hexadecimal digits.
    pub source_hash: String,
}

/// JavaScript that is graded.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its file, from the root of the course.
    pub name: PathBuf,
    /// Its text.
    pub text: String,
}

/// Why nothing could be compiled, whatever the source says.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CompileError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("failed to {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{path} is missing: `cargo lesson reset {id}` brings it back")]
    NoExercise { path: PathBuf, id: LessonId },
    #[error("{path} can't be parsed: {message}")]
    Workspace { path: PathBuf, message: String },
    #[error("cargo did not finish within {} s; when you try again, it goes on where it stopped:\n{message}", DEADLINE.as_secs())]
    Deadline { message: String },
    #[error("the linker driver `cc` is missing: rustc needs it to make an add-on")]
    NoLinker,
    #[error("crates are missing and could not be fetched:\n{message}")]
    Fetch { message: String },
    #[error("cargo takes an older build for this source: was the clock set back? Delete target/lessons and try again")]
    Stale,
    #[error("cargo could not build {package}:\n{message}")]
    Program { package: String, message: String },
    #[error("cargo could not build the lesson, and not because of its source:\n{message}")]
    Cargo { message: String },
}

impl CompileError {
    fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> CompileError {
        let path = path.into();
        move |source| CompileError::File { action, path, source }
    }
}

/// Compiles one variant of a lesson, or finds it compiled.
///
/// # Errors
/// When it can't be known whether the source is right: see [`CompileError`].
pub fn compile(
    tools: &Toolkit,
    lesson: &Lesson,
    variant: &Variant,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<Compiled, CompileError> {
    let inputs = Inputs::read(lesson, variant)?;
    let source_hash = inputs.source_hash();
    steps(Step::Source { sha256: source_hash.clone() });
    if !inputs.source_is_text() {
        let path = lesson.relative(&lesson.addon(variant)?).display().to_string();
        let messages = format!("error: {path} is not UTF-8 text, and rustc reads no other: save it as UTF-8\n");
        return Ok(Compiled::Rejected { messages, diagnostics: Vec::new(), source_hash });
    }
    let key = inputs.key(&cargo::toolchain(tools, &lesson.root)?, tools.triple.as_deref());
    let addon = |library| {
        let (source, script, source_hash) = (inputs.source(), inputs.script(), source_hash.clone());
        Compiled::Addon(Addon { library, source, script, source_hash })
    };
    if let Some(library) = store::find(tools, &key) {
        return Ok(addon(library));
    }

    let _lock = lock(tools, steps, cancel)?;
    // Another runner may have built it while this one waited.
    if let Some(library) = store::find(tools, &key) {
        return Ok(addon(library));
    }
    steps(Step::Phase(Phase::Compiling));
    let stage = tools.work.join("stage");
    inputs.stage(&stage)?;
    match cargo::build(tools, &stage, lesson, variant, steps, cancel)? {
        cargo::Built::Library { fresh: true, .. } => Err(CompileError::Stale),
        cargo::Built::Library { path, .. } => Ok(addon(store::keep(tools, &key, &path)?)),
        cargo::Built::Rejected { messages, diagnostics } => Ok(Compiled::Rejected { messages, diagnostics, source_hash }),
    }
}

/// The stage is one workspace, so only one runner at a time builds in it.
fn lock(tools: &Toolkit, steps: &mut dyn FnMut(Step), cancel: &Cancel) -> Result<File, CompileError> {
    let path = tools.work.join("lock");
    fs::create_dir_all(&tools.work).map_err(CompileError::file("create", &tools.work))?;
    let file = File::create(&path).map_err(CompileError::file("create", &path))?;
    let mut waiting = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(CompileError::file("lock", &path)(source)),
            Err(TryLockError::WouldBlock) if cancel.is_cancelled() => return Err(ProcessError::Cancelled.into()),
            Err(TryLockError::WouldBlock) => {
                if !waiting {
                    steps(Step::Phase(Phase::Waiting));
                    waiting = true;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn is_stop(end: End) -> bool {
    matches!(end, End::Deadline | End::CpuLimit | End::MemoryLimit | End::OutputLimit | End::Stopped)
}
