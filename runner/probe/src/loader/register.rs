//! The functions by which modules register themselves, entered through functions of the probe.
//!
//! Node calls such a function with nothing that says whose it is, so each one has a function of its own.

use std::ffi::c_void;
use std::mem::transmute;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering::*};

use napi_sys::{napi_env, napi_value};

use crate::call;

type Register = unsafe extern "C" fn(napi_env, napi_value) -> napi_value;

/// Add-ons that there is room for. What one beyond them allocates while it registers is counted only as far as it
/// calls the C library itself.
const MOST: usize = 64;

static ORIGINALS: [AtomicPtr<c_void>; MOST] = [const { AtomicPtr::new(null_mut()) }; MOST];

unsafe extern "C" fn enter<const N: usize>(env: napi_env, exports: napi_value) -> napi_value {
    // SAFETY: Node calls what it was given for this function.
    unsafe {
        let original = transmute::<*mut c_void, Register>(ORIGINALS[N].load(Acquire));
        call::loading(|| original(env, exports))
    }
}

macro_rules! each {
    ($($tens:literal)*) => { [$(
        enter::<{ $tens }>, enter::<{ $tens + 1 }>, enter::<{ $tens + 2 }>, enter::<{ $tens + 3 }>,
        enter::<{ $tens + 4 }>, enter::<{ $tens + 5 }>, enter::<{ $tens + 6 }>, enter::<{ $tens + 7 }>,
    )*] };
}

static ENTRIES: [Register; MOST] = each!(0 8 16 24 32 40 48 56);

/// What Node is to call in the place of `original`; null where that is to be found as it is.
pub(super) fn enter_by(original: *mut c_void) -> *const c_void {
    if original.is_null() || original.cast_const() == crate::exports::napi_register_module_v1 as *const c_void {
        return null();
    }
    for (place, entry) in ORIGINALS.iter().zip(&ENTRIES) {
        match place.compare_exchange(null_mut(), original, AcqRel, Acquire) {
            Ok(_) => return *entry as *const c_void,
            Err(known) if known == original => return *entry as *const c_void,
            Err(_) => {}
        }
    }
    null()
}
