//! What the runner says in the environment. In Node it is taken out, so that the programs which Node starts do
//! not inherit it; a shell script that starts Node hands it on.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use evidence::FILE;

const PRELOAD: &str = "LD_PRELOAD";

/// Whether this process is a Node.
pub(crate) fn is_node() -> bool {
    // SAFETY: a look-up by a static name.
    !unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"napi_create_reference".as_ptr()) }.is_null()
}

/// The file to write to; none when this library was not preloaded. It is asked for once, before a second thread can look at the environment.
pub(crate) fn take() -> Option<CString> {
    let (file, list, own) = (std::env::var_os(FILE)?, std::env::var_os(PRELOAD)?, own_path()?);
    let names: Vec<&[u8]> = list.as_bytes().split(|byte| matches!(byte, b' ' | b':')).filter(|name| !name.is_empty()).collect();
    // One that was loaded later than everything else has missed something.
    if !names.contains(&own.to_bytes()) {
        return None;
    }
    // The user may have libraries of their own there.
    let others: Vec<&[u8]> = names.into_iter().filter(|name| *name != own.to_bytes()).collect();
    // SAFETY: the process has one thread, which is still in the dynamic linker.
    unsafe {
        std::env::remove_var(FILE);
        match others.is_empty() {
            true => std::env::remove_var(PRELOAD),
            false => std::env::set_var(PRELOAD, OsStr::from_bytes(&others.join(&b':'))),
        }
    }
    CString::new(file.into_vec()).ok()
}

/// The path by which this library was loaded.
fn own_path() -> Option<&'static CStr> {
    // SAFETY: all bytes zero are a valid `Dl_info`, and the address is in this library. The name lives as long.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        let found = libc::dladdr(own_path as *const () as *const _, &raw mut info) != 0 && !info.dli_fname.is_null();
        found.then(|| CStr::from_ptr(info.dli_fname))
    }
}
