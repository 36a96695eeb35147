//! Where the lessons stand: what is remembered of them, as rows.

use runner::catalog::Lesson;
use runner::overview::{Overview, Row};
use runner::progress::{self, Loaded, Progress, ProgressError, State};

use super::Watch;

impl Watch<'_> {
    /// Lessons that are done, and all of them.
    pub(crate) fn done(&self) -> (usize, usize) {
        (self.rows.iter().filter(|row| row.state == State::Done).count(), self.rows.len())
    }

    pub(super) fn place(&self) -> usize {
        self.rows.iter().position(|row| row.lesson == self.lesson.id).unwrap_or(0)
    }

    pub(super) fn state(&self) -> Option<State> {
        self.rows.get(self.place()).map(|row| row.state)
    }

    /// Remembers something of this lesson.
    pub(super) fn update(&mut self, change: impl FnOnce(&mut Progress, &Lesson)) {
        let lesson = &self.lesson;
        let loaded = progress::update(&self.session.pack, |progress| change(progress, lesson));
        if let Some(progress) = self.loaded(loaded) {
            let place = self.place();
            if let Some(row) = self.rows.get_mut(place) {
                *row = Row::new(&row.topic, &self.lesson, &progress);
            }
        }
    }

    /// Reads where all lessons stand.
    pub(super) fn refresh(&mut self) {
        let loaded = progress::read(&self.session.pack);
        let progress = self.loaded(loaded).unwrap_or_default();
        self.rows = Overview::new(&self.session.catalog, &progress).rows().cloned().collect();
        if let Some(list) = &mut self.list {
            list.refresh(self.rows.clone());
        }
    }

    /// What is remembered. Says what is wrong with it.
    fn loaded(&mut self, loaded: Result<Loaded, ProgressError>) -> Option<Progress> {
        match loaded {
            Ok(Loaded { progress, set_aside }) => {
                if let Some(aside) = set_aside {
                    let path = aside.path.strip_prefix(&self.session.pack.root).unwrap_or(&aside.path).display();
                    self.message = Some(format!("What was remembered can't be understood; it is kept as {path}."));
                }
                Some(progress)
            }
            Err(error) => {
                self.message = Some(format!("This is not remembered: {error}."));
                None
            }
        }
    }
}
