use std::ffi::c_void;
use std::ptr::null_mut;

use napi::bindgen_prelude::*;
use napi::sys::{self, napi_env, napi_value};
use napi::{JsValue, check_status};
use napi_derive::napi;

/// A frame of a film: its number, and its pixels.
struct Frame(u32, Vec<u8>);

/// Shows a film from some frame on, until it is stopped.
#[napi]
pub struct Player {
    /// Frames on their way to the screen; none when the player has been stopped.
    queue: Option<sys::napi_threadsafe_function>,
}

#[napi]
impl Player {
    /// Shows each frame by a call of `screen`, with its number and a pixel of it.
    #[napi(constructor)]
    pub fn new(env: Env, screen: Function<FnArgs<(u32, u8)>, ()>) -> Result<Self> {
        let name = env.create_string("player")?;
        let mut queue = null_mut();
        // SAFETY: the handles are of this call, and `show` takes what `decode` queues.
        check_status!(unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                screen.raw(),
                null_mut(),
                name.raw(),
                0,
                1,
                null_mut(),
                None,
                null_mut(),
                Some(show),
                &mut queue,
            )
        })?;
        Ok(Player { queue: Some(queue) })
    }

    /// Decodes `count` frames from number `first` on. They are shown in the turns that follow.
    #[napi]
    pub fn decode(&self, first: u32, count: u32) {
        let Some(queue) = self.queue else { return };
        for number in first..first + count {
            let frame = Box::into_raw(Box::new(Frame(number, vec![gray(number); 4096])));
            let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
            // SAFETY: `queue` is open, and `show` takes such a box.
            let status = unsafe { sys::napi_call_threadsafe_function(queue, frame.cast(), mode) };
            if status != sys::Status::napi_ok {
                // SAFETY: the queue did not take the box.
                drop(unsafe { Box::from_raw(frame) });
            }
        }
    }

    /// Shows no frame any more, also none of those that have been decoded.
    #[napi]
    pub fn stop(&mut self) -> Result<()> {
        let Some(queue) = self.queue.take() else {
            return Ok(());
        };
        let mode = sys::ThreadsafeFunctionReleaseMode::abort;
        // SAFETY: nobody uses `queue` after this.
        check_status!(unsafe { sys::napi_release_threadsafe_function(queue, mode) })
    }
}

/// Shows one frame of the queue, on JavaScript's thread.
unsafe extern "C" fn show(env: napi_env, screen: napi_value, _: *mut c_void, data: *mut c_void) {
    // There is no screen any more when the player has been stopped.
    if env.is_null() {
        return;
    }
    // SAFETY: `decode` alone fills the queue, and `screen` is the function given to the constructor.
    unsafe {
        let Frame(number, pixels) = *Box::from_raw(data.cast::<Frame>());
        // A screen that throws does not stop the film.
        let screen = Function::<FnArgs<(u32, u8)>, ()>::from_napi_value(env, screen);
        let _ = screen.and_then(|screen| screen.call((number, pixels[pixels.len() / 2]).into()));
    }
}

/// What all pixels of a frame are. Films are simple here.
fn gray(number: u32) -> u8 {
    1 + (number % 255) as u8
}
