//! Reads what the probe has written, after the process is gone.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use evidence::{Column, Counter, Evidence, frame_of, frame_parts, read_text};
use serde::{Deserialize, Serialize};

use super::guard_file::{self, Guard};
use super::sites_file::{Caller, Stack, Stacks};

/// What the probe has written.
pub(super) struct Written {
    pub(super) counters: BTreeMap<String, f64>,
    pub(super) sites: Stacks,
    pub(super) guard: Guard,
    pub(super) images: Vec<Image>,
}

/// A library that was loaded as an add-on, or that one has brought along, and how much of it is observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Its path.
    pub path: String,
    /// Its build id, in hexadecimal digits; empty when it has none.
    pub build_id: String,
    /// Its imports of Node-API that lead to the probe.
    pub napi: u32,
    /// Its imports of functions that allocate, which lead to the probe.
    pub memory: u32,
    /// Its imports of functions that ask the system for memory.
    #[serde(default)]
    pub system: u32,
    /// Its imports of V8's and Node's own C++ functions, which nothing observes.
    pub v8: u32,
    /// Whether it was loaded at the end.
    pub loaded: bool,
}

impl Image {
    /// Whether it has an allocator of its own inside, and nothing that it allocates is seen.
    pub fn hides_memory(&self) -> bool {
        self.memory == 0 && self.system > 0
    }

    /// Whether it calls V8 past Node-API, so that objects which it makes there are not seen.
    pub fn calls_v8(&self) -> bool {
        self.v8 > 0
    }
}

/// Makes the file that the probe is to write, with all of its room: on a full disk the first touch of a page that is
/// not there would be the add-on's end.
pub(super) fn create(path: &Path, wanted: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let size = size_of::<Evidence>();
    nix::fcntl::posix_fallocate(&file, 0, size as i64)?;
    file.write_all(&Evidence::header_bytes(wanted))
}

/// Reads the file; none when no probe has written to it. The frames of `addon` are offsets in it, as its debug
/// information has them; those of other libraries are not in its range.
pub(super) fn read(path: &Path, addon: &Path) -> Option<Written> {
    let evidence = Evidence::read(&fs::read(path).ok()?)?;
    let images = images(&evidence);
    let of_addon: Vec<bool> = images.iter().map(|image| Path::new(&image.path) == addon).collect();
    let frame = |frame: u64| {
        let (image, offset) = frame_parts(frame);
        // The first image of the file stands for none.
        if image.checked_sub(1).is_some_and(|image| of_addon.get(image) == Some(&true)) {
            offset
        } else {
            frame_of(image, offset)
        }
    };
    let counters = Counter::ALL.map(|counter| (counter.name().to_owned(), evidence.counter(counter) as f64));
    Some(Written {
        counters: BTreeMap::from(counters),
        sites: sites(&evidence, frame),
        guard: guard_file::of(&evidence, frame),
        images,
    })
}

fn images(evidence: &Evidence) -> Vec<Image> {
    let image = |image: &evidence::Image| {
        let path = read_text(&image.path);
        let build_id: Vec<u8> = image.build_id.iter().map(|byte| byte.load(Relaxed)).collect();
        let digits = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        (!path.is_empty()).then(|| Image {
            path,
            build_id: if build_id.iter().all(|byte| *byte == 0) { String::new() } else { digits(&build_id) },
            napi: image.napi.load(Relaxed),
            memory: image.memory.load(Relaxed),
            system: image.system.load(Relaxed),
            v8: image.v8.load(Relaxed),
            loaded: image.loaded.load(Relaxed) == 1,
        })
    };
    evidence.images[1..].iter().map_while(image).collect()
}

fn sites(evidence: &Evidence, frame: impl Fn(u64) -> u64) -> Stacks {
    let caller = |number: u64| {
        let caller = evidence.callers.get(number as usize).filter(|_| number > 0)?;
        let line = caller.line.load(Relaxed) as u32;
        let [function, script, callee] = [&caller.function[..], &caller.script, &caller.callee].map(read_text);
        (line > 0).then_some(Caller { function, script, line, callee })
    };
    let stack = |site: &evidence::Site| {
        let depth = (site.depth.load(Relaxed) as usize).min(evidence::FRAMES);
        let amount = |column: Column| (column.name().to_owned(), site.amounts[column as usize].load(Relaxed));
        Stack {
            frames: site.frames[..depth].iter().map(|word| frame(word.load(Relaxed))).collect(),
            caller: caller(site.caller.load(Relaxed)),
            amounts: Column::ALL.into_iter().map(amount).filter(|(_, amount)| *amount != 0).collect(),
        }
    };
    let used = evidence.sites.iter().enumerate().filter(|(_, site)| site.key.load(Relaxed) != 0);
    Stacks(used.map(|(number, site)| (number as u32, stack(site))).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use evidence::{MAGIC, write_text};

    fn written(file: &Evidence) -> Written {
        file.header.magic.store(MAGIC, Relaxed);
        file.header.size.store(size_of::<Evidence>() as u64, Relaxed);
        // SAFETY: a structure of integers, read as bytes.
        let bytes = unsafe { std::slice::from_raw_parts(std::ptr::from_ref(file).cast::<u8>(), size_of::<Evidence>()) };
        let path = tempfile::NamedTempFile::new().unwrap();
        fs::write(path.path(), bytes).unwrap();
        read(path.path(), Path::new("/run/addon.node")).unwrap()
    }

    #[test]
    fn frames_of_the_addon_are_told_from_those_of_its_libraries() {
        let file = Evidence::zeroed();
        write_text(&file.images[1].path, b"/run/libother.so");
        write_text(&file.images[2].path, b"/run/addon.node");
        let site = &file.sites[7];
        site.key.store(1, Relaxed);
        site.depth.store(2, Relaxed);
        site.frames[0].store(frame_of(2, 0x10), Relaxed);
        site.frames[1].store(frame_of(1, 0x10), Relaxed);
        site.amounts[Column::Blocks as usize].store(3, Relaxed);
        let written = written(&file);
        let stack = &written.sites.0[&7];
        assert_eq!(stack.frames, [0x10, frame_of(1, 0x10)]);
        assert_eq!(stack.amounts, BTreeMap::from([("blocks".to_owned(), 3)]));
        assert_eq!(written.images.len(), 2);
    }

    #[test]
    fn a_file_that_no_probe_has_written_says_nothing() {
        let path = tempfile::NamedTempFile::new().unwrap();
        create(path.path(), 3).unwrap();
        assert_eq!(fs::metadata(path.path()).unwrap().len(), size_of::<Evidence>() as u64);
        assert!(read(path.path(), Path::new("/")).is_none());
    }
}
