//! Add-ons that were built before, each under the hash of its inputs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::CompileError;
use crate::course::Course;

/// An add-on is a few MiB.
const MOST: usize = 100;

pub(super) fn find(course: &Course, key: &str) -> Option<PathBuf> {
    let path = path(course, key);
    // The oldest are removed first, and this one is in use.
    File::options().append(true).open(&path).ok()?.set_modified(SystemTime::now()).ok()?;
    Some(path)
}

/// Moves `library` in under `key`. The caller holds the lock.
pub(super) fn keep(course: &Course, key: &str, library: &Path) -> Result<PathBuf, CompileError> {
    let kept = path(course, key);
    let folder = kept.parent().expect("an add-on is in the store's folder");
    fs::create_dir_all(folder).map_err(CompileError::file("create", folder))?;
    remove_oldest(folder);
    let new = kept.with_extension("new");
    fs::copy(library, &new).map_err(CompileError::file("copy", library))?;
    fs::rename(&new, &kept).map_err(CompileError::file("rename", &new))?;
    Ok(kept)
}

fn path(course: &Course, key: &str) -> PathBuf {
    course.work.join("addons").join(format!("{key}.node"))
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
