//! The boilerplate of a lesson: skeletons of its files, and the manifests that cargo needs.

pub(crate) mod manifest;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::catalog::{Edits, FIXED_ADDON, Lesson, LessonId, Variant};

const EXERCISE: &str = include_str!("template/exercise.rs");
const SCRIPT: &str = include_str!("template/exercise.mjs");
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

/// Writes the files of a lesson that are not there. Which language the programs are in is what `lesson.toml` says of
/// `edits`.
///
/// # Errors
/// When a file can't be written.
pub fn write(root: &Path, id: &LessonId) -> Result<Written, WriteError> {
    let folder = Path::new("lessons").join(id.as_str());
    let package = id.package();
    let fill = |text: &str| text.replace("{id}", id.as_str());
    let edits = edits(&root.join(&folder));
    let (program, ending) = (if edits == Edits::Rust { EXERCISE } else { SCRIPT }, edits.ending());
    let mut files = vec![
        (folder.join(format!("exercise.{ending}")), "the program with its bug, as the learner gets it", fill(program)),
        (folder.join(format!("wrong/shipped.{ending}")), "the same file: what must fail", fill(program)),
        (PathBuf::from(format!("solutions/{id}.{ending}")), "the program without the bug", fill(program)),
    ];
    if edits == Edits::JavaScript {
        files.push((folder.join(FIXED_ADDON), "the add-on, which nobody edits", fill(EXERCISE)));
    }
    files.extend([
        (folder.join("drive.mjs"), "what JavaScript does with it", fill(DRIVE)),
        (folder.join("lesson.toml"), "title, goal, hints, checks, and what each wrong fix fails", fill(LESSON)),
        (PathBuf::from(format!("book/{id}.md")), "the page", format!("# {package}\n")),
    ]);
    let mut written = Written { files: Vec::new(), new: Vec::new() };
    for (path, what, content) in files {
        if !root.join(&path).exists() {
            put(root, &path, &content)?;
            written.new.push(path.clone());
        }
        written.files.push((path, what));
    }
    Ok(written)
}

/// What is wrong with the files of a lesson, apart from its verdicts.
///
/// # Errors
/// When a file can't be read.
pub fn faults(lesson: &Lesson) -> io::Result<Vec<String>> {
    let id = &lesson.id;
    let mut faults = Vec::new();
    let ending = lesson.manifest.edits.ending();
    let wrong = wrong_files(&lesson.file(""), ending);
    for name in wrong.iter().filter(|name| !lesson.manifest.wrong.contains_key(*name)) {
        faults.push(format!("lessons/{id}/wrong/{name}.{ending} has no table [wrong.{name}] in lesson.toml"));
    }
    if lesson.manifest.wrong.len() < 3 {
        faults.push(format!("{id} has fewer than two wrong fixes beside the shipped bug"));
    }
    if !lesson.root.join(format!("book/{id}.md")).is_file() {
        faults.push(format!("book/{id}.md, the lesson's page, is missing"));
    }
    // What a learner writes has to work in any napi project.
    let shipped = fs::read_to_string(lesson.source(&Variant::Wrong("shipped".into())).map_err(io::Error::other)?)?;
    for word in ["probe", "LESSON_"].iter().filter(|word| shipped.contains(**word)) {
        faults.push(format!("lessons/{id}/wrong/shipped.{ending}: an exercise is plain napi code, and this mentions `{word}`"));
    }
    Ok(faults)
}

/// What a lesson's manifest says of its programs, as far as there is one already.
fn edits(folder: &Path) -> Edits {
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        edits: Edits,
    }
    let text = fs::read_to_string(folder.join("lesson.toml")).unwrap_or_default();
    toml::from_str(&text).map_or(Edits::default(), |said: Said| said.edits)
}

/// The programs of `wrong/`, by name.
pub(crate) fn wrong_files(folder: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.join("wrong")).into_iter().flatten().flatten();
    let stem = |name: &str| Some(name.strip_suffix(ending)?.strip_suffix('.')?.to_owned());
    let mut names: Vec<String> = entries.filter_map(|entry| stem(entry.file_name().to_str()?)).collect();
    names.sort();
    names
}

fn put(root: &Path, path: &Path, content: &str) -> Result<(), WriteError> {
    let full = root.join(path);
    let folder = full.parent().expect("a lesson's file is in a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(&full, content)).map_err(|source| WriteError { path: full, source })
}
