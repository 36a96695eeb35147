use std::sync::Arc;
use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeCallContext, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// What a sensor has measured, on its way to JavaScript.
struct Packet(*const Vec<f64>);

// SAFETY: the samples are shared by an `Arc`, and only read.
unsafe impl Send for Packet {}

/// Reads `count` packets of sensor number `sensor` and sends each to `display`.
#[napi]
pub fn record(sensor: u32, count: u32, display: Function<Vec<f64>, ()>) -> Result<()> {
    let queue = display.build_threadsafe_function().build_callback(
        |context: ThreadsafeCallContext<Packet>| {
            // SAFETY: an `Arc` has these samples.
            let samples = unsafe { &*context.value.0 };
            Ok(samples.clone())
        },
    )?;
    // A sensor may block, so it is read by a thread of its own.
    let reader = thread::spawn(move || {
        for number in 0..count {
            let samples = Arc::new(read(sensor, number));
            let packet = Packet(Arc::as_ptr(&samples));
            queue.call(packet, ThreadsafeFunctionCallMode::NonBlocking);
        }
    });
    reader
        .join()
        .map_err(|_| Error::from_reason("the sensor's reader has panicked"))
}

/// The samples of one packet.
fn read(sensor: u32, number: u32) -> Vec<f64> {
    let first = f64::from(sensor * 1000 + number);
    let samples = (0..64 + number % 7).map(|at| first + f64::from(at) / 128.0);
    samples.collect()
}
