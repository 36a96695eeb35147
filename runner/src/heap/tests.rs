//! Snapshots made by hand, one edge a line: `from kind:name to`.

use super::*;

/// Nodes have the kind that their first letters say; `(…)` is a root, `name()` a function.
fn heap(text: &str) -> Held {
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).filter(|line: &Vec<_>| !line.is_empty()).collect();
    let mut nodes = vec!["root"];
    for node in lines.iter().flat_map(|line| [line[0], line[2]]) {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    let kinds = ["synthetic", "closure", "array", "object"];
    let kind = |node: &str| match node {
        "root" => 0,
        _ if node.starts_with('(') => 0,
        _ if node.ends_with("()") => 1,
        _ if node.starts_with("table") => 2,
        _ => 3,
    };
    // `Socket#1` is the first of several.
    let class = |node: &str| node.split('#').next().unwrap_or_default().trim_end_matches("()").replace('_', " ");
    let mut strings: Vec<String> = nodes.iter().map(|node| class(node)).collect();
    let edge_kinds = ["context", "property", "internal", "element", "weak"];
    let (mut flat_nodes, mut flat_edges) = (Vec::new(), Vec::new());
    for (index, node) in nodes.iter().enumerate() {
        let out: Vec<_> = lines.iter().filter(|line| line[0] == *node).collect();
        flat_nodes.extend([kind(node), index, out.len()]);
        for line in out {
            let (kind, name) = line[1].split_once(':').unwrap_or((line[1], ""));
            strings.push(name.replace('_', " "));
            let kind = edge_kinds.iter().position(|known| *known == kind).expect("a kind of edge");
            let to = nodes.iter().position(|known| *known == line[2]).expect("a node");
            flat_edges.extend([kind, strings.len() - 1, to * 3]);
        }
    }
    let meta = serde_json::json!({
        "node_fields": ["type", "name", "edge_count"], "node_types": [kinds, "string", "number"],
        "edge_fields": ["type", "name_or_index", "to_node"], "edge_types": [edge_kinds, "string_or_number", "node"],
    });
    let file = serde_json::json!({ "snapshot": { "meta": meta }, "nodes": flat_nodes, "edges": flat_edges, "strings": strings });
    read(file.to_string().as_bytes())
}

/// The harness marks `Socket#1` and `Socket#2`; a reference of site 7 holds `held`.
fn marked(held: &str, rest: &str) -> Vec<(u64, String, Option<Vec<u32>>)> {
    let mark = format!(
        "(GC_roots) element (Global_handles)
        (GC_roots) element (Stack_roots)
        (Stack_roots) element AfterGcMark
        (Stack_roots) element Socket#2
        AfterGcMark property:objects WeakSet
        WeakSet internal:table table#1
        table#1 weak:1 Socket#1
        table#1 weak:2 Socket#2
        AfterGcMark property:references Sites
        Sites property:site_7 Array#site
        Array#site element {held}
        root element (GC_roots)"
    );
    let held = heap(&format!("{mark}\n{rest}"));
    assert_eq!(held.missing, None);
    held.groups.into_iter().map(|group| (group.count, group.path.join(" → "), group.sites)).collect()
}

#[test]
fn objects_that_are_held_alike_are_one_group() {
    let groups = marked(
        "Other",
        "root property:global global\nglobal property:cache Map\nMap internal:table table#2
        table#2 internal:1 Socket#1\ntable#2 internal:2 Socket#2",
    );
    assert_eq!(groups, [(2, "global → cache (Map) → Socket".into(), None)]);
}

#[test]
fn a_reference_that_holds_an_object_is_named_whoever_else_holds_it() {
    let groups = marked(
        "Socket#1",
        "(Global_handles) internal:3 Socket#1\nroot property:global Socket#1
        (Global_handles) internal:4 Socket#2",
    );
    let named = (1, "(Global handles) → Socket".into(), Some(vec![7]));
    assert_eq!(groups, [(1, "(Global handles) → Socket".into(), None), named]);
}

#[test]
fn a_reference_is_the_cause_of_what_only_it_leads_to() {
    let held = "(Global_handles) internal:3 onData()\nonData() internal:context system_/_Context
        system_/_Context context:first Socket#1";
    let groups = marked("onData()", held);
    let of_reference = (1, "(Global handles) → onData() → variable first (Socket)".to_owned(), Some(vec![7]));
    assert!(groups.contains(&of_reference), "{groups:?}");
    // What JavaScript holds as well would stay without the reference.
    let groups = marked("onData()", &format!("{held}\nroot property:global Map\nMap element Socket#1"));
    assert!(groups.contains(&(1, "global (Map) → Socket".into(), None)), "{groups:?}");
}

#[test]
fn the_stack_and_weak_edges_hold_nobody() {
    let groups = marked("Other", "(Global_handles) weak:3 Socket#1");
    assert_eq!(groups, [(2, "Socket".into(), None)]);
}

#[test]
fn the_way_is_not_by_the_class_of_another_object() {
    let groups = marked(
        "Other",
        "root property:global Socket#1\nSocket#1 property:__proto__ Object#p
        Object#p property:constructor Socket()\nSocket() internal:context system_/_Context
        system_/_Context context:last Socket#2\n(Global_handles) internal:1 bus\nbus property:a list\nlist property:b Socket#2",
    );
    assert_eq!(groups[0].1, "(Global handles) → bus → a (list) → b (Socket)");
}

#[test]
fn a_module_is_where_a_way_begins() {
    let groups = marked(
        "Other",
        "(Global_handles) internal:1 hidden\nhidden internal:context system_/_Context
        system_/_Context internal:extension system_/_SourceTextModule\nsystem_/_Context context:kept Map
        Map element Socket#1\nMap element Socket#2",
    );
    assert_eq!(groups, [(2, "a module → variable kept (Map) → Socket".into(), None)]);
}

#[test]
fn names_that_are_data_are_left_out() {
    let groups = marked("Other", "root property:global Object\nObject property:a1 Socket#1\nObject property:a2 Socket#2");
    assert_eq!(groups, [(2, "global → Socket".into(), None)]);
}

#[test]
fn a_heap_without_the_mark_says_nothing() {
    let held = heap("root element (GC_roots)");
    assert_eq!((held.groups.len(), held.missing.is_some()), (0, true));
}
