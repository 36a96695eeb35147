//! Builds the book.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Error, Result};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_lesson::{Expanded, Fault, expand};
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use runner::process::RunFolder;

use crate::page::LIVE;
use crate::say;
use crate::site::Site;

/// Where the book comes from, and where it is built.
pub(crate) struct Workshop {
    root: PathBuf,
    runs: PathBuf,
}

impl Workshop {
    pub(crate) fn new(root: PathBuf, runs: PathBuf) -> Workshop {
        Workshop { root, runs }
    }

    /// The files and folders that the book is made of.
    pub(crate) fn sources(&self) -> Result<Vec<PathBuf>> {
        let config = self.config()?;
        // The versions in the lock belong to what the records say.
        let mut sources = vec!["book.toml".into(), "Cargo.lock".into(), config.book.src.clone()];
        sources.extend(config.build.extra_watch_dirs.iter().cloned());
        if let Some(html) = config.html_config() {
            sources.push(html.theme_dir(&self.root));
            sources.extend(html.additional_css);
            sources.extend(html.additional_js);
        }
        Ok(sources.iter().map(|source| self.root.join(source)).collect())
    }

    /// Builds the book in a new folder and takes it from there. A mistake in a page is said on stderr and shown
    /// in the page; the rest of the book is there.
    ///
    /// # Errors
    /// When there is no book then, such as for a mistake in `SUMMARY.md`.
    pub(crate) fn build(&self) -> Result<Site> {
        let folder = RunFolder::create(&self.runs)
            .with_context(|| format!("failed to make a folder for it in {}", self.runs.display()))?;
        let mut config = self.config()?;
        config.build.build_dir = folder.path.join("book");
        // A page that is missing is a mistake. mdBook would write an empty one among the sources.
        config.build.create_missing = false;
        config.set("output.html.live-reload-endpoint", LIVE)?;
        // For the page that is served where there is none, at any depth.
        config.set("output.html.site-url", "/")?;
        let lessons = Lessons::default();
        let summary = config.book.src.join("SUMMARY.md");
        let mut book = MDBook::load_with_config(&self.root, config)
            .map_err(|error| missing_page(&self.root, &summary).map_or(error, Error::msg))?;
        // It takes the place of the program that book.toml names: nothing has to be started.
        book.with_preprocessor(lessons.clone());
        book.build()?;
        for fault in lessons.faults.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            say::progress(format_args!("error: {fault}"));
        }
        let built = book.build_dir_for("html");
        Site::read(&built).with_context(|| format!("failed to read what was built in {}", built.display()))
    }

    fn config(&self) -> Result<Config> {
        let mut config = Config::from_disk(self.root.join("book.toml")).context("failed to read book.toml")?;
        config.update_from_env()?;
        Ok(config)
    }
}

/// Where the summary names a page that is not there. mdBook says so too, but not in which line.
fn missing_page(root: &Path, summary: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(summary)).ok()?;
    let pages = root.join(summary.parent()?);
    (1..).zip(text.lines()).find_map(|(line, text)| {
        let mut links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let link = links.find(|link| !link.is_empty() && !pages.join(link).is_file())?;
        Some(format!("{}:{line}: there is no page `{link}`", summary.display()))
    })
}

/// The preprocessor, which keeps the mistakes for the terminal.
#[derive(Clone, Default)]
struct Lessons {
    faults: Arc<Mutex<Vec<Fault>>>,
}

impl Preprocessor for Lessons {
    fn name(&self) -> &str {
        mdbook_lesson::Lessons.name()
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> Result<Book> {
        let Expanded { book, faults } = expand(context, book, None)?;
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
        Ok(book)
    }
}
