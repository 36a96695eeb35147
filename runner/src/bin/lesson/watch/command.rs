//! What a learner can ask for, by a key or by a line.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Check again, also when nothing was saved.
    Run,
    /// Show the next level of hint.
    Hint,
    /// Show all lessons.
    List,
    Next,
    Previous,
    Solution,
    /// Show the whole table of the run that was graded.
    Memory,
    /// Find out who holds what is left.
    Why,
    /// Put the exercise back to how it was shipped.
    Reset,
    /// Open the exercise in an editor.
    Open,
    /// Back to the verdict.
    Back,
    Help,
    Quit,
    /// Yes, to a question; anything else is no.
    Yes,
    /// Go to the lesson with this id, or this number in the list.
    Go(String),
    /// Show the lessons in which these words occur.
    Search(String),
    /// Show this many lines further down, or up.
    Scroll(i32),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-Z.
    Suspend,
}

/// The commands that have a letter and a word, in the order in which they are shown.
pub(crate) const COMMANDS: [(char, &str, Command); 11] = [
    ('r', "run", Command::Run),
    ('h', "hint", Command::Hint),
    ('m', "memory", Command::Memory),
    ('w', "why", Command::Why),
    ('s', "solution", Command::Solution),
    ('o', "open", Command::Open),
    ('x', "reset", Command::Reset),
    ('l', "list", Command::List),
    ('n', "next", Command::Next),
    ('p', "previous", Command::Previous),
    ('q', "quit", Command::Quit),
];

/// How far Page Up and Page Down go.
const PAGE: i32 = 10;

impl Command {
    /// What a key asks for; nothing when it is no command.
    pub(crate) fn of_key(key: KeyEvent) -> Option<Command> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if let Some(command) = with_control(key) {
            return Some(command);
        }
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('v') => Some(Command::Back),
            KeyCode::Char('y' | 'Y') => Some(Command::Yes),
            KeyCode::Char('?') => Some(Command::Help),
            KeyCode::Up | KeyCode::Char('k') => Some(Command::Scroll(-1)),
            KeyCode::Down | KeyCode::Char('j') => Some(Command::Scroll(1)),
            KeyCode::PageUp => Some(Command::Scroll(-PAGE)),
            KeyCode::PageDown | KeyCode::Char(' ') => Some(Command::Scroll(PAGE)),
            KeyCode::Char(letter) => COMMANDS.iter().find(|(key, ..)| *key == letter).map(|(.., command)| command.clone()),
            _ => None,
        }
    }

    /// What a line asks for: a letter or a word, and for some of them what it is about.
    pub(crate) fn of_line(line: &str) -> Option<Command> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim()));
        if let Some(words) = line.strip_prefix('/') {
            return Some(Command::Search(words.trim().to_owned()));
        }
        match (word, rest) {
            ("v" | "verdict", "") => Some(Command::Back),
            ("y" | "yes", "") => Some(Command::Yes),
            ("?" | "help", "") => Some(Command::Help),
            ("g" | "go", id @ ("" | _)) => Some(Command::Go(id.to_owned())),
            ("l" | "list", words) if !words.is_empty() => Some(Command::Search(words.to_owned())),
            (word, "") => {
                let is_it = |(key, name, _): &&(char, &str, Command)| word == *name || word.chars().eq([*key]);
                COMMANDS.iter().find(is_it).map(|(.., command)| command.clone())
            }
            _ => None,
        }
    }
}

/// Ctrl-C and Ctrl-Z, which are keys like any other while the terminal is ours.
pub(super) fn with_control(key: KeyEvent) -> Option<Command> {
    if !key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match key.code {
        KeyCode::Char('c') => Some(Command::Interrupt),
        KeyCode::Char('z') => Some(Command::Suspend),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode) -> Option<Command> {
        Command::of_key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn each_command_has_a_key_a_letter_and_a_word() {
        for (letter, word, command) in COMMANDS {
            assert_eq!(key(KeyCode::Char(letter)), Some(command.clone()));
            assert_eq!(Command::of_line(&letter.to_string()), Some(command.clone()));
            assert_eq!(Command::of_line(&format!(" {word}\n")), Some(command));
        }
    }

    #[test]
    fn some_lines_say_what_they_are_about() {
        assert_eq!(Command::of_line("go 3"), Some(Command::Go("3".into())));
        assert_eq!(Command::of_line("/  grows"), Some(Command::Search("grows".into())));
        assert_eq!(Command::of_line("list rss grows"), Some(Command::Search("rss grows".into())));
        assert_eq!(Command::of_line("run now"), None);
        assert_eq!(Command::of_line("nonsense"), None);
        assert_eq!(Command::of_line(""), None);
    }

    #[test]
    fn control_keys_are_not_letters() {
        let control = |letter| Command::of_key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
        assert_eq!(control('c'), Some(Command::Interrupt));
        assert_eq!(control('z'), Some(Command::Suspend));
    }
}
