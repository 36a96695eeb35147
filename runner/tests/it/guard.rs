//! Guard mode finds each kind of bad access and accuses nobody else.

mod accesses;

use std::fs;
use std::path::Path;

use runner::catalog::Metric;
use runner::event::Event;
use runner::measure::{Measured, Missing};
use runner::process::End;
use runner::report::words::missing;
use runner::run::{Access, FaultKind, Guard, GuardState, Recording};
use runner::sites::fault::Incident;

use crate::fixture::{Fixture, ID, times};

const MANIFEST: &str = r#"
title   = "Guarded"
minutes = 1
goal    = "Touch only what is there."
hints   = ["one", "two", "three"]
gauge   = "blocks"

[work]
unit   = "accesses"
run    = 2
check  = 1
rounds = 2
warmup = 1
guard  = true

[[check]]
id      = "sum-right"
name    = "the sum is right"
answer  = "sum"
because = "it is what the function is for"

[[check]]
id      = "accesses-valid"
name    = "no memory is touched that is not there"
metric  = "guard.faults"
equals  = 0
because = "it may belong to somebody else by then"

[wrong.shipped]
title = "The bug as shipped"
fails = "accesses-valid"
why   = "It does it."
"#;

/// A lesson in guard mode, whose rounds do `drive` with an add-on of these functions.
fn guarded(functions: &str, drive: &str) -> Fixture {
    let course = Fixture::new();
    course.write(&format!("lessons/{ID}/lesson.toml"), MANIFEST);
    course.write(
        &format!("lessons/{ID}/drive.mjs"),
        &format!("export async function round(addon, t) {{\n  {drive}\n}}\nexport async function worker(addon) {{\n  return addon.sum();\n}}\n"),
    );
    course.exercise(&format!("use napi::bindgen_prelude::*;\nuse napi_derive::napi;\n\n{functions}\n"));
    course
}

/// What calls `sum` once.
const CALL: &str = "t.answer(\"sum\", await addon.sum(), 45);";

/// The bad access that a check shows, which is the same each time.
#[track_caller]
fn incident(course: &Fixture) -> Incident {
    let mut all: Vec<Incident> = (0..times()).map(|_| one(course)).collect();
    for other in &all {
        assert_eq!((other.kind, lines(other)), (all[0].kind, lines(&all[0])), "{other:#?}");
    }
    all.swap_remove(0)
}

#[track_caller]
fn one(course: &Fixture) -> Incident {
    let done = course.lesson(&["check", ID, "--format", "json"]).exits_with(1);
    let mut events = done.stdout.lines().map(|line| serde_json::from_str::<Event>(line).unwrap());
    let fault = events.find_map(|event| if let Event::Check(check) = event { check.fault } else { None });
    *fault.unwrap_or_else(|| panic!("no fault in\n{}", done.stdout))
}

/// The texts of the three lines, with nothing around them.
fn lines(incident: &Incident) -> [&str; 3] {
    let scenes = [Some(&incident.allocated), incident.freed.as_ref(), Some(&incident.touched)];
    scenes.map(|scene| scene.map_or("", |scene| scene.source.trim()))
}

/// Runs an add-on of these functions and expects this access, at these three lines.
#[track_caller]
fn finds(functions: &str, kind: FaultKind, access: Access, places: [&str; 3]) -> Incident {
    let found = incident(&guarded(functions, CALL));
    assert_eq!((found.kind, found.access), (kind, access), "{found:#?}");
    assert_eq!(lines(&found), places, "{found:#?}");
    assert!(found.by_addon, "{found:#?}");
    found
}

const CLEAN: &str = "#[napi]
pub fn sum() -> u32 {
    let mut numbers: Vec<u32> = Vec::new();
    (0..10).for_each(|number| numbers.push(number));
    let names: Vec<String> = numbers.iter().map(|number| number.to_string()).collect();
    names.iter().map(|name| name.parse::<u32>().unwrap()).sum()
}";

#[test]
fn a_clean_add_on_is_not_accused() {
    let course = guarded(CLEAN, CALL);
    for _ in 0..2 * times() {
        course.check().exits_with(0).says("passed");
    }
    let run = course.lesson(&["run", ID, "--guard"]).exits_with(0);
    run.says("The guard saw no access to memory that is not there (").says("names no line");
}

#[test]
fn traps_of_webassembly_are_still_errors() {
    // A module with a page of memory and a function that reads at the address it is given.
    let drive =
        "const bytes = Uint8Array.from([0,97,115,109,1,0,0,0, 1,6,1,96,1,127,1,127, 3,2,1,0, 5,3,1,0,1, 7,5,1,1,114,0,0, \
                 10,9,1,7,0,32,0,40,2,0,11]);
  const { r } = (await WebAssembly.instantiate(bytes)).instance.exports;
  let traps = 0;
  for (let at = 0; at < 200; at++) {
    try { r(65536 + at * 4096); } catch (error) { if (error instanceof WebAssembly.RuntimeError) traps += 1; }
  }
  t.answer(\"traps\", traps, 200);
  t.answer(\"sum\", addon.sum(), 45);";
    let course = guarded(CLEAN, drive);
    course.edit(&format!("lessons/{ID}/lesson.toml"), "[wrong.shipped]", TRAPS);
    course.check().exits_with(0).says("passed");
}

const TRAPS: &str = "[[check]]
id      = \"traps-are-errors\"
name    = \"traps are errors\"
answer  = \"traps\"
because = \"they are\"

[wrong.shipped]";

#[test]
fn a_worker_loads_the_add_on_and_ends() {
    let course = guarded(CLEAN, "t.answer(\"sum\", await t.worker(), 45);\n  addon.sum();");
    course.check().exits_with(0).says("passed");
}

#[test]
fn what_finds_no_room_is_said() {
    let course = guarded(
        "#[napi]
pub fn sum() -> u32 {
    let blocks: Vec<Box<u64>> = (0..30_000).map(Box::new).collect();
    blocks.iter().take(10).map(|block| **block as u32).sum()
}",
        CALL,
    );
    course.check().exits_with(3).says("blocks found no room under the guard");
    course.lesson(&["run", ID, "--guard"]).exits_with(0).says("found no room under it");
}

#[test]
fn what_is_kept_is_counted_as_without_a_guard() {
    let course = guarded(
        "#[napi]
pub fn sum() -> u32 {
    let mut kept = Vec::with_capacity(1);
    (0..10u32).for_each(|number| kept.push(number));
    kept.shrink_to_fit();
    Box::leak(kept.into_boxed_slice()).iter().sum()
}",
        CALL,
    );
    let kept = "[[check]]\nid = \"block-a-round\"\nname = \"a block a round\"\nmetric = \"blocks.kept\"\nequals = 2\nbecause = \"\"\n\n\
                [[check]]\nid = \"ten-numbers\"\nname = \"of ten numbers\"\nmetric = \"bytes.kept\"\nequals = 80\nbecause = \"\"\n\n[wrong.shipped]";
    course.edit(&format!("lessons/{ID}/lesson.toml"), "[wrong.shipped]", kept);
    course.check().exits_with(0).says("passed");
    course.edit(&format!("lessons/{ID}/lesson.toml"), "equals = 2", "equals = 0");
    course.check().exits_with(1).says("2 blocks (80 B), allocated in `sum`").says("let mut kept = Vec::with_capacity(1);");
}

#[test]
fn a_fault_of_the_memory_of_nobody_is_not_taken_for_one() {
    let course = guarded(
        "#[napi]
pub fn sum() -> u32 {
    unsafe { *std::hint::black_box(0x10_0000 as *const u32) }
}",
        CALL,
    );
    let done = course.check().exits_with(1).says("SIGSEGV, inside the warm-up's work");
    assert!(!done.stdout.contains("allocated"), "{}", done.stdout);
}

#[test]
fn a_forked_child_writes_to_no_file() {
    let course = guarded(
        "unsafe extern \"C\" {
    fn fork() -> i32;
    fn _exit(code: i32) -> !;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
}

#[napi]
pub fn sum() -> u32 {
    let mut kept = vec![String::from(\"of the parent\")];
    let mut status = 0;
    unsafe {
        let child = fork();
        if child == 0 {
            // It frees what it has inherited, allocates, leaks, and dies of an access to freed memory.
            let freed = kept.as_ptr();
            kept.push(\"of the child\".repeat(100));
            std::mem::forget(vec![1u8; 5000]);
            std::hint::black_box(*freed.cast::<u8>());
            _exit(0);
        }
        waitpid(child, &mut status, 0);
    }
    kept.push(String::new());
    // Signal 11.
    kept.len() as u32 + 32 + (status & 0x7f) as u32
}",
        CALL,
    );
    let kept = "[[check]]\nid = \"nothing-kept\"\nname = \"nothing is kept\"\nmetric = \"bytes.kept\"\nequals = 0\nbecause = \"\"\n\n[wrong.shipped]";
    course.edit(&format!("lessons/{ID}/lesson.toml"), "[wrong.shipped]", kept);
    course.check().exits_with(0).says("passed");
}

#[test]
fn no_fault_is_certain_only_of_a_whole_run_of_guarded_blocks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/solution.json");
    let recorded: Recording = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let faults = |edit: &dyn Fn(&mut Recording, &mut Guard)| {
        let mut recording = recorded.clone();
        let mut guard = Guard { state: GuardState::Armed, blocks: 900, unguarded: 0, fault: None };
        edit(&mut recording, &mut guard);
        recording.guard = Some(guard);
        Measured(&recording).metric(Metric::GuardFaults)
    };
    assert_eq!(faults(&|_, _| {}), Ok(0.0));
    assert_eq!(Measured(&recorded).metric(Metric::GuardFaults), Err(Missing::NoGuard));
    let refused = faults(&|_, guard| guard.state = GuardState::NoRoom).unwrap_err();
    assert_eq!(missing(refused), "nothing was guarded: the system refused the address space for it");
    let crowded = faults(&|_, guard| guard.unguarded = 100).unwrap_err();
    assert_eq!(missing(crowded), "100 of 1 000 blocks found no room under the guard");
    let killed = faults(&|recording, _| recording.exit.end = End::Signal(11));
    assert_eq!(killed, Err(Missing::DidNotEnd));
    let cut = faults(&|recording, _| recording.entries.truncate(recording.entries.len() / 2));
    assert!(matches!(cut, Err(Missing::Unfinished { .. })), "{cut:?}");
}

#[test]
fn a_check_that_needs_the_guard_says_so() {
    let course = guarded(CLEAN, CALL);
    let manifest = format!("lessons/{ID}/lesson.toml");
    course.edit(&manifest, "guard  = true\n", "");
    let line = 1 + course.read(&manifest).lines().position(|line| line.contains("guard.faults")).unwrap();
    course.check().exits_with(3).says(&format!("lesson.toml:{line}: `guard.faults` needs `guard = true` in [work]"));
}
