//! What Node-API has given out and has not been given back: every object that an add-on can forget.
//!
//! An object is known by its kind and its address. Opening and closing one is counted, and in a run that
//! keeps sites also at the place that opened it. References remember their environment as well.

use std::ffi::c_void;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use evidence::{Column, Counter, Resource};
use hashbrown::HashMap;
use napi_sys::{Status, napi_env, napi_ref, napi_status};

use crate::sites;
use crate::table::{add, add_at, on};

/// An object that is open.
#[derive(Clone, Copy)]
pub(crate) struct Opened {
    /// The place that opened it.
    pub(crate) site: u32,
    /// The environment that it belongs to.
    env: usize,
    /// The thread of that environment, by [`thread`].
    thread: usize,
    /// The strong count of a reference; 1 for all else.
    pub(crate) count: u32,
    /// What the probe itself keeps for it.
    pub(crate) data: usize,
}

/// A hash that costs little: the keys are addresses, which nobody chooses.
#[derive(Default)]
struct Addresses(u64);

impl Hasher for Addresses {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0.rotate_left(5) ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number as usize);
    }
}

type Table = HashMap<(Resource, usize), Opened, BuildHasherDefault<Addresses>>;

static TABLE: Mutex<Table> = Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An object was opened.
#[inline(always)]
pub(crate) fn open<T>(kind: Resource, object: *mut T, env: napi_env, count: u32, data: *mut c_void) {
    let (opened, _, column) = kind.counted();
    add(opened, 1);
    if !on() {
        return;
    }
    let site = sites::here();
    add_at(site, column, 1);
    table().insert((kind, object.addr()), Opened { site, env: env.addr(), thread: thread(), count, data: data.addr() });
}

/// An object was closed.
pub(crate) fn close<T>(kind: Resource, object: *mut T) {
    closed(kind, take(kind, object));
}

/// Runs `call`, which closes an object, and counts it when that succeeds.
///
/// The object leaves the table before: its address may be another thread's next object at once.
pub(crate) fn close_by<T>(kind: Resource, object: *mut T, call: impl FnOnce() -> napi_status) -> napi_status {
    let known = take(kind, object);
    let status = call();
    if status == Status::napi_ok {
        closed(kind, known);
    } else if let Some(opened) = known {
        table().insert((kind, object.addr()), opened);
    }
    status
}

fn take<T>(kind: Resource, object: *mut T) -> Option<Opened> {
    // In a forked child the lock may be held for ever, by a thread that is not there.
    if on() { table().remove(&(kind, object.addr())) } else { None }
}

fn closed(kind: Resource, known: Option<Opened>) {
    let (_, closed, column) = kind.counted();
    add(closed, 1);
    if let Some(opened) = known {
        add_at(opened.site, column, -1);
    }
}

/// The places that have wrapped the native data at an address: several objects may share it.
type Wraps = HashMap<usize, Vec<u32>, BuildHasherDefault<Addresses>>;

static WRAPS: Mutex<Wraps> = Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

/// Native data was wrapped at a place.
pub(crate) fn wrap(native: *mut c_void, site: u32) {
    add(Counter::Wraps, 1);
    add_at(site, Column::Wraps, 1);
    if on() {
        let mut wraps = WRAPS.lock().unwrap_or_else(PoisonError::into_inner);
        wraps.entry(native.addr()).or_default().push(site);
    }
}

/// A wrap has come to its end: its finalizer runs, and knows its place, or the add-on has removed it.
pub(crate) fn unwrap(native: *mut c_void, site: Option<u32>) {
    add(Counter::WrapsEnded, 1);
    if !on() {
        return;
    }
    let mut wraps = WRAPS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(places) = wraps.get_mut(&native.addr()) else { return };
    let index = places.iter().rposition(|known| site.is_none_or(|site| site == *known)).unwrap_or(0);
    let ended = places.swap_remove(index);
    if places.is_empty() {
        wraps.remove(&native.addr());
    }
    drop(wraps);
    add_at(ended, Column::Wraps, -1);
}

/// What is known of an open object.
pub(crate) fn find<T>(kind: Resource, object: *mut T) -> Option<Opened> {
    table().get(&(kind, object.addr())).copied()
}

/// A number that is this thread's alone, while it lives.
fn thread() -> usize {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// Gives each reference of this thread's environments that holds its object to `each`, with its environment and the
/// site that created it. `each` may call Node-API.
pub(crate) fn each_strong(mut each: impl FnMut(napi_env, napi_ref, u32)) {
    let is_ours = |((kind, _), opened): &(&(Resource, usize), &Opened)| {
        *kind == Resource::Reference && opened.thread == thread() && opened.count > 0
    };
    let strong: Vec<_> = table().iter().filter(is_ours).map(|((_, address), opened)| (*address, *opened)).collect();
    for (address, opened) in strong {
        each(std::ptr::with_exposed_provenance_mut(opened.env), std::ptr::with_exposed_provenance_mut(address), opened.site);
    }
}

/// A reference has another strong count now.
pub(crate) fn recount(reference: napi_ref, count: u32) {
    if let Some(opened) = table().get_mut(&(Resource::Reference, reference.addr())) {
        opened.count = count;
    }
}

/// A reference is about to be used: sees that it is alive, and in the environment that it belongs to.
#[inline(always)]
pub(crate) fn used(reference: napi_ref, env: napi_env) {
    if !on() {
        return;
    }
    let (counter, column) = match find(Resource::Reference, reference) {
        Some(opened) if opened.env == env.addr() => return,
        Some(_) => (Counter::RefsForeign, Column::Foreign),
        None => (Counter::RefsDead, Column::Dead),
    };
    add(counter, 1);
    add_at(sites::here(), column, 1);
}
