//! What is added to a page when it is served: which edition it is from, why there is no newer one, what it can do
//! here, and the policy that its browser shall hold it to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::edition::Edition;
use crate::ui;

/// The address that mdBook's script opens a WebSocket to, as it is in the built pages.
pub(crate) const LIVE: &str = "__live?edition=";
/// The same, without what a page adds to it.
pub(crate) const LIVE_PATH: &str = "/__live";

/// A page, as it goes to a browser.
pub(crate) struct Page {
    pub(crate) html: String,
    /// The value of `Content-Security-Policy`.
    pub(crate) policy: String,
}

/// Makes a page of what was built; `host` is what the browser calls this server. With `play`, the page does more
/// than be read.
pub(crate) fn dress(built: &str, edition: &Edition, host: &str, play: bool) -> Page {
    // So that a page of an edition that is over by the time it listens is loaded again all the same.
    let mut html = built.replacen(LIVE, &format!("{LIVE}{}", edition.number), 1);
    if let Some(failure) = &edition.failure {
        html = html.replacen("<main>", &format!("<main>\n{}", notice(failure)), 1);
    }
    if play {
        let style = format!("<link rel=\"stylesheet\" href=\"{}play.css\">\n</head>", ui::FOLDER);
        html = html.replacen("</head>", &style, 1);
        if let Some(end) = html.rfind("</body>") {
            html.insert_str(end, &format!("<script type=\"module\" src=\"{}main.js\"></script>\n", ui::FOLDER));
        }
    }
    let policy = policy(&html, host);
    Page { html, policy }
}

fn notice(failure: &str) -> String {
    let text = failure.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<div role=\"alert\"><blockquote class=\"blockquote-tag blockquote-tag-caution\">\
         <p class=\"blockquote-tag-title\">This is an older book: the new one can't be built</p>\
         <pre>{text}</pre></blockquote></div>\n"
    )
}

/// Everything comes from this server. mdBook's pages have scripts in them, which are allowed by their hashes; and
/// styles, which can't be: many are attributes.
fn policy(html: &str, host: &str) -> String {
    let hashes: String =
        inline_scripts(html).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect();
    // Older browsers do not count a WebSocket to here as 'self'.
    format!(
        "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self' ws://{host}; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
}

/// The scripts that are in a page themselves. mdBook writes their tag bare.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script>").skip(1).filter_map(|rest| rest.split("</script>").next())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::site::Site;

    fn edition(failure: Option<&str>) -> Edition {
        Edition { number: 7, site: Arc::new(Site::default()), failure: failure.map(str::to_owned) }
    }

    #[test]
    fn a_page_knows_its_edition() {
        let page = dress("<script>\"__live?edition=\"</script><main>", &edition(None), "localhost:1", false);
        assert_eq!(page.html, "<script>\"__live?edition=7\"</script><main>");
    }

    #[test]
    fn only_the_scripts_of_the_page_may_run() {
        let page = dress("<script>alert(1)</script><script src=\"a.js\"></script>", &edition(None), "localhost:1", false);
        let hash = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert!(page.policy.contains(&format!("script-src 'self' {hash};")), "{}", page.policy);
    }

    #[test]
    fn a_failure_is_text() {
        let page = dress("<main>\n<h1>A</h1>", &edition(Some("<b> & \"c\"")), "localhost:1", false);
        assert!(page.html.contains("<pre>&lt;b> &amp; \"c\"</pre>"), "{}", page.html);
        assert!(page.html.ends_with("<h1>A</h1>"));
    }
}
