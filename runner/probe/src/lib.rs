//! What every lesson links in the place of `napi`: napi itself, and the counters that grade it.
//!
//! A lesson's manifest depends on this crate under the name `napi`, so that an exercise is plain
//! napi code and yet each allocation and each Node-API call of the add-on is counted:
//!
//! - [`allocator`] is the add-on's global allocator. It counts this add-on alone: Node, V8 and libuv
//!   have allocators of their own.
//! - [`node_api`] stands between the add-on and Node-API. The linker option `--wrap`, printed by
//!   `lessons/build.rs`, sends each call there.
//! - [`ledger`] knows every object that Node-API gave out and the add-on has not given back.
//! - [`handles`] asks V8 how many local handles are alive.
//! - [`sites`] says for each of these which place in the add-on asked for it, and [`caller`] which
//!   JavaScript function had called, in the runs that want to know.
//! - [`guard`] gives each block pages of its own, in the runs that look for a bad access.
//! - [`counters`] is where all of these write: a table in a file that Node's harness reads while the
//!   add-on runs and that the runner reads after the process is gone, however it ended.
//!
//! Without the variable `LESSON_PROBE` in the environment the table is an ordinary static and nobody
//! reads it: the add-on behaves as it would with napi alone.

mod allocator;
mod caller;
mod counters;
mod finalizers;
mod guard;
mod handles;
mod ledger;
mod look;
mod node;
mod node_api;
mod scopes;
mod sites;
mod threadsafe;
mod v8;

pub use napi::*;
