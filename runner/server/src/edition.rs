//! The book as it is served now. An edition never changes; the next one takes its place.

use std::sync::Arc;

use tokio::sync::watch::{Receiver, Sender};

use crate::site::Site;

/// A book, and what to say of it.
pub(crate) struct Edition {
    /// Counts the editions of this server. A page knows from which one it is, and is loaded again for a newer.
    pub(crate) number: u64,
    pub(crate) site: Arc<Site>,
    /// Why the book that should be here could not be built. The site is an older one then.
    pub(crate) failure: Option<String>,
}

impl Edition {
    pub(crate) fn first(site: Site) -> Edition {
        Edition { number: 1, site: Arc::new(site), failure: None }
    }
}

/// Where the newest edition is.
#[derive(Clone)]
pub(crate) struct Editions(Arc<Sender<Arc<Edition>>>);

impl Editions {
    pub(crate) fn new(first: Edition) -> Editions {
        Editions(Arc::new(Sender::new(Arc::new(first))))
    }

    pub(crate) fn newest(&self) -> Arc<Edition> {
        Arc::clone(&self.0.borrow())
    }

    /// Tells when there is a newer one.
    pub(crate) fn follow(&self) -> Receiver<Arc<Edition>> {
        self.0.subscribe()
    }

    /// Brings out what was built. Nothing happens when that is what is there: a save that changes no page
    /// loads no page again.
    pub(crate) fn publish(&self, site: Site) -> bool {
        self.replace(|old| (old.failure.is_some() || *old.site != site).then(|| (Arc::new(site), None)))
    }

    /// Says in the old book why there is no new one.
    pub(crate) fn publish_failure(&self, failure: String) -> bool {
        self.replace(|old| (old.failure.as_ref() != Some(&failure)).then(|| (Arc::clone(&old.site), Some(failure))))
    }

    fn replace(&self, next: impl FnOnce(&Edition) -> Option<(Arc<Site>, Option<String>)>) -> bool {
        self.0.send_if_modified(|edition| match next(edition) {
            Some((site, failure)) => {
                *edition = Arc::new(Edition { number: edition.number + 1, site, failure });
                true
            }
            None => false,
        })
    }
}
