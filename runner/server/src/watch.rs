//! Builds the book again when a file of it has changed.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::book::Workshop;
use crate::edition::Editions;
use crate::say;

/// An editor makes several changes for one save. They are over when there was none for so long.
const QUIET: Duration = Duration::from_millis(50);

enum Message {
    Changed,
    Stop,
}

/// Listens from the moment at which it is made, so that no change is missed while the first book is built.
pub(crate) struct Watcher {
    watcher: Option<RecommendedWatcher>,
    sender: Sender<Message>,
    messages: Receiver<Message>,
}

/// A thread that builds.
pub(crate) struct Watching {
    sender: Sender<Message>,
    thread: JoinHandle<()>,
}

impl Watcher {
    pub(crate) fn new(sources: &[PathBuf]) -> Watcher {
        let (sender, messages) = channel();
        let watcher = watcher(sources, sender.clone());
        if let Err(error) = &watcher {
            say::progress(format_args!("warning: changes of the book will not be seen: {error}"));
        }
        Watcher { watcher: watcher.ok(), sender, messages }
    }

    pub(crate) fn start(self, workshop: Workshop, editions: Editions) -> Watching {
        let Watcher { watcher, sender, messages } = self;
        let thread = thread::spawn(move || {
            // It listens as long as it is there.
            let _watcher = watcher;
            while let Ok(Message::Changed) = messages.recv() {
                loop {
                    match messages.recv_timeout(QUIET) {
                        Ok(Message::Changed) => {}
                        Ok(Message::Stop) => return,
                        Err(_) => break,
                    }
                }
                build(&workshop, &editions);
            }
        });
        Watching { sender, thread }
    }
}

impl Watching {
    pub(crate) fn stop(self) {
        // It may have ended already.
        let _ = self.sender.send(Message::Stop);
        let _ = self.thread.join();
    }
}

fn build(workshop: &Workshop, editions: &Editions) {
    let begun = Instant::now();
    match workshop.build() {
        Ok(site) => {
            if editions.publish(site) {
                say::progress(format_args!("Built again in {:.1} s.", begun.elapsed().as_secs_f64()));
            }
        }
        Err(error) => {
            let failure = format!("{error:#}").trim_end().to_owned();
            say::progress(format_args!("error: {failure}\nThe book stays as it was."));
            editions.publish_failure(failure);
        }
    }
}

fn watcher(sources: &[PathBuf], sender: Sender<Message>) -> notify::Result<RecommendedWatcher> {
    // As the system names them in its events.
    let sources: Vec<PathBuf> = sources.iter().map(|source| source.canonicalize().unwrap_or_else(|_| source.clone())).collect();
    let ours = sources.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_change(&event.kind) && concerns(&event.paths, &ours)) {
            // Nobody listens when the server ends.
            let _ = sender.send(Message::Changed);
        }
    })?;
    for source in sources.iter().filter(|source| source.exists()) {
        if source.is_dir() {
            watcher.watch(source, RecursiveMode::Recursive)?;
        } else if let Some(folder) = source.parent() {
            // An editor puts a new file in the place of the old one: the folder knows.
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
    }
    Ok(watcher)
}

/// Reading is no change: building the book reads all of it.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

/// No path at all means that the system has lost count.
fn concerns(paths: &[PathBuf], sources: &[PathBuf]) -> bool {
    let ours = |path: &Path| sources.iter().any(|source| path.starts_with(source));
    paths.is_empty() || paths.iter().any(|path| ours(path) && !is_of_an_exercise(path))
}

/// A learner's file, or one that is written beside it while it is saved. No page is made from it: what a page shows
/// is the lesson as it was shipped.
fn is_of_an_exercise(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.trim_start_matches('.').starts_with("exercise.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_no_change() {
        assert!(!is_change(&EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(is_change(&EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(is_change(&EventKind::Modify(notify::event::ModifyKind::Any)));
    }

    #[test]
    fn other_files_beside_a_source_are_not_of_the_book() {
        let sources = ["/a/book".into(), "/a/book.toml".into()];
        assert!(concerns(&["/a/book/x/y.md".into()], &sources));
        assert!(concerns(&["/a/book.toml".into()], &sources));
        assert!(concerns(&[], &sources));
        assert!(!concerns(&["/a/target".into(), "/a/book.toml~".into()], &sources));
    }

    #[test]
    fn a_save_of_an_exercise_builds_nothing() {
        let sources = ["/a/lessons".into()];
        for name in ["exercise.rs", "exercise.mjs", "exercise.rs.4711.new", ".exercise.rs.swp", "exercise.rs~"] {
            assert!(!concerns(&[Path::new("/a/lessons/x/y").join(name)], &sources), "{name}");
        }
        for name in ["lesson.toml", "wrong/shipped.rs", "addon.rs", "exercises.md"] {
            assert!(concerns(&[Path::new("/a/lessons/x/y").join(name)], &sources), "{name}");
        }
        assert!(concerns(&["/a/lessons/x/y/exercise.rs".into(), "/a/lessons/x/y/lesson.toml".into()], &sources));
    }
}
