//! The boilerplate of a lesson: its manifest, and skeletons of its other files.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::catalog::{Lesson, LessonId};

const EXERCISE: &str = include_str!("template/exercise.rs");
const DRIVE: &str = include_str!("template/drive.mjs");
const LESSON: &str = include_str!("template/lesson.toml");

/// What [`write`] found and made.
#[derive(Debug)]
pub struct Written {
    /// All files of a lesson, from the root of the course, and what each is for.
    pub files: Vec<(PathBuf, &'static str)>,
    /// Those that were not there.
    pub new: Vec<PathBuf>,
}

/// Why a lesson's files could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write {path}: {source}")]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// The Cargo.toml of a lesson with these programs in `wrong/`.
pub fn manifest(id: &LessonId, wrong: &[String]) -> String {
    let package = id.package();
    let mut manifest = format!(
        r#"# Written by `cargo lesson new {id}`.
[package]
name = "{package}"
version = "0.0.0"
edition.workspace = true
license.workspace = true
publish.workspace = true
build = "../../build.rs"

[lib]
path = "exercise.rs"
crate-type = ["cdylib"]
test = false
doctest = false

[dependencies]
napi = {{ path = "../../../runner/probe", package = "probe" }}
napi-derive = {{ workspace = true }}
"#
    );
    let mut example = |name: &str, path: &str| {
        let _ = write!(manifest, "\n[[example]]\nname = \"{package}-{name}\"\npath = \"{path}\"\ncrate-type = [\"cdylib\"]\n");
    };
    example("solution", &format!("../../../solutions/{id}.rs"));
    for name in wrong {
        example(&format!("wrong-{name}"), &format!("wrong/{name}.rs"));
    }
    manifest
}

/// Writes the files of a lesson that are not there, and its Cargo.toml in any case: that one follows
/// from the others.
///
/// # Errors
/// When a file can't be written.
pub fn write(root: &Path, id: &LessonId) -> Result<Written, WriteError> {
    let folder = Path::new("lessons").join(id.as_str());
    let package = id.package();
    let fill = |text: &str| text.replace("{id}", id.as_str());
    let files = vec![
        (folder.join("exercise.rs"), "the add-on with its bug, as the learner gets it", fill(EXERCISE)),
        (folder.join("wrong/shipped.rs"), "the same file: what must fail", fill(EXERCISE)),
        (PathBuf::from(format!("solutions/{id}.rs")), "the add-on without the bug", fill(EXERCISE)),
        (folder.join("drive.mjs"), "what JavaScript does with it", fill(DRIVE)),
        (folder.join("lesson.toml"), "title, goal, hints, checks, and what each wrong fix fails", fill(LESSON)),
        (PathBuf::from(format!("book/{id}.md")), "the page", format!("# {package}\n")),
    ];
    let mut written = Written { files: Vec::new(), new: Vec::new() };
    for (path, what, content) in files {
        if !root.join(&path).exists() {
            put(root, &path, &content)?;
            written.new.push(path.clone());
        }
        written.files.push((path, what));
    }
    let path = folder.join("Cargo.toml");
    put(root, &path, &manifest(id, &wrong_files(&root.join(&folder))))?;
    written.new.push(path.clone());
    written.files.push((path, "how cargo builds it: never edited by hand"));
    Ok(written)
}

/// What is wrong with the files of a lesson, apart from its verdicts.
///
/// # Errors
/// When a file can't be read.
pub fn faults(lesson: &Lesson) -> io::Result<Vec<String>> {
    let id = &lesson.id;
    let mut faults = Vec::new();
    let wrong = wrong_files(&lesson.file(""));
    if fs::read_to_string(lesson.file("Cargo.toml"))? != manifest(id, &wrong) {
        faults.push(format!("lessons/{id}/Cargo.toml is not what its files ask for: run `cargo lesson new {id}`"));
    }
    for name in wrong.iter().filter(|name| !lesson.manifest.wrong.contains_key(*name)) {
        faults.push(format!("lessons/{id}/wrong/{name}.rs has no table [wrong.{name}] in lesson.toml"));
    }
    if lesson.manifest.wrong.len() < 3 {
        faults.push(format!("{id} has fewer than two wrong fixes beside the shipped bug"));
    }
    if !lesson.root.join(format!("book/{id}.md")).is_file() {
        faults.push(format!("book/{id}.md, the lesson's page, is missing"));
    }
    // What a learner writes has to work in any napi project.
    let shipped = fs::read_to_string(lesson.file("wrong/shipped.rs"))?;
    for word in ["probe", "LESSON_"].iter().filter(|word| shipped.contains(**word)) {
        faults.push(format!("lessons/{id}/wrong/shipped.rs: an exercise is plain napi code, and this mentions `{word}`"));
    }
    Ok(faults)
}

/// The programs of `wrong/`, by name.
fn wrong_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("wrong")).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned())).collect();
    names.sort();
    names
}

fn put(root: &Path, path: &Path, content: &str) -> Result<(), WriteError> {
    let full = root.join(path);
    let folder = full.parent().expect("a lesson's file is in a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(&full, content)).map_err(|source| WriteError { path: full, source })
}
