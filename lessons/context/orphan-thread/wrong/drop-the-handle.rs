use std::thread;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use napi_derive::napi;

/// Reads the thermometer every `every` milliseconds, the first time at once, and gives each
/// reading and its number to `listener`.
#[napi]
pub fn watch(env: Env, every: u32, listener: Function<FnArgs<(u32, f64)>, ()>) -> Result<()> {
    // Weak: to watch a thermometer is no reason to stay.
    let listener = listener
        .build_threadsafe_function()
        .weak::<true>()
        .build()?;
    let every = Duration::from_millis(every.into());
    let thread = thread::Builder::new()
        .name("thermometer".into())
        .spawn(move || {
            for number in 0.. {
                listener.call((number, read(number)).into(), NonBlocking);
                thread::sleep(every);
            }
        })?;
    env.add_env_cleanup_hook(thread, drop)?;
    Ok(())
}

/// Degrees in the greenhouse.
fn read(number: u32) -> f64 {
    18.0 + f64::from(number % 8) / 2.0
}
