//! What is asked of V8 itself: how many handles are alive, and which JavaScript function is running.
//!
//! Node exports V8's functions under their C++ names. They are looked up when the add-on runs, so that a
//! Node without them loses one thing that is known, and says so.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute_copy;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use evidence::Counter;
use napi_sys::{Status, napi_env, napi_value};

use crate::node::{real_close_handle_scope, real_get_last_error_info, real_get_value_string_utf8, real_open_handle_scope};
use crate::table::{self, Place, set};

/// `v8::Isolate::GetCurrent`.
type Current = unsafe extern "C" fn() -> *mut c_void;
/// `v8::HandleScope::NumberOfHandles`.
type Count = unsafe extern "C" fn(*mut c_void) -> c_int;
/// `v8::StackTrace::CurrentStackTrace`: isolate, most frames, options. A `v8::Local` is one pointer.
type StackTrace = unsafe extern "C" fn(*mut c_void, c_int, c_int) -> *mut c_void;
/// `v8::StackTrace::GetFrameCount`.
type FrameCount = unsafe extern "C" fn(*mut c_void) -> c_int;
/// `v8::StackTrace::GetFrame`: trace, isolate, index.
type Frame = unsafe extern "C" fn(*mut c_void, *mut c_void, u32) -> *mut c_void;
/// `v8::StackFrame::GetLocation`: a line and a column, both from 0 and of 32 bits.
type Location = unsafe extern "C" fn(*mut c_void) -> u64;
/// `v8::StackFrame::GetFunctionName` and `GetScriptName`.
type Name = unsafe extern "C" fn(*mut c_void) -> napi_value;

struct Handles {
    current: Current,
    count: Count,
}

struct Stack {
    current: Current,
    trace: StackTrace,
    frame_count: FrameCount,
    frame: Frame,
    location: Location,
    function: Name,
    script: Name,
}

/// Frames that are asked for: those of built-in functions, such as `Array.prototype.map`, have no script.
const MOST_FRAMES: c_int = 4;
/// `v8::StackTrace::kOverview`.
const OVERVIEW: c_int = 15;

/// A piece of text that has a bound.
pub(crate) struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The text in words of 64 bits, zeroes behind it.
    fn words(&self) -> impl Iterator<Item = u64> {
        let (words, _) = self.bytes.as_chunks::<8>();
        words.iter().take(self.length.div_ceil(8)).map(|word| u64::from_ne_bytes(*word))
    }
}

/// The local handles that are alive in this thread's isolate. None in a thread without one, and where Node
/// does not say.
pub(crate) fn handles() -> Option<i64> {
    static FOUND: OnceLock<Option<Handles>> = OnceLock::new();
    let v8 = FOUND.get_or_init(find_handles).as_ref()?;
    // SAFETY: both functions have these signatures in every V8 that exports the names; `count` only
    // reads the handle scope's data of the isolate that this thread has entered.
    unsafe {
        let isolate = (v8.current)();
        (!isolate.is_null()).then(|| i64::from((v8.count)(isolate)))
    }
}

/// The number of the JavaScript function on top of the stack, which calls the add-on's function of this name; 0 when it
/// is not known.
///
/// # Safety
/// `env` is the environment of this thread, inside a native call.
pub(crate) unsafe fn caller(env: napi_env, callee: &[u8]) -> u32 {
    static FOUND: OnceLock<Option<Stack>> = OnceLock::new();
    let Some(v8) = FOUND.get_or_init(find_stack) else { return 0 };
    let (mut scope, mut error) = (null_mut(), null());
    // SAFETY: the caller's contract. The handles that are made here end with this scope. The add-on may still
    // ask what its last error was: Node-API answers with a pointer to where it keeps that, for the next call
    // to change, so this puts it back.
    unsafe {
        real_get_last_error_info(env, &mut error);
        let last = error.read();
        if real_open_handle_scope(env, &mut scope) != Status::napi_ok {
            return 0;
        }
        let caller = v8.top(env, callee);
        real_close_handle_scope(env, scope);
        error.cast_mut().write(last);
        caller
    }
}

impl Stack {
    /// # Safety
    /// A handle scope is open in this thread.
    unsafe fn top(&self, env: napi_env, callee: &[u8]) -> u32 {
        // SAFETY: these functions have these signatures in every V8 that exports the names. They take a
        // handle of a stack trace or of one of its frames, and each frame has an index below the count.
        unsafe {
            let isolate = (self.current)();
            if isolate.is_null() {
                return 0;
            }
            let trace = (self.trace)(isolate, MOST_FRAMES, OVERVIEW);
            if trace.is_null() {
                return 0;
            }
            for index in 0..(self.frame_count)(trace) {
                let frame = (self.frame)(trace, isolate, index as u32);
                let script = (self.script)(frame);
                if let Some(script) = text(env, script) {
                    let location = (self.location)(frame);
                    // The script's number and its isolate's address would do for one environment. But each worker
                    // has others: a line that all of them call would be many places, and one that a later isolate
                    // has at the address of an earlier one could be taken for that one's.
                    let key = table::hash(script.words().chain([location]).chain(callee.iter().map(|byte| u64::from(*byte))));
                    let line = (location & 0xffff_ffff) + 1;
                    return table::caller(key, |write| {
                        let function = text(env, (self.function)(frame)).unwrap_or(Text { bytes: [0; 512], length: 0 });
                        write(Place { function: function.as_bytes(), script: script.as_bytes(), callee, line });
                    });
                }
            }
            0
        }
    }
}

/// The text of a string; none for no handle and for what is no string, as the script of a built-in function.
///
/// # Safety
/// `value` is a handle of this environment, or null.
pub(crate) unsafe fn text(env: napi_env, value: napi_value) -> Option<Text> {
    let mut text = Text { bytes: [0; 512], length: 0 };
    // SAFETY: the caller's contract, and a buffer of this length.
    let status = unsafe {
        if value.is_null() {
            return None;
        }
        real_get_value_string_utf8(env, value, text.bytes.as_mut_ptr().cast(), text.bytes.len(), &mut text.length)
    };
    (status == Status::napi_ok).then_some(text)
}

/// # Safety
/// `T` is a pointer to a function of the type that V8 has under this name.
unsafe fn find<T>(name: &CStr) -> Option<T> {
    // SAFETY: a lookup by a static name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    // SAFETY: the caller's contract; a pointer to a function is as large as a pointer.
    (!found.is_null()).then(|| unsafe { transmute_copy::<*mut c_void, T>(&found) })
}

const GET_CURRENT: &CStr = c"_ZN2v87Isolate10GetCurrentEv";

fn find_handles() -> Option<Handles> {
    // SAFETY: the signatures are those of V8's public headers.
    let handles =
        unsafe { Handles { current: find(GET_CURRENT)?, count: find(c"_ZN2v811HandleScope15NumberOfHandlesEPNS_7IsolateE")? } };
    set(Counter::HandlesKnown, 1);
    Some(handles)
}

fn find_stack() -> Option<Stack> {
    // SAFETY: as above.
    let stack = unsafe {
        Stack {
            current: find(GET_CURRENT)?,
            trace: find(c"_ZN2v810StackTrace17CurrentStackTraceEPNS_7IsolateEiNS0_17StackTraceOptionsE")?,
            frame_count: find(c"_ZNK2v810StackTrace13GetFrameCountEv")?,
            frame: find(c"_ZNK2v810StackTrace8GetFrameEPNS_7IsolateEj")?,
            location: find(c"_ZNK2v810StackFrame11GetLocationEv")?,
            function: find(c"_ZNK2v810StackFrame15GetFunctionNameEv")?,
            script: find(c"_ZNK2v810StackFrame13GetScriptNameEv")?,
        }
    };
    set(Counter::CallersKnown, 1);
    Some(stack)
}
