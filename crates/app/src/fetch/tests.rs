//! Downloads from a server on this machine that behaves in all the ways servers do.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::server::{Answer, Server};
use super::*;

/// More than one chunk, and no text.
static FILE: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..300_000u32).map(|i| (i * 7 % 251) as u8).collect());

fn file() -> &'static [u8] {
    &FILE
}

fn sha256() -> String {
    Sha256::digest(file())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn expect() -> Expect {
    Expect {
        bytes: Some(file().len() as u64),
        sha256: Some(sha256()),
        sha256_prefix: None,
    }
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn dest(&self) -> PathBuf {
        self.0.path().join("folder").join("file.bin")
    }

    fn part(&self) -> PathBuf {
        beside(&self.dest(), "part")
    }

    /// What an earlier run left.
    fn with_part(bytes: &[u8]) -> Self {
        let place = Self::new();
        std::fs::create_dir(place.dest().parent().unwrap()).unwrap();
        std::fs::write(place.part(), bytes).unwrap();
        place
    }

    fn fetch(&self, urls: &[&str], expect: &Expect) -> Result<Fetched, FetchError> {
        self.fetch_until(urls, expect, u64::MAX)
    }

    fn fetch_until(&self, urls: &[&str], expect: &Expect, n: u64) -> Result<Fetched, FetchError> {
        let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
        let agent = ureq::Agent::config_builder()
            .proxy(None)
            .timeout_per_read(Some(Duration::from_millis(400)))
            .http_status_as_error(false)
            .build()
            .into();
        fetch_with(&agent, &urls, &self.dest(), expect, |done, _| {
            if done >= n {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// The right file is in its place and nothing else.
    #[track_caller]
    fn assert_complete(&self) {
        assert!(std::fs::read(self.dest()).unwrap() == file());
        assert_eq!(
            std::fs::read_dir(self.dest().parent().unwrap())
                .unwrap()
                .count(),
            1
        );
    }

    /// Nothing is left.
    #[track_caller]
    fn assert_empty(&self) {
        assert_eq!(
            std::fs::read_dir(self.dest().parent().unwrap())
                .unwrap()
                .count(),
            0
        );
    }
}

#[test]
fn a_file_arrives_with_its_hash() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    let fetched = place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(fetched.sha256, sha256());
    assert_eq!(fetched.bytes, file().len() as u64);
    assert_eq!(fetched.url.as_deref(), Some(server.url.as_str()));
    assert_eq!(server.ranges(), [None]);
    place.assert_complete();
    // A second run finds it and asks nobody.
    assert_eq!(place.fetch(&[], &expect()).unwrap().url, None);
}

#[test]
fn progress_goes_from_the_first_byte_to_the_last() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    let mut seen = Vec::new();
    let agent = ureq::Agent::config_builder().proxy(None).build().into();
    fetch_with(
        &agent,
        std::slice::from_ref(&server.url),
        &place.dest(),
        &expect(),
        |done, total| {
            assert_eq!(total, Some(file().len() as u64));
            seen.push(done);
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert!(seen.is_sorted());
    assert_eq!(seen.last(), Some(&(file().len() as u64)));
}

#[test]
fn a_prefix_of_the_hash_is_enough() {
    let prefix = Some(sha256()[..8].to_owned());
    let expect = Expect {
        sha256_prefix: prefix,
        ..Expect::default()
    };
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    place.fetch(&[&server.url], &expect).unwrap();
    place.assert_complete();
}

#[test]
fn an_interrupted_download_goes_on_where_it_was() {
    let server = Server::start(vec![Answer::Ranges(file()), Answer::Ranges(file())]);
    let place = Place::new();
    let stopped = place
        .fetch_until(&[&server.url], &expect(), 150_000)
        .unwrap_err();
    let FetchError::Interrupted { done, ref part, .. } = stopped else {
        panic!("{stopped}")
    };
    assert!((150_000..300_000).contains(&done));
    assert_eq!(std::fs::metadata(part).unwrap().len(), done);
    assert!(stopped.to_string().contains("file.bin.part"), "{stopped}");
    let fetched = place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(fetched.resumed_from, done);
    assert_eq!(server.ranges(), [None, Some(done)]);
    place.assert_complete();
}

#[test]
fn a_server_without_ranges_begins_anew() {
    let server = Server::start(vec![Answer::Whole(file())]);
    let place = Place::with_part(&file()[..1000]);
    let fetched = place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(fetched.resumed_from, 0);
    assert_eq!(server.ranges(), [Some(1000)]);
    place.assert_complete();
}

#[test]
fn a_server_that_sends_another_piece_is_asked_for_the_whole() {
    let server = Server::start(vec![Answer::WrongRange(file()), Answer::Ranges(file())]);
    let place = Place::with_part(&file()[..1000]);
    place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(server.ranges(), [Some(1000), None]);
    place.assert_complete();
}

#[test]
fn a_wrong_part_gets_one_more_chance() {
    let server = Server::start(vec![Answer::Ranges(file()), Answer::Ranges(file())]);
    let place = Place::with_part(&[9; 1000]);
    let fetched = place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(fetched.resumed_from, 0);
    assert_eq!(server.ranges(), [Some(1000), None]);
    place.assert_complete();
}

#[test]
fn a_complete_part_is_not_downloaded_again() {
    let place = Place::with_part(file());
    place
        .fetch(&["http://127.0.0.1:9/nobody"], &expect())
        .unwrap();
    place.assert_complete();

    // Without the size, the server says so.
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::with_part(file());
    let expect = Expect {
        bytes: None,
        ..expect()
    };
    place.fetch(&[&server.url], &expect).unwrap();
    assert_eq!(server.ranges(), [Some(file().len() as u64)]);
    place.assert_complete();
}

#[test]
fn a_part_that_is_too_long_is_dropped() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::with_part(&[1; 400_000]);
    place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(server.ranges(), [None]);
    place.assert_complete();
}

#[test]
fn without_a_hash_no_part_is_trusted() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::with_part(&file()[..1000]);
    place.fetch(&[&server.url], &Expect::default()).unwrap();
    assert_eq!(server.ranges(), [None]);
    place.assert_complete();
}

#[test]
fn a_wrong_hash_shows_both_and_leaves_nothing() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    let wrong = "ab".repeat(32);
    let expect = Expect {
        sha256: Some(wrong.clone()),
        ..expect()
    };
    let error = place
        .fetch(&[&server.url], &expect)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&wrong) && error.contains(&sha256()),
        "{error}"
    );
    assert!(error.contains(&server.url), "{error}");
    assert!(
        error.contains(&place.dest().display().to_string()),
        "{error}"
    );
    place.assert_empty();
}

#[test]
fn a_wrong_size_is_refused_before_it_is_downloaded() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    let expect = Expect {
        bytes: Some(5),
        ..expect()
    };
    let error = place
        .fetch(&[&server.url], &expect)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("must have 5 bytes, but it has 300000"),
        "{error}"
    );
    place.assert_empty();
}

#[test]
fn a_web_page_is_called_one() {
    let page = b"\n<!DOCTYPE html><title>Sign in</title>";
    for kind in ["text/html; charset=utf-8", "application/octet-stream"] {
        let server = Server::start(vec![Answer::Typed(kind, page)]);
        let place = Place::new();
        let error = place
            .fetch(&[&server.url], &Expect::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("web page"), "{error}");
        place.assert_empty();
    }
}

#[test]
fn the_next_address_is_asked_when_one_fails() {
    let bad = Server::start(vec![Answer::Status("404 Not Found")]);
    let good = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::new();
    let fetched = place.fetch(&[&bad.url, &good.url], &expect()).unwrap();
    assert_eq!(fetched.url, Some(good.url));
    place.assert_complete();
}

#[test]
fn all_addresses_and_their_faults_are_named() {
    let first = Server::start(vec![Answer::Status("404 Not Found")]);
    let second = Server::start(vec![Answer::Status("503 Service Unavailable")]);
    let place = Place::new();
    let error = place
        .fetch(&[&first.url, &second.url], &expect())
        .unwrap_err()
        .to_string();
    assert!(error.contains(&format!(
        "{}: the server answered 404 (not found)",
        first.url
    )));
    assert!(
        error.contains(&format!("{}: the server answered 503", second.url)),
        "{error}"
    );
    let error = place.fetch(&[], &expect()).unwrap_err().to_string();
    assert!(error.contains("no address is known"), "{error}");
    place.assert_empty();
}

#[test]
fn nobody_answering_is_one_sentence() {
    let place = Place::new();
    let error = place
        .fetch(&["http://127.0.0.1:9/f"], &expect())
        .unwrap_err()
        .to_string();
    assert!(error.contains("http://127.0.0.1:9/f: no answer"), "{error}");
}

#[test]
fn a_broken_connection_is_taken_up_again() {
    let answers = vec![Answer::Cut(file(), 100_000), Answer::Ranges(file())];
    let server = Server::start(answers);
    let place = Place::new();
    let fetched = place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(fetched.resumed_from, 0);
    assert_eq!(server.ranges(), [None, Some(100_000)]);
    place.assert_complete();
}

#[test]
fn a_connection_that_breaks_at_the_same_place_twice_is_given_up_and_the_part_kept() {
    let answers = vec![Answer::Cut(file(), 100_000), Answer::Cut(file(), 100_000)];
    let server = Server::start(answers);
    let place = Place::new();
    let error = place
        .fetch(&[&server.url], &expect())
        .unwrap_err()
        .to_string();
    assert!(error.contains("broke after 100000 bytes"), "{error}");
    assert!(std::fs::read(place.part()).unwrap() == file()[..100_000]);
    assert!(!place.dest().exists());
}

#[test]
fn silence_is_not_waited_out() {
    let server = Server::start(vec![Answer::Stall(file(), 100_000), Answer::Ranges(file())]);
    let place = Place::new();
    place.fetch(&[&server.url], &expect()).unwrap();
    assert_eq!(server.ranges(), [None, Some(100_000)]);
    place.assert_complete();
}

#[test]
fn a_wrong_file_in_place_is_replaced() {
    let server = Server::start(vec![Answer::Ranges(file())]);
    let place = Place::with_part(b"");
    std::fs::write(place.dest(), "damaged").unwrap();
    place.fetch(&[&server.url], &expect()).unwrap();
    place.assert_complete();
}

#[test]
fn a_second_process_is_sent_away() {
    let place = Place::with_part(b"");
    let _lock = Lock::acquire(beside(&place.dest(), "lock")).unwrap();
    let error = place.fetch(&[], &expect()).unwrap_err();
    assert!(matches!(error, FetchError::Locked { .. }), "{error}");
}
