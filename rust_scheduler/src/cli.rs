//! The command line of `start-workers`. Everything but the queues is set in the environment.

use crate::error::Error;

/// What `--help` prints.
pub const HELP: &str = "\
start-workers: drives Waymark workflows and runs the worker processes that execute their actions.

Usage: start-workers [--queues NAME,...]

Options:
  --queues NAME,...   serve these queues only (default: default)
  --help              print this and exit
  --version           print the version and exit

Settings are environment variables; WAYMARK_DATABASE_URL is required. See docs/configuration.md.";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Run the daemon for these queues.
    Run {
        /// Queue names, at least one.
        queues: Vec<String>,
    },
    /// Print the help.
    Help,
    /// Print the version.
    Version,
}

/// Parses the arguments after the program's name.
///
/// # Errors
/// An unknown argument or a malformed queue list.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Error> {
    let mut queues = vec!["default".to_owned()];
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        match flag.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            "--queues" => {
                let list = value.or_else(|| arguments.next()).unwrap_or_default();
                queues = list.split(',').map(|name| name.trim().to_owned()).collect();
                if queues.iter().any(String::is_empty) {
                    return Err(Error::Usage(format!(
                        "--queues is {list:?}: it must be queue names separated by commas."
                    )));
                }
            }
            _ => return Err(Error::Usage(format!("Unknown argument {flag:?}."))),
        }
    }
    Ok(Command::Run { queues })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, Error> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn arguments() {
        assert_eq!(parsed(&[]).unwrap(), Command::Run { queues: vec!["default".into()] });
        let two = Command::Run { queues: vec!["a".into(), "b".into()] };
        assert_eq!(parsed(&["--queues", "a, b"]).unwrap(), two);
        assert_eq!(parsed(&["--queues=a,b"]).unwrap(), two);
        assert_eq!(parsed(&["--help"]).unwrap(), Command::Help);
        assert_eq!(parsed(&["--version"]).unwrap(), Command::Version);
    }

    #[test]
    fn mistakes_are_usage_errors() {
        for arguments in [&["--queues"][..], &["--queues", "a,,b"], &["--worker-count", "3"], &["x"]] {
            assert_eq!(parsed(arguments).unwrap_err().exit_code(), 2, "{arguments:?}");
        }
    }
}
