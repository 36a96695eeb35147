//! The file that the probe writes while an add-on runs, and that the runner reads after the process is gone.
//!
//! Both sides map or copy one [`Evidence`], a structure of integers whose layout is that of C. All zero is a
//! valid one: the runner makes a file of zeroes, sets [`Header::wanted`], and names the file in [`FILE`]. The
//! probe writes the rest. JavaScript never reads the file: the probe's own functions give it the numbers.

mod counters;
mod fault;

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering::*};

pub use counters::{Column, Counter, Resource};
pub use fault::{Access, Event, Fault, FaultKind, GuardState};

/// The environment variable with the path of the file.
pub const FILE: &str = "AFTER_GC_EVIDENCE";
/// First bytes of a file that a probe has opened.
pub const MAGIC: u64 = u64::from_le_bytes(*b"AFTERGC2");

/// Sites that there is room for. Anything more is counted at the last one, which has no frames.
pub const SITES: usize = 4096;
/// Frames that are kept of a stack, the innermost first.
pub const FRAMES: usize = 24;
/// Places in JavaScript that there is room for; the first one stands for "not known".
pub const CALLERS: usize = 512;
/// Images that there is room for.
pub const IMAGES: usize = 128;
/// Where in a frame the number of its image begins; below it is the offset in the image.
pub const IMAGE_SHIFT: u32 = 48;

/// What a run wants to know, as bits of [`Header::wanted`].
pub mod wanted {
    /// Call sites of all that is counted.
    pub const SITES: u32 = 1;
    /// The JavaScript functions that have called the add-on. To find one makes garbage in V8's heap, which a run
    /// that is graded on when V8 collects can't have.
    pub const CALLERS: u32 = 2;
    /// Pages of its own for each block. It needs sites.
    pub const GUARD: u32 = 4;
}

/// Text with a bound; zeroes follow it.
pub type Text<const N: usize> = [AtomicU8; N];

/// The whole file.
#[repr(C)]
pub struct Evidence {
    /// Who has written it, and what is wanted.
    pub header: Header,
    /// The value of each [`Counter`].
    pub counters: [AtomicI64; Counter::ALL.len()],
    /// The first access to memory that is not there.
    pub fault: Fault,
    /// What belongs to the add-ons of the process.
    pub images: [Image; IMAGES],
    /// Places in JavaScript.
    pub callers: [Caller; CALLERS],
    /// Places in the add-ons.
    pub sites: [Site; SITES],
}

/// Who has written the file, and what is wanted.
#[repr(C)]
pub struct Header {
    /// [`MAGIC`], as soon as a probe has opened the file.
    pub magic: AtomicU64,
    /// The size of [`Evidence`] in the probe, in bytes: another one is another layout.
    pub size: AtomicU64,
    /// Bits of [`wanted`], set by the runner.
    pub wanted: AtomicU32,
    /// The process that writes the file; 0 while none does.
    pub pid: AtomicU32,
    /// A [`GuardState`].
    pub guard: AtomicU32,
    /// 1 when the runtime libraries that came with the process can be observed.
    pub runtime: AtomicU32,
}

/// A library that was loaded as an add-on, or that one has brought along.
#[repr(C)]
pub struct Image {
    /// Its path, or the end of a long one.
    pub path: Text<256>,
    /// Its build id; all zero when it has none.
    pub build_id: [AtomicU8; 20],
    /// Slots and look-ups by name of Node-API functions that lead to the probe.
    pub napi: AtomicU32,
    /// Imports of functions that allocate, all of which can be seen.
    pub memory: AtomicU32,
    /// Imports of functions that ask the system for memory itself. Without the others they are those of an allocator
    /// of its own.
    pub system: AtomicU32,
    /// Imports of V8's and Node's own C++ functions, which nothing observes.
    pub v8: AtomicU32,
    /// 1 while it is loaded.
    pub loaded: AtomicU32,
}

/// A function in JavaScript, and the line in it from which an add-on was called.
#[repr(C)]
pub struct Caller {
    /// A hash of the place; 0 while the record is free.
    pub key: AtomicU64,
    /// The line, from 1. Written last.
    pub line: AtomicU64,
    /// The function's name; empty when it has none.
    pub function: Text<120>,
    /// The script's URL or path, or the end of a long one.
    pub script: Text<120>,
    /// The add-on's function that was called, by the name that Node was given for it; empty when there was none.
    pub callee: Text<64>,
}

/// A place in an add-on, and what there is of it.
#[repr(C)]
pub struct Site {
    /// A hash of the frames and of the caller; 0 while the record is free.
    pub key: AtomicU64,
    /// The number of the [`Caller`]; 0 when it is not known.
    pub caller: AtomicU64,
    /// How many of `frames` are set. Written last.
    pub depth: AtomicU64,
    /// How much of each [`Column`] is there.
    pub amounts: [AtomicI64; Column::ALL.len()],
    /// Return addresses in the add-ons, the innermost first: the image's number, and the offset in it.
    pub frames: [AtomicU64; FRAMES],
}

/// The image and the offset of a frame.
pub fn frame_parts(frame: u64) -> (usize, u64) {
    ((frame >> IMAGE_SHIFT) as usize, frame & ((1 << IMAGE_SHIFT) - 1))
}

/// The frame at an offset of an image.
pub fn frame_of(image: usize, offset: u64) -> u64 {
    (image as u64) << IMAGE_SHIFT | offset
}

/// Writes the end of `text` into `to`, which has zeroes in it, with a zero behind it.
pub fn write_text(to: &[AtomicU8], text: &[u8]) {
    let kept = &text[text.len() - text.len().min(to.len() - 1)..];
    to.iter().zip(kept).for_each(|(to, byte)| to.store(*byte, Relaxed));
}

/// The text of a record.
pub fn read_text(from: &[AtomicU8]) -> String {
    let bytes: Vec<u8> = from.iter().map(|byte| byte.load(Relaxed)).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Evidence {
    /// A copy of a file; none when no probe of this layout has written it.
    pub fn read(file: &[u8]) -> Option<Box<Evidence>> {
        if file.len() != size_of::<Evidence>() {
            return None;
        }
        let mut copy = Evidence::zeroed();
        // SAFETY: the sizes are equal, and any bytes are valid integers.
        unsafe { std::ptr::from_mut(&mut *copy).cast::<u8>().copy_from_nonoverlapping(file.as_ptr(), file.len()) };
        let is_ours = copy.header.magic.load(Relaxed) == MAGIC && copy.header.size.load(Relaxed) == file.len() as u64;
        is_ours.then_some(copy)
    }

    /// What a file of zeroes holds.
    pub fn zeroed() -> Box<Evidence> {
        let layout = std::alloc::Layout::new::<Evidence>();
        // SAFETY: the layout has a size, the block is that of a box, and zeroes are valid.
        unsafe {
            let block = std::alloc::alloc_zeroed(layout).cast::<Evidence>();
            if block.is_null() {
                std::alloc::handle_alloc_error(layout);
            }
            Box::from_raw(block)
        }
    }

    /// The bytes of a file in which nothing is written but what is wanted, for the runner to begin with.
    pub fn header_bytes(wanted: u32) -> [u8; size_of::<Header>()] {
        let mut bytes = [0; size_of::<Header>()];
        let at = std::mem::offset_of!(Header, wanted);
        bytes[at..at + 4].copy_from_slice(&wanted.to_ne_bytes());
        bytes
    }

    /// The value of a counter.
    pub fn counter(&self, counter: Counter) -> i64 {
        self.counters[counter as usize].load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_probe_has_written_is_not_read() {
        assert!(Evidence::read(b"").is_none());
        assert!(Evidence::read(&vec![0; size_of::<Evidence>()]).is_none());
    }

    #[test]
    fn a_file_that_a_probe_has_written_is_read() {
        let file = Evidence::zeroed();
        file.header.magic.store(MAGIC, Relaxed);
        file.header.size.store(size_of::<Evidence>() as u64, Relaxed);
        file.counters[Counter::Calls as usize].store(7, Relaxed);
        write_text(&file.images[1].path, b"/a/b.node");
        // SAFETY: the structure has no padding that is read as anything but bytes.
        let bytes = unsafe { std::slice::from_raw_parts(std::ptr::from_ref(&*file).cast::<u8>(), size_of::<Evidence>()) };
        let read = Evidence::read(bytes).expect("a probe has written it");
        assert_eq!(read.counter(Counter::Calls), 7);
        assert_eq!(read_text(&read.images[1].path), "/a/b.node");
    }

    #[test]
    fn of_a_long_text_the_end_is_kept() {
        let text: Text<4> = [const { AtomicU8::new(0) }; 4];
        write_text(&text, b"abcdef");
        assert_eq!(read_text(&text), "def");
    }

    #[test]
    fn a_frame_has_an_image_and_an_offset() {
        assert_eq!(frame_parts(frame_of(3, 0x1234)), (3, 0x1234));
    }

    #[test]
    fn names_are_unique() {
        for names in [Counter::ALL.map(Counter::name).as_slice(), Column::ALL.map(Column::name).as_slice()] {
            for (index, name) in names.iter().enumerate() {
                assert!(!names[..index].contains(name), "{name} is there twice");
            }
        }
    }
}
