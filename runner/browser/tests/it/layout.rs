//! Every page can be read: in each theme, on a laptop and on a telephone, without scripts, and on paper.

use std::time::Duration;

use anyhow::{Result, ensure};
use browser_tests::book;
use browser_tests::browser::{Browser, with_browser};
use browser_tests::view::{Medium, NARROW, PAPER, THEMES, WIDE};
use serde_json::json;

use crate::none;

const DEADLINE: Duration = Duration::from_secs(240);
const FAULTS: &str = include_str!("../../src/faults.js");

/// Opens the first folded part by its summary, and says whether its content came to light.
const UNFOLD: &str = "
    const part = document.querySelector('main details:not([open])');
    if (!part) return true;
    part.querySelector('summary').click();
    const content = part.querySelector('summary ~ *');
    return part.open && content.getBoundingClientRect().height > 0;
";

/// Adds what a reader could not see in the page as it is now.
pub(crate) async fn look(browser: &Browser, view: &str, faults: &mut Vec<String>) -> Result<()> {
    faults.extend(browser.list(FAULTS).await?.into_iter().map(|fault| format!("{view}: {fault}")));
    Ok(())
}

async fn listen(browser: &Browser, view: &str, faults: &mut Vec<String>) -> Result<()> {
    faults.extend(browser.take_troubles().await?.into_iter().map(|trouble| format!("{view}: {trouble}")));
    Ok(())
}

#[test]
fn pages_fit_in_every_theme_and_width_and_on_paper() -> Result<()> {
    let mut faults = Vec::new();
    with_browser(DEADLINE, async |browser| {
        for page in book::pages()? {
            // A page lays out its sidebar when it is loaded, so it is loaded for each. One whose theme is dark is
            // printed too.
            for (medium, width) in [(Medium::Screen, WIDE), (Medium::Screen, NARROW), (Medium::Print, PAPER)] {
                browser.set_medium(medium).await?;
                browser.set_width(width).await?;
                browser.go(&page).await?;
                for theme in THEMES {
                    browser.choose_theme(theme).await?;
                    look(browser, &format!("{page}, {theme}, {medium:?}, {} px", width.0), &mut faults).await?;
                }
            }
            listen(browser, &page, &mut faults).await?;
        }
        Ok(())
    })?;
    none(&faults)
}

#[test]
fn pages_work_without_scripts() -> Result<()> {
    let mut faults = Vec::new();
    with_browser(DEADLINE, async |browser| {
        browser.allow_scripts(false).await?;
        for page in book::pages()? {
            // The page chooses by what the reader prefers, since nothing else can.
            for medium in [Medium::Screen, Medium::DarkScreen] {
                browser.set_medium(medium).await?;
                for width in [WIDE, NARROW] {
                    browser.set_width(width).await?;
                    browser.go(&page).await?;
                    let is_static = browser.run("return !document.documentElement.classList.contains('js')").await?;
                    ensure!(is_static == json!(true), "a script has run");
                    let view = format!("{page}, no scripts, {medium:?}, {} px", width.0);
                    look(browser, &view, &mut faults).await?;
                    if browser.run(UNFOLD).await? != json!(true) {
                        faults.push(format!("{view}: a folded part does not open"));
                    }
                    listen(browser, &view, &mut faults).await?;
                }
            }
        }
        Ok(())
    })?;
    none(&faults)
}

/// The style sheet says why.
#[test]
fn folded_parts_stay_folded_on_paper() -> Result<()> {
    with_browser(DEADLINE, async |browser| {
        browser.set_medium(Medium::Print).await?;
        browser.go("scopes/callback-loop.html").await?;
        let shown = "return [...document.querySelectorAll('.lesson details')].map((part) => \
                     `${part.querySelector('summary').checkVisibility()} ${part.querySelector('summary ~ *').checkVisibility()}`)";
        let shown = browser.list(shown).await?;
        ensure!(shown.len() >= 3 && shown.iter().all(|one| one == "true false"), "{shown:?}");
        Ok(())
    })
}
