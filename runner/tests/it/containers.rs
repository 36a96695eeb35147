//! The container of `.devcontainer`, and the one of the page on grading: one set of versions, which suit the course.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::Fixture;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)).unwrap()
}

/// The images of a Dockerfile, by what they are of: `rust:1.95.0-trixie` is `1.95.0` of `rust`.
fn images(dockerfile: &str) -> Vec<(String, Vec<u32>)> {
    let of = |line: &str| -> Option<(String, Vec<u32>)> {
        let image = line.strip_prefix("FROM ").or_else(|| line.strip_prefix("COPY --from="))?.split(' ').next()?;
        let (name, tag) = image.split_once(':')?;
        let version = tag.split('-').next()?.split('.').map(|part| part.parse().unwrap()).collect();
        Some((name.to_owned(), version))
    };
    dockerfile.lines().filter_map(of).collect()
}

#[test]
fn a_development_container_has_what_the_course_needs() {
    let config: Value = serde_json::from_str(&read(".devcontainer/devcontainer.json")).unwrap();
    assert_eq!(config["build"]["dockerfile"], "Dockerfile");
    let settings: Value = serde_json::from_str(&read(".vscode/settings.json")).unwrap();
    assert_eq!(settings["rust-analyzer.check.workspace"], false, "a save checks one lesson");
    let dockerfile = read(".devcontainer/Dockerfile");
    assert!(dockerfile.contains(&format!("USER {}", config["remoteUser"].as_str().unwrap())), "{dockerfile}");

    let images = images(&dockerfile);
    let version = |name: &str| &images.iter().find(|(image, _)| image == name).unwrap().1;
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let least = workspace["workspace"]["package"]["rust-version"].as_str().unwrap();
    let least: Vec<u32> = least.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(*version("rust") >= least);
    // Rust and Node are pinned, and Node is one of those that are tested.
    assert_eq!(version("rust").len(), 3);
    let node: Vec<String> = version("node").iter().map(u32::to_string).collect();
    assert!(read(".ci/nodes").contains(&format!(" {} ", node.join("."))));

    // Its port is where `lesson book` is.
    let port = config["forwardPorts"][0].as_u64().unwrap();
    Fixture::new().lesson(&["book", "--help"]).exits_with(0).says(&format!("[default: {port}]"));
    let page = read("book/grading.md");
    let of_page = page[page.find("\nFROM ").unwrap()..].split("```").next().unwrap();
    assert_eq!(self::images(of_page), images, "the page's container is of the same versions");
    assert!(page.contains(&format!("node-version: {}\n", node.join("."))));
}
