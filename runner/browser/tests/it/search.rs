//! A reader who types a symptom into the search of the book finds the page that helps.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use browser_tests::browser::{Browser, with_browser};
use thirtyfour::prelude::*;

const DEADLINE: Duration = Duration::from_secs(60);

/// What is typed, and the page that has to be among what is found.
const PHRASES: [(&str, &str); 2] = [("RSS grows", "symptoms.html"), ("does not exit", "symptoms.html")];

/// The addresses of what was found.
const FOUND: &str = "return [...document.querySelectorAll('#mdbook-searchresults a')].map((link) => link.getAttribute('href'))";

async fn find(browser: &Browser, phrase: &str, page: &str) -> Result<Vec<String>> {
    browser.go("introduction.html").await?;
    browser.session.find(By::Id("mdbook-search-toggle")).await?.click().await?;
    let end = Instant::now() + Duration::from_secs(10);
    // The index is loaded when the search is opened, and nothing can be typed before.
    while browser.run("return document.getElementById('mdbook-searchbar').disabled").await? == true && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.session.find(By::Id("mdbook-searchbar")).await?.send_keys(phrase).await?;
    loop {
        let found = browser.list(FOUND).await?;
        if found.iter().any(|link| link.contains(page)) || Instant::now() > end {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_symptom_is_found() -> Result<()> {
    with_browser(DEADLINE, async |browser| {
        for (phrase, page) in PHRASES {
            let found = find(browser, phrase, page).await?;
            ensure!(found.iter().any(|link| link.contains(page)), "“{phrase}” finds {found:?}");
        }
        Ok(())
    })
}
