use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

/// The native half of a document: how often each word occurs in it.
struct Index {
    words: HashMap<String, u32>,
}

/// Makes a document of `text`. Its words are counted here, once.
#[napi]
pub fn open(env: &Env, text: String) -> Result<Object<'_>> {
    let mut words = HashMap::new();
    for word in text.split_whitespace() {
        *words.entry(word.to_owned()).or_insert(0) += 1;
    }
    let document = Object::new(env)?;
    let native = Box::into_raw(Box::new(Index { words }));
    // SAFETY: `document` is new, so nothing is wrapped in it yet.
    check_status!(unsafe {
        sys::napi_wrap(
            env.raw(),
            document.raw(),
            native.cast(),
            Some(close),
            null_mut(),
            null_mut(),
        )
    })?;
    Ok(document)
}

/// Ends the native half of a document that JavaScript no longer has.
unsafe extern "C" fn close(_: sys::napi_env, native: *mut c_void, _: *mut c_void) {
    // SAFETY: `open` wrapped this index, and Node-API runs a finalizer once.
    unsafe { std::ptr::drop_in_place(native.cast::<Index>()) };
}

/// How often `word` occurs in `document`.
#[napi]
pub fn occurrences(env: &Env, document: Object, word: String) -> Result<u32> {
    let mut native = null_mut();
    // SAFETY: a wrapped object is one that `open` made, and its `Index` lives as long as it does.
    let index = unsafe {
        check_status!(sys::napi_unwrap(env.raw(), document.raw(), &mut native))?;
        &*native.cast::<Index>()
    };
    Ok(index.words.get(&word).copied().unwrap_or(0))
}
