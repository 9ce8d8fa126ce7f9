//! What Rust brings to the search example: SQLite's full-text index, an HTTP server and a client
//! that drives it.
//!
//! The modules know nothing of OCaml but the shape of some records; the functions here are what
//! OCaml calls, and where Rust calls OCaml.

pub mod db;
pub mod histogram;
pub mod http;
pub mod load;
pub mod slots;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use bactrian::task::lwt::OCamlAsyncFn;
use bactrian::task::{Handle, tokio_handle, with_runtime};
use bactrian::{
    BoxRoot, FromOCaml, OCamlException, OCamlExn, OCamlFn, OCamlRuntime, ToOCaml, export,
};

use db::{Hit, Row, Store};
use http::{Request, Response, Server};
use load::{Plan, Probe, Report};
use slots::Slots;

static STORES: Slots<Store> = Slots::new("index");
static SERVERS: Slots<Server> = Slots::new("server");

// The index.

/// Opens the index in a file, or a new one in memory.
#[export(raise)]
fn store_open(path: Option<String>, connections: usize) -> Result<usize, String> {
    Ok(STORES.insert(Store::open(path.map(Into::into), connections)?))
}

/// Closes it when the last query is done.
#[export(raise)]
fn store_close(store: usize) -> Result<(), String> {
    STORES.take(store).map(drop)
}

/// The text that was kept under a key.
#[export(lwt, raise)]
async fn store_meta(store: usize, key: String) -> Result<Option<String>, String> {
    STORES.get(store)?.meta(key).await
}

/// Begins to put rows in place of all that is there.
#[export(lwt, raise)]
async fn store_begin(store: usize) -> Result<(), String> {
    STORES.get(store)?.begin().await
}

#[export(lwt, raise)]
async fn store_add(store: usize, rows: Vec<Row>) -> Result<(), String> {
    STORES.get(store)?.add(rows).await
}

/// Ends what was begun, and keeps the texts.
#[export(lwt, raise)]
async fn store_finish(store: usize, meta: Vec<(String, String)>) -> Result<(), String> {
    STORES.get(store)?.finish(meta).await
}

#[export(lwt, raise)]
async fn store_query(
    store: usize,
    stages: Vec<String>,
    #[ocaml(label)] limit: usize,
) -> Result<Vec<Hit>, String> {
    STORES.get(store)?.query(stages, limit).await
}

// The server.

/// Requests are answered by OCaml.
struct ByOCaml {
    /// `request -> response Lwt.t`
    handler: OCamlAsyncFn<(Request,), Response>,
    /// `exn -> response`, for what the handler raised.
    failed: Arc<OCamlFn<(BoxRoot<OCamlExn>,), Response>>,
    home: Handle,
}

impl http::Handler for ByOCaml {
    async fn handle(&self, request: Request) -> Response {
        match self.handler.call((request,)).await {
            Ok(response) => response,
            Err(exception) => self.explain(exception).await,
        }
    }
}

impl ByOCaml {
    /// Has OCaml say what an exception of its own means to the client.
    async fn explain(&self, exception: OCamlException) -> Response {
        let failed = Arc::clone(&self.failed);
        let explained = self.home.spawn(async move {
            with_runtime(|rt| {
                let root = exception.root().get(rt).root();
                failed.call(rt, (root,)).ok()
            })
        });
        explained.await.ok().flatten().unwrap_or_else(|| Response {
            status: 500,
            content_type: "application/json".into(),
            allow: String::new(),
            body: br#"{"error":{"kind":"internal","message":"the handler is gone"}}"#.into(),
        })
    }
}

/// Listens on a port, or on a free one for 0: the number of the server, and the port.
#[export(raise)]
fn server_start(
    rt: &mut OCamlRuntime,
    #[ocaml(label)] port: u16,
    #[ocaml(label)] handler: OCamlAsyncFn<(Request,), Response>,
    #[ocaml(label)] failed: OCamlFn<(BoxRoot<OCamlExn>,), Response>,
) -> Result<(usize, u16), String> {
    let handler = ByOCaml { handler, failed: Arc::new(failed), home: Handle::of(rt) };
    let server = Server::start(tokio_handle(), port, handler)
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
    let port = server.address().port();
    Ok((SERVERS.insert(server), port))
}

#[export(raise)]
fn server_stop(server: usize) -> Result<(), String> {
    SERVERS.take(server).map(drop)
}

/// What a server has seen so far.
#[derive(FromOCaml, ToOCaml)]
struct Seen {
    /// Whose head was read to its end.
    requests: u64,
    /// Which were given.
    answers: u64,
    /// Requests whose client had gone before the answer.
    abandoned: u64,
    /// Connections that ended in the middle of a request.
    broken: u64,
}

#[export(raise)]
fn server_seen(server: usize) -> Result<Seen, String> {
    let server = SERVERS.get(server)?;
    let stats = server.stats();
    Ok(Seen {
        requests: stats.requests.load(Ordering::Relaxed),
        answers: stats.answers.load(Ordering::Relaxed),
        abandoned: stats.abandoned.load(Ordering::Relaxed),
        broken: stats.broken.load(Ordering::Relaxed),
    })
}

// The client.

#[export(lwt, raise)]
async fn load_run(
    #[ocaml(label)] port: u16,
    probes: Vec<Probe>,
    #[ocaml(label)] requests: usize,
    #[ocaml(label)] at_once: usize,
) -> Result<Report, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let plan = Plan { address, probes, requests, at_once };
    let report = tokio::task::spawn_blocking(|| load::run(plan)).await;
    report.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

// What goes wrong on purpose.

const ON_PURPOSE: &str = "panicked on purpose, which is told once";

/// Has the first of these panics told on stderr, as every panic is, and no more of them.
fn tell_once() {
    static ONCE: Once = Once::new();
    static TOLD: AtomicBool = AtomicBool::new(false);
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let on_purpose = panic.payload().downcast_ref() == Some(&ON_PURPOSE);
            if !(on_purpose && TOLD.swap(true, Ordering::Relaxed)) {
                previous(panic);
            }
        }));
    });
}

/// Panics, a little later.
#[export(lwt, name = "search_panic")]
async fn panic() {
    tell_once();
    tokio::time::sleep(Duration::from_millis(1)).await;
    std::panic::panic_any(ON_PURPOSE);
}
