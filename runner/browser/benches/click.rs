//! From a click to what it is for, as the page measures it: from a click on Check to the verdict in the page, beside
//! `lesson check` of the same kind of edit; and from a click on Edit to an editor that takes text. Times are medians;
//! trust the ratio, which may be 1.2 at most.
//!
//! ```text
//! cargo build --release -p lesson-server -p runner && cargo bench -p browser-tests
//! ```

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::{Play, program, work};
use thirtyfour::prelude::*;

const DEADLINE: Duration = Duration::from_secs(900);
const LESSON: &str = "scopes/callback-loop";
const TIMES: usize = 15;

/// Has the page take the time from the next click on a button to the moment at which something is so, in milliseconds.
/// It is looked for whenever the page changes or the focus moves. Nobody asks the page meanwhile: that would take a core
/// from the compiler.
const TAKE: &str = "
    window.took = new Promise((done) => addEventListener('click', ({ timeStamp }) => {
        // What is there already may be of the time before.
        let hasBegun = false;
        const look = () => {
            const so = isSo();
            hasBegun ||= !so;
            if (!so || !hasBegun) return;
            done(performance.now() - timeStamp);
            observer.disconnect();
            removeEventListener('focusin', look);
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        addEventListener('focusin', look);
        look();
    }, { once: true, capture: true }));
";

/// When a verdict is in the page.
const GRADED: &str = "/^Check: (passed|failed)/.test(document.querySelector('.play-status').textContent)
    && document.querySelector('.play-verdict')?.checkVisibility() && document.querySelector('.play-checks').children.length > 0";
/// When the editor takes keys.
const EDITING: &str = "document.activeElement.matches('.cm-content')";

fn main() -> Result<()> {
    let (page, terminal) = (Course::new()?, Course::new()?);
    let play = Play::start(&page)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let mut edits = Vec::new();
        for _ in 0..TIMES {
            let desk = Desk::open(browser, LESSON).await?;
            edits.push(click(&desk, "edit", EDITING).await?);
        }
        println!("first edit, {TIMES} times:");
        line("click on Edit", &edits);

        let desk = Desk { browser };
        let (mut clicks, mut checks) = (Vec::new(), Vec::new());
        for time in 0..=TIMES {
            desk.edit().await?;
            desk.keys(Key::Control + Key::End).await?;
            let remark = format!("\n// Edit {time} in the page. {}", std::process::id());
            desk.keys(remark.as_str()).await?;
            desk.until("!words('.play-state').includes('not saved')").await?;
            ensure!(page.exercise(LESSON)?.ends_with(&remark), "it is not saved: {}", page.exercise(LESSON)?);
            let clicked = click(&desk, "check", GRADED).await?;
            desk.says("Check: failed").await?;

            let source = terminal.exercise(LESSON)?;
            terminal.save(LESSON, &format!("{source}\n// Edit {time} in the terminal. {}", std::process::id()))?;
            let checked = check(&terminal)?;
            // The first one may also compile napi.
            if time > 0 {
                clicks.push(clicked);
                checks.push(checked);
            }
        }
        println!("edit to verdict, {TIMES} pairs:");
        line("click on Check", &clicks);
        line("lesson check", &checks);
        println!("  ratio                 {:>8.2}", median(&clicks).as_secs_f64() / median(&checks).as_secs_f64());
        Ok(())
    })
}

async fn click(desk: &Desk<'_>, button: &str, is_so: &str) -> Result<Duration> {
    desk.browser.run(&format!("const isSo = () => {is_so}; {TAKE}")).await?;
    desk.press(button).await?;
    let took = desk.browser.run("return window.took").await?.as_f64().context("no time")?;
    Ok(Duration::from_secs_f64(took / 1000.0))
}

/// The process as a learner sees it, from its start to its end.
fn check(course: &Course) -> Result<Duration> {
    let mut command = Command::new(program("lesson")?);
    // Where two courses take turns in one folder, each compiles all of it again.
    let work = work()?.with_file_name("terminal");
    command.arg("--root").arg(course.root()).arg("--work").arg(work).args(["check", LESSON]).stdin(Stdio::null());
    let begun = Instant::now();
    let output = command.output()?;
    let took = begun.elapsed();
    ensure!(output.status.code() == Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn line(what: &str, times: &[Duration]) {
    println!(
        "  {what:<20}  {:>8.1} ms  ({:.1} to {:.1})",
        ms(median(times)),
        times.iter().copied().map(ms).fold(f64::INFINITY, f64::min),
        times.iter().copied().map(ms).fold(0.0, f64::max)
    );
}
