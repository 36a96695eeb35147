//! The way through: compile, run, measure, grade, explain, and the words for all that.
//!
//! Every face of the runner calls [`check`] and shows the events that it emits.

use crate::catalog::{Lesson, Variant};
use crate::compile::{self, CompileError, Compiled, Diagnostic};
use crate::event::Event;
use crate::explain::{self, Findings};
use crate::grade::{self, Graded};
use crate::measure::{Measured, Table};
use crate::outcome::{Holder, Outcome};
use crate::process::{Cancel, ProcessError};
use crate::report::words;
use crate::run::{self, Options, Recording, RunError};
use crate::sites::Program;
use crate::sites::fault::Incident;
use crate::toolkit::Toolkit;

/// Why there is no verdict at all.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CheckError {
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error(transparent)]
    Run(#[from] RunError),
}

impl CheckError {
    /// Whether somebody asked for the end.
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            CheckError::Compile(CompileError::Process(ProcessError::Cancelled))
                | CheckError::Run(RunError::Process(ProcessError::Cancelled))
        )
    }

    /// The error, and what to do.
    pub fn advice(&self) -> String {
        if let CheckError::Compile(CompileError::Deadline { .. }) = self {
            // It says what to do.
            return self.to_string();
        }
        format!("{self}\n`cargo lesson doctor` says what this machine lacks")
    }
}

/// What is known of one variant.
#[derive(Debug)]
pub struct Checked {
    /// The verdict.
    pub outcome: Outcome,
    /// The SHA-256 of the source that it is about.
    pub source_hash: String,
    /// What rustc says, when it rejects the source.
    pub compile_error: Option<String>,
    /// Where it does so.
    pub diagnostics: Vec<Diagnostic>,
    /// The bad access that a guard has seen, with its places.
    pub fault: Option<Incident>,
    /// The run and its table; none when there was nothing to run.
    pub ran: Option<(Recording, Table)>,
    /// Who holds the tracked objects that are left, as far as the run was asked for it.
    pub holders: Vec<Holder>,
}

/// Grades one variant of a lesson.
///
/// # Errors
/// When the course, the tools or the machine leave no way to a verdict.
pub fn check(
    tools: &Toolkit,
    lesson: &Lesson,
    variant: &Variant,
    options: Options,
    events: &mut dyn FnMut(Event),
    cancel: &Cancel,
) -> Result<Checked, CheckError> {
    events(Event::Start { lesson: lesson.id.clone(), variant: variant.clone() });
    let checked = match compile::compile(tools, lesson, variant, &mut |step| events(step.into()), cancel)? {
        Compiled::Rejected { messages, diagnostics, source_hash } => Checked {
            outcome: words::outcome(Graded::rejected(), &lesson.manifest),
            source_hash,
            compile_error: Some(messages),
            diagnostics,
            fault: None,
            ran: None,
            holders: Vec::new(),
        },
        Compiled::Addon(addon) => {
            let recording = run::run(tools, lesson, &addon, options, &mut |step| events(step.into()), cancel)?;
            let table = Measured(&recording).table(&lesson.manifest);
            let mut graded = grade::grade(&lesson.manifest, &recording);
            let file = lesson.addon(variant).map_err(CompileError::from)?;
            let drive = lesson.file("drive.mjs");
            let program = Program {
                library: &addon.library,
                file: lesson.relative(&file),
                text: &addon.source,
                drive: lesson.relative(&drive),
            };
            let Findings { fault, holders } = explain::explain(&mut graded, &lesson.manifest, &recording, program);
            let outcome = words::outcome(graded, &lesson.manifest);
            let holders = words::holders(holders);
            let ran = Some((recording, table));
            let (source_hash, compile_error, diagnostics) = (addon.source_hash, None, Vec::new());
            Checked { outcome, source_hash, compile_error, diagnostics, fault, ran, holders }
        }
    };
    if let Some((_, table)) = &checked.ran {
        events(Event::Memory { sentence: words::sentence(table), table: table.clone() });
    }
    for result in &checked.outcome.checks {
        events(Event::Check(result.clone()));
    }
    events(Event::Verdict {
        lesson: lesson.id.clone(),
        variant: variant.clone(),
        outcome: checked.outcome.clone(),
        source_sha256: checked.source_hash.clone(),
        node: checked.ran.as_ref().and_then(|(recording, _)| recording.node().map(str::to_owned)),
        compile_error: checked.compile_error.clone(),
        diagnostics: checked.diagnostics.clone(),
    });
    Ok(checked)
}
