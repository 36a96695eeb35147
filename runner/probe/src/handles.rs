//! How many local handles are alive, as V8 counts them.
//!
//! Node exports `v8::HandleScope::NumberOfHandles` under its C++ name. It is looked up when the
//! add-on runs, so that a Node without it loses this one counter and says so.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute;
use std::sync::OnceLock;

use crate::counters::{Counter, raise, set};

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

/// Writes the number of live handles of this thread's isolate to the table, and raises the peak.
/// Does nothing in a thread without an isolate.
pub(crate) fn note() {
    static FOUND: OnceLock<Option<V8>> = OnceLock::new();
    let Some(v8) = FOUND.get_or_init(find) else { return };
    // SAFETY: both functions have these signatures in every V8 that exports the names; `count` only
    // reads the handle scope's data of the isolate that this thread has entered.
    let handles = unsafe {
        let isolate = (v8.current)();
        if isolate.is_null() {
            return;
        }
        i64::from((v8.count)(isolate))
    };
    set(Counter::Handles, handles);
    raise(Counter::PeakHandles, handles);
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
