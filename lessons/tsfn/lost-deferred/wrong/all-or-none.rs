use std::collections::HashSet;
use std::thread;

use napi::bindgen_prelude::*;
use napi_derive::napi;

/// Checks passengers in to a flight, in the order of their bookings, away from JavaScript's thread.
/// Returns a promise of a seat for each.
#[napi]
pub fn check_in(env: &Env, bookings: Vec<String>) -> Result<Vec<Object<'_>>> {
    let mut seen = HashSet::new();
    for booking in &bookings {
        if !booking.starts_with("AG") {
            return Err(Error::from_reason(format!("{booking} is no booking")));
        }
        if !seen.insert(booking) {
            return Err(Error::from_reason(format!("{booking} has checked in")));
        }
    }
    let mut passengers = Vec::new();
    let mut promises = Vec::new();
    for booking in bookings {
        let (deferred, promise) = env.create_deferred()?;
        passengers.push((booking, deferred));
        promises.push(promise);
    }
    thread::spawn(move || {
        let mut boarding = HashSet::new();
        for (booking, deferred) in passengers {
            boarding.insert(booking);
            let seat = seat(boarding.len());
            deferred.resolve(move |_| Ok(seat));
        }
    });
    Ok(promises)
}

/// The seat of the passenger `number`, six in a row.
fn seat(number: usize) -> String {
    let letters = ["A", "B", "C", "D", "E", "F"];
    format!("{}{}", 1 + (number - 1) / 6, letters[(number - 1) % 6])
}
