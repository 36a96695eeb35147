//! The functions that give functions of the add-on to JavaScript, and what those ask of their call.

use std::ffi::{c_char, c_void};

use napi_sys::*;

use super::OK;
use crate::{call, handles};

observe! {
    fn napi_create_function(env: napi_env, name: *const c_char, length: isize, cb: napi_callback, data: *mut c_void, result: *mut napi_value) |real| {
        let (cb, data) = call::enter_by(call::name(name, length), cb, data);
        handles::around(|| real(env, name, length, cb, data, result))
    }
    fn napi_define_class(
        env: napi_env,
        name: *const c_char,
        length: isize,
        constructor: napi_callback,
        data: *mut c_void,
        count: usize,
        properties: *const napi_property_descriptor,
        result: *mut napi_value,
    ) |real| {
        let class = call::name(name, length);
        let entered = call::enter_each(env, &class, count, properties);
        let (constructor, data) = call::enter_by(class, constructor, data);
        let properties = entered.as_ref().map_or(properties, |entered| entered.as_ptr());
        handles::around(|| real(env, name, length, constructor, data, count, properties, result))
    }
    fn napi_define_properties(env: napi_env, object: napi_value, count: usize, properties: *const napi_property_descriptor) |real| {
        let entered = call::enter_each(env, &[], count, properties);
        let properties = entered.as_ref().map_or(properties, |entered| entered.as_ptr());
        handles::around(|| real(env, object, count, properties))
    }
    fn napi_get_cb_info(
        env: napi_env,
        info: napi_callback_info,
        argc: *mut usize,
        argv: *mut napi_value,
        this: *mut napi_value,
        data: *mut *mut c_void,
    ) |real| {
        let status = handles::around(|| real(env, info, argc, argv, this, data));
        if status == OK && !data.is_null() {
            *data = call::data_of(*data);
        }
        status
    }
}
