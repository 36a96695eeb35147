//! The code that a record is about.
//!
//! That is what an author changes: the programs, `drive.mjs`, what `lesson.toml` says of the work and the
//! checks, and the versions of napi-rs. The probe and the harness are left out on purpose. They are the
//! instruments: a change there must not change a number, which the law and the runner's own tests see to,
//! and it would ask for a new record of every lesson. The versions of Node and rustc are in the record, to
//! be shown; whoever reads the book may have others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::catalog::{FIXED_ADDON, Lesson, Variant};
use crate::compile;
use crate::versions;

/// Hexadecimal digits of a hash that are kept: it tells an edit, and is no signature.
const DIGITS: usize = 16;

/// The versions of napi-rs' crates that lessons are compiled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Crates {
    /// The crate `napi`.
    pub napi: String,
    /// The crate `napi-derive`.
    pub napi_derive: String,
}

impl Crates {
    /// Those of the pack at `root`, by its lock file.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(root: &Path) -> Result<Crates, RecordError> {
        let file = |source| RecordError::File { action: "read", path: root.join("Cargo.lock"), source };
        let lock = versions::lock(root).map_err(file)?;
        let version = |name: &str| {
            let package = format!("\nname = \"{name}\"\nversion = \"");
            lock.split_once(&package).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("unknown").to_owned()
        };
        Ok(Crates { napi: version("napi"), napi_derive: version("napi-derive") })
    }

    pub(super) fn changes(&self, now: &Crates) -> Vec<String> {
        let pairs = [("napi", &self.napi, &now.napi), ("napi-derive", &self.napi_derive, &now.napi_derive)];
        let changed = pairs.into_iter().filter(|(_, then, now)| then != now);
        changed.map(|(name, then, now)| format!("{name} was {then} and is {now}")).collect()
    }
}

/// The code of a lesson as it is.
pub(super) struct Code {
    /// The hash of each file, by its path from the lesson's folder.
    pub(super) hashes: BTreeMap<String, String>,
    /// The programs of the law.
    pub(super) programs: BTreeMap<Variant, Vec<u8>>,
}

pub(super) fn read(lesson: &Lesson) -> Result<Code, RecordError> {
    let read =
        |path: &Path| fs::read(path).map_err(|source| RecordError::File { action: "read", path: path.to_path_buf(), source });
    let (mut hashes, mut programs) = (BTreeMap::new(), BTreeMap::new());
    let ending = lesson.manifest.edits.ending();
    for variant in lesson.law() {
        let path = lesson.source(&variant).map_err(crate::compile::CompileError::from).map_err(crate::check::CheckError::from)?;
        let name = match &variant {
            Variant::Wrong(name) => format!("wrong/{name}.{ending}"),
            Variant::Solution | Variant::Exercise => format!("solutions/{}.{ending}", lesson.id),
        };
        let program = read(&path)?;
        hashes.insert(name, hash(&program));
        programs.insert(variant, program);
    }
    if let Some(addon) = lesson.fixed_addon() {
        hashes.insert(FIXED_ADDON.into(), hash(&read(&addon)?));
    }
    hashes.insert("drive.mjs".into(), hash(&read(&lesson.file("drive.mjs"))?));
    hashes.insert("lesson.toml".into(), hash(lesson.manifest.of_a_run.as_bytes()));
    Ok(Code { hashes, programs })
}

fn hash(content: &[u8]) -> String {
    let mut digits = compile::hash(content);
    digits.truncate(DIGITS);
    digits
}

/// How the files differ from those that were recorded.
pub(super) fn changes(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let gone = then.keys().filter(|file| !now.contains_key(*file)).map(|file| format!("{file} is gone"));
    let changed = now.iter().filter_map(|(file, hash)| match then.get(file) {
        Some(then) if then == hash => None,
        Some(_) => Some(format!("{file} has changed")),
        None => Some(format!("{file} is new")),
    });
    changed.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_named() {
        let files = |files: &[(&str, &str)]| files.iter().map(|(file, hash)| ((*file).into(), (*hash).into())).collect();
        let then = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let now = files(&[("a", "1"), ("b", "2"), ("d", "1")]);
        assert_eq!(changes(&then, &now), ["b has changed", "d is new", "c is gone"]);
        assert!(changes(&now, &now).is_empty());
    }
}
