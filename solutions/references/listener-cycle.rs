use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A print job. It has at most one listener, who is told of each page.
#[napi]
pub struct Job {
    pages: u32,
}

#[napi]
impl Job {
    /// A job of `pages` pages.
    #[napi(constructor)]
    pub fn new(pages: u32) -> Job {
        Job { pages }
    }

    /// How many pages there are.
    #[napi(getter)]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Has `listener` called with the number of each page, whenever the job is printed.
    #[napi]
    pub fn listen(&self, mut this: This, listener: Function<u32, ()>) -> Result<()> {
        // As a property of the object V8 can see who holds whom.
        this.set_named_property("listener", listener)
    }

    /// Prints all pages. A job can be printed again.
    #[napi]
    pub fn print(&self, this: This) -> Result<()> {
        let Some(listener) = this.get::<Function<u32, ()>>("listener")? else {
            return Ok(());
        };
        (1..=self.pages).try_for_each(|page| listener.call(page))
    }
}
