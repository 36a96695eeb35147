//! What runs in a thread: code of Node or of an add-on, and which JavaScript function has called the add-on.
//!
//! Each function that Node may call of an add-on is entered through one of this module, and each call of Node-API
//! leaves the add-on. The first thing that is then counted at a site asks V8 who is on top of JavaScript's stack, in
//! runs that want to know. A call that counts nothing costs next to nothing.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;

use evidence::wanted;
use napi_sys::{napi_callback, napi_callback_info, napi_env, napi_property_descriptor, napi_value};

use crate::node::real_get_cb_info;
use crate::{scopes, table, v8};

/// Whose code runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Node,
    AddOn,
}

/// A call of a native function.
#[derive(Clone, Copy)]
struct Call {
    env: napi_env,
    /// The name of the function that was called.
    callee: &'static [u8],
    /// The number of its caller, when it is known.
    caller: Option<u32>,
}

const NONE: Call = Call { env: null_mut(), callee: &[], caller: Some(0) };

thread_local! {
    // Without a destructor they stay usable until a thread's end.
    static SIDE: Cell<Side> = const { Cell::new(Side::Node) };
    static CALL: Cell<Call> = const { Cell::new(NONE) };
}

/// Whose code runs in this thread.
#[inline(always)]
pub(crate) fn side() -> Side {
    SIDE.get()
}

/// Runs code of Node, or of the probe.
#[inline(always)]
pub(crate) fn in_node<T>(run: impl FnOnce() -> T) -> T {
    on_side(Side::Node, run)
}

#[inline(always)]
fn on_side<T>(side: Side, run: impl FnOnce() -> T) -> T {
    let outer = SIDE.replace(side);
    let result = run();
    SIDE.set(outer);
    result
}

/// The number of the function that has called what runs in this thread; 0 when it is not known.
pub(crate) fn caller() -> u32 {
    let call = CALL.get();
    call.caller.unwrap_or_else(|| {
        if !table::wants(wanted::CALLERS) {
            return 0;
        }
        // SAFETY: a native function that was called in this environment, in this thread, has not returned.
        let caller = in_node(|| unsafe { v8::caller(call.env, call.callee) });
        CALL.set(Call { caller: Some(caller), ..call });
        caller
    })
}

/// Runs code of an add-on that the event loop or the collector calls: no JavaScript function has asked for it.
pub(crate) fn from_nobody<T>(run: impl FnOnce() -> T) -> T {
    within(NONE, run)
}

/// Runs code of an add-on in a thread that it has started, or in one of Node's pool, for the caller with this number.
pub(crate) fn for_caller<T>(caller: u32, run: impl FnOnce() -> T) -> T {
    let outer = CALL.replace(Call { caller: Some(caller), ..NONE });
    let result = on_side(Side::AddOn, run);
    CALL.set(outer);
    result
}

/// Runs the code by which an add-on registers itself, or loads.
pub(crate) fn loading<T>(run: impl FnOnce() -> T) -> T {
    on_side(Side::AddOn, run)
}

fn within<T>(call: Call, run: impl FnOnce() -> T) -> T {
    let outer = CALL.replace(call);
    // Node closes its own scope behind each of these calls, and the handles that were made in it are gone.
    scopes::opened();
    let result = on_side(Side::AddOn, run);
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
    name: Vec<u8>,
}

impl Functions {
    fn leak(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }
}

/// A function of this name and its data, as Node is to see them.
pub(crate) fn enter_by(name: Vec<u8>, method: napi_callback, data: *mut c_void) -> (napi_callback, *mut c_void) {
    if method.is_none() {
        return (method, data);
    }
    (Some(enter_method), Functions { method, getter: None, setter: None, data, name }.leak())
}

/// The properties of an object, or of a class of this name, as Node is to see them.
///
/// # Safety
/// `properties` points to `count` of them, or is null. `env` is the environment of this thread.
pub(crate) unsafe fn enter_each(
    env: napi_env,
    class: &[u8],
    count: usize,
    properties: *const napi_property_descriptor,
) -> Option<Vec<napi_property_descriptor>> {
    if properties.is_null() {
        return None;
    }
    let entered = |index| {
        // SAFETY: the caller's contract.
        let mut property = unsafe { properties.add(index).read() };
        let napi_property_descriptor { method, getter, setter, data, .. } = property;
        if method.is_some() || getter.is_some() || setter.is_some() {
            // SAFETY: the caller's contract.
            let own = unsafe { name_of(env, &property) };
            let name = if class.is_empty() { own } else { [class, b".", &own].concat() };
            property.data = Functions { method, getter, setter, data, name }.leak();
            property.method = method.and(Some(enter_method));
            property.getter = getter.and(Some(enter_getter));
            property.setter = setter.and(Some(enter_setter));
        }
        property
    };
    Some((0..count).map(entered).collect())
}

/// The name of a property.
///
/// # Safety
/// The property is one that was given to Node-API in this environment.
unsafe fn name_of(env: napi_env, property: &napi_property_descriptor) -> Vec<u8> {
    // SAFETY: the caller's contract: one of the two is there.
    unsafe {
        if property.utf8name.is_null() {
            return in_node(|| v8::text(env, property.name)).map_or_else(Vec::new, |text| text.as_bytes().to_vec());
        }
        CStr::from_ptr(property.utf8name).to_bytes().to_vec()
    }
}

/// A name that is given to Node-API with its length.
///
/// # Safety
/// `name` is null, or points to `length` bytes, or to a text that ends with zero where the length is negative.
pub(crate) unsafe fn name(name: *const c_char, length: isize) -> Vec<u8> {
    // SAFETY: the caller's contract.
    unsafe {
        match usize::try_from(length) {
            _ if name.is_null() => Vec::new(),
            Ok(length) => std::slice::from_raw_parts(name.cast(), length).to_vec(),
            Err(_) => CStr::from_ptr(name).to_bytes().to_vec(),
        }
    }
}

/// The add-on's own data, for what Node has as the data of one of its functions.
///
/// # Safety
/// `data` came from Node, for a function that was made through the probe.
pub(crate) unsafe fn data_of(data: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's contract; such a block is never freed.
    unsafe { data.cast::<Functions>().as_ref() }.map_or(null_mut(), |functions| functions.data)
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
        let Some(functions) = data.cast::<Functions>().as_ref::<'static>() else { return null_mut() };
        let call = Call { env, callee: &functions.name, caller: None };
        within(call, || which(functions).map_or(null_mut(), |function| function(env, info)))
    }
}
