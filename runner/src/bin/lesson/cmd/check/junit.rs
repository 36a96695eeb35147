//! The file of `--junit`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use runner::catalog::LessonId;
use runner::report::junit::{self, Case, CaseResult, Suite};

/// Collects verdicts, and writes them when all are there.
pub(super) struct Report {
    path: Option<PathBuf>,
    suites: Vec<Suite>,
}

impl Report {
    /// Sees that the file can be written: nobody wants to learn that after an hour of grading.
    pub(super) fn open(path: Option<&Path>) -> Result<Report> {
        if let Some(path) = path {
            let new = beside(path);
            File::create(&new).and_then(|_| fs::remove_file(&new)).with_context(|| failed(path))?;
        }
        Ok(Report { path: path.map(Path::to_path_buf), suites: Vec::new() })
    }

    pub(super) fn add(&mut self, suite: &str, lesson: &LessonId, seconds: f64, result: CaseResult) {
        let case = Case { lesson: lesson.clone(), seconds, result };
        match self.suites.iter_mut().find(|known| known.name == suite) {
            Some(known) => known.cases.push(case),
            None => self.suites.push(Suite { name: suite.to_owned(), cases: vec![case] }),
        }
    }

    /// Writes the file whole, or leaves what was there.
    pub(super) fn write(&self) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let new = beside(path);
        let written = File::create(&new)
            .and_then(|mut file| file.write_all(junit::text(&self.suites).as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&new, path));
        if written.is_err() {
            // It is of no use to anybody.
            let _ = fs::remove_file(&new);
        }
        written.with_context(|| failed(path))
    }
}

fn failed(path: &Path) -> String {
    format!("failed to write {}", path.display())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}
