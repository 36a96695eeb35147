//! How many local handles are alive, and which call sites have made them.

use evidence::{Column, Counter};
use napi_sys::napi_status;

use crate::table::{add_at, raise, raise_at, set, wants_sites};
use crate::{scopes, sites, v8};

/// Makes a call of Node-API and writes the number of live handles after it to the table. The handles
/// that the call has made are counted at its site, in a run that keeps sites.
#[inline(always)]
pub(crate) fn around(call: impl FnOnce() -> napi_status) -> napi_status {
    if !wants_sites() {
        let status = call();
        note();
        return status;
    }
    let before = v8::handles().unwrap_or(0);
    let status = call();
    note();
    let made = v8::handles().unwrap_or(0) - before;
    if made > 0 {
        let site = sites::here();
        raise_at(site, Column::PeakHandles, add_at(site, Column::Handles, made));
        scopes::made(site, made);
    }
    status
}

/// Writes the number of live handles of this thread's isolate to the table, and raises the peak.
/// Does nothing in a thread without an isolate.
pub(crate) fn note() {
    if let Some(handles) = v8::handles() {
        set(Counter::Handles, handles);
        raise(Counter::PeakHandles, handles);
    }
}
