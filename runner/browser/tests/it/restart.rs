//! A server that ends, and another one that is started in its place.

use std::fs;

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use thirtyfour::prelude::*;

use crate::{DEADLINE, LESSON, be_patient, until_saved, waiting_for};

const NO_SERVER: &str = "The server does not answer";
const OTHER_SERVER: &str = "This server was started again";

#[test]
fn a_page_outlives_its_server() -> Result<()> {
    let course = Course::new()?;
    be_patient(&course, LESSON)?;
    let gate = course.path("gate");
    fs::write(&gate, "")?;
    course.save(LESSON, &waiting_for(&gate, &course)?)?;
    let first = Play::start(&course)?;
    let port = first.port;
    with_browser_at(DEADLINE, first.address(), &[], async |browser| {
        first.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        desk.press("check").await?;
        desk.until("words('.play-status') === 'Check: running' && words('.play-clock').includes('Node')").await?;
        // With the run that is under way.
        first.end()?;
        desk.says(NO_SERVER).await?;
        let before = course.exercise(LESSON)?;
        desk.edit().await?;
        desk.keys(Key::Control + Key::End).await?;
        desk.keys("// Typed without a server.").await?;
        let typed = desk.text().await?;
        desk.until("words('.play-state').includes('not saved yet')").await?;
        ensure!(typed.ends_with("// Typed without a server."), "{typed}");

        let second = Play::start_at(&course, port)?;
        desk.says(OTHER_SERVER).await?;
        ensure!(course.exercise(LESSON)? == before, "who has no key has written");
        // Another tab is told the key.
        let page = browser.session.window().await?;
        let other = browser.session.new_tab().await?;
        browser.session.switch_to_window(other).await?;
        second.open(browser).await?;
        browser.session.close_window().await?;
        browser.session.switch_to_window(page).await?;
        desk.says("Ready").await?;
        until_saved(&course, &typed).await?;
        desk.until("words('.play-state') === 'edited' && all('.play-run').length === 0").await?;

        // The page itself goes to the new address, with a text that no server has taken.
        second.end()?;
        desk.says(NO_SERVER).await?;
        desk.keys(" More of it.").await?;
        let typed = desk.text().await?;
        desk.until("words('.play-state').includes('not saved yet') && words('.play-trouble') !== ''").await?;
        let third = Play::start_at(&course, port)?;
        third.open(browser).await?;
        ensure!(course.exercise(LESSON)? != typed, "this page has no exercise");
        let desk = Desk::open(browser, LESSON).await?;
        until_saved(&course, &typed).await?;
        desk.until("words('.lesson-code').includes('More of it.') && words('.play-state') === 'edited'").await?;
        desk.is("all('.play-clash').length === 0").await?;

        // Anybody may link here with a key of their own.
        browser.go(&format!("#t={}", "0".repeat(64))).await?;
        Desk::open(browser, LESSON).await?.says("Ready").await
    })
}
