//! Jobs side by side, one thread each.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::Context;

use super::shared::{Stop, Stopper};

/// How often the main thread looks whether somebody says stop.
pub const GLANCE: Duration = Duration::from_millis(200);

/// Does something in a pool of one thread, to which all kernels and Burn then keep.
///
/// # Errors
/// No thread can be started, or what is done fails.
pub fn in_one_thread<T: Send>(
    work: impl FnOnce() -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.context("starting a thread for runs")?.install(work)
}

/// What a job may ask and tell while it is done.
pub struct Desk<'a, N> {
    stop: &'a AtomicBool,
    news: Sender<N>,
}

impl<N> Desk<'_, N> {
    /// Whether the work goes on.
    pub fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Tells the main thread.
    pub fn tell(&self, news: N) {
        // Nobody listens only when the program is on its way out.
        let _ = self.news.send(news);
    }
}

/// Does all jobs, so many at once, and listens to what they tell. Answers with why it stopped early,
/// if it did.
///
/// # Errors
/// The first job that fails, or a listener that does; the others are stopped then.
pub fn side_by_side<J: Sync, N: Send>(
    jobs: &[J],
    workers: usize,
    stopper: &Stopper,
    work: impl Fn(&J, &Desk<'_, N>) -> anyhow::Result<()> + Sync,
    mut listen: impl FnMut(N) -> anyhow::Result<()>,
) -> anyhow::Result<Option<Stop>> {
    let (stop, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (news, heard) = channel();
    std::thread::scope(|scope| {
        let mut hands = Vec::with_capacity(workers);
        for _ in 0..workers.min(jobs.len()) {
            let desk = Desk {
                stop: &stop,
                news: news.clone(),
            };
            let (next, work) = (&next, &work);
            hands.push(scope.spawn(move || {
                let done = in_one_thread(|| {
                    while desk.goes_on() {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = jobs.get(number) else {
                            break;
                        };
                        work(job, &desk)?;
                    }
                    Ok(())
                });
                if done.is_err() {
                    desk.stop.store(true, Ordering::Relaxed);
                }
                done
            }));
        }
        drop(news);
        let (mut asked, mut trouble) = (None, None);
        loop {
            if asked.is_none()
                && let Some(why) = stopper.asks()
            {
                asked = Some(why);
                stop.store(true, Ordering::Relaxed);
            }
            match heard.recv_timeout(GLANCE) {
                Ok(told) => {
                    if let Err(error) = listen(told) {
                        stop.store(true, Ordering::Relaxed);
                        trouble = trouble.or(Some(error));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        for hand in hands {
            match hand.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => trouble = trouble.or(Some(error)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        match trouble {
            Some(error) => Err(error),
            None => Ok(asked),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_job_is_done_once_and_told() {
        for workers in [1, 3, 20] {
            let jobs: Vec<usize> = (0..10).collect();
            let mut told = Vec::new();
            let stop = side_by_side(
                &jobs,
                workers,
                &Stopper::never(),
                |job, desk| {
                    assert_eq!(rayon::current_num_threads(), 1);
                    desk.tell(*job);
                    Ok(())
                },
                |job| {
                    told.push(job);
                    Ok(())
                },
            );
            assert_eq!(stop.unwrap(), None);
            told.sort_unstable();
            assert_eq!(told, jobs);
        }
    }

    #[test]
    fn a_job_that_fails_stops_the_others() {
        let jobs: Vec<usize> = (0..1000).collect();
        let done = Mutex::new(0);
        let outcome = side_by_side::<_, ()>(
            &jobs,
            2,
            &Stopper::never(),
            |job, _| {
                *done.lock().unwrap() += 1;
                anyhow::ensure!(*job != 3, "no luck");
                std::thread::sleep(Duration::from_millis(1));
                Ok(())
            },
            |()| Ok(()),
        );
        assert_eq!(outcome.unwrap_err().to_string(), "no luck");
        assert!(*done.lock().unwrap() < 1000);
    }
}
