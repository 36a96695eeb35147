//! The lessons of a course, in the order of `book/SUMMARY.md`.
//!
//! ```text
//! Catalog -- the ids of all lessons, in the book's order
//!   Lesson -- one folder of lessons/, and its lesson.toml
//!     Variant -- one program of it: the exercise, the solution, or one in wrong/
//! ```
//!
//! A lesson is read when it is asked for, so that a mistake in one leaves the others usable.

mod manifest;
mod metric;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use manifest::{Bound, COMPILES, Check, ENDS, Edits, Evidence, Manifest, Work, Wrong};
pub use metric::{Gauge, Kind, Metric, Sight};

/// The add-on of a lesson in which JavaScript is edited.
pub(crate) const FIXED_ADDON: &str = "addon.rs";

/// The name of a lesson, `topic/slug`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LessonId(String);

impl LessonId {
    /// The id in the form that a file name can have: `topic-slug`. It is the lesson's package name.
    pub fn package(&self) -> String {
        self.0.replace('/', "-")
    }

    /// The first part of the id.
    pub fn topic(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The id as it is written: `topic/slug`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LessonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LessonId> for String {
    fn from(id: LessonId) -> String {
        id.0
    }
}

impl TryFrom<String> for LessonId {
    type Error = CatalogError;

    fn try_from(id: String) -> Result<LessonId, CatalogError> {
        id.parse()
    }
}

impl FromStr for LessonId {
    type Err = CatalogError;

    fn from_str(id: &str) -> Result<LessonId, CatalogError> {
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        match id.split_once('/') {
            Some((topic, slug)) if part(topic) && part(slug) => Ok(LessonId(id.to_owned())),
            _ => Err(CatalogError::Id { id: id.to_owned() }),
        }
    }
}

/// One program of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Variant {
    /// The learner's: `exercise.rs`, or `exercise.mjs` in a lesson that says so.
    Exercise,
    /// The file in `solutions/`.
    Solution,
    /// A file of `wrong/`, without its ending.
    Wrong(String),
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Variant::Exercise => f.write_str("exercise"),
            Variant::Solution => f.write_str("solution"),
            Variant::Wrong(name) => write!(f, "wrong:{name}"),
        }
    }
}

impl From<Variant> for String {
    fn from(variant: Variant) -> String {
        variant.to_string()
    }
}

impl TryFrom<String> for Variant {
    type Error = CatalogError;

    fn try_from(variant: String) -> Result<Variant, CatalogError> {
        variant.parse()
    }
}

impl FromStr for Variant {
    type Err = CatalogError;

    fn from_str(variant: &str) -> Result<Variant, CatalogError> {
        match (variant, variant.strip_prefix("wrong:")) {
            ("exercise", _) => Ok(Variant::Exercise),
            ("solution", _) => Ok(Variant::Solution),
            (_, Some(name)) if !name.is_empty() => Ok(Variant::Wrong(name.to_owned())),
            _ => Err(CatalogError::Variant { variant: variant.to_owned() }),
        }
    }
}

/// The ids of a course's lessons.
#[derive(Clone, Debug)]
pub struct Catalog {
    root: PathBuf,
    ids: Vec<LessonId>,
    topics: Vec<Topic>,
}

/// Lessons that stand together in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its heading in the book; where there is none, the first part of its lessons' ids.
    pub title: String,
    /// Its lessons, in the book's order.
    pub ids: Vec<LessonId>,
}

/// One lesson: its id, where it is, and what its manifest says.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Its name.
    pub id: LessonId,
    /// The root of the course.
    pub root: PathBuf,
    /// What `lesson.toml` says.
    pub manifest: Manifest,
    /// The text that stands for `exercise.rs`.
    given: Option<String>,
}

/// What is wrong with the course, or with the name of something in it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CatalogError {
    #[error("`{id}` is not a lesson's id: an id is topic/slug, in lower-case letters, digits and hyphens")]
    Id { id: String },
    #[error("there is no lesson `{id}`{}", .nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown { id: String, nearest: Option<LessonId> },
    #[error("lessons/{id} is there, and is no lesson of the book yet: give it a line in book/SUMMARY.md, `- [Title]({id}.md)`")]
    NotInBook { id: String },
    #[error("`{variant}` is not a variant: use exercise, solution, or wrong:NAME")]
    Variant { variant: String },
    #[error("{id} has no wrong fix `{name}`; it has {known}")]
    NoWrong { id: LessonId, name: String, known: String },
    #[error("failed to read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}:{line}: {message}")]
    Manifest { path: PathBuf, line: usize, message: String },
}

impl Catalog {
    /// Reads the order of the lessons.
    ///
    /// # Errors
    /// When `book/SUMMARY.md` can't be read.
    pub fn load(root: &Path) -> Result<Catalog, CatalogError> {
        let path = root.join("book/SUMMARY.md");
        let summary = fs::read_to_string(&path).map_err(|source| CatalogError::Read { path, source })?;
        let topics = topics(&summary, |id| root.join("lessons").join(id.as_str()).is_dir());
        let ids = topics.iter().flat_map(|topic| topic.ids.iter().cloned()).collect();
        Ok(Catalog { root: root.to_path_buf(), ids, topics })
    }

    /// The lessons by the parts of the book. A part without a lesson is none.
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// All lessons, in the book's order.
    pub fn ids(&self) -> &[LessonId] {
        &self.ids
    }

    /// Reads one lesson.
    ///
    /// # Errors
    /// When there is none of this name (the nearest name is part of the error), or when its manifest
    /// says something that can't be.
    pub fn lesson(&self, id: &str) -> Result<Lesson, CatalogError> {
        match self.ids.iter().find(|known| known.as_str() == id) {
            Some(id) => Lesson::read(&self.root, id.clone()),
            None => Err(self.unknown(id)),
        }
    }

    /// What is said of an id that no lesson has.
    pub fn unknown(&self, id: &str) -> CatalogError {
        let id = id.to_owned();
        match id.parse::<LessonId>() {
            Ok(known) if self.root.join("lessons").join(known.as_str()).is_dir() => CatalogError::NotInBook { id },
            _ => CatalogError::Unknown { nearest: self.nearest(&id), id },
        }
    }

    fn nearest(&self, id: &str) -> Option<LessonId> {
        let slug = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
        let distance = |known: &LessonId| {
            strsim::damerau_levenshtein(known.as_str(), id).min(strsim::damerau_levenshtein(&slug(known.as_str()), &slug(id)))
        };
        let near = self.ids.iter().min_by_key(|known| distance(known))?;
        (distance(near) <= 1 + id.len() / 4).then(|| near.clone())
    }
}

/// The lessons that a summary links, below its headings.
fn topics(summary: &str, is_lesson: impl Fn(&LessonId) -> bool) -> Vec<Topic> {
    // The first heading is the title of the summary itself.
    let (mut heading, mut headings): (Option<&str>, usize) = (None, 0);
    let mut topics: Vec<(usize, Topic)> = Vec::new();
    for line in summary.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            headings += 1;
            heading = (headings > 1).then(|| title.trim());
        }
        let links = line.split("](").skip(1);
        let ids = links.filter_map(|rest| rest.split(')').next()?.trim_start_matches("./").strip_suffix(".md")?.parse().ok());
        for id in ids.filter(&is_lesson) {
            match topics.last_mut() {
                Some((part, topic)) if *part == headings && (heading.is_some() || topic.title == id.topic()) => {
                    topic.ids.push(id)
                }
                _ => topics.push((headings, Topic { title: heading.unwrap_or(id.topic()).to_owned(), ids: vec![id] })),
            }
        }
    }
    topics.into_iter().map(|(_, topic)| topic).collect()
}

impl Lesson {
    /// Reads the lesson's manifest and sees that its files are there.
    pub(crate) fn read(root: &Path, id: LessonId) -> Result<Lesson, CatalogError> {
        let folder = root.join("lessons").join(id.as_str());
        let manifest = manifest::read(&folder)?;
        let lesson = Lesson { root: root.to_path_buf(), id, manifest, given: None };
        // Without its exercise a lesson can still be reset.
        let exercise = lesson.exercise();
        let others = [lesson.file("drive.mjs")].into_iter().chain(lesson.fixed_addon());
        for path in others.chain(lesson.sources()) {
            if !path.is_file() && path != exercise {
                return Err(CatalogError::Manifest {
                    path: lesson.file("lesson.toml"),
                    line: 1,
                    message: format!("the lesson's file {} is missing", lesson.relative(&path).display()),
                });
            }
        }
        Ok(lesson)
    }

    /// The same lesson with another text for its exercise: it is graded as if it were in `exercise.rs`, which is
    /// neither read nor written.
    pub fn with_exercise(self, text: String) -> Lesson {
        Lesson { given: Some(text), ..self }
    }

    /// The text that stands for `exercise.rs`, if another one does.
    pub(crate) fn given_exercise(&self) -> Option<&str> {
        self.given.as_deref()
    }

    /// A file of the lesson's folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(format!("lessons/{}/{name}", self.id))
    }

    /// The file that a learner edits.
    pub fn exercise(&self) -> PathBuf {
        self.file(&format!("exercise.{}", self.manifest.edits.ending()))
    }

    /// The add-on of a lesson in which it is not edited.
    pub fn fixed_addon(&self) -> Option<PathBuf> {
        (self.manifest.edits == Edits::JavaScript).then(|| self.file(FIXED_ADDON))
    }

    /// The Rust file from which a variant's add-on is made.
    ///
    /// # Errors
    /// When the lesson has no wrong fix of that name.
    pub fn addon(&self, variant: &Variant) -> Result<PathBuf, CatalogError> {
        let source = self.source(variant)?;
        Ok(self.fixed_addon().unwrap_or(source))
    }

    /// The file of a variant.
    ///
    /// # Errors
    /// When the lesson has no wrong fix of that name.
    pub fn source(&self, variant: &Variant) -> Result<PathBuf, CatalogError> {
        let ending = self.manifest.edits.ending();
        match variant {
            Variant::Exercise => Ok(self.exercise()),
            Variant::Solution => Ok(self.root.join(format!("solutions/{}.{ending}", self.id))),
            Variant::Wrong(name) if self.manifest.wrong.contains_key(name) => Ok(self.file(&format!("wrong/{name}.{ending}"))),
            Variant::Wrong(name) => {
                let known: Vec<&str> = self.manifest.wrong.keys().map(String::as_str).collect();
                Err(CatalogError::NoWrong { id: self.id.clone(), name: name.clone(), known: known.join(", ") })
            }
        }
    }

    /// The programs of the law: the solution, and all that must fail.
    pub fn law(&self) -> Vec<Variant> {
        let wrong = self.manifest.wrong.keys().map(|name| Variant::Wrong(name.clone()));
        [Variant::Solution].into_iter().chain(wrong).collect()
    }

    /// The files of all variants.
    pub fn sources(&self) -> Vec<PathBuf> {
        let all = [Variant::Exercise].into_iter().chain(self.law());
        all.map(|variant| self.source(&variant).expect("the lesson's own variants have a file")).collect()
    }

    /// A path of the course as a person types it: from the root.
    pub fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_stand_below_the_headings_of_the_book() {
        let of = |summary: &str| -> Vec<(String, Vec<String>)> {
            let topics = topics(summary, |id| id.as_str() != "no/lesson").into_iter();
            topics.map(|topic| (topic.title, topic.ids.into_iter().map(String::from).collect())).collect()
        };
        let topic = |title: &str, ids: &[&str]| (title.to_owned(), ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        let summary = "# Summary\n\n[Intro](intro.md)\n\n# Loops and scopes\n\n- [A](a/one.md)\n- [B](./b/two.md)\n\n\
                       # None\n\n- [N](no/lesson.md)\n\n# More\n\n- [C](b/three.md)\n---\n[End](end.md)\n";
        assert_eq!(of(summary), [topic("Loops and scopes", &["a/one", "b/two"]), topic("More", &["b/three"])]);
        let bare = "# Summary\n\n- [A](a/one.md) [A](a/two.md)\n- [B](b/one.md)\n";
        assert_eq!(of(bare), [topic("a", &["a/one", "a/two"]), topic("b", &["b/one"])]);
    }
}
