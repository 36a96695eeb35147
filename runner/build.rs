//! Makes what the program carries in itself: the harness, and the probe.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    list_harness(&folder.join("harness"), &out)?;
    build_probe(&folder.join("probe/Cargo.toml"), &out.join("probe"))
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

/// Lists the files of the harness.
fn list_harness(folder: &Path, out: &Path) -> io::Result<()> {
    println!("cargo:rerun-if-changed=harness");
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "mjs"));
    paths.sort();
    let mut list = "/// The files of the harness: their names and texts.\nconst FILES: &[(&str, &str)] = &[\n".to_owned();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        let _ = writeln!(list, "    ({name:?}, include_str!({path:?})),");
    }
    fs::write(out.join("harness.rs"), list + "];\n")
}

/// Builds the probe, optimized whatever the profile of the runner is. Cargo can't make one package's shared library the
/// input of another one, so this calls cargo, in a target folder of its own.
fn build_probe(manifest: &Path, folder: &Path) -> io::Result<()> {
    for path in ["build.rs", "probe/Cargo.toml", "probe/src", "evidence/Cargo.toml", "evidence/src", "../Cargo.lock"] {
        println!("cargo:rerun-if-changed={path}");
    }
    if variable("CARGO_CFG_TARGET_OS")? != "linux" {
        return Err(io::Error::other("the probe needs Linux: use a Linux container, such as the one in .devcontainer/"));
    }
    let target = variable("TARGET")?;
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.args(["build", "--quiet", "--profile", "probe", "--target", &target]).arg("--manifest-path").arg(manifest);
    cargo.arg("--target-dir").arg(folder);
    // The probe walks its own frames by their pointers, and threads that end by unwinding go through it.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Cforce-frame-pointers=yes\u{1f}-Cforce-unwind-tables=yes");
    let of_the_outer = ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR"];
    of_the_outer.iter().for_each(|name| _ = cargo.env_remove(name));
    if !cargo.status()?.success() {
        return Err(io::Error::other("cargo could not build the probe"));
    }
    println!("cargo:rustc-env=PROBE_LIBRARY={}", folder.join(target).join("probe/libprobe.so").display());
    Ok(())
}
