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
    listener: Option<FunctionRef<String, ()>>,
    /// Those of the labels, so that none goes while its label is printed.
    in_use: Vec<Arc<Listener>>,
}

#[napi]
impl Printer {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Printer {
            listener: None,
            in_use: Vec::new(),
        }
    }

    /// From now on `listener` is told what the printer does, and nobody else.
    #[napi]
    pub fn on_status(&mut self, listener: Function<String, ()>) -> Result<()> {
        self.listener = Some(listener.create_ref()?);
        Ok(())
    }

    /// Prints the label of `parcel`. Returns at once: the listener hears when it begins and ends.
    #[napi]
    pub fn print(&mut self, env: Env, parcel: u32) -> Result<()> {
        let listener = match &self.listener {
            Some(listener) => {
                let listener = listener.borrow_back(&env)?;
                let listener = Arc::new(listener.build_threadsafe_function().build()?);
                self.in_use.push(Arc::clone(&listener));
                Some(listener)
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
