//! Which libraries the process has, what each of them is, and how its stack frames are unwound.
//!
//! The list is read by every walk of a stack, and is replaced as a whole when libraries come and go.

#[cfg(any(target_arch = "aarch64", test))]
mod signing;

use std::ops::Range;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering::*};

use framehop::{ExplicitModuleSectionInfo, Module, MustNotAllocateDuringUnwind, Unwinder as _, UnwinderNative};

use crate::elf::{Export, Library};
use crate::table;

pub(crate) type Unwinder = UnwinderNative<&'static [u8], MustNotAllocateDuringUnwind>;

/// What a library is to the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Node itself.
    Main,
    /// What came with the process: the C library, the C++ library and others.
    Runtime,
    /// An add-on, or what one has brought along.
    AddOn,
    /// This library.
    Probe,
    /// The dynamic linker, and what the kernel puts into each process.
    System,
}

/// A library.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) library: Library,
    pub(crate) range: Range<usize>,
    pub(crate) role: Role,
    /// The number of an add-on's record in the file.
    pub(crate) number: usize,
    /// Where its unwinding tables are, and what they say.
    frames: Option<(usize, &'static [u8])>,
}

impl Image {
    pub(crate) fn new(library: Library, role: Role, number: usize) -> Image {
        let frames = frames(&library);
        // Node's own frames are not unwound by its tables, and these are large.
        #[cfg(target_arch = "aarch64")]
        let frames = frames.map(|(at, bytes)| (at, if role == Role::Main { bytes } else { signing::without_signing(bytes) }));
        Image { range: library.range(), library, role, number, frames }
    }
}

/// The libraries of one moment, in the order of their addresses.
pub(crate) struct Images {
    pub(crate) list: Vec<Image>,
    pub(crate) unwinder: Unwinder,
}

static IMAGES: AtomicPtr<Images> = AtomicPtr::new(null_mut());

/// The libraries; none before the probe has begun.
#[inline(always)]
pub(crate) fn images() -> Option<&'static Images> {
    // SAFETY: a list that was published is never freed, since another thread may be reading it.
    unsafe { IMAGES.load(Acquire).as_ref() }
}

/// Makes `list` the libraries of the process. The list before is left to those who read it.
pub(crate) fn publish(list: Vec<Image>) {
    IMAGES.store(Box::leak(Box::new(Images::new(list))), Release);
}

impl Images {
    pub(crate) fn new(mut list: Vec<Image>) -> Images {
        list.sort_by_key(|image| image.range.start);
        let mut unwinder = Unwinder::new();
        for image in &list {
            if let Some(module) = module(image) {
                unwinder.add_module(module);
            }
        }
        Images { list, unwinder }
    }

    /// The library that an address is in.
    #[inline]
    pub(crate) fn find(&self, address: usize) -> Option<&Image> {
        let index = self.list.partition_point(|image| image.range.start <= address);
        self.list[..index].last().filter(|image| address < image.range.end)
    }
}

/// Whose a function of Node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Node's.
    Node,
    /// Anybody's. What is a template in C++ is compiled into each library that uses it, as a weak function, and the
    /// dynamic linker has all libraries use the first one that is exported, which is Node's. So an add-on's
    /// `push_back` may well be a function of Node, and what it asks for is the add-on's all the same.
    Shared,
    /// That of whoever has called it: it has no name, as what the compiler has cut out of a template.
    Caller,
}

/// The functions that Node exports, in the order of their addresses; none before they are needed.
static EXPORTS: OnceLock<Vec<Export>> = OnceLock::new();

/// Finds them, once: for the first add-on that exports a function which it uses itself.
pub(crate) fn share() {
    let main = |images: &'static Images| images.list.iter().find(|image| image.role == Role::Main);
    if let Some(main) = images().and_then(main) {
        EXPORTS.get_or_init(|| main.library.exports());
    }
}

/// Whose the function of Node at an address is. It may be asked in a signal handler.
pub(crate) fn owner(address: usize) -> Owner {
    let Some(exports) = EXPORTS.get() else { return Owner::Node };
    let index = exports.partition_point(|export| export.start <= address);
    match exports[..index].last().filter(|export| address < export.end) {
        Some(export) if export.is_weak => Owner::Shared,
        Some(_) => Owner::Node,
        None => Owner::Caller,
    }
}

/// What the unwinder has to know of a library.
fn module(image: &Image) -> Option<Module<&'static [u8]>> {
    let library = &image.library;
    let header = library.eh_frame_hdr()?;
    let header_bytes = library.bytes_from(header.start)?;
    let header_bytes = &header_bytes[..header.len().min(header_bytes.len())];
    let (frames, frame_bytes) = image.frames?;
    let addresses = |range: Range<usize>| range.start as u64..range.end as u64;
    let sections = ExplicitModuleSectionInfo {
        base_svma: image.range.start as u64,
        eh_frame_svma: Some(addresses(frames..frames + frame_bytes.len())),
        eh_frame: Some(frame_bytes),
        eh_frame_hdr_svma: Some(addresses(header.clone())),
        eh_frame_hdr: Some(header_bytes),
        ..Default::default()
    };
    Some(Module::new(String::new(), addresses(image.range.clone()), image.range.start as u64, sections))
}

/// The unwinding tables, `.eh_frame`: where they begin, and the bytes from there.
fn frames(library: &Library) -> Option<(usize, &'static [u8])> {
    let header = library.eh_frame_hdr()?;
    let at = eh_frame(library.bytes_from(header.start)?, header.start)?;
    Some((at, library.bytes_from(at)?))
}

/// Where `.eh_frame` begins: the second field of its index, as every linker writes it.
fn eh_frame(header: &[u8], at: usize) -> Option<usize> {
    const SIGNED_32_BITS_FROM_HERE: u8 = 0x1b;
    let (version, encoding) = (*header.first()?, *header.get(1)?);
    let offset = i32::from_ne_bytes(header.get(4..8)?.try_into().ok()?);
    (version == 1 && encoding == SIGNED_32_BITS_FROM_HERE).then(|| (at + 4).wrapping_add_signed(offset as isize))
}

/// Counts something of an add-on in its record.
pub(crate) fn record(image: &Image) -> Option<&'static evidence::Image> {
    (image.role == Role::AddOn).then(|| table::image(image.number)).flatten()
}
