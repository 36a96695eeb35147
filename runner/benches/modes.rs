//! What the probe costs in each of its modes, as ratios to the same add-on without it.
//!
//! Two functions: one that allocates (100 000 strings that go into maps and out again, never calling Node),
//! and one that is called and calls (5 000 calls from JavaScript, each with a reference and a property).
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

use fixture::{Fixture, ID};
use serde::Deserialize;
use workspace::lessons_alone;

const ROUNDS: usize = 7;
/// Each mode is run so often, in turn with the others, and the median of its medians counts.
const TIMES: usize = 3;

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

/// A mode of the probe.
struct Mode {
    name: &'static str,
    /// The variables that name a file of the runner's, as many as there are from the first on.
    files: usize,
    /// Whether callers in JavaScript are looked up.
    callers: bool,
}

/// The variables, and how large their files are.
const FILES: [(&str, usize); 3] = [("LESSON_PROBE", 8 << 10), ("LESSON_SITES", 1 << 20), ("LESSON_GUARD", 64 << 10)];

const MODES: [Mode; 5] = [
    Mode { name: "off", files: 0, callers: false },
    Mode { name: "counters and ledger", files: 1, callers: false },
    Mode { name: "sites", files: 2, callers: false },
    Mode { name: "sites and callers", files: 2, callers: true },
    Mode { name: "guard", files: 3, callers: true },
];

#[derive(Clone, Copy, Deserialize)]
struct Times {
    allocate: f64,
    calls: f64,
}

fn main() {
    for profile in ["release", "dev"] {
        let plain = Addon::build(profile, false);
        let probed = Addon::build(profile, true);
        let mut times = vec![Vec::new(); MODES.len() + 1];
        for _ in 0..TIMES {
            times[0].push(plain.time(&MODES[0]));
            for (index, mode) in MODES.iter().enumerate() {
                times[index + 1].push(probed.time(mode));
            }
        }
        let medians: Vec<Times> = times.iter().map(|times| median(times)).collect();
        println!("{profile} build:            100 000 strings        5 000 calls");
        println!("  {:<20} {:>8.1} ms            {:>8.1} ms", "no probe", medians[0].allocate, medians[0].calls);
        for (Mode { name, .. }, times) in MODES.iter().zip(&medians[1..]) {
            println!(
                "  {name:<20} {:>8.1} ms {:>6.2} ×   {:>8.1} ms {:>6.2} ×",
                times.allocate,
                times.allocate / medians[0].allocate,
                times.calls,
                times.calls / medians[0].calls
            );
        }
    }
}

struct Addon {
    library: PathBuf,
    course: Fixture,
}

impl Addon {
    /// The same source, as the runner builds it, or as any napi project does.
    fn build(profile: &str, probe: bool) -> Addon {
        let course = Fixture::new();
        course.exercise(SOURCE);
        let workspace = lessons_alone(&course);
        if !probe {
            let manifest = workspace.join(format!("lessons/{ID}/Cargo.toml"));
            let is_of_the_probe = |line: &&str| line.starts_with("build = ") || line.starts_with("napi = ");
            let text = fs::read_to_string(&manifest).unwrap();
            assert_eq!(text.lines().filter(is_of_the_probe).count(), 2);
            let plain: Vec<&str> = text.lines().filter(|line| !is_of_the_probe(line)).collect();
            let plain = plain.join("\n").replace("[dependencies]", "[dependencies]\nnapi = { workspace = true }");
            fs::write(manifest, plain).unwrap();
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(if probe { "probed" } else { "plain" });
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&workspace).env("CARGO_TARGET_DIR", &target);
        cargo.args(["build", "--quiet", "--offline", "--profile", profile, "--package", "scopes-callback-loop", "--lib"]);
        if probe {
            cargo.env("RUSTFLAGS", "-Cforce-frame-pointers=yes");
        }
        assert!(cargo.status().unwrap().success());
        let folder = if profile == "dev" { "debug" } else { profile };
        let library = course.path("addon.node");
        fs::copy(target.join(folder).join("libscopes_callback_loop.so"), &library).unwrap();
        Addon { library, course }
    }

    fn time(&self, mode: &Mode) -> Times {
        let mut node = Command::new(std::env::var_os("LESSON_NODE").unwrap_or_else(|| "node".into()));
        node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/modes.mjs")).arg(&self.library).arg(ROUNDS.to_string());
        for (variable, size) in &FILES[..mode.files] {
            let path = self.course.path(variable);
            fs::write(&path, vec![0; *size]).unwrap();
            node.env(variable, path);
        }
        if mode.callers {
            node.env("LESSON_CALLERS", "1");
        }
        let output = node.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn median(times: &[Times]) -> Times {
    let of = |part: fn(&Times) -> f64| {
        let mut values: Vec<f64> = times.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Times { allocate: of(|times| times.allocate), calls: of(|times| times.calls) }
}
