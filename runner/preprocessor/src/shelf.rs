//! The lessons of a course: their manifests, sources and records, each read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use runner::catalog::{Catalog, Lesson, LessonId, Variant, Wrong};
use runner::measure::Table;
use runner::outcome::Outcome;
use runner::record::{self, Compared, Crates, Record};

use crate::cores;

/// The lessons of a course, and what the book shows of each.
pub struct Shelf {
    root: PathBuf,
    catalog: Catalog,
    /// By id; those that are no good have the reason.
    lessons: HashMap<String, Result<Shelved, String>>,
}

/// A lesson, and what the book shows of it.
pub(crate) struct Shelved {
    pub(crate) lesson: Lesson,
    pub(crate) record: Record,
    /// The exercise, as it is published.
    pub(crate) shipped: String,
    pub(crate) solution: String,
    /// Why the record is out of date.
    pub(crate) stale: Option<String>,
}

impl Shelf {
    /// Reads all lessons.
    ///
    /// # Errors
    /// When the course can't be read at all. What is wrong with one lesson is said where a page shows it.
    pub fn read(root: &Path) -> Result<Shelf> {
        let catalog = Catalog::load(root).context("failed to read the order of the lessons")?;
        let crates = Crates::read(root)?;
        let read = |id: &LessonId| (id.as_str().to_owned(), Shelved::read(&catalog, &crates, id.as_str()));
        let lessons = cores::map(catalog.ids(), read).into_iter().collect();
        Ok(Shelf { root: root.to_path_buf(), catalog, lessons })
    }

    /// Whether it is of this course.
    pub(crate) fn is_of(&self, root: &Path) -> bool {
        matches!((self.root.canonicalize(), root.canonicalize()), (Ok(own), Ok(other)) if own == other)
    }

    /// A lesson, or why there is none.
    pub(crate) fn get(&self, id: &str) -> Result<&Shelved, String> {
        match self.lessons.get(id) {
            Some(lesson) => lesson.as_ref().map_err(Clone::clone),
            None => Err(self.catalog.unknown(id).to_string()),
        }
    }
}

impl Shelved {
    fn read(catalog: &Catalog, crates: &Crates, id: &str) -> Result<Shelved, String> {
        Shelved::try_read(catalog, crates, id).map_err(|error| format!("{error:#}"))
    }

    fn try_read(catalog: &Catalog, crates: &Crates, id: &str) -> Result<Shelved> {
        let lesson = catalog.lesson(id)?;
        let record = record::read(&lesson)?;
        let Compared { changed, mut programs } = record::compare(&lesson, &record, crates)?;
        let stale = (!changed.is_empty()).then(|| record::renew(&lesson.id, &changed));
        let mut text = |variant: &Variant| -> Result<String> {
            let path = lesson.source(variant)?;
            let program = programs.remove(variant).unwrap_or_default();
            String::from_utf8(program).with_context(|| format!("failed to read {}", lesson.relative(&path).display()))
        };
        let (shipped, solution) = (text(&record::shipped())?, text(&Variant::Solution)?);
        Ok(Shelved { lesson, record, shipped, solution, stale })
    }

    /// The programs that must fail, the bug first: what the fixes do is told from there.
    pub(crate) fn wrong(&self) -> Vec<(&String, &Wrong)> {
        let mut programs: Vec<_> = self.lesson.manifest.wrong.iter().collect();
        programs.sort_by_key(|(name, _)| *name != "shipped");
        programs
    }

    /// The verdict on a program.
    pub(crate) fn verdict(&self, variant: &Variant) -> Result<&Outcome, String> {
        // The lesson knows best which programs there are.
        self.lesson.source(variant).map_err(|error| error.to_string())?;
        let missing = || format!("{} has no verdict on {variant}: run `cargo lesson record {0}`", self.lesson.id);
        self.record.verdicts.get(variant).ok_or_else(missing)
    }

    /// The memory of a program.
    pub(crate) fn memory(&self, variant: &Variant) -> Result<&Table, String> {
        let missing = || format!("{} has the memory of {} and of solution, not of {variant}", self.lesson.id, record::shipped());
        self.record.memory.get(variant).ok_or_else(missing)
    }
}
