//! An HTTP client on hyper, whose requests OCaml awaits and cancels.

mod server;

use bactrian::{OCamlException, ToOCaml, export};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::error::Error;
use tokio::net::TcpStream;

/// Longer bodies are an error.
const LONGEST_BODY: usize = 1 << 20;

/// What a server answers, whatever its status.
#[derive(ToOCaml)]
pub struct Response {
    /// 200 and so on.
    pub status: u16,
    /// What the body is, if the server says so.
    pub content_type: Option<String>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(OCamlException)]
pub enum Failed {
    /// The text is no address of the form `http://host:port/path`.
    #[ocaml(exception = "Http_client.Bad_address")]
    BadAddress(String),
    /// No connection, or one that broke.
    #[ocaml(exception = "Http_client.Broken")]
    Broken(String),
}

fn broken(error: impl Into<Box<dyn Error + Send + Sync>>) -> Failed {
    Failed::Broken(error.into().to_string())
}

/// Asks for what is at an address. Cancelled, it closes its connection.
#[export(raise)]
async fn get(address: String) -> Result<Response, Failed> {
    let uri: Uri = address.parse().map_err(|_| Failed::BadAddress(address.clone()))?;
    let host = match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(host)) => host.to_owned(),
        _ => return Err(Failed::BadAddress(address)),
    };
    let port = uri.port_u16().unwrap_or(80);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, format!("{host}:{port}"))
        .body(Empty::<Bytes>::new())
        .map_err(broken)?;
    let stream = TcpStream::connect((host, port)).await.map_err(broken)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async move {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(broken)?;
        let content_type = head.headers.get(CONTENT_TYPE);
        Ok(Response {
            status: head.status.as_u16(),
            content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
            body: body.to_bytes().into(),
        })
    };
    // The connection is part of this future, and not a task of its own: who drops the future drops the connection.
    let (response, _closed) = tokio::join!(exchange, connection);
    response
}
