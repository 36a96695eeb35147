//! The text in the page and the file on the disk, when both are changed.

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use thirtyfour::prelude::*;

use crate::{DEADLINE, LESSON, none_but_refusals, until_saved};

/// Types at the end of the text, and saves another one meanwhile: what is typed gets to the disk no sooner.
async fn clash(desk: &Desk<'_>, course: &Course, play: &Play, typed: &str, saved: &str) -> Result<String> {
    play.freeze(true)?;
    desk.keys(Key::Control + Key::End).await?;
    desk.keys(typed).await?;
    let mine = desk.text().await?;
    course.save(LESSON, saved)?;
    play.freeze(false)?;
    desk.until("words('.play-clash') !== ''").await?;
    ensure!(mine.ends_with(typed) && desk.text().await? == mine, "the text in the page was changed: {mine}");
    ensure!(course.exercise(LESSON)? == saved, "the file was changed: {}", course.exercise(LESSON)?);
    for (side, text) in [(1, typed), (2, saved.lines().last().unwrap_or_default())] {
        let marked = format!("words('.play-sides > :nth-child({side}) mark')");
        desk.is(&format!("{marked}.includes('{text}')")).await?;
    }
    Ok(mine)
}

#[test]
fn neither_text_is_lost() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;

        // Another editor saves, before and after this one is open. The caret stays where it was in the text.
        course.save(LESSON, &format!("// Saved elsewhere.\n{shipped}"))?;
        desk.until("words('.lesson-code').includes('// Saved elsewhere.')").await?;
        desk.is("words('.play-state') === 'edited'").await?;
        desk.edit().await?;
        desk.keys(Key::Control + Key::End).await?;
        desk.keys("// Mine.").await?;
        until_saved(&course, &format!("// Saved elsewhere.\n{shipped}// Mine.")).await?;
        desk.until("words('.play-state') === 'edited'").await?;
        course.save(LESSON, &format!("{shipped}// Mine."))?;
        desk.until("!editor().includes('elsewhere')").await?;
        desk.keys(" And more.").await?;
        until_saved(&course, &format!("{shipped}// Mine. And more.")).await?;
        // What came from the disk is not undone by a key, only what was typed.
        for _ in 0..9 {
            desk.keys(Key::Control + "z").await?;
        }
        until_saved(&course, &shipped).await?;

        // Whoever has chosen goes on typing.
        let settled = "all('.play-clash').length === 0 && document.activeElement.matches('.cm-content')";
        let theirs = format!("{shipped}// Theirs.");
        let mine = clash(&desk, &course, &play, "// Mine again.", &theirs).await?;
        desk.press("check").await?;
        desk.until("words('.play-trouble').includes('First say which')").await?;
        desk.choose("Keep mine").await?;
        desk.until(settled).await?;
        until_saved(&course, &mine).await?;
        ensure!(course.backups()? == [theirs], "{:?}", course.backups()?);
        desk.until("words('.play-done').includes('backups/')").await?;

        let theirs = format!("{shipped}// Theirs once more.");
        let mine = clash(&desk, &course, &play, "// Mine once more.", &theirs).await?;
        desk.choose("Take the one on disk").await?;
        desk.until(settled).await?;
        ensure!(desk.text().await? == theirs && course.exercise(LESSON)? == theirs, "{}", desk.text().await?);
        ensure!(course.backups()?.contains(&mine), "{:?}", course.backups()?);

        // Back to the start.
        desk.press("reset").await?;
        desk.choose("Put it back").await?;
        desk.until("words('.play-state') === 'as shipped'").await?;
        ensure!(desk.text().await? == shipped && course.exercise(LESSON)? == shipped, "{}", desk.text().await?);
        ensure!(course.backups()?.contains(&theirs), "{:?}", course.backups()?);
        none_but_refusals(&browser.take_troubles().await?)
    })
}
