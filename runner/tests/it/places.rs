//! The failing checks of the shipped bugs name the lines that a maintainer would point at.

use std::fs;
use std::path::Path;
use std::process::Command;

use runner::catalog::{Catalog, Variant};
use runner::check;
use runner::compile::{self, Compiled};
use runner::explain;
use runner::grade::{NoLine, grade};
use runner::outcome::CheckResult;
use runner::pack::Pack;
use runner::process::Cancel;
use runner::report::words::{self, no_line};
use runner::run::{self, Options};
use runner::sites::{Place, Program};
use runner::toolkit::Toolkit;

use crate::fixture::{Fixture, shared_work};
use crate::ledger::line_of;

/// A lesson, its check, and what stands in a line that must be named, in the order of the places. Those of a
/// bad access are where the block was allocated, freed and touched, as far as that is in the lesson's source.
const LINES: &[(&str, &str, &[&str])] = &[
    // The add-ons of lessons about gauges have no bug, and so no line.
    ("gauges/gc-is-not-free", "single-events-gone", &[]),
    ("gauges/which-number", "sound-not-accused", &[]),
    ("scopes/callback-loop", "handles-bounded", &["let result = turn.call(player)?;", "result.get::<u32>(\"moved\")?"]),
    ("wrap/lost-finalizer", "native-halves-freed", &["words.entry(word.to_owned())", "Box::into_raw(Box::new(Index { words }))"]),
    // A wrong answer has no line.
    ("scopes/escape", "offers-right", &[]),
    ("scopes/unclosed", "run-ends", &["let scope = HandleScope::create(&env)?;"]),
    ("references/dropped-ref", "references-deleted", &["let speaker = guest.create_ref()?;"]),
    (
        "references/unref-is-not-delete",
        "references-deleted",
        &["sys::napi_create_reference(env.raw(), changed.raw(), 1, &mut watch)"],
    ),
    (
        "references/parent-child",
        "closed-document-freed",
        &["Heading::new(title).into_reference(env)?;", "#[napi]", "self.children.push(child.clone(env)?);"],
    ),
    ("references/listener-cycle", "references-deleted", &["#[napi]", "self.listener = Some(listener.create_ref()?);"]),
    ("references/task-holds-on", "references-deleted", &["let tile = Some(tile.create_ref()?);"]),
    ("wrap/forgotten-ref", "references-deleted", &["sys::napi_wrap("]),
    ("wrap/sync-loop", "native-memory-bounded", &["vec![number as u8; SIDE * SIDE]"]),
    (
        "wrap/two-owners",
        "handle-closed-once",
        &[
            "Box::into_raw(Box::new(Index { subjects }))",
            "drop(unsafe { Box::from_raw(handle) });",
            "drop(unsafe { Box::from_raw(handle) });",
        ],
    ),
    ("wrap/remove-wrap", "ticket-freed", &["#[napi]", "let native = Box::into_raw(Box::new(Ticket { seats }));"]),
    ("external/tell-v8", "native-memory-bounded", &["let mut pixels = vec![0; row * side as usize];"]),
    ("external/books-must-balance", "reports-taken-back", &["env.adjust_external_memory(-self.bytes())?;"]),
    ("external/stale-bitmap", "off-screen-freed", &["self.pixels = shades.iter().flat_map(row).collect();"]),
    ("external/leaked-box", "search-freed", &["#[napi(ts_return_type = \"Promise<number>\")]"]),
    ("external/nobody-frees", "attachment-freed", &["bytes.push((high << 4 | low) as u8);"]),
    ("tsfn/queue-full", "histograms-freed", &["Box::into_raw(Box::new(vec![image; 256]))"]),
    ("tsfn/dangling-payload", "payloads-valid", &["samples.collect()", "}", "Ok(samples.to_vec())"]),
    ("tsfn/backpressure", "queue-bounded", &["let index = index.build_threadsafe_function().build()?;"]),
    ("tsfn/keeps-alive", "run-ends", &["let listener = listener.build_threadsafe_function().build()?;"]),
    ("external/adjust-storm", "reports-not-inflated", &["env.adjust_external_memory(bytes)?;"]),
    (
        "external/borrowed-slice",
        "reads-valid",
        &["let packed: Vec<u8> = runs.flat_map(|run| [run.len() as u8, run[0]]).collect();", "seal.wrapping_mul(31)"],
    ),
    (
        "tsfn/forgotten-subscriber",
        "functions-released",
        &["let listener = listener.build_threadsafe_function().weak().build()?;"],
    ),
    ("tsfn/abort-drain", "waiting-frames-freed", &["Box::into_raw(Box::new(Frame(number, vec![gray(number); 4096])))"]),
    ("tsfn/lost-deferred", "promises-settled", &["let (deferred, promise) = env.create_deferred()?;"]),
    (
        "tsfn/closure-never-runs",
        "no-use-after-free",
        &["Box::into_raw(Box::new(confirm))", "ticket(env, confirm())", "ticket(env, confirm())"],
    ),
    (
        "external/moving-buffer",
        "buffer-memory-valid",
        &["self.samples.extend_from_slice(heard);", "self.samples.extend_from_slice(heard);"],
    ),
    ("context/static-state", "worker-bytes-freed", &["let table = vec![0.0; SLOTS];"]),
    ("context/wrong-env", "references-used-at-home", &["Some(listener) => listener.borrow_back(env)?.call(warning),"]),
    ("context/env-map", "closed-window-freed", &["#[napi]", "dictionaries().entry(key(&env)).or_default().insert(word);"]),
    (
        "context/set-twice",
        "replaced-rates-freed",
        &["#[napi]", "env.set_instance_data(Rates { euros, conversions }, (), |_| {})"],
    ),
    // How many threads there are is an answer, and has no line.
    ("context/orphan-thread", "threads-ended", &[]),
    ("capstone/mini-canvas", "empty-image-small", &["let mut pixels = vec![0; stripe * shades.len()];"]),
    ("capstone/mini-canvas", "reports-taken-back", &["env.adjust_external_memory(self.bytes())?;"]),
    (
        "capstone/mini-canvas",
        "successful-load-freed",
        &["#[napi]", "let report: Report = Box::new(", "Box::into_raw(Box::new(report))"],
    ),
];

fn checked(id: &str, variant: &Variant, wanted: &str) -> CheckResult {
    let pack = Pack::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let tools = Toolkit::new(&pack, env!("CARGO_BIN_EXE_lesson")).work_in(&shared_work());
    let lesson = Catalog::load(&pack.root).unwrap().lesson(id).unwrap();
    let checked = check::check(&tools, &lesson, variant, Options::CHECK, &mut |_| {}, &Cancel::default()).unwrap();
    let checks = checked.outcome.checks;
    checks.iter().find(|check| check.id == wanted).unwrap_or_else(|| panic!("{id}: {checks:#?}")).clone()
}

/// The lines that a check names, in their order.
fn named(check: &CheckResult) -> Vec<&str> {
    let line = |place: &Place| (place.at.line - place.source_from) as usize;
    let places = check.places.iter().map(|place| place.source[line(place)].as_str());
    let scenes = check.fault.iter().flat_map(|fault| [Some(&fault.allocated), fault.freed.as_ref(), Some(&fault.touched)]);
    let scenes = scenes.flatten().filter(|scene| scene.at.is_some()).map(|scene| scene.source.as_str());
    places.chain(scenes).map(str::trim).collect()
}

#[test]
fn each_shipped_bug_is_found_in_its_lines() {
    for (id, check, lines) in LINES {
        let checked = checked(id, &Variant::Wrong("shipped".into()), check);
        let named = named(&checked);
        assert_eq!(named.len(), lines.len(), "{id}: {named:#?}");
        assert!(named.iter().zip(*lines).all(|(named, line)| named.contains(line)), "{id}: {named:#?}");
    }
}

#[test]
fn amounts_add_up_to_what_was_measured() {
    // 284 of 300 histograms find no room, in each of five rounds, and each is two blocks.
    let checked = checked("tsfn/queue-full", &Variant::Wrong("shipped".into()), "histograms-freed");
    assert_eq!(checked.places.iter().map(|place| place.count).sum::<i64>(), 2 * 284 * 5);
}

#[test]
fn a_peak_that_is_over_when_the_work_ends_names_no_line() {
    // Each page was freed when it came out of the queue, so what is left at the end has nothing to do with it.
    let checked = checked("tsfn/backpressure", &Variant::Wrong("shipped".into()), "waiting-memory-bounded");
    assert!(checked.places.is_empty(), "{:#?}", checked.places);
    assert_eq!(checked.evidence, [no_line(NoLine::Over)]);
}

#[test]
fn what_no_line_has_done_names_none_and_says_so() {
    // napi-rs drops these references when the environment ends, and no function of the add-on's source runs then.
    let (id, check) = ("context/wrong-env", "references-used-at-home");
    let checked = checked(id, &Variant::Wrong("only-at-home".into()), check);
    assert!(checked.places.is_empty(), "{:#?}", checked.places);
    // It is napi-rs itself that does it, when it gives its queue of references back.
    let function = "6 uses of another environment's reference, in `bindgen_runtime::module_register::custom_gc`";
    assert_eq!(checked.evidence, [no_line(NoLine::Elsewhere), function]);
}

/// Forgets a block of one byte.
const FORGET: &str = r#"
use napi_derive::napi;

#[napi]
pub fn forget() {
    Box::leak(Box::new(1u8)); // LINE forgotten
}
"#;

/// The check of the blocks that such an exercise keeps.
fn forgotten(drive: &str, work: &str) -> CheckResult {
    let course = Fixture::new();
    course.teach(FORGET, drive, work, &[("blocks", "metric = 'blocks.kept'\nequals = 0")]);
    course.checks(&[]).into_iter().find(|check| check.name == "blocks").unwrap()
}

#[test]
fn a_line_that_many_workers_call_is_one_place() {
    // The workers of all measured rounds are there at once, so each has an isolate of its own, elsewhere in memory.
    let drive = "
const said = new Int32Array(new SharedArrayBuffer(8));
const workers = [];

export async function round(addon, t) {
  addon.forget();
  if (t.index < 1) return t.worker(null);
  workers.push(t.worker(said));
  while (Atomics.load(said, 0) < workers.length) await new Promise(setImmediate);
  if (t.index < 3) return;
  Atomics.store(said, 1, 1);
  Atomics.notify(said, 1);
  await Promise.all(workers);
}

export function worker(addon, said) {
  addon.forget();
  if (said === null) return;
  Atomics.add(said, 0, 1);
  Atomics.wait(said, 1, 0);
}
";
    let check = forgotten(drive, "run = 1\ncheck = 1\nrounds = 3\nwarmup = 1");
    let [place] = &check.places[..] else { panic!("{check:#?}") };
    assert_eq!((place.at.line, place.count, check.measured.as_str()), (line_of(FORGET, "forgotten"), 6, "6"), "{check:#?}");
    let mut asked: Vec<_> = place.asked_by.iter().map(|asked| (asked.by.function.as_str(), asked.count)).collect();
    asked.sort_unstable();
    assert_eq!(asked, [("round", 3), ("worker", 3)]);
}

#[test]
fn a_block_that_one_round_forgets_has_its_line() {
    // The warm-up, round 0, and the second round.
    let drive = "export function round(addon, t) {\n  if (t.index % 2 === 0) addon.forget();\n}\n";
    let check = forgotten(drive, "run = 1\ncheck = 1\nrounds = 3\nwarmup = 1");
    let [place] = &check.places[..] else { panic!("{check:#?}") };
    assert_eq!((place.at.line, place.count, check.measured.as_str()), (line_of(FORGET, "forgotten"), 1, "1"), "{check:#?}");
}

#[test]
fn every_lesson_has_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for id in Catalog::load(root).unwrap().ids() {
        assert!(LINES.iter().any(|(known, ..)| *known == id.as_str()), "{id} is not in the table");
    }
}

/// Grades the shipped bug of a lesson with its add-on changed by a command that is given its path.
fn checked_after(id: &str, wanted: &str, change: impl Fn(&Path)) -> CheckResult {
    let pack = Pack::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let tools = Toolkit::new(&pack, env!("CARGO_BIN_EXE_lesson")).work_in(&shared_work());
    let lesson = Catalog::load(&pack.root).unwrap().lesson(id).unwrap();
    let variant = Variant::Wrong("shipped".into());
    let compiled = compile::compile(&tools, &lesson, &variant, &mut |_| {}, &Cancel::default()).unwrap();
    let Compiled::Addon(mut addon) = compiled else { panic!("{id} does not compile") };
    let folder = tempfile::TempDir::new().unwrap();
    let library = folder.path().join("addon.node");
    fs::copy(&addon.library, &library).unwrap();
    change(&library);
    addon.library = library;
    let recording = run::run(&tools, &lesson, &addon, Options::CHECK, &mut |_| {}, &Cancel::default()).unwrap();
    let mut graded = grade(&lesson.manifest, &recording);
    let file = lesson.addon(&variant).unwrap();
    let drive = lesson.file("drive.mjs");
    let program =
        Program { library: &addon.library, file: lesson.relative(&file), text: &addon.source, drive: lesson.relative(&drive) };
    explain::explain(&mut graded, &lesson.manifest, &recording, program);
    let checks = words::outcome(graded, &lesson.manifest).checks;
    checks.iter().find(|check| check.id == wanted).unwrap_or_else(|| panic!("{id}: {checks:#?}")).clone()
}

fn objcopy(options: &[&str], files: &[&Path]) {
    let done = Command::new("objcopy").args(options).args(files).status().expect("objcopy comes with the linker");
    assert!(done.success());
}

#[test]
fn debug_information_is_found_beside_an_add_on_that_was_stripped() {
    let check = checked_after("tsfn/queue-full", "histograms-freed", |library| {
        let debug = library.with_file_name("addon.debug");
        objcopy(&["--only-keep-debug"], &[library, &debug]);
        objcopy(&["--strip-all"], &[library]);
        objcopy(&[&format!("--add-gnu-debuglink={}", debug.display())], &[library]);
    });
    let expected = checked("tsfn/queue-full", &Variant::Wrong("shipped".into()), "histograms-freed");
    assert_eq!((check.measured, check.places), (expected.measured, expected.places));
}

#[test]
fn an_add_on_without_symbols_has_the_names_that_javascript_knows() {
    let check = checked_after("tsfn/queue-full", "histograms-freed", |library| objcopy(&["--strip-all"], &[library]));
    assert_eq!((check.measured.as_str(), check.places.len()), ("2 840", 0));
    let function = "2 840 blocks, allocated, called as `scan` by `scan` in drive.mjs:16";
    assert!(check.evidence.iter().any(|line| line == function), "{:#?}", check.evidence);
}
