//! Why a metric could not be measured.

use crate::run::GuardState;

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The add-on has an allocator of its own inside.
    OwnAllocator,
    /// The add-on calls V8 past Node-API.
    CallsV8,
    /// This Node does not tell how many handles there are.
    HandlesUnknown,
    /// This Node does not tell how many tracked objects are alive.
    ObjectsUnknown,
    /// `drive.mjs` tracks no object.
    NothingTracked,
    /// The run had no guard.
    NoGuard,
    /// The guard was not armed.
    NotArmed(GuardState),
    /// Blocks found no room under the guard.
    Unguarded {
        /// How many.
        unguarded: u64,
        /// All blocks.
        blocks: u64,
    },
    /// The process did not end by itself.
    DidNotEnd,
    /// The counters did not stand still after the work.
    Restless,
    /// The run ended too early.
    Unfinished {
        /// Measured rounds that were done.
        done: u64,
        /// Measured rounds.
        rounds: u64,
    },
}
