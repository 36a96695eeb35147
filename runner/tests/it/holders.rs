//! Objects that should be gone: how many are left, and who holds them.

use runner::event::Event;

use crate::fixture::{Fixture, ID};

/// Sockets are opened, used and forgotten.
const DRIVE: &str = "
class Socket {
  constructor(number) {
    this.number = number;
  }
}

export function round(addon, t) {
  let sum = 0;
  for (let done = 1; done <= t.size; done++) sum += use(addon, t, done);
  t.answer('sum', sum, (t.size * (t.size + 1)) / 2);
}

function use(addon, t, number) {
  const socket = t.track(new Socket(number));
  return addon.peek(socket);
}
";

const LESSON: &str = r#"
title   = "Sockets"
minutes = 1
goal    = "Let them go."
hints   = ["", "", ""]
gauge   = "objects"

[work]
unit   = "sockets"
run    = 100
check  = 20
rounds = 2

[[check]]
id      = "sum-right"
name    = "the sum is right"
answer  = "sum"
because = "sockets are there to be used"

[[check]]
id      = "sockets-collected"
name    = "no socket is left"
metric  = "objects.kept"
equals  = 0
because = "nobody will use it again"

[wrong.shipped]
title = "The bug as shipped"
fails = "sockets-collected"
why   = "They stay."
"#;

const PEEK: &str = "
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub fn peek(socket: Object) -> Result<u32> {
    Ok(socket.get(\"number\")?.unwrap_or(0))
}
";

/// A course whose exercise is `source`, with another `use` in its `drive.mjs`.
fn course(source: &str, drive: &str) -> Fixture {
    let course = Fixture::new();
    course.exercise(source);
    course.write(&format!("lessons/{ID}/drive.mjs"), drive);
    course.write(&format!("lessons/{ID}/lesson.toml"), LESSON);
    course
}

/// `DRIVE` with other lines in the place of those that use one socket.
fn using(lines: &str) -> String {
    let (before, rest) = DRIVE.split_once("  const socket").unwrap();
    let (_, after) = rest.split_once("peek(socket);").unwrap();
    format!("{before}{lines}{after}")
}

/// The number of the line in which `text` is.
fn line_of(source: &str, text: &str) -> usize {
    1 + source.lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn what_is_let_go_is_gone() {
    let course = course(PEEK, DRIVE);
    course.check().exits_with(0);
    course.lesson(&["run", ID, "--why"]).exits_with(0).says("None of the 200 tracked objects is left.").says("tracked objects");
}

#[test]
fn a_lesson_that_tracks_nothing_is_undecided() {
    let course = course(PEEK, &DRIVE.replace("t.track(new Socket(number))", "new Socket(number)"));
    course.check().exits_with(3).says("drive.mjs tracks no object");
    course.lesson(&["run", ID, "--why"]).exits_with(0).says("This lesson tracks no objects.");
}

#[test]
fn a_map_of_javascript_is_named_and_no_native_code_is_blamed() {
    let drive = using(
        "  const socket = t.track(new Socket(number));
  kept.set(socket.number + t.index * 1000, socket);
  return addon.peek(socket);",
    );
    let course = course(PEEK, &format!("const kept = new Map();\n{drive}"));
    let check = course.check().exits_with(1).says("held by 40 × a module → variable kept (Map) → Socket");
    assert!(!check.stdout.contains("native"), "{}", check.stdout);
}

/// Keeps each third socket, and the callback of each third that is not the first of three.
const KEEP: &str = "
use std::sync::Mutex;

static KEPT: Mutex<Vec<ObjectRef>> = Mutex::new(Vec::new());
static LISTENERS: Mutex<Vec<FunctionRef<(), ()>>> = Mutex::new(Vec::new());

#[napi]
pub fn keep(socket: Object) -> Result<()> {
    let reference = socket.create_ref()?; // here the socket
    KEPT.lock().expect(\"not poisoned\").push(reference);
    Ok(())
}

#[napi]
pub fn listen(listener: Function<(), ()>) -> Result<()> {
    let reference = listener.create_ref()?; // here the listener
    LISTENERS.lock().expect(\"not poisoned\").push(reference);
    Ok(())
}

#[napi]
pub fn subscribe(listener: FunctionRef<(), ()>) {
    LISTENERS.lock().expect(\"not poisoned\").push(listener);
}
";

#[test]
fn a_native_reference_is_named_with_the_line_that_created_it() {
    let source = format!("{PEEK}{KEEP}");
    let drive = using(
        "  const socket = t.track(new Socket(number));
  if (number % 4 === 0) addon.keep(socket);
  if (number % 4 === 1) addon.listen(function onData() { return socket; });
  if (number % 4 === 2) addon.subscribe(() => socket);
  return addon.peek(socket);",
    );
    let course = course(&source, &drive);
    let at = |text: &str| format!("a native strong reference, created at exercise.rs:{}", line_of(&source, text));
    let check = course.check().exits_with(1).says("measured 30");
    let keep = format!("10 × (Global handles) → Socket: {} in `keep`", at("// here the socket"));
    let listen =
        format!("10 × (Global handles) → onData() → variable socket (Socket): {} in `listen`", at("// here the listener"));
    // It is the macro that makes a reference of an argument.
    let subscribe = "10 × (Global handles) → a function → variable socket (Socket): a native strong reference, created at";
    let check = check.says(&keep).says(&listen).says(subscribe).says("in `subscribe`");
    assert_eq!(check.stdout.matches(" × ").count(), 3, "{}", check.stdout);

    let json = course.lesson(&["check", ID, "--format", "json"]).exits_with(1);
    let events = json.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
    let holders = events.filter_map(|event| match event {
        Event::Check(check) if !check.holders.is_empty() => Some(check.holders),
        _ => None,
    });
    let native: Vec<_> = holders.flatten().map(|holder| holder.native.unwrap()).collect();
    assert!(native.iter().all(|native| native.created.len() == 1), "{native:?}");

    let run = course.lesson(&["run", ID, "--why"]).exits_with(0);
    run.says("Who holds what is left, 150 of 200 tracked objects:").says(&keep.replace("10 ×", "50 ×"));
}

#[test]
fn a_reference_that_is_deleted_or_weak_holds_nobody() {
    let source = format!(
        "{PEEK}
#[napi]
pub fn keep(env: Env, socket: Object) -> Result<()> {{
    let mut weak = std::ptr::null_mut();
    let status = unsafe {{ napi::sys::napi_create_reference(env.raw(), socket.raw(), 1, &mut weak) }};
    assert_eq!(status, 0);
    unsafe {{ napi::sys::napi_reference_unref(env.raw(), weak, std::ptr::null_mut()) }};
    let held = socket.create_ref::<true>()?;
    held.unref(&env)
}}
"
    );
    let drive = using(
        "  const socket = t.track(new Socket(number));
  addon.keep(socket);
  return addon.peek(socket);",
    );
    course(&source, &drive).check().exits_with(0);
}

#[test]
fn a_heap_that_is_too_large_for_a_snapshot_is_said_to_be() {
    let drive = using(
        "  const socket = t.track(new Socket(number));
  kept.push(socket);
  return addon.peek(socket);",
    );
    let course = course(PEEK, &format!("const kept = [];\n{drive}"));
    course.limits("memory_mib = 120");
    course.check().exits_with(1).says("who holds them is not known: the heap is too large for a snapshot of it");
    course.lesson(&["run", ID, "--why"]).exits_with(0).says("200 of 200 tracked objects are left. Who holds them is not known:");
}
