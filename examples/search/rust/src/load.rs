//! The client that drives the server: hyper over TCP, many connections at once on one thread.
//!
//! It knows the right answers: every probe says what must come back, and each answer is looked at
//! to the end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bactrian::{FromOCaml, ToOCaml};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::histogram::Histogram;

/// What a client does with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Probe.conduct")]
pub enum Conduct {
    /// Sends it and reads the answer.
    Ask,
    /// Leaves in the middle of the request.
    #[ocaml(rename = "Hang_up_early")]
    HangUpEarly,
    /// Leaves while the answer is being made.
    #[ocaml(rename = "Hang_up_late")]
    HangUpLate,
}

/// A request and its right answer.
#[derive(Debug, Clone, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Probe.t")]
pub struct Probe {
    /// Which sort of request it is.
    pub what: String,
    /// What the client does with it.
    pub conduct: Conduct,
    /// `GET` and so on.
    pub meth: String,
    /// Path and query.
    pub target: String,
    /// The status that must come back.
    pub status: u16,
    /// JSON pointers into the answer, and the texts that must be there.
    pub fields: Vec<(String, String)>,
    /// What must be somewhere in the body.
    pub contains: Vec<String>,
}

/// What to do.
pub struct Plan {
    /// Where the server is.
    pub address: SocketAddr,
    /// The probes, which are sent in turn.
    pub probes: Vec<Probe>,
    /// How many requests to send.
    pub requests: usize,
    /// How many to send at once.
    pub at_once: usize,
}

/// What came of it.
#[derive(Debug, Default, Clone, FromOCaml, ToOCaml)]
pub struct Report {
    /// Requests that were sent.
    pub sent: usize,
    /// How many there were of each sort, and of what came back.
    pub outcomes: BTreeMap<(String, String), usize>,
    /// How many answers were not as they should be, or did not come.
    pub wrong: usize,
    /// What was wrong with the first of them.
    pub complaints: Vec<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Half of the answers came within this many milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 came within this.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

/// An answer that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many complaints are kept.
const COMPLAINTS: usize = 10;

/// Sends the requests and waits for all the answers.
///
/// # Errors
///
/// If no runtime can be had; what goes wrong with requests is in the report.
pub fn run(plan: Plan) -> std::io::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let plan = Rc::new(plan);
    let state = Rc::new(State::default());
    let start = Instant::now();
    let local = LocalSet::new();
    for _ in 0..plan.at_once {
        local.spawn_local(client(Rc::clone(&plan), Rc::clone(&state)));
    }
    runtime.block_on(local);
    let mut report = state.report.take();
    let times = state.times.borrow();
    report.seconds = start.elapsed().as_secs_f64();
    report.p50_ms = times.quantile(0.50) / 1000.0;
    report.p99_ms = times.quantile(0.99) / 1000.0;
    report.max_ms = times.quantile(1.0) / 1000.0;
    Ok(report)
}

#[derive(Default)]
struct State {
    next: Cell<usize>,
    report: RefCell<Report>,
    /// In microseconds.
    times: RefCell<Histogram>,
}

type Connection = SendRequest<Empty<Bytes>>;

/// One client: its requests go one after the other over one connection.
async fn client(plan: Rc<Plan>, state: Rc<State>) {
    let mut connection = None;
    loop {
        let index = state.next.get();
        if index >= plan.requests || plan.probes.is_empty() {
            return;
        }
        state.next.set(index + 1);
        let probe = &plan.probes[index % plan.probes.len()];
        let outcome = match probe.conduct {
            Conduct::Ask => {
                let asked = tokio::time::timeout(PATIENCE, ask(&plan, &mut connection, probe));
                let start = Instant::now();
                let outcome = asked.await.unwrap_or_else(|_| Err("no answer in time".into()));
                state.times.borrow_mut().add(start.elapsed());
                outcome
            }
            Conduct::HangUpEarly | Conduct::HangUpLate => hang_up(plan.address, probe).await,
        };
        if outcome.is_err() {
            connection = None;
        }
        note(&mut state.report.borrow_mut(), probe, outcome);
    }
}

fn note(report: &mut Report, probe: &Probe, outcome: Result<String, String>) {
    report.sent += 1;
    let result = outcome.as_deref().unwrap_or("wrong or lost").to_owned();
    *report.outcomes.entry((probe.what.clone(), result)).or_default() += 1;
    if let Err(complaint) = outcome {
        report.wrong += 1;
        if report.complaints.len() < COMPLAINTS {
            report.complaints.push(format!("{} {}: {complaint}", probe.meth, probe.target));
        }
    }
}

async fn connect(address: SocketAddr) -> Result<Connection, String> {
    let stream = TcpStream::connect(address).await.map_err(|e| format!("cannot connect: {e}"))?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let (sender, driver) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
    tokio::task::spawn_local(async move {
        // Its errors come back with the request that they concern.
        let _ = driver.await;
    });
    Ok(sender)
}

/// The status, or what is wrong with the answer.
async fn ask(plan: &Plan, slot: &mut Option<Connection>, probe: &Probe) -> Result<String, String> {
    // A server may close a connection between two requests.
    if let Some(old) = slot
        && old.ready().await.is_err()
    {
        *slot = None;
    }
    let connection = match slot {
        Some(old) => old,
        None => slot.insert(connect(plan.address).await?),
    };
    let request = hyper::Request::builder()
        .method(probe.meth.as_str())
        .uri(probe.target.as_str())
        .header(HOST, HeaderValue::from_static("localhost"))
        .body(Empty::new())
        .map_err(|e| e.to_string())?;
    let response = connection.send_request(request).await.map_err(|e| format!("lost: {e}"))?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map_err(|e| format!("lost: {e}"))?.to_bytes();
    check(probe, status, &body)?;
    Ok(status.to_string())
}

fn check(probe: &Probe, status: u16, body: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8".to_owned())?;
    if status != probe.status {
        return Err(format!("status {status} instead of {}: {text}", probe.status));
    }
    if !probe.fields.is_empty() {
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|e| format!("not JSON: {e}: {text}"))?;
        for (pointer, expected) in &probe.fields {
            let found = json.pointer(pointer).and_then(serde_json::Value::as_str);
            if found != Some(expected) {
                return Err(format!("{pointer} is {found:?} instead of {expected:?}"));
            }
        }
    }
    match probe.contains.iter().find(|part| !text.contains(part.as_str())) {
        Some(part) => Err(format!("{part:?} is not in the answer: {text}")),
        None => Ok(()),
    }
}

async fn hang_up(address: SocketAddr, probe: &Probe) -> Result<String, String> {
    let leave = async {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", probe.meth, probe.target);
        stream.write_all(head.as_bytes()).await?;
        if probe.conduct == Conduct::HangUpLate {
            stream.write_all(b"\r\n").await?;
        }
        // Long enough for the request to arrive, and shorter than its answer takes.
        tokio::time::sleep(Duration::from_millis(5)).await;
        std::io::Result::Ok(())
    };
    match leave.await {
        Ok(()) => Ok("left".into()),
        Err(error) => Err(format!("could not even hang up: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Server;
    use crate::http::tests::{eventually, serve};

    fn probe(what: &str, target: &str) -> Probe {
        Probe {
            what: what.into(),
            conduct: Conduct::Ask,
            meth: "GET".into(),
            target: target.into(),
            status: 200,
            fields: vec![],
            contains: vec![],
        }
    }

    fn drive(server: &Server, probes: Vec<Probe>, requests: usize) -> Report {
        run(Plan { address: server.address(), probes, requests, at_once: 8 }).unwrap()
    }

    #[test]
    fn right_answers_are_counted() {
        let server = serve(0).unwrap();
        let mut never = probe("missing", "/never");
        never.status = 404;
        let mut echo = probe("echo", "/x?q=1");
        echo.fields = vec![("/path".into(), "/x".into()), ("/query".into(), "q=1".into())];
        let report = drive(&server, vec![never, echo], 100);
        assert_eq!(report.complaints, Vec::<String>::new());
        assert_eq!((report.sent, report.wrong), (100, 0));
        let expected = [(("echo", "200"), 50), (("missing", "404"), 50)];
        let expected = expected.map(|((a, b), n)| ((a.to_owned(), b.to_owned()), n));
        assert_eq!(report.outcomes.into_iter().collect::<Vec<_>>(), expected);
        assert!(report.p50_ms > 0.0 && report.p50_ms <= report.p99_ms);
    }

    #[test]
    fn wrong_answers_are_told() {
        let server = serve(0).unwrap();
        let mut status = probe("a", "/never");
        status.contains = vec!["never".into()];
        let mut field = probe("b", "/x");
        field.fields = vec![("/path".into(), "/y".into())];
        let mut part = probe("c", "/x");
        part.contains = vec!["z".into()];
        let report = drive(&server, vec![status, field, part], 3);
        assert_eq!(report.wrong, 3);
        let all = report.complaints.join("\n");
        assert!(all.contains("status 404 instead of 200"), "{all}");
        assert!(all.contains("/path is Some(\"/x\") instead of \"/y\""), "{all}");
        assert!(all.contains("\"z\" is not in the answer"), "{all}");
    }

    #[test]
    fn clients_hang_up_and_the_others_get_their_answers() {
        let server = serve(0).unwrap();
        let mut early = probe("early", "/slow");
        early.conduct = Conduct::HangUpEarly;
        let mut late = probe("late", "/slow");
        late.conduct = Conduct::HangUpLate;
        let report = drive(&server, vec![early, probe("echo", "/"), late], 30);
        assert_eq!(report.complaints, Vec::<String>::new());
        assert_eq!(report.sent, 30);
        eventually(&server.stats().abandoned, 10);
        eventually(&server.stats().broken, 10);
        eventually(&server.stats().answers, 10);
    }

    #[test]
    fn a_server_that_is_not_there_is_lost_requests() {
        let server = serve(0).unwrap();
        let address = server.address();
        drop(server);
        std::thread::sleep(Duration::from_millis(50));
        let plan = Plan { address, probes: vec![probe("echo", "/")], requests: 4, at_once: 2 };
        assert_eq!(run(plan).unwrap().wrong, 4);
    }
}
