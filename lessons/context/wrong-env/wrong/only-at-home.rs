use std::sync::Mutex;

use napi::bindgen_prelude::*;
use napi::sys::napi_env;
use napi_derive::napi;

/// The function that hears of warnings, and the environment that it is of.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

struct Listener {
    env: napi_env,
    function: FunctionRef<String, ()>,
}

// SAFETY: the function is only called in its environment.
unsafe impl Send for Listener {}

/// Has `function` called with each warning from now on.
#[napi]
pub fn on_warning(env: Env, function: FunctionRef<String, ()>) {
    let env = env.raw();
    *LISTENER.lock().unwrap() = Some(Listener { env, function });
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
        Some(listener) if listener.env == env.raw() => {
            listener.function.borrow_back(env)?.call(warning)
        }
        _ => Ok(()),
    }
}
