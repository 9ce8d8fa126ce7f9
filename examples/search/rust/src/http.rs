//! The HTTP server: hyper on a tokio runtime of its own, on the loopback interface.
//!
//! It knows nothing of what is asked: every request goes to a [`Handler`], as it came.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bactrian::{FromOCaml, ToOCaml};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{StatusCode, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, JoinSet};

/// A request, as a handler sees it.
#[derive(Debug, Clone, PartialEq, Eq, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Service.request")]
pub struct Request {
    /// `GET` and so on.
    #[ocaml(rename = "meth")]
    pub method: String,
    /// The path as it came, percent-encoded.
    pub path: String,
    /// What is after the question mark, as it came.
    pub query: String,
}

/// An answer, as a handler gives it.
#[derive(Debug, Clone, PartialEq, Eq, FromOCaml, ToOCaml)]
#[ocaml(type = "Search_core.Service.response")]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The type of the body.
    pub content_type: String,
    /// For status 405, the methods that would do; else empty.
    pub allow: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Whatever answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. The future is dropped if the client goes away meanwhile.
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send;
}

/// What the server has seen so far.
#[derive(Debug, Default)]
pub struct Stats {
    /// Requests that were read to the end of their head.
    pub requests: AtomicU64,
    /// Answers that the handler gave.
    pub answers: AtomicU64,
    /// Requests whose client was gone before the handler had answered.
    pub abandoned: AtomicU64,
    /// Connections that ended in the middle of the head of a request.
    pub broken: AtomicU64,
}

/// A running server. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    stats: Arc<Stats>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens on a port of the loopback interface, or on a free one for 0, and serves on the
    /// threads of a tokio runtime.
    ///
    /// # Errors
    ///
    /// If the port is not to be had.
    pub fn start<H: Handler>(tokio: &Handle, port: u16, handler: H) -> io::Result<Server> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let _context = tokio.enter();
        let listener = TcpListener::from_std(listener)?;
        let stats = Arc::new(Stats::default());
        let accepting = tokio.spawn(accept(listener, Arc::new(handler), Arc::clone(&stats)));
        Ok(Server { address, stats, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has seen so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until it is aborted, which ends the connections too.
async fn accept<H: Handler>(listener: TcpListener, handler: Arc<H>, stats: Arc<Stats>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (handler, stats) = (Arc::clone(&handler), Arc::clone(&stats));
                    connections.spawn(connection(stream, handler, stats));
                }
                // Out of descriptors, most likely: those who hang up will free some.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection<H: Handler>(stream: TcpStream, handler: Arc<H>, stats: Arc<Stats>) {
    // Without this an answer waits for the acknowledgement of the one before; that it cannot
    // be set is no reason not to answer.
    let _ = stream.set_nodelay(true);
    let abandoned = AtomicBool::new(false);
    let service = service_fn(|request: hyper::Request<Incoming>| async {
        let mut watch = Watch::new(&stats, &abandoned);
        let response = handler.handle(plain(&request)).await;
        watch.answered = true;
        drop(watch);
        drop(request);
        Ok::<_, Infallible>(wire(response))
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30))
        .serve_connection(TokioIo::new(stream), service)
        .await;
    let incomplete = served.is_err_and(|error| error.is_incomplete_message());
    if incomplete && !abandoned.load(Ordering::Relaxed) {
        stats.broken.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts a request when it comes, and when it is answered or dropped.
struct Watch<'a> {
    stats: &'a Stats,
    /// Of this connection.
    abandoned: &'a AtomicBool,
    answered: bool,
}

impl<'a> Watch<'a> {
    fn new(stats: &'a Stats, abandoned: &'a AtomicBool) -> Watch<'a> {
        stats.requests.fetch_add(1, Ordering::Relaxed);
        Watch { stats, abandoned, answered: false }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if self.answered {
            self.stats.answers.fetch_add(1, Ordering::Relaxed);
        } else {
            self.abandoned.store(true, Ordering::Relaxed);
            self.stats.abandoned.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn plain(request: &hyper::Request<Incoming>) -> Request {
    let uri = request.uri();
    Request {
        method: request.method().as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
    }
}

fn wire(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut wire = hyper::Response::new(Full::new(Bytes::from(response.body)));
    // A status or a header that HTTP does not have is a mistake of the handler.
    *wire.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(content_type) = HeaderValue::from_str(&response.content_type) {
        wire.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if !response.allow.is_empty()
        && let Ok(allow) = HeaderValue::from_str(&response.allow)
    {
        wire.headers_mut().insert(ALLOW, allow);
    }
    wire
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::OnceLock;
    use std::time::Instant;
    use tokio::runtime::{Builder, Runtime};

    /// Answers with what it was asked, as JSON; `/slow` takes a minute, `/never` is wrong.
    pub(crate) struct Echo;

    impl Handler for Echo {
        async fn handle(&self, request: Request) -> Response {
            if request.path == "/slow" {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            let status = if request.path == "/never" { 404 } else { 200 };
            Response {
                status,
                content_type: "application/json".into(),
                allow: String::new(),
                body: format!("{{\"path\":\"{}\",\"query\":\"{}\"}}", request.path, request.query)
                    .into_bytes(),
            }
        }
    }

    pub(crate) fn serve(port: u16) -> io::Result<Server> {
        static TOKIO: OnceLock<Runtime> = OnceLock::new();
        let start = || Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Server::start(TOKIO.get_or_init(start).handle(), port, Echo)
    }

    fn exchange(server: &Server, text: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn eventually(counter: &AtomicU64, value: u64) {
        let start = Instant::now();
        while counter.load(Ordering::Relaxed) != value {
            assert!(start.elapsed() < Duration::from_secs(10), "the counter never got to {value}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_request_reaches_the_handler_as_it_came() {
        let server = serve(0).unwrap();
        let answer = exchange(
            &server,
            "GET /a%20b?q=%ff&x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        );
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
        assert!(answer.ends_with(r#"{"path":"/a%20b","query":"q=%ff&x"}"#), "{answer}");
    }

    #[test]
    fn a_client_that_leaves_is_counted_and_others_are_served() {
        let server = serve(0).unwrap();
        let mut early = TcpStream::connect(server.address()).unwrap();
        early.write_all(b"GET /slow HT").unwrap();
        drop(early);
        eventually(&server.stats().broken, 1);
        let mut late = TcpStream::connect(server.address()).unwrap();
        late.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        eventually(&server.stats().requests, 1);
        drop(late);
        eventually(&server.stats().abandoned, 1);
        let answer = exchange(&server, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        eventually(&server.stats().answers, 1);
    }

    #[test]
    fn a_busy_port_is_an_error() {
        let server = serve(0).unwrap();
        let error = serve(server.address().port()).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
