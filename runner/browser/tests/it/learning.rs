//! A learner edits an exercise in its page, sees what is wrong with it, and mends it.

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use thirtyfour::prelude::*;

use crate::{DEADLINE, LESSON, none};

const CHECK: &str = "handles stay bounded inside the call";

/// What a page may load of the playground before something is edited or run, in bytes.
const MOST: u64 = 40_000;
const LOADED: &str = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/__play/')).reduce(
    ({ bytes, names }, one) => ({ bytes: bytes + one.encodedBodySize, names: [...names, one.name] }), { bytes: 0, names: [] })";

#[test]
fn an_exercise_is_run_and_mended_in_its_page() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        ensure!(!browser.session.current_url().await?.as_str().contains(&play.token), "the address still has the key");
        let desk = Desk::open(browser, LESSON).await?;
        desk.is("words('.play-state') === 'as shipped' && words('.play-status') === 'Ready'").await?;

        // The editor is loaded by whoever edits.
        let loaded = desk.look(LOADED).await?;
        ensure!(loaded["bytes"].as_u64().is_some_and(|bytes| (1..=MOST).contains(&bytes)), "before an edit, {loaded}");
        desk.edit().await?;
        let editor = desk.look(LOADED).await?;
        ensure!(!loaded["names"].to_string().contains("editor") && editor["names"].to_string().contains("editor.js"), "{editor}");

        // Its memory.
        desk.press("run").await?;
        desk.says("Run: measured").await?;
        desk.is("words('.play-chart').includes('settled') && words('.play-memory').length > 0").await?;
        desk.is("all('.play-verdict').length === 0").await?;

        // What is wrong with it.
        desk.press("check").await?;
        desk.says(&format!("Check: failed “{CHECK}”")).await?;
        desk.is(&format!("words('.play-verdict').startsWith('failed') && words('li[data-verdict=failed]').includes('{CHECK}')"))
            .await?;
        desk.is("words('li[data-verdict=failed]').includes('at most 100')").await?;
        let line = "button.play-line[data-line='9']";
        browser.session.find(By::Css(line)).await?.click().await?;
        desk.until("getSelection().toString() === 'let result = turn.call(player)?;'").await?;
        ensure!(course.exercise(LESSON)? == shipped, "to look at a line has changed the file");

        // A mistake while it is mended.
        desk.keys("let result: u32 = turn.call(player)?;").await?;
        desk.until("words('.play-state') === 'edited'").await?;
        ensure!(desk.text().await?.contains("result: u32"), "{}", desk.text().await?);
        ensure!(course.exercise(LESSON)? == desk.text().await?, "saved is {}", course.exercise(LESSON)?);
        desk.is("words('.play-older') !== ''").await?;
        desk.press("check").await?;
        desk.says("Check: failed, it does not compile").await?;
        desk.until("words('.cm-lintRange-error') !== ''").await?;
        // It is underlined there, and said below.
        desk.is("words('.cm-lintRange-error') === 'turn.call(player)?'").await?;
        desk.is("getComputedStyle(all('.cm-lintRange-error')[0]).backgroundImage.startsWith('url(')").await?;
        desk.is("words('.play-result').includes('exercise.rs:9:27') && words('.play-older') === ''").await?;

        // Mended.
        desk.edit().await?;
        let solution = course.solution(LESSON)?;
        desk.write(&solution).await?;
        desk.keys(Key::Control + Key::Enter).await?;
        desk.says("Check: passed").await?;
        desk.until("words('.play-state') === 'done'").await?;
        ensure!(course.exercise(LESSON)? == solution, "saved is {}", course.exercise(LESSON)?);
        desk.is(
            "all('.cm-lintRange-error').length === 0 && all('li[data-verdict]').every((one) => one.dataset.verdict === 'passed')",
        )
        .await?;
        desk.press("diff").await?;
        desk.until("words('.play-done').includes('word for word')").await?;
        // Another one passes too, and is compared with it.
        desk.edit().await?;
        desk.keys("// Mine. ").await?;
        desk.until("words('.play-state') === 'changed since it passed'").await?;
        desk.is("all('[data-action=diff]').length === 0").await?;
        desk.keys(Key::Control + Key::Enter).await?;
        desk.until("words('.play-state') === 'done'").await?;
        desk.press("diff").await?;
        desk.until("words('.play-diff').includes('-') && words('.play-diff').includes('// Mine. ')").await?;
        // Tab leads to the toolbar also when the button that was used last is gone.
        course.save(LESSON, &shipped)?;
        desk.until("all('[data-action=diff]').length === 0").await?;
        desk.is("all('[data-action][tabindex=\"0\"]').length === 1").await?;
        none(&browser.take_troubles().await?)
    })
}

#[test]
fn a_run_that_ends_in_its_warm_up_has_no_chart() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let start = "let mut moved = 0;";
    let crash = format!(
        "static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    if CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1 {{
        std::process::abort();
    }}
    {start}"
    );
    course.save(LESSON, &course.solution(LESSON)?.replace(start, &crash))?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.press("check").await?;
        // Until then it may have been there, for a moment.
        desk.says("Check: failed").await?;
        desk.until("words('.play-clock') !== '' && all('.play-chart').length === 0").await
    })
}
