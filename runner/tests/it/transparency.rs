//! The probe counts what an add-on does, and changes nothing of what comes of it.

use runner::grade::Verdict;

use crate::fixture::Fixture;
use crate::ledger::{find, line_of};

/// What is around the functions of the next lessons.
pub(crate) const PRELUDE: &str = "
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

unsafe extern \"C\" fn nothing(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
static RUN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
unsafe extern \"C\" fn hook(_: *mut c_void) {
    RUN.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
}
";

#[test]
fn the_apparatus_does_not_touch_the_last_error() {
    // To find the JavaScript function that has called, the probe calls Node-API itself, at the first block.
    let exercise = r#"
use napi::bindgen_prelude::*;
use napi::sys;
use napi_derive::napi;

#[napi]
pub fn last_error(env: &Env) -> Result<i32> {
    let mut error = std::ptr::null();
    unsafe {
        let refused = sys::napi_create_object(env.raw(), std::ptr::null_mut());
        Box::leak(Box::new(refused)); // LINE blocks
        sys::napi_get_last_error_info(env.raw(), &mut error);
        Ok((*error).error_code)
    }
}
"#;
    let drive = "export function round(addon, t) { t.answer('error', addon.lastError(), 1); }\n";
    let course = Fixture::new();
    let checks = [("blocks", "metric = 'blocks.kept'\nequals = 0"), ("error", "answer = 'error'")];
    course.teach(exercise, drive, "run = 1\ncheck = 1", &checks);
    let checks = course.checks(&[]);
    assert_eq!(find(&checks, "error").verdict, Verdict::Passed, "{checks:#?}");
    let blocks = find(&checks, "blocks");
    assert_eq!(blocks.places[0].at.line, line_of(exercise, "blocks"));
    assert_eq!(blocks.places[0].asked_by[0].by.function, "round");
}

#[test]
fn a_cleanup_hook_belongs_to_its_environment() {
    let exercise = format!(
        "{PRELUDE}
#[napi]
pub fn add(env: &Env) -> Result<()> {{
    check_status!(unsafe {{ sys::napi_add_env_cleanup_hook(env.raw(), Some(hook), 8 as *mut c_void) }})
}}

#[napi]
pub fn remove(env: &Env) -> Result<()> {{
    check_status!(unsafe {{ sys::napi_remove_env_cleanup_hook(env.raw(), Some(hook), 8 as *mut c_void) }})
}}

#[napi]
pub fn run() -> u32 {{
    RUN.load(std::sync::atomic::Ordering::SeqCst)
}}
"
    );
    let drive = "export async function round(addon, t) {
  addon.add();
  const before = addon.run();
  await t.worker();
  addon.remove();
  t.answer('run', addon.run() - before, 1);
}
export function worker(addon) {
  addon.add();
}
";
    let course = Fixture::new();
    let checks = [("hooks", "metric = 'hooks.kept'\nequals = 0"), ("run", "answer = 'run'")];
    course.teach(&exercise, drive, "run = 1\ncheck = 1\nrounds = 2", &checks);
    for check in course.checks(&[]) {
        assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
    }
}

#[test]
fn what_node_refuses_is_refused() {
    let exercise = format!(
        "{PRELUDE}
#[napi]
pub fn refused(env: &Env, object: Object) -> i32 {{
    unsafe {{ sys::napi_define_properties(env.raw(), object.raw(), 1, null()) }}
}}
"
    );
    let course = Fixture::new();
    let drive = "export function round(addon, t) { t.answer('status', addon.refused({}), 1); }\n";
    let checks = [("status", "answer = 'status'"), ("blocks", "metric = 'blocks.kept'\nequals = 0")];
    course.teach(&exercise, drive, "run = 1\ncheck = 1", &checks);
    for check in course.checks(&[]) {
        assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
    }
}
