//! A web server of a few lines, for tests.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// What the server does with one request.
pub(super) enum Answer {
    /// The file, or the piece of it that is asked for.
    Ranges(&'static [u8]),
    /// The whole file, whatever is asked for.
    Whole(&'static [u8]),
    /// The head for the whole file, but only its first bytes before the connection ends.
    Cut(&'static [u8], usize),
    /// The head for the whole file and its first bytes, and then silence.
    Stall(&'static [u8], usize),
    /// A body of this type.
    Typed(&'static str, &'static [u8]),
    /// No more than a status line.
    Status(&'static str),
    /// A piece from another place than was asked for.
    WrongRange(&'static [u8]),
}

/// Answers as many requests as it was given answers, one a connection.
pub(super) struct Server {
    pub(super) url: String,
    thread: JoinHandle<Vec<Option<u64>>>,
}

impl Server {
    pub(super) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/file.bin", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let answer = |answer| serve(listener.accept().unwrap().0, answer);
            answers.into_iter().map(answer).collect()
        });
        Self { url, thread }
    }

    /// The first byte that each request asked for; `None` for the whole file. Waits for all.
    pub(super) fn ranges(self) -> Vec<Option<u64>> {
        self.thread.join().unwrap()
    }
}

fn serve(mut stream: TcpStream, answer: Answer) -> Option<u64> {
    let from = read_request(&mut stream);
    let ok = |file: &[u8]| format!("200 OK\r\nContent-Length: {}", file.len());
    let (head, body) = match &answer {
        Answer::Ranges(file) => piece(file, from),
        Answer::Whole(file) => (ok(file), *file),
        Answer::Cut(file, n) | Answer::Stall(file, n) => (ok(file), &file[..*n]),
        Answer::Typed(kind, body) => (format!("{}\r\nContent-Type: {kind}", ok(body)), *body),
        Answer::Status(status) => (format!("{status}\r\nContent-Length: 0"), &[][..]),
        Answer::WrongRange(file) => piece(file, Some(1)),
    };
    // The client may hang up as soon as it has seen enough.
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    if matches!(answer, Answer::Stall(..)) {
        let _ = stream.read(&mut [0]);
    }
    from
}

fn piece(file: &'static [u8], from: Option<u64>) -> (String, &'static [u8]) {
    let all = file.len();
    match from.map(|from| from as usize) {
        None => (format!("200 OK\r\nContent-Length: {all}"), file),
        Some(from) if from >= all => (
            format!(
                "416 Range Not Satisfiable\r\nContent-Range: bytes */{all}\r\nContent-Length: 0"
            ),
            &[],
        ),
        Some(from) => {
            let rest = &file[from..];
            let head = format!(
                "206 Partial Content\r\nContent-Range: bytes {from}-{}/{all}\r\nContent-Length: {}",
                all - 1,
                rest.len()
            );
            (head, rest)
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<u64> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap().to_ascii_lowercase();
    let range = request
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="))?;
    Some(range.trim_end_matches('-').parse().unwrap())
}
