//! The library that the runner preloads into Node. It counts what add-ons do, in whatever language they are
//! written, and changes nothing of what comes of it.
//!
//! An add-on reaches everything else through slots that the dynamic linker has filled with addresses. After an
//! add-on was loaded, and before it is asked to register its module, the probe puts its own functions there:
//!
//! ```text
//! Node ── dlopen ──▶ loader ──▶ the add-on's slots: napi_*, malloc, mmap, pthread_create …
//! Node, libc, libstdc++ … ── free, realloc ──▶ heap      (a block may be freed by anybody)
//! libc, libstdc++ …       ── malloc ──▶ heap             (counted while code of an add-on runs)
//! ```
//!
//! - [`elf`] reads a loaded library and writes its slots, [`image`] knows which libraries there are and what each
//!   is, and [`loader`] is there when one is loaded.
//! - [`table`] is the file in which everything is counted. Node's harness reads it while the add-on runs, through
//!   the functions of [`exports`], and the runner when the process is gone, however it ended.
//! - [`call`] says whether code of an add-on or of Node runs in a thread, and which JavaScript function had called.
//! - [`unwind`] walks a stack, and [`sites`] is where in the add-ons something was asked for.
//! - [`heap`], [`maps`] and [`threads`] count memory and threads; [`guard`] gives each block pages of its own.
//! - [`node_api`] stands between the add-ons and Node-API, and [`ledger`] knows every object that Node-API gave out
//!   and that was not given back. [`handles`] asks V8 how many local handles are alive.
//!
//! Without the variable [`evidence::FILE`] in the environment, and in a process that is not Node, nothing is
//! touched. In Node the variable is removed, and the library's name from `LD_PRELOAD`, so that programs which Node
//! starts are as they would be.

mod call;
mod elf;
mod environment;
mod exports;
mod finalizers;
mod guard;
mod handles;
mod heap;
mod image;
mod ledger;
mod loader;
mod maps;
mod node;
mod node_api;
mod rust;
mod scopes;
mod sites;
mod table;
mod threads;
mod threadsafe;
mod unwind;
mod v8;
mod works;

use loader::Replacements;

fn replacements() -> Replacements {
    Replacements {
        node_api: node_api::all(),
        memory: heap::IN_ADDON,
        addon: vec![heap::IN_ALL, maps::IN_ADDON, threads::IN_ADDON],
        runtime: vec![heap::IN_RUNTIME, heap::IN_ALL, threads::IN_RUNTIME],
        main: vec![heap::IN_MAIN, heap::IN_ALL],
        on_addon: prepare,
    }
}

/// What an add-on needs beyond its slots, before any of it runs.
fn prepare(addon: &image::Image) {
    // Not before: Node has its own handler for the same signals, and installs it when it starts.
    guard::arm();
    rust::write_allocator(addon);
}

/// Runs when the library is loaded, before anything of Node.
extern "C" fn begin() {
    if !environment::is_node() {
        return;
    }
    let Some(path) = environment::take() else { return };
    if table::open(&path) {
        loader::begin(&replacements());
    }
}

// Not in the tests, whose program has no Node in it.
#[cfg_attr(not(test), used)]
#[cfg_attr(test, expect(dead_code, reason = "see above"))]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;
