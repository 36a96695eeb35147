use napi::bindgen_prelude::*;
use napi::noop_finalize;
use napi_derive::napi;

/// A sound that is being recorded, one byte a sample.
#[napi]
#[derive(Default)]
pub struct Recording {
    samples: Vec<u8>,
}

#[napi]
impl Recording {
    #[napi(constructor)]
    pub fn new() -> Self {
        Recording::default()
    }

    /// Adds what the microphone has heard.
    #[napi]
    pub fn add(&mut self, heard: &[u8]) {
        self.samples.extend_from_slice(heard);
    }

    /// All samples until now.
    #[napi]
    pub fn samples<'env>(&self, env: &'env Env) -> Result<BufferSlice<'env>> {
        // A copy of which nobody else knows does not move.
        let copy = self.samples.clone().leak();
        // SAFETY: the copy stays for good.
        unsafe { BufferSlice::from_external(env, copy.as_mut_ptr(), copy.len(), (), noop_finalize) }
    }
}
