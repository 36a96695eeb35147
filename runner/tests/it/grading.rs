//! Grading is pure, so it is tested on recorded runs, and on what could have become of them.
//!
//! `BLESS=1 cargo test grading` records them anew.

use std::fs;
use std::path::Path;
use std::time::Duration;

use runner::catalog::{Catalog, ENDS, Lesson, Metric, Variant};
use runner::check;
use runner::pack::Pack;
use runner::toolkit::Toolkit;

use runner::grade::{Verdict, grade};
use runner::measure::{Measured, Missing};
use runner::outcome::Outcome;
use runner::process::{Cancel, End};
use runner::report::words;
use runner::run::{Entry, Image, Options, Recording};
use runner::step::Moment;

use crate::fixture::{ID, shared_work};

const BOUNDED: &str = "handles-bounded";

fn lesson() -> (Toolkit, Lesson) {
    let pack = Pack::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let tools = Toolkit::new(&pack, env!("CARGO_BIN_EXE_lesson")).work_in(&shared_work());
    (tools, Catalog::load(&pack.root).unwrap().lesson(ID).unwrap())
}

fn recorded(variant: &Variant) -> Recording {
    let name = format!("tests/recordings/{}.json", variant.to_string().replace(':', "-"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("BLESS").is_some() {
        let (tools, lesson) = lesson();
        let checked = check::check(&tools, &lesson, variant, Options::CHECK, &mut |_| {}, &Cancel::default()).unwrap();
        let (mut recording, _) = checked.ran.unwrap();
        recording.entries.retain(|entry| !matches!(entry, Entry::Sample { moment: Moment::Inside, .. }));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Other tests read it at the same time.
        let new = path.with_extension(format!("{:?}", std::thread::current().id()));
        let text = serde_json::to_string_pretty(&recording).unwrap() + "\n";
        // Where this checkout is says nothing to anybody.
        fs::write(&new, text.replace(lesson.root.to_str().unwrap(), "/course")).unwrap();
        fs::rename(new, &path).unwrap();
    }
    serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
}

fn shipped() -> Recording {
    recorded(&Variant::Wrong("shipped".into()))
}

fn solution() -> Recording {
    recorded(&Variant::Solution)
}

fn graded(recording: &Recording) -> Outcome {
    let manifest = lesson().1.manifest;
    words::outcome(grade(&manifest, recording), &manifest)
}

/// The solution's run, if it had ended like this after its first measured round.
fn cut_short(end: End) -> Recording {
    let mut recording = solution();
    let second = |entry: &Entry| matches!(entry, Entry::Sample { round: 2.., .. });
    let cut = recording.entries.iter().position(second).unwrap();
    recording.entries.truncate(cut);
    recording.exit.end = end;
    recording
}

#[track_caller]
fn ends(recording: &Recording, verdict: Verdict, measured: &str) {
    let outcome = graded(recording);
    let check = &outcome.checks[0];
    assert_eq!((check.id.as_str(), check.verdict), (ENDS, verdict), "{check:#?}");
    assert!(check.measured.contains(measured), "{check:#?}");
    assert_eq!(outcome.verdict, verdict);
}

#[test]
fn the_solution_passes_and_the_shipped_bug_fails_one_check() {
    assert_eq!(graded(&solution()).verdict, Verdict::Passed);
    let outcome = graded(&shipped());
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert_eq!(grade(&lesson().1.manifest, &shipped()).failed().collect::<Vec<_>>(), [BOUNDED]);
}

#[test]
fn a_run_that_was_cut_short_is_never_a_pass() {
    ends(&cut_short(End::Exited(0)), Verdict::Failed, "exit code 0");
    ends(&cut_short(End::Exited(134)), Verdict::Failed, "exit code 134");
    ends(&cut_short(End::Signal(11)), Verdict::Failed, "SIGSEGV, after the work of round 1");
    ends(&cut_short(End::CpuLimit), Verdict::Failed, "processor time");
    ends(&cut_short(End::MemoryLimit), Verdict::Failed, "resident memory");
    ends(&cut_short(End::OutputLimit), Verdict::Failed, "printed");
}

#[test]
fn what_is_not_certain_is_undecided() {
    ends(&cut_short(End::Signal(9)), Verdict::Undecided, "SIGKILL, which the runner did not send");
    ends(&cut_short(End::Stopped), Verdict::Undecided, "stopped");
    ends(&cut_short(End::Deadline), Verdict::Undecided, "deadline");
    // The add-on is not to blame for what the harness needs to explain a verdict.
    let mut explaining = solution();
    explaining.entries.retain(|entry| !matches!(entry, Entry::End));
    explaining.entries.push(Entry::Snapshot { done: false, missing: None });
    explaining.exit.end = End::MemoryLimit;
    ends(&explaining, Verdict::Undecided, "while its heap snapshot was written");
    let mut blocked = cut_short(End::Deadline);
    blocked.exit.idle = Duration::from_secs(20);
    ends(&blocked, Verdict::Failed, "it waited and did not run");
}

#[test]
fn a_peak_is_no_evidence_where_handles_are_not_counted() {
    let mut recording = solution();
    for entry in &mut recording.entries {
        if let Entry::Sample { gauges, .. } = entry {
            gauges.insert("handles.known".into(), 0.0);
        }
    }
    let outcome = graded(&recording);
    assert_eq!(outcome.verdict, Verdict::Undecided);
    let check = outcome.checks.iter().find(|check| check.id == BOUNDED).unwrap();
    assert!(check.measured.contains("NumberOfHandles"), "{check:#?}");
}

#[test]
fn memory_that_does_not_settle_is_not_measured() {
    let mut recording = solution();
    for entry in &mut recording.entries {
        if let Entry::Settle { settled, .. } = entry {
            *settled = false;
        }
    }
    let kept = Measured(&recording).metric(runner::catalog::Metric::BlocksKept);
    assert_eq!(kept, Err(Missing::Restless));
}

#[test]
fn one_wrong_answer_fails_whatever_else_is_missing() {
    let mut recording = cut_short(End::Signal(9));
    for entry in &mut recording.entries {
        if let Entry::Answer { actual, .. } = entry {
            *actual = serde_json::json!(0);
        }
    }
    assert_eq!(graded(&recording).verdict, Verdict::Failed);
}

#[test]
fn one_kept_block_is_counted() {
    let mut recording = solution();
    let settled = recording.entries.iter_mut().rev().find_map(|entry| match entry {
        Entry::Sample { moment: Moment::Settled, gauges, .. } => Some(gauges),
        _ => None,
    });
    *settled.unwrap().get_mut("blocks.live").unwrap() += 1.0;
    assert_eq!(Measured(&recording).metric(runner::catalog::Metric::BlocksKept), Ok(1.0));
}

#[test]
fn what_can_not_be_seen_is_not_taken_for_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/solution.json");
    let mut recording: Recording = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let metric = |recording: &Recording, metric| Measured(recording).metric(metric);
    let image =
        Image { path: "/addon.node".into(), build_id: String::new(), napi: 10, memory: 5, system: 1, v8: 0, loaded: true };
    recording.images = vec![image.clone()];
    assert!(metric(&recording, Metric::BlocksKept).is_ok() && metric(&recording, Metric::ReferencesKept).is_ok());
    // It maps memory, and asks for no block: it has an allocator of its own.
    recording.images = vec![Image { memory: 0, ..image.clone() }];
    assert_eq!(metric(&recording, Metric::BlocksKept), Err(Missing::OwnAllocator));
    assert!(metric(&recording, Metric::ReferencesKept).is_ok());
    // It asks for no memory at all.
    recording.images = vec![Image { memory: 0, system: 0, ..image.clone() }];
    assert!(metric(&recording, Metric::BlocksKept).is_ok());
    recording.images = vec![Image { v8: 3, ..image }];
    assert_eq!(metric(&recording, Metric::ReferencesKept), Err(Missing::CallsV8));
    assert!(metric(&recording, Metric::HandlesPeak).is_ok());
}
