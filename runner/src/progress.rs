//! What the learner has reached, and what they wrote before.
//!
//! A verdict belongs to the bytes that were graded: an exercise is done while its source is the one that
//! passed. So a state is never stored. It follows from the source as it is now and from what
//! `.lesson/progress.toml` says of the versions that were graded.

mod date;
mod file;
mod reset;

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::catalog::{Lesson, LessonId, Variant};
use crate::compile;
use crate::grade::Verdict;
use crate::pack::Pack;

pub use file::{Loaded, ProgressError, SetAside, place, read, update};
pub use reset::{Reset, reset};

/// Where an exercise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is as it was shipped.
    #[serde(rename = "pending")]
    Untouched,
    /// It was edited, and no version of it has passed.
    Edited,
    /// This version passed.
    Done,
    /// A version passed, and this is another one.
    Changed,
}

impl State {
    /// The state as one word, as lists show it.
    pub fn word(self) -> &'static str {
        match self {
            State::Untouched => "pending",
            State::Edited => "edited",
            State::Done => "done",
            State::Changed => "changed",
        }
    }
}

/// What is remembered of the learner, by lesson. What this version of the runner does not know is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The form of the file; see [`file`].
    #[serde(default)]
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    /// Whether the learner has asked for plain output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<bool>,
    /// By the lesson's id, also of lessons that the book has no more.
    #[serde(default)]
    lessons: BTreeMap<String, Entry>,
    #[serde(flatten)]
    other: toml::Table,
}

/// What is remembered of one lesson. A hash is the SHA-256 of a source, in hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// How many versions were graded, apart from the one that the lesson came with.
    #[serde(default)]
    pub attempts: u32,
    /// The version that was graded last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The verdict on it: passed or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The version that passed; the latest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<String>,
    /// The day on which it passed, in UTC: `2026-11-24`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<String>,
    /// The highest level of the hints that were shown; 0 is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hints: u8,
    #[serde(flatten)]
    other: toml::Table,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl Progress {
    /// The lesson where the learner was last.
    pub fn current(&self) -> Option<LessonId> {
        self.current.as_deref()?.parse().ok()
    }

    /// Makes this the lesson where the learner is.
    pub fn set_current(&mut self, lesson: &LessonId) {
        self.current = Some(lesson.to_string());
    }

    /// What is remembered of a lesson; none if nothing is.
    pub fn entry(&self, lesson: &LessonId) -> Option<&Entry> {
        self.lessons.get(lesson.as_str())
    }

    /// How many versions of a lesson were graded.
    pub fn attempts(&self, lesson: &LessonId) -> u32 {
        self.entry(lesson).map_or(0, |entry| entry.attempts)
    }

    /// Where an exercise stands.
    pub fn state(&self, lesson: &Lesson) -> State {
        self.state_of(lesson, read_source(lesson, &Variant::Exercise).as_deref())
    }

    /// Where an exercise stands that has these bytes; none when it can't be read.
    pub fn state_of(&self, lesson: &Lesson, exercise: Option<&[u8]>) -> State {
        let hash = exercise.map(compile::hash);
        let entry = self.entry(&lesson.id);
        let passed = entry.and_then(|entry| entry.passed.as_deref());
        // The same bytes can fail after they passed, when the lesson has another check or Node is another.
        let failed_since = entry.is_some_and(|entry| entry.last == entry.passed && entry.verdict == Some(Verdict::Failed));
        if passed.is_some() && hash.as_deref() == passed && !failed_since {
            State::Done
        } else if exercise == read_source(lesson, &shipped()).as_deref() {
            State::Untouched
        } else if passed.is_some() {
            State::Changed
        } else {
            State::Edited
        }
    }

    /// Takes note of a verdict on an exercise. An undecided one says nothing about the source.
    pub fn graded(&mut self, lesson: &Lesson, source_hash: &str, verdict: Verdict) {
        if verdict == Verdict::Undecided {
            return;
        }
        let is_shipped = || read_source(lesson, &shipped()).is_some_and(|shipped| compile::hash(&shipped) == source_hash);
        let entry = self.lessons.entry(lesson.id.to_string()).or_default();
        if entry.last.as_deref() != Some(source_hash) && !is_shipped() {
            entry.attempts = entry.attempts.saturating_add(1);
        }
        entry.last = Some(source_hash.to_owned());
        entry.verdict = Some(verdict);
        if verdict == Verdict::Passed && entry.passed.as_deref() != Some(source_hash) {
            entry.passed = Some(source_hash.to_owned());
            entry.passed_on = Some(date::today());
        }
    }

    /// Takes note of a hint that was shown.
    pub fn hinted(&mut self, lesson: &LessonId, level: u8) {
        let entry = self.lessons.entry(lesson.to_string()).or_default();
        entry.hints = entry.hints.max(level);
    }
}

/// Remembers the verdict on an exercise.
///
/// # Errors
/// When it can't be written; what was remembered before is still there.
pub fn remember(pack: &Pack, lesson: &Lesson, source_hash: &str, verdict: Verdict) -> Result<Loaded, ProgressError> {
    update(pack, |progress| progress.graded(lesson, source_hash, verdict))
}

/// Where one exercise stands. For more than one, [`read`] once and ask [`Progress::state`].
pub fn state(pack: &Pack, lesson: &Lesson) -> State {
    read(pack).map(|loaded| loaded.progress).unwrap_or_default().state(lesson)
}

fn read_source(lesson: &Lesson, variant: &Variant) -> Option<Vec<u8>> {
    fs::read(lesson.source(variant).ok()?).ok()
}

fn shipped() -> Variant {
    Variant::Wrong("shipped".into())
}
