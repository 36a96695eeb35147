//! Who may ask. A browser will carry a request of any page on the web to a server on the reader's machine, so
//! each request says by its headers where it comes from, and one that comes from elsewhere gets nothing.
//!
//! This is one layer around all routes: a route that is added can't be without it. No option turns it off,
//! and no answer ever has a CORS header.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    UPGRADE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::json;

use crate::api;
use crate::token::Token;

/// What this server is called in this request: one of its two names. A route finds it in the request.
#[derive(Clone)]
pub(crate) struct Host(pub(crate) String);

/// Why a request gets no answer.
type Refusal = (StatusCode, &'static str);

/// What is needed to know who may ask.
pub(crate) struct Gate {
    pub(crate) port: u16,
    /// Without one there is no API, and nothing but pages to be read.
    pub(crate) token: Option<Token>,
}

impl Gate {
    fn is_api(&self, request: &Parts) -> bool {
        self.token.is_some() && request.uri.path().starts_with(api::FOLDER)
    }

    /// The methods that can be used at an address.
    fn allowed(&self, request: &Parts) -> &'static [Method] {
        match request.uri.path() {
            _ if !self.is_api(request) => &[Method::GET, Method::HEAD],
            api::DO => &[Method::POST],
            _ => &[Method::GET],
        }
    }
}

/// The longest body.
const MOST: usize = 64 << 10;

/// Lets a request through to the routes, or refuses it.
pub(crate) async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (is_api, allowed) = (gate.is_api(&parts), gate.allowed(&parts));
    let admitted = match admit(&parts, &gate) {
        Ok(host) => read(&parts, body).await.map(|body| (host, body)),
        Err(refusal) => Err(refusal),
    };
    let mut response = match admitted {
        Ok((host, body)) => {
            let mut request = Request::from_parts(parts, body);
            request.extensions_mut().insert(host);
            next.run(request).await
        }
        Err(refusal) => refuse(refusal, is_api, allowed),
    };
    harden(response.headers_mut());
    response
}

fn admit(request: &Parts, gate: &Gate) -> Result<Host, Refusal> {
    // `GET http://…` is for proxies, and would name a host twice.
    if request.uri.authority().is_some() {
        return Err((StatusCode::BAD_REQUEST, "this is not a proxy"));
    }
    let host = host(&request.headers, gate.port)?;
    origin(request, &host)?;
    site(request, gate)?;
    key(request, gate)?;
    if !gate.allowed(request).contains(&request.method) {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "this can't be done here"));
    }
    Ok(host)
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
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

/// A browser says which page makes a request, for all that a page could do harm with: all but reading, and a
/// WebSocket. It does not where a page only reads from its own server.
fn origin(request: &Parts, host: &Host) -> Result<(), Refusal> {
    let elsewhere = Err((StatusCode::FORBIDDEN, "this comes from another page"));
    match only(&request.headers, &ORIGIN) {
        Some(Some(origin)) if origin.eq_ignore_ascii_case(&format!("http://{}", host.0)) => Ok(()),
        Some(_) => elsewhere,
        None if !is_reading(&request.method) || request.headers.contains_key(UPGRADE) => elsewhere,
        None => Ok(()),
    }
}

/// Where a request comes from, as newer browsers say of each. From elsewhere one thing is allowed: a link that a
/// person follows, such as one of the published book. The page that has the link sees nothing of the answer, and
/// to read is all that can be done. A page in a frame of another is not that. The API is for scripts of these pages
/// alone.
fn site(request: &Parts, gate: &Gate) -> Result<(), Refusal> {
    let header = |name: &'static str| only(&request.headers, &HeaderName::from_static(name));
    let navigates = header("sec-fetch-mode") == Some(Some("navigate"));
    match header("sec-fetch-site") {
        Some(site) if gate.is_api(request) && (site != Some("same-origin") || navigates) => {
            Err((StatusCode::FORBIDDEN, "this does not come from a script of the book's pages"))
        }
        None | Some(Some("same-origin" | "none")) => Ok(()),
        Some(Some("same-site" | "cross-site"))
            if request.method == Method::GET && navigates && header("sec-fetch-dest") == Some(Some("document")) =>
        {
            Ok(())
        }
        Some(_) => Err((StatusCode::FORBIDDEN, "this comes from another site")),
    }
}

/// Whoever has the key was told it by the terminal. Before it is asked for, nothing is said of what there is.
fn key(request: &Parts, gate: &Gate) -> Result<(), Refusal> {
    let needs_key = gate.is_api(request) || !is_reading(&request.method);
    let Some(token) = gate.token.as_ref().filter(|_| needs_key) else { return Ok(()) };
    match only(&request.headers, &AUTHORIZATION).flatten().and_then(|value| value.strip_prefix("Bearer ")) {
        Some(offered) if token.is(offered) => Ok(()),
        _ => Err((StatusCode::UNAUTHORIZED, "open the address that this server printed in its terminal; it has the key")),
    }
}

/// The body, read to its end before anything is done.
async fn read(request: &Parts, body: Body) -> Result<Body, Refusal> {
    if is_reading(&request.method) {
        return Ok(Body::empty());
    }
    let media_type =
        only(&request.headers, &CONTENT_TYPE).flatten().map(|value| value.split(';').next().unwrap_or_default().trim());
    if !media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "a body is application/json"));
    }
    let too_long = Err((StatusCode::PAYLOAD_TOO_LARGE, "this is too long for the page: edit the file in an editor of your own"));
    // What is declared need not even be sent.
    if body.size_hint().lower() > MOST as u64 {
        return too_long;
    }
    let (mut chunks, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| (StatusCode::BAD_REQUEST, "the body has no proper end"))?;
        if bytes.len() + chunk.len() > MOST {
            return too_long;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// A header that may be there once: none, or the one value; which is nothing when it is there twice or is no
/// text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().ok() } else { None })
}

fn refuse((status, reason): Refusal, is_api: bool, allowed: &[Method]) -> Response {
    let text = format!("Refused: {reason}.");
    let mut response = if is_api {
        (status, api::as_json(&json!({ "error": text }))).into_response()
    } else {
        (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{text}\n")).into_response()
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let methods: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let methods = HeaderValue::from_str(&methods.join(", ")).expect("the names of methods are a header's text");
        response.headers_mut().insert(ALLOW, methods);
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
