//! A fixture's course as cargo itself builds it, with no runner.

use std::path::PathBuf;

use crate::fixture::Fixture;

/// Writes a workspace of the course's lessons, and answers where it is.
pub(crate) fn lessons_alone(course: &Fixture) -> PathBuf {
    // The fixture has no other members than the one that the lessons depend on.
    let mut manifest: toml::Table = course.read("Cargo.toml").parse().unwrap();
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    workspace.insert("members".into(), vec!["runner/probe"].into());
    workspace.remove("default-members");
    course.write("Cargo.toml", &manifest.to_string());
    let folder = course.path(FOLDER);
    runner::workspace::write(&course.root(), &folder).unwrap();
    // What the lessons' build script looks at: without it, cargo would run that script for each build.
    course.write(&format!("{FOLDER}/lessons/build.rs"), "");
    folder
}

/// From the root of the course.
const FOLDER: &str = "workspace";
