//! A way for the harness to have the gauges brought up to date between two native calls.
//!
//! V8 closes the scope of a native call after the add-on's last Node-API call, so nothing of the
//! add-on runs at the moment at which "how many handles are left?" becomes interesting. The first
//! observed call therefore leaves a function on `globalThis`; the harness takes it away before
//! anything else runs. The add-on's exports are not touched.

use std::ffi::CStr;
use std::ptr::null_mut;

use napi::sys::{Status, napi_callback_info, napi_env, napi_value};

use crate::handles;
use crate::node_api::{real_create_function, real_get_global, real_set_named_property};

/// The name that the harness knows.
const NAME: &CStr = c"__afterGcLook";

/// # Safety
/// `env` is the environment of this thread, inside a native call or a module's registration.
pub(crate) unsafe fn install(env: napi_env) {
    let (mut global, mut look) = (null_mut(), null_mut());
    // SAFETY: the caller's contract; results go to locals.
    unsafe {
        if real_get_global(env, &mut global) == Status::napi_ok
            && real_create_function(env, NAME.as_ptr(), -1, Some(look_at_gauges), null_mut(), &mut look) == Status::napi_ok
        {
            real_set_named_property(env, global, NAME.as_ptr(), look);
        }
    }
}

unsafe extern "C" fn look_at_gauges(_: napi_env, _: napi_callback_info) -> napi_value {
    handles::note();
    null_mut()
}
