//! Packages of npm, each version as a lock of this folder pins it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::node::{here, kept};

/// The folder in which the packages are installed that `packages/NAME` pins. What is installed stays so, and then no
/// network is needed. No script of a package runs.
#[track_caller]
pub(crate) fn installed(name: &str) -> PathBuf {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let (pinned, folder) = (here("packages").join(name), kept("packages").join(name));
    let (lock, done) = (fs::read(pinned.join("package-lock.json")).unwrap(), folder.join("installed"));
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return folder;
    }
    fs::create_dir_all(&folder).unwrap();
    for file in ["package.json", "package-lock.json"] {
        fs::copy(pinned.join(file), folder.join(file)).unwrap();
    }
    let mut npm = Command::new("npm");
    // Not `npm ci`, which refuses a lock without the packages for other systems. A registry may not have them all.
    npm.current_dir(&folder).args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    let status = npm.status().unwrap_or_else(|error| panic!("npm can't be started: {error}"));
    assert!(status.success(), "npm could not install {name}");
    fs::write(done, lock).unwrap();
    folder
}
