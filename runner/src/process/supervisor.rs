//! The process between the runner and a learner's program.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::time::TimeValLike;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

use super::{Capture, End, Exit, Job, Message, linux, run_folder};

const HEAD: usize = 64 << 10;
const TAIL: usize = 16 << 10;
/// How often limits are looked at. A program can take a few tens of MiB more in between.
const TICK: Duration = Duration::from_millis(10);
/// How long a process may take to die.
const PATIENCE: Duration = Duration::from_secs(10);

enum Event {
    ChildEnded,
    RunnerGone,
    Line(String),
}

/// `lesson supervise`: reads a job from stdin, runs it, and writes what became of it to stdout.
/// Answers the exit code.
pub fn supervise() -> u8 {
    // A line that nobody takes any more must not be the end of whoever has to sweep.
    // SAFETY: no other thread is there yet, and nothing is called.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
    let mut request = String::new();
    let _ = io::stdin().lock().read_line(&mut request);
    let Ok(job) = serde_json::from_str::<Job>(&request) else {
        eprintln!("`lesson supervise` is run by the other commands, with a job on stdin");
        return 2;
    };
    let answer = match linux::become_subreaper().map_err(io::Error::from).and_then(|()| start(&job)) {
        Ok(child) => Message::Exit(watch(&job, child)),
        Err(error) => Message::NotStarted(error.to_string()),
    };
    say(&answer);
    if let Some(folder) = &job.run {
        run_folder::remove_abandoned(folder);
    }
    0
}

fn say(message: &Message) {
    let line = serde_json::to_string(message).expect("a message is plain data");
    // Nobody listens when the runner was killed.
    let _ = writeln!(io::stdout(), "{line}");
}

fn start(job: &Job) -> io::Result<Child> {
    Command::new(&job.program)
        .args(&job.args)
        .env_clear()
        .envs(job.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&job.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
}

fn watch(job: &Job, mut child: Child) -> Exit {
    let begun = Instant::now();
    let (sender, events) = channel();
    let printed = Arc::new(AtomicU64::new(0));
    let lines = job.stream.then(|| sender.clone());
    let stdout = capture(child.stdout.take().expect("stdout is piped"), &printed, lines);
    let stderr = capture(child.stderr.take().expect("stderr is piped"), &printed, None);
    tell_when_the_runner_is_gone(sender.clone());
    tell_when_ended(child.id(), sender);

    let mut peak_rss = 0;
    let mut cpu = Duration::ZERO;
    let mut active = Instant::now();
    let stopped = wait(&events, || {
        let tree = linux::descendants(std::process::id());
        let usage = linux::usage(&tree);
        peak_rss = usage.memory.max(peak_rss);
        if usage.cpu > cpu || linux::is_ready(&tree) {
            active = Instant::now();
        }
        cpu = usage.cpu.max(cpu);
        let limits = &job.limits;
        if printed.load(Ordering::Relaxed) > limits.output {
            Some(End::OutputLimit)
        } else if limits.memory.is_some_and(|most| usage.memory > most) {
            Some(End::MemoryLimit)
        } else if limits.cpu.is_some_and(|most| usage.cpu > most) {
            Some(End::CpuLimit)
        } else {
            (begun.elapsed() > limits.wall).then_some(End::Deadline)
        }
    });

    let (wall, idle) = (begun.elapsed(), active.elapsed());
    if stopped.is_some() {
        linux::kill_now(child.id());
    }
    let status = child.wait();
    let swept = sweep();
    // All that could hold the pipes is gone, so both readers come to an end.
    let stdout = stdout.join().unwrap_or_default();
    for event in events.try_iter() {
        if let Event::Line(line) = event {
            say(&Message::Line(line));
        }
    }
    Exit {
        end: stopped.or(status.ok().map(ended)).unwrap_or(End::Stopped),
        stdout,
        stderr: stderr.join().unwrap_or_default(),
        wall,
        cpu: cpu.max(reaped_cpu()),
        idle,
        peak_rss,
        swept,
    }
}

/// Waits until the child has ended or must. Answers why it must.
fn wait(events: &Receiver<Event>, mut over_limit: impl FnMut() -> Option<End>) -> Option<End> {
    let mut next = Instant::now() + TICK;
    loop {
        match events.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(Event::ChildEnded) => return None,
            Ok(Event::RunnerGone) | Err(RecvTimeoutError::Disconnected) => return Some(End::Stopped),
            Ok(Event::Line(line)) => say(&Message::Line(line)),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Instant::now() >= next {
            if let Some(end) = over_limit() {
                return Some(end);
            }
            next = Instant::now() + TICK;
        }
    }
}

fn ended(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signal(signal.unwrap_or(0)),
    }
}

fn tell_when_the_runner_is_gone(sender: Sender<Event>) {
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(Event::RunnerGone);
    });
}

/// Leaves the child a zombie, so that its id stays its own until it is waited for.
fn tell_when_ended(pid: u32, sender: Sender<Event>) {
    thread::spawn(move || {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(Pid::from_raw(pid as i32)), flags) == Err(nix::errno::Errno::EINTR) {}
        let _ = sender.send(Event::ChildEnded);
    });
}

/// Kills and reaps until no descendant is left: a process may start others while it is being killed.
/// It gives up on one that can't be killed.
fn sweep() -> u32 {
    let begun = Instant::now();
    let mut swept = 0;
    loop {
        for pid in linux::descendants(std::process::id()) {
            linux::kill_now(pid);
        }
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) if begun.elapsed() > PATIENCE => return swept,
            Ok(WaitStatus::StillAlive) => thread::sleep(Duration::from_millis(1)),
            Ok(_) => swept += 1,
            Err(_) => return swept,
        }
    }
}

/// The processor time of all children that were reaped.
fn reaped_cpu() -> Duration {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(Duration::ZERO, |usage| {
        let spent = usage.user_time() + usage.system_time();
        Duration::from_micros(spent.num_microseconds().unsigned_abs())
    })
}

/// Reads a pipe to its end in a thread of its own, so that a program never waits for its reader.
fn capture(pipe: impl Read + Send + 'static, printed: &Arc<AtomicU64>, lines: Option<Sender<Event>>) -> JoinHandle<Capture> {
    let printed = Arc::clone(printed);
    thread::spawn(move || match lines {
        Some(sender) => {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                printed.fetch_add(line.len() as u64, Ordering::Relaxed);
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                if sender.send(Event::Line(text)).is_err() {
                    break;
                }
                line.clear();
            }
            Capture::default()
        }
        None => keep_head_and_tail(pipe, &printed),
    })
}

fn keep_head_and_tail(mut pipe: impl Read, printed: &AtomicU64) -> Capture {
    let (mut head, mut tail, mut dropped) = (Vec::new(), Vec::new(), 0);
    let mut buffer = [0; 8 << 10];
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        printed.fetch_add(read as u64, Ordering::Relaxed);
        let (first, rest) = buffer[..read].split_at(read.min(HEAD - head.len()));
        head.extend_from_slice(first);
        tail.extend_from_slice(rest);
        let over = tail.len().saturating_sub(TAIL);
        dropped += over as u64;
        tail.drain(..over);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Capture { head: text(&head), dropped, tail: text(&tail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_kept_as_head_and_tail() {
        let flood: Vec<u8> = (0..HEAD + TAIL + 1000).map(|index| b'a' + (index % 26) as u8).collect();
        let kept = keep_head_and_tail(&flood[..], &AtomicU64::new(0));
        assert_eq!((kept.head.len(), kept.tail.len(), kept.dropped), (HEAD, TAIL, 1000));
        assert!(flood.ends_with(kept.tail.as_bytes()));
    }

    #[test]
    fn a_short_text_is_kept_whole() {
        let kept = keep_head_and_tail(&b"hello"[..], &AtomicU64::new(0));
        assert_eq!(kept.text(), "hello");
    }
}
