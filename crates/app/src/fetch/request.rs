//! One request for a file, or for the rest of it.

use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use ureq::http::{Response, header};

use super::error::Stop;
use super::part::Part;
use super::{Expect, FetchError, Reason};

/// Longest time for a connection to be made, proxies and encryption included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest time in which nothing comes.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes taken from the connection at a time.
const CHUNK_BYTES: usize = 1 << 17;
/// Bytes that are looked at to tell a web page.
const HEAD_BYTES: usize = 512;

const OK: u16 = 200;
const PARTIAL_CONTENT: u16 = 206;
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// What connections are made with.
pub(super) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(STALL_TIMEOUT))
        .timeout_per_read(Some(STALL_TIMEOUT))
        .timeout_per_write(Some(STALL_TIMEOUT))
        .http_status_as_error(false)
        // The hash is that of the file as it lies on the server.
        .accept_encoding("identity")
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        .build()
        .into()
}

/// Asks for what the part lacks and adds it, until the server says that this is all.
pub(super) fn request(
    agent: &ureq::Agent,
    url: &str,
    part: &mut Part,
    expect: &Expect,
    on_progress: &mut impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<(), Stop> {
    if expect.bytes.is_some_and(|bytes| part.len() > bytes) {
        part.restart()?;
    }
    let asked = part.len();
    if asked > 0 && expect.bytes == Some(asked) {
        return Ok(());
    }
    let mut request = agent.get(url);
    if asked > 0 {
        request = request.header(header::RANGE, format!("bytes={asked}-"));
    }
    let response = request.call().map_err(|error| Reason::NoAnswer {
        source: Box::new(error),
    })?;
    let total = match response.status().as_u16() {
        OK => {
            part.restart()?;
            announced(&response)
        }
        PARTIAL_CONTENT => match content_range(&response) {
            Some((Some(start), total)) if start == asked => total,
            _ if asked > 0 => return from_the_start(agent, url, part, expect, on_progress),
            _ => return Err(Reason::WrongRange.into()),
        },
        // The server has no more than what is there: either that is all of it, or it is a part of
        // something else and of no use.
        RANGE_NOT_SATISFIABLE if asked > 0 => match content_range(&response) {
            Some((_, total)) if total == Some(asked) => return Ok(()),
            _ => return from_the_start(agent, url, part, expect, on_progress),
        },
        status => return Err(Reason::Status { status }.into()),
    };
    if is_called_web_page(&response) {
        return Err(Reason::WebPage.into());
    }
    if let (Some(expected), Some(found)) = (expect.bytes, total)
        && expected != found
    {
        return Err(Reason::WrongSize { expected, found }.into());
    }
    receive(response, url, part, total.or(expect.bytes), on_progress)
}

/// Asks anew for the whole file, where the server cannot give the rest of it.
fn from_the_start(
    agent: &ureq::Agent,
    url: &str,
    part: &mut Part,
    expect: &Expect,
    on_progress: &mut impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<(), Stop> {
    part.restart()?;
    request(agent, url, part, expect, on_progress)
}

/// Adds the body to the part.
fn receive(
    response: Response<ureq::Body>,
    url: &str,
    part: &mut Part,
    total: Option<u64>,
    on_progress: &mut impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<(), Stop> {
    let mut body = response.into_body().into_reader();
    let mut chunk = vec![0; CHUNK_BYTES];
    if part.len() == 0 {
        let head = read_head(&mut body, &mut chunk[..HEAD_BYTES])
            .map_err(|source| Reason::Broken { done: 0, source })?;
        if begins_like_web_page(head) {
            return Err(Reason::WebPage.into());
        }
        part.append(head)?;
    }
    loop {
        if on_progress(part.len(), total).is_break() {
            part.sync()?;
            let (url, path, done) = (url.to_owned(), part.path().to_owned(), part.len());
            return Err(FetchError::Interrupted {
                url,
                part: path,
                done,
            }
            .into());
        }
        let n = body.read(&mut chunk).map_err(|source| Reason::Broken {
            done: part.len(),
            source,
        })?;
        if n == 0 {
            break;
        }
        part.append(&chunk[..n])?;
        if let Some(expected) = total.filter(|total| part.len() > *total) {
            let found = part.len();
            part.restart()?;
            return Err(Reason::WrongSize { expected, found }.into());
        }
    }
    match total.filter(|total| part.len() < *total) {
        Some(total) => Err(Reason::EndedEarly {
            done: part.len(),
            total,
        }
        .into()),
        None => Ok(()),
    }
}

/// Fills the buffer as far as the body goes.
fn read_head<'a>(body: &mut impl Read, buffer: &'a mut [u8]) -> std::io::Result<&'a [u8]> {
    let mut len = 0;
    while len < buffer.len() {
        match body.read(&mut buffer[len..])? {
            0 => break,
            n => len += n,
        }
    }
    Ok(&buffer[..len])
}

/// Size of the whole file, as the server announces it.
fn announced(response: &Response<ureq::Body>) -> Option<u64> {
    header_text(response, header::CONTENT_LENGTH)?
        .trim()
        .parse()
        .ok()
}

/// First byte and size of the whole file from `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`.
fn content_range(response: &Response<ureq::Body>) -> Option<(Option<u64>, Option<u64>)> {
    let text = header_text(response, header::CONTENT_RANGE)?;
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let start = range.split('-').next()?.trim().parse().ok();
    Some((start, total.trim().parse().ok()))
}

fn is_called_web_page(response: &Response<ureq::Body>) -> bool {
    let kind = header_text(response, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.trim_start().to_ascii_lowercase();
    kind.starts_with("text/html") || kind.starts_with("application/xhtml")
}

fn begins_like_web_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head")
}

fn header_text(response: &Response<ureq::Body>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}
