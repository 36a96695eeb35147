//! The first access to memory that is not there, as the guard has seen it.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};

use crate::FRAMES;

macro_rules! numbered {
    ($(#[$doc:meta])* $type:ident { $($(#[$about:meta])* $id:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $type { $($(#[$about])* $id = $number,)* }

        impl $type {
            /// The one with this number.
            pub const fn from_number(number: u32) -> Option<$type> {
                match number { $($number => Some($type::$id),)* _ => None }
            }
        }
    };
}

numbered! {
    /// Whether blocks are guarded, and why not. 0 stands for a process that did not come so far.
    GuardState {
        /// They are.
        Armed = 1,
        /// Sites are not recorded, so it could not be said what is whose.
        NoSites = 2,
        /// The system refused the address space.
        NoRoom = 3,
        /// The system refused the signal handler.
        NoHandler = 4,
    }
}

numbered! {
    /// What is wrong with an access.
    FaultKind {
        /// The block was freed before.
        Freed = 1,
        /// It is behind the block's last byte.
        PastTheEnd = 2,
        /// It is before the block's first byte.
        BeforeTheStart = 3,
        /// A block was freed that had been freed before.
        FreedTwice = 4,
        /// What was freed is in the guarded memory, but no block begins there.
        FreedInside = 5,
        /// When a block was freed, the bytes between its end and the end of its page had been written to.
        WrittenPastTheEnd = 6,
        /// A block of Rust was freed with another size or alignment than it was asked for.
        OtherLayout = 7,
    }
}

numbered! {
    /// How memory was touched.
    Access {
        /// The processor does not say.
        Unknown = 0,
        /// It was read.
        Read = 1,
        /// It was written to.
        Write = 2,
        /// It was freed.
        Free = 3,
    }
}

/// Where and by whom something was done to a block.
#[derive(Default)]
#[repr(C)]
pub struct Event {
    /// The number of a site, plus one; 0 when it is not known.
    pub site: AtomicU32,
    /// The number of a thread; that of the main thread is the process's.
    pub thread: AtomicU32,
}

/// An access to memory that is not there.
#[repr(C)]
pub struct Fault {
    /// Set by the first thread that has an access to record.
    pub taken: AtomicU32,
    /// Set when all of it is written.
    pub complete: AtomicU32,
    /// A [`FaultKind`].
    pub kind: AtomicU32,
    /// An [`Access`].
    pub access: AtomicU32,
    /// The size of the block.
    pub size: AtomicU64,
    /// Its alignment.
    pub align: AtomicU64,
    /// The size that it was said to have when it was freed, of [`FaultKind::OtherLayout`].
    pub freed_as_size: AtomicU64,
    /// The same of its alignment.
    pub freed_as_align: AtomicU64,
    /// Where in the block the access was, in bytes from its first.
    pub offset: AtomicI64,
    /// Who allocated the block.
    pub allocated: Event,
    /// Who freed it.
    pub freed: Event,
    /// The thread of the access.
    pub thread: AtomicU32,
    /// 1 when code of an add-on made the access, or code that it called directly.
    pub ours: AtomicU32,
    /// The thread's name, unless it is that of the main thread: a thread without a name of its own has its
    /// parent's.
    pub thread_name: [AtomicU64; 2],
    /// The main thread's name.
    pub main_name: [AtomicU64; 2],
    /// How many of `frames` are set.
    pub depth: AtomicU64,
    /// The add-on's frames, the innermost first.
    pub frames: [AtomicU64; FRAMES],
}
