//! A server that is started in the place of another one: what a page of the first one makes of it.

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use serde_json::json;

use crate::{DEADLINE, LESSON, until_saved};

const NO_SERVER: &str = "The server does not answer";
const OTHER_SERVER: &str = "This server was started again";

#[test]
fn its_runs_are_no_others() -> Result<()> {
    let course = Course::new()?;
    let first = Play::start(&course)?;
    let port = first.port;
    with_browser_at(DEADLINE, first.address(), &[], async |browser| {
        first.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.press("run").await?;
        desk.says("Run: measured").await?;
        first.end()?;
        desk.says(NO_SERVER).await?;

        // Another tab begins the first run of this one before the page hears of it.
        let second = Play::start_at(&course, port)?;
        let tab = browser.session.window().await?;
        let other = browser.session.new_tab().await?;
        browser.session.switch_to_window(other).await?;
        second.open(browser).await?;
        Desk::open(browser, LESSON).await?;
        desk.press("check").await?;
        desk.says("Check: failed").await?;
        browser.session.close_window().await?;
        browser.session.switch_to_window(tab).await?;
        desk.says("Check: failed").await?;
        desk.until("words('.play-book').includes('started again')").await?;

        // What was found can still be read when the page has a new key, which it is given by its address.
        second.end()?;
        desk.says(NO_SERVER).await?;
        let third = Play::start_at(&course, port)?;
        desk.says(OTHER_SERVER).await?;
        browser.run(&format!("location.hash = '{}'", third.key())).await?;
        desk.says("Check: failed").await?;
        desk.is("words('.play-verdict').startsWith('failed')").await
    })
}

#[test]
fn it_gets_what_was_typed_without_a_server() -> Result<()> {
    let course = Course::new()?;
    let first = Play::start(&course)?;
    let port = first.port;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, first.address(), &[], async |browser| {
        first.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        first.end()?;
        desk.says(NO_SERVER).await?;
        // The page goes away before it has tried to save.
        browser
            .run("document.execCommand('insertText', false, '// Typed. '); setTimeout(() => location.assign('about:blank'), 50)")
            .await?;
        ensure!(browser.until("location.href === 'about:blank'", DEADLINE).await?, "the page is still there");
        let second = Play::start_at(&course, port)?;
        second.open(browser).await?;
        Desk::open(browser, LESSON).await?;
        until_saved(&course, &format!("// Typed. {shipped}")).await
    })
}

#[test]
fn a_page_that_can_not_hear_of_it_lives() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        let refuse = "window.WebSocket = class { constructor() { throw new Error('there are none here'); } }";
        browser.control("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await?;
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.says("Ready").await
    })
}
