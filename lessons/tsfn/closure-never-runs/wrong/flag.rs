use std::ffi::c_void;
use std::ptr::{null, null_mut};

use napi::bindgen_prelude::*;
use napi::check_status;
use napi::sys::{self, napi_callback_info, napi_env, napi_value};
use napi_derive::napi;

/// Sells what was reserved, and returns the ticket.
type Confirm = Box<dyn FnOnce() -> String>;

/// What a function has: the closure, and where it says that it has run.
type Reserved = (Confirm, *mut bool);

/// Reserves `seats` of a show. Returns the function that buys them.
#[napi]
pub fn reserve(env: &Env, show: String, seats: Vec<u32>) -> Result<Function<'_, (), String>> {
    let confirm: Confirm = Box::new(move || format!("{show}: {seats:?}"));
    let has_run = Box::into_raw(Box::new(false));
    let confirm = Box::into_raw(Box::new((confirm, has_run)));
    let mut function = null_mut();
    // SAFETY: `buy` takes such a box.
    unsafe {
        check_status!(sys::napi_create_function(
            env.raw(),
            null(),
            0,
            Some(buy),
            confirm.cast(),
            &mut function,
        ))?;
        check_status!(sys::napi_add_finalizer(
            env.raw(),
            function,
            confirm.cast(),
            Some(forget),
            has_run.cast(),
            null_mut(),
        ))?;
        Function::from_napi_value(env.raw(), function)
    }
}

/// Frees what was reserved, if it has not been bought.
unsafe extern "C" fn forget(_: napi_env, confirm: *mut c_void, has_run: *mut c_void) {
    // SAFETY: `reserve` has made both boxes, and a finalizer runs once.
    unsafe {
        if !*Box::from_raw(has_run.cast::<bool>()) {
            drop(Box::from_raw(confirm.cast::<Reserved>()));
        }
    }
}

/// Is called when JavaScript calls the function of a reservation.
unsafe extern "C" fn buy(env: napi_env, info: napi_callback_info) -> napi_value {
    let mut data: *mut c_void = null_mut();
    // SAFETY: `reserve` has given the box to this function, and `forget` leaves it alone from here on.
    let (confirm, has_run) = unsafe {
        sys::napi_get_cb_info(env, info, null_mut(), null_mut(), null_mut(), &mut data);
        *Box::from_raw(data.cast::<Reserved>())
    };
    // SAFETY: `forget` frees it, after the last call.
    unsafe { *has_run = true };
    ticket(env, confirm())
}

/// The ticket as a value, or an exception.
fn ticket(env: napi_env, ticket: String) -> napi_value {
    // SAFETY: `env` is that of a call which goes on.
    match unsafe { String::to_napi_value(env, ticket) } {
        Ok(value) => value,
        Err(error) => refuse(env, error.reason.to_string()),
    }
}

/// Throws an error with this message.
fn refuse(env: napi_env, message: String) -> napi_value {
    // SAFETY: `env` is that of a call which goes on.
    unsafe { JsError::from(Error::from_reason(message)).throw_into(env) };
    null_mut()
}
