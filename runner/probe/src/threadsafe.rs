//! Counts what goes through a thread-safe function: `call_js`, its context and its finalizer are
//! replaced by ones that call the add-on's own and count.

use std::ffi::c_void;
use std::ptr::null_mut;

use evidence::{Column, Counter};
use napi_sys::{
    Status, napi_env, napi_finalize, napi_status, napi_threadsafe_function, napi_threadsafe_function_call_js, napi_value,
};

use crate::node::{real_call_function, real_get_threadsafe_function_context, real_get_undefined};
use crate::table::{NOWHERE, add, add_at, raise, raise_at, wants_sites};
use crate::{call, sites};

/// The add-on's side of one thread-safe function. It stays allocated until the process ends, since
/// Node drains the queue after the finalizer has run.
pub(crate) struct Function {
    pub(crate) context: *mut c_void,
    call_js: napi_threadsafe_function_call_js,
    finalize: napi_finalize,
    finalize_data: *mut c_void,
    /// The place that created it.
    site: u32,
}

impl Function {
    #[inline(always)]
    pub(crate) fn leak(
        context: *mut c_void,
        call_js: napi_threadsafe_function_call_js,
        finalize: napi_finalize,
        finalize_data: *mut c_void,
    ) -> *mut Function {
        Box::into_raw(Box::new(Function { context, call_js, finalize, finalize_data, site: sites::here() }))
    }
}

/// A function was created.
///
/// # Safety
/// `function` is the block of [`Function::leak`].
pub(crate) unsafe fn opened(function: *mut Function) {
    add(Counter::TsfnCreated, 1);
    // SAFETY: the caller's contract; the block is never freed.
    add_at(unsafe { (*function).site }, Column::Functions, 1);
}

/// Runs `call`, which offers one payload to the queue of `function`, and keeps the length of the queue.
///
/// # Safety
/// `function` is alive, as for the call itself.
pub(crate) unsafe fn offer(function: napi_threadsafe_function, call: impl FnOnce() -> napi_status) -> napi_status {
    // SAFETY: the caller's contract.
    let site = unsafe { site_of(function) };
    // Counted before the call: the payload may be delivered before this thread runs again.
    let queued = add(Counter::Queued, 1);
    let queued_here = add_at(site, Column::Queued, 1);
    let status = call();
    if status == Status::napi_ok {
        raise(Counter::PeakQueued, queued);
        raise_at(site, Column::PeakQueued, queued_here);
    } else {
        add(Counter::Queued, -1);
        add_at(site, Column::Queued, -1);
        add(Counter::Refused, 1);
    }
    status
}

/// # Safety
/// `function` is alive.
unsafe fn site_of(function: napi_threadsafe_function) -> u32 {
    if !wants_sites() {
        return NOWHERE;
    }
    let mut context = null_mut();
    // SAFETY: the caller's contract; the context of each function is a block of `leak`.
    unsafe {
        match real_get_threadsafe_function_context(function, &mut context) == Status::napi_ok {
            true => (*context.cast::<Function>()).site,
            false => NOWHERE,
        }
    }
}

/// The `call_js` that Node sees.
pub(crate) unsafe extern "C" fn deliver(env: napi_env, callback: napi_value, function: *mut c_void, data: *mut c_void) {
    add(Counter::Queued, -1);
    add(if env.is_null() { Counter::Drained } else { Counter::Delivered }, 1);
    // SAFETY: `function` is the block of `leak`, which is never freed; the arguments are Node's.
    unsafe {
        let Function { call_js, context, site, .. } = *function.cast::<Function>();
        add_at(site, Column::Queued, -1);
        match call_js {
            Some(call_js) => call::from_nobody(|| call_js(env, callback, context, data)),
            // As Node does for a function without a `call_js`.
            None if !env.is_null() && !callback.is_null() => {
                let mut undefined = null_mut();
                real_get_undefined(env, &mut undefined);
                real_call_function(env, undefined, callback, 0, null_mut(), null_mut());
            }
            None => {}
        }
    }
}

/// The finalizer that Node sees.
pub(crate) unsafe extern "C" fn finalize(env: napi_env, _: *mut c_void, function: *mut c_void) {
    add(Counter::TsfnFinalized, 1);
    // SAFETY: as in `deliver`.
    unsafe {
        let Function { finalize, finalize_data, context, site, .. } = *function.cast::<Function>();
        add_at(site, Column::Functions, -1);
        if let Some(finalize) = finalize {
            call::from_nobody(|| finalize(env, finalize_data, context));
        }
    }
}

/// The add-on's own context of a thread-safe function.
///
/// # Safety
/// `context` came from Node for a function that was created through the probe.
pub(crate) unsafe fn context_of(context: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's contract.
    unsafe { (*context.cast::<Function>()).context }
}
