use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// A print job. It has at most one listener, who is told of each page.
#[napi]
pub struct Job {
    pages: u32,
    listener: Option<Weak>,
}

/// A weak reference to a function.
struct Weak(Env, sys::napi_ref);

impl Drop for Weak {
    fn drop(&mut self) {
        // SAFETY: the reference is of this environment, and nobody else has it.
        unsafe { sys::napi_delete_reference(self.0.raw(), self.1) };
    }
}

#[napi]
impl Job {
    /// A job of `pages` pages.
    #[napi(constructor)]
    pub fn new(pages: u32) -> Job {
        Job {
            pages,
            listener: None,
        }
    }

    /// How many pages there are.
    #[napi(getter)]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Has `listener` called with the number of each page, whenever the job is printed.
    #[napi]
    pub fn listen(&mut self, env: Env, listener: Function<u32, ()>) -> Result<()> {
        let mut weak = null_mut();
        // SAFETY: `listener` is a value of this call.
        check_status!(unsafe {
            sys::napi_create_reference(env.raw(), listener.raw(), 0, &mut weak)
        })?;
        self.listener = Some(Weak(env, weak));
        Ok(())
    }

    /// Prints all pages. A job can be printed again.
    #[napi]
    pub fn print(&self, env: &Env) -> Result<()> {
        let mut listener = null_mut();
        if let Some(weak) = &self.listener {
            // SAFETY: the reference is deleted with the job or its next listener, and not before.
            check_status!(unsafe {
                sys::napi_get_reference_value(env.raw(), weak.1, &mut listener)
            })?;
        }
        if listener.is_null() {
            return Ok(());
        }
        // SAFETY: the reference is to a function.
        let listener: Function<u32, ()> =
            unsafe { Function::from_napi_value(env.raw(), listener) }?;
        (1..=self.pages).try_for_each(|page| listener.call(page))
    }
}
