//! `lesson-server`: builds the book, serves it to a browser on this machine, and builds it again when a page
//! changes. With `--play` the exercises can be edited and run in its pages. `cargo lesson book` and `cargo lesson
//! serve` compile this and become it; it is a program of its own so that the first verdict does not wait for mdBook
//! and a web server to compile.
//!
//! ```text
//! book      builds the book, by mdBook's own crates, into a folder that is gone again
//! site      what was built, in memory
//! edition   the site as it is now, and what is wrong with it
//! watch     builds again when a file has changed
//! guard     who may ask, for all routes at once
//! token     the secret of this start
//! page      what is added to a page when it is served
//! ui        the scripts and styles for that
//! serve     the answers
//! api       what a page can ask for: to hear of a lesson, and to do something with it
//! exercise  the learner's file: read, and written so that nothing is lost
//! files     what is in those that somebody looks at
//! runs      one run at a time
//! tell      what a page is told of a run
//! log       all that it was told, for those who come later
//! listener  a page that listens to all of this
//! news      the bell that wakes it
//! say       what the terminal shows
//! browser   opens one
//! ```

mod api;
mod book;
mod browser;
mod edition;
mod exercise;
mod files;
mod guard;
mod listener;
mod log;
mod news;
mod page;
mod runs;
mod say;
mod serve;
mod site;
mod tell;
mod token;
mod ui;
mod watch;

use std::io::{ErrorKind, stderr};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, Subcommand};
use runner::doctor;
use runner::pack::Pack;
use runner::place::Place;
use runner::process::{Cancel, RunFolder, supervise};
use runner::toolkit::Toolkit;
use tracing_subscriber::filter::LevelFilter;

use api::Play;
use book::Workshop;
use browser::Door;
use edition::{Edition, Editions};
use serve::{Playing, Server};
use token::Token;

/// Not able to start, as in the `lesson` command.
const UNABLE: u8 = 3;
/// Ended by Ctrl-C, as shells count it.
const INTERRUPTED: u8 = 130;

/// Build the book and serve it on this machine; `cargo lesson book` and `cargo lesson serve` run this.
#[derive(Parser)]
#[command(name = "lesson-server", version)]
struct Cli {
    /// The course's folder [default: the one that you are in]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Where the book is built; all of it can be deleted [default: target/lessons]
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// The port; 0 takes one that is free
    #[arg(long, default_value_t = 3737)]
    port: u16,
    /// Open the book in a browser
    #[arg(long)]
    open: bool,
    /// Let the exercises be edited and run in the pages
    #[arg(long)]
    play: bool,
    /// The node to run them with [default: $LESSON_NODE, or the one in $PATH]
    #[arg(long, value_name = "PATH")]
    node: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Be the process between the runner and a program
    #[command(hide = true)]
    Supervise,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Command::Supervise) = cli.command {
        return ExitCode::from(supervise());
    }
    // What mdBook warns of.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_writer(stderr)
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .init();
    match run(&cli) {
        Ok(()) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            say::progress(format_args!("error: {}", format!("{error:#}").trim_end()));
            ExitCode::from(UNABLE)
        }
    }
}

/// Serves until it is told to stop.
fn run(cli: &Cli) -> Result<()> {
    let place = Place { root: cli.root.clone(), node: cli.node.clone(), work: cli.work.clone() };
    let (pack, tools) = place.find()?;
    let settings = pack.root.join("book.toml");
    if !settings.is_file() {
        bail!("{} is missing: the book is built as it says", settings.display());
    }
    // Before the work: it may be in vain.
    let listener = listen(cli.port)?;
    let port = listener.local_addr().context("failed to find the port")?.port();
    let server = Server::new(listener).context("failed to start the server")?;

    // What one that was killed has left of a book or a run.
    RunFolder::sweep_abandoned(&tools.runs());
    let workshop = Workshop::new(pack.root.clone(), tools.runs());
    let watcher = watch::Watcher::new(&workshop.sources()?);
    say::progress("Building the book …");
    let begun = Instant::now();
    let site = thread::scope(|scope| {
        if cli.play {
            scope.spawn(|| missing_tools(&pack, &tools).iter().for_each(say::progress));
        }
        workshop.build().context("the book can't be built")
    })?;
    say::progress(format_args!("Built in {:.1} s.", begun.elapsed().as_secs_f64()));

    let runs_folder = tools.runs();
    let mut url = format!("http://127.0.0.1:{port}/");
    let mut playing = None;
    if cli.play {
        let token = Token::new().context("failed to make a key for this server")?;
        url += &format!("#t={token}");
        playing = Some(Playing { play: Arc::new(Play::new(pack, tools)), token });
    }
    let runs = playing.as_ref().map(|playing| Arc::clone(&playing.play.runs));
    let door =
        cli.open.then(|| Door::new(&runs_folder, &url)).transpose().context("failed to write the page that opens the book")?;
    let editions = Editions::new(Edition::first(site));
    let watching = watcher.start(workshop, editions.clone());
    let served = server.run(editions, playing, || {
        say::result(format_args!("The book is at {url} until you press Ctrl-C."));
        if cli.play {
            say::progress("What follows the # is a key: whoever has it can run code here as you.");
        }
        if let Some(door) = &door {
            browser::open(door.page(), url);
        }
    });
    if let Some(runs) = runs {
        runs.end();
    }
    // A build that is under way comes to its end, and its folder goes.
    watching.stop();
    served
}

/// What exercises can't be run without, and is not there. The book can be read all the same.
fn missing_tools(pack: &Pack, tools: &Toolkit) -> Vec<String> {
    let cancel = Cancel::default();
    let faults = [doctor::rust(pack, tools, &cancel), doctor::node(pack, tools, &cancel)].into_iter().filter_map(Result::err);
    faults.map(|fault| format!("warning: exercises can't be run: {fault}")).collect()
}

/// On this machine alone; there is no option for another address.
fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            let other = port.checked_add(1).unwrap_or(3737);
            anyhow!("port {port} is taken, perhaps by another `cargo lesson book` or `serve`: stop that, or add `--port {other}`")
        }
        ErrorKind::PermissionDenied => anyhow!("port {port} is not yours to take: choose one above 1023 with --port"),
        _ => anyhow!(error).context(format!("failed to listen at port {port}")),
    })
}
