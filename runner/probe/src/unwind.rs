//! Walks stacks, by the tables that compilers write for exceptions, so that it needs no frame pointers.
//!
//! Of a stack the frames of add-ons are kept. A walk goes through runtime libraries, as when `std::sort` calls the
//! add-on again, and through functions that Node shares with add-ons, and ends at Node.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::*};

use evidence::{FRAMES, frame_of};
use framehop::{CacheNative, FrameAddress, MustNotAllocateDuringUnwind, UnwindRegsNative, Unwinder as _};

use crate::image::{self, Images, Owner, Role, images};

/// Frames of any owner that a walk goes through: one of an add-on, and one through Node.
const MOST: usize = 128;
const MOST_THROUGH_NODE: usize = 512;

type Cache = CacheNative<MustNotAllocateDuringUnwind>;

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

/// Walks the stack of the function that has called into the probe.
#[inline(never)]
pub(crate) fn walk() -> Stack {
    let Some(images) = images() else { return Stack::EMPTY };
    let Some(start) = caller_of_probe(images) else { return Stack::EMPTY };
    let top = stack_top();
    // SAFETY: the addresses are on this thread's stack, between here and its end.
    let read = |address: u64| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) };
    with_walker(|walker| walker.walk(images, start, read))
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
    let top = stack_top();
    // SAFETY: as in `walk`.
    let read = |address: u64| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) };
    Some(with_walker(|walker| walker.origin(images, start, read, caller, find)))
}

/// Whether what has called into the probe, through libraries that came with the process, is no library that is known.
pub(crate) fn is_called_by_stranger() -> bool {
    let Some(images) = images() else { return false };
    let Some(Start { mut address, mut registers, .. }) = caller_of_probe(images) else { return false };
    let top = stack_top();
    // SAFETY: as in `walk`.
    let mut read = |address: u64| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) };
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

/// What walks keep for the next one.
struct Walker {
    rules: Cache,
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
    fn new(most: usize) -> Walker {
        let trace = || Trace { images: 0, steps: Vec::with_capacity(most) };
        Walker { rules: Cache::new_in(), last: trace(), this: trace(), known: vec![Known::NONE; KNOWN] }
    }

    fn origin(
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

    fn walk(&mut self, images: &Images, start: Start, mut read: impl FnMut(u64) -> Result<u64, ()>) -> Stack {
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

#[cfg(target_arch = "x86_64")]
fn frame_of_registers(registers: &UnwindRegsNative) -> u64 {
    registers.bp()
}

#[cfg(target_arch = "aarch64")]
fn frame_of_registers(registers: &UnwindRegsNative) -> u64 {
    registers.fp()
}

/// The registers of a walk: the address of code, the stack pointer and the frame pointer. On aarch64 the first one is
/// the link register.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn registers(code: u64, stack: u64, frame: u64) -> UnwindRegsNative {
    UnwindRegsNative::new(code, stack, frame)
}

/// The same. Node and many C libraries sign return addresses, in the bits that no address of a program has.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(crate) fn registers(back: u64, stack: u64, frame: u64) -> UnwindRegsNative {
    const ADDRESS: framehop::aarch64::PtrAuthMask = framehop::aarch64::PtrAuthMask((1 << 48) - 1);
    UnwindRegsNative::new_with_ptr_auth_mask(ADDRESS, back, stack, frame)
}

/// One step outwards through code of Node or of V8, which has frame pointers. Of V8's builtin functions the tables of
/// Node say that a stack ends there. On aarch64 the stack pointer that comes of it may be too low, since a frame's record
/// can lie anywhere in it: a function that is unwound by its stack pointer, as C compilers make them, is then the last one.
fn by_frame_pointer(registers: &mut UnwindRegsNative, read: &mut impl FnMut(u64) -> Result<u64, ()>) -> Option<u64> {
    let frame = frame_of_registers(registers);
    if frame < registers.sp() {
        return None;
    }
    let (outer, back) = (read(frame).ok()?, read(frame + 8).ok()?);
    *registers = self::registers(back, frame + 16, outer);
    #[cfg(target_arch = "aarch64")]
    let back = registers.lr();
    Some(back)
}

/// The frame that has called into the probe. The probe's own functions have frame pointers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn caller_of_probe(images: &Images) -> Option<Start> {
    let mut frame: usize;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    let own = own_range(images)?;
    loop {
        // SAFETY: the first frame is this function's, and each next one that of a function of this library.
        let (next, back) = unsafe { (*(frame as *const usize), *((frame + 8) as *const usize)) };
        if !own.contains(&back) {
            let registers = registers(back as u64, frame as u64 + 16, next as u64);
            let address = FrameAddress::from_return_address(back as u64)?;
            return Some(Start { address, registers, through_node: false });
        }
        frame = next;
    }
}

/// The frame that walks: where a frame's record lies in the frame is known from its tables alone here.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn caller_of_probe(_: &Images) -> Option<Start> {
    let (code, stack, frame, back): (u64, u64, u64, u64);
    // All four are read at one place, of which the tables say where the rest is. Left to the compiler, a result could be
    // in x30, and be there before that is read.
    // SAFETY: reads registers.
    unsafe {
        std::arch::asm!(
            "adr x8, .", "mov x9, sp", "mov x10, x29", "mov x11, x30",
            out("x8") code, out("x9") stack, out("x10") frame, out("x11") back,
            options(nomem, nostack, preserves_flags)
        );
    }
    let registers = registers(back, stack, frame);
    Some(Start { address: FrameAddress::from_instruction_pointer(code), registers, through_node: false })
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn own_range(_: &Images) -> Option<std::ops::Range<usize>> {
    // Where this library begins in memory, and where its code ends: defined by the linker.
    unsafe extern "C" {
        #[link_name = "__ehdr_start"]
        static START: u8;
        #[link_name = "etext"]
        static END: u8;
    }
    Some((&raw const START).addr()..(&raw const END).addr())
}

/// The end of this thread's stack.
fn stack_top() -> usize {
    thread_local! {
        static TOP: Cell<usize> = const { Cell::new(0) };
    }
    let known = TOP.get();
    if known != 0 {
        return known;
    }
    let top = crate::call::in_node(find_stack_top);
    TOP.set(top);
    top
}

fn find_stack_top() -> usize {
    // SAFETY: the attributes are written by the first call, read by the second, and given back by the third.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return usize::MAX;
        }
        let (mut start, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        start.addr() + size
    }
}

/// Walkers. A walk takes one that is free, its thread's own if it can.
const WALKERS: usize = 32;

struct Slot {
    taken: AtomicBool,
    walker: std::cell::UnsafeCell<Option<Box<Walker>>>,
}

// SAFETY: the walker is touched by the walk that has set `taken`.
unsafe impl Sync for Slot {}
// SAFETY: as above.
unsafe impl Send for Slot {}

impl Slot {
    const fn new(walker: Option<Box<Walker>>) -> Slot {
        Slot { taken: AtomicBool::new(false), walker: std::cell::UnsafeCell::new(walker) }
    }

    /// Walks, unless another walk has the walker.
    fn try_with<T>(&self, walk: impl FnOnce(&mut Walker) -> T) -> Option<T> {
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

fn with_walker<T>(walk: impl FnOnce(&mut Walker) -> T) -> T {
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

#[cfg(all(test, target_arch = "aarch64"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::elf;
    use crate::image::Image;

    // The first keeps its return address and nothing else, and is unwound by the stack pointer alone. The second is as C
    // compilers make them: it signs its return address, and its record is at the bottom of its frame.
    std::arch::global_asm!(
        ".global probe_test_outer",
        "probe_test_outer:",
        ".cfi_startproc",
        "str x30, [sp, #-32]!",
        ".cfi_def_cfa_offset 32",
        ".cfi_offset 30, -32",
        "bl probe_test_signed",
        "ldr x30, [sp], #32",
        "ret",
        ".cfi_endproc",
        "probe_test_signed:",
        ".cfi_startproc",
        "hint #25", // paciasp
        ".cfi_negate_ra_state",
        "stp x29, x30, [sp, #-64]!",
        ".cfi_def_cfa_offset 64",
        ".cfi_offset 29, -64",
        ".cfi_offset 30, -56",
        "mov x29, sp",
        "blr x0",
        "ldp x29, x30, [sp], #64",
        "hint #29", // autiasp
        "ret",
        ".cfi_endproc",
    );

    unsafe extern "C" {
        fn probe_test_outer(inner: extern "C" fn());
    }

    static SEEN: std::sync::Mutex<Vec<u64>> = std::sync::Mutex::new(Vec::new());

    #[inline(never)]
    extern "C" fn look() {
        let list = elf::loaded().into_iter().map(|library| Image::new(library, Role::AddOn, 0)).collect();
        let images = Images::new(list);
        let start = caller_of_probe(&images).unwrap();
        let top = stack_top();
        // SAFETY: as in `walk`.
        let read = |address: u64| if (address as usize) < top { Ok(unsafe { *(address as *const u64) }) } else { Err(()) };
        *SEEN.lock().unwrap() = walk_from(&images, start, read).frames().to_vec();
    }

    #[test]
    fn functions_that_sign_their_return_addresses_are_walked_through() {
        // SAFETY: the function calls what it is given.
        unsafe { probe_test_outer(look) };
        let base = elf::loaded()[0].base;
        let outer = probe_test_outer as *const () as usize - base;
        let seen = SEEN.lock().unwrap();
        let at = |offset: usize| seen.iter().position(|frame| *frame as usize == outer + offset);
        // The first one has four instructions; each is returned to behind its call.
        let (signed, plain) = (at(16 + 16).unwrap(), at(8).unwrap());
        assert_eq!(plain, signed + 1);
        assert!(seen.len() > plain + 3, "the test's own functions come next: {seen:x?}");
    }
}
