//! Opens a browser.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;

use crate::say;

/// Asks the desktop for its browser. That may take a while, and may not succeed; the server does not wait.
pub(crate) fn open(url: String) {
    thread::spawn(move || {
        let mut command = Command::new("xdg-open");
        command.arg(&url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C is for the server: it shall not close the reader's browser.
        command.process_group(0);
        if !command.status().is_ok_and(|status| status.success()) {
            say::progress(format_args!("No browser could be opened here: open {url} in yours."));
        }
    });
}
