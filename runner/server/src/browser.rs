//! Opens a browser.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use runner::process::RunFolder;

use crate::say;

/// A page on disk that leads to an address with a key. What a program is started with can be read by everybody on a
/// machine, and what is in this page by its owner alone. It is gone when this is dropped.
pub(crate) struct Door {
    folder: RunFolder,
}

impl Door {
    pub(crate) fn new(runs: &Path, url: &str) -> io::Result<Door> {
        let door = Door { folder: RunFolder::create(runs)? };
        let mut page = OpenOptions::new().write(true).create_new(true).mode(0o600).open(door.page())?;
        writeln!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>After GC</title>\n\
             <script>location.replace(\"{url}\")</script>\n<p><a href=\"{url}\">Open the book</a></p>"
        )?;
        Ok(door)
    }

    pub(crate) fn page(&self) -> PathBuf {
        self.folder.path.join("open.html")
    }
}

/// Asks the desktop for its browser, to show a `page`. That may take a while, and may not succeed; the server does
/// not wait, and says then at which `url` the book is.
pub(crate) fn open(page: PathBuf, url: String) {
    thread::spawn(move || {
        let mut command = Command::new("xdg-open");
        command.arg(&page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C is for the server: it shall not close the reader's browser.
        command.process_group(0);
        if !command.status().is_ok_and(|status| status.success()) {
            say::progress(format_args!("No browser could be opened here: open {url} in yours."));
        }
    });
}
