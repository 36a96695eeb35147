//! Each kind of bad access is found, and its three places are named.

use runner::run::{Access, FaultKind};

use super::{CALL, finds, guarded, incident, lines};
use crate::fixture::ID;

#[test]
fn a_read_after_free() {
    let course = guarded(
        "#[napi]
pub fn sum() -> u32 {
    let numbers: Vec<u8> = vec![4; 1000];
    let all = numbers.as_ptr();
    drop(numbers);
    unsafe { all.add(3).read().into() }
}",
        CALL,
    );
    let found = incident(&course);
    assert_eq!((found.kind, found.access, found.size, found.offset), (FaultKind::UsedAfterFree, Access::Read, 1000, 3));
    assert!(found.by_addon && found.touched.main_thread);
    assert_eq!(lines(&found), ["let numbers: Vec<u8> = vec![4; 1000];", "drop(numbers);", "unsafe { all.add(3).read().into() }"]);
    course
        .check()
        .exits_with(1)
        .says("SIGSEGV, inside the warm-up's work")
        .says("the add-on read a block of 1 000 bytes that had been freed, on the main thread")
        .says("fault used after it was freed")
        .says(&format!("freed lessons/{ID}/exercise.rs:8 in `sum`, on the main thread"))
        .says(&format!("touched lessons/{ID}/exercise.rs:9 in `sum`, on the main thread: read of byte 3"));
}

#[test]
fn a_write_after_free() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let mut number = Box::new(45u32);
    let written: *mut u32 = &mut *number;
    drop(number);
    unsafe { *written = 1 };
    45
}",
        FaultKind::UsedAfterFree,
        Access::Write,
        ["let mut number = Box::new(45u32);", "drop(number);", "unsafe { *written = 1 };"],
    );
    assert_eq!((found.size, found.offset), (4, 0));
}

#[test]
fn a_pointer_into_a_vector_that_has_grown() {
    finds(
        "#[napi]
pub fn sum() -> u32 {
    let mut numbers = vec![45u32];
    let first = numbers.as_ptr();
    numbers.push(1);
    unsafe { *first }
}",
        FaultKind::UsedAfterFree,
        Access::Read,
        ["let mut numbers = vec![45u32];", "numbers.push(1);", "unsafe { *first }"],
    );
}

#[test]
fn a_copy_by_the_c_library_out_of_freed_memory() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let numbers = vec![9u8; 100_000];
    let all = unsafe { std::slice::from_raw_parts(numbers.as_ptr(), 100_000) };
    drop(numbers);
    all.to_vec().len() as u32
}",
        FaultKind::UsedAfterFree,
        Access::Read,
        ["let numbers = vec![9u8; 100_000];", "drop(numbers);", "all.to_vec().len() as u32"],
    );
    assert_eq!(found.size, 100_000);
}

#[test]
fn a_box_that_is_dropped_twice() {
    finds(
        "#[napi]
pub fn sum() -> u32 {
    let number = Box::into_raw(Box::new(45u64));
    drop(unsafe { Box::from_raw(number) });
    drop(unsafe { Box::from_raw(number) }); // again
    45
}",
        FaultKind::DroppedTwice,
        Access::Free,
        [
            "let number = Box::into_raw(Box::new(45u64));",
            "drop(unsafe { Box::from_raw(number) });",
            "drop(unsafe { Box::from_raw(number) }); // again",
        ],
    );
}

#[test]
fn a_struct_that_is_dropped_twice() {
    finds(
        "struct Scan { name: String, numbers: Vec<u32> }

#[napi]
pub fn sum() -> u32 {
    let scan = Box::into_raw(Box::new(Scan { name: \"a\".repeat(40), numbers: vec![45] }));
    let Scan { name, numbers } = unsafe { &*scan };
    let sum = numbers[0] + name.len() as u32 - 40;
    drop(unsafe { Box::from_raw(scan) });
    drop(unsafe { Box::from_raw(scan) }); // again
    sum
}",
        FaultKind::DroppedTwice,
        Access::Read,
        [
            "let scan = Box::into_raw(Box::new(Scan { name: \"a\".repeat(40), numbers: vec![45] }));",
            "drop(unsafe { Box::from_raw(scan) });",
            "drop(unsafe { Box::from_raw(scan) }); // again",
        ],
    );
}

#[test]
fn a_block_that_is_freed_twice() {
    finds(
        "#[napi]
pub fn sum() -> u32 {
    let layout = std::alloc::Layout::new::<u64>();
    let block = unsafe { std::alloc::alloc(layout) };
    unsafe { std::alloc::dealloc(block, layout) };
    unsafe { std::alloc::dealloc(block, layout) }; // again
    45
}",
        FaultKind::FreedTwice,
        Access::Free,
        [
            "let block = unsafe { std::alloc::alloc(layout) };",
            "unsafe { std::alloc::dealloc(block, layout) };",
            "unsafe { std::alloc::dealloc(block, layout) }; // again",
        ],
    );
}

#[test]
fn a_pointer_into_a_block_that_is_freed() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let numbers = Box::into_raw(Box::new([4u32; 8])).cast::<u32>();
    drop(unsafe { Box::from_raw(numbers.add(2)) });
    45
}",
        FaultKind::FreedInside,
        Access::Free,
        [
            "let numbers = Box::into_raw(Box::new([4u32; 8])).cast::<u32>();",
            "",
            "drop(unsafe { Box::from_raw(numbers.add(2)) });",
        ],
    );
    assert_eq!((found.size, found.offset), (32, 8));
}

#[test]
fn a_write_that_is_one_too_far() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let mut numbers = vec![4u8; 5];
    for at in 0..=numbers.len() {
        unsafe { *numbers.as_mut_ptr().add(at) = 9 };
    }
    numbers.iter().map(|number| u32::from(*number)).sum()
}",
        FaultKind::PastTheEnd,
        Access::Write,
        ["let mut numbers = vec![4u8; 5];", "", "unsafe { *numbers.as_mut_ptr().add(at) = 9 };"],
    );
    assert_eq!((found.size, found.offset), (5, 5));
}

#[test]
fn a_read_before_the_start() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let before = vec![1u8; 64];
    let page = vec![4u8; 65_536];
    before.len() as u32 + u32::from(unsafe { *page.as_ptr().sub(1) })
}",
        FaultKind::BeforeTheStart,
        Access::Read,
        ["let page = vec![4u8; 65_536];", "", "before.len() as u32 + u32::from(unsafe { *page.as_ptr().sub(1) })"],
    );
    assert_eq!((found.size, found.offset), (65_536, -1));
}

#[test]
fn another_thread_that_comes_too_late() {
    let found = finds(
        "#[napi]
pub fn sum() -> u32 {
    let number = Box::into_raw(Box::new(45u32)) as usize;
    drop(unsafe { Box::from_raw(number as *mut u32) });
    let late = std::thread::Builder::new().name(\"late\".into());
    late.spawn(move || {
        unsafe { *(number as *const u32) }
    }).unwrap().join().unwrap()
}",
        FaultKind::UsedAfterFree,
        Access::Read,
        [
            "let number = Box::into_raw(Box::new(45u32)) as usize;",
            "drop(unsafe { Box::from_raw(number as *mut u32) });",
            "unsafe { *(number as *const u32) }",
        ],
    );
    assert!(found.allocated.main_thread && !found.touched.main_thread, "{found:#?}");
    assert_eq!(found.touched.thread_name.as_deref(), Some("late"));
}

#[test]
fn a_payload_that_dangles_when_its_callback_runs() {
    let course = guarded(
        "#[napi]
pub fn sum(done: Function<u32, ()>) -> Result<()> {
    let tsfn = done
        .build_threadsafe_function::<usize>()
        .build_callback(|context| {
            Ok(unsafe { *(context.value as *const u32) })
        })?;
    std::thread::spawn(move || {
        let number = Box::new(45u32);
        tsfn.call(&raw const *number as usize, threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking);
        drop(number);
    })
    .join()
    .unwrap();
    Ok(())
}",
        "t.answer(\"sum\", await new Promise((done) => addon.sum(done)), 45);",
    );
    course.edit(
        &format!("lessons/{ID}/exercise.rs"),
        "use napi::bindgen_prelude::*;",
        "use napi::bindgen_prelude::*;\nuse napi::threadsafe_function;",
    );
    let found = incident(&course);
    let places = ["let number = Box::new(45u32);", "drop(number);", "Ok(unsafe { *(context.value as *const u32) })"];
    assert_eq!((found.kind, lines(&found)), (FaultKind::UsedAfterFree, places));
    assert!(!found.freed.unwrap().main_thread && found.touched.main_thread);
    assert_eq!(found.touched.thread_name, None);
}

const EXTERNAL: &str = "static BLOCK: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

#[napi]
pub fn view(env: &Env) -> Result<BufferSlice<'_>> {
    let block = Box::into_raw(vec![9u8; 4096].into_boxed_slice()).cast::<u8>();
    BLOCK.store(block as usize, std::sync::atomic::Ordering::Relaxed);
    unsafe { BufferSlice::from_external(env, block, 4096, (), |_, ()| {}) }
}

#[napi]
pub fn close() {
    let block = BLOCK.load(std::sync::atomic::Ordering::Relaxed) as *mut u8;
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(block, 4096)) });
}

#[napi]
pub fn visit(visitor: Function<(), u32>) -> Result<u32> {
    visitor.call(())
}";

#[test]
fn javascript_that_reads_a_buffer_whose_memory_is_gone() {
    let course = guarded(
        EXTERNAL,
        "const view = addon.view();\n  addon.close();\n  let sum = 0;\n  for (let at = 0; at < 5; at++) sum += view[at];\n  t.answer(\"sum\", sum, 45);",
    );
    let found = incident(&course);
    assert_eq!((found.kind, found.access, found.size), (FaultKind::UsedAfterFree, Access::Read, 4096));
    assert!(!found.by_addon && found.touched.at.is_none() && found.touched.main_thread, "{found:#?}");
    let [allocated, freed, _] = lines(&found);
    assert!(allocated.contains("vec![9u8; 4096]") && freed.contains("Box::from_raw"), "{found:#?}");
    course.check().exits_with(1).says("JavaScript, Node or a library read a block of 4 096 bytes that had been freed").says(
        "touched at no known line of the lesson's source, on the main thread: read of byte 0 by JavaScript, Node or a library",
    );
}

#[test]
fn javascript_that_the_add_on_has_called() {
    let course = guarded(
        EXTERNAL,
        "const view = addon.view();\n  addon.close();\n  t.answer(\"sum\", addon.visit(() => view[7] * 5), 45);",
    );
    let found = incident(&course);
    assert!(!found.by_addon, "{found:#?}");
    assert_eq!((found.offset, lines(&found)[2]), (7, "visitor.call(())"));
}
