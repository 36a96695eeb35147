//! A fixture's course as cargo itself builds it, with no runner.

use std::path::PathBuf;

use crate::fixture::Fixture;

/// Writes a workspace of the course's lessons, and answers where it is.
pub(crate) fn lessons_alone(course: &Fixture) -> PathBuf {
    // The fixture has no members of its own.
    let mut manifest: toml::Table = course.read("Cargo.toml").parse().unwrap();
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    workspace.insert("members".into(), toml::Value::Array(Vec::new()));
    workspace.remove("default-members");
    course.write("Cargo.toml", &manifest.to_string());
    let folder = course.path(FOLDER);
    runner::workspace::write(&course.root(), &folder).unwrap();
    folder
}

/// From the root of the course.
const FOLDER: &str = "workspace";
