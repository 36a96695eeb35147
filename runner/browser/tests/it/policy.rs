//! The pages keep to the policy that the server sends with them, and say nothing in the console.

use anyhow::Result;
use browser_tests::book;
use browser_tests::browser::with_browser_at;
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use browser_tests::view::{NARROW, THEMES};
use serde_json::json;

use crate::{DEADLINE, LESSON, none};

/// Before any script of the page. What it writes into the console is a fault.
const LISTEN: &str = "addEventListener('securitypolicyviolation', (event) =>
    console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));";

#[test]
fn no_page_goes_against_its_policy() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let mut faults = Vec::new();
    with_browser_at(DEADLINE, play.address(), &[], async |browser| {
        browser.control("Page.addScriptToEvaluateOnNewDocument", json!({ "source": LISTEN })).await?;
        play.open(browser).await?;
        for page in book::pages()? {
            browser.go(&page).await?;
            let is_lesson = course.path("lessons").join(page.trim_end_matches(".html")).is_dir();
            if is_lesson {
                let desk = Desk { browser };
                desk.ready().await?;
                desk.edit().await?;
                desk.is("editor() !== ''").await?;
            }
            faults.extend(browser.take_troubles().await?.into_iter().map(|trouble| format!("{page}: {trouble}")));
        }
        // What a page does later.
        let desk = Desk::open(browser, LESSON).await?;
        desk.press("run").await?;
        desk.says("Run: measured").await?;
        desk.press("guard").await?;
        desk.says("Guard: failed").await?;
        browser.set_width(NARROW).await?;
        for theme in THEMES {
            browser.choose_theme(theme).await?;
        }
        browser.run("document.getElementById('mdbook-search-toggle').click()").await?;
        desk.until("!document.getElementById('mdbook-searchbar').disabled").await?;
        browser.session.find(thirtyfour::By::Id("mdbook-searchbar")).await?.send_keys("RSS grows").await?;
        desk.until("words('#mdbook-searchresults').includes('RSS')").await?;
        faults.extend(browser.take_troubles().await?);
        Ok(())
    })?;
    none(&faults)
}
