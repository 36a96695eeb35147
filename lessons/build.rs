//! The one build script of all lessons: sends the add-on's Node-API calls through the probe.

/// Where the observed functions are declared, one in a line that begins with `fn napi_`.
const OBSERVED: [&str; 4] = [
    include_str!("../runner/probe/src/node_api.rs"),
    include_str!("../runner/probe/src/node_api/functions.rs"),
    include_str!("../runner/probe/src/node_api/objects.rs"),
    include_str!("../runner/probe/src/node_api/queues.rs"),
];

fn main() {
    println!("cargo:rerun-if-changed=../../build.rs");
    // `--wrap` is an option of the linkers of Linux. Elsewhere the add-on is built without it, and
    // the runner says that its calls can't be observed.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    for line in OBSERVED.iter().flat_map(|file| file.lines()) {
        if let Some(name) = line
            .trim_start()
            .strip_prefix("fn napi_")
            .and_then(|rest| rest.split('(').next())
        {
            println!("cargo:rustc-link-arg=-Wl,--wrap=napi_{name}");
        }
    }
}
