//! The stack of the add-on's own frames, by frame pointers.
//!
//! The runner compiles with `-Cforce-frame-pointers`, and Rust's standard library has them too. The walk
//! ends where the frames are no longer the add-on's: what called it is Node.

/// Frames that are kept of a stack, the innermost first.
pub(crate) const FRAMES: usize = 24;

/// The add-on's part of a stack.
pub(crate) struct Stack {
    frames: [u64; FRAMES],
    depth: usize,
}

impl Stack {
    pub(crate) const EMPTY: Stack = Stack { frames: [0; FRAMES], depth: 0 };

    /// Adds the next frame outwards, while there is room.
    #[inline(always)]
    pub(crate) fn push(&mut self, frame: u64) {
        if self.depth < FRAMES {
            self.frames[self.depth] = frame;
            self.depth += 1;
        }
    }

    /// Return addresses, counted from the start of the add-on.
    pub(crate) fn frames(&self) -> &[u64] {
        &self.frames[..self.depth]
    }
}

// Where this library begins in memory, and where its code ends: defined by the linker.
unsafe extern "C" {
    #[link_name = "__ehdr_start"]
    static START: u8;
    #[link_name = "etext"]
    static END: u8;
}

/// How far an address is from the start of the add-on; none when it is not in the add-on's code.
#[inline(always)]
pub(crate) fn offset(address: usize) -> Option<u64> {
    let (start, end) = ((&raw const START).addr(), (&raw const END).addr());
    (start..end).contains(&address).then(|| (address - start) as u64)
}

/// Whether `next` can be the frame behind `frame`: a stack grows downwards, and anything else is no chain
/// of frames.
#[inline(always)]
pub(crate) fn is_chained(frame: usize, next: usize) -> bool {
    next > frame && next - frame <= 1 << 20
}

/// Walks the stack of the function that this is inlined into.
#[inline(always)]
pub(crate) fn walk() -> Stack {
    let mut stack = Stack::EMPTY;
    let mut frame = frame_pointer();
    while stack.depth < FRAMES && frame != 0 && frame.is_multiple_of(8) {
        // SAFETY: `frame` is the frame pointer of a function of this add-on: the first is our own, and
        // each next one belongs to a function whose return address was found to be the add-on's.
        let (next, back) = unsafe { (*(frame as *const usize), *((frame + 8) as *const usize)) };
        let Some(back) = offset(back) else { break };
        stack.push(back);
        if !is_chained(frame, next) {
            break;
        }
        frame = next;
    }
    stack
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn frame_pointer() -> usize {
    let frame;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn frame_pointer() -> usize {
    let frame;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}

/// No frames: sites are not known on this processor, and say so by having none.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn frame_pointer() -> usize {
    0
}
