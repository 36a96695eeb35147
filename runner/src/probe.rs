//! The probe: the library that is preloaded into Node. The runner carries it in its binary.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::compile;

/// The library, as it was built with this runner.
static LIBRARY: &[u8] = include_bytes!(env!("PROBE_LIBRARY"));

/// The variable with another one to use: for those who work on the probe.
const OVERRIDE: &str = "LESSON_PROBE_LIBRARY";

/// The path of the library, which is written below `work` when it is not there yet.
///
/// # Errors
/// When it can't be written.
pub fn library(work: &Path) -> io::Result<PathBuf> {
    if let Some(path) = std::env::var_os(OVERRIDE).filter(|path| !path.is_empty()) {
        return std::path::absolute(path);
    }
    // Of all threads of this process one writes it.
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let path = work.join("probe").join(format!("{}.so", &hash()[..16]));
    if fs::metadata(&path).is_ok_and(|file| file.len() == LIBRARY.len() as u64) {
        return Ok(path);
    }
    let folder = work.join("probe");
    fs::create_dir_all(&folder)?;
    // Another runner may write it at the same time: the last one to rename has written the same.
    let new = folder.join(format!("{}.new", std::process::id()));
    File::create(&new)?.write_all(LIBRARY)?;
    fs::rename(&new, &path)?;
    Ok(path)
}

fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| compile::hash(LIBRARY))
}
