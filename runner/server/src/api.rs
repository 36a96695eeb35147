//! What a page can ask for: to hear of one lesson, and to do one thing with it. It names a lesson and never a path or
//! a command.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use percent_encoding::percent_decode_str;
use runner::catalog::{Catalog, CatalogError, Lesson, Variant};
use runner::exercise::back_up;
use runner::pack::Pack;
use runner::progress::{self, Reset};
use runner::toolkit::Toolkit;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use similar::TextDiff;

use crate::edition::Editions;
use crate::exercise::{self, Content, Written};
use crate::files::Files;
use crate::listener::Listener;
use crate::log::Action;
use crate::news::News;
use crate::runs::{Refused, Runs};

/// Below this is the API.
pub(crate) const FOLDER: &str = "/api/";
/// Where something is done, by POST. All else is there to be read.
pub(crate) const DO: &str = "/api/do";

/// All that the API works with.
pub(crate) struct Play {
    pack: Pack,
    news: News,
    files: Arc<Files>,
    pub(crate) runs: Arc<Runs>,
    /// Who writes an exercise: one at a time.
    writing: Mutex<()>,
}

/// What to do with a lesson. Even one that needs nothing else is a struct: serde takes any field for the others.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Deed {
    Save {
        text: String,
        #[serde(deserialize_with = "given")]
        base: Option<String>,
    },
    Replace {
        text: String,
        #[serde(deserialize_with = "given")]
        base: Option<String>,
    },
    BackUp {
        text: String,
    },
    Run {},
    Check {},
    Guard {},
    Why {},
    Stop {
        run: u64,
    },
    Hint {
        level: u8,
    },
    Reset {},
    Diff {},
}

/// A field that may be null and may not be missing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// An answer other than what was asked for.
struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    fn new(status: StatusCode, error: impl Into<String>) -> Problem {
        Problem { status, body: json!({ "error": error.into() }) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, as_json(&self.body)).into_response()
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Problem {
        let status = match error {
            CatalogError::Id { .. } | CatalogError::Unknown { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem::new(status, error.to_string())
    }
}

pub(crate) fn as_json(value: &Value) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

pub(crate) fn routes(play: Arc<Play>, editions: Editions) -> Router {
    let nothing = || async { Problem::new(StatusCode::NOT_FOUND, "there is no such request") };
    Router::new()
        .route("/api/events", get(events))
        .route(DO, post(act))
        // Who has come so far has the key.
        .route("/api/key", get(|| async { StatusCode::NO_CONTENT }))
        .route("/api/{*other}", any(nothing))
        .with_state((play, editions))
}

async fn events(State((play, editions)): State<(Arc<Play>, Editions)>, uri: Uri) -> Result<Response, Problem> {
    let id = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lesson=")));
    let id = id.map(|id| percent_decode_str(id).decode_utf8_lossy().into_owned());
    let Some(id) = id else { return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name a lesson: ?lesson=TOPIC/SLUG")) };
    let look = {
        let play = Arc::clone(&play);
        beside(move || Ok(play.files.look(play.lesson(&id)?))).await?
    };
    let listener = Listener::new(look, Arc::clone(&play.runs), &play.news, editions.follow());
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], listener.into_body()).into_response())
}

async fn act(State((play, _)): State<(Arc<Play>, Editions)>, body: Bytes) -> Result<Response, Problem> {
    let (status, answer) = beside(move || play.act(&body)).await?;
    Ok((status, as_json(&answer)).into_response())
}

/// Does what reads and writes files, while other requests are answered.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the server has failed: its terminal says more");
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

type Answer = Result<(StatusCode, Value), Problem>;

impl Play {
    pub(crate) fn new(pack: Pack, tools: Toolkit) -> Play {
        let news = News::default();
        let files = Arc::new(Files::new(pack.clone(), news.clone()));
        let runs = Arc::new(Runs::new(pack.clone(), tools, Arc::clone(&files), news.clone()));
        Play { pack, news, files, runs, writing: Mutex::default() }
    }

    /// As it is now: an author may be at work on it.
    fn lesson(&self, id: &str) -> Result<Lesson, Problem> {
        Ok(Catalog::load(&self.pack.root)?.lesson(id)?)
    }

    fn act(&self, body: &[u8]) -> Answer {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("this is not JSON: {error}")))?;
        let (id, deed) = read(body).map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error))?;
        let lesson = || self.lesson(&id);
        let answer = match deed {
            Deed::Run {} => return self.begin(lesson()?, Action::Run),
            Deed::Check {} => return self.begin(lesson()?, Action::Check),
            Deed::Guard {} => return self.begin(lesson()?, Action::Guard),
            Deed::Why {} => return self.begin(lesson()?, Action::Why),
            // Also when its lesson can't be read any more.
            Deed::Stop { run } => json!({ "stopped": self.runs.stop(&id, run) }),
            Deed::Hint { level } => self.hint(&lesson()?, level)?,
            Deed::Diff {} => self.diff(&lesson()?)?,
            Deed::Save { .. } | Deed::Replace { .. } | Deed::BackUp { .. } | Deed::Reset {} => {
                let lesson = lesson()?;
                let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
                let answer = self.write(&lesson, deed);
                // Those that look at it need not wait for the file system to tell.
                self.files.refresh(&lesson.id);
                answer?
            }
        };
        Ok((StatusCode::OK, answer))
    }

    fn begin(&self, lesson: Lesson, action: Action) -> Answer {
        match self.runs.begin(lesson, action) {
            Ok(run) => Ok((StatusCode::ACCEPTED, json!({ "run": run }))),
            Err(Refused::Busy(running)) => {
                let busy = format!("{} is running: wait for it or stop it", running.lesson);
                Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, busy))
            }
            Err(Refused::NoThread(error)) => {
                let error = format!("the system gave no thread for it, so end another program and try again: {error}");
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error))
            }
            Err(Refused::Closed) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server ends: start it again")),
        }
    }

    fn write(&self, lesson: &Lesson, deed: Deed) -> Result<Value, Problem> {
        let relative = |path: &Path| lesson.relative(path).display().to_string();
        let failed = |error| failed("write", &lesson.exercise(), &error);
        match deed {
            Deed::Save { text, base } => match exercise::save(lesson, &text, base.as_deref()).map_err(failed)? {
                Written::Done { sha256, .. } => Ok(json!({ "sha256": sha256 })),
                Written::Conflict(there) => Err(conflict(lesson, &there)),
            },
            Deed::Replace { text, base } => match exercise::replace(lesson, &text, base.as_deref()).map_err(failed)? {
                Written::Done { sha256, backup } => Ok(json!({ "sha256": sha256, "backup": backup.as_deref().map(relative) })),
                Written::Conflict(there) => Err(conflict(lesson, &there)),
            },
            Deed::BackUp { text } => Ok(json!({ "backup": relative(&back_up(lesson, text.as_bytes()).map_err(failed)?) })),
            _ => match progress::reset(lesson).map_err(failed)? {
                Reset::BackedUp(path) => Ok(json!({ "backup": relative(&path) })),
                Reset::Nothing | Reset::Restored => Ok(json!({ "backup": null })),
            },
        }
    }

    fn hint(&self, lesson: &Lesson, level: u8) -> Result<Value, Problem> {
        let all = lesson.manifest.hints.len();
        if !(1..=all).contains(&usize::from(level)) {
            let error = format!("the lesson has hints 1 to {all}");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error));
        }
        let remembered = progress::update(&self.pack, |progress| {
            progress.set_current(&lesson.id);
            progress.hinted(&lesson.id, level);
        });
        remembered.map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        Ok(json!({ "level": level }))
    }

    fn diff(&self, lesson: &Lesson) -> Result<Value, Problem> {
        if progress::state(&self.pack, lesson) != progress::State::Done {
            let error = "the solution is compared with an exercise that has passed: check yours first";
            return Err(Problem::new(StatusCode::FORBIDDEN, error));
        }
        let solution = lesson.source(&Variant::Solution)?;
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| failed("read", path, &error));
        let (mine, theirs) = (read(&lesson.exercise())?, read(&solution)?);
        let names = (exercise::name(lesson), lesson.relative(&solution).display().to_string());
        let diff = TextDiff::from_lines(&mine, &theirs);
        Ok(json!({ "diff": diff.unified_diff().header(&names.0, &names.1).to_string() }))
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("failed to {what} {}: {error}", path.display()))
}

/// The lesson and what to do with it.
fn read(body: Value) -> Result<(String, Deed), String> {
    let Value::Object(mut fields) = body else { return Err("this is no JSON object".into()) };
    let lesson = take_text(&mut fields, "lesson").ok_or("`lesson` is missing: it is TOPIC/SLUG")?;
    let deed = serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
    Ok((lesson, deed))
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn conflict(lesson: &Lesson, there: &Content) -> Problem {
    let error =
        format!("{} was changed meanwhile, and nothing was written: choose which of the two to keep", exercise::name(lesson));
    let text = there.text.as_ref().ok();
    Problem { status: StatusCode::CONFLICT, body: json!({ "error": error, "sha256": there.sha256, "text": text }) }
}
