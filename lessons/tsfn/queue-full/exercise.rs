use std::ffi::c_void;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::sys::{self, napi_env, napi_value};
use napi::{JsValue, check_status};
use napi_derive::napi;

/// Histograms that may wait for JavaScript. A display that is too slow misses some.
const QUEUE: usize = 16;

/// Scans `count` images from number `first` on and shows the histogram of each on `display`.
/// Returns how many of them the display missed.
#[napi]
pub fn scan(env: Env, first: u32, count: u32, display: Function<Vec<u32>, ()>) -> Result<u32> {
    let queue = open(&env, &display)?;
    let mut missed = 0;
    for image in first..first + count {
        let histogram = Box::into_raw(Box::new(vec![image; 256]));
        let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
        // SAFETY: `queue` is open, and `show` takes such a box.
        let status = unsafe { sys::napi_call_threadsafe_function(queue, histogram.cast(), mode) };
        if status != sys::Status::napi_ok {
            missed += 1;
        }
    }
    let mode = sys::ThreadsafeFunctionReleaseMode::release;
    // SAFETY: `queue` is not used after this. What waits in it is still shown.
    check_status!(unsafe { sys::napi_release_threadsafe_function(queue, mode) })?;
    Ok(missed)
}

/// Shows one histogram of the queue, on JavaScript's thread.
unsafe extern "C" fn show(env: napi_env, display: napi_value, _: *mut c_void, data: *mut c_void) {
    // SAFETY: `scan` alone fills the queue, and `display` is the function given to `open`.
    unsafe {
        let histogram = Box::from_raw(data.cast::<Vec<u32>>());
        if !env.is_null() {
            // A display that throws does not stop the others.
            let display = Function::<Vec<u32>, ()>::from_napi_value(env, display);
            let _ = display.and_then(|display| display.call(*histogram));
        }
    }
}

/// A queue to `display` that any thread may fill.
fn open(env: &Env, display: &Function<Vec<u32>, ()>) -> Result<sys::napi_threadsafe_function> {
    let name = env.create_string("scan")?;
    let mut queue = null_mut();
    // SAFETY: the handles are of this call, and `show` takes what `scan` queues.
    check_status!(unsafe {
        sys::napi_create_threadsafe_function(
            env.raw(),
            display.raw(),
            null_mut(),
            name.raw(),
            QUEUE,
            1,
            null_mut(),
            None,
            null_mut(),
            Some(show),
            &mut queue,
        )
    })?;
    Ok(queue)
}
