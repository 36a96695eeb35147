//! A page that listens: what it is told, line by line.
//!
//! Nothing is put into a queue for it. It takes what is new when it can, from what is there anyway; so one that
//! reads slowly, or not at all, costs nothing and delays nobody.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use runner::catalog::{Edits, LessonId};
use runner::number::is_of_bytes;
use runner::report::memory::label;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::edition::Edition;
use crate::exercise;
use crate::files::Look;
use crate::log::Heard;
use crate::news::News;
use crate::runs::Runs;

/// How often a page is told that the connection lives.
const BEAT: Duration = Duration::from_secs(15);

pub(crate) struct Listener {
    look: Look,
    runs: Arc<Runs>,
    news: Receiver<()>,
    editions: Receiver<Arc<Edition>>,
    told: Told,
}

/// What it was told.
struct Told {
    hello: bool,
    file: u64,
    idle: bool,
    heard: Heard,
    /// The other lesson that runs.
    busy: Option<LessonId>,
    edition: u64,
}

impl Listener {
    pub(crate) fn new(look: Look, runs: Arc<Runs>, news: &News, editions: Receiver<Arc<Edition>>) -> Listener {
        let edition = editions.borrow().number;
        let told = Told { hello: false, file: 0, idle: false, heard: Heard::default(), busy: None, edition };
        Listener { look, runs, news: news.follow(), editions, told }
    }

    /// All that it is told, until it goes away.
    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(unfold(self, |mut listener| async move {
            let lines = listener.next().await?;
            Some((Ok::<_, Infallible>(lines), listener))
        }))
    }

    /// Waits for what comes next. None when the server ends.
    async fn next(&mut self) -> Option<Bytes> {
        // Kept across the bells that ring for others: a page hears nothing of those.
        let beat = Instant::now() + BEAT;
        loop {
            // What comes while this is looked for rings again.
            self.news.mark_unchanged();
            self.editions.mark_unchanged();
            let lines = self.take();
            if !lines.is_empty() {
                return Some(lines.into());
            }
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                changed = self.editions.changed() => changed.ok()?,
                () = tokio::time::sleep_until(beat) => return Some(line(&json!({ "type": "alive" }))),
            }
        }
    }

    /// What it was not told yet.
    fn take(&mut self) -> Vec<u8> {
        let (lesson, told) = (&self.look.lesson, &mut self.told);
        let mut lines = Vec::new();
        if !told.hello {
            told.hello = true;
            lines.extend(hello(lesson, told.edition));
        }
        if let Some((version, file)) = self.look.since(told.file) {
            told.file = version;
            lines.extend(file);
        }
        match self.runs.since(&lesson.id, &mut told.heard) {
            Some(news) => lines.extend(news.iter().flatten()),
            None if !told.idle => lines.extend(line(&json!({ "type": "idle" }))),
            None => {}
        }
        told.idle = true;
        let other = self.runs.running().filter(|running| running.lesson != lesson.id);
        let busy = other.as_ref().map(|other| other.lesson.clone());
        if busy != told.busy {
            lines.extend(line(&match other {
                Some(other) => json!({ "type": "busy", "lesson": other.lesson, "action": other.action }),
                None => json!({ "type": "busy", "lesson": null }),
            }));
            told.busy = busy;
        }
        let edition = self.editions.borrow().number;
        if edition != told.edition {
            told.edition = edition;
            lines.extend(line(&json!({ "type": "edition", "edition": edition })));
        }
        lines
    }
}

fn hello(lesson: &runner::catalog::Lesson, edition: u64) -> Bytes {
    let manifest = &lesson.manifest;
    let gauge = manifest.gauge;
    line(&json!({
        "type": "hello",
        "edition": edition,
        "lesson": lesson.id,
        "title": manifest.title,
        "file": exercise::name(lesson),
        "language": match manifest.edits {
            Edits::Rust => "rust",
            Edits::JavaScript => "javascript",
        },
        "gauge": { "name": gauge, "label": label(gauge), "bytes": is_of_bytes(gauge) },
        "hints": manifest.hints.len(),
    }))
}

fn line(value: &Value) -> Bytes {
    format!("{value}\n").into()
}
