//! A TCP server: tokio listens and accepts, OCaml answers.

mod client;
mod connection;

use bactrian::task::future::OCamlAsyncFn;
use bactrian::task::{spawn_local, tokio_handle};
use bactrian::{Custom, DynBox, ToOCaml, export};
use std::io;
use std::sync::{Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// How many connections may wait for a domain, before the listener waits for it too.
const BACKLOG: usize = 16;

/// A function of OCaml that answers a line. It may wait.
type Handler = OCamlAsyncFn<(String,), String>;

/// Listens on this machine, for as many domains as it was made for.
#[derive(Custom)]
pub struct Server {
    port: u16,
    accepting: AbortHandle,
    /// A queue for each domain that has not begun to serve.
    queues: Mutex<Vec<mpsc::Receiver<TcpStream>>>,
}

#[export]
impl Server {
    /// Listens on a free port of this machine. Connections are dealt in turn to so many domains, each of which calls `serve`.
    #[export(raise)]
    pub fn listen(#[ocaml(label)] domains: usize) -> Result<Self, io::Error> {
        let (dealers, queues) = (0..domains.max(1)).map(|_| mpsc::channel(BACKLOG)).unzip();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        listener.set_nonblocking(true)?;
        // Tokio's listener belongs to tokio's runtime, and its loop to tokio's threads: they hold no lock of OCaml's.
        let _inside = tokio_handle().enter();
        let listener = TcpListener::from_std(listener)?;
        let accepting = tokio_handle().spawn(deal(listener, dealers)).abort_handle();
        Ok(Server { port, accepting, queues: Mutex::new(queues) })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Accepts no more connections. Those that there are go on until their clients close them.
    pub fn stop(&self) {
        self.accepting.abort();
    }
}

impl Server {
    fn queue(&self) -> Option<mpsc::Receiver<TcpStream>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections, and gives each to the next domain. When this is dropped, so are the queues' ends, which ends `serve`.
async fn deal(listener: TcpListener, dealers: Vec<mpsc::Sender<TcpStream>>) {
    for dealer in dealers.iter().cycle() {
        match listener.accept().await {
            // Nobody may be left to serve it: then it is closed.
            Ok((stream, _)) => drop(dealer.send(stream).await),
            Err(error) => eprintln!("tcp-server: a connection was not accepted: {error}"),
        }
    }
}

/// What a domain has done.
#[derive(ToOCaml)]
pub struct Served {
    /// All that it was dealt.
    pub connections: usize,
    /// Lines that were answered.
    pub answers: usize,
}

/// Serves this domain's share of the connections, until the server is stopped and they are closed.
///
/// `handler` answers a line; it is called on this domain, in a fibre of its own. An exception is the answer, too.
#[export(raise)]
async fn serve(server: DynBox<Server>, handler: Handler) -> Result<Served, String> {
    let queue = server.borrow().map_err(|error| error.to_string())?.queue();
    let mut queue = queue.ok_or("each of the server's domains serves already")?;
    let mut conversations = Vec::new();
    while let Some(stream) = queue.recv().await {
        // A task of this domain: it stays here, and so do its calls of OCaml.
        conversations.push(spawn_local(connection::converse(stream, handler.clone())));
    }
    let mut served = Served { connections: conversations.len(), answers: 0 };
    for conversation in conversations {
        let answers = conversation.await.map_err(|error| error.to_string())?;
        // A client that is gone is no error of ours.
        served.answers += answers.unwrap_or(0);
    }
    Ok(served)
}
