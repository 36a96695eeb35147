//! Lists the files of the harness, so that the program has them in it.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::{env, fs};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=harness");
    let variable = |name| env::var(name).map_err(io::Error::other);
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("harness");
    let mut paths = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "mjs"));
    paths.sort();
    let mut list = "/// The files of the harness: their names and texts.\nconst FILES: &[(&str, &str)] = &[\n".to_owned();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        let _ = writeln!(list, "    ({name:?}, include_str!({path:?})),");
    }
    fs::write(Path::new(&variable("OUT_DIR")?).join("harness.rs"), list + "];\n")
}
