use std::cell::RefCell;

use napi::bindgen_prelude::*;
use napi::noop_finalize;
use napi_derive::napi;

thread_local! {
    /// The bytes of all attachments. Each has an owner here.
    static ATTACHMENTS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

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
    let (first, length) = (bytes.as_mut_ptr(), bytes.len());
    // The elements of a `Vec` stay where they are when the `Vec` itself is moved.
    ATTACHMENTS.with_borrow_mut(|attachments| attachments.push(bytes));
    // SAFETY: the list keeps these bytes.
    unsafe { BufferSlice::from_external(env, first, length, (), noop_finalize) }
}
