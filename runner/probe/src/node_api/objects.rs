//! The functions that give out objects, and those that take them back.

use std::ffi::c_void;
use std::ptr::null_mut;

use evidence::{Column, Counter, Resource};
use napi_sys::*;

use super::{OK, count};
use crate::finalizers::{self, Tie};
use crate::table::{add, add_at, raise};

use crate::{handles, ledger, scopes, sites, works};

observe! {
    fn napi_open_handle_scope(env: napi_env, result: *mut napi_handle_scope) |real| {
        let status = open(real(env, result), Resource::Scope, result, env);
        if status == OK {
            scopes::opened();
        }
        status
    }
    fn napi_close_handle_scope(env: napi_env, scope: napi_handle_scope) |real| {
        handles::note();
        let status = ledger::close_by(Resource::Scope, scope, || real(env, scope));
        if status == OK {
            scopes::closed();
        }
        handles::note();
        status
    }
    fn napi_open_escapable_handle_scope(env: napi_env, result: *mut napi_escapable_handle_scope) |real| {
        // It takes the place of the handle that may escape, in the scope outside.
        let status = open(handles::around(|| real(env, result)), Resource::Scope, result, env);
        if status == OK {
            scopes::opened();
        }
        status
    }
    fn napi_close_escapable_handle_scope(env: napi_env, scope: napi_escapable_handle_scope) |real| {
        handles::note();
        let status = ledger::close_by(Resource::Scope, scope, || real(env, scope));
        if status == OK {
            scopes::closed();
        }
        handles::note();
        status
    }
    fn napi_create_reference(env: napi_env, value: napi_value, initial: u32, result: *mut napi_ref) |real| {
        open_reference(real(env, value, initial, result), result, env, initial)
    }
    fn napi_delete_reference(env: napi_env, reference: napi_ref) |real| {
        ledger::used(reference, env);
        ledger::close_by(Resource::Reference, reference, || real(env, reference))
    }
    fn napi_reference_ref(env: napi_env, reference: napi_ref, result: *mut u32) |real| {
        ledger::used(reference, env);
        recount(reference, result, |result| real(env, reference, result))
    }
    fn napi_reference_unref(env: napi_env, reference: napi_ref, result: *mut u32) |real| {
        ledger::used(reference, env);
        recount(reference, result, |result| real(env, reference, result))
    }
    fn napi_get_reference_value(env: napi_env, reference: napi_ref, result: *mut napi_value) |real| {
        ledger::used(reference, env);
        handles::around(|| real(env, reference, result))
    }
    fn napi_wrap(
        env: napi_env,
        object: napi_value,
        native: *mut c_void,
        finalize: napi_finalize,
        hint: *mut c_void,
        reference: *mut napi_ref,
    ) |real| {
        let wrap = |finalize, hint| real(env, object, native, finalize, hint, reference);
        let status = finalizers::count(Tie::Wrap(native), finalize, hint, wrap);
        open_reference(status, reference, env, 0)
    }
    fn napi_remove_wrap(env: napi_env, object: napi_value, result: *mut *mut c_void) |real| {
        let mut native = null_mut();
        let status = real(env, object, &mut native);
        if status == OK {
            ledger::unwrap(native, None);
            if !result.is_null() {
                *result = native;
            }
        }
        status
    }
    fn napi_add_finalizer(
        env: napi_env,
        object: napi_value,
        data: *mut c_void,
        finalize: napi_finalize,
        hint: *mut c_void,
        reference: *mut napi_ref,
    ) |real| {
        let register = |finalize, hint| real(env, object, data, finalize, hint, reference);
        open_reference(finalizers::count(Tie::Object, finalize, hint, register), reference, env, 0)
    }
    fn node_api_post_finalizer(env: napi_env, finalize: napi_finalize, data: *mut c_void, hint: *mut c_void) |real| {
        finalizers::count(Tie::Posted, finalize, hint, |finalize, hint| real(env, finalize, data, hint))
    }
    fn napi_create_external(
        env: napi_env,
        data: *mut c_void,
        finalize: napi_finalize,
        hint: *mut c_void,
        result: *mut napi_value,
    ) |real| {
        let create = |finalize, hint| real(env, data, finalize, hint, result);
        handles::around(|| finalizers::count(Tie::External, finalize, hint, create))
    }
    fn napi_create_external_buffer(
        env: napi_env,
        length: usize,
        data: *mut c_void,
        finalize: napi_finalize,
        hint: *mut c_void,
        result: *mut napi_value,
    ) |real| {
        let create = |finalize, hint| real(env, length, data, finalize, hint, result);
        handles::around(|| finalizers::count(Tie::External, finalize, hint, create))
    }
    fn napi_create_external_arraybuffer(
        env: napi_env,
        data: *mut c_void,
        length: usize,
        finalize: napi_finalize,
        hint: *mut c_void,
        result: *mut napi_value,
    ) |real| {
        let create = |finalize, hint| real(env, data, length, finalize, hint, result);
        handles::around(|| finalizers::count(Tie::External, finalize, hint, create))
    }
    fn napi_set_instance_data(env: napi_env, data: *mut c_void, finalize: napi_finalize, hint: *mut c_void) |real| {
        let set = |finalize, hint| real(env, data, finalize, hint);
        let status = finalizers::count(Tie::Instance(env), finalize, hint, set);
        // What was set before stays open: Node forgets it without its finalizer.
        if status == OK && finalize.is_some() {
            ledger::open(Resource::Instance, env, env, 1, null_mut());
        }
        status
    }
    fn napi_adjust_external_memory(env: napi_env, change: i64, result: *mut i64) |real| {
        let status = count(real(env, change, result), Counter::Adjusts);
        if status == OK {
            let now = add(Counter::External, change);
            raise(Counter::PeakExternal, now);
            add_at(sites::here(), Column::External, change);
        }
        status
    }
    fn napi_create_promise(env: napi_env, deferred: *mut napi_deferred, promise: *mut napi_value) |real| {
        open(handles::around(|| real(env, deferred, promise)), Resource::Deferred, deferred, env)
    }
    fn napi_resolve_deferred(env: napi_env, deferred: napi_deferred, value: napi_value) |real| {
        ledger::close_by(Resource::Deferred, deferred, || real(env, deferred, value))
    }
    fn napi_reject_deferred(env: napi_env, deferred: napi_deferred, reason: napi_value) |real| {
        ledger::close_by(Resource::Deferred, deferred, || real(env, deferred, reason))
    }
    fn napi_create_async_work(
        env: napi_env,
        resource: napi_value,
        name: napi_value,
        execute: napi_async_execute_callback,
        complete: napi_async_complete_callback,
        data: *mut c_void,
        result: *mut napi_async_work,
    ) |real| {
        let own = works::Work::leak(execute, complete, data);
        let status = real(env, resource, name, execute.and(Some(works::execute)), complete.and(Some(works::complete)), own.cast(), result);
        if status == OK {
            ledger::open(Resource::Work, *result, env, 1, own.cast());
        }
        status
    }
    fn napi_delete_async_work(env: napi_env, work: napi_async_work) |real| {
        ledger::close_by(Resource::Work, work, || real(env, work))
    }
    fn napi_async_init(env: napi_env, resource: napi_value, name: napi_value, result: *mut napi_async_context) |real| {
        open(real(env, resource, name, result), Resource::Context, result, env)
    }
    fn napi_async_destroy(env: napi_env, context: napi_async_context) |real| {
        ledger::close_by(Resource::Context, context, || real(env, context))
    }
}

/// # Safety
/// `result` was written by a call that ended with `status`.
#[inline(always)]
unsafe fn open<T>(status: napi_status, kind: Resource, result: *mut *mut T, env: napi_env) -> napi_status {
    if status == OK {
        // SAFETY: the caller's contract.
        ledger::open(kind, unsafe { *result }, env, 1, null_mut());
    }
    status
}

/// A reference is the add-on's to delete only when it asked for one.
///
/// # Safety
/// As for [`open`], or `result` is null.
#[inline(always)]
unsafe fn open_reference(status: napi_status, result: *mut napi_ref, env: napi_env, strong: u32) -> napi_status {
    if status == OK && !result.is_null() {
        // SAFETY: the caller's contract.
        ledger::open(Resource::Reference, unsafe { *result }, env, strong, null_mut());
    }
    status
}

/// Calls what changes the strong count of a reference, and keeps the new one.
///
/// # Safety
/// `result` is null or can be written.
unsafe fn recount(reference: napi_ref, result: *mut u32, change: impl FnOnce(*mut u32) -> napi_status) -> napi_status {
    let mut strong = 0;
    let status = change(&mut strong);
    if status == OK {
        ledger::recount(reference, strong);
        if !result.is_null() {
            // SAFETY: the caller's contract.
            unsafe { *result = strong };
        }
    }
    status
}
