//! Everything can be done without a mouse, and whoever uses the keyboard sees where they are.

use anyhow::{Result, bail, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use browser_tests::view::WIDE;
use thirtyfour::prelude::*;

use crate::{DEADLINE, LESSON, none};

/// More than any page has to go through: the sidebar is first.
const MOST: usize = 200;

/// Presses a key, or several together, until the focus is on what is wanted, and fails where it can't be seen on the way.
async fn walk(desk: &Desk<'_>, keys: &[Key], wanted: &str) -> Result<()> {
    let together: String = keys.iter().map(Key::value).collect();
    let mut seen = Vec::new();
    for _ in 0..MOST {
        desk.keys(together.as_str()).await?;
        if desk.look(&format!("document.activeElement.matches({wanted:?})")).await? == true {
            let outline = "(() => { for (let one = document.activeElement; one; one = one.parentElement) \
                if (getComputedStyle(one).outlineStyle !== 'none') return true; return false; })()";
            return desk.is(outline).await;
        }
        seen.push(desk.look("document.activeElement.outerHTML.slice(0, 60)").await?.to_string());
    }
    bail!("{wanted} does not get the focus, only\n{}", seen.join("\n"));
}

#[test]
fn a_lesson_is_done_by_the_keyboard_alone() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        browser.set_width(WIDE).await?;
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        let address = browser.session.current_url().await?;

        // The code itself opens the editor; Tab leaves it for the toolbar, and Shift+Tab leads back.
        walk(&desk, &[Key::Tab], ".play-editable pre").await?;
        desk.keys(Key::Enter).await?;
        desk.until("document.activeElement.matches('.cm-content')").await?;
        walk(&desk, &[Key::Tab], "[data-action=edit]").await?;
        walk(&desk, &[Key::Shift, Key::Tab], ".cm-content").await?;
        ensure!(course.exercise(LESSON)? == shipped, "to go through the editor has changed the text");
        walk(&desk, &[Key::Tab], "[data-action=edit]").await?;

        // mdBook turns pages at these keys.
        walk(&desk, &[Key::Right], "[data-action=check]").await?;
        walk(&desk, &[Key::Left], "[data-action=run]").await?;
        walk(&desk, &[Key::Right], "[data-action=check]").await?;
        desk.keys(Key::Enter).await?;
        desk.says("Check: failed").await?;
        desk.is("document.activeElement.matches('[data-action=check]')").await?;

        // From a line of the verdict into the editor.
        walk(&desk, &[Key::Tab], "button.play-line").await?;
        desk.keys(Key::Enter).await?;
        desk.until("document.activeElement.matches('.cm-content') && getSelection().toString().includes('turn.call(player)')")
            .await?;
        desk.write(&course.solution(LESSON)?).await?;
        desk.can("check").await?;
        desk.keys(Key::Control + Key::Enter).await?;
        desk.says("Check: passed").await?;
        desk.can("run").await?;
        desk.keys(Key::Control + Key::Shift + Key::Enter).await?;
        desk.says("Run: measured").await?;

        // The next hint, and all back.
        walk(&desk, &[Key::Tab], "[data-action=check]").await?;
        walk(&desk, &[Key::Right], "[data-action=hint]").await?;
        desk.keys(Key::Enter).await?;
        desk.until("document.activeElement.matches('details[open] > summary') && document.activeElement.innerText === 'Hint 1'")
            .await?;
        walk(&desk, &[Key::Shift, Key::Tab], "[data-action=hint]").await?;
        walk(&desk, &[Key::Right], "[data-action=reset]").await?;
        desk.keys(Key::Enter).await?;
        desk.until("document.activeElement.innerText === 'Put it back'").await?;
        desk.keys(Key::Enter).await?;
        desk.until("words('.play-state') === 'as shipped' && document.activeElement.matches('[data-action=reset]')").await?;
        ensure!(course.exercise(LESSON)? == shipped, "{}", course.exercise(LESSON)?);
        ensure!(browser.session.current_url().await? == address, "it went to another page");
        none(&browser.take_troubles().await?)
    })
}
