//! Cleanup hooks of environments: those that are done when they return, and those that say when they are done.

use std::ffi::c_void;
use std::ptr::null_mut;

use evidence::Resource;
use napi_sys::*;

use super::OK;
use crate::{call, ledger};

observe! {
    fn napi_add_env_cleanup_hook(env: napi_env, hook: Hook, argument: *mut c_void) |real| {
        // One that is there already goes to Node as it did before: what Node makes of that is its own affair.
        let name = name_of(env, hook, argument);
        let known = ledger::find(Resource::Hook, name).map(|opened| opened.data as *mut Registered);
        let ours = known.unwrap_or_else(|| Registered::leak(env, hook, argument));
        let status = real(env, Some(run_hook), ours.cast());
        if status == OK && known.is_none() {
            ledger::open(Resource::Hook, name, env, 1, ours.cast());
        }
        status
    }
    fn napi_remove_env_cleanup_hook(env: napi_env, hook: Hook, argument: *mut c_void) |real| {
        let name = name_of(env, hook, argument);
        match ledger::find(Resource::Hook, name) {
            Some(opened) => ledger::close_by(Resource::Hook, name, || real(env, Some(run_hook), opened.data as *mut c_void)),
            // It has run, or was never added: what Node makes of that is its own affair.
            None => real(env, hook, argument),
        }
    }
    fn napi_add_async_cleanup_hook(
        env: napi_env,
        hook: napi_async_cleanup_hook,
        argument: *mut c_void,
        result: *mut napi_async_cleanup_hook_handle,
    ) |real| {
        let ours = Box::into_raw(Box::new(Asynchronous { hook, argument }));
        let mut handle = null_mut();
        let status = real(env, hook.and(Some(run_asynchronous)), ours.cast(), &mut handle);
        if status == OK {
            ledger::open(Resource::Hook, handle, env, 1, null_mut());
            if !result.is_null() {
                *result = handle;
            }
        }
        status
    }
    fn napi_remove_async_cleanup_hook(handle: napi_async_cleanup_hook_handle) |real| {
        match ledger::find(Resource::Hook, handle) {
            Some(_) => ledger::close_by(Resource::Hook, handle, || real(handle)),
            // It has run, and is done now.
            None => real(handle),
        }
    }
}

/// A cleanup hook, as the add-on gives it.
type Hook = Option<unsafe extern "C" fn(*mut c_void)>;

/// What Node gives to [`run_hook`]. It stays allocated: a hook that has run may still be asked for.
struct Registered {
    env: napi_env,
    hook: Hook,
    argument: *mut c_void,
}

impl Registered {
    fn leak(env: napi_env, hook: Hook, argument: *mut c_void) -> *mut Registered {
        Box::into_raw(Box::new(Registered { env, hook, argument }))
    }
}

/// Node-API knows a hook by its environment, its function and its argument together.
fn name_of(env: napi_env, hook: Hook, argument: *mut c_void) -> *mut c_void {
    let function = hook.map_or(0, |hook| hook as usize);
    argument.wrapping_byte_add(function.rotate_left(32)).wrapping_byte_add(env.addr().rotate_left(16))
}

unsafe extern "C" fn run_hook(registered: *mut c_void) {
    // SAFETY: Node gives back what `napi_add_env_cleanup_hook` was given, which is never freed.
    let Registered { env, hook, argument } = unsafe { registered.cast::<Registered>().read() };
    ledger::close(Resource::Hook, name_of(env, hook, argument));
    if let Some(hook) = hook {
        // SAFETY: the add-on's own function, with its own argument.
        call::from_nobody(|| unsafe { hook(argument) });
    }
}

/// What Node gives to [`run_asynchronous`]. It stays allocated.
struct Asynchronous {
    hook: napi_async_cleanup_hook,
    argument: *mut c_void,
}

unsafe extern "C" fn run_asynchronous(handle: napi_async_cleanup_hook_handle, ours: *mut c_void) {
    ledger::close(Resource::Hook, handle);
    // SAFETY: Node gives back what `napi_add_async_cleanup_hook` was given, which is never freed.
    unsafe {
        let Asynchronous { hook, argument } = *ours.cast::<Asynchronous>();
        if let Some(hook) = hook {
            call::from_nobody(|| hook(handle, argument));
        }
    }
}
