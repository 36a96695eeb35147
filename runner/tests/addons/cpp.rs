//! Compiles C and C++ as `c++` does it, with no build system around it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use runner::compile::hash;

use crate::node::{here, kept};

/// What is to be compiled.
pub(crate) struct Source {
    compiler: &'static str,
    file: &'static str,
    options: Vec<OsString>,
}

impl Source {
    /// A shared library of a file in `cpp`, with debug information and nothing optimized.
    pub(crate) fn new(file: &'static str) -> Source {
        let options = ["-std=c++17", "-O0", "-g", "-shared", "-fPIC", "-Wall", "-Wextra", "-pthread"];
        Source { compiler: "c++", file, options: options.map(OsString::from).to_vec() }
    }

    /// The same of a file in C.
    pub(crate) fn c(file: &'static str) -> Source {
        let options = ["-std=gnu11", "-O1", "-g", "-shared", "-fPIC", "-Wall", "-Wextra", "-fno-builtin"];
        Source { compiler: "cc", file, options: options.map(OsString::from).to_vec() }
    }

    pub(crate) fn option(mut self, option: impl Into<OsString>) -> Source {
        self.options.push(option.into());
        self
    }

    /// Looks for headers there.
    pub(crate) fn headers(self, folder: PathBuf) -> Source {
        self.option("-isystem").option(folder)
    }

    /// The library. The same text with the same options is compiled once.
    #[track_caller]
    pub(crate) fn compile(&self) -> PathBuf {
        let text = |path: &Path| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = here("cpp").join(self.file);
        let options = self.options.join(OsStr::new(" "));
        let parts = [&text(&path), &text(&here("cpp/addon.h")), options.as_encoded_bytes()].concat();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let library = kept("cpp").join(format!("{stem}-{}.node", &hash(&parts)[..16]));
        if !library.exists() {
            fs::create_dir_all(kept("cpp")).unwrap();
            // Another test may compile the same.
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let new = library.with_extension(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed)));
            let mut compiler = Command::new(self.compiler);
            compiler.arg(&path).args(&self.options).arg("-o").arg(&new);
            let status = compiler.status().unwrap_or_else(|error| panic!("{} can't be started: {error}", self.compiler));
            assert!(status.success(), "{} does not compile {}", self.compiler, path.display());
            fs::rename(new, &library).unwrap();
        }
        library
    }
}
