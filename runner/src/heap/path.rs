//! The ways from the root of the heap to its objects.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::snapshot::{Edge, EdgeKind, NodeId, NodeKind, Snapshot};

/// What is on the stack right now: the harness, which writes the snapshot.
const STACK: &str = "(Stack roots)";
/// The cost of a way that says more about V8 than about the program: the shape of an object, its
/// prototype, its code. It is taken when there is no other.
const ASIDE: u32 = 30;

/// The cheapest ways from the root to all nodes.
pub(super) struct Ways {
    /// The node before each one, and the edge from there.
    before: Vec<Option<(NodeId, Edge)>>,
}

impl Ways {
    /// Finds them. What `blocked` names, a node and another one that it holds, is not a way.
    pub(super) fn find(snapshot: &Snapshot, blocked: impl Fn(NodeId, NodeId) -> bool) -> Ways {
        let count = snapshot.nodes().count();
        let mut before = vec![None; count];
        let mut costs = vec![u32::MAX; count];
        costs[0] = 0;
        let mut next = BinaryHeap::from([Reverse((0, 0))]);
        while let Some(Reverse((cost, node))) = next.pop() {
            if cost > costs[node as usize] {
                continue;
            }
            for edge in snapshot.edges(node) {
                let Some(more) = cost_of(snapshot, node, edge) else { continue };
                let sum = cost.saturating_add(more);
                if sum < costs[edge.to as usize] && !blocked(node, edge.to) {
                    costs[edge.to as usize] = sum;
                    before[edge.to as usize] = Some((node, *edge));
                    next.push(Reverse((sum, edge.to)));
                }
            }
        }
        Ways { before }
    }

    /// The node before this one on the way to it, and the edge from there; none when nothing strong leads to it.
    pub(super) fn before(&self, node: NodeId) -> Option<(NodeId, Edge)> {
        self.before[node as usize]
    }
}

/// What it costs to go over an edge; none when it does not hold what it leads to.
fn cost_of(snapshot: &Snapshot, from: NodeId, edge: &Edge) -> Option<u32> {
    let name = snapshot.edge_name(edge).unwrap_or_default();
    match (edge.kind, snapshot.kind(edge.to)) {
        (EdgeKind::Weak, _) => None,
        (_, NodeKind::Synthetic) if snapshot.name(edge.to) == STACK => None,
        (_, NodeKind::Synthetic) => Some(0),
        // From the root itself go short ways to the global objects. A native handle is as near, and more certain.
        _ if from == 0 => Some(2),
        (EdgeKind::Property, _) if matches!(name, "__proto__" | "constructor") => Some(ASIDE),
        (EdgeKind::Internal, _) if matches!(name, "map" | "shared" | "code" | "feedback_cell" | "prototype") => Some(ASIDE),
        // The entry of a WeakMap holds its value only for its key, from which there is such an edge too.
        (EdgeKind::Internal, _) if name.contains("part of key (") && snapshot.kind(from) == NodeKind::Internal => Some(ASIDE),
        _ => Some(1),
    }
}
