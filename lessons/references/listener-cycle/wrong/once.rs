use std::cell::RefCell;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A print job. It has at most one listener, who is told of each page.
#[napi]
pub struct Job {
    pages: u32,
    listener: RefCell<Option<FunctionRef<u32, ()>>>,
}

#[napi]
impl Job {
    /// A job of `pages` pages.
    #[napi(constructor)]
    pub fn new(pages: u32) -> Job {
        Job {
            pages,
            listener: RefCell::default(),
        }
    }

    /// How many pages there are.
    #[napi(getter)]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Has `listener` called with the number of each page, whenever the job is printed.
    #[napi]
    pub fn listen(&self, listener: Function<u32, ()>) -> Result<()> {
        self.listener.replace(Some(listener.create_ref()?));
        Ok(())
    }

    /// Prints all pages. A job can be printed again.
    #[napi]
    pub fn print(&self, env: &Env) -> Result<()> {
        let Some(listener) = self.listener.take() else {
            return Ok(());
        };
        let listener = listener.borrow_back(env)?;
        (1..=self.pages).try_for_each(|page| listener.call(page))
    }
}
