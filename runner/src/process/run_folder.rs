//! The folder of one run, and what is left of runs whose runner was killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{RUN_ID, linux};

/// Held locked by the runner that a folder belongs to; the lock ends with the runner, however that ends.
const LOCK: &str = "lock";

/// What the name of a folder begins with before it is locked.
const NEW: &str = "new-";

/// A folder for the files of one run. It is removed when this is dropped. When the runner is killed, it is
/// removed by the supervisor, and at the latest by the next runner that starts.
#[derive(Debug)]
pub struct RunFolder {
    /// The run's id; each of its processes carries it in its environment.
    pub id: String,
    /// Where the folder is.
    pub path: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Makes a new folder in `runs`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn create(runs: &Path) -> io::Result<RunFolder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let pid = std::process::id();
        let started = linux::start_time(pid).unwrap_or(0);
        let id = format!("{pid}-{started}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        // It gets its name when it is locked, so that nobody takes it for abandoned.
        let new = runs.join(format!("{NEW}{id}"));
        fs::create_dir_all(&new)?;
        let lock = File::create(new.join(LOCK))?;
        lock.lock()?;
        let path = runs.join(&id);
        fs::rename(new, &path)?;
        Ok(RunFolder { id, path, _lock: lock })
    }

    /// Ends the processes of runs whose runner is gone and removes their folders. Answers how many
    /// runs that were.
    pub fn sweep_abandoned(runs: &Path) -> usize {
        let Ok(folders) = fs::read_dir(runs) else { return 0 };
        let abandoned = folders.flatten().filter(|folder| is_abandoned(&folder.path()));
        abandoned
            .map(|folder| {
                end_all(&folder.file_name().to_string_lossy());
                let _ = fs::remove_dir_all(folder.path());
            })
            .count()
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A folder that was never a run's has no lock in it, and is left alone.
fn is_abandoned(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match name.strip_prefix(NEW) {
        Some(id) => runner_of(id).is_some_and(|(pid, started)| linux::start_time(pid) != Some(started)),
        None => File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok()),
    }
}

/// The process that a run's id begins with, and when it started.
fn runner_of(id: &str) -> Option<(u32, u64)> {
    let mut parts = id.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Removes a run's folder, unless its runner is there to do so.
pub(super) fn remove_abandoned(folder: &Path) {
    if is_abandoned(folder) {
        let _ = fs::remove_dir_all(folder);
    }
}

/// A process may start others while it is being killed, so this goes on until none is left.
pub(super) fn end_all(run: &str) {
    let begun = Instant::now();
    loop {
        let left = linux::carrying(RUN_ID, run);
        if left.is_empty() || begun.elapsed() > Duration::from_secs(5) {
            return;
        }
        left.into_iter().for_each(linux::kill_now);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_its_name_is_of_the_process_in_it() {
        let runs = tempfile::TempDir::new().expect("a folder can be made");
        let made = |name: String| {
            fs::create_dir(runs.path().join(&name)).expect("a folder can be made");
            runs.path().join(name)
        };
        let pid = std::process::id();
        let started = linux::start_time(pid).expect("this process is there");
        let own = made(format!("{NEW}{pid}-{started}-0"));
        let others = made(format!("{NEW}{pid}-{}-0", started - 1));
        let no_run = made(format!("{NEW}folder"));
        assert_eq!(RunFolder::sweep_abandoned(runs.path()), 1);
        assert!(own.is_dir() && !others.exists() && no_run.is_dir());
    }
}
