//! What becomes of a key, a line and a command.

use anyhow::Result;
use ratatui::crossterm::event::KeyEvent;
use runner::progress::{self, Reset, State};

use super::{Next, Question, View, Watch};
use crate::watch::command::{self, Command};
use crate::watch::list::{List, Wish};

impl Watch<'_> {
    pub(super) fn key(&mut self, key: KeyEvent) -> Result<Next> {
        if let Some(command) = command::with_control(key) {
            return self.command(command);
        }
        if self.question.is_none()
            && let Some(list) = &mut self.list
        {
            return match list.key(key) {
                Wish::Nothing => Ok(Next::Continue),
                Wish::Close => {
                    self.list = None;
                    Ok(Next::Continue)
                }
                Wish::Go(id) => self.command(Command::Go(id.to_string())),
                Wish::Reset(id) => {
                    self.question = Some(Question::Reset(id));
                    Ok(Next::Continue)
                }
            };
        }
        match Command::of_key(key) {
            Some(command) => self.command(command),
            // Any other key is no answer to a question.
            None if self.question.is_some() => self.command(Command::Back),
            None => Ok(Next::Continue),
        }
    }

    pub(super) fn line(&mut self, line: &str) -> Result<Next> {
        match Command::of_line(line) {
            Some(command) => self.command(command),
            None if self.question.is_some() => self.command(Command::Back),
            None if line.trim().is_empty() => Ok(Next::Continue),
            None => {
                self.message = Some(format!("`{}` is no command; `help` names them all.", line.trim()));
                Ok(Next::Continue)
            }
        }
    }

    fn command(&mut self, command: Command) -> Result<Next> {
        self.message = None;
        if let Some(question) = self.question.take() {
            match command {
                Command::Yes => return self.agreed(question),
                Command::Interrupt => {}
                _ => {
                    self.message = Some("Nothing was changed.".into());
                    return Ok(Next::Continue);
                }
            }
        }
        let next = match command {
            Command::Run => {
                self.check(false);
                self.view = View::Verdict;
                Next::Continue
            }
            Command::Hint => self.hint(),
            Command::List => {
                self.refresh();
                self.list = Some(List::new(self.rows.clone(), &self.lesson.id));
                Next::Show
            }
            Command::Search(words) => {
                self.refresh();
                let mut list = List::new(self.rows.clone(), &self.lesson.id);
                list.search(&words);
                self.list = Some(list);
                Next::Show
            }
            Command::Go(to) => self.go_to(&to),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Solution if self.state() == Some(State::Done) => self.show(View::Solution),
            Command::Solution => {
                self.question = Some(Question::Solution);
                Next::Continue
            }
            Command::Memory => self.show(View::Memory),
            Command::Why => self.why(),
            Command::Reset => {
                self.question = Some(Question::Reset(self.lesson.id.clone()));
                Next::Continue
            }
            Command::Open => Next::Open(self.exercise(), self.line_of_evidence()),
            Command::Help => self.show(View::Help),
            Command::Back => self.show(View::Verdict),
            Command::Scroll(lines) => {
                self.scroll = self.scroll.saturating_add_signed(lines as i16);
                Next::Continue
            }
            Command::Yes => Next::Continue,
            Command::Quit => Next::Quit(0),
            Command::Interrupt => Next::Quit(crate::INTERRUPTED),
            Command::Suspend => Next::Suspend,
        };
        Ok(next)
    }

    /// Does what was asked about.
    fn agreed(&mut self, question: Question) -> Result<Next> {
        match question {
            Question::Solution => Ok(self.show(View::Solution)),
            Question::Reset(id) => {
                let lesson = self.session.catalog.lesson(id.as_str())?;
                self.message = Some(match progress::reset(&lesson) {
                    Ok(Reset::Nothing) => "It is as it was shipped: there is nothing to reset.".into(),
                    Ok(Reset::Restored) => "It was missing, and is there again, as it was shipped.".into(),
                    Ok(Reset::BackedUp(kept)) => {
                        format!("It is as it was shipped. Yours is in {}.", lesson.relative(&kept).display())
                    }
                    Err(error) => format!("{id} was not reset: {error}."),
                });
                self.refresh();
                Ok(Next::Continue)
            }
        }
    }

    pub(super) fn go_to(&mut self, to: &str) -> Next {
        let by_number = to.parse().ok().and_then(|number: usize| self.rows.get(number.checked_sub(1)?));
        let id = by_number.map_or(to, |row| row.lesson.as_str()).to_owned();
        match self.session.catalog.lesson(&id) {
            Ok(lesson) => {
                self.go(lesson);
                Next::Show
            }
            Err(error) => {
                self.message = Some(format!("{error}."));
                Next::Continue
            }
        }
    }

    fn step(&mut self, by: isize) -> Next {
        let to = self.place().checked_add_signed(by).and_then(|place| self.rows.get(place));
        match to.map(|row| row.lesson.to_string()) {
            Some(id) => self.go_to(&id),
            None => {
                self.message = Some(if by > 0 { "This is the last lesson." } else { "This is the first lesson." }.into());
                Next::Continue
            }
        }
    }

    fn show(&mut self, view: View) -> Next {
        self.list = None;
        self.view = view;
        self.scroll = 0;
        Next::Show
    }

    fn hint(&mut self) -> Next {
        let levels = self.lesson.manifest.hints.len() as u8;
        if self.view == View::Hints || self.hints == 0 {
            self.hints = (self.hints + 1).min(levels);
            let level = self.hints;
            self.update(|progress, lesson| progress.hinted(&lesson.id, level));
        }
        self.show(View::Hints)
    }

    fn why(&mut self) -> Next {
        if !self.explains {
            self.check(true);
        }
        self.show(View::Why)
    }

    /// The first line of the exercise that the verdict names.
    fn line_of_evidence(&self) -> u32 {
        let checks = self.graded().map_or(&[][..], |checked| &checked.outcome.checks);
        checks.iter().flat_map(|check| &check.places).map(|place| place.at.line).next().unwrap_or(1)
    }
}
