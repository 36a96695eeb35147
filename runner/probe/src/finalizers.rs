//! Counts finalizers: the add-on's own is replaced by one that calls it and counts.
//!
//! Native data without a finalizer goes through as it is: it stays open for ever, unless it is a wrap and
//! the add-on removes it.

use std::ffi::c_void;

use evidence::{Column, Counter, Resource};
use napi_sys::{Status, napi_env, napi_finalize, napi_status};

use crate::table::{NOWHERE, add, add_at};
use crate::{call, ledger, sites};

/// What native data is tied to.
#[derive(Clone, Copy)]
pub(crate) enum Tie {
    /// An object, by `napi_wrap`, with this data: it can be removed, and is known by its address then.
    Wrap(*mut c_void),
    /// A value of its own: an external, or a buffer.
    External,
    /// An object, by `napi_add_finalizer`.
    Object,
    /// Nothing: it was posted by another finalizer, as the part of it that may call JavaScript.
    Posted,
    /// An environment, as its instance data. The ledger knows it.
    Instance(napi_env),
}

/// What Node-API gives back to [`counted`] in the place of the add-on's hint.
struct Call {
    finalize: unsafe extern "C" fn(napi_env, *mut c_void, *mut c_void),
    hint: *mut c_void,
    tie: Tie,
    /// Where an external or a wrap was made.
    site: u32,
    /// Whether Node has accepted it.
    tied: bool,
}

/// Hands `finalize` and `hint` to `register` in their counted form, and counts what was tied.
///
/// # Safety
/// `register` passes both values to one Node-API function, which calls the finalizer at most once.
#[inline(always)]
pub(crate) unsafe fn count(
    tie: Tie,
    finalize: napi_finalize,
    hint: *mut c_void,
    register: impl FnOnce(napi_finalize, *mut c_void) -> napi_status,
) -> napi_status {
    let site = match tie {
        Tie::External | Tie::Wrap(_) => sites::here(),
        Tie::Object | Tie::Posted | Tie::Instance(_) => NOWHERE,
    };
    let Some(finalize) = finalize else {
        let status = register(None, hint);
        // An external without a finalizer owns nothing. What is wrapped without one never comes to its end.
        if let Tie::Wrap(_) = tie {
            tied(tie, site, status);
        }
        return status;
    };
    let call = Box::into_raw(Box::new(Call { finalize, hint, tie, site, tied: false }));
    let status = register(Some(counted), call.cast());
    tied(tie, site, status);
    // Where Node refuses it may run the finalizer all the same, as for a buffer that is too large. So the
    // block is never freed here: a few bytes of a failed call are lost.
    if status == Status::napi_ok {
        // SAFETY: Node calls the finalizer of what it has accepted on a later turn, and that frees the block.
        unsafe { (*call).tied = true };
        if !matches!(tie, Tie::Posted) {
            add(Counter::FinalizersSet, 1);
        }
    }
    status
}

fn tied(tie: Tie, site: u32, status: napi_status) {
    match tie {
        Tie::External if status == Status::napi_ok => {
            add(Counter::Externals, 1);
            add_at(site, Column::Externals, 1);
        }
        Tie::Wrap(native) if status == Status::napi_ok => ledger::wrap(native, site),
        _ => {}
    }
}

unsafe extern "C" fn counted(env: napi_env, data: *mut c_void, call: *mut c_void) {
    // SAFETY: `call` was made by `count`, and Node runs a finalizer once.
    let Call { finalize, hint, tie, site, tied } = *unsafe { Box::from_raw(call.cast::<Call>()) };
    if tied {
        // Before the add-on's own code, which may tie other data at the same address.
        match tie {
            Tie::Wrap(native) => ledger::unwrap(native, Some(site)),
            Tie::Instance(env) => ledger::close(Resource::Instance, env),
            Tie::External => {
                add(Counter::ExternalsFinalized, 1);
                add_at(site, Column::Externals, -1);
            }
            Tie::Object | Tie::Posted => {}
        }
    }
    // SAFETY: the arguments are those that the add-on gave, and Node's own.
    call::from_nobody(|| unsafe { finalize(env, data, hint) });
    if !matches!(tie, Tie::Posted) {
        add(Counter::FinalizersRun, 1);
    }
}
