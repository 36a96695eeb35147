//! What the preprocessor adds to `mdbook build`: books of copies of one lesson and its page, built by a
//! stock mdBook, in turns
//!
//! - without it, so that the pages have their directives in them and nothing of the lessons;
//! - with it;
//! - without it, from pages in which somebody has written all that it would put there.
//!
//! The last two make the same book, so what is between them is the preprocessor, and what is between the
//! first and the last is mdBook's work on longer pages. Times are medians, and a difference is the median of
//! those between builds that follow each other; trust it, on a machine that does nothing else.
//!
//! ```text
//! cargo bench -p mdbook-lesson
//! ```
//!
//! It takes the mdBook that `$MDBOOK` names, that of `target/mdbook`, or that in `$PATH`.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mdbook-lesson");
/// The lesson that is copied.
const ID: &str = "scopes/callback-loop";
/// Lessons of a book, how often it is built, and the milliseconds that may be added.
const BOOKS: [(usize, usize, f64); 2] = [(30, 21, 20.0), (200, 11, 80.0)];

/// How a book is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Bare,
    Preprocessed,
    Written,
}

fn main() {
    for (lessons, times, target) in BOOKS {
        let (book, written) = (synthetic(lessons), synthetic(lessons));
        write_out(&written);
        let ways = [(Way::Bare, &book), (Way::Preprocessed, &book), (Way::Written, &written)];
        let mut taken = ways.map(|_| Vec::new());
        for time in 0..=times {
            for ((way, book), taken) in ways.iter().zip(&mut taken) {
                let time_taken = build(book, *way);
                // The first of each has nothing in the system's caches.
                if time > 0 {
                    taken.push(time_taken);
                }
            }
        }
        let [bare, preprocessed, written] = taken.each_ref().map(|times| median(times.clone()));
        let [longer, added] = [(&taken[2], &taken[0]), (&taken[1], &taken[2])].map(|(more, less)| difference(more, less));
        println!("{lessons} lessons, {times} builds each:");
        println!("  without the preprocessor       {bare:>7.1} ms");
        println!("  with it                        {preprocessed:>7.1} ms");
        println!("  the same pages, written out    {written:>7.1} ms");
        println!("  so the longer pages cost       {longer:>7.1} ms");
        println!("  and the preprocessor           {added:>7.1} ms, of at most {target:.0}");
    }
}

/// Puts into the pages what the preprocessor would.
fn write_out(book: &TempDir) {
    let pages = files(&book.path().join("book"));
    let pages: Vec<&PathBuf> = pages.iter().filter(|path| !path.ends_with("SUMMARY.md")).collect();
    let chapter = |path: &&PathBuf| {
        let name = path.strip_prefix(book.path().join("book")).unwrap();
        json!({ "Chapter": {
            "name": "A page", "content": fs::read_to_string(path).unwrap(), "number": null, "sub_items": [],
            "path": name, "source_path": name, "parent_names": [],
        }})
    };
    let chapters: Vec<Value> = pages.iter().map(chapter).collect();
    let context = json!({
        "root": book.path(), "renderer": "html", "mdbook_version": "0.5.4",
        "config": { "book": { "src": "book" }, "build": { "build-dir": "out" } },
    });
    let input = book.path().join("input.json");
    fs::write(&input, json!([context, { "items": chapters }]).to_string()).unwrap();
    let output = Command::new(PROGRAM).stdin(fs::File::open(input).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expanded: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (path, item) in pages.into_iter().zip(expanded["items"].as_array().unwrap()) {
        fs::write(path, item["Chapter"]["content"].as_str().unwrap()).unwrap();
    }
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn synthetic(lessons: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let put = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let read = |path: &str| fs::read_to_string(checkout().join(path)).unwrap();
    let mut summary = "# Summary\n\n".to_owned();
    for number in 1..=lessons {
        let id = format!("synthetic/loop-{number}");
        summary += &format!("- [Loop {number}]({id}.md)\n");
        for path in files(&checkout().join("lessons").join(ID)) {
            let path = path.strip_prefix(checkout()).unwrap().to_str().unwrap();
            put(&path.replace(ID, &id), &read(path).replace(ID, &id));
        }
        put(&format!("solutions/{id}.rs"), &read(&format!("solutions/{ID}.rs")));
        put(&format!("book/{id}.md"), &read(&format!("book/{ID}.md")).replace(ID, &id));
    }
    put("book/SUMMARY.md", &summary);
    put("Cargo.lock", &read("Cargo.lock"));
    put("lesson.css", &read("runner/preprocessor/lesson.css"));
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The milliseconds of one build.
fn build(book: &TempDir, way: Way) -> f64 {
    let lessons = format!("[preprocessor.lesson]\ncommand = \"{PROGRAM}\"\nbefore = [\"links\"]\n");
    let config = "[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"out\"\n[output.html]\nadditional-css = [\"lesson.css\"]\n";
    let config = if way == Way::Preprocessed { format!("{config}{lessons}") } else { config.to_owned() };
    fs::write(book.path().join("book.toml"), config).unwrap();
    let mut command = Command::new(mdbook());
    command.arg("build").arg(book.path()).stdout(Stdio::null()).stderr(Stdio::piped());
    let begun = Instant::now();
    let output =
        command.output().expect("a stock mdBook: in $PATH, in target/mdbook (.ci/run puts it there), or named by $MDBOOK");
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    time
}

fn mdbook() -> PathBuf {
    let installed = checkout().join("target/mdbook/bin/mdbook");
    match std::env::var_os("MDBOOK") {
        Some(named) => named.into(),
        None if installed.is_file() => installed,
        None => "mdbook".into(),
    }
}

/// What the builds of one way take longer than those of another, in turns.
fn difference(more: &[f64], less: &[f64]) -> f64 {
    median(more.iter().zip(less).map(|(more, less)| more - less).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
