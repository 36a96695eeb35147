//! A course of one lesson in a temporary folder, and the preprocessor on a page of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The lesson of the course.
pub(crate) const ID: &str = "scopes/callback-loop";
/// Where its record is.
pub(crate) const RECORDING: &str = "lessons/scopes/callback-loop/recording.json";

/// The repository that this is a test of.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// A course.
pub(crate) struct Course {
    folder: TempDir,
}

/// How mdBook calls.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) renderer: &'static str,
    pub(crate) is_served: bool,
    pub(crate) build: &'static str,
}

/// What came of it.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
    /// The pages, when there is a book.
    pub(crate) pages: Vec<String>,
}

pub(crate) const BUILD: Call = Call { renderer: "html", is_served: false, build: "target/book" };
pub(crate) const SERVE: Call = Call { is_served: true, ..BUILD };

impl Course {
    pub(crate) fn new() -> Course {
        let course = Course { folder: TempDir::new().unwrap() };
        let lesson = format!("lessons/{ID}");
        for file in files(&checkout().join(&lesson)) {
            let file = file.strip_prefix(checkout()).unwrap().to_path_buf();
            course.copy(&file);
        }
        course.copy(Path::new("Cargo.lock"));
        course.copy(&PathBuf::from(format!("solutions/{ID}.rs")));
        course.write("book/SUMMARY.md", &format!("# Summary\n\n- [The loop]({ID}.md)\n"));
        course
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn copy(&self, file: &Path) {
        self.write(file.to_str().unwrap(), &fs::read_to_string(checkout().join(file)).unwrap());
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), content).unwrap();
    }

    /// All files of the course.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }

    /// Calls the preprocessor with these pages: `page-1.md` and so on.
    pub(crate) fn preprocess(&self, pages: &[&str], call: Call) -> Done {
        let chapter = |(page, number): (&&str, usize)| {
            let path = format!("page-{number}.md");
            json!({ "Chapter": {
                "name": "A page", "content": page, "number": null, "sub_items": [],
                "path": path, "source_path": path, "parent_names": [],
            }})
        };
        let items: Vec<Value> = pages.iter().zip(1..).map(chapter).collect();
        let html = if call.is_served { json!({ "live-reload-endpoint": "__livereload" }) } else { json!({}) };
        let context = json!({
            "root": self.folder.path(),
            "config": {
                "book": { "src": "book" },
                "build": { "build-dir": call.build },
                "preprocessor": { "lesson": { "before": ["links"] } },
                "output": { "html": html },
            },
            "renderer": call.renderer,
            "mdbook_version": "0.5.4",
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_mdbook-lesson"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = json!([context, { "items": items }]).to_string();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let book: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let content = |item: &Value| item["Chapter"]["content"].as_str().unwrap().to_owned();
        Done {
            code: output.status.code(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            pages: book["items"].as_array().map(|items| items.iter().map(content).collect()).unwrap_or_default(),
        }
    }

    /// The text of a page that has no fault.
    #[track_caller]
    pub(crate) fn page(&self, page: &str) -> String {
        let Done { code, stderr, mut pages } = self.preprocess(&[page], BUILD);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        pages.remove(0)
    }

    /// What is said of a page that has one fault.
    #[track_caller]
    pub(crate) fn fault(&self, page: &str) -> String {
        let Done { code, stderr, pages } = self.preprocess(&[page], BUILD);
        assert_eq!((code, pages.len()), (Some(1), 0), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        stderr
    }
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
