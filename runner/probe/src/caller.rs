//! The JavaScript function that has called the add-on, in runs that want to know.
//!
//! There each function that JavaScript may call is entered through one of this module, which notes that it
//! runs. The first thing that is then counted at a site asks V8 who is on top of JavaScript's stack. A call
//! that counts nothing costs next to nothing.

use std::alloc::System;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;

use allocator_api2::vec::Vec;
use napi::sys::{napi_callback, napi_callback_info, napi_env, napi_property_descriptor, napi_value};

use crate::node::real_get_cb_info;
use crate::{scopes, sites, v8};

/// A place in JavaScript.
pub(crate) struct Place {
    pub(crate) function: v8::Text,
    pub(crate) script: v8::Text,
    /// The line, from 1.
    pub(crate) line: u64,
}

/// A call of a native function.
#[derive(Clone, Copy)]
struct Call {
    env: napi_env,
    /// The number of its caller, when it is known.
    caller: Option<u32>,
}

const NONE: Call = Call { env: null_mut(), caller: Some(0) };

thread_local! {
    static CALL: Cell<Call> = const { Cell::new(NONE) };
}

/// The number of the function that has called what runs in this thread; 0 when it is not known.
pub(crate) fn current() -> u32 {
    let call = CALL.get();
    call.caller.unwrap_or_else(|| {
        // SAFETY: a native function that was called in this environment, in this thread, has not returned.
        let caller = unsafe { v8::caller(call.env) };
        CALL.set(Call { caller: Some(caller), ..call });
        caller
    })
}

/// Runs what the event loop or the collector calls: no JavaScript function has asked for it.
pub(crate) fn none<T>(run: impl FnOnce() -> T) -> T {
    within(NONE, run)
}

fn within<T>(call: Call, run: impl FnOnce() -> T) -> T {
    let outer = CALL.replace(call);
    // Node closes its own scope behind each of these calls, and the handles that were made in it are gone.
    scopes::opened();
    let result = run();
    scopes::closed();
    CALL.set(outer);
    result
}

/// What the add-on has given for a function of its own: a method alone, or a property's functions.
///
/// It stays allocated until the process ends, as does what JavaScript may call.
pub(crate) struct Functions {
    method: napi_callback,
    getter: napi_callback,
    setter: napi_callback,
    data: *mut c_void,
}

impl Functions {
    fn leak(self) -> *mut c_void {
        // SAFETY: the block has the size of a `Functions` and malloc's alignment.
        unsafe {
            let functions = libc::malloc(size_of::<Functions>()).cast::<Functions>();
            assert!(!functions.is_null(), "the probe is out of memory");
            functions.write(self);
            functions.cast()
        }
    }
}

/// A function and its data, as Node is to see them.
pub(crate) fn enter_by(method: napi_callback, data: *mut c_void) -> (napi_callback, *mut c_void) {
    if !sites::callers() || method.is_none() {
        return (method, data);
    }
    (Some(enter_method), Functions { method, getter: None, setter: None, data }.leak())
}

/// The properties of an object or a class, as Node is to see them; none when it is to see the add-on's own.
///
/// # Safety
/// `properties` points to `count` of them, or is null.
pub(crate) unsafe fn enter_each(
    count: usize,
    properties: *const napi_property_descriptor,
) -> Option<Vec<napi_property_descriptor, System>> {
    if !sites::callers() || properties.is_null() {
        return None;
    }
    let mut seen = Vec::with_capacity_in(count, System);
    for index in 0..count {
        // SAFETY: the caller's contract.
        let mut property = unsafe { properties.add(index).read() };
        let napi_property_descriptor { method, getter, setter, data, .. } = property;
        if method.is_some() || getter.is_some() || setter.is_some() {
            property.data = Functions { method, getter, setter, data }.leak();
            property.method = method.and(Some(enter_method));
            property.getter = getter.and(Some(enter_getter));
            property.setter = setter.and(Some(enter_setter));
        }
        seen.push(property);
    }
    Some(seen)
}

/// The add-on's own data, for what Node has as the data of one of its functions.
///
/// # Safety
/// `data` came from Node, for a function that was made through the probe.
pub(crate) unsafe fn data_of(data: *mut c_void) -> *mut c_void {
    if !sites::callers_wanted() || data.is_null() {
        return data;
    }
    // SAFETY: the caller's contract; such a block is never freed.
    unsafe { (*data.cast::<Functions>()).data }
}

unsafe extern "C" fn enter_method(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node calls a function with its own environment and arguments.
    unsafe { enter(env, info, |functions| functions.method) }
}

unsafe extern "C" fn enter_getter(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: as above.
    unsafe { enter(env, info, |functions| functions.getter) }
}

unsafe extern "C" fn enter_setter(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: as above.
    unsafe { enter(env, info, |functions| functions.setter) }
}

/// # Safety
/// `info` is that of a call of a function made by [`enter_by`] or [`enter_each`], in `env`.
unsafe fn enter(env: napi_env, info: napi_callback_info, which: impl Fn(&Functions) -> napi_callback) -> napi_value {
    let mut data = null_mut();
    // SAFETY: the caller's contract: the data is a block of `leak`, which is never freed.
    unsafe {
        real_get_cb_info(env, info, null_mut(), null_mut(), null_mut(), &mut data);
        let function = data.cast::<Functions>().as_ref().and_then(which);
        within(Call { env, caller: None }, || function.map_or(null_mut(), |function| function(env, info)))
    }
}
