//! From an add-on to a recording: Node loads it and does the lesson's rounds of work.

mod evidence_file;
mod guard_file;
mod recording;
mod sites_file;
mod tail;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::evidence::wanted;

use crate::catalog::{Evidence, Lesson, Metric};
use crate::compile::Addon;
use crate::heap::{self, Held};
use crate::probe;
use crate::process::{self, Cancel, End, Exit, Job, Limits, ProcessError, RUN_ID, RunFolder};
use crate::step::{Phase, Step};
use crate::toolkit::Toolkit;
use evidence_file::Written;
use tail::Tail;

/// The oldest Node that has all that the harness uses: its major and minor version.
pub const OLDEST_NODE: (u32, u32) = (20, 13);
pub use evidence_file::Image;
pub use guard_file::{Access, Deed, Fault, FaultKind, Guard, GuardState, Layout};
pub use recording::{Entry, Recording};
pub use sites_file::{Caller, Stack, Stacks};

/// Why a run without the probe is refused.
const NOT_LOADED: &str = "the probe was not loaded into Node: LD_PRELOAD has no effect on it";
/// The exit code of a harness that can't write its evidence.
const NO_EVIDENCE: i32 = 97;

/// How much work a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The dramatic size, of `lesson run`.
    Run,
    /// The smallest size that decides, of `lesson check`.
    Check,
}

/// What a run is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How much work it does.
    pub scale: Scale,
    /// Whether each block is guarded, also in a lesson that does not ask for it.
    pub guard: bool,
    /// Whether it is found out who holds the JavaScript objects that are left.
    pub why: bool,
}

impl Options {
    /// A run that shows memory.
    pub const RUN: Options = Options { scale: Scale::Run, guard: false, why: false };
    /// A run that is graded.
    pub const CHECK: Options = Options { scale: Scale::Check, guard: false, why: false };
}

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("failed to {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("Node did not come as far as the harness: {message}")]
    NoHarness { message: String },
    #[error("the run was refused: {reason}")]
    Refused { reason: String },
}

/// Runs an add-on with the lesson's `drive.mjs`.
///
/// # Errors
/// When it can't be known what the add-on does: Node is missing or too old, or the add-on's probe is
/// missing or blind. A crash is not an error; it is part of the recording.
pub fn run(
    tools: &Toolkit,
    lesson: &Lesson,
    addon: &Addon,
    options: Options,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<Recording, RunError> {
    steps(Step::Phase(Phase::Running));
    let file = |action, path: &Path| {
        let path = path.to_path_buf();
        move |source| RunError::File { action, path, source }
    };
    let runs = tools.runs();
    let folder = RunFolder::create(&runs).map_err(file("create a folder in", &runs))?;
    let in_folder = |name: &str| folder.path.join(name);
    let (library, script) = (&addon.library, &addon.script);
    let addon = in_folder("addon.node");
    fs::hard_link(library, &addon).or_else(|_| fs::copy(library, &addon).map(drop)).map_err(file("link", library))?;
    // What runs is the text that was read, whatever is saved meanwhile.
    let exercise = script.as_ref().map(|script| (in_folder("exercise.mjs"), script));
    if let Some((path, script)) = &exercise {
        fs::write(path, &script.text).map_err(file("write", path))?;
    }
    fs::write(in_folder("evidence"), "").map_err(file("write", &in_folder("evidence")))?;

    let work = &lesson.manifest.work;
    let guard = options.guard || work.guard;
    // Call sites cost time, so only a run keeps them whose checks can be explained by them.
    let graded = |is_such: fn(Metric) -> bool| options.scale == Scale::Check && grades(lesson, is_such);
    let explained = graded(|metric| !metric.kinds().is_empty() || metric.has_holders());
    let sites = options.why || explained || guard;
    let callers = sites && !grades(lesson, Metric::depends_on_gc);
    let written = in_folder("probe");
    let wanted = [(sites, wanted::SITES), (callers, wanted::CALLERS), (guard, wanted::GUARD)];
    let wanted = wanted.iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, bit)| bit).sum();
    evidence_file::create(&written, wanted).map_err(file("write", &written))?;
    let probe = probe::library(&tools.work).map_err(file("write the probe below", &tools.work))?;

    // It is written when tracked objects are left.
    let snapshot = (options.why || graded(Metric::has_holders)).then(|| in_folder("heap.heapsnapshot"));

    let (size, rounds) = (if options.scale == Scale::Run { work.run } else { work.check }, work.rounds);
    let plan = serde_json::json!({
        "addon": addon,
        "drive": lesson.file("drive.mjs"),
        "exercise": exercise.map(|(path, script)| serde_json::json!({ "file": path, "name": script.name })),
        "evidence": in_folder("evidence"),
        "probe": probe,
        "sites": sites,
        "snapshot": snapshot,
        "size": size,
        "warmup": work.warmup,
        "rounds": rounds,
        "memory": work.memory_mib << 20,
        "oldestNode": OLDEST_NODE,
    });
    fs::write(in_folder("plan.json"), plan.to_string()).map_err(file("write", &in_folder("plan.json")))?;

    let harness = tools.harness().map_err(file("write", &tools.harnesses()))?;
    let job = Job {
        program: tools.node.clone(),
        args: vec![
            "--expose-gc".into(),
            "--no-warnings".into(),
            harness.to_string_lossy().into_owned(),
            in_folder("plan.json").to_string_lossy().into_owned(),
        ],
        env: environment(&folder, &probe, &written, guard),
        folder: folder.path.clone(),
        limits: Limits {
            wall: Duration::from_secs(work.deadline_s) * tools.patience,
            cpu: Some(Duration::from_secs(work.cpu_s) * tools.patience),
            memory: Some(work.memory_mib << 20),
            output: 8 << 20,
        },
        stream: false,
        run: Some(folder.path.clone()),
    };
    let mut tail = Tail::open(&in_folder("evidence"), steps).map_err(file("open", &in_folder("evidence")))?;
    let exit = process::run(&tools.supervisor, &job, &mut tail, cancel)?;
    let entries = tail.finish();
    let written = evidence_file::read(&written, &addon);
    accept(&entries, &exit)?;
    let held = snapshot.and_then(|snapshot| held(&snapshot, &entries)).unwrap_or_default();
    let written = written.ok_or_else(|| RunError::Refused { reason: NOT_LOADED.into() })?;
    let Written { counters, sites, guard: seen, images } = written;
    let (counters, guard) = (Some(counters), guard.then_some(seen));
    Ok(Recording { entries, exit, counters, sites, images, guard, held, size, rounds })
}

/// What `node --version` prints in this folder.
///
/// # Errors
/// When it can't be run.
pub fn node_version(tools: &Toolkit, folder: &Path, cancel: &Cancel) -> Result<String, ProcessError> {
    process::version(&tools.supervisor, &tools.node, folder, |name| NEEDED.contains(&name), cancel)
}

/// The variables that Node may inherit.
const NEEDED: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"];

/// Whether the lesson is graded on such a metric.
fn grades(lesson: &Lesson, is_such: impl Fn(Metric) -> bool) -> bool {
    lesson.manifest.checks.iter().any(|check| matches!(check.evidence, Evidence::Metric(metric, _) if is_such(metric)))
}

/// Who holds what is left, if anything is.
fn held(snapshot: &Path, entries: &[Entry]) -> Option<Held> {
    let (done, missing) = entries.iter().rev().find_map(|entry| match entry {
        Entry::Snapshot { done, missing } => Some((*done, missing.clone())),
        _ => None,
    })?;
    if let Some(reason) = missing {
        return Some(Held::missing(reason));
    }
    if !done {
        return Some(Held::missing("the process ended while its heap snapshot was written"));
    }
    let unreadable = |error| Held::missing(format!("the heap snapshot can't be read: {error}"));
    Some(fs::read(snapshot).map_or_else(unreadable, |bytes| heap::read(&bytes)))
}

/// Nothing of the user's own Node settings may have an influence.
fn environment(folder: &RunFolder, probe: &Path, written: &Path, guard: bool) -> Vec<(String, String)> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut env = process::inherit(|name| NEEDED.contains(&name));
    env.push(("LD_PRELOAD".into(), text(probe)));
    env.push((::evidence::FILE.into(), text(written)));
    if guard {
        // What Node itself frees is not guarded, but glibc fills it, so that a use of it gives wrong values.
        env.push(("MALLOC_PERTURB_".into(), "165".into()));
    }
    env.push(("TMPDIR".into(), text(&folder.path)));
    env.push((RUN_ID.into(), folder.id.clone()));
    env
}

/// A run that can't be evidence is refused, never graded.
fn accept(entries: &[Entry], exit: &Exit) -> Result<(), RunError> {
    let printed = || format!("{}\n{}", exit.stdout.text(), exit.stderr.text()).trim().to_owned();
    if entries.is_empty() {
        return Err(RunError::NoHarness { message: format!("it ended with {:?}\n{}", exit.end, printed()) });
    }
    if exit.end == End::Exited(NO_EVIDENCE) {
        return Err(RunError::Refused { reason: format!("its evidence could not be written: {}", printed()) });
    }
    let refused = entries.iter().find_map(|entry| match entry {
        Entry::Refused { reason } => Some(reason.clone()),
        _ => None,
    });
    refused.map_or(Ok(()), |reason| Err(RunError::Refused { reason }))
}
