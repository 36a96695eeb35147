//! Debug information that is in a file of its own, beside a library that was stripped of it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use object::{Object, ObjectSection};

/// Where distributions keep such files.
const SYSTEM: &str = "/usr/lib/debug";

/// The bytes of the file with the debug information of a library, where the library has none itself: by its build id, or
/// by the name that a link in it gives.
pub(crate) fn find(path: &Path, library: &[u8]) -> Option<Vec<u8>> {
    let file = object::File::parse(library).ok()?;
    let has_lines = file.section_by_name(".debug_line").is_some_and(|section| section.size() > 0);
    if has_lines {
        return None;
    }
    let id = file.build_id().ok().flatten();
    let by_id = id.and_then(|id| id.split_first()).map(|(first, rest)| {
        let rest: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
        Path::new(SYSTEM).join(format!(".build-id/{first:02x}/{rest}.debug"))
    });
    let link = file.gnu_debuglink().ok().flatten().map(|(name, _)| PathBuf::from(OsStr::from_bytes(name)));
    let folder = path.parent()?;
    let by_link = link.into_iter().flat_map(|name| {
        let elsewhere = Path::new(SYSTEM).join(folder.strip_prefix("/").unwrap_or(folder));
        [folder.join(&name), folder.join(".debug").join(&name), elsewhere.join(&name)]
    });
    let is_its = |bytes: &Vec<u8>| {
        let of = object::File::parse(bytes.as_slice()).ok();
        of.is_some_and(|of| of.build_id().ok().flatten() == id)
    };
    by_id.into_iter().chain(by_link).filter_map(|path| fs::read(path).ok()).find(is_its)
}
