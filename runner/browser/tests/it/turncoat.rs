//! A web server of somebody else, on 127.0.0.2. First it gives a page of its own; once it has turned, whatever
//! comes goes to 127.0.0.1, byte for byte. To a browser and to the server there, that is the same as a name that led
//! to the one address and leads to the other now.

use std::io::{BufRead, BufReader, Result, Write, copy};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, scope, spawn};
use std::time::Duration;

/// A connection on which nothing comes for this long is closed.
const SILENCE: Duration = Duration::from_secs(10);

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 29\r\nConnection: close\r\n\r\n\
    <!DOCTYPE html><title></title>";

/// Serves until it is dropped.
pub(crate) struct Turncoat {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    has_turned: AtomicBool,
    is_over: AtomicBool,
}

impl Turncoat {
    /// Listens on the port that the server has that it leads to later.
    pub(crate) fn start(port: u16) -> Result<Turncoat> {
        let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port));
        let listener = TcpListener::bind(address)?;
        let shared = Arc::<Shared>::default();
        let thread = spawn({
            let shared = Arc::clone(&shared);
            move || {
                for connection in listener.incoming().flatten() {
                    if shared.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    // A browser that goes away in the middle is no failure.
                    spawn(move || serve(&connection, port, &shared.has_turned));
                }
            }
        });
        Ok(Turncoat { address, shared, thread: Some(thread) })
    }

    /// From now on it leads to the server.
    pub(crate) fn turn(&self) {
        self.shared.has_turned.store(true, Ordering::Relaxed);
    }
}

impl Drop for Turncoat {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // It waits for a connection, so it gets one.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(connection: &TcpStream, port: u16, has_turned: &AtomicBool) -> Result<()> {
    connection.set_read_timeout(Some(SILENCE))?;
    // A browser opens some before it has anything to ask.
    connection.peek(&mut [0])?;
    if has_turned.load(Ordering::Relaxed) { forward(connection, port) } else { answer(connection) }
}

fn answer(mut connection: &TcpStream) -> Result<()> {
    for line in BufReader::new(connection).lines() {
        if line?.is_empty() {
            break;
        }
    }
    connection.write_all(PAGE)
}

fn forward(here: &TcpStream, port: u16) -> Result<()> {
    let there = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    there.set_read_timeout(Some(SILENCE))?;
    let (to, from) = (&there, here);
    scope(|threads| {
        threads.spawn(move || pass(from, to));
        pass(to, from);
    });
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
