//! The probe: the library that is preloaded into Node. The runner carries it in its binary.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::file;

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
    let path = work.join("probe").join(format!("{}.so", &hash()[..16]));
    // Its name says what is in it: one that is whole is not read again.
    if !fs::metadata(&path).is_ok_and(|file| file.len() == LIBRARY.len() as u64) {
        file::write_if_changed(&path, LIBRARY)?;
    }
    Ok(path)
}

fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| file::hash(LIBRARY))
}
