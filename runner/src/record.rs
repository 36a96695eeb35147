//! What the book shows of a lesson: the memory and the verdicts of its programs, measured once and kept.
//!
//! `lesson record` writes it to `lessons/TOPIC/SLUG/recording.json`, which is reviewed and committed, and
//! the book draws its tables, charts and numbers from there. So a record is about certain bytes: when
//! they change, [`compare`] says which, and a test fails until the lesson is recorded again.
//!
//! Of the exercise there is none. It is the learner's; `wrong/shipped.rs` stands for it.

mod code;
mod layout;
mod scrub;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::catalog::{Lesson, LessonId, Variant};
use crate::check::{self, CheckError};
use crate::compile;
use crate::event::Event;
use crate::law::{self, Breach};
use crate::measure::Table;
use crate::outcome::Outcome;
use crate::process::Cancel;
use crate::report::words;
use crate::run::{Options, Recording};
use crate::toolkit::Toolkit;

use code::Code;
pub use code::Crates;

/// The file of a lesson's folder that holds its record.
const FILE: &str = "recording.json";

/// What was measured of one lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What it was measured with.
    pub versions: Versions,
    /// The code that it is about: the file, from the lesson's folder, and the beginning of its SHA-256.
    pub code: BTreeMap<String, String>,
    /// The table of `lesson run`, for the solution and for the bug as shipped.
    pub memory: BTreeMap<Variant, Table>,
    /// The verdict of `lesson check`, for each program of the law.
    pub verdicts: BTreeMap<Variant, Outcome>,
}

/// The programs that a record was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Node, without the `v`.
    pub node: String,
    /// The crates of napi-rs.
    #[serde(flatten)]
    pub crates: Crates,
    /// The compiler.
    pub rustc: String,
}

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RecordError {
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error("{id} ({variant}) breaks the law, so it is not recorded: {breach}")]
    Law { id: LessonId, variant: Variant, breach: Breach },
    #[error("failed to {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("lessons/{id}/{FILE} is missing: run `cargo lesson record {id}`")]
    Missing { id: LessonId },
    #[error("lessons/{id}/{FILE}:{line}: {message}; `cargo lesson record {id}` writes it again")]
    Json { id: LessonId, line: usize, message: String },
}

/// The program that stands for the exercise.
pub fn shipped() -> Variant {
    Variant::Wrong("shipped".into())
}

/// Runs all programs of a lesson. What breaks the law is not recorded.
///
/// # Errors
/// When a program can't be run, or its verdict is not what the lesson says.
pub fn record(tools: &Toolkit, lesson: &Lesson, events: &mut dyn FnMut(Event), cancel: &Cancel) -> Result<Record, RecordError> {
    // First, so that what is saved meanwhile makes the record stale, and not wrong.
    let code = code::read(lesson)?.hashes;
    let rustc = compile::rustc_version(tools, &lesson.root, cancel).map_err(CheckError::from)?;
    let mut versions = Versions {
        node: String::new(),
        crates: Crates::read(&lesson.root)?,
        rustc: rustc.split(' ').nth(1).unwrap_or(&rustc).to_owned(),
    };
    let mut memory = BTreeMap::new();
    for variant in [Variant::Solution, shipped()] {
        let checked = check::check(tools, lesson, &variant, Options::RUN, events, cancel)?;
        if let Some((recording, table)) = checked.ran {
            versions.node = node(&recording);
            memory.insert(variant, table);
        }
    }
    let mut verdicts = BTreeMap::new();
    for variant in lesson.law() {
        let checked = check::check(tools, lesson, &variant, Options::CHECK, events, cancel)?;
        law::judge(lesson, &variant, &checked).map_err(|breach| RecordError::Law {
            id: lesson.id.clone(),
            variant: variant.clone(),
            breach,
        })?;
        verdicts.insert(variant, scrub::outcome(checked.outcome, &lesson.root, tools));
    }
    Ok(Record { versions, code, memory, verdicts })
}

/// Goes through the names and reasons of an outcome's checks that are in the lesson's manifest, with the words there.
fn fill(lesson: &Lesson, outcome: &mut Outcome, each: impl Fn(&mut String, &str)) {
    for result in &mut outcome.checks {
        each(&mut result.name, words::name(&lesson.manifest, &result.id));
        if let Some(check) = lesson.manifest.checks.iter().find(|check| check.id == result.id) {
            each(&mut result.because, &check.because);
        }
    }
}

fn node(recording: &Recording) -> String {
    recording.node().unwrap_or_default().to_owned()
}

/// Reads a lesson's record.
///
/// # Errors
/// When there is none, or it can't be read.
pub fn read(lesson: &Lesson) -> Result<Record, RecordError> {
    let path = lesson.file(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(RecordError::Missing { id: lesson.id.clone() }),
        Err(source) => return Err(RecordError::File { action: "read", path, source }),
    };
    let json =
        |error: serde_json::Error| RecordError::Json { id: lesson.id.clone(), line: error.line(), message: error.to_string() };
    let mut record: Record = serde_json::from_str(&text).map_err(json)?;
    for outcome in record.verdicts.values_mut() {
        fill(lesson, outcome, |recorded, now| now.clone_into(recorded));
    }
    Ok(record)
}

/// Writes a lesson's record in one step: whoever reads it meanwhile sees the old one or the new one. The
/// names of the checks and their reasons are left out. They are the manifest's, and better words for one of
/// them change nothing that was measured.
///
/// # Errors
/// When the file can't be written.
pub fn write(lesson: &Lesson, record: &Record) -> Result<(), RecordError> {
    let path = lesson.file(FILE);
    let new = path.with_extension(format!("json.{}.new", std::process::id()));
    let file = |action, path: &PathBuf| {
        let path = path.clone();
        move |source| RecordError::File { action, path, source }
    };
    let mut record = record.clone();
    for outcome in record.verdicts.values_mut() {
        fill(lesson, outcome, |recorded, _| recorded.clear());
    }
    fs::write(&new, layout::text(&record)).map_err(file("write", &new))?;
    fs::rename(&new, &path).map_err(file("replace", &path))
}

/// The code of a lesson, beside its record.
pub struct Compared {
    /// What is not as it was when the lesson was recorded; nothing when the record is up to date.
    pub changed: Vec<String>,
    /// The programs of the law, as they are now.
    pub programs: BTreeMap<Variant, Vec<u8>>,
}

/// Compares a lesson's record with its code.
///
/// # Errors
/// When a file can't be read.
pub fn compare(lesson: &Lesson, record: &Record, crates: &Crates) -> Result<Compared, RecordError> {
    let Code { hashes, programs } = code::read(lesson)?;
    let mut changed = code::changes(&record.code, &hashes);
    changed.extend(record.versions.crates.changes(crates));
    Ok(Compared { changed, programs })
}

/// What is wrong with a lesson's record, and what to do; none when it is there and up to date.
///
/// # Errors
/// When a file can't be read.
pub fn fault(lesson: &Lesson) -> Result<Option<String>, RecordError> {
    let record = match read(lesson) {
        Ok(record) => record,
        Err(error @ (RecordError::Missing { .. } | RecordError::Json { .. })) => return Ok(Some(error.to_string())),
        Err(error) => return Err(error),
    };
    let changed = compare(lesson, &record, &Crates::read(&lesson.root)?)?.changed;
    Ok((!changed.is_empty()).then(|| renew(&lesson.id, &changed)))
}

/// The sentence about a record that is out of date.
pub fn renew(id: &LessonId, changed: &[String]) -> String {
    format!("lessons/{id}/{FILE} is out of date: {}; run `cargo lesson record {id}`", changed.join(", "))
}
