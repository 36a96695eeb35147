//! Tells of each save of one file, however it is written and wherever it is.
//!
//! The file system tells of changes, and what it tells is only a reason to look: a save is other bytes
//! than before. Editors write in several ways (in place, truncated first, to a new file that takes the
//! old one's name), and in some places no event comes at all, such as a network mount or a folder that a
//! container shares with its host. So the file is also looked at once in a while. When that finds what
//! no event has told, the events are given up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher, recommended_watcher};

use crate::compile::hash;

/// Events of one save follow each other within this time, and this many are waited for.
const DEBOUNCE: Duration = Duration::from_millis(5);
const EVENTS: usize = 20;
/// How often the file is looked at while events are trusted.
const SELDOM: Duration = Duration::from_secs(1);
/// How often it is looked at when they are not.
const OFTEN: Duration = Duration::from_millis(200);
/// How long an event may be late, and how long an editor may leave the file empty or away.
const PATIENCE: Duration = Duration::from_millis(300);

/// What there is to know of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It has other bytes than before, or is gone.
    Saved,
    /// Events do not come from here, for this reason: the file is looked at five times a second.
    Polling(String),
}

/// Watches a file for as long as it lives.
#[derive(Debug)]
pub struct Saves {
    wake: Sender<Wake>,
}

enum Wake {
    /// Something happened in the file's folder.
    Event,
    /// Events have ended.
    Broken(String),
    Stop,
}

impl Saves {
    /// Begins to watch `path` and calls `tell`, on a thread of its own. What is saved from now on is told.
    pub fn watch(path: &Path, tell: impl FnMut(Notice) + Send + 'static) -> Saves {
        let (wake, woken) = channel();
        let watcher = listen(path, wake.clone());
        let follower = Follower { known: look(path), path: path.to_path_buf(), look_now: false, broken: None, woken, tell };
        thread::spawn(move || follower.follow(watcher));
        Saves { wake }
    }
}

impl Drop for Saves {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::Stop);
    }
}

/// The hash of a file's bytes; none when it can't be read.
pub fn look(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|bytes| hash(&bytes))
}

struct Follower<T> {
    path: PathBuf,
    /// The hash of the bytes that were told of last.
    known: Option<String>,
    /// Whether there is a reason to look already.
    look_now: bool,
    /// Why events have ended, until it was told.
    broken: Option<String>,
    woken: Receiver<Wake>,
    tell: T,
}

/// Nobody wants to know any more.
struct Stopped;

impl<T: FnMut(Notice)> Follower<T> {
    fn follow(mut self, watcher: Result<RecommendedWatcher, String>) {
        let mut watcher = match watcher {
            Ok(watcher) => Some(watcher),
            Err(reason) => {
                (self.tell)(Notice::Polling(reason));
                None
            }
        };
        while let Ok(missed) = self.turn(watcher.is_some()) {
            if let Some(reason) = missed
                && watcher.take().is_some()
            {
                (self.tell)(Notice::Polling(reason));
            }
        }
    }

    /// Waits until there is a reason to look, and looks. Answers why events are not to be trusted.
    fn turn(&mut self, trusted: bool) -> Result<Option<String>, Stopped> {
        let woken = std::mem::take(&mut self.look_now) || self.wait(if trusted { SELDOM } else { OFTEN })?;
        if woken {
            self.wait_for_silence()?;
        }
        if look(&self.path) != self.known && is_between_two_steps(&self.path) && self.wait(PATIENCE)? {
            // That was the editor's next step. Without one the file stays as it is.
            self.wait_for_silence()?;
        }
        let now = look(&self.path);
        if now != self.known {
            self.known = now;
            (self.tell)(Notice::Saved);
            if trusted && !woken {
                // An event may be late, or be that of another save.
                self.look_now = self.wait(PATIENCE)?;
                if !self.look_now {
                    return Ok(Some("a save was found that no event had told of".into()));
                }
            }
        }
        Ok(self.broken.take())
    }

    /// Half a save is no reason to begin a check.
    fn wait_for_silence(&mut self) -> Result<(), Stopped> {
        for _ in 0..EVENTS {
            if !self.wait(DEBOUNCE)? {
                break;
            }
        }
        Ok(())
    }

    /// Answers whether something came within this time.
    fn wait(&mut self, time: Duration) -> Result<bool, Stopped> {
        match self.woken.recv_timeout(time) {
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => Err(Stopped),
            Ok(Wake::Event) => Ok(true),
            Ok(Wake::Broken(reason)) => {
                self.broken = Some(reason);
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
        }
    }
}

/// Watches the folder and not the file, which an editor may replace by another one.
///
/// What notify's debouncers pass on has no kind, and so each look at the file would wake the next one.
fn listen(path: &Path, events: Sender<Wake>) -> Result<RecommendedWatcher, String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let tell = move |result: notify::Result<notify::Event>| {
        let wake = match result {
            Ok(event) if is_a_read(event.kind) => return,
            Ok(_) => Wake::Event,
            Err(error) => Wake::Broken(error.to_string()),
        };
        let _ = events.send(wake);
    };
    let mut watcher = recommended_watcher(tell).map_err(|error| error.to_string())?;
    watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
    Ok(watcher)
}

fn is_a_read(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}

/// Whether an editor may be in the middle of a save: it has emptied the file, or taken the old one away.
fn is_between_two_steps(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(data) => data.len() == 0,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
