//! The executable as a user meets it: help, and what it says when it cannot start.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use std::process::{Command, Output};

fn start_workers(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_start-workers"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

fn assert_refuses(output: &Output, code: i32, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for part in parts {
        assert!(said.contains(part), "{said} lacks {part}");
    }
}

#[test]
fn help_and_version() {
    let help = start_workers(&["--help"], &[]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--queues"));
    let version = start_workers(&["--version"], &[]);
    let expected = format!("start-workers {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
}

#[test]
fn a_wrong_setting_is_a_usage_error() {
    assert_refuses(&start_workers(&[], &[]), 2, &["WAYMARK_DATABASE_URL", "is not set"]);
    let variables = [("WAYMARK_DATABASE_URL", "postgresql://h/d"), ("WAYMARK_WORKER_COUNT", "none")];
    assert_refuses(&start_workers(&[], &variables), 2, &["WAYMARK_WORKER_COUNT", "none", "1 to 1024"]);
    assert_refuses(&start_workers(&["--lanes", "3"], &variables), 2, &["--lanes"]);
    let malformed = [("WAYMARK_DATABASE_URL", "postgresql://u:secret@h/d?sslmode=maybe")];
    let output = start_workers(&[], &malformed);
    assert_refuses(&output, 2, &["WAYMARK_DATABASE_URL", "sslmode", "maybe"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"));
}

#[test]
fn a_database_that_is_not_there_is_one_sentence() {
    let output = start_workers(&[], &[("WAYMARK_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/d")]);
    assert_refuses(&output, 1, &["cannot be reached", "Connection refused", "WAYMARK_DATABASE_URL"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"));
}
