//! The tests of the book in Chromium, as it is built and as it is served. The library's first lines say what they need.

mod access;
mod disk;
mod draft;
mod hostile;
mod keyboard;
mod layout;
mod learning;
mod policy;
mod restart;
mod runs;
mod search;
mod successor;
mod turncoat;
mod views;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use browser_tests::course::Course;
use browser_tests::play::Play;

/// How long a test may use its browser. The first run in a checkout compiles napi, and the others wait for that.
const DEADLINE: Duration = Duration::from_secs(300);
/// The lesson that is opened.
const LESSON: &str = "scopes/callback-loop";

/// Fails with all faults at once.
fn none(faults: &[String]) -> Result<()> {
    ensure!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// The same, without the browser's own line for each answer of the API that is no success.
fn none_but_refusals(troubles: &[String]) -> Result<()> {
    let others = troubles.iter().filter(|trouble| !trouble.contains("/api/do - Failed to load resource"));
    none(&others.cloned().collect::<Vec<_>>())
}

/// Waits until the file of the exercise has this text.
async fn until_saved(course: &Course, text: &str) -> Result<()> {
    let begun = Instant::now();
    while course.exercise(LESSON)? != text {
        ensure!(begun.elapsed() < Duration::from_secs(30), "it should be\n{text}\nand is\n{}", course.exercise(LESSON)?);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// The solution, but that it does nothing as long as this file is there.
fn waiting_for(gate: &Path, course: &Course) -> Result<String> {
    let (start, solution) = ("let mut moved = 0;", course.solution(LESSON)?);
    ensure!(solution.contains(start), "{solution}");
    Ok(solution.replace(start, &format!("{}\n    {start}", wait_for(gate))))
}

fn wait_for(gate: &Path) -> String {
    format!(
        "while std::path::Path::new({gate:?}).exists() {{\n        \
         std::thread::sleep(std::time::Duration::from_millis(5));\n    }}"
    )
}

/// Lets the rounds of a lesson take longer than any test.
fn be_patient(course: &Course, lesson: &str) -> Result<()> {
    course.edit(&format!("lessons/{lesson}/lesson.toml"), "[work]", "[work]\ndeadline_s = 240")
}

/// Fails if something of a run is still there.
fn nothing_runs(play: &Play) -> Result<()> {
    let processes = play.processes()?;
    ensure!(processes.is_empty(), "processes of a run are left: {processes:?}");
    Ok(())
}
