//! What the lessons add to `mdbook build`: books of copies of one lesson and its page, built by a stock
//! mdBook with the preprocessor and without it, in turns. Times are medians; trust the differences.
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
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The lesson that is copied.
const ID: &str = "scopes/callback-loop";
/// Lessons of a book, how often it is built, and the milliseconds that may be added.
const BOOKS: [(usize, usize, f64); 2] = [(30, 21, 20.0), (200, 11, 80.0)];

fn main() {
    for (lessons, times, target) in BOOKS {
        let book = synthetic(lessons);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for time in 0..=times {
            let with_them = build(&book, true);
            let without_them = build(&book, false);
            // The first of each has nothing in the system's caches.
            if time > 0 {
                with.push(with_them);
                without.push(without_them);
            }
        }
        let (with, without) = (median(with), median(without));
        println!("{lessons} lessons, {times} builds each:");
        println!("  without the preprocessor  {without:>7.1} ms");
        println!("  with it                   {with:>7.1} ms");
        println!("  difference                {:>7.1} ms, of at most {target:.0}", with - without);
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

fn build(book: &TempDir, with_lessons: bool) -> Duration {
    let program = env!("CARGO_BIN_EXE_mdbook-lesson");
    let lessons = format!("[preprocessor.lesson]\ncommand = \"{program}\"\nbefore = [\"links\"]\n");
    let config = "[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"out\"\n[output.html]\nadditional-css = [\"lesson.css\"]\n";
    let config = if with_lessons { format!("{config}{lessons}") } else { config.to_owned() };
    fs::write(book.path().join("book.toml"), config).unwrap();
    let mut command = Command::new(mdbook());
    command.arg("build").arg(book.path()).stdout(Stdio::null()).stderr(Stdio::piped());
    let begun = Instant::now();
    let output = command.output().unwrap();
    let time = begun.elapsed();
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

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
