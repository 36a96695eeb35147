use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// Hands a page to the index, from any thread.
type Index = ThreadsafeFunction<String, (), String, Status, false, false>;

/// Reads the pages of a newspaper, away from JavaScript's thread.
pub struct Reading {
    year: u32,
    pages: u32,
    index: Index,
}

impl Task for Reading {
    type Output = u32;
    type JsValue = u32;

    fn compute(&mut self) -> Result<u32> {
        for number in 0..self.pages {
            let page = read(self.year, number);
            let mode = ThreadsafeFunctionCallMode::NonBlocking;
            let status = self.index.call(page, mode);
            if status == Status::Closing {
                return Ok(number);
            }
        }
        Ok(self.pages)
    }

    fn resolve(&mut self, _: Env, pages: u32) -> Result<u32> {
        Ok(pages)
    }
}

/// Reads `pages` pages of the newspaper of `year`, and gives the text of each to `index`. Resolves
/// when the last one was given, with the number of pages.
#[napi]
pub fn read_newspaper(
    year: u32,
    pages: u32,
    index: Function<String, ()>,
) -> Result<AsyncTask<Reading>> {
    let index = index.build_threadsafe_function().build()?;
    Ok(AsyncTask::new(Reading { year, pages, index }))
}

/// The text of one page.
fn read(year: u32, number: u32) -> String {
    format!("{year}, page {number}. ").repeat(64)
}
