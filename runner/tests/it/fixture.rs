//! A course in a temporary folder, and the `lesson` command on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use runner::catalog::{COMPILES, ENDS};
use runner::event::Event;
use runner::outcome::CheckResult;
use runner::pack::Pack;
use runner::toolkit::Toolkit;
use tempfile::TempDir;

/// The lesson that the fixtures edit.
pub(crate) const ID: &str = "scopes/callback-loop";

/// What a contributor's terminal, or the contributor, may say of it. It changes what is shown.
pub(crate) const OF_TERMINALS: [&str; 9] = [
    "NO_COLOR",
    "LESSON_PLAIN",
    "FORCE_HYPERLINK",
    "TERM_PROGRAM",
    "VTE_VERSION",
    "KONSOLE_VERSION",
    "WT_SESSION",
    "VISUAL",
    "EDITOR",
];

/// Builds the probe with texts of its files replaced: a file, a text of it, and what takes its place.
#[track_caller]
pub(crate) fn probe_with(edits: &[(&str, &str, &str)]) -> PathBuf {
    let folder = TempDir::new().unwrap();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probes");
    // One folder for all, so that its dependencies are built once; what is built there is of one test at a time.
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut workspace: toml::Table = fs::read_to_string(checkout.join("../Cargo.toml")).unwrap().parse().unwrap();
    let table = workspace["workspace"].as_table_mut().unwrap();
    table.insert("members".into(), toml::Value::try_from(["runner/evidence", "runner/probe"]).unwrap());
    table.remove("default-members");
    put(workspace.to_string().as_bytes(), &root.join("Cargo.toml"));
    copy(&checkout.join("../Cargo.lock"), &root.join("Cargo.lock"));
    for part in ["evidence/Cargo.toml", "evidence/src", "probe/Cargo.toml", "probe/src"] {
        copy(&checkout.join(part), &root.join("runner").join(part));
    }
    for (file, from, to) in edits {
        let edited = root.join("runner/probe/src").join(file);
        let text = fs::read_to_string(&edited).unwrap();
        assert!(text.contains(from), "{file} does not contain {from:?}");
        fs::write(&edited, text.replace(from, to)).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&root).args(["build", "--quiet", "--offline", "--release", "--package", "probe"]);
    cargo.env("CARGO_TARGET_DIR", root.join("target")).env("RUSTFLAGS", "-Cforce-frame-pointers=yes -Awarnings");
    assert!(cargo.status().unwrap().success(), "the edited probe does not compile");
    let library = folder.keep().join("libprobe.so");
    fs::copy(root.join("target/release/libprobe.so"), &library).unwrap();
    library
}

/// A copy of one lesson, and of what every lesson needs.
pub(crate) struct Fixture {
    folder: TempDir,
    name: &'static str,
}

/// What a command did.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        Fixture::named("course")
    }

    /// A course in a folder of this name.
    pub(crate) fn named(name: &'static str) -> Fixture {
        let fixture = Fixture { folder: TempDir::new().unwrap(), name };
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for path in ["book.toml", "Cargo.toml", "Cargo.lock"] {
            copy(&checkout.join(path), &fixture.path(path));
        }
        fixture.write("book/SUMMARY.md", "# Summary\n\n");
        fixture.add(ID);
        fixture
    }

    /// Copies another lesson, as it was shipped, and puts it at the end of the book.
    pub(crate) fn add(&self, id: &str) {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        copy(&checkout.join("lessons").join(id), &self.path("lessons").join(id));
        copy(&checkout.join("solutions").join(format!("{id}.rs")), &self.path("solutions").join(format!("{id}.rs")));
        let shipped = self.read(&format!("lessons/{id}/wrong/shipped.rs"));
        self.write(&format!("lessons/{id}/exercise.rs"), &shipped);
        self.write(&format!("book/{id}.md"), "# A lesson\n");
        let summary = self.read("book/SUMMARY.md");
        self.write("book/SUMMARY.md", &format!("{summary}- [The loop]({id}.md)\n"));
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Replaces the text of a file of the course.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not contain {from:?}");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn exercise(&self, source: &str) {
        self.write(&format!("lessons/{ID}/exercise.rs"), source);
    }

    pub(crate) fn solution(&self) -> String {
        self.read(&format!("solutions/{ID}.rs"))
    }

    /// An exercise whose one function does `body` before the work of the solution.
    pub(crate) fn exercise_doing(&self, body: &str) {
        let start = "let mut moved = 0;";
        let solution = self.solution();
        assert!(solution.contains(start));
        self.exercise(&solution.replacen(start, &format!("{body}\n    {start}"), 1));
    }

    /// A statement that makes a source which was never compiled before.
    pub(crate) fn unique(&self) -> String {
        format!("let _ = {:?};", self.root())
    }

    /// Makes a source one that was never compiled before. It does what it did.
    pub(crate) fn renew(&self, path: &str) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        self.write(path, &format!("{}\n// {} {number}\n", self.read(path), self.root().display()));
    }

    /// Makes a lesson of its own of the fixture: an exercise, what drives it, and what is checked of it.
    pub(crate) fn teach(&self, exercise: &str, drive: &str, work: &str, checks: &[(&str, &str)]) {
        self.exercise(exercise);
        self.write(&format!("lessons/{ID}/drive.mjs"), drive);
        let mut manifest = format!(
            "title = 'A lesson'\nminutes = 1\ngoal = 'None.'\nhints = ['1', '2', '3']\ngauge = 'blocks'\n\n[work]\nunit = 'things'\n{work}\n"
        );
        for (index, (name, evidence)) in checks.iter().enumerate() {
            manifest += &format!("\n[[check]]\nid = 'check-{index}'\nname = '{name}'\n{evidence}\nbecause = 'a test'\n");
        }
        let first = if checks.is_empty() { ENDS } else { "check-0" };
        let wrong = fs::read_dir(self.path(&format!("lessons/{ID}/wrong"))).unwrap().flatten();
        for name in wrong.map(|entry| entry.path().file_stem().unwrap().to_string_lossy().into_owned()) {
            manifest += &format!("\n[wrong.{name}]\ntitle = 'x'\nfails = '{first}'\nwhy = 'x'\n");
        }
        self.write(&format!("lessons/{ID}/lesson.toml"), &manifest);
    }

    /// The checks of the exercise, as the events tell them.
    #[track_caller]
    pub(crate) fn checks(&self, options: &[&str]) -> Vec<CheckResult> {
        let done = self.lesson(&[&["check", ID, "--format", "json"], options].concat());
        let events = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let checks: Vec<_> =
            events.filter_map(|event| if let Event::Check(check) = event { Some(check) } else { None }).collect();
        assert!(!checks.is_empty() && checks[0].id != COMPILES, "{}\n{}", done.stdout, done.stderr);
        checks
    }

    /// Gives the lesson other limits.
    pub(crate) fn limits(&self, limits: &str) {
        self.edit(&format!("lessons/{ID}/lesson.toml"), "[work]", &format!("[work]\n{limits}"));
    }

    /// The command, not started yet. All tests build in one folder, so that napi is built once.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_working_in(&shared_work(), args)
    }

    pub(crate) fn command_working_in(&self, work: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lesson"));
        command.arg("--root").arg(self.root()).arg("--work").arg(work).args(args);
        OF_TERMINALS.iter().for_each(|name| _ = command.env_remove(name));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn lesson(&self, args: &[&str]) -> Done {
        finish(&mut self.command(args))
    }

    /// The command, with this library in the place of the probe.
    pub(crate) fn lesson_with_probe(&self, probe: &Path, args: &[&str]) -> Done {
        finish(self.command(args).env("LESSON_PROBE_LIBRARY", probe))
    }

    pub(crate) fn check(&self) -> Done {
        self.lesson(&["check", ID])
    }
}

/// Runs a command to its end, and sees that it left no process behind.
#[track_caller]
pub(crate) fn finish(command: &mut Command) -> Done {
    let child = command.spawn().unwrap();
    let pid = child.id();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let done = Done { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
    assert_eq!(processes_of(pid), Vec::<u32>::new(), "processes are left:\n{}", done.stdout);
    done
}

/// Writes a program that the shell runs. A process writes it that nobody forks: while a copy of this one has it open,
/// it can't be run.
pub(crate) fn write_script(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf '#!/bin/sh\\n%s' \"$2\" > \"$1\" && chmod +x \"$1\"", "sh"]).arg(path).arg(script);
    assert!(shell.status().unwrap().success());
}

/// The processes that a `lesson` of this id started, found by the run's id in their environment.
pub(crate) fn processes_of(lesson: u32) -> Vec<u32> {
    let wanted = format!("LESSON_RUN={lesson}-");
    let environment = |pid: &u32| fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| environment(pid).split(|byte| *byte == 0).any(|variable| variable.starts_with(wanted.as_bytes())))
        .collect()
}

/// How often a test does what must come out the same each time: `$TIMES`, or once.
pub(crate) fn times() -> usize {
    std::env::var("TIMES").ok().map_or(1, |times| times.parse().expect("TIMES is a number"))
}

/// Writes a file, if it is not the same already: to cargo, what was written has changed.
pub(crate) fn put(content: &[u8], path: &Path) {
    if fs::read(path).is_ok_and(|there| there == content) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The Node of the tests: `$LESSON_NODE`, or `node`.
pub(crate) fn node() -> PathBuf {
    Toolkit::new(&Pack { root: PathBuf::new() }, "").node
}

pub(crate) fn shared_work() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("work")
}

impl Done {
    #[track_caller]
    pub(crate) fn exits_with(self, code: i32) -> Done {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Done {
        // Long sentences are wrapped, so blanks are compared as one.
        let flat: Vec<&str> = self.stdout.split_whitespace().chain(self.stderr.split_whitespace()).collect();
        assert!(flat.join(" ").contains(text), "{text:?} is not in\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
