//! The manifests for cargo: of a workspace of lessons, and of each lesson's package in it. Nobody writes or keeps
//! them: they follow from the lesson's files.

use std::fmt::Write as _;

use crate::catalog::{Edits, FIXED_ADDON, LessonId, Variant};

/// The Cargo.toml of a lesson with these programs beside its exercise. `path` says how it names a file or folder
/// of the pack, which is given from the root.
pub(crate) fn package(id: &LessonId, edits: Edits, programs: &[Variant], path: &dyn Fn(&str) -> String) -> String {
    let package = id.package();
    let path = |of: &str| toml::Value::from(path(of)).to_string();
    let library = match edits {
        Edits::Rust => "exercise.rs",
        Edits::JavaScript => FIXED_ADDON,
    };
    let mut manifest = format!(
        r#"# Written by `cargo lesson`, as the files of {id} ask for.
[package]
name = "{package}"
version = "0.0.0"
edition.workspace = true
license.workspace = true
publish.workspace = true

[lib]
path = {library}
crate-type = ["cdylib"]
test = false
doctest = false

[dependencies]
napi = {{ workspace = true }}
napi-derive = {{ workspace = true }}
"#,
        library = path(&format!("lessons/{id}/{library}")),
    );
    if edits == Edits::JavaScript {
        return manifest;
    }
    for program in programs {
        let (name, source) = match program {
            // It is the library.
            Variant::Exercise => continue,
            Variant::Solution => ("solution".to_owned(), format!("solutions/{id}.rs")),
            Variant::Wrong(name) => (format!("wrong-{name}"), format!("lessons/{id}/wrong/{name}.rs")),
        };
        let source = path(&source);
        let _ = write!(manifest, "\n[[example]]\nname = \"{package}-{name}\"\npath = {source}\ncrate-type = [\"cdylib\"]\n");
    }
    manifest
}

/// A pack's own Cargo.toml with these members alone: the lessons are compiled with its dependencies, lints and
/// profiles.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn workspace(own: &str, members: Vec<String>) -> Result<String, String> {
    let mut manifest: toml::Table = own.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let Some(toml::Value::Table(workspace)) = manifest.get_mut("workspace") else {
        return Err("there is no [workspace] in it".into());
    };
    workspace.insert("members".into(), members.into());
    workspace.remove("default-members");
    // A profile for a crate that this workspace has not got would only make cargo warn.
    if let Some(toml::Value::Table(dev)) = manifest.get_mut("profile").and_then(|profile| profile.get_mut("dev")) {
        dev.remove("package");
    }
    Ok(manifest.to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn table(edits: Edits) -> toml::Table {
        let programs = [Variant::Exercise, Variant::Solution, Variant::Wrong("shipped".into())];
        let path = |of: &str| format!("/a \"course\"/{of}");
        package(&"scopes/loop".parse().unwrap(), edits, &programs, &path).parse().unwrap()
    }

    #[test]
    fn a_package_has_all_programs_of_a_lesson() {
        let manifest = table(Edits::Rust);
        assert_eq!(manifest["lib"]["path"].as_str(), Some("/a \"course\"/lessons/scopes/loop/exercise.rs"));
        let examples = manifest["example"].as_array().unwrap();
        let examples: Vec<_> =
            examples.iter().map(|example| (example["name"].as_str().unwrap(), example["path"].as_str().unwrap())).collect();
        let expected = [
            ("scopes-loop-solution", "/a \"course\"/solutions/scopes/loop.rs"),
            ("scopes-loop-wrong-shipped", "/a \"course\"/lessons/scopes/loop/wrong/shipped.rs"),
        ];
        assert_eq!(examples, expected);
    }

    #[test]
    fn javascript_is_not_compiled() {
        let manifest = table(Edits::JavaScript);
        assert_eq!(manifest["lib"]["path"].as_str(), Some("/a \"course\"/lessons/scopes/loop/addon.rs"));
        assert!(!manifest.contains_key("example"));
    }

    #[test]
    fn a_workspace_keeps_all_but_its_members() {
        let course = "[workspace]\nmembers = ['runner']\ndefault-members = ['runner']\n[profile.dev]\ndebug = 1\n\
                      [profile.dev.package.sha2]\nopt-level = 3\n";
        let expected: toml::Table = "[workspace]\nmembers = ['lessons/a/b']\n[profile.dev]\ndebug = 1\n".parse().unwrap();
        let workspace = |course| workspace(course, vec!["lessons/a/b".into()]);
        assert_eq!(workspace(course).unwrap().parse::<toml::Table>().unwrap(), expected);
        assert_eq!(workspace("[package]\n").unwrap_err(), "there is no [workspace] in it");
    }
}
