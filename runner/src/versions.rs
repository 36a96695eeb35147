//! With which crates lessons are compiled: the pack's own Cargo.toml and Cargo.lock say so, and where it has none,
//! those that this program was built with.

use std::fs;
use std::io;
use std::path::Path;

/// The workspace manifest: its dependencies, lints and profiles.
pub(crate) fn manifest(root: &Path) -> io::Result<String> {
    own_or(&root.join("Cargo.toml"), include_str!("../../Cargo.toml"))
}

/// The lock file.
pub(crate) fn lock(root: &Path) -> io::Result<String> {
    own_or(&root.join("Cargo.lock"), include_str!("../../Cargo.lock"))
}

fn own_or(path: &Path, built_with: &str) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(built_with.to_owned()),
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_pack_needs_none_of_its_own() {
        let root = tempfile::TempDir::new().unwrap();
        assert!(manifest(root.path()).unwrap().contains("napi-derive = "));
        assert!(lock(root.path()).unwrap().contains("name = \"napi-derive\""));
        fs::write(root.path().join("Cargo.toml"), "[workspace]").unwrap();
        assert_eq!(manifest(root.path()).unwrap(), "[workspace]");
    }
}
