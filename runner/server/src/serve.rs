//! The answers: the files of the newest edition, a WebSocket that says when to load a page again, and what a page
//! needs to do more than be read.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::TcpUserTimeout;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::api::{self, Play};
use crate::edition::Editions;
use crate::guard::{Gate, Host, guard};
use crate::page::{LIVE_PATH, dress};
use crate::token::Token;
use crate::ui;

/// A server that does not answer yet. It listens to Ctrl-C, the end of the terminal and a request to end from
/// the moment at which it is made, so that a build is not cut off.
pub(crate) struct Server {
    runtime: Runtime,
    listener: TcpListener,
    stops: Vec<Signal>,
}

impl Server {
    pub(crate) fn new(listener: std::net::TcpListener) -> Result<Server> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let stops = kinds.into_iter().map(signal).collect::<Result<_, _>>()?;
        drop(inside);
        Ok(Server { runtime, listener, stops })
    }

    /// Answers requests until it is told to stop. Says when it is `ready`.
    pub(crate) fn run(self, editions: Editions, play: Option<Playing>, ready: impl FnOnce()) -> Result<()> {
        let Server { runtime, listener, mut stops } = self;
        runtime.block_on(async {
            let port = listener.local_addr()?.port();
            let stop = poll_fn(|context| match stops.iter_mut().any(|stop| stop.poll_recv(context).is_ready()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            });
            ready();
            tokio::select! {
                served = axum::serve(listener.tap_io(give_up_on), router(editions, play, port)) => {
                    served.context("the server has failed")
                }
                () = stop => Ok(()),
            }
        })
    }
}

/// Has the system close a connection that takes nothing for so long, in milliseconds, of what is sent to it.
const PATIENCE: u32 = 30_000;

/// A page that does not read what it is told, and does not go away either, would keep its connection for ever.
fn give_up_on(stream: &mut TcpStream) {
    // Without it such a page costs a connection, and delays nobody.
    let _ = setsockopt(stream, TcpUserTimeout, &PATIENCE);
}

/// What a server needs to run exercises, and who may have it do so.
pub(crate) struct Playing {
    pub(crate) play: Arc<Play>,
    pub(crate) token: Token,
}

/// What the pages are made from.
#[derive(Clone)]
struct Book {
    editions: Editions,
    /// Whether they can do more than be read.
    plays: bool,
}

fn router(editions: Editions, playing: Option<Playing>, port: u16) -> Router {
    let book = Book { editions: editions.clone(), plays: playing.is_some() };
    let mut routes = Router::new().route(LIVE_PATH, get(live)).fallback(file).with_state(book);
    let mut gate = Gate { port, token: None };
    if let Some(Playing { play, token }) = playing {
        routes = routes.merge(api::routes(play, editions));
        gate.token = Some(token);
    }
    // The last layer is the outermost.
    routes.layer(from_fn_with_state(Arc::new(gate), guard))
}

async fn file(State(book): State<Book>, Extension(host): Extension<Host>, uri: Uri) -> Response {
    let edition = book.editions.newest();
    let found = edition.site.get(uri.path()).or_else(|| book.plays.then(|| ui::get(uri.path())).flatten());
    let (status, file) = match found {
        Some(file) => (StatusCode::OK, Some(file)),
        None => (StatusCode::NOT_FOUND, edition.site.get("/404.html")),
    };
    let Some(file) = file else { return (status, "There is no such page.\n").into_response() };
    match std::str::from_utf8(&file.content) {
        Ok(html) if file.media_type.starts_with("text/html") => {
            let page = dress(html, &edition, &host.0, book.plays);
            (status, [(CONTENT_TYPE, file.media_type.to_owned()), (CONTENT_SECURITY_POLICY, page.policy)], page.html)
                .into_response()
        }
        _ => (status, [(CONTENT_TYPE, file.media_type)], file.content).into_response(),
    }
}

async fn live(State(book): State<Book>, uri: Uri, upgrade: WebSocketUpgrade) -> Response {
    let seen = uri.query().and_then(|query| query.strip_prefix("edition=")?.parse().ok());
    upgrade.on_upgrade(move |socket| tell_when_newer(socket, book.editions, seen))
}

/// Tells a page once to load itself again: when it listens, if it is old then, or when the next edition comes.
async fn tell_when_newer(mut socket: WebSocket, editions: Editions, seen: Option<u64>) {
    let mut editions = editions.follow();
    let seen = seen.unwrap_or_else(|| editions.borrow().number);
    let newer = async { drop(editions.wait_for(|edition| edition.number != seen).await) };
    tokio::pin!(newer);
    loop {
        tokio::select! {
            _ = &mut newer => {
                // The page may have been closed; then nobody waits for this.
                let _ = socket.send(Message::text("reload")).await;
                return;
            }
            // Nothing that a page says is listened to, but that it goes away is seen here.
            said = socket.recv() => if !matches!(said, Some(Ok(_))) { return },
        }
    }
}
