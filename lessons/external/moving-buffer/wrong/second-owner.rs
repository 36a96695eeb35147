use napi::bindgen_prelude::*;
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
    pub fn samples<'env>(&mut self, env: &'env Env) -> Result<BufferSlice<'env>> {
        let (first, len) = (self.samples.as_mut_ptr(), self.samples.len());
        let capacity = self.samples.capacity();
        // SAFETY: a vector made of the parts of a vector.
        let free = move |_, first| drop(unsafe { Vec::<u8>::from_raw_parts(first, len, capacity) });
        // SAFETY: the buffer frees the samples when it is collected.
        unsafe { BufferSlice::from_external(env, first, len, first, free) }
    }
}
