use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A heading of a document, with the headings below it.
#[napi]
pub struct Heading {
    title: String,
    children: Vec<Reference<Heading>>,
}

#[napi]
impl Heading {
    /// The heading of a new document.
    #[napi(constructor)]
    pub fn new(title: String) -> Self {
        Heading {
            title,
            children: Vec::new(),
        }
    }

    /// Adds a heading below this one and returns it.
    #[napi]
    pub fn add<'env>(
        &mut self,
        this: This<'env>,
        env: &'env Env,
        title: String,
    ) -> Result<Object<'env>> {
        let child = Heading::new(title).into_reference(*env)?;
        self.children.push(child.clone(*env)?);
        let mut object = child.into_unknown(env)?.coerce_to_object()?;
        // As a property of the child V8 can see this link.
        object.set_named_property("parent", this.object)?;
        Ok(object)
    }

    /// Where this heading is: the titles from the document's on down to its own.
    #[napi(getter)]
    pub fn path(&self, this: This) -> Result<String> {
        Ok(match this.object.get::<Object>("parent")? {
            Some(parent) => {
                let above: String = parent.get_named_property("path")?;
                format!("{above} / {}", self.title)
            }
            None => self.title.clone(),
        })
    }

    /// How many headings there are from this one on down, itself included.
    #[napi(getter)]
    pub fn count(&self) -> u32 {
        1 + self.children.iter().map(|child| child.count()).sum::<u32>()
    }
}
