use std::cell::RefCell;

use napi_derive::napi;

/// Spans that can be open at the same time.
const SLOTS: usize = 8192;

struct Trace {
    /// The id of the next span. Ids count from 1, so that two traces of one job can be compared.
    next_id: u32,
    /// When each open span began, in milliseconds.
    table: Vec<f64>,
}

thread_local! {
    /// Each thread has its own, and it is freed when the thread ends.
    static TRACE: RefCell<Trace> = RefCell::new(Trace { next_id: 1, table: vec![0.0; SLOTS] });
}

/// Opens a span and returns its id.
#[napi]
pub fn begin(now: f64) -> u32 {
    TRACE.with_borrow_mut(|trace| {
        let id = trace.next_id;
        trace.next_id += 1;
        trace.table[id as usize % SLOTS] = now;
        id
    })
}

/// Closes a span and returns how long it was open.
#[napi]
pub fn end(id: u32, now: f64) -> f64 {
    TRACE.with_borrow(|trace| now - trace.table[id as usize % SLOTS])
}
