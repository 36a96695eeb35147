//! Starts programs and ends them. No other module does either.
//!
//! A learner's program may hang, fork, flood and crash, so each child gets a supervisor: a process
//! of its own (`lesson supervise`) that is the subreaper of that one tree. It keeps the limits, kills
//! the tree to the last detached grandchild, and does so too when its pipe to the runner closes.
//!
//! ```text
//! runner --job, on stdin, which stays open--> supervisor --fork--> child and all that it starts
//!        <--lines, then the exit, on stdout--
//! ```

mod linux;
mod run_folder;
mod supervisor;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use run_folder::RunFolder;
pub use supervisor::supervise;

/// The environment variable that every process of a run carries; its value is the run's id.
pub(crate) const RUN_ID: &str = "LESSON_RUN";
/// How often the runner looks at evidence and at a wish to cancel.
const TICK: Duration = Duration::from_millis(10);
/// How long a supervisor may take to sweep after it was told to stop.
const SWEEP: Duration = Duration::from_secs(20);

/// A wish to stop, shared with whoever may have it: Ctrl-C, a newer save.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks all work that was given this to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A program to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// The whole environment: nothing else is inherited.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) folder: PathBuf,
    pub(crate) limits: Limits,
    /// Whether lines of stdout are passed on as they come instead of being kept.
    pub(crate) stream: bool,
    /// The folder of the run, which the supervisor removes when the runner is gone.
    pub(crate) run: Option<PathBuf>,
}

/// What a program may use before its tree is killed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) wall: Duration,
    /// Processor time of the tree.
    pub(crate) cpu: Option<Duration>,
    /// Resident memory of the tree, in bytes.
    pub(crate) memory: Option<u64>,
    /// What it may print on both streams, in bytes.
    pub(crate) output: u64,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal, which the runner did not send.
    Signal(i32),
    /// Stopped at its deadline.
    Deadline,
    /// Stopped for using more processor time than allowed.
    CpuLimit,
    /// Stopped for using more memory than allowed.
    MemoryLimit,
    /// Stopped for printing more than allowed.
    OutputLimit,
    /// Stopped because the runner asked.
    Stopped,
}

/// What a program did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exit {
    /// How it ended.
    pub end: End,
    /// What it wrote to stdout, unless that was streamed.
    pub stdout: Capture,
    /// What it wrote to stderr.
    pub stderr: Capture,
    /// Wall-clock time.
    pub wall: Duration,
    /// Processor time of the tree.
    pub cpu: Duration,
    /// How long it had stood still at the end: no processor time used, no thread ready to run.
    pub idle: Duration,
    /// The most resident memory of the tree that was seen, in bytes.
    pub peak_rss: u64,
    /// Processes that were still there when the program itself had ended, and were killed.
    pub swept: u32,
}

/// The beginning and the end of what a program printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The beginning.
    pub head: String,
    /// Bytes between the two that were not kept.
    pub dropped: u64,
    /// The end; empty when all of it is in `head`.
    pub tail: String,
}

impl Capture {
    /// The text, with a line that says how much is missing.
    pub fn text(&self) -> String {
        match self.dropped {
            0 => format!("{}{}", self.head, self.tail),
            dropped => format!("{}\n… {dropped} bytes …\n{}", self.head, self.tail),
        }
    }
}

/// Why a program could not be run at all.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ProcessError {
    #[error("failed to start `{program}`: {reason}")]
    Start { program: PathBuf, reason: String },
    #[error("failed to start the supervisor {program}: {source}")]
    Supervisor { program: PathBuf, source: std::io::Error },
    #[error("the supervisor of `{program}` ended without an answer")]
    Lost { program: PathBuf },
    #[error("`{program} --version` failed: {message}")]
    Version { program: PathBuf, message: String },
    #[error("cancelled")]
    Cancelled,
}

/// What a supervisor says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Line(String),
    Exit(Exit),
    NotStarted(String),
}

/// What the runner does while a program runs.
pub(crate) trait Watch {
    /// Takes a line of stdout, when the job streams it.
    fn line(&mut self, _line: &str) {}

    /// Is called every few milliseconds. Answers whether the program may go on.
    fn tick(&mut self) -> bool {
        true
    }
}

/// Watches nothing.
pub(crate) struct NoWatch;
impl Watch for NoWatch {}

/// Runs `job` under a supervisor to its end.
pub(crate) fn run(lesson: &Path, job: &Job, watch: &mut dyn Watch, cancel: &Cancel) -> Result<Exit, ProcessError> {
    let supervisor = |source| ProcessError::Supervisor { program: lesson.to_path_buf(), source };
    let lost = || ProcessError::Lost { program: job.program.clone() };
    let mut child = Command::new(lesson)
        .arg("supervise")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A group of its own: Ctrl-C in the terminal must reach the runner, which tells the supervisor.
        .process_group(0)
        .spawn()
        .map_err(supervisor)?;
    let mut stdin = child.stdin.take();
    let stdout = child.stdout.take().expect("stdout is piped");
    let request = serde_json::to_string(job).map_err(|error| supervisor(error.into()))?;
    if let Some(stdin) = &mut stdin {
        writeln!(stdin, "{request}").map_err(supervisor)?;
    }

    let (sender, messages) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<Message>(&line) else { break };
            if sender.send(message).is_err() {
                break;
            }
        }
    });

    let mut stopped_at: Option<Instant> = None;
    let answer = loop {
        match messages.recv_timeout(TICK) {
            Ok(Message::Line(line)) => watch.line(&line),
            Ok(Message::Exit(exit)) => break Ok(exit),
            Ok(Message::NotStarted(reason)) => break Err(ProcessError::Start { program: job.program.clone(), reason }),
            Err(RecvTimeoutError::Disconnected) => break Err(lost()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if stopped_at.is_none() && (cancel.is_cancelled() || !watch.tick()) {
            stdin = None;
            stopped_at = Some(Instant::now());
        }
        if stopped_at.is_some_and(|at| at.elapsed() > SWEEP) {
            let _ = child.kill();
            break Err(lost());
        }
    };
    drop(stdin);
    let _ = child.wait();
    if matches!(answer, Err(ProcessError::Lost { .. })) {
        // Nobody else sweeps now.
        job.env.iter().filter(|(name, _)| name == RUN_ID).for_each(|(_, run)| run_folder::end_all(run));
    }
    if cancel.is_cancelled() { Err(ProcessError::Cancelled) } else { answer }
}

/// What `program --version` prints in `folder`, by which a proxy may choose the version.
pub(crate) fn version(
    lesson: &Path,
    program: &Path,
    folder: &Path,
    inherits: impl Fn(&str) -> bool,
    cancel: &Cancel,
) -> Result<String, ProcessError> {
    let job = Job {
        program: program.to_path_buf(),
        args: vec!["--version".into()],
        env: inherit(inherits),
        folder: folder.to_path_buf(),
        limits: Limits { wall: Duration::from_secs(20), cpu: None, memory: None, output: 1 << 20 },
        stream: false,
        run: None,
    };
    let exit = run(lesson, &job, &mut NoWatch, cancel)?;
    if exit.end == End::Exited(0) {
        return Ok(exit.stdout.text().trim().to_owned());
    }
    let stderr = exit.stderr.text();
    let message = if stderr.trim().is_empty() { "it does not say why" } else { stderr.trim() }.to_owned();
    Err(ProcessError::Version { program: program.to_path_buf(), message })
}

/// The variables of the runner's own environment that a child may need, and no others.
pub(crate) fn inherit(allow: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| allow(name))
        .collect()
}
