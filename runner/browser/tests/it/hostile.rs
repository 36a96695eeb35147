//! A page of somebody else, open in the same browser, gets no run, no file and no byte of an answer.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use browser_tests::browser::{Browser, LONGEST, with_browser_at};
use browser_tests::course::Course;
use browser_tests::desk::Desk;
use browser_tests::play::Play;
use browser_tests::server::Server;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::turncoat::Turncoat;
use crate::{DEADLINE, LESSON, nothing_runs};

/// The first name leads to a server of somebody else, and the second one here.
const NAMES: &str = "--host-resolver-rules=MAP evil.example 127.0.0.2,MAP other.example 127.0.0.1";
const ATTACKS: &str = include_str!("attacks.js");

/// Files of the book, by the names that this build has.
const FILES: &str = "({
    script: new URL([...document.scripts].find(({ src }) => src.includes('toc')).src).pathname,
    picture: new URL(document.querySelector('link[rel=icon]').href).pathname,
})";

/// What works from a page of the book, and so shows that the attacks would find it.
const OWN: [&str; 14] = [
    "a page",
    "a page, with what the browser knows of us",
    "a page, unseen",
    "a script, unseen",
    "the events, with the key",
    "the news",
    "a script",
    "a script of the book",
    "a style",
    "a picture",
    "a frame of a page",
    "a window",
    "a file, with the key",
    "a run, with the key",
];

#[derive(Deserialize)]
struct Attacked {
    names: Vec<String>,
    got: Vec<String>,
}

/// Tries all that a page can try, from the page that is open; `own` is what it may do.
async fn attack(browser: &Browser, target: &str, play: &Play, files: &Value, own: &[&str]) -> Result<Attacked> {
    let arguments = vec![json!(target), json!(play.token), json!(LESSON), files.clone(), json!(own)];
    let attacked = browser.session.execute(ATTACKS, arguments).await.context("the attack")?;
    Ok(serde_json::from_value(attacked.json().clone())?)
}

/// Closes the windows that an attack has opened. They belong to the server's pages, and it can't do that itself.
async fn close_others(browser: &Browser) -> Result<()> {
    let own = browser.session.window().await?;
    for window in browser.session.windows().await? {
        if window != own {
            browser.session.switch_to_window(window).await?;
            browser.session.close_window().await?;
        }
    }
    Ok(browser.session.switch_to_window(own).await?)
}

#[test]
fn a_page_of_somebody_else_gets_nothing() -> Result<()> {
    let course = Course::new()?;
    let play = Play::start(&course)?;
    let port = play.port;
    let folder = TempDir::new()?;
    fs::write(folder.path().join("index.html"), "<!DOCTYPE html><title></title><p>Not yours.")?;
    let elsewhere = Server::start(folder.path().to_owned())?;
    let turncoat = Turncoat::start(port)?;
    let shipped = course.exercise(LESSON)?;
    with_browser_at(DEADLINE, play.address(), &[NAMES.to_owned()], async |browser| {
        let address = play.address();
        let here = address.trim_end_matches('/');
        play.open(browser).await?;
        let desk = Desk::open(browser, LESSON).await?;
        let files = desk.look(FILES).await?;

        // On another port, which to a browser is the same site; and on a name of its own.
        let page = elsewhere.url("index.html");
        for (page, target) in [
            (page.clone(), here.to_owned()),
            (page.replace("127.0.0.1", "localhost"), here.to_owned()),
            (page.replace("127.0.0.1", "other.example"), format!("http://localhost:{port}")),
        ] {
            browser.session.goto(&page).await?;
            let Attacked { names, got } = attack(browser, &target, &play, &files, &[]).await?;
            ensure!(got.is_empty(), "from {page}, {target} gives {got:#?}");
            ensure!(names.len() > OWN.len(), "{names:?}");
            close_others(browser).await?;
        }

        // A name that leads here is not one of ours, whatever the address has besides.
        for page in
            ["", "print.html", &format!("{LESSON}.html{}", play.key()), "__play/main.js", "api/events?lesson=scopes/escape"]
        {
            browser.session.goto(format!("http://other.example:{port}/{page}")).await?;
            let text = desk.look("document.body.innerText").await?;
            let text = text.as_str().unwrap_or_default();
            ensure!(text.contains("Refused: this server is called 127.0.0.1 or localhost"), "{page}: {text}");
        }

        // A name that led to its own server, and leads here when its page is open.
        let evil = format!("http://evil.example:{port}");
        browser.session.goto(&evil).await?;
        turncoat.turn();
        let Attacked { got, .. } = attack(browser, &evil, &play, &files, &[]).await?;
        ensure!(got.is_empty(), "the name that leads here now gives {got:#?}");
        let text = browser.run("return fetch('/').then((answer) => answer.text())").await?;
        ensure!(text.as_str().is_some_and(|text| text.starts_with("Refused: ")), "the name does not lead here: {text}");

        close_others(browser).await?;

        // Nothing has come of all that.
        Desk::open(browser, LESSON).await?;
        desk.is("words('.play-status') === 'Ready' && words('.play-state') === 'as shipped'").await?;
        ensure!(course.exercise(LESSON)? == shipped && course.backups()?.is_empty(), "{:?}", course.backups()?);
        nothing_runs(&play)?;

        // The book's own pages can do it.
        browser.session.set_script_timeout(LONGEST).await?;
        let Attacked { got, .. } = attack(browser, here, &play, &files, &OWN).await?;
        let got: BTreeSet<&str> = got.iter().filter_map(|one| Some(one.split_once(": ")?.0)).collect();
        ensure!(got == BTreeSet::from(OWN), "the book's own page gets {got:#?}");
        ensure!(course.backups()? == ["// from elsewhere"], "{:?}", course.backups()?);
        desk.says("Check: failed").await
    })
}
