//! A run belongs to the server: it can be stopped at any time, and all pages see the same of it.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::{DEADLINE, LESSON, be_patient, none, none_but_refusals, nothing_runs, wait_for, waiting_for};

/// A lesson whose exercise makes objects with finalizers.
const FINALIZES: &str = "external/tell-v8";

/// Begins a check, waits until it is in the middle of something, and stops it.
async fn stop(desk: &Desk<'_>, play: &Play, middle: &str) -> Result<()> {
    desk.press("check").await?;
    desk.until(middle).await?;
    something_runs(play).await?;
    desk.press("stop").await?;
    desk.says("Check: stopped").await?;
    nothing_runs(play)
}

/// Waits for a process of a run: what it is about to do is said a moment before that.
async fn something_runs(play: &Play) -> Result<()> {
    let begun = Instant::now();
    while play.processes()?.is_empty() {
        ensure!(begun.elapsed() < Duration::from_secs(30), "nothing runs that could be stopped");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

#[test]
fn a_run_stops_while_it_compiles_runs_or_settles() -> Result<()> {
    let course = Course::new()?;
    for lesson in [LESSON, FINALIZES] {
        be_patient(&course, lesson)?;
    }
    let play = Play::start(&course)?;
    let gate = course.path("gate");
    fs::write(&gate, "")?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        let runs = waiting_for(&gate, &course)?;

        // rustc waits for somebody to write into this.
        let pipe = course.path("pipe");
        mkfifo(&pipe, Mode::S_IRWXU)?;
        let compiles = format!("{runs}const _: &str = include_str!({pipe:?});\n");
        course.save(LESSON, &compiles)?;
        desk.until("words('.lesson-code').includes('include_str')").await?;
        stop(&desk, &play, "words('.play-status') === 'Check: compiling'").await?;

        course.save(LESSON, &runs)?;
        desk.until("!words('.lesson-code').includes('include_str')").await?;
        stop(&desk, &play, "words('.play-status') === 'Check: running' && words('.play-clock').includes('Node')").await?;
        ensure!(course.exercise(LESSON)? == runs, "the file was changed");

        // What is stopped leaves nothing behind that the next run would see.
        fs::remove_file(&gate)?;
        desk.press("check").await?;
        desk.says("Check: passed").await?;
        desk.can("check").await?;

        let desk = Desk::open(browser, FINALIZES).await?;
        fs::write(&gate, "")?;
        let source = course.solution(FINALIZES)?;
        let settles =
            format!("{source}\nimpl Drop for Bitmap {{\n    fn drop(&mut self) {{\n    {}\n    }}\n}}\n", wait_for(&gate));
        course.save(FINALIZES, &settles)?;
        desk.until("words('.lesson-code').includes('impl Drop')").await?;
        // Finalizers run when garbage was collected, and before all has settled.
        let value = |moment| {
            let name = format!("all('.play-chart text').find((one) => one.textContent === '{moment}')");
            format!("{name}?.nextSibling.nextSibling.textContent")
        };
        stop(&desk, &play, &format!("{} !== 'not reached' && {} === 'not reached'", value("gc()"), value("settled"))).await?;
        none(&browser.take_troubles().await?)
    })
}

#[test]
fn a_run_goes_on_when_its_page_is_loaded_again_and_in_another_tab() -> Result<()> {
    let course = Course::new()?;
    be_patient(&course, LESSON)?;
    let play = Play::start(&course)?;
    let gate = course.path("gate");
    fs::write(&gate, "")?;
    course.save(LESSON, &waiting_for(&gate, &course)?)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        let running = "words('.play-status') === 'Check: running' && words('.play-clock').includes('Node')";
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.press("check").await?;
        desk.until(running).await?;
        let seconds = "parseFloat(words('.play-clock'))";
        let before = desk.look(seconds).await?.as_f64();
        browser.session.refresh().await?;
        desk.until(running).await?;
        let after = desk.look(seconds).await?.as_f64();
        ensure!(before < after, "the run is {after:?} s old, and was {before:?} s old before");

        let first = browser.session.window().await?;
        let second = browser.session.new_tab().await?;
        browser.session.switch_to_window(second.clone()).await?;
        Desk::open(browser, LESSON).await?;
        desk.until(running).await?;
        // Another lesson's page says who is busy, and asks in vain.
        let third = browser.session.new_tab().await?;
        browser.session.switch_to_window(third.clone()).await?;
        Desk::open(browser, "scopes/escape").await?;
        desk.says(&format!("Another lesson is running: {LESSON}")).await?;
        desk.press("check").await?;
        desk.until(&format!("words('.play-trouble').includes('{LESSON} is running')")).await?;

        fs::remove_file(&gate)?;
        desk.says("Ready").await?;
        for tab in [&second, &first] {
            browser.session.switch_to_window(tab.clone()).await?;
            desk.says("Check: passed").await?;
            desk.until("words('.play-verdict').startsWith('passed') && words('.play-state') === 'done'").await?;
        }

        // What is begun in one tab can be stopped in the other.
        fs::write(&gate, "")?;
        desk.press("check").await?;
        desk.until(running).await?;
        browser.session.switch_to_window(second.clone()).await?;
        desk.until(running).await?;
        desk.press("stop").await?;
        desk.says("Check: stopped").await?;
        nothing_runs(&play)?;

        // What is typed in one is shown in the other, also in its editor.
        desk.edit().await?;
        desk.keys("// From the second. ").await?;
        browser.session.switch_to_window(first).await?;
        desk.says("Check: stopped").await?;
        desk.until("words('.lesson-code').includes('// From the second. ')").await?;
        desk.edit().await?;
        desk.keys("// From the first. ").await?;
        browser.session.switch_to_window(second).await?;
        desk.until("editor().includes('// From the first. ')").await?;
        desk.is("all('.play-clash').length === 0").await?;
        none_but_refusals(&browser.take_troubles().await?)
    })
}
