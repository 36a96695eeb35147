//! A server that was started, and ends with its test.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::course::Course;
use crate::http::{self, Answer};

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server that answers.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// The key that it has printed, if it has one.
    pub(crate) token: String,
    stderr: Arc<Mutex<String>>,
}

/// The program, with the course as its root.
pub(crate) fn command(course: &Course) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson-server"));
    command.arg("--root").arg(course.root()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a program that can't start says, and its exit code.
pub(crate) fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.spawn().unwrap();
    // It says little: a pipe takes all of it.
    if end_of(&mut child).is_none() {
        child.kill().unwrap();
        panic!("it has started: {:?}", child.wait_with_output().unwrap());
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Waits for the end of a program; none when it does not come.
pub(crate) fn end_of(child: &mut Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        let status = child.try_wait().unwrap();
        if status.is_some() || begun.elapsed() > PATIENCE {
            return status;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

impl Server {
    /// Starts one at a port that is free, and waits until it answers.
    pub(crate) fn start(course: &Course) -> Server {
        Server::begin(command(course).args(["--port", "0"]))
    }

    /// Starts this one, and waits until it answers.
    pub(crate) fn begin(command: &mut Command) -> Server {
        let mut child = command.spawn().unwrap();
        let stderr = Arc::new(Mutex::new(String::new()));
        let (mut pipe, said) = (child.stderr.take().unwrap(), Arc::clone(&stderr));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                said.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
        });
        let (mut pipe, (sender, lines)) = (BufReader::new(child.stdout.take().unwrap()), channel());
        thread::spawn(move || {
            let mut line = String::new();
            let _ = sender.send(pipe.read_line(&mut line).map(|_| line));
        });
        // It ends with this, also when no address comes.
        let mut server = Server { child, port: 0, token: String::new(), stderr };
        let line = lines.recv_timeout(PATIENCE).map(Result::unwrap);
        let line = line.unwrap_or_else(|_| panic!("it has printed nothing, but said {:?}", server.stderr()));
        let port = line.split_once("http://127.0.0.1:").and_then(|(_, rest)| rest.split_once('/')).map(|(port, _)| port.parse());
        let Some(Ok(port)) = port else { panic!("{line}{}", server.stderr()) };
        let token = line.split_once("/#t=").map_or("", |(_, rest)| rest.split(' ').next().unwrap());
        (server.port, server.token) = (port, token.to_owned());
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits until this was said on stderr.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        wait_until(|| self.stderr().contains(text), || format!("{text:?} was not said in {:?}", self.stderr()));
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[("Host", &format!("127.0.0.1:{}", self.port))])
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        http::request(self.port, method, path, headers, b"")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        end_of(&mut self.child).expect("it has to end")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended, as its test wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{}", otherwise());
        thread::sleep(Duration::from_millis(10));
    }
}
