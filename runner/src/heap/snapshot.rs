//! A heap snapshot of V8, as `v8.writeHeapSnapshot` writes it.
//!
//! It is a JSON object. `nodes` and `edges` are flat arrays of numbers, with as many for each as `meta`
//! has names of fields; the edges of a node follow those of the node before it. Where a field stands, and
//! which number is which type, is read from `meta`: both differ between versions of V8.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// What a node is, as far as it matters for who holds whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// A JavaScript object.
    Object,
    /// A function.
    Closure,
    /// Something of C++ that V8 was told of.
    Native,
    /// A root, or a group of roots: it is in no heap.
    Synthetic,
    /// What V8 needs for itself: tables, code, shapes.
    Internal,
    /// A string, a number, a symbol.
    Value,
}

/// How a node holds another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeKind {
    /// A variable of a function.
    Variable,
    /// A property, by its name.
    Property,
    /// An element of an array, or one that V8 gave a number instead of a name.
    Numbered,
    /// By something of V8's own that has a name.
    Internal,
    /// A short way to something that other edges lead to as well.
    Shortcut,
    /// It does not hold it.
    Weak,
}

/// A node's number: its place among the nodes.
pub(super) type NodeId = u32;

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: NodeKind,
    name: u32,
    /// Where its edges begin.
    edges: u32,
}

/// An edge to a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) kind: EdgeKind,
    name: u32,
    pub(super) to: NodeId,
}

/// All nodes and edges. Node 0 is the root.
#[derive(Debug)]
pub(super) struct Snapshot {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    strings: Vec<String>,
}

impl Snapshot {
    /// Reads the bytes of a snapshot.
    ///
    /// # Errors
    /// Why it is none, as a fragment.
    pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, String> {
        let file: File = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        file.into_snapshot().ok_or_else(|| "its fields are not those of a heap snapshot".into())
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        0..self.nodes.len() as NodeId
    }

    pub(super) fn kind(&self, node: NodeId) -> NodeKind {
        self.nodes[node as usize].kind
    }

    pub(super) fn name(&self, node: NodeId) -> &str {
        &self.strings[self.nodes[node as usize].name as usize]
    }

    /// The edges that go out from a node.
    pub(super) fn edges(&self, node: NodeId) -> &[Edge] {
        let from = self.nodes[node as usize].edges as usize;
        let to = self.nodes.get(node as usize + 1).map_or(self.edges.len(), |next| next.edges as usize);
        &self.edges[from..to]
    }

    /// The name of an edge; none when it has a number.
    pub(super) fn edge_name(&self, edge: &Edge) -> Option<&str> {
        (edge.kind != EdgeKind::Numbered).then(|| self.strings.get(edge.name as usize).map_or("", String::as_str))
    }
}

#[derive(Deserialize)]
struct File {
    snapshot: Head,
    nodes: Vec<u64>,
    edges: Vec<u64>,
    strings: Vec<Text>,
}

#[derive(Deserialize)]
struct Head {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<Types>,
    edge_fields: Vec<String>,
    edge_types: Vec<Types>,
}

/// The type of a field: the names of its values, or one word such as `string`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Types {
    Named(Vec<String>),
    Other(serde::de::IgnoredAny),
}

impl File {
    fn into_snapshot(self) -> Option<Snapshot> {
        let Meta { node_fields, node_types, edge_fields, edge_types } = &self.snapshot.meta;
        let field = |fields: &[String], name: &str| fields.iter().position(|field| field == name);
        let (kind, name, count) = (field(node_fields, "type")?, field(node_fields, "name")?, field(node_fields, "edge_count")?);
        let kinds: Vec<NodeKind> = names(node_types, kind)?.iter().map(|name| node_kind(name)).collect();
        let width = node_fields.len();

        let mut nodes = Vec::with_capacity(self.nodes.len() / width);
        let mut edges_before: usize = 0;
        for node in self.nodes.chunks_exact(width) {
            let name = u32::try_from(node[name]).ok().filter(|name| (*name as usize) < self.strings.len())?;
            nodes.push(Node { kind: *kinds.get(node[kind] as usize)?, name, edges: u32::try_from(edges_before).ok()? });
            edges_before = edges_before.checked_add(node[count] as usize)?;
        }

        let (kind, name, to) =
            (field(edge_fields, "type")?, field(edge_fields, "name_or_index")?, field(edge_fields, "to_node")?);
        let kinds: Vec<EdgeKind> = names(edge_types, kind)?.iter().map(|name| edge_kind(name)).collect();
        let mut edges = Vec::with_capacity(edges_before);
        for edge in self.edges.chunks_exact(edge_fields.len()) {
            // It is given as the place of the node's first number.
            let to = u32::try_from(edge[to] / width as u64).ok().filter(|to| (*to as usize) < nodes.len())?;
            edges.push(Edge { kind: *kinds.get(edge[kind] as usize)?, name: edge[name] as u32, to });
        }
        let strings = self.strings.into_iter().map(|text| text.0).collect();
        (!nodes.is_empty() && edges.len() == edges_before).then_some(Snapshot { nodes, edges, strings })
    }
}

fn names(types: &[Types], field: usize) -> Option<&[String]> {
    match types.get(field)? {
        Types::Named(names) => Some(names),
        Types::Other(_) => None,
    }
}

fn node_kind(name: &str) -> NodeKind {
    match name {
        "object" => NodeKind::Object,
        "closure" => NodeKind::Closure,
        "native" => NodeKind::Native,
        "synthetic" => NodeKind::Synthetic,
        "string" | "concatenated string" | "sliced string" | "number" | "bigint" | "symbol" | "regexp" => NodeKind::Value,
        _ => NodeKind::Internal,
    }
}

fn edge_kind(name: &str) -> EdgeKind {
    match name {
        "context" => EdgeKind::Variable,
        "property" => EdgeKind::Property,
        "element" | "hidden" => EdgeKind::Numbered,
        "shortcut" => EdgeKind::Shortcut,
        "weak" => EdgeKind::Weak,
        _ => EdgeKind::Internal,
    }
}

/// A string of JavaScript. It may have half of a pair of surrogates, which no string of Rust can.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_snapshot_is_refused() {
        assert!(Snapshot::read(b"").is_err());
        assert!(Snapshot::read(b"{}").is_err());
        let meta = r#"{"node_fields":["type"],"node_types":[["object"]],"edge_fields":[],"edge_types":[]}"#;
        let text = format!(r#"{{"snapshot":{{"meta":{meta}}},"nodes":[0],"edges":[],"strings":[]}}"#);
        assert!(Snapshot::read(text.as_bytes()).is_err_and(|reason| reason.contains("its fields are not")));
    }

    #[test]
    fn fields_are_where_the_head_says() {
        let meta = r#"{"node_fields":["name","edge_count","other","type"],"node_types":["string","number","number",["closure","object"]],
            "edge_fields":["to_node","type","name_or_index"],"edge_types":["node",["weak","property"],"string_or_number"]}"#;
        let data = r#""nodes":[0,1,7,1, 1,0,7,0],"edges":[4,1,2],"strings":["half \ud83d","f","name"]"#;
        let snapshot = Snapshot::read(format!(r#"{{"snapshot":{{"meta":{meta}}},{data}}}"#).as_bytes()).expect("a snapshot");
        assert!(snapshot.name(0).starts_with("half "));
        let [edge] = snapshot.edges(0) else { panic!("one edge") };
        assert_eq!((edge.kind, edge.to, snapshot.edge_name(edge)), (EdgeKind::Property, 1, Some("name")));
        assert_eq!((snapshot.kind(1), snapshot.name(1), snapshot.edges(1).len()), (NodeKind::Closure, "f", 0));
    }
}
