use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::thread::{self, ThreadId};

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Spans that can be open at the same time.
const SLOTS: usize = 8192;

#[derive(Default)]
struct Trace {
    /// The id of the last span. Ids count from 1, so that two traces of one job can be compared.
    last_id: u32,
    /// When each open span began, in milliseconds: a table for each thread that loads the add-on.
    tables: HashMap<ThreadId, Vec<f64>>,
}

/// One lock for all of it: no thread sees an id without its table.
static TRACE: LazyLock<Mutex<Trace>> = LazyLock::new(Default::default);

#[napi(module_exports)]
pub fn init(_exports: Object) -> Result<()> {
    let table = vec![0.0; SLOTS];
    let mut trace = TRACE.lock().unwrap();
    trace.tables.insert(thread::current().id(), table);
    Ok(())
}

/// Opens a span and returns its id.
#[napi]
pub fn begin(now: f64) -> u32 {
    let mut trace = TRACE.lock().unwrap();
    trace.last_id += 1;
    let id = trace.last_id;
    let table = trace.tables.get_mut(&thread::current().id()).unwrap();
    table[id as usize % SLOTS] = now;
    id
}

/// Closes a span and returns how long it was open.
#[napi]
pub fn end(id: u32, now: f64) -> f64 {
    let trace = TRACE.lock().unwrap();
    now - trace.tables[&thread::current().id()][id as usize % SLOTS]
}
