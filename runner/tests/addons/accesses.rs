//! Each kind of bad access that C++ can make is found, with who allocated the block, who freed it and who touched it.
//!
//! `TIMES=20` does each run twenty times.

use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use evidence::{Access, Counter, Event, FaultKind, GuardState, wanted};

use crate::cpp::Source;
use crate::node::{Program, Ran, times};
use crate::symbols::{functions, of_site};

/// The bad access of a run.
#[derive(Debug, PartialEq)]
struct Found {
    kind: FaultKind,
    access: Access,
    size: u64,
    offset: i64,
    /// The functions of the three places, the innermost first; nothing for a place that is not known.
    allocated: Vec<String>,
    freed: Vec<String>,
    touched: Vec<String>,
    /// Whether the add-on made it, or what it called directly.
    by_addon: bool,
    on_main_thread: bool,
    thread_name: String,
}

fn program(name: &str, number: u32) -> Program {
    let library = Source::new("accesses.cc").compile();
    let wanted = wanted::SITES | wanted::CALLERS | wanted::GUARD;
    Program::new("accesses.mjs", wanted).arg(library).arg(name).arg(number.to_string())
}

fn run(name: &str, number: u32) -> Ran {
    program(name, number).run()
}

/// The access that each run of a function makes.
#[track_caller]
fn find(name: &str, number: u32) -> Found {
    let mut all: Vec<Found> = (0..times()).map(|_| found(&run(name, number))).collect();
    assert!(all.iter().all(|found| *found == all[0]), "{all:#?}");
    all.swap_remove(0)
}

#[track_caller]
fn found(ran: &Ran) -> Found {
    let fault = &ran.evidence.fault;
    let number = |number: &AtomicU32| number.load(Relaxed);
    assert_eq!(number(&fault.complete), 1, "no access was found: {}\n{}\n{}", ran.status, ran.stdout, ran.stderr);
    assert!(ran.status.signal().is_some(), "{}", ran.status);
    let place = |event: &Event| {
        let site = number(&event.site).checked_sub(1);
        site.map_or_else(Vec::new, |site| of_site(&ran.evidence, site as usize))
    };
    let depth = fault.depth.load(Relaxed) as usize;
    let frames: Vec<u64> = fault.frames[..depth].iter().map(|frame| frame.load(Relaxed)).collect();
    let name = fault.thread_name.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes());
    Found {
        kind: FaultKind::from_number(number(&fault.kind)).unwrap(),
        access: Access::from_number(number(&fault.access)).unwrap(),
        size: fault.size.load(Relaxed),
        offset: fault.offset.load(Relaxed),
        allocated: place(&fault.allocated),
        freed: place(&fault.freed),
        touched: functions(&ran.evidence, &frames),
        by_addon: number(&fault.ours) == 1,
        on_main_thread: number(&fault.thread) == number(&ran.evidence.header.pid),
        thread_name: String::from_utf8(name.take_while(|byte| *byte != 0).collect()).unwrap(),
    }
}

/// What a function of the add-on does in its namespace: the kind, and the three functions, as far as there are such.
#[track_caller]
fn finds(name: &str, kind: FaultKind, access: Access, freed: bool) -> Found {
    let found = find(name, 0);
    assert_eq!((found.kind, found.access, found.by_addon), (kind, access, true), "{found:#?}");
    are_in(name, &found, freed);
    found
}

#[track_caller]
fn are_in(name: &str, found: &Found, freed: bool) {
    let is_in = |places: &[String], deed: &str| {
        let function = format!("{}{name}{}{deed}", name.len(), deed.len());
        places.iter().any(|place| place.contains(&function))
    };
    assert!(is_in(&found.allocated, "allocate"), "{found:#?}");
    assert!(if freed { is_in(&found.freed, "release") } else { found.freed.is_empty() }, "{found:#?}");
    assert!(is_in(&found.touched, "touch"), "{found:#?}");
}

macro_rules! tests {
    ($($name:ident: $kind:ident, $access:ident, freed: $freed:literal, $size:literal, $offset:literal;)*) => { $(
        #[test]
        #[ignore = "needs a C++ compiler: .ci/run runs it"]
        fn $name() {
            let found = finds(stringify!($name), FaultKind::$kind, Access::$access, $freed);
            assert_eq!((found.size, found.offset), ($size, $offset), "{found:#?}");
            assert!(found.on_main_thread, "{found:#?}");
        }
    )* };
}

tests! {
    read_after_free: Freed, Read, freed: true, 1000, 3;
    write_after_free: Freed, Write, freed: true, 4, 0;
    grown_vector: Freed, Read, freed: true, 4, 0;
    copy_of_freed: Freed, Read, freed: true, 100_000, 0;
    deleted_twice: FreedTwice, Free, freed: true, 8, 0;
    destroyed_twice: Freed, Read, freed: true, 40, 0;
    freed_twice: FreedTwice, Free, freed: true, 24, 0;
    freed_inside: FreedInside, Free, freed: false, 32, 8;
    before_the_start: BeforeTheStart, Read, freed: false, 65_536, -1;
    dangling_payload: Freed, Read, freed: true, 4, 0;
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn a_write_that_is_one_too_far_of_any_size() {
    for size in [1, 3, 5, 8, 12, 24, 40, 48, 64, 100, 4096, 5000] {
        let found = find("one_too_far", size);
        assert_eq!((found.size, found.by_addon), (size.into(), true), "{found:#?}");
        let seen = (found.kind, found.access, found.offset);
        if size.is_power_of_two() || size.is_multiple_of(8) {
            assert_eq!(seen, (FaultKind::PastTheEnd, Access::Write, size.into()), "{found:#?}");
            are_in("one_too_far", &found, false);
        } else {
            // The block does not end with its page, and what is behind it is looked at when it is freed.
            assert_eq!(seen, (FaultKind::WrittenPastTheEnd, Access::Free, 0), "{found:#?}");
            assert!(found.touched[0].contains("do_one_too_far"), "{found:#?}");
        }
    }
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn another_thread_that_comes_too_late() {
    let found = finds("late_thread", FaultKind::Freed, Access::Read, true);
    assert_eq!((found.on_main_thread, found.thread_name.as_str()), (false, "late"), "{found:#?}");
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn javascript_that_reads_a_buffer_whose_memory_is_gone() {
    let found = find("read_by_javascript", 0);
    assert_eq!((found.kind, found.access, found.size), (FaultKind::Freed, Access::Read, 4096), "{found:#?}");
    assert!(!found.by_addon && found.touched.is_empty() && found.on_main_thread, "{found:#?}");
    assert!(found.allocated[0].contains("8external8allocate") && found.freed[0].contains("8external7release"), "{found:#?}");
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn javascript_that_the_add_on_has_called() {
    let found = find("read_by_a_visitor", 0);
    assert!(!found.by_addon && found.offset == 7, "{found:#?}");
    assert!(found.touched[0].contains("8external5visit"), "{found:#?}");
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn a_clean_add_on_is_not_accused() {
    for _ in 0..5 * times() {
        let ran = run("clean", 0);
        assert_eq!(ran.printed::<u32>(), 45);
        assert_eq!(ran.evidence.header.guard.load(Relaxed), GuardState::Armed as u32);
        assert_eq!(ran.evidence.fault.taken.load(Relaxed), 0);
        assert!(ran.evidence.counter(Counter::Guarded) > 20 && ran.evidence.counter(Counter::Unguarded) == 0);
    }
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn beside_an_allocator_that_the_user_preloads() {
    let allocator = Source::c("allocator.c").compile();
    for before in [true, false] {
        let run = |name| program(name, 0).preload(&allocator, before).run();
        let clean = run("clean");
        assert_eq!((clean.printed::<u32>(), clean.evidence.fault.taken.load(Relaxed)), (45, 0));
        are_in("grown_vector", &found(&run("grown_vector")), true);
        are_in("freed_twice", &found(&run("freed_twice")), true);
    }
}
