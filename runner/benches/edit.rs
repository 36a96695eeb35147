//! From an edit to its verdict, beside the floor that is measured in the same run: `cargo build` of the
//! same edit, and a bare `node` that does the same rounds. Times are medians; trust the ratios.
//!
//! ```text
//! cargo bench -p runner
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/it/fixture.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod fixture;
#[path = "common/workspace.rs"]
mod workspace;

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use fixture::{Fixture, ID};
use workspace::lessons_alone;

const TIMES: usize = 15;
/// As in the lesson's manifest: the rounds of a check and its warm-up.
const SYNTHETIC: [usize; 2] = [5, 50];

fn main() {
    edit_to_verdict();
    fast_commands();
    all_against_the_sum_of_its_parts();
}

fn edit_to_verdict() {
    let course = Fixture::new();
    let manifest = course.read(&format!("lessons/{ID}/lesson.toml"));
    let number = |key: &str, default: u64| -> u64 {
        let line = manifest.lines().find(|line| line.split('=').next().unwrap().trim() == key);
        line.map_or(default, |line| {
            line.split('=').nth(1).unwrap().split('#').next().unwrap().trim().replace('_', "").parse().unwrap()
        })
    };
    let (size, rounds) = (number("check", 0), number("rounds", 5) + number("warmup", 2));
    let floor = Fixture::new();
    let workspace = lessons_alone(&floor);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("floor");

    let mut builds = Vec::new();
    let mut bares = Vec::new();
    let mut verdicts = Vec::new();
    let mut saves = Vec::new();
    let watched = Fixture::new();
    let mut watch = Watch::start(&watched);
    for time in 0..=TIMES {
        edit(&floor, time);
        let build = timed(Command::new(env!("CARGO")).current_dir(&workspace).env("CARGO_TARGET_DIR", &target).args([
            "build",
            "--quiet",
            "--offline",
            "--package",
            "scopes-callback-loop",
            "--lib",
        ]));
        let bare =
            timed(Command::new("node").arg("--expose-gc").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/bare.mjs")).args([
                target.join("debug/libscopes_callback_loop.so").to_str().unwrap(),
                floor.path(&format!("lessons/{ID}/drive.mjs")).to_str().unwrap(),
                &size.to_string(),
                &rounds.to_string(),
            ]));
        edit(&course, time);
        let verdict = timed(&mut course.command(&["check", ID]));
        let begun = Instant::now();
        // Another one: what `check` has built would not be built again.
        edit(&watched, TIMES + 1 + time);
        watch.verdict();
        let save = begun.elapsed();
        // The first one also builds napi.
        if time > 0 {
            builds.push(build);
            bares.push(bare);
            verdicts.push(verdict);
            saves.push(save);
        }
    }
    let floors: Vec<Duration> = builds.iter().zip(&bares).map(|(build, bare)| *build + *bare).collect();
    println!("edit to verdict, {TIMES} edits, medians:");
    line("cargo build", &builds);
    line("bare node", &bares);
    line("floor", &floors);
    line("lesson check", &verdicts);
    ratio(&verdicts, &floors);
    line("save, watched", &saves);
    ratio(&saves, &floors);
    let again: Vec<Duration> = (0..TIMES).map(|_| timed(&mut course.command(&["check", ID]))).collect();
    line("check, unchanged", &again);
}

/// `lesson watch`, which says each verdict in a line.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn start(course: &Fixture) -> Watch {
        let mut child = course.command(&["watch", ID]).stdin(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut watch = Watch { child, lines };
        watch.verdict();
        watch
    }

    fn verdict(&mut self) {
        let is_verdict = |line: &String| line.starts_with("failed  ");
        assert!(self.lines.by_ref().map(Result::unwrap).any(|line| is_verdict(&line)), "the watch has ended");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn ratio(times: &[Duration], floors: &[Duration]) {
    println!("  ratio to the floor    {:>8.2}", median(times).as_secs_f64() / median(floors).as_secs_f64());
}

fn fast_commands() {
    println!("commands that run nothing:");
    let course = synthetic(50);
    for args in [&["list"][..], &["hint", ID]] {
        let times: Vec<Duration> = (0..TIMES).map(|_| timed(&mut course.command(args))).collect();
        line(&format!("{} (50 lessons)", args[0]), &times);
    }
}

fn all_against_the_sum_of_its_parts() {
    println!("check --all, once each:");
    for count in SYNTHETIC {
        let course = synthetic(count);
        let ids: Vec<String> = (1..=count).map(id).collect();
        // Compiles all.
        timed(&mut course.command(&["check", "--all"]));
        let all = timed(&mut course.command(&["check", "--all"]));
        let parts: Duration = ids.iter().map(|id| timed(&mut course.command(&["check", id]))).sum();
        println!(
            "  {count:>2} lessons: {:>6.0} ms, {:>5.1} ms each, {:.2} of the sum of its parts",
            ms(all),
            ms(all) / count as f64,
            ms(all) / ms(parts)
        );
    }
}

/// A course of copies of one lesson, and the lesson itself.
fn synthetic(count: usize) -> Fixture {
    let course = Fixture::new();
    let mut summary = course.read("book/SUMMARY.md");
    for id in (1..=count).map(id) {
        summary += &format!("- [x]({id}.md)\n");
        copy_lesson(&course, &id);
    }
    summary = summary.replace(&format!("- [The loop]({ID}.md)\n"), "");
    if count == 50 {
        summary += &format!("- [The loop]({ID}.md)\n");
    }
    course.write("book/SUMMARY.md", &summary);
    course
}

fn id(number: usize) -> String {
    format!("synthetic/loop-{number}")
}

fn copy_lesson(course: &Fixture, id: &str) {
    let from = course.path(&format!("lessons/{ID}"));
    for file in ["lesson.toml", "drive.mjs", "exercise.rs"] {
        let text = fs::read_to_string(from.join(file)).unwrap();
        course.write(&format!("lessons/{id}/{file}"), &text.replace(ID, id));
    }
    for entry in fs::read_dir(from.join("wrong")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        course.write(&format!("lessons/{id}/wrong/{name}"), &fs::read_to_string(entry.path()).unwrap());
    }
    course.write(&format!("solutions/{id}.rs"), &course.solution());
}

/// Appends a line, so that the file's time and content are new.
fn edit(course: &Fixture, time: usize) {
    let path = course.path(&format!("lessons/{ID}/exercise.rs"));
    let unique = std::process::id();
    writeln!(fs::OpenOptions::new().append(true).open(path).unwrap(), "// edit {time} of {unique}").unwrap();
}

fn timed(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let output = command.output().unwrap();
    let time = begun.elapsed();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    time
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn line(what: &str, times: &[Duration]) {
    println!(
        "  {what:<20}  {:>8.1} ms  ({:.1} to {:.1})",
        ms(median(times)),
        ms(*times.iter().min().unwrap()),
        ms(*times.iter().max().unwrap())
    );
}
