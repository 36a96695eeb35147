//! The page of a lesson, as somebody uses it who reads, clicks and types.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;

/// How long anything may take on a busy machine. The first run also compiles napi.
const PATIENCE: Duration = Duration::from_secs(150);

/// What conditions are written with.
const WORDS: &str = "\
    const all = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    const words = (selector) => all(selector).map((one) => one.innerText).join('\\n').trim();
    const editor = () => [...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n');
";

/// What somebody sees who wonders why nothing goes on.
const SEEN: &str =
    "return ['.play-says', '.play-notices', '.play-result', '.cm-content'].map((part) => `${part}: ${words(part)}`)";

/// The page of one lesson.
pub struct Desk<'a> {
    /// Where it is open.
    pub browser: &'a Browser,
}

impl<'a> Desk<'a> {
    /// Opens a lesson, and waits until the page has heard of the server.
    pub async fn open(browser: &'a Browser, lesson: &str) -> Result<Desk<'a>> {
        browser.go(&format!("{lesson}.html")).await?;
        let desk = Desk { browser };
        desk.ready().await?;
        Ok(desk)
    }

    /// Waits until the page has heard of the server.
    pub async fn ready(&self) -> Result<()> {
        self.until("words('.play-state') !== ''").await
    }

    /// Gives what an expression of the page is. In it, `words(selector)` are those that can be seen, `all(selector)`
    /// the elements, and `editor()` is the text in the editor.
    pub async fn look(&self, expression: &str) -> Result<Value> {
        self.browser.run(&format!("{WORDS} return {expression}")).await
    }

    /// Waits until an expression is true. If it does not become true, what is seen instead is told.
    pub async fn until(&self, expression: &str) -> Result<()> {
        if self.browser.until(&format!("(() => {{ {WORDS} return {expression} }})()"), PATIENCE).await? {
            return Ok(());
        }
        bail!("it is not so that {expression}\n{}", self.seen().await?);
    }

    /// Fails unless an expression is true now.
    pub async fn is(&self, expression: &str) -> Result<()> {
        if self.look(&format!("Boolean({expression})")).await? != json!(true) {
            bail!("it is not so that {expression}\n{}", self.seen().await?);
        }
        Ok(())
    }

    async fn seen(&self) -> Result<String> {
        let mut seen = self.browser.list(&format!("{WORDS} {SEEN}")).await?;
        seen.push(self.browser.session.current_url().await?.to_string());
        seen.extend(self.browser.take_troubles().await?);
        Ok(seen.join("\n"))
    }

    /// Waits until the line of what is going on begins like this.
    pub async fn says(&self, sentence: &str) -> Result<()> {
        self.until(&format!("words('.play-status').startsWith({})", json!(sentence))).await
    }

    /// Waits until something can be done, by its button or by its keys. A run is not over when its verdict is there.
    pub async fn can(&self, action: &str) -> Result<()> {
        self.until(&format!("all('[data-action={action}]').some((one) => one.ariaDisabled === 'false')")).await
    }

    /// Presses a button of the toolbar, once it can be used.
    pub async fn press(&self, action: &str) -> Result<()> {
        self.can(action).await?;
        let button = format!("[data-action={action}]");
        // Not below the menu of the page.
        self.browser.run(&format!("document.querySelector('{button}').scrollIntoView({{ block: 'center' }})")).await?;
        Ok(self.browser.session.find(By::Css(button)).await?.click().await?)
    }

    /// Clicks on what has this text, once it is there.
    pub async fn choose(&self, label: &str) -> Result<()> {
        self.until(&format!("all('.play-notices button').some((one) => one.innerText === {})", json!(label))).await?;
        let path = format!("//*[contains(@class, 'play-notices')]//button[text()='{label}']");
        Ok(self.browser.session.find(By::XPath(path)).await?.click().await?)
    }

    /// Opens the editor by its button, and waits until it takes keys.
    pub async fn edit(&self) -> Result<()> {
        self.press("edit").await?;
        self.until("document.activeElement.matches('.cm-content')").await
    }

    /// Presses keys, wherever they go.
    pub async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.browser.session.active_element().await?.send_keys(keys).await?)
    }

    /// Types a text in the place of the one in the editor. The editor indents it.
    pub async fn write(&self, text: &str) -> Result<()> {
        self.keys(Key::Control + "a").await?;
        let lines: Vec<&str> = text.split('\n').map(str::trim_start).collect();
        self.keys(lines.join("\n")).await
    }

    /// The text in the editor.
    pub async fn text(&self) -> Result<String> {
        let text = self.look("editor()").await?;
        let Some(text) = text.as_str() else { bail!("the editor has {text}") };
        ensure!(!text.is_empty(), "there is no editor\n{}", self.seen().await?);
        Ok(text.to_owned())
    }
}
