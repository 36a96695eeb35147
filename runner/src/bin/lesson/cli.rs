//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use runner::catalog::Variant;
use runner::partition::Partition;

/// Run the lessons of After GC: see an add-on's memory before and after garbage collection, edit the
/// Rust, and have it graded.
#[derive(Parser)]
#[command(name = "lesson", bin_name = "cargo lesson", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) taste: Taste,
}

const EXIT_CODES: &str =
    "Exit codes: 0 passed, 1 graded and failed, 2 wrong usage, 3 not able to run or undecided,\n            130 interrupted.";

/// Where the course is, and what runs it.
#[derive(Args)]
pub(crate) struct Place {
    /// The course's folder [default: the one that you are in]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The node to run with [default: $LESSON_NODE, or the one in $PATH]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) node: Option<PathBuf>,
    /// Where to keep what is built and run; all of it can be deleted [default: target/lessons]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
}

/// What the learner likes.
#[derive(Args)]
pub(crate) struct Taste {
    /// Print plain lines, without colours or drawings, for a screen reader or a log; `watch` remembers it until
    /// --plain=false [default: $LESSON_PLAIN]
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) plain: Option<bool>,
    /// How to open a file: a command with {file} and {line} in it, or without [default: the editor around this
    /// terminal, $VISUAL, or $EDITOR]
    #[arg(long, global = true, value_name = "COMMAND")]
    pub(crate) edit_cmd: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Work on a lesson: it is checked again with each save
    Watch {
        /// The lesson [default: the one where you left off]
        id: Option<String>,
        /// Go on to the next lesson by itself when one passes
        #[arg(long)]
        keep_going: bool,
    },
    /// Run a lesson's add-on and see its memory before and after GC
    Run {
        /// The lesson, such as scopes/callback-loop
        id: String,
        /// Which program: exercise, solution, or wrong:NAME
        #[arg(long, default_value = "exercise")]
        variant: Variant,
        /// Stop at the first access to memory that was freed or never allocated, with less work
        #[arg(long)]
        guard: bool,
        /// Say who holds the objects that should be gone
        #[arg(long)]
        why: bool,
    },
    /// Grade your exercises
    Check(CheckArgs),
    /// Read the book in a browser: build it, serve it on this machine, and follow its changes
    Book(Serving),
    /// Do the lessons in a browser: the book, and in its pages your exercises, to edit, run and have graded
    Serve(Serving),
    /// List the lessons and which of them are done
    List {
        /// Only lessons with each of these words in their name, title, topic, goal or reports
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        /// How to print: text, or json with one lesson a line
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Show how far you are
    Progress {
        /// How to print: text, or json
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Open an exercise in your editor
    Edit {
        /// The lesson [default: the one where you were last]
        id: Option<String>,
    },
    /// Show a hint
    Hint {
        /// The lesson
        id: String,
        /// 1, 2 or 3: each says more
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
        level: u8,
    },
    /// Show the solution
    Solution {
        /// The lesson
        id: String,
        /// Do not ask, also when the exercise is not solved
        #[arg(long)]
        yes: bool,
    },
    /// Put the exercise back to how it was; your version is kept in backups/
    Reset {
        /// The lesson
        id: String,
    },
    /// See that this machine has what the lessons need
    Doctor,
    /// Fetch and build all that the lessons need, for work without a network
    Prepare,
    /// Prove lessons: the solution passes, all in wrong/ fails (for authors)
    Verify {
        /// The lessons
        #[arg(value_name = "ID", required_unless_present = "all")]
        ids: Vec<String>,
        /// All lessons
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
    /// Measure lessons for the book, and keep that in their recording.json (for authors)
    Record {
        /// The lessons
        #[arg(value_name = "ID", required_unless_present = "all")]
        ids: Vec<String>,
        /// All lessons
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
    /// Write a Cargo workspace of all programs, for rust-analyzer and clippy, and print where it is
    Workspace,
    /// Begin a lesson (for authors)
    New {
        /// The new lesson: topic/slug
        id: String,
    },
    /// Print what a shell needs to complete `lesson`, as an alias of `cargo lesson`
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual for `man -l -`
    Man {
        /// The command that it is about [default: all of them, in short]
        #[arg(value_name = "COMMAND")]
        of: Option<String>,
    },
    /// Be the process between the runner and a program
    #[command(hide = true)]
    Supervise,
}

/// How the book is served.
#[derive(Args)]
pub(crate) struct Serving {
    /// The port; 0 takes one that is free [default: 3737]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Open a browser
    #[arg(long)]
    pub(crate) open: bool,
}

/// What is graded, and how it is told.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The lessons, such as scopes/callback-loop
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<String>,
    /// All lessons
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// Which program: exercise, solution, or wrong:NAME
    #[arg(long, default_value = "exercise")]
    pub(crate) variant: Variant,
    /// How to print: text, or json with one event a line
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Grade the exercises in these folders, each a checkout or topic/slug/exercise.rs, by this checkout's
    /// checks; your own exercises and your progress are left alone
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "variant")]
    pub(crate) from: Vec<PathBuf>,
    /// Also write the verdicts to this file as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Grade only the i-th of n parts, so that n machines share the work
    #[arg(long, value_name = "i/n", default_value = "1/1", hide_default_value = true)]
    pub(crate) partition: Partition,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
