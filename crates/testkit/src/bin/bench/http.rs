//! A client with minimal cost: requests are sent as prepared bytes, and only the status and the length of responses are read.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A persistent connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A response.
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects to a server on this machine.
    pub async fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        })
    }

    /// Sends a request, reads the whole response and returns its status.
    pub async fn send(&mut self, request: &[u8]) -> std::io::Result<u16> {
        let (status, ..) = self.exchange(request).await?;
        Ok(status)
    }

    /// Sends a request and returns the response with its body.
    pub async fn fetch(&mut self, request: &[u8]) -> std::io::Result<Response> {
        let (status, head, end) = self.exchange(request).await?;
        Ok(Response {
            status,
            body: self.buffer[head..end].to_vec(),
        })
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, usize, usize)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = None;
        loop {
            if head.is_none() {
                head = read_head(&self.buffer);
            }
            if let Some((status, start, length)) = head
                && self.buffer.len() >= start + length
            {
                return Ok((status, start, start + length));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// Returns the status, the length of the head and the length of the body; `None` while the head is incomplete.
fn read_head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    if status == 204 {
        return Some((status, end, 0));
    }
    let length = text
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|length| length.trim().to_owned())
        })?
        .parse()
        .ok()?;
    Some((status, end, length))
}

/// Returns a request as bytes.
pub fn request(
    method: &str,
    path: &str,
    token: Option<&str>,
    more: &[(&str, &str)],
    body: &str,
) -> Vec<u8> {
    let token = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let more: String = more
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let body_head = if body.is_empty() {
        String::new()
    } else {
        format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        )
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{token}{more}{body_head}\r\n{body}")
        .into_bytes()
}
