//! Worker processes, real ones: started, served, lost, replaced. They are small scripts that speak the protocol.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    task::{LocalSet, spawn_local},
    time::timeout,
};
use waymark_scheduler::{
    config::Config,
    database::{Attempt, Completion, Database},
    error::Error,
    hub::Hub,
    plan::{Step, Yield},
    session::Lease,
    values::RunId,
    worker::{
        link::Claim,
        process::{StartError, serve, start},
        protocol::Outcome,
        supervisor::supervise,
    },
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A hub of one lane without a database, whose workers run the script in a mode.
struct Stage {
    hub: Rc<Hub>,
    programs: UnboundedReceiver<Bytes>,
    folder: PathBuf,
}

impl Stage {
    fn new(mode: &str, settings: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("waymark-test-{}-{number}", process::id()));
        fs::create_dir(&folder).unwrap();
        let python = folder.join("python");
        let script = include_str!("fake_worker.py");
        fs::write(&python, format!("#!/usr/bin/env python3\nMODE = {mode:?}\n{script}")).unwrap();
        fs::set_permissions(&python, Permissions::from_mode(0o700)).unwrap();
        let config = Config::read(&|variable| match variable {
            "WAYMARK_DATABASE_URL" => Some("postgresql://localhost/none".into()),
            "WAYMARK_EXECUTOR_SHARDS" => Some("1".into()),
            "WAYMARK_PYTHON" => python.to_str().map(str::to_owned),
            other => settings.iter().find(|(name, _)| *name == other).map(|(_, value)| (*value).to_owned()),
        });
        let config = config.unwrap();
        let database = Database::new(&config.database_url).unwrap();
        let (sender, programs) = mpsc::unbounded_channel();
        let lease = Lease::of(1, String::new(), 15_000);
        let hub = Hub::new(config, vec!["default".into()], database, lease, None, folder.clone(), sender);
        Self { hub: Rc::new(hub), programs, folder }
    }

    async fn serve_one(&self) {
        let ready = start(&self.hub, 0, 1, false).await.unwrap_or_else(|error| panic!("{error:?}"));
        self.hub.add_link(ready.link.clone());
        spawn_local(serve(self.hub.clone(), ready));
    }

    fn dispatch(&self, action_id: i64, name: &str, timeout_ms: u32, arguments: &[u8]) {
        let session = self.hub.lease.current();
        let claim = Claim {
            key: Attempt { run_id: RunId([7; 16]), action_id, fencing_token: action_id * 10 },
            session: &session,
            attempt: 1,
            timeout_ms,
            name,
            context: b"",
            arguments,
        };
        self.hub.dispatch(&claim);
        self.hub.send_dispatched();
    }

    fn run(&self, action_id: i64, name: &str) {
        self.dispatch(action_id, name, 60_000, b"{}");
    }

    /// The next `count` results, as the lane would hand them in.
    async fn results(&self, count: usize) -> Vec<Completion> {
        let mut results = Vec::new();
        let collect = async {
            while results.len() < count {
                match self.hub.plan(0) {
                    (Step::Turn(turn), batch) => {
                        results.extend(batch);
                        self.hub.end_turn(turn, Some(Yield::default()));
                    }
                    (Step::Wait(_), _) => self.hub.lane_woken(0).await,
                }
            }
        };
        timeout(PATIENCE, collect).await.expect("results in time");
        results
    }

    /// Waits for a free slot.
    async fn slot(&self) {
        let free = async {
            loop {
                if let (Step::Turn(turn), batch) = self.hub.plan(0) {
                    assert!(batch.is_empty());
                    self.hub.end_turn(turn, Some(Yield { backlog: true, ..Yield::default() }));
                    if turn.capacity > 0 {
                        return;
                    }
                }
                timeout(Duration::from_millis(20), self.hub.lane_woken(0)).await.ok();
            }
        };
        timeout(PATIENCE, free).await.expect("a free slot in time");
    }

    async fn result(&self) -> (Outcome, String) {
        let result = self.results(1).await.remove(0);
        (result.outcome, String::from_utf8(result.value.unwrap_or_default().to_vec()).unwrap())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn with_stage<F: Future<Output = ()>>(mode: &str, settings: &[(&str, &str)], test: impl FnOnce(Stage) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, test(Stage::new(mode, settings)));
}

#[test]
fn a_worker_answers_and_drains() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.dispatch(3, "t:echo", 1000, b"[1, 2]");
        let done = stage.results(1).await.remove(0);
        assert_eq!(
            (done.claim.run_id, done.claim.action_id, done.claim.fencing_token, done.run_us),
            (RunId([7; 16]), 3, 30, 7)
        );
        assert_eq!((done.outcome, done.value.as_deref()), (Outcome::Succeeded, Some(&b"[1, 2]"[..])));
        stage.run(4, "t:wait");
        stage.hub.drain();
        assert_eq!(stage.result().await, (Outcome::Released, "\"draining\"".into()));
        timeout(PATIENCE, stage.hub.workers_gone()).await.unwrap();
        // Nobody is left to take a claim that a turn brings now.
        stage.run(5, "t:echo");
        assert_eq!(stage.result().await.0, Outcome::Released);
    });
}

#[test]
fn results_are_handed_in_sorted() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        for action_id in [5, 3, 9, 1] {
            stage.run(action_id, "t:wait");
        }
        stage.hub.kill("over");
        timeout(PATIENCE, stage.hub.workers_gone()).await.unwrap();
        let (step, batch) = stage.hub.plan(0);
        assert!(matches!(step, Step::Turn(_)));
        assert_eq!(batch.iter().map(|done| done.claim.action_id).collect::<Vec<_>>(), [1, 3, 5, 9]);
    });
}

#[test]
fn what_a_dead_worker_had_is_lost_with_the_reason() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.run(1, "t:wait");
        stage.run(2, "t:crash");
        for done in stage.results(2).await {
            let reason = String::from_utf8(done.value.unwrap().to_vec()).unwrap();
            assert_eq!(done.outcome, Outcome::Lost);
            assert!(reason.contains("signal: 9"), "{reason}");
        }
    });
}

#[test]
fn a_result_sent_before_the_end_counts() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.run(1, "t:answer_and_exit");
        assert_eq!(stage.result().await, (Outcome::Succeeded, "1".into()));
    });
}

#[test]
fn a_blocked_worker_is_replaced() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.dispatch(1, "t:block", 50, b"{}");
        stage.run(2, "t:echo");
        let mut results = stage.results(2).await;
        results.sort_by_key(|done| done.claim.action_id);
        assert_eq!(results[0].outcome, Outcome::TimedOut);
        assert_eq!(results[1].outcome, Outcome::Lost);
        assert!(String::from_utf8_lossy(results[1].value.as_ref().unwrap()).contains("blocked"));
        timeout(PATIENCE, stage.hub.workers_gone()).await.unwrap();
    });
}

#[test]
fn an_overdue_invocation_of_a_live_worker_is_forgotten() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.dispatch(1, "t:wait", 50, b"{}");
        // Answers in between show that it is alive.
        let overdue = async {
            for action_id in 2.. {
                stage.run(action_id, "t:echo");
                let done = stage.results(1).await.remove(0);
                if done.claim.action_id == 1 {
                    return done.outcome;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            unreachable!()
        };
        assert_eq!(timeout(PATIENCE, overdue).await.unwrap(), Outcome::TimedOut);
        // The worker's answer to CANCEL is for an invocation that nobody waits for.
        stage.results(1).await;
        stage.run(1000, "t:echo");
        let done = stage.results(1).await.remove(0);
        assert_eq!((done.claim.action_id, done.outcome), (1000, Outcome::Succeeded));
    });
}

#[test]
fn a_broken_frame_ends_the_worker() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.run(1, "t:break");
        let (outcome, reason) = stage.result().await;
        assert_eq!(outcome, Outcome::Lost);
        assert!(reason.contains("unexpected frame kind 77"), "{reason}");
    });
}

#[test]
fn a_dead_worker_is_replaced() {
    with_stage("", &[], async |mut stage| {
        let supervisor = spawn_local(supervise(stage.hub.clone(), 0));
        stage.slot().await;
        assert_eq!(stage.programs.recv().await.unwrap(), r#"{"workflow": "A"}"#);
        stage.run(1, "t:crash");
        assert_eq!(stage.result().await.0, Outcome::Lost);
        stage.slot().await;
        stage.run(2, "t:echo");
        assert_eq!(stage.result().await.0, Outcome::Succeeded);
        assert!(stage.programs.try_recv().is_err(), "programs are sent once");
        supervisor.abort();
    });
}

#[test]
fn a_worn_worker_is_replaced_without_losing_anything() {
    with_stage("", &[("WAYMARK_MAX_ACTION_LIFECYCLE", "5")], async |stage| {
        let supervisor = spawn_local(supervise(stage.hub.clone(), 0));
        stage.slot().await;
        let mut pids = std::collections::BTreeSet::new();
        let recycled = async {
            for action_id in 1.. {
                stage.run(action_id, "t:pid");
                let (outcome, pid) = stage.result().await;
                assert_eq!(outcome, Outcome::Succeeded);
                pids.insert(pid);
                if pids.len() == 3 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, recycled).await.unwrap();
        supervisor.abort();
    });
}

#[test]
fn a_worker_that_somebody_else_ends_gets_nothing_more() {
    with_stage("", &[], async |stage| {
        stage.serve_one().await;
        stage.run(1, "t:release");
        assert_eq!(stage.result().await.0, Outcome::Released);
        let (step, _) = stage.hub.plan(0);
        assert_eq!(step, Step::Wait(None), "no slot is free");
    });
}

#[test]
fn what_no_other_worker_would_do_better_ends_the_daemon() {
    with_stage("version 9", &[], async |stage| {
        let Err(StartError::Fatal(error)) = start(&stage.hub, 4, 1, false).await else { panic!("it started") };
        assert!(matches!(error, Error::ProtocolVersion { slot: 4, theirs: 9, ours: 1 }));
    });
    with_stage("fatal", &[], async |stage| {
        supervise(stage.hub.clone(), 0).await;
        let error = stage.hub.failure().await.to_string();
        assert_eq!(error, "Worker 0 cannot work: module app cannot be imported");
    });
    with_stage("exit before hello", &[], async |stage| {
        let supervisor = spawn_local(supervise(stage.hub.clone(), 0));
        let error = timeout(PATIENCE, stage.hub.failure()).await.unwrap();
        assert!(matches!(&error, Error::WorkersFail { attempts: 5, .. }), "{error}");
        assert!(error.to_string().contains("exit status: 3"), "{error}");
        supervisor.abort();
    });
}
