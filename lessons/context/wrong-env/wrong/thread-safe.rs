use std::sync::Mutex;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// The function that hears of warnings.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// It may be called from any thread, and does not keep the process alive.
type Listener = ThreadsafeFunction<String, (), String, Status, false, true>;

/// Has `listener` called with each warning from now on.
#[napi]
pub fn on_warning(listener: Function<String, ()>) -> Result<()> {
    let listener = listener
        .build_threadsafe_function()
        .weak::<true>()
        .build()?;
    *LISTENER.lock().unwrap() = Some(listener);
    Ok(())
}

/// Adds up the numbers of a line. What is not a number counts as 0, with a warning.
#[napi]
pub fn sum(line: String) -> f64 {
    let mut sum = 0.0;
    for word in line.split_whitespace() {
        match word.parse::<f64>() {
            Ok(number) => sum += number,
            Err(_) => warn(format!("{word} is not a number")),
        }
    }
    sum
}

/// Tells the listener, if there is one.
fn warn(warning: String) {
    if let Some(listener) = &*LISTENER.lock().unwrap() {
        listener.call(warning, ThreadsafeFunctionCallMode::NonBlocking);
    }
}
