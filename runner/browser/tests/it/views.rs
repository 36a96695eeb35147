//! A lesson's page with an open editor and with what was found, for each reader: themes and widths, paper, no scripts,
//! and what axe finds.

use anyhow::{Result, ensure};
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use browser_tests::view::{Medium, NARROW, PAPER, THEMES, WIDE, Width};

use crate::{DEADLINE, LESSON, access, layout, none};

/// What a reader reads of the page.
const READ: &str = "document.querySelector('main').innerText.split('\\n').filter((line) => line.trim() !== '')";

/// Looks at the page in all ways, once what is to be seen is there. A page lays out its sidebar when it is loaded, so it
/// is loaded for each width; and finds all again.
async fn look(desk: &Desk<'_>, what: &str, is_there: &str, faults: &mut Vec<String>) -> Result<()> {
    for (medium, width) in [(Medium::Screen, WIDE), (Medium::Screen, NARROW), (Medium::Print, PAPER)] {
        load(desk, width).await?;
        desk.until(is_there).await?;
        desk.browser.set_medium(medium).await?;
        for theme in THEMES {
            desk.browser.choose_theme(theme).await?;
            let view = format!("{what}, {theme}, {medium:?}, {} px", width.0);
            layout::look(desk.browser, &view, faults).await?;
        }
    }
    load(desk, WIDE).await?;
    desk.until(is_there).await?;
    access::look(desk.browser, what, faults).await
}

async fn load(desk: &Desk<'_>, width: Width) -> Result<()> {
    desk.browser.set_medium(Medium::Screen).await?;
    desk.browser.set_width(width).await?;
    desk.browser.session.refresh().await?;
    desk.ready().await?;
    desk.edit().await
}

#[test]
fn all_that_is_added_can_be_read() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let shipped = course.exercise(LESSON)?;
    let mut faults = Vec::new();
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        browser.set_medium(Medium::Screen).await?;
        browser.set_width(WIDE).await?;
        play.open(browser).await?;

        // Without scripts it is the book, and nothing that would do nothing.
        browser.allow_scripts(false).await?;
        browser.go(&format!("{LESSON}.html")).await?;
        let desk = Desk { browser };
        for width in [WIDE, NARROW] {
            browser.set_width(width).await?;
            layout::look(browser, &format!("no scripts, {} px", width.0), &mut faults).await?;
        }
        desk.is("document.querySelectorAll('[class^=play-]').length === 0").await?;
        browser.set_width(PAPER).await?;
        browser.set_medium(Medium::Print).await?;
        let paper = desk.look(READ).await?;
        browser.set_medium(Medium::Screen).await?;
        browser.set_width(WIDE).await?;
        browser.allow_scripts(true).await?;

        // A failure. On paper there is what there is without scripts.
        Desk::open(browser, LESSON).await?;
        desk.edit().await?;
        desk.press("check").await?;
        desk.says("Check: failed").await?;
        browser.set_medium(Medium::Print).await?;
        browser.set_width(PAPER).await?;
        let printed = desk.look(READ).await?;
        ensure!(printed == paper, "on paper there is\n{printed:#}\nand not\n{paper:#}");
        look(&desk, "failed", "words('.play-verdict').startsWith('failed')", &mut faults).await?;
        desk.press("run").await?;
        desk.says("Run: measured").await?;
        look(&desk, "measured", "words('.play-status') === 'Run: measured' && all('.play-chart svg').length > 0", &mut faults)
            .await?;

        // What rustc says, about a line that is long.
        browser.set_medium(Medium::Screen).await?;
        browser.set_width(WIDE).await?;
        let wrong = shipped.replace(
            "let mut moved = 0;",
            "let mut moved: &'static [Option<Result<String>>] = 0; // and a remark that makes the line a long one",
        );
        ensure!(wrong != shipped, "{shipped}");
        course.save(LESSON, &wrong)?;
        desk.until("editor().includes('remark')").await?;
        desk.press("check").await?;
        desk.says("Check: failed, it does not compile").await?;
        desk.until("all('.cm-lintRange-error').length > 0").await?;
        look(&desk, "does not compile", "all('.cm-lintRange-error').length > 0", &mut faults).await?;

        // Two texts.
        play.freeze(true)?;
        desk.edit().await?;
        desk.keys("// Mine. ").await?;
        course.save(LESSON, &format!("{}// Not as in the book.\n", course.solution(LESSON)?))?;
        play.freeze(false)?;
        desk.until("all('.play-clash').length > 0").await?;
        look(&desk, "in conflict", "all('.play-clash').length > 0", &mut faults).await?;
        desk.choose("Take the one on disk").await?;
        desk.press("check").await?;
        desk.says("Check: passed").await?;
        look(&desk, "passed", "words('.play-verdict').startsWith('passed')", &mut faults).await?;
        desk.press("diff").await?;
        desk.press("reset").await?;
        desk.until("all('.play-diff').length > 0 && all('.play-reset').length > 0").await?;
        layout::look(browser, "two notices", &mut faults).await?;
        access::look(browser, "two notices", &mut faults).await
    })?;
    none(&faults)
}
