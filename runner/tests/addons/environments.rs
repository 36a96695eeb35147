//! The same counts in each way in which Node, a user or another library may have an add-on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;

use evidence::{Evidence, Image, read_text, wanted};
use tempfile::TempDir;

use crate::cpp::Source;
use crate::node::{Program, Ran, Round, each, here};
use crate::symbols::of_site;

/// An add-on with its helper beside it, in a folder of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        let addon = Source::new("environment.cc").option("-Wl,--enable-new-dtags,-rpath,$ORIGIN").option("-ldl");
        fs::copy(addon.compile(), folder.path("addon.node")).unwrap();
        fs::copy(Source::new("helper.cc").compile(), folder.path("helper.so")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self, scenario: &str) -> Program {
        Program::new("environments.mjs", wanted::SITES | wanted::CALLERS).arg(self.path("addon.node")).arg(scenario)
    }

    /// The records of a file of this folder.
    fn images<'a>(&self, evidence: &'a Evidence, name: &str) -> Vec<&'a Image> {
        let path = self.path(name);
        evidence.images.iter().filter(|image| Path::new(&read_text(&image.path)) == path).collect()
    }
}

/// Each round leaves as many blocks of 16 bytes as this.
#[track_caller]
fn leaves(ran: &Ran, blocks: i64) -> Round {
    let round = ran.round();
    let at_each = || round.sites.iter().map(|(site, grown)| (grown, of_site(&ran.evidence, *site))).collect::<Vec<_>>();
    assert_eq!(round.left(), [blocks, blocks * 16, 0], "{:?}", at_each());
    let at_sites: i64 = round.sites.values().map(|grown| grown["blocks"]).sum();
    assert_eq!(at_sites, blocks, "{round:?}");
    for site in round.sites.keys() {
        assert_eq!(of_site(&ran.evidence, *site)[0], "do_leak");
    }
    round
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn static_constructors() {
    let folder = Folder::new();
    let ran = folder.program("statics").run();
    // A block, the text, the list and its one text.
    let bytes = 10 + 1000 + 32 + 39;
    assert_eq!(ran.printed::<[[i64; 2]; 2]>(), [[4, bytes], [0, 0]]);
    // A table, and what was asked for.
    assert_eq!(folder.program("statics_of_helper").run().printed::<[i64; 2]>(), [2, 320]);
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn an_add_on_that_is_loaded_twice_is_one() {
    let folder = Folder::new();
    let (once, twice) = (folder.program("once").run(), folder.program("twice").run());
    leaves(&once, 10);
    leaves(&twice, 10);
    let counts = |ran: &Ran| {
        let images = folder.images(&ran.evidence, "addon.node");
        images
            .iter()
            .map(|image| [&image.napi, &image.memory, &image.loaded].map(|count| count.load(Relaxed)))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(&once), counts(&twice));
    let [[napi, memory, loaded]] = counts(&once)[..] else { panic!("{:?}", counts(&once)) };
    // `malloc`, and what calls it in the C++ library: `operator new` and `operator new[]`.
    assert!(napi > 0 && memory == 3 && loaded == 1, "{napi} {memory} {loaded}");
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn workers_that_load_it() {
    leaves(&Folder::new().program("workers").run(), 30);
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn an_add_on_that_is_unloaded_with_each_worker() {
    let folder = Folder::new();
    let ran = folder.program("only_in_workers").run();
    let round = leaves(&ran, 10);
    assert_eq!(round.sites.len(), 1, "{round:?}");
    let images = folder.images(&ran.evidence, "addon.node");
    let loaded: Vec<_> = images.iter().map(|image| image.loaded.load(Relaxed)).collect();
    assert_eq!(loaded, [0]);
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn contexts_that_call_it() {
    leaves(&Folder::new().program("contexts").run(), 10);
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn children_know_of_nothing() {
    let allocator = Source::c("allocator.c").compile();
    for of_user in [None, Some(allocator)] {
        let folder = Folder::new();
        let program = folder.program("children");
        let program = if let Some(of_user) = &of_user { program.preload(of_user, false) } else { program };
        let ran = program.run();
        let (rounds, seen): (Vec<Round>, [Option<PathBuf>; 2]) = ran.printed();
        assert_eq!((each(rounds), seen), (Round::default(), [of_user, None]));
    }
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn libraries_that_it_loads_itself() {
    let folder = Folder::new();
    for scenario in ["loads_by_path", "loads_by_name"] {
        let ran = folder.program(scenario).run();
        let round = ran.round();
        assert_eq!(round.left(), [10, 200, 0], "{scenario}: {round:?}");
        let functions = of_site(&ran.evidence, *round.sites.keys().next().unwrap());
        assert_eq!(functions[0], "helper_take");
        assert!(functions[1].contains("do_leak"), "{functions:?}");
        let helper = folder.images(&ran.evidence, "helper.so");
        assert!(helper.len() == 1 && helper[0].memory.load(Relaxed) > 0);
    }
    let ran = folder.program("frees_by_helper").run();
    assert_eq!(ran.round(), Round::default());
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn an_allocator_that_the_user_preloads() {
    let (folder, allocator) = (Folder::new(), Source::c("allocator.c").compile());
    for before in [true, false] {
        leaves(&folder.program("once").preload(&allocator, before).run(), 10);
        leaves(&folder.program("workers").preload(&allocator, before).run(), 30);
        let ran = folder.program("statics").preload(&allocator, before).run();
        assert_eq!(ran.printed::<[[i64; 2]; 2]>(), [[4, 1081], [0, 0]]);
    }
}

#[test]
#[ignore = "needs a C++ compiler: .ci/run runs it"]
fn a_shell_script_that_starts_node() {
    leaves(&Folder::new().program("once").started_by(here("starter.sh")).run(), 10);
}
