//! The exercises that somebody looks at: what is in each of them and where it stands, as of now. Each is watched for
//! as long as it is looked at.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use runner::catalog::{Lesson, LessonId};
use runner::pack::Pack;
use runner::progress;
use runner::saves::Saves;
use serde_json::json;

use crate::exercise::{self, Content};
use crate::news::News;

pub(crate) struct Files {
    pack: Pack,
    news: News,
    views: Mutex<HashMap<LessonId, View>>,
    /// Who reads a file also says what is in it before the next one reads: what is older never comes later.
    turn: Mutex<()>,
}

struct View {
    lesson: Lesson,
    lookers: usize,
    /// Counts what was said.
    version: u64,
    line: Bytes,
    /// Of the exercise, and of what is remembered of it.
    _saves: [Saves; 2],
}

/// Somebody looks at an exercise.
pub(crate) struct Look {
    files: Arc<Files>,
    pub(crate) lesson: Lesson,
}

impl Files {
    pub(crate) fn new(pack: Pack, news: News) -> Files {
        Files { pack, news, views: Mutex::default(), turn: Mutex::default() }
    }

    pub(crate) fn look(self: &Arc<Files>, lesson: Lesson) -> Look {
        {
            let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
            let view = views.entry(lesson.id.clone()).or_insert_with(|| View {
                lookers: 0,
                version: 0,
                line: Bytes::new(),
                _saves: [lesson.exercise(), progress::place(&self.pack)].map(|path| self.watch(&path, &lesson.id)),
                lesson: lesson.clone(),
            });
            view.lookers += 1;
        }
        self.refresh(&lesson.id);
        Look { files: Arc::clone(self), lesson }
    }

    fn watch(self: &Arc<Files>, path: &Path, id: &LessonId) -> Saves {
        let (files, id) = (Arc::downgrade(self), id.clone());
        Saves::watch(path, move |_| {
            if let Some(files) = files.upgrade() {
                files.refresh(&id);
            }
        })
    }

    /// Reads the exercise, if somebody looks at it, and tells when it is not as it was.
    pub(crate) fn refresh(&self, id: &LessonId) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lesson) = self.with(id, |view| view.lesson.clone()) else { return };
        let now = self.line(&lesson);
        let is_new = self.with(id, |view| {
            let is_new = view.line != now;
            if is_new {
                view.version += 1;
                view.line = now;
            }
            is_new
        });
        if is_new == Some(true) {
            self.news.tell();
        }
    }

    fn line(&self, lesson: &Lesson) -> Bytes {
        // Both are of the same bytes: it may be written meanwhile.
        let there = exercise::bytes(lesson);
        let progress = progress::read(&self.pack).map(|loaded| loaded.progress).unwrap_or_default();
        let state = progress.state_of(lesson, there.as_ref().ok().and_then(Option::as_deref)).word();
        let line = match exercise::content(lesson, there) {
            Content { sha256, text: Ok(text) } => json!({ "type": "file", "sha256": sha256, "text": text, "state": state }),
            Content { text: Err(problem), .. } => {
                json!({ "type": "file", "sha256": null, "text": null, "problem": problem, "state": state })
            }
        };
        format!("{line}\n").into()
    }

    fn with<T>(&self, id: &LessonId, use_it: impl FnOnce(&mut View) -> T) -> Option<T> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id).map(use_it)
    }
}

impl Look {
    /// What is in the file, and the number of that, when it is another one than was `seen`.
    pub(crate) fn since(&self, seen: u64) -> Option<(u64, Bytes)> {
        let (version, line) = self.files.with(&self.lesson.id, |view| (view.version, view.line.clone()))?;
        (version != seen).then_some((version, line))
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let mut views = self.files.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = views.get_mut(&self.lesson.id) {
            view.lookers -= 1;
            if view.lookers == 0 {
                views.remove(&self.lesson.id);
            }
        }
    }
}
