//! All files that a build of one lesson reads.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{CompileError, Script, write_if_changed};
use crate::catalog::{Lesson, Variant};

const LOCK: &str = "Cargo.lock";

/// The files of a build, by their path from the root of the course.
pub(super) struct Inputs {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Which of the files is the add-on.
    source: usize,
    /// What the learner has written, where that is not the add-on.
    script: Option<Script>,
    /// The hash of what the learner has written: of the bytes, as all have it who look at the file.
    source_hash: String,
}

impl Inputs {
    pub(super) fn read(lesson: &Lesson, variant: &Variant) -> Result<Inputs, CompileError> {
        let root = &lesson.root;
        let exercise = lesson.exercise();
        let given = lesson.given_exercise();
        if given.is_none() && !exercise.is_file() {
            return Err(CompileError::NoExercise { path: exercise, id: lesson.id.clone() });
        }
        let text = |path: &Path| match given {
            Some(text) if path == exercise => Ok(text.as_bytes().to_vec()),
            _ => fs::read(path).map_err(CompileError::file("read", path)),
        };
        let addon = lesson.addon(variant)?;
        let (mut script, mut script_hash) = (None, None);
        let mut paths = vec![addon.clone()];
        if lesson.fixed_addon().is_some() {
            let path = lesson.source(variant)?;
            let bytes = text(&path)?;
            script_hash = Some(hash(&bytes));
            // Node reads what is not UTF-8 in the same way.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            script = Some(Script { name: lesson.relative(&path).to_path_buf(), text });
        } else {
            // The lesson's other programs have to be there for cargo.
            paths.extend(lesson.sources().into_iter().filter(|path| *path != addon));
        }
        paths.extend([lesson.file("Cargo.toml"), root.join(LOCK)]);

        let mut files = vec![(PathBuf::from("Cargo.toml"), workspace(root, lesson)?.into_bytes())];
        for path in paths {
            files.push((lesson.relative(&path).to_path_buf(), text(&path)?));
        }
        let source = 1;
        let source_hash = script_hash.unwrap_or_else(|| hash(&files[source].1));
        Ok(Inputs { files, source, script, source_hash })
    }

    /// Whether rustc can read the add-on. It does not say what is wrong with one that it can't.
    pub(super) fn source_is_text(&self) -> bool {
        str::from_utf8(&self.files[self.source].1).is_ok()
    }

    /// The add-on's text.
    pub(super) fn source(&self) -> String {
        String::from_utf8_lossy(&self.files[self.source].1).into_owned()
    }

    /// What the learner has written, where that is not the add-on.
    pub(super) fn script(&self) -> Option<Script> {
        self.script.clone()
    }

    /// The hash of what the learner has written.
    pub(super) fn source_hash(&self) -> String {
        self.source_hash.clone()
    }

    /// The name of what this build makes: a hash of all that has an influence on it.
    pub(super) fn key(&self, toolchain: &str) -> String {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(toolchain.as_bytes());
        add(super::cargo::RUSTFLAGS.as_bytes());
        for (index, (path, content)) in self.files.iter().enumerate() {
            // The lesson's other programs have to be there for cargo, but have no part in this one.
            let other = index != self.source && path.extension().is_some_and(|ending| ending == "rs");
            if !other {
                add(path.to_string_lossy().as_bytes());
                add(content);
            }
        }
        hex(hash.finalize().as_slice())
    }

    /// Writes the files below `stage`.
    pub(super) fn stage(&self, stage: &Path) -> Result<(), CompileError> {
        for (path, content) in &self.files {
            if path == Path::new(LOCK) {
                // Cargo takes what this workspace does not need out of its copy. It is written again
                // only when the course has another one.
                let origin = stage.join("Cargo.lock.origin");
                if fs::read(&origin).is_ok_and(|old| old == *content) {
                    continue;
                }
                write_if_changed(&origin, content)?;
            }
            write_if_changed(&stage.join(path), content)?;
        }
        Ok(())
    }
}

/// The course's workspace manifest with this lesson as the only member.
fn workspace(root: &Path, lesson: &Lesson) -> Result<String, CompileError> {
    let path = root.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(CompileError::file("read", &path))?;
    let parse = |message: String| CompileError::Workspace { path: path.clone(), message };
    let mut manifest: toml::Table = text.parse().map_err(|error: toml::de::Error| parse(error.to_string()))?;
    let Some(toml::Value::Table(workspace)) = manifest.get_mut("workspace") else {
        return Err(parse("there is no [workspace] in it".into()));
    };
    workspace.insert("members".into(), vec![format!("lessons/{}", lesson.id)].into());
    workspace.remove("default-members");
    // A profile for a crate that this workspace has not got would only make cargo warn.
    if let Some(toml::Value::Table(dev)) = manifest.get_mut("profile").and_then(|profile| profile.get_mut("dev")) {
        dev.remove("package");
    }
    Ok(manifest.to_string())
}

/// The SHA-256 of a source, in hexadecimal digits.
pub fn hash(source: &[u8]) -> String {
    hex(Sha256::digest(source).as_slice())
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}
