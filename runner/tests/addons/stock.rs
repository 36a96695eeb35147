//! A project as the napi-rs CLI makes it, with napi's default features and nothing of ours: the runner says of its
//! add-on what it says of the lesson's own build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use runner::catalog::{Catalog, Lesson, Variant};
use runner::check;
use runner::compile::{Addon, hash};
use runner::explain;
use runner::grade::{self, Verdict};
use runner::pack::Pack;
use runner::process::Cancel;
use runner::run::{self, Options};
use runner::sites::{Place, Program};
use runner::toolkit::Toolkit;

use crate::node::{here, kept};
use crate::npm::installed;

const LESSON: &str = "scopes/callback-loop";

/// A failed check: its id, and for each of its places the line, what was there of it, and the function that asked.
type Failed = (String, Vec<(u32, i64, Vec<u32>)>);

/// What `napi build` makes of a source.
#[track_caller]
fn build(name: &str, source: &str) -> PathBuf {
    let project = kept("stock");
    fs::create_dir_all(project.join("src")).unwrap();
    for file in ["package.json", "Cargo.toml", "Cargo.lock", "build.rs"] {
        fs::copy(here("stock").join(file), project.join(file)).unwrap();
    }
    fs::write(project.join("src/lib.rs"), source).unwrap();
    let mut napi = Command::new(installed("napi-cli").join("node_modules/.bin/napi"));
    napi.current_dir(&project).args(["build", "--platform", "--output-dir", name]);
    // What cargo tells a test is not this project's business.
    let is_of_test = |name: &String| name.starts_with("CARGO") && name != "CARGO_HOME";
    std::env::vars().map(|(name, _)| name).filter(is_of_test).for_each(|name| _ = napi.env_remove(name));
    assert!(napi.status().unwrap().success(), "`napi build` failed");
    let files = fs::read_dir(project.join(name)).unwrap().map(|file| file.unwrap().path());
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "node")).unwrap()
}

fn place(place: &Place) -> (u32, i64, Vec<u32>) {
    (place.at.line, place.count, place.asked_by.iter().map(|asked| asked.by.line).collect())
}

/// The failed checks of the add-on that `napi build` makes of a file of the lesson.
#[track_caller]
fn of_stock(tools: &Toolkit, lesson: &Lesson, variant: &Variant) -> Vec<Failed> {
    let source = fs::read_to_string(lesson.source(variant).unwrap()).unwrap();
    let name = variant.to_string().replace(':', "-");
    let addon = Addon { library: build(&name, &source), source_hash: hash(source.as_bytes()), source, script: None };
    let recording = run::run(tools, lesson, &addon, Options::CHECK, &mut |_| {}, &Cancel::default()).unwrap();
    let own: Vec<_> = recording.images.iter().filter(|image| image.path.ends_with("addon.node")).collect();
    assert!(own.len() == 1 && own[0].napi > 50, "it looks Node-API up by name: {own:?}");
    let mut graded = grade::grade(&lesson.manifest, &recording);
    // The whole path: every crate has a `src/lib.rs`, and napi is one.
    let (drive, file) = (lesson.file("drive.mjs"), kept("stock/src/lib.rs"));
    let program = Program { library: &addon.library, file: &file, text: &addon.source, drive: lesson.relative(&drive) };
    explain::explain(&mut graded, &lesson.manifest, &recording, program);
    let failed = graded.checks.iter().filter(|check| check.verdict != Verdict::Passed);
    failed.map(|check| (check.id.clone(), check.places.iter().map(place).collect())).collect()
}

/// The same of the add-on that the runner builds.
#[track_caller]
fn of_lesson(tools: &Toolkit, lesson: &Lesson, variant: &Variant) -> Vec<Failed> {
    let checked = check::check(tools, lesson, variant, Options::CHECK, &mut |_| {}, &Cancel::default()).unwrap();
    let failed = checked.outcome.checks.iter().filter(|check| check.verdict != Verdict::Passed);
    failed.map(|check| (check.id.clone(), check.places.iter().map(place).collect())).collect()
}

#[test]
#[ignore = "needs npm: .ci/run runs it"]
fn a_stock_project_is_graded_as_the_lesson_is() {
    let pack = Pack::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("work");
    let tools = Toolkit::new(&pack, env!("CARGO_BIN_EXE_lesson")).work_in(&work);
    let lesson = Catalog::load(&pack.root).unwrap().lesson(LESSON).unwrap();
    for variant in [Variant::Wrong("shipped".into()), Variant::Solution] {
        let (stock, own) = (of_stock(&tools, &lesson, &variant), of_lesson(&tools, &lesson, &variant));
        println!("{variant}: {stock:?}");
        assert_eq!(stock, own, "{variant}");
        assert_eq!(stock.is_empty(), variant == Variant::Solution, "{stock:?}");
        assert!(stock.iter().all(|(_, places)| !places.is_empty()), "{stock:?}");
    }
}
