//! Says on stderr what is going on, all the time.

use std::io::{Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use runner::event::{Event, Phase};

const TICK: Duration = Duration::from_millis(100);

/// A line that says what is done and for how long. On a terminal it is drawn again as time passes;
/// elsewhere each phase is one line.
pub(crate) struct Progress {
    live: bool,
    /// Whether a line stays when its phase is over.
    keep: bool,
    drawer: Option<(Sender<String>, JoinHandle<()>)>,
    label: String,
    lesson: String,
}

impl Progress {
    pub(crate) fn new(live: bool, keep: bool) -> Progress {
        Progress { live, keep, drawer: None, label: String::new(), lesson: String::new() }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        match event {
            Event::Start { lesson, variant } => self.lesson = format!("{lesson} ({variant})"),
            Event::Phase { phase: Phase::Waiting } => self.begin("Waiting for another `lesson` that is compiling".into()),
            Event::Phase { phase: Phase::Fetching } => self.begin("Downloading the lessons' crates, first time only".into()),
            Event::Phase { phase: Phase::Compiling } => self.begin(format!("Compiling {}", self.lesson)),
            Event::Phase { phase: Phase::Running } => self.begin(format!("Running {} in Node", self.lesson)),
            Event::Built { package, count } if *count == 1 && !self.lesson.replace('/', "-").starts_with(package) => {
                self.begin("Building napi for the lessons, first time only".into());
            }
            Event::Built { package, count } if self.label.starts_with("Building") => {
                self.draw(format!("{}: {count} crates, last {package}", self.label));
            }
            Event::Node { version } => self.draw(format!("{} {version}", self.label)),
            Event::Verdict { .. } | Event::Error { .. } => self.end(),
            _ => {}
        }
    }

    fn begin(&mut self, label: String) {
        self.end();
        self.label.clone_from(&label);
        if !self.live {
            if self.keep {
                eprintln!("{label} …");
            }
            return;
        }
        let (sender, labels) = channel::<String>();
        let (keep, begun) = (self.keep, Instant::now());
        let draw = move |label: &str, end: &str| {
            // A terminal that has gone away is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[2K{label} … {:.1} s{end}", begun.elapsed().as_secs_f64());
            let _ = stderr().flush();
        };
        let drawer = thread::spawn(move || {
            let mut label = label;
            loop {
                draw(&label, "");
                match labels.recv_timeout(TICK) {
                    Ok(new) => label = new,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) if keep => return draw(&label, "\n"),
                    Err(RecvTimeoutError::Disconnected) => return draw("", "\r\x1b[2K"),
                }
            }
        });
        self.drawer = Some((sender, drawer));
    }

    fn draw(&mut self, label: String) {
        if let Some((drawer, _)) = &self.drawer {
            let _ = drawer.send(label);
        }
    }

    fn end(&mut self) {
        if let Some((sender, drawer)) = self.drawer.take() {
            drop(sender);
            let _ = drawer.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
