//! The folder of one run, and what is left of runs whose runner was killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{RUN_ID, linux};

/// Held locked by the runner that a folder belongs to; the lock ends with the runner, however that ends.
const LOCK: &str = "lock";

/// What the name of a folder begins with while it has no lock: before it is locked, and while it is removed.
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
                end_all(folder.file_name().to_string_lossy().trim_start_matches(NEW));
                remove(&folder.path());
            })
            .count()
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// What can't be removed now is removed by the next start.
fn remove(folder: &Path) {
    let _ = fs::remove_dir_all(without_lock(folder));
}

/// Whoever removes a folder may be killed when its lock is gone already and other files are not. So it first gets the
/// name of one that needs no lock to be taken for abandoned. Answers where it is.
fn without_lock(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.with_file_name(format!("{NEW}{}", name.trim_start_matches(NEW)));
    if fs::rename(folder, &new).is_ok() { new } else { folder.to_path_buf() }
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
        remove(folder);
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

    #[test]
    fn a_folder_that_was_removed_in_part_is_found() {
        let runs = tempfile::TempDir::new().expect("a folder can be made");
        let (pid, started) = (std::process::id(), linux::start_time(std::process::id()).expect("this process is there"));
        let made = |id: String| {
            fs::create_dir(runs.path().join(&id)).expect("a folder can be made");
            let folder = without_lock(&runs.path().join(id));
            fs::write(folder.join("file"), "").expect("a file can be written");
            folder
        };
        // Whoever removes the one is there, and was killed with the other.
        let (own, others) = (made(format!("{pid}-{started}-0")), made(format!("{pid}-{}-0", started - 1)));
        assert_eq!(RunFolder::sweep_abandoned(runs.path()), 1);
        assert!(own.is_dir() && !others.exists());
        remove(&own);
        assert_eq!(fs::read_dir(runs.path()).expect("it can be read").count(), 0);
    }
}
