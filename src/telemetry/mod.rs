//! Logs to standard error and metrics for Prometheus.
//!
//! Labels of metrics are `&'static str`, so that no name of a request, pull request or person can become one.

use crate::error::{Error, Kind};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What to log and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Directives such as `info,goldpath::git=debug`; without them `default`.
    pub filter: Option<String>,
    /// How lines look.
    pub format: Format,
    /// Whether lines may have colours.
    pub colour: bool,
}

/// What is logged when nobody says.
const FILTER: &str = "warn,goldpath=info";

/// Sends log lines to standard error from now on.
///
/// # Errors
/// Wrong use when the filter cannot be read; a bug when logging was started before.
pub fn start(settings: &Settings) -> Result<(), Error> {
    let log = subscriber(settings, std::io::stderr)?;
    log.try_init().map_err(|error| Error::bug("failed to start logging").caused_by(&error))
}

fn subscriber<W>(settings: &Settings, writer: W) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, Error>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let directives = settings.filter.as_deref().unwrap_or(FILTER);
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        Error::usage(format!("the log filter {directives:?} cannot be read"))
            .caused_by(&error)
            .hint("a filter looks like `info` or `warn,goldpath::git=debug`")
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(settings.colour);
    let registry = tracing_subscriber::registry().with(filter);
    Ok(match settings.format {
        Format::Text => Box::new(registry.with(lines.with_target(false))),
        Format::Json => Box::new(registry.with(lines.json().flatten_event(true))),
    })
}

/// The metrics of this process; the first call starts recording them.
///
/// # Errors
/// A bug when another recorder was installed before.
pub fn metrics() -> Result<&'static PrometheusHandle, Error> {
    static HANDLE: OnceLock<Result<PrometheusHandle, Error>> = OnceLock::new();
    HANDLE.get_or_init(install).as_ref().map_err(Clone::clone)
}

/// Seconds; from a render to a slow apply.
const BUCKETS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

fn install() -> Result<PrometheusHandle, Error> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS);
    let handle = builder
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Error::new(Kind::Bug, "failed to record metrics").caused_by(&error))?;
    describe_counter!("goldpath_commands_total", "commands that were performed, by command and result");
    describe_histogram!("goldpath_command_seconds", "how long commands took");
    describe_counter!("goldpath_triggers_total", "triggers that arrived, by where they came from");
    describe_gauge!("goldpath_changes", "changes by state");
    describe_gauge!("goldpath_units", "units by state of their delivery");
    describe_histogram!("goldpath_reconcile_seconds", "how long one look at everything took");
    Ok(handle)
}

/// How something ended, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It worked.
    Done,
    /// It failed and may be tried again.
    Failed,
    /// It stopped because a person must act.
    Held,
}

impl Ended {
    fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }
}

/// Counts a command that was performed, by the name of its variant.
pub fn performed(command: &'static str, ended: Ended, took: Duration) {
    counter!("goldpath_commands_total", "command" => command, "result" => ended.label()).increment(1);
    histogram!("goldpath_command_seconds", "command" => command).record(took.as_secs_f64());
}

/// Counts a trigger by where it came from (`poll`, `notify`, …).
pub fn triggered(by: &'static str) {
    counter!("goldpath_triggers_total", "by" => by).increment(1);
}

/// Says how many changes are in a state.
pub fn changes(state: &'static str, number: usize) {
    gauge!("goldpath_changes", "state" => state).set(number as f64);
}

/// Says how many units are in a state of their delivery.
pub fn units(state: &'static str, number: usize) {
    gauge!("goldpath_units", "state" => state).set(number as f64);
}

/// Records one look at everything.
pub fn reconciled(took: Duration) {
    histogram!("goldpath_reconcile_seconds").record(took.as_secs_f64());
}

/// Writes one metrics page in the text format of Prometheus.
///
/// # Errors
/// That of the writer.
pub fn write_page(handle: &PrometheusHandle, mut page: impl Write) -> std::io::Result<()> {
    handle.run_upkeep();
    handle.render_to_write(&mut page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nothing panics while it writes").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(settings: &Settings) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(settings, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(commit = "1f2e3d4", "planned");
            tracing::debug!("not by default");
        });
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn text_for_people_and_json_for_machines() {
        let text = logged(&Settings::default());
        assert!(text.ends_with("INFO planned commit=\"1f2e3d4\"\n") && text.lines().count() == 1, "{text}");
        let json = logged(&Settings { format: Format::Json, ..Settings::default() });
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&line["level"], &line["commit"], &line["message"]), (&"INFO".into(), &"1f2e3d4".into(), &"planned".into()));
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_wrong_use() {
        let settings = Settings { filter: Some("goldpath=loud".to_owned()), ..Settings::default() };
        let error = subscriber(&settings, std::io::stderr).err().unwrap();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains("hint: a filter looks like"), "{error}");
    }

    #[test]
    fn metrics_are_shown_with_their_bounded_labels() {
        let handle = metrics().unwrap();
        performed("render", Ended::Done, Duration::from_millis(20));
        changes("waiting", 3);
        let mut page = Vec::new();
        write_page(handle, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("goldpath_commands_total{command=\"render\",result=\"done\"} 1"), "{page}");
        assert!(page.contains("goldpath_command_seconds_bucket{command=\"render\",le=\"0.05\"} 1"), "{page}");
        assert!(page.contains("goldpath_changes{state=\"waiting\"} 3"), "{page}");
    }
}
