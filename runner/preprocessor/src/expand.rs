//! The text that takes a directive's place.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::Result;
use runner::report::paint::Paint;
use runner::report::verdict::{self, Detail};

use crate::directive::{Directive, Wish};
use crate::markup::{Format, fence};
use crate::shelf::{Shelf, Shelved};
use crate::{block, fixes, inline, memory};

/// What came of a directive: a text, a fault, or a text that is out of date.
pub(crate) struct Expansion {
    pub(crate) text: Option<String>,
    pub(crate) fault: Option<String>,
}

impl Expansion {
    pub(crate) fn fault(message: String) -> Expansion {
        Expansion { text: None, fault: Some(message) }
    }
}

/// Replaces directives, page by page.
pub(crate) struct Expander {
    shelf: Shelf,
    format: Format,
    /// Where the block of each lesson is.
    blocks: HashMap<String, String>,
    /// How many charts there are of each lesson: their ids differ.
    charts: HashMap<String, usize>,
}

impl Expander {
    pub(crate) fn open(root: &Path, format: Format) -> Result<Expander> {
        Ok(Expander { shelf: Shelf::open(root)?, format, blocks: HashMap::new(), charts: HashMap::new() })
    }

    /// Reads these lessons ahead.
    pub(crate) fn fetch(&mut self, ids: &BTreeSet<String>) {
        self.shelf.fetch(ids);
    }

    /// Replaces a directive that stands at `place`, which is `file:line`.
    pub(crate) fn expand(&mut self, directive: &Directive, place: &str) -> Expansion {
        let id = &directive.id;
        if directive.wish == Wish::Lesson
            && let Some(first) = self.blocks.insert(id.clone(), place.to_owned())
        {
            self.blocks.insert(id.clone(), first.clone());
            return Expansion::fault(format!("the lesson {id} is in the book twice: it is at {first} already"));
        }
        let number = self.charts.entry(id.clone()).or_default();
        *number += usize::from(matches!(directive.wish, Wish::Memory(_)));
        let number = *number;
        let format = self.format;
        match self.shelf.get(id).and_then(|shelved| text(shelved, &directive.wish, format, number)) {
            Ok(text) => Expansion { text: Some(text), fault: self.shelf.take_stale(id) },
            Err(message) => Expansion::fault(message),
        }
    }
}

fn text(shelved: &Shelved, wish: &Wish, format: Format, number: usize) -> Result<String, String> {
    match wish {
        Wish::Lesson => block::text(shelved, format),
        Wish::Memory(gauges) => memory::text(shelved, gauges, format, number),
        Wish::Fixes(checks) => fixes::text(shelved, checks),
        Wish::Verdict(variant) => {
            let outcome = shelved.verdict(variant)?;
            Ok(fence("text", &verdict::of_outcome(&shelved.lesson.id, variant, outcome, Detail::Full, Paint::none())))
        }
        other => inline::text(shelved, other),
    }
}
