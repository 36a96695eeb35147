//! Which handles go when the add-on closes a scope: those that were made since it was opened.
//!
//! Only runs that keep sites need to know. The list belongs to a thread.

use std::cell::Cell;
use std::ptr::null_mut;

use evidence::Column;

use crate::table::{add_at, wants_sites};

#[derive(Clone, Copy)]
enum Entry {
    Opened,
    Made { site: u32, handles: i64 },
}

#[derive(Clone, Copy)]
struct List {
    entries: *mut Entry,
    length: usize,
    room: usize,
    /// Scopes of the add-on's own that are open.
    open: usize,
}

thread_local! {
    // Without a destructor, a list stays usable until the thread's last call of Node-API.
    static LIST: Cell<List> = const { Cell::new(List { entries: null_mut(), length: 0, room: 0, open: 0 }) };
}

/// A scope was opened.
pub(crate) fn opened() {
    if wants_sites() {
        push(Entry::Opened, 1);
    }
}

/// Handles were made. Where no scope is open but Node's own, nobody will close it before the call ends.
pub(crate) fn made(site: u32, handles: i64) {
    if LIST.get().open > 0 {
        push(Entry::Made { site, handles }, 0);
    }
}

/// The innermost scope was closed.
pub(crate) fn closed() {
    let mut list = LIST.get();
    if !wants_sites() || list.open == 0 {
        return;
    }
    while list.length > 0 {
        list.length -= 1;
        // SAFETY: all entries below `length` were written.
        match unsafe { *list.entries.add(list.length) } {
            Entry::Opened => break,
            Entry::Made { site, handles } => drop(add_at(site, Column::Handles, -handles)),
        }
    }
    list.open -= 1;
    LIST.set(list);
}

fn push(entry: Entry, opened: usize) {
    let mut list = LIST.get();
    if list.length == list.room {
        list.room = (list.room * 2).max(64);
        // SAFETY: the block is this thread's own, and grows to hold `room` entries.
        list.entries = unsafe { libc::realloc(list.entries.cast(), list.room * size_of::<Entry>()) }.cast();
        assert!(!list.entries.is_null(), "the probe is out of memory");
    }
    // SAFETY: there is room for `length + 1` entries.
    unsafe { list.entries.add(list.length).write(entry) };
    list.length += 1;
    list.open += opened;
    LIST.set(list);
}
