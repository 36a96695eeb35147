//! All files that a build of one lesson reads.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{CompileError, Script};
use crate::catalog::{Lesson, Variant};
use crate::file::{hash, hex, write_if_changed};
use crate::template::manifest;
use crate::versions;
use crate::workspace::write_lock;

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

        let mut files = Vec::from(manifests(lesson)?);
        let source = files.len();
        for path in paths {
            files.push((lesson.relative(&path).to_path_buf(), text(&path)?));
        }
        let lock = versions::lock(root).map_err(CompileError::file("read", root.join(LOCK)))?;
        files.push((LOCK.into(), lock.into_bytes()));
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
    pub(super) fn key(&self, toolchain: &str, triple: Option<&str>) -> String {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(toolchain.as_bytes());
        add(super::cargo::RUSTFLAGS.as_bytes());
        add(triple.unwrap_or_default().as_bytes());
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
            let (is_lock, path) = (path == Path::new(LOCK), stage.join(path));
            let written = if is_lock { write_lock(stage, content) } else { write_if_changed(&path, content) };
            written.map_err(CompileError::file("write", path))?;
        }
        Ok(())
    }
}

/// The manifests of the stage: the pack's workspace with this lesson as the only member, and the lesson's package.
fn manifests(lesson: &Lesson) -> Result<[(PathBuf, Vec<u8>); 2], CompileError> {
    let path = lesson.root.join("Cargo.toml");
    let text = versions::manifest(&lesson.root).map_err(CompileError::file("read", &path))?;
    let folder = format!("lessons/{}", lesson.id);
    let workspace = manifest::workspace(&text, vec![folder.clone()]);
    let workspace = workspace.map_err(|message| CompileError::Workspace { path, message })?;
    // The paths are as short as they can be: rustc repeats them in its messages.
    let in_package = |of: &str| match of.strip_prefix(&format!("{folder}/")) {
        Some(own) => own.to_owned(),
        None => format!("../../../{of}"),
    };
    let package = manifest::package(&lesson.id, lesson.manifest.edits, &lesson.law(), &in_package);
    let files = [("Cargo.toml".into(), workspace), (format!("{folder}/Cargo.toml"), package)];
    Ok(files.map(|(path, content): (String, String)| (path.into(), content.into_bytes())))
}
