//! What is counted: for the whole process, and at each call site.

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$about:meta])* $id:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum $type { $($(#[$about])* $id,)* }

        impl $type {
            /// All of them, in the order of the file.
            pub const ALL: [$type; [$($name),*].len()] = [$($type::$id,)*];

            /// Its name in recordings.
            pub const fn name(self) -> &'static str {
                match self { $($type::$id => $name,)* }
            }
        }
    };
}

named! {
    /// One number of the process. Gauges go up and down; the others only up.
    Counter {
        /// Gauge: blocks that the add-ons allocated and that nobody has freed.
        LiveBlocks = "blocks.live",
        /// Gauge: their size in bytes, as asked for.
        LiveBytes = "bytes.live",
        /// The highest value of `bytes.live` since the harness last set it.
        PeakBytes = "bytes.peak",
        /// Gauge: mappings that the add-ons made by `mmap` and have not undone.
        LiveMaps = "maps.live",
        /// Gauge: their size in bytes.
        MappedBytes = "maps.bytes",
        /// Threads that the add-ons have started.
        ThreadsStarted = "threads.started",
        /// Those that have ended.
        ThreadsEnded = "threads.ended",
        /// Node-API calls of add-ons that went through the probe: 0 means that the ledger is blind.
        Calls = "calls",
        /// Gauge: local handles alive in the isolate of the last observed call, as V8 counts them.
        Handles = "handles.live",
        /// The highest value of `handles.live` since the harness last set it.
        PeakHandles = "handles.peak",
        /// 1 when this Node exports what is needed to count handles.
        HandlesKnown = "handles.known",
        /// 1 when this Node exports what is needed to name the JavaScript function that called the add-on.
        /// It is looked for only in runs that want it.
        CallersKnown = "callers.known",
        /// References that an add-on was given and must delete.
        RefsCreated = "references.created",
        /// Those that it has deleted.
        RefsDeleted = "references.deleted",
        /// Uses of a reference in an environment that is not its own.
        RefsForeign = "references.foreign",
        /// Uses of a reference that was deleted.
        RefsDead = "references.dead",
        /// Finalizers handed to Node-API.
        FinalizersSet = "finalizers.set",
        /// Those that ran.
        FinalizersRun = "finalizers.run",
        /// Native data tied to JavaScript objects by `napi_wrap`; it ends with its finalizer or is removed.
        Wraps = "wraps.created",
        /// Those that have come to their end.
        WrapsEnded = "wraps.ended",
        /// Externals, external buffers and external array buffers.
        Externals = "externals.created",
        /// Those whose finalizer has run.
        ExternalsFinalized = "externals.finalized",
        /// Async works.
        WorksCreated = "works.created",
        /// Those that were deleted.
        WorksDeleted = "works.deleted",
        /// Deferreds.
        DeferredsCreated = "deferreds.created",
        /// Those that were resolved or rejected.
        DeferredsSettled = "deferreds.settled",
        /// Cleanup hooks of environments.
        HooksAdded = "hooks.added",
        /// Those that have run or were removed.
        HooksEnded = "hooks.ended",
        /// Instance data.
        InstancesSet = "instances.set",
        /// Those whose finalizer has run.
        InstancesFinalized = "instances.finalized",
        /// Contexts of asynchronous operations, by `napi_async_init`.
        ContextsCreated = "contexts.created",
        /// Those that were destroyed.
        ContextsDestroyed = "contexts.destroyed",
        /// Gauge: the sum of all changes given to `napi_adjust_external_memory`, in bytes.
        External = "external.net",
        /// The highest value of `external.net` since the harness last set it.
        PeakExternal = "external.peak",
        /// Calls of `napi_adjust_external_memory`.
        Adjusts = "external.adjusts",
        /// Thread-safe functions.
        TsfnCreated = "tsfn.created",
        /// Those that were finalized.
        TsfnFinalized = "tsfn.finalized",
        /// Threads that took a share in a thread-safe function after its creation.
        TsfnAcquired = "tsfn.acquired",
        /// Shares that were given back.
        TsfnReleased = "tsfn.released",
        /// Gauge: payloads that queues took and have not delivered or drained.
        Queued = "tsfn.queued",
        /// The highest value of `tsfn.queued` since the harness last set it.
        PeakQueued = "tsfn.queued.peak",
        /// Payloads that a queue refused, because it was full or closing.
        Refused = "tsfn.refused",
        /// Payloads given to `call_js` with an environment.
        Delivered = "tsfn.delivered",
        /// Payloads given to it without one, at the end.
        Drained = "tsfn.drained",
        /// Handle scopes, escapable or not.
        ScopesOpened = "scopes.opened",
        /// Those that were closed.
        ScopesClosed = "scopes.closed",
        /// Blocks that have had pages of their own, in guard mode.
        Guarded = "guard.blocks",
        /// Those for which there was no room.
        Unguarded = "guard.unguarded",
    }
}

named! {
    /// What is counted at a site.
    Column {
        /// Blocks that are alive.
        Blocks = "blocks",
        /// Their bytes.
        Bytes = "bytes",
        /// Mappings that are there.
        Maps = "maps",
        /// Their bytes.
        Mapped = "mapped",
        /// Threads that have not ended.
        Threads = "threads",
        /// Handles that calls of Node-API from here have made, less those whose scope the add-on has closed.
        /// The harness sets it to 0 where no native call is open.
        Handles = "handles",
        /// The highest value of `handles` since then.
        PeakHandles = "handles.peak",
        /// References not deleted.
        References = "references",
        /// Scopes not closed.
        Scopes = "scopes",
        /// Native data tied to objects by `napi_wrap` that has not come to its end.
        Wraps = "wraps",
        /// Externals, external buffers and external array buffers whose finalizer has not run.
        Externals = "externals",
        /// Thread-safe functions not finalized.
        Functions = "tsfn",
        /// Payloads that wait in their queues.
        Queued = "queue",
        /// The highest value of `queue` since the harness last set it.
        PeakQueued = "queue.peak",
        /// Async works not deleted.
        Works = "works",
        /// Deferreds neither resolved nor rejected.
        Deferreds = "deferreds",
        /// Cleanup hooks that have not run and were not removed.
        Hooks = "hooks",
        /// Instance data whose finalizer has not run.
        Instances = "instances",
        /// Contexts of asynchronous operations not destroyed.
        Contexts = "contexts",
        /// Bytes reported by `napi_adjust_external_memory`, less those taken back.
        External = "external",
        /// Uses of a reference in an environment that is not its own.
        Foreign = "foreign",
        /// Uses of a reference that was deleted.
        Dead = "dead",
    }
}

/// A kind of object that Node-API gives out, and that is known by its address until it is given back.
///
/// This is where one is declared: what counts those that were opened, those that were closed, and at a site
/// those that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A `napi_ref` that is the add-on's to delete.
    Reference,
    /// A handle scope, escapable or not.
    Scope,
    /// A `napi_async_work`.
    Work,
    /// A `napi_deferred`.
    Deferred,
    /// A cleanup hook of an environment.
    Hook,
    /// The instance data of an environment.
    Instance,
    /// A `napi_async_context`.
    Context,
}

impl Resource {
    /// What counts the opened ones, what counts the closed ones, and what says at a site how many are open.
    pub const fn counted(self) -> (Counter, Counter, Column) {
        match self {
            Resource::Reference => (Counter::RefsCreated, Counter::RefsDeleted, Column::References),
            Resource::Scope => (Counter::ScopesOpened, Counter::ScopesClosed, Column::Scopes),
            Resource::Work => (Counter::WorksCreated, Counter::WorksDeleted, Column::Works),
            Resource::Deferred => (Counter::DeferredsCreated, Counter::DeferredsSettled, Column::Deferreds),
            Resource::Hook => (Counter::HooksAdded, Counter::HooksEnded, Column::Hooks),
            Resource::Instance => (Counter::InstancesSet, Counter::InstancesFinalized, Column::Instances),
            Resource::Context => (Counter::ContextsCreated, Counter::ContextsDestroyed, Column::Contexts),
        }
    }
}
