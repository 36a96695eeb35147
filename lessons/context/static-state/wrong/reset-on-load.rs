use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread::{self, ThreadId};

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Spans that can be open at the same time.
const SLOTS: usize = 8192;

/// The id of the next span. Ids count from 1, so that two traces of one job can be compared.
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

/// When each open span began, in milliseconds: a table for each thread that loads the add-on.
static TABLES: LazyLock<Mutex<HashMap<ThreadId, Vec<f64>>>> = LazyLock::new(Default::default);

#[napi(module_exports)]
pub fn init(_exports: Object) -> Result<()> {
    // A new environment starts a new trace.
    NEXT_ID.store(1, Ordering::Relaxed);
    let table = vec![0.0; SLOTS];
    TABLES.lock().unwrap().insert(thread::current().id(), table);
    Ok(())
}

/// Opens a span and returns its id.
#[napi]
pub fn begin(now: f64) -> u32 {
    let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    let mut tables = TABLES.lock().unwrap();
    let table = tables.get_mut(&thread::current().id()).unwrap();
    table[id as usize % SLOTS] = now;
    id
}

/// Closes a span and returns how long it was open.
#[napi]
pub fn end(id: u32, now: f64) -> f64 {
    let tables = TABLES.lock().unwrap();
    now - tables[&thread::current().id()][id as usize % SLOTS]
}
