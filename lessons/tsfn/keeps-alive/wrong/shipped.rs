use std::sync::Arc;
use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// Tells JavaScript what a printer does. Any thread may use it.
type Listener = ThreadsafeFunction<String, (), String, Status, false>;

/// A printer of parcel labels.
#[napi]
pub struct Printer {
    listener: Option<Arc<Listener>>,
}

#[napi]
impl Printer {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Printer { listener: None }
    }

    /// From now on `listener` is told what the printer does, and nobody else.
    #[napi]
    pub fn on_status(&mut self, listener: Function<String, ()>) -> Result<()> {
        let listener = listener.build_threadsafe_function().build()?;
        self.listener = Some(Arc::new(listener));
        Ok(())
    }

    /// Prints the label of `parcel`. Returns at once: the listener hears when it begins and ends.
    #[napi]
    pub fn print(&self, parcel: u32) {
        let listener = self.listener.clone();
        // A printer is slow, so each label has a thread that waits for it.
        thread::spawn(move || {
            for status in ["heating", "printing", "done"] {
                if let Some(listener) = &listener {
                    let mode = ThreadsafeFunctionCallMode::NonBlocking;
                    listener.call(format!("{parcel}: {status}"), mode);
                }
            }
        });
    }
}
