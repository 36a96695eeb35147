use napi::bindgen_prelude::*;
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
    let (first, length) = (bytes.as_mut_ptr(), bytes.len());
    // SAFETY: what is leaked stays where it is, and the finalizer makes the `Vec` of it again.
    unsafe {
        BufferSlice::from_external(env, first, length, (), move |_, ()| {
            drop(Vec::from_raw_parts(first, length, length));
        })
    }
}
