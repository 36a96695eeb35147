//! Walks stacks, by the tables that compilers write for exceptions, so that it needs no frame pointers.
//!
//! Of a stack the frames of add-ons are kept. A walk goes through runtime libraries, as when `std::sort` calls the
//! add-on again, and through functions that Node shares with add-ons, and ends at Node.

mod machine;
mod walker;

use std::sync::OnceLock;

use evidence::FRAMES;
use framehop::{FrameAddress, UnwindRegsNative, Unwinder as _};

use crate::image::{self, Images, Owner, Role, images};
pub(crate) use machine::registers;
use machine::{caller_of_probe, stack_top};
use walker::{Slot, Walker, with_walker};

/// Frames of any owner that a walk goes through: one of an add-on, and one through Node.
const MOST: usize = 128;
const MOST_THROUGH_NODE: usize = 512;

/// The add-ons' part of a stack.
pub(crate) struct Stack {
    frames: [u64; FRAMES],
    depth: usize,
    /// Whether the innermost frame that is not a runtime library's is an add-on's.
    pub(crate) is_of_addon: bool,
}

impl Stack {
    pub(crate) const EMPTY: Stack = Stack { frames: [0; FRAMES], depth: 0, is_of_addon: false };

    /// Return addresses, each with the number of its image.
    pub(crate) fn frames(&self) -> &[u64] {
        &self.frames[..self.depth]
    }

    fn push(&mut self, frame: u64) {
        if self.depth < FRAMES {
            self.frames[self.depth] = frame;
            self.depth += 1;
        }
    }
}

/// Where a walk begins.
pub(crate) struct Start {
    pub(crate) address: FrameAddress,
    pub(crate) registers: UnwindRegsNative,
    /// Whether frames of Node are gone through as well: then an outer call of the add-on is found.
    pub(crate) through_node: bool,
}

/// Reads words of this thread's stack, for a walk that begins in it: it only goes up, as far as the stack's end.
#[inline(always)]
fn own_stack() -> impl FnMut(u64) -> Result<u64, ()> {
    let top = stack_top();
    // SAFETY: the addresses are on this thread's stack, between here and its end.
    move |address| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) }
}

/// Walks the stack of the function that has called into the probe.
#[inline(never)]
pub(crate) fn walk() -> Stack {
    let Some(images) = images() else { return Stack::EMPTY };
    let Some(start) = caller_of_probe(images) else { return Stack::EMPTY };
    with_walker(|walker| walker.walk(images, start, own_stack()))
}

/// Where something was asked for, as it is counted.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// What `find` has answered for the stack.
    pub(crate) site: u32,
    /// As of a [`Stack`].
    pub(crate) is_of_addon: bool,
}

/// The origin of what the function does that has called into the probe, for the JavaScript function with this number.
/// `find` is asked for the site of a stack that was not walked shortly before.
#[inline(never)]
pub(crate) fn origin(caller: u32, find: impl FnOnce(&Stack) -> u32) -> Option<Origin> {
    let images = images()?;
    let start = caller_of_probe(images)?;
    Some(with_walker(|walker| walker.origin(images, start, own_stack(), caller, find)))
}

/// Whether what has called into the probe, through libraries that came with the process, is no library that is known.
pub(crate) fn is_called_by_stranger() -> bool {
    let Some(images) = images() else { return false };
    let Some(Start { mut address, mut registers, .. }) = caller_of_probe(images) else { return false };
    let mut read = own_stack();
    let mut is_stranger = false;
    // What is being loaded may be the first that shares something.
    let is_shared = |address| {
        image::share();
        image::owner(address) != Owner::Node
    };
    with_walker(|walker| {
        for _ in 0..MOST {
            let at = address.address_for_lookup() as usize;
            match images.find(at).map(|image| image.role) {
                Some(Role::Runtime | Role::Probe) => {}
                Some(Role::Main) if is_shared(at) => {}
                Some(_) => break,
                None => {
                    is_stranger = true;
                    break;
                }
            }
            match images.unwinder.unwind_frame(address, &mut registers, &mut walker.rules, &mut read) {
                Ok(Some(next)) => match FrameAddress::from_return_address(next) {
                    Some(next) => address = next,
                    None => break,
                },
                _ => break,
            }
        }
    });
    is_stranger
}

/// The walker of a signal handler, where nothing may be allocated.
static OF_HANDLER: OnceLock<Slot> = OnceLock::new();

/// Prepares for [`walk_in_handler`].
pub(crate) fn prepare_handler() {
    OF_HANDLER.get_or_init(|| Slot::new(Some(Box::new(Walker::new(MOST_THROUGH_NODE)))));
}

/// Walks a stack whose words `read` gives, or not, for a signal handler. It allocates nothing.
pub(crate) fn walk_in_handler(images: &Images, start: Start, read: impl FnMut(u64) -> Result<u64, ()>) -> Stack {
    let slot = OF_HANDLER.get();
    slot.and_then(|slot| slot.try_with(|walker| walker.walk(images, start, read))).unwrap_or(Stack::EMPTY)
}
