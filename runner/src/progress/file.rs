//! `.lesson/progress.toml`: read, changed, and written whole.
//!
//! A change is made while a lock is held, so that two terminals lose nothing of each other's. The new file
//! takes the place of the old one in one step, so that a full disk or a cut of power leaves one of the two.
//! Keys that are not known here are kept. A later version that can't keep to that raises [`FORMAT`]; then this
//! one leaves the file alone and says so.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::Progress;
use crate::pack::Pack;

/// The form of the file that this version reads and writes.
const FORMAT: u32 = 1;
/// Whoever holds the lock needs milliseconds. One that was stopped meanwhile must not stop everybody.
const PATIENCE: Duration = Duration::from_secs(5);
const HEADER: &str = "# Where you are in After GC, kept by `cargo lesson`. Without this file your edits are still there,\n\
                      # and what has passed has to be checked again.\n";

/// What is remembered.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// It.
    pub progress: Progress,
    /// A file that could not be understood, and where it is now. The progress began anew.
    pub set_aside: Option<SetAside>,
}

/// A file that could not be understood.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// Where it is now, whole.
    pub path: PathBuf,
    /// What is wrong with it, and in which line.
    pub message: String,
}

/// Why nothing can be remembered, or what is remembered can't be read. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ProgressError {
    #[error("failed to {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{path} is locked by another `lesson` that does not go on")]
    Locked { path: PathBuf },
    #[error("{path} was written by a later version, in form {format}: it is left as it is. Update this checkout")]
    Later { path: PathBuf, format: u32 },
}

impl ProgressError {
    fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ProgressError {
        move |source| ProgressError::File { action, path: path.to_path_buf(), source }
    }
}

/// Reads what is remembered; nothing is, if there is no file. One that can't be understood is set aside.
///
/// # Errors
/// When the file can't be read.
pub fn read(pack: &Pack) -> Result<Loaded, ProgressError> {
    match parse(&place(pack))? {
        Parsed::Progress(progress) => Ok(Loaded { progress, set_aside: None }),
        Parsed::Broken(_) => update(pack, |_| {}),
    }
}

/// Changes what is remembered, and answers with what it is now. Others that do the same wait for it.
///
/// # Errors
/// When the file can't be read or written; then it is as it was.
pub fn update(pack: &Pack, change: impl FnOnce(&mut Progress)) -> Result<Loaded, ProgressError> {
    let _lock = lock(pack)?;
    let path = place(pack);
    let (old, set_aside) = match parse(&path)? {
        Parsed::Progress(progress) => (progress, None),
        Parsed::Broken(message) => (Progress::default(), Some(SetAside { path: set_aside(&path)?, message })),
    };
    let mut progress = old.clone();
    change(&mut progress);
    if progress != old {
        progress.format = FORMAT;
        write(&path, &progress)?;
    }
    Ok(Loaded { progress, set_aside })
}

enum Parsed {
    Progress(Progress),
    Broken(String),
}

fn parse(path: &Path) -> Result<Parsed, ProgressError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Parsed::Progress(Progress::default())),
        Err(error) => return Err(ProgressError::file("read", path)(error)),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Parsed::Broken("it is not UTF-8".into()));
    };
    let parsed = toml::from_str::<Progress>(&text);
    // The form is asked for first: in another one, what is known here may have another type.
    let format = text.parse::<toml::Table>().ok().and_then(|table| table.get("format")?.as_integer());
    match (parsed, format.and_then(|format| u32::try_from(format).ok())) {
        (_, Some(format)) if format > FORMAT => Err(ProgressError::Later { path: path.to_path_buf(), format }),
        (Ok(progress), _) => Ok(Parsed::Progress(progress)),
        (Err(error), _) => Ok(Parsed::Broken(first_words(&error.to_string()))),
    }
}

/// The parser draws the place below its first line; the first and the last line are enough here.
fn first_words(message: &str) -> String {
    let mut lines = message.lines();
    let (first, last) = (lines.next().unwrap_or_default(), lines.next_back().unwrap_or_default());
    if last.is_empty() { first.to_owned() } else { format!("{first}: {last}") }
}

/// Gives the file another name, the first that is free. The caller holds the lock.
fn set_aside(path: &Path) -> Result<PathBuf, ProgressError> {
    let free = |number: &u32| !path.with_extension(format!("toml.broken-{number}")).exists();
    let number = (1..).find(free).expect("the numbers do not end");
    let aside = path.with_extension(format!("toml.broken-{number}"));
    fs::rename(path, &aside).map_err(ProgressError::file("rename", path))?;
    Ok(aside)
}

fn write(path: &Path, progress: &Progress) -> Result<(), ProgressError> {
    let text = toml::to_string(progress).map_err(|error| ProgressError::file("write", path)(io::Error::other(error)))?;
    // The caller holds the lock, so nobody else writes to this name; one that was left by a kill is overwritten.
    let new = path.with_extension("toml.new");
    let written = File::create(&new)
        .and_then(|mut file| file.write_all(format!("{HEADER}{text}").as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if let Err(error) = written {
        // It is of no use to anybody, and a full disk wants its room back.
        let _ = fs::remove_file(&new);
        return Err(ProgressError::file("write", path)(error));
    }
    // The name as well is on the disk before the next thing is done. Where a folder can't be synchronised, it
    // is there a little later.
    let _ = path.parent().map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

fn lock(pack: &Pack) -> Result<File, ProgressError> {
    let folder = folder(pack);
    fs::create_dir_all(&folder).map_err(ProgressError::file("create", &folder))?;
    let path = folder.join("lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(ProgressError::file("open", &path))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(ProgressError::file("lock", &path)(source)),
            Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => return Err(ProgressError::Locked { path }),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Not in `target/`: `cargo clean` does not make anybody start again.
fn folder(pack: &Pack) -> PathBuf {
    pack.root.join(".lesson")
}

/// Where the file is. One that is a link, to a folder that several machines share, stays one.
pub fn place(pack: &Pack) -> PathBuf {
    let path = folder(pack).join("progress.toml");
    fs::canonicalize(&path).unwrap_or(path)
}
