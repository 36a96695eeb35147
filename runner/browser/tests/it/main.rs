//! The tests of the built book, in Chromium. The library's first lines say what they need.

mod access;
mod layout;
mod search;

use anyhow::{Result, ensure};

/// Fails with all faults at once.
fn none(faults: &[String]) -> Result<()> {
    ensure!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    Ok(())
}
