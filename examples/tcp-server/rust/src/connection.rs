//! One connection: lines and answers.

use crate::Handler;
use bactrian::task::with_runtime;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longer lines are cut, so that no client fills the memory.
const LONGEST_LINE: u64 = 4096;

/// Answers lines until the client closes the connection; how many.
pub async fn converse(stream: TcpStream, handler: Handler) -> io::Result<usize> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    for answers in 0.. {
        let mut line = String::new();
        if (&mut reader).take(LONGEST_LINE).read_line(&mut line).await? == 0 {
            return Ok(answers);
        }
        let mut answer = match handler.call((line.trim_end().to_owned(),)).await {
            Ok(answer) => answer,
            Err(exception) => with_runtime(|rt| format!("error: {}", exception.message(rt))),
        };
        answer.push('\n');
        writer.write_all(answer.as_bytes()).await?;
    }
    unreachable!("the client ends before the numbers do")
}
