//! No save is lost: not while something else is going on, not by the way in which an editor writes, and not
//! where no events come.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use runner::saves::{Notice, Saves};
use tempfile::TempDir;

use crate::fixture::{Fixture, ID, processes_of};
use crate::terminal::Terminal;

/// A way in which an editor writes a file.
type Way = fn(&Path, &str);

const WAYS: [(&str, Way); 4] =
    [("in place", in_place), ("truncated first", truncated), ("by rename", by_rename), ("by swap file", by_swap_file)];

/// Over the old bytes, and what is left of them cut off last.
fn in_place(path: &Path, text: &str) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.set_len(text.len() as u64).unwrap();
}

/// Emptied, and filled a moment later, in two parts.
fn truncated(path: &Path, text: &str) {
    let mut file = File::create(path).unwrap();
    sleep(Duration::from_millis(30));
    let (first, second) = text.split_at(text.len() / 2);
    file.write_all(first.as_bytes()).unwrap();
    file.flush().unwrap();
    sleep(Duration::from_millis(5));
    file.write_all(second.as_bytes()).unwrap();
}

/// To another file, which takes the name of the old one.
fn by_rename(path: &Path, text: &str) {
    let new = path.with_extension("rs.tmp");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

/// The old file is moved away first, and removed last.
fn by_swap_file(path: &Path, text: &str) {
    let old = path.with_extension("rs~");
    fs::rename(path, &old).unwrap();
    sleep(Duration::from_millis(10));
    fs::write(path, text).unwrap();
    fs::remove_file(old).unwrap();
}

fn watched(folder: &TempDir) -> (std::path::PathBuf, Saves, Receiver<Notice>) {
    let path = folder.path().join("exercise.rs");
    fs::write(&path, "before").unwrap();
    let (sender, notices) = channel();
    let saves = Saves::watch(&path, move |notice| {
        let _ = sender.send(notice);
    });
    (path, saves, notices)
}

/// What is told until nothing more comes.
fn told(notices: &Receiver<Notice>) -> Vec<Notice> {
    let mut told = vec![notices.recv_timeout(Duration::from_secs(10)).expect("a save is told of")];
    while let Ok(notice) = notices.recv_timeout(Duration::from_secs(2)) {
        told.push(notice);
    }
    told
}

#[test]
fn each_way_of_writing_is_a_save() {
    for (name, write) in WAYS {
        let folder = TempDir::new().unwrap();
        let (path, _saves, notices) = watched(&folder);
        write(&path, &format!("after, {name}"));
        let told = told(&notices);
        assert!(told.iter().all(|notice| *notice == Notice::Saved), "{name}: {told:?}");
    }
}

#[test]
fn the_same_bytes_and_other_files_are_no_save() {
    let folder = TempDir::new().unwrap();
    let (path, _saves, notices) = watched(&folder);
    fs::write(&path, "before").unwrap();
    fs::write(folder.path().join("other.rs"), "other").unwrap();
    assert!(notices.recv_timeout(Duration::from_secs(2)).is_err());
}

#[test]
fn where_no_events_come_it_looks() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("exercise.rs");
    fs::write(&path, "before").unwrap();
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let length = NonZero::new(6).unwrap();
    // SAFETY: nobody else has this file, and it stays as long as it is.
    let map =
        unsafe { mmap(None, length, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED, &file, 0) }.unwrap();
    drop(file);
    let (sender, notices) = channel();
    let _saves = Saves::watch(&path, move |notice| {
        let _ = sender.send(notice);
    });
    // What is written through a mapping changes the file, and no event tells of it.
    // SAFETY: the mapping is six bytes long.
    unsafe { map.cast::<[u8; 6]>().write(*b"second") };
    let first = told(&notices);
    assert!(matches!(&first[..], [Notice::Saved, Notice::Polling(_)]), "{first:?}");
    // Now it is looked at more often, and still no save is missed. A machine that has no time may be late once.
    let quickest = (0..5).map(|number| {
        let begun = Instant::now();
        // SAFETY: as before.
        unsafe { map.cast::<[u8; 6]>().write([b'0' + number; 6]) };
        assert_eq!(notices.recv_timeout(Duration::from_secs(10)), Ok(Notice::Saved));
        begun.elapsed()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < Duration::from_millis(900), "{quickest:?}");
    // SAFETY: it was mapped above, with this length.
    unsafe { munmap(map, length.get()) }.unwrap();
}

#[test]
fn a_folder_that_is_replaced_is_still_watched() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("lesson");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("exercise.rs");
    fs::write(&path, "before").unwrap();
    let (sender, notices) = channel();
    let _saves = Saves::watch(&path, move |notice| {
        let _ = sender.send(notice);
    });
    fs::rename(&inner, folder.path().join("old")).unwrap();
    fs::create_dir(&inner).unwrap();
    fs::write(&path, "after").unwrap();
    assert!(told(&notices).contains(&Notice::Saved));
    fs::write(&path, "later").unwrap();
    assert!(told(&notices).contains(&Notice::Saved));
}

/// Numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

const SAVES: u64 = 200;

#[test]
fn two_hundred_saves_at_random_moments() {
    let course = Fixture::new();
    let path = course.path(&format!("lessons/{ID}/exercise.rs"));
    let (shipped, solution) = (course.read(&format!("lessons/{ID}/wrong/shipped.rs")), course.solution());
    let mut terminal = Terminal::start(course.command(&["watch", ID]), 100, 40);
    terminal.wait(&["Press Enter"]);
    terminal.press("\r");
    terminal.wait(&["failed"]);
    let mut random = Random(0x5eed_0f5a_7e5a_11f3);
    let mut seen = 0;
    for number in 1..=SAVES {
        let unique = course.root().display().to_string();
        // Each has another verdict, so that the screen tells which of them it is about.
        let (text, expected) = match random.below(4) {
            0 => (format!("{shipped}\n// {unique} {number}\n"), "failed  1 of 5 checks".to_owned()),
            1 => (format!("{solution}\n// {unique} {number}\n"), "passed  all of 5 checks".to_owned()),
            _ => (format!("compile_error!(\"save {number} of {unique}\");\n"), format!("save {number} of")),
        };
        let (_, write) = WAYS[random.below(4) as usize];
        write(&path, &text);
        if random.below(4) == 0 || number == SAVES {
            let hash = runner::compile::hash(text.as_bytes());
            terminal.wait_until(&format!("the verdict on save {number} is there: {expected:?}"), |shown| {
                shown.contains(&expected) && course.read(".lesson/progress.toml").contains(&hash)
            });
            seen += 1;
        } else {
            sleep(Duration::from_millis(random.below(250)));
        }
    }
    println!("{SAVES} saves, {seen} of them waited for: each had its verdict.");
    // Nothing comes after the last verdict.
    let last = terminal.text_at_rest();
    sleep(Duration::from_secs(2));
    assert_eq!(terminal.text(), last);
    let pid = terminal.child.id();
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    assert_eq!(processes_of(pid), Vec::<u32>::new());
}
