//! Requests that a page elsewhere, or a name that leads here, would make.

use std::fs;

use serde_json::json;

use crate::course::{Course, ID};
use crate::http::{self, Answer, Socket, exchange};
use crate::server::Server;

/// What is answered to a request for a page with these headers; `PORT` in them is the server's.
fn status(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let port = server.port.to_string();
    let headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (*name, value.replace("PORT", &port))).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = server.request(method, &path.replace("PORT", &port), &headers);
    assert!(!answer.names().any(|name| name.starts_with("access-control-")), "{answer:?}");
    assert!(matches!(answer.status, 200 | 404) || !answer.text().contains("After GC"), "{answer:?}");
    answer.status
}

const HOST: (&str, &str) = ("Host", "127.0.0.1:PORT");

#[test]
fn only_two_names_are_answered_to() {
    let course = Course::new();
    let server = Server::start(&course);
    for host in ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT"] {
        assert_eq!(status(&server, "GET", "/", &[("Host", host)]), 200, "{host}");
    }
    for host in [
        "evil.example:PORT",
        "evil.example",
        "0.0.0.0:PORT",
        "[::1]:PORT",
        "localhost.:PORT",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:PORT",
        "127.1:PORT",
        "2130706433:PORT",
        "user@127.0.0.1:PORT",
        "127.0.0.1:PORT.evil.example",
        "127.0.0.1:PORT, evil.example",
        "127.0.0.1:PORT%00",
        "[",
        "",
        "\u{fc}",
    ] {
        assert_eq!(status(&server, "GET", "/", &[("Host", host)]), 421, "{host:?}");
    }
    assert_eq!(status(&server, "GET", "/", &[HOST, ("Host", "evil.example")]), 421);
    assert_eq!(status(&server, "GET", "/", &[HOST, HOST]), 421);
    assert_eq!(status(&server, "GET", "/", &[]), 400);
    assert_eq!(status(&server, "GET", "http://evil.example/", &[HOST]), 400);
    assert_eq!(status(&server, "GET", "http://127.0.0.1:PORT/", &[HOST]), 400);
    assert_eq!(status(&server, "GET", "/", &[HOST]), 200, "it is still there");
}

#[test]
fn other_pages_get_nothing() {
    let course = Course::new();
    let server = Server::start(&course);
    assert_eq!(status(&server, "GET", "/", &[HOST, ("Origin", "http://127.0.0.1:PORT")]), 200);
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1:PORT",
        "http://localhost:PORT",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1:PORT.evil.example",
        "http://127.0.0.1:PORT/",
        "",
        "[",
        "\u{fc}",
    ] {
        assert_eq!(status(&server, "GET", "/", &[HOST, ("Origin", origin)]), 403, "{origin:?}");
    }
    assert_eq!(status(&server, "GET", "/", &[HOST, ("Origin", "http://127.0.0.1:PORT"), ("Origin", "http://evil.example")]), 403);
}

#[test]
fn only_a_link_leads_here_from_another_site() {
    let course = Course::new();
    let server = Server::start(&course);
    let asked = |method, site, mode, destination| {
        let headers = [HOST, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination)];
        status(&server, method, "/", &headers)
    };
    for site in ["same-origin", "none"] {
        assert_eq!(asked("GET", site, "navigate", "document"), 200);
        assert_eq!(asked("GET", site, "no-cors", "script"), 200);
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(asked("GET", site, "navigate", "document"), 200);
        assert_eq!(asked("GET", site, "navigate", "iframe"), 403);
        assert_eq!(asked("GET", site, "no-cors", "script"), 403);
        assert_eq!(asked("GET", site, "no-cors", "image"), 403);
        assert_eq!(asked("GET", site, "cors", "empty"), 403);
        assert_eq!(asked("POST", site, "navigate", "document"), 403);
    }
    assert_eq!(asked("GET", "anything", "navigate", "document"), 403);
}

#[test]
fn the_book_can_only_be_read() {
    let course = Course::new();
    let server = Server::start(&course);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        assert_eq!(status(&server, method, "/", &[HOST, ("Origin", "http://127.0.0.1:PORT")]), 405, "{method}");
        assert_eq!(status(&server, method, "/", &[HOST]), 403, "a browser says where {method} comes from");
    }
    for path in ["/api/events?lesson=scopes/callback-loop", "/api/do", "/__play/main.js"] {
        assert_eq!(status(&server, "GET", path, &[HOST]), 404, "{path}");
    }
    assert!(!server.get("/scopes/callback-loop.html").text().contains("/__play/"));
    let preflight = [HOST, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")];
    assert_eq!(status(&server, "OPTIONS", "/", &preflight), 403);
}

#[test]
fn no_address_leads_out_of_the_book() {
    let course = Course::new();
    let server = Server::start(&course);
    for path in [
        "/../book.toml",
        "/%2e%2e/book.toml",
        "/..%2fbook.toml",
        "/%252e%252e%252fbook.toml",
        "/....//book.toml",
        "/scopes/../../book.toml",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/etc/passwd%00.html",
        "/..\\book.toml",
        "/%ff",
        "/.%2e/book.toml",
    ] {
        assert_eq!(status(&server, "GET", path, &[HOST]), 404, "{path}");
    }
}

#[test]
fn only_a_page_of_the_book_can_listen() {
    let course = Course::new();
    let server = Server::start(&course);
    let open = |host: &str, origin: Option<&str>| {
        let (host, origin) =
            (host.replace("PORT", &server.port.to_string()), origin.map(|o| o.replace("PORT", &server.port.to_string())));
        let mut headers = vec![("Host", host.as_str())];
        headers.extend(origin.as_deref().map(|origin| ("Origin", origin)));
        Socket::open(server.port, "/__live?edition=1", &headers).map(drop)
    };
    assert_eq!(open("127.0.0.1:PORT", Some("http://127.0.0.1:PORT")), Ok(()));
    assert_eq!(open("localhost:PORT", Some("http://localhost:PORT")), Ok(()));
    assert_eq!(open("127.0.0.1:PORT", Some("http://evil.example")), Err(403));
    assert_eq!(open("127.0.0.1:PORT", Some("http://127.0.0.1:1")), Err(403));
    assert_eq!(open("127.0.0.1:PORT", None), Err(403));
    assert_eq!(open("evil.example:PORT", Some("http://evil.example:PORT")), Err(421));
}

/// A request of a page that has the key, with some headers in the place of its own: an empty value takes the header
/// away, and a name that begins with `+` adds another one.
fn api(server: &Server, method: &str, path: &str, other: &[(&str, &str)], body: &str) -> Answer {
    let fill = |text: &str| text.replace("PORT", &server.port.to_string()).replace("TOKEN", &server.token);
    let is_replaced = |name: &str| other.iter().any(|(other, _)| *other == name);
    let own = server.headers().into_iter().filter(|(name, _)| !is_replaced(name));
    let others = other.iter().filter(|(_, value)| !value.is_empty());
    let others = others.map(|(name, value)| (name.trim_start_matches('+'), fill(value)));
    let headers: Vec<(&str, String)> = own.chain(others).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = http::request(server.port, method, &fill(path), &headers, body.as_bytes());
    assert!(!answer.names().any(|name| name.starts_with("access-control-") || name == "set-cookie"), "{answer:?}");
    assert!(!answer.text().contains(&server.token), "{answer:?}");
    if answer.status >= 400 && !matches!(answer.status, 421 | 431) && path.starts_with("/api/") && method != "HEAD" {
        let error: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
        assert!(error["error"].is_string(), "{answer:?}");
    }
    answer
}

const EVENTS: &str = "/api/events?lesson=no/such";
const DO: &str = "/api/do";

/// Something harmless, which works.
fn hint() -> String {
    json!({ "lesson": ID, "action": "hint", "level": 1 }).to_string()
}

/// A request, as for [`api`], and the status that it is answered with.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16);

/// What each request is answered with, and that none of them has done anything.
fn expect(requests: &[Case]) {
    let course = Course::to_run();
    let server = Server::play(&course);
    for (method, path, headers, body, status) in requests {
        let answer = api(&server, method, path, headers, body);
        assert_eq!(answer.status, *status, "{method} {path} {headers:?} {body:.100} got {answer:?}");
    }
    assert!(!course.path(".lesson").exists() && !course.path("backups").exists());
    assert!(server.processes().is_empty());
    assert_eq!(api(&server, "POST", DO, &[], &hint()).status, 200, "it is still there");
}

#[test]
fn only_a_page_that_is_ours_has_the_api() {
    let hint = &hint();
    let mut requests: Vec<Case> = Vec::new();
    let both: [(&str, &str, &str); 2] = [("GET", EVENTS, ""), ("POST", DO, hint)];
    for (method, path, body) in both {
        let mut refuse = |headers: &'static [(&str, &str)], status| requests.push((method, path, headers, body, status));
        // A name that leads here.
        refuse(&[("Host", "evil.example:PORT"), ("Origin", "http://evil.example:PORT")], 421);
        refuse(&[("Host", "127.0.0.1:1")], 421);
        refuse(&[("+Host", "evil.example:PORT")], 421);
        refuse(&[("Host", "[")], 421);
        refuse(&[("Host", "")], 400);
        // Another page, also one of another program on this machine.
        refuse(&[("Origin", "http://evil.example")], 403);
        refuse(&[("Origin", "null")], 403);
        refuse(&[("Origin", "https://127.0.0.1:PORT")], 403);
        refuse(&[("Origin", "http://localhost:PORT")], 403);
        refuse(&[("Origin", "http://127.0.0.1:PORT.evil.example")], 403);
        refuse(&[("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "same-site")], 403);
        refuse(&[("+Origin", "http://evil.example")], 403);
        refuse(&[("Sec-Fetch-Site", "cross-site")], 403);
        refuse(&[("Sec-Fetch-Site", "same-site")], 403);
        refuse(&[("Sec-Fetch-Site", "none")], 403);
        refuse(&[("Sec-Fetch-Site", "anything")], 403);
        refuse(&[("+Sec-Fetch-Site", "same-origin")], 403);
        // An address that somebody follows or types, a script or a picture elsewhere.
        refuse(&[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], 403);
        refuse(&[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], 403);
        refuse(&[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "script")], 403);
        // Not without the key, wherever else it is.
        refuse(&[("Authorization", "")], 401);
        refuse(&[("Authorization", "Bearer 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")], 401);
        refuse(&[("Authorization", "Bearer x")], 401);
        refuse(&[("Authorization", "Bearer ")], 401);
        refuse(&[("Authorization", "Bearer TOKEN ")], if method == "GET" { 404 } else { 200 });
        refuse(&[("Authorization", "Bearer TOKEN0")], 401);
        refuse(&[("Authorization", "Basic TOKEN")], 401);
        refuse(&[("Authorization", "TOKEN")], 401);
        refuse(&[("+Authorization", "Bearer TOKEN")], 401);
        refuse(&[("Authorization", ""), ("Cookie", "after-gc-token=TOKEN; t=TOKEN")], 401);
        // Before anything is said of what there is.
        refuse(&[("Authorization", ""), ("Content-Type", "text/plain")], 401);
    }
    // What works is done in the end alone.
    requests.retain(|(_, _, _, _, status)| *status != 200);
    requests.extend([
        ("POST", DO, &[("Origin", "")][..], hint.as_str(), 403),
        ("POST", "/api/do?t=TOKEN", &[("Authorization", "")], hint, 401),
        ("POST", "/api/no-such", &[("Authorization", "")], hint, 401),
        ("GET", "/api/no-such", &[], "", 404),
        // A form, and what a page elsewhere may send without asking first.
        ("POST", DO, &[("Content-Type", "text/plain")], hint, 415),
        ("POST", DO, &[("Content-Type", "application/x-www-form-urlencoded")], hint, 415),
        ("POST", DO, &[("Content-Type", "")], hint, 415),
        ("POST", DO, &[("+Content-Type", "application/json")], hint, 415),
        ("POST", DO, &[("Content-Type", "text/plain; application/json")], hint, 415),
        // It asks first whether it may.
        ("OPTIONS", DO, &[("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")], "", 403),
        ("OPTIONS", DO, &[("Origin", "https://evil.example"), ("Access-Control-Request-Private-Network", "true")], "", 403),
        ("OPTIONS", DO, &[("Authorization", "")], "", 401),
        // Another method.
        ("GET", DO, &[], "", 405),
        ("PUT", DO, &[], hint, 405),
        ("DELETE", DO, &[], "", 405),
        ("POST", EVENTS, &[], hint, 405),
        ("HEAD", EVENTS, &[], "", 405),
        ("POST", "/scopes/callback-loop.html", &[], hint, 405),
        ("POST", "/scopes/callback-loop.html", &[("Authorization", "")], hint, 401),
        ("POST", "/__play/main.js", &[], hint, 405),
        // Another way to write the address is no way around.
        ("GET", "/%61pi/events?lesson=scopes/callback-loop", &[("Authorization", "")], "", 404),
        ("GET", "//api/events?lesson=scopes/callback-loop", &[("Authorization", "")], "", 404),
        ("GET", "/x/../api/events?lesson=scopes/callback-loop", &[("Authorization", "")], "", 404),
        ("GET", "http://127.0.0.1:PORT/api/events", &[], "", 400),
    ]);
    expect(&requests);
}

#[test]
fn only_what_is_known_is_done() {
    let long = json!({ "lesson": ID, "action": "back_up", "text": "x".repeat(64 << 10) }).to_string();
    let deep = "[".repeat(10_000);
    let mut requests: Vec<Case> = vec![("POST", DO, &[], &long, 413), ("POST", DO, &[], &deep, 400)];
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("{}x", 400),
        ("\u{fc}", 400),
        ("null", 422),
        ("[]", 422),
        ("{}", 422),
        (r#"{"lesson":"scopes/callback-loop"}"#, 422),
        (r#"{"action":"check"}"#, 422),
        (r#"{"lesson":7,"action":"check"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"destroy"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"Check"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"check","variant":"solution"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"reset","path":"/etc/passwd"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"save","text":"x"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"save","base":null}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"save","text":null,"base":null}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"stop"}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"stop","run":-1}"#, 422),
        (r#"{"lesson":"scopes/callback-loop","action":"hint","level":300}"#, 422),
        (r#"{"lesson":"no/such","action":"check"}"#, 404),
        (r#"{"lesson":"","action":"check"}"#, 404),
        (r#"{"lesson":"../../etc","action":"check"}"#, 404),
        (r#"{"lesson":"scopes/../scopes/callback-loop","action":"reset"}"#, 404),
        (r#"{"lesson":"/etc/passwd","action":"reset"}"#, 404),
        (r#"{"lesson":"scopes/callback-loop\u0000","action":"reset"}"#, 404),
        (r#"{"lesson":"Scopes/callback-loop","action":"check"}"#, 404),
    ] {
        requests.push(("POST", DO, &[], body, status));
    }
    for (path, status) in [
        ("/api/key", 204),
        ("/api/events", 422),
        ("/api/events?lesson", 422),
        ("/api/events?xlesson=scopes/callback-loop", 422),
        ("/api/events?lesson=", 404),
        ("/api/events?lesson=no/such", 404),
        ("/api/events?lesson=..%2F..%2Fetc", 404),
        ("/api/events?lesson=scopes/callback-loop/../../x", 404),
        ("/api/events?lesson=%ff", 404),
        ("/__play/../src/main.rs", 404),
        ("/__play/%2e%2e/Cargo.toml", 404),
        ("/__play/..%2fCargo.toml", 404),
        ("/__play/", 404),
        ("/__play//main.js", 404),
        ("/__play/editor/package.json", 404),
    ] {
        requests.push(("GET", path, &[], "", status));
    }
    expect(&requests);
}

#[test]
fn a_body_has_an_end() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let headers = server.headers();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let begin = |more: &str| http::message("POST", DO, &headers, more).into_bytes();
    // What is declared is not waited for, and what is not declared is counted.
    assert_eq!(exchange(server.port, &begin("Content-Length: 65537\r\n")).status, 413);
    assert_eq!(exchange(server.port, &begin("Content-Length: 99999999999\r\n")).status, 413);
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    assert_eq!(
        exchange(server.port, &[begin("Transfer-Encoding: chunked\r\n"), chunk.repeat(3).into_bytes()].concat()).status,
        413
    );
    // What is cut off on the way is not taken for too long.
    let half = format!("8000\r\n{}\r\nhello\r\n", "x".repeat(0x8000));
    let answer = exchange(server.port, &[begin("Transfer-Encoding: chunked\r\n"), half.into_bytes()].concat());
    assert_eq!((answer.status, answer.text().contains("no proper end")), (400, true), "{answer:?}");
    // Two lengths: where a message ends would be a matter of opinion.
    for more in ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: x\r\n", "Transfer-Encoding: gzip\r\n"] {
        let answer = exchange(server.port, &[begin(more), b"hello".to_vec()].concat());
        assert_eq!(answer.status, 400, "{more:?} {answer:?}");
    }
    let both = exchange(
        server.port,
        &[begin("Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"), b"0\r\n\r\n".to_vec()].concat(),
    );
    assert_eq!(both.status, 400, "{both:?}");
    assert_eq!(exchange(server.port, &begin(&format!("Long: {}\r\n", "x".repeat(900_000)))).status, 431);
    let h2 = exchange(server.port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(matches!(h2.status, 0 | 400 | 505), "{h2:?}");
    assert_eq!(exchange(server.port, b"GET / HTTP/1.0\r\n\r\n").status, 400, "no host");
    assert_eq!(exchange(server.port, b"\xff\xfe\r\n\r\n").status, 400);
    for header in [&b"Host: \xff\xfe"[..], b"Host: a\tb", b"Origin: \xff\xfe", b"Origin: \xff", b"Authorization: \xff"] {
        let mut request = b"GET /api/events HTTP/1.1\r\nConnection: close\r\n".to_vec();
        if !header.starts_with(b"Host") {
            request.extend(format!("Host: 127.0.0.1:{}\r\n", server.port).bytes());
        }
        let status = exchange(server.port, &[&request, header, b"\r\n\r\n"].concat()).status;
        let expected = if header.starts_with(b"H") {
            421
        } else if header.starts_with(b"O") {
            403
        } else {
            401
        };
        assert_eq!(status, expected, "{}", String::from_utf8_lossy(header));
    }
    assert_eq!(api(&server, "POST", DO, &[], &hint()).status, 200, "it is still there");
}

#[test]
fn a_socket_needs_no_key_and_gives_nothing() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let (host, origin) = (format!("127.0.0.1:{}", server.port), format!("http://127.0.0.1:{}", server.port));
    let open = |path: &str, origin: &str| Socket::open(server.port, path, &[("Host", &host), ("Origin", origin)]).map(drop);
    assert_eq!(open("/__live?edition=1", &origin), Ok(()));
    assert_eq!(open("/__live?edition=1", "http://evil.example"), Err(403));
    assert_eq!(open("/api/events?lesson=scopes/callback-loop", &origin), Err(401));
    assert_eq!(open("/api/events?lesson=scopes/callback-loop", "http://evil.example"), Err(403));
}

#[test]
fn it_listens_at_one_address_of_this_machine() {
    let course = Course::to_run();
    let server = Server::play(&course);
    let links = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().flatten();
    let sockets: Vec<String> =
        links.filter_map(|link| Some(fs::read_link(link.path()).ok()?.to_string_lossy().into_owned())).collect();
    let listening = |table: &str| -> Vec<String> {
        let table = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
        let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        let ours = lines.filter(|cells| cells[3] == "0A" && sockets.contains(&format!("socket:[{}]", cells[9])));
        ours.map(|cells| cells[1].to_owned()).collect()
    };
    assert_eq!(listening("tcp"), [format!("0100007F:{:04X}", server.port)]);
    assert_eq!(listening("tcp6"), Vec::<String>::new());
}
