//! Async works: what they do in a thread of Node's pool, and when they are done, is the add-on's.

use std::ffi::c_void;

use napi_sys::{napi_async_complete_callback, napi_async_execute_callback, napi_env, napi_status};

use crate::call;

/// The add-on's side of one work. It stays allocated, since nobody says when Node has looked at it last: the callback
/// that completes a work may delete it.
pub(crate) struct Work {
    execute: napi_async_execute_callback,
    complete: napi_async_complete_callback,
    data: *mut c_void,
    /// The number of the JavaScript function that had called when it was made.
    caller: u32,
}

impl Work {
    pub(crate) fn leak(
        execute: napi_async_execute_callback,
        complete: napi_async_complete_callback,
        data: *mut c_void,
    ) -> *mut Work {
        Box::into_raw(Box::new(Work { execute, complete, data, caller: call::caller() }))
    }
}

/// What Node runs in a thread of its pool.
pub(crate) unsafe extern "C" fn execute(env: napi_env, work: *mut c_void) {
    // SAFETY: Node gives back what `leak` has made, which is never freed.
    unsafe {
        let Work { execute, data, caller, .. } = *work.cast::<Work>();
        if let Some(execute) = execute {
            call::for_caller(caller, || execute(env, data));
        }
    }
}

/// What Node runs when that is done.
pub(crate) unsafe extern "C" fn complete(env: napi_env, status: napi_status, work: *mut c_void) {
    // SAFETY: as above.
    unsafe {
        let Work { complete, data, .. } = *work.cast::<Work>();
        if let Some(complete) = complete {
            call::from_nobody(|| complete(env, status, data));
        }
    }
}
