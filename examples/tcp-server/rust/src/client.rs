//! A client with many connections, all of them on tokio's threads.

use bactrian::{ToOCaml, export};
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What a client heard.
#[derive(ToOCaml, Default)]
pub struct Heard {
    /// The sum of the numbers.
    pub sum: i64,
    /// Answers that are none.
    pub errors: usize,
}

/// Opens so many connections, one after the other, asks each line on each of them, all of them at once, and adds up what it hears.
#[export(parallel, raise)]
async fn ask(
    #[ocaml(label)] port: u16,
    #[ocaml(label)] connections: usize,
    lines: Vec<String>,
) -> Result<Heard, io::Error> {
    let mut asking = JoinSet::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        asking.spawn(ask_all(stream, lines.clone()));
    }
    let mut heard = Heard::default();
    while let Some(one) = asking.join_next().await {
        let one = one.map_err(io::Error::other)??;
        heard.sum += one.sum;
        heard.errors += one.errors;
    }
    Ok(heard)
}

async fn ask_all(stream: TcpStream, lines: Vec<String>) -> io::Result<Heard> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut answers = BufReader::new(reader).lines();
    let mut heard = Heard::default();
    for line in lines {
        writer.write_all(format!("{line}\n").as_bytes()).await?;
        let answer = answers.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        match answer.parse::<i64>() {
            Ok(number) => heard.sum += number,
            Err(_) => heard.errors += 1,
        }
    }
    Ok(heard)
}
