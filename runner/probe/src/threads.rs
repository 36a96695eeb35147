//! The threads that add-ons start. All that runs in one is the add-on's.

use std::ffi::{c_int, c_void};

use evidence::{Column, Counter};

use crate::call;
use crate::loader::{Replacement, replacement};
use crate::table::{self, NOWHERE, add, add_at};
use crate::{heap, sites};

/// What an add-on gets.
pub(crate) const IN_ADDON: &[Replacement] = &[replacement(c"pthread_create", create as *const ())];
/// What the C++ library and its like get.
pub(crate) const IN_RUNTIME: &[Replacement] = &[replacement(c"pthread_create", create_for_runtime as *const ())];

type Main = extern "C-unwind" fn(*mut c_void) -> *mut c_void;

/// What a thread begins with.
struct Thread {
    main: Main,
    argument: *mut c_void,
    site: u32,
    /// The number of the JavaScript function that had called when it was started.
    caller: u32,
}

unsafe extern "C" fn create(
    result: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    if !table::on() {
        // SAFETY: the caller's contract is that of the function of this name, here and below.
        return unsafe { start(result, attributes, main, argument) };
    }
    // SAFETY: as above.
    unsafe { create_at(sites::here(), result, attributes, main, argument) }
}

unsafe extern "C" fn create_for_runtime(
    result: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: as above.
    unsafe {
        match heap::runtime_site() {
            Some(site) => create_at(site, result, attributes, main, argument),
            None => start(result, attributes, main, argument),
        }
    }
}

unsafe fn create_at(
    site: u32,
    result: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    let caller = if site == NOWHERE { 0 } else { call::caller() };
    let thread = Box::into_raw(Box::new(Thread { main, argument, site, caller }));
    // Before it begins: it may come to its end before this thread runs again.
    add(Counter::ThreadsStarted, 1);
    add_at(site, Column::Threads, 1);
    // What the C library keeps for a thread, and uses again for the next one, is its own.
    // SAFETY: the caller's contract; the thread takes the box.
    let failed = call::in_node(|| unsafe { start(result, attributes, begin, thread.cast()) });
    if failed != 0 {
        // SAFETY: no thread has taken it.
        drop(unsafe { Box::from_raw(thread) });
        ended(site);
    }
    failed
}

/// `pthread_create`, of which libc's crate does not say that a thread may end by unwinding, as `pthread_exit` does.
///
/// # Safety
/// That of `pthread_create`.
unsafe fn start(
    result: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the caller's contract; the two types of functions differ in that alone.
    unsafe {
        libc::pthread_create(
            result,
            attributes,
            std::mem::transmute::<Main, extern "C" fn(*mut c_void) -> *mut c_void>(main),
            argument,
        )
    }
}

extern "C-unwind" fn begin(thread: *mut c_void) -> *mut c_void {
    // SAFETY: `create_at` has made the box for this thread.
    let Thread { main, argument, site, caller } = *unsafe { Box::from_raw(thread.cast::<Thread>()) };
    let _end = End(site);
    call::for_caller(caller, || main(argument))
}

/// Counts the thread's end, also when it ends itself by unwinding its stack.
struct End(u32);

impl Drop for End {
    fn drop(&mut self) {
        ended(self.0);
    }
}

fn ended(site: u32) {
    add(Counter::ThreadsEnded, 1);
    add_at(site, Column::Threads, -1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Side;

    #[test]
    fn code_of_a_thread_is_the_addons() {
        extern "C-unwind" fn main(seen: *mut c_void) -> *mut c_void {
            // SAFETY: the test waits for this thread.
            unsafe { *seen.cast::<bool>() = call::side() == Side::AddOn };
            seen
        }
        let (mut seen, mut thread) = (false, 0);
        // SAFETY: the flag outlives the thread, which is waited for.
        unsafe {
            assert_eq!(create_at(NOWHERE, &mut thread, std::ptr::null(), main, (&raw mut seen).cast()), 0);
            libc::pthread_join(thread, std::ptr::null_mut());
        }
        assert!(seen && call::side() == Side::Node);
    }
}
