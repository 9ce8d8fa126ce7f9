//! A server for the client to ask, on tokio's threads.

use bactrian::task::tokio_handle;
use bactrian::{Custom, DynBox, export};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Barrier, watch};
use tokio::task::AbortHandle;

/// A server on this machine. It stops when it is dropped or closed.
///
/// - `/camels/7` is answered at once;
/// - `/together` when as many requests have come as the server was started for;
/// - `/slow` after a minute.
#[derive(Custom)]
pub struct Server {
    port: u16,
    accepting: AbortHandle,
    given_up: watch::Receiver<usize>,
}

#[export]
impl Server {
    /// Starts one on a free port.
    #[export(raise)]
    pub fn start(#[ocaml(label)] together: usize) -> Result<Self, io::Error> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        listener.set_nonblocking(true)?;
        let _inside = tokio_handle().enter();
        let listener = TcpListener::from_std(listener)?;
        let (gave_up, given_up) = watch::channel(0);
        let site = Arc::new(Site { together: Barrier::new(together), gave_up });
        let accepting = tokio_handle().spawn(accept(listener, site)).abort_handle();
        Ok(Server { port, accepting, given_up })
    }

    /// The address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Waits until so many clients have gone away without an answer.
#[export(raise)]
async fn given_up(server: DynBox<Server>, requests: usize) -> Result<(), String> {
    let mut given_up = server.borrow().map_err(|error| error.to_string())?.given_up.clone();
    let enough = given_up.wait_for(|count| *count >= requests).await;
    enough.map(|_| ()).map_err(|_| "the server has stopped".to_owned())
}

struct Site {
    together: Barrier,
    gave_up: watch::Sender<usize>,
}

/// Counts a request that is dropped before it is answered: hyper does so when its client closes the connection.
struct Unanswered<'a>(&'a Site, bool);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.gave_up.send_modify(|count| *count += 1);
        }
    }
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                eprintln!("http-client-eio: a connection was not accepted: {error}");
                continue;
            }
        };
        let site = Arc::clone(&site);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&site), request));
            // An error here is a client that went away.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    site: Arc<Site>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut unanswered = Unanswered(&site, false);
    let path = request.uri().path();
    let (status, text) = if let Some(number) = path.strip_prefix("/camels/") {
        (StatusCode::OK, format!("camel {number}"))
    } else {
        match path {
            "/together" => {
                site.together.wait().await;
                (StatusCode::OK, "all are here".to_owned())
            }
            "/slow" => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                (StatusCode::OK, "at last".to_owned())
            }
            _ => (StatusCode::NOT_FOUND, format!("no {path} here")),
        }
    };
    unanswered.1 = true;
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}
