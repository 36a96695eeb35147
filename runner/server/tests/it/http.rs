//! Requests byte by byte, also such as no client would send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::server::PATIENCE;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names are in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether all of the body came.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length") == Some(&self.body.len().to_string())
    }
}

pub(crate) fn request(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let length = format!("Content-Length: {}\r\n", body.len());
    let more = format!("Connection: close\r\n{}", if body.is_empty() { "" } else { &length });
    exchange(port, &[message(method, path, headers, &more).as_bytes(), body].concat())
}

/// Sends these bytes, and takes what is answered before the end of the connection. A server need not take all of
/// them before it answers, and may close the connection without an answer: its status is 0 then.
pub(crate) fn exchange(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = connect(port);
    let _ = stream.get_mut().write_all(bytes);
    let (status, headers) = head(&mut stream);
    let mut body = Vec::new();
    let _ = stream.read_to_end(&mut body);
    Answer { status, headers, body }
}

/// Sends these bytes, and waits for nothing.
pub(crate) fn begin(port: u16, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(port);
    let _ = stream.get_mut().write_all(bytes);
    stream.into_inner()
}

/// Asks for what comes bit by bit.
pub(crate) fn open(port: u16, path: &str, headers: &[(&str, &str)]) -> Result<Lines, Answer> {
    let mut stream = send(port, "GET", path, headers, "");
    match head(&mut stream) {
        (200, headers) if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") => {
            Ok(Lines { stream, text: Vec::new() })
        }
        (status, headers) => Err(Answer { status, headers, body: Vec::new() }),
    }
}

pub(crate) fn message(method: &str, path: &str, headers: &[(&str, &str)], more: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\n{headers}{more}\r\n")
}

fn connect(port: u16) -> BufReader<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    BufReader::new(stream)
}

fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], more: &str) -> BufReader<TcpStream> {
    let mut stream = connect(port);
    stream.get_mut().write_all(message(method, path, headers, more).as_bytes()).unwrap();
    stream
}

fn head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        // One that has closed the connection has said all.
        let _ = stream.read_line(&mut line);
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let status = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or("0").parse().unwrap();
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    (status, headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect())
}

/// Lines that come bit by bit.
#[derive(Debug)]
pub(crate) struct Lines {
    stream: BufReader<TcpStream>,
    text: Vec<u8>,
}

impl Lines {
    /// Waits for the next one; none when there is no other.
    pub(crate) fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
                let line = self.text.drain(..=end).collect();
                return Some(String::from_utf8(line).unwrap());
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).ok()?;
            // A chunk is its length, itself, and an end of line.
            let size = usize::from_str_radix(size.trim_end(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).ok()?;
            self.text.extend_from_slice(&chunk[..size]);
        }
    }
}

/// The end of a WebSocket that a page would have.
#[derive(Debug)]
pub(crate) struct Socket(BufReader<TcpStream>);

impl Socket {
    /// Opens one; the error is the status that was answered instead.
    pub(crate) fn open(port: u16, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        // Any sixteen bytes do as a key.
        let more = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";
        let mut stream = send(port, "GET", path, headers, more);
        match head(&mut stream) {
            (101, _) => Ok(Socket(stream)),
            (status, _) => Err(status),
        }
    }

    /// Waits for a message. A short text of a server is its kind, its length, and itself.
    pub(crate) fn message(&mut self) -> String {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        assert_eq!(head[0], 0x81, "a text, and all of it");
        let mut text = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }
}
