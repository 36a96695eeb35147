//! Writes pictures of the book's pages into a folder, for a person to look at.
//!
//! ```text
//! cargo run -p browser-tests --bin look -- FOLDER [PAGE ...]
//! ```

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::book;
use browser_tests::browser::with_browser;
use browser_tests::view::{Medium, NARROW, PAPER, WIDE};

/// A page is long; what is below is left out.
const LIMIT: u32 = 6000;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("which folder do the pictures go to?")?);
    std::fs::create_dir_all(&folder)?;
    let named: Vec<String> = arguments.collect();
    let pages = if named.is_empty() { book::pages()? } else { named };
    with_browser(Duration::from_secs(600), async |browser| {
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
