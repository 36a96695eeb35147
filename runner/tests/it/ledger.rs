//! What an add-on forgets is counted exactly, at the line that made it and for the function that asked.

use runner::grade::Verdict;
use runner::outcome::CheckResult;

use crate::fixture::{Fixture, ID};
use crate::transparency::PRELUDE;

/// Forgets one object of each kind that Node-API gives out.
const FORGETFUL: &str = r#"
use std::ffi::c_void;
use std::ptr::null_mut;
use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

unsafe extern "C" fn nothing(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
unsafe extern "C" fn execute(_: sys::napi_env, _: *mut c_void) {}
unsafe extern "C" fn complete(_: sys::napi_env, _: sys::napi_status, _: *mut c_void) {}
unsafe extern "C" fn hook(_: *mut c_void) {}
unsafe extern "C" fn deliver(_: sys::napi_env, _: sys::napi_value, _: *mut c_void, _: *mut c_void) {}

#[napi]
pub fn block() {
    Box::leak(Box::new(1u8)); // LINE blocks
}

#[napi]
pub fn reference(env: &Env, object: Object) -> Result<()> {
    let mut reference = null_mut();
    check_status!(unsafe { sys::napi_create_reference(env.raw(), object.raw(), 1, &mut reference) }) // LINE references
}

#[napi]
pub fn wrap(env: &Env, object: Object) -> Result<()> {
    check_status!(unsafe { sys::napi_wrap(env.raw(), object.raw(), 8 as *mut c_void, None, null_mut(), null_mut()) }) // LINE wraps
}

#[napi]
pub fn external(env: &Env, keeper: Object) -> Result<()> {
    let mut value = null_mut();
    check_status!(unsafe { sys::napi_create_external(env.raw(), 8 as *mut c_void, Some(nothing), null_mut(), &mut value) })?; // LINE externals
    check_status!(unsafe { sys::napi_set_named_property(env.raw(), keeper.raw(), c"kept".as_ptr(), value) })
}

#[napi]
pub fn work(env: &Env) -> Result<()> {
    let name = unsafe { String::to_napi_value(env.raw(), "work".into()) }?;
    let mut work = null_mut();
    check_status!(unsafe { sys::napi_create_async_work(env.raw(), null_mut(), name, Some(execute), Some(complete), null_mut(), &mut work) }) // LINE works
}

#[napi]
pub fn deferred(env: &Env) -> Result<()> {
    let (mut deferred, mut promise) = (null_mut(), null_mut());
    check_status!(unsafe { sys::napi_create_promise(env.raw(), &mut deferred, &mut promise) }) // LINE deferreds
}

#[napi]
pub fn add_hook(env: &Env, number: u32) -> Result<()> {
    check_status!(unsafe { sys::napi_add_env_cleanup_hook(env.raw(), Some(hook), number as *mut c_void) }) // LINE hooks
}

#[napi]
pub fn instance(env: &Env) -> Result<()> {
    check_status!(unsafe { sys::napi_set_instance_data(env.raw(), 8 as *mut c_void, Some(nothing), null_mut()) }) // LINE instances
}

#[napi]
pub fn function(env: &Env) -> Result<()> {
    let name = unsafe { String::to_napi_value(env.raw(), "function".into()) }?;
    let mut function = null_mut();
    let mut create = || unsafe { sys::napi_create_threadsafe_function(env.raw(), null_mut(), null_mut(), name, 0, 1, null_mut(), None, null_mut(), Some(deliver), &mut function) }; // LINE functions
    check_status!(create())?;
    check_status!(unsafe { sys::napi_unref_threadsafe_function(env.raw(), function) })
}

#[napi]
pub fn report(env: &Env) -> Result<()> {
    env.adjust_external_memory(3)?; // LINE memory
    Ok(())
}
"#;

const DRIVE: &str = "const kept = [];

export function round(addon, t) {
  for (let number = 0; number < t.size; number++) forget(addon, number + 1000 * (t.index + 10));
}

function forget(addon, number) {
  addon.block();
  addon.reference({});
  addon.wrap({});
  addon.external(kept[kept.push({}) - 1]);
  addon.work();
  addon.deferred();
  addon.addHook(number);
  addon.instance();
  addon.function();
  addon.report();
}
";

/// A check, the metric behind it, and how much of it a round of one leaves.
const KINDS: &[(&str, &str, i64)] = &[
    ("blocks", "blocks.kept", 1),
    ("references", "references.kept", 1),
    ("wraps", "wraps.kept", 1),
    ("externals", "externals.kept", 1),
    ("works", "works.kept", 1),
    ("deferreds", "deferreds.kept", 1),
    ("hooks", "hooks.kept", 1),
    ("instances", "instances.kept", 1),
    ("functions", "tsfn.kept", 1),
    ("memory", "external.kept", 3),
];

/// The line of a check in a source: it says so itself.
pub(crate) fn line_of(source: &str, name: &str) -> u32 {
    let line = source.lines().position(|line| line.ends_with(&format!("// LINE {name}"))).unwrap();
    line as u32 + 1
}

#[track_caller]
pub(crate) fn find<'a>(checks: &'a [CheckResult], name: &str) -> &'a CheckResult {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{name}: {checks:#?}"))
}

#[test]
fn each_kind_is_counted_at_its_line_for_who_asked() {
    let course = Fixture::new();
    let evidence: Vec<_> = KINDS.iter().map(|(_, metric, _)| format!("metric = '{metric}'\nequals = 0")).collect();
    let checks: Vec<_> = KINDS.iter().zip(&evidence).map(|((name, ..), evidence)| (*name, evidence.as_str())).collect();
    course.teach(FORGETFUL, DRIVE, "run = 7\ncheck = 7\nrounds = 3", &checks);
    let checks = course.checks(&[]);
    for (name, _, each) in KINDS {
        let check = find(&checks, name);
        let [place] = &check.places[..] else { panic!("{name}: {check:#?}") };
        let count = 7 * 3 * each;
        let at = (place.at.file.as_str(), place.at.line, place.count);
        assert_eq!(at, (format!("lessons/{ID}/exercise.rs").as_str(), line_of(FORGETFUL, name), count), "{name}: {check:#?}");
        let [asked] = &place.asked_by[..] else { panic!("{name}: {check:#?}") };
        assert_eq!((asked.by.function.as_str(), asked.count), ("forget", count), "{name}: {check:#?}");
        let call = DRIVE.lines().nth(asked.by.line as usize - 1).unwrap();
        assert!(call.trim_start().starts_with("addon."), "{name}: {call}");
    }
}

/// Gives back what [`FORGETFUL`] forgets, some of it in the way that is used least.
const ORDERLY: &str = r#"
use std::ffi::c_void;
use std::ptr::null_mut;
use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

unsafe extern "C" fn nothing(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
unsafe extern "C" fn execute(_: sys::napi_env, _: *mut c_void) {}
unsafe extern "C" fn complete(_: sys::napi_env, _: sys::napi_status, _: *mut c_void) {}
unsafe extern "C" fn hook(_: *mut c_void) {}

#[napi]
pub fn orderly(env: &Env, object: Object, other: Object) -> Result<u32> {
    let (raw, object, other) = (env.raw(), object.raw(), other.raw());
    let (mut reference, mut scope, mut value) = (null_mut(), null_mut(), null_mut());
    unsafe {
        check_status!(sys::napi_open_handle_scope(raw, &mut scope))?;
        check_status!(sys::napi_create_reference(raw, object, 0, &mut reference))?;
        check_status!(sys::napi_reference_ref(raw, reference, null_mut()))?;
        check_status!(sys::napi_get_reference_value(raw, reference, &mut value))?;
        check_status!(sys::napi_reference_unref(raw, reference, null_mut()))?;
        check_status!(sys::napi_delete_reference(raw, reference))?;
        // Two objects that share their native half: one gives it back, the other is collected.
        check_status!(sys::napi_wrap(raw, object, 8 as *mut c_void, None, null_mut(), null_mut()))?;
        check_status!(sys::napi_wrap(raw, other, 8 as *mut c_void, Some(nothing), null_mut(), null_mut()))?;
        check_status!(sys::napi_remove_wrap(raw, object, null_mut()))?;
        check_status!(sys::napi_create_external(raw, 8 as *mut c_void, Some(nothing), null_mut(), &mut value))?;
        check_status!(sys::napi_add_finalizer(raw, other, 8 as *mut c_void, Some(nothing), null_mut(), null_mut()))?;
        let name = String::to_napi_value(raw, "work".into())?;
        let mut work = null_mut();
        check_status!(sys::napi_create_async_work(raw, null_mut(), name, Some(execute), Some(complete), null_mut(), &mut work))?;
        check_status!(sys::napi_delete_async_work(raw, work))?;
        for settle in [sys::napi_resolve_deferred, sys::napi_reject_deferred] {
            let (mut deferred, mut promise) = (null_mut(), null_mut());
            check_status!(sys::napi_create_promise(raw, &mut deferred, &mut promise))?;
            let mut catch = null_mut();
            check_status!(sys::napi_get_named_property(raw, promise, c"catch".as_ptr(), &mut catch))?;
            let mut function = null_mut();
            check_status!(sys::napi_create_function(raw, null_mut(), 0, Some(ignore), null_mut(), &mut function))?;
            check_status!(sys::napi_call_function(raw, promise, catch, 1, &function, &mut value))?;
            check_status!(settle(raw, deferred, name))?;
        }
        check_status!(sys::napi_add_env_cleanup_hook(raw, Some(hook), 16 as *mut c_void))?;
        check_status!(sys::napi_remove_env_cleanup_hook(raw, Some(hook), 16 as *mut c_void))?;
        env.adjust_external_memory(4096)?;
        env.adjust_external_memory(-4096)?;
        check_status!(sys::napi_close_handle_scope(raw, scope))?;
    }
    Ok(1)
}

unsafe extern "C" fn ignore(_: sys::napi_env, _: sys::napi_callback_info) -> sys::napi_value {
    null_mut()
}
"#;

#[test]
fn what_is_given_back_leaves_nothing() {
    let course = Fixture::new();
    let drive = "export function round(addon, t) {
  let done = 0;
  for (let number = 0; number < t.size; number++) done += addon.orderly({}, {});
  t.answer('done', done, t.size);
}
";
    let metrics = KINDS.iter().map(|(_, metric, _)| *metric).chain(["scopes.kept", "references.foreign", "references.dead"]);
    let evidence: Vec<_> = metrics
        .filter(|metric| *metric != "instances.kept")
        .map(|metric| (metric, format!("metric = '{metric}'\nequals = 0")))
        .collect();
    let mut checks: Vec<_> = evidence.iter().map(|(name, evidence)| (*name, evidence.as_str())).collect();
    checks.push(("all is done", "answer = 'done'"));
    course.teach(ORDERLY, drive, "run = 20\ncheck = 20\nrounds = 5", &checks);
    for check in course.checks(&[]) {
        assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
    }
}

#[test]
fn a_hook_and_instance_data_end_with_their_environment() {
    let course = Fixture::new();
    let exercise = FORGETFUL;
    let drive = "export async function round(addon, t) {
  for (let done = 0; done < t.size; done++) await t.worker(done);
}
export function worker(addon, number) {
  addon.addHook(number);
  addon.instance();
}
";
    let checks = [("hooks", "metric = 'hooks.kept'\nequals = 0"), ("instances", "metric = 'instances.kept'\nequals = 0")];
    course.teach(exercise, drive, "run = 3\ncheck = 3\nrounds = 2", &checks);
    for check in course.checks(&[]) {
        assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
    }
}

#[test]
fn a_reference_of_another_environment_is_seen_whatever_comes_of_it() {
    let exercise = r#"
use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};
use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

static KEPT: AtomicPtr<sys::napi_ref__> = AtomicPtr::new(std::ptr::null_mut());

#[napi]
pub fn keep(env: &Env, object: Object) -> Result<()> {
    let mut reference = std::ptr::null_mut();
    check_status!(unsafe { sys::napi_create_reference(env.raw(), object.raw(), 1, &mut reference) })?;
    KEPT.store(reference, SeqCst);
    Ok(())
}

#[napi]
pub fn count(env: &Env) -> Result<u32> {
    let mut count = 0;
    check_status!(unsafe { sys::napi_reference_ref(env.raw(), KEPT.load(SeqCst), &mut count) })?; // LINE foreign
    Ok(count)
}
"#;
    let drive = "export async function round(addon, t) {
  addon.keep({});
  await t.worker(0);
}
export function worker(addon) {
  addon.count();
}
";
    let course = Fixture::new();
    let checks = [("foreign", "metric = 'references.foreign'\nequals = 0")];
    course.teach(exercise, drive, "run = 1\ncheck = 1\nrounds = 1\nwarmup = 1", &checks);
    let checks = course.checks(&[]);
    let check = find(&checks, "foreign");
    assert_eq!(check.verdict, Verdict::Failed, "{check:#?}");
    let [place] = &check.places[..] else { panic!("{check:#?}") };
    assert_eq!(place.at.line, line_of(exercise, "foreign"));
}

#[test]
fn a_deleted_reference_that_is_used_is_seen_before_the_process_dies() {
    let exercise = r#"
use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

#[napi]
pub fn twice(env: &Env, object: Object) -> Result<()> {
    let mut reference = std::ptr::null_mut();
    unsafe {
        check_status!(sys::napi_create_reference(env.raw(), object.raw(), 1, &mut reference))?;
        check_status!(sys::napi_delete_reference(env.raw(), reference))?;
        sys::napi_delete_reference(env.raw(), reference); // LINE dead
    }
    std::process::abort()
}
"#;
    let course = Fixture::new();
    let checks = [("dead", "metric = 'references.dead'\nequals = 0")];
    let drive = "export function round(addon, t) { addon.twice({}); }\n";
    course.teach(exercise, drive, "run = 1\ncheck = 1", &checks);
    let checks = course.checks(&[]);
    let check = find(&checks, "dead");
    assert_eq!((check.verdict, check.places.len()), (Verdict::Failed, 1), "{check:#?}");
    assert_eq!(check.places[0].at.line, line_of(exercise, "dead"));
}

#[test]
fn an_open_scope_that_ends_the_process_has_its_line() {
    let exercise = r#"
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub fn open(env: &Env) -> Result<()> {
    HandleScope::create(env)?; // LINE scope
    Ok(())
}
"#;
    let course = Fixture::new();
    course.teach(
        exercise,
        "export function round(addon, t) { addon.open(); }\n",
        "run = 1\ncheck = 1",
        &[("scopes", "metric = 'scopes.kept'\nequals = 0")],
    );
    let checks = course.checks(&[]);
    let ending = &checks[0];
    assert_eq!(ending.verdict, Verdict::Failed);
    assert!(ending.because.contains("open handle scopes"), "{ending:#?}");
    assert_eq!(ending.places[0].at.line, line_of(exercise, "scope"), "{ending:#?}");
}

#[test]
fn a_function_that_keeps_the_process_alive_has_its_line() {
    let exercise = r#"
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub fn listen(callback: Function<u32, ()>) -> Result<()> {
    let function = callback.build_threadsafe_function::<u32>().build()?; // LINE function
    std::mem::forget(function);
    Ok(())
}
"#;
    let course = Fixture::new();
    course.teach(
        exercise,
        "export function round(addon, t) { addon.listen(() => {}); }\n",
        "run = 1\ncheck = 1",
        &[("functions", "metric = 'tsfn.kept'\nequals = 0")],
    );
    let checks = course.checks(&[]);
    let ending = &checks[0];
    assert_eq!(ending.verdict, Verdict::Failed);
    assert_eq!(ending.places[0].at.line, line_of(exercise, "function"), "{ending:#?}");
    assert_eq!(find(&checks, "functions").places[0].at.line, line_of(exercise, "function"));
}

#[test]
fn handles_of_calls_that_have_returned_are_gone() {
    let exercise = format!(
        "{PRELUDE}
#[napi]
pub fn small(env: &Env) -> Result<()> {{
    Object::new(env)?;
    Ok(())
}}

#[napi]
pub fn big(env: &Env) -> Result<()> {{
    for _ in 0..300 {{
        Object::new(env)?; // LINE big
    }}
    Ok(())
}}
"
    );
    // The one that holds many is called in one round alone, and not in the last one.
    let drive = "export function round(addon, t) {
  for (let number = 0; number < 1000; number++) addon.small();
  if (t.index === 1) addon.big();
}
";
    let course = Fixture::new();
    course.teach(&exercise, drive, "run = 1\ncheck = 1\nrounds = 2", &[("handles", "metric = 'handles.peak'\nequals = 0")]);
    let checks = course.checks(&[]);
    let check = find(&checks, "handles");
    let [place] = &check.places[..] else { panic!("{check:#?}") };
    assert_eq!(place.at.line, line_of(&exercise, "big"), "{check:#?}");
    assert_eq!(place.count.to_string(), check.measured, "{check:#?}");
}

#[test]
fn wraps_of_one_address_are_told_apart() {
    let wrap = "sys::napi_wrap(env.raw(), object.raw(), 8 as *mut c_void, Some(nothing), null_mut(), null_mut())";
    let function = |name: &str| {
        format!(
            "\n#[napi]\npub fn {name}(env: &Env, object: Object) -> Result<()> {{\n    check_status!(unsafe {{ {wrap} }}) // LINE {name}\n}}\n"
        )
    };
    let exercise = format!("{PRELUDE}{}{}", function("collected"), function("kept"));
    let drive = "const all = [];
export function round(addon, t) {
  for (let number = 0; number < 10; number++) addon.collected({});
  for (let number = 0; number < 10; number++) addon.kept(all[all.push({}) - 1]);
}
";
    let course = Fixture::new();
    course.teach(&exercise, drive, "run = 1\ncheck = 1\nrounds = 2", &[("wraps", "metric = 'wraps.kept'\nequals = 0")]);
    let checks = course.checks(&[]);
    let check = find(&checks, "wraps");
    let places: Vec<_> = check.places.iter().map(|place| (place.at.line, place.count)).collect();
    assert_eq!((check.measured.as_str(), &places[..]), ("20", &[(line_of(&exercise, "kept"), 20)][..]), "{check:#?}");
}
