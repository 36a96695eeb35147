//! A real terminal for a real `lesson`: a pseudo-terminal, and what a person would see on it.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use nix::pty::{OpenptyResult, Winsize, openpty};
use nix::sys::termios::{Termios, tcgetattr};

/// A lesson is compiled in between, on a machine that may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Terminal {
    pub(crate) child: Child,
    keyboard: File,
    /// Ours, so that what the terminal is set to can still be asked when nobody else has it.
    slave: OwnedFd,
    before: Termios,
    screen: Arc<Mutex<vt100::Parser>>,
    /// All that was written.
    written: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts a command with a terminal of this size as its own.
    pub(crate) fn start(mut command: Command, columns: u16, rows: u16) -> Terminal {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let OpenptyResult { master, slave } = openpty(&size, None).unwrap();
        let before = tcgetattr(&slave).unwrap();
        let own = || slave.try_clone().unwrap();
        command.stdin(own()).stdout(own()).stderr(own());
        command.env("TERM", "xterm-256color");
        // SAFETY: between fork and exec only these two calls are made, and both may be made there.
        unsafe {
            command.pre_exec(|| {
                nix::unistd::setsid()?;
                nix::errno::Errno::result(libc::ioctl(0, libc::TIOCSCTTY, 0))?;
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(columns), 1000)));
        let written = Arc::new(Mutex::new(Vec::new()));
        let (shown, all) = (Arc::clone(&screen), Arc::clone(&written));
        let mut output = File::from(master.try_clone().unwrap());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The read fails when the last process has closed the terminal.
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                all.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
                shown.lock().unwrap_or_else(PoisonError::into_inner).process(&buffer[..read]);
            }
        });
        Terminal { child, keyboard: File::from(master), slave, before, screen, written }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// What is on the screen, without the blanks at the ends of lines.
    pub(crate) fn text(&self) -> String {
        let text = self.screen.lock().unwrap().screen().contents();
        // A blank that does not break looks like any other.
        let text = text.replace('\u{a0}', " ");
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// What is on the screen when nothing was written for a while: a frame may be drawn half.
    #[track_caller]
    pub(crate) fn text_at_rest(&self) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.text();
            thread::sleep(Duration::from_millis(500));
            if self.text() == shown {
                return shown;
            }
            assert!(begun.elapsed() < DEADLINE, "the screen does not come to rest:\n{shown}");
        }
    }

    /// Whether this was written, be it shown or not.
    pub(crate) fn has_written(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.written.lock().unwrap()).contains(text)
    }

    /// Waits until all of these texts are on the screen.
    #[track_caller]
    pub(crate) fn wait(&self, texts: &[&str]) -> String {
        self.wait_until(&format!("{texts:?} is shown"), |shown| texts.iter().all(|text| shown.contains(text)))
    }

    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.text();
            if is_it(&shown) {
                return shown;
            }
            assert!(begun.elapsed() < DEADLINE, "waited in vain until {what}:\n{shown}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The colour of the first letter of a text.
    #[track_caller]
    pub(crate) fn colour_of(&self, text: &str) -> vt100::Color {
        let shown = self.text();
        let found = shown.lines().enumerate().find_map(|(row, line)| Some((row, line[..line.find(text)?].chars().count())));
        let (row, column) = found.unwrap_or_else(|| panic!("{text:?} is not in\n{shown}"));
        let parser = self.screen.lock().unwrap();
        parser.screen().cell(row as u16, column as u16).unwrap().fgcolor()
    }

    /// Whether what is shown scrolls, and is not a program's own screen.
    pub(crate) fn is_on_main_screen(&self) -> bool {
        !self.screen.lock().unwrap().screen().alternate_screen()
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        self.screen.lock().unwrap().screen_mut().set_size(cells(rows), cells(columns));
        // SAFETY: the file is open, and the kernel only reads the struct.
        let done = unsafe { libc::ioctl(self.keyboard.as_raw_fd(), libc::TIOCSWINSZ, &size) };
        assert_eq!(done, 0);
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal is as it was: its modes, the screen that scrolls, and the cursor.
    #[track_caller]
    pub(crate) fn is_restored(&self) {
        let now = tcgetattr(&self.slave).unwrap();
        assert_eq!(now, self.before, "the modes of the terminal");
        // The last of what was written may still be on its way.
        let begun = Instant::now();
        let is_left = || {
            let parser = self.screen.lock().unwrap();
            parser.screen().alternate_screen() || parser.screen().hide_cursor()
        };
        while is_left() {
            assert!(begun.elapsed() < Duration::from_secs(5), "the screen was not given back:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has a size")
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
