//! The functions that give out values, and others that may leave handles behind.

use std::ffi::{c_char, c_int, c_void};

use napi_sys::*;

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
    fn napi_create_type_error(env: napi_env, code: napi_value, message: napi_value, result: *mut napi_value);
    fn napi_create_range_error(env: napi_env, code: napi_value, message: napi_value, result: *mut napi_value);
    fn node_api_create_syntax_error(env: napi_env, code: napi_value, message: napi_value, result: *mut napi_value);
    fn node_api_symbol_for(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    fn node_api_create_property_key_utf16(env: napi_env, text: *const u16, length: isize, result: *mut napi_value);
    fn node_api_create_property_key_utf8(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    fn node_api_create_property_key_latin1(env: napi_env, text: *const c_char, length: isize, result: *mut napi_value);
    fn node_api_create_buffer_from_arraybuffer(env: napi_env, buffer: napi_value, offset: usize, length: usize, result: *mut napi_value);
    fn napi_get_all_property_names(env: napi_env, object: napi_value, mode: napi_key_collection_mode, filter: napi_key_filter, conversion: napi_key_conversion, result: *mut napi_value);
    fn napi_get_typedarray_info(env: napi_env, array: napi_value, kind: *mut napi_typedarray_type, length: *mut usize, data: *mut *mut c_void, buffer: *mut napi_value, offset: *mut usize);
    fn napi_get_dataview_info(env: napi_env, view: napi_value, length: *mut usize, data: *mut *mut c_void, buffer: *mut napi_value, offset: *mut usize);
    fn napi_set_property(env: napi_env, object: napi_value, key: napi_value, value: napi_value);
    fn napi_set_element(env: napi_env, object: napi_value, index: u32, value: napi_value);
    fn napi_throw(env: napi_env, error: napi_value);
    fn napi_throw_error(env: napi_env, code: *const c_char, message: *const c_char);
    fn napi_throw_type_error(env: napi_env, code: *const c_char, message: *const c_char);
    fn napi_throw_range_error(env: napi_env, code: *const c_char, message: *const c_char);
}
