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

/// All files of `ui/`.
static FILES: &[(&str, &[u8])] = files!["main.js", "play.css"];

/// What is at the path of an address.
pub(crate) fn get(path: &str) -> Option<File> {
    let wanted = path.strip_prefix(FOLDER)?;
    let (name, content) = FILES.iter().find(|(name, _)| *name == wanted)?;
    Some(File { content: Bytes::from_static(content), media_type: media_type(name) })
}
