use napi::bindgen_prelude::*;
use napi::{Env, Task};
use napi_derive::napi;

/// A search for a motif in a strand of DNA.
pub struct Search {
    strand: &'static str,
    motif: &'static str,
}

impl Task for Search {
    type Output = u32;
    type JsValue = u32;

    /// Runs on a thread of the pool.
    fn compute(&mut self) -> Result<u32> {
        if self.motif.is_empty() {
            return Err(Error::from_reason("a motif has at least one base"));
        }
        let bases = self.strand.as_bytes();
        let windows = bases.windows(self.motif.len());
        Ok(windows
            .filter(|window| *window == self.motif.as_bytes())
            .count() as u32)
    }

    fn resolve(&mut self, _: Env, found: u32) -> Result<u32> {
        Ok(found)
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        // SAFETY: the strand was leaked as a box, and this search alone has it.
        unsafe { drop(Box::from_raw(std::ptr::from_ref(self.strand).cast_mut())) };
    }
}

/// Counts the places of `strand` at which `motif` begins, without stopping JavaScript for it.
#[napi(ts_return_type = "Promise<number>")]
pub fn count(strand: String, motif: String) -> AsyncTask<Search> {
    // A task outlives this call, so what it reads has to be 'static.
    AsyncTask::new(Search {
        strand: Box::leak(strand.into_boxed_str()),
        motif: motif.leak(),
    })
}
