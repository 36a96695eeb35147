//! Goes from frame to frame, and keeps for the next walk what most walks have in common.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering::*};

use evidence::frame_of;
use framehop::{CacheNative, FrameAddress, MustNotAllocateDuringUnwind, Unwinder as _};

use super::machine::{by_frame_pointer, frame_of_registers};
use super::{MOST, Origin, Stack, Start};
use crate::image::{self, Images, Owner, Role};

type Cache = CacheNative<MustNotAllocateDuringUnwind>;

/// What walks keep for the next one.
pub(super) struct Walker {
    pub(super) rules: Cache,
    /// The last walk, and room for this one.
    last: Trace,
    this: Trace,
    /// Walks whose origin is known, each at the place that follows from where it begins.
    known: Vec<Known>,
}

/// Walks that a walker keeps.
const KNOWN: usize = 64;
/// Frames of one of them.
const DEEPEST_KNOWN: usize = 24;

/// A walk that was made, and what came of it.
#[derive(Clone, Copy)]
struct Known {
    images: usize,
    address: u64,
    stack: u64,
    frame: u64,
    caller: u32,
    origin: Origin,
    /// Where the return addresses of the frames around it are, and what they are.
    returns: [(u64, u64); DEEPEST_KNOWN],
    count: usize,
}

impl Known {
    const NONE: Known = Known {
        images: 0,
        address: 0,
        stack: 0,
        frame: 0,
        caller: 0,
        origin: Origin { site: 0, is_of_addon: false },
        returns: [(0, 0); DEEPEST_KNOWN],
        count: 0,
    };
}

/// A walk, frame by frame. Most calls into the probe differ from the one before in their innermost frames alone, so the
/// rest is taken from there.
struct Trace {
    /// The list of libraries that it was made with.
    images: usize,
    steps: Vec<Step>,
}

/// A frame of any owner.
#[derive(Clone, Copy)]
struct Step {
    address: u64,
    stack: u64,
    frame: u64,
    role: Option<Role>,
    /// What is kept of an add-on's.
    kept: u64,
}

impl Walker {
    /// One for walks of at most so many frames.
    pub(super) fn new(most: usize) -> Walker {
        let trace = || Trace { images: 0, steps: Vec::with_capacity(most) };
        Walker { rules: Cache::new_in(), last: trace(), this: trace(), known: vec![Known::NONE; KNOWN] }
    }

    pub(super) fn origin(
        &mut self,
        images: &Images,
        start: Start,
        mut read: impl FnMut(u64) -> Result<u64, ()>,
        caller: u32,
        find: impl FnOnce(&Stack) -> u32,
    ) -> Origin {
        let (address, stack, frame) = (start.address.address(), start.registers.sp(), frame_of_registers(&start.registers));
        let list = std::ptr::from_ref(images).addr();
        let place = (address ^ stack >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize >> (usize::BITS - KNOWN.ilog2());
        let known = &self.known[place];
        if (known.images, known.address, known.stack, known.frame, known.caller) == (list, address, stack, frame, caller)
            && known.returns[..known.count].iter().all(|(at, back)| read(*at) == Ok(*back))
        {
            return known.origin;
        }
        let stack_walked = self.walk(images, start, read);
        let origin = Origin { site: find(&stack_walked), is_of_addon: stack_walked.is_of_addon };
        let outer = self.this.steps.get(1..).unwrap_or_default();
        // On other processors a return address has no certain place in a frame.
        if cfg!(target_arch = "x86_64") && outer.len() <= DEEPEST_KNOWN {
            let known = &mut self.known[place];
            *known = Known { images: list, address, stack, frame, caller, origin, count: outer.len(), ..*known };
            for (kept, step) in known.returns.iter_mut().zip(outer) {
                *kept = (step.stack - 8, step.address);
            }
        }
        origin
    }

    pub(super) fn walk(&mut self, images: &Images, start: Start, mut read: impl FnMut(u64) -> Result<u64, ()>) -> Stack {
        let Start { mut address, mut registers, through_node } = start;
        std::mem::swap(&mut self.last, &mut self.this);
        self.this.steps.clear();
        let list = std::ptr::from_ref(images).addr();
        let known = std::mem::replace(&mut self.this.images, list) == list && self.last.images == list && !through_node;
        let mut taken = if known { 0 } else { self.last.steps.len() };
        // Whether all frames until now are those of runtime libraries.
        let mut innermost = true;
        while self.this.steps.len() < self.this.steps.capacity() {
            let at = address.address_for_lookup() as usize;
            let found = images.find(at);
            let mut role = found.map(|image| image.role);
            let mut has_tables = true;
            if role == Some(Role::Main) {
                match image::owner(at) {
                    Owner::Shared => role = Some(Role::Runtime),
                    Owner::Caller if innermost => {
                        role = Some(Role::Runtime);
                        // Of what was interrupted it may be a builtin function.
                        has_tables = !through_node;
                    }
                    _ => {}
                }
            }
            innermost &= matches!(role, Some(Role::Runtime | Role::System | Role::Probe));
            let mut step =
                Step { address: address.address(), stack: registers.sp(), frame: frame_of_registers(&registers), role, kept: 0 };
            taken += self.last.steps[taken..].iter().take_while(|last| last.stack < step.stack).count();
            if let Some(rest) = self.last.steps.get(taken..).filter(|rest| is_same(rest, &step, &mut read)) {
                let rest = &rest[..rest.len().min(self.this.steps.capacity() - self.this.steps.len())];
                self.this.steps.extend_from_slice(rest);
                break;
            }
            if let Some(image) = found.filter(|image| image.role == Role::AddOn) {
                // All frames are written as return addresses, which stand behind their call.
                let back = step.address + u64::from(!address.is_return_address());
                step.kept = frame_of(image.number, back - image.library.base as u64);
            }
            self.this.steps.push(step);
            // Code that V8 has made is no library's.
            let is_of_node = matches!(role, None | Some(Role::Main));
            if is_of_node && !through_node {
                break;
            }
            let next = if is_of_node || !has_tables {
                by_frame_pointer(&mut registers, &mut read)
            } else {
                images.unwinder.unwind_frame(address, &mut registers, &mut self.rules, &mut read).ok().flatten()
            };
            match next.and_then(FrameAddress::from_return_address) {
                Some(next) => address = next,
                None => break,
            }
        }
        let mut stack = Stack::EMPTY;
        let is_an_owners = |step: &&Step| !matches!(step.role, Some(Role::Runtime | Role::System | Role::Probe));
        let owner = self.this.steps.iter().find(is_an_owners);
        stack.is_of_addon = owner.is_some_and(|step| step.role == Some(Role::AddOn));
        self.this.steps.iter().filter(|step| step.kept != 0).for_each(|step| stack.push(step.kept));
        if through_node {
            // Nobody comes from there again.
            self.this.steps.clear();
        }
        stack
    }
}

/// Whether a walk that has come to `step` goes on as the last one did: it was at the same place, and the frames around it
/// still return to where they did. On other processors a return address has no certain place in a frame.
fn is_same(last: &[Step], step: &Step, read: &mut impl FnMut(u64) -> Result<u64, ()>) -> bool {
    if !cfg!(target_arch = "x86_64") {
        return false;
    }
    let Some((first, outer)) = last.split_first() else { return false };
    // Whose code of Node is depends on what it has called, unless that is an add-on.
    first.role == Some(Role::AddOn)
        && (first.address, first.stack, first.frame) == (step.address, step.stack, step.frame)
        && outer.iter().all(|outer| read(outer.stack - 8) == Ok(outer.address))
}

/// Walkers. A walk takes one that is free, its thread's own if it can.
const WALKERS: usize = 32;

pub(super) struct Slot {
    taken: AtomicBool,
    walker: UnsafeCell<Option<Box<Walker>>>,
}

// SAFETY: the walker is touched by the walk that has set `taken`.
unsafe impl Sync for Slot {}
// SAFETY: as above.
unsafe impl Send for Slot {}

impl Slot {
    pub(super) const fn new(walker: Option<Box<Walker>>) -> Slot {
        Slot { taken: AtomicBool::new(false), walker: UnsafeCell::new(walker) }
    }

    /// Walks, unless another walk has the walker.
    pub(super) fn try_with<T>(&self, walk: impl FnOnce(&mut Walker) -> T) -> Option<T> {
        if self.taken.load(Relaxed) || self.taken.swap(true, Acquire) {
            return None;
        }
        // SAFETY: `taken` was false, so nobody else has the walker.
        let walker = unsafe { &mut *self.walker.get() };
        let result = walk(walker.get_or_insert_with(|| Box::new(Walker::new(MOST))));
        self.taken.store(false, Release);
        Some(result)
    }
}

static SLOTS: [Slot; WALKERS] = [const { Slot::new(None) }; WALKERS];

pub(super) fn with_walker<T>(walk: impl FnOnce(&mut Walker) -> T) -> T {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    // Threads have their own copy of a variable at addresses of their own.
    let own = MARK.with(|mark| std::ptr::from_ref(mark).addr() >> 12);
    let mut walk = Some(walk);
    for step in 0..WALKERS {
        let result = SLOTS[(own + step) % WALKERS].try_with(|walker| walk.take().map(|walk| walk(walker)));
        if let Some(Some(result)) = result {
            return result;
        }
    }
    let walk = walk.take().expect("no walker was free");
    walk(&mut Walker::new(MOST))
}
