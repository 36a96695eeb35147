//! What the probe costs in each of its modes, as ratios to the same programs without it.
//!
//! Two functions of an add-on: one that allocates (100 000 strings that go into maps and out again, never calling
//! Node), and one that is called and calls (5 000 calls from JavaScript, each with a reference and a property). And
//! what it costs Node itself: its start, and a JavaScript program that allocates and never calls an add-on.
//!
//! ```text
//! cargo bench -p runner --bench modes
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/it/fixture.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod fixture;
#[path = "common/workspace.rs"]
mod workspace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use evidence::{Evidence, wanted};
use fixture::{Fixture, node, shared_work};
use runner::probe;
use serde::Deserialize;
use workspace::lessons_alone;

const ROUNDS: usize = 7;
/// Each mode is run so often, in turn with the others, and the median of its medians counts.
const TIMES: usize = 3;
/// Starts of Node, in turn without the probe and with it.
const STARTS: usize = 21;

const SOURCE: &str = r#"
use std::collections::HashMap;
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub fn allocate(strings: u32) -> u32 {
    let mut left = 0;
    for map in 0..strings / 500 {
        let words: HashMap<String, u32> = (0..500).map(|word| (format!("{map} word {word}"), word)).collect();
        left += words.len() as u32;
    }
    left
}

#[napi]
pub fn visit(object: Object) -> Result<u32> {
    let kept: ObjectRef<false> = object.create_ref()?;
    let number = object.get::<u32>("number")?.unwrap_or(0);
    kept.unref(&Env::from(napi::JsValue::value(&object).env))?;
    Ok(number)
}
"#;

/// The modes of the probe: what is wanted, or no probe at all.
const MODES: [(&str, Option<u32>); 6] = [
    ("no probe", None),
    ("off: not watched", None),
    ("counters and ledger", Some(0)),
    ("sites", Some(wanted::SITES)),
    ("sites and callers", Some(wanted::SITES | wanted::CALLERS)),
    ("guard", Some(wanted::SITES | wanted::CALLERS | wanted::GUARD)),
];

#[derive(Clone, Copy, Deserialize)]
struct Times {
    allocate: f64,
    calls: f64,
    javascript: f64,
}

fn main() {
    for profile in ["release", "dev"] {
        let addon = Addon::build(profile);
        let mut times = vec![Vec::new(); MODES.len()];
        for _ in 0..TIMES {
            for (index, (_, wanted)) in MODES.iter().enumerate() {
                times[index].push(addon.time(index > 0, *wanted));
            }
        }
        let medians: Vec<Times> = times.iter().map(|times| median_of(times)).collect();
        let plain = medians[0];
        println!("{profile} build:            100 000 strings        5 000 calls            JavaScript alone");
        for ((name, _), Times { allocate, calls, javascript }) in MODES.iter().zip(&medians) {
            println!(
                "  {name:<20} {allocate:>8.1} ms {:>6.2} ×   {calls:>8.1} ms {:>6.2} ×   {javascript:>8.1} ms {:>6.2} ×",
                allocate / plain.allocate,
                calls / plain.calls,
                javascript / plain.javascript
            );
        }
        if profile == "release" {
            let (plain, probed) = addon.starts();
            println!("  start of Node: {plain:.1} ms, with the probe {probed:.1} ms, {:+.1} ms", probed - plain);
        }
    }
}

/// An add-on, as any napi project builds it.
struct Addon {
    library: PathBuf,
    course: Fixture,
    probe: PathBuf,
}

impl Addon {
    fn build(profile: &str) -> Addon {
        let course = Fixture::new();
        course.exercise(SOURCE);
        let workspace = lessons_alone(&course);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("modes");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(workspace).env("CARGO_TARGET_DIR", &target);
        cargo.args(["build", "--quiet", "--offline", "--profile", profile, "--package", "scopes-callback-loop", "--lib"]);
        assert!(cargo.status().unwrap().success());
        let folder = if profile == "dev" { "debug" } else { profile };
        let library = course.path("addon.node");
        fs::copy(target.join(folder).join("libscopes_callback_loop.so"), &library).unwrap();
        Addon { library, course, probe: probe::library(&shared_work()).unwrap() }
    }

    fn node(&self, probed: bool, wanted: Option<u32>) -> Command {
        let mut node = Command::new(node());
        if probed {
            node.env("LD_PRELOAD", &self.probe);
        }
        if let Some(wanted) = wanted {
            let path = self.course.path("evidence");
            let mut file = vec![0; size_of::<Evidence>()];
            let header = Evidence::header_bytes(wanted);
            file[..header.len()].copy_from_slice(&header);
            fs::write(&path, file).unwrap();
            node.env(evidence::FILE, path);
        }
        node
    }

    fn time(&self, probed: bool, wanted: Option<u32>) -> Times {
        let mut node = self.node(probed, wanted);
        node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/modes.mjs")).arg(&self.library).arg(ROUNDS.to_string());
        let output = node.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The medians of Node's start, in milliseconds: without the probe, and with it.
    fn starts(&self) -> (f64, f64) {
        let start = |probed: bool| {
            let mut node = self.node(probed, probed.then_some(wanted::SITES));
            let begun = Instant::now();
            assert!(node.args(["-e", "0"]).status().unwrap().success());
            begun.elapsed().as_secs_f64() * 1e3
        };
        let (mut plain, mut probed) = (Vec::new(), Vec::new());
        for _ in 0..STARTS {
            plain.push(start(false));
            probed.push(start(true));
        }
        (median(plain), median(probed))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn median_of(times: &[Times]) -> Times {
    let of = |part: fn(&Times) -> f64| median(times.iter().map(part).collect());
    Times { allocate: of(|times| times.allocate), calls: of(|times| times.calls), javascript: of(|times| times.javascript) }
}
