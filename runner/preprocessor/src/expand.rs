//! The text that takes a directive's place.

use std::collections::{HashMap, HashSet};

use runner::report::paint::Paint;
use runner::report::verdict::{self, Detail};

use crate::directive::{Directive, Wish};
use crate::markup::{Format, fence};
use crate::shelf::Shelf;
use crate::{block, fixes, inline, memory};

/// What was in the pages before a directive.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Where the block of each lesson is.
    blocks: HashMap<String, String>,
    /// How many charts there are of each lesson: their ids differ.
    charts: HashMap<String, usize>,
    /// The lessons of which it was said that their record is out of date: that is said once.
    stale: HashSet<String>,
}

impl Order {
    /// Which chart of its lesson a directive is, if it is one. It stands at `place`, which is `file:line`.
    pub(crate) fn number(&mut self, directive: &Directive, place: impl FnOnce() -> String) -> Result<usize, String> {
        let id = &directive.id;
        match directive.wish {
            Wish::Lesson => match self.blocks.get(id) {
                Some(first) => Err(format!("the lesson {id} is in the book twice: it is at {first} already")),
                None => {
                    self.blocks.insert(id.clone(), place());
                    Ok(0)
                }
            },
            Wish::Memory(_) => {
                let charts = self.charts.entry(id.clone()).or_default();
                *charts += 1;
                Ok(*charts)
            }
            _ => Ok(0),
        }
    }

    /// Why a lesson's record is out of date, if that was not said before.
    pub(crate) fn stale(&mut self, shelf: &Shelf, id: &str) -> Option<String> {
        let stale = shelf.get(id).ok()?.stale.clone()?;
        self.stale.insert(id.to_owned()).then_some(stale)
    }
}

/// The text of a directive. `number` tells the charts of one lesson apart.
pub(crate) fn text(shelf: &Shelf, directive: &Directive, number: usize, format: Format) -> Result<String, String> {
    let shelved = shelf.get(&directive.id)?;
    match &directive.wish {
        Wish::Lesson => block::text(shelved, format),
        Wish::Memory(gauges) => memory::text(shelved, gauges, format, number),
        Wish::Fixes(checks) => fixes::text(shelved, checks, format),
        Wish::Verdict(variant) => {
            let outcome = shelved.verdict(variant)?;
            Ok(fence("text", &verdict::of_outcome(&shelved.lesson.id, variant, outcome, Detail::Full, Paint::none())))
        }
        other => inline::text(shelved, other, format),
    }
}
