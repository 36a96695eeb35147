//! What a check expects and what was found, as numbers and names: the words are made when it is shown.

use serde_json::Value;

use super::Verdict;
use crate::catalog::Metric;
use crate::measure::Missing;
use crate::run::Fault;
use crate::sites::Function;

/// What was expected of a check, and what was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// rustc rejects the source.
    Rejected,
    /// How the run has ended.
    Ending(Ending),
    /// An answer, the first wrong one if there is one, and the right one beside it.
    Answer {
        /// What is right.
        expected: Value,
        /// What the add-on gave.
        actual: Value,
    },
    /// An answer was not given in each round.
    Unanswered {
        /// Its name.
        answer: String,
        /// Measured rounds in which it was given.
        answered: u64,
        /// Measured rounds.
        rounds: u64,
    },
    /// A number.
    Metric {
        /// Which one.
        metric: Metric,
        /// What it is compared with.
        expected: Expected,
        /// The number, or why there is none.
        measured: Result<f64, Missing>,
        /// The bad access that it counts.
        fault: Option<Box<Fault>>,
    },
}

/// What a number is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// Exactly this.
    Exactly(f64),
    /// Exactly this, the number of pieces of work.
    ExactlyWork(f64),
    /// At least this, the number of pieces of work.
    AtLeastWork(f64),
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Expected {
    pub(super) fn allows(self, value: f64) -> bool {
        match self {
            Expected::Exactly(wanted) | Expected::ExactlyWork(wanted) => value == wanted,
            Expected::AtMost(most) => value <= most,
            Expected::AtLeast(least) | Expected::AtLeastWork(least) => value >= least,
        }
    }
}

/// How a run has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// With exit code 0, and all rounds done.
    Well,
    /// JavaScript stopped at an error.
    Error {
        /// What it says.
        message: String,
        /// Who is to blame for it.
        blame: Blame,
    },
    /// All work was done, and the process went on.
    KeptAlive(Keeper),
    /// While the harness wrote a heap snapshot, which is not the add-on's fault.
    InSnapshot,
    /// With an exit code, too early or with an error.
    Exited {
        /// The code.
        code: i32,
        /// How far it had come.
        reached: Reached,
    },
    /// By a signal that somebody sends.
    Killed {
        /// Its number.
        signal: i32,
    },
    /// By a signal that a process gets for what it does.
    Crashed {
        /// Its number.
        signal: i32,
        /// How far it had come.
        reached: Reached,
        /// What it got it for.
        cause: Cause,
    },
    /// It used up its processor time.
    CpuLimit {
        /// How much it had.
        seconds: u64,
        /// How far it had come.
        reached: Reached,
    },
    /// It used too much memory.
    MemoryLimit {
        /// How much it had.
        mib: u64,
        /// How far it had come.
        reached: Reached,
    },
    /// It printed too much.
    OutputLimit {
        /// How much that was.
        bytes: u64,
    },
    /// It was not done in time.
    Deadline {
        /// How much it had.
        seconds: u64,
        /// How far it had come.
        reached: Reached,
        /// Whether it stood still. If not, it had too little processor time.
        blocked: bool,
    },
    /// Somebody asked for its end.
    Stopped,
}

impl Ending {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Ending::Well => Verdict::Passed,
            Ending::InSnapshot | Ending::Killed { .. } | Ending::Stopped => Verdict::Undecided,
            Ending::KeptAlive(Keeper::Unknown) | Ending::Deadline { blocked: false, .. } => Verdict::Undecided,
            _ => Verdict::Failed,
        }
    }
}

/// Who is to blame for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The add-on could not be loaded.
    Loading,
    /// The add-on.
    Addon,
    /// The learner's JavaScript.
    Exercise,
}

/// What keeps a process alive.
#[derive(Clone, Debug, PartialEq)]
pub enum Keeper {
    /// So many thread-safe functions that were never released.
    Functions(f64),
    /// What else Node names.
    Resources(Vec<String>),
    /// Nothing that is counted.
    Unknown,
}

/// What a process was ended by a signal for.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A native function has left a handle scope open, or closed one too many.
    Scopes,
    /// A bad access that the guard has seen.
    Fault(Box<Fault>),
    /// The signal is all that is known.
    Signal,
}

/// How far a run has come. A round below 1 is one of the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The add-on was being loaded.
    Loading,
    /// It was loaded, and no round had begun.
    Loaded,
    /// The work of this round had begun.
    InWork(i64),
    /// The work of this round was done.
    AfterWork(i64),
    /// All work was done.
    Done,
}

/// What a person can look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Clue {
    /// A function of the add-on that has no line, and how much it asked for.
    Function {
        /// The function.
        function: Function,
        /// How much.
        amount: i64,
    },
    /// A line that was printed, or one of an error's stack.
    Printed(String),
    /// So many lines of these are left out.
    LeftOut(usize),
    /// An answer was wrong.
    WrongRounds {
        /// Its name.
        answer: String,
        /// Rounds in which it was wrong.
        wrong: usize,
        /// Rounds in which it was given.
        answered: usize,
        /// The first round in which it was wrong.
        first: i64,
    },
    /// No line of the source is named.
    NoLine(NoLine),
    /// It is not known who holds what is left, for this reason.
    NoHolders(String),
}

/// Why no line of the source is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLine {
    /// Stacks can't be walked here.
    NoStacks,
    /// Most of a peak was over when the work ended, and the lines of the rest would mislead.
    Over,
    /// No line of this source is in the stacks of most of it.
    Elsewhere,
}
