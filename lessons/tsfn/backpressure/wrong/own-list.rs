use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// Pages that may wait in the queue. The others wait in the list.
const QUEUE: usize = 16;

/// Tells the index that there is a page in the list, from any thread.
type Index = ThreadsafeFunction<(), (), String, Status, false, false, QUEUE>;

/// Pages that were read.
type List = Arc<Mutex<VecDeque<String>>>;

/// Reads the pages of a newspaper, away from JavaScript's thread.
pub struct Reading {
    year: u32,
    pages: u32,
    list: List,
    index: Index,
}

impl Task for Reading {
    type Output = u32;
    type JsValue = u32;

    fn compute(&mut self) -> Result<u32> {
        for number in 0..self.pages {
            let page = read(self.year, number);
            let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
            list.push_back(page);
            drop(list);
            // A full queue is no matter: each message takes all pages that are in the list.
            let mode = ThreadsafeFunctionCallMode::NonBlocking;
            if self.index.call((), mode) == Status::Closing {
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
    let list = List::default();
    let pages_of = Arc::clone(&list);
    let index = index
        .build_threadsafe_function::<()>()
        .max_queue_size::<QUEUE>()
        .build_callback(move |_| {
            let mut list = pages_of.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(list.drain(..).collect::<String>())
        })?;
    Ok(AsyncTask::new(Reading {
        year,
        pages,
        list,
        index,
    }))
}

/// The text of one page.
fn read(year: u32, number: u32) -> String {
    format!("{year}, page {number}. ").repeat(64)
}
