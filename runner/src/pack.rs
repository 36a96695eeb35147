//! What somebody wrote: a book, and lessons in it. It may be anywhere; what runs it is the
//! [`toolkit`](mod@crate::toolkit).

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A folder with `book/`, `lessons/` and `solutions/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Where it is.
    pub root: PathBuf,
}

/// The name of a pack, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Title {
    /// Its name.
    #[serde(rename = "title")]
    pub name: String,
    /// What it is about, in a line.
    pub description: Option<String>,
}

impl Pack {
    /// The pack whose root is this folder.
    pub fn at(folder: &Path) -> Option<Pack> {
        let is_one = folder.join("book/SUMMARY.md").is_file() && folder.join("lessons").is_dir();
        is_one.then(|| Pack { root: folder.to_path_buf() })
    }

    /// The pack that this folder is in.
    pub fn around(folder: &Path) -> Option<Pack> {
        folder.ancestors().find_map(Pack::at)
    }

    /// What `book.toml` says of it; otherwise it has its folder's name.
    pub fn title(&self) -> Title {
        #[derive(Deserialize)]
        struct Settings {
            book: Title,
        }
        let text = fs::read_to_string(self.root.join("book.toml")).unwrap_or_default();
        toml::from_str(&text).map_or_else(|_| self.untitled(), |settings: Settings| settings.book)
    }

    fn untitled(&self) -> Title {
        let name = self.root.file_name().unwrap_or(self.root.as_os_str());
        Title { name: name.to_string_lossy().into_owned(), description: None }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_known_by_its_own_files() {
        let folder = tempfile::TempDir::new().unwrap();
        let root = folder.path().join("pack");
        let inside = root.join("lessons/scopes");
        fs::create_dir_all(&inside).unwrap();
        assert_eq!(Pack::around(&inside), None, "it has no book");
        fs::create_dir(root.join("book")).unwrap();
        fs::write(root.join("book/SUMMARY.md"), "").unwrap();
        let pack = Pack::around(&inside).unwrap();
        assert_eq!(pack, Pack { root: root.clone() });
        assert_eq!((Pack::at(&inside), Pack::at(&root)), (None, Some(pack.clone())));

        assert_eq!(pack.title(), Title { name: "pack".into(), description: None });
        fs::write(root.join("book.toml"), "[book]\ntitle = 'More bugs'\nsrc = 'book'\n").unwrap();
        assert_eq!(pack.title().name, "More bugs");
    }
}
