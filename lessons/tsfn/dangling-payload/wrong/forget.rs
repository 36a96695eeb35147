use std::mem::ManuallyDrop;
use std::slice;
use std::thread;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeCallContext, ThreadsafeFunctionCallMode};
use napi_derive::napi;

/// What a sensor has measured, on its way to JavaScript.
struct Packet {
    samples: *const f64,
    len: usize,
}

// SAFETY: a packet is only read, and the queue hands it from one thread to the other.
unsafe impl Send for Packet {}

/// Reads `count` packets of sensor number `sensor` and sends each to `display`.
#[napi]
pub fn record(sensor: u32, count: u32, display: Function<Vec<f64>, ()>) -> Result<()> {
    let queue = display.build_threadsafe_function().build_callback(
        |context: ThreadsafeCallContext<Packet>| {
            let packet = context.value;
            // SAFETY: the samples are those of a packet that was read.
            let samples = unsafe { slice::from_raw_parts(packet.samples, packet.len) };
            Ok(samples.to_vec())
        },
    )?;
    // A sensor may block, so it is read by a thread of its own.
    let reader = thread::spawn(move || {
        for number in 0..count {
            // Not dropped at the end of the turn: `display` has yet to see it.
            let samples = ManuallyDrop::new(read(sensor, number));
            let packet = Packet {
                samples: samples.as_ptr(),
                len: samples.len(),
            };
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
