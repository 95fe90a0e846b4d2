//! Every setting of the daemon, read from the environment in one place.

use std::{env, fmt::Display, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

use tracing::level_filters::LevelFilter;

/// A setting that cannot be used: which variable, what it holds, what it may hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is not set.
    #[error("{variable} is not set: it must be {allowed}.")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What it may hold.
        allowed: String,
    },
    /// A variable holds what it may not.
    #[error("{variable} is {value:?}: it must be {allowed}.")]
    Invalid {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold.
        allowed: String,
    },
}

/// The daemon's settings; `docs/configuration.md` describes each for users.
#[derive(Clone, Debug)]
pub struct Config {
    /// `WAYMARK_DATABASE_URL`: the database with the engine.
    pub database_url: String,
    /// `WAYMARK_WORKER_COUNT`: worker processes; the default is one for each core.
    pub worker_count: u16,
    /// `WAYMARK_CONCURRENT_PER_WORKER`: actions a worker executes at once.
    pub concurrent_per_worker: u16,
    /// `WAYMARK_EXECUTOR_SHARDS`: lanes, that is turns in flight at once. The default of two lets one turn's steps run
    /// while the other's commit waits for the disk; more only help a database with many cores.
    pub executor_shards: u16,
    /// `WAYMARK_USER_MODULE`: modules the workers import before they take work. The workers read it themselves.
    pub user_modules: Vec<String>,
    /// `WAYMARK_MAX_ACTION_LIFECYCLE`: actions after which a worker process is replaced; none: never.
    pub max_action_lifecycle: Option<u64>,
    /// `WAYMARK_POLL_INTERVAL_MS`: how long after activity the daemon first asks for work unbidden.
    pub poll_interval: Duration,
    /// `WAYMARK_LOCK_TTL_MS`: how long the session's lease lives without a heartbeat.
    pub lock_ttl: Duration,
    /// `WAYMARK_LOCK_HEARTBEAT_MS`: how often the lease is renewed.
    pub lock_heartbeat: Duration,
    /// `WAYMARK_EXPIRED_LOCK_RECLAIMER_INTERVAL_MS`: how often a busy daemon sweeps for expired work.
    pub reclaim_interval: Duration,
    /// `WAYMARK_EXPIRED_LOCK_RECLAIMER_BATCH_SIZE`: the most a sweep re-offers.
    pub reclaim_batch: i32,
    /// `WAYMARK_SCHEDULER_POLL_INTERVAL_MS`: how often the daemon looks for due schedules unbidden.
    pub scheduler_poll_interval: Duration,
    /// `WAYMARK_SCHEDULER_BATCH_SIZE`: the most schedules that one look fires.
    pub scheduler_batch: i32,
    /// `WAYMARK_RETENTION_INTERVAL_MS`: how often the daemon looks for ended runs to prune; zero: never.
    pub retention_interval: Duration,
    /// `WAYMARK_RUNNER_PROFILE_INTERVAL_MS`: how often the counters are logged; zero: never.
    pub profile_interval: Duration,
    /// `WAYMARK_LOG_LEVEL`.
    pub log_level: LevelFilter,
    /// `WAYMARK_PYTHON`: the interpreter of the workers.
    pub python: PathBuf,
    /// `BENCH_TRACE`: the file that a trace of the daemon's loop is written to; none: no trace.
    pub trace: Option<PathBuf>,
}

const RETENTION_INTERVAL: &str = "WAYMARK_RETENTION_INTERVAL_MS";

const LEVELS: &str = "one of trace, debug, info, warning, error, off";

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&|variable| env::var(variable).ok())
    }

    /// Reads the settings from any source of variables. An empty variable counts as not set.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn read(source: &dyn Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |variable| source(variable).filter(|value| !value.trim().is_empty());
        let cores =
            std::thread::available_parallelism().map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(u16::MAX));
        let config = Self {
            database_url: get("WAYMARK_DATABASE_URL").ok_or_else(|| ConfigError::Missing {
                variable: "WAYMARK_DATABASE_URL",
                allowed: "a database URL such as postgresql://user:password@host:5432/database".into(),
            })?,
            worker_count: number(&get, "WAYMARK_WORKER_COUNT", 1..=1024, cores.min(1024))?,
            concurrent_per_worker: number(&get, "WAYMARK_CONCURRENT_PER_WORKER", 1..=10_000, 10)?,
            executor_shards: number(&get, "WAYMARK_EXECUTOR_SHARDS", 1..=64, 2)?,
            user_modules: modules(&get)?,
            max_action_lifecycle: get("WAYMARK_MAX_ACTION_LIFECYCLE")
                .map(|_| number(&get, "WAYMARK_MAX_ACTION_LIFECYCLE", 1..=1_000_000_000, 1))
                .transpose()?,
            poll_interval: millis(&get, "WAYMARK_POLL_INTERVAL_MS", 1..=60_000, 100)?,
            lock_ttl: millis(&get, "WAYMARK_LOCK_TTL_MS", 100..=3_600_000, 15_000)?,
            lock_heartbeat: millis(&get, "WAYMARK_LOCK_HEARTBEAT_MS", 10..=1_200_000, 5_000)?,
            reclaim_interval: millis(&get, "WAYMARK_EXPIRED_LOCK_RECLAIMER_INTERVAL_MS", 10..=3_600_000, 1_000)?,
            reclaim_batch: number(&get, "WAYMARK_EXPIRED_LOCK_RECLAIMER_BATCH_SIZE", 1..=100_000, 1_000)?,
            scheduler_poll_interval: millis(&get, "WAYMARK_SCHEDULER_POLL_INTERVAL_MS", 10..=60_000, 1_000)?,
            scheduler_batch: number(&get, "WAYMARK_SCHEDULER_BATCH_SIZE", 1..=1_000, 100)?,
            retention_interval: match get(RETENTION_INTERVAL).as_deref().map(str::trim) {
                Some("0") => Duration::ZERO,
                _ => millis(&get, RETENTION_INTERVAL, 100..=3_600_000, 60_000)?,
            },
            profile_interval: millis(&get, "WAYMARK_RUNNER_PROFILE_INTERVAL_MS", 0..=3_600_000, 5_000)?,
            log_level: log_level(&get)?,
            python: get("WAYMARK_PYTHON").map_or_else(default_python, PathBuf::from),
            trace: get("BENCH_TRACE").map(PathBuf::from),
        };
        // Two heartbeats may be lost before the lease is.
        if config.lock_heartbeat * 2 > config.lock_ttl {
            return Err(ConfigError::Invalid {
                variable: "WAYMARK_LOCK_HEARTBEAT_MS",
                value: config.lock_heartbeat.as_millis().to_string(),
                allowed: format!("at most half of WAYMARK_LOCK_TTL_MS ({})", config.lock_ttl.as_millis()),
            });
        }
        Ok(config)
    }
}

type Source<'a> = &'a dyn Fn(&'static str) -> Option<String>;

fn number<T>(get: Source, variable: &'static str, range: RangeInclusive<T>, default: T) -> Result<T, ConfigError>
where
    T: FromStr + PartialOrd + Display,
{
    let Some(text) = get(variable) else { return Ok(default) };
    match text.trim().parse() {
        Ok(value) if range.contains(&value) => Ok(value),
        _ => Err(ConfigError::Invalid {
            variable,
            value: text,
            allowed: format!("a whole number from {} to {}", range.start(), range.end()),
        }),
    }
}

fn millis(
    get: Source,
    variable: &'static str,
    range: RangeInclusive<u64>,
    default: u64,
) -> Result<Duration, ConfigError> {
    number(get, variable, range, default).map(Duration::from_millis)
}

fn modules(get: Source) -> Result<Vec<String>, ConfigError> {
    const VARIABLE: &str = "WAYMARK_USER_MODULE";
    let Some(text) = get(VARIABLE) else { return Ok(Vec::new()) };
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let valid = |name: &String| {
        name.split('.').all(|part| {
            part.chars().all(|character| character.is_alphanumeric() || character == '_')
                && part.chars().next().is_some_and(|first| !first.is_numeric())
        })
    };
    if names.iter().all(valid) {
        return Ok(names);
    }
    Err(ConfigError::Invalid {
        variable: VARIABLE,
        value: text,
        allowed: "the dotted name of a Python module, or several separated by commas".into(),
    })
}

fn log_level(get: Source) -> Result<LevelFilter, ConfigError> {
    const VARIABLE: &str = "WAYMARK_LOG_LEVEL";
    let Some(text) = get(VARIABLE) else { return Ok(LevelFilter::INFO) };
    match text.trim().to_ascii_lowercase().as_str() {
        "trace" => Ok(LevelFilter::TRACE),
        "debug" => Ok(LevelFilter::DEBUG),
        "info" => Ok(LevelFilter::INFO),
        "warn" | "warning" => Ok(LevelFilter::WARN),
        "error" | "critical" => Ok(LevelFilter::ERROR),
        "off" => Ok(LevelFilter::OFF),
        _ => Err(ConfigError::Invalid { variable: VARIABLE, value: text, allowed: LEVELS.into() }),
    }
}

/// The interpreter installed beside this executable (a virtual environment), else the first `python3` of `PATH`.
fn default_python() -> PathBuf {
    let beside = env::current_exe().ok().and_then(|own| own.parent().map(|folder| folder.join("python")));
    beside.filter(|python| python.is_file()).unwrap_or_else(|| PathBuf::from("python3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&|variable| {
            let given = pairs.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned());
            given.or_else(|| (variable == "WAYMARK_DATABASE_URL").then(|| "postgresql:///app".to_owned()))
        })
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let config = read(&[]).unwrap();
        assert_eq!(config.concurrent_per_worker, 10);
        assert_eq!(config.executor_shards, 2);
        assert_eq!(config.max_action_lifecycle, None);
        assert_eq!(config.poll_interval, Duration::from_millis(100));
        assert_eq!(config.lock_ttl, Duration::from_secs(15));
        assert_eq!(config.lock_heartbeat, Duration::from_secs(5));
        assert_eq!(config.reclaim_interval, Duration::from_secs(1));
        assert_eq!(config.reclaim_batch, 1_000);
        assert_eq!(config.scheduler_poll_interval, Duration::from_secs(1));
        assert_eq!(config.scheduler_batch, 100);
        assert_eq!(config.retention_interval, Duration::from_secs(60));
        assert_eq!(config.profile_interval, Duration::from_secs(5));
        assert_eq!(config.log_level, LevelFilter::INFO);
        assert!(config.user_modules.is_empty());
    }

    #[test]
    fn the_database_is_required() {
        let error = Config::read(&|_| Some("  ".to_owned())).unwrap_err();
        assert!(matches!(error, ConfigError::Missing { variable: "WAYMARK_DATABASE_URL", .. }));
    }

    #[test]
    fn a_wrong_value_names_variable_value_and_range() {
        for (variable, value, allowed) in [
            ("WAYMARK_WORKER_COUNT", "0", "1 to 1024"),
            ("WAYMARK_WORKER_COUNT", "many", "1 to 1024"),
            ("WAYMARK_CONCURRENT_PER_WORKER", "-1", "1 to 10000"),
            ("WAYMARK_EXECUTOR_SHARDS", "65", "1 to 64"),
            ("WAYMARK_MAX_ACTION_LIFECYCLE", "0", "1 to 1000000000"),
            ("WAYMARK_POLL_INTERVAL_MS", "1.5", "1 to 60000"),
            ("WAYMARK_LOCK_TTL_MS", "99", "100 to 3600000"),
            ("WAYMARK_LOCK_HEARTBEAT_MS", "8000", "half of WAYMARK_LOCK_TTL_MS (15000)"),
            ("WAYMARK_EXPIRED_LOCK_RECLAIMER_INTERVAL_MS", "1", "10 to 3600000"),
            ("WAYMARK_EXPIRED_LOCK_RECLAIMER_BATCH_SIZE", "0", "1 to 100000"),
            ("WAYMARK_SCHEDULER_POLL_INTERVAL_MS", "9", "10 to 60000"),
            ("WAYMARK_SCHEDULER_BATCH_SIZE", "1001", "1 to 1000"),
            ("WAYMARK_RETENTION_INTERVAL_MS", "99", "100 to 3600000"),
            ("WAYMARK_RUNNER_PROFILE_INTERVAL_MS", "3600001", "0 to 3600000"),
            ("WAYMARK_LOG_LEVEL", "loud", LEVELS),
            ("WAYMARK_USER_MODULE", "app.main, 1x", "dotted name"),
        ] {
            let message = read(&[(variable, value)]).unwrap_err().to_string();
            for part in [variable, value, allowed] {
                assert!(message.contains(part), "{message} lacks {part}");
            }
        }
    }

    #[test]
    fn values_are_taken() {
        let config = read(&[
            ("WAYMARK_USER_MODULE", "app.actions, other"),
            ("WAYMARK_MAX_ACTION_LIFECYCLE", "500"),
            ("WAYMARK_LOG_LEVEL", "WARNING"),
            ("WAYMARK_RETENTION_INTERVAL_MS", " 0"),
            ("WAYMARK_PYTHON", "/opt/python"),
        ])
        .unwrap();
        assert_eq!(config.user_modules, ["app.actions", "other"]);
        assert_eq!(config.max_action_lifecycle, Some(500));
        assert_eq!(config.log_level, LevelFilter::WARN);
        assert!(config.retention_interval.is_zero());
        assert_eq!(config.python, PathBuf::from("/opt/python"));
    }
}
