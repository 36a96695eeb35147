//! Counts finalizers: the add-on's own is replaced by one that calls it and counts.

use std::ffi::c_void;

use napi::sys::{napi_env, napi_finalize, napi_status};

use crate::counters::{Counter, add};

/// What Node-API gives back to [`counted`] in the place of the add-on's hint.
///
/// It is allocated past the add-on's allocator, so that the apparatus does not count itself.
struct Call {
    finalize: unsafe extern "C" fn(napi_env, *mut c_void, *mut c_void),
    hint: *mut c_void,
}

/// Hands `finalize` and `hint` to `register` in their counted form. Without a finalizer both go
/// through unchanged: what Node does with none is what the lesson is about.
///
/// # Safety
/// `register` passes both values to one Node-API function, which calls the finalizer at most once.
pub(crate) unsafe fn count(
    finalize: napi_finalize,
    hint: *mut c_void,
    register: impl FnOnce(napi_finalize, *mut c_void) -> napi_status,
) -> napi_status {
    let Some(finalize) = finalize else { return register(None, hint) };
    // SAFETY: the block has the size of a `Call` and malloc's alignment, which is enough for it.
    let call = unsafe {
        let call = libc::malloc(size_of::<Call>()).cast::<Call>();
        assert!(!call.is_null(), "the probe is out of memory");
        call.write(Call { finalize, hint });
        call
    };
    let status = register(Some(counted), call.cast());
    // Where Node refuses it may run the finalizer all the same, as for a buffer that is too large. So the
    // block is never freed here: a few bytes of a failed call are lost.
    if status == napi::sys::Status::napi_ok {
        add(Counter::FinalizersSet, 1);
    }
    status
}

unsafe extern "C" fn counted(env: napi_env, data: *mut c_void, call: *mut c_void) {
    // SAFETY: `call` was made by `count`, and Node runs a finalizer once.
    unsafe {
        let Call { finalize, hint } = call.cast::<Call>().read();
        libc::free(call);
        finalize(env, data, hint);
    }
    add(Counter::FinalizersRun, 1);
}
