use napi::bindgen_prelude::*;
use napi::noop_finalize;
use napi_derive::napi;

/// With this much room at once the samples need not move: eight seconds of sound.
const ROOM: usize = 64_000;

/// A sound that is being recorded, one byte a sample.
#[napi]
pub struct Recording {
    samples: Vec<u8>,
}

#[napi]
impl Recording {
    #[napi(constructor)]
    pub fn new() -> Self {
        Recording {
            samples: Vec::with_capacity(ROOM),
        }
    }

    /// Adds what the microphone has heard.
    #[napi]
    pub fn add(&mut self, heard: &[u8]) {
        self.samples.extend_from_slice(heard);
    }

    /// All samples until now.
    #[napi]
    pub fn samples<'env>(&mut self, env: &'env Env) -> Result<BufferSlice<'env>> {
        let first = self.samples.as_mut_ptr();
        // SAFETY: these are the samples of this recording, and it frees them itself.
        unsafe { BufferSlice::from_external(env, first, self.samples.len(), (), noop_finalize) }
    }
}
