//! Requests that a page elsewhere, or a name that leads here, would make.

use crate::course::Course;
use crate::http::Socket;
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
