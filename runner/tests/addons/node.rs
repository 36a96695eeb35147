//! Runs a JavaScript program in Node with the probe preloaded, and reads what the probe has written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use evidence::{Evidence, FILE};
use runner::pack::Pack;
use runner::toolkit::Toolkit;
use serde::Deserialize;
use tempfile::TempDir;

/// How long a program may take. One that needs it all hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program that is to run. Its arguments begin with the path of the probe, for `rounds.mjs`.
pub(crate) struct Program {
    file: PathBuf,
    args: Vec<OsString>,
    wanted: u32,
    /// What is preloaded, in this order.
    preloaded: Vec<PathBuf>,
    /// What is started in Node's place, with Node's path as its first argument.
    starter: Option<PathBuf>,
}

/// What came of it.
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) evidence: Box<Evidence>,
}

/// What a round of work has left: the growth of each counter that grew, and at each site that of each column.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Round {
    pub(crate) growth: BTreeMap<String, i64>,
    pub(crate) sites: BTreeMap<usize, BTreeMap<String, i64>>,
}

/// A file of this folder.
pub(crate) fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/addons").join(name)
}

/// A folder of this name that is kept, below cargo's.
pub(crate) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("addons").join(name)
}

/// `$LESSON_NODE`, or `node`.
pub(crate) fn node() -> PathBuf {
    Toolkit::new(&Pack { root: PathBuf::new() }, "").node
}

/// The library that the runner preloads.
pub(crate) fn probe() -> PathBuf {
    runner::probe::library(&kept("work")).unwrap()
}

impl Program {
    /// A program of this folder, in a run that wants what these bits say.
    pub(crate) fn new(name: &str, wanted: u32) -> Program {
        let args = vec![probe().into()];
        Program { file: here(name), args, wanted, preloaded: vec![probe()], starter: None }
    }

    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Program {
        self.args.push(arg.into());
        self
    }

    /// Preloads this library too, before the probe or behind it.
    pub(crate) fn preload(mut self, library: &Path, before: bool) -> Program {
        let at = if before { 0 } else { self.preloaded.len() };
        self.preloaded.insert(at, library.to_path_buf());
        self
    }

    /// Has this program start Node.
    pub(crate) fn started_by(mut self, starter: PathBuf) -> Program {
        self.starter = Some(starter);
        self
    }

    /// Runs it to its end, whatever that is.
    #[track_caller]
    pub(crate) fn run(&self) -> Ran {
        let folder = TempDir::new().unwrap();
        let in_folder = |name: &str| folder.path().join(name);
        let mut file = File::create(in_folder("evidence")).unwrap();
        file.set_len(size_of::<Evidence>() as u64).unwrap();
        file.write_all(&Evidence::header_bytes(self.wanted)).unwrap();
        let mut command = match &self.starter {
            None => Command::new(node()),
            Some(starter) => {
                let mut command = Command::new(starter);
                command.arg(node());
                command
            }
        };
        let preloaded: Vec<_> = self.preloaded.iter().map(|path| path.to_str().unwrap()).collect();
        command.args(["--expose-gc", "--no-warnings"]).arg(&self.file).args(&self.args);
        // Nothing of a contributor's own settings for Node.
        command.env_remove("NODE_OPTIONS").env("LD_PRELOAD", preloaded.join(":")).env(FILE, in_folder("evidence"));
        command.stdin(Stdio::null());
        command.stdout(File::create(in_folder("stdout")).unwrap()).stderr(File::create(in_folder("stderr")).unwrap());
        let status = end(command.spawn().unwrap());
        let text = |name: &str| String::from_utf8_lossy(&fs::read(in_folder(name)).unwrap()).into_owned();
        let (stdout, stderr) = (text("stdout"), text("stderr"));
        let evidence = Evidence::read(&fs::read(in_folder("evidence")).unwrap());
        let evidence = evidence.unwrap_or_else(|| panic!("no probe has written: {status}\n{stdout}\n{stderr}"));
        Ran { status, stdout, stderr, evidence }
    }
}

/// Waits for its end, and brings that about when it does not come.
#[track_caller]
fn end(mut child: Child) -> ExitStatus {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > until {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the program did not end within {} s", DEADLINE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Ran {
    /// What a program printed that came to its end.
    #[track_caller]
    pub(crate) fn printed<'a, T: Deserialize<'a>>(&'a self) -> T {
        assert!(self.status.success(), "{}\n{}\n{}", self.status, self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The round that each of the rounds is like.
    #[track_caller]
    pub(crate) fn round(&self) -> Round {
        each(self.printed())
    }
}

/// The round that each of these is like.
#[track_caller]
pub(crate) fn each(mut rounds: Vec<Round>) -> Round {
    let first = rounds.swap_remove(0);
    assert!(rounds.iter().all(|round| *round == first), "the rounds differ: {first:#?}\n{rounds:#?}");
    first
}

impl Round {
    /// How much a counter has grown.
    pub(crate) fn grown(&self, counter: &str) -> i64 {
        self.growth.get(counter).copied().unwrap_or(0)
    }

    /// Blocks, bytes and references that were left.
    pub(crate) fn left(&self) -> [i64; 3] {
        let references = self.grown("references.created") - self.grown("references.deleted");
        [self.grown("blocks.live"), self.grown("bytes.live"), references]
    }
}

/// How often a test does what must come out the same each time: `$TIMES`, or once.
pub(crate) fn times() -> usize {
    std::env::var("TIMES").ok().map_or(1, |times| times.parse().expect("TIMES is a number"))
}
