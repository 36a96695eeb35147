use std::ffi::c_void;
use std::ptr::{null, null_mut};

use napi::bindgen_prelude::*;
use napi::check_status;
use napi::sys::{self, napi_callback_info, napi_env, napi_value};
use napi_derive::napi;

/// Sells what was reserved, and returns the ticket.
type Confirm = Box<dyn FnOnce() -> String>;

/// Reserves `seats` of a show. Returns the function that buys them.
#[napi]
pub fn reserve(env: &Env, show: String, seats: Vec<u32>) -> Result<Function<'_, (), String>> {
    let confirm: Confirm = Box::new(move || format!("{show}: {seats:?}"));
    let confirm = Box::into_raw(Box::new((Some(confirm), false)));
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
            null_mut(),
            null_mut(),
        ))?;
        Function::from_napi_value(env.raw(), function)
    }
}

/// Frees what was reserved, when nobody can call the function any more.
unsafe extern "C" fn forget(_: napi_env, confirm: *mut c_void, _: *mut c_void) {
    // SAFETY: `reserve` has made this box, and a finalizer runs once.
    drop(unsafe { Box::from_raw(confirm.cast::<Option<Confirm>>()) });
}

/// Is called when JavaScript calls the function of a reservation.
unsafe extern "C" fn buy(env: napi_env, info: napi_callback_info) -> napi_value {
    let mut data: *mut c_void = null_mut();
    // SAFETY: `reserve` has given the box to this function, and `forget` frees it after the last call.
    let (confirm, sold) = unsafe {
        sys::napi_get_cb_info(env, info, null_mut(), null_mut(), null_mut(), &mut data);
        &mut *data.cast::<(Option<Confirm>, bool)>()
    };
    if std::mem::replace(sold, true) {
        return refuse(env, "sold already".to_owned());
    }
    match confirm.take() {
        Some(confirm) => ticket(env, confirm()),
        None => null_mut(),
    }
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
