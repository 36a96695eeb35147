//! The numbers that a lesson is graded on, and those that a person is shown.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$about:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $type { $($(#[$about])* #[serde(rename = $name)] $variant,)* }

        impl $type {
            /// All of them, in the order of the documentation.
            pub const ALL: &[$type] = &[$($type::$variant,)*];

            /// The name in `lesson.toml`.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// A number that can be graded: it is exact, or a peak that is compared with a wide bound. All are
    /// of the measured rounds alone. "Kept" is what is there when the last of them has settled and was
    /// not there before the first; a "peak" is the highest of any round above what was there before it.
    Metric {
        /// Blocks that the add-on allocated and did not free.
        BlocksKept = "blocks.kept",
        /// Their bytes.
        BytesKept = "bytes.kept",
        /// Bytes of the add-on's allocator.
        BytesPeak = "bytes.peak",
        /// V8's local handles.
        HandlesPeak = "handles.peak",
        /// References created and not deleted.
        ReferencesKept = "references.kept",
        /// Uses of a reference in an environment that is not its own.
        ReferencesForeign = "references.foreign",
        /// Uses of a reference that was deleted.
        ReferencesDead = "references.dead",
        /// Native data tied to objects by `napi_wrap`, with no finalizer run and not removed.
        WrapsKept = "wraps.kept",
        /// Externals, external buffers and external array buffers whose finalizer has not run.
        ExternalsKept = "externals.kept",
        /// Objects that `drive.mjs` tracks (`t.track`) and that were not collected.
        ObjectsKept = "objects.kept",
        /// Finalizers that ran.
        FinalizersRun = "finalizers.run",
        /// The sum of what was reported by `napi_adjust_external_memory`, in bytes.
        ExternalKept = "external.kept",
        /// Its highest value.
        ExternalPeak = "external.peak",
        /// Thread-safe functions created and not finalized.
        TsfnKept = "tsfn.kept",
        /// Payloads waiting in the queues of thread-safe functions.
        QueuePeak = "queue.peak",
        /// Payloads that a queue refused.
        QueueRefused = "queue.refused",
        /// Handle scopes opened and not closed.
        ScopesKept = "scopes.kept",
        /// Async works created and not deleted.
        WorksKept = "works.kept",
        /// Deferreds neither resolved nor rejected.
        DeferredsKept = "deferreds.kept",
        /// Cleanup hooks of environments that have not run and were not removed.
        HooksKept = "hooks.kept",
        /// Instance data whose finalizer has not run.
        InstancesKept = "instances.kept",
        /// Full collections during the work.
        GcMajor = "gc.major",
        /// Collections during the work that somebody asked for by calling `gc()`.
        GcForced = "gc.forced",
        /// Accesses to memory that was freed or never allocated: 1 or 0, as the first ends the run. Of the
        /// whole run, and only with `guard = true`.
        GuardFaults = "guard.faults",
    }
}

named! {
    /// A row of the table of moments.
    Gauge {
        /// V8's JavaScript heap, in bytes.
        HeapUsed = "heapUsed",
        /// Memory outside of V8's heap that it knows of through buffers, in bytes.
        NodeExternal = "node.external",
        /// Bytes that the add-on allocated and has not freed.
        Bytes = "bytes",
        /// The same in blocks.
        Blocks = "blocks",
        /// V8's local handles.
        Handles = "handles",
        /// References created and not deleted.
        References = "references",
        /// Objects that `drive.mjs` tracks and that were not collected yet. They are not counted inside the
        /// work, and there is no such row in a lesson that tracks none.
        Objects = "objects",
        /// Finalizers that ran since the first measured round began.
        Finalizers = "finalizers",
        /// The sum of what was reported by `napi_adjust_external_memory`, in bytes.
        External = "external",
        /// Payloads waiting in the queues of thread-safe functions.
        Queue = "queue",
        /// Handle scopes opened and not closed.
        Scopes = "scopes",
        /// Native data tied to objects by `napi_wrap` that has not come to its end.
        Wraps = "wraps",
        /// Externals, external buffers and external array buffers whose finalizer has not run.
        Externals = "externals",
        /// Thread-safe functions created and not finalized.
        Functions = "tsfn",
        /// Async works created and not deleted.
        Works = "works",
        /// Deferreds neither resolved nor rejected.
        Deferreds = "deferreds",
        /// Cleanup hooks of environments that have not run and were not removed.
        Hooks = "hooks",
        /// Instance data whose finalizer has not run.
        Instances = "instances",
        /// Resident memory of the process, in bytes.
        Rss = "rss",
    }
}

/// Where a number comes from, and so what it can't see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What the add-on asks the C library for.
    Memory,
    /// What it asks Node-API for.
    NodeApi,
    /// What Node and V8 say themselves.
    Node,
}

impl Metric {
    /// Where this number comes from.
    pub fn sees(self) -> Sight {
        match self {
            Metric::BlocksKept | Metric::BytesKept | Metric::BytesPeak | Metric::GuardFaults => Sight::Memory,
            Metric::HandlesPeak | Metric::ObjectsKept | Metric::GcMajor | Metric::GcForced => Sight::Node,
            Metric::ReferencesKept
            | Metric::ReferencesForeign
            | Metric::ReferencesDead
            | Metric::WrapsKept
            | Metric::ExternalsKept
            | Metric::FinalizersRun
            | Metric::ExternalKept
            | Metric::ExternalPeak
            | Metric::TsfnKept
            | Metric::QueuePeak
            | Metric::QueueRefused
            | Metric::ScopesKept
            | Metric::WorksKept
            | Metric::DeferredsKept
            | Metric::HooksKept
            | Metric::InstancesKept => Sight::NodeApi,
        }
    }

    /// Whether this number depends on when V8 collects garbage.
    pub fn depends_on_gc(self) -> bool {
        matches!(self, Metric::BytesPeak | Metric::ExternalPeak | Metric::GcMajor)
    }

    /// Whether the holders of the tracked objects that are left explain this number.
    pub fn has_holders(self) -> bool {
        matches!(self, Metric::ObjectsKept | Metric::ReferencesKept)
    }

    /// What of the probe's call sites explains this number; nothing when no place in the source does.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Metric::BlocksKept => &[Kind::Blocks],
            Metric::BytesKept | Metric::BytesPeak => &[Kind::Bytes],
            Metric::HandlesPeak => &[Kind::Handles],
            Metric::ReferencesKept => &[Kind::References],
            Metric::ReferencesForeign => &[Kind::Foreign],
            Metric::ReferencesDead => &[Kind::Dead],
            Metric::WrapsKept => &[Kind::Wraps],
            Metric::ExternalsKept => &[Kind::Externals],
            Metric::FinalizersRun => &[Kind::Wraps, Kind::Externals],
            Metric::ExternalKept | Metric::ExternalPeak => &[Kind::External],
            Metric::TsfnKept => &[Kind::Functions],
            Metric::QueuePeak => &[Kind::Queue],
            Metric::ScopesKept => &[Kind::Scopes],
            Metric::WorksKept => &[Kind::Works],
            Metric::DeferredsKept => &[Kind::Deferreds],
            Metric::HooksKept => &[Kind::Hooks],
            Metric::InstancesKept => &[Kind::Instances],
            Metric::ObjectsKept | Metric::QueueRefused | Metric::GcMajor | Metric::GcForced | Metric::GuardFaults => &[],
        }
    }
}

named! {
    /// What the probe counts at a call site. The names are those of its columns.
    Kind {
        /// Blocks that are alive.
        Blocks = "blocks",
        /// Their bytes.
        Bytes = "bytes",
        /// Handles that are alive at once.
        Handles = "handles",
        /// References not deleted.
        References = "references",
        /// Uses of a reference in an environment that is not its own.
        Foreign = "foreign",
        /// Uses of a reference that was deleted.
        Dead = "dead",
        /// Scopes not closed.
        Scopes = "scopes",
        /// Native data tied to objects that has not come to its end.
        Wraps = "wraps",
        /// Externals whose finalizer has not run.
        Externals = "externals",
        /// Thread-safe functions not finalized.
        Functions = "tsfn",
        /// Payloads that wait in their queues.
        Queue = "queue",
        /// Async works not deleted.
        Works = "works",
        /// Deferreds not settled.
        Deferreds = "deferreds",
        /// Cleanup hooks that have not run.
        Hooks = "hooks",
        /// Instance data not finalized.
        Instances = "instances",
        /// Bytes reported to V8.
        External = "external",
    }
}
