//! The server in whose pages exercises are edited and run: `lesson-server --play`, on a course of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::browser::Browser;
use crate::course::Course;

/// How long it may take to build the book or to answer, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to end with all that it has started.
const FAREWELL: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(10);

/// A server that answers, until it is dropped.
pub struct Play {
    process: Child,
    /// Where it listens.
    pub port: u16,
    /// The key that it has printed.
    pub token: String,
}

impl Play {
    /// Starts one on a port that is free.
    pub fn start(course: &Course) -> Result<Play> {
        Play::start_at(course, 0)
    }

    /// Starts one on this port, and waits until it has printed its address.
    pub fn start_at(course: &Course, port: u16) -> Result<Play> {
        let log = course.path("server.log");
        let output = File::create(&log)?;
        let process = Command::new(program("lesson-server")?)
            .arg("--root")
            .arg(course.root())
            .arg("--work")
            .arg(work()?)
            .args(["--play", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        let mut play = Play { process, port, token: String::new() };
        let begun = Instant::now();
        loop {
            let said = fs::read_to_string(&log)?;
            if let Some((port, token)) = address(&said) {
                (play.port, play.token) = (port.parse()?, token.to_owned());
                return Ok(play);
            }
            if let Some(status) = play.process.try_wait()? {
                bail!("lesson-server has ended with {status}:\n{said}");
            }
            ensure!(begun.elapsed() < PATIENCE, "lesson-server has printed no address:\n{said}");
            sleep(TICK);
        }
    }

    /// The address of its pages.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Opens the address that it printed, and waits until the browser has the key: the page asks the server first, and
    /// gives up when it is left meanwhile.
    pub async fn open(&self, browser: &Browser) -> Result<()> {
        browser.go(&self.key()).await?;
        let has_key = format!("localStorage.getItem('after-gc-token') === '{}'", self.token);
        ensure!(browser.until(&has_key, PATIENCE).await?, "the page has not taken the key");
        Ok(())
    }

    /// The end of the address that it printed, behind which is the key.
    pub fn key(&self) -> String {
        format!("#t={}", self.token)
    }

    /// Stops all that it does, and lets it go on later.
    pub fn freeze(&self, freeze: bool) -> Result<()> {
        Ok(self.signal(if freeze { Signal::SIGSTOP } else { Signal::SIGCONT })?)
    }

    /// The processes of its runs, by the run's id in their environment.
    pub fn processes(&self) -> Result<Vec<u32>> {
        let wanted = format!("LESSON_RUN={}-", self.process.id());
        let is_of_run = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(wanted.as_bytes()))
        };
        let all = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(all.filter(is_of_run).collect())
    }

    /// Tells it to end, as its terminal does, and waits for that.
    pub fn end(mut self) -> Result<()> {
        self.signal(Signal::SIGINT)?;
        ensure!(self.ended()?, "the server has not ended");
        let left = self.processes()?;
        ensure!(left.is_empty(), "the server has left processes behind: {left:?}");
        Ok(())
    }

    fn signal(&self, signal: Signal) -> nix::Result<()> {
        kill(Pid::from_raw(self.process.id() as i32), signal)
    }

    fn ended(&mut self) -> Result<bool> {
        let begun = Instant::now();
        while self.process.try_wait()?.is_none() {
            if begun.elapsed() > FAREWELL {
                return Ok(false);
            }
            sleep(TICK);
        }
        Ok(true)
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            // Asked first: a run that is under way ends with it then.
            let _ = self.freeze(false);
            let _ = self.signal(Signal::SIGTERM);
            let _ = self.ended();
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port and the key in the address that was printed, once its line is complete.
fn address(said: &str) -> Option<(&str, &str)> {
    let (port, rest) = said.split_once("http://127.0.0.1:")?.1.split_once("/#t=")?;
    let (token, _) = rest.split_once(' ')?;
    Some((port, token))
}

/// A program of this workspace, which cargo puts beside this one but does not build for it.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = built()?.join(name);
    ensure!(path.is_file(), "{}: build it with `cargo build -p lesson-server -p runner`", path.display());
    Ok(path)
}

/// Where runs are compiled. It is one folder for all courses, so that napi is compiled once.
pub fn work() -> Result<PathBuf> {
    Ok(built()?.parent().context("cargo has put this program into no folder")?.join("tmp/playground"))
}

/// The folder of cargo's profile.
fn built() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().context("this program is in no folder")?;
    // Those of tests and benchmarks are in one more.
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    Ok(Path::new(folder).to_owned())
}
