//! What is remembered survives: two terminals, a full disk, a folder that can't be written, a file that can't be
//! read, and lessons that come, move and go.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use runner::catalog::{Catalog, Lesson};
use runner::compile::hash;
use runner::grade::Verdict;
use runner::pack::Pack;
use runner::progress::{self, Progress, ProgressError, State};

use crate::fixture::{Done, Fixture, ID, finish};

const FILE: &str = ".lesson/progress.toml";

fn pack(fixture: &Fixture) -> Pack {
    Pack { root: fixture.root() }
}

fn lesson(fixture: &Fixture) -> Lesson {
    Catalog::load(&fixture.root()).unwrap().lesson(ID).unwrap()
}

fn read(fixture: &Fixture) -> Progress {
    let loaded = progress::read(&pack(fixture)).unwrap();
    assert!(loaded.set_aside.is_none(), "{:?}", loaded.set_aside);
    loaded.progress
}

/// A command that changes what is remembered and builds nothing.
fn hint(fixture: &Fixture, level: u8) -> Command {
    fixture.command(&["hint", ID, "--level", &level.to_string()])
}

fn hints(fixture: &Fixture) -> u8 {
    read(fixture).entry(&lesson(fixture).id).map_or(0, |entry| entry.hints)
}

/// The command, started by a shell that does something before.
fn after(shell: &str, command: &Command) -> Command {
    let mut wrapped = Command::new("sh");
    wrapped.arg("-c").arg(format!("{shell} exec \"$@\"")).arg("sh");
    wrapped.arg(command.get_program()).args(command.get_args());
    wrapped.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    wrapped
}

#[test]
fn a_state_follows_from_the_source() {
    let fixture = Fixture::new();
    let (pack, lesson) = (pack(&fixture), lesson(&fixture));
    let graded = |source: &str, verdict| {
        fixture.exercise(source);
        progress::remember(&pack, &lesson, &hash(source.as_bytes()), verdict).unwrap().progress
    };
    let shipped = fixture.read(&format!("lessons/{ID}/wrong/shipped.rs"));
    let attempts = |progress: &Progress| (progress.state(&lesson), progress.attempts(&lesson.id));

    assert_eq!(progress::state(&pack, &lesson), State::Untouched);
    // What the learner has not written is no attempt of theirs.
    assert_eq!(attempts(&graded(&shipped, Verdict::Failed)), (State::Untouched, 0));
    assert_eq!(attempts(&graded("// one", Verdict::Failed)), (State::Edited, 1));
    assert_eq!(attempts(&graded("// one", Verdict::Failed)), (State::Edited, 1), "the same version again");
    assert_eq!(attempts(&graded("// two", Verdict::Undecided)), (State::Edited, 1), "nothing was said of it");
    assert_eq!(attempts(&graded("// two", Verdict::Passed)), (State::Done, 2));
    fixture.exercise("// three");
    assert_eq!(progress::state(&pack, &lesson), State::Changed);
    assert_eq!(attempts(&graded("// three", Verdict::Failed)), (State::Changed, 3));
    // The bytes decide: an undo brings it back without a check.
    fixture.exercise("// two");
    assert_eq!(progress::state(&pack, &lesson), State::Done);
    // But not against a later verdict on the same bytes.
    assert_eq!(attempts(&graded("// two", Verdict::Failed)), (State::Changed, 4));
    assert_eq!(attempts(&graded("// two", Verdict::Passed)), (State::Done, 4));

    progress::reset(&lesson).unwrap();
    assert_eq!(attempts(&read(&fixture)), (State::Untouched, 4));
    fs::remove_file(lesson.file("exercise.rs")).unwrap();
    assert_eq!(progress::state(&pack, &lesson), State::Changed);
}

#[test]
fn a_person_can_read_the_file() {
    let fixture = Fixture::new();
    let (pack, lesson) = (pack(&fixture), lesson(&fixture));
    progress::remember(&pack, &lesson, "aa", Verdict::Passed).unwrap();
    progress::remember(&pack, &lesson, "bb", Verdict::Failed).unwrap();
    progress::update(&pack, |progress| {
        progress.set_current(&lesson.id);
        progress.hinted(&lesson.id, 2);
        progress.hinted(&lesson.id, 1);
        progress.plain = Some(true);
    })
    .unwrap();
    let text = fixture.read(FILE);
    let (comment, rest) = text.split_at(text.find("format").unwrap());
    assert!(comment.lines().all(|line| line.starts_with("# ")), "{text}");
    let day = read(&fixture).entry(&lesson.id).unwrap().passed_on.clone().unwrap();
    let now = Command::new("date").args(["-u", "+%F"]).output().unwrap();
    assert_eq!(String::from_utf8(now.stdout).unwrap().trim(), day);
    let expected = format!(
        "format = 1\ncurrent = \"{ID}\"\nplain = true\n\n[lessons.\"{ID}\"]\nattempts = 2\nlast = \"bb\"\n\
         verdict = \"failed\"\npassed = \"aa\"\npassed_on = \"{day}\"\nhints = 2\n"
    );
    assert_eq!(rest, expected);
    assert_eq!(read(&fixture).current(), Some(lesson.id));
}

#[test]
fn the_commands_remember() {
    let fixture = Fixture::new();
    let id = lesson(&fixture).id;
    finish(&mut hint(&fixture, 2)).exits_with(0);
    assert_eq!((hints(&fixture), read(&fixture).current()), (2, Some(id.clone())));
    fixture.check().exits_with(1);
    assert_eq!(read(&fixture).attempts(&id), 0);
    fixture.exercise(&fixture.solution());
    fixture.lesson(&["check", "--all"]).exits_with(0);
    let entry = read(&fixture).entry(&id).unwrap().clone();
    let solution = hash(fixture.solution().as_bytes());
    assert_eq!((entry.attempts, entry.verdict, entry.passed), (1, Some(Verdict::Passed), Some(solution)));
    // Another program of the lesson is not the learner's.
    fixture.lesson(&["check", ID, "--variant", "wrong:shipped"]).exits_with(1);
    assert_eq!(read(&fixture).attempts(&id), 1);
}

#[test]
fn lessons_come_move_and_go() {
    let fixture = Fixture::new();
    finish(&mut hint(&fixture, 3)).exits_with(0);
    let foreign = "\n[lessons.\"wrap/gone\"]\nattempts = 7\nstars = 5\n\n[lessons.\"Not An Id\"]\nattempts = 0\nhints = 1\n";
    let own = format!("theme = \"dark\"\n{}{foreign}\n[sync]\nmachine = \"attic\"\n", fixture.read(FILE));
    fixture.write(FILE, &own);
    fixture.lesson(&["new", "wrap/first-try"]).exits_with(0);
    fixture.write("book/SUMMARY.md", &format!("# Summary\n\n- [First](wrap/first-try.md)\n- [The loop]({ID}.md)\n"));
    finish(&mut fixture.command(&["hint", "wrap/first-try"])).exits_with(0);
    // What this version does not know is there as it was, at each level.
    let table: toml::Table = fixture.read(FILE).parse().unwrap();
    let mut expected: toml::Table = own.parse().unwrap();
    expected["current"] = "wrap/first-try".into();
    let new = "attempts = 0\nhints = 1".parse::<toml::Table>().unwrap();
    expected["lessons"].as_table_mut().unwrap().insert("wrap/first-try".into(), new.into());
    assert_eq!(table, expected);
    assert_eq!(hints(&fixture), 3);
}

/// What one of two terminals does in the next test, in a process of its own.
#[test]
#[ignore = "it is started by the test below"]
fn attempts_in_a_second_process() {
    let pack = Pack { root: std::env::var_os("COURSE").unwrap().into() };
    let lesson = Catalog::load(&pack.root).unwrap().lesson(ID).unwrap();
    for number in 0..ROUNDS {
        let version = format!("{}-{number}", std::process::id());
        progress::remember(&pack, &lesson, &version, Verdict::Failed).unwrap();
        // Nobody grades in a loop. One that took the lock again at once could keep it from those who look for it
        // once in a millisecond, for as long as they are patient.
        thread::sleep(Duration::from_millis(2));
    }
}

const ROUNDS: u32 = 200;

#[test]
fn two_terminals_lose_nothing_of_each_other() {
    let fixture = Fixture::new();
    let start = |_| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "progress::attempts_in_a_second_process", "--ignored"]).env("COURSE", fixture.root());
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..3).map(start).collect();
    // Whoever reads meanwhile sees a whole file.
    let mut running = children;
    while !running.is_empty() {
        let before = read(&fixture).attempts(&lesson(&fixture).id);
        assert!(before <= 3 * ROUNDS);
        running.retain_mut(|child| match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success());
                false
            }
            None => true,
        });
    }
    assert_eq!(read(&fixture).attempts(&lesson(&fixture).id), 3 * ROUNDS);
    let names = fs::read_dir(fixture.path(".lesson")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["lock", "progress.toml"]);
}

#[test]
fn who_does_not_give_the_lock_back_stops_nobody() {
    let fixture = Fixture::new();
    finish(&mut hint(&fixture, 1)).exits_with(0);
    let held = fs::File::open(fixture.path(".lesson/lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(
        progress::update(&pack(&fixture), |progress| progress.set_current(&lesson(&fixture).id)),
        Err(ProgressError::Locked { .. })
    ));
    assert_eq!(hints(&fixture), 1, "reading needs no lock");
    drop(held);
    progress::update(&pack(&fixture), |progress| progress.set_current(&lesson(&fixture).id)).unwrap();
}

#[test]
fn a_full_disk_costs_what_was_to_be_remembered_and_nothing_else() {
    let fixture = Fixture::new();
    finish(&mut hint(&fixture, 1)).exits_with(0);
    let before = fixture.read(FILE);
    // The system refuses each byte to a file, as a full disk does.
    let full = after("trap '' XFSZ; ulimit -f 0;", &hint(&fixture, 3));
    finish(&mut { full }).exits_with(0).says("Hint 3 of 3").says("warning: failed to remember this: failed to write");
    assert_eq!(fixture.read(FILE), before);
    assert_eq!(fs::read_dir(fixture.path(".lesson")).unwrap().count(), 2, "no half of a file is left");
}

#[test]
fn a_folder_that_cannot_be_written_costs_what_was_to_be_remembered_and_nothing_else() {
    let fixture = Fixture::new();
    finish(&mut hint(&fixture, 1)).exits_with(0);
    let before = fixture.read(FILE);
    fixture.exercise(&fixture.solution());
    let mode = |mode| fs::set_permissions(fixture.path(".lesson"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    fs::set_permissions(fixture.path(".lesson/lock"), fs::Permissions::from_mode(0o444)).unwrap();
    let done = finish(&mut after(&obey_modes(), &fixture.command(&["check", ID])));
    // The list reads what is there.
    let list = finish(&mut after(&obey_modes(), &fixture.command(&["list"])));
    mode(0o755);
    let Done { stdout, .. } = done.exits_with(0).says("warning: failed to remember this");
    assert!(stdout.starts_with("passed"), "the verdict stands: {stdout}");
    assert_eq!(list.exits_with(0).stderr, "");
    assert_eq!(fixture.read(FILE), before);
}

/// Root may write where nobody may. A test that is run by root gives that up.
fn obey_modes() -> String {
    let root = fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0);
    if root { "set -- setpriv --bounding-set=-dac_override,-dac_read_search \"$@\";".into() } else { String::new() }
}

#[test]
fn a_file_that_cannot_be_understood_is_kept_and_told_of_once() {
    let fixture = Fixture::new();
    fixture.lesson(&["list"]).exits_with(0);
    assert!(!fixture.path(".lesson").exists(), "who only looks writes nothing");
    for (number, broken) in
        ["format = 1\n[lessons.\"a/b\"\n", "lessons = 5\n", "\u{0}\u{0}", "[lessons.\"a/b\"]\nattempts = \"two\"\n"]
            .iter()
            .enumerate()
    {
        fixture.write(FILE, broken);
        let aside = format!("{FILE}.broken-{}", number + 1);
        let done = fixture.lesson(&["list"]).exits_with(0).says("can't be understood").says(&format!("kept as {aside}"));
        assert_eq!(done.stderr.lines().count(), 2, "{}", done.stderr);
        assert_eq!(fixture.read(&aside), *broken);
        assert_eq!(fixture.lesson(&["list"]).exits_with(0).stderr, "");
    }
    fs::write(fixture.path(FILE), b"current = \"\xff\"").unwrap();
    finish(&mut hint(&fixture, 2)).exits_with(0).says("not UTF-8").says("progress.toml.broken-5");
    assert_eq!(fs::read(fixture.path(&format!("{FILE}.broken-5"))).unwrap(), b"current = \"\xff\"");
    assert_eq!(hints(&fixture), 2);
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let fixture = Fixture::new();
    let later = "format = 2\nlessons = \"elsewhere\"\n";
    fixture.write(FILE, later);
    finish(&mut hint(&fixture, 2)).exits_with(0).says("was written by a later version, in form 2");
    fixture.lesson(&["list"]).exits_with(0).says("Update this checkout");
    assert_eq!(fixture.read(FILE), later);
}

#[test]
fn a_file_that_is_a_link_stays_one() {
    let fixture = Fixture::new();
    fixture.write("common/mine.toml", "");
    fs::create_dir(fixture.path(".lesson")).unwrap();
    symlink("../common/mine.toml", fixture.path(FILE)).unwrap();
    finish(&mut hint(&fixture, 2)).exits_with(0);
    assert!(fixture.read("common/mine.toml").contains("hints = 2"));
    assert!(fs::symlink_metadata(fixture.path(FILE)).unwrap().is_symlink());
}
