//! The JavaScript that Node runs: the files of `runner/harness`, as they were when this program was built.
//!
//! They are written out for Node, each version into a folder of its own. So runners of several versions can work
//! in one place.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::file::{hash, write_if_changed};

// `const FILES: &[(&str, &str)]`, the names and the texts, which `build.rs` lists.
include!(concat!(env!("OUT_DIR"), "/harness.rs"));

/// The file that Node is started with.
const MAIN: &str = "main.mjs";
/// Hexadecimal digits of a version.
const DIGITS: usize = 16;

/// Writes below `folder` what is not there as it should be. Answers where the first file is.
pub(crate) fn write(folder: &Path) -> io::Result<PathBuf> {
    let folder = folder.join(version());
    for (name, text) in FILES {
        write_if_changed(&folder.join(name), text.as_bytes())?;
    }
    Ok(folder.join(MAIN))
}

/// The version of these files: a hash of them.
pub(crate) fn version() -> String {
    let all: Vec<u8> = FILES.iter().flat_map(|(name, text)| [Sha256::digest(name), Sha256::digest(text)].concat()).collect();
    let mut version = hash(&all);
    version.truncate(DIGITS);
    version
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;

    #[test]
    fn all_files_are_written() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness");
        let folder = tempfile::TempDir::new().unwrap();
        let main = write(folder.path()).unwrap();
        for entry in fs::read_dir(source).unwrap().flatten() {
            let written = main.with_file_name(entry.file_name());
            assert_eq!(fs::read_to_string(&written).unwrap(), fs::read_to_string(entry.path()).unwrap());
        }
    }

    #[test]
    fn a_file_that_is_damaged_is_written_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let main = write(folder.path()).unwrap();
        let whole = fs::read(&main).unwrap();
        fs::write(&main, "").unwrap();
        fs::remove_file(main.with_file_name("load.mjs")).unwrap();
        assert_eq!(write(folder.path()).unwrap(), main);
        assert_eq!(fs::read(&main).unwrap(), whole);
        assert!(main.with_file_name("load.mjs").is_file());
    }

    #[test]
    fn many_write_it_at_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let expected = FILES.len();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let main = write(folder.path()).unwrap();
                    // Whoever has written it can run it, whatever the others do.
                    for (name, text) in FILES {
                        assert_eq!(fs::read_to_string(main.with_file_name(name)).unwrap(), *text, "{name}");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path().join(version())).unwrap().count(), expected, "nothing else is left");
    }
}
