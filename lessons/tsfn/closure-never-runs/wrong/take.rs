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
    let confirm = Box::into_raw(Box::new(Some(confirm)));
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
        Function::from_napi_value(env.raw(), function)
    }
}

/// Is called when JavaScript calls the function of a reservation.
unsafe extern "C" fn buy(env: napi_env, info: napi_callback_info) -> napi_value {
    let mut data: *mut c_void = null_mut();
    // SAFETY: `reserve` has given the box to this function, and it stays where it is.
    let confirm = unsafe {
        sys::napi_get_cb_info(env, info, null_mut(), null_mut(), null_mut(), &mut data);
        (*data.cast::<Option<Confirm>>()).take()
    };
    match confirm {
        Some(confirm) => ticket(env, confirm()),
        None => refuse(env, "sold already".to_owned()),
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
