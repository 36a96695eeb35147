//! Says on stderr what is going on, all the time.

use std::io::{Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use runner::event::Event;
use runner::step::Phase;

const TICK: Duration = Duration::from_millis(100);

/// A line that says what is done and for how long. On a terminal it is drawn again as time passes;
/// elsewhere each phase is one line.
pub(crate) struct Progress {
    live: bool,
    /// Whether a line stays when its phase is over.
    keep: bool,
    /// Takes what is known besides the label, and draws.
    drawer: Option<(Sender<String>, JoinHandle<()>)>,
    label: String,
    lesson: String,
    /// The folder that the exercise was handed in with.
    from: String,
}

impl Progress {
    pub(crate) fn new(live: bool, keep: bool) -> Progress {
        Progress { live, keep, drawer: None, label: String::new(), lesson: String::new(), from: String::new() }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        match event {
            Event::HandIn { folder, .. } => self.from = format!(" of {folder}"),
            Event::Start { lesson, variant } => self.lesson = format!("{lesson} ({variant}{})", self.from),
            Event::Phase { phase: Phase::Waiting } => self.begin("Waiting for another `lesson` that is compiling".into()),
            Event::Phase { phase: Phase::Fetching } => self.begin("Downloading the lessons' crates, first time only".into()),
            Event::Phase { phase: Phase::Compiling } => self.begin(format!("Compiling {}", self.lesson)),
            Event::Phase { phase: Phase::Running } => self.begin(format!("Running {}", self.lesson)),
            Event::Built { package, count }
                if *count == 1 && self.label.starts_with("Compiling") && !self.lesson.replace('/', "-").starts_with(package) =>
            {
                self.begin("Building napi for the lessons, first time only".into());
            }
            Event::Built { package, count } if self.label.starts_with("Building") => {
                self.detail(format!("{count} crates, last {package}"));
            }
            Event::Node { version } => self.detail(format!("Node {version}")),
            Event::Verdict { .. } | Event::Error { .. } => self.end(),
            _ => {}
        }
    }

    pub(crate) fn begin(&mut self, label: String) {
        self.end();
        self.label.clone_from(&label);
        if !self.live {
            if self.keep {
                eprintln!("{label} …");
            }
            return;
        }
        let (sender, details) = channel::<String>();
        let (keep, begun) = (self.keep, Instant::now());
        // Without automatic margins a long line is cut by the terminal, so that it can be drawn again.
        let draw = move |text: &str, end: &str| {
            // A terminal that has gone away is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[2K\x1b[?7l{text}\x1b[?7h{end}");
            let _ = stderr().flush();
        };
        let drawer = thread::spawn(move || {
            let mut detail = String::new();
            loop {
                let elapsed = format!("{label} … {:.1} s", begun.elapsed().as_secs_f64());
                let text = if detail.is_empty() { elapsed } else { format!("{elapsed}  ({detail})") };
                draw(&text, "");
                match details.recv_timeout(TICK) {
                    Ok(new) => detail = new,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) if keep => return draw(&text, "\n"),
                    Err(RecvTimeoutError::Disconnected) => return draw("", ""),
                }
            }
        });
        self.drawer = Some((sender, drawer));
    }

    fn detail(&mut self, detail: String) {
        if let Some((drawer, _)) = &self.drawer {
            let _ = drawer.send(detail);
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
