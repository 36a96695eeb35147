//! The functions of thread-safe functions.

use std::ffi::c_void;
use std::ptr::null_mut;

use evidence::Counter;
use napi_sys::*;

use super::{OK, count};
use crate::threadsafe;

observe! {
    fn napi_create_threadsafe_function(
        env: napi_env,
        function: napi_value,
        resource: napi_value,
        resource_name: napi_value,
        max_queue_size: usize,
        initial_thread_count: usize,
        finalize_data: *mut c_void,
        finalize: napi_finalize,
        context: *mut c_void,
        call_js: napi_threadsafe_function_call_js,
        result: *mut napi_threadsafe_function,
    ) |real| {
        let own = threadsafe::Function::leak(context, call_js, finalize, finalize_data);
        let status = real(
            env,
            function,
            resource,
            resource_name,
            max_queue_size,
            initial_thread_count,
            null_mut(),
            Some(threadsafe::finalize),
            own.cast(),
            // Node asks for a function or a `call_js`, and refuses to go without both.
            if call_js.is_none() && function.is_null() { None } else { Some(threadsafe::deliver) },
            result,
        );
        if status == OK {
            threadsafe::opened(own);
        }
        status
    }
    fn napi_get_threadsafe_function_context(function: napi_threadsafe_function, result: *mut *mut c_void) |real| {
        let status = real(function, result);
        if status == OK {
            *result = threadsafe::context_of(*result);
        }
        status
    }
    fn napi_acquire_threadsafe_function(function: napi_threadsafe_function) |real| {
        count(real(function), Counter::TsfnAcquired)
    }
    fn napi_release_threadsafe_function(function: napi_threadsafe_function, mode: napi_threadsafe_function_release_mode) |real| {
        count(real(function, mode), Counter::TsfnReleased)
    }
    fn napi_call_threadsafe_function(
        function: napi_threadsafe_function,
        data: *mut c_void,
        mode: napi_threadsafe_function_call_mode,
    ) |real| {
        threadsafe::offer(function, || real(function, data, mode))
    }
}
