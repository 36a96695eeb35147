//! How many local handles are alive, as V8 counts them.
//!
//! Node exports `v8::HandleScope::NumberOfHandles` under its C++ name. It is looked up when the
//! add-on runs, so that a Node without it loses this one counter and says so.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute;
use std::sync::OnceLock;

use napi::sys::napi_status;

use crate::counters::{Counter, raise, set};
use crate::{scopes, sites};

const GET_CURRENT: &CStr = c"_ZN2v87Isolate10GetCurrentEv";
const NUMBER_OF_HANDLES: &CStr = c"_ZN2v811HandleScope15NumberOfHandlesEPNS_7IsolateE";

/// `v8::Isolate::GetCurrent`.
type Current = unsafe extern "C" fn() -> *mut c_void;
/// `v8::HandleScope::NumberOfHandles`.
type Count = unsafe extern "C" fn(*mut c_void) -> c_int;

struct V8 {
    current: Current,
    count: Count,
}

/// Makes a call of Node-API and writes the number of live handles after it to the table. The handles
/// that the call has made are counted at its site, in a run that keeps sites.
#[inline(always)]
pub(crate) fn around(call: impl FnOnce() -> napi_status) -> napi_status {
    if !sites::on() {
        let status = call();
        note();
        return status;
    }
    let before = count().unwrap_or(0);
    let status = call();
    note();
    let made = count().unwrap_or(0) - before;
    if made > 0 {
        scopes::made(sites::add_handles(made), made);
    }
    status
}

/// Writes the number of live handles of this thread's isolate to the table, and raises the peak.
/// Does nothing in a thread without an isolate.
pub(crate) fn note() {
    if let Some(handles) = count() {
        set(Counter::Handles, handles);
        raise(Counter::PeakHandles, handles);
    }
}

fn count() -> Option<i64> {
    static FOUND: OnceLock<Option<V8>> = OnceLock::new();
    let v8 = FOUND.get_or_init(find).as_ref()?;
    // SAFETY: both functions have these signatures in every V8 that exports the names; `count` only
    // reads the handle scope's data of the isolate that this thread has entered.
    unsafe {
        let isolate = (v8.current)();
        (!isolate.is_null()).then(|| i64::from((v8.count)(isolate)))
    }
}

fn find() -> Option<V8> {
    // SAFETY: `dlsym` with static names; the signatures are those of V8's public headers.
    let v8 = unsafe {
        let current = libc::dlsym(libc::RTLD_DEFAULT, GET_CURRENT.as_ptr());
        let count = libc::dlsym(libc::RTLD_DEFAULT, NUMBER_OF_HANDLES.as_ptr());
        if current.is_null() || count.is_null() {
            return None;
        }
        V8 { current: transmute::<*mut c_void, Current>(current), count: transmute::<*mut c_void, Count>(count) }
    };
    set(Counter::HandlesKnown, 1);
    Some(v8)
}
