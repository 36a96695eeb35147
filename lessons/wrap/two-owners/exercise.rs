use napi::bindgen_prelude::*;
use napi_derive::napi;

/// What the mail library has in memory of an open mailbox.
struct Index {
    subjects: Vec<String>,
}

/// Opens an index. Its handle has to be closed.
fn index_open(subjects: Vec<String>) -> *mut Index {
    Box::into_raw(Box::new(Index { subjects }))
}

/// Closes an index and frees all of it. The handle must be an open one.
unsafe fn index_close(handle: *mut Index) {
    // SAFETY: an open handle is a box of `index_open`.
    drop(unsafe { Box::from_raw(handle) });
}

/// A mailbox. It is open until `close`, or until nobody has it any more.
#[napi]
pub struct Mailbox {
    handle: *mut Index,
}

#[napi]
impl Mailbox {
    #[napi(constructor)]
    pub fn new(subjects: Vec<String>) -> Mailbox {
        let handle = index_open(subjects);
        Mailbox { handle }
    }

    /// How many subjects have `word` in them. A closed mailbox can't be searched.
    #[napi]
    pub fn count(&self, word: String) -> Result<u32> {
        // SAFETY: the handle is null, or what `index_open` gave.
        let index = unsafe { self.handle.as_ref() };
        let index = index.ok_or_else(|| Error::from_reason("the mailbox is closed"))?;
        let subjects = index.subjects.iter();
        Ok(subjects.filter(|subject| subject.contains(&word)).count() as u32)
    }

    /// Closes the mailbox now. To close it again does nothing.
    #[napi]
    pub fn close(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: the handle is what `index_open` gave.
            unsafe { index_close(self.handle) };
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.close();
    }
}
