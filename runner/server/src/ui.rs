//! The scripts and styles with which a page can do more than be read. They are in this program, and so always of
//! the same version as what answers them.

use axum::body::Bytes;

use crate::site::{File, media_type};

/// Where they are.
pub(crate) const FOLDER: &str = "/__play/";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../ui/", $name)))),*]
    };
}

/// All files of `ui/`, but for the folder in which the editor is built.
static FILES: &[(&str, &[u8])] = files![
    "api.js",
    "bar.js",
    "chart.js",
    "clash.js",
    "code.js",
    "diff.js",
    "dom.js",
    "draft.js",
    "editor.LICENSES.txt",
    "editor.js",
    "lesson.js",
    "main.js",
    "notices.js",
    "play.css",
    "reload.js",
    "run.js",
    "verdict.js",
];

/// What is at the path of an address.
pub(crate) fn get(path: &str) -> Option<File> {
    let wanted = path.strip_prefix(FOLDER)?;
    let (name, content) = FILES.iter().find(|(name, _)| *name == wanted)?;
    Some(File { content: Bytes::from_static(content), media_type: media_type(name) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn no_file_is_left_out() {
        let entries = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/ui")).expect("the folder can be read");
        let files = entries.map(|entry| entry.expect("its entries too")).filter(|entry| entry.path().is_file());
        let there: BTreeSet<String> = files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        assert_eq!(there, FILES.iter().map(|(name, _)| (*name).to_owned()).collect());
    }

    #[test]
    fn what_a_page_loads_before_an_edit_is_small() {
        // The editor comes with the first edit, a run's view with the first run, and so on.
        let later = ["editor.js", "editor.LICENSES.txt", "run.js", "chart.js", "verdict.js", "diff.js", "clash.js"];
        let first = FILES.iter().filter(|(name, _)| !later.contains(name));
        let size: usize = first.map(|(_, content)| content.len()).sum();
        assert!(size <= 40_000, "{size} bytes");
    }
}
