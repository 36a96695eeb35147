//! Node's own functions, past the probe: where calls of the add-on go in the end, and those that the probe
//! makes for itself.
//!
//! They are looked up in the process.

use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use napi_sys::*;

/// Finds a function that Node exports, once.
///
/// # Panics
/// When this Node has no such function. An add-on is given the function that calls this one only where it has.
pub(crate) fn look_up(cache: &AtomicPtr<c_void>, name: &CStr) -> *mut c_void {
    let known = cache.load(Relaxed);
    if !known.is_null() {
        return known;
    }
    // SAFETY: a lookup by a static name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    assert!(!found.is_null(), "this Node exports no {}", name.to_string_lossy());
    cache.store(found, Relaxed);
    found
}

macro_rules! find {
    ($name:expr, $type:ty) => {{
        static CACHE: std::sync::atomic::AtomicPtr<std::ffi::c_void> = std::sync::atomic::AtomicPtr::new(std::ptr::null_mut());
        // SAFETY: Node exports this name with this signature; it is that of its public header.
        unsafe { std::mem::transmute::<*mut std::ffi::c_void, $type>($crate::node::look_up(&CACHE, $name)) }
    }};
}

macro_rules! cstr {
    ($name:ident) => {
        const {
            match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            }
        }
    };
}

pub(crate) use {cstr, find};

macro_rules! unobserved {
    ($($real:ident = $name:literal($($arg:ident: $type:ty),*);)*) => {
        $(
            /// The function of Node-API, unobserved: for the probe's own use.
            pub(crate) unsafe fn $real($($arg: $type),*) -> napi_status {
                let real = find!($name, unsafe extern "C" fn($($type),*) -> napi_status);
                // SAFETY: the caller's contract is Node-API's.
                unsafe { real($($arg),*) }
            }
        )*
    };
}

unobserved! {
    real_get_cb_info = c"napi_get_cb_info"(env: napi_env, info: napi_callback_info, argc: *mut usize, argv: *mut napi_value, this: *mut napi_value, data: *mut *mut c_void);
    real_get_last_error_info = c"napi_get_last_error_info"(env: napi_env, result: *mut *const napi_extended_error_info);
    real_open_handle_scope = c"napi_open_handle_scope"(env: napi_env, result: *mut napi_handle_scope);
    real_close_handle_scope = c"napi_close_handle_scope"(env: napi_env, scope: napi_handle_scope);
    real_get_value_string_utf8 = c"napi_get_value_string_utf8"(env: napi_env, value: napi_value, text: *mut c_char, size: usize, length: *mut usize);
    real_get_undefined = c"napi_get_undefined"(env: napi_env, result: *mut napi_value);
    real_create_function = c"napi_create_function"(env: napi_env, name: *const c_char, length: isize, cb: napi_callback, data: *mut c_void, result: *mut napi_value);
    real_create_array = c"napi_create_array"(env: napi_env, result: *mut napi_value);
    real_set_element = c"napi_set_element"(env: napi_env, object: napi_value, index: u32, value: napi_value);
    real_create_double = c"napi_create_double"(env: napi_env, value: f64, result: *mut napi_value);
    real_create_string_utf8 = c"napi_create_string_utf8"(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    real_get_typedarray_info = c"napi_get_typedarray_info"(env: napi_env, array: napi_value, kind: *mut napi_typedarray_type, length: *mut usize, data: *mut *mut c_void, buffer: *mut napi_value, offset: *mut usize);
    real_create_uint32 = c"napi_create_uint32"(env: napi_env, value: u32, result: *mut napi_value);
    real_get_reference_value = c"napi_get_reference_value"(env: napi_env, reference: napi_ref, result: *mut napi_value);
    real_set_named_property = c"napi_set_named_property"(env: napi_env, object: napi_value, name: *const c_char, value: napi_value);
    real_get_threadsafe_function_context = c"napi_get_threadsafe_function_context"(function: napi_threadsafe_function, result: *mut *mut c_void);
    real_call_function = c"napi_call_function"(env: napi_env, this: napi_value, function: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
}
