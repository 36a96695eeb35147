use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// A frame of a film: its number, and its pixels.
struct Frame(u32, Vec<u8>);

/// Frames on their way to the screen.
type Queue = ThreadsafeFunction<Frame, (), FnArgs<(u32, u8)>, Status, false>;

/// Shows a film from some frame on, until it is stopped.
#[napi]
pub struct Player {
    /// None when the player has been stopped.
    queue: Option<Queue>,
}

#[napi]
impl Player {
    /// Shows each frame by a call of `screen`, with its number and a pixel of it.
    #[napi(constructor)]
    pub fn new(screen: Function<FnArgs<(u32, u8)>, ()>) -> Result<Self> {
        let queue = screen
            .build_threadsafe_function::<Frame>()
            .build_callback(|context| {
                let Frame(number, pixels) = context.value;
                Ok(FnArgs::from((number, pixels[pixels.len() / 2])))
            })?;
        Ok(Player { queue: Some(queue) })
    }

    /// Decodes `count` frames from number `first` on. They are shown in the turns that follow.
    #[napi]
    pub fn decode(&self, first: u32, count: u32) {
        let Some(queue) = &self.queue else { return };
        for number in first..first + count {
            let frame = Frame(number, vec![gray(number); 4096]);
            queue.call(frame, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Shows no frame any more, also none of those that have been decoded.
    #[napi]
    pub fn stop(&mut self) -> Result<()> {
        let Some(queue) = self.queue.take() else {
            return Ok(());
        };
        // Nothing else of napi-rs closes a queue at once.
        #[allow(deprecated)]
        queue.abort()
    }
}

/// What all pixels of a frame are. Films are simple here.
fn gray(number: u32) -> u8 {
    1 + (number % 255) as u8
}
