//! The Node-API functions that the probe observes.
//!
//! For each function declared below, the linker sends the add-on's calls of `napi_x` to
//! `__wrap_napi_x`, which is defined here. `lessons/build.rs` reads the declarations from this file and
//! from those of the folder beside it, and prints the linker's options: a line that begins with `fn napi_`
//! is one function.

use std::ffi::{c_char, c_int, c_void};

use napi::sys::*;

use crate::counters::{Counter, add, watched};
use crate::{handles, look};

const OK: napi_status = Status::napi_ok;

/// Functions of which only the fact of the call and the handles that it leaves matter.
macro_rules! note_handles {
    ($(fn $name:ident($env:ident: napi_env $(, $arg:ident: $type:ty)* $(,)?);)*) => {
        wrap! { $(fn $name($env: napi_env $(, $arg: $type)*) |real| {
            handles::around(|| real($env $(, $arg)*))
        })* }
    };
}

/// Functions with a body, in which the real function has the name between the bars.
macro_rules! wrap {
    ($(fn $name:ident($first:ident: $first_type:ty $(, $arg:ident: $type:ty)* $(,)?) |$real:ident| $body:block)*) => {
        $(
            /// # Safety
            /// That of the function of this name in Node-API.
            #[unsafe(export_name = concat!("__wrap_", stringify!($name)))]
            unsafe extern "C" fn $name($first: $first_type $(, $arg: $type)*) -> napi_status {
                let $real = crate::node::find!(
                    crate::node::cstr!($name),
                    unsafe extern "C" fn($first_type $(, $type)*) -> napi_status
                );
                // SAFETY: the arguments are the caller's own, under the caller's contract.
                unsafe {
                    Observe::observe($first);
                    $body
                }
            }
        )*
    };
}

mod functions;
mod objects;
mod queues;

/// The first argument of a Node-API function.
trait Observe {
    /// Counts the call. The first one of the process also prepares what the harness looks through.
    unsafe fn observe(self);
}

impl Observe for napi_env {
    unsafe fn observe(self) {
        if add(Counter::Calls, 1) == 1 && watched() {
            // SAFETY: the first call of an add-on is made while its module registers.
            unsafe { look::install(self) };
        }
    }
}

impl Observe for napi_threadsafe_function {
    unsafe fn observe(self) {
        add(Counter::Calls, 1);
    }
}

note_handles! {
    fn napi_get_undefined(env: napi_env, result: *mut napi_value);
    fn napi_get_null(env: napi_env, result: *mut napi_value);
    fn napi_get_global(env: napi_env, result: *mut napi_value);
    fn napi_get_boolean(env: napi_env, value: bool, result: *mut napi_value);
    fn napi_create_object(env: napi_env, result: *mut napi_value);
    fn napi_create_array(env: napi_env, result: *mut napi_value);
    fn napi_create_array_with_length(env: napi_env, length: usize, result: *mut napi_value);
    fn napi_create_double(env: napi_env, value: f64, result: *mut napi_value);
    fn napi_create_int32(env: napi_env, value: i32, result: *mut napi_value);
    fn napi_create_uint32(env: napi_env, value: u32, result: *mut napi_value);
    fn napi_create_int64(env: napi_env, value: i64, result: *mut napi_value);
    fn napi_create_string_utf8(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    fn napi_create_string_utf16(env: napi_env, text: *const u16, length: isize, result: *mut napi_value);
    fn napi_create_string_latin1(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    fn napi_create_symbol(env: napi_env, description: napi_value, result: *mut napi_value);
    fn napi_create_error(env: napi_env, code: napi_value, message: napi_value, result: *mut napi_value);
    fn napi_create_bigint_int64(env: napi_env, value: i64, result: *mut napi_value);
    fn napi_create_bigint_uint64(env: napi_env, value: u64, result: *mut napi_value);
    fn napi_create_bigint_words(env: napi_env, sign: c_int, count: usize, words: *const u64, result: *mut napi_value);
    fn napi_create_date(env: napi_env, time: f64, result: *mut napi_value);
    fn napi_create_buffer(env: napi_env, length: usize, data: *mut *mut c_void, result: *mut napi_value);
    fn napi_create_buffer_copy(env: napi_env, length: usize, data: *const c_void, copy: *mut *mut c_void, result: *mut napi_value);
    fn napi_create_arraybuffer(env: napi_env, length: usize, data: *mut *mut c_void, result: *mut napi_value);
    fn napi_create_typedarray(env: napi_env, kind: napi_typedarray_type, length: usize, buffer: napi_value, offset: usize, result: *mut napi_value);
    fn napi_create_dataview(env: napi_env, length: usize, buffer: napi_value, offset: usize, result: *mut napi_value);
    fn napi_coerce_to_bool(env: napi_env, value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_number(env: napi_env, value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_object(env: napi_env, value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_string(env: napi_env, value: napi_value, result: *mut napi_value);
    fn napi_get_prototype(env: napi_env, object: napi_value, result: *mut napi_value);
    fn napi_get_property_names(env: napi_env, object: napi_value, result: *mut napi_value);
    fn napi_get_property(env: napi_env, object: napi_value, key: napi_value, result: *mut napi_value);
    fn napi_get_named_property(env: napi_env, object: napi_value, name: *const c_char, result: *mut napi_value);
    fn napi_get_element(env: napi_env, object: napi_value, index: u32, result: *mut napi_value);
    fn napi_get_new_target(env: napi_env, info: napi_callback_info, result: *mut napi_value);
    fn napi_get_and_clear_last_exception(env: napi_env, result: *mut napi_value);
    fn napi_new_instance(env: napi_env, constructor: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_call_function(env: napi_env, this: napi_value, function: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_make_callback(env: napi_env, context: napi_async_context, this: napi_value, function: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_run_script(env: napi_env, script: napi_value, result: *mut napi_value);
    fn napi_escape_handle(env: napi_env, scope: napi_escapable_handle_scope, escapee: napi_value, result: *mut napi_value);
    fn napi_set_named_property(env: napi_env, object: napi_value, name: *const c_char, value: napi_value);
}

fn count(status: napi_status, counter: Counter) -> napi_status {
    if status == OK {
        add(counter, 1);
    }
    status
}
