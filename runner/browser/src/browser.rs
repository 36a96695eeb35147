//! One browser, on a server of the book.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use crate::book;
use crate::driver::Driver;
use crate::server::Server;
use crate::view::{Medium, Width};

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// No script takes longer, unless a test says so.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that a test may say.
pub const LONGEST: Duration = Duration::from_secs(120);

/// A headless Chromium, with a profile that nobody has used.
pub struct Browser {
    /// The session, for what has no method here.
    pub session: WebDriver,
    /// The address of the book, up to its pages.
    address: String,
    /// What serves the built book, where nothing else does.
    files: Option<Server>,
    // Dropped last, and in this order: the browser writes into its profile until it is gone.
    _driver: Driver,
    _profile: TempDir,
}

/// How often a page is looked at that is waited for.
const TICK: Duration = Duration::from_millis(20);

/// Opens a browser on the built book, lets `work` use it until the deadline, and closes it, also after a failure or a
/// panic.
pub fn with_browser(deadline: Duration, work: impl AsyncFnOnce(&Browser) -> Result<()>) -> Result<()> {
    let files = Server::start(book::folder()?)?;
    with(deadline, files.url(""), Some(files), &[], work)
}

/// The same, on the book of another server; with flags of Chromium besides the usual ones.
pub fn with_browser_at(
    deadline: Duration,
    address: String,
    flags: &[String],
    work: impl AsyncFnOnce(&Browser) -> Result<()>,
) -> Result<()> {
    with(deadline, address, None, flags, work)
}

fn with(
    deadline: Duration,
    address: String,
    files: Option<Server>,
    flags: &[String],
    work: impl AsyncFnOnce(&Browser) -> Result<()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let all = async {
            let browser = Browser::open(address, files, flags).await?;
            work(&browser).await?;
            browser.session.quit().await.context("the browser did not close")
        };
        tokio::time::timeout(deadline, all).await.map_err(|_| anyhow!("the browser was not ready after {deadline:?}"))?
    })
}

impl Browser {
    async fn open(address: String, files: Option<Server>, flags: &[String]) -> Result<Browser> {
        let profile = TempDir::new()?;
        let driver = Driver::start()?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS.into_iter().chain(flags.iter().map(String::as_str)) {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let session = WebDriver::builder(driver.url(), wanted).request_timeout(LONGEST + PATIENCE).connect().await?;
        session.set_script_timeout(PATIENCE).await?;
        Ok(Browser { session, address, files, _driver: driver, _profile: profile })
    }

    /// Loads a page of the book.
    pub async fn go(&self, page: &str) -> Result<()> {
        self.session.goto(format!("{}{page}", self.address)).await.with_context(|| page.to_owned())
    }

    /// Runs a script in the page, and gives what it returns.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.session.execute(script, Vec::new()).await?.json().clone())
    }

    /// Runs a script that returns a list of strings.
    pub async fn list(&self, script: &str) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.run(script).await?)?)
    }

    /// Waits until an expression of the page is true. Says whether that came in time.
    pub async fn until(&self, expression: &str, deadline: Duration) -> Result<bool> {
        let begun = Instant::now();
        let script = format!("return Boolean({expression})");
        while self.run(&script).await? != json!(true) {
            if begun.elapsed() > deadline {
                return Ok(false);
            }
            tokio::time::sleep(TICK).await;
        }
        Ok(true)
    }

    /// Chooses a theme as a reader does: by its button, hidden in a menu.
    pub async fn choose_theme(&self, theme: &str) -> Result<()> {
        self.run(&format!("document.getElementById('mdbook-theme-{theme}').click()")).await?;
        let is_on = self.run(&format!("return document.documentElement.classList.contains('{theme}')")).await?;
        anyhow::ensure!(is_on == json!(true), "the theme {theme} was not taken");
        Ok(())
    }

    /// Makes the window this wide.
    pub async fn set_width(&self, Width(width): Width) -> Result<()> {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.control("Emulation.setDeviceMetricsOverride", size).await
    }

    /// Lays the page out for a medium.
    pub async fn set_medium(&self, medium: Medium) -> Result<()> {
        let (media, colours) = match medium {
            Medium::Screen => ("screen", "light"),
            Medium::DarkScreen => ("screen", "dark"),
            Medium::Print => ("print", "light"),
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": colours }]);
        self.control("Emulation.setEmulatedMedia", json!({ "media": media, "features": features })).await
    }

    /// Whether the scripts of the pages that are loaded from now on may run.
    pub async fn allow_scripts(&self, allow: bool) -> Result<()> {
        self.control("Emulation.setScriptExecutionDisabled", json!({ "value": !allow })).await
    }

    /// What the console says, and which files are missing, since the last call.
    pub async fn take_troubles(&self) -> Result<Vec<String>> {
        let said = self.session.browser_log().await?;
        let said = said.into_iter().map(|entry| format!("console: {} {}", entry.level, entry.message));
        let refused = self.files.iter().flat_map(Server::take_refused).map(|path| format!("not found: {path}"));
        Ok(said.chain(refused).collect())
    }

    /// Writes a picture of the whole page, however long it is, down to a limit in CSS pixels.
    pub async fn picture(&self, Width(width): Width, limit: u32, path: &Path) -> Result<()> {
        let height = self.run("return document.documentElement.scrollHeight").await?.as_u64().unwrap_or(900);
        let height = height.min(limit.into());
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.control("Emulation.setDeviceMetricsOverride", size).await?;
        self.session.screenshot(path).await.with_context(|| path.display().to_string())
    }

    /// Sends a command of the DevTools to the page.
    pub async fn control(&self, command: &str, parameters: Value) -> Result<()> {
        self.session.cdp().send_raw(command, parameters).await.with_context(|| command.to_owned()).map(drop)
    }
}
