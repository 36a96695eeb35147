//! Who may ask. A browser will carry a request of any page on the web to a server on the reader's machine, so
//! each request says by its headers where it comes from, and one that comes from elsewhere gets nothing.
//!
//! This is one layer around all routes: a route that is added can't be without it. No option turns it off,
//! and no answer ever has a CORS header.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERRER_POLICY, UPGRADE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, request::Parts};
use axum::middleware::Next;
use axum::response::Response;

/// What this server is called in this request: one of its two names. A route finds it in the request.
#[derive(Clone)]
pub(crate) struct Host(pub(crate) String);

/// Why a request gets no answer.
type Refusal = (StatusCode, &'static str);

/// Lets a request through to the routes, or refuses it.
pub(crate) async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match admit(&parts, port) {
        Ok(host) => {
            let mut request = Request::from_parts(parts, body);
            request.extensions_mut().insert(host);
            next.run(request).await
        }
        Err(refusal) => refuse(refusal),
    };
    harden(response.headers_mut());
    response
}

fn admit(request: &Parts, port: u16) -> Result<Host, Refusal> {
    // `GET http://…` is for proxies, and would name a host twice.
    if request.uri.authority().is_some() {
        return Err((StatusCode::BAD_REQUEST, "this is not a proxy"));
    }
    let host = host(&request.headers, port)?;
    origin(request, &host)?;
    site(request)?;
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "the book can only be read"));
    }
    Ok(host)
}

/// A name that someone else owns may lead to this machine; then the page behind that name would be of the same
/// origin as the book. So only names that nobody else can own are answered to.
fn host(headers: &HeaderMap, port: u16) -> Result<Host, Refusal> {
    let host = match only(headers, &HOST) {
        None => return Err((StatusCode::BAD_REQUEST, "a request names its host")),
        Some(host) => host.map(str::to_ascii_lowercase),
    };
    host.filter(|host| *host == format!("127.0.0.1:{port}") || *host == format!("localhost:{port}"))
        .map(Host)
        .ok_or((StatusCode::MISDIRECTED_REQUEST, "this server is called 127.0.0.1 or localhost, with its port"))
}

/// A browser says which page makes a request, for all that a page could do harm with. It does not where a page
/// only reads from its own server; but it always does for a WebSocket.
fn origin(request: &Parts, host: &Host) -> Result<(), Refusal> {
    let elsewhere = Err((StatusCode::FORBIDDEN, "this comes from another page"));
    match only(&request.headers, &ORIGIN) {
        Some(Some(origin)) if origin.eq_ignore_ascii_case(&format!("http://{}", host.0)) => Ok(()),
        Some(_) => elsewhere,
        None if request.headers.contains_key(UPGRADE) => elsewhere,
        None => Ok(()),
    }
}

/// Where a request comes from, as newer browsers say of each. From elsewhere one thing is allowed: a link that a
/// person follows, such as one of the published book. The page that has the link sees nothing of the answer, and
/// to read is all that can be done. A page in a frame of another is not that.
fn site(request: &Parts) -> Result<(), Refusal> {
    let header = |name: &'static str| only(&request.headers, &HeaderName::from_static(name));
    match header("sec-fetch-site") {
        None | Some(Some("same-origin" | "none")) => Ok(()),
        Some(Some("same-site" | "cross-site"))
            if request.method == Method::GET
                && header("sec-fetch-mode") == Some(Some("navigate"))
                && header("sec-fetch-dest") == Some(Some("document")) =>
        {
            Ok(())
        }
        Some(_) => Err((StatusCode::FORBIDDEN, "this comes from another site")),
    }
}

/// A header that may be there once: none, or the one value; which is nothing when it is there twice or is no
/// text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().ok() } else { None })
}

fn refuse((status, reason): Refusal) -> Response {
    let mut response = Response::new(Body::from(format!("Refused: {reason}.\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// What every answer says: that no other page may use it, and that it is old at once.
fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page has a policy of its own. All else is no document, and may do nothing should it be opened as one.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"));
}
