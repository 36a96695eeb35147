use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// Who waits for which key of a database. A watch holds its function until it ends.
#[napi]
#[derive(Default)]
pub struct Watches {
    waiting: RefCell<HashMap<String, Vec<sys::napi_ref>>>,
}

#[napi]
impl Watches {
    #[napi(constructor)]
    pub fn new() -> Watches {
        Watches::default()
    }

    /// Calls `changed` when `key` changes the next time, once.
    #[napi]
    pub fn watch(&self, env: &Env, key: String, changed: Function<u32, ()>) -> Result<()> {
        let mut watch = null_mut();
        // SAFETY: `changed` is a value of this call.
        check_status!(unsafe {
            sys::napi_create_reference(env.raw(), changed.raw(), 1, &mut watch)
        })?;
        let mut waiting = self.waiting.borrow_mut();
        waiting.entry(key).or_default().push(watch);
        Ok(())
    }

    /// Ends the watches of `key` and calls nobody.
    #[napi]
    pub fn cancel(&self, env: &Env, key: String) -> Result<()> {
        for watch in self.end(&key) {
            // SAFETY: `watch` was created above, and is in no list any more.
            check_status!(unsafe { sys::napi_reference_unref(env.raw(), watch, null_mut()) })?;
        }
        Ok(())
    }

    /// Ends the watches of `key` and tells them its new value. Returns how many there were.
    #[napi]
    pub fn change(&self, env: &Env, key: String, to: u32) -> Result<u32> {
        let mut told: Vec<Function<u32, ()>> = Vec::new();
        for watch in self.end(&key) {
            let mut value = null_mut();
            // SAFETY: `watch` was created above for a function, and is in no list any more.
            unsafe {
                check_status!(sys::napi_get_reference_value(env.raw(), watch, &mut value))?;
                check_status!(sys::napi_reference_unref(env.raw(), watch, null_mut()))?;
                told.push(Function::from_napi_value(env.raw(), value)?);
            }
        }
        for changed in &told {
            changed.call(to)?;
        }
        Ok(told.len() as u32)
    }

    fn end(&self, key: &str) -> Vec<sys::napi_ref> {
        self.waiting.borrow_mut().remove(key).unwrap_or_default()
    }
}
