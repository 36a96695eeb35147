//! What each library gets in the place of the functions that it imports.

use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::sync::OnceLock;
use std::sync::atomic::Ordering::*;

use evidence::write_text;

use crate::image::{self, Image, Role};

/// A function by its name, and what stands in its place.
pub(crate) struct Replacement {
    name: &'static CStr,
    function: *const c_void,
}

// SAFETY: the pointer is that of a function.
unsafe impl Sync for Replacement {}

pub(crate) const fn replacement(name: &'static CStr, function: *const ()) -> Replacement {
    Replacement { name, function: function.cast() }
}

/// What the libraries of each kind get in the place of what they import, by lists of what belongs together.
pub(crate) struct Replacements {
    /// The functions of Node-API, for an add-on.
    pub(crate) node_api: Vec<&'static [Replacement]>,
    /// Functions that allocate, for an add-on.
    pub(crate) memory: &'static [Replacement],
    /// All else, for an add-on.
    pub(crate) addon: Vec<&'static [Replacement]>,
    pub(crate) runtime: Vec<&'static [Replacement]>,
    pub(crate) main: Vec<&'static [Replacement]>,
    /// What else is to be done with an add-on that was loaded.
    pub(crate) on_addon: fn(&Image),
}

#[derive(Clone, Copy)]
struct Entry {
    function: *const c_void,
    kind: Kind,
}

/// What the number of replaced slots says something about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    NodeApi,
    Memory,
    Other,
}

type Table = HashMap<&'static [u8], Entry>;

/// The same by name.
struct Tables {
    addon: Table,
    runtime: Table,
    main: Table,
    on_addon: fn(&Image),
}

// SAFETY: the pointers are those of functions.
unsafe impl Send for Tables {}
// SAFETY: as above.
unsafe impl Sync for Tables {}

static TABLES: OnceLock<Tables> = OnceLock::new();

/// Keeps the replacements, with those of the functions that load libraries. Answers whether none were kept before.
pub(super) fn prepare(all: &Replacements, in_addon: &'static [Replacement], in_main: &'static [Replacement]) -> bool {
    TABLES.set(tables(all, in_addon, in_main)).is_ok()
}

/// What an add-on gets in the place of a function of Node-API; none for any other name.
pub(super) fn node_api(name: &CStr) -> Option<*const c_void> {
    let entry = TABLES.get()?.addon.get(name.to_bytes())?;
    (entry.kind == Kind::NodeApi).then_some(entry.function)
}

fn tables(all: &Replacements, in_addon: &'static [Replacement], in_main: &'static [Replacement]) -> Tables {
    fn add(table: &mut Table, kind: Kind, list: &'static [Replacement]) {
        table.extend(list.iter().map(|Replacement { name, function }| (name.to_bytes(), Entry { function: *function, kind })));
    }
    let (mut addon, mut runtime, mut main) = (Table::new(), Table::new(), Table::new());
    all.node_api.iter().for_each(|list| add(&mut addon, Kind::NodeApi, list));
    add(&mut addon, Kind::Memory, all.memory);
    all.addon.iter().chain([&in_addon]).for_each(|list| add(&mut addon, Kind::Other, list));
    all.runtime.iter().for_each(|list| add(&mut runtime, Kind::Other, list));
    all.main.iter().chain([&in_main]).for_each(|list| add(&mut main, Kind::Other, list));
    Tables { addon, runtime, main, on_addon: all.on_addon }
}

/// Writes the slots of a library that is new, and counts them in its record.
pub(super) fn write(image: &Image) {
    let Some(all) = TABLES.get() else { return };
    let (table, replaces_own) = match image.role {
        Role::Main => (&all.main, false),
        Role::Runtime => (&all.runtime, true),
        Role::AddOn => (&all.addon, false),
        Role::Probe | Role::System => return,
    };
    let record = image::record(image);
    if let Some(record) = record {
        write_text(&record.path, &image.library.path);
        let id = image.library.build_id();
        record.build_id.iter().zip(id).for_each(|(to, byte)| to.store(*byte, Relaxed));
        // Those of a library that was loaded before are counted anew.
        [&record.napi, &record.memory, &record.system, &record.v8].into_iter().for_each(|count| count.store(0, Relaxed));
        record.loaded.store(1, Relaxed);
    }
    let slots = image.library.slots();
    if image.role == Role::AddOn && slots.iter().any(|slot| slot.is_defined) {
        image::share();
    }
    image.library.unlocked(|| {
        for slot in &slots {
            let name = slot.name.to_bytes();
            if let Some(record) = record {
                let kinds =
                    [(&record.v8, is_of_v8(name)), (&record.memory, is_operator_new(name)), (&record.system, asks_system(name))];
                kinds.iter().filter(|(_, is_such)| *is_such).for_each(|(count, _)| _ = count.fetch_add(1, Relaxed));
            }
            let Some(entry) = table.get(name) else { continue };
            // A library that brings its own allocator along uses that.
            if slot.is_defined && !replaces_own {
                continue;
            }
            slot.set(entry.function);
            match (record, entry.kind) {
                (Some(record), Kind::NodeApi) => _ = record.napi.fetch_add(1, Relaxed),
                (Some(record), Kind::Memory) => _ = record.memory.fetch_add(1, Relaxed),
                _ => {}
            }
        }
    });
    if image.role == Role::AddOn {
        (all.on_addon)(image);
    }
}

/// The C++ library's `operator new` calls `malloc`, where it is seen.
fn is_operator_new(name: &[u8]) -> bool {
    name.starts_with(b"_Znw") || name.starts_with(b"_Zna")
}

fn asks_system(name: &[u8]) -> bool {
    [&b"mmap"[..], b"mmap64", b"sbrk", b"madvise"].contains(&name)
}

fn is_of_v8(name: &[u8]) -> bool {
    [&b"_ZN2v8"[..], b"_ZNK2v8", b"_ZN4node"].iter().any(|start| name.starts_with(start))
}
