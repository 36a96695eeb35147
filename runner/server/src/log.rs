//! All that a run has said, from its beginning: whoever listens later hears the same.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a run does.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Run,
    Check,
    Guard,
    Why,
}

/// How a run has ended.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    Graded,
    Stopped,
    Failed,
}

pub(crate) struct Log {
    pub(crate) run: u64,
    action: Action,
    begun: Instant,
    took: Option<Duration>,
    lines: Vec<Bytes>,
}

/// How much of which run was heard.
#[derive(Default)]
pub(crate) struct Heard {
    run: u64,
    lines: usize,
}

impl Log {
    pub(crate) fn new(run: u64, action: Action) -> Log {
        Log { run, action, begun: Instant::now(), took: None, lines: Vec::new() }
    }

    pub(crate) fn event(&mut self, event: &Value) {
        self.push(json!({ "type": "event", "run": self.run, "elapsed_ms": self.elapsed(), "event": event }));
    }

    pub(crate) fn end(&mut self, how: How) {
        self.push(json!({ "type": "ended", "run": self.run, "elapsed_ms": self.elapsed(), "how": how }));
        self.took = Some(self.begun.elapsed());
    }

    fn push(&mut self, line: Value) {
        self.lines.push(format!("{line}\n").into());
    }

    fn elapsed(&self) -> u64 {
        let elapsed = self.took.unwrap_or_else(|| self.begun.elapsed());
        elapsed.as_millis().try_into().unwrap_or(u64::MAX)
    }

    /// What was not heard yet: all of it, when what was heard is another run. Then its first line says how old the run
    /// is by now, for a page to count on from there; its events may be older.
    pub(crate) fn since(&self, heard: &mut Heard, lesson: &str) -> Vec<Bytes> {
        let mut news = Vec::new();
        if heard.run != self.run {
            *heard = Heard { run: self.run, lines: 0 };
            let (run, action, elapsed_ms) = (self.run, self.action, self.elapsed());
            let line = json!({ "type": "run", "run": run, "lesson": lesson, "action": action, "elapsed_ms": elapsed_ms });
            news.push(format!("{line}\n").into());
        }
        news.extend_from_slice(&self.lines[heard.lines..]);
        heard.lines = self.lines.len();
        news
    }
}
