//! The face on a terminal: keys come one by one, and the whole screen is drawn.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ratatui::DefaultTerminal;
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::queue;
use ratatui::crossterm::style::{Attribute, Print, SetAttribute};
use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::state::{Next, Watch, Work};
use super::{Input, editor, screen};
use crate::link::Links;

/// How often the time of a phase is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How long the terminal's keys are waited for before it is seen whether they are still wanted.
const KEY: Duration = Duration::from_millis(30);

/// Goes on until the learner quits. The terminal is as it was then, also after a panic.
pub(super) fn run(watch: &mut Watch, inputs: &Receiver<Input>, sender: &Sender<Input>) -> Result<u8> {
    let mut ours = None;
    loop {
        let open = match &mut ours {
            Some(open) => open,
            None => ours.insert(Open::new(sender)?),
        };
        let drawn = open.terminal.draw(|frame| screen::draw(frame, watch)).context("failed to draw")?;
        let links = links(drawn.buffer, &watch.session.links);
        write_over(&mut open.terminal, &links).context("failed to draw links")?;
        let first = match inputs.recv_timeout(TICK) {
            Ok(input) => input,
            Err(RecvTimeoutError::Timeout) if matches!(watch.work, Work::Checking(_)) => continue,
            Err(RecvTimeoutError::Timeout) => match inputs.recv() {
                Ok(input) => input,
                Err(_) => return Ok(0),
            },
            Err(RecvTimeoutError::Disconnected) => return Ok(0),
        };
        // What has come together is drawn together.
        for input in [first].into_iter().chain(inputs.try_iter()) {
            match watch.input(input)? {
                Next::Continue | Next::Show => {}
                Next::Quit(code) => return Ok(code),
                Next::Suspend => {
                    ours = None;
                    suspend()?;
                }
                Next::Open(file, line) => watch.message = editor::open(watch, &file, line, Some(&mut || ours = None)),
            }
        }
    }
}

/// The links that belong on the screen: where they begin, whether they are dim, and what is to be written.
fn links(buffer: &Buffer, links: &Links) -> Vec<(Position, bool, String)> {
    let area = buffer.area;
    let of_row = |y: u16| {
        let row: String = (0..area.width).map(|x| buffer[(x, y)].symbol()).collect();
        let place = |(at, link): (usize, String)| {
            let x = row[..at].chars().count() as u16;
            (Position { x, y }, buffer[(x, y)].modifier.contains(Modifier::DIM), link)
        };
        links.found(&row).into_iter().map(place).collect::<Vec<_>>()
    };
    (0..area.height).flat_map(of_row).collect()
}

/// Writes links over the same text without them, of which the library that draws knows nothing.
fn write_over(terminal: &mut DefaultTerminal, links: &[(Position, bool, String)]) -> io::Result<()> {
    let writer = terminal.backend_mut();
    for (Position { x, y }, dim, link) in links {
        let attribute = if *dim { Attribute::Dim } else { Attribute::Reset };
        queue!(writer, MoveTo(*x, *y), SetAttribute(attribute), Print(link), SetAttribute(Attribute::Reset))?;
    }
    writer.flush()
}

/// A terminal that is ours, and the thread that reads its keys.
struct Open {
    terminal: DefaultTerminal,
    keys: Keys,
}

impl Open {
    fn new(sender: &Sender<Input>) -> Result<Open> {
        let terminal = ratatui::try_init().context("failed to take over the terminal; --plain does without")?;
        Ok(Open { terminal, keys: Keys::read(sender.clone()) })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.keys.stop();
        ratatui::restore();
    }
}

/// Reads keys until it is stopped: an editor that has the terminal must get them all.
struct Keys {
    wanted: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keys {
    fn read(sender: Sender<Input>) -> Keys {
        let wanted = Arc::new(AtomicBool::new(true));
        let still = Arc::clone(&wanted);
        let thread = thread::spawn(move || {
            while still.load(Ordering::Relaxed) {
                let input = match event::poll(KEY).and_then(|ready| ready.then(event::read).transpose()) {
                    Ok(Some(Event::Key(key))) => Input::Key(key),
                    Ok(Some(Event::Resize(..))) => Input::Resize,
                    Ok(_) => continue,
                    // The terminal is gone.
                    Err(_) => Input::Stop,
                };
                let gone = matches!(input, Input::Stop);
                if sender.send(input).is_err() || gone {
                    return;
                }
            }
        });
        Keys { wanted, thread: Some(thread) }
    }

    fn stop(&mut self) {
        self.wanted.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Stops this process as Ctrl-Z does, and with it a `cargo run` that waits for it.
fn suspend() -> Result<()> {
    kill(Pid::from_raw(0), Signal::SIGTSTP).context("failed to stop")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::process::Command;
    use std::sync::mpsc::channel;

    use nix::pty::{Winsize, openpty};
    use nix::sys::termios::tcgetattr;

    use super::*;

    /// Set in the process that is to panic.
    const PANICS: &str = "LESSON_TEST_PANICS";

    #[test]
    fn a_panic_gives_the_terminal_back() {
        if std::env::var_os(PANICS).is_some() {
            let (sender, _inputs) = channel();
            let mut open = Open::new(&sender).unwrap();
            open.terminal.draw(|frame| frame.render_widget("drawn", frame.area())).unwrap();
            panic!("on purpose");
        }
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let before = tcgetattr(&pty.slave).unwrap();
        let end = || pty.slave.try_clone().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["watch::terminal::tests::a_panic_gives_the_terminal_back", "--exact", "--nocapture"])
            .env(PANICS, "1")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let mut output = File::from(pty.master.try_clone().unwrap());
        let reader = thread::spawn(move || {
            let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                shown.extend_from_slice(&buffer[..read]);
            }
            String::from_utf8_lossy(&shown).into_owned()
        });
        child.wait().unwrap();
        assert_eq!(tcgetattr(&pty.slave).unwrap(), before);
        drop(pty);
        let shown = reader.join().unwrap();
        let (_, after) = shown.split_once("drawn").expect("a screen was drawn");
        let (_, left) = after.split_once("\x1b[?1049l").expect("the screen was given back");
        assert!(left.contains("on purpose"), "what went wrong is said where it stays: {shown:?}");
    }
}
