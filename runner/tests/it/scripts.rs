//! The scripts of the book, each run as its page says, on add-ons with the bug that they show. What they print is
//! what the page says, in kind: the rows, and which of the numbers grow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::fixture::{node, put};

/// The lessons that the scripts load.
const LESSONS: [&str; 8] = [
    "context/static-state",
    "external/moving-buffer",
    "external/tell-v8",
    "references/unref-is-not-delete",
    "scopes/callback-loop",
    "tsfn/keeps-alive",
    "tsfn/queue-full",
    "wrap/lost-finalizer",
];

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn page(name: &str) -> String {
    fs::read_to_string(checkout().join("book").join(name)).unwrap()
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

/// A course with the scripts and the add-ons that they load, each with its bug, whatever the learner did. It is always
/// in the same folder, and a file that is the same is left alone there: so all of it is built once.
static COURSE: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
    let mut workspace: toml::Table = fs::read_to_string(checkout().join("Cargo.toml")).unwrap().parse().unwrap();
    let table = workspace["workspace"].as_table_mut().unwrap();
    table.insert("members".into(), toml::Value::try_from::<[&str; 0]>([]).unwrap());
    table.remove("default-members");
    put(workspace.to_string().as_bytes(), &root.join("Cargo.toml"));
    let same = ["Cargo.lock", "book/scripts"];
    let lessons = LESSONS.map(|id| format!("lessons/{id}"));
    for path in same.into_iter().chain(lessons.iter().map(String::as_str)) {
        for file in files(&checkout().join(path)) {
            let is_exercise = file.ends_with("exercise.rs");
            let from = if is_exercise { file.with_file_name("wrong/shipped.rs") } else { file.clone() };
            put(&fs::read(from).unwrap(), &root.join(file.strip_prefix(checkout()).unwrap()));
        }
    }
    let packages = LESSONS.map(|id| format!(" --package {}", id.replace('/', "-"))).concat();
    runner::workspace::write(&root, &root.join("target/lessons/editor")).unwrap();
    typed(&root, &format!("cargo build --offline --quiet --manifest-path target/lessons/editor/Cargo.toml{packages}"));
    root
});

/// What a line prints that is typed in this folder, where `node` is the one of this test.
#[track_caller]
fn typed(folder: &Path, line: &str) -> String {
    let node = node();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = node.parent().into_iter().map(Path::to_path_buf);
    let path = std::env::join_paths(first.chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("PATH", path).env_remove("CARGO_TARGET_DIR");
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.success(), "{line}: {}\n{text}", output.status);
    text
}

/// The same of a line that this page has, typed in the root folder.
#[track_caller]
fn typed_as_in(name: &str, line: &str) -> String {
    assert!(page(name).lines().any(|of_page| of_page == line), "{name} does not have the line {line:?}");
    typed(&COURSE, line)
}

/// The same of a line of the page on symptoms, for which a reader has saved the script and has written a file.
#[track_caller]
fn typed_beside(file: &str, content: &str, line: &str) -> String {
    assert!(page("symptoms.md").lines().any(|of_page| of_page == line), "the page does not have the line {line:?}");
    let scripts = COURSE.join("book/scripts");
    // Tests run at the same time.
    let own = format!("{:?}-{file}", std::thread::current().id()).replace(['(', ')'], "");
    put(content.as_bytes(), &scripts.join(&own));
    typed(&scripts, &line.replace(file, &own))
}

/// The table of `rounds.mjs`.
struct Rounds(Vec<Vec<f64>>);

const HEAP_USED: usize = 1;
const HANDLES: usize = 3;
const RSS: usize = 4;
const HIGHEST: usize = 5;

impl Rounds {
    #[track_caller]
    fn read(printed: &str) -> Rounds {
        let (head, rows) = printed.split_once('\n').unwrap();
        assert!(page("symptoms.md").lines().any(|line| line == head), "the page has another head than {head}");
        let rows: Vec<Vec<f64>> =
            rows.lines().map(|row| row.split_whitespace().map(|cell| cell.parse().unwrap()).collect()).collect();
        assert!(rows.len() == 10 && rows.iter().all(|row| row.len() == 6), "{printed}");
        Rounds(rows)
    }

    /// Of a file of `works`, with this setting.
    fn of(work: &str, setting: &str) -> Rounds {
        let line = format!("{setting} node --expose-gc rounds.mjs ./works/{work}");
        Rounds::read(&typed(&COURSE.join("book/scripts"), line.trim_start()))
    }

    /// How much a column grew in the second half, which is where the page says to look.
    fn growth(&self, column: usize) -> f64 {
        self.0[9][column] - self.0[4][column]
    }
}

#[test]
fn rss_grows_and_nothing_else() {
    let line = "node --expose-gc book/scripts/rounds.mjs book/scripts/works/lost-finalizer.mjs";
    let rounds = Rounds::read(&typed_as_in("symptoms.md", line));
    // 20 000 documents of some 500 bytes in each of five rounds.
    assert!(rounds.growth(RSS) > 25.0, "{:?}", rounds.0);
    assert!(rounds.growth(HEAP_USED) < 1.0 && rounds.growth(HANDLES) == 0.0, "{:?}", rounds.0);
}

#[test]
fn global_handles_grow() {
    let rounds = Rounds::of("unref-is-not-delete.mjs", "");
    assert_eq!(rounds.growth(HANDLES), 5.0 * 20_000.0, "{:?}", rounds.0);
}

#[test]
fn it_grows_only_with_a_lot() {
    let (little, a_lot) = (Rounds::of("queue-full.mjs", "IMAGES=10"), Rounds::of("queue-full.mjs", ""));
    // A histogram of 1 KiB and more for each of 20 000 images, in each of five rounds.
    assert!(a_lot.growth(RSS) > 50.0 && little.growth(RSS) < 25.0, "{:?}\n{:?}", little.0, a_lot.0);
}

#[test]
fn it_comes_back_and_its_highest_is_far_above() {
    let rounds = Rounds::of("tell-v8.mjs", "");
    // A hundred pictures of 1 MiB wait for a collection in each round. RSS may come down, and it may stay up there.
    assert!(rounds.0[0][HIGHEST] > 120.0 && rounds.growth(HIGHEST) < 25.0, "{:?}", rounds.0);
}

#[test]
fn one_long_call_needs_more_than_short_ones() {
    let (short, long) = (Rounds::of("callback-loop.mjs", "PLAYERS=200"), Rounds::of("callback-loop.mjs", ""));
    // 800 000 handles and 200 000 objects.
    assert!(long.0[9][HIGHEST] - short.0[9][HIGHEST] > 5.0, "{:?}\n{:?}", short.0, long.0);
    assert!(long.growth(HEAP_USED) < 1.0, "{:?}", long.0);
}

#[test]
fn what_keeps_it_running() {
    let line = "node --import ./still-here.mjs app.mjs";
    let printed = typed_beside("app.mjs", "setTimeout(() => {}, 6000);", line);
    assert!(
        printed.starts_with(
            "resources [ 'Timeout' ]
handles ["
        ),
        "{printed}"
    );
    let app = "import { load } from './works/load.mjs';
        const printer = new (load('tsfn_keeps_alive').Printer)();
        printer.onStatus(() => {});
        // It would not end by itself.
        setTimeout(() => process.exit(), 6000).unref();";
    assert_eq!(typed_beside("app.mjs", app, line), "resources []\nhandles [ 'async' ]\n");
}

#[test]
fn twenty_workers() {
    let work = "export { default } from './works/static-state.mjs';";
    let printed = typed_beside("work.mjs", work, "node workers.mjs ./work.mjs");
    let spans: Vec<u32> = printed.lines().filter_map(|line| line.strip_prefix("span ")?.parse().ok()).collect();
    // The main thread has 21, and each worker one: where each counted for itself, 21 would be the highest.
    assert_eq!(spans.iter().max(), Some(&41), "one static counts for all environments:\n{printed}");
    let ended = |count| format!("worker {count} ended with 0, RSS ");
    for count in 1..=20 {
        assert!(printed.contains(&ended(count)), "{printed}");
    }
    assert!(!printed.contains(&ended(21)), "{printed}");
}

#[test]
fn views_count_twice() {
    let printed = typed_as_in("reading-memory.md", "node book/scripts/views.mjs");
    assert!(page("reading-memory.md").contains(&format!("```text\n{printed}```")), "the page has something else:\n{printed}");
}

#[test]
fn buffers_and_what_node_says_of_them() {
    let printed = typed_as_in("reading-memory.md", "node --expose-gc book/scripts/buffers.mjs");
    // A name, and four numbers in columns of their own.
    let rows = |text: &str| -> Vec<(String, Vec<f64>)> {
        let rows = text.lines().filter(|row| row.len() > 24).map(|row| row.split_at(24));
        rows.map(|(name, numbers)| {
            (name.trim_end().to_owned(), numbers.split_whitespace().map(|number| number.parse().unwrap_or(0.0)).collect())
        })
        .collect()
    };
    let names = |rows: &[(String, Vec<f64>)]| rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let page = page("reading-memory.md");
    let of_page = page.split("```text\n").find(|block| block.starts_with("MiB ")).unwrap().split("```").next().unwrap();
    let (of_page, measured) = (rows(of_page), rows(&printed));
    assert_eq!(names(&measured), names(&of_page));

    let at = |row: usize, column: usize| measured[row + 1].1[column];
    let (external, array_buffers, rss) = (1, 2, 3);
    let [start, untouched, filled, later, small] = [0, 1, 2, 4, 5];
    let is = |difference: f64, expected: f64| assert!((difference - expected).abs() < 0.25, "{difference}\n{printed}");
    for column in [external, array_buffers] {
        is(at(untouched, column) - at(start, column), 256.0);
        is(at(filled, column) - at(untouched, column), 0.0);
        is(at(later, column) - at(start, column), 0.0);
        is(at(small, column) - at(later, column), 0.8);
    }
    assert!(at(untouched, rss) - at(start, rss) < 25.0, "{printed}");
    assert!(at(filled, rss) - at(untouched, rss) > 200.0 && at(filled, rss) - at(later, rss) > 200.0, "{printed}");
}

#[test]
fn no_script_is_left_out() {
    let of_this_file = include_str!("scripts.rs");
    for script in files(&checkout().join("book/scripts")) {
        let name = script.file_name().unwrap().to_str().unwrap();
        assert!(of_this_file.contains(name), "no test runs {name}");
        let text = fs::read_to_string(&script).unwrap();
        // Its first line is what to build for it.
        if let Some(build) = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("// cargo build --manifest-path target/lessons/editor/Cargo.toml --package "))
        {
            assert!(LESSONS.iter().any(|id| id.replace('/', "-") == build), "{name}: {build}");
        }
    }
}
