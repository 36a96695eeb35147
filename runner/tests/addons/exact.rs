//! What C++ takes and keeps is counted to the byte, and what it frees is 0, wherever the memory comes from: the add-on,
//! the C library, or the C++ library on its behalf.
//!
//! `TIMES=20` does each run twenty times.

use std::collections::BTreeMap;

use evidence::wanted;
use serde::Deserialize;

use crate::cpp::Source;
use crate::node::{Program, Round, each, times};
use crate::symbols::of_site;

/// Calls of a function in a round.
const CALLS: i64 = 20;

/// What was measured of a function.
#[derive(Deserialize)]
struct Measured {
    /// The bytes of one call; 0 when the add-on can't know.
    bytes: i64,
    keeping: Vec<Round>,
    freeing: Vec<Round>,
}

/// The functions of `memory.cc`, and the blocks that one call of each takes.
const BLOCKS: &[(&str, i64)] = &[
    ("new_object", 1),
    ("new_array", 1),
    ("new_aligned", 1),
    ("new_nothrow", 1),
    ("malloc", 1),
    ("calloc", 1),
    ("realloc", 1),
    ("posix_memalign", 1),
    ("string", 2),
    ("vector", 7),
    // A map and five nodes, a table with its buckets and 50 nodes.
    ("maps", 1 + 5 + 2 + 50),
    // The pointer, what it shares, and what the function has captured.
    ("shared", 3),
    ("stream", 2),
    ("exception", 1),
    ("thread", 2),
    ("strdup", 1),
    ("getline", 1),
    ("asprintf", 1),
    ("realpath", 1),
    ("fopen", 2),
    ("mmap", 0),
    ("moved", 2),
];

/// Measures every function of a build, and compares.
#[track_caller]
fn compare(source: &Source) {
    let library = source.compile();
    for _ in 0..times() {
        let ran = Program::new("memory.mjs", wanted::SITES).arg(&library).run();
        let mut all: BTreeMap<String, Measured> = ran.printed();
        let mut wrong = Vec::new();
        for (name, blocks) in BLOCKS {
            let Measured { bytes, keeping, freeing } = all.remove(*name).unwrap();
            let (kept, freed) = (each(keeping), each(freeing));
            if freed.left() != [0; 3] || !freed.sites.is_empty() || freed.grown("maps.live") != 0 {
                wrong.push(format!("{name} frees, and left {freed:?}"));
            }
            let [live, live_bytes, _] = kept.left();
            let is_map = *name == "mmap";
            let known_bytes = if is_map { kept.grown("maps.bytes") } else { live_bytes };
            if live != blocks * CALLS || (bytes != 0 && known_bytes != bytes * CALLS) {
                wrong.push(format!("{name} keeps {blocks} blocks, {bytes} bytes, and left {kept:?}"));
            }
            for (site, grown) in &kept.sites {
                let functions = of_site(&ran.evidence, *site);
                if !functions.iter().any(|function| function.contains(&format!("do_{name}"))) {
                    wrong.push(format!("{name} keeps {grown:?} at {functions:?}"));
                }
            }
            let at_sites: i64 = kept.sites.values().filter_map(|grown| grown.get(if is_map { "maps" } else { "blocks" })).sum();
            let all_of_it = if is_map { CALLS } else { live };
            if at_sites != all_of_it {
                wrong.push(format!("{name}: {at_sites} of {all_of_it} are at sites"));
            }
        }
        assert!(all.is_empty(), "more functions: {:?}", all.keys());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn every_way_to_take_memory_is_counted() {
    compare(&Source::new("memory.cc"));
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn a_stripped_and_optimized_add_on_is_counted_as_well() {
    compare(&Source::new("memory.cc").option("-O2").option("-g0").option("-fomit-frame-pointer").option("-s"));
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn an_add_on_with_a_c_plus_plus_library_of_its_own_is_counted_as_well() {
    compare(&Source::new("memory.cc").option("-static-libstdc++").option("-static-libgcc"));
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn an_add_on_that_binds_all_it_has_to_itself_is_counted_as_well() {
    compare(&Source::new("memory.cc").option("-Wl,-Bsymbolic").option("-Wl,-z,now"));
}
