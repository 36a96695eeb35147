use std::thread;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A search for a motif in a strand of DNA.
pub struct Search<'text> {
    strand: &'text str,
    motif: &'text str,
}

impl Search<'_> {
    /// Runs on a thread of its own.
    fn compute(&self) -> Result<u32> {
        if self.motif.is_empty() {
            return Err(Error::from_reason("a motif has at least one base"));
        }
        let bases = self.strand.as_bytes();
        let windows = bases.windows(self.motif.len());
        Ok(windows
            .filter(|window| *window == self.motif.as_bytes())
            .count() as u32)
    }
}

/// Counts the places of `strand` at which `motif` begins.
#[napi]
pub fn count(strand: String, motif: String) -> Result<u32> {
    let search = Search {
        strand: &strand,
        motif: &motif,
    };
    // A scope ends after its threads, so they can borrow.
    thread::scope(|scope| scope.spawn(|| search.compute()).join())
        .unwrap_or_else(|_| Err(Error::from_reason("the search has panicked")))
}
