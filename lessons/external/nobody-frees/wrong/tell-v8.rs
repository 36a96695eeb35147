use napi::bindgen_prelude::*;
use napi::noop_finalize;
use napi_derive::napi;

/// The bytes of an attachment that was sent in hexadecimal digits, with line breaks between them.
#[napi]
pub fn decode<'env>(env: &'env Env, text: String) -> Result<BufferSlice<'env>> {
    let mut digits = text.chars().filter_map(|char| char.to_digit(16));
    let mut bytes = Vec::new();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        bytes.push((high << 4 | low) as u8);
    }
    if bytes.is_empty() {
        return Err(Error::from_reason("the attachment is empty"));
    }
    // JavaScript may keep the Buffer for as long as it likes.
    let bytes = bytes.leak();
    // V8 collects in time for what it knows of.
    env.adjust_external_memory(bytes.len() as i64)?;
    // SAFETY: what is leaked stays where it is, and nobody else has it.
    unsafe { BufferSlice::from_external(env, bytes.as_mut_ptr(), bytes.len(), (), noop_finalize) }
}
