use std::mem::take;

use napi::bindgen_prelude::*;
use napi::{Env, Task};
use napi_derive::napi;

/// A file with its runs counted: how often, and which byte, in turn.
#[napi]
pub fn pack(file: &[u8]) -> Buffer {
    let runs = file.chunk_by(|left, right| left == right);
    let runs = runs.flat_map(|run| run.chunks(255));
    let packed: Vec<u8> = runs.flat_map(|run| [run.len() as u8, run[0]]).collect();
    packed.into()
}

/// Packed files that get a seal together.
#[napi]
#[derive(Default)]
pub struct Archive {
    files: Vec<&'static [u8]>,
}

#[napi]
impl Archive {
    #[napi(constructor)]
    pub fn new() -> Self {
        Archive::default()
    }

    /// Adds a packed file. Nothing is copied.
    #[napi]
    pub fn add(&mut self, packed: &'static [u8]) {
        self.files.push(packed);
    }

    /// Computes the seal of all files on a thread of the pool. The archive is empty then.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn seal(&mut self) -> AsyncTask<Seal> {
        // The thread gets bytes of its own.
        let files = take(&mut self.files);
        AsyncTask::new(Seal(files.into_iter().map(<[u8]>::to_vec).collect()))
    }
}

/// The files of an archive that is being sealed.
pub struct Seal(Vec<Vec<u8>>);

impl Task for Seal {
    type Output = u32;
    type JsValue = u32;

    fn compute(&mut self) -> Result<u32> {
        let bytes = self.0.iter().flat_map(|file| file.iter());
        Ok(bytes.fold(1, |seal: u32, byte| {
            seal.wrapping_mul(31).wrapping_add(u32::from(*byte))
        }))
    }

    fn resolve(&mut self, _: Env, seal: u32) -> Result<u32> {
        Ok(seal)
    }
}
