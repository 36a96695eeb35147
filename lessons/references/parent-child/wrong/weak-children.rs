use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A heading of a document, with the headings below it.
#[napi]
pub struct Heading {
    title: String,
    parent: Option<Reference<Heading>>,
    children: Vec<WeakReference<Heading>>,
}

#[napi]
impl Heading {
    /// The heading of a new document.
    #[napi(constructor)]
    pub fn new(title: String) -> Self {
        Heading {
            title,
            parent: None,
            children: Vec::new(),
        }
    }

    /// Adds a heading below this one and returns it.
    #[napi]
    pub fn add(
        &mut self,
        this: Reference<Heading>,
        env: Env,
        title: String,
    ) -> Result<Reference<Heading>> {
        let mut child = Heading::new(title).into_reference(env)?;
        child.parent = Some(this);
        self.children.push(child.downgrade());
        Ok(child)
    }

    /// Where this heading is: the titles from the document's on down to its own.
    #[napi(getter)]
    pub fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!("{} / {}", parent.path(), self.title),
            None => self.title.clone(),
        }
    }

    /// How many headings there are from this one on down, itself included.
    #[napi(getter)]
    pub fn count(&self) -> u32 {
        let children = self.children.iter().filter_map(WeakReference::get);
        1 + children.map(|child| child.count()).sum::<u32>()
    }
}
