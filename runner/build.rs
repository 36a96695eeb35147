//! Builds the probe, which the runner carries in its own binary: once, in release, whatever the runner's profile is.
//!
//! Cargo can't make one package's shared library the input of another one, so this calls cargo, in a target folder of
//! its own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    let manifest = Path::new(&variable("CARGO_MANIFEST_DIR")).join("probe/Cargo.toml");
    for path in ["build.rs", "probe/Cargo.toml", "probe/src", "evidence/Cargo.toml", "evidence/src", "../Cargo.lock"] {
        println!("cargo:rerun-if-changed={path}");
    }
    if variable("CARGO_CFG_TARGET_OS") != "linux" {
        panic!("the probe needs Linux: use a Linux container, such as the one in .devcontainer/");
    }
    let (target, out) = (variable("TARGET"), PathBuf::from(variable("OUT_DIR")));
    let folder = out.join("probe");
    let mut cargo = Command::new(variable("CARGO"));
    cargo.args(["build", "--quiet", "--profile", "probe", "--target", &target]).arg("--manifest-path").arg(&manifest);
    cargo.arg("--target-dir").arg(&folder);
    // The probe walks its own frames by their pointers, and threads that end by unwinding go through it.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Cforce-frame-pointers=yes\u{1f}-Cforce-unwind-tables=yes");
    for name in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR"]
    {
        cargo.env_remove(name);
    }
    let status = cargo.status().expect("cargo can be run");
    assert!(status.success(), "cargo could not build the probe");
    let library = folder.join(target).join("probe/libprobe.so");
    println!("cargo:rustc-env=PROBE_LIBRARY={}", library.display());
}
