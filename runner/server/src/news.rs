//! A bell: whoever waits for something looks again when it rings. It carries nothing, so nobody can fall behind.

use std::sync::Arc;

use tokio::sync::watch::{Receiver, Sender};

#[derive(Clone, Default)]
pub(crate) struct News(Arc<Sender<()>>);

impl News {
    pub(crate) fn tell(&self) {
        self.0.send_replace(());
    }

    pub(crate) fn follow(&self) -> Receiver<()> {
        self.0.subscribe()
    }
}
