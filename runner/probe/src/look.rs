//! What the harness asks the probe for between two native calls: to bring the gauges up to date, and
//! which objects the add-on's strong references hold.
//!
//! V8 closes the scope of a native call after the add-on's last Node-API call, so nothing of the
//! add-on runs at the moment at which "how many handles are left?" becomes interesting. The first
//! observed call therefore leaves two functions on `globalThis`; the harness takes them away before
//! anything else runs. The add-on's exports are not touched.

use std::ffi::CStr;
use std::ptr::null_mut;

use napi::sys::{Status, napi_callback, napi_callback_info, napi_env, napi_value};

use crate::node::{
    real_create_array, real_create_function, real_create_uint32, real_get_global, real_get_reference_value, real_set_element,
    real_set_named_property,
};
use crate::{handles, ledger};

/// The functions by the names that the harness knows.
const FUNCTIONS: [(&CStr, napi_callback); 2] =
    [(c"__afterGcLook", Some(look_at_gauges)), (c"__afterGcReferences", Some(list_references))];

/// # Safety
/// `env` is the environment of this thread, inside a native call or a module's registration.
pub(crate) unsafe fn install(env: napi_env) {
    for (name, function) in FUNCTIONS {
        let (mut global, mut value) = (null_mut(), null_mut());
        // SAFETY: the caller's contract; results go to locals.
        unsafe {
            if real_get_global(env, &mut global) == Status::napi_ok
                && real_create_function(env, name.as_ptr(), -1, function, null_mut(), &mut value) == Status::napi_ok
            {
                real_set_named_property(env, global, name.as_ptr(), value);
            }
        }
    }
}

unsafe extern "C" fn look_at_gauges(_: napi_env, _: napi_callback_info) -> napi_value {
    handles::note();
    null_mut()
}

/// An array of a site and an object, in turn, for each strong reference of this environment.
unsafe extern "C" fn list_references(env: napi_env, _: napi_callback_info) -> napi_value {
    let mut list = null_mut();
    // SAFETY: Node calls this with its environment; results go to locals.
    if unsafe { real_create_array(env, &mut list) } != Status::napi_ok {
        return null_mut();
    }
    let mut length = 0;
    ledger::each_strong(env, |reference, at| {
        let (mut site, mut object) = (null_mut(), null_mut());
        // SAFETY: as above, and the reference is open and this environment's.
        unsafe {
            if real_get_reference_value(env, reference, &mut object) == Status::napi_ok
                && !object.is_null()
                && real_create_uint32(env, at, &mut site) == Status::napi_ok
            {
                real_set_element(env, list, length, site);
                real_set_element(env, list, length + 1, object);
                length += 2;
            }
        }
    });
    list
}
