//! A fixture's course as cargo itself builds it, with no runner.

use crate::fixture::Fixture;

/// Makes the course a workspace of its lessons alone: the fixture has no other members.
pub(crate) fn lessons_alone(course: &Fixture) {
    let mut manifest: toml::Table = course.read("Cargo.toml").parse().unwrap();
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    workspace.insert("members".into(), vec!["lessons/*/*"].into());
    workspace.remove("default-members");
    // A profile for a crate of the runner's would only make cargo warn.
    manifest["profile"]["dev"].as_table_mut().unwrap().remove("package");
    course.write("Cargo.toml", &manifest.to_string());
}
