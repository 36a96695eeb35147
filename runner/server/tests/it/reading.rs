//! The book, as a browser reads it.

use std::net::TcpStream;

use crate::course::Course;
use crate::server::Server;

const PAGE: &str = "/scopes/callback-loop.html";

#[test]
fn the_book_is_there() {
    let (course, paths) = (Course::new(), ["/", "/index.html", PAGE, "/print.html"]);
    let server = Server::start(&course);
    for path in paths {
        let page = server.get(path);
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(page.is_whole() && page.text().contains("</html>"), "{path}");
    }
    let lesson = server.get(PAGE).text();
    assert!(lesson.contains("<section class=\"lesson\"") && !lesson.contains("{{#"), "the lessons are in it");
    assert!(lesson.contains("__live?edition=1\""), "it will listen");
}

#[test]
fn what_a_page_needs_is_there() {
    let course = Course::new();
    let server = Server::start(&course);
    let page = server.get("/index.html").text();
    let (mut scripts, mut styles) = (0, 0);
    for (attribute, count) in [(" src=\"", &mut scripts), (" href=\"", &mut styles)] {
        for file in page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            let media_type = match file.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                Some("svg") => "image/svg+xml",
                _ => continue,
            };
            let answer = server.get(&format!("/{file}"));
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{file}");
            *count += 1;
        }
    }
    assert!(scripts > 3 && styles > 3, "{scripts} and {styles}");
    assert!(page.contains("searchindex"), "the search is there");
}

#[test]
fn an_address_of_no_page_answers_with_the_books_own() {
    let course = Course::new();
    let server = Server::start(&course);
    let answer = server.get("/no/such/page.html");
    assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(answer.text().contains("<base href=\"/\">"), "its links lead from the root");
}

#[test]
fn a_head_has_no_body() {
    let course = Course::new();
    let server = Server::start(&course);
    let host = format!("localhost:{}", server.port);
    let answer = server.request("HEAD", "/", &[("Host", &host)]);
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[test]
fn only_scripts_of_the_book_may_run() {
    let course = Course::new();
    let server = Server::start(&course);
    for path in ["/", PAGE, "/print.html", "/no-page"] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        let scripts = policy.split("; ").find(|part| part.starts_with("script-src ")).unwrap();
        assert!(!scripts.contains("unsafe") && scripts.contains("'sha256-"), "{scripts}");
        assert_eq!(scripts.matches("'sha256-").count(), answer.text().matches("<script>").count(), "{path}");
        // A handler in an attribute would be blocked.
        for handler in [" onclick=", " onload=", " onerror=", "javascript:"] {
            assert!(!answer.text().contains(handler), "{path} has {handler}");
        }
    }
    let style = server.get("/").text().split("href=\"").find_map(|rest| rest.split_once(".css\"")).unwrap().0.to_owned();
    let answer = server.get(&format!("/{style}.css"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
}

#[test]
fn no_other_machine_can_ask() {
    let course = Course::new();
    let server = Server::start(&course);
    // Another address of this machine, at which a server that listens at all of them would answer.
    assert!(TcpStream::connect(("127.0.0.2", server.port)).is_err());
}
