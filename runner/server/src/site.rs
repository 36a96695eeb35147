//! What was built, in memory. A request is answered from here and touches no file: so none is half written, a
//! page is never missing while the book is built again, and no address leads out of the book.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use axum::body::Bytes;
use percent_encoding::percent_decode_str;

/// The files of a book.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// By their path in the book, with `/` between its parts.
    files: BTreeMap<String, Bytes>,
}

/// A file of the book.
pub(crate) struct File {
    pub(crate) content: Bytes,
    pub(crate) media_type: &'static str,
}

impl Site {
    /// Reads all that is in a folder.
    pub(crate) fn read(folder: &Path) -> io::Result<Site> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;
        Ok(Site { files })
    }

    /// What is at the path of an address, which is percent-encoded and begins with `/`.
    pub(crate) fn get(&self, path: &str) -> Option<File> {
        let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
        let is_folder = path.is_empty() || path.ends_with('/');
        let name = if is_folder { format!("{path}index.html") } else { path.into_owned() };
        self.files.get(&name).map(|content| File { content: content.clone(), media_type: media_type(&name) })
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // mdBook makes no name that is not UTF-8, and no link.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.insert(format!("{prefix}{name}"), fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

/// By how a name ends.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(names: &[&str]) -> Site {
        Site { files: names.iter().map(|name| ((*name).to_owned(), Bytes::new())).collect() }
    }

    #[test]
    fn a_folder_is_its_index() {
        let site = site(&["index.html", "a/index.html", "a/ü.html"]);
        for path in ["/", "/index.html", "/a/", "/a/%c3%bc.html", "/%61/"] {
            assert!(site.get(path).is_some(), "{path}");
        }
    }

    #[test]
    fn no_path_leads_out() {
        let site = site(&["index.html", "a/b.html"]);
        for path in
            ["", "index.html", "//index.html", "/../index.html", "/a/../index.html", "/a/%2e%2e/index.html", "/%ff", "/a\0"]
        {
            assert!(site.get(path).is_none(), "{path}");
        }
    }
}
