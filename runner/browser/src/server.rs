//! A server of files on the loopback address. It remembers what was asked for in vain.
//!
//! Each connection has a thread of its own and one answer: a browser opens some that it never uses, and those
//! must not keep another one waiting.

use std::fs;
use std::io::{BufRead, BufReader, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A connection on which nothing comes for this long is closed.
const SILENCE: Duration = Duration::from_secs(10);

/// Serves until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    refused: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Server {
    /// Serves the files of a folder, on a port that is free.
    pub fn start(folder: PathBuf) -> Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { folder, refused: Mutex::default(), is_over: AtomicBool::new(false) });
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Ok(Server { address, shared, thread: Some(thread) })
    }

    /// The address of a page.
    pub fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }

    /// What was asked for and is not there, since the last call.
    pub fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // It waits for a connection, so it gets one.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming() {
        if shared.is_over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(connection) = connection else { continue };
        let shared = Arc::clone(shared);
        // A browser that goes away in the middle is no failure.
        std::thread::spawn(move || answer(connection, &shared));
    }
}

fn answer(mut connection: TcpStream, shared: &Shared) -> Result<()> {
    connection.set_read_timeout(Some(SILENCE))?;
    let mut request = BufReader::new(&connection).lines();
    let Some(first) = request.next().transpose()? else { return Ok(()) };
    for line in request {
        if line?.is_empty() {
            break;
        }
    }
    let address = first.split(' ').nth(1).unwrap_or_default();
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let content = if is_plain { fs::read(shared.folder.join(path)).ok() } else { None };
    let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
    if content.is_none() {
        shared.refused.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    }
    let content = content.unwrap_or_default();
    let (kind, length) = (kind(path), content.len());
    write!(connection, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    connection.write_all(&content)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js" | "mjs") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
