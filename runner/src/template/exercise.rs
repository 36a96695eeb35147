use napi_derive::napi;

/// Doubles a number.
#[napi]
pub fn double(number: u32) -> u32 {
    number * 2
}
