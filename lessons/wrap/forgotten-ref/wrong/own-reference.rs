use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// The sessions that JavaScript has at the moment, by id. It keeps none of them alive.
type Register = Rc<RefCell<HashMap<u32, sys::napi_ref>>>;

/// The native half of a session: its id, and the register that it is in.
struct Entry(u32, Register);

/// Makes an empty register.
#[napi]
pub fn register() -> External<Register> {
    External::new(Register::default())
}

/// Makes a session and enters it in `register`. No two sessions have the same id.
#[napi]
pub fn enter<'a>(env: &'a Env, register: &External<Register>, id: u32) -> Result<Object<'a>> {
    let session = Object::new(env)?;
    let native = Box::into_raw(Box::new(Entry(id, Rc::clone(register))));
    let mut reference = null_mut();
    // SAFETY: `session` is new, and `leave` takes such a box.
    check_status!(unsafe {
        sys::napi_wrap(
            env.raw(),
            session.raw(),
            native.cast(),
            Some(leave),
            null_mut(),
            &mut reference,
        )
    })?;
    // SAFETY: the reference is the add-on's to delete, and `session` is still here.
    unsafe {
        check_status!(sys::napi_delete_reference(env.raw(), reference))?;
        check_status!(sys::napi_create_reference(
            env.raw(),
            session.raw(),
            0,
            &mut reference
        ))?;
    }
    register.borrow_mut().insert(id, reference);
    Ok(session)
}

/// The session `id`, the very object, for as long as JavaScript has it.
#[napi]
pub fn find<'a>(
    env: &'a Env,
    register: &External<Register>,
    id: u32,
) -> Result<Option<Object<'a>>> {
    let Some(reference) = register.borrow().get(&id).copied() else {
        return Ok(None);
    };
    let mut session = null_mut();
    // SAFETY: what is in the register are references to sessions.
    check_status!(unsafe { sys::napi_get_reference_value(env.raw(), reference, &mut session) })?;
    // Null, when V8 has collected the session and its finalizer has not run yet.
    Ok((!session.is_null()).then(|| Object::from_raw(env.raw(), session)))
}

/// Takes a session that JavaScript no longer has out of its register.
unsafe extern "C" fn leave(env: sys::napi_env, native: *mut c_void, _: *mut c_void) {
    // SAFETY: `enter` wrapped this box, and Node-API runs a finalizer once.
    let Entry(id, register) = *unsafe { Box::from_raw(native.cast::<Entry>()) };
    if let Some(reference) = register.borrow_mut().remove(&id) {
        // SAFETY: the register had the only copy of it.
        unsafe { sys::napi_delete_reference(env, reference) };
    }
}
