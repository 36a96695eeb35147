//! What is counted exactly has no noise: a clean workload leaves 0 of everything, and one forgotten byte a
//! round is one block a round.
//!
//! `TIMES=20 cargo test exact` does each run twenty times; `.ci/soak` does so on every tested Node, with all
//! cores busy.

use runner::grade::Verdict;
use runner::outcome::CheckResult;

use crate::fixture::{Fixture, times};
use crate::ledger::line_of;

/// Every exact metric, by the most common ways to make and to end an object.
const METRICS: &[&str] = &[
    "blocks.kept",
    "bytes.kept",
    "references.kept",
    "references.foreign",
    "references.dead",
    "wraps.kept",
    "externals.kept",
    "external.kept",
    "tsfn.kept",
    "scopes.kept",
    "works.kept",
    "deferreds.kept",
    "hooks.kept",
    "instances.kept",
];

const EXERCISE: &str = r#"
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A class, with a native half of two blocks.
#[napi]
pub struct Document {
    words: Vec<String>,
}

#[napi]
impl Document {
    #[napi(constructor)]
    pub fn new(text: String) -> Document {
        Document { words: text.split(' ').map(str::to_owned).collect() }
    }

    #[napi]
    pub fn count(&self) -> u32 {
        self.words.len() as u32
    }
}

#[napi]
pub fn bytes(size: u32) -> Buffer {
    vec![7; size as usize].into()
}

#[napi]
pub fn external(size: u32) -> External<Vec<u8>> {
    External::new_with_size_hint(vec![7; size as usize], size as usize)
}

#[napi]
pub fn call(callback: Function<u32, u32>, env: &Env) -> Result<u32> {
    let kept = callback.create_ref()?;
    let mut sum = 0;
    for number in 0..10 {
        sum += env.run_in_scope(|| kept.borrow_back(env)?.call(number))?;
    }
    Ok(sum)
}

#[napi]
pub fn deliver(callback: Function<u32, ()>) -> Result<()> {
    let function = callback.build_threadsafe_function::<u32>().build()?;
    function.call(1, napi::threadsafe_function::ThreadsafeFunctionCallMode::Blocking);
    Ok(())
}

#[napi]
pub fn leak_a_byte() {
    Box::leak(Box::new(1u8)); // LINE block
}

#[napi]
pub fn leak_a_reference(env: &Env, object: Object) -> Result<()> {
    let mut reference = std::ptr::null_mut();
    let status = unsafe { napi::sys::napi_create_reference(env.raw(), napi::JsValue::raw(&object), 1, &mut reference) }; // LINE reference
    napi::check_status!(status)
}
"#;

const CLEAN: &str = "export async function round(addon, t) {
  t.answer('sum', work(addon, t), 9);
  await new Promise((resolve) => addon.deliver(resolve));
}

function work(addon, t) {
  let sum = 0;
  for (let number = 0; number < t.size; number++) {
    const document = new addon.Document(`a document ${number} ${t.index}`);
    sum += document.count() + addon.bytes(64 + number).length + addon.call((number) => number);
    addon.external(1000);
  }
  return sum > 0 ? 9 : 0;
}
";

/// The checks of 50 rounds after as many rounds of warm-up, `times` times.
fn runs(drive: &str) -> Vec<Vec<CheckResult>> {
    let evidence: Vec<_> = METRICS.iter().map(|metric| format!("metric = '{metric}'\nequals = 0")).collect();
    let mut checks: Vec<_> = METRICS.iter().zip(&evidence).map(|(metric, evidence)| (*metric, evidence.as_str())).collect();
    checks.push(("sum", "answer = 'sum'"));
    let course = Fixture::new();
    course.teach(EXERCISE, drive, "run = 10\ncheck = 10\nrounds = 50\nwarmup = 50", &checks);
    (0..times()).map(|_| course.checks(&[])).collect()
}

#[test]
fn a_clean_workload_leaves_nothing() {
    for checks in runs(CLEAN) {
        for check in checks {
            assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
        }
    }
}

#[test]
fn one_byte_a_round_and_one_reference_a_round_are_counted() {
    let drive = CLEAN.replace("  t.answer", "  addon.leakAByte();\n  addon.leakAReference({});\n  t.answer");
    for checks in runs(&drive) {
        for (metric, line) in [("blocks.kept", "block"), ("references.kept", "reference")] {
            let check = checks.iter().find(|check| check.name == metric).unwrap();
            assert_eq!((check.verdict, check.measured.as_str()), (Verdict::Failed, "50"), "{check:#?}");
            let places: Vec<_> = check.places.iter().map(|place| (place.at.line, place.count)).collect();
            assert_eq!(places, [(line_of(EXERCISE, line), 50)], "{check:#?}");
        }
        let bytes = checks.iter().find(|check| check.name == "bytes.kept").unwrap();
        assert_eq!(bytes.measured, "50 B");
        let others =
            checks.iter().filter(|check| !["blocks.kept", "bytes.kept", "references.kept"].contains(&check.name.as_str()));
        for check in others {
            assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
        }
    }
}

/// A thread that has something until it has computed for a while. It is nobody's business that it is slow.
const LATE: &str = r#"
use napi_derive::napi;

#[napi]
pub fn begin(milliseconds: u32) {
    let until = std::time::Instant::now() + std::time::Duration::from_millis(milliseconds.into());
    let kept = Box::new(1u8);
    std::thread::spawn(move || {
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        drop(kept);
    });
}
"#;

fn kept_after(drive: &str) -> CheckResult {
    let course = Fixture::new();
    course.teach(LATE, drive, "run = 1\ncheck = 1", &[("memory", "metric = 'blocks.kept'\nequals = 0")]);
    course.checks(&[]).into_iter().find(|check| check.name == "memory").unwrap()
}

#[test]
fn what_a_thread_frees_that_is_still_at_work_is_not_kept() {
    let check = kept_after("export function round(addon, t) {\n  addon.begin(t.index === 5 ? 200 : 0);\n}\n");
    assert_eq!(check.verdict, Verdict::Passed, "{check:#?}");
}

#[test]
fn what_a_thread_has_that_never_ends_is_kept() {
    let check = kept_after("export function round(addon, t) {\n  addon.begin(t.index === 1 ? 1e6 : 0);\n}\n");
    assert_eq!(check.verdict, Verdict::Failed, "{check:#?}");
    assert!(check.measured.parse::<u32>().is_ok_and(|kept| kept > 0), "{check:#?}");
}
