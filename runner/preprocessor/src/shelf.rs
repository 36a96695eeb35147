//! The lessons that a book shows: their manifests, sources and records, each read once.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use runner::catalog::{Catalog, Lesson, Variant};
use runner::grade::Outcome;
use runner::measure::Table;
use runner::record::{self, Crates, Record};

/// The lessons by id; those that are no lesson have the reason.
pub(crate) struct Shelf {
    catalog: Catalog,
    crates: Crates,
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
    stale: Option<String>,
}

impl Shelf {
    pub(crate) fn open(root: &Path) -> Result<Shelf> {
        let catalog = Catalog::load(root).context("failed to read the order of the lessons")?;
        let crates = Crates::read(root)?;
        Ok(Shelf { catalog, crates, lessons: HashMap::new() })
    }

    /// Reads lessons ahead, on all cores: most of the time goes into opening small files.
    pub(crate) fn fetch(&mut self, ids: &BTreeSet<String>) {
        let ids: Vec<&String> = ids.iter().collect();
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let (catalog, crates) = (&self.catalog, &self.crates);
        let read =
            |ids: &[&String]| -> Vec<_> { ids.iter().map(|id| ((*id).clone(), Shelved::read(catalog, crates, id))).collect() };
        let lessons: Vec<_> = thread::scope(|scope| {
            let parts: Vec<_> =
                ids.chunks(ids.len().div_ceil(workers).max(1)).map(|ids| scope.spawn(move || read(ids))).collect();
            parts.into_iter().flat_map(|part| part.join().expect("reading does not panic")).collect()
        });
        self.lessons.extend(lessons);
    }

    /// A lesson, or why there is none.
    pub(crate) fn get(&mut self, id: &str) -> Result<&Shelved, String> {
        if !self.lessons.contains_key(id) {
            let shelved = Shelved::read(&self.catalog, &self.crates, id);
            self.lessons.insert(id.to_owned(), shelved);
        }
        self.lessons[id].as_ref().map_err(Clone::clone)
    }

    /// Why a lesson's record is out of date. It is said once.
    pub(crate) fn take_stale(&mut self, id: &str) -> Option<String> {
        self.lessons.get_mut(id)?.as_mut().ok()?.stale.take()
    }
}

impl Shelved {
    fn read(catalog: &Catalog, crates: &Crates, id: &str) -> Result<Shelved, String> {
        Shelved::try_read(catalog, crates, id).map_err(|error| format!("{error:#}"))
    }

    fn try_read(catalog: &Catalog, crates: &Crates, id: &str) -> Result<Shelved> {
        let lesson = catalog.lesson(id)?;
        let record = record::read(&lesson)?;
        let changed = record::stale(&lesson, &record, crates)?;
        let stale = (!changed.is_empty()).then(|| record::renew(&lesson.id, &changed));
        let text = |variant: &Variant| -> Result<String> {
            let path = lesson.source(variant)?;
            fs::read_to_string(&path).with_context(|| format!("failed to read {}", lesson.relative(&path).display()))
        };
        let (shipped, solution) = (text(&record::shipped())?, text(&Variant::Solution)?);
        Ok(Shelved { lesson, record, shipped, solution, stale })
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
