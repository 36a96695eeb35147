//! Add-ons that were built before, each under the hash of its inputs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::CompileError;
use crate::toolkit::Toolkit;

/// An add-on is a few MiB.
const MOST: usize = 100;

pub(super) fn find(tools: &Toolkit, key: &str) -> Option<PathBuf> {
    let kept = fs::read_dir(folder(tools)).ok()?.flatten();
    let of_key = kept.filter(|entry| entry.file_name().to_string_lossy().starts_with(key));
    let path = of_key.map(|entry| entry.path()).find(|path| is_whole(path, key))?;
    // The oldest are removed first, and this one is in use.
    File::options().append(true).open(&path).ok()?.set_modified(SystemTime::now()).ok()?;
    Some(path)
}

/// Moves `library` in under `key`. The caller holds the lock.
pub(super) fn keep(tools: &Toolkit, key: &str, library: &Path) -> Result<PathBuf, CompileError> {
    let folder = folder(tools);
    fs::create_dir_all(&folder).map_err(CompileError::file("create", &folder))?;
    remove_oldest(&folder);
    let new = folder.join(format!("{key}.new"));
    let length = fs::copy(library, &new).map_err(CompileError::file("copy", library))?;
    let kept = folder.join(name(key, length));
    fs::rename(&new, &kept).map_err(CompileError::file("rename", &new))?;
    Ok(kept)
}

fn folder(tools: &Toolkit) -> PathBuf {
    tools.work.join("addons")
}

/// After a power cut a file can have its name and not all of its content, so the name says how long it is. To wait
/// until the disk has it would take 5 to 7 ms for each save, measured with 7 MiB on ext4, and now and then hundreds.
fn name(key: &str, length: u64) -> String {
    format!("{key}-{length}.node")
}

fn is_whole(path: &Path, key: &str) -> bool {
    fs::metadata(path).is_ok_and(|data| path.ends_with(name(key, data.len())))
}

fn remove_oldest(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let modified = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut addons: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    addons.sort_by_cached_key(|path| modified(path));
    let over = (addons.len() + 1).saturating_sub(MOST);
    for old in &addons[..over] {
        // A run that uses it has a link of its own.
        let _ = fs::remove_file(old);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::pack::Pack;

    #[test]
    fn what_is_not_whole_is_not_found() {
        let root = tempfile::TempDir::new().unwrap();
        let tools = Toolkit::new(&Pack { root: root.path().to_path_buf() }, "lesson");
        let library = root.path().join("library");
        fs::write(&library, "an add-on").unwrap();
        assert_eq!(find(&tools, "key"), None);
        let kept = keep(&tools, "key", &library).unwrap();
        assert_eq!(find(&tools, "key"), Some(kept.clone()));
        assert_eq!(find(&tools, "ke"), None);
        File::options().write(true).open(&kept).unwrap().set_len(3).unwrap();
        assert_eq!(find(&tools, "key"), None);
        assert_eq!(keep(&tools, "key", &library).unwrap(), kept);
        assert_eq!(find(&tools, "key"), Some(kept));
    }
}
