//! What a machine needs for the lessons, and what to install where it is missing.

use std::fs;

use crate::compile;
use crate::grade::NoLine;
use crate::pack::Pack;
use crate::process::Cancel;
use crate::report::words::no_line;
use crate::run::{self, Entry, GuardState, Recording};
use crate::sites;
use crate::toolkit::Toolkit;

/// The oldest Rust that the crates compile with.
const RUST: (u32, u32) = (1, 90);

/// The version of Rust that a pack is compiled with.
///
/// # Errors
/// What is wrong, and what to do.
pub fn rust(pack: &Pack, tools: &Toolkit, cancel: &Cancel) -> Result<String, String> {
    let install = format!("install Rust {}.{} or later with rustup", RUST.0, RUST.1);
    let version = compile::rustc_version(tools, &pack.root, cancel).map_err(|error| format!("{error}\n{install}"))?;
    match parts(version.trim_start_matches("rustc ")) {
        Some(parts) if parts >= RUST => Ok(version),
        _ => Err(format!("this is {version:?}\n{install}")),
    }
}

/// The version of Node that a pack is run with.
///
/// # Errors
/// What is wrong, and what to do.
pub fn node(pack: &Pack, tools: &Toolkit, cancel: &Cancel) -> Result<String, String> {
    let (major, minor) = run::OLDEST_NODE;
    let name = tools.node.display();
    let install = format!("install Node {major}.{minor} or later{}, or name another one with --node", install(Package::Node));
    let version = run::node_version(tools, &pack.root, cancel).map_err(|error| format!("{error}\n{install}"))?;
    match parts(version.trim_start_matches('v')) {
        Some(parts) if parts >= (major, minor) => Ok(format!("node {version} ({name})")),
        _ => Err(format!("{name} says that it is {version:?}\n{install}")),
    }
}

/// What to say when rustc finds no linker.
pub fn no_linker() -> String {
    format!("the linker driver `cc` is missing\ninstall a C compiler{}", install(Package::Linker))
}

/// A layer of evidence on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it tells.
    pub tells: &'static str,
    /// Why it is missing, and what that leaves open; none when it is there.
    pub missing: Option<String>,
    /// Whether verdicts need it. Without the others they stay what they are, and say less.
    pub graded: bool,
}

/// What a run that was asked for everything shows of this machine and its Node.
pub fn layers(recording: &Recording) -> Vec<Layer> {
    let samples = || {
        recording.entries.iter().filter_map(|entry| match entry {
            Entry::Sample { gauges, .. } => Some(gauges),
            _ => None,
        })
    };
    let counted = |name: &str| recording.counters.as_ref().is_some_and(|counters| counters.get(name) == Some(&1.0));
    let layer = |tells, there: bool, graded, missing: &str| Layer { tells, missing: (!there).then(|| missing.into()), graded };
    let guard = recording.guard.as_ref().map_or(GuardState::NotLoaded, |guard| guard.state);
    let no_guard = format!("{}: checks of `guard.faults` stay undecided", guard.reason());
    vec![
        layer(
            "how many handles are alive",
            samples().any(|gauges| gauges.get("handles.known") == Some(&1.0)),
            true,
            "this Node does not export v8::HandleScope::NumberOfHandles: checks of `handles.peak` stay undecided",
        ),
        layer(
            "which tracked objects are alive",
            samples().any(|gauges| gauges.contains_key("objects.alive")),
            true,
            "this Node does not show how many objects a WeakSet has: checks of `objects.kept` stay undecided",
        ),
        layer("who touches memory that is not there", guard == GuardState::Armed, true, &no_guard),
        layer("which line of the source asked", sites::are_known(recording), false, no_line(NoLine::NoStacks)),
        layer(
            "which JavaScript function asked",
            counted("callers.known"),
            false,
            "this Node does not export v8::StackTrace: verdicts name the lines of the add-on alone",
        ),
    ]
}

enum Package {
    Node,
    Linker,
}

/// The command that installs a package on this system, in brackets; nothing for a system that is not
/// known here.
fn install(package: Package) -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let ids: Vec<&str> = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|ids| ids.trim_matches('"').split(' '))
        .collect();
    let has = |id: &str| ids.contains(&id);
    let command = match package {
        // Distributions ship a Node of any age, so the command alone is no promise.
        Package::Node if has("debian") || has("ubuntu") => "apt-get install nodejs, where that is new enough",
        Package::Node if has("fedora") || has("rhel") => "dnf install nodejs",
        Package::Node if has("arch") => "pacman -S nodejs",
        Package::Node if has("alpine") => "apk add nodejs",
        Package::Linker if has("debian") || has("ubuntu") => "apt-get install build-essential",
        Package::Linker if has("fedora") || has("rhel") => "dnf install gcc",
        Package::Linker if has("arch") => "pacman -S base-devel",
        Package::Linker if has("alpine") => "apk add build-base",
        Package::Node | Package::Linker => return String::new(),
    };
    format!(" ({command})")
}

/// The first two numbers of `20.13.1`.
fn parts(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parts("1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(parts("26.10.0"), Some((26, 10)));
        assert_eq!(parts("not a version"), None);
    }
}
