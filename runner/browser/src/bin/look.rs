//! Writes pictures of the book's pages into a folder, for a person to look at; or of a lesson's page while the exercise
//! in it is edited and checked.
//!
//! ```text
//! cargo run -p browser-tests --bin look -- FOLDER [PAGE ...]
//! cargo run -p browser-tests --bin look -- FOLDER --play
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::book;
use browser_tests::browser::{with_browser, with_browser_at};
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use browser_tests::view::{Medium, NARROW, PAPER, WIDE};

/// A page is long; what is below is left out.
const LIMIT: u32 = 6000;
const DEADLINE: Duration = Duration::from_secs(600);
const LESSON: &str = "scopes/callback-loop";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("which folder do the pictures go to?")?);
    std::fs::create_dir_all(&folder)?;
    let named: Vec<String> = arguments.collect();
    if named == ["--play"] {
        return play(&folder);
    }
    let pages = if named.is_empty() { book::pages()? } else { named };
    with_browser(DEADLINE, async |browser| {
        for page in &pages {
            let name = page.trim_end_matches(".html").replace('/', "-");
            browser.set_medium(Medium::Screen).await?;
            for width in [WIDE, NARROW] {
                browser.set_width(width).await?;
                browser.go(page).await?;
                for theme in ["light", "coal"] {
                    browser.choose_theme(theme).await?;
                    browser.picture(width, LIMIT, &folder.join(format!("{name}-{theme}-{}.png", width.0))).await?;
                }
            }
            browser.set_medium(Medium::Print).await?;
            browser.set_width(PAPER).await?;
            browser.picture(PAPER, LIMIT, &folder.join(format!("{name}-print.png"))).await?;
        }
        Ok(())
    })
}

fn play(folder: &Path) -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        look(&desk, folder, "ready").await?;
        desk.edit().await?;
        desk.press("check").await?;
        desk.says("Check: failed").await?;
        look(&desk, folder, "failed").await?;
        desk.press("run").await?;
        desk.says("Run: measured").await?;
        look(&desk, folder, "measured").await?;

        course.save(LESSON, &course.exercise(LESSON)?.replace("let mut moved = 0;", "let mut moved: &str = 0;"))?;
        desk.until("editor().includes('&str')").await?;
        desk.press("check").await?;
        desk.says("Check: failed, it does not compile").await?;
        look(&desk, folder, "does-not-compile").await?;

        play.freeze(true)?;
        desk.edit().await?;
        desk.keys("// Mine. ").await?;
        course.save(LESSON, &format!("{}// Not as in the book.\n", course.solution(LESSON)?))?;
        play.freeze(false)?;
        desk.until("all('.play-clash').length > 0").await?;
        look(&desk, folder, "in-conflict").await?;

        desk.choose("Take the one on disk").await?;
        desk.press("check").await?;
        desk.says("Check: passed").await?;
        desk.press("diff").await?;
        desk.until("all('.play-diff').length > 0").await?;
        look(&desk, folder, "passed").await
    })
}

/// The editor, and what is below it.
async fn look(desk: &Desk<'_>, folder: &Path, state: &str) -> Result<()> {
    for width in [WIDE, NARROW] {
        for theme in ["light", "navy"] {
            desk.browser.set_width(width).await?;
            desk.browser.choose_theme(theme).await?;
            let name = |part| folder.join(format!("{state}-{theme}-{}{part}.png", width.0));
            desk.browser.run("document.querySelector('.lesson-code').scrollIntoView()").await?;
            desk.browser.session.screenshot(&name("")).await?;
            desk.browser.run("document.querySelector('.play-bar').scrollIntoView()").await?;
            desk.browser.session.screenshot(&name("-below")).await?;
        }
    }
    Ok(())
}
