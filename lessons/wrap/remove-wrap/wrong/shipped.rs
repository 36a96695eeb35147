use std::ffi::c_void;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// The native half of a ticket: the seats that it is for.
struct Ticket {
    seats: Vec<String>,
}

/// Sells a ticket for `seats`.
#[napi]
pub fn sell(env: &Env, seats: Vec<String>) -> Result<Object<'_>> {
    let ticket = Object::new(env)?;
    let native = Box::into_raw(Box::new(Ticket { seats }));
    // SAFETY: `ticket` is new, and `finalize` takes such a box.
    check_status!(unsafe {
        sys::napi_wrap(
            env.raw(),
            ticket.raw(),
            native.cast(),
            Some(finalize),
            null_mut(),
            null_mut(),
        )
    })?;
    Ok(ticket)
}

/// Lets a visitor in and returns the seats. The ticket is used up, and can't be redeemed again.
#[napi]
pub fn redeem(env: &Env, ticket: Object) -> Result<Vec<String>> {
    let mut native = null_mut();
    // SAFETY: what is wrapped in an object is a `Ticket` of `sell`.
    let ticket = unsafe {
        check_status!(
            sys::napi_remove_wrap(env.raw(), ticket.raw(), &mut native),
            "no ticket, or one that is used up"
        )?;
        &*native.cast::<Ticket>()
    };
    Ok(ticket.seats.clone())
}

/// Frees the native half of a ticket that nobody has any more.
unsafe extern "C" fn finalize(_: sys::napi_env, native: *mut c_void, _: *mut c_void) {
    // SAFETY: `sell` wrapped this box, and Node-API runs a finalizer once.
    drop(unsafe { Box::from_raw(native.cast::<Ticket>()) });
}
