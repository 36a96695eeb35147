//! What axe-core finds. A violation of serious or critical impact fails, but for those of mdBook itself.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::book;
use browser_tests::browser::{Browser, with_browser};
use browser_tests::view::{Medium, WIDE};

use crate::none;

const DEADLINE: Duration = Duration::from_secs(240);

const TOMORROW_RED: &str = "tomorrow-night's red on its own background: 4.45, where 4.5 is asked for";

/// Violations in mdBook's own markup and themes: the rule, what the selector that axe gives has in it, and why.
const OF_MDBOOK: [(&str, &str, &str); 7] = [
    ("aria-allowed-attr", "#mdbook-sidebar-toggle", "the template gives a label the state of a button"),
    ("aria-prohibited-attr", "#mdbook-sidebar-toggle", "the template gives a label a name"),
    ("color-contrast", ".menu-title", "coal's title of the book, in its colour of icons"),
    ("color-contrast", ".active", "coal's sidebar: the page that is open"),
    ("color-contrast", ".current-header", "coal's sidebar: the heading that is read"),
    ("color-contrast", ".hljs-attr", TOMORROW_RED),
    ("color-contrast", ".hljs-variable", TOMORROW_RED),
];

/// A rule that this browser answers by itself: Chromium lets the keyboard reach whatever scrolls. The blocks
/// and wrappers that it finds are those that mdBook makes of every fence and table.
const OF_THE_BROWSER: &str = "scrollable-region-focusable";

/// Runs axe and gives `rule<TAB>impact<TAB>selector<TAB>summary` for each element.
const RUN: &str = "
    return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, impact, nodes }) => nodes.map(({ target, failureSummary }) =>
            [id, impact, target.join(' '), failureSummary.replace(/\\s+/g, ' ')].join('\\t'))));
";

/// Adds what axe finds in the page as it is now, in a light and in a dark theme.
pub(crate) async fn look(browser: &Browser, page: &str, faults: &mut Vec<String>) -> Result<()> {
    if browser.run("return 'axe' in window").await? != true {
        let axe = book::checkout().join("target/axe/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe).with_context(|| format!("{}: run .ci/axe", axe.display()))?;
        browser.run(&axe).await?;
    }
    // What is folded is read too, once it is open.
    browser.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })").await?;
    for theme in ["light", "coal"] {
        browser.choose_theme(theme).await?;
        for fault in browser.list(RUN).await? {
            let mut parts = fault.split('\t').skip(2);
            let selector = parts.next().unwrap_or_default();
            let is_known = |(rule, part, _): &(&str, &str, &str)| fault.starts_with(rule) && selector.contains(part);
            if !fault.starts_with(OF_THE_BROWSER) && !OF_MDBOOK.iter().any(is_known) {
                faults.push(format!("{page}, {theme}: {fault}"));
            }
        }
    }
    Ok(())
}

#[test]
fn axe_finds_nothing_serious() -> Result<()> {
    let mut faults = Vec::new();
    with_browser(DEADLINE, async |browser| {
        browser.set_medium(Medium::Screen).await?;
        browser.set_width(WIDE).await?;
        for page in book::pages()? {
            browser.go(&page).await?;
            look(browser, &page, &mut faults).await?;
        }
        Ok(())
    })?;
    none(&faults)
}
