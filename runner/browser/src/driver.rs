//! The process of chromedriver. Whatever happens, it and every process that it started end with its owner.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long chromedriver may take to close its browsers.
const FAREWELL: Duration = Duration::from_secs(5);

/// A chromedriver of our own, on a port of its own.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts it, and waits until it listens.
    pub fn start() -> Result<Driver> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver; Debian has it in `chromium-driver`")?;
        let output = process.stdout.take().context("chromedriver has no output")?;
        let mut driver = Driver { process, port: 0 };
        let mut lines = BufReader::new(output).lines();
        while let Some(Ok(line)) = lines.next() {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                driver.port = port.trim_end_matches('.').parse()?;
                // Its pipe is read to the end, so that what it says later cannot stop it.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(driver);
            }
        }
        anyhow::bail!("chromedriver did not say where it listens")
    }

    /// Where it takes its commands.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn ask_to_end(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(FAREWELL))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Taken before their parent ends: nothing leads to them afterwards.
        let started = descendants(self.process.id());
        if self.port != 0 {
            let _ = self.ask_to_end();
        }
        let end = Instant::now() + FAREWELL;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < end {
            sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        for process in started {
            // A number that was given to another process in the meantime has another start.
            if start(process.0) == Some(process.1) {
                let _ = kill(Pid::from_raw(process.0 as i32), Signal::SIGKILL);
            }
        }
    }
}

/// The processes below one, each with the time of its start.
fn descendants(pid: u32) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else { continue };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                found.extend(start(child).map(|start| (child, start)));
                parents.push(child);
            }
        }
    }
    found
}

/// The start of a process, in ticks since the machine's.
fn start(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may have spaces in it; what follows it are numbers, and this is the 22nd of all.
    stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()
}
