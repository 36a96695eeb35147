//! Versions of packages that people use, of which some leak and some do not: the difference is an integer.

use evidence::wanted;

use crate::cpp::Source;
use crate::node::Program;
use crate::npm::installed;

/// Blocks, bytes and references that ten images leave.
#[track_caller]
fn images(version: &str) -> [i64; 3] {
    let package = installed(&format!("canvas-{version}"));
    let round = Program::new("canvas.mjs", wanted::SITES).arg(package).run().round();
    println!("@napi-rs/canvas {version}: {round:?}");
    round.left()
}

/// The same of 500 objects of a class in C++.
#[track_caller]
fn objects(version: &str, option: &str) -> [i64; 3] {
    let modules = installed(&format!("node-addon-api-{version}")).join("node_modules");
    let class = Source::new("class.cc").option("-DNODE_ADDON_API_CPP_EXCEPTIONS").option(option);
    let class = class.headers(modules.join("node-addon-api")).headers(modules.join("node-api-headers/include")).compile();
    let round = Program::new("class.mjs", wanted::SITES).arg(class).run().round();
    println!("node-addon-api {version} {option}: {round:?}");
    round.left()
}

#[test]
#[ignore = "needs npm: .ci/run runs it"]
fn images_are_leaked_by_one_version_of_canvas() {
    assert_eq!(images("0.1.59"), [30, 40_001_520, 40]);
    assert_eq!(images("0.1.60"), [0, 0, 0]);
    assert_eq!(images("0.1.61"), [0, 0, 0]);
}

#[test]
#[ignore = "needs npm and a C++ compiler: .ci/run runs it"]
fn objects_are_leaked_by_two_versions_of_node_addon_api() {
    for (version, left) in [("8.1.0", 0), ("8.2.0", 500), ("8.2.1", 500), ("8.2.2", 0), ("8.9.2", 0)] {
        assert_eq!(objects(version, "-DPLAIN"), [0, 0, left], "{version}");
    }
    assert_eq!(objects("8.2.0", "-DWITH_FINALIZE"), [0, 0, 500]);
}
