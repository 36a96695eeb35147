use std::thread;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use napi_derive::napi;

/// Reads the thermometer every `every` milliseconds, the first time at once, and gives each
/// reading and its number to `listener`.
#[napi]
pub fn watch(every: u32, listener: Function<FnArgs<(u32, f64)>, ()>) -> Result<()> {
    // Weak: to watch a thermometer is no reason to stay.
    let listener = listener
        .build_threadsafe_function()
        .weak::<true>()
        .build()?;
    let every = Duration::from_millis(every.into());
    thread::Builder::new()
        .name("thermometer".into())
        .spawn(move || {
            for number in 0.. {
                let status = listener.call((number, read(number)).into(), NonBlocking);
                if status == Status::Closing {
                    return;
                }
                thread::sleep(every);
            }
        })?;
    Ok(())
}

/// Degrees in the greenhouse.
fn read(number: u32) -> f64 {
    18.0 + f64::from(number % 8) / 2.0
}
