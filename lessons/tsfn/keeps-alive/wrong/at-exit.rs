use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// Tells JavaScript what a printer does. Any thread may use it.
type Listener = ThreadsafeFunction<String, (), String, Status, false>;

/// A printer of parcel labels.
#[napi]
pub struct Printer {
    listener: Arc<Mutex<Option<Arc<Listener>>>>,
}

#[napi]
impl Printer {
    #[napi(constructor)]
    pub fn new(env: Env) -> Result<Self> {
        let listener = Arc::new(Mutex::new(None));
        // When the environment ends, nobody is to hear of anything any more.
        env.add_env_cleanup_hook(Arc::clone(&listener), |listener| {
            *listener.lock().unwrap_or_else(PoisonError::into_inner) = None;
        })?;
        Ok(Printer { listener })
    }

    /// From now on `listener` is told what the printer does, and nobody else.
    #[napi]
    pub fn on_status(&mut self, listener: Function<String, ()>) -> Result<()> {
        let listener = listener.build_threadsafe_function().build()?;
        let mut current = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(listener));
        Ok(())
    }

    /// Prints the label of `parcel`. Returns at once: the listener hears when it begins and ends.
    #[napi]
    pub fn print(&self, parcel: u32) {
        let current = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = current.clone();
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
