use std::cell::RefCell;
use std::rc::Rc;

use napi_derive::napi;

/// A heading of a document, with the headings below it.
#[napi]
pub struct Heading {
    node: Rc<Node>,
}

struct Node {
    title: String,
    parent: Option<Rc<Node>>,
    children: RefCell<Vec<Rc<Node>>>,
}

impl Node {
    fn new(title: String, parent: Option<Rc<Node>>) -> Rc<Node> {
        Rc::new(Node {
            title,
            parent,
            children: RefCell::default(),
        })
    }

    fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!("{} / {}", parent.path(), self.title),
            None => self.title.clone(),
        }
    }

    fn count(&self) -> u32 {
        1 + self
            .children
            .borrow()
            .iter()
            .map(|child| child.count())
            .sum::<u32>()
    }
}

#[napi]
impl Heading {
    /// The heading of a new document.
    #[napi(constructor)]
    pub fn new(title: String) -> Self {
        Heading {
            node: Node::new(title, None),
        }
    }

    /// Adds a heading below this one and returns it.
    #[napi]
    pub fn add(&self, title: String) -> Heading {
        let node = Node::new(title, Some(self.node.clone()));
        self.node.children.borrow_mut().push(node.clone());
        Heading { node }
    }

    /// Where this heading is: the titles from the document's on down to its own.
    #[napi(getter)]
    pub fn path(&self) -> String {
        self.node.path()
    }

    /// How many headings there are from this one on down, itself included.
    #[napi(getter)]
    pub fn count(&self) -> u32 {
        self.node.count()
    }
}
