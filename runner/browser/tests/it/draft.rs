//! What is typed in a page and what is in its file are both kept, also where the page is not told all.

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use thirtyfour::prelude::*;

use crate::{DEADLINE, LESSON, none, none_but_refusals, until_saved};

const SETTLED: &str = "all('.play-clash').length === 0 && document.activeElement.matches('.cm-content')";

#[test]
fn what_a_page_can_not_show_is_not_written_over() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let long = format!("{}\n", "// Longer than a page may have it.\n".repeat(2000));
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        course.save(LESSON, &long)?;
        desk.until("words('.play-file').includes('is longer than')").await?;
        desk.keys("// One. ").await?;
        desk.until("words('.play-sides > :nth-child(2)').includes('is longer than')").await?;
        // The text of the page is what it was, and no change any more.
        desk.choose("Take the one on disk").await?;
        desk.until(SETTLED).await?;
        desk.keys("// Two. ").await?;
        desk.until("all('.play-clash').length > 0").await?;
        ensure!(course.exercise(LESSON)? == long, "the file was written over");

        let mine = desk.text().await?;
        desk.choose("Keep mine").await?;
        desk.until(SETTLED).await?;
        until_saved(&course, &mine).await?;
        ensure!(course.backups()?.contains(&long), "the file was not kept");

        // The page had a change before it heard of the file.
        play.freeze(true)?;
        desk.keys("// Three. ").await?;
        let mine = desk.text().await?;
        course.save(LESSON, &long)?;
        play.freeze(false)?;
        desk.until("words('.play-sides > :nth-child(2)').includes('is longer than')").await?;
        desk.choose("Keep mine").await?;
        desk.until(SETTLED).await?;
        until_saved(&course, &mine).await?;
        none_but_refusals(&browser.take_troubles().await?)
    })
}

#[test]
fn a_choice_that_is_made_twice_is_one() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let theirs = format!("{}// Theirs.", course.exercise(LESSON)?);
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        play.freeze(true)?;
        desk.keys("// Mine. ").await?;
        let mine = desk.text().await?;
        course.save(LESSON, &theirs)?;
        play.freeze(false)?;
        desk.until("all('.play-clash').length > 0").await?;
        browser.run("for (let press = 0; press < 2; press++) document.querySelector('.play-sides button').click()").await?;
        desk.until(SETTLED).await?;
        until_saved(&course, &mine).await?;
        ensure!(course.backups()? == [theirs], "{:?}", course.backups()?);
        // It goes on.
        desk.keys("// More. ").await?;
        until_saved(&course, &desk.text().await?).await?;
        desk.until("words('.play-state') === 'edited'").await?;
        none_but_refusals(&browser.take_troubles().await?)
    })
}

#[test]
fn a_tab_that_comes_back_shows_what_is_on_the_disk() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        // It is hidden before it hears of its own save.
        play.freeze(true)?;
        desk.keys("// Mine. ").await?;
        let mine = desk.text().await?;
        let tab = browser.session.window().await?;
        let other = browser.session.new_tab().await?;
        browser.session.switch_to_window(other).await?;
        play.freeze(false)?;
        until_saved(&course, &mine).await?;
        // Another program puts it back.
        course.save(LESSON, &shipped)?;
        browser.session.close_window().await?;
        browser.session.switch_to_window(tab).await?;
        desk.until("!editor().includes('// Mine. ')").await?;
        desk.edit().await?;
        desk.keys(Key::Control + Key::End).await?;
        desk.keys("// After it.").await?;
        until_saved(&course, &format!("{shipped}// After it.")).await?;
        none(&browser.take_troubles().await?)
    })
}
