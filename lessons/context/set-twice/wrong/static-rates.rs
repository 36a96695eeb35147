use std::sync::Mutex;

use napi::bindgen_prelude::*;
use napi_derive::napi;

struct Rates {
    /// What one unit of each currency is in euros.
    euros: Vec<f64>,
    /// Conversions since the add-on was loaded.
    conversions: u32,
}

static RATES: Mutex<Rates> = Mutex::new(Rates {
    euros: Vec::new(),
    conversions: 0,
});

/// Takes the rates of a new day.
#[napi]
pub fn load(euros: Vec<f64>) {
    RATES.lock().unwrap().euros = euros;
}

/// An amount of a currency in euros.
#[napi]
pub fn convert(amount: f64, currency: u32) -> Result<f64> {
    let mut rates = RATES.lock().unwrap();
    rates.conversions += 1;
    match rates.euros.get(currency as usize) {
        Some(rate) => Ok(amount * rate),
        None => Err(Error::from_reason("no such currency")),
    }
}

/// How many conversions there were.
#[napi]
pub fn conversions() -> u32 {
    RATES.lock().unwrap().conversions
}
