//! The JavaScript function that has called the add-on, in runs that keep sites.
//!
//! When a native function asks for its arguments, as nearly each one does at first, its frame is noted. The
//! first thing that is counted at a site while that frame is there then asks V8 who is on top of
//! JavaScript's stack. A call that counts nothing costs nothing.

use std::cell::Cell;
use std::ptr::null_mut;

use napi::sys::napi_env;

use crate::sites::{self, Stack};
use crate::v8;

/// A place in JavaScript.
pub(crate) struct Place {
    pub(crate) function: v8::Text,
    pub(crate) script: v8::Text,
    /// The line, from 1.
    pub(crate) line: u64,
}

/// A call of a native function.
#[derive(Clone, Copy)]
struct Call {
    /// The frame of the native function.
    frame: usize,
    env: napi_env,
    /// The number of its caller, when it is known.
    caller: Option<u32>,
}

const NONE: Call = Call { frame: 0, env: null_mut(), caller: Some(0) };

thread_local! {
    static CALL: Cell<Call> = const { Cell::new(NONE) };
}

/// A native function asks for its arguments in `env`.
#[inline(always)]
pub(crate) fn enter(env: napi_env) {
    if sites::callers() {
        CALL.set(Call { frame: sites::walk().outermost, env, caller: None });
    }
}

/// The number of the function that has called what this stack belongs to; 0 when it is not known.
pub(crate) fn of(stack: &Stack) -> u32 {
    let call = CALL.get();
    if call.frame != stack.outermost {
        return 0;
    }
    call.caller.unwrap_or_else(|| {
        // SAFETY: the native function that was called in this environment, in this thread, has not returned.
        let caller = unsafe { v8::caller(call.env) };
        CALL.set(Call { caller: Some(caller), ..call });
        caller
    })
}

/// Runs what may call JavaScript, and through it other native functions, and keeps the caller of this one.
pub(crate) fn keep<T>(run: impl FnOnce() -> T) -> T {
    let call = CALL.get();
    let result = run();
    CALL.set(call);
    result
}

/// Runs what the event loop calls: no JavaScript function has asked for it.
pub(crate) fn none<T>(run: impl FnOnce() -> T) -> T {
    keep(|| {
        CALL.set(NONE);
        run()
    })
}
