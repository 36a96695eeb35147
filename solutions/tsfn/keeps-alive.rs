use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;

/// A printer of parcel labels.
#[napi]
pub struct Printer {
    listener: Option<FunctionRef<String, ()>>,
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
        self.listener = Some(listener.create_ref()?);
        Ok(())
    }

    /// Prints the label of `parcel`. Returns at once: the listener hears when it begins and ends.
    #[napi]
    pub fn print(&self, env: Env, parcel: u32) -> Result<()> {
        // For this label alone: it keeps the process running as long as the thread has it.
        let listener = match &self.listener {
            Some(listener) => {
                let listener = listener.borrow_back(&env)?;
                Some(listener.build_threadsafe_function().build()?)
            }
            None => None,
        };
        // A printer is slow, so each label has a thread that waits for it.
        thread::spawn(move || {
            for status in ["heating", "printing", "done"] {
                if let Some(listener) = &listener {
                    let mode = ThreadsafeFunctionCallMode::NonBlocking;
                    listener.call(format!("{parcel}: {status}"), mode);
                }
            }
        });
        Ok(())
    }
}
