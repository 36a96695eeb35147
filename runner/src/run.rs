//! From an add-on to a recording: Node loads it and does the lesson's rounds of work.

mod probe_file;
mod sites_file;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::{Evidence, Lesson, Metric};
use crate::course::Course;
use crate::process::{self, Cancel, End, Exit, Job, Limits, ProcessError, RUN_ID, RunFolder, Watch};
use crate::step::{Moment, Phase, Step};

/// The oldest Node that has all that the harness uses: its major and minor version.
pub const OLDEST_NODE: (u32, u32) = (20, 13);
pub use sites_file::Stacks;

/// Beats of the harness, four a second, after which a process that has done its work and is still
/// there is stopped. Each beat is proof that its event loop had time to run.
const MOST_BEATS: u32 = 16;

/// What the probe's tables may need, in bytes. They are written in full beforehand: on a full disk the
/// first touch of a page that is not there would be the add-on's end.
const PROBE_ROOM: usize = 8 << 10;
const SITES_ROOM: usize = 640 << 10;
/// The exit code of a harness that can't write its evidence.
const NO_EVIDENCE: i32 = 97;

/// How much work a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The dramatic size, of `lesson run`.
    Run,
    /// The smallest size that decides, of `lesson check`.
    Check,
}

/// All that is known of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// What the harness wrote down, in order.
    pub entries: Vec<Entry>,
    /// How the process ended, and what it printed.
    pub exit: Exit,
    /// The probe's counters as the process left them; none when it never loaded a probe.
    pub counters: Option<BTreeMap<String, f64>>,
    /// The stacks of the call sites; empty when the run did not keep them.
    #[serde(default)]
    pub sites: Stacks,
    /// Pieces of work in one round.
    pub size: u64,
    /// Measured rounds that were asked for.
    pub rounds: u64,
}

/// One line of the harness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
#[expect(missing_docs, reason = "runner/harness says what each one means")]
pub enum Entry {
    Start {
        node: String,
        v8: String,
        napi: String,
    },
    Loaded {
        calls: f64,
    },
    Sample {
        round: i64,
        moment: Moment,
        gauges: BTreeMap<String, f64>,
    },
    Answer {
        round: i64,
        name: String,
        actual: Value,
        expected: Value,
    },
    Gc {
        round: i64,
        collections: f64,
        major: f64,
        forced: f64,
        pause_ms: f64,
    },
    Settle {
        round: i64,
        turns: u32,
        settled: bool,
    },
    /// The harness would not go on: the add-on carries no probe, or Node is too old.
    Refused {
        reason: String,
    },
    /// Number, live blocks, live bytes and peak of handles of each call site.
    Sites {
        round: i64,
        moment: Moment,
        live: Vec<(u32, i64, i64, i64)>,
    },
    Error {
        message: String,
        stack: String,
    },
    End,
    Alive {
        beats: u32,
        resources: Vec<String>,
    },
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
    course: &Course,
    lesson: &Lesson,
    library: &Path,
    scale: Scale,
    steps: &mut dyn FnMut(Step),
    cancel: &Cancel,
) -> Result<Recording, RunError> {
    steps(Step::Phase(Phase::Running));
    let file = |action, path: &Path| {
        let path = path.to_path_buf();
        move |source| RunError::File { action, path, source }
    };
    let runs = course.runs();
    let folder = RunFolder::create(&runs).map_err(file("create a folder in", &runs))?;
    let in_folder = |name: &str| folder.path.join(name);
    let addon = in_folder("addon.node");
    fs::hard_link(library, &addon).or_else(|_| fs::copy(library, &addon).map(drop)).map_err(file("link", library))?;
    fs::write(in_folder("evidence"), "").map_err(file("write", &in_folder("evidence")))?;
    fs::write(in_folder("probe"), vec![0; PROBE_ROOM]).map_err(file("write", &in_folder("probe")))?;

    let sites = (scale == Scale::Check && asks_for_sites(lesson)).then(|| in_folder("sites"));
    if let Some(sites) = &sites {
        fs::write(sites, vec![0; SITES_ROOM]).map_err(file("write", sites))?;
    }

    let work = &lesson.manifest.work;
    let (size, rounds) = (if scale == Scale::Run { work.run } else { work.check }, work.rounds);
    let plan = serde_json::json!({
        "addon": addon,
        "drive": lesson.file("drive.mjs"),
        "evidence": in_folder("evidence"),
        "probe": in_folder("probe"),
        "sites": sites,
        "size": size,
        "warmup": work.warmup,
        "rounds": rounds,
        "oldestNode": OLDEST_NODE,
    });
    fs::write(in_folder("plan.json"), plan.to_string()).map_err(file("write", &in_folder("plan.json")))?;

    let job = Job {
        program: course.node.clone(),
        args: vec![
            "--expose-gc".into(),
            "--no-warnings".into(),
            course.root.join("runner/harness/main.mjs").to_string_lossy().into_owned(),
            in_folder("plan.json").to_string_lossy().into_owned(),
        ],
        env: environment(&folder, sites.as_deref()),
        folder: folder.path.clone(),
        limits: Limits {
            wall: Duration::from_secs(work.deadline_s),
            cpu: Some(Duration::from_secs(work.cpu_s)),
            memory: Some(work.memory_mib << 20),
            output: 8 << 20,
        },
        stream: false,
    };
    let evidence = File::open(in_folder("evidence")).map_err(file("open", &in_folder("evidence")))?;
    let mut tail = Tail { file: evidence, pending: Vec::new(), entries: Vec::new(), steps };
    let exit = process::run(&course.lesson, &job, &mut tail, cancel)?;
    tail.read();
    let entries = tail.entries;
    let counters = probe_file::read(&in_folder("probe"));
    let sites = sites.map(|sites| sites_file::read(&sites)).unwrap_or_default();
    accept(&entries, &exit)?;
    Ok(Recording { entries, exit, counters, sites, size, rounds })
}

/// What `node --version` prints.
///
/// # Errors
/// When it can't be run.
pub fn node_version(course: &Course, cancel: &Cancel) -> Result<String, ProcessError> {
    process::version(&course.lesson, &course.node, &course.root, |name| NEEDED.contains(&name), cancel)
}

/// The variables that Node may inherit.
const NEEDED: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"];

/// Call sites cost time, so only a run keeps them whose checks can be explained by them.
fn asks_for_sites(lesson: &Lesson) -> bool {
    use Metric::{BlocksKept, BytesKept, BytesPeak, HandlesPeak};
    let explained =
        |evidence: &Evidence| matches!(evidence, Evidence::Metric(BlocksKept | BytesKept | BytesPeak | HandlesPeak, _));
    lesson.manifest.checks.iter().any(|check| explained(&check.evidence))
}

/// Nothing of the user's own Node settings may have an influence.
fn environment(folder: &RunFolder, sites: Option<&Path>) -> Vec<(String, String)> {
    let mut env = process::inherit(|name| NEEDED.contains(&name));
    env.push(("LESSON_PROBE".into(), folder.path.join("probe").to_string_lossy().into_owned()));
    env.extend(sites.map(|sites| ("LESSON_SITES".into(), sites.to_string_lossy().into_owned())));
    env.push(("TMPDIR".into(), folder.path.to_string_lossy().into_owned()));
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

/// Reads the file of evidence while it grows.
struct Tail<'a> {
    file: File,
    pending: Vec<u8>,
    entries: Vec<Entry>,
    steps: &'a mut dyn FnMut(Step),
}

impl Tail<'_> {
    fn read(&mut self) {
        let _ = self.file.read_to_end(&mut self.pending);
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            // A line that a crash cut short has no end and does not come here.
            let entry = serde_json::from_slice::<Entry>(&line)
                .unwrap_or_else(|error| Entry::Refused { reason: format!("a line of its evidence can't be read: {error}") });
            match &entry {
                Entry::Start { node, .. } => (self.steps)(Step::Node { version: node.clone() }),
                Entry::Sample { round, moment, gauges } => {
                    (self.steps)(Step::Sample { round: *round, moment: *moment, gauges: gauges.clone() });
                }
                _ => {}
            }
            self.entries.push(entry);
        }
    }
}

impl Watch for Tail<'_> {
    fn tick(&mut self) -> bool {
        self.read();
        !matches!(self.entries.last(), Some(Entry::Alive { beats, .. }) if *beats >= MOST_BEATS)
    }
}

impl Recording {
    /// The version of Node, without the `v`.
    pub fn node(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Start { node, .. } => Some(node.as_str()),
            _ => None,
        })
    }

    /// What keeps a process alive that has done all its work, if it had to be stopped.
    pub fn kept_alive_by(&self) -> Option<&[String]> {
        match self.entries.last() {
            Some(Entry::Alive { beats, resources }) if *beats >= MOST_BEATS && self.exit.end == End::Stopped => Some(resources),
            _ => None,
        }
    }
}
