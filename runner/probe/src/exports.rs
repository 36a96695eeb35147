//! What the harness asks the probe for. It loads this library as it loads an add-on, and so gets functions that no
//! add-on can reach or replace.

use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::slice;
use std::sync::atomic::Ordering::*;

use evidence::{Column, Counter};
use napi_sys::*;

use crate::node::{
    real_create_array, real_create_double, real_create_function, real_create_string_utf8, real_create_uint32, real_get_cb_info,
    real_get_reference_value, real_get_typedarray_info, real_set_element, real_set_named_property,
};
use crate::{handles, ledger, table};

const OK: napi_status = Status::napi_ok;

/// What begins anew with each round, and at what.
const PEAKS: [(Counter, Counter); 4] = [
    (Counter::PeakBytes, Counter::LiveBytes),
    (Counter::PeakHandles, Counter::Handles),
    (Counter::PeakQueued, Counter::Queued),
    (Counter::PeakExternal, Counter::External),
];

/// The same at each site. No native call is open then, so no handle is left.
const PEAKS_OF_SITES: [(Column, Option<Column>); 3] =
    [(Column::Handles, None), (Column::PeakHandles, None), (Column::PeakQueued, Some(Column::Queued))];

/// The functions, by the names that the harness knows.
const FUNCTIONS: [(&CStr, napi_callback); 5] = [
    (c"read", Some(read)),
    (c"columns", Some(columns)),
    (c"amounts", Some(amounts)),
    (c"resetPeaks", Some(reset_peaks)),
    (c"references", Some(references)),
];

/// Gives the functions to the harness; nothing where nobody counts.
///
/// # Safety
/// That of a function by which a module registers itself.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_register_module_v1(env: napi_env, exports: napi_value) -> napi_value {
    if !table::on() {
        return exports;
    }
    // SAFETY: Node's environment and a fresh object; results go to locals.
    unsafe {
        for (name, function) in FUNCTIONS {
            let mut value = null_mut();
            if real_create_function(env, name.as_ptr(), -1, function, null_mut(), &mut value) == OK {
                real_set_named_property(env, exports, name.as_ptr(), value);
            }
        }
        let names = names(env, &Counter::ALL.map(Counter::name));
        real_set_named_property(env, exports, c"names".as_ptr(), names);
    }
    exports
}

/// # Safety
/// `env` is the environment of this thread.
unsafe fn names(env: napi_env, names: &[&str]) -> napi_value {
    let mut list = null_mut();
    // SAFETY: the caller's contract; results go to locals.
    unsafe {
        real_create_array(env, &mut list);
        for (index, name) in names.iter().enumerate() {
            let mut text = null_mut();
            real_create_string_utf8(env, name.as_ptr().cast(), name.len() as isize, &mut text);
            real_set_element(env, list, index as u32, text);
        }
    }
    list
}

/// The arguments of a call.
///
/// # Safety
/// `info` is that of a call in `env`.
unsafe fn argument(env: napi_env, info: napi_callback_info) -> napi_value {
    let (mut count, mut value) = (1, null_mut());
    // SAFETY: the caller's contract; there is room for one value.
    unsafe { real_get_cb_info(env, info, &mut count, &mut value, null_mut(), null_mut()) };
    value
}

/// `read(values)`: writes each counter, in the order of `names`, into a `Float64Array`. It makes no garbage.
///
/// V8 closes the scope of a native call after the add-on's last call of Node-API, so nothing of the add-on runs at the
/// moment at which "how many handles are left?" becomes interesting: they are counted here.
unsafe extern "C" fn read(env: napi_env, info: napi_callback_info) -> napi_value {
    handles::note();
    let (mut kind, mut length, mut data) = (0, 0, null_mut::<c_void>());
    // SAFETY: Node calls this with its environment; results go to locals. The array's memory stays during the call.
    unsafe {
        let array = argument(env, info);
        let status = real_get_typedarray_info(env, array, &mut kind, &mut length, &mut data, null_mut(), null_mut());
        if status == OK && kind == TypedarrayType::float64_array && !data.is_null() {
            let values = slice::from_raw_parts_mut(data.cast::<f64>(), length);
            for (value, counter) in values.iter_mut().zip(Counter::ALL) {
                *value = table::add(counter, 0) as f64;
            }
        }
    }
    null_mut()
}

/// `columns()`: the names of what is counted at a site.
unsafe extern "C" fn columns(env: napi_env, _: napi_callback_info) -> napi_value {
    // SAFETY: Node calls this with its environment.
    unsafe { names(env, &Column::ALL.map(Column::name)) }
}

/// `amounts()`: for what is there of each site, its number, the number of the column, and the amount, in turn.
unsafe extern "C" fn amounts(env: napi_env, _: napi_callback_info) -> napi_value {
    let mut list = null_mut();
    // SAFETY: Node calls this with its environment; results go to locals.
    unsafe {
        real_create_array(env, &mut list);
        let mut length = 0;
        let mut push = |number: f64| {
            let mut value = null_mut();
            real_create_double(env, number, &mut value);
            real_set_element(env, list, length, value);
            length += 1;
        };
        let Some(file) = table::file() else { return list };
        for (number, site) in file.sites.iter().enumerate().filter(|(_, site)| site.key.load(Acquire) != 0) {
            for (column, amount) in site.amounts.iter().enumerate() {
                let amount = amount.load(Relaxed);
                if amount != 0 {
                    [number as f64, column as f64, amount as f64].into_iter().for_each(&mut push);
                }
            }
        }
    }
    list
}

/// `resetPeaks()`, where no native call is open and nothing is at work.
unsafe extern "C" fn reset_peaks(_: napi_env, _: napi_callback_info) -> napi_value {
    handles::note();
    for (peak, gauge) in PEAKS {
        table::set(peak, table::add(gauge, 0));
    }
    let Some(file) = table::file() else { return null_mut() };
    for site in file.sites.iter().filter(|site| site.key.load(Acquire) != 0) {
        for (peak, gauge) in PEAKS_OF_SITES {
            let now = gauge.map_or(0, |gauge| site.amounts[gauge as usize].load(Relaxed));
            site.amounts[peak as usize].store(now, Relaxed);
        }
    }
    null_mut()
}

/// `references()`: a site and an object, in turn, for each strong reference that an add-on has in this thread.
unsafe extern "C" fn references(env: napi_env, _: napi_callback_info) -> napi_value {
    let mut list = null_mut();
    // SAFETY: Node calls this with its environment; results go to locals.
    if unsafe { real_create_array(env, &mut list) } != OK {
        return null_mut();
    }
    let mut length = 0;
    ledger::each_strong(|of, reference, at| {
        let (mut site, mut object) = (null_mut(), null_mut());
        // SAFETY: as above, and the reference is open and that environment's, which is of this thread.
        unsafe {
            if real_get_reference_value(of, reference, &mut object) == OK
                && !object.is_null()
                && real_create_uint32(env, at, &mut site) == OK
            {
                real_set_element(env, list, length, site);
                real_set_element(env, list, length + 1, object);
                length += 2;
            }
        }
    });
    list
}
