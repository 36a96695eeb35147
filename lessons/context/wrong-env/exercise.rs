use std::sync::Mutex;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// The function that hears of warnings.
static LISTENER: Mutex<Option<FunctionRef<String, ()>>> = Mutex::new(None);

/// Has `listener` called with each warning from now on.
#[napi]
pub fn on_warning(listener: FunctionRef<String, ()>) {
    *LISTENER.lock().unwrap() = Some(listener);
}

/// Adds up the numbers of a line. What is not a number counts as 0, with a warning.
#[napi]
pub fn sum(env: Env, line: String) -> Result<f64> {
    let mut sum = 0.0;
    for word in line.split_whitespace() {
        match word.parse::<f64>() {
            Ok(number) => sum += number,
            Err(_) => warn(&env, format!("{word} is not a number"))?,
        }
    }
    Ok(sum)
}

/// Tells the listener, if there is one.
fn warn(env: &Env, warning: String) -> Result<()> {
    match &*LISTENER.lock().unwrap() {
        Some(listener) => listener.borrow_back(env)?.call(warning),
        None => Ok(()),
    }
}
